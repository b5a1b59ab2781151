/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Works on the task table as many threads at once: each allocates and frees slots in random order. Ownership is checked
 * outside the table: a word per slot that the owner exchanges.
 */
#define WD_OBJ slots
#include "wd40/table.h"

WD_MODULE("slots", "test");

#define TEST_THREADS 64
#define TEST_HELD    256  /* slots that one thread holds at most */
#define TEST_SLOTS   4096 /* largest table */

/* 0: free; else 1 + number of the thread that holds the slot. */
u64 slots_owner[TEST_SLOTS];
u64 slots_generation[TEST_SLOTS]; /* that its last owner was given */
u64 slots_held[TEST_THREADS][TEST_HELD];

/* What was done, and what must not happen. */
u64 slots_allocated;
u64 slots_freed;
u64 slots_full;
u64 slots_twice;     /* handed out while somebody held it */
u64 slots_stolen;    /* somebody else's when it was given back */
u64 slots_not_odd;   /* generation of a live slot even */
u64 slots_not_newer; /* generation not larger than that of the owner before */
u64 slots_outside;   /* slot 0 or beyond the table */
u64 slots_not_live;  /* brief or record of a held slot says that it is free */
u64 slots_not_clear; /* handed out with what its last owner had left */
u64 slots_lost;	     /* wd_slot_free could not give it back */

struct slots_args {
	u64 thread;
	u64 seed;
	u64 operations;
	u64 held; /* at most that many at once */
};

#define SLOTS_COUNT(name) __sync_fetch_and_add(&slots_##name, 1)

static __always_inline void slots_check_new(u64 thread, u32 slot, u32 generation)
{
	struct wd_task __arena *t = wd_task_at(slot);
	u64 *last = &slots_generation[slot & (TEST_SLOTS - 1)];

	if (!slot || slot >= wd_layout.max_tasks)
		SLOTS_COUNT(outside);
	if (__sync_lock_test_and_set(&slots_owner[slot & (TEST_SLOTS - 1)], thread + 1))
		SLOTS_COUNT(twice);
	if (!(generation & 1))
		SLOTS_COUNT(not_odd);
	if (generation <= *last)
		SLOTS_COUNT(not_newer);
	*last = generation;
	if (t->vtime || t->stint || t->domains || t->duty.val_at)
		SLOTS_COUNT(not_clear);
	/* For the next owner's check. */
	t->vtime = t->stint = t->domains = t->duty.val_at = thread + 1;
}

static __always_inline void slots_give_back(u64 thread, u32 slot, u32 generation)
{
	if ((u32)wd_task_at(slot)->generation != generation || !wd_brief_at(slot)->live)
		SLOTS_COUNT(not_live);
	if (__sync_lock_test_and_set(&slots_owner[slot & (TEST_SLOTS - 1)], 0) != thread + 1)
		SLOTS_COUNT(stolen);
	if (wd_slot_free(slot, generation))
		SLOTS_COUNT(lost);
	SLOTS_COUNT(freed);
}

/* Allocates into empty places of the thread's own list and frees from full ones, at random. */
SEC("syscall")
int slots_churn(struct slots_args *args)
{
	u64 thread = args->thread & (TEST_THREADS - 1), x = args->seed | 1, held = args->held;
	int i, operations = args->operations;

	use_arena();
	if (!held || held > TEST_HELD)
		return -1;
	wd_for(i, 0, operations)
	{
		u64 *mine, id;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		mine = &slots_held[thread][(x >> 20) % held & (TEST_HELD - 1)];
		id = *mine;
		if (id) {
			*mine = 0;
			slots_give_back(thread, id, id >> 32);
			continue;
		}
		id = wd_slot_alloc();
		if (id == WD_NO_SLOT) {
			SLOTS_COUNT(full);
			continue;
		}
		SLOTS_COUNT(allocated);
		slots_check_new(thread, id, id >> 32);
		*mine = id;
	}
	return 0;
}

/* Gives back all that the thread still holds. */
SEC("syscall")
int slots_drain(struct slots_args *args)
{
	u64 thread = args->thread & (TEST_THREADS - 1);
	int i;

	use_arena();
	wd_for(i, 0, TEST_HELD)
	{
		u64 *mine = &slots_held[thread][i & (TEST_HELD - 1)], id = *mine;

		*mine = 0;
		if (id)
			slots_give_back(thread, id, id >> 32);
	}
	return 0;
}

/* One call each, for tests that go step by step. */
u64 slots_result;

SEC("syscall")
int slots_alloc_one(void *ctx)
{
	use_arena();
	slots_result = wd_slot_alloc();
	return 0;
}

SEC("syscall")
int slots_free_one(struct slots_args *args)
{
	u64 id = args->seed;

	use_arena();
	slots_result = wd_slot_free(id, id >> 32);
	return 0;
}
