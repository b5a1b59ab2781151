/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WD40_KICK_H
#define WD40_KICK_H

#include "wd40/module.h"

/*
 * Has a CPU decide anew what it runs (scx_bpf_kick_cpu), now or, with WD_KICK_IDLE, if it is idle. The kernel does so
 * in an interrupt of the CPU that asks. One that goes offline takes none any more, but still wakes a task, the one that
 * waits for its end: its request would stay pending, and the kernel (7.3 and 7.2; not 7.0) waits for that, without end,
 * when it detaches the scheduler (free_kick_syncs). So a CPU that is online no more asks for nothing. What was queued
 * is found by the others at the end of their slices; and the kernel is about to detach, as it does whenever a CPU goes.
 */
static __always_inline void wd_kick(s32 cpu, u64 flags)
{
	const struct cpumask *online = KF(scx_bpf_get_online_cpumask)();
	bool interrupts = KF(bpf_cpumask_test_cpu)(bpf_get_smp_processor_id(), online);

	KF(scx_bpf_put_cpumask)(online);
	if (interrupts)
		KF(scx_bpf_kick_cpu)(cpu, flags);
}

#pragma GCC poison scx_bpf_kick_cpu /* there is no other way to kick */

#endif
