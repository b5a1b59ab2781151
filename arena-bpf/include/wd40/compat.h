/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel differences (6.16 and newer) and all names of kernel functions: the one place for both. No #if on versions;
 * whether something exists is asked of the running kernel's BTF at load, and a branch on a missing symbol is dead code.
 *
 * libbpf drops the last ___suffix of a symbol before it looks it up. So every object gives its references a private
 * suffix (WD_OBJ): libbpf 1.4.6 cannot link two objects that name the same kernel symbol, and names that themselves end
 * in ___v2 need a further suffix to be found at all.
 */
#ifndef WD40_COMPAT_H
#define WD40_COMPAT_H

#ifndef WD_OBJ
#error "define WD_OBJ (unique per object) before including wd40/module.h"
#endif

#define BPF_NO_KFUNC_PROTOTYPES
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "types.h"

#define KF__(n, o) n##___##o
#define KF_(n, o)  KF__(n, o)
#define KF(n)	   KF_(n, WD_OBJ)

/*
 * A kernel function; __kfunc_or names the one that does when the kernel lacks it, or nothing when none is needed. The
 * loader reads the tag: it refuses a kernel whose description of a function is damaged only if there is no other way.
 */
#define __kfunc		 __ksym __weak
#define __kfunc_or(name) __kfunc __attribute__((btf_decl_tag("wd:or=" #name)))

#ifndef __arg_arena
#define __arg_arena __attribute__((btf_decl_tag("arg:arena")))
#endif
#ifndef __arg_trusted
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#endif

#ifndef PF_KTHREAD
#define PF_EXITING   0x00000004
#define PF_WQ_WORKER 0x00000020
#define PF_KTHREAD   0x00200000
#endif

#define BPF_STRUCT_OPS(name, args...)		SEC("struct_ops/" #name) BPF_PROG(name, ##args)
#define BPF_STRUCT_OPS_SLEEPABLE(name, args...) SEC("struct_ops.s/" #name) BPF_PROG(name, ##args)

/* Enum values are relocated against the running kernel; 0 for an unknown name, the right default for flags. In programs
 * only. */
#define WD_ENUM(type, name) (bpf_core_enum_value_exists(enum type, name) ? bpf_core_enum_value(enum type, name) : 0)
#define WD_ENQ_HEAD	    WD_ENUM(scx_enq_flags, SCX_ENQ_HEAD)
#define WD_ENQ_PREEMPT	    WD_ENUM(scx_enq_flags, SCX_ENQ_PREEMPT)
#define WD_ENQ_IMMED	    WD_ENUM(scx_enq_flags, SCX_ENQ_IMMED) /* 7.1 */
#define WD_ENQ_LAST	    WD_ENUM(scx_enq_flags, SCX_ENQ_LAST)
#define WD_ENQ_WAKEUP	    WD_ENUM(scx_enq_flags, SCX_ENQ_WAKEUP)
#define WD_WAKE_SYNC	    WD_ENUM(scx_wake_flags, SCX_WAKE_SYNC)
#define WD_WAKE_FORK	    WD_ENUM(scx_wake_flags, SCX_WAKE_FORK)
#define WD_KICK_IDLE	    WD_ENUM(scx_kick_flags, SCX_KICK_IDLE)
#define WD_KICK_PREEMPT	    WD_ENUM(scx_kick_flags, SCX_KICK_PREEMPT)
#define WD_PICK_IDLE_CORE   WD_ENUM(scx_pick_idle_cpu_flags, SCX_PICK_IDLE_CORE)
#define WD_TASK_QUEUED	    WD_ENUM(scx_ent_flags, SCX_TASK_QUEUED)
#define WD_DSQ_LOCAL	    WD_ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL)
#define WD_DSQ_LOCAL_ON	    WD_ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL_ON)
#define WD_DSQ_GLOBAL	    WD_ENUM(scx_dsq_id_flags, SCX_DSQ_GLOBAL)

/* Loop guard for loops over arena data: bounded by time, not by a count that the verifier must unroll. */
#define can_loop                                                        \
	({                                                              \
		__label__ l_break, l_continue;                          \
		bool ret = true;                                        \
		asm volatile goto("may_goto %l[l_break]" :: ::l_break); \
		goto l_continue;                                        \
	l_break:                                                        \
		ret = false;                                            \
	l_continue:;                                                    \
		ret;                                                    \
	})

