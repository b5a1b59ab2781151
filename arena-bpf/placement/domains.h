/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Placement by domains: a task has a home domain, wakes on an idle CPU of it if there is one, goes to an idle CPU
 * elsewhere while those domains are under-utilised (direct greedy), and is otherwise queued at home. CPUs of other
 * domains pull by order (wd_placement_margin). The domains, and which of them accept tasks, are the user half's choice:
 * modules that include this differ in the domains that it makes. Each includes it once, so the slot functions below are
 * defined in the module's own object.
 */
#ifndef WD40_PLACEMENT_DOMAINS_H
#define WD40_PLACEMENT_DOMAINS_H

#include "wakeup.h"

#define WD_PULL_NEAR (6 * WD_MSEC)
#define WD_PULL_FAR  (24 * WD_MSEC)

/* Options. A negative cross-node threshold means "not given": pull by order with the larger margin. */
const volatile u32 wd_greedy_threshold = 1;
const volatile s32 wd_greedy_threshold_x_numa = -1;
const volatile bool wd_direct_greedy_numa;
const volatile bool wd_mempolicy_affinity;

/* The kernel's number of each domain's node; wd_domain_node holds dense ones. */
const volatile u16 wd_domain_node_id[WD_MAX_DOMAINS];

/* Where the next new task of a CPU goes; written on that CPU. */
static u8 wd_home_cursor[WD_MAX_CPUS];

/* Domains of the nodes that the task's memory policy names; 0: it names none, or no node with CPUs. */
static __always_inline u64 wd_preferred_domains(struct task_struct *p)
{
	struct wd_memory_policy policy;
	u64 set = 0;
	int i;

	if (!wd_memory_policy_of(p, &policy))
		return 0;
	wd_for(i, 0, wd_layout.nr_domains)
	{
		if (wd_memory_policy_names(&policy, wd_domain_node_id[i & (WD_MAX_DOMAINS - 1)]))
			set |= 1ull << (i & 63);
	}
	return set;
}

/*
 * New tasks are dealt round-robin, among the domains that their memory policy favours if there are any. The home stays
 * while it is allowed; a policy that became another one moves it once. Afterwards the balancer has the say.
 */
u64 wd_placement_home(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, u64 allowed, u32 from)
{
	u8 *cursor = &wd_home_cursor[bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1)];
	bool stays = from < WD_MAX_DOMAINS && wd_bit_test(allowed, from);
	u32 next;

	use_arena();
	if (wd_mempolicy_affinity) {
		u64 preferred = wd_preferred_domains(p), before = t->preferred_domains;

		/* The record of slot 0, which all untracked tasks share, tells nothing of this one. */
		if (t->generation & 1)
			t->preferred_domains = preferred;
		else
			before = preferred;
		if (preferred & allowed) {
			allowed &= preferred;
			if (preferred != before)
				stays = stays && wd_bit_test(allowed, from);
		}
	}
	if (stays)
		return from;
	next = wd_next_bit(allowed, *cursor + 1);
	*cursor = next;
	return next;
}

/* Claims an idle CPU of another domain than the task's own, on which it may run. Negative when there is none. */
static __always_inline s32 wd_claim_in(struct task_struct *p, struct wd_task __arena *t, s32 prev_cpu, u32 dom)
{
	const struct cpumask *mask;

	if (!wd_bit_test(t->domains, dom))
		return -1;
	mask = wd_mask_of(dom);
	if (!mask)
		return -1;
	return t->flags & WD_TASK_ALL_CPUS ? wd_pick_idle(mask) : wd_select_idle(p, prev_cpu, 0, mask, 0);
}

/* An idle CPU of another domain of `accepting`: the domain of prev_cpu first, then its node's, then others if allowed.
 */
