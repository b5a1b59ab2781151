/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is first in a domain's queue; a hint, old at once. How many wait there: wd_domain_queued (masks.h). */
#ifndef WD40_QUEUE_H
#define WD40_QUEUE_H

#include "allowed.h"
#include "hybrid.h"

/* The first of a queue. */
struct wd_head {
	u64 key;      /* WD_KEY_NONE: the queue is empty, or changes too fast to be seen */
	s32 cpu;      /* on whose run queue it is; negative: not known */
	bool limited; /* it may not run on every CPU, or that is not known */
	bool none;    /* none of those that wait may run on this CPU */
};

/* Remembers where a domain's queue is, from a task that waits in it. */
static __always_inline void wd_note_queue(u32 dom, struct task_struct *p)
{
	u64 *queue = &wd_queues[dom & (WD_MAX_DOMAINS - 1)];

	if (!*queue)
		*queue = wd_queue_address(p, dom);
}

static __always_inline struct wd_head wd_domain_head(u32 dom)
{
	u64 queue = wd_queues[dom & (WD_MAX_DOMAINS - 1)];
	struct wd_head head = {.key = WD_KEY_NONE, .cpu = -1, .limited = true};
	struct task_struct *first;

	if (queue) {
		first = wd_queue_first(queue);
		if (first) {
			head.key = first->scx.dsq_vtime;
			head.cpu = first->thread_info.cpu;
			head.limited = first->nr_cpus_allowed < (int)wd_nr_all_cpus;
		}
	} else {
		head.key = wd_head_key(dom);
	}
	return head;
}

/*
 * The largest weight, by nice values, of the first that wait in a domain. 0: nobody waits, it is not known, or the very
 * first may not run on every CPU: that one says nothing, as its CPUs may be as far behind as they are crowded.
 */
static __always_inline u32 wd_domain_heaviest(u32 dom)
{
	u64 queue = wd_queues[dom & (WD_MAX_DOMAINS - 1)];
	struct task_struct *p = queue ? wd_queue_first(queue) : NULL;
	u32 heaviest = 0;
	int i;

	if (!p || p->nr_cpus_allowed < (int)wd_nr_all_cpus)
		return 0;
	wd_each(i, WD_HEAVY_SCAN)
	{
		if (p->scx.weight > heaviest)
			heaviest = p->scx.weight;
		p = wd_queue_next(queue, p);
		if (!p)
			break;
	}
	return heaviest;
}

/* The first of a queue that may run on this CPU: one for other CPUs only, which stays there, would hide the rest. */
static __always_inline struct wd_head wd_allowed_head(u32 dom)
{
	struct wd_head head = wd_domain_head(dom);

	if (head.key != WD_KEY_NONE && head.limited) {
		head.key = wd_first_allowed(dom);
		head.cpu = -1;
		head.none = head.key == WD_KEY_NONE;
	}
	return head;
}

#endif
