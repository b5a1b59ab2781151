/* SPDX-License-Identifier: GPL-2.0-only */
/* What C# is compared with: the same loops in C, and BPF map lookups. The layouts are those of the BPF side. */
#ifndef WD40_BENCH_H
#define WD40_BENCH_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#include "wd40/task.h"

/* Weight of all live tasks: briefs as words, one load each. copy: which of four equal loops. */
u64 wd_bench_sum_briefs(const u64 *briefs, size_t count, u32 copy);
/* Load averages of all tasks: one 8-byte word of a 192-byte record. */
u64 wd_bench_sum_duties(const struct wd_task *tasks, size_t count, u32 copy);

/* An array map with so many zeroed values, or -errno. */
s64 wd_bench_map_create(u32 value_size, u32 count);
/* Copies values [first, first + count) into it; 0 or -errno. */
s64 wd_bench_map_fill(s64 fd, const void *values, u32 value_size, u32 first, u32 count);
/* Looks up values [0, count), one system call each, and sums a 64-bit word of each; ~0 if one of them failed. */
u64 wd_bench_map_sum(s64 fd, u32 count, u32 value_size, u32 word);
void wd_bench_map_close(s64 fd);

/* Takes the first value of a BPF queue map, or puts one at its end: one system call. 0 or -errno. */
s64 wd_bench_queue_pop(s64 fd, void *value);
s64 wd_bench_queue_push(s64 fd, const void *value);

/* Reads a BPF ring buffer. */
struct wd_bench_reader;
struct wd_bench_reader *wd_bench_reader_open(s64 fd);
/* Copies all messages there are; returns how many, or -errno, -EMSGSIZE if one has another size or there is no room. */
s64 wd_bench_reader_read(struct wd_bench_reader *reader, void *to, u32 size, u32 room);
void wd_bench_reader_close(struct wd_bench_reader *reader);

/* Writes a BPF user ring buffer. */
struct user_ring_buffer;
struct user_ring_buffer *wd_bench_writer_open(s64 fd);
/* Writes messages one by one; 0 or -errno. */
s64 wd_bench_writer_write(struct user_ring_buffer *writer, const void *from, u32 size, u32 count);
void wd_bench_writer_close(struct user_ring_buffer *writer);

struct wd_bench_transfer {
	u32 task;
	u16 from, to;
};

/*
 * Plans one balance round over the columns load[count] and domain[count]; transfers has room for count. Returns the
 * number of transfers or -errno.
 */
s64 wd_bench_balance(const u32 *load, const u8 *domain, size_t count, const u32 *capacity, u32 domains,
		     double threshold, struct wd_bench_transfer *transfers);

#endif
