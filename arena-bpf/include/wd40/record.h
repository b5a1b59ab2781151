/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flight record: every callback of a core reports here, so that a recorder needs no edit of callbacks. A recorder
 * module defines wd_record and wd_recorded; without one the calls are dead code, which the kernel removes at load.
 */
#ifndef WD40_RECORD_H
#define WD40_RECORD_H

#include "types.h"

enum wd_event {
	WD_EVENT_SELECT = 1,
	WD_EVENT_ENQUEUE,
	WD_EVENT_DISPATCH,
	WD_EVENT_RUNNABLE,
	WD_EVENT_RUNNING,
	WD_EVENT_STOPPING,
	WD_EVENT_QUIESCENT,
	WD_EVENT_TICK,
	WD_EVENT_IDLE,
	WD_EVENT_INIT_TASK,
	WD_EVENT_EXIT_TASK,
	WD_EVENT_WEIGHT,
	WD_EVENT_CPUMASK,
	WD_EVENT_CGROUP_INIT,
	WD_EVENT_CGROUP_EXIT,
	WD_EVENT_CGROUP_MOVE,
	WD_EVENT_CGROUP_WEIGHT,
};

/* event: enum wd_event; slot: the task's or WD_NO_SLOT; value: key, CPU, flags, weight or group, by event. */
u64 wd_record(u32 event, u32 slot, u64 value);

/* Is there a recorder? A module that is one overrides the core's default with a strong definition. */
extern const volatile bool wd_recorded;

static __always_inline void wd_report(u32 event, u32 slot, u64 value)
{
	if (wd_recorded)
		wd_record(event, slot, value);
}

#endif
