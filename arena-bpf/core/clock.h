/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual time. Each domain has a clock: how far those that compete for its CPUs have come, the median of the keys that
 * run there. Keys of queued tasks are bounded around it, so that whatever the arena holds, no key is out of reach of
 * the order for long.
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

/* Where a clock may go while others wait in other domains that are heavier than what runs here. */
static __always_inline u64 wd_clock_beside(u32 dom, struct wd_running *r)
{
	return wd_clock_of_others(dom, WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE, r->lightest);
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

/*
 * Key that the running task of a CPU has reached by now, for others; WD_KEY_NONE while it is just changing. Who changes
 * it leaves `started` at 0 meanwhile and never sets it to the same time twice, so a reader sees what belongs together.
 */
static __always_inline u64 wd_running_key(struct wd_run *run, u64 now)
{
	u64 started = *(volatile u64 *)&run->started, key = *(volatile u64 *)&run->key;
	u32 weight = *(volatile u32 *)&run->weight;

	if (!started || key == WD_KEY_NONE || *(volatile u64 *)&run->started != started)
		return WD_KEY_NONE;
	return key + (now > started ? (now - started) * WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE / (weight ? weight : 1) : 0);
}

/*
 * How far a CPU shows that its domain has come: the key with which its task started, in the order of the queue, and
 * what it has run since. A light one overshoots by its weight: it is hundreds of ms ahead of all others after one
 * slice, and whoever came then would wait until they are there. So it counts no faster than a normal one.
 */
static __always_inline u64 wd_proven_key(struct wd_run *run, u64 key, u64 now)
{
	u64 started = *(volatile u64 *)&run->started, proven = *(volatile u64 *)&run->key;

	if (now > started)
		proven += now - started;
	return proven < key ? proven : key;
}

/* Says what runs on this CPU from now on. */
static __always_inline void wd_run_set(struct wd_run *run, u64 key, u32 weight, u64 now)
{
	*(volatile u64 *)&run->started = 0;
	*(volatile u64 *)&run->key = key;
	*(volatile u32 *)&run->weight = weight;
	*(volatile u64 *)&run->started = now;
}

/*
 * Does what runs keep its CPU, slice after slice? One at home that does, and is behind those that wait, is too heavy
 * for its share: it has a CPU to itself, whatever the order, and will not catch up. One from elsewhere may have others
 * of its kind waiting there.
 */
static __always_inline bool wd_keeps_cpu(struct wd_run *run, u64 now)
{
	return run->started && !run->away && wd_ago(now, run->since) >= WD_CLOCK_KEPT;
}

/* May a task run on all CPUs of a domain? One bound to a CPU counts as such: it has an order of its own. */
static __always_inline bool wd_covers(struct wd_local *l, u32 dom)
{
	return wd_bit_test(l->covered, dom);
}

/*
 * Looks at what the CPUs of a domain run now, and how far its clock may follow: to the lower median of their keys. A
 * median, because both ends mislead: a light task that found a CPU is far ahead of all others after one slice, a heavy
 * one that has a CPU to itself stays far behind. And only while no CPU is idle: nobody competes then, and the clock of
 * a domain that another one follows must not run away with a lone light task.
 *
 * p: the task that wants a CPU, or NULL. The result lies in memory of this CPU, valid until its next call (callers have
 * interrupts off): the verifier follows each value of a local variable through the loop, but not this.
 */
static __always_inline struct wd_running *wd_look_at_running(struct task_struct *p, u32 dom, u64 now)
{
	struct wd_running *r = &wd_running_now[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	u32 nr = wd_nr_cpus[dom & (WD_MAX_DOMAINS - 1)];
	u64 clock = wd_clock_of(dom);
	int i;

	r->next = r->restricted = WD_KEY_NONE;
	r->largest = r->latest = 0;
	r->reached = r->not_reached = r->kept = r->idle = 0;
	r->lightest = ~0u;
	r->behind = 0;
	r->victim = -1;
	if (nr > WD_PREEMPT_SCAN)
		nr = WD_PREEMPT_SCAN;
	wd_each(i, nr)
	{
		s32 cpu = wd_domain_list[dom & (WD_MAX_DOMAINS - 1)][i & (WD_PREEMPT_SCAN - 1)];
		struct wd_run *run = wd_run_of(cpu);
		u64 key = wd_running_key(run, now);

		if (key == WD_KEY_NONE) {
			r->idle += run->idle;
			r->not_reached += !run->idle;
			continue;
		}
		if (run->weight < r->lightest)
			r->lightest = run->weight;
		if (p && !run->spared && key > r->latest && now - run->preempted_at >= WD_PREEMPT_REST &&
		    KF(bpf_cpumask_test_cpu)(cpu, p->cpus_ptr)) {
			r->latest = key;
			r->victim = cpu;
		}
		key = wd_proven_key(run, key, now);
		/* A task that may not run everywhere says nothing about the others: it has come as far as its CPUs. */
		if (run->restricted) {
			if (key < r->restricted)
				r->restricted = key;
			continue;
		}
		if (key > r->largest)
			r->largest = key;
		if (key <= clock) {
			r->not_reached++;
			if (wd_keeps_cpu(run, now))
				r->kept++;
			else if (run->weight > WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE)
				r->behind += run->weight;
			continue;
		}
		r->reached++;
		if (key < r->next)
			r->next = key;
	}
	return r;
}

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

/*
 * How far a clock may have come in `passed` ns while tasks of this weight together, at least, wait: as if all CPUs
 * served only them, some times over, since the queue may have been shorter. Light tasks that run meanwhile are far
 * ahead of that, and would take the clock with them: of heavy ones that come one after the other the last would be
 * behind the first by seconds of CPU time.
 */
static __always_inline u64 wd_clock_within(u32 dom, u64 passed, u64 weight)
{
	u64 pace = WD_CLOCK_SLACK * wd_nr_cpus[dom & (WD_MAX_DOMAINS - 1)];

	if (passed > WD_CLOCK_PASSED)
		passed = WD_CLOCK_PASSED;
	return wd_clock_of(dom) + passed * pace * WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE / (weight ? weight : 1);
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
	within = wd_clock_within(dom, passed < WD_CLOCK_INTERVAL ? passed : WD_CLOCK_INTERVAL, weight + r->behind);
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
			r->waiting += l->weight;
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

/* Key beyond which the clock may not go: of the head of the queue, which comes next, nor faster than that is served. */
static __always_inline u64 wd_clock_limit(u32 dom, u64 passed, u64 now)
{
	struct wd_running *r = &wd_running_now[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	u64 within, limit;

	limit = wd_clock_beside(dom, r);
	wd_look_at_queue(dom, now);
	if (r->head < limit)
		limit = r->head;
	within = r->waiting + r->behind ? wd_clock_within(dom, passed, r->waiting + r->behind) : WD_KEY_NONE;
	return within < limit ? within : limit;
}

/*
 * Lets the clock of a domain go on with what runs there; now and then, from dispatch. Not beyond the head of its queue,
 * which comes next, nor faster than its queue can be served.
 */
__noinline int wd_clock_advance(u32 dom, u64 now)
{
	struct wd_clock *c = &wd_clocks[dom & (WD_MAX_DOMAINS - 1)];
	struct wd_running *r = &wd_running_now[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	u64 limit = 0, passed = wd_ago(now, c->advanced_at);
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
			limit = wd_clock_limit(dom, passed, now);
		if (!wd_clock_reach(dom, r, limit, r->first))
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
