/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of the hybrid core that decides: kernel memory (.bss and task storage), never the arena. Keys and clocks are
 * virtual time: ns of CPU time x 100 / weight, comparable across domains.
 */
#ifndef WD40_HYBRID_H
#define WD40_HYBRID_H

#include "wd40/masks.h"
#include "wd40/record.h"
#include "wd40/slots.h"
#include "wd40/table.h"
#include "foreign.h"
#include "kick.h"

#define WD_CLOCK_START	  (1ull << 40)
#define WD_PULL_INTERVAL  (2 * WD_MSEC)	  /* between looks at the other domains */
#define WD_PREEMPT_REST	  (WD_MSEC / 2)	  /* at most one preemption of a CPU in this time */
#define WD_WAIT_MAX	  (500 * WD_MSEC) /* who has been queued for longer is taken out of turn */
#define WD_WAIT_CHECK	  (100 * WD_MSEC) /* between looks for such tasks at a queue */
#define WD_WAIT_SCAN	  64		  /* tasks looked at, those with the largest keys */
#define WD_KEY_BEHIND	  (300 * WD_MSEC) /* keys are bounded to [clock - behind, clock + ahead], as CPU time */
#define WD_KEY_AHEAD	  (800 * WD_MSEC)
#define WD_CLOCK_LAG	  (6 * WD_MSEC)	   /* an idle domain's clock follows the furthest one at this distance */
#define WD_CLOCK_INTERVAL (2 * WD_MSEC)	   /* between looks, from dispatch, at how far a domain has come */
#define WD_CLOCK_PASSED	  (1000 * WD_MSEC) /* time at most in which a clock may catch up at once */
#define WD_CLOCK_SLACK	  8		   /* times faster than its queue can be served a clock may go */
#define WD_CLOCK_PATIENCE (50 * WD_MSEC)   /* a queue's head that has waited for longer does not hold the clock back */
#define WD_CLOCK_KEPT	  (10 * WD_MSEC)   /* who keeps its CPU for longer, and is behind, does not either */
#define WD_GRACE_REST	  (50 * WD_MSEC)   /* once in this time who holds up grace periods goes before all others */
#define WD_MOVE_WAIT \
	(40 * WD_MSEC) /* real time in which a task that changes its domain is to be even with the others */
#define WD_NEAR_SLACK	(2 * WD_MSEC) /* a task of this CPU goes before others that are earlier by less */
#define WD_NEAR_SCAN	8	      /* tasks looked at for one */
#define WD_CLOCK_SCAN	8	      /* heads looked at for one that counts */
#define WD_HEAVY_SCAN	4	      /* heads of another domain looked at for a heavy one */
#define WD_SLICE_MIN	(100 * WD_USEC)
#define WD_SLICE_MAX	(100 * WD_MSEC)
#define WD_PREEMPT_SCAN 64 /* CPUs looked at for a victim */
#define WD_MAX_THREADS	8  /* hardware threads of a core that are looked at */

/* Trusted state of a task, in task storage. */
struct wd_local {
	u32 slot;	/* 0: untracked */
	u32 generation; /* low half of the record's */
	u32 domain;	/* home */
	u32 weight;	/* effective, in 1/WD_WEIGHT_ONE */
	u64 domains;	/* that the affinity touches ... */
	u64 covered;	/* ... and that it covers; all for a task bound to a CPU */
	u64 reached;	/* restricted at home: how far its CPUs had come there, 0: it is not */
	u64 key;	/* with which it was queued last, bounded */
	u64 queued_at;	/* when it was put into a queue by key, ns */
	u64 request;	/* last request word dealt with */
	u64 first_at;	/* when it was queued before all others last, as grace periods wait for it */
	u32 runnable;	/* between runnable and quiescent, as the accounting saw it */
	u32 woken;	/* runnable after a sleep, not queued since */
	u32 sync;	/* woken by a task that is about to sleep itself */
	u32 elsewhere;	/* restricted: its affinity or home has changed since reached was looked for */
	s32 bound;	/* CPU whose queue it waits in, or -1 */
	u32 own_weight; /* by its nice value */
	u32 group;	/* entry of its cgroup, 0: the root's */
	u32 group_generation;
	u32 counted; /* what the group's sum holds of it */
	u32 offered; /* an idle CPU was found for it that looks at the queue, as it may be taken (foreign.h) */
};

