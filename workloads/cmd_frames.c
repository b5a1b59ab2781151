// SPDX-License-Identifier: GPL-2.0-only
/* frames: how fluid a periodic task (a game) stays beside the processes of a parallel build. */
#include "load.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_PER_CPU 2 /* as people call make */

/* The task that draws. Written by it alone, read after its end. */
struct player {
	u64 *delays, *times; /* samples, shared memory: due to begun, due to done */
	u32 used, max;
	u64 missed, period_ns, work_loops;
} __attribute__((aligned(128)));

/* What make does: keeps so many jobs alive. Written by its process alone, read after its end. */
struct build {
	unsigned int parallel, min_ms, max_ms, pause_every_ms, pause_us;
	double loops_per_us;
	u64 state; /* of the generator of lengths: the same ones in each run */
	u64 done, failed;
} __attribute__((aligned(128)));

struct options {
	double seconds, warmup, loops_per_us;
	unsigned int period_us, work_us;
	struct build build;
};

static bool in_window(const struct crew_shared *sh, u64 t)
{
	return t >= sh->from_ns && t < sh->to_ns;
}

/*
 * A frame begins when it is due and must be done when the next one is. One that is late misses that time, and each
 * further one until it is done; the next frame begins at the first time after it.
 */
static void player_body(struct crew_shared *sh, void *arg)
{
	struct player *p = arg;
	u64 due = sh->start_ns + p->period_ns;

	while (due < sh->to_ns && !__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		u64 begun, done, next = due + p->period_ns;

		sleep_until(due);
		begun = now_ns();
		spin(p->work_loops);
		done = now_ns();
		if (in_window(sh, due) && p->used < p->max) {
			p->delays[p->used] = begun - due;
			p->times[p->used++] = done - due;
		}
		for (; next <= done; next += p->period_ns)
			p->missed += in_window(sh, next);
		due = next;
	}
}

/* Starts one job, of a length between the two; in its process it does not return. */
static pid_t start_job(struct build *b)
{
	char loops[24], pauses[12], pause_us[12];
	unsigned int ms;
	pid_t pid;

	b->state = b->state * 6364136223846793005ull + 1442695040888963407ull;
	ms = b->min_ms + (unsigned int)((b->state >> 33) % (b->max_ms - b->min_ms + 1));
	snprintf(loops, sizeof(loops), "%.0f", ms * 1000.0 * b->loops_per_us);
	snprintf(pauses, sizeof(pauses), "%u", b->pause_every_ms ? ms / b->pause_every_ms : 0);
	snprintf(pause_us, sizeof(pause_us), "%u", b->pause_us);
	pid = fork();
	if (pid < 0)
		die("frames: fork of a job failed: %s", strerror(errno));
	if (pid == 0)
		become_work(loops, pauses, pause_us);
	return pid;
}

static void build_body(struct crew_shared *sh, void *arg)
{
	struct build *b = arg;
	pid_t *jobs = must_alloc(b->parallel, sizeof(*jobs)), pid;
	int status;

	for (unsigned int i = 0; i < b->parallel; i++)
		jobs[i] = start_job(b);
	while (!__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		unsigned int i = 0;

		pid = waitpid(-1, &status, 0);
		if (pid < 0)
			die("frames: waitpid: %s", strerror(errno));
		if (in_window(sh, now_ns()))
			*(status ? &b->failed : &b->done) += 1;
		while (jobs[i] != pid)
			i++;
		jobs[i] = start_job(b);
	}
	for (unsigned int i = 0; i < b->parallel; i++)
		kill(jobs[i], SIGKILL);
	while (waitpid(-1, &status, 0) > 0)
		;
	free(jobs);
}

