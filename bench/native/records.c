// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each loop exists four times: where a short loop lands relative to the processor's fetch windows changes its speed by
 * a tenth, and that is luck. Of each side's copies the fastest counts.
 */
#include "wd40bench.h"

#define SUM_BRIEFS(copy)                                                    \
	u64 wd_bench_sum_briefs_##copy(const u64 *briefs, size_t count)     \
	{                                                                   \
		u64 sum = 0;                                                \
                                                                            \
		for (size_t i = 0; i < count; i++)                          \
			sum += (u64)(u32)briefs[i] * (u8)(briefs[i] >> 40); \
		return sum;                                                 \
	}

#define SUM_DUTIES(copy)                                                          \
	u64 wd_bench_sum_duties_##copy(const struct wd_task *tasks, size_t count) \
	{                                                                         \
		u64 sum = 0;                                                      \
                                                                                  \
		for (size_t i = 0; i < count; i++)                                \
			sum += tasks[i].duty.val;                                 \
		return sum;                                                       \
	}

SUM_BRIEFS(0)
SUM_BRIEFS(1)
SUM_BRIEFS(2)
SUM_BRIEFS(3)
SUM_DUTIES(0)
SUM_DUTIES(1)
SUM_DUTIES(2)
SUM_DUTIES(3)

u64 wd_bench_sum_briefs(const u64 *briefs, size_t count, u32 copy)
{
	switch (copy) {
	case 0:
		return wd_bench_sum_briefs_0(briefs, count);
	case 1:
		return wd_bench_sum_briefs_1(briefs, count);
	case 2:
		return wd_bench_sum_briefs_2(briefs, count);
	default:
		return wd_bench_sum_briefs_3(briefs, count);
	}
}

u64 wd_bench_sum_duties(const struct wd_task *tasks, size_t count, u32 copy)
{
	switch (copy) {
	case 0:
		return wd_bench_sum_duties_0(tasks, count);
	case 1:
		return wd_bench_sum_duties_1(tasks, count);
	case 2:
		return wd_bench_sum_duties_2(tasks, count);
	default:
		return wd_bench_sum_duties_3(tasks, count);
	}
}
