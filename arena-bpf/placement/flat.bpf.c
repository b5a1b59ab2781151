/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Placement "flat": the whole machine is one domain with one queue, so there is no home to choose, nothing to pull and
 * nowhere to move a task to. For machines of few CPUs, and to see what domains are worth.
 */
#define WD_OBJ flat
#include "wakeup.h"

WD_MODULE("flat", "placement");

u64 wd_placement_home(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, u64 allowed, u32 from)
{
	return wd_lowest_bit(allowed);
}

u64 wd_placement_select(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, s32 prev_cpu,
			u64 wake_flags)
{
	u32 home = t->domain & (WD_MAX_DOMAINS - 1);
	u64 selected;

	use_arena();
	if (wake_flags & WD_WAKE_SYNC) {
		selected = wd_select_sync(p, prev_cpu);
		if (WD_SELECTED_HOW(selected) != WD_SELECT_QUEUE)
			return selected;
	}
	if (!wd_any_idle())
		return WD_SELECTED(WD_SELECT_QUEUE, prev_cpu);
	return wd_select_at_home(p, prev_cpu, home);
}

u64 wd_placement_margin(u32 from, u32 to, u32 queued)
{
	return WD_KEY_NONE;
}

s64 wd_placement_kick(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, u32 dom)
{
	return wd_any_idle() ? wd_kick_at_home(p, dom) : -1;
}
