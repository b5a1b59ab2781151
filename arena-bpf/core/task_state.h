/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core knows of a task: trusted in task storage, published in the arena. */
#ifndef WD40_TASK_STATE_H
#define WD40_TASK_STATE_H

#include "cgroup.h"
#include "keys.h"

static __always_inline struct wd_local *wd_local_of(struct task_struct *p)
{
	return bpf_task_storage_get(&wd_locals, p, 0, 0);
}

static __always_inline void wd_copy_comm(struct wd_task __arena *t, struct task_struct *p)
{
	char comm[16] = {};
	int i;

	bpf_probe_read_kernel_str(comm, sizeof(comm), p->comm);
	for (i = 0; i < 16; i++)
		t->comm[i] = comm[i];
}

/* Makes dom the home. A task that waits for one CPU only is ordered by that CPU's clock, and stays so. */
static __always_inline void wd_set_home(struct wd_local *l, u32 dom)
{
	u32 from = l->domain;
	s64 shift;

	l->domain = dom & (WD_MAX_DOMAINS - 1);
	if (l->slot && l->key && l->bound < 0 && from < WD_MAX_DOMAINS && !l->reached) {
		shift = wd_key_shift(from, dom, l->weight);
		l->key += shift;
		wd_deadline_moved(wd_task_at(l->slot), shift);
	}
	wd_restrict(l);
	if (!l->slot)
		return;
	wd_task_at(l->slot)->domain = l->domain;
	wd_brief_at(l->slot)->domain = l->domain;
}

/* The domain that a request of this task's asks for, or WD_NO_DOMAIN: there is none, or the affinity forbids it. */
static __always_inline u32 wd_asked_domain(struct wd_local *l, u64 word)
{
	u64 dom = wd_loadbalance_request(wd_task_at(l->slot), word, l->domains);

	return dom < wd_layout.nr_domains && dom < WD_MAX_DOMAINS && wd_bit_test(l->domains, dom) ? dom : WD_NO_DOMAIN;
}

/*
 * Looks at the balancer's request word. A new one is applied here, on the task's own callbacks, refused when the
 * affinity forbids it, or dropped when it was meant for an earlier owner of the slot; the answer stands in the record.
 */
static __always_inline void wd_follow_request(struct wd_local *l)
{
	u64 word;
	u32 dom, outcome;

	if (!l->slot)
		return;
	word = wd_request_at(l->slot)->word;
	if (word == l->request)
		return;
	l->request = word;
	if (WD_REQUEST_GEN(word) != l->generation) {
		wd_count(requests_stale);
		return;
	}
	dom = wd_asked_domain(l, word);
	if (dom < WD_MAX_DOMAINS) {
		wd_set_home(l, dom);
		wd_count(load_balance);
		outcome = WD_OUTCOME_APPLIED;
	} else {
		wd_count(requests_refused);
		outcome = WD_OUTCOME_REFUSED;
	}
	wd_task_at(l->slot)->acknowledged = WD_ACK(l->generation, WD_REQUEST_SEQ(word), outcome);
}

/*
 * A new nice value. What the task is ahead of the clock, or behind, stands for CPU time: ahead by 20 ms of virtual time
 * it waits until others of its weight have had 20 ms, but after a change to nice -15 until they have had 570.
 */
static __always_inline void wd_renice(struct wd_local *l, u32 weight)
{
	u64 clock = l->bound >= 0 ? wd_run_of(l->bound)->bound_clock : wd_last_clock(l);
	s64 ahead = l->key - clock, shift;
	u32 before = l->weight;

	wd_set_own_weight(l, weight);
	if (!l->slot || !l->key || !before || l->weight == before)
		return;
	if (ahead > (s64)WD_KEY_AHEAD)
		ahead = WD_KEY_AHEAD;
	if (ahead < -(s64)WD_KEY_BEHIND)
		ahead = -(s64)WD_KEY_BEHIND;
	if (ahead < 0)
		shift = -(s64)((u64)-ahead * before / l->weight) - ahead;
	else
		shift = (u64)ahead * before / l->weight - ahead;
	if (l->bound < 0) {
		wd_clock_follow(l->domain, l->weight);
		shift += wd_last_clock(l) - clock;
	}
	l->key += shift;
	wd_deadline_moved(wd_task_at(l->slot), shift);
}

/* Notes the domains that an affinity touches, and covers. Who is bound to a CPU has an order of its own there. */
static __always_inline void wd_note_domains(struct wd_local *l, const struct cpumask *affinity, bool bound)
{
	u64 touched = 0, covered = 0;
	int i;

	wd_for(i, 0, wd_layout.nr_domains)
	{
		const struct cpumask *mask = wd_mask_of(i);

		if (!mask || !KF(bpf_cpumask_intersects)(mask, affinity))
			continue;
		touched |= 1ull << (i & 63);
		if (bound || KF(bpf_cpumask_subset)(mask, affinity))
			covered |= 1ull << (i & 63);
	}
	l->domains = touched;
	l->covered = covered;
}

/* Asks placement for the home: of a new task, after a change of its affinity, and when it wakes up. */
static __always_inline void wd_find_home(struct task_struct *p, struct wd_local *l)
{
	u64 allowed = l->domains, home;

	if (!allowed)
		return; /* no CPU of a domain: the kernel finds one */
	home = wd_placement_home(p, wd_task_at(l->slot), allowed, l->domain);
	if (home >= WD_MAX_DOMAINS || !wd_bit_test(allowed, home))
		home = wd_lowest_bit(allowed);
	if (home != l->domain)
		wd_set_home(l, home);
}

