// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold PID SECONDS
 *
 * Stops every thread of a process the way a debugger does, with ptrace, for a while, and lets it go again. Prints one
 * JSON object: the number of threads that stood still and for how long, in ns of CLOCK_MONOTONIC. When it is killed the
 * process goes on.
 *
 * Exit code 0 done, 1 failed.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 256

static pid_t threads[MAX_THREADS];
static int nr_threads;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list args;

	fputs("hold: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool is_held(pid_t thread)
{
	for (int i = 0; i < nr_threads; i++) {
		if (threads[i] == thread)
			return true;
	}
	return false;
}

/* Waits until a thread that was interrupted stands still. A signal that comes first is the process's own: it gets it.
 */
static void wait_stopped(pid_t thread)
{
	int status;

	while (waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status)) {
		if (status >> 16 == PTRACE_EVENT_STOP)
			return;
		ptrace(PTRACE_CONT, thread, NULL, (void *)(long)WSTOPSIG(status));
	}
	die("thread %d did not stop", thread);
}

/* Stops the threads that are not held yet; returns how many. One that is gone meanwhile is none. */
static int hold_new(const char *directory)
{
	struct dirent *entry;
	int held = 0;
	DIR *tasks = opendir(directory);

	if (!tasks)
		die("%s: %s", directory, strerror(errno));
	while ((entry = readdir(tasks))) {
		pid_t thread = atoi(entry->d_name);

		if (thread <= 0 || is_held(thread))
			continue;
		if (nr_threads == MAX_THREADS)
			die("more than %d threads", MAX_THREADS);
		if (ptrace(PTRACE_SEIZE, thread, NULL, NULL)) {
			if (errno == ESRCH)
				continue;
			die("thread %d: %s", thread, strerror(errno));
		}
		if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL))
			die("thread %d: %s", thread, strerror(errno));
		wait_stopped(thread);
		threads[nr_threads++] = thread;
		held++;
	}
	closedir(tasks);
	return held;
}

int main(int argc, char **argv)
{
	char directory[64];
	uint64_t begin, end;
	double seconds;

	if (argc != 3 || atoi(argv[1]) <= 0 || (seconds = atof(argv[2])) <= 0)
		die("usage: hold PID SECONDS");
	snprintf(directory, sizeof(directory), "/proc/%d/task", atoi(argv[1]));
	/* Until a look finds none that is new: a thread may start another one before it is stopped itself. */
	while (hold_new(directory))
		;
	begin = now_ns();
	usleep((useconds_t)(seconds * 1e6));
	end = now_ns();
	for (int i = 0; i < nr_threads; i++) {
		if (ptrace(PTRACE_DETACH, threads[i], NULL, NULL))
			die("thread %d: %s", threads[i], strerror(errno));
	}
	printf("{\"threads\":%d,\"held_ns\":%llu}\n", nr_threads, (unsigned long long)(end - begin));
	return 0;
}
