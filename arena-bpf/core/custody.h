/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hand-over of tasks: to the policy (custody and token), back by a decision, and back without one. What was handed over
 * is counted once, by whoever ends it; the state word says who that is. docs/user-space-scheduling.md has the argument.
 */
#ifndef WD40_CUSTODY_H
#define WD40_CUSTODY_H

#include "userspace.h"

static __always_inline struct wd_handed *wd_handed_of(struct task_struct *p)
{
	return bpf_task_storage_get(&wd_handeds, p, 0, 0);
}

/*
 * CPU time of a task since it was started, ns. As the kernel counts it: that of a task begins when the one before it
 * ends, and from `running` on only, the search for it would be left out.
 */
static __always_inline u64 wd_ran(struct wd_handed *h, struct task_struct *p)
{
	return wd_ago(p->se.sum_exec_runtime, h->executed);
}

/* One decided task more or less. The policy is told, roughly: the last to store may not have been the last to count. */
static __always_inline void wd_count_decided(s64 by)
{
	wd_exchange()->decided = __sync_fetch_and_add(&wd_common.decided, by) + by;
}

static __always_inline void wd_undecide(struct wd_handed *h)
{
	if (h->decided && __sync_lock_test_and_set(&h->decided, 0))
		wd_count_decided(-1);
}

enum wd_end {
	WD_END_QUEUED_ANEW = 0,
	WD_END_RUNS,
	WD_END_GONE,
};

/* The task leaves custody, or whatever queue it is in. A decision that is being applied counts it, if there is one. */
static __always_inline void wd_take_back(struct wd_handed *h, enum wd_end end)
{
	u64 state = h->state;

	if (WD_STATE_PHASE(state) != WD_PHASE_NONE) {
		state = __sync_lock_test_and_set(&h->state, WD_STATE(WD_STATE_SEQ(state), WD_PHASE_NONE));
		if (WD_STATE_PHASE(state) == WD_PHASE_HANDED) {
			if (end == WD_END_RUNS)
				wd_tally(rescued);
			else if (end == WD_END_GONE)
				wd_tally(dead);
			else
				wd_tally(cancelled);
		}
	}
	wd_undecide(h);
}

/* Marks a ring as one with new tokens. The exchange that published the tail comes before this look at the bit. */
static __always_inline void wd_mark_dirty(s32 cpu)
{
	u64 __arena *word = &wd_exchange()->dirty[(cpu & (WD_MAX_CPUS - 1)) / 64];
	u64 bit = 1ull << (cpu & 63);

	if (!(*(volatile u64 __arena *)word & bit))
		__sync_fetch_and_or(word, bit);
}

/* Is there room for a token of this CPU? Asked before the task's state says that it is handed over. */
static __always_inline bool wd_has_room(void)
{
	s32 here = bpf_get_smp_processor_id();
	struct wd_queued_ring __arena *ring = wd_queued_ring_of(here);
	u64 tail = wd_here(here)->queued_tail;

	if (tail - *(volatile u64 __arena *)&ring->head < WD_QUEUED_RING)
		return true;
	/* Full, or its head is garbage: the user half says again where it is when it looks at the ring. */
	__sync_lock_test_and_set(&ring->tail, tail);
	wd_mark_dirty(here);
	return false;
}

/* Puts a token into this CPU's ring. There is room. What it speaks of was stored before. */
static __always_inline void wd_put_token(u64 token)
{
	s32 cpu = bpf_get_smp_processor_id();
	struct wd_queued_ring __arena *ring = wd_queued_ring_of(cpu);
	struct wd_here *here = wd_here(cpu);
	u64 tail = here->queued_tail;

	ring->token[tail & (WD_QUEUED_RING - 1)] = token;
	here->queued_tail = tail + 1;
	__sync_lock_test_and_set(&ring->tail, tail + 1);
	wd_mark_dirty(cpu);
}

