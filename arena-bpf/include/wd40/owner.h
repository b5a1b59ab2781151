/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who has the user half: one process at a time. The word is {start:42, process:22}: the process's number, and when it
 * was started, in ticks since boot as /proc says it, so that no other process is ever taken for it. It stands in the
 * core's .bss, not in the arena, and is changed by compare-exchange only: by the process that takes the user half over,
 * or by the kernel half when nobody does.
 */
#ifndef WD40_OWNER_H
#define WD40_OWNER_H

#include "types.h"

#define WD_OWNER_PID_BITS 22			/* the kernel's largest process number has as many */
#define WD_OWNER_TICK	  (10 * WD_MSEC)	/* ns of a tick of the start time */
#define WD_OWNER_ENDED	  0xffffffffffffffffull /* the kernel half has ended: nobody can take it over any more */

#define WD_EXIT_UNADOPTED 1 /* exit code of a kernel half that nobody took over */

struct __wd_shared wd_ownership {
	u64 owner WD_WRITER("core user ATOMIC");
	u64 seen WD_WRITER("core"); /* the owner that the kernel half works with, 0: its process has ended */
};

#endif