/* What runs on a CPU. Written on that CPU; read by others as a hint. */
struct wd_run {
	u64 started; /* 0: nothing of ours */
	u64 key;     /* at start */
	u32 weight;  /* as in wd_local */
	u32 pid;
	u64 since; /* when what runs was put here; it has gone on since */
	u64 preempted_at;
	u64 pulled_at;
	u64 rescued_at;	 /* when the CPU's queue was looked through for long waits */
	u64 bound_clock; /* largest key that started from this CPU's queue, in turn */
	u64 last;	 /* key that had been reached here when a task stopped last, as wd_proven_key has it */
	u32 waits;	 /* tasks bound to it may wait in its queue; written with its run queue locked */
	u32 bound;	 /* what runs is bound to this CPU, 0 or 1 ... */
	u32 spared;	 /* ... and is a kernel thread, which nobody preempts */
	u32 restricted;	 /* what runs may not run on all CPUs of this domain, 0 or 1 */
	u32 away;	 /* what runs has another home, 0 or 1 */
	u32 idle;	 /* the CPU is idle, 0 or 1 */
	u32 slot;	 /* of what runs */
	u32 remote;	 /* the domain that was best to pull from at the last look */
	u64 executed;	 /* CPU time of what runs, as the kernel had counted it at the last charge */
	struct wd_foreign foreign;
} __attribute__((aligned(64)));

/* What the CPUs of a domain ran at the last look from a CPU; written and read there. */
struct wd_running {
	u64 next;	 /* smallest key by now that is beyond the domain's clock, WD_KEY_NONE: none is */
	u64 largest;	 /* of the keys by now that compete for the domain, 0: none does */
	u64 restricted;	 /* smallest key of a task that may not run on all of them, WD_KEY_NONE: none runs */
	u64 latest;	 /* key of the victim */
	u32 reached;	 /* CPUs whose key is beyond the clock ... */
	u32 not_reached; /* ... is not, or is just changing ... */
	u32 kept;	 /* ... of which so many keep what they run ... */
	u32 idle;	 /* ... and that are idle */
	u32 lightest;	 /* effective weight of what runs on one of them */
	s32 victim;	 /* CPU with the largest key that the task may preempt, or -1 */
	u64 first;	 /* key of the next in the queue, WD_KEY_NONE: none counts ... */
	u64 head;	 /* ... and of the next that has not waited for too long */
	u64 waiting;	 /* what the queue's first tasks hold the clock by, together (wd_holding) */
	u64 behind;	 /* ... and the heavy ones that run, are not beyond the clock, and will catch up */
} __attribute__((aligned(64)));

/* Of the keys on some CPUs of a domain; written and read on one CPU. */
struct wd_median {
	u64 reached; /* what they are compared with */
	u64 next;    /* smallest key after it, WD_KEY_NONE: none is */
	u64 last;    /* largest key before it, 0: none is */
	u32 before;  /* how many are before, after, the same */
	u32 after;
	u32 same;
	u32 passing; /* those that keep their CPU do not count, 0 or 1 */
} __attribute__((aligned(64)));

/* How far a domain has come, virtual ns; a cache line each. */
struct wd_clock {
	u64 v;
	u64 advanced_at; /* when dispatch looked last at how far it has come */
	u64 rescued_at;	 /* when the domain's queue was looked through for long waits */
	u64 reached_at;	 /* when a task that came to an empty queue let it go on */
	u64 requests;	 /* of the balancer's for tasks of the domain, that have been looked at (requests.h) */
	u64 padding[3];
} __attribute__((aligned(64)));

#endif
