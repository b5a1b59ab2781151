// SPDX-License-Identifier: GPL-2.0-only
/*
 * User-space ends of the ways that rings in an arena are compared with: queue maps by bare system calls, one for each
 * message, and ring buffers through libbpf, which calls the system for none.
 */
#include "wd40bench.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static s64 value_call(int command, s64 fd, const void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (u32)fd;
	attr.value = (u64)(uintptr_t)value;
	return syscall(SYS_bpf, command, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

s64 wd_bench_queue_pop(s64 fd, void *value)
{
	return value_call(BPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, value);
}

s64 wd_bench_queue_push(s64 fd, const void *value)
{
	return value_call(BPF_MAP_UPDATE_ELEM, fd, value);
}

struct wd_bench_reader {
	struct ring_buffer *ring;
	u8 *to;
	size_t size, room, count;
};

static int copy_message(void *context, void *message, size_t size)
{
	struct wd_bench_reader *reader = context;

	if (size != reader->size || reader->count == reader->room)
		return -EMSGSIZE;
	memcpy(reader->to + reader->count++ * size, message, size);
	return 0;
}

struct wd_bench_reader *wd_bench_reader_open(s64 fd)
{
	struct wd_bench_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->ring = ring_buffer__new((int)fd, copy_message, reader, NULL);
	if (!reader->ring) {
		free(reader);
		return NULL;
	}
	return reader;
}

s64 wd_bench_reader_read(struct wd_bench_reader *reader, void *to, u32 size, u32 room)
{
	int result;

	reader->to = to;
	reader->size = size;
	reader->room = room;
	reader->count = 0;
	result = ring_buffer__consume(reader->ring);
	return result < 0 ? result : (s64)reader->count;
}

void wd_bench_reader_close(struct wd_bench_reader *reader)
{
	ring_buffer__free(reader->ring);
	free(reader);
}

struct user_ring_buffer *wd_bench_writer_open(s64 fd)
{
	return user_ring_buffer__new((int)fd, NULL);
}

s64 wd_bench_writer_write(struct user_ring_buffer *writer, const void *from, u32 size, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		void *message = user_ring_buffer__reserve(writer, size);

		if (!message)
			return -errno;
		memcpy(message, (const u8 *)from + (size_t)i * size, size);
		user_ring_buffer__submit(writer, message);
	}
	return 0;
}

void wd_bench_writer_close(struct user_ring_buffer *writer)
{
	user_ring_buffer__free(writer);
}
