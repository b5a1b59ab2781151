// SPDX-License-Identifier: GPL-2.0-only
/* wd40-load: the workloads that a scheduler is measured with. One sub-command, one JSON object on stdout. */
#include "load.h"
#include <string.h>

static const struct command commands[] = {
	{"hogs", NULL,
	 "Endless loops that start together. Per hog: CPU time and share of the window, longest gap in its progress,\n"
	 "moves between groups of CPUs, last CPU. Can begin on some CPUs and be widened, and can end those that last\n"
	 "ran on some CPUs.",
	 run_hogs},
	{"timer", NULL,
	 "Mostly sleeping tasks with absolute timers beside hogs. Delay = start - due: p50, p99, max; wake-ups later\n"
	 "than one frame (16.7 ms) are counted.",
	 run_timer},
	{"futex", NULL, "As timer, but the task is woken through a futex by a partner. Delay = start - wake call.",
	 run_futex},
	{"pingpong", NULL,
	 "Pairs of tasks that answer each other over pipes: round trips per second, and the share of round trips with\n"
	 "both in one group of CPUs.",
	 run_pingpong},
	{"fairness", NULL,
	 "3 hogs per CPU at nice 0, 5 and -3, unpinned. share_error = mean of |got / due - 1|, jain_index of got/due;\n"
	 "due is by weight, at most one CPU for each.",
	 run_fairness},
	{"rebalance", NULL,
	 "2.5 hogs per CPU; all that last ran on the upper half of the CPUs end; time until each CPU of that half is\n"
	 "at least 90 % busy in a window. rebalance_ns null: never within the bound. Void when fewer hogs than CPUs\n"
	 "remain.",
	 run_rebalance},
	{"idle", NULL, "Hogs : CPUs = 3 : 2. idle_share of the window; work is always there, so it should be 0.",
	 run_idle},
	{"requests", NULL,
	 "Messengers and workers with a fixed piece of work for each request: rate, wake-up and request times.",
	 run_requests},
	{"switches", "-- CMD ARG...",
	 "Runs a command; reports its time, the machine's context switches and the idle share meanwhile. The command's\n"
	 "stdout becomes \"output\".",
	 run_switches},
	{"forkstorm", NULL, "Forks processes that exit at once; counts failures.", run_forkstorm},
	{"trace-migrations", "[-- CMD ARG...]",
	 "Records the kernel's sched_migrate_task tracepoint for a time, until SIGTERM or SIGINT, or around a command,\n"
	 "and reports the moves between groups of CPUs. Lost events are an error.",
	 run_trace_migrations},
	{"selftest", NULL, "Checks percentiles, Jain index, shares by weight, CPU lists against known results.",
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
