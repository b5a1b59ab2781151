/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two slot functions that look for an idle CPU, called for the running task. A kernel without sched_ext knows no
 * idle CPUs: there they must load nevertheless and find none.
 */
#define WD_OBJ choose
#include "wd40/slots.h"

WD_MODULE("choose", "test");

u64 choose_select;
s64 choose_kick;

SEC("syscall")
int choose_run(void *ctx)
{
	struct task_struct *p = bpf_get_current_task_btf();

	use_arena();
	choose_select = wd_placement_select(p, wd_task_at(1), 0, 0);
	choose_kick = wd_placement_kick(p, wd_task_at(1), 0);
	return 0;
}
