/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user-space core: a policy in an ordinary process decides who runs next. The kernel half places tasks on idle
 * CPUs by itself, keeps all others in custody until a decision about them comes, and serves them itself when none
 * does. So the process may be stopped, be slow, forget tasks or write garbage: that costs order, never a task. See
 * docs/user-space-scheduling.md.
 */
#define WD_OBJ userspace
#define WD_CORE
#include "userspace.h"
#include "common.h"

WD_MODULE("user-space", "core");

/* Set before load. */
const volatile struct wd_user_layout wd_user_layout;
const volatile u64 wd_takeover_ns = 50 * WD_MSEC;
const volatile u64 wd_own_slice = WD_MSEC; /* of a task of weight 100 that the kernel half places, ns */
const volatile u8 wd_numa_local;	   /* 1: idle CPUs are looked for on the node that a memory policy names */
const volatile u16 wd_domain_node_id[WD_MAX_DOMAINS]; /* the kernel's number of a domain's node */
const volatile u32 wd_low_water = 1; /* fewer decided tasks than this: the policy's thread is to go on */

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wd_handed);
} wd_handeds SEC(".maps");

struct wd_watch {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct wd_watch);
} wd_watches SEC(".maps");

struct wd_common wd_common;
struct wd_here wd_heres[WD_MAX_CPUS];

#include "userspace_dispatch.h"

/* What the predecessor was told does not hold for the next one: the next acknowledges a takeover of its own. */
static __always_inline void wd_owner_changed(void)
{
	use_arena();
	wd_begin_takeover();
}

#include "owner.h"
#include "userspace_tasks.h"
#include "userspace_stints.h"

/* ---- waking and queueing --------------------------------------------------------------------------------------------
 */

/* CPUs among which an idle one is looked for: with --numa-local those of a domain on a node that the task prefers. */
static __always_inline const struct cpumask *wd_where_to_look(struct task_struct *p)
{
	struct wd_memory_policy policy;
	int i;

	if (!wd_numa_local || !wd_memory_policy_of(p, &policy))
		return wd_mask_of(WD_MASK_ALL);
	wd_for(i, 0, wd_layout.nr_domains)
	{
		if (wd_memory_policy_names(&policy, wd_domain_node_id[i & (WD_MAX_DOMAINS - 1)]))
			return wd_mask_of(i);
	}
	return wd_mask_of(WD_MASK_ALL);
}

s32 BPF_STRUCT_OPS(wd_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	struct wd_handed *h = wd_handed_of(p);
	const struct cpumask *where;
	s32 cpu;

	use_arena();
	if (!h || wd_is_hot(p))
		return prev_cpu;
	where = wd_where_to_look(p);
	cpu = where ? wd_select_idle(p, prev_cpu, wake_flags, where, 0) : -1;
	if (cpu < 0)
		return prev_cpu;
	if (wd_may_be_lost(&wd_here(cpu)->foreign, wd_now())) {
		wd_kick(cpu, WD_KICK_IDLE); /* to be found idle again, or to take what is queued */
		return cpu;
	}
	wd_tally(kernel);
	h->own = 1;
	/* At once, or it is queued: a real-time task may be there first. But on its own CPU a waker still runs. */
	wd_insert(p, WD_DSQ_LOCAL, wd_slice_of(h), wake_flags & WD_WAKE_SYNC ? 0 : WD_ENQ_IMMED);
	return cpu;
}

/*
 * The kernel half places it. At once on its CPU if it has just woken up; one that goes on takes turns with others, lest
 * a thread that never sleeps keeps a CPU.
 */
static __always_inline void wd_place_here(struct task_struct *p, struct wd_handed *h, u64 enq_flags)
{
	wd_tally(kernel);
	h->own = 1;
	if (h->woken)
		wd_insert(p, WD_DSQ_LOCAL_ON | wd_task_cpu(p), wd_slice_of(h), enq_flags | WD_ENQ_PREEMPT);
	else
		wd_insert(p, WD_OWN_DSQ, wd_slice_of(h), enq_flags);
}

/* The decision about a task still stands, so that the policy need not be asked again: it waits by the key it has. */
static __always_inline void wd_resume(struct task_struct *p, struct wd_handed *h, u64 enq_flags)
{
	u64 dsq = WD_DECIDED_DSQ;

	wd_tally(resumed);
	if (h->cpu >= 0 && KF(bpf_cpumask_test_cpu)(h->cpu, p->cpus_ptr))
		dsq = WD_DECIDED_CPU_DSQ + (h->cpu & (WD_MAX_CPUS - 1));
	__sync_lock_test_and_set(&h->decided, 1);
	wd_count_decided(1);
	wd_insert_vtime(p, dsq, h->slice, h->key, enq_flags);
}

