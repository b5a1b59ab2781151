// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char *dying_scenario;
static void (*clean_up)(void);

u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + (u64)ts.tv_nsec;
}

u64 thread_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + (u64)ts.tv_nsec;
}

/* How often this thread was made to give up its CPU. */
u64 thread_switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (u64)usage.ru_nivcsw;
}

/* Sleeps to an absolute time; returns at once if it has passed. */
void sleep_until(u64 t)
{
	struct timespec ts = {.tv_sec = (time_t)(t / NSEC_PER_SEC), .tv_nsec = (long)(t % NSEC_PER_SEC)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

u64 seconds_to_ns(double seconds)
{
	return (u64)(seconds * 1e9 + 0.5);
}

/* Names the scenario for die() and marks this process as the one that owns stdout; NULL: no JSON on failure. */
void die_as(const char *scenario)
{
	dying_scenario = scenario;
	clean_up = NULL;
}

/* What die() must undo before it ends this process. */
void die_hook(void (*fn)(void))
{
	clean_up = fn;
}

/* Reports a failure on stderr and, in the process that owns stdout, as the one JSON object; exit code 1. */
void die(const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	fprintf(stderr, "wd40-load: %s\n", message);
	if (clean_up)
		clean_up();
	if (dying_scenario && !json_started()) {
		json_begin(dying_scenario);
		json_bool("valid", false);
		json_str("error", message);
		json_end();
	}
	fflush(NULL);
	_exit(1);
}

void progress(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* Memory that forked processes share, zeroed and already present (no page fault later). */
void *shared_alloc(size_t bytes)
{
	void *p =
		mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		die("cannot map %zu bytes of shared memory: %s; give the guest more memory or shorten the run", bytes,
		    strerror(errno));
	return p;
}

void *must_alloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		die("out of memory (%zu x %zu bytes)", count, size);
	return p;
}

/* Reads a small file whole into buf; false if it cannot be read. */
bool read_text(const char *path, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	while (used < size - 1 && (n = read(fd, buf + used, size - 1 - used)) > 0)
		used += (size_t)n;
	buf[used] = 0;
	close(fd);
	return used > 0;
}

void write_text(const char *path, const char *text)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		die("cannot open %s: %s", path, strerror(errno));
	if (write(fd, text, length) != (ssize_t)length)
		die("cannot write \"%s\" to %s: %s", text, path, strerror(errno));
	close(fd);
}

/* timeout_ns 0: no limit. Spurious returns are allowed, callers loop. */
void futex_wait(u32 *word, u32 value, u64 timeout_ns)
{
	struct timespec ts = {.tv_sec = (time_t)(timeout_ns / NSEC_PER_SEC),
			      .tv_nsec = (long)(timeout_ns % NSEC_PER_SEC)};

	syscall(SYS_futex, word, FUTEX_WAIT, value, timeout_ns ? &ts : NULL, NULL, 0);
}

void futex_wake(u32 *word, int count)
{
	syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}
