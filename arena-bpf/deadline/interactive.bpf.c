/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadline "interactive": virtual time plus a bounded, weighted request that latency-critical tasks shorten. Virtual
 * time grows by CPU time x 100 / weight and is comparable across domains, so shares follow weights whatever the
 * requests are; the request only decides who goes first among equals. src/Deadline/DeadlineFormula.cs is its bit-exact
 * twin.
 */
#define WD_OBJ interactive
#include "virtual_time.h"

WD_MODULE("interactive", "deadline");

#define WD_REQUEST_MAX	  (4 * WD_MSEC)
#define WD_LATENCY_TARGET (4 * WD_MSEC) /* in which each of a CPU's tasks should have run once */
#define WD_FREQ_PERIOD	  (100 * WD_MSEC)
#define WD_FREQ_MAX	  100000
#define WD_PRIO_MAX	  39
#define WD_RUN_MAX	  (50 * WD_MSEC)
#define WD_SCALE_MIN	  18 /* of priority 0 */
#define WD_SCALE_MAX	  10000

const volatile u64 wd_preempt_margin = WD_MSEC / 2;

/* The kernel's weights of nice -20 to 19, padded to a power of two. */
static const u32 wd_prio_to_weight[64] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121,
	2501,  1991,  1586,  1277,  1024,  820,	  655,	 526,	423,   335,   272,  215,  172,	137,  110,  87,
	70,    56,    45,    36,    29,	   23,	  18,	 15,	15,    15,    15,   15,	  15,	15,   15,   15,
	15,    15,    15,    15,    15,	   15,	  15,	 15,	15,    15,    15,   15,	  15,	15,   15,   15,
};

static __always_inline u64 wd_ewma(u64 old, u64 new)
{
	return old - (old >> 2) + (new >> 2);
}

static __always_inline u64 wd_update_freq(u64 freq, u64 interval)
{
	return wd_ewma(freq, interval ? WD_FREQ_PERIOD / interval : 0);
}

/* Bits that v needs: 0 for 0, else floor(log2 v) + 1. */
static __always_inline u64 wd_lg(u64 v)
{
	v |= v >> 1;
	v |= v >> 2;
	v |= v >> 4;
	v |= v >> 8;
	v |= v >> 16;
	v |= v >> 32;
	return wd_popcount(v);
}

static __always_inline u64 wd_weight(struct wd_task __arena *t)
{
	u32 weight = t->weight;

	return weight ? weight : WD_WEIGHT_DEFAULT;
}

/* How latency-critical a task is, 0 to 38: it blocks and wakes others often, and runs shortly. */
static __always_inline u64 wd_latency_prio(u64 blocked_freq, u64 waker_freq, u64 avg_runtime, u64 weight)
{
	u64 bf = blocked_freq < WD_FREQ_MAX ? blocked_freq : WD_FREQ_MAX;
	u64 wf = waker_freq < WD_FREQ_MAX ? waker_freq : WD_FREQ_MAX;
	u64 prio = wd_lg(bf * wf * wf * weight / WD_WEIGHT_DEFAULT + 1), run = avg_runtime / 2;

	if (prio > WD_PRIO_MAX)
		prio = WD_PRIO_MAX;
	if (run > WD_RUN_MAX)
		run = WD_RUN_MAX;
	run = wd_lg(run * WD_WEIGHT_DEFAULT / weight + 1);
	return run < prio ? prio - run : 0;
}

/* What divides a task's request, times WD_SCALE_MIN. */
static __always_inline u64 wd_scale(u64 blocked_freq, u64 waker_freq, u64 avg_runtime, u64 weight)
{
	u64 index = WD_PRIO_MAX - 1 - wd_latency_prio(blocked_freq, waker_freq, avg_runtime, weight), scale;

	wd_barrier_var(index); /* keeps the mask, which the compiler could prove away */
	scale = wd_prio_to_weight[index & 63];
	return scale < WD_SCALE_MAX ? scale : WD_SCALE_MAX;
}

/* Virtual ns between a task's virtual time and its deadline: at most WD_REQUEST_MAX at weight 100. */
static __always_inline u64 wd_request_length(struct wd_task __arena *t)
{
	u64 runtime = t->stint, avg = t->avg_runtime, scale = t->scale;

	if (runtime < avg)
		runtime = avg;
	if (runtime > WD_REQUEST_MAX)
		runtime = WD_REQUEST_MAX;
	return runtime * WD_WEIGHT_DEFAULT * WD_SCALE_MIN /
	       (wd_weight(t) * (scale > WD_SCALE_MIN ? scale : WD_SCALE_MIN));
}

static __always_inline u64 wd_set_deadline(struct wd_task __arena *t)
{
	u64 deadline = t->vtime + wd_request_length(t);

	t->deadline = deadline;
	return deadline;
}

u64 wd_deadline_runnable(struct wd_task __arena *t __arg_arena, struct wd_task __arena *waker __arg_arena, u64 now,
			 u32 woken)
{
	use_arena();
	if (!woken)
		return 0;
	t->stint = 0;
	if (!(waker->generation & 1))
		return 0; /* the record of nobody: woken by a timer, an interrupt, an untracked task */
	waker->waker_freq = wd_update_freq(waker->waker_freq, now - waker->last_woke_at);
	waker->last_woke_at = now;
	return 0;
}

u64 wd_deadline_key(struct wd_task __arena *t __arg_arena, u64 clock, u64 now, u32 how, u32 pace)
{
	u64 v;

	use_arena();
	v = wd_vtime_place(t, clock, how, pace);
	if (how != WD_ARRIVAL_DIRECT && how != WD_ARRIVAL_ALONE)
		return wd_set_deadline(t);
	/* It stands in no queue: what it will want orders nothing. */
	t->deadline = v;
	return v;
}

u64 wd_deadline_charge(struct wd_task __arena *t __arg_arena, u64 ran, u64 weight, u64 now)
{
	use_arena();
	wd_vtime_charge(t, ran, weight);
	t->stint += ran;
	return wd_set_deadline(t);
}

u64 wd_deadline_moved(struct wd_task __arena *t __arg_arena, u64 shift)
{
	use_arena();
	return wd_vtime_shift(t, shift);
}

/* Alone: the longest slice. With others waiting, so that each had its turn within the latency target. */
u64 wd_deadline_slice(struct wd_task __arena *t __arg_arena, u32 queued, u32 cpus)
{
	struct wd_tunables __arena *k = wd_tunables();
	u64 min = k->slice_min, max = k->slice_max, slice;

	use_arena();
	if (!queued)
		return max;
	slice = WD_LATENCY_TARGET * cpus / ((u64)queued + cpus);
	if (slice < min)
		slice = min;
	return slice < max ? slice : max;
}

u64 wd_deadline_quiescent(struct wd_task __arena *t __arg_arena, u64 now, u32 sleeping)
{
	use_arena();
	if (!sleeping)
		return 0;
	t->avg_runtime = wd_ewma(t->avg_runtime, t->stint);
	t->blocked_freq = wd_update_freq(t->blocked_freq, now - t->last_blocked_at);
	t->last_blocked_at = now;
	t->scale = wd_scale(t->blocked_freq, t->waker_freq, t->avg_runtime, wd_weight(t));
	return 0;
}