/* The affinity is new: the home stays if it is still allowed. Under RCU. */
static __always_inline void wd_affinity_changed(struct task_struct *p, struct wd_local *l,
						const struct cpumask *affinity)
{
	const struct cpumask *all = wd_mask_of(WD_MASK_ALL);
	u32 flags = 0;

	wd_note_domains(l, affinity, p->nr_cpus_allowed == 1);
	wd_restrict(l);
	wd_find_home(p, l);
	if (!l->domains)
		return;
	if (p->flags & PF_KTHREAD)
		flags |= WD_TASK_KTHREAD;
	if (p->flags & PF_WQ_WORKER)
		flags |= WD_TASK_KWORKER;
	if (p->nr_cpus_allowed == 1)
		flags |= WD_TASK_BOUND;
	if (all && KF(bpf_cpumask_subset)(all, affinity))
		flags |= WD_TASK_ALL_CPUS;
	if (!l->slot)
		return;
	wd_task_at(l->slot)->domains = l->domains;
	wd_task_at(l->slot)->flags = flags;
	wd_brief_at(l->slot)->flags = flags;
}

/*
 * A worker of a workqueue calls itself one only when it first runs, and no callback tells: so it is looked at at each
 * tick and stop as well, lest its first work make it a candidate of the balancer.
 */
static __always_inline void wd_note_worker(struct task_struct *p, struct wd_local *l)
{
	struct wd_task __arena *t;
	u32 flags;

	if (!(p->flags & PF_WQ_WORKER) || !l->slot)
		return;
	t = wd_task_at(l->slot);
	flags = t->flags;
	if (flags & WD_TASK_KWORKER)
		return;
	t->flags = flags | WD_TASK_KWORKER;
	wd_brief_at(l->slot)->flags = flags | WD_TASK_KWORKER;
}

/*
 * A task joins: takes a slot (or stays untracked when the table is full) and finds a home. group: id of its cgroup.
 * Sleepable.
 */
static __always_inline void wd_task_begin(struct task_struct *p, struct wd_local *l, u64 group)
{
	u64 slot = wd_slot_alloc();
	struct wd_task __arena *t;

	__builtin_memset(l, 0, sizeof(*l));
	l->bound = -1;
	l->domain = WD_NO_DOMAIN;
	if ((u32)slot == WD_NO_SLOT) {
		wd_count(untracked);
	} else {
		l->slot = slot;
		l->generation = slot >> 32;
		l->request = wd_request_at(l->slot)->word;
		wd_count(slots_allocated);
		t = wd_task_at(l->slot);
		t->pid = p->pid;
		t->tgid = p->tgid;
		t->last_blocked_at = t->last_woke_at = wd_now();
		wd_copy_comm(t, p);
	}
	wd_set_own_weight(l, p->scx.weight ? p->scx.weight : WD_WEIGHT_DEFAULT);
	wd_set_group(l, group);
	KF(bpf_rcu_read_lock)();
	wd_affinity_changed(p, l, p->cpus_ptr);
	KF(bpf_rcu_read_unlock)();
	if (l->domain >= WD_MAX_DOMAINS)
		l->domain = 0;
}

static __always_inline void wd_task_end(struct wd_local *l)
{
	u32 slot = l->slot;

	wd_cgroup_leave(l);
	l->slot = 0;
	if (!slot)
		return;
	wd_count(slots_freed);
	if (wd_slot_free(slot, l->generation))
		wd_count(slot_errors);
}

/*
 * A task competes from now on: as select_cpu or enqueue sees it first after a sleep, since a callback that does nothing
 * else (the kernel has `runnable`, and `quiescent` for the end) costs as much as this does. Who wakes with its
 * migration disabled is put onto its CPU without asking, and does not count until it sleeps again or its slice ends.
 */
static __always_inline void wd_begin_to_compete(struct task_struct *p, struct wd_local *l, bool woken, u64 now)
{
	struct wd_run *run = wd_run_of(bpf_get_smp_processor_id());
	u32 waker = 0;

	wd_report(WD_EVENT_RUNNABLE, l->slot, woken);
	l->woken = woken || !l->key;
	l->runnable = 1;
	wd_cgroup_enter(l);
	wd_weigh(l);
	wd_note_worker(p, l);
	/* What runs here, if it is one of ours: its slot is at hand, a search in its storage would cost as much as all
	 * this. */
	if (woken && run->started && run->pid == (u32)bpf_get_current_pid_tgid() && !wd_in_interrupt())
		waker = run->slot;
	wd_deadline_runnable(wd_task_at(l->slot), wd_task_at(waker), now, woken);
	wd_loadbalance_account(wd_task_at(l->slot), 1, now);
}

/* It sleeps, or is no longer ours. */
static __always_inline void wd_cease_to_compete(struct wd_local *l, bool sleeping, u64 now)
{
	wd_report(WD_EVENT_QUIESCENT, l->slot, sleeping);
	l->runnable = 0;
	wd_cgroup_leave(l);
	wd_deadline_quiescent(wd_task_at(l->slot), now, sleeping);
	wd_loadbalance_account(wd_task_at(l->slot), 0, now);
}

static __always_inline void wd_count_select(u32 how)
{
	switch (how) {
	case WD_SELECT_WAKE_SYNC:
		wd_count(wake_sync);
		break;
	case WD_SELECT_SYNC_PREV_IDLE:
		wd_count(sync_prev_idle);
		break;
	case WD_SELECT_PREV_IDLE:
		wd_count(prev_idle);
		break;
	case WD_SELECT_GREEDY_IDLE:
		wd_count(greedy_idle);
		break;
	case WD_SELECT_GREEDY:
		wd_count(greedy);
		break;
	case WD_SELECT_GREEDY_FAR:
		wd_count(greedy_far);
		break;
	default:
		wd_count(direct);
	}
}

#endif
