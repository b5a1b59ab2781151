/* SPDX-License-Identifier: GPL-2.0-only */
/* How the clock of a domain goes on: with what runs there, but not away from those that wait, here and elsewhere. */
#ifndef WD40_ADVANCE_H
#define WD40_ADVANCE_H

#include "running.h"

/* Could what the CPUs of a domain run, as the last look has shown, move its clock, whatever waits? */
static __always_inline bool wd_may_reach(struct wd_running *r)
{
	return !r->idle && r->reached > r->not_reached - r->kept;
}

/*
 * Raises the clock of a domain to what its CPUs have reached, as the last look has shown, but not beyond `limit`. True:
 * as far as the next key that runs there, so that another look may raise it further.
 *
 * On few CPUs, or beside more of its kind, a task that keeps its CPU would be the median, and all others would run away
 * from a clock that goes at its pace. So it does not count up to `first`, the first that waits (WD_KEY_NONE: none).
 */
static __always_inline bool wd_clock_reach(u32 dom, struct wd_running *r, u64 limit, u64 first)
{
	u64 key;

	if (!wd_may_reach(r))
		return false;
	if (r->reached <= r->not_reached) {
		if (first == WD_KEY_NONE)
			return false;
		if (first < limit)
			limit = first;
	}
	key = r->next < limit ? r->next : limit;
	if (key == WD_KEY_NONE)
		return false;
	wd_clock_raise(dom, key);
	return key != limit;
}

/* Where a clock may go while others wait in other domains that are heavier than what runs here. */
static __always_inline u64 wd_clock_beside(u32 dom, struct wd_running *r)
{
	return wd_clock_of_others(dom, WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE, r->lightest);
}

/*
 * How far a clock may have come from a key in `passed` ns while tasks wait that hold it by so much together, at least:
 * as if all CPUs served only them, some times over, since the queue may have been shorter. Light tasks that run
 * meanwhile are far ahead of that, and would take the clock with them: of heavy ones that come one after the other the
 * last would be behind the first by seconds of CPU time. WD_KEY_NONE: nobody holds it.
 */
static __always_inline u64 wd_clock_within(u32 dom, u64 from, u64 passed, u64 held)
{
	u64 pace = WD_CLOCK_SLACK * wd_nr_cpus[dom & (WD_MAX_DOMAINS - 1)];

	if (!held)
		return WD_KEY_NONE;
	if (passed > WD_CLOCK_PASSED)
		passed = WD_CLOCK_PASSED;
	return from + passed * pace * WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE / held;
}

/*
 * Lets the clock of a domain with an empty queue go on when a task of this weight comes there. By what may have passed
 * since the last one came: of a crowd that preempts, one after the other, each finds the queue empty.
 */
static __always_inline void wd_clock_arrive(u32 dom, struct wd_running *r, u32 weight, u64 now)
{
	struct wd_clock *c = &wd_clocks[dom & (WD_MAX_DOMAINS - 1)];
	u64 passed = wd_ago(now, c->reached_at), within, beside;

	if (!wd_may_reach(r))
		return;
	c->reached_at = now;
	within = wd_clock_within(dom, wd_clock_of(dom), passed < WD_CLOCK_INTERVAL ? passed : WD_CLOCK_INTERVAL,
				 wd_holding(weight) + r->behind);
	beside = wd_clock_beside(dom, r);
	wd_clock_reach(dom, r, beside < within ? beside : within, WD_KEY_NONE);
}

/*
 * Looks at the heads of a domain's queue: how heavy they are together, and who of them comes next. That one has not
 * just been woken, as such stand before the clock by their credit and one of them is there most of the time, may run on
 * all CPUs, stands by its own key, and has not been waiting for too long all the same. The result as that of
 * wd_look_at_running.
 */
__noinline int wd_look_at_queue(u32 dom, u64 now)
{
	struct wd_running *r = &wd_running_now[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	struct wd_local *l;
	int i;

	r->first = r->head = WD_KEY_NONE;
	r->waiting = 0;
	if (!KF(bpf_iter_scx_dsq_new)(&it, dom, 0)) {
		wd_each(i, WD_CLOCK_SCAN)
		{
			p = KF(bpf_iter_scx_dsq_next)(&it);
			l = p ? bpf_task_storage_get(&wd_locals, p, 0, 0) : NULL;
			if (!l)
				break;
			wd_note_queue(dom, p);
			r->waiting += wd_holding(l->weight);
			if (r->head != WD_KEY_NONE || l->woken || !wd_covers(l, dom) || l->key != p->scx.dsq_vtime)
				continue;
			if (r->first == WD_KEY_NONE)
				r->first = l->key;
			if (wd_ago(now, l->queued_at) < WD_CLOCK_PATIENCE)
				r->head = l->key;
		}
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return 0;
}

/* Key beyond which the clock may not go: of the head of the queue, which comes next, or where others have come. */
static __always_inline u64 wd_clock_limit(u32 dom, u64 now)
{
	struct wd_running *r = &wd_running_now[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	u64 beside = wd_clock_beside(dom, r);

	wd_look_at_queue(dom, now);
	return r->head < beside ? r->head : beside;
}

/*
 * Lets the clock of a domain go on with what runs there; now and then, from dispatch. Not beyond the head of its queue,
 * which comes next, nor faster than its queue can be served.
 */
__noinline int wd_clock_advance(u32 dom, u64 now)
{
	struct wd_clock *c = &wd_clocks[dom & (WD_MAX_DOMAINS - 1)];
	struct wd_running *r = &wd_running_now[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	u64 from = wd_clock_of(dom), limit = 0, within, passed = wd_ago(now, c->advanced_at);
	int i;

	if (passed < WD_CLOCK_INTERVAL)
		return 0;
	c->advanced_at = now;
	/*
	 * Key by key, up to the median of them. One key a time would stop at a heavy task just beyond the clock, which
	 * then goes no faster than that one's key does, and the light ones run away from it.
	 */
	wd_each_calling(i, WD_PREEMPT_SCAN)
	{
		r = wd_look_at_running(NULL, dom, now);
		/* To look at the queue costs a lock for each task of it, so that comes last. */
		if (!limit && (wd_may_reach(r) || !wd_queues[dom & (WD_MAX_DOMAINS - 1)]))
			limit = wd_clock_limit(dom, now);
		/* Each time anew: a heavy one that the clock has come to holds it from there on. */
		within = wd_clock_within(dom, from, passed, r->waiting + r->behind);
		if (!wd_clock_reach(dom, r, within < limit ? within : limit, r->first))
			break;
	}
	/*
	 * Where only restricted tasks run the clock goes with them, or they would be far ahead of all who come later.
	 * No faster than time, which a light one's key outruns by far.
	 */
	if (r->restricted != WD_KEY_NONE && !r->reached && !r->not_reached)
		wd_clock_raise(dom,
			       r->restricted < wd_clock_of(dom) + passed ? r->restricted : wd_clock_of(dom) + passed);
	return 0;
}

#endif
