/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is first in a domain's queue; a hint, old at once. How many wait there: wd_domain_queued (masks.h). */
#ifndef WD40_QUEUE_H
#define WD40_QUEUE_H

#include "hybrid.h"

/* The first of a queue. */
struct wd_head {
	u64 key; /* WD_KEY_NONE: the queue is empty, or changes too fast to be seen */
	s32 cpu; /* on whose run queue it is; negative: not known */
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
	struct wd_head head = {.key = WD_KEY_NONE, .cpu = -1};
	struct task_struct *first;

	if (queue) {
		first = wd_queue_first(queue);
		if (first) {
			head.key = first->scx.dsq_vtime;
			head.cpu = first->thread_info.cpu;
		}
	} else {
		head.key = wd_head_key(dom);
	}
	return head;
}

#endif