/* Keeps the compiler from proving a bound away that the verifier wants to see. */
#define wd_barrier_var(v) asm volatile("" : "+r"(v))

extern int KF(bpf_iter_num_new)(struct bpf_iter_num *it, int start, int end) __kfunc;
extern int *KF(bpf_iter_num_next)(struct bpf_iter_num *it) __kfunc;
extern void KF(bpf_iter_num_destroy)(struct bpf_iter_num *it) __kfunc;
extern void KF(bpf_rcu_read_lock)(void) __kfunc;
extern void KF(bpf_rcu_read_unlock)(void) __kfunc;
extern struct bpf_cpumask *KF(bpf_cpumask_create)(void) __kfunc;
extern void KF(bpf_cpumask_release)(struct bpf_cpumask *m) __kfunc;
extern void KF(bpf_cpumask_set_cpu)(u32 cpu, struct bpf_cpumask *m) __kfunc;
extern bool KF(bpf_cpumask_test_cpu)(u32 cpu, const struct cpumask *m) __kfunc;
extern bool KF(bpf_cpumask_intersects)(const struct cpumask *a, const struct cpumask *b) __kfunc;
extern bool KF(bpf_cpumask_subset)(const struct cpumask *small, const struct cpumask *big) __kfunc;
extern bool KF(bpf_cpumask_empty)(const struct cpumask *m) __kfunc;
extern u32 KF(bpf_cpumask_any_and_distribute)(const struct cpumask *a, const struct cpumask *b) __kfunc;
extern void KF(bpf_preempt_disable)(void) __kfunc;
extern void KF(bpf_preempt_enable)(void) __kfunc;
extern void *KF(bpf_rdonly_cast)(const void *obj__ign, u32 btf_id__k) __kfunc;

extern const struct rq runqueues __ksym __weak; /* of each CPU; asked in one object only, so that it needs no suffix */

extern s32 KF(scx_bpf_create_dsq)(u64 dsq, s32 node) __kfunc;
extern bool KF(scx_bpf_dsq_insert___v2)(struct task_struct *p, u64 dsq, u64 slice, u64 flags)
	__kfunc_or(scx_bpf_dsq_insert); /* 6.19 */
extern void KF(scx_bpf_dsq_insert)(struct task_struct *p, u64 dsq, u64 slice, u64 flags) __kfunc;
extern bool KF(__scx_bpf_dsq_insert_vtime)(struct task_struct *p, struct scx_bpf_dsq_insert_vtime_args *a)
	__kfunc_or(scx_bpf_dsq_insert_vtime); /* 6.19 */
extern void KF(scx_bpf_dsq_insert_vtime)(struct task_struct *p, u64 dsq, u64 slice, u64 vtime, u64 flags) __kfunc;
extern bool KF(scx_bpf_dsq_move_to_local___v2)(u64 dsq, u64 enq_flags) __kfunc_or(scx_bpf_dsq_move_to_local); /* 7.1 */
extern bool KF(scx_bpf_dsq_move_to_local)(u64 dsq) __kfunc;
extern void KF(scx_bpf_reenqueue_local___v2)(void) __kfunc_or(scx_bpf_reenqueue_local); /* 6.19 */
extern u32 KF(scx_bpf_reenqueue_local)(void) __kfunc;
extern bool KF(scx_bpf_task_set_slice)(struct task_struct *p, u64 slice) __kfunc_or();	   /* 6.19 */
extern struct task_struct *KF(scx_bpf_dsq_peek)(u64 dsq) __kfunc_or(bpf_iter_scx_dsq_new); /* 6.19 */
extern int KF(bpf_iter_scx_dsq_new)(struct bpf_iter_scx_dsq *it, u64 dsq, u64 flags) __kfunc;
extern struct task_struct *KF(bpf_iter_scx_dsq_next)(struct bpf_iter_scx_dsq *it) __kfunc;
extern void KF(bpf_iter_scx_dsq_destroy)(struct bpf_iter_scx_dsq *it) __kfunc;
extern bool KF(scx_bpf_dsq_move)(struct bpf_iter_scx_dsq *it, struct task_struct *p, u64 dsq, u64 enq_flags) __kfunc;
extern bool KF(scx_bpf_dsq_move_vtime)(struct bpf_iter_scx_dsq *it, struct task_struct *p, u64 dsq,
				       u64 enq_flags) __kfunc;
