/* SPDX-License-Identifier: GPL-2.0-only */
/* What the CPUs of a domain run, by the keys that its tasks have reached by now. */
#ifndef WD40_RUNNING_H
#define WD40_RUNNING_H

#include "clock.h"

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
				r->behind += wd_holding(run->weight);
			continue;
		}
		r->reached++;
		if (key < r->next)
			r->next = key;
	}
	return r;
}

#endif
