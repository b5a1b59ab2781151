/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel has of each domain: its cpumask, made by the core's init from the read-only topology (kernel
 * functions that search for idle CPUs need such masks; the arena's bitmaps are for readers), and its queue.
 */
#ifndef WD40_MASKS_H
#define WD40_MASKS_H

#include "module.h"

#define WD_MASK_ALL WD_MAX_DOMAINS /* index of the union of all domains */
#define WD_NR_MASKS (WD_MAX_DOMAINS + 1)

struct wd_mask {
	struct bpf_cpumask __kptr *mask;
};

#ifdef WD_CORE
#define WD_CORE_SHARED
#else
#define WD_CORE_SHARED extern
#endif

WD_CORE_SHARED struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WD_NR_MASKS);
	__type(key, u32);
	__type(value, struct wd_mask);
} wd_masks SEC(".maps");

/* Addresses of the domains' queues, 0 until the core has seen a task there. */
WD_CORE_SHARED u64 wd_queues[WD_MAX_DOMAINS];

/* CPUs of a domain (or WD_MASK_ALL), NULL before init. For programs that do not sleep: the mask lives under RCU. */
static __always_inline const struct cpumask *wd_mask_of(u32 index)
{
	struct wd_mask *m = bpf_map_lookup_elem(&wd_masks, &index);

	return m ? (const struct cpumask *)m->mask : NULL;
}

/* How many tasks wait in a domain's queue; a hint, old at once. By the address, as the kernel's function searches. */
static __always_inline u32 wd_domain_queued(u32 dom)
{
	u64 queue = wd_queues[dom & (WD_MAX_DOMAINS - 1)];

	return queue ? wd_queue_length(queue) : wd_nr_queued(dom);
}

#endif
