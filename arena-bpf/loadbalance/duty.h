/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel half of load balances that work with duty cycles: each task's own, kept in its record by its own callbacks, so
 * nothing is shared and nothing has to move when the task does. The user half adds the records up (src/LoadBalance) and
 * asks for moves; a module is this and what its user half plans.
 */
#ifndef WD40_LOADBALANCE_DUTY_H
#define WD40_LOADBALANCE_DUTY_H

#include "wd40/slots.h"

u64 wd_loadbalance_account(struct wd_task __arena *t __arg_arena, u32 runnable, u64 now)
{
	use_arena();
	wd_ravg_accumulate(&t->duty, runnable, now, wd_half_life ? wd_half_life : WD_SEC);
	return 0;
}

u64 wd_loadbalance_request(struct wd_task __arena *t __arg_arena, u64 word, u64 allowed)
{
	u32 dom = WD_REQUEST_DOM(word);

	return dom < WD_MAX_DOMAINS && wd_bit_test(allowed, dom) ? dom : WD_NO_DOMAIN;
}

#endif
