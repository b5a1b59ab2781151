/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel half's ends of the rings as syscall programs, for bench/: the way of a task to the policy and of a
 * decision back, over queue maps, over ring buffers, and over the arena by the code of the user-space core itself.
 * Around all of them is the same work: the task's state is exchanged when it is handed over, and when a decision is
 * applied. What is not here is what needs sched_ext, and is the same for every way: moving the task from queue to
 * queue.
 *
 * A program handles a whole batch. It stands for one CPU after the other, as tasks come from more than one.
 */
#define WD_OBJ rings
#include "wd40/module.h"

/* The CPU that the program stands for. */
u32 rings_cpu;
#define bpf_get_smp_processor_id() rings_cpu

#include "../core/userspace.h"
#include "messages.h"

WD_MODULE("rings", "test");

/* What the core defines, as far as it is used. */
const volatile struct wd_user_layout wd_user_layout;
struct wd_common wd_common;
struct wd_here wd_heres[WD_MAX_CPUS];

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wd_handed);
} wd_handeds SEC(".maps");

#include "../core/decisions.h"

#define RINGS_CPUS  4
#define RINGS_TASKS 1024 /* slots; slot 0 is nobody's */
#define RINGS_WAYS  8

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, RINGS_TASKS);
	__type(value, struct rings_task);
} rings_queue_up SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, RINGS_TASKS);
	__type(value, struct rings_decision);
} rings_queue_down SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 512 << 10);
} rings_buffer_up SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 256 << 10);
} rings_buffer_down SEC(".maps");

/* The tasks, for each way its own. */
struct wd_handed rings_tasks[RINGS_WAYS][RINGS_TASKS];
/* Set by user space: slots in the order in which they are queued, and weights by slot. */
u32 rings_order[RINGS_TASKS];
u32 rings_weight[RINGS_TASKS];

u32 rings_turn; /* sequence of what is sent without a policy */
u32 rings_zero; /* the verifier does not know its value, and so takes no two rounds of a loop for different ones */

/* What has come back, by way. */
u64 rings_applied[RINGS_WAYS];	/* decisions of the last batch */
u64 rings_digest[RINGS_WAYS];	/* of all that they said, in the order in which they came */
u64 rings_disorder[RINGS_WAYS]; /* later than one with a later key in its batch */
u64 rings_refused[RINGS_WAYS];	/* decisions about no task, or not about its last queueing */
u64 rings_failed[RINGS_WAYS];	/* no room, no record */

struct rings_args {
	u64 way;   /* whose tasks */
	u64 count; /* of them, at most RINGS_TASKS - 1 */
};

/* Where a batch of decisions stands. Not on the stack, whose every value the verifier would follow. */
struct rings_batch {
	u64 way;
	u64 last; /* key */
	u64 digest;
	u64 applied;
} rings_batch;

static __always_inline struct wd_handed *rings_task_of(u64 way, u32 slot)
{
	return &rings_tasks[way & (RINGS_WAYS - 1)][slot & (RINGS_TASKS - 1)];
}

#define RINGS_COUNT(what, way) (rings_##what[(way) & (RINGS_WAYS - 1)]++)

/* ---- a task is queued -----------------------------------------------------------------------------------------------
 */

/* It has run for a while that differs from turn to turn, and slept in one turn of eight. Returns its new sequence. */
static __always_inline u32 rings_queue(struct wd_handed *h, u32 slot, u64 now)
{
	u32 seq = WD_STATE_SEQ(h->state) + 1, ran = (slot * 40503u + seq * 9973u) & 0xfffff;

	h->slot = slot;
	h->generation = 1;
	h->weight = rings_weight[slot & (RINGS_TASKS - 1)];
	h->woken = !((slot + seq) & 7);
	h->exec_runtime = h->woken ? 0 : h->exec_runtime + ran;
	h->uncharged = ran;
	h->queued_at = now;
	return seq;
}

static __always_inline void rings_fill(struct rings_task *t, struct wd_handed *h, u32 seq)
{
	struct task_struct *p = bpf_get_current_task_btf();

	t->token = WD_TOKEN(h->slot, seq);
	t->generation = h->generation;
	t->prev_cpu = wd_task_cpu(p);
	t->weight = h->weight;
	t->woken = h->woken;
	t->exec_runtime = h->exec_runtime;
	t->uncharged = h->uncharged;
	t->queued_at = h->queued_at;
	t->enq_flags = 0;
	t->allowed_cpus = p->nr_cpus_allowed;
	t->flags = p->flags & PF_KTHREAD ? WD_TASK_KTHREAD : 0;
	t->tid = p->pid;
	t->tgid = p->tgid;
	__builtin_memcpy(t->comm, p->comm, sizeof(t->comm));
}

static __always_inline bool rings_push(struct wd_handed *h, u32 seq)
{
	struct rings_task t;

	rings_fill(&t, h, seq);
	return !bpf_map_push_elem(&rings_queue_up, &t, 0);
}

