// SPDX-License-Identifier: GPL-2.0-only
#include "wd40bench.h"

u64 wd_bench_sum_briefs(const struct wd_brief *briefs, size_t count)
{
	u64 sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (u64)briefs[i].weight * briefs[i].live;
	return sum;
}

u64 wd_bench_sum_duties(const struct wd_task *tasks, size_t count)
{
	u64 sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += tasks[i].duty.val;
	return sum;
}
