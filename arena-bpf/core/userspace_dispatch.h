/* SPDX-License-Identifier: GPL-2.0-only */
/* Which task a CPU of the user-space core runs next, and the watch over the user half. */
#ifndef WD40_USERSPACE_DISPATCH_H
#define WD40_USERSPACE_DISPATCH_H

#include "allowed.h"
#include "decisions.h"

/*
 * Keys of decided tasks are the policy's and may be anything, so that order bounds no wait: a task of a queue's tail
 * that has waited for too long runs next, with a short slice, as many may wait. True if one was found.
 */
__noinline int wd_take_overdue(u64 dsq, u64 now)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	struct wd_handed *h;
	bool moved = false;
	int i;

	if (!KF(bpf_iter_scx_dsq_new)(&it, dsq, SCX_DSQ_ITER_REV)) {
		wd_for(i, 0, WD_DECIDED_SCAN)
		{
			p = KF(bpf_iter_scx_dsq_next)(&it);
			if (!p)
				break;
			h = wd_handed_of(p);
			if (!h || wd_ago(now, h->queued_at) < WD_DECIDED_MAX ||
			    !KF(bpf_cpumask_test_cpu)(bpf_get_smp_processor_id(), p->cpus_ptr))
				continue;
			KF(scx_bpf_dsq_move_set_slice)(&it, wd_own_slice);
			moved = KF(scx_bpf_dsq_move)(&it, p, WD_DSQ_LOCAL, 0);
			if (moved)
				break;
		}
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return moved;
}

/* Looks for a task that has waited for too long: again at once where one was found, else now and then. */
static __always_inline bool wd_run_overdue(s32 cpu, struct wd_here *here, u64 now)
{
	if (!wd_common.decided || now - here->overdue_at < WD_DECIDED_CHECK)
		return false;
	if (wd_take_overdue(WD_DECIDED_DSQ, now) || wd_take_overdue(WD_DECIDED_CPU_DSQ + cpu, now)) {
		wd_tally(overdue);
		return true;
	}
	here->overdue_at = now;
	return false;
}

/* Gives this CPU to the policy's thread if it is parked. */
static __always_inline bool wd_give_user(s32 cpu, u64 now)
{
	struct wd_common *c = &wd_common;

	if (!wd_move_to_local(WD_USER_DSQ))
		return false;
	c->urgent = c->token_at = c->yielded = 0;
	c->user_ran_at = now;
	c->user_cpu = cpu;
	wd_tally(user_runs);
	return true;
}

/* Takes the first of the queue that was found to be first. */
static __always_inline bool wd_take_decided(s32 cpu, bool shared)
{
	if (shared && wd_move_to_local(WD_DECIDED_DSQ))
		return true;
	return wd_move_to_local(WD_DECIDED_CPU_DSQ + cpu) || wd_move_to_local(WD_DECIDED_DSQ);
}

/*
 * Runs the decided task whose key is smallest: of those for this CPU, or for any. Unless the task that ran here,
 * `prev`, is still earlier: the policy has said how its key grows while it runs, so it needs no turn of its own to find
 * that.
 */
static __always_inline bool wd_run_decided(s32 cpu, struct task_struct *prev, u64 now)
{
	u64 own = wd_head_key(WD_DECIDED_CPU_DSQ + cpu), any = wd_head_allowed(WD_DECIDED_DSQ);
	bool shared = any != WD_KEY_NONE && (own == WD_KEY_NONE || wd_earlier(any, own));
	struct wd_handed *h;

	if (own == WD_KEY_NONE && any == WD_KEY_NONE)
		return false;
	h = prev && (prev->scx.flags & WD_TASK_QUEUED) ? wd_handed_of(prev) : NULL;
	if (h && h->rate && !h->own && h->runs &&
	    !wd_earlier(shared ? any : own, wd_key_after(h->key, wd_ran(h, prev), h->rate))) {
		/* The decision has run out: the policy is asked at once, or the task would lose its turn by that alone.
		 */
		if (wd_ran(h, prev) >= h->lease)
			return wd_give_user(cpu, now) || wd_take_decided(cpu, shared);
		wd_tally(kept);
		wd_set_slice(prev, h->slice);
		return true;
	}
	return wd_take_decided(cpu, shared);
}

