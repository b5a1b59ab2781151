// SPDX-License-Identifier: GPL-2.0-only
/*
 * peek FROM STRIDE COUNT OFFSET VALUE
 *
 * Looks in the arena of the running scheduler at COUNT records of STRIDE bytes, the first one at FROM, for the one
 * whose 32-bit word at OFFSET is VALUE, and prints its bytes in hex.
 *
 * Exit code 0 found, 1 not found or failed.
 */
#include "arena.h"

int main(int argc, char **argv)
{
	u64 size, from, stride, count, offset, value;
	char *arena;

	if (argc != 6) {
		fputs("usage: peek FROM STRIDE COUNT OFFSET VALUE\n", stderr);
		return 2;
	}
	from = strtoull(argv[1], NULL, 0);
	stride = strtoull(argv[2], NULL, 0);
	count = strtoull(argv[3], NULL, 0);
	offset = strtoull(argv[4], NULL, 0);
	value = strtoull(argv[5], NULL, 0);
	arena = map_arena(&size);
	if (from > size || !stride || count > (size - from) / stride || offset % 4 || offset + 4 > stride) {
		fprintf(stderr, "peek: no such records in an arena of %llu bytes\n", (unsigned long long)size);
		return 1;
	}
	for (u64 i = 0; i < count; i++) {
		const volatile unsigned char *record = (unsigned char *)arena + from + i * stride;

		if (*(const volatile uint32_t *)(record + offset) != value)
			continue;
		for (u64 at = 0; at < stride; at++)
			printf("%02x", record[at]);
		puts("");
		return 0;
	}
	fprintf(stderr, "peek: none of %llu records has %llu at %llu\n", (unsigned long long)count,
		(unsigned long long)value, (unsigned long long)offset);
	return 1;
}
