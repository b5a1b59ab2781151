/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Weights of cgroups (cpu.weight). A group's share of its parent is by weight among what is active there: child groups
 * with runnable tasks in them, and the parent's own runnable tasks. From that follows each task's effective weight, by
 * which it is charged; order, pull and balance need to know nothing of groups. See docs/scheduling.md.
 *
 * All state is kernel memory. Tasks of the root group, 0, are never looked up and cost a comparison.
 */
#ifndef WD40_CGROUP_H
#define WD40_CGROUP_H

#include "hybrid.h"

#define WD_MAX_CGROUPS		4096  /* groups with a weight of their own; those beyond share their parent's */
#define WD_CGROUP_DEPTH		8     /* levels below the root; deeper groups share their ancestor's weight */
#define WD_CGROUP_IDS		16384 /* groups that are known */
#define WD_CGROUP_TRIES		4
#define WD_EFFECTIVE_MIN	(WD_WEIGHT_ONE / 10) /* of a task in a crowded light group */
#define WD_CGROUP_SHARE(gen, v) ((u64)(gen) << 32 | (u32)(v))

struct wd_cgroup {
	u64 id;		/* the kernel's */
	s64 sum;	/* weights of own runnable tasks and of active child groups; changed by atomic additions */
	u64 share;	/* {count of changes:32, effective weight of the whole group:32}, as of that count */
	u32 weight;	/* cpu.weight */
	u32 published;	/* what the parent's sum holds of this group: its weight while active, else 0 */
	u32 generation; /* odd while in use */
	u32 children;	/* groups below that have an entry */
	u32 level;	/* 1 below the root */
	u16 path[WD_CGROUP_DEPTH]; /* ancestors from level 1 on, and itself */
	u32 padding;
} __attribute__((aligned(64)));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, WD_CGROUP_IDS);
	__type(key, u64);
	__type(value, u32);
} wd_cgroup_ids SEC(".maps");

struct wd_cgroup wd_cgroups[WD_MAX_CGROUPS];
u32 wd_cgroup_cursor;	   /* the entry taken last: a free one rests for as long as possible */
u32 wd_cgroup_changes = 1; /* of sums that shares of groups below depend on */

static __always_inline struct wd_cgroup *wd_cgroup_at(u32 index)
{
	return &wd_cgroups[index & (WD_MAX_CGROUPS - 1)];
}

/* Entry that counts for a group of the kernel's, 0: the root's. */
static __always_inline u32 wd_cgroup_find(u64 id)
{
	u32 *index = bpf_map_lookup_elem(&wd_cgroup_ids, &id);

	return index ? *index & (WD_MAX_CGROUPS - 1) : 0;
}

/* ---- activity -------------------------------------------------------------------------------------------------------
 */

/*
 * Makes the parent's sum hold what it should of this group; returns by how much to change it. Without a lock: each
 * exchange tells what it replaced, so the changes of all CPUs add up to the word as it stands, and who wrote last has
 * looked at the sum after it.
 */
static __always_inline s64 wd_cgroup_settle(struct wd_cgroup *g)
{
	s64 change = 0;
	int tries;

	for (tries = 0; tries < WD_CGROUP_TRIES; tries++) {
		u32 want = *(volatile s64 *)&g->sum > 0 ? *(volatile u32 *)&g->weight : 0;

		if (*(volatile u32 *)&g->published == want)
			break;
		change += (s64)want - __sync_lock_test_and_set(&g->published, want);
	}
	return change;
}

/*
 * Adds to the weights that compete within a group; goes up only as far as groups become active or cease to be. A
 * function of its own to the verifier, which many callbacks share.
 */
__noinline int wd_cgroup_add(u32 index, s64 change)
{
	int i;

	for (i = 0; i < WD_CGROUP_DEPTH && index && change; i++) {
		struct wd_cgroup *g = wd_cgroup_at(index);
		u32 level = g->level;

		__sync_fetch_and_add(&g->sum, change);
		if (g->children)
			__sync_fetch_and_add(&wd_cgroup_changes, 1);
		if (level < 2)
			return 0; /* weights below the root are what they are: nothing depends on their sum */
		change = wd_cgroup_settle(g);
		index = g->path[(level - 2) & (WD_CGROUP_DEPTH - 1)];
	}
	return 0;
}