extern void KF(scx_bpf_dsq_move_set_slice)(struct bpf_iter_scx_dsq *it, u64 slice) __kfunc;
extern void KF(scx_bpf_dsq_move_set_vtime)(struct bpf_iter_scx_dsq *it, u64 key) __kfunc;
extern struct task_struct *KF(bpf_task_from_pid)(s32 tid) __kfunc;
extern void KF(bpf_task_release)(struct task_struct *p) __kfunc;
extern s32 KF(scx_bpf_dsq_nr_queued)(u64 dsq) __kfunc;
extern void KF(scx_bpf_kick_cpu)(s32 cpu, u64 flags) __kfunc;
extern s32 KF(__scx_bpf_select_cpu_and)(struct task_struct *p, const struct cpumask *allowed,
					struct scx_bpf_select_cpu_and_args *a)
	__kfunc_or(scx_bpf_select_cpu_and); /* 6.19 */
extern s32 KF(scx_bpf_select_cpu_and)(struct task_struct *p, s32 prev, u64 wake_flags, const struct cpumask *allowed,
				      u64 flags) __kfunc;
extern s32 KF(scx_bpf_pick_idle_cpu)(const struct cpumask *allowed, u64 flags) __kfunc;
extern bool KF(scx_bpf_test_and_clear_cpu_idle)(s32 cpu) __kfunc;
extern const struct cpumask *KF(scx_bpf_get_idle_cpumask)(void) __kfunc;
extern const struct cpumask *KF(scx_bpf_get_idle_smtmask)(void) __kfunc;
extern void KF(scx_bpf_put_idle_cpumask)(const struct cpumask *m) __kfunc;
extern const struct cpumask *KF(scx_bpf_get_online_cpumask)(void) __kfunc;
extern void KF(scx_bpf_put_cpumask)(const struct cpumask *m) __kfunc;
extern u64 KF(scx_bpf_now)(void) __kfunc_or();
extern s32 KF(scx_bpf_task_cpu)(const struct task_struct *p) __kfunc;
extern void KF(scx_bpf_cpuperf_set)(s32 cpu, u32 perf) __kfunc;
extern void KF(scx_bpf_error_bstr)(char *fmt, unsigned long long *data, u32 data_sz) __kfunc;
extern void KF(scx_bpf_exit_bstr)(s64 code, char *fmt, unsigned long long *data, u32 data_sz) __kfunc;

/* One bounded loop; needs the three iterator kfuncs above under this object's names. */
#define wd_for(i, start, end)                                                                                   \
	for (struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(KF(bpf_iter_num_destroy)))),          \
	     *___p __attribute__((unused)) =                                                                    \
		     (KF(bpf_iter_num_new)(&___it, (start), (end)), (void)KF(bpf_iter_num_destroy), (void *)0); \
	     ({                                                                                                 \
		     int *___t = KF(bpf_iter_num_next)(&___it);                                                 \
		     (___t && ((i) = *___t, 1));                                                                \
	     });)

/*
 * The same where it runs often: a counter in place of three calls. It begins at a 0 that the verifier does not know, or
 * it would follow each value of the counter through the loop.
 */
static u32 wd_zero;
#define wd_each(i, end) for ((i) = *(volatile u32 *)&wd_zero; (i) < (end) && can_loop; (i)++)

/*
 * The same around calls of global functions, and only there, as it costs five instructions a turn. Nothing may be left
 * in the registers of their arguments where the loop begins anew: the verifier of 7.0 can take numbers there for
 * needed, which the call clears, and then refuses it ("verifier bug: global subprog unexpected regs").
 */
#define wd_drop_args()                                                                                             \
	({                                                                                                         \
		asm volatile("r1 = r10; r2 = r10; r3 = r10; r4 = r10; r5 = r10" ::: "r1", "r2", "r3", "r4", "r5"); \
		true;                                                                                              \
	})
#define wd_each_calling(i, end) for ((i) = *(volatile u32 *)&wd_zero; (i) < (end) && wd_drop_args() && can_loop; (i)++)

/* Has the tasks that wait in this CPU's local queue queued anew, from cpu_release. */
static __always_inline void wd_requeue_local(void)
{
	if (bpf_ksym_exists(KF(scx_bpf_reenqueue_local___v2)))
		KF(scx_bpf_reenqueue_local___v2)();
	else
		KF(scx_bpf_reenqueue_local)();
}

