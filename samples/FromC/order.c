// SPDX-License-Identifier: GPL-2.0-only
/* User half: plain C with libbpf and a skeleton of bpftool. Says where the arena's parts lie, fills it, asks once. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t u64;
typedef int64_t s64;
typedef uint32_t u32;
typedef uint16_t u16;
typedef uint8_t u8;
#include "wd40/arena.h"
#include "order.skel.h"

enum { PAGES = 16, TASKS = 16 };

int main(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	struct order *o = order__open();
	size_t size = 0;
	void *arena;

	if (!o)
		return 1;
	/* Page 0 stays free; one page for each part that the module looks at. */
	o->rodata->wd_layout = (struct wd_layout){
		.size = PAGES * WD_PAGE_SIZE,
		.stats = 1 * WD_PAGE_SIZE,
		.tunables = 2 * WD_PAGE_SIZE,
		.tasks = 3 * WD_PAGE_SIZE,
		.max_tasks = TASKS,
		.nr_cpu_ids = 1,
	};
	if (bpf_map__set_max_entries(o->maps.arena, PAGES) || bpf_map__set_max_entries(o->maps.wd_free_slots, TASKS) ||
	    order__load(o))
		return 1;
	/* Touched, because what a BPF program writes to a page that is not there is lost. */
	arena = bpf_map__initial_value(o->maps.arena, &size);
	if (!arena)
		return 1;
	memset((char *)arena + WD_PAGE_SIZE, 0, (PAGES - 1) * WD_PAGE_SIZE);
	if (bpf_prog_test_run_opts(bpf_program__fd(o->progs.order_charge), &run) || run.retval)
		return 1;
	printf("%llu %llu\n", (unsigned long long)o->bss->order_keys[0], (unsigned long long)o->bss->order_keys[1]);
	order__destroy(o);
	return 0;
}
