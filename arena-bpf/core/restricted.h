/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks that may run on some CPUs of their home only (taskset, cpusets). Those CPUs may be more crowded than the rest
 * of the domain or less, and get ahead of its clock or fall behind for as long as that is so. Bounded around that
 * clock, all of them would come to stand at the bound, one as the other, and weights had no effect among them. So each
 * is bounded around what those CPUs have come to.
 */
#ifndef WD40_RESTRICTED_H
#define WD40_RESTRICTED_H

#include "advance.h"

/*
 * What a task may be ahead of others, or behind, that it has not competed with so far: as much virtual time as one of
 * its weight is even with in WD_MOVE_WAIT at the pace of a domain's queue.
 */
static __always_inline u64 wd_bearable(u32 dom, u32 queued, u32 weight)
{
	return WD_MOVE_WAIT * wd_pace(queued, wd_nr_cpus[dom & (WD_MAX_DOMAINS - 1)]) / WD_PACE_ONE *
	       WD_WEIGHT_DEFAULT * WD_WEIGHT_ONE / (weight ? weight : 1);
}

/* Brings a task's key near a clock that has not counted for it so far; the rest is forgiven, or forfeited. */
static __always_inline void wd_draw_near(struct wd_local *l, u64 clock)
{
	u64 bearable = wd_bearable(l->domain, wd_domain_queued(l->domain), l->weight);
	s64 ahead = l->key - clock, shift = 0;

	if (!l->slot || !l->key)
		return;
	if (ahead > (s64)bearable)
		shift = bearable - ahead;
	else if (ahead < -(s64)bearable)
		shift = -ahead - bearable;
	if (!shift)
		return;
	l->key += shift;
	wd_deadline_moved(wd_task_at(l->slot), shift);
}

/* One that slept and has a key by its home's clock, where another one counts by now, is not that much behind it. */
static __always_inline void wd_draw_back(struct wd_local *l, u64 clock)
{
	s64 excess = l->key - clock - wd_virtual(l->weight, WD_CLOCK_LAG);

	if (!l->slot || !l->key || excess <= 0)
		return;
	l->key -= excess;
	wd_deadline_moved(wd_task_at(l->slot), -excess);
}

/* Compares what runs on the CPUs of a domain on which a task may run with `m->reached`. */
static __always_inline void wd_compare(struct task_struct *p, u32 dom, struct wd_median *m, u64 now)
{
	u32 nr = wd_nr_cpus[dom & (WD_MAX_DOMAINS - 1)];
	int i;

	m->before = m->after = m->same = 0;
	m->next = WD_KEY_NONE;
	m->last = 0;
	if (nr > WD_PREEMPT_SCAN)
		nr = WD_PREEMPT_SCAN;
	wd_each(i, nr)
	{
		s32 cpu = wd_domain_list[dom & (WD_MAX_DOMAINS - 1)][i & (WD_PREEMPT_SCAN - 1)];
		struct wd_run *run = wd_run_of(cpu);
		u64 key;

		if (run->bound || run->idle || (m->passing && wd_keeps_cpu(run, now)) ||
		    !KF(bpf_cpumask_test_cpu)(cpu, p->cpus_ptr))
			continue;
		key = wd_running_key(run, now);
		/* Just changing: what it ran last. */
		key = key == WD_KEY_NONE ? run->last : wd_proven_key(run, key, now);
		if (!key)
			continue;
		if (key > m->reached) {
			m->after++;
			if (key < m->next)
				m->next = key;
		} else if (key < m->reached) {
			m->before++;
			if (key > m->last)
				m->last = key;
		} else {
			m->same++;
		}
	}
}

/*
 * How far the CPUs of a domain have come on which a task may run: the lower median of their keys, as for the domain,
 * searched from `from` up or down; 0 when none of them runs anything that counts. passing: those that keep their CPU do
 * not.
 */
__noinline u64 wd_reached_by(struct task_struct *p __arg_trusted, u32 dom, u64 from, u32 passing, u64 now)
{
	/* In memory, as in wd_look_at_running. */
	struct wd_median *m = &wd_medians[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	int i;

	m->reached = from;
	m->passing = passing;
	wd_each(i, WD_PREEMPT_SCAN)
	{
		wd_compare(p, dom, m, now);
		if (m->after > m->before + m->same)
			m->reached = m->next;
		else if (m->before && m->before >= m->after + m->same)
			m->reached = m->last;
		else
			break;
	}
	return m->before + m->after + m->same ? m->reached : 0;
}

/* The clock that counts for a task: that of its home, or for a restricted one what its CPUs have come to. */
static __always_inline u64 wd_clock_for(struct task_struct *p, struct wd_local *l, u64 now)
{
	u64 clock;

	if (wd_covers(l, l->domain)) {
		clock = wd_clock_by(l->domain, l->weight);
		if (l->woken && clock < wd_clock_of(l->domain))
			wd_draw_back(l, clock);
		return clock;
	}
	clock = wd_reached_by(p, l->domain, l->reached, 0, now);
	if (!clock)
		clock = wd_clock_of(l->domain);
	if (l->elsewhere)
		wd_draw_near(l, clock);
	l->elsewhere = 0;
	l->reached = clock;
	return clock;
}

/*
 * A restricted task that keeps its CPU is put into no queue, and too heavy for its share it would fall behind for as
 * long as it does, and keep those behind with which it is compared. So it goes with the others of its CPUs.
 */
static __always_inline void wd_follow_others(struct task_struct *p, struct wd_local *l, u64 now)
{
	u64 clock = wd_reached_by(p, l->domain, l->reached, 1, now);

	if (clock > l->reached)
		l->reached = clock;
}

/* The clock that counted for a task when it was last looked at. */
static __always_inline u64 wd_last_clock(struct wd_local *l)
{
	return l->reached ? l->reached : wd_clock_by(l->domain, l->weight);
}

/* The affinity or the home is another one: so is perhaps the clock that counts. */
static __always_inline void wd_restrict(struct wd_local *l)
{
	u64 clock = wd_clock_of(l->domain);

	if (!wd_covers(l, l->domain)) {
		if (!l->reached)
			l->reached = clock;
		l->elsewhere = 1;
		return;
	}
	if (l->reached)
		wd_draw_near(l, clock);
	l->reached = 0;
	l->elsewhere = 0;
}

#endif
