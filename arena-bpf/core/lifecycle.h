/* SPDX-License-Identifier: GPL-2.0-only */
/* Start of the hybrid core: queues, masks, clocks. */
#ifndef WD40_LIFECYCLE_H
#define WD40_LIFECYCLE_H

#include "common.h"
#include "hybrid.h"

/* Order and placement need no user half, so that it is all the same to them who has it. */
static __always_inline void wd_owner_changed(void)
{
}

#include "owner.h"

s32 BPF_STRUCT_OPS_SLEEPABLE(wd_init)
{
	int i, err;

	use_arena();
	wd_for(i, 0, wd_layout.nr_domains)
	{
		err = KF(scx_bpf_create_dsq)(i, -1);
		if (err)
			return err;
		err = wd_make_mask(i);
		if (err)
			return err;
		wd_clocks[i & (WD_MAX_DOMAINS - 1)].v = WD_CLOCK_START + wd_now();
		wd_clock_furthest.v = WD_CLOCK_START + wd_now();
	}
	err = wd_make_mask(WD_MASK_ALL);
	if (err)
		return err;
	wd_for(i, 0, wd_layout.nr_cpu_ids)
	{
		u32 dom = wd_domain_of_cpu(i), nr;

		if (dom >= WD_MAX_DOMAINS)
			continue;
		nr = wd_nr_cpus[dom]++;
		wd_nr_all_cpus++;
		if (nr < WD_PREEMPT_SCAN)
			wd_domain_list[dom][nr] = i;
		err = KF(scx_bpf_create_dsq)(WD_CPU_DSQ + i, -1);
		if (err)
			return err;
		KF(scx_bpf_cpuperf_set)(i, wd_perf);
	}
	return wd_start_ownership();
}

#endif
