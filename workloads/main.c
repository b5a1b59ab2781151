// SPDX-License-Identifier: GPL-2.0-only
/* wd40-load: the workloads that a scheduler is measured with. One sub-command, one JSON object on stdout. */
#include "load.h"
#include <string.h>

static const struct command commands[] = {
	{"hogs", NULL,
	 "Endless loops that start together.\n"
	 "Per hog: CPU time and share of the window, longest gap in its progress, moves between groups of CPUs, last\n"
	 "CPU. Can begin on some CPUs and be widened, and can end those that last ran on some CPUs.",
	 run_hogs},
	{"timer", NULL,
	 "Wake-up delay of mostly sleeping tasks with absolute timers, beside hogs.\n"
	 "Delay = start - due: p50, p99, max; wake-ups later than one frame (16.7 ms) are counted.",
	 run_timer},
	{"futex", NULL,
	 "Wake-up delay of mostly sleeping tasks woken by a partner, beside hogs.\n"
	 "Delay = start - wake call. Hogs, periods and work as in timer.",
	 run_futex},
	{"pingpong", NULL,
	 "Round trips per second of pairs over pipes.\n"
	 "Also the share of round trips that ended with both tasks in one group of CPUs.",
	 run_pingpong},
	{"fairness", NULL,
	 "Shares by weight: 3 hogs per CPU at nice 0, 5 and -3, unpinned.\n"
	 "share_error = mean of |got / due - 1|, jain_index of got/due; due is by weight, at most one CPU for each.",
	 run_fairness},
	{"rebalance", NULL,
	 "Time until CPUs whose hogs have ended are used again.\n"
	 "2.5 hogs per CPU; all that last ran on the upper half of the CPUs end; time until each CPU of that half is\n"
	 "at least 90 % busy in a window. rebalance_ns null: never within the bound. Void when fewer hogs than CPUs\n"
	 "remain.",
	 run_rebalance},
	{"idle", NULL,
	 "Idle share while hogs : CPUs = 3 : 2.\n"
	 "There is always work for every CPU, so idle_share should be 0.",
	 run_idle},
	{"requests", NULL,
	 "Messengers and workers with fixed work: rate, wake-up and request times.\n"
	 "A closed loop: a worker asks, is woken by its messenger, works, asks again.",
	 run_requests},
	{"switches", "-- CMD ARG...",
	 "Time, context switches and idle share of a command.\n"
	 "Switches and idle share are those of the machine. The command's stdout becomes \"output\".",
	 run_switches},
	{"affinity", NULL,
	 "Tasks that change their affinity at random, beside hogs.\n"
	 "forbidden counts looks at the own CPU that found one outside the affinity.",
	 run_affinity},
	{"kworkers", NULL,
	 "Work for unbound workqueue workers: writers to pseudo-terminals.\n"
	 "bytes is what the workers carried from writers to readers.",
	 run_kworkers},
	{"grace", NULL,
	 "Times of RCU grace periods beside readers that wait for a CPU.\n"
	 "Light tasks that look up very long paths, inside read-side sections, beside hogs. Where the kernel preempts\n"
	 "them there, a grace period waits for them. readers_cpus: CPUs that they used together.",
	 run_grace},
	{"forkstorm", NULL, "Processes (or threads) that exit at once; counts failures.", run_forkstorm},
	{"stream", NULL,
	 "Shares of hogs while short processes come and go.\n"
	 "Hogs that were alone for a time, then processes that are forked, execute this program again, work and end,\n"
	 "some at a time. Of each window: smallest and mean share of a hog.",
	 run_stream},
	{"work", NULL, "A fixed amount of work and nothing else, for stream and frames.", run_work},
	{"frames", NULL,
	 "How fluid a periodic task (a game) stays beside a parallel build.\n"
	 "A task that works each 16.7 ms, beside processes that are forked, execute this program again, work, sleep now\n"
	 "and then, and end; so many are kept alive. delay = begun - due; frame = done - due. A frame begins when it is\n"
	 "due. missed_frames: times at which the next one was due and the present one was not done.",
	 run_frames},
	{"trace-migrations", "[-- CMD ARG...]",
	 "Moves of tasks between groups of CPUs, from the kernel's tracepoint.\n"
	 "Records sched_migrate_task for a time, until SIGTERM or SIGINT, or around a command. Lost events are an\n"
	 "error.",
	 run_trace_migrations},
	{"trace-waits", NULL,
	 "Waits for a CPU, and CPUs that are idle meanwhile, from the kernel's tracepoints.\n"
	 "Records sched_wakeup and sched_switch. kthread_wait_ns: waits of kernel threads bound to one CPU. idle_queued:\n"
	 "times in which a CPU was idle while a task of the name given, which may run anywhere, was queued.",
	 run_trace_waits},
	{"selftest", NULL,
	 "Checks the arithmetic against known results.\n"
	 "Percentiles, Jain index, shares by weight, CPU lists. Also measures the speed of the work loop (loops_per_us),\n"
	 "and that while every CPU computes (full_loops_per_us).",
	 run_selftest},
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static void usage(FILE *out)
{
	fputs("usage: wd40-load COMMAND [options]\n\nEvery command prints one JSON object on stdout; times are "
	      "nanoseconds of CLOCK_MONOTONIC.\nExit code: 0 done, 1 failed (the object then holds \"error\").\n"
	      "wd40-load COMMAND --help lists its options.\n\n",
	      out);
	for (size_t i = 0; i < COMMANDS; i++) {
		int first_line = (int)strcspn(commands[i].help, "\n");

		fprintf(out, "  %-17s %.*s\n", commands[i].name, first_line, commands[i].help);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? 1 : 0;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			die_as(commands[i].name);
			return commands[i].run(&commands[i], argc - 1, argv + 1);
		}
	die("unknown command \"%s\"; see wd40-load --help", argv[1]);
}
