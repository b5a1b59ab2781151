/* SPDX-License-Identifier: GPL-2.0-only */
/* Which task a CPU runs next: keep the running one, take the head of its own queues, or pull from another domain. */
#ifndef WD40_DISPATCH_H
#define WD40_DISPATCH_H

#include "requests.h"
#include "threads.h"

/*
 * May a key preempt what runs on a CPU? If it is earlier by the module's margin, and not again at once; true counts as
 * done. Not a kernel thread bound to the CPU: once put aside it waits until the slice of the next task ends.
 */
static __always_inline bool wd_may_preempt(struct wd_run *run, u64 key, u64 now)
{
	u64 margin = wd_preempt_margin, running = wd_running_key(run, now);

	if (margin == WD_KEY_NONE || running == WD_KEY_NONE || running < key + margin)
		return false;
	if (run->spared || now - run->preempted_at < WD_PREEMPT_REST)
		return false;
	run->preempted_at = now;
	wd_count(preempt);
	return true;
}

/* Has a CPU decide anew if a queued key may preempt what it runs. True if it will. */
static __always_inline bool wd_preempt_cpu(s32 cpu, struct wd_run *run, u64 key, u64 now)
{
	if (!wd_may_preempt(run, key, now))
		return false;
	wd_kick(cpu, WD_KICK_PREEMPT);
	return true;
}

/*
 * A rested task preempts. First choice is the CPU where it ran last, if that is of its home: its cache is there, and so
 * is its timer, which makes that CPU the one that queues it. It goes there past the queue, as it would come next:
 * neither is a place in the queue looked for, nor does the CPU search for what to run. True if it went.
 */
static __always_inline bool wd_preempt_last(struct task_struct *p, struct wd_local *l, u32 dom, u64 slice,
					    u64 enq_flags, u64 now)
{
	s32 last = wd_task_cpu(p);

	if (wd_domain_of_cpu(last) != dom || !KF(bpf_cpumask_test_cpu)(last, p->cpus_ptr) || wd_any_idle() ||
	    !wd_may_preempt(wd_run_of(last), l->key, now))
		return false;
	wd_insert(p, WD_DSQ_LOCAL_ON | last, slice, enq_flags | WD_ENQ_PREEMPT | WD_ENQ_IMMED);
	return true;
}

/*
 * The other domain whose head is earliest after its pull margin and before `limit`, noted at the CPU. Its key plus the
 * margin, or WD_KEY_NONE.
 */
__noinline u64 wd_best_remote(u32 dom, s32 cpu, u64 limit)
{
	struct wd_run *run = wd_run_of(cpu);
	u64 earliest = limit;
	bool found = false;
	int i;

	wd_each_calling(i, wd_layout.nr_domains)
	{
		u64 key = (u32)i == dom ? WD_KEY_NONE : wd_allowed_head(i).key, margin;

		if (key >= earliest)
			continue;
		margin = wd_placement_margin(i, dom, wd_domain_queued(i));
		if (margin == WD_KEY_NONE)
			continue;
		key += wd_virtual(run->weight, margin);
		if (key < earliest) {
			earliest = key;
			run->remote = i;
			found = true;
		}
	}
	return found ? earliest : WD_KEY_NONE;
}

static __always_inline bool wd_pull(u32 from, u32 to)
{
	if (!wd_move_to_local(from))
		return false;
	if (wd_domain_node[from & (WD_MAX_DOMAINS - 1)] == wd_domain_node[to & (WD_MAX_DOMAINS - 1)])
		wd_count(greedy_local);
	else
		wd_count(greedy_xnuma);
	__sync_fetch_and_add(&wd_domain_at(from)->pulled_out, 1);
	__sync_fetch_and_add(&wd_domain_at(to)->pulled_in, 1);
	return true;
}