/* Tells the policy of a task: its record, then the token. There is room. */
static __always_inline void wd_publish(struct task_struct *p, struct wd_handed *h, u32 seq, u64 enq_flags)
{
	struct wd_queued __arena *q = &wd_handover_at(h->slot)->queued;
	/* What the kernel half has given in a takeover since is in the key, and not to be charged. */
	u32 renewed = h->renewed && h->epoch == wd_common.epoch;

	__sync_lock_test_and_set(&q->sequence, seq);
	q->generation = h->generation;
	q->prev_cpu = wd_task_cpu(p);
	q->weight = h->weight;
	q->enq_flags = enq_flags;
	q->exec_runtime = h->exec_runtime;
	q->uncharged = h->uncharged;
	q->queued_at = h->queued_at;
	q->woken = h->woken;
	q->allowed_cpus = p->nr_cpus_allowed;
	q->flags = p->flags & PF_KTHREAD ? WD_TASK_KTHREAD : 0;
	q->renewed = renewed;
	if (renewed)
		q->key = h->key;
	/* A thread that calls exec takes the number of its process's first one. */
	if (q->tid != (u32)p->pid)
		q->tid = p->pid;
	wd_put_token(WD_TOKEN(h->slot, seq));
}

/* Tokens wait in rings, or tasks in the policy's memory: hints, as they stand in the arena. */
static __always_inline bool wd_waiting_for_user(void)
{
	struct wd_exchange __arena *x = wd_exchange();
	int i;

	if (x->pending)
		return true;
	wd_for(i, 0, (wd_layout.nr_cpu_ids + 63) / 64)
	{
		if (x->dirty[i & (WD_MASK_WORDS - 1)])
			return true;
	}
	return false;
}

/* Is the policy's thread to run now? */
static __always_inline bool wd_user_due(u64 now)
{
	struct wd_common *c = &wd_common;

	if (c->mode != WD_CUSTODY_NORMAL && wd_ago(now, c->user_ran_at) < WD_USER_REST)
		return false;
	if (c->urgent || wd_ago(now, c->user_ran_at) >= WD_HEARTBEAT)
		return true;
	/* Work comes in batches as long as no CPU is about to run out of it. */
	return (c->decided < wd_low_water || (c->token_at && wd_ago(now, c->token_at) > WD_TOKEN_PATIENCE)) &&
	       wd_waiting_for_user();
}

/* Is a key earlier than another one? Keys may wrap. */
static __always_inline bool wd_earlier(u64 key, u64 other)
{
	return (s64)(key - other) < 0;
}

/* What a key has become after some CPU time. */
static __always_inline u64 wd_key_after(u64 key, u64 ran, u32 rate)
{
	return key + ran * rate / WD_RATE_ONE;
}

/* Preempts what runs on a CPU. Not for the policy's thread, whose turn would be cut short. */
static __always_inline void wd_preempt_now(s32 cpu, u64 now)
{
	wd_here(cpu)->preempted_at = now;
	wd_tally(preempted);
	wd_kick(cpu, WD_KICK_PREEMPT);
}

/* Preempts what runs on a CPU, unless that was done just now. */
static __always_inline void wd_preempt_cpu(s32 cpu, u64 now)
{
	struct wd_here *there = wd_here(cpu);

	if (!there->user && wd_ago(now, there->preempted_at) >= WD_PREEMPT_REST)
		wd_preempt_now(cpu, now);
}

/* Is a key earlier than that of what runs on a CPU? Not if that is the policy's thread, or nothing. */
static __always_inline bool wd_earlier_than_there(u64 key, s32 cpu, u64 now)
{
	struct wd_here *there = wd_here(cpu);

	return there->started && !there->user &&
	       wd_earlier(key, wd_key_after(there->key, wd_ago(now, there->started), there->rate));
}

