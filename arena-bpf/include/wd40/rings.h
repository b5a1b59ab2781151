/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the user-space core shares with its policy process: a record for each slot of the task table, one ring of queued
 * tasks for each CPU, one ring of decisions. Rings carry tokens only; what a token speaks of stands in the record.
 * Nothing here decides whether a task runs at all: the kernel half keeps every task in a queue of its own and believes
 * no index, CPU or slice that it reads here.
 */
#ifndef WD40_RINGS_H
#define WD40_RINGS_H

#include "types.h"

#define WD_QUEUED_RING	 512  /* tokens of one CPU; a power of two. Full: the kernel half serves the task itself */
#define WD_DECISION_RING 8192 /* tokens; a power of two */

#define WD_DECISION_LEASE_MAX (100 * WD_MSEC) /* bound of a lease, ns */
#define WD_RATE_ONE	      1024	      /* ns for which a decision says how much its key grows */

/* Slices of decisions are bounded to these, ns. */
#define WD_DECISION_SLICE_MIN (10 * WD_USEC)
#define WD_DECISION_SLICE_MAX (100 * WD_MSEC)

/*
 * Token: {sequence:32, slot:32}. The sequence is that of the record when the task was queued, so at most one token of a
 * task is valid: a decision with an older one is refused, a queued token with an older one is passed over.
 */
#define WD_TOKEN(slot, seq) ((u64)(u32)(seq) << 32 | (u32)(slot))
#define WD_TOKEN_SLOT(t)    ((u32)(t))
#define WD_TOKEN_SEQ(t)	    ((u32)((t) >> 32))

/*
 * A task as it was queued. The writer stores the new sequence first (a full barrier), then the fields, then the token;
 * the reader copies the fields and then compares the sequence with its token: another one means that the copy may be
 * torn and that a newer token is under way.
 */
struct __wd_shared wd_queued {
	/* line 0: what changes with each queueing */
	u32 sequence WD_WRITER("core");	  /* +1 each time the task is handed over */
	u32 generation WD_WRITER("core"); /* low half of the task record's: another one means another task */
	s32 prev_cpu WD_WRITER("core");
	u32 weight WD_WRITER("core");	    /* effective, 1..10000, 100 is nice 0 */
	u64 enq_flags WD_WRITER("core");    /* of this enqueue */
	u64 exec_runtime WD_WRITER("core"); /* ns of CPU time since the task slept */
	u64 uncharged WD_WRITER("core");    /* ns it ran since it was queued last, but in takeovers: charged once */
	u64 queued_at WD_WRITER("core");    /* ns, scheduler clock */
	u32 woken WD_WRITER("core");	    /* 1: it has slept since it ran last */
	u32 renewed WD_WRITER("core"); /* 1: its last decision has outlasted a sleep, `key` says what its key is now */
	u32 allowed_cpus WD_WRITER("core"); /* how many CPUs it may run on */
	u32 flags WD_WRITER("core");	    /* enum wd_task_flags */
	/* line 1: who it is */
	u32 tid WD_WRITER("core");
	u32 tgid WD_WRITER("core");
	u64 born WD_WRITER("core"); /* ns since boot */
	u64 cgroup_id WD_WRITER("core");
	char comm[16] WD_WRITER("core");
	u64 key WD_WRITER("core"); /* with `renewed`: what the key of its last decision has become */
	u64 reserved[2] WD_WRITER("core");
};

/* What the policy decided, and what it remembers of the task. All zero for a new generation once the user half saw it.
 */
struct __wd_shared wd_decision {
	u64 key WD_WRITER("user");	  /* order among decided tasks that wait for the same CPU */
	u32 slice WD_WRITER("user");	  /* ns; bounded by the kernel half */
	u32 credit WD_WRITER("user");	  /* key that a sleep is worth at most; 0: a sleep ends the decision */
	s16 cpu WD_WRITER("user");	  /* negative, or one where the task may not run: whichever is free first */
	u8 preempt WD_WRITER("user");	  /* 1: may interrupt another task when no CPU is idle */
	u8 forget WD_WRITER("user");	  /* so many of 256 parts of what the key grows by are dropped by a sleep */
	u32 lease WD_WRITER("user");	  /* us of CPU time for which the decision stands, slice by slice */
	u32 generation WD_WRITER("user"); /* that of the task whose state stands below */
	u32 rate WD_WRITER("user");	  /* by how much the key grows in WD_RATE_ONE ns of CPU time; 0: nobody knows */
	u64 state[12] WD_WRITER("user");  /* the policy's own, 96 bytes */
};

/* Record of a slot for the user-space core; the same slot numbers as struct wd_task. */
struct __wd_shared wd_handover {
	struct wd_queued queued WD_WRITER("core");
	struct wd_decision decision WD_WRITER("user");
};

/*
 * Queued tasks, kernel half to user half: one ring a CPU. ops.enqueue runs with interrupts off, so the CPU that
 * executes it is the ring's one producer; the user half is the one consumer. Positions count up and are taken modulo
 * the size.
 */
struct __wd_shared wd_queued_ring {
	u64 tail WD_WRITER("core");
	u64 reserved_tail[7] WD_WRITER("core");
	u64 head WD_WRITER("user");
	u64 reserved_head[7] WD_WRITER("user");
	u64 token[WD_QUEUED_RING] WD_WRITER("core");
};

/* Decisions, user half to kernel half: one producer; every CPU consumes, and head moves by compare-exchange only. */
struct __wd_shared wd_decision_ring {
	u64 tail WD_WRITER("user");
	u64 reserved_tail[7] WD_WRITER("user");
	u64 head WD_WRITER("core ATOMIC");
	u64 reserved_head[7] WD_WRITER("core");
	u64 token[WD_DECISION_RING] WD_WRITER("user");
};