static __always_inline bool rings_submit(struct wd_handed *h, u32 seq)
{
	struct rings_task *t = bpf_ringbuf_reserve(&rings_buffer_up, sizeof(*t), 0);

	if (!t)
		return false;
	rings_fill(t, h, seq);
	bpf_ringbuf_submit(t, BPF_RB_NO_WAKEUP);
	return true;
}

static __always_inline bool rings_publish(struct wd_handed *h, u32 seq)
{
	if (!wd_has_room())
		return false;
	wd_publish(bpf_get_current_task_btf(), h, seq, 0);
	return true;
}

/* Queues a batch: a part of it for each CPU. hand: makes a task known to the policy. */
#define RINGS_UP(name, hand)                                                                         \
	SEC("syscall")                                                                               \
	int name(struct rings_args *args)                                                            \
	{                                                                                            \
		u64 way = args->way, now = wd_now();                                                 \
		u32 i, count = args->count;                                                          \
		int cpu;                                                                             \
                                                                                                     \
		use_arena();                                                                         \
		wd_for(cpu, 0, RINGS_CPUS)                                                           \
		{                                                                                    \
			rings_cpu = cpu;                                                             \
			for (i = rings_zero + count * cpu / RINGS_CPUS;                              \
			     i < count * (cpu + 1) / RINGS_CPUS && can_loop; i++) {                  \
				u32 slot = rings_order[i & (RINGS_TASKS - 1)], seq;                  \
				struct wd_handed *h = rings_task_of(way, slot);                      \
                                                                                                     \
				seq = rings_queue(h, slot, now);                                     \
				__sync_lock_test_and_set(&h->state, WD_STATE(seq, WD_PHASE_HANDED)); \
				if (!hand(h, seq))                                                   \
					RINGS_COUNT(failed, way);                                    \
			}                                                                            \
		}                                                                                    \
		return 0;                                                                            \
	}

RINGS_UP(rings_up_queue, rings_push)
RINGS_UP(rings_up_buffer, rings_submit)
RINGS_UP(rings_up_arena, rings_publish)

/* The direction by itself, with nothing else in the loop: tokens, and tokens with the records that they speak of. */
#define RINGS_ONLY_UP(name, hand)                                                   \
	SEC("syscall")                                                              \
	int name(struct rings_args *args)                                           \
	{                                                                           \
		u64 way = args->way;                                                \
		u32 i, count = args->count, seq = ++rings_turn;                     \
		int cpu;                                                            \
                                                                                    \
		use_arena();                                                        \
		wd_for(cpu, 0, RINGS_CPUS)                                          \
		{                                                                   \
			rings_cpu = cpu;                                            \
			for (i = rings_zero + count * cpu / RINGS_CPUS;             \
			     i < count * (cpu + 1) / RINGS_CPUS && can_loop; i++) { \
				if (!hand(rings_task_of(way, i + 1), i + 1, seq))   \
					RINGS_COUNT(failed, way);                   \
			}                                                           \
		}                                                                   \
		return 0;                                                           \
	}

static __always_inline bool rings_submit_token(struct wd_handed *h, u32 slot, u32 seq)
{
	u64 *token = bpf_ringbuf_reserve(&rings_buffer_up, sizeof(*token), 0);

	if (!token)
		return false;
	*token = WD_TOKEN(slot, seq);
	bpf_ringbuf_submit(token, BPF_RB_NO_WAKEUP);
	return true;
}

static __always_inline bool rings_put_token(struct wd_handed *h, u32 slot, u32 seq)
{
	if (!wd_has_room())
		return false;
	wd_put_token(WD_TOKEN(slot, seq));
	return true;
}

static __always_inline bool rings_submit_task(struct wd_handed *h, u32 slot, u32 seq)
{
	h->slot = slot;
	return rings_submit(h, seq);
}

static __always_inline bool rings_publish_task(struct wd_handed *h, u32 slot, u32 seq)
{
	h->slot = slot;
	return rings_publish(h, seq);
}

RINGS_ONLY_UP(rings_tokens_up_buffer, rings_submit_token)
RINGS_ONLY_UP(rings_tokens_up_arena, rings_put_token)
RINGS_ONLY_UP(rings_tasks_up_buffer, rings_submit_task)
RINGS_ONLY_UP(rings_tasks_up_arena, rings_publish_task)

/* ---- a decision comes back ------------------------------------------------------------------------------------------
 */

/*
 * Takes a decision over, bounded as by the core. It must be about the task's last queueing. custody: it ends that one,
 * by the same two exchanges as in the core; without, the same decision may come again.
 */
