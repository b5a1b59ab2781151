/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains: groups of CPUs that share one dispatch queue, normally one last-level cache. What decides (masks, CPU to
 * domain, nodes) is read-only data set before load and cannot change while the scheduler runs; what the arena holds is
 * published for readers and, in the second line, the balancer's own figures.
 */
#ifndef WD40_DOMAIN_H
#define WD40_DOMAIN_H

#include "bitmap.h"

#define WD_REQUEST_RING 64 /* a power of 2 */

struct __wd_shared wd_domain {
	/* line 0, kernel half */
	u64 clock WD_WRITER("core");		/* how far its tasks have come, virtual ns */
	u64 pulled_in WD_WRITER("core ATOMIC"); /* tasks taken from another domain */
	u64 pulled_out WD_WRITER("core ATOMIC");
	u64 reserved[5] WD_WRITER("core");
	/* line 1, user half: figures of the last balance step, loads x 2^20 per always-runnable nice-0 task = 100 x
	 * 2^20 */
	u64 load WD_WRITER("user");
	s64 imbalance WD_WRITER("user");
	s64 delta WD_WRITER("user"); /* load planned to come in (+) or go (-) in that step */
	u64 slice WD_WRITER("user"); /* ns */
	u32 node WD_WRITER("user");
	u32 nr_cpus WD_WRITER("user");
	u64 capacity WD_WRITER("user"); /* sum over CPUs, 1024 each when alike */
	u64 requests WD_WRITER("user"); /* number of requests ever written for tasks that were in this domain */
	u64 reserved_user[1] WD_WRITER("user");
	/* lines 2 and 3: CPUs of the domain, for readers; the kernel half uses its own copy */
	u64 cpus[WD_MASK_WORDS] WD_WRITER("user");
	/* lines 4 to 7: a ring, the slots of the latest requests; that of the n-th stands at n % WD_REQUEST_RING */
	u32 request_slots[WD_REQUEST_RING] WD_WRITER("user");
};

/*
 * The user half's knobs. The kernel half reads each word on its own and bounds it, so any bits are safe.
 * Greedy masks are unions of domains, hence one 64-bit set of domains each: they switch atomically.
 */
struct __wd_shared wd_tunables {
	u64 direct_greedy WD_WRITER("user"); /* domains whose idle CPUs accept tasks of other domains at wake-up */
	u64 kick_greedy WD_WRITER("user");   /* domains whose idle CPUs may be kicked to come and pull */
	u64 slice_min WD_WRITER("user");     /* ns, -o */
	u64 slice_max WD_WRITER("user");     /* ns, -u */
	u64 full WD_WRITER("user");	     /* 1: the machine is fully utilised */
	u64 reserved[3] WD_WRITER("user");
};

#endif
