// SPDX-License-Identifier: GPL-2.0-only
/* timer and futex: how long a mostly sleeping task waits for a CPU beside hogs. */
#include "load.h"
#include <stdlib.h>
#include <string.h>

#define BURN_LOOPS 1000 /* between looks at the clock */

struct sleeper {
	u64 *samples; /* delays, shared memory */
	const struct domains *domains;
	u64 in_domain[MAX_DOMAINS]; /* wake-ups by where it then ran */
	u32 used, max;
	u64 skipped; /* periods that passed while the task was late, or while the partner was busy */
	u64 burn_ns, phase_ns, period_ns, work_loops;
	u32 word; /* futex: number of the last wake-up */
	u64 stamp_ns;
	u32 waiting;
} __attribute__((aligned(128)));

struct options {
	double seconds, warmup, burn, per_cpu, loops_per_us;
	unsigned int tasks, period_us, work_us;
	const char *domains, *start_on;
};

static void record(struct crew_shared *sh, struct sleeper *s, u64 due, u64 now)
{
	int domain = domain_of(s->domains, sched_getcpu());

	if (due < sh->from_ns || due >= sh->to_ns || s->used == s->max)
		return;
	s->samples[s->used++] = now - due;
	if (domain >= 0)
		s->in_domain[domain]++;
}

static void timer_body(struct crew_shared *sh, void *arg)
{
	struct sleeper *s = arg;
	u64 due = sh->start_ns + s->burn_ns + s->phase_ns;

	while (s->burn_ns && now_ns() < sh->start_ns + s->burn_ns)
		spin(BURN_LOOPS);
	while (due < sh->to_ns && !__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		sleep_until(due);
		record(sh, s, due, now_ns());
		spin(s->work_loops);
		due += s->period_ns;
		for (u64 t = now_ns(); due <= t; due += s->period_ns)
			s->skipped++;
	}
}

static void wakee_body(struct crew_shared *sh, void *arg)
{
	struct sleeper *s = arg;
	u32 seen = 0, word;

	for (;;) {
		__atomic_store_n(&s->waiting, 1, __ATOMIC_SEQ_CST);
		while ((word = __atomic_load_n(&s->word, __ATOMIC_SEQ_CST)) == seen) {
			if (__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE))
				return;
			futex_wait(&s->word, seen, 500 * NSEC_PER_MSEC);
		}
		record(sh, s, s->stamp_ns, now_ns());
		seen = word;
		spin(s->work_loops);
	}
}

static void waker_body(struct crew_shared *sh, void *arg)
{
	struct sleeper *s = arg;
	u64 due = sh->start_ns + s->phase_ns;

	while (due < sh->to_ns && !__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		sleep_until(due);
		if (__atomic_exchange_n(&s->waiting, 0, __ATOMIC_SEQ_CST)) {
			s->stamp_ns = now_ns();
			__atomic_add_fetch(&s->word, 1, __ATOMIC_SEQ_CST);
			futex_wake(&s->word, 1);
		} else {
			s->skipped++;
		}
		due += s->period_ns;
		for (u64 t = now_ns(); due <= t; due += s->period_ns)
			s->skipped++;
	}
}

static void print_result(const char *name, const struct options *o, struct sleeper *sleepers, unsigned int hogs,
			 const struct cpu_time *from, const struct cpu_time *to)
{
	struct summary all, worst = {0}, one;
	u64 *merged, skipped = 0, missed = 0;
	size_t n = 0, used = 0;

	for (unsigned int i = 0; i < o->tasks; i++)
		n += sleepers[i].used;
	merged = must_alloc(n, sizeof(u64));
	for (unsigned int i = 0; i < o->tasks; i++) {
		memcpy(merged + used, sleepers[i].samples, sleepers[i].used * sizeof(u64));
		used += sleepers[i].used;
		skipped += sleepers[i].skipped;
		summarize(sleepers[i].samples, sleepers[i].used, &one);
		if (one.p99 > worst.p99)
			worst = one;
	}
	for (size_t i = 0; i < n; i++)
		missed += merged[i] > FRAME_NS;
	summarize(merged, n, &all);

	json_begin(name);
	json_bool("valid", n > 0);
	if (n == 0)
		json_str("error", "no wake-up fell into the window: the tasks starved");
	json_u64("cpus", hogs_for(1));
	json_u64("hogs", hogs);
	json_u64("tasks", o->tasks);
	json_u64("period_ns", o->period_us * NSEC_PER_USEC);
	json_u64("work_ns", o->work_us * NSEC_PER_USEC);
	json_f64("loops_per_us", o->loops_per_us);
	json_open("wakeups_per_domain", '[');
	for (unsigned int d = 0; d < sleepers[0].domains->count; d++) {
		u64 sum = 0;

		for (unsigned int i = 0; i < o->tasks; i++)
			sum += sleepers[i].in_domain[d];
		json_u64(NULL, sum);
	}
	json_close(']');
	json_summary("delay_ns", &all);
	json_summary("worst_task_delay_ns", &worst);
	json_u64("missed_frames", missed);
	json_u64("skipped_periods", skipped);
	json_idle(from, to);
	json_end();
	free(merged);
}