/* A task begins and ceases to compete in its group. */
static __always_inline void wd_cgroup_enter(struct wd_local *l)
{
	if (!l->group || l->counted)
		return;
	l->counted = l->own_weight;
	wd_cgroup_add(l->group, l->counted);
}

static __always_inline void wd_cgroup_leave(struct wd_local *l)
{
	u32 counted = l->counted;

	if (!counted)
		return;
	l->counted = 0;
	/* A group may be gone before its last task has left the CPU, and the entry have another owner. */
	if (wd_cgroup_at(l->group)->generation == l->group_generation)
		wd_cgroup_add(l->group, -(s64)counted);
}

/* ---- effective weights ----------------------------------------------------------------------------------------------
 */

/* Effective weight of all tasks of a group together, in 1/WD_WEIGHT_ONE; computed anew after changes only. */
static __always_inline u64 wd_cgroup_share(struct wd_cgroup *g)
{
	u32 level = g->level, changes = *(volatile u32 *)&wd_cgroup_changes;
	u64 known = *(volatile u64 *)&g->share, share;
	s64 sum;
	int i;

	share = (u64)wd_cgroup_at(g->path[0])->weight * WD_WEIGHT_ONE;
	if (level < 2)
		return share;
	if (known >> 32 == changes)
		return (u32)known;
	sum = wd_cgroup_at(g->path[0])->sum;
	for (i = 1; i < WD_CGROUP_DEPTH && i < level; i++) {
		struct wd_cgroup *below = wd_cgroup_at(g->path[i]);
		s64 weight = below->weight;

		share = share * weight / (u64)(sum > weight ? sum : weight);
		sum = below->sum;
	}
	g->share = WD_CGROUP_SHARE(changes, share);
	return share;
}

/*
 * Effective weight of a task of a group, if that is still the one of this generation. own: the task's own weight;
 * counted: what the group's sum holds of it.
 */
__noinline u64 wd_cgroup_weight(u32 group, u32 generation, u32 own_weight, u32 counted)
{
	struct wd_cgroup *g = wd_cgroup_at(group);
	u64 own = own_weight, weight;
	s64 sum;

	if (g->generation != generation)
		return own * WD_WEIGHT_ONE;
	sum = g->sum + (counted ? 0 : own);
	weight = wd_cgroup_share(g) * own / (sum > (s64)own ? sum : own);
	return weight > WD_EFFECTIVE_MIN ? weight : WD_EFFECTIVE_MIN;
}

static __always_inline void wd_publish_weight(struct wd_local *l, u32 weight)
{
	u32 whole = (weight + WD_WEIGHT_ONE / 2) / WD_WEIGHT_ONE;

	l->weight = weight;
	if (!l->slot)
		return;
	if (whole < WD_WEIGHT_MIN)
		whole = WD_WEIGHT_MIN;
	if (whole > WD_WEIGHT_MAX)
		whole = WD_WEIGHT_MAX;
	wd_task_at(l->slot)->weight = whole;
	wd_brief_at(l->slot)->weight = whole;
}

/* Takes a task's effective weight as it is now. */
static __always_inline void wd_weigh(struct wd_local *l)
{
	u32 weight = l->own_weight * WD_WEIGHT_ONE;

	if (l->group)
		weight = wd_cgroup_weight(l->group, l->group_generation, l->own_weight, l->counted);

	if (weight != l->weight)
		wd_publish_weight(l, weight);
}

/* The task's own weight, by its nice value. */
static __always_inline void wd_set_own_weight(struct wd_local *l, u32 weight)
{
	bool counted = l->counted;

	if (weight < WD_WEIGHT_MIN)
		weight = WD_WEIGHT_MIN;
	if (weight > WD_WEIGHT_MAX)
		weight = WD_WEIGHT_MAX;
	wd_cgroup_leave(l);
	l->own_weight = weight;
	if (counted)
		wd_cgroup_enter(l);
	wd_weigh(l);
}

static __always_inline void wd_set_group(struct wd_local *l, u64 id)
{
	wd_cgroup_leave(l);
	l->group = wd_cgroup_find(id);
	l->group_generation = wd_cgroup_at(l->group)->generation;
	if (l->runnable)
		wd_cgroup_enter(l);
	wd_weigh(l);
}

/* ---- life of a group ------------------------------------------------------------------------------------------------
 */