static __always_inline bool wd_insert(struct task_struct *p, u64 dsq, u64 slice, u64 flags)
{
	if (bpf_ksym_exists(KF(scx_bpf_dsq_insert___v2)))
		return KF(scx_bpf_dsq_insert___v2)(p, dsq, slice, flags);
	KF(scx_bpf_dsq_insert)(p, dsq, slice, flags);
	return true;
}

static __always_inline bool wd_insert_vtime(struct task_struct *p, u64 dsq, u64 slice, u64 key, u64 flags)
{
	if (bpf_ksym_exists(KF(__scx_bpf_dsq_insert_vtime))) {
		struct scx_bpf_dsq_insert_vtime_args a = {
			.dsq_id = dsq, .slice = slice, .vtime = key, .enq_flags = flags};

		return KF(__scx_bpf_dsq_insert_vtime)(p, &a);
	}
	KF(scx_bpf_dsq_insert_vtime)(p, dsq, slice, key, flags);
	return true;
}

static __always_inline bool wd_move_to_local(u64 dsq)
{
	if (bpf_ksym_exists(KF(scx_bpf_dsq_move_to_local___v2)))
		return KF(scx_bpf_dsq_move_to_local___v2)(dsq, 0);
	return KF(scx_bpf_dsq_move_to_local)(dsq);
}

static __always_inline void wd_set_slice(struct task_struct *p, u64 slice)
{
	if (bpf_ksym_exists(KF(scx_bpf_task_set_slice)))
		KF(scx_bpf_task_set_slice)(p, slice);
	else
		p->scx.slice = slice;
}

/* Claims an idle CPU of `allowed` that the task may use: previous CPU, whole idle core, any. Negative when there is
 * none. */
static __always_inline s32 wd_select_idle(struct task_struct *p, s32 prev, u64 wake_flags,
					  const struct cpumask *allowed, u64 flags)
{
	if (bpf_ksym_exists(KF(__scx_bpf_select_cpu_and))) {
		struct scx_bpf_select_cpu_and_args a = {.prev_cpu = prev, .wake_flags = wake_flags, .flags = flags};

		return KF(__scx_bpf_select_cpu_and)(p, allowed, &a);
	}
	if (bpf_ksym_exists(KF(scx_bpf_select_cpu_and)))
		return KF(scx_bpf_select_cpu_and)(p, prev, wake_flags, allowed, flags);
	return -1;
}

/* Key of the first task of a queue, or WD_KEY_NONE. */
static __always_inline u64 wd_head_key(u64 dsq)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	u64 key = WD_KEY_NONE;

	if (bpf_ksym_exists(KF(scx_bpf_dsq_peek))) {
		p = KF(scx_bpf_dsq_peek)(dsq);
		return p ? p->scx.dsq_vtime : WD_KEY_NONE;
	}
	if (!KF(scx_bpf_dsq_nr_queued)(dsq))
		return WD_KEY_NONE;
	if (!KF(bpf_iter_scx_dsq_new)(&it, dsq, 0)) {
		p = KF(bpf_iter_scx_dsq_next)(&it);
		if (p)
			key = p->scx.dsq_vtime;
	}
	KF(bpf_iter_scx_dsq_destroy)(&it);
	return key;
}

/*
 * A queue as the kernel keeps it, by its address: looked at without its lock and without the search by id with which
 * each kernel function begins (of scx_bpf_dsq_nr_queued 100 in 130 instructions). Answers may be old at once, as the
 * functions' are. A queue stays where it is for as long as the scheduler is loaded.
 */
#define wd_kernel_object(type, address) \
	((type *)KF(bpf_rdonly_cast)((const void *)(address), bpf_core_type_id_kernel(type)))

/* Address of the queue with this id if the task waits there, or 0. */
static __always_inline u64 wd_queue_address(struct task_struct *p, u64 dsq)
{
	struct scx_dispatch_q *q = p->scx.dsq;

	return q && q->id == dsq ? (u64)q : 0;
}

static __always_inline u32 wd_queue_length(u64 address)
{
	return wd_kernel_object(struct scx_dispatch_q, address)->nr;
}

/*
 * The task at a place of a queue's list or next after it, to be read only; NULL at the end, or after some cursors of
 * iterators. A place that is left meanwhile leads anywhere, so what is found is a hint.
 */
