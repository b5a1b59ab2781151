/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel cpumasks of the domains, made by the core's init from the read-only topology. Kernel functions that search for
 * idle CPUs need such masks; the arena's bitmaps are for readers.
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

/* CPUs of a domain (or WD_MASK_ALL), NULL before init. For programs that do not sleep: the mask lives under RCU. */
static __always_inline const struct cpumask *wd_mask_of(u32 index)
{
	struct wd_mask *m = bpf_map_lookup_elem(&wd_masks, &index);

	return m ? (const struct cpumask *)m->mask : NULL;
}

#endif