/* Key of the task that runs here if it may go on: charged up to now. WD_KEY_NONE if it may not. */
static __always_inline u64 wd_prev_key(struct task_struct *prev, struct wd_run *run, u64 now, u32 dom,
				       struct wd_local **local)
{
	struct wd_local *l;
	u32 home;

	if (!prev || !(prev->scx.flags & WD_TASK_QUEUED))
		return WD_KEY_NONE;
	l = wd_local_of(prev);
	if (!l || !run->started || run->pid != prev->pid)
		return WD_KEY_NONE;
	wd_weigh(l);
	wd_charge(prev, l, run, now);
	home = l->domain;
	if (prev->nr_cpus_allowed > 1)
		wd_follow_request(l);
	if (l->domain != home && l->domain != dom)
		return WD_KEY_NONE; /* sent away just now: let it go and be queued there */
	if (l->domain != home)
		wd_run_set(run, l->key, l->weight, now);
	*local = l;
	return l->key;
}

/*
 * Bounds the key of a task that may go on like that of one that is queued: it may come from a time when nobody moved
 * the clock. But not past `first`, the first of those that wait: the clock may be beyond that one, where those that run
 * are, and to a heavy task, which is near the clock by its bound, a slice of a light one is more than that.
 */
static __always_inline u64 wd_kept_key(struct task_struct *p, struct wd_local *l, struct wd_run *run, u32 dom,
				       u64 first, u64 now)
{
	u64 clock;

	if (l->reached && wd_keeps_cpu(run, now))
		wd_follow_others(p, l, now);
	clock = run->bound ? run->bound_clock : l->domain == dom ? wd_last_clock(l) : wd_clock_by(dom, l->weight);
	if (first < clock)
		clock = first;
	if (l->key + wd_virtual(l->weight, WD_KEY_BEHIND) < clock) {
		l->key = wd_deadline_key(wd_task_at(l->slot), clock, now, WD_ARRIVAL_AGAIN, WD_PACE_ONE);
		l->key = wd_key_bounded(l, l->key, clock, clock);
		wd_run_set(run, l->key, l->weight, now);
	}
	return l->key;
}

static __always_inline void wd_keep(struct task_struct *prev, struct wd_local *l, u32 dom, s32 cpu, u32 queued)
{
	struct wd_run *run = wd_run_of(cpu);

	wd_count(keep);
	wd_set_slice(prev, wd_slice(wd_task_at(l->slot), queued, wd_nr_cpus[dom & (WD_MAX_DOMAINS - 1)]));
	if (l->bound == cpu && l->key > run->bound_clock)
		run->bound_clock = l->key;
}

/*
 * Looks through the tail of a queue, where those with the largest keys are, for tasks that may run on this CPU and were
 * queued at `until` or before. Returns when the one was queued that has waited for longest, WD_KEY_NONE if there is
 * none; with `take` the first one found goes to this CPU, and the result is 0.
 */
__noinline u64 wd_longest_wait(u64 dsq, u64 until, u32 take)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	struct wd_local *l;
	u64 longest = WD_KEY_NONE;
	int i;

	if (!KF(bpf_iter_scx_dsq_new)(&it, dsq, SCX_DSQ_ITER_REV)) {
		wd_for(i, 0, WD_WAIT_SCAN)
		{
			p = KF(bpf_iter_scx_dsq_next)(&it);
			if (!p)
				break;
			l = wd_local_of(p);
			/* The kernel ends a scheduler that moves a task to a CPU on which it may not run. */
			if (!l || l->queued_at > until ||
			    !KF(bpf_cpumask_test_cpu)(bpf_get_smp_processor_id(), p->cpus_ptr))
				continue;
			if (take && KF(scx_bpf_dsq_move)(&it, p, WD_DSQ_LOCAL, 0)) {
				longest = 0;
				break;
			}
			if (l->queued_at < longest)
				longest = l->queued_at;
		}
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return longest;
}

