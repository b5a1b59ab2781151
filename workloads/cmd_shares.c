// SPDX-License-Identifier: GPL-2.0-only
/* fairness and idle: what a window of overload gives to whom, and what it leaves unused. */
#include "load.h"
#include <math.h>
#include <stdlib.h>

struct level {
	int nice;
	struct hog *hogs;
};

int run_fairness(const struct command *cmd, int argc, char **argv)
{
	double seconds = 6, warmup = 1;
	const struct option_def defs[] = {
		{"seconds", OPTION_NUMBER, &seconds, "measured window"},
		{"warmup", OPTION_NUMBER, &warmup, "time before it"},
		{0},
	};
	struct level levels[] = {{0, NULL}, {5, NULL}, {-3, NULL}};
	const unsigned int n_levels = sizeof(levels) / sizeof(*levels);
	unsigned int per_level, n;
	double *weights, *got, *due, *ratio, window, total = 0, error = 0, worst = 0;
	struct cpu_time from, to;
	struct crew c;
	u64 gap = 0;

	options_parse(cmd, defs, argc, argv);
	if (seconds <= 0)
		die("fairness: --seconds must be more than 0");
	per_level = hogs_for(1);
	n = per_level * n_levels;
	weights = must_alloc(n, sizeof(double));
	got = must_alloc(n, sizeof(double));
	due = must_alloc(n, sizeof(double));
	ratio = must_alloc(n, sizeof(double));
	crew_init(&c, n);
	for (unsigned int l = 0; l < n_levels; l++)
		levels[l].hogs = hogs_add(&c, per_level, levels[l].nice, NULL, NULL);
	crew_start(&c, warmup, seconds);
	crew_measure(&c, &from, &to);
	crew_finish(&c);

	window = (double)(c.shared->to_ns - c.shared->from_ns);
	for (unsigned int i = 0; i < n; i++) {
		const struct hog *h = &levels[i / per_level].hogs[i % per_level];

		weights[i] = weight_of_nice(levels[i / per_level].nice);
		got[i] = (double)(h->cpu_to_ns - h->cpu_from_ns);
		total += got[i];
		gap = h->longest_gap_ns > gap ? h->longest_gap_ns : gap;
	}
	if (total <= 0)
		die("fairness: no hog got any CPU time in the window");
	water_fill(weights, n, total, window, due);
	for (unsigned int i = 0; i < n; i++) {
		ratio[i] = got[i] / due[i];
		error += fabs(ratio[i] - 1);
		worst = fabs(ratio[i] - 1) > worst ? fabs(ratio[i] - 1) : worst;
	}

	json_begin("fairness");
	json_bool("valid", true);
	json_u64("cpus", per_level);
	json_u64("hogs", n);
	json_u64("window_ns", (u64)window);
	json_f64("share_error", error / n);
	json_f64("share_error_max", worst);
	json_f64("jain_index", jain_index(ratio, n));
	json_u64("longest_gap_ns", gap);
	json_f64("cpus_used", total / window);
	json_idle(&from, &to);
	json_open("levels", '[');
	for (unsigned int l = 0; l < n_levels; l++) {
		json_open(NULL, '{');
		json_i64("nice", levels[l].nice);
		json_f64("due_share", due[l * per_level] / window);
		json_open("shares", '[');
		for (unsigned int i = 0; i < per_level; i++)
			json_f64(NULL, got[l * per_level + i] / window);
		json_close(']');
		json_close('}');
	}
	json_close(']');
	json_end();
	return 0;
}

int run_idle(const struct command *cmd, int argc, char **argv)
{
	double seconds = 6, settle = 1, per_cpu = 1.5;
	const struct option_def defs[] = {
		{"seconds", OPTION_NUMBER, &seconds, "measured window"},
		{"settle", OPTION_NUMBER, &settle, "time before it"},
		{"hogs-per-cpu", OPTION_NUMBER, &per_cpu, "runnable hogs for each CPU"},
		{0},
	};
	struct cpu_time from, to;
	struct hog *hogs;
	struct crew c;
	unsigned int n;
	double used = 0;
	u64 gap = 0;

	options_parse(cmd, defs, argc, argv);
	n = hogs_for(per_cpu);
	if (n == 0 || seconds <= 0)
		die("idle: needs at least one hog and a window of more than 0 s");
	crew_init(&c, n);
	hogs = hogs_add(&c, n, 0, NULL, NULL);
	crew_start(&c, settle, seconds);
	crew_measure(&c, &from, &to);
	crew_finish(&c);
	for (unsigned int i = 0; i < n; i++) {
		used += (double)(hogs[i].cpu_to_ns - hogs[i].cpu_from_ns);
		gap = hogs[i].longest_gap_ns > gap ? hogs[i].longest_gap_ns : gap;
	}

	json_begin("idle");
	json_bool("valid", true);
	json_u64("cpus", hogs_for(1));
	json_u64("hogs", n);
	json_f64("cpus_used", used / (double)(c.shared->to_ns - c.shared->from_ns));
	json_u64("longest_gap_ns", gap);
	json_idle(&from, &to);
	json_end();
	return 0;
}
