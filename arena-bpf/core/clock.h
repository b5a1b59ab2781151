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
 * A domain lags only while it has something queued: with an empty queue its clock follows the furthest one. Without
 * this, clocks drift apart by seconds and the next arrivals are unfair for as long.
 */
static __always_inline void wd_clock_follow(u32 dom)
{
	u64 key = wd_clock_furthest.v - WD_CLOCK_LAG;

	if (wd_clock_of(dom) < key)
		wd_clock_raise(dom, key);
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
 * Virtual time that a stretch of CPU time is to a task of an effective weight; lighter ones count as of weight 100.
 * Margins and bounds are meant as CPU time: what is a few ms between normal tasks are seconds between heavy ones.
 */
static __always_inline u64 wd_virtual(u32 weight, u64 time)
{
	u32 normal = WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE;

	return weight > normal ? time * normal / weight : time;
}

/* A task's key bounded around a clock; `reached`: the clock as far as it counts for the task. */
static __always_inline u64 wd_key_bounded(struct wd_local *l, u64 key, u64 reached, u64 clock)
{
	return wd_bounded(key, reached - wd_virtual(l->weight, WD_KEY_BEHIND),
			  clock + wd_virtual(l->weight, WD_KEY_AHEAD));
}

/*
 * Key of a task that runs at once on a claimed CPU: it bypasses the order, so it must not move it either. Where a CPU
 * is idle nothing is queued, so the clock follows first: the task would begin where the domain was left long ago, and
 * all who come after it would wait until it has caught up.
 */
static __always_inline void wd_key_direct(struct wd_local *l, struct wd_task __arena *t, u64 now)
{
	u64 clock, key;

	wd_clock_follow(l->domain);
	clock = wd_clock_of(l->domain);
	key = wd_deadline_key(t, clock, now, WD_ARRIVAL_DIRECT, WD_PACE_ONE);
	l->key = key < clock ? wd_bounded(key, clock - WD_KEY_BEHIND, clock) : clock;
	l->bound = -1;
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

	r->next = r->bound = WD_KEY_NONE;
	r->largest = r->latest = 0;
	r->reached = r->not_reached = r->idle = 0;
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
		if (p && !run->spared && key > r->latest && now - run->preempted_at >= WD_PREEMPT_REST &&
		    KF(bpf_cpumask_test_cpu)(cpu, p->cpus_ptr)) {
			r->latest = key;
			r->victim = cpu;
		}
		key = wd_proven_key(run, key, now);
		/* A task bound to its CPU says nothing about the others: its keys follow that CPU's queue. */
		if (run->bound) {
			if (key < r->bound)
				r->bound = key;
			continue;
		}
		if (key > r->largest)
			r->largest = key;
		if (key <= clock) {
			r->not_reached++;
			continue;
		}
		r->reached++;
		if (key < r->next)
			r->next = key;
	}
	return r;
}

/*
 * Raises the clock of a domain to what its CPUs have reached, as the last look has shown, but not beyond `limit`. True:
 * as far as the next key that runs there, so that another look may raise it further.
 */
