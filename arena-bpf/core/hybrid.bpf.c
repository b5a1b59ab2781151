/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hybrid core: sched_ext callbacks that call module slots. The kernel half is right by itself: order, fairness
 * across domains and work conservation need neither user space nor the arena's contents. Order and pull follow head
 * keys of queues; see docs/scheduling.md.
 */
#define WD_OBJ hybrid
#define WD_CORE
#include "hybrid.h"

WD_MODULE("hybrid", "core");

const volatile u32 wd_perf;			/* cpufreq hint for each CPU, 0..1024 */
const volatile bool wd_smt;			/* some core has several hardware threads */
const volatile u16 wd_cpu_sibling[WD_MAX_CPUS]; /* next thread of a CPU's core, in a ring; itself where it has one */

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wd_local);
} wd_locals SEC(".maps");

struct wd_run wd_runs[WD_MAX_CPUS];
struct wd_clock wd_clocks[WD_MAX_DOMAINS];
struct wd_clock wd_clock_furthest; /* the largest of them, for who follows: v only, on a line of its own */
struct wd_running wd_running_now[WD_MAX_CPUS];
struct wd_median wd_medians[WD_MAX_CPUS];
u32 wd_nr_cpus[WD_MAX_DOMAINS];
u32 wd_nr_all_cpus;				     /* of all domains */
u16 wd_domain_list[WD_MAX_DOMAINS][WD_PREEMPT_SCAN]; /* the first CPUs of each domain */

#include "slot_defaults.h"
#include "advance.h"
#include "restricted.h"
#include "keys.h"
#include "task_state.h"
#include "threads.h"
#include "dispatch.h"

/* ---- waking and queueing --------------------------------------------------------------------------------------------
 */

s32 BPF_STRUCT_OPS(wd_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	struct wd_local *l = wd_local_of(p);
	struct wd_task __arena *t;
	u64 selected, slice, now;
	s32 cpu;

	use_arena();
	if (!l)
		return prev_cpu;
	now = wd_now();
	if (!l->runnable)
		wd_begin_to_compete(p, l, !(wake_flags & WD_WAKE_FORK), now);
	wd_follow_request(l);
	l->sync = !!(wake_flags & WD_WAKE_SYNC);
	wd_find_home(p, l);
	t = wd_task_at(l->slot);
	selected = wd_placement_select(p, t, prev_cpu, wake_flags);
	cpu = WD_SELECTED_CPU(selected);
	wd_report(WD_EVENT_SELECT, l->slot, cpu);
	if (cpu < 0 || cpu >= wd_layout.nr_cpu_ids)
		return prev_cpu;
	if (WD_SELECTED_HOW(selected) == WD_SELECT_QUEUE)
		return cpu;
	if (WD_SELECTED_HOW(selected) != WD_SELECT_WAKE_SYNC && wd_may_be_lost(&wd_run_of(cpu)->foreign, now)) {
		l->offered = 1;
		return cpu;
	}
	wd_count_select(WD_SELECTED_HOW(selected));
	wd_key_direct(p, l, t, now);
	slice = wd_slice(t, 0, 1);
	/* At once, or it is queued: a real-time task may be there first. But on its own CPU the waker still runs. */
	wd_insert(p, WD_DSQ_LOCAL, slice, WD_SELECTED_HOW(selected) == WD_SELECT_WAKE_SYNC ? 0 : WD_ENQ_IMMED);
	return cpu;
}

static __always_inline void wd_enqueue_bound(struct task_struct *p, struct wd_local *l, struct wd_task __arena *t,
					     u64 enq_flags, u64 now)
{
	s32 cpu = wd_task_cpu(p);
	struct wd_run *run = wd_run_of(cpu);
	u32 queued;
	u64 slice;

	wd_count(pinned);
	if (p->flags & PF_KTHREAD) {
		/* The machine's own work: at the head, and a long slice is cut short. */
		wd_key_direct(p, l, t, now);
		wd_insert(p, WD_DSQ_LOCAL_ON | cpu, wd_slice(t, 0, 1), enq_flags | WD_ENQ_PREEMPT);
		return;
	}
	if (!run)
		return;
	queued = wd_bound_waiting(run, cpu);
	wd_key_bound(l, t, run, cpu, queued, now);
	l->queued_at = now;
	slice = wd_slice(t, queued, 1);
	run->waits = 1;
	wd_cpu_at(cpu)->bound = 1;
	wd_insert_vtime(p, WD_CPU_DSQ + cpu, slice, wd_place(p, l, wd_domain_of_cpu(cpu), run->bound_clock, now),
			enq_flags);
	if (!wd_preempt_cpu(cpu, run, l->key, now))
		wd_kick(cpu, WD_KICK_IDLE);
}

