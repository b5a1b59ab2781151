// SPDX-License-Identifier: GPL-2.0-only
/*
 * scribble SECONDS SEED FROM:BYTES...
 *
 * Maps the arena of the running scheduler at its own address and fills parts of it with garbage for some time: random
 * words, small ones, such that look like tokens, copies of others, single bits. Prints {"arena_bytes":...,"words":...}.
 *
 * Exit code 0 done, 1 failed.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAP_TYPE_ARENA 33 /* BPF_MAP_TYPE_ARENA; the headers of some distributions do not have it */
#define PAGE	       4096ull
#define BURST	       256 /* words between looks at the clock */
#define MAX_PARTS      16
#define SMALL	       (1u << 17)

typedef uint64_t u64;

struct part {
	volatile u64 *words;
	u64 count;
};

static u64 seed;

static void die(const char *what)
{
	fprintf(stderr, "scribble: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* xorshift64*: any seed but 0. */
static u64 random_word(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 2685821657736338717ull;
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
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

static u64 garbage(const struct part *p, volatile u64 *old)
{
	u64 word = random_word();

	switch (random_word() % 6) {
	case 0:
		return word;
	case 1:
		return word % SMALL;
	case 2: /* a token whose slot there may be */
		return (word % SMALL) << 32 | random_word() % SMALL;
	case 3:
		return p->words[word % p->count];
	case 4:
		return *old ^ 1ull << (word & 63);
	default:
		return word & 1 ? ~0ull : 0;
	}
}

int main(int argc, char **argv)
{
	struct part parts[MAX_PARTS];
	unsigned int count = 0;
	u64 size, end, words = 0;
	char *arena;

	if (argc < 4 || argc - 3 > MAX_PARTS) {
		fputs("usage: scribble SECONDS SEED FROM:BYTES...\n", stderr);
		return 2;
	}
	end = now_ns() + (u64)(atof(argv[1]) * 1e9);
	seed = strtoull(argv[2], NULL, 10) | 1;
	arena = map_arena(&size);
	for (int i = 3; i < argc; i++) {
		unsigned long long from, bytes;

		if (sscanf(argv[i], "%llu:%llu", &from, &bytes) != 2 || from % 8 || bytes < 8 || from + bytes > size) {
			fprintf(stderr, "scribble: %s is no part of an arena of %llu bytes\n", argv[i],
				(unsigned long long)size);
			return 1;
		}
		parts[count++] = (struct part){(volatile u64 *)(arena + from), bytes / 8};
	}
	while (now_ns() < end) {
		for (int i = 0; i < BURST; i++) {
			struct part *p = &parts[random_word() % count];
			volatile u64 *word = &p->words[random_word() % p->count];

			*word = garbage(p, word);
		}
		words += BURST;
	}
	printf("{\"arena_bytes\":%llu,\"words\":%llu}\n", (unsigned long long)size, (unsigned long long)words);
	return 0;
}
