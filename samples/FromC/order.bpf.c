/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF half of a scheduler that is not made of Wd40's parts but for one: it asks a deadline module of Wd40 for its keys.
 * Here it does so from a syscall program, which runs on any kernel with BPF arenas; the callbacks of a scheduler would
 * call the same functions at the points that wd40/slots.h names.
 */
#define WD_OBJ order
#include "wd40/slots.h"

char LICENSE[] SEC("license") = "GPL";

u64 order_keys[2]; /* of two tasks, nice 0 and nice 10, that have each run for a millisecond */

SEC("syscall")
int order_charge(void *ctx)
{
	struct wd_task __arena *t;

	use_arena();
	t = wd_task_at(1);
	order_keys[0] = wd_deadline_charge(t, WD_MSEC, 100 * WD_WEIGHT_ONE, WD_SEC);
	t = wd_task_at(2);
	order_keys[1] = wd_deadline_charge(t, WD_MSEC, 11 * WD_WEIGHT_ONE, WD_SEC);
	return 0;
}
