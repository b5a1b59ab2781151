// SPDX-License-Identifier: GPL-2.0-only
/*
 * c-loader OBJECT CPUS[,CPUS...] NAME=VALUE... @OFFSET=VALUE... : the least that a C program has to do to run a linked
 * wd40 object. The yardstick for how long wd40 may take to start and stop; no balancer, no tuner. CPUS is the number of
 * CPUs of each domain, in order. Offsets and sizes come from the object's BTF. Ends on SIGTERM or when the kernel ends
 * the scheduler. With --load before OBJECT it ends after loading, and prints how long opening and loading took.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define PAGE 4096ull

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

static volatile sig_atomic_t stop;
static struct bpf_object *object;
static const struct btf *btf;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list args;

	fputs("c-loader: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, " (%s)\n", strerror(errno));
	exit(1);
}

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

static int print_warnings(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

static const struct btf_type *struct_of(const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	if (id < 0)
		die("the object's BTF has no struct %s", name);
	return btf__type_by_id(btf, (u32)id);
}

static void *member(void *base, const char *type, const char *name)
{
	const struct btf_type *t = struct_of(type);

	for (int i = 0; i < btf_vlen(t); i++)
		if (strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name) == 0)
			return (char *)base + btf_member_bit_offset(t, (u32)i) / 8;
	die("struct %s has no member %s", type, name);
}

static struct bpf_map *section_map(const char *section)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) if (strstr(bpf_map__name(map), section)) return map;
	die("the object has no %s", section);
}

/* Address of a variable of .rodata or .bss within its section's image, and its size. */
static void *variable(const char *section, void *image, const char *name, size_t *size)
{
	int id = btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC);
	const struct btf_type *t = id < 0 ? NULL : btf__type_by_id(btf, (u32)id);

	for (int i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *info = &btf_var_secinfos(t)[i];
		const struct btf_type *var = btf__type_by_id(btf, info->type);

		if (strcmp(btf__name_by_offset(btf, var->name_off), name) == 0) {
			if (size)
				*size = info->size;
			return (char *)image + info->offset;
		}
	}
	die("%s has no variable %s", section, name);
}

/* "name=value" of a member of wd_layout. */
static void set_layout(void *layout, const char *name, u64 value)
{
	const struct btf_type *t = struct_of("wd_layout");

	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		char *at = (char *)layout + btf_member_bit_offset(t, (u32)i) / 8;

		if (strcmp(btf__name_by_offset(btf, m->name_off), name))
			continue;
		if (btf__resolve_size(btf, m->type) == sizeof(u64))
			*(u64 *)at = value;
		else
			*(u32 *)at = (u32)value;
		return;
	}
	die("struct wd_layout has no member %s", name);
}

/* Fills the read-only data from the arguments and sizes the maps. */
static void configure(char *domains, char **fields)
{
	size_t cpu_slots, domain_slots, mask_bytes, image_size;
	void *image = bpf_map__initial_value(section_map(".rodata"), &image_size);
	u8 *cpu_domain = variable(".rodata", image, "wd_cpu_domain", &cpu_slots);
	u64 *domain_cpus = variable(".rodata", image, "wd_domain_cpus", &mask_bytes);
	void *layout = variable(".rodata", image, "wd_layout", NULL);
	u32 cpu = 0, domain = 0;
	size_t words;

	variable(".rodata", image, "wd_domain_node", &domain_slots);
	words = mask_bytes / domain_slots / sizeof(u64);
	*(u64 *)variable(".rodata", image, "wd_half_life", NULL) = 1000000000;
	memset(cpu_domain, 0xff, cpu_slots);
	for (char *part = strtok(domains, ","); part; part = strtok(NULL, ","), domain++)
		for (int n = atoi(part); n > 0; n--, cpu++) {
			cpu_domain[cpu] = (u8)domain;
			domain_cpus[domain * words + cpu / 64] |= 1ull << (cpu % 64);
		}
	for (; *fields; fields++) {
		char *value = strchr(*fields, '=');
		u64 number = value ? strtoull(value + 1, NULL, 10) : 0;

		if (!value)
			die("\"%s\" is no NAME=VALUE", *fields);
		if (**fields == '@')
			continue;
		*value = 0;
		set_layout(layout, *fields, number);
		if (strcmp(*fields, "size") == 0)
			bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "arena"), (u32)(number / PAGE));
		if (strcmp(*fields, "max_tasks") == 0)
			bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "wd_free_slots"), (u32)number);
	}
}

/* "@OFFSET=VALUE": words of the arena. */
static void set_words(char *arena, char **fields)
{
	for (; *fields; fields++)
		if (**fields == '@')
			*(u64 *)(arena + strtoull(*fields + 1, NULL, 10)) =
				strtoull(strchr(*fields, '=') + 1, NULL, 10);
}

static struct bpf_map *ops_map(void)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS) return map;
	die("the object has no struct_ops map");
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, open_options, .object_name = "wd40");
	LIBBPF_OPTS(bpf_test_run_opts, run_options);
	struct bpf_program *setup;
	struct bpf_link *link;
	struct bpf_map *map, *bss;
	size_t arena_size;
	bool load_only;
	char *arena;
	int *exit_kind;
	void *image;
	u64 begin;

	load_only = argc > 1 && strcmp(argv[1], "--load") == 0;
	argc -= load_only;
	argv += load_only;
	if (argc < 4) {
		fprintf(stderr, "usage: c-loader [--load] OBJECT CPUS[,CPUS...] NAME=VALUE... @OFFSET=VALUE...\n");
		return 2;
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	libbpf_set_print(print_warnings);
	begin = now_ns();
	object = bpf_object__open_file(argv[1], &open_options);
	if (!object)
		die("cannot open %s", argv[1]);
	btf = bpf_object__btf(object);
	configure(argv[2], argv + 3);
	if (bpf_object__load(object))
		die("cannot load %s", argv[1]);
	if (load_only) {
		printf("{\"load_ns\":%llu}\n", (unsigned long long)(now_ns() - begin));
		return 0;
	}
	/* The size that libbpf reports here is that of the arena's global variables, not of the arena. */
	map = bpf_object__find_map_by_name(object, "arena");
	arena = bpf_map__initial_value(map, &arena_size);
	arena_size = bpf_map__max_entries(map) * PAGE;
	if (madvise(arena, arena_size, MADV_POPULATE_WRITE))
		die("cannot populate the arena");
	set_words(arena, argv + 3);
	setup = bpf_object__find_program_by_name(object, "wd_setup");
	if (!setup || bpf_prog_test_run_opts(bpf_program__fd(setup), &run_options) || run_options.retval)
		die("wd_setup failed with %d", (int)run_options.retval);
	bss = section_map(".bss");
	image = mmap(NULL, bpf_map__value_size(bss), PROT_READ, MAP_SHARED, bpf_map__fd(bss), 0);
	if (image == MAP_FAILED)
		die("cannot map .bss");
	exit_kind = member(variable(".bss", image, "wd_exit_record", NULL), "wd_exit_record", "kind");
	link = bpf_map__attach_struct_ops(ops_map());
	if (!link)
		die("cannot attach");
	while (!stop && !*(volatile int *)exit_kind)
		usleep(10000);
	bpf_link__destroy(link);
	return *(volatile int *)exit_kind > 66;
}