void BPF_STRUCT_OPS(wd_enqueue, struct task_struct *p, u64 enq_flags)
{
	struct wd_handed *h = wd_handed_of(p);
	s32 cpu = wd_task_cpu(p), idle;
	u64 now = wd_now();
	u32 seq;

	use_arena();
	if (!h) {
		/* Cannot happen after init_task; the global queue loses nothing all the same. */
		wd_count(task_get_err);
		wd_insert(p, WD_DSQ_GLOBAL, WD_OWN_SLICE_MIN, enq_flags);
		return;
	}
	wd_take_back(h, WD_END_QUEUED_ANEW);
	h->queued_at = now;
	if (wd_is_hot(p)) {
		/*
		 * Put aside in its turn by another task: what it has taken out of the rings waits for it alone, and so
		 * does the end of a takeover.
		 */
		if (!wd_common.yielded)
			wd_common.urgent = 1;
		wd_insert(p, WD_USER_DSQ, WD_USER_SLICE, enq_flags);
		if (wd_user_due(now))
			wd_kick(cpu, 0);
		/*
		 * A CPU that looked for work a moment ago found the thread running, and sleeps. Whatever stands in the
		 * rings: more may come before the insertion is done, and who brings it sees nobody parked.
		 */
		wd_wake_idle();
		return;
	}
	if (wd_is_owner(p)) {
		/* It may be what the policy's thread is waited for by, or waits for. */
		wd_common.urgent = 1;
		wd_place_here(p, h, enq_flags);
		return;
	}
	if (h->direct || (p->nr_cpus_allowed == 1 && (p->flags & PF_KTHREAD))) {
		wd_place_here(p, h, enq_flags);
		return;
	}
	idle = wd_pick_idle(p->cpus_ptr);
	if (idle >= 0) {
		wd_tally(kernel);
		/* A decision that has outlasted a sleep stands beside an idle CPU as well. */
		h->own = !(h->woken && h->lease);
		if (wd_may_be_lost(&wd_here(idle)->foreign, now)) {
			wd_insert(p, WD_OWN_DSQ, wd_slice_of(h), enq_flags);
			wd_wake_idle(); /* besides the first: if that is taken, it looks at no queue */
		} else {
			wd_insert(p, WD_DSQ_LOCAL_ON | idle, wd_slice_of(h), enq_flags | WD_ENQ_IMMED);
		}
		wd_kick(idle, WD_KICK_IDLE);
		return;
	}
	/*
	 * All of the kernel waits for the grace period that a task holds up which was preempted inside an RCU read-side
	 * section: it takes turns at once. The policy charges it for what it runs all the same.
	 */
	if (!h->woken && wd_holds_grace(p)) {
		wd_place_here(p, h, enq_flags);
		return;
	}
	if (h->lease && h->rate && wd_common.mode == WD_CUSTODY_NORMAL) {
		bool first = h->woken && wd_earlier_than_there(h->key, cpu, now);

		wd_resume(p, h, enq_flags);
		if (first)
			wd_preempt_now(cpu, now);
		return;
	}
	h->own = 1;
	if (!h->slot || wd_common.mode != WD_CUSTODY_NORMAL || !wd_has_room()) {
		if (h->slot && wd_common.mode != WD_CUSTODY_NORMAL)
			wd_tally(taken_over);
		else if (h->slot)
			wd_tally(congested);
		wd_tally(kernel);
		wd_insert(p, WD_OWN_DSQ, wd_slice_of(h), enq_flags);
		return;
	}
	seq = WD_STATE_SEQ(h->state) + 1;
	h->custody = cpu & (WD_MAX_CPUS - 1);
	__sync_lock_test_and_set(&h->state, WD_STATE(seq, WD_PHASE_HANDED));
	wd_publish(p, h, seq, enq_flags);
	wd_tally(queued);
	wd_insert(p, WD_CUSTODY_DSQ + h->custody, wd_slice_of(h), enq_flags);
	if (h->woken)
		wd_common.urgent = 1;
	if (!wd_common.token_at)
		wd_common.token_at = now;
	wd_call_user(h, now);
	h->uncharged = 0;
}

/* ---- idle CPUs and CPUs of other classes ----------------------------------------------------------------------------
 */