/*
 * Order alone bounds no wait: a light task waits for weights, not for time, and behind a crowd of heavy ones longer
 * than the kernel's watchdog allows. So now and then the one of a queue's tail that has waited for longest runs next,
 * if that was too long. The longest, not the first found: some light ones, at the very end and overdue again and again,
 * would leave nothing to the others. One in a hundred ms bends the shares by less than a slice in that time.
 */
static __always_inline bool wd_rescue(u64 dsq, u64 now)
{
	u64 longest = wd_longest_wait(dsq, now - WD_WAIT_MAX, 0);

	if (longest == WD_KEY_NONE || wd_longest_wait(dsq, longest, 1))
		return false;
	wd_count(rescued);
	return true;
}

/* True if it is time to look through a queue; at is when that was done last. */
static __always_inline bool wd_rescue_due(u64 *at, u64 now)
{
	u64 last = *at;

	return now - last >= WD_WAIT_CHECK && now > last && __sync_val_compare_and_swap(at, last, now) == last;
}

/* Is one of the first tasks of a domain's queue on this CPU's run queue, and hardly later than the first? A hint. */
static __always_inline bool wd_near_waits(u32 dom, s32 cpu)
{
	u64 queue = wd_queues[dom & (WD_MAX_DOMAINS - 1)], latest = WD_KEY_NONE;
	struct task_struct *p;
	int i;

	if (!queue)
		return true; /* not known */
	p = wd_queue_first(queue);
	wd_each(i, WD_NEAR_SCAN)
	{
		if (!p || p->scx.dsq_vtime > latest)
			return false;
		if (p->thread_info.cpu == cpu)
			return true;
		if (latest == WD_KEY_NONE)
			latest = p->scx.dsq_vtime + wd_virtual(wd_run_of(cpu)->weight, WD_NEAR_SLACK);
		p = wd_queue_next(queue, p);
	}
	return false;
}

/*
 * Takes the next task of a domain's queue. One that is on this CPU's run queue already costs a fraction of one that has
 * to be fetched from another (two locks, a migration), so such a one goes first if it is hardly later than the head.
 */
__noinline int wd_take_near(u32 dom, s32 cpu)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	u64 latest = WD_KEY_NONE;
	bool moved = false;
	int i;

	/* To go through a queue costs its lock for each task, and four times in ten there is none. */
	if (!wd_near_waits(dom, cpu))
		return false;
	if (!KF(bpf_iter_scx_dsq_new)(&it, dom, 0)) {
		wd_each(i, WD_NEAR_SCAN)
		{
			p = KF(bpf_iter_scx_dsq_next)(&it);
			if (!p || p->scx.dsq_vtime > latest)
				break;
			if (latest == WD_KEY_NONE)
				latest = p->scx.dsq_vtime + wd_virtual(wd_run_of(cpu)->weight, WD_NEAR_SLACK);
			if (wd_task_cpu(p) != cpu)
				continue;
			moved = KF(scx_bpf_dsq_move)(&it, p, WD_DSQ_LOCAL, 0);
			break;
		}
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return moved;
}

/* An idle CPU is taken by another class just as it is to take what waits: another idle one looks in its stead. */
static __always_inline void wd_pass_on(u32 dom, s32 cpu)
{
	if (wd_domain_queued(dom) || wd_best_remote(dom, cpu, WD_KEY_NONE) != WD_KEY_NONE)
		wd_wake_idle();
}

