// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct message {
	short cpu;
	short last;
};

struct pair {
	const struct domains *domains;
	int there[2], back[2];
	u64 trips, together; /* within the window; together: both in one domain at the reply */
} __attribute__((aligned(128)));

/* False at the end of the partner. */
static bool transfer(ssize_t done, const char *what)
{
	if (done == sizeof(struct message))
		return true;
	if (done < 0)
		die("pingpong: %s: %s", what, strerror(errno));
	return false;
}

static void ping_body(struct crew_shared *sh, void *arg)
{
	struct pair *p = arg;
	struct message m = {0};

	for (;;) {
		u64 t = now_ns();

		m.cpu = (short)sched_getcpu();
		m.last = t >= sh->to_ns || __atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE);
		if (!transfer(write(p->there[1], &m, sizeof(m)), "write") || m.last)
			return;
		if (!transfer(read(p->back[0], &m, sizeof(m)), "read"))
			return;
		if (t < sh->from_ns)
			continue;
		p->trips++;
		if (domain_of(p->domains, m.cpu) == domain_of(p->domains, sched_getcpu()))
			p->together++;
	}
}

static void pong_body(struct crew_shared *sh, void *arg)
{
	struct pair *p = arg;
	struct message m;

	(void)sh;
	while (transfer(read(p->there[0], &m, sizeof(m)), "read") && !m.last) {
		m.cpu = (short)sched_getcpu();
		if (!transfer(write(p->back[1], &m, sizeof(m)), "write"))
			return;
	}
}

int run_pingpong(const struct command *cmd, int argc, char **argv)
{
	double seconds = 3, warmup = 0.5, per_cpu = 0;
	unsigned int n = 2, hogs;
	const char *domains = NULL;
	const struct option_def defs[] = {
		{"pairs", OPTION_UINT, &n, "pairs of tasks over pipes"},
		{"seconds", OPTION_NUMBER, &seconds, "measured window"},
		{"warmup", OPTION_NUMBER, &warmup, "time before it"},
		{"hogs-per-cpu", OPTION_NUMBER, &per_cpu, "hogs beside them, for each CPU"},
		{"domains", OPTION_TEXT, &domains, "groups of CPUs, as 0-3,4-7; without it the two halves"},
		{0},
	};
	struct member_conf ping = {.comm = "wd40-ping"}, pong = {.comm = "wd40-pong"};
	struct domains *d = must_alloc(1, sizeof(*d));
	struct cpu_time from, to;
	u64 trips = 0, together = 0;
	struct pair *pairs;
	struct crew c;
	double window;

	options_parse(cmd, defs, argc, argv);
	if (!n || seconds <= 0)
		die("pingpong: needs at least one pair and a window of more than 0 s");
	domains_parse(domains, d);
	hogs = hogs_for(per_cpu);
	crew_init(&c, hogs + 2 * n);
	hogs_add(&c, hogs, 0, NULL, NULL);
	pairs = shared_alloc(n * sizeof(*pairs));
	for (unsigned int i = 0; i < n; i++) {
		pairs[i].domains = d;
		if (pipe(pairs[i].there) || pipe(pairs[i].back))
			die("pingpong: pipe: %s", strerror(errno));
		crew_add(&c, &ping, ping_body, &pairs[i]);
		crew_add(&c, &pong, pong_body, &pairs[i]);
	}
	crew_start(&c, warmup, seconds);
	crew_measure(&c, &from, &to);
	crew_finish(&c);
	window = (double)(c.shared->to_ns - c.shared->from_ns) / 1e9;

	json_begin("pingpong");
	json_open("pairs", '[');
	for (unsigned int i = 0; i < n; i++) {
		json_open(NULL, '{');
		json_u64("round_trips", pairs[i].trips);
		json_f64("same_domain_share", pairs[i].trips ? (double)pairs[i].together / (double)pairs[i].trips : 0);
		json_close('}');
		trips += pairs[i].trips;
		together += pairs[i].together;
	}
	json_close(']');
	json_bool("valid", trips > 0);
	json_u64("cpus", hogs_for(1));
	json_u64("hogs", hogs);
	json_f64("round_trips_per_s", (double)trips / window);
	json_f64("same_domain_share", trips ? (double)together / (double)trips : 0);
	json_idle(&from, &to);
	json_end();
	return 0;
}
