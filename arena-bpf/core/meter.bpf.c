/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core that is loaded and never attached: one callback for each slot function, which does nothing but call it. What
 * the verifier goes through for such a callback, less what it goes through for the empty one, is what the slot
 * function costs a core (`wd40 modules --cost`). Each stands in a callback where sched_ext allows what the function may
 * ask for.
 */
#define WD_OBJ meter
#define WD_CORE
#include "hybrid.h"

WD_MODULE("meter", "core");

#include "slot_defaults.h"

/* Arguments that the verifier knows nothing of. */
u64 wd_meter_input[4];

/* For the BTF: with a mere declaration of the struct the kernel would take a domain's mask for a number. */
static struct bpf_cpumask *wd_meter_described __attribute__((used));

s32 BPF_STRUCT_OPS_SLEEPABLE(wd_meter_placement_home, struct task_struct *p, struct scx_init_task_args *args)
{
	use_arena();
	wd_placement_home(p, wd_task_at(wd_meter_input[0]), wd_meter_input[1], wd_meter_input[2]);
	return 0;
}

s32 BPF_STRUCT_OPS(wd_meter_placement_select, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	use_arena();
	wd_placement_select(p, wd_task_at(wd_meter_input[0]), prev_cpu, wake_flags);
	return prev_cpu;
}

void BPF_STRUCT_OPS(wd_meter_placement_margin, s32 cpu, struct task_struct *prev)
{
	use_arena();
	wd_placement_margin(wd_meter_input[0], wd_meter_input[1], wd_meter_input[2]);
}

void BPF_STRUCT_OPS(wd_meter_placement_kick, struct task_struct *p, u64 enq_flags)
{
	use_arena();
	wd_placement_kick(p, wd_task_at(wd_meter_input[0]), wd_meter_input[1]);
}

void BPF_STRUCT_OPS(wd_meter_deadline_runnable, struct task_struct *p, u64 enq_flags)
{
	use_arena();
	wd_deadline_runnable(wd_task_at(wd_meter_input[0]), wd_task_at(wd_meter_input[1]), wd_meter_input[2],
			     wd_meter_input[3]);
}

void BPF_STRUCT_OPS(wd_meter_deadline_key, struct task_struct *p)
{
	use_arena();
	wd_deadline_key(wd_task_at(wd_meter_input[0]), wd_meter_input[1], wd_meter_input[2], wd_meter_input[3],
			wd_meter_input[0]);
}

void BPF_STRUCT_OPS(wd_meter_deadline_charge, struct task_struct *p, bool runnable)
{
	use_arena();
	wd_deadline_charge(wd_task_at(wd_meter_input[0]), wd_meter_input[1], wd_meter_input[2], wd_meter_input[3]);
}

void BPF_STRUCT_OPS(wd_meter_deadline_moved, s32 cpu, bool idle)
{
	use_arena();
	wd_deadline_moved(wd_task_at(wd_meter_input[0]), wd_meter_input[1]);
}

void BPF_STRUCT_OPS(wd_meter_deadline_slice, struct task_struct *p)
{
	use_arena();
	wd_deadline_slice(wd_task_at(wd_meter_input[0]), wd_meter_input[1], wd_meter_input[2]);
}

void BPF_STRUCT_OPS(wd_meter_deadline_quiescent, struct task_struct *p, u64 deq_flags)
{
	use_arena();
	wd_deadline_quiescent(wd_task_at(wd_meter_input[0]), wd_meter_input[1], wd_meter_input[2]);
}

void BPF_STRUCT_OPS(wd_meter_loadbalance_account, struct task_struct *p, u32 weight)
{
	use_arena();
	wd_loadbalance_account(wd_task_at(wd_meter_input[0]), wd_meter_input[1], wd_meter_input[2]);
}

void BPF_STRUCT_OPS(wd_meter_loadbalance_request, struct task_struct *p, const struct cpumask *mask)
{
	use_arena();
	wd_loadbalance_request(wd_task_at(wd_meter_input[0]), wd_meter_input[1], wd_meter_input[2]);
}

/* What the rest has in common. */
void BPF_STRUCT_OPS(wd_meter_nothing, struct task_struct *p, struct scx_exit_task_args *args)
{
	use_arena();
	wd_record(wd_meter_input[0], wd_meter_input[1], (u64)wd_task_at(wd_meter_input[2]));
}

SEC(".struct_ops.link")
struct sched_ext_ops wd_ops = {
	.init_task = (void *)wd_meter_placement_home,
	.select_cpu = (void *)wd_meter_placement_select,
	.dispatch = (void *)wd_meter_placement_margin,
	.enqueue = (void *)wd_meter_placement_kick,
	.runnable = (void *)wd_meter_deadline_runnable,
	.running = (void *)wd_meter_deadline_key,
	.stopping = (void *)wd_meter_deadline_charge,
	.update_idle = (void *)wd_meter_deadline_moved,
	.tick = (void *)wd_meter_deadline_slice,
	.quiescent = (void *)wd_meter_deadline_quiescent,
	.set_weight = (void *)wd_meter_loadbalance_account,
	.set_cpumask = (void *)wd_meter_loadbalance_request,
	.exit_task = (void *)wd_meter_nothing,
	.flags = SCX_OPS_KEEP_BUILTIN_IDLE,
	.name = "meter",
};