/*
 * The CPU `i` places after another one. Worked out anew in each round of a loop: the verifier would follow each value
 * of one that is carried from round to round, and gives up on 72 CPUs.
 */
static __always_inline u32 wd_cpu_after(s32 cpu, u32 i)
{
	u32 nr = wd_layout.nr_cpu_ids;

	return nr ? ((u32)cpu + 1 + i) % nr : 0;
}

/* How many other CPUs one without work looks at. */
static __always_inline u32 wd_nr_others(void)
{
	u32 others = wd_layout.nr_cpu_ids - 1;

	return others < WD_STEAL_SCAN ? others : WD_STEAL_SCAN;
}

/*
 * Takes what other CPUs ought to have served by now: one of them may be held by a real-time task. Looked for only when
 * the watch has found that there may be something, or the kernel half serves all tasks.
 */
__noinline int wd_serve_others(s32 cpu, u64 now)
{
	u32 from;
	int i;

	if (!wd_common.late && wd_common.mode == WD_CUSTODY_NORMAL)
		return 0;
	wd_for(i, 0, wd_nr_others())
	{
		from = wd_cpu_after(cpu, i);
		if (wd_domain_of_cpu(from) >= WD_MAX_DOMAINS)
			continue;
		if (wd_custody_due(from, now) && wd_move_to_local(WD_CUSTODY_DSQ + from))
			return 1;
		if (KF(scx_bpf_dsq_nr_queued)(WD_DECIDED_CPU_DSQ + from) > 0 &&
		    wd_take_overdue(WD_DECIDED_CPU_DSQ + from, now))
			return 1;
	}
	return 0;
}

static __always_inline bool wd_run_user(s32 cpu, u64 now)
{
	return wd_user_due(now) && wd_give_user(cpu, now);
}

/* Lets the task that ran here go on. The policy's thread only while there is something for it to do. */
static __always_inline void wd_stay(struct task_struct *prev, struct wd_here *here, u64 now)
{
	struct wd_handed *h;

	if (!prev || !(prev->scx.flags & WD_TASK_QUEUED))
		return;
	if (here->user) {
		if (!wd_user_due(now))
			return;
		wd_common.urgent = wd_common.token_at = wd_common.yielded = 0;
		wd_common.user_ran_at = now;
		wd_set_slice(prev, WD_USER_SLICE);
		return;
	}
	h = wd_handed_of(prev);
	if (h)
		wd_set_slice(prev, wd_slice_of(h));
}

/* Lets the policy's thread run, or go on, if there is something for it to do. */
static __always_inline bool wd_decide(s32 cpu, struct task_struct *prev, struct wd_here *here, u64 now)
{
	if (here->user && prev && (prev->scx.flags & WD_TASK_QUEUED) && wd_user_due(now))
		wd_stay(prev, here, now);
	else if (!wd_run_user(cpu, now))
		return false;
	here->user_turns++;
	return true;
}

/* Serves tasks in custody that have waited for too long: of this CPU, and now and then of others. */
static __always_inline bool wd_serve_custody(s32 cpu, struct wd_here *here, u64 now)
{
	if (wd_custody_due(cpu, now) && wd_move_to_local(WD_CUSTODY_DSQ + cpu))
		return true;
	return (here->turn & WD_OTHERS_TURNS) == 1 && wd_serve_others(cpu, now);
}

/* Takes a task that waits for a decision in custody of another CPU. */
__noinline int wd_take_undecided(s32 cpu)
{
	u32 from;
	int i;

	wd_for(i, 0, wd_nr_others())
	{
		from = wd_cpu_after(cpu, i);
		if (wd_domain_of_cpu(from) < WD_MAX_DOMAINS && KF(scx_bpf_dsq_nr_queued)(WD_CUSTODY_DSQ + from) > 0 &&
		    wd_move_to_local(WD_CUSTODY_DSQ + from))
			return 1;
	}
	return 0;
}

/*
 * Nothing is decided, and this CPU would be idle: it does not wait for the policy, as a task that wakes up beside an
 * idle CPU does not. Custody of its own is looked at whatever the arena says: while there is a task in it the CPU is
 * kicked again (wd_update_idle).
 */