/* Takes a free entry for a group below `parent`; 0 when there is none. */
static __always_inline u32 wd_cgroup_take(u64 id, u32 parent, u32 weight)
{
	struct wd_cgroup *up = wd_cgroup_at(parent), *g;
	u32 index, generation, level, i;
	int n;

	level = parent ? up->level : 0;
	if (level >= WD_CGROUP_DEPTH)
		return 0;
	wd_for(n, 1, WD_MAX_CGROUPS)
	{
		index = (wd_cgroup_cursor + n) & (WD_MAX_CGROUPS - 1);
		g = wd_cgroup_at(index);
		generation = g->generation;
		if (!index || generation & 1 ||
		    __sync_val_compare_and_swap(&g->generation, generation, generation + 1) != generation)
			continue;
		wd_cgroup_cursor = index;
		g->id = id;
		g->sum = 0;
		g->share = 0;
		g->weight = weight;
		g->published = 0;
		g->children = 0;
		for (i = 0; i < WD_CGROUP_DEPTH; i++)
			g->path[i] = i < level ? up->path[i] : index;
		g->level = level + 1;
		if (parent)
			__sync_fetch_and_add(&up->children, 1);
		return index;
	}
	return 0;
}

static __always_inline void wd_cgroup_set(struct wd_cgroup *g, u32 weight)
{
	u32 level = g->level;

	g->weight = weight;
	__sync_fetch_and_add(&wd_cgroup_changes, 1);
	if (level > 1)
		wd_cgroup_add(g->path[(level - 2) & (WD_CGROUP_DEPTH - 1)], wd_cgroup_settle(g));
}

s32 BPF_STRUCT_OPS_SLEEPABLE(wd_cgroup_init, struct cgroup *cgrp, struct scx_cgroup_init_args *args)
{
	u64 id = cgrp->kn->id;
	u32 parent, index;

	use_arena();
	wd_report(WD_EVENT_CGROUP_INIT, WD_NO_SLOT, id);
	if (!cgrp->level)
		return 0;
	parent = wd_cgroup_find(BPF_CORE_READ(cgrp, self.parent, cgroup, kn, id));
	index = wd_cgroup_take(id, parent, args->weight);
	if (!index)
		index = parent;
	/* Without room its tasks count as the root's. That is no reason to refuse a group. */
	bpf_map_update_elem(&wd_cgroup_ids, &id, &index, BPF_ANY);
	return 0;
}

void BPF_STRUCT_OPS(wd_cgroup_exit, struct cgroup *cgrp)
{
	u64 id = cgrp->kn->id;
	u32 index = wd_cgroup_find(id), level;
	struct wd_cgroup *g = wd_cgroup_at(index);

	use_arena();
	wd_report(WD_EVENT_CGROUP_EXIT, WD_NO_SLOT, id);
	bpf_map_delete_elem(&wd_cgroup_ids, &id);
	if (!index || g->id != id)
		return; /* it had no entry of its own */
	level = g->level;
	if (level > 1) {
		u32 parent = g->path[(level - 2) & (WD_CGROUP_DEPTH - 1)];
		s64 published = __sync_lock_test_and_set(&g->published, 0);

		__sync_fetch_and_sub(&wd_cgroup_at(parent)->children, 1);
		wd_cgroup_add(parent, -published);
	}
	g->id = 0;
	__sync_fetch_and_add(&g->generation, 1);
}

void BPF_STRUCT_OPS(wd_cgroup_move, struct task_struct *p, struct cgroup *from, struct cgroup *to)
{
	struct wd_local *l = bpf_task_storage_get(&wd_locals, p, 0, 0);
	u64 id = to->kn->id;

	use_arena();
	if (!l)
		return;
	wd_report(WD_EVENT_CGROUP_MOVE, l->slot, id);
	wd_set_group(l, id);
}

void BPF_STRUCT_OPS(wd_cgroup_set_weight, struct cgroup *cgrp, u32 weight)
{
	u64 id = cgrp->kn->id;
	u32 index = wd_cgroup_find(id);
	struct wd_cgroup *g = wd_cgroup_at(index);

	use_arena();
	wd_report(WD_EVENT_CGROUP_WEIGHT, WD_NO_SLOT, weight);
	if (index && g->id == id)
		wd_cgroup_set(g, weight);
}

#endif
