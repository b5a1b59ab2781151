// SPDX-License-Identifier: GPL-2.0-only
/* kworkers: work for the kernel's unbound workqueues. What is written to a pseudo-terminal, a worker carries over. */
#include "load.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct terminal {
	int master, slave;
	u64 bytes;
} __attribute__((aligned(128)));

static void writer_body(struct crew_shared *sh, void *arg)
{
	struct terminal *t = arg;
	char text[2048], back[2048];

	memset(text, 'x', sizeof(text));
	while (!__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		ssize_t n = write(t->master, text, sizeof(text));

		if (n < 0 && errno != EAGAIN)
			die("kworkers: write to a pseudo-terminal: %s", strerror(errno));
		if (n < 0)
			sleep_until(now_ns() + 20 * NSEC_PER_USEC);
		while ((n = read(t->slave, back, sizeof(back))) > 0)
			t->bytes += (u64)n;
		if (n < 0 && errno != EAGAIN)
			die("kworkers: read from a pseudo-terminal: %s", strerror(errno));
	}
}

static void open_terminal(struct terminal *t)
{
	struct termios settings;
	char *name;

	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (t->master < 0 || grantpt(t->master) || unlockpt(t->master))
		die("kworkers: no pseudo-terminal: %s", strerror(errno));
	name = ptsname(t->master);
	t->slave = name ? open(name, O_RDWR | O_NOCTTY | O_NONBLOCK) : -1;
	if (t->slave < 0 || tcgetattr(t->slave, &settings))
		die("kworkers: cannot open the terminal: %s", strerror(errno));
	cfmakeraw(&settings);
	if (tcsetattr(t->slave, TCSANOW, &settings))
		die("kworkers: cannot make the terminal raw: %s", strerror(errno));
}

int run_kworkers(const struct command *cmd, int argc, char **argv)
{
	unsigned int terminals = 8;
	double seconds = 5, hogs_per_cpu = 0;
	const char *start_on = NULL;
	const struct option_def defs[] = {
		{"terminals", OPTION_UINT, &terminals, "pseudo-terminals, each with a writer"},
		{"hogs-per-cpu", OPTION_NUMBER, &hogs_per_cpu, "hogs beside them"},
		{"hogs-on", OPTION_TEXT, &start_on, "CPUs that the hogs are bound to"},
		{"seconds", OPTION_NUMBER, &seconds, "duration"},
		{0},
	};
	const struct member_conf conf = {.comm = "wd40-writer"};
	struct terminal *all;
	struct cpu_time from, to;
	unsigned int hogs;
	cpu_set_t cpus;
	u64 bytes = 0;
	struct crew c;

	options_parse(cmd, defs, argc, argv);
	if (!terminals || seconds <= 0)
		die("kworkers: --terminals and --seconds must be above 0");
	if (start_on)
		cpus_parse("--hogs-on", start_on, &cpus);
	hogs = hogs_per_cpu > 0 ? hogs_for(hogs_per_cpu) : 0;
	crew_init(&c, terminals + hogs);
	all = shared_alloc(terminals * sizeof(*all));
	for (unsigned int i = 0; i < terminals; i++) {
		open_terminal(&all[i]);
		crew_add(&c, &conf, writer_body, &all[i]);
	}
	if (hogs)
		hogs_add(&c, hogs, 0, start_on ? &cpus : NULL, NULL);
	crew_start(&c, 0, seconds);
	crew_measure(&c, &from, &to);
	crew_finish(&c);
	for (unsigned int i = 0; i < terminals; i++)
		bytes += all[i].bytes;

	json_begin("kworkers");
	json_bool("valid", true);
	json_u64("bytes", bytes);
	json_idle(&from, &to);
	json_end();
	return 0;
}
