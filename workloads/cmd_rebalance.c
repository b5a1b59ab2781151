// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Idle time of every CPU at each sample; the last window is the difference of two rows. */
struct series {
	u64 *rows, *at_ns;
	size_t width, used, max;
};

static void take(struct series *s)
{
	cpu_idle_ticks(&s->rows[s->used * s->width], s->width);
	s->at_ns[s->used++] = now_ns();
}

/* The busy share of the least busy CPU of the set between two rows. */
static double least_busy(const struct series *s, size_t from, size_t to, const cpu_set_t *cpus)
{
	double span = (double)(s->at_ns[to] - s->at_ns[from]), least = 1;

	for (size_t cpu = 0; cpu < s->width; cpu++) {
		u64 idle = s->rows[to * s->width + cpu] - s->rows[from * s->width + cpu];
		double busy = 1 - (double)idle / span;

		if (CPU_ISSET(cpu, cpus) && busy < least)
			least = busy;
	}
	return least;
}

int run_rebalance(const struct command *cmd, int argc, char **argv)
{
	double per_cpu = 2.5, kill_after = 3, bound = 8, busy = 0.9;
	unsigned int period_ms = 10, window_ms = 200, cpus, n, killed = 0, remain;
	const struct option_def defs[] = {
		{"hogs-per-cpu", OPTION_NUMBER, &per_cpu, "hogs for each CPU at the start"},
		{"kill-after", OPTION_NUMBER, &kill_after, "seconds until the hogs of the upper half end"},
		{"bound", OPTION_NUMBER, &bound, "seconds after that, at most (then: never)"},
		{"busy", OPTION_NUMBER, &busy, "a CPU is used again when so much of a window is busy"},
		{"window-ms", OPTION_UINT, &window_ms, "length of a window (idle time comes in steps of 10 ms)"},
		{"period-ms", OPTION_UINT, &period_ms, "sampling period"},
		{0},
	};
	cpu_set_t upper, lower, online;
	u64 kill_at, end_at, next, done = 0, begun = 0;
	double least = 0;
	struct series s;
	struct crew c;
	size_t back;

	options_parse(cmd, defs, argc, argv);
	cpus = cpus_upper_half(&upper, &lower);
	n = hogs_for(per_cpu);
	if (cpus < 2)
		die("rebalance: needs at least 2 online CPUs, this machine has %u", cpus);
	if (!period_ms || window_ms < 100 || window_ms % period_ms || busy <= 0 || busy > 1)
		die("rebalance: needs --window-ms of 100 or more that is a multiple of --period-ms, and 0 < --busy <= 1");
	CPU_OR(&online, &upper, &lower);
	memset(&s, 0, sizeof(s));
	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		if (CPU_ISSET(cpu, &online))
			s.width = (size_t)cpu + 1;
	s.max = (size_t)(bound * 1000 / period_ms) + 2;
	s.rows = must_alloc(s.max * s.width, sizeof(u64));
	s.at_ns = must_alloc(s.max, sizeof(u64));
	memset(s.rows, 0, s.max * s.width * sizeof(u64));
	back = window_ms / period_ms;

	crew_init(&c, n);
	hogs_add(&c, n, 0, NULL, NULL);
	crew_start(&c, kill_after, bound);
	/* The sampler stays off the half it watches. */
	if (sched_setaffinity(0, sizeof(lower), &lower))
		die("rebalance: cannot bind the sampler to the lower half");
	sleep_until(c.shared->from_ns);
	killed = crew_kill_on(&c, &upper);
	remain = n - killed;
	kill_at = now_ns();
	end_at = kill_at + seconds_to_ns(bound);
	take(&s);
	for (next = kill_at + period_ms * NSEC_PER_MSEC; remain >= cpus && next <= end_at && s.used < s.max;
	     next += period_ms * NSEC_PER_MSEC) {
		sleep_until(next);
		take(&s);
		if (s.used <= back)
			continue;
		least = least_busy(&s, s.used - 1 - back, s.used - 1, &upper);
		if (least >= busy) {
			done = s.at_ns[s.used - 1] - kill_at;
			begun = s.at_ns[s.used - 1 - back] - kill_at;
			break;
		}
	}
	crew_finish(&c);

	json_begin("rebalance");
	json_bool("valid", remain >= cpus);
	json_bool("void", remain < cpus);
	json_u64("cpus", cpus);
	json_u64("hogs", n);
	json_u64("killed", killed);
	json_u64("remaining", remain);
	json_u64("window_ns", window_ms * NSEC_PER_MSEC);
	/* From the end of the hogs to the end of the first window in which all of the upper half is used again. */
	if (done)
		json_u64("rebalance_ns", done);
	else
		json_null("rebalance_ns");
	if (done)
		json_u64("window_begin_ns", begun);
	else
		json_null("window_begin_ns");
	json_bool("never", !done && remain >= cpus);
	json_f64("least_busy_share", least);
	json_u64("samples", s.used);
	json_end();
	return 0;
}
