// SPDX-License-Identifier: GPL-2.0-only
/* affinity: tasks that change where they may run, at random and often, and look where they are. */
#include "load.h"
#include <errno.h>
#include <string.h>

struct roamer {
	u64 period_ns, seed;
	u64 changes, looks, forbidden;
} __attribute__((aligned(128)));

static u64 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A random set of CPUs; each fourth one holds a single CPU. */
static void choose(u64 *state, const cpu_set_t *online, cpu_set_t *set)
{
	int cpus[MAX_CPUS], count = 0;

	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		if (CPU_ISSET(cpu, online))
			cpus[count++] = cpu;
	CPU_ZERO(set);
	if (next_random(state) % 4)
		for (int i = 0; i < count; i++)
			if (next_random(state) % 2)
				CPU_SET(cpus[i], set);
	if (CPU_COUNT(set) == 0)
		CPU_SET(cpus[next_random(state) % (u64)count], set);
}

static void roamer_body(struct crew_shared *sh, void *arg)
{
	struct roamer *r = arg;
	cpu_set_t online, set;

	cpus_online(&online);
	for (u64 due = sh->start_ns; !__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE);) {
		choose(&r->seed, &online, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			die("affinity: %s", strerror(errno));
		r->changes++;
		due += r->period_ns;
		/* Awake for some of the period, asleep for the rest: both a running and a waking task is placed. */
		do {
			r->looks++;
			r->forbidden += !CPU_ISSET(sched_getcpu(), &set);
			spin(1000);
		} while (now_ns() + r->period_ns / 4 * 3 < due);
		sleep_until(due);
		if (now_ns() > due + r->period_ns)
			due = now_ns(); /* late: not made up */
	}
}

int run_affinity(const struct command *cmd, int argc, char **argv)
{
	unsigned int tasks = 20, rate = 50;
	double hogs_per_cpu = 1, seconds = 10;
	const struct option_def defs[] = {
		{"tasks", OPTION_UINT, &tasks, "tasks that change their affinity"},
		{"rate", OPTION_UINT, &rate, "changes of each in a second"},
		{"hogs-per-cpu", OPTION_NUMBER, &hogs_per_cpu, "hogs beside them"},
		{"seconds", OPTION_NUMBER, &seconds, "duration"},
		{0},
	};
	const struct member_conf conf = {.comm = "wd40-roamer"};
	u64 changes = 0, looks = 0, forbidden = 0;
	struct roamer *roamers;
	struct cpu_time from, to;
	unsigned int hogs;
	struct crew c;

	options_parse(cmd, defs, argc, argv);
	if (!tasks || !rate || seconds <= 0)
		die("affinity: --tasks, --rate and --seconds must be above 0");
	hogs = hogs_per_cpu > 0 ? hogs_for(hogs_per_cpu) : 0;
	crew_init(&c, tasks + hogs);
	roamers = shared_alloc(tasks * sizeof(*roamers));
	for (unsigned int i = 0; i < tasks; i++) {
		roamers[i].period_ns = NSEC_PER_SEC / rate;
		roamers[i].seed = 0x9e3779b97f4a7c15ull * (i + 1);
		crew_add(&c, &conf, roamer_body, &roamers[i]);
	}
	if (hogs)
		hogs_add(&c, hogs, 0, NULL, NULL);
	crew_start(&c, 0, seconds);
	crew_measure(&c, &from, &to);
	crew_finish(&c);
	for (unsigned int i = 0; i < tasks; i++) {
		changes += roamers[i].changes;
		looks += roamers[i].looks;
		forbidden += roamers[i].forbidden;
	}

	json_begin("affinity");
	json_bool("valid", true);
	json_u64("changes", changes);
	json_u64("looks", looks);
	json_u64("forbidden", forbidden);
	json_idle(&from, &to);
	json_end();
	return 0;
}
