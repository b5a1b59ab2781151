/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of the balancer for tasks that wait in a domain's queue: they change the queue at once, and follow the
 * request for good on their own callbacks, as any task does. Here nothing is written but the queue.
 */
#ifndef WD40_REQUESTS_H
#define WD40_REQUESTS_H

#include "task_state.h"

#define WD_REQUEST_BATCH 8 /* requests looked at by one dispatch */

/* Takes the next request of a domain that nobody has looked at. Its slot, or WD_NO_SLOT when there is none. */
static __always_inline u32 wd_next_request(u32 dom)
{
	struct wd_domain __arena *d = wd_domain_at(dom);
	struct wd_clock *c = &wd_clocks[dom & (WD_MAX_DOMAINS - 1)];
	u64 asked = *(volatile u64 __arena *)&d->requests, seen = *(volatile u64 *)&c->requests, next = seen;

	if (asked == seen)
		return WD_NO_SLOT;
	/* Older ones are overwritten. Whatever stands in the arena, this comes to an end. */
	if (asked - seen > WD_REQUEST_RING)
		next = asked - WD_REQUEST_RING;
	if (__sync_val_compare_and_swap(&c->requests, seen, next + 1) != seen)
		return WD_NO_SLOT; /* another CPU is at it */
	return d->request_slots[next & (WD_REQUEST_RING - 1)];
}

/* Wakes an idle CPU of a domain for a task that was put into its queue; of a very large domain one of the first. */
__noinline int wd_wake_for(struct task_struct *p __arg_trusted, u32 dom)
{
	u32 nr = wd_nr_cpus[dom & (WD_MAX_DOMAINS - 1)];
	int i;

	if (!wd_any_idle())
		return 0;
	if (nr > WD_PREEMPT_SCAN)
		nr = WD_PREEMPT_SCAN;
	wd_each(i, nr)
	{
		s32 cpu = wd_domain_list[dom & (WD_MAX_DOMAINS - 1)][i & (WD_PREEMPT_SCAN - 1)];

		if (KF(bpf_cpumask_test_cpu)(cpu, p->cpus_ptr) && wd_claim_idle(cpu)) {
			wd_kick(cpu, WD_KICK_IDLE);
			break;
		}
	}
	return 0;
}

/*
 * Moves the task of a slot, if it waits in the iterator's queue and its request is open. The kernel takes any task of
 * the queue, not only the one at which the iterator is, so none is searched for.
 */
static __always_inline void wd_move_asked(struct bpf_iter_scx_dsq *it, u32 slot)
{
	struct task_struct *p;
	struct wd_local *l;
	u64 word, reached, shift;
	u32 to;

	if (!slot || slot >= wd_layout.max_tasks)
		return;
	/* The number may be that of any task: what its own storage says is believed. */
	p = KF(bpf_task_from_pid)(wd_task_at(slot)->pid);
	if (!p)
		return;
	l = wd_local_of(p);
	word = wd_request_at(slot)->word;
	if (!l || l->slot != slot || word == l->request || WD_REQUEST_GEN(word) != l->generation ||
	    p->nr_cpus_allowed == 1)
		goto release;
	to = wd_asked_domain(l, word);
	if (to >= WD_MAX_DOMAINS || to == l->domain)
		goto release;
	/* By its place rather than its key, which are not always the same (wd_place). */
	reached = *(volatile u64 *)&l->reached;
	shift = reached ? wd_clock_of(to) - reached : wd_key_shift(l->domain, to, l->weight);
	KF(scx_bpf_dsq_move_set_vtime)(it, p->scx.dsq_vtime + shift);
	if (!KF(scx_bpf_dsq_move_vtime)(it, p, to, 0))
		goto release; /* it runs or sleeps by now, and looks at its request itself */
	wd_count(moved_queued);
	wd_wake_for(p, to);
release:
	KF(bpf_task_release)(p);
}

/* From dispatch, when the balancer has asked since. */
__noinline int wd_move_queued(u32 dom)
{
	struct bpf_iter_scx_dsq it;
	u32 slot;
	int i;

	if (!KF(bpf_iter_scx_dsq_new)(&it, dom, 0)) {
		wd_each_calling(i, WD_REQUEST_BATCH)
		{
			slot = wd_next_request(dom);
			if (slot == WD_NO_SLOT)
				break;
			wd_move_asked(&it, slot);
		}
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return 0;
}

/* Has the balancer asked for tasks of a domain since its requests were looked at? */
static __always_inline bool wd_has_requests(u32 dom)
{
	return wd_domain_at(dom)->requests != wd_clocks[dom & (WD_MAX_DOMAINS - 1)].requests;
}

#endif
