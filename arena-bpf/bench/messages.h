/* SPDX-License-Identifier: GPL-2.0-only */
/* What travels where tasks are copied into messages: the sizes are those of scx_rustland's. */
#ifndef WD40_BENCH_MESSAGES_H
#define WD40_BENCH_MESSAGES_H

/* A task that was queued: what struct wd_queued holds that a policy reads, and who it is. */
struct rings_task {
	u64 token; /* WD_TOKEN */
	u32 generation;
	s32 prev_cpu;
	u32 weight;
	u32 woken;
	u64 exec_runtime;
	u64 uncharged;
	u64 queued_at;
	u64 enq_flags;
	u32 allowed_cpus;
	u32 flags;
	u32 tid;
	u32 tgid;
	char comm[16];
};

/* A decision: what struct wd_decision holds that the kernel half reads. */
struct rings_decision {
	u64 token;
	u64 key;
	u64 slice;
	s16 cpu;
	u16 preempt;
	u32 lease;
	u32 rate;
	u32 reserved;
};

_Static_assert(sizeof(struct rings_task) == 88, "as long as the original's");
_Static_assert(sizeof(struct rings_decision) == 40, "as long as the original's");

#endif
