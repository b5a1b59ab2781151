/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load balance "rusty", kernel half: each task's duty cycle, kept in its own record by its own callbacks, so nothing is
 * shared and nothing has to move when the task does. The user half adds the records up (src/LoadBalance) and asks for
 * moves.
 */
#define WD_OBJ rusty
#include "wd40/slots.h"

WD_MODULE("rusty", "loadbalance");

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
