/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits, annotations and constants that BPF, C# and tests share. No kernel type appears here.
 *
 * Layout rule: a struct marked __wd_shared is one truth for both sides; tools/layout-gen reads it from the BTF of the
 * compiled objects and writes the C# struct. Every field names its one writer (WD_WRITER) or is declared ATOMIC.
 */
#ifndef WD40_TYPES_H
#define WD40_TYPES_H

#define WD_ABI	       1
#define WD_MAGIC       0x3034647764726177ull /* "wardwd40", little endian: the first word of the header page */
#define WD_ARENA_BASE  (1ull << 44)	     /* map_extra of the arena: the same address in every process */
#define WD_PAGE_SIZE   4096
#define WD_MAX_CPUS    1024
#define WD_MAX_DOMAINS 64
#define WD_MASK_WORDS  (WD_MAX_CPUS / 64)
#define WD_NO_DOMAIN   0xff	   /* cpu -> domain: offline, or in no domain */
#define WD_NO_SLOT     0xffffffffu /* an untracked task */
#define WD_KEY_NONE    (~0ull)	   /* no task, no key: later than every key */

#define WD_WEIGHT_MIN	  1
#define WD_WEIGHT_DEFAULT 100 /* nice 0 */
#define WD_WEIGHT_MAX	  10000
#define WD_PACE_ONE	  1024 /* pace of a clock that goes as fast as real time */
#define WD_WEIGHT_ONE	  1024 /* parts of a weight in an exact one, by which CPU time is charged */

#define ENOENT 2
#define ENOMEM 12

#define WD_USEC 1000ull
#define WD_MSEC 1000000ull
#define WD_SEC	1000000000ull

#define WD_TAG(text)	 __attribute__((btf_decl_tag(text)))
#define __wd_shared	 WD_TAG("wd:shared")
#define WD_WRITER(who)	 WD_TAG("writer=" who)
#define WD_COUNTER(help) WD_TAG("writer=core") WD_TAG("unit=count") WD_TAG("help=" help)

#ifndef __arena
#ifdef __BPF__
#define __arena __attribute__((address_space(1)))
#else
#define __arena
#endif
#endif

#endif
