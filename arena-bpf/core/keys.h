/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of tasks, by which queues are ordered: what the deadline module says, bounded around the clock that counts for
 * the task, so that whatever the arena holds no key is out of reach of the order for long.
 */
#ifndef WD40_KEYS_H
#define WD40_KEYS_H

#include "restricted.h"

/* A task's key bounded around a clock; `reached`: the clock as far as it counts for the task. */
static __always_inline u64 wd_key_bounded(struct wd_local *l, u64 key, u64 reached, u64 clock)
{
	return wd_bounded(key, reached - wd_virtual(l->weight, WD_KEY_BEHIND),
			  clock + wd_virtual(l->weight, WD_KEY_AHEAD));
}

/*
 * Key of a task that runs at once, on a claimed CPU or as the machine's own work: it bypasses the order, so it must not
 * move it either. The clock follows first: the task would begin where the domain was left long ago, and all who come
 * after it would wait until it has caught up.
 */
static __always_inline void wd_key_direct(struct task_struct *p, struct wd_local *l, struct wd_task __arena *t, u64 now)
{
	u64 clock, key;

	wd_clock_follow(l->domain, l->weight);
	clock = wd_clock_for(p, l, now);
	key = wd_deadline_key(t, clock, now, WD_ARRIVAL_DIRECT, WD_PACE_ONE);
	l->key = key < clock ? wd_bounded(key, clock - WD_KEY_BEHIND, clock) : clock;
	l->bound = -1;
}

/*
 * Key of a task for its domain's queue, which holds `queued` others; r: what runs there, if it was looked at. For woken
 * tasks the clock counts no further than the largest key that runs: those that run may lag behind the clock, when they
 * came with old keys from elsewhere, and a woken task would wait until all of them have caught up.
 */
static __always_inline void wd_key_queued(struct task_struct *p, struct wd_local *l, struct wd_task __arena *t,
					  u32 queued, struct wd_running *r, u64 now)
{
	u64 clock, reached, key;

	if (!queued) {
		wd_clock_follow(l->domain, l->weight);
		if (r)
			wd_clock_arrive(l->domain, r, l->weight, now);
	}
	clock = reached = wd_clock_for(p, l, now);
	if (l->woken && wd_covers(l, l->domain) && r && r->largest && r->largest < clock)
		reached = r->largest;
	key = wd_deadline_key(t, reached, now, l->woken ? WD_ARRIVAL_WOKEN : WD_ARRIVAL_AGAIN,
			      wd_pace(queued, wd_nr_cpus[l->domain & (WD_MAX_DOMAINS - 1)]));
	l->key = wd_key_bounded(l, key, reached, clock);
}

/*
 * Key of a task bound to one CPU. Tasks of one crowded CPU may lag behind their domain for long, each by its weight;
 * bounding them around the domain's clock would level them. So the CPU's own queue has its own clock.
 */
static __always_inline void wd_key_bound(struct wd_local *l, struct wd_task __arena *t, struct wd_run *run, s32 cpu,
					 u32 queued, u64 now)
{
	u32 dom = wd_domain_of_cpu(cpu);
	/* One that comes from elsewhere has no claim by what it was there: this queue's clock is another one. */
	bool comes = l->woken || l->bound != cpu;
	u64 clock, reached, key;

	if (dom < WD_MAX_DOMAINS && !queued) {
		/*
		 * Nobody waited, so this queue's clock begins anew: light tasks that were here before may have carried
		 * it minutes ahead of the domain, where a newcomer would be starved by all who are not bound. Only one
		 * that runs here counts: it was alone, moved no clock, and owes nothing to those who come now.
		 */
		if (comes)
			run->bound_clock = wd_clock_of(dom) - WD_CLOCK_LAG;
		key = run->key;
		if (run->started && run->bound && key != WD_KEY_NONE && run->bound_clock < key)
			run->bound_clock = key;
	}
	clock = run->bound_clock;
	if (clock < WD_CLOCK_START)
		clock = WD_CLOCK_START;
	reached = wd_running_key(run, now);
	if (!comes || reached > clock)
		reached = clock;
	key = wd_deadline_key(t, reached, now, comes ? WD_ARRIVAL_WOKEN : WD_ARRIVAL_AGAIN, wd_pace(queued, 1));
	l->key = wd_key_bounded(l, key, reached, clock);
	l->bound = cpu;
}