void BPF_STRUCT_OPS(wd_enqueue, struct task_struct *p, u64 enq_flags)
{
	struct wd_local *l = wd_local_of(p);
	struct wd_task __arena *t;
	s32 cpu = wd_task_cpu(p), idle;
	u32 dom, queued;
	struct wd_running *running = NULL;
	u64 slice, now = wd_now();
	bool woken, preempts, offered;

	use_arena();
	if (!l) {
		/* Cannot happen after init_task; the global queue loses nothing all the same. */
		wd_count(task_get_err);
		wd_insert(p, WD_DSQ_GLOBAL, WD_SLICE_MIN, enq_flags);
		return;
	}
	if (!l->runnable)
		wd_begin_to_compete(p, l, enq_flags & WD_ENQ_WAKEUP, now);
	wd_follow_request(l);
	t = wd_task_at(l->slot);
	wd_report(WD_EVENT_ENQUEUE, l->slot, enq_flags);
	offered = l->offered;
	l->offered = 0;
	if (p->nr_cpus_allowed == 1) {
		wd_enqueue_bound(p, l, t, enq_flags, now);
		return;
	}
	l->bound = -1;
	dom = l->domain;
	if ((enq_flags & WD_ENQ_LAST) && wd_domain_of_cpu(cpu) == dom) {
		wd_key_direct(p, l, t, now);
		idle = wd_claim_core(p, cpu, dom);
		wd_insert(p, idle < 0 ? WD_DSQ_LOCAL : WD_DSQ_LOCAL_ON | idle, wd_slice(t, 0, 1), enq_flags);
		return;
	}
	woken = l->woken;
	if (wd_domain_of_cpu(cpu) != dom && !woken)
		wd_count(repatriate);
	queued = wd_domain_queued(dom);
	if (woken || !queued)
		running = wd_look_at_running(p, dom, now);
	wd_key_queued(p, l, t, queued, running, now);
	l->queued_at = now;
	slice = wd_slice(t, queued, wd_nr_cpus[dom & (WD_MAX_DOMAINS - 1)]);
	preempts = woken && t->rested && !l->sync && running && running->victim >= 0;
	if (preempts && wd_preempt_last(p, l, dom, slice, enq_flags, now))
		return;
	wd_insert_vtime(p, dom, slice, wd_place(p, l, dom, wd_last_clock(l), now), enq_flags);

	/* The CPU that was found for it, and below another one: if it is taken, the first looks at no queue. */
	if (offered)
		wd_kick(cpu, 0);
	idle = wd_placement_kick(p, t, dom);
	if (idle >= 0 && idle < wd_layout.nr_cpu_ids) {
		if (wd_domain_of_cpu(idle) != dom)
			wd_count(kick_greedy);
		wd_kick(idle, WD_KICK_IDLE);
	} else if (preempts) {
		/* The CPU that has run ahead most. */
		wd_preempt_cpu(running->victim, wd_run_of(running->victim), l->key, now);
	} else if (enq_flags & WD_ENQ_LAST) {
		wd_kick(cpu, 0);
	}
}

/* ---- life of a stint ------------------------------------------------------------------------------------------------
 */

void BPF_STRUCT_OPS(wd_running, struct task_struct *p)
{
	struct wd_local *l = wd_local_of(p);
	s32 cpu = wd_task_cpu(p);
	struct wd_run *run = wd_run_of(cpu);
	struct wd_cpu __arena *c = wd_cpu_at(cpu);
	u64 now = wd_now();

	use_arena();
	if (!l || !run)
		return;
	wd_report(WD_EVENT_RUNNING, l->slot, l->key);
	/* Away from home: it was pulled, or moved because it had been asked for. */
	if (l->domain != wd_domain_of_cpu(cpu) && p->nr_cpus_allowed > 1)
		wd_follow_request(l);
	l->woken = 0;
	/*
	 * While a scheduler attaches the kernel runs tasks without asking it. From a key of 0 on they would stand 300
	 * ms before all that did not run just then.
	 */
	if (!l->key)
		wd_key_direct(p, l, wd_task_at(l->slot), now);
	wd_note_regained(&run->foreign);
	run->pid = p->pid;
	run->since = now;
	run->executed = p->se.sum_exec_runtime;
	run->slot = l->slot;
	run->bound = p->nr_cpus_allowed == 1;
	run->spared = run->bound && (p->flags & PF_KTHREAD);
	run->away = l->domain != wd_domain_of_cpu(cpu);
	run->restricted = run->bound || !wd_covers(l, wd_domain_of_cpu(cpu));
	wd_run_set(run, l->key, l->weight, now);
	if (l->bound == cpu)
		wd_bound_start(run, cpu, l->key);
	wd_task_at(l->slot)->started = now;
	c->clock = now;
	c->key = l->key;
	c->slot = l->slot;
}

