/* SPDX-License-Identifier: GPL-2.0-only */
/* Decisions: taken from the ring by whichever CPU dispatches, applied by moving the task out of custody. */
#ifndef WD40_DECISIONS_H
#define WD40_DECISIONS_H

#include "custody.h"

enum wd_applied {
	WD_APPLIED = 0,
	WD_APPLY_STALE, /* dropped */
	WD_APPLY_LATER, /* the task is not in custody yet */
};

/* Moves a task from custody to where the decision says. True if it was in custody. */
static __always_inline bool wd_move_decided(struct task_struct *p, struct wd_handed *h, u64 now)
{
	struct wd_decision __arena *d = &wd_handover_at(h->slot)->decision;
	u64 slice = d->slice, key = d->key, lease = d->lease * WD_USEC, dsq = WD_DECIDED_DSQ;
	struct bpf_iter_scx_dsq it;
	s32 cpu = d->cpu, idle;
	bool moved = false;

	if (cpu >= 0) {
		if (cpu < wd_layout.nr_cpu_ids && wd_domain_of_cpu(cpu) < WD_MAX_DOMAINS &&
		    KF(bpf_cpumask_test_cpu)(cpu, p->cpus_ptr)) {
			dsq = WD_DECIDED_CPU_DSQ + cpu;
		} else {
			wd_tally(bounced);
			cpu = -1;
		}
	}
	if (slice < WD_DECISION_SLICE_MIN)
		slice = WD_DECISION_SLICE_MIN;
	if (slice > WD_DECISION_SLICE_MAX)
		slice = WD_DECISION_SLICE_MAX;
	if (lease > WD_DECISION_LEASE_MAX)
		lease = WD_DECISION_LEASE_MAX;
	h->key = h->given_key = key;
	h->slice = slice;
	h->rate = d->rate;
	h->credit = d->credit < WD_DECISION_LEASE_MAX ? d->credit : WD_DECISION_LEASE_MAX;
	h->lease = h->given_lease = lease;
	h->forget = d->forget;
	h->epoch = wd_common.epoch;
	h->renewed = 0;
	h->own = 0;
	h->cpu = cpu;
	/* Before the move: the task may run, and be counted out, before it returns. */
	__sync_lock_test_and_set(&h->decided, 1);
	wd_count_decided(1);
	if (!KF(bpf_iter_scx_dsq_new)(&it, WD_CUSTODY_DSQ + (h->custody & (WD_MAX_CPUS - 1)), 0)) {
		KF(scx_bpf_dsq_move_set_slice)(&it, slice);
		KF(scx_bpf_dsq_move_set_vtime)(&it, key);
		moved = KF(scx_bpf_dsq_move_vtime)(&it, p, dsq, 0);
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	if (!moved) {
		wd_undecide(h);
		return false;
	}
	if (cpu >= 0) {
		wd_tally(to_cpu);
		wd_kick(cpu, WD_KICK_IDLE);
	} else {
		idle = wd_pick_idle(p->cpus_ptr);
		if (idle >= 0) {
			wd_kick(idle, WD_KICK_IDLE);
			return true;
		}
		cpu = wd_task_cpu(p);
	}
	if (d->preempt && wd_domain_of_cpu(cpu) < WD_MAX_DOMAINS && KF(bpf_cpumask_test_cpu)(cpu, p->cpus_ptr))
		wd_preempt_cpu(cpu, now);
	return true;
}

/* Applies one decision. Its token may hold any bits. Returns enum wd_applied. */
__noinline int wd_apply(u64 token, u64 now)
{
	u32 slot = WD_TOKEN_SLOT(token), seq = WD_TOKEN_SEQ(token);
	int result = WD_APPLY_STALE;
	struct task_struct *p;
	struct wd_handed *h;
	u64 handed, deciding;

	if (!slot || slot >= wd_layout.max_tasks) {
		wd_tally(invalid);
		return WD_APPLY_STALE;
	}
	/* The number may be that of any task: what its own storage says is believed. */
	p = KF(bpf_task_from_pid)(wd_handover_at(slot)->queued.tid);
	if (!p) {
		wd_tally(stale);
		return WD_APPLY_STALE;
	}
	h = wd_handed_of(p);
	handed = WD_STATE(seq, WD_PHASE_HANDED);
	deciding = WD_STATE(seq, WD_PHASE_DECIDING);
	if (!h || h->slot != slot || __sync_val_compare_and_swap(&h->state, handed, deciding) != handed) {
		wd_tally(stale);
	} else if (wd_move_decided(p, h, now)) {
		__sync_val_compare_and_swap(&h->state, deciding, WD_STATE(seq, WD_PHASE_NONE));
		wd_tally(applied);
		result = WD_APPLIED;
	} else if (__sync_val_compare_and_swap(&h->state, deciding, handed) == deciding) {
		result = WD_APPLY_LATER;
	} else {
		wd_tally(cancelled);
	}
	KF(bpf_task_release)(p);
	return result;
}

/* Keeps a decision for the next dispatch on this CPU; one that has been tried too often is given up. */
static __always_inline void wd_retry_later(struct wd_here *here, u64 token, u32 tries)
{
	u32 at = here->nr_retries;

	if (tries >= WD_RETRY_LIMIT || at >= WD_RETRIES) {
		wd_tally(refused);
		return;
	}
	here->retries[at & (WD_RETRIES - 1)].token = token;
	here->retries[at & (WD_RETRIES - 1)].tries = tries + 1;
	here->nr_retries = at + 1;
	wd_tally(retried);
}

/*
 * An insertion asked for in enqueue is done after it has returned, but its token can be read before. A decision that is
 * quicker than that is tried again.
 */
static __always_inline void wd_drain_retries(struct wd_here *here, u64 now)
{
	u32 nr = here->nr_retries;
	int i;

	here->nr_retries = 0;
	wd_for(i, 0, nr < WD_RETRIES ? nr : WD_RETRIES)
	{
		struct wd_retry *r = &here->retries[i & (WD_RETRIES - 1)];
		u64 token = r->token;
		u32 tries = r->tries;

		if (wd_apply(token, now) == WD_APPLY_LATER)
			wd_retry_later(here, token, tries);
	}
}

enum wd_taken {
	WD_TAKEN = 0,
	WD_TAKE_NONE,  /* there is none */
	WD_TAKE_AGAIN, /* another CPU was quicker */
};

/* Takes the next decision out of the ring. Returns enum wd_taken. */
static __always_inline int wd_take_decision(u64 *token)
{
	struct wd_decision_ring __arena *ring = wd_decision_ring();
	u64 head = *(volatile u64 __arena *)&ring->head, tail = *(volatile u64 __arena *)&ring->tail;

	if (head == tail)
		return WD_TAKE_NONE;
	/* Positions that cannot be: what they speak of is given up, and the two halves meet again. */
	if (tail - head > WD_DECISION_RING) {
		__sync_val_compare_and_swap(&ring->head, head, tail);
		return WD_TAKE_NONE;
	}
	/* Read before it is taken: the producer keeps it until the head has passed. */
	*token = *(volatile u64 __arena *)&ring->token[head & (WD_DECISION_RING - 1)];
	return __sync_val_compare_and_swap(&ring->head, head, head + 1) == head ? WD_TAKEN : WD_TAKE_AGAIN;
}

static __always_inline void wd_drain_decisions(struct wd_here *here, u64 now)
{
	u64 token;
	int i;

	if (here->nr_retries)
		wd_drain_retries(here, now);
	wd_for(i, 0, WD_DRAIN)
	{
		int taken = wd_take_decision(&token);

		if (taken == WD_TAKE_NONE)
			break;
		if (taken == WD_TAKEN && wd_apply(token, now) == WD_APPLY_LATER)
			wd_retry_later(here, token, 0);
	}
}

/*
 * A sleep, and the decision says what one is worth: what counts since the last sleep only is dropped from the key, and
 * it gains no more than the credit before the policy's clock, as the policy would do itself. True if the decision
 * stands. A key that is further behind the clock than the credit is the policy's: its clock moves by what it is asked
 * about, and would stand still where all sleep. A takeover ends it: what was given meanwhile is not to be charged.
 */
static __always_inline bool wd_renew(struct wd_handed *h)
{
	u64 clock = wd_exchange()->clock;

	if (!h->credit || !h->rate || h->epoch != wd_common.epoch || wd_common.mode != WD_CUSTODY_NORMAL)
		return false;
	h->key -= wd_key_after(0, h->exec_runtime, h->rate * h->forget / 256);
	h->renewed = 1;
	if (wd_earlier(clock + h->credit, h->key))
		return false;
	if (wd_earlier(h->key, clock - h->credit))
		h->key = clock - h->credit;
	h->given_key = h->key;
	h->lease = h->given_lease;
	h->own = 0;
	return true;
}

#endif
