/* SPDX-License-Identifier: GPL-2.0-only */
/* The one-word bitmaps of wd40/bitmap.h on rows of arguments, and a bitmap of many words in the arena. */
#define WD_OBJ bitmap
#include "columns.h"

WD_MODULE("bitmap", "test");

TEST_COLUMN(bitmap_word);
TEST_COLUMN(bitmap_start);
TEST_COLUMN(bitmap_count);
TEST_COLUMN(bitmap_lowest);
TEST_COLUMN(bitmap_next);
TEST_COLUMN(bitmap_test);

SEC("syscall")
int bitmap_rows(struct test_args *args)
{
	int i, rows = test_rows(args);

	wd_for(i, 0, rows)
	{
		u64 word = TEST_AT(bitmap_word, i);
		u32 start = TEST_AT(bitmap_start, i);

		TEST_AT(bitmap_count, i) = wd_popcount(word);
		TEST_AT(bitmap_lowest, i) = wd_lowest_bit(word);
		TEST_AT(bitmap_next, i) = wd_next_bit(word, start);
		TEST_AT(bitmap_test, i) = wd_bit_test(word, start);
	}
	return 0;
}

/* Sets in the mask of domain `value` the bits that the first rows name. */
SEC("syscall")
int bitmap_set_cpus(struct test_args *args)
{
	struct wd_domain __arena *d = wd_domain_at(args->value);
	int i, rows = test_rows(args);

	use_arena();
	wd_for(i, 0, rows)
	{
		u32 cpu = TEST_AT(bitmap_word, i);

		d->cpus[cpu / 64 & (WD_MASK_WORDS - 1)] |= 1ull << (cpu & 63);
	}
	return 0;
}
