/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adoption: with --adoptable the kernel half outlives the process that has the user half, and another one may take its
 * place. A timer watches whether there is one, and ends the scheduler when nobody comes in time. The core that includes
 * this defines wd_owner_changed(). See docs/adoption.md.
 */
#ifndef WD40_CORE_OWNER_H
#define WD40_CORE_OWNER_H

#include "common.h"
#include "wd40/owner.h"

#define WD_OWNER_CHECK	    (20 * WD_MSEC)
#define WD_OWNER_PROCESS(o) ((u32)(o) & ((1u << WD_OWNER_PID_BITS) - 1))
#define WD_OWNER_STARTED(o) ((o) >> WD_OWNER_PID_BITS)

/* Set before load. */
const volatile u64
	wd_adoptable_ns; /* for so long the kernel half waits for another process; 0: it ends with the first */
struct wd_ownership wd_ownership;

struct wd_absence {
	struct bpf_timer timer;
	u64 owner; /* who has ended ... */
	u64 since; /* ... and when that was found */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct wd_absence);
} wd_absences SEC(".maps");

/* Does the process run that this word names? */
static __always_inline bool wd_owner_lives(u64 owner)
{
	struct task_struct *p = KF(bpf_task_from_pid)(WD_OWNER_PROCESS(owner));
	bool lives;

	if (!p)
		return false;
	lives = p->start_boottime / WD_OWNER_TICK == WD_OWNER_STARTED(owner) && !(p->flags & PF_EXITING);
	KF(bpf_task_release)(p);
	return lives;
}

static int wd_watch_owner(void *map, int *key, struct wd_absence *a)
{
	u64 owner = wd_ownership.owner, now = wd_now();

	if (wd_owner_lives(owner)) {
		if (owner != wd_ownership.seen) {
			wd_owner_changed();
			/* Last: the new owner waits for it. */
			__sync_lock_test_and_set(&wd_ownership.seen, owner);
		}
	} else if (wd_ownership.seen || a->owner != owner) {
		a->owner = owner;
		a->since = now;
		wd_ownership.seen = 0;
		wd_owner_changed();
	} else if (wd_ago(now, a->since) > wd_adoptable_ns &&
		   __sync_val_compare_and_swap(&wd_ownership.owner, owner, WD_OWNER_ENDED) == owner) {
		wd_end(WD_EXIT_UNADOPTED, "process %llu has ended, and no other took its place within %llu ms",
		       WD_OWNER_PROCESS(owner), wd_adoptable_ns / WD_MSEC);
		return 0;
	}
	bpf_timer_start(&a->timer, WD_OWNER_CHECK, 0);
	return 0;
}

/* The last thing that a core's init does. */
static __always_inline int wd_start_ownership(void)
{
	u32 zero = 0;
	struct wd_absence *a = bpf_map_lookup_elem(&wd_absences, &zero);
	int err;

	wd_ownership.seen = wd_ownership.owner;
	if (!wd_adoptable_ns)
		return 0;
	if (!a)
		return -ENOENT;
	err = bpf_timer_init(&a->timer, &wd_absences, WD_CLOCK_BOOTTIME);
	if (!err)
		err = bpf_timer_set_callback(&a->timer, wd_watch_owner);
	return err ? err : bpf_timer_start(&a->timer, WD_OWNER_CHECK, 0);
}

/* Is this task one of the process that has the user half? */
static __always_inline bool wd_is_owner(struct task_struct *p)
{
	return p->tgid == WD_OWNER_PROCESS(wd_ownership.seen);
}

#endif