void BPF_STRUCT_OPS(wd_stopping, struct task_struct *p, bool runnable)
{
	struct wd_local *l = wd_local_of(p);
	s32 cpu = wd_task_cpu(p);
	struct wd_run *run = wd_run_of(cpu);
	struct wd_cpu __arena *c = wd_cpu_at(cpu);
	u64 now = wd_now();

	use_arena();
	if (!l || !run)
		return;
	wd_report(WD_EVENT_STOPPING, l->slot, runnable);
	wd_note_worker(p, l);
	/* A stop without a start comes at attach: nothing was run on our account. */
	if (run->started && run->pid == p->pid) {
		run->last = wd_proven_key(run, wd_running_key(run, now), now);
		wd_weigh(l);
		wd_charge(p, l, run, now);
	}
	run->started = 0;
	run->key = WD_KEY_NONE;
	c->clock = now;
	c->key = WD_KEY_NONE;
	c->slot = WD_NO_SLOT;
	if (!runnable) {
		/* It sleeps, or dies; else an attribute is being changed, and it goes on at once. */
		if (p->__state)
			wd_cease_to_compete(l, 1, now);
		return;
	}
	/*
	 * With slice left it gives way to a real-time task, nobody knows for how long. The kernel would let it wait
	 * here; without slice it is queued, for any CPU. (The reenqueue from cpu_release leaves this one where it is:
	 * the callback itself keeps it from migrating.)
	 */
	if (p->scx.slice)
		wd_set_slice(p, 0);
}

/*
 * The slice was given for the queue as it was then; a queue that has grown since cuts it short. Called on each busy CPU
 * at each tick, so the task's storage is not searched: what is needed of it stands in the CPU's own line.
 */
void BPF_STRUCT_OPS(wd_tick, struct task_struct *p)
{
	struct wd_local *l = p->flags & PF_WQ_WORKER ? wd_local_of(p) : NULL;
	s32 cpu = wd_task_cpu(p);
	struct wd_run *run = wd_run_of(cpu);
	u64 now = wd_now();
	u32 dom, queued, bound;

	use_arena();
	if (l)
		wd_note_worker(p, l);
	if (!run->started || run->pid != (u32)p->pid)
		return;
	wd_report(WD_EVENT_TICK, run->slot, cpu);
	wd_cpu_at(cpu)->clock = now;
	dom = wd_domain_of_cpu(cpu);
	/* The machine's own work keeps its slice: cut short, it would wait behind whom it gave way to. */
	if (dom >= WD_MAX_DOMAINS || run->spared)
		return;
	bound = wd_bound_waiting(run, cpu);
	queued = wd_domain_queued(dom);
	if (!queued && !bound)
		return;
	if (now - run->started >= wd_slice(wd_task_at(run->slot), queued + bound, bound ? 1 : wd_nr_cpus[dom]))
		wd_set_slice(p, 0);
}

/*
 * A task that was queued after dispatch had found nothing, and before this CPU could be found idle, has woken nobody.
 * Either enqueue sees the CPU's idle bit, which is set by now, or this sees the task.
 */
static __always_inline void wd_look_again(s32 cpu)
{
	u32 dom = wd_domain_of_cpu(cpu);

	if (dom >= WD_MAX_DOMAINS)
		return;
	if (wd_domain_queued(dom) || wd_bound_waiting(wd_run_of(cpu), cpu) ||
	    wd_best_remote(dom, cpu, WD_KEY_NONE) != WD_KEY_NONE)
		wd_kick(cpu, WD_KICK_IDLE);
}

