/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every .bpf.c of Wd40 begins with:
 *
 *	#define WD_OBJ interactive                  unique per object: private suffix of its kernel symbols
 *	#include "wd40/module.h"
 *	WD_MODULE("interactive", "deadline");       name and slot, read before linking
 *
 * Slots: core, library, placement, deadline, loadbalance, test. One object fills one slot.
 */
#ifndef WD40_MODULE_H
#define WD40_MODULE_H

#include "compat.h"
#include "arena.h"

#define WD_STR_(x) #x
#define WD_STR(x)  WD_STR_(x)

#define WD_MODULE(name, slot)                                                            \
	asm(".section .wd40.module,\"\",@progbits\n"                                     \
	    " .ascii \"name=" name " slot=" slot " abi=" WD_STR(WD_ABI) "\\n\"\n"        \
									" .previous\n"); \
	char LICENSE[] SEC("license") = "GPL"

/* One definition, in arena/table.bpf.c, which every composition contains; everybody else refers to it. */
#ifdef WD_LIBRARY
#define WD_SHARED
#else
#define WD_SHARED extern
#endif

WD_SHARED struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* pages; user space sets the exact size before load */
	__ulong(map_extra, WD_ARENA_BASE);
} arena SEC(".maps");

/* In every function that dereferences arena pointers: tells the verifier which arena is meant. */
#define use_arena() asm volatile("" ::"r"(&arena))

/* Set by user space before load; what decides is read from here, never from the arena. */
WD_SHARED const volatile struct wd_layout wd_layout;
WD_SHARED const volatile u64 wd_half_life;
WD_SHARED const volatile u8 wd_cpu_domain[WD_MAX_CPUS]; /* WD_NO_DOMAIN: offline */
WD_SHARED const volatile u8 wd_domain_node[WD_MAX_DOMAINS];
WD_SHARED const volatile u64 wd_domain_cpus[WD_MAX_DOMAINS][WD_MASK_WORDS];

/*
 * Address of one record. The address is made opaque to the compiler: it would fold constant parts of it into field
 * offsets after its pass that inserts address space casts, and the verifier would see a plain number dereferenced.
 *
 * The unused variable is for the BTF: clang describes no struct that is only reached through a cast, and a struct that
 * the object's BTF lacks would escape the check of its layout.
 */
#define WD_ARENA_PTR(type, offset, index, size)                                    \
	({                                                                         \
		static type __arena *___described __attribute__((used));           \
		u64 ___address = WD_ARENA_BASE + (offset) + (u64)(index) * (size); \
		asm("" : "+r"(___address));                                        \
		(type __arena *)___address;                                        \
	})

/* The record of a slot; the index is masked, so any slot number stays inside the table. */
static __always_inline struct wd_task __arena *wd_task_at(u32 slot)
{
	return WD_ARENA_PTR(struct wd_task, wd_layout.tasks, slot & (wd_layout.max_tasks - 1), sizeof(struct wd_task));
}

static __always_inline struct wd_brief __arena *wd_brief_at(u32 slot)
{
	return WD_ARENA_PTR(struct wd_brief, wd_layout.briefs, slot & (wd_layout.max_tasks - 1),
			    sizeof(struct wd_brief));
}

static __always_inline struct wd_request __arena *wd_request_at(u32 slot)
{
	return WD_ARENA_PTR(struct wd_request, wd_layout.requests, slot & (wd_layout.max_tasks - 1),
			    sizeof(struct wd_request));
}

static __always_inline struct wd_domain __arena *wd_domain_at(u32 dom)
{
	return WD_ARENA_PTR(struct wd_domain, wd_layout.domains, dom & (WD_MAX_DOMAINS - 1), sizeof(struct wd_domain));
}

static __always_inline struct wd_cpu __arena *wd_cpu_at(u32 cpu)
{
	return WD_ARENA_PTR(struct wd_cpu, wd_layout.cpus, cpu & (WD_MAX_CPUS - 1), sizeof(struct wd_cpu));
}

static __always_inline struct wd_stats __arena *wd_stats_here(void)
{
	return WD_ARENA_PTR(struct wd_stats, wd_layout.stats, bpf_get_smp_processor_id() & (WD_MAX_CPUS - 1),
			    sizeof(struct wd_stats));
}

static __always_inline struct wd_tunables __arena *wd_tunables(void)
{
	return WD_ARENA_PTR(struct wd_tunables, wd_layout.tunables, 0, 0);
}

static __always_inline u32 wd_domain_of_cpu(s32 cpu)
{
	return wd_cpu_domain[cpu & (WD_MAX_CPUS - 1)];
}

#define wd_count(field) (wd_stats_here()->field++)

#endif
