/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flight record: every callback of a core reports here, so that a recorder needs no edit of callbacks. The default does
 * nothing and costs a few instructions; a recorder module overrides it with a strong definition.
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

#endif