void BPF_STRUCT_OPS(wd_update_idle, s32 cpu, bool idle)
{
	struct wd_cpu __arena *c = wd_cpu_at(cpu);
	struct wd_run *run = wd_run_of(cpu);
	u64 now = wd_now(), word = c->idle;

	use_arena();
	wd_report(WD_EVENT_IDLE, WD_NO_SLOT, cpu);
	run->idle = idle;
	if (idle)
		wd_note_regained(&run->foreign);
	else
		wd_note_lost(&run->foreign);
	/* Idle: start of the period less what was idle before; busy: the sum. Entering twice changes nothing. */
	if (idle && !(word & WD_CPU_IDLE))
		c->idle = ((now - word) & ~WD_CPU_IDLE) | WD_CPU_IDLE;
	else if (!idle && (word & WD_CPU_IDLE))
		c->idle = (now - word) & ~WD_CPU_IDLE;
	c->clock = now;
	if (idle)
		wd_look_again(cpu);
}

/* A real-time task runs here, nobody knows for how long. Who was put here to run next is queued, for any CPU. */
void BPF_STRUCT_OPS(wd_cpu_release, s32 cpu, struct scx_cpu_release_args *args)
{
	wd_note_lost(&wd_run_of(cpu)->foreign);
	wd_requeue_local();
}

/* ---- life of a task -------------------------------------------------------------------------------------------------
 */

void BPF_STRUCT_OPS(wd_set_weight, struct task_struct *p, u32 weight)
{
	struct wd_local *l = wd_local_of(p);

	use_arena();
	if (!l)
		return;
	wd_report(WD_EVENT_WEIGHT, l->slot, weight);
	wd_renice(l, weight);
}

void BPF_STRUCT_OPS(wd_set_cpumask, struct task_struct *p, const struct cpumask *mask)
{
	struct wd_local *l = wd_local_of(p);

	use_arena();
	if (!l)
		return;
	wd_report(WD_EVENT_CPUMASK, l->slot, 0);
	wd_affinity_changed(p, l, mask);
}

s32 BPF_STRUCT_OPS_SLEEPABLE(wd_init_task, struct task_struct *p, struct scx_init_task_args *args)
{
	struct wd_local *l = bpf_task_storage_get(&wd_locals, p, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	use_arena();
	if (!l)
		return -ENOMEM;
	wd_task_begin(p, l, wd_group_of_new(args));
	wd_report(WD_EVENT_INIT_TASK, l->slot, p->pid);
	return 0;
}

void BPF_STRUCT_OPS(wd_exit_task, struct task_struct *p, struct scx_exit_task_args *args)
{
	struct wd_local *l = wd_local_of(p);

	use_arena();
	if (!l)
		return;
	wd_report(WD_EVENT_EXIT_TASK, l->slot, p->pid);
	wd_task_end(l);
}

/* It is no longer scheduled here: its policy has changed. A callback of its own, as it may have been queued. */
void BPF_STRUCT_OPS(wd_disable, struct task_struct *p)
{
	struct wd_local *l = wd_local_of(p);

	use_arena();
	if (l && l->runnable)
		wd_cease_to_compete(l, 0, wd_now());
}

/* ---- life of the scheduler ------------------------------------------------------------------------------------------
 */

#include "lifecycle.h"

SEC(".struct_ops.link")
struct sched_ext_ops wd_ops = {
	.select_cpu = (void *)wd_select_cpu,
	.enqueue = (void *)wd_enqueue,
	.dispatch = (void *)wd_dispatch,
	.running = (void *)wd_running,
	.stopping = (void *)wd_stopping,
	.tick = (void *)wd_tick,
	.update_idle = (void *)wd_update_idle,
	.cpu_release = (void *)wd_cpu_release,
	.set_weight = (void *)wd_set_weight,
	.set_cpumask = (void *)wd_set_cpumask,
	.cgroup_init = (void *)wd_cgroup_init,
	.cgroup_exit = (void *)wd_cgroup_exit,
	.cgroup_move = (void *)wd_cgroup_move,
	.cgroup_set_weight = (void *)wd_cgroup_set_weight,
	.init_task = (void *)wd_init_task,
	.exit_task = (void *)wd_exit_task,
	.disable = (void *)wd_disable,
	.init = (void *)wd_init,
	.exit = (void *)wd_exit,
	/* Without ENQ_EXITING the kernel puts a task that ends into its CPU's local queue, whoever is idle. */
	.flags = SCX_OPS_KEEP_BUILTIN_IDLE | SCX_OPS_ENQ_LAST | SCX_OPS_ENQ_EXITING,
	.timeout_ms = 10000,
	.name = "wd40",
};
