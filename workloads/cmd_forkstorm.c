// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

struct forker {
	u64 count, forked, failed_forks, failed_children;
	int first_errno;
	u64 work_loops;
	bool threads;
} __attribute__((aligned(128)));

static void *thread_body(void *arg)
{
	spin(((const struct forker *)arg)->work_loops);
	return NULL;
}

static void thread_storm(struct forker *f)
{
	for (u64 i = 0; i < f->count; i++) {
		pthread_t thread;
		int error = pthread_create(&thread, NULL, thread_body, f);

		if (error) {
			if (!f->failed_forks++)
				f->first_errno = error;
			continue;
		}
		f->forked++;
		f->failed_children += pthread_join(thread, NULL) != 0;
	}
}

static void forker_body(struct crew_shared *sh, void *arg)
{
	struct forker *f = arg;

	(void)sh;
	if (f->threads) {
		thread_storm(f);
		return;
	}
	for (u64 i = 0; i < f->count; i++) {
		pid_t pid = fork();
		int status = -1;

		if (pid < 0) {
			if (!f->failed_forks++)
				f->first_errno = errno;
			continue;
		}
		if (pid == 0) {
			spin(f->work_loops);
			_exit(0);
		}
		f->forked++;
		if (waitpid(pid, &status, 0) != pid || status)
			f->failed_children++;
	}
}

int run_forkstorm(const struct command *cmd, int argc, char **argv)
{
	unsigned int count = 20000, parallel = 8, work_us = 0;
	double limit = 1800, loops_per_us = 0;
	bool threads = false;
	const struct option_def defs[] = {
		{"count", OPTION_UINT, &count, "processes forked altogether"},
		{"parallel", OPTION_UINT, &parallel, "at a time"},
		{"work-us", OPTION_UINT, &work_us, "work of each before it exits"},
		{"threads", OPTION_FLAG, &threads, "threads in place of processes, created and joined"},
		{"limit", OPTION_NUMBER, &limit, "seconds after which the run is given up"},
		{0},
	};
	u64 start, end, forked = 0, failed_forks = 0, failed_children = 0, finished = 0;
	struct member_conf conf = {.comm = "wd40-forker"};
	struct forker *forkers;
	struct cpu_time from, to;
	int first_errno = 0;
	struct crew c;

	options_parse(cmd, defs, argc, argv);
	if (!count || !parallel)
		die("forkstorm: --count and --parallel must be above 0");
	if (work_us)
		loops_per_us = measure_loops_per_us();
	crew_init(&c, parallel);
	forkers = shared_alloc(parallel * sizeof(*forkers));
	for (unsigned int i = 0; i < parallel; i++) {
		forkers[i].count = (u64)count * (i + 1) / parallel - (u64)count * i / parallel;
		forkers[i].work_loops = (u64)(work_us * loops_per_us);
		forkers[i].threads = threads;
		crew_add(&c, &conf, forker_body, &forkers[i]);
	}
	cpu_time_read(&from);
	crew_start(&c, 0, limit);
	start = c.shared->start_ns;
	while (finished < parallel && now_ns() < c.shared->to_ns) {
		siginfo_t info = {0};

		finished = 0;
		sleep_until(now_ns() + 5 * NSEC_PER_MSEC);
		for (unsigned int i = 0; i < parallel; i++)
			if (waitid(P_PID, (id_t)c.pids[i], &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
				finished++, info.si_pid = 0;
	}
	end = now_ns();
	cpu_time_read(&to);
	if (finished < parallel)
		die("forkstorm: not finished after %g s", limit);
	crew_finish(&c);
	for (unsigned int i = 0; i < parallel; i++) {
		forked += forkers[i].forked;
		failed_forks += forkers[i].failed_forks;
		failed_children += forkers[i].failed_children;
		if (!first_errno)
			first_errno = forkers[i].first_errno;
	}

	json_begin("forkstorm");
	json_bool("valid", true);
	json_u64("cpus", hogs_for(1));
	json_u64("asked", count);
	json_u64("forked", forked);
	json_u64("failures", failed_forks + failed_children);
	json_u64("failed_forks", failed_forks);
	json_u64("failed_children", failed_children);
	json_i64("first_errno", first_errno);
	json_f64("forks_per_s", (double)forked * 1e9 / (double)(end - start));
	json_idle(&from, &to);
	json_end();
	return failed_forks + failed_children ? 1 : 0;
}
