/* SPDX-License-Identifier: GPL-2.0-only */
/* The arena of the running scheduler, for guest programs that look into it. */
#ifndef WD40_TEST_ARENA_H
#define WD40_TEST_ARENA_H

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAP_TYPE_ARENA 33 /* BPF_MAP_TYPE_ARENA; the headers of some distributions do not have it */
#define PAGE	       4096ull

typedef uint64_t u64;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* The one arena that there is, mapped where all its users have it. */
static char *map_arena(u64 *size)
{
	union bpf_attr attr = {0};

	for (unsigned int id = 0;; id = attr.next_id) {
		struct bpf_map_info info = {0};
		union bpf_attr by_id = {0}, get = {0};
		int fd;

		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (bpf(BPF_MAP_GET_NEXT_ID, &attr))
			die("no arena among the maps");
		by_id.map_id = attr.next_id;
		fd = bpf(BPF_MAP_GET_FD_BY_ID, &by_id);
		if (fd < 0)
			continue;
		get.info.bpf_fd = (unsigned int)fd;
		get.info.info = (uintptr_t)&info;
		get.info.info_len = sizeof(info);
		if (bpf(BPF_OBJ_GET_INFO_BY_FD, &get))
			die("map info");
		if (info.type == MAP_TYPE_ARENA) {
			char *at = (char *)(uintptr_t)info.map_extra;

			*size = info.max_entries * PAGE;
			if (mmap(at, *size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0) != at)
				die("mmap of the arena");
			return at;
		}
		close(fd);
	}
}

#endif
