/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slots of the hybrid core: the functions that modules fill. The core has a weak default of each, so a scheduler
 * may leave a slot out. Slots decide (return a number); the core inserts, moves and kicks. Arguments from the arena may
 * hold any bits, so the core bounds every result. Called with the run queue's or the task's lock held and interrupts
 * off unless said otherwise: no sleeping, no waiting.
 */
#ifndef WD40_SLOTS_H
#define WD40_SLOTS_H

#include "module.h"

#define WD_CPU_DSQ 0x10000ull /* + CPU: queue of the tasks bound to that CPU; domains are queues 0..63 */

/* ---- placement ------------------------------------------------------------------------------------------------------
 */

/*
 * Home of a task: called at creation (from = WD_NO_DOMAIN, may sleep), when its affinity changes and when it wakes up.
 * allowed: domains that the affinity touches, never 0. Returns a domain of `allowed`.
 */
u64 wd_placement_home(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, u64 allowed,
		      u32 from);

/* Result of wd_placement_select: a CPU, whether it was claimed idle (or is the waker's), and the counter to bump. */
enum wd_select {
	WD_SELECT_QUEUE = 0, /* no CPU is free: queue in the home domain */
	WD_SELECT_WAKE_SYNC,
	WD_SELECT_SYNC_PREV_IDLE,
	WD_SELECT_PREV_IDLE,
	WD_SELECT_GREEDY_IDLE,
	WD_SELECT_DIRECT,
	WD_SELECT_GREEDY,
	WD_SELECT_GREEDY_FAR,
};

#define WD_SELECTED(how, cpu) ((u64)(how) << 32 | (u32)(cpu))
#define WD_SELECTED_HOW(s)    ((u32)((s) >> 32))
#define WD_SELECTED_CPU(s)    ((s32)(s))

/* CPU of a waking task. From select_cpu only: may claim idle CPUs (wd_select_idle and friends of compat.h). */
u64 wd_placement_select(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, s32 prev_cpu,
			u64 wake_flags);

/*
 * How much earlier (virtual ns) the head of domain `from` must be before a CPU of domain `to` pulls it. WD_KEY_NONE:
 * never. queued: length of from's queue.
 */
u64 wd_placement_margin(u32 from, u32 to, u32 queued);

/* After queueing: an idle CPU to wake, or negative. Own domain first, then those that may be kicked to come and pull.
 */
s64 wd_placement_kick(struct task_struct *p __arg_trusted, struct wd_task __arena *t __arg_arena, u32 dom);

/* ---- deadline -------------------------------------------------------------------------------------------------------
 */

/* A task became runnable. waker: its record, or that of slot 0 when there is none; woken: 1 after a real sleep. */
u64 wd_deadline_runnable(struct wd_task __arena *t __arg_arena, struct wd_task __arena *waker __arg_arena, u64 now,
			 u32 woken);

/* How a task comes to a queue. */
enum wd_arrival {
	WD_ARRIVAL_AGAIN = 0, /* still runnable: its slice ended, it was preempted, an attribute changed */
	WD_ARRIVAL_WOKEN,     /* after a real sleep, or new */
	WD_ARRIVAL_DIRECT,    /* runs at once on a claimed CPU, past the order */
	WD_ARRIVAL_ALONE,     /* keeps its CPU, and nobody waits for one: it owes nothing and nothing is owed to it */
};

/*
 * Key of a task to be queued. clock: that of the queue's order, virtual ns; how: enum wd_arrival; pace: part of real
 * time, in 1/WD_PACE_ONE, that a task of weight 100 gets from this queue as long as it is now. Writes t->deadline, and
 * t->rested, by which a woken task may preempt.
 */
u64 wd_deadline_key(struct wd_task __arena *t __arg_arena, u64 clock, u64 now, u32 how, u32 pace);

/*
 * Charges ran ns to the task, at stop or while it keeps running. Returns the key it would be queued with now. weight:
 * the effective one in 1/WD_WEIGHT_ONE, which t->weight holds rounded: many tasks of a light cgroup have a few each.
 */
u64 wd_deadline_charge(struct wd_task __arena *t __arg_arena, u64 ran, u64 weight, u64 now);

/*
 * Shifts the task's virtual time by `shift` (a signed number of virtual ns), as the core does to its key: it goes to
 * another domain, whose clock is so far from that of the one it leaves that the difference would count for too long, or
 * it has a new nice value, by which the same difference stands for more or less CPU time.
 */
u64 wd_deadline_moved(struct wd_task __arena *t __arg_arena, u64 shift);

/* Slice in ns for a task when `queued` others wait and `cpus` CPUs serve them. */
u64 wd_deadline_slice(struct wd_task __arena *t __arg_arena, u32 queued, u32 cpus);

/* A task went to sleep (or left). */
u64 wd_deadline_quiescent(struct wd_task __arena *t __arg_arena, u64 now, u32 sleeping);

/*
 * How much earlier a woken task's key must be than that of a running one before it is preempted. WD_KEY_NONE: never. A
 * module overrides the core's default with a strong definition.
 */
extern const volatile u64 wd_preempt_margin;

/* ---- load balance ---------------------------------------------------------------------------------------------------
 */

/* Duty-cycle accounting: the task is runnable (1) or not (0) from now on. */
u64 wd_loadbalance_account(struct wd_task __arena *t __arg_arena, u32 runnable, u64 now);

/*
 * The domain that the balancer asks for, or WD_NO_DOMAIN when nothing new is asked. word: the task's request word,
 * already checked to belong to this task; allowed: domains that its affinity touches.
 */
u64 wd_loadbalance_request(struct wd_task __arena *t __arg_arena, u64 word, u64 allowed);

#endif
