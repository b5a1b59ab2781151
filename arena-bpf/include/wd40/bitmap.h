/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bitmaps of one 64-bit word: sets of domains. A word changes atomically, which is why masks that user space publishes
 * are sets of domains and not of CPUs. All functions are straight code: no branch, no table, one path for the verifier.
 */
#ifndef WD40_BITMAP_H
#define WD40_BITMAP_H

#include "types.h"

/* Set bits of v. No branch, no table: the verifier sees one straight path. */
static __always_inline u32 wd_popcount(u64 v)
{
	v -= v >> 1 & 0x5555555555555555ull;
	v = (v & 0x3333333333333333ull) + (v >> 2 & 0x3333333333333333ull);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return v * 0x0101010101010101ull >> 56;
}

/* Index of the lowest set bit; 64 for 0. */
static __always_inline u32 wd_lowest_bit(u64 v)
{
	return wd_popcount((v & -v) - 1);
}

/* Is i in the set? i is taken modulo 64. */
static __always_inline bool wd_bit_test(u64 set, u32 i)
{
	return set >> (i & 63) & 1;
}

/* The first member at or after start (modulo 64), wrapping around; 64 for an empty set. */
static __always_inline u32 wd_next_bit(u64 set, u32 start)
{
	u64 later = set & (~0ull << (start & 63));

	return wd_lowest_bit(later ? later : set);
}

#endif
