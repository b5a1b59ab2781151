// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROC_STAT_SIZE (256 * 1024)

/*
 * Idle time of all CPUs together comes from /proc/uptime: the kernel adds its per-CPU idle nanoseconds (idle periods
 * that still last included) and prints the sum with a resolution of 10 ms, where /proc/stat cuts off every CPU alone.
 */
void cpu_time_read(struct cpu_time *t)
{
	static char buf[PROC_STAT_SIZE];
	unsigned long long seconds, hundredths;
	char uptime[128];
	const char *line;

	if (!read_text("/proc/uptime", uptime, sizeof(uptime)) ||
	    sscanf(uptime, "%*s %llu.%llu", &seconds, &hundredths) != 2)
		die("cannot read idle time from /proc/uptime: mount proc");
	t->at_ns = now_ns();
	t->idle_ns = seconds * NSEC_PER_SEC + hundredths * 10 * NSEC_PER_MSEC;
	if (!read_text("/proc/stat", buf, sizeof(buf)))
		die("cannot read /proc/stat: mount proc");
	line = strstr(buf, "\nctxt ");
	if (!line)
		die("no context switch count in /proc/stat");
	t->switches = strtoull(line + 6, NULL, 10);
}

/* Part of all online CPUs' time that was idle; 0 for an empty interval. */
double idle_share(const struct cpu_time *from, const struct cpu_time *to)
{
	cpu_set_t online;
	double all;

	cpus_online(&online);
	all = (double)(to->at_ns - from->at_ns) * CPU_COUNT(&online);
	return all > 0 ? (double)(to->idle_ns - from->idle_ns) / all : 0;
}

/* Idle time of each CPU, in steps of one USER_HZ tick (10 ms). */
void cpu_idle_ticks(u64 *idle_ns, size_t max_cpus)
{
	static char buf[PROC_STAT_SIZE];
	long hz = sysconf(_SC_CLK_TCK);
	char *line = buf;

	memset(idle_ns, 0, max_cpus * sizeof(*idle_ns));
	if (!read_text("/proc/stat", buf, sizeof(buf)))
		die("cannot read /proc/stat: mount proc");
	while ((line = strstr(line, "cpu"))) {
		unsigned long long idle, iowait;
		unsigned int cpu;

		if ((line == buf || line[-1] == '\n') &&
		    sscanf(line, "cpu%u %*u %*u %*u %llu %llu", &cpu, &idle, &iowait) == 3 && cpu < max_cpus)
			idle_ns[cpu] = (idle + iowait) * (NSEC_PER_SEC / (u64)hz);
		line += 3;
	}
}

/* A field of a process's record, from 3 on, in buf. NULL: no such process. */
static const char *stat_field(pid_t pid, int wanted, char *buf, size_t size)
{
	char path[64], *p, *save = NULL;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!read_text(path, buf, size))
		return NULL;
	p = strrchr(buf, ')');
	if (!p)
		return NULL;
	/* The name may hold blanks; after it comes field 3. */
	p = strtok_r(p + 1, " ", &save);
	for (int field = 3; p && field < wanted; field++)
		p = strtok_r(NULL, " ", &save);
	return p;
}

/* The CPU a process last ran on (or runs on), by the kernel's own record. -1: no such process. */
int last_cpu_of(pid_t pid)
{
	char buf[2048];
	const char *cpu = stat_field(pid, 39, buf, sizeof(buf));

	return cpu ? atoi(cpu) : -1;
}

/* Does a process sleep, by the kernel's own record? */
bool is_asleep(pid_t pid)
{
	char buf[2048];
	const char *state = stat_field(pid, 3, buf, sizeof(buf));

	return state && *state == 'S';
}