/*
 * Keys are comparable, so a task that goes to another domain keeps its own; but clocks may be apart, that of a domain
 * which was idle by WD_CLOCK_LAG. For a crowd of heavy tasks that is seconds: the task would wait as long where the
 * clock is behind, and keep all others waiting where it is ahead. So of the difference it takes along what one of its
 * weight is even with in WD_MOVE_WAIT; the rest is forgiven, or forfeited. Returns by how much its key changes, signed.
 */
__noinline s64 wd_key_shift(u32 from, u32 to, u32 weight)
{
	u64 bearable = wd_bearable(to, wd_domain_queued(to), weight);
	s64 ahead;

	wd_clock_follow(to, weight);
	ahead = wd_clock_by(to, weight) - wd_clock_by(from, weight);
	if (ahead > (s64)bearable)
		return ahead - bearable;
	return ahead < -(s64)bearable ? ahead + bearable : 0;
}

/*
 * Key of a task that keeps its CPU while nobody waits for one, here or at its home. It competes with nobody, so it is
 * where its home's clock is: it would run ahead for as long as it is alone, and when others come wait until they have
 * caught up, or take the clock with it and leave those that have just come so far behind that they keep their CPUs.
 */
static __always_inline void wd_key_alone(struct wd_local *l, struct wd_run *run, u64 now)
{
	u64 clock, key;

	wd_clock_follow(l->domain, l->weight);
	clock = wd_clock_of(l->domain);
	if (l->reached)
		l->reached = clock;
	key = wd_deadline_key(wd_task_at(l->slot), clock, now, WD_ARRIVAL_ALONE, WD_PACE_ONE);
	l->key = wd_key_bounded(l, key, clock, clock);
	wd_run_set(run, l->key, l->weight, now);
}

/*
 * The place of a task in a queue: its key; but one that was preempted inside an RCU read-side section is not behind the
 * clock, and now and then before all others. All of the kernel waits for the grace period that it holds up, and the
 * kernel ends a scheduler under which one takes 21 s: a light task (khugepaged, nice 19), ahead by its bound each time,
 * had 4 ms in 500 for a section of 0.2 s, and at the clock no more where a crowd was woken again and again. What it
 * runs is charged all the same.
 *
 * clock: what counts for the task; that of the domain where it is behind. Light tasks carry the clock of a CPU's own
 * queue, and of a part of a domain, far ahead of all others who want the same CPU.
 */
static __always_inline u64 wd_place(struct task_struct *p, struct wd_local *l, u32 dom, u64 clock, u64 now)
{
	if (!wd_holds_grace(p))
		return l->key;
	if (dom < WD_MAX_DOMAINS && wd_clock_of(dom) < clock)
		clock = wd_clock_of(dom);
	if (wd_ago(now, l->first_at) >= WD_GRACE_REST) {
		l->first_at = now;
		return clock > WD_KEY_BEHIND ? clock - WD_KEY_BEHIND : 0;
	}
	return l->key > clock ? clock : l->key;
}

/*
 * Charges what the task has run since the last charge; its key becomes what it would be queued with now. CPU time as
 * the kernel counts it: that of a task begins when the one before it ends. Between start and stop as they are told here
 * the search for the next task is left out, and where it takes long the same keys are more CPU time.
 */
static __always_inline void wd_charge(struct task_struct *p, struct wd_local *l, struct wd_run *run, u64 now)
{
	u64 executed = p->se.sum_exec_runtime, ran = wd_ago(executed, run->executed);
	u64 limit = run->key + ran * WD_WEIGHT_DEFAULT + WD_KEY_AHEAD;

	l->key = wd_bounded(wd_deadline_charge(wd_task_at(l->slot), ran, l->weight, now), run->key - WD_KEY_BEHIND,
			    limit);
	run->executed = executed;
	wd_run_set(run, l->key, l->weight, now);
}

#endif