static __always_inline bool wd_clock_reach(u32 dom, struct wd_running *r, u64 limit)
{
	u64 key = r->next < limit ? r->next : limit;

	if (r->idle || r->reached <= r->not_reached || key == WD_KEY_NONE)
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
 * Looks at the heads of a domain's queue: how heavy they are together, and who of them comes next. That one has not
 * just been woken, as such stand before the clock by their credit and one of them is there most of the time, stands by
 * its own key, and has not been waiting for so long that it cannot run on most of the CPUs. The result as that of
 * wd_look_at_running.
 */
__noinline int wd_look_at_queue(u32 dom, u64 now)
{
	struct wd_running *r = &wd_running_now[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	struct wd_local *l;
	int i;

	r->head = WD_KEY_NONE;
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
			if (r->head == WD_KEY_NONE && !l->woken && l->key == p->scx.dsq_vtime &&
			    wd_ago(now, l->queued_at) < WD_CLOCK_PATIENCE)
				r->head = l->key;
		}
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return 0;
}

/*
 * Lets the clock of a domain go on with what runs there; now and then, from dispatch. Not beyond the head of its queue,
 * which comes next, nor faster than its queue can be served.
 */
__noinline int wd_clock_advance(u32 dom, u64 now)
{
	struct wd_clock *c = &wd_clocks[dom & (WD_MAX_DOMAINS - 1)];
	struct wd_running *r = &wd_running_now[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	u64 limit, passed = wd_ago(now, c->advanced_at), within;
	int i;

	if (passed < WD_CLOCK_INTERVAL)
		return 0;
	c->advanced_at = now;
	wd_look_at_queue(dom, now);
	limit = r->head;
	within = r->waiting ? wd_clock_within(dom, passed, r->waiting) : WD_KEY_NONE;
	if (within < limit)
		limit = within;
	/*
	 * Key by key, up to the median of them. One key a time would stop at a heavy task just beyond the clock, which
	 * then goes no faster than that one's key does, and the light ones run away from it.
	 */
	wd_each(i, WD_PREEMPT_SCAN)
	{
		r = wd_look_at_running(NULL, dom, now);
		if (!wd_clock_reach(dom, r, limit))
			break;
	}
	/*
	 * Where only bound tasks run the clock goes with them, or they would be far ahead of all who come later. No
	 * faster than time, which a light one's key outruns by far.
	 */
	if (r->bound != WD_KEY_NONE && !r->reached && !r->not_reached)
		wd_clock_raise(dom, r->bound < wd_clock_of(dom) + passed ? r->bound : wd_clock_of(dom) + passed);
	return 0;
}

/*
 * Key of a task for its domain's queue, which holds `queued` others; r: what runs there, if it was looked at. For woken
 * tasks the clock counts no further than the largest key that runs: those that run may lag behind the clock, when they
 * came with old keys from elsewhere, and a woken task would wait until all of them have caught up.
 */
static __always_inline void wd_key_queued(struct wd_local *l, struct wd_task __arena *t, u32 queued,
					  struct wd_running *r, u64 now)
{
	u64 clock, reached, key;

	if (!queued) {
		wd_clock_follow(l->domain);
		if (r)
			wd_clock_reach(l->domain, r, wd_clock_within(l->domain, WD_CLOCK_INTERVAL, l->weight));
	}
	clock = reached = wd_clock_of(l->domain);
	if (l->woken && r && r->largest && r->largest < clock)
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
	u32 queued = wd_domain_queued(to);
	u64 bearable = WD_MOVE_WAIT * wd_pace(queued, wd_nr_cpus[to & (WD_MAX_DOMAINS - 1)]) / WD_PACE_ONE *
		       WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE / (weight ? weight : 1);
	s64 ahead;

	if (!queued)
		wd_clock_follow(to);
	ahead = wd_clock_of(to) - wd_clock_of(from);
	if (ahead > (s64)bearable)
		return ahead - bearable;
	return ahead < -(s64)bearable ? ahead + bearable : 0;
}

/*
 * Key of a task that keeps a CPU of its home while nobody waits for one. It competes with nobody, so it is where the
 * clock is: it would run ahead for as long as it is alone, and when others come wait until they have caught up, or take
 * the clock with it and leave those that have just come so far behind that they keep their CPUs.
 */
static __always_inline void wd_key_alone(struct wd_local *l, struct wd_run *run, u64 now)
{
	u64 clock, key;

	wd_clock_follow(l->domain);
	clock = wd_clock_of(l->domain);
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
 */
static __always_inline u64 wd_place(struct task_struct *p, struct wd_local *l, u64 clock, u64 now)
{
	if (!wd_holds_grace(p))
		return l->key;
	if (wd_ago(now, l->first_at) >= WD_GRACE_REST) {
		l->first_at = now;
		return clock > WD_KEY_BEHIND ? clock - WD_KEY_BEHIND : 0;
	}
	return l->key > clock ? clock : l->key;
}

/* Charges what ran since the last charge; the key becomes what the task would be queued with now. */
static __always_inline void wd_charge(struct wd_local *l, struct wd_run *run, u64 now)
{
	u64 ran = now > run->started ? now - run->started : 0;
	u64 limit = run->key + ran * WD_WEIGHT_DEFAULT + WD_KEY_AHEAD;

	l->key = wd_bounded(wd_deadline_charge(wd_task_at(l->slot), ran, l->weight, now), run->key - WD_KEY_BEHIND,
			    limit);
	wd_run_set(run, l->key, l->weight, now);
}

#endif
