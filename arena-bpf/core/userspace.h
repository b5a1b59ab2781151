/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of the user-space core that decides whether a task runs: kernel memory (.bss and task storage), never the
 * arena. What the arena says decides only which task runs first, where and for how long, within bounds.
 */
#ifndef WD40_USERSPACE_H
#define WD40_USERSPACE_H

#include "wd40/table.h"
#include "wd40/rings.h"
#include "wd40/masks.h"
#include "foreign.h"
#include "kick.h"

/* Dispatch queues. */
#define WD_DECIDED_DSQ	   0x1ull     /* decided tasks that any CPU may take, by key */
#define WD_USER_DSQ	   0x2ull     /* the policy's thread while it has nothing to do */
#define WD_OWN_DSQ	   0x3ull     /* tasks that the kernel half serves itself, first in first out */
#define WD_DECIDED_CPU_DSQ 0x10000ull /* + CPU: tasks decided for that CPU, by key */
#define WD_CUSTODY_DSQ	   0x20000ull /* + CPU: tasks that wait for a decision, first in first out */

#define WD_DRAIN	  64		/* decisions applied in one dispatch */
#define WD_RETRIES	  8		/* decisions of a CPU that are tried again */
#define WD_RETRY_LIMIT	  64		/* ... so many times */
#define WD_USER_SLICE	  (5 * WD_MSEC) /* of the policy's thread */
#define WD_USER_REST	  (2 * WD_MSEC) /* between its turns while the kernel half has taken over */
#define WD_TOKEN_PATIENCE (2 * WD_MSEC) /* a token that is not urgent waits for so long for others to come along */
#define WD_HEARTBEAT	  WD_SEC /* it runs at least once in this time: waiting tasks are what the watchdog looks for */
#define WD_PREEMPT_REST	  (WD_MSEC / 2)	  /* at most one preemption of a CPU in this time */
#define WD_OWN_SLICE_MIN  (100 * WD_USEC) /* bounds of slices that the kernel half gives */
#define WD_OWN_SLICE_MAX  (20 * WD_MSEC)
#define WD_DECIDED_MAX	  (500 * WD_MSEC) /* a decided task that has waited for longer is taken out of turn */
#define WD_DECIDED_CHECK  (100 * WD_MSEC)
#define WD_DECIDED_SCAN	  64
#define WD_USER_TURNS	  4  /* so many times in a row, then others come first */
#define WD_OTHERS_TURNS	  15 /* mask: in one of so many turns a CPU looks at queues of others */
#define WD_STEAL_SCAN	  64 /* queues of other CPUs looked at by one without work */

enum wd_phase {
	WD_PHASE_NONE = 0, /* not handed over */
	WD_PHASE_HANDED,   /* waits for a decision */
	WD_PHASE_DECIDING, /* a CPU applies one */
};

/* Sequence and phase in one word, changed by exchange and compare-exchange only. */
#define WD_STATE(seq, phase)  ((u64)(u32)(seq) << 2 | (phase))
#define WD_STATE_SEQ(state)   ((u32)((state) >> 2))
#define WD_STATE_PHASE(state) ((u32)((state) & 3))

/* Trusted state of a task, in task storage. */
struct wd_handed {
	u64 state;	/* WD_STATE */
	u32 slot;	/* 0: untracked, never handed over */
	u32 generation; /* low half of the record's */
	u32 weight;
	u32 woken;     /* runnable after a sleep, not queued since */
	u32 decided;   /* 1: in a queue of decided tasks. By exchange only */
	u32 direct;    /* a kernel thread without which memory cannot be reclaimed: the policy's own may wait for it */
	s32 custody;   /* CPU in whose custody queue it was put */
	s32 cpu;       /* for which it was decided, negative: any */
	u64 queued_at; /* ns */
	u64 given_key; /* that of the last decision about it, or what a sleep has made of it ... */
	u64 key;       /* ... grown by what it has run since ... */
	u64 slice;     /* ... its slice, bounded ... */
	u64 lease;     /* ... for how much more CPU time it stands, ns ... */
	u64 given_lease;  /* ... and for how much from a sleep on */
	u64 epoch;	  /* that in which it was decided about */
	u32 rate;	  /* by how much its key grows while it runs, 0: unknown ... */
	u32 forget;	  /* ... and so many of 256 parts of that are dropped by a sleep */
	u32 credit;	  /* how far before the policy's clock it may be after a sleep, 0: a sleep ends the decision */
	u32 renewed;	  /* 1: the decision has outlasted a sleep */
	u32 own;	  /* 1: the kernel half has placed it since, and not in the order of keys */
	u32 runs;	  /* 1: it has been started, and not stopped since */
	u64 executed;	  /* CPU time as the kernel counts it: at its last start, while it runs */
	u64 exec_runtime; /* ns since it slept */
	u64 uncharged;	  /* ns since it was queued last */
};

