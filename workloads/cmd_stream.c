// SPDX-License-Identifier: GPL-2.0-only
/* stream: what hogs get while short processes come and go, as in a parallel build; work: one such process. */
#include "load.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct maker {
	char loops[24]; /* work of each process */
	u64 made, failed;
} __attribute__((aligned(128)));

/* Executes this program again, to work and to sleep so many times in between; what it prints is lost. */
void become_work(const char *loops, const char *pauses, const char *pause_us)
{
	int null = open("/dev/null", O_WRONLY);

	if (null >= 0)
		dup2(null, 1);
	execl("/proc/self/exe", "wd40-load", "work", "--loops", loops, "--pauses", pauses, "--pause-us", pause_us,
	      (char *)NULL);
	_exit(127);
}

/* One process after the other, from the begin of the window to its end. */
static void maker_body(struct crew_shared *sh, void *arg)
{
	struct maker *m = arg;

	sleep_until(sh->from_ns);
	while (now_ns() < sh->to_ns && !__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		int status = -1;
		pid_t pid = fork();

		if (pid == 0)
			become_work(m->loops, "0", "0");
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			m->failed++;
		else
			m->made++;
	}
}

/* CPU time of a process until now, also while it runs. */
static u64 cpu_of(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		die("stream: no CPU time of hog %d", pid);
	return (u64)ts.tv_sec * NSEC_PER_SEC + (u64)ts.tv_nsec;
}

/* Reads the hogs at the ends of each window and notes the smallest and the mean share in it. */
static void watch(struct crew *c, unsigned int hogs, unsigned int windows, double *least, double *mean)
{
	u64 *before = must_alloc(hogs, sizeof(*before)), at, last;
	u64 length = (c->shared->to_ns - c->shared->from_ns) / windows;

	sleep_until(c->shared->from_ns);
	last = now_ns();
	for (unsigned int i = 0; i < hogs; i++)
		before[i] = cpu_of(c->pids[i]);
	for (unsigned int w = 0; w < windows; w++) {
		sleep_until(c->shared->from_ns + (w + 1) * length);
		at = now_ns();
		for (unsigned int i = 0; i < hogs; i++) {
			u64 cpu = cpu_of(c->pids[i]);
			double share = (double)(cpu - before[i]) / (double)(at - last);

			before[i] = cpu;
			mean[w] += share / hogs;
			least[w] = i == 0 || share < least[w] ? share : least[w];
		}
		last = at;
	}
}

int run_stream(const struct command *cmd, int argc, char **argv)
{
	double alone = 30, length = 10, per_cpu = 1, loops_per_us = 0, *least, *mean;
	unsigned int parallel = 8, work_ms = 200, windows = 3, hogs;
	const struct option_def defs[] = {
		{"hogs-per-cpu", OPTION_NUMBER, &per_cpu, "hogs, for each CPU"},
		{"alone", OPTION_NUMBER, &alone, "seconds in which the hogs are alone"},
		{"windows", OPTION_UINT, &windows, "windows afterwards, in each of which the hogs' shares are taken"},
		{"window", OPTION_NUMBER, &length, "length of each, seconds"},
		{"parallel", OPTION_UINT, &parallel, "processes at a time"},
		{"work-ms", OPTION_UINT, &work_ms, "work of each process"},
		{"loops-per-us", OPTION_NUMBER, &loops_per_us, "speed of the work loop; 0: measure it first"},
		{0},
	};
	struct member_conf conf = {.comm = "wd40-maker"};
	u64 made = 0, failed = 0;
	struct maker *makers;
	struct crew c;

	options_parse(cmd, defs, argc, argv);
	if (!windows || !parallel || length <= 0 || per_cpu <= 0)
		die("stream: needs hogs, and --windows, --window and --parallel above 0");
	if (loops_per_us <= 0)
		loops_per_us = measure_loops_per_us();
	hogs = hogs_for(per_cpu);
	least = must_alloc(windows, sizeof(*least));
	mean = must_alloc(windows, sizeof(*mean));
	crew_init(&c, hogs + parallel);
	hogs_add(&c, hogs, 0, NULL, NULL);
	makers = shared_alloc(parallel * sizeof(*makers));
	for (unsigned int i = 0; i < parallel; i++) {
		snprintf(makers[i].loops, sizeof(makers[i].loops), "%.0f", work_ms * 1000.0 * loops_per_us);
		crew_add(&c, &conf, maker_body, &makers[i]);
	}
	crew_start(&c, alone, length * windows);
	watch(&c, hogs, windows, least, mean);
	crew_finish(&c);
	for (unsigned int i = 0; i < parallel; i++) {
		made += makers[i].made;
		failed += makers[i].failed;
	}

	json_begin("stream");
	json_bool("valid", made > 0 && !failed);
	json_u64("cpus", hogs_for(1));
	json_u64("hogs", hogs);
	json_u64("processes", made);
	json_u64("failures", failed);
	json_open("windows", '[');
	for (unsigned int w = 0; w < windows; w++) {
		json_open(NULL, '{');
		json_f64("share_min", least[w]);
		json_f64("share_mean", mean[w]);
		json_close('}');
	}
	json_close(']');
	json_end();
	return failed ? 1 : 0;
}

int run_work(const struct command *cmd, int argc, char **argv)
{
	unsigned int pauses = 0, pause_us = 1000;
	double loops = 1e6;
	const struct option_def defs[] = {
		{"loops", OPTION_NUMBER, &loops, "turns of the work loop"},
		{"pauses", OPTION_UINT, &pauses, "sleeps in between, at equal distances"},
		{"pause-us", OPTION_UINT, &pause_us, "length of each"},
		{0},
	};

	options_parse(cmd, defs, argc, argv);
	spin((u64)(loops / (pauses + 1.0)));
	for (unsigned int i = 0; i < pauses; i++) {
		sleep_until(now_ns() + pause_us * NSEC_PER_USEC);
		spin((u64)(loops / (pauses + 1.0)));
	}
	json_begin("work");
	json_bool("valid", true);
	json_f64("loops", loops);
	json_end();
	return 0;
}
