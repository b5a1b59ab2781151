/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load balance "none": no accounts are kept and no request is followed, so tasks change their domain only by affinity,
 * or for the while that another domain has pulled them. The user half runs no balancer.
 */
#define WD_OBJ none
#include "wd40/slots.h"

WD_MODULE("none", "loadbalance");

u64 wd_loadbalance_account(struct wd_task __arena *t __arg_arena, u32 runnable, u64 now)
{
	return 0;
}

u64 wd_loadbalance_request(struct wd_task __arena *t __arg_arena, u64 word, u64 allowed)
{
	return WD_NO_DOMAIN;
}