/*
 * Lets the policy's thread run if it is parked and has something to do: on an idle CPU, or for a woken task in place of
 * what runs on that task's CPU. That one gives way if it would not come before the woken one: by the key that it has
 * reached, and by that of the last decision about the woken one, for a sleep may make up for what it has run since.
 * Called too early, the policy has a turn for nothing; called too late, the task waits for the end of a slice.
 */
static __always_inline void wd_call_user(struct wd_handed *h, u64 now)
{
	if (KF(scx_bpf_dsq_nr_queued)(WD_USER_DSQ) <= 0 || !wd_user_due(now) || wd_wake_idle())
		return;
	if (h->woken && wd_earlier_than_there(h->given_key, h->custody, now))
		wd_preempt_cpu(h->custody, now);
}

/*
 * A takeover, or a further one: the user half has to see an epoch that it has not seen before the kernel half gives
 * back. The epoch comes before the mode, so that one who gives back by an older epoch finds that out.
 */
static __always_inline void wd_begin_takeover(void)
{
	struct wd_common *c = &wd_common;
	struct wd_exchange __arena *x = wd_exchange();

	c->beat_then = x->beat;
	x->epoch = __sync_fetch_and_add(&c->epoch, 1) + 1;
	__sync_lock_test_and_set(&c->mode, WD_CUSTODY_TAKEN_OVER);
	x->mode = WD_CUSTODY_TAKEN_OVER;
}

/* The kernel half serves all tasks from now on, until the user half is back. */
static __always_inline void wd_take_over(void)
{
	if (wd_common.mode == WD_CUSTODY_NORMAL)
		wd_begin_takeover();
}

/* The user half has seen the takeover, has dropped what it held, and goes on: tasks are handed over again. */
static __always_inline void wd_give_back(u64 now)
{
	struct wd_common *c = &wd_common;
	struct wd_exchange __arena *x = wd_exchange();
	u64 epoch = c->epoch;

	if (c->mode != WD_CUSTODY_TAKEN_OVER || x->seen_epoch != epoch || x->beat == c->beat_then)
		return;
	if (__sync_val_compare_and_swap(&c->mode, WD_CUSTODY_TAKEN_OVER, WD_CUSTODY_NORMAL) != WD_CUSTODY_TAKEN_OVER)
		return;
	/* Another takeover has begun since: that one is not seen. */
	if (*(volatile u64 *)&c->epoch != epoch) {
		__sync_lock_test_and_set(&c->mode, WD_CUSTODY_TAKEN_OVER);
		return;
	}
	c->beat_at = now;
	x->mode = WD_CUSTODY_NORMAL;
}

/* Says again what the user half waits for, lest garbage stays in its place. */
static __always_inline void wd_repeat(void)
{
	struct wd_common *c = &wd_common;
	struct wd_exchange __arena *x = wd_exchange();

	if (x->epoch != c->epoch)
		x->epoch = c->epoch;
	if (x->mode != c->mode)
		x->mode = c->mode;
	if (x->decided != c->decided)
		x->decided = c->decided;
}

/* When the first of a custody queue was put there; 0: the queue is empty. */
static __always_inline u64 wd_custody_since(s32 cpu)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	struct wd_handed *h;
	u64 since = 0;

	if (KF(scx_bpf_dsq_nr_queued)(WD_CUSTODY_DSQ + cpu) <= 0)
		return 0;
	if (!KF(bpf_iter_scx_dsq_new)(&it, WD_CUSTODY_DSQ + cpu, 0)) {
		p = KF(bpf_iter_scx_dsq_next)(&it);
		h = p ? wd_handed_of(p) : NULL;
		if (h)
			since = h->queued_at;
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return since;
}

/* Is the kernel half to serve the first of a CPU's custody queue? It has waited for too long, or all are to be served.
 */
static __always_inline bool wd_custody_due(s32 cpu, u64 now)
{
	u64 since = wd_custody_since(cpu);

	return since && (wd_common.mode != WD_CUSTODY_NORMAL || wd_ago(now, since) > wd_takeover_ns);
}

#endif