/* A decision that came before its task was in custody. */
struct wd_retry {
	u64 token;
	u32 tries;
	u32 padding;
};

/* What a CPU knows; written on it. */
struct wd_here {
	u64 started;	  /* when what runs here started, 0: nothing of ours */
	u64 preempted_at; /* written by others, too: a hint */
	u64 overdue_at;	  /* when queues of decided tasks were looked through in vain */
	u64 key;	  /* of what runs here, by the last decision about it ... */
	u32 rate;	  /* ... and by how much it grows */
	u32 turn;	  /* counts dispatches: whose turn it is */
	u32 user;	  /* 1: the policy's thread runs here */
	u32 user_turns;	  /* times in a row that the policy's thread was chosen here */
	u32 nr_retries;
	u32 filled;	 /* 1: it had nothing to run and has taken a task out of custody, which it runs next */
	u64 queued_tail; /* of this CPU's ring; what stands in the arena is a copy */
	struct wd_foreign foreign;
	struct wd_retry retries[WD_RETRIES];
} __attribute__((aligned(64)));

/* What all CPUs share; a line for each word that changes often. */
struct wd_common {
	u64 decided; /* tasks in queues of decided tasks. Atomic */
	u64 padding_decided[7];
	u64 urgent;   /* 1: the policy's thread is to run at the next opportunity */
	u64 token_at; /* when a token was published first since that thread ran last, 0: none was */
	u64 yielded;  /* 1: that thread has ended its turn itself. Written where it runs */
	u64 padding_urgent[5];
	u64 mode;	 /* enum wd_custody_mode. By compare-exchange */
	u64 epoch;	 /* +1 at each takeover */
	u64 beat_then;	 /* beat of the user half at the takeover */
	u64 beat;	 /* beat that the timer saw last ... */
	u64 beat_at;	 /* ... and when it had changed, or the thread had nothing to do */
	u64 user_ran_at; /* when the policy's thread was given a CPU last */
	u64 user_cpu;	 /* where that thread ran last */
	u64 late;	 /* 1: the watch found what a CPU ought to have served and may not be able to */
} __attribute__((aligned(64)));

extern const volatile struct wd_user_layout wd_user_layout;
extern const volatile u64 wd_takeover_ns;
extern const volatile u64 wd_own_slice;
extern const volatile u32 wd_low_water;
extern struct wd_common wd_common;
extern struct wd_here wd_heres[WD_MAX_CPUS];

static __always_inline struct wd_here *wd_here(s32 cpu)
{
	return &wd_heres[cpu & (WD_MAX_CPUS - 1)];
}

static __always_inline struct wd_handover __arena *wd_handover_at(u32 slot)
{
	return WD_ARENA_PTR(struct wd_handover, wd_user_layout.handovers, slot & (wd_layout.max_tasks - 1),
			    sizeof(struct wd_handover));
}

static __always_inline struct wd_queued_ring __arena *wd_queued_ring_of(s32 cpu)
{
	return WD_ARENA_PTR(struct wd_queued_ring, wd_user_layout.queued_rings, cpu & (WD_MAX_CPUS - 1),
			    sizeof(struct wd_queued_ring));
}

static __always_inline struct wd_decision_ring __arena *wd_decision_ring(void)
{
	return WD_ARENA_PTR(struct wd_decision_ring, wd_user_layout.decision_ring, 0, 0);
}

static __always_inline struct wd_exchange __arena *wd_exchange(void)
{
	return WD_ARENA_PTR(struct wd_exchange, wd_user_layout.exchange, 0, 0);
}

static __always_inline struct wd_user_stats __arena *wd_user_stats_here(void)
{
	return WD_ARENA_PTR(struct wd_user_stats, wd_user_layout.user_stats,
			    bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1), sizeof(struct wd_user_stats));
}

#define wd_tally(field) (wd_user_stats_here()->field++)

/* Slice of a task that the kernel half serves: by its weight, so that turns of equal number are shares by weight. */
static __always_inline u64 wd_slice_of(struct wd_handed *h)
{
	u64 slice = wd_own_slice * h->weight / WD_WEIGHT_DEFAULT;

	if (slice < WD_OWN_SLICE_MIN)
		return WD_OWN_SLICE_MIN;
	return slice > WD_OWN_SLICE_MAX ? WD_OWN_SLICE_MAX : slice;
}

#endif