static int run_wakeups(const struct command *cmd, int argc, char **argv, bool futex)
{
	struct options o = {.seconds = 6, .warmup = 1, .per_cpu = 1.5, .period_us = 5000, .work_us = 300};
	const struct option_def defs[] = {
		{"seconds", OPTION_NUMBER, &o.seconds, "measured window"},
		{"warmup", OPTION_NUMBER, &o.warmup, "time before it"},
		{"burn", OPTION_NUMBER, &o.burn,
		 "timer: the sleeping tasks compute so long before they sleep, within the warm-up"},
		{"tasks", OPTION_UINT, &o.tasks, "sleeping tasks (futex: pairs); 0: one per CPU"},
		{"period-us", OPTION_UINT, &o.period_us, "period of each"},
		{"work-us", OPTION_UINT, &o.work_us, "work after each wake-up"},
		{"hogs-per-cpu", OPTION_NUMBER, &o.per_cpu, "hogs beside them, for each CPU"},
		{"domains", OPTION_TEXT, &o.domains, "groups of CPUs, as 0-3,4-7; without it the two halves"},
		{"start-on", OPTION_TEXT, &o.start_on, "the sleeping tasks are born bound to these CPUs, then widened"},
		{"loops-per-us", OPTION_NUMBER, &o.loops_per_us, "speed of the work loop; 0: measure it first"},
		{0},
	};
	struct member_conf sleeper_conf = {.comm = futex ? "wd40-wakee" : "wd40-sleeper"};
	struct member_conf waker_conf = {.comm = "wd40-waker"};
	struct domains *d = must_alloc(1, sizeof(*d));
	struct sleeper *sleepers;
	struct cpu_time from, to;
	cpu_set_t start, online;
	unsigned int hogs;
	struct crew c;

	options_parse(cmd, defs, argc, argv);
	if (o.seconds <= 0 || !o.period_us || o.work_us >= o.period_us)
		die("%s: needs --seconds above 0 and --work-us below --period-us", cmd->name);
	if (o.burn < 0 || o.burn > o.warmup)
		die("%s: needs --burn within --warmup", cmd->name);
	domains_parse(o.domains, d);
	if (o.start_on) {
		cpus_parse("--start-on", o.start_on, &start);
		sleeper_conf.cpus = &start;
	}
	if (o.loops_per_us <= 0)
		o.loops_per_us = measure_loops_per_us();
	if (!o.tasks)
		o.tasks = hogs_for(1);
	hogs = hogs_for(o.per_cpu);
	crew_init(&c, hogs + 2 * o.tasks);
	hogs_add(&c, hogs, 0, NULL, NULL);
	sleepers = shared_alloc(o.tasks * sizeof(*sleepers));
	for (unsigned int i = 0; i < o.tasks; i++) {
		struct sleeper *s = &sleepers[i];

		s->domains = d;
		s->burn_ns = (u64)(o.burn * NSEC_PER_SEC);
		s->period_ns = o.period_us * NSEC_PER_USEC;
		s->phase_ns = s->period_ns + s->period_ns * i / o.tasks;
		s->work_loops = (u64)(o.work_us * o.loops_per_us);
		s->max = (u32)(o.seconds * 1e6 / o.period_us) + 2;
		s->samples = shared_alloc(s->max * sizeof(u64));
		crew_add(&c, &sleeper_conf, futex ? wakee_body : timer_body, s);
		if (futex)
			crew_add(&c, &waker_conf, waker_body, s);
	}
	crew_start(&c, o.warmup, o.seconds);
	cpus_online(&online);
	for (unsigned int i = 0; o.start_on && i < o.tasks; i++)
		if (sched_setaffinity(c.pids[hogs + i * (futex ? 2 : 1)], sizeof(online), &online))
			die("%s: cannot widen the affinity of task %u", cmd->name, i);
	crew_measure(&c, &from, &to);
	crew_finish(&c);
	print_result(cmd->name, &o, sleepers, hogs, &from, &to);
	return 0;
}

int run_timer(const struct command *cmd, int argc, char **argv)
{
	return run_wakeups(cmd, argc, argv, false);
}

int run_futex(const struct command *cmd, int argc, char **argv)
{
	return run_wakeups(cmd, argc, argv, true);
}
