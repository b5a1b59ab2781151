/* SPDX-License-Identifier: GPL-2.0-only */
/* Life of a task in the user-space core: its slot, and what the policy is told of it once. */
#ifndef WD40_USERSPACE_TASKS_H
#define WD40_USERSPACE_TASKS_H

#include "custody.h"

void BPF_STRUCT_OPS(wd_set_weight, struct task_struct *p, u32 weight)
{
	struct wd_handed *h = wd_handed_of(p);

	if (!h)
		return;
	h->weight = weight < WD_WEIGHT_MIN ? WD_WEIGHT_MIN : weight > WD_WEIGHT_MAX ? WD_WEIGHT_MAX : weight;
	h->credit = 0; /* what its key grows by was for the other weight */
}

/* Without these memory is not reclaimed, and the policy's thread could wait for a page that waits for it. */
static __always_inline bool wd_serves_memory(struct task_struct *p)
{
	char comm[16] = {};

	if (!(p->flags & PF_KTHREAD))
		return false;
	bpf_probe_read_kernel_str(comm, sizeof(comm), p->comm);
	return !bpf_strncmp(comm, 6, "kswapd") || !bpf_strncmp(comm, 8, "kcompact") ||
	       !bpf_strncmp(comm, 10, "khugepaged");
}

s32 BPF_STRUCT_OPS_SLEEPABLE(wd_init_task, struct task_struct *p, struct scx_init_task_args *args)
{
	struct wd_handed *h = bpf_task_storage_get(&wd_handeds, p, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct wd_queued __arena *q;
	u64 slot;
	int i;

	use_arena();
	if (!h)
		return -ENOMEM;
	__builtin_memset(h, 0, sizeof(*h));
	h->weight = p->scx.weight ? p->scx.weight : WD_WEIGHT_DEFAULT;
	h->direct = wd_serves_memory(p);
	slot = wd_slot_alloc();
	if ((u32)slot == WD_NO_SLOT) {
		wd_count(untracked);
		return 0;
	}
	h->slot = slot;
	h->generation = slot >> 32;
	wd_count(slots_allocated);
	q = &wd_handover_at(h->slot)->queued;
	q->tid = p->pid;
	q->tgid = p->tgid;
	q->born = wd_now();
	q->cgroup_id = wd_group_of_new(args);
	for (i = 0; i < 16; i++)
		q->comm[i] = p->comm[i];
	return 0;
}

void BPF_STRUCT_OPS(wd_exit_task, struct task_struct *p, struct scx_exit_task_args *args)
{
	struct wd_handed *h = wd_handed_of(p);
	u32 slot;

	use_arena();
	if (!h)
		return;
	wd_take_back(h, WD_END_GONE);
	slot = h->slot;
	h->slot = 0;
	if (!slot)
		return;
	wd_count(slots_freed);
	if (wd_slot_free(slot, h->generation))
		wd_count(slot_errors);
}

#endif