static __always_inline struct task_struct *wd_queue_from(u64 address, struct list_head *place)
{
	struct scx_dsq_list_node *node = wd_kernel_object(struct scx_dsq_list_node, place);
	int tries;

	for (tries = 0; tries < 4; tries++) {
		if ((u64)node == address + bpf_core_field_offset(struct scx_dispatch_q, list))
			return NULL;
		if (!node->flags)
			return wd_kernel_object(struct task_struct,
						(u64)node - bpf_core_field_offset(struct task_struct, scx.dsq_list));
		node = wd_kernel_object(struct scx_dsq_list_node, node->node.next);
	}
	return NULL;
}

/* First task of a queue, as wd_queue_from. */
static __always_inline struct task_struct *wd_queue_first(u64 address)
{
	struct scx_dispatch_q *q = wd_kernel_object(struct scx_dispatch_q, address);

	if (bpf_core_field_exists(q->first_task)) /* 6.19 */
		return q->first_task;
	return wd_queue_from(address, q->list.next);
}

/* The task behind another one of a queue, as wd_queue_from. */
static __always_inline struct task_struct *wd_queue_next(u64 address, struct task_struct *p)
{
	return wd_queue_from(address, p->scx.dsq_list.node.next);
}

/* Does the kernel queue a task anew whose CPU another class takes before it runs (SCX_ENQ_IMMED)? From 7.1 on. */
static __always_inline bool wd_requeues_taken(void)
{
	return WD_ENQ_IMMED != 0;
}

/*
 * Is a task of another class about to run on this CPU, which looks for work all the same? From 7.1 on the kernel has it
 * look only when there is none. Before, what it takes waits behind that task, where nobody else can take it; and if the
 * CPU was idle no callback (cpu_release) tells so.
 */
static __always_inline bool wd_other_class_waits(void)
{
	const struct rq *rq;

	if (wd_requeues_taken() || !bpf_ksym_exists(&runqueues))
		return false;
	rq = bpf_this_cpu_ptr(&runqueues);
	return rq->nr_running > rq->scx.nr_running;
}

/* Scheduler clock, ns; the raw monotonic clock where the kernel has no sched_ext (programs of the host tier). */
static __always_inline u64 wd_now(void)
{
	if (bpf_ksym_exists(KF(scx_bpf_now)))
		return KF(scx_bpf_now)();
	return bpf_ktime_get_ns();
}

/* How long ago something was. Clocks of CPUs differ by a little: what another one has noted may lie ahead. */
static __always_inline u64 wd_ago(u64 now, u64 then)
{
	return now > then ? now - then : 0;
}

/*
 * Questions that slot functions ask. Each asks first whether the kernel knows the function: without sched_ext nothing
 * is queued and no CPU is idle, so modules load in programs of the host tier as well.
 */
static __always_inline u32 wd_nr_queued(u64 dsq)
{
	s32 nr = bpf_ksym_exists(KF(scx_bpf_dsq_nr_queued)) ? KF(scx_bpf_dsq_nr_queued)(dsq) : 0;

	return nr > 0 ? nr : 0;
}

/* Is any CPU idle? A hint: nothing is claimed. */
static __always_inline bool wd_any_idle(void)
{
	const struct cpumask *idle;
	bool any;

	if (!bpf_ksym_exists(KF(scx_bpf_get_idle_cpumask)))
		return false;
	idle = KF(scx_bpf_get_idle_cpumask)();
	any = !KF(bpf_cpumask_empty)(idle);
	KF(scx_bpf_put_idle_cpumask)(idle);
	return any;
}

/* Can this CPU be found idle? Not while it is claimed, nor between two looks for work. A hint: nothing is claimed. */
static __always_inline bool wd_is_idle(s32 cpu)
{
	const struct cpumask *mask;
	bool idle;

	if (!bpf_ksym_exists(KF(scx_bpf_get_idle_cpumask)))
		return false;
	mask = KF(scx_bpf_get_idle_cpumask)();
	idle = KF(bpf_cpumask_test_cpu)(cpu, mask);
	KF(scx_bpf_put_idle_cpumask)(mask);
	return idle;
}

/* Claims a CPU if it is idle. */
static __always_inline bool wd_claim_idle(s32 cpu)
{
	return bpf_ksym_exists(KF(scx_bpf_test_and_clear_cpu_idle)) && KF(scx_bpf_test_and_clear_cpu_idle)(cpu);
}

/* Claims any idle CPU of the mask. Negative when there is none. */
static __always_inline s32 wd_pick_idle(const struct cpumask *allowed)
{
	return bpf_ksym_exists(KF(scx_bpf_pick_idle_cpu)) ? KF(scx_bpf_pick_idle_cpu)(allowed, 0) : -1;
}