static __always_inline bool wd_fill(s32 cpu, struct task_struct *prev, struct wd_here *here)
{
	if (prev && (prev->scx.flags & WD_TASK_QUEUED))
		return false;
	if (!wd_move_to_local(WD_CUSTODY_DSQ + cpu) && !(wd_waiting_for_user() && wd_take_undecided(cpu)))
		return false;
	here->filled = 1;
	wd_tally(kernel);
	return true;
}

void BPF_STRUCT_OPS(wd_dispatch, s32 cpu, struct task_struct *prev)
{
	struct wd_here *here = wd_here(cpu);
	u64 now = wd_now();
	u32 turn;

	use_arena();
	if (wd_domain_of_cpu(cpu) >= WD_MAX_DOMAINS)
		return; /* offline */
	wd_drain_decisions(here, now);
	wd_give_back(now);
	/* An idle CPU is taken by another class just as it is to take what waits: another one looks in its stead. */
	if (!prev && wd_other_class_waits()) {
		wd_wake_idle();
		return;
	}
	/* All kinds in turn: a policy that forgets tasks, or a crowd without slots, must not keep the others waiting.
	 */
	turn = ++here->turn;
	if ((turn & 1) && wd_serve_custody(cpu, here, now))
		return;
	if (wd_run_overdue(cpu, here, now))
		return;
	if (here->user_turns < WD_USER_TURNS && wd_decide(cpu, prev, here, now))
		return;
	here->user_turns = 0;
	if (turn & 2) {
		if (wd_move_to_local(WD_OWN_DSQ) || wd_run_decided(cpu, prev, now))
			return;
	} else if (wd_run_decided(cpu, prev, now) || wd_move_to_local(WD_OWN_DSQ)) {
		return;
	}
	if (!(turn & 1) && wd_serve_custody(cpu, here, now))
		return;
	if (wd_serve_others(cpu, now) || wd_decide(cpu, prev, here, now) || wd_fill(cpu, prev, here))
		return;
	wd_stay(prev, here, now);
}

/*
 * The watch, every half of --takeover-ms. CPUs that run something look at their own queues at each tick; idle ones are
 * woken here. When a task has waited for too long and the user half has not moved meanwhile, the kernel half takes
 * over.
 */
static int wd_watch(void *map, int *key, struct bpf_timer *timer)
{
	struct wd_common *c = &wd_common;
	struct wd_exchange __arena *x;
	u64 now = wd_now(), beat, since;
	bool silent, waits = false, late = false;
	int i;

	use_arena();
	x = wd_exchange();
	beat = x->beat;
	if (beat != c->beat || KF(scx_bpf_dsq_nr_queued)(WD_USER_DSQ) > 0) {
		c->beat = beat;
		c->beat_at = now;
	}
	silent = wd_ago(now, c->beat_at) > wd_takeover_ns || x->user_state != WD_USER_RUNNING;
	wd_repeat();
	wd_give_back(now);
	/* 6.16 takes this for a part of the sleepable program that has started the timer. */
	KF(bpf_rcu_read_lock)();
	wd_for(i, 0, wd_layout.nr_cpu_ids)
	{
		if (wd_domain_of_cpu(i) >= WD_MAX_DOMAINS)
			continue;
		/* How long they have waited is looked at by who would take them. */
		late |= KF(scx_bpf_dsq_nr_queued)(WD_DECIDED_CPU_DSQ + i) > 0;
		since = wd_custody_since(i);
		if (!since || wd_ago(now, since) <= wd_takeover_ns)
			continue;
		waits = true;
		wd_kick(i, WD_KICK_IDLE);
	}
	KF(bpf_rcu_read_unlock)();
	c->late = waits || late;
	if (waits && silent)
		wd_take_over();
	/* A parked thread waits like any other for the kernel's watchdog; and a missed wake-up ends here. */
	if (KF(scx_bpf_dsq_nr_queued)(WD_USER_DSQ) > 0 && wd_user_due(now))
		wd_kick(c->user_cpu & (WD_MAX_CPUS - 1), WD_KICK_IDLE);
	bpf_timer_start(timer, wd_takeover_ns / 2, 0);
	return 0;
}

#endif
