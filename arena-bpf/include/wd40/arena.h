/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arena's common page and per-CPU lines. Page 0 is never handed out (its address has a zero low word, which an
 * address space cast makes NULL). Page 1 is the header below, written by user space before attach. The parts follow at
 * the offsets that user space chose; the kernel half does not read them from the arena but from read-only data set
 * before load (wd_layout), because what decides must not stand in memory that anybody may scribble on.
 */
#ifndef WD40_ARENA_H
#define WD40_ARENA_H

#include "domain.h"
#include "stats.h"
#include "task.h"

/* Where the parts of the arena begin, bytes from its start. */
struct __wd_shared wd_layout {
	u64 size WD_WRITER("user");	 /* of the arena, a power of two */
	u64 cpus WD_WRITER("user");	 /* struct wd_cpu[nr_cpu_ids] */
	u64 stats WD_WRITER("user");	 /* struct wd_stats[nr_cpu_ids] */
	u64 domains WD_WRITER("user");	 /* struct wd_domain[nr_domains] */
	u64 tunables WD_WRITER("user");	 /* struct wd_tunables */
	u64 requests WD_WRITER("user");	 /* struct wd_request[max_tasks] */
	u64 briefs WD_WRITER("user");	 /* struct wd_brief[max_tasks] */
	u64 tasks WD_WRITER("user");	 /* struct wd_task[max_tasks] */
	u32 max_tasks WD_WRITER("user"); /* a power of two, at most 2^20 */
	u32 nr_cpu_ids WD_WRITER("user");
	u32 nr_domains WD_WRITER("user");
	u32 nr_nodes WD_WRITER("user");
};

struct __wd_shared wd_header {
	u64 magic WD_WRITER("user"); /* WD_MAGIC */
	u32 abi WD_WRITER("user");   /* WD_ABI */
	u32 owner_pid WD_WRITER("user");
	u64 layout_hash WD_WRITER("user"); /* of all shared structs together */
	u64 start_time WD_WRITER("user");  /* wall clock, ns since 1970 */
	u64 heartbeat WD_WRITER("user");   /* +1 at each turn of the main loop */
	u64 half_life WD_WRITER("user");   /* of the running averages, ns */
	char scheduler[32] WD_WRITER("user");
	struct wd_layout layout WD_WRITER("user");
};

/*
 * One line a CPU. idle: while the CPU is busy the ns it was idle so far; while it is idle bit 63 is set and the low
 * bits hold (start of the idle period - ns idle before): one word, so a reader never sees halves. Idle time at t is
 * therefore (t - low bits) when bit 63 is set.
 */
struct __wd_shared wd_cpu {
	u64 clock WD_WRITER("core"); /* ns, scheduler clock at the last callback on this CPU */
	u64 idle WD_WRITER("core");
	u64 key WD_WRITER("core");  /* of the running task when it started, or WD_KEY_NONE */
	u32 slot WD_WRITER("core"); /* of the running task, or WD_NO_SLOT */
	u32 domain WD_WRITER("core");
	u64 bound WD_WRITER("core"); /* 1: tasks bound to it may wait in its queue; 0: none does */
	u64 reserved[3] WD_WRITER("core");
};

#define WD_CPU_IDLE (1ull << 63)

#endif
