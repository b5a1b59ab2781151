/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual time. Each domain has a clock: how far those that compete for its CPUs have come, the median of the keys that
 * run there (advance.h). Keys of queued tasks are bounded around it, so that whatever the arena holds, no key is out of
 * reach of the order for long.
 */
#ifndef WD40_CLOCK_H
#define WD40_CLOCK_H

#include "queue.h"

static __always_inline struct wd_run *wd_run_of(s32 cpu)
{
	return &wd_runs[cpu & (WD_MAX_CPUS - 1)];
}

/* Tasks that wait in a CPU's own queue. Most CPUs have none, and asking the kernel costs a search for the queue. */
static __always_inline u32 wd_bound_waiting(struct wd_run *run, s32 cpu)
{
	s32 nr = run->waits ? KF(scx_bpf_dsq_nr_queued)(WD_CPU_DSQ + cpu) : 0;

	return nr > 0 ? nr : 0;
}

/*
 * A task of a CPU's own queue starts: that queue has come as far as its key. One that is taken out of turn is far ahead
 * of the others, and says no more than the first of them.
 */
static __always_inline void wd_bound_start(struct wd_run *run, s32 cpu, u64 key)
{
	u64 first;

	if (key <= run->bound_clock)
		return;
	first = wd_bound_waiting(run, cpu) ? wd_head_key(WD_CPU_DSQ + cpu) : WD_KEY_NONE;
	if (first < key)
		key = first;
	if (key > run->bound_clock)
		run->bound_clock = key;
}

static __always_inline u64 wd_clock_of(u32 dom)
{
	return wd_clocks[dom & (WD_MAX_DOMAINS - 1)].v;
}

/* Raises a word to a value; concurrent raises keep the largest. */
static __always_inline void wd_raise(u64 *word, u64 value)
{
	u64 old = *word;
	int tries;

	for (tries = 0; tries < 4 && old < value; tries++)
		old = __sync_val_compare_and_swap(word, old, value);
}

/* Raises a domain's clock to key. */
static __always_inline void wd_clock_raise(u32 dom, u64 key)
{
	struct wd_clock *c = &wd_clocks[dom & (WD_MAX_DOMAINS - 1)];

	wd_raise(&c->v, key);
	wd_raise(&wd_clock_furthest.v, key);
	wd_domain_at(dom)->clock = c->v;
}

/*
 * Virtual time that a stretch of CPU time is to a task of an effective weight; lighter ones count as of weight 100.
 * Margins and bounds are meant as CPU time: what is a few ms between normal tasks are seconds between heavy ones.
 */
static __always_inline u64 wd_virtual(u32 weight, u64 time)
{
	u32 normal = WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE;

	return weight > normal ? time * normal / weight : time;
}

/*
 * What a task of an effective weight counts for in how fast a clock may go: a heavy one for so much that little is left
 * of the slack (wd_clock_within). A millisecond of virtual time too much is 28 ms of CPU time to one of nice -15, by
 * which the first of a crowd would stand behind those that come next.
 */
static __always_inline u32 wd_holding(u32 weight)
{
	u32 times = weight / (WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE);

	if (times > WD_CLOCK_SLACK)
		times = WD_CLOCK_SLACK;
	return times > 1 ? weight * times : weight;
}

/*
 * A domain lags only while it has something queued: with an empty queue its clock follows the furthest one. Without
 * this, clocks drift apart by seconds and the next arrivals are unfair for as long. While tasks wait it does not: they
 * would be left behind, and heavy ones, near the clock by their bound, would wait for all others to catch up.
 * weight: of the task for which it follows, as the distance is CPU time.
 */
static __always_inline void wd_clock_follow(u32 dom, u32 weight)
{
	u64 key = wd_clock_furthest.v - wd_virtual(weight, WD_CLOCK_LAG);

	if (wd_clock_of(dom) < key && !wd_domain_queued(dom))
		wd_clock_raise(dom, key);
}

/*
 * How far a domain may have come for the sake of the others: its CPUs run what waits there, so they are to be even,
 * less the margin at which they pull it, which is CPU time of a task of this weight. Only domains count where one waits
 * that is heavier by its nice value than `than`, an effective weight. WD_KEY_NONE: there is none.
 */
__noinline u64 wd_clock_of_others(u32 dom, u32 weight, u32 than)
{
	u64 limit = WD_KEY_NONE;
	int i;

	wd_each_calling(i, wd_layout.nr_domains)
	{
		u32 other = i;
		u64 margin, key;

		if (other == dom || wd_domain_heaviest(other) * WD_WEIGHT_ONE <= than)
			continue;
		margin = wd_placement_margin(other, dom, wd_domain_queued(other));
		if (margin == WD_KEY_NONE)
			continue;
		wd_barrier_var(other); /* keeps the mask, which the compiler works out before the calls */
		key = wd_clock_of(other) + wd_virtual(weight, margin);
		if (key < limit)
			limit = key;
	}
	return limit;
}

/*
 * The clock of a domain as it counts for a task of a weight. Clocks of domains may be apart by the margin of a normal
 * task, which is seconds to a crowd of heavy ones: those of one domain would wait for those of the other.
 */
static __always_inline u64 wd_clock_by(u32 dom, u32 weight)
{
	u64 clock = wd_clock_of(dom), others;

	if (weight <= WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE)
		return clock;
	others = wd_clock_of_others(dom, weight, 0);
	return others < clock ? others : clock;
}

static __always_inline u64 wd_bounded(u64 key, u64 low, u64 high)
{
	if (key >= low && key <= high)
		return key;
	wd_count(bounded);
	return key < low ? low : high;
}

static __always_inline u64 wd_slice(struct wd_task __arena *t, u32 queued, u32 cpus)
{
	u64 slice = wd_deadline_slice(t, queued, cpus ? cpus : 1);

	if (slice < WD_SLICE_MIN)
		return WD_SLICE_MIN;
	return slice > WD_SLICE_MAX ? WD_SLICE_MAX : slice;
}

/* Pace of a clock: part of real time that a task of weight 100 gets while `queued` wait for `cpus` CPUs. */
static __always_inline u32 wd_pace(u32 queued, u32 cpus)
{
	return queued ? WD_PACE_ONE * cpus / (queued + cpus) : WD_PACE_ONE;
}

#endif