static void print_result(const struct options *o, const struct build *b, struct player *p, double window,
			 const struct cpu_time *from, const struct cpu_time *to)
{
	struct summary delay, time;

	summarize(p->delays, p->used, &delay);
	summarize(p->times, p->used, &time);
	json_begin("frames");
	json_bool("valid", p->used > 0 && b->done > 0 && !b->failed);
	if (!p->used)
		json_str("error", "no frame began in the window: the task starved");
	else if (!b->done || b->failed)
		json_str("error", "jobs failed, or none ended in the window: lengthen --seconds");
	json_u64("cpus", hogs_for(1));
	json_u64("period_ns", p->period_ns);
	json_u64("work_ns", o->work_us * NSEC_PER_USEC);
	json_f64("loops_per_us", o->loops_per_us);
	json_u64("frames", p->used);
	json_u64("missed_frames", p->missed);
	json_summary("delay_ns", &delay);
	json_summary("frame_ns", &time);
	json_counts("delay_counts", p->delays, p->used);
	json_u64("parallel", b->parallel);
	json_u64("jobs", b->done);
	json_u64("failed_jobs", b->failed);
	json_f64("jobs_per_s", (double)b->done / window);
	json_idle(from, to);
	json_end();
}

int run_frames(const struct command *cmd, int argc, char **argv)
{
	struct options o = {
		.seconds = 20,
		.warmup = 1,
		.period_us = FRAME_NS / NSEC_PER_USEC,
		.work_us = 5000,
		.build = {.min_ms = 50, .max_ms = 300, .pause_every_ms = 20, .pause_us = 1000},
	};
	const struct option_def defs[] = {
		{"seconds", OPTION_NUMBER, &o.seconds, "measured window"},
		{"warmup", OPTION_NUMBER, &o.warmup, "time before it"},
		{"period-us", OPTION_UINT, &o.period_us, "period of the frames"},
		{"work-us", OPTION_UINT, &o.work_us, "work for each"},
		{"jobs", OPTION_UINT, &o.build.parallel, "jobs of the build at a time; 0: twice the CPUs"},
		{"job-min-ms", OPTION_UINT, &o.build.min_ms, "work of the shortest job"},
		{"job-max-ms", OPTION_UINT, &o.build.max_ms, "work of the longest one"},
		{"pause-every-ms", OPTION_UINT, &o.build.pause_every_ms,
		 "a job sleeps each time after so much work; 0: never"},
		{"pause-us", OPTION_UINT, &o.build.pause_us, "for so long"},
		{"loops-per-us", OPTION_NUMBER, &o.loops_per_us,
		 "speed of the work loop while all CPUs are busy; 0: measure it first"},
		{0},
	};
	struct member_conf player_conf = {.comm = "wd40-frames"}, build_conf = {.comm = "wd40-make"};
	struct cpu_time from, to;
	struct player *p;
	struct build *b;
	struct crew c;

	options_parse(cmd, defs, argc, argv);
	if (o.seconds <= 0 || !o.period_us || o.work_us >= o.period_us)
		die("frames: needs --seconds above 0 and --work-us below --period-us");
	if (!o.build.min_ms || o.build.min_ms > o.build.max_ms)
		die("frames: needs --job-min-ms above 0 and not above --job-max-ms");
	if (o.loops_per_us <= 0)
		o.loops_per_us = measure_full_loops_per_us();
	if (!o.build.parallel)
		o.build.parallel = hogs_for(JOBS_PER_CPU);
	b = shared_alloc(sizeof(*b));
	*b = o.build;
	b->loops_per_us = o.loops_per_us;
	p = shared_alloc(sizeof(*p));
	p->period_ns = o.period_us * NSEC_PER_USEC;
	p->work_loops = (u64)(o.work_us * o.loops_per_us);
	p->max = (u32)(o.seconds * 1e6 / o.period_us) + 2;
	p->delays = shared_alloc(p->max * sizeof(u64));
	p->times = shared_alloc(p->max * sizeof(u64));
	crew_init(&c, 2);
	crew_add(&c, &player_conf, player_body, p);
	crew_add(&c, &build_conf, build_body, b);
	crew_start(&c, o.warmup, o.seconds);
	crew_measure(&c, &from, &to);
	crew_finish(&c);
	print_result(&o, b, p, o.seconds, &from, &to);
	return b->failed ? 1 : 0;
}
