// SPDX-License-Identifier: GPL-2.0-only
/*
 * grace: how long the kernel's grace periods take while tasks that compute inside RCU read-side sections wait for a
 * CPU. A section is the lookup of a very long path, inside which a kernel with preemption (full or lazy) interrupts it.
 */
#include "load.h"
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_BYTES 4094 /* of PATH_MAX, with the end */

static void reader_body(struct crew_shared *sh, void *arg)
{
	char path[PATH_BYTES + 1];
	u64 *cpu_ns = arg;

	for (size_t i = 0; i < PATH_BYTES; i += 2)
		memcpy(path + i, "./", 2);
	path[PATH_BYTES] = 0;
	while (!__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE))
		if (access(path, F_OK))
			die("lookup of a path of %d bytes failed: %s", PATH_BYTES, strerror(errno));
	*cpu_ns = thread_cpu_ns();
}

int run_grace(const struct command *cmd, int argc, char **argv)
{
	unsigned int readers = 8, count = 20;
	double per_cpu = 5, nice = 19, pause_ms = 20;
	const char *cpus = NULL;
	const struct option_def defs[] = {
		{"readers", OPTION_UINT, &readers, "tasks that compute inside read-side sections"},
		{"nice", OPTION_NUMBER, &nice, "their nice value"},
		{"cpus", OPTION_TEXT, &cpus, "CPU list they may run on; one: they are bound to it"},
		{"hogs-per-cpu", OPTION_NUMBER, &per_cpu, "hogs of nice 0 beside them, for each CPU"},
		{"count", OPTION_UINT, &count, "grace periods that are timed"},
		{"pause-ms", OPTION_NUMBER, &pause_ms, "between two of them"},
		{0},
	};
	struct summary s;
	struct crew c;
	unsigned int n;
	u64 *took, *cpu_ns, used = 0;
	cpu_set_t allowed;

	options_parse(cmd, defs, argc, argv);
	n = hogs_for(per_cpu);
	if (readers == 0 || count == 0 || pause_ms < 0)
		die("grace: needs at least one reader, one grace period and a pause that is not negative");
	if (nice < -20 || nice > 19)
		die("grace: --nice %g is not within -20..19", nice);
	if (cpus)
		cpus_parse("--cpus", cpus, &allowed);
	took = must_alloc(count, sizeof(*took));
	cpu_ns = shared_alloc(readers * sizeof(*cpu_ns));
	crew_init(&c, readers + n);
	for (unsigned int i = 0; i < readers; i++)
		crew_add(&c, &(struct member_conf){.comm = "reader", .nice = (int)nice, .cpus = cpus ? &allowed : NULL},
			 reader_body, &cpu_ns[i]);
	if (n)
		hogs_add(&c, n, 0, NULL, NULL);
	crew_start(&c, 1, 3600);
	sleep_until(c.shared->from_ns);
	for (unsigned int i = 0; i < count; i++) {
		u64 from = now_ns();

		/* Waits for a whole grace period. */
		if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
			die("membarrier refused: %s", strerror(errno));
		took[i] = now_ns() - from;
		sleep_until(now_ns() + seconds_to_ns(pause_ms / 1000));
	}
	c.shared->to_ns = now_ns();
	crew_finish(&c);
	for (unsigned int i = 0; i < readers; i++)
		used += cpu_ns[i];

	summarize(took, count, &s);
	json_begin("grace");
	json_bool("valid", true);
	json_u64("readers", readers);
	json_u64("hogs", n);
	json_summary("grace_ns", &s);
	json_f64("readers_cpus", (double)used / (double)(c.shared->to_ns - c.shared->start_ns));
	json_end();
	return 0;
}