enum wd_user_state {
	WD_USER_STARTING = 0,
	WD_USER_RUNNING,
	WD_USER_PAUSING, /* about to stand still for a while: the kernel half takes over at once */
	WD_USER_EXITING,
};

enum wd_custody_mode {
	WD_CUSTODY_NORMAL = 0, /* the policy decides */
	WD_CUSTODY_TAKEN_OVER, /* the kernel half serves all tasks itself */
};

/* Words by which the two halves know of each other. One writer a line; bitmaps are one bit a CPU. */
struct __wd_shared wd_exchange {
	u64 pending WD_WRITER("user");	  /* tasks that wait for a decision */
	u64 beat WD_WRITER("user");	  /* +1 at each turn of the hot loop */
	u64 seen_epoch WD_WRITER("user"); /* takeovers up to here are known, and what was queued before is dropped */
	u32 user_state WD_WRITER("user"); /* enum wd_user_state */
	u32 padding WD_WRITER("user");
	u64 clock WD_WRITER("user"); /* of the policy's keys: what a sleep is worth is measured from it */
	u64 reserved_user[3] WD_WRITER("user");
	u64 epoch WD_WRITER("core"); /* +1 at each takeover */
	u32 mode WD_WRITER("core");  /* enum wd_custody_mode */
	u32 padding_core WD_WRITER("core");
	u64 decided WD_WRITER("core"); /* about how many decided tasks wait for a CPU */
	u64 reserved_core[5] WD_WRITER("core");
	u32 hot_tid WD_WRITER("user"); /* the thread of the policy's process that decides, 0: none does */
	u32 padding_owner WD_WRITER("user");
	u64 reserved_owner[7] WD_WRITER("user");
	/* rings with new tokens: set by producers, exchanged for 0 by the user half */
	u64 dirty[WD_MASK_WORDS] WD_WRITER("core user ATOMIC");
	u64 idle[WD_MASK_WORDS] WD_WRITER("core ATOMIC"); /* CPUs that are idle: a hint */
};

/*
 * Counters, one struct a CPU, written by callbacks on that CPU; readers add them up. What was handed over ends in one
 * of applied, cancelled, dead and rescued, or is waiting still.
 */
struct __wd_shared wd_user_stats {
	u64 queued WD_COUNTER("tasks handed to the policy");
	u64 applied WD_COUNTER("decisions applied");
	u64 cancelled WD_COUNTER("handed over, and queued anew or dequeued before it was decided about");
	u64 dead WD_COUNTER("handed over, and ended before it was decided about");
	u64 rescued WD_COUNTER("handed over, and served by the kernel half because it waited for too long");
	u64 kernel WD_COUNTER("placements made by the kernel half");
	u64 congested WD_COUNTER("not handed over because the ring was full");
	u64 taken_over WD_COUNTER("not handed over because the kernel half had taken over");
	u64 to_cpu WD_COUNTER("decisions for a CPU where the task may run");
	u64 bounced WD_COUNTER("decisions for a CPU where the task may not run");
	u64 stale WD_COUNTER("decisions about a task that had been queued anew, served or ended");
	u64 invalid WD_COUNTER("decisions about a slot that there is not");
	u64 retried WD_COUNTER("decisions that came before the task was in its queue, and were tried again");
	u64 refused WD_COUNTER("decisions given up after many tries");
	u64 overdue WD_COUNTER("decided tasks taken out of turn because they waited for too long");
	u64 kept WD_COUNTER("running tasks kept because their keys were still the earliest");
	u64 resumed WD_COUNTER("queued again by the decisions that they had");
	u64 preempted WD_COUNTER("running tasks preempted for a decision");
	u64 user_runs WD_COUNTER("times that the policy's thread was given a CPU");
	u64 running WD_WRITER("core"); /* 1 while a task runs here, the policy's thread not counted */
	u64 reserved[4] WD_WRITER("core");
};

/* Where these parts begin, bytes from the arena's start. */
struct __wd_shared wd_user_layout {
	u64 handovers WD_WRITER("user");     /* struct wd_handover[max_tasks] */
	u64 queued_rings WD_WRITER("user");  /* struct wd_queued_ring[nr_cpu_ids] */
	u64 decision_ring WD_WRITER("user"); /* struct wd_decision_ring */
	u64 exchange WD_WRITER("user");	     /* struct wd_exchange */
	u64 user_stats WD_WRITER("user");    /* struct wd_user_stats[nr_cpu_ids] */
};

/* Lines have one writer each only as long as these hold. */
_Static_assert(sizeof(struct wd_queued) == 128, "two lines of the kernel half");
_Static_assert(sizeof(struct wd_decision) == 128, "two lines of the user half");
_Static_assert(__builtin_offsetof(struct wd_queued, tid) == 64, "identity on a line of its own");
_Static_assert(__builtin_offsetof(struct wd_queued_ring, head) == 64 &&
		       __builtin_offsetof(struct wd_queued_ring, token) == 128,
	       "head and tail on lines of their own");
_Static_assert(__builtin_offsetof(struct wd_decision_ring, head) == 64 &&
		       __builtin_offsetof(struct wd_decision_ring, token) == 128,
	       "head and tail on lines of their own");
_Static_assert(__builtin_offsetof(struct wd_exchange, epoch) == 64 &&
		       __builtin_offsetof(struct wd_exchange, hot_tid) == 128 &&
		       __builtin_offsetof(struct wd_exchange, dirty) == 192 &&
		       __builtin_offsetof(struct wd_exchange, idle) == 320,
	       "a line for each writer");

#endif
