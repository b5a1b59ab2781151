/* SPDX-License-Identifier: GPL-2.0-only */
/* From a wake-up to the next sleep in the user-space core: what a task runs is charged to its decision. */
#ifndef WD40_USERSPACE_STINTS_H
#define WD40_USERSPACE_STINTS_H

#include "decisions.h"

/* Which thread of the process decides is what it says itself; nobody else's can be taken for it. */
static __always_inline bool wd_is_hot(struct task_struct *p)
{
	return wd_is_owner(p) && p->pid == wd_exchange()->hot_tid;
}

void BPF_STRUCT_OPS(wd_runnable, struct task_struct *p, u64 enq_flags)
{
	struct wd_handed *h = wd_handed_of(p);

	use_arena();
	if (!h)
		return;
	h->woken = !!(enq_flags & WD_ENQ_WAKEUP);
	if (!h->woken)
		return;
	if (!wd_renew(h))
		h->lease = 0;
	h->exec_runtime = 0;
}

void BPF_STRUCT_OPS(wd_running, struct task_struct *p)
{
	struct wd_handed *h = wd_handed_of(p);
	struct wd_here *here = wd_here(wd_task_cpu(p));

	use_arena();
	if (!h)
		return;
	wd_take_back(h, here->filled ? WD_END_QUEUED_ANEW : WD_END_RUNS);
	here->filled = 0;
	h->woken = 0;
	here->key = h->key;
	here->rate = h->rate;
	here->started = wd_now();
	h->runs = 1;
	h->executed = p->se.sum_exec_runtime;
	wd_note_regained(&here->foreign);
	here->user = wd_is_hot(p);
	wd_user_stats_here()->running = !here->user;
}

void BPF_STRUCT_OPS(wd_stopping, struct task_struct *p, bool runnable)
{
	struct wd_handed *h = wd_handed_of(p);
	struct wd_here *here = wd_here(wd_task_cpu(p));
	u64 ran;

	use_arena();
	here->started = 0;
	here->user = 0;
	wd_user_stats_here()->running = 0;
	/* A stop without a start comes at attach. */
	if (!h || !h->runs)
		return;
	ran = wd_ran(h, p);
	h->key = wd_key_after(h->key, ran, h->rate);
	h->lease = h->own || ran >= h->lease ? 0 : h->lease - ran;
	h->runs = 0;
	h->exec_runtime += ran;
	/* The policy does not charge what the kernel half gave in its stead, or whoever got more of that would wait as
	 * long for the others once the policy is back. */
	if (wd_common.mode == WD_CUSTODY_NORMAL)
		h->uncharged += ran;
	/* It gives way to a real-time task, nobody knows for how long: queued, it may run elsewhere. */
	if (runnable && p->scx.slice && !wd_is_hot(p))
		wd_set_slice(p, 0);
}

/* The policy's thread ends its turns by this, and by nothing else. To other tasks it does what the kernel would. */
bool BPF_STRUCT_OPS(wd_yield, struct task_struct *from, struct task_struct *to)
{
	use_arena();
	if (wd_is_hot(from))
		wd_common.yielded = 1;
	wd_set_slice(from, 0);
	return false;
}

void BPF_STRUCT_OPS(wd_quiescent, struct task_struct *p, u64 deq_flags)
{
	struct wd_handed *h = wd_handed_of(p);

	use_arena();
	if (h)
		wd_take_back(h, WD_END_QUEUED_ANEW);
}

/* A running task gives way when one in custody of its CPU has waited for too long. */
void BPF_STRUCT_OPS(wd_tick, struct task_struct *p)
{
	s32 cpu = wd_task_cpu(p);
	struct wd_here *here = wd_here(cpu);
	u64 now = wd_now();

	use_arena();
	if (here->started && now - here->started >= wd_own_slice && wd_custody_due(cpu, now))
		wd_set_slice(p, 0);
}

#endif
