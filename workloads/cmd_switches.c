// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <sys/wait.h>

int run_switches(const struct command *cmd, int argc, char **argv)
{
	const struct option_def defs[] = {{0}};
	int i = options_parse(cmd, defs, argc, argv), fd;
	struct child_result r = {0};
	struct cpu_time from, to;
	pid_t pid;

	if (i >= argc)
		die("switches: no command; write wd40-load switches -- CMD ARG...");
	cpu_time_read(&from);
	r.duration_ns = now_ns();
	child_start(argv + i, &pid, &fd);
	child_finish(pid, fd, &r);
	cpu_time_read(&to);

	json_begin("switches");
	json_bool("valid", WIFEXITED(r.status) && WEXITSTATUS(r.status) == 0);
	json_str("command", argv[i]);
	json_u64("cpus", hogs_for(1));
	json_u64("time_ns", r.duration_ns);
	json_idle(&from, &to);
	json_child(&r);
	json_end();
	return WIFEXITED(r.status) && WEXITSTATUS(r.status) == 0 ? 0 : 1;
}