void BPF_STRUCT_OPS(wd_dispatch, s32 cpu, struct task_struct *prev)
{
	u64 now = wd_now(), kept, bound = WD_KEY_NONE, remote = WD_KEY_NONE, first, ran;
	struct wd_run *run = wd_run_of(cpu);
	u32 dom = wd_domain_of_cpu(cpu), queued;
	struct wd_head own = {.key = WD_KEY_NONE, .cpu = -1};
	struct wd_local *l = NULL;
	bool alone, home;

	use_arena();
	wd_report(WD_EVENT_DISPATCH, WD_NO_SLOT, cpu);
	if (dom >= WD_MAX_DOMAINS)
		return; /* offline, or in no domain */
	wd_cpu_at(cpu)->clock = now;
	wd_clock_advance(dom, now);
	if (!prev && wd_other_class_waits()) {
		wd_pass_on(dom, cpu);
		return;
	}
	ran = now - run->started;
	kept = wd_prev_key(prev, run, now, dom, &l);
	queued = wd_domain_queued(dom);
	if (queued && wd_has_requests(dom)) {
		wd_move_queued(dom);
		queued = wd_domain_queued(dom);
	}
	/* A preemption that was meant for who ran before it: it has not used its slice. */
	if (l && run->spared && ran < wd_slice(wd_task_at(l->slot), 0, 1)) {
		wd_keep(prev, l, dom, cpu, 0);
		return;
	}
	if (queued && wd_rescue_due(&wd_clocks[dom].rescued_at, now) && wd_rescue(dom, now)) {
		wd_count(dsq_dispatch);
		return;
	}
	if (wd_bound_waiting(run, cpu)) {
		if (wd_rescue_due(&run->rescued_at, now) && wd_rescue(WD_CPU_DSQ + cpu, now)) {
			wd_count(dsq_dispatch);
			return;
		}
		bound = wd_head_key(WD_CPU_DSQ + cpu);
	} else if (run->waits) {
		run->waits = 0;
		wd_cpu_at(cpu)->bound = 0;
	}
	if (queued)
		own = wd_allowed_head(dom);
	if (own.key == WD_KEY_NONE || now - run->pulled_at >= WD_PULL_INTERVAL) {
		run->pulled_at = now;
		remote = wd_best_remote(dom, cpu, own.key);
	}
	if (l) {
		first = own.key < remote ? own.key : remote;
		kept = wd_kept_key(prev, l, run, dom, run->bound ? bound : first, now);
	}
	if (l && kept <= own.key && kept <= bound && kept <= remote) {
		/* Away from home it competes with who waits there too: that is where it is queued next. */
		home = l->domain == dom;
		alone = (!queued || own.none) && bound == WD_KEY_NONE && remote == WD_KEY_NONE && !run->bound &&
			(home || !wd_domain_queued(l->domain));
		if (alone && home && wd_core_crowded(cpu, dom)) {
			wd_set_slice(prev, 0); /* so that it is queued, and goes from there */
			return;
		}
		if (alone)
			wd_key_alone(l, run, now);
		wd_keep(prev, l, dom, cpu, queued);
		return;
	}
	if (remote < own.key && remote < bound && remote < kept && wd_pull(run->remote, dom))
		return;
	if (bound <= own.key && wd_move_to_local(WD_CPU_DSQ + cpu)) {
		wd_count(dsq_dispatch);
		return;
	}
	if (queued > 1 && own.cpu != cpu && wd_take_near(dom, cpu)) {
		wd_count(dsq_dispatch);
		return;
	}
	if (wd_move_to_local(dom)) {
		wd_count(dsq_dispatch);
		return;
	}
	if (bound != WD_KEY_NONE && wd_move_to_local(WD_CPU_DSQ + cpu)) {
		wd_count(dsq_dispatch);
		return;
	}
	/* Nothing that may run here: heads were for other CPUs. Stay on, or take what another domain has. */
	if (l) {
		wd_keep(prev, l, dom, cpu, queued);
		return;
	}
	if (remote == WD_KEY_NONE)
		remote = wd_best_remote(dom, cpu, WD_KEY_NONE);
	if (remote != WD_KEY_NONE && wd_pull(run->remote, dom))
		return;
	/*
	 * It was woken in vain, another one was faster. Until it is idle again nobody finds it so, and no callback
	 * tells when it is: who is queued meanwhile would wait for a tick. So it looks again as soon as it can be
	 * found.
	 */
	if (run->idle && !wd_is_idle(cpu))
		wd_kick(cpu, WD_KICK_IDLE);
}

#endif