static __always_inline u64 wd_select_greedy(struct task_struct *p, struct wd_task __arena *t, s32 prev_cpu, u32 home,
					    u64 accepting)
{
	u32 prev_dom = wd_domain_of_cpu(prev_cpu), node;
	int i;

	if (prev_dom >= WD_MAX_DOMAINS)
		prev_dom = home; /* offline by now */
	node = wd_domain_node[prev_dom & (WD_MAX_DOMAINS - 1)];
	wd_for(i, 0, wd_layout.nr_domains)
	{
		u32 dom = (prev_dom + i) % (wd_layout.nr_domains ? wd_layout.nr_domains : 1);
		bool near = wd_domain_node[dom & (WD_MAX_DOMAINS - 1)] == node;
		s32 cpu;

		if (dom == home || !wd_bit_test(accepting, dom) || (!near && !wd_direct_greedy_numa))
			continue;
		cpu = wd_claim_in(p, t, prev_cpu, dom);
		if (cpu >= 0)
			return WD_SELECTED(near ? WD_SELECT_GREEDY : WD_SELECT_GREEDY_FAR, cpu);
	}
	return WD_SELECTED(WD_SELECT_QUEUE, prev_cpu);
}

u64 wd_placement_select(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, s32 prev_cpu,
			u64 wake_flags)
{
	u32 home = t->domain & (WD_MAX_DOMAINS - 1), prev_dom = wd_domain_of_cpu(prev_cpu);
	u64 accepting = wd_tunables()->direct_greedy, selected;

	use_arena();
	if (wake_flags & WD_WAKE_SYNC) {
		selected = wd_select_sync(p, prev_cpu);
		if (WD_SELECTED_HOW(selected) != WD_SELECT_QUEUE)
			return selected;
	}
	if (!wd_any_idle())
		return WD_SELECTED(WD_SELECT_QUEUE, prev_cpu);
	selected = wd_select_at_home(p, prev_cpu, home);
	if (WD_SELECTED_HOW(selected) != WD_SELECT_QUEUE)
		return selected;
	/* No CPU of its home is idle, but one that it was pulled to or sent to before is, and still warm. */
	if (prev_dom != home && prev_dom < WD_MAX_DOMAINS && wd_bit_test(accepting, prev_dom) &&
	    KF(bpf_cpumask_test_cpu)(prev_cpu, p->cpus_ptr) && wd_claim_idle(prev_cpu))
		return WD_SELECTED(WD_SELECT_GREEDY_IDLE, prev_cpu);
	if (accepting)
		return wd_select_greedy(p, t, prev_cpu, home, accepting);
	return WD_SELECTED(WD_SELECT_QUEUE, prev_cpu);
}

u64 wd_placement_margin(u32 from, u32 to, u32 queued)
{
	bool near = wd_domain_node[from & (WD_MAX_DOMAINS - 1)] == wd_domain_node[to & (WD_MAX_DOMAINS - 1)];

	if (!wd_greedy_threshold)
		return WD_KEY_NONE;
	if (near)
		return queued >= wd_greedy_threshold ? WD_PULL_NEAR : WD_KEY_NONE;
	if (wd_greedy_threshold_x_numa < 0)
		return WD_PULL_FAR;
	if (!wd_greedy_threshold_x_numa || queued < wd_greedy_threshold_x_numa)
		return WD_KEY_NONE;
	return WD_PULL_FAR;
}

s64 wd_placement_kick(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, u32 dom)
{
	u64 accepting = wd_tunables()->kick_greedy;
	s32 cpu;
	int i;

	use_arena();
	if (!wd_any_idle())
		return -1;
	cpu = wd_kick_at_home(p, dom);
	if (cpu >= 0)
		return cpu;
	if (!wd_greedy_threshold)
		return -1;
	wd_for(i, 0, wd_layout.nr_domains)
	{
		if (i == dom || !wd_bit_test(accepting, i))
			continue;
		if (wd_placement_margin(dom, i, ~0u) == WD_KEY_NONE)
			continue; /* it would find nothing that it may take */
		cpu = wd_claim_in(p, t, wd_task_cpu(p), i);
		if (cpu >= 0)
			return cpu;
	}
	return -1;
}

#endif
