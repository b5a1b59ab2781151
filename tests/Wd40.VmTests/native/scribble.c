// SPDX-License-Identifier: GPL-2.0-only
/*
 * scribble SECONDS SEED FROM:BYTES...
 *
 * Maps the arena of the running scheduler at its own address and fills parts of it with garbage for some time: random
 * words, small ones, such that look like tokens, copies of others, single bits. Prints {"arena_bytes":...,"words":...}.
 *
 * Exit code 0 done, 1 failed.
 */
#include <time.h>

#include "arena.h"

#define BURST	  256 /* words between looks at the clock */
#define MAX_PARTS 16
#define SMALL	  (1u << 17)

struct part {
	volatile u64 *words;
	u64 count;
};

static u64 seed;

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