/* Tells the policy which CPUs are idle, and looks again for what came before this CPU could be found idle. */
void BPF_STRUCT_OPS(wd_update_idle, s32 cpu, bool idle)
{
	u64 __arena *word = &wd_exchange()->idle[(cpu & (WD_MAX_CPUS - 1)) / 64];
	u64 bit = 1ull << (cpu & 63);

	use_arena();
	if (!idle) {
		wd_note_lost(&wd_here(cpu)->foreign);
		__sync_fetch_and_and(word, ~bit);
		return;
	}
	wd_note_regained(&wd_here(cpu)->foreign);
	__sync_fetch_and_or(word, bit);
	if (wd_common.decided || wd_here(cpu)->nr_retries || KF(scx_bpf_dsq_nr_queued)(WD_OWN_DSQ) > 0 ||
	    KF(scx_bpf_dsq_nr_queued)(WD_CUSTODY_DSQ + cpu) > 0 ||
	    (KF(scx_bpf_dsq_nr_queued)(WD_USER_DSQ) > 0 && wd_user_due(wd_now())))
		wd_kick(cpu, WD_KICK_IDLE);
}

/* A real-time task runs here, nobody knows for how long. Who was put here to run next is queued, for any CPU. */
void BPF_STRUCT_OPS(wd_cpu_release, s32 cpu, struct scx_cpu_release_args *args)
{
	wd_note_lost(&wd_here(cpu)->foreign);
	wd_here(cpu)->filled = 0; /* what wd_fill has put here does not run next any more */
	wd_requeue_local();
}

/* ---- life of the scheduler ------------------------------------------------------------------------------------------
 */

static __always_inline int wd_start_watch(void)
{
	u32 zero = 0;
	struct wd_watch *w = bpf_map_lookup_elem(&wd_watches, &zero);
	int err;

	if (!w)
		return -ENOENT;
	err = bpf_timer_init(&w->timer, &wd_watches, WD_CLOCK_BOOTTIME);
	if (!err)
		err = bpf_timer_set_callback(&w->timer, wd_watch);
	return err ? err : bpf_timer_start(&w->timer, wd_takeover_ns / 2, 0);
}

s32 BPF_STRUCT_OPS_SLEEPABLE(wd_init)
{
	int i, err;

	use_arena();
	wd_for(i, 0, wd_layout.nr_domains)
	{
		err = wd_make_mask(i);
		if (err)
			return err;
	}
	err = wd_make_mask(WD_MASK_ALL);
	if (err)
		return err;
	err = KF(scx_bpf_create_dsq)(WD_DECIDED_DSQ, -1);
	if (!err)
		err = KF(scx_bpf_create_dsq)(WD_USER_DSQ, -1);
	if (!err)
		err = KF(scx_bpf_create_dsq)(WD_OWN_DSQ, -1);
	if (err)
		return err;
	wd_for(i, 0, wd_layout.nr_cpu_ids)
	{
		if (wd_domain_of_cpu(i) >= WD_MAX_DOMAINS)
			continue;
		err = KF(scx_bpf_create_dsq)(WD_DECIDED_CPU_DSQ + i, -1);
		if (err)
			return err;
		err = KF(scx_bpf_create_dsq)(WD_CUSTODY_DSQ + i, -1);
		if (err)
			return err;
	}
	/* Until the policy's thread has come to its loop. */
	wd_take_over();
	wd_common.beat_at = wd_common.user_ran_at = wd_now();
	err = wd_start_watch();
	return err ? err : wd_start_ownership();
}

SEC(".struct_ops.link")
struct sched_ext_ops wd_ops = {
	.select_cpu = (void *)wd_select_cpu,
	.enqueue = (void *)wd_enqueue,
	.dispatch = (void *)wd_dispatch,
	.runnable = (void *)wd_runnable,
	.running = (void *)wd_running,
	.stopping = (void *)wd_stopping,
	.yield = (void *)wd_yield,
	.quiescent = (void *)wd_quiescent,
	.tick = (void *)wd_tick,
	.update_idle = (void *)wd_update_idle,
	.cpu_release = (void *)wd_cpu_release,
	.set_weight = (void *)wd_set_weight,
	.init_task = (void *)wd_init_task,
	.exit_task = (void *)wd_exit_task,
	.init = (void *)wd_init,
	.exit = (void *)wd_exit,
	.flags = SCX_OPS_KEEP_BUILTIN_IDLE | SCX_OPS_ENQ_LAST | SCX_OPS_ENQ_EXITING,
	.timeout_ms = 10000,
	.name = "rustland",
};