static __always_inline void rings_apply(u64 token, u64 key, u64 slice, s32 cpu, u64 lease, u32 rate, bool custody)
{
	u32 slot = WD_TOKEN_SLOT(token), seq = WD_TOKEN_SEQ(token);
	u64 handed = WD_STATE(seq, WD_PHASE_HANDED), deciding = WD_STATE(seq, WD_PHASE_DECIDING), way = rings_batch.way;
	struct wd_handed *h = rings_task_of(way, slot);
	struct rings_batch *b = &rings_batch;

	if (!slot || slot >= RINGS_TASKS ||
	    (custody ? __sync_val_compare_and_swap(&h->state, handed, deciding) : h->state) != handed) {
		RINGS_COUNT(refused, way);
		return;
	}
	if (slice < WD_DECISION_SLICE_MIN)
		slice = WD_DECISION_SLICE_MIN;
	if (slice > WD_DECISION_SLICE_MAX)
		slice = WD_DECISION_SLICE_MAX;
	lease *= WD_USEC;
	if (lease > WD_DECISION_LEASE_MAX)
		lease = WD_DECISION_LEASE_MAX;
	h->key = key;
	h->slice = slice;
	h->rate = rate;
	h->lease = lease;
	h->cpu = cpu;
	if (custody)
		__sync_val_compare_and_swap(&h->state, deciding, WD_STATE(seq, WD_PHASE_NONE));
	if (b->applied++ && wd_earlier(key, b->last))
		RINGS_COUNT(disorder, way);
	b->last = key;
	b->digest = b->digest * 31 + token + key + slice + lease + rate + (u32)cpu;
}

static __always_inline void rings_apply_message(const struct rings_decision *d, bool custody)
{
	rings_apply(d->token, d->key, d->slice, d->cpu, d->lease, d->rate, custody);
}

static __always_inline void rings_begin(u64 way)
{
	rings_batch.way = way;
	rings_batch.digest = rings_batch.applied = 0;
}

static __always_inline void rings_end(void)
{
	rings_applied[rings_batch.way & (RINGS_WAYS - 1)] = rings_batch.applied;
	rings_digest[rings_batch.way & (RINGS_WAYS - 1)] = rings_batch.digest;
}

SEC("syscall")
int rings_down_queue(struct rings_args *args)
{
	struct rings_decision d;
	u32 i, count = args->count;

	rings_begin(args->way);
	for (i = rings_zero; i < count && can_loop; i++) {
		if (bpf_map_pop_elem(&rings_queue_down, &d)) {
			RINGS_COUNT(failed, rings_batch.way);
			break;
		}
		rings_apply_message(&d, true);
	}
	rings_end();
	return 0;
}

static __always_inline int rings_drain_arena(struct rings_args *args, bool custody)
{
	u32 i, count = args->count;
	u64 token;

	use_arena();
	rings_begin(args->way);
	for (i = rings_zero; i < count && can_loop; i++) {
		struct wd_decision __arena *d;

		if (wd_take_decision(&token) != WD_TAKEN) {
			RINGS_COUNT(failed, rings_batch.way);
			break;
		}
		d = &wd_handover_at(WD_TOKEN_SLOT(token))->decision;
		rings_apply(token, d->key, d->slice, d->cpu, d->lease, d->rate, custody);
	}
	rings_end();
	return 0;
}

SEC("syscall")
int rings_down_arena(struct rings_args *args)
{
	return rings_drain_arena(args, true);
}

SEC("syscall")
int rings_tokens_down_arena(struct rings_args *args)
{
	u32 i, count = args->count;
	u64 token;

	use_arena();
	rings_begin(args->way);
	for (i = rings_zero; i < count && can_loop; i++) {
		if (wd_take_decision(&token) != WD_TAKEN)
			break;
		rings_batch.digest += token;
		rings_batch.applied++;
	}
	rings_end();
	return 0;
}

static long rings_drained_token(struct bpf_dynptr *message, void *context)
{
	const u64 *token = bpf_dynptr_data(message, 0, sizeof(*token));

	if (token) {
		rings_batch.digest += *token;
		rings_batch.applied++;
	}
	return 0;
}

SEC("syscall")
int rings_tokens_down_buffer(struct rings_args *args)
{
	rings_begin(args->way);
	bpf_user_ringbuf_drain(&rings_buffer_down, rings_drained_token, NULL, BPF_RB_NO_WAKEUP);
	rings_end();
	return 0;
}

SEC("syscall")
int rings_decisions_down_arena(struct rings_args *args)
{
	return rings_drain_arena(args, false);
}

static long rings_drained_record(struct bpf_dynptr *message, void *context)
{
	const struct rings_decision *d = bpf_dynptr_data(message, 0, sizeof(*d));

	if (!d) {
		RINGS_COUNT(failed, rings_batch.way);
		return 0;
	}
	rings_apply_message(d, false);
	return 0;
}

SEC("syscall")
int rings_decisions_down_buffer(struct rings_args *args)
{
	rings_begin(args->way);
	if (bpf_user_ringbuf_drain(&rings_buffer_down, rings_drained_record, NULL, BPF_RB_NO_WAKEUP) != args->count)
		RINGS_COUNT(failed, rings_batch.way);
	rings_end();
	return 0;
}
