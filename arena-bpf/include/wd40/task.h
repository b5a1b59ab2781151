/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The task table: one slot a task, fixed before load (--max-tasks, a power of two). Slot 0 is never handed out;
 * untracked tasks (table full) have no slot. A record is written by the kernel half only; what user space says about a
 * task stands in a column of its own (wd_request), so that no cache line has two writers.
 */
#ifndef WD40_TASK_H
#define WD40_TASK_H

#include "ravg.h"

enum wd_task_flags {
	WD_TASK_KTHREAD = 1 << 0,
	WD_TASK_KWORKER = 1 << 1,  /* workqueue worker */
	WD_TASK_BOUND = 1 << 2,	   /* may run on one CPU only, or may not migrate now */
	WD_TASK_ALL_CPUS = 1 << 3, /* may run on every CPU that is in a domain */
};

/*
 * What the balancer scans for all tasks: one 8-byte word a slot, read in one load, so that live, domain and weight
 * always belong together. A word of 0 is a free slot, so that whoever scans can pass over many of them at once.
 */
struct __wd_shared wd_brief {
	u32 weight WD_WRITER("core"); /* effective weight, 1..10000, 100 is nice 0 */
	u8 domain WD_WRITER("core");
	u8 live WD_WRITER("core");   /* 1 while the slot belongs to a task */
	u16 flags WD_WRITER("core"); /* enum wd_task_flags */
};

/*
 * Request of the balancer for one task, a single 64-bit word: {generation:32, sequence:16, domain:16}. The generation
 * is the low half of the record's, so a request cannot hit a later owner of the slot. Written by user space only.
 */
struct __wd_shared wd_request {
	u64 word WD_WRITER("user");
};

#define WD_REQUEST(gen, seq, dom) ((u64)(u32)(gen) << 32 | (u64)(u16)(seq) << 16 | (u16)(dom))
#define WD_REQUEST_GEN(w)	  ((u32)((w) >> 32))
#define WD_REQUEST_SEQ(w)	  ((u16)((w) >> 16))
#define WD_REQUEST_DOM(w)	  ((u16)(w))

enum wd_outcome {
	WD_OUTCOME_NONE = 0,
	WD_OUTCOME_APPLIED = 1,
	WD_OUTCOME_REFUSED = 2, /* the affinity does not allow the domain, or there is no such domain */
	WD_OUTCOME_STALE = 3,	/* the slot has another owner meanwhile */
};

/* Acknowledgement: {generation:32, sequence:16, outcome:16}, the core's answer to the request of that sequence. */
#define WD_ACK(gen, seq, outcome) WD_REQUEST(gen, seq, outcome)

struct __wd_shared wd_task {
	/* line 0: identity */
	u64 generation WD_WRITER("core"); /* +1 at allocation, +1 at free: odd while live */
	u64 acknowledged WD_WRITER("core");
	u32 pid WD_WRITER("core");
	u32 tgid WD_WRITER("core");
	u32 weight WD_WRITER("core");
	u32 domain WD_WRITER("core");
	u64 domains WD_WRITER("core"); /* set of domains that the affinity touches */
	u64 started WD_WRITER("core"); /* ns, start of the current stint */
	char comm[16] WD_WRITER("core");
	/* line 1: order */
	u64 vtime WD_WRITER("deadline");	/* ns of CPU time scaled by 100 / weight */
	u64 deadline WD_WRITER("deadline");	/* key in the queue */
	u64 stint WD_WRITER("deadline");	/* ns run since it last became runnable */
	u64 avg_runtime WD_WRITER("deadline");	/* average of stints, ns */
	u64 blocked_freq WD_WRITER("deadline"); /* events per 100 ms, averaged */
	u64 waker_freq WD_WRITER("deadline");
	u64 last_blocked_at WD_WRITER("deadline");
	u64 last_woke_at WD_WRITER("deadline");
	/* line 2: load and order */
	struct wd_ravg duty WD_WRITER("loadbalance");
	u64 preferred_domains WD_WRITER("placement"); /* domains that the memory policy favours */
	u32 flags WD_WRITER("core");
	u32 rested WD_WRITER("deadline"); /* 1: it was well behind the clock at its last wake-up */
	u64 scale WD_WRITER("deadline");  /* divides the request, times 18; less counts as 18 */
	u64 reserved[1] WD_WRITER("core");
};

#endif