/*
 * A task's memory policy. Kernels without NUMA have none; where the policy stands at another place than known, it names
 * nothing. It is read with copies that may fail: the task may replace its policy meanwhile.
 */
struct wd_memory_policy {
	const char *nodes; /* kernel address of the node mask */
	u32 bytes;	   /* of the mask */
	s32 home;	   /* node that counts in place of the mask, or negative */
};

/* Fills m and returns true when the policy names nodes that the task's memory should come from. */
static __always_inline bool wd_memory_policy_of(struct task_struct *p, struct wd_memory_policy *m)
{
	struct mempolicy *policy;
	u16 mode;

	if (!bpf_core_field_exists(p->mempolicy))
		return false;
	policy = BPF_CORE_READ(p, mempolicy);
	if (!policy || !bpf_core_field_exists(policy->nodes) || !bpf_core_field_exists(policy->mode))
		return false;
	mode = BPF_CORE_READ(policy, mode);
	if (mode != MPOL_PREFERRED && mode != MPOL_BIND && mode != MPOL_PREFERRED_MANY)
		return false;
	m->nodes = (const char *)policy + bpf_core_field_offset(policy->nodes);
	m->bytes = bpf_core_field_size(policy->nodes);
	m->home = bpf_core_field_exists(policy->home_node) ? BPF_CORE_READ(policy, home_node) : -1;
	return true;
}

/* Does the policy name this node (the kernel's number)? */
static __always_inline bool wd_memory_policy_names(const struct wd_memory_policy *m, u32 node)
{
	u32 at = node / 64 * 8;
	u64 word = 0;

	if (m->home >= 0)
		return m->home == node;
	if (at + 8 > m->bytes || bpf_probe_read_kernel(&word, sizeof(word), m->nodes + at))
		return false;
	return word >> (node & 63) & 1;
}

/* Id of the cgroup that a new task begins in; 0 where the kernel does not tell. */
static __always_inline u64 wd_group_of_new(struct scx_init_task_args *args)
{
	return bpf_core_field_exists(args->cgroup) ? BPF_CORE_READ(args, cgroup, kn, id) : 0;
}

extern const int __preempt_count __ksym __weak; /* of a CPU, x86 */

/*
 * Does this run in an interrupt? What it wakes up then is no deed of the task that was interrupted. By the kernel's
 * preemption counter: soft interrupts are served at bit 8; hard ones and NMIs are counted from bit 16 on, in newer
 * kernels from bit 24, where the bits between count who has interrupts disabled: to such a waker nothing is credited.
 * Bit 31 says, upside down, that the CPU is to reschedule.
 */
static __always_inline bool wd_in_interrupt(void)
{
	const int interrupt_bits = 0x7fff0100;
	const int *count;

	if (!bpf_ksym_exists(&__preempt_count))
		return false;
	count = bpf_this_cpu_ptr(&__preempt_count);
	return *count & interrupt_bits;
}

/* Was the task preempted inside an RCU read-side section? Until it leaves that no grace period ends. */
static __always_inline bool wd_holds_grace(struct task_struct *p)
{
	return bpf_core_field_exists(p->rcu_read_unlock_special.b.blocked) && p->rcu_read_unlock_special.b.blocked;
}

/* CPU that the task is on, or was last. The kernel's function says no more, and is called several times a switch. */
static __always_inline s32 wd_task_cpu(struct task_struct *p)
{
	if (bpf_core_field_exists(p->thread_info.cpu))
		return p->thread_info.cpu;
	return bpf_ksym_exists(KF(scx_bpf_task_cpu)) ? KF(scx_bpf_task_cpu)(p) : 0;
}

/* Ends the scheduler with a message; for broken invariants only. The message names CPU, task and domain. */
#define wd_error(fmt, args...)                                            \
	({                                                                \
		static char ___fmt[] = fmt;                               \
		unsigned long long ___args[] = {args};                    \
		KF(scx_bpf_error_bstr)(___fmt, ___args, sizeof(___args)); \
	})

/* Ends the scheduler in good order, with an exit code of ours. */
#define wd_end(code, fmt, args...)                                             \
	({                                                                     \
		static char ___fmt[] = fmt;                                    \
		unsigned long long ___args[] = {args};                         \
		KF(scx_bpf_exit_bstr)(code, ___fmt, ___args, sizeof(___args)); \
	})

#endif
