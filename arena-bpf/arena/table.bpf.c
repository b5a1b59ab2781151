/* SPDX-License-Identifier: GPL-2.0-only */
/* The library object that every composition contains: the arena, the read-only layout, the task table. */
#define WD_OBJ table
#define WD_LIBRARY
#include "wd40/table.h"

WD_MODULE("table", "library");

#define WD_FREE_LIST_TRIES 8

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16384); /* user space sets max_tasks before load */
	__uint(value_size, sizeof(u32));
} wd_free_slots SEC(".maps");

u64 wd_slot_alloc(void)
{
	struct wd_task __arena *t;
	struct wd_brief __arena *b;
	u64 generation;
	u32 slot = 0;
	int i;

	use_arena();
	for (i = 0; i < WD_FREE_LIST_TRIES; i++) {
		int err = bpf_map_pop_elem(&wd_free_slots, &slot);

		if (!err)
			break;
		if (err == -ENOENT)
			return WD_NO_SLOT;
	}
	if (i == WD_FREE_LIST_TRIES)
		return WD_NO_SLOT;
	t = wd_task_at(slot);
	b = wd_brief_at(slot);
	generation = t->generation;
	t->pid = t->tgid = 0;
	t->weight = WD_WEIGHT_DEFAULT;
	t->domain = 0;
	t->domains = 0;
	t->started = 0;
	t->vtime = t->deadline = t->stint = t->avg_runtime = 0;
	t->blocked_freq = t->waker_freq = 0;
	t->last_blocked_at = t->last_woke_at = 0;
	t->duty.val = t->duty.val_at = t->duty.old = t->duty.cur = 0;
	t->preferred_domains = 0;
	t->flags = t->rested = 0;
	/* Odd while live, whatever garbage stood there. */
	generation = (generation + 1) | 1;
	t->acknowledged = 0;
	t->generation = generation;
	b->weight = WD_WEIGHT_DEFAULT;
	b->flags = 0;
	b->domain = 0;
	b->live = 1;
	return slot | generation << 32;
}

u64 wd_slot_free(u32 slot, u32 generation)
{
	struct wd_task __arena *t = wd_task_at(slot);
	int i;

	use_arena();
	*(u64 __arena *)wd_brief_at(slot) = 0;
	t->generation = (t->generation & ~0xffffffffull) | (u32)(generation + 1);
	for (i = 0; i < WD_FREE_LIST_TRIES; i++)
		if (!bpf_map_push_elem(&wd_free_slots, &slot, 0))
			return 0;
	return 1;
}

/* Run once after load, before attach: fills the free list and the CPU lines. Slot 0 stays out: it is the record of
 * nobody. */
SEC("syscall")
int wd_setup(void *ctx)
{
	int i;

	use_arena();
	wd_for(i, 1, wd_layout.max_tasks)
	{
		u32 slot = i;
		int err = bpf_map_push_elem(&wd_free_slots, &slot, 0);

		if (err)
			return err;
	}
	wd_for(i, 0, wd_layout.nr_cpu_ids)
	{
		struct wd_cpu __arena *c = wd_cpu_at(i);

		c->key = WD_KEY_NONE;
		c->slot = WD_NO_SLOT;
		c->domain = wd_domain_of_cpu(i);
	}
	return 0;
}
