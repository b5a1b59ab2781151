// SPDX-License-Identifier: GPL-2.0-only
/* BPF map lookups by bare system calls: no library between the loop and the kernel, so the map looks as good as it can.
 */
#include "wd40bench.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LONGEST_VALUE 4096

static s64 bpf(int command, union bpf_attr *attr)
{
	s64 result = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return result < 0 ? -errno : result;
}

s64 wd_bench_map_create(u32 value_size, u32 count)
{
	union bpf_attr attr;

	if (value_size > LONGEST_VALUE)
		return -EINVAL;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(u32);
	attr.value_size = value_size;
	attr.max_entries = count;
	return bpf(BPF_MAP_CREATE, &attr);
}

s64 wd_bench_map_fill(s64 fd, const void *values, u32 value_size, u32 first, u32 count)
{
	for (u32 key = first; key < first + count; key++) {
		union bpf_attr attr;
		s64 error;

		memset(&attr, 0, sizeof(attr));
		attr.map_fd = (u32)fd;
		attr.key = (u64)(uintptr_t)&key;
		attr.value = (u64)(uintptr_t)values + (u64)(key - first) * value_size;
		error = bpf(BPF_MAP_UPDATE_ELEM, &attr);
		if (error < 0)
			return error;
	}
	return 0;
}

u64 wd_bench_map_sum(s64 fd, u32 count, u32 value_size, u32 word)
{
	u64 value[LONGEST_VALUE / sizeof(u64)];
	u64 sum = 0;

	if (value_size > sizeof(value) || word >= value_size / sizeof(u64))
		return ~0ull;
	for (u32 key = 0; key < count; key++) {
		union bpf_attr attr;

		memset(&attr, 0, sizeof(attr));
		attr.map_fd = (u32)fd;
		attr.key = (u64)(uintptr_t)&key;
		attr.value = (u64)(uintptr_t)value;
		if (bpf(BPF_MAP_LOOKUP_ELEM, &attr) < 0)
			return ~0ull;
		sum += value[word];
	}
	return sum;
}

void wd_bench_map_close(s64 fd)
{
	close((int)fd);
}
