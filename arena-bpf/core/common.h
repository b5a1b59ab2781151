/* SPDX-License-Identifier: GPL-2.0-only */
/* What every core does at its start and end: kernel masks of the domains, the exit record. */
#ifndef WD40_COMMON_H
#define WD40_COMMON_H

#include "wd40/exit.h"
#include "wd40/masks.h"

#define WD_CLOCK_BOOTTIME 7 /* of the kernel's clocks; no header that BPF can include has it */

struct wd_exit_record wd_exit_record;

static __always_inline int wd_install_mask(u32 index, struct bpf_cpumask *mask)
{
	struct wd_mask *m = bpf_map_lookup_elem(&wd_masks, &index);
	struct bpf_cpumask *old;

	if (!m) {
		KF(bpf_cpumask_release)(mask);
		return -ENOENT;
	}
	old = bpf_kptr_xchg(&m->mask, mask);
	if (old)
		KF(bpf_cpumask_release)(old);
	return 0;
}

/* One mask: the CPUs of a domain, or of all domains for WD_MASK_ALL. */
static int wd_make_mask(u32 index)
{
	struct bpf_cpumask *mask = KF(bpf_cpumask_create)();
	int cpu;

	if (!mask)
		return -ENOMEM;
	wd_for(cpu, 0, wd_layout.nr_cpu_ids)
	{
		u32 dom = wd_domain_of_cpu(cpu);

		if (dom == index || (index == WD_MASK_ALL && dom < WD_MAX_DOMAINS))
			KF(bpf_cpumask_set_cpu)(cpu, mask);
	}
	return wd_install_mask(index, mask);
}

void BPF_STRUCT_OPS(wd_exit, struct scx_exit_info *ei)
{
	struct wd_exit_record *r = &wd_exit_record;
	long n;

	bpf_probe_read_kernel_str(r->reason, sizeof(r->reason), ei->reason);
	bpf_probe_read_kernel_str(r->msg, sizeof(r->msg), ei->msg);
	n = bpf_probe_read_kernel_str(r->dump, sizeof(r->dump), ei->dump);
	r->dump_len = n > 0 ? n : 0;
	r->exit_code = ei->exit_code;
	/* The exchange is a full barrier: a reader that sees the kind sees the rest. */
	__sync_lock_test_and_set(&r->kind, (s32)ei->kind);
}

#endif
