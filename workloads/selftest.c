// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <math.h>
#include <string.h>

static unsigned int checks, failures;

static void check(bool ok, const char *what)
{
	checks++;
	if (!ok) {
		failures++;
		progress("selftest: wrong: %s", what);
	}
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (fabs(b) + 1);
}

static void check_percentiles(void)
{
	u64 samples[100], one = 7;
	struct summary s;

	/* 100..1, so that sorting matters. */
	for (unsigned int i = 0; i < 100; i++)
		samples[i] = 100 - i;
	summarize(samples, 100, &s);
	check(s.count == 100 && s.min == 1 && s.max == 100 && near(s.mean, 50.5), "summary of 1..100");
	check(s.p50 == 50 && s.p90 == 90 && s.p99 == 99, "percentiles of 1..100 by nearest rank");
	summarize(samples, 50, &s);
	check(s.p50 == 25 && s.p99 == 50 && s.max == 50, "percentiles of 1..50");
	check(percentile(&one, 1, 0.5) == 7 && percentile(&one, 1, 0.99) == 7, "percentiles of one sample");
	summarize(NULL, 0, &s);
	check(s.count == 0 && s.p99 == 0, "summary of nothing");
}

static void check_buckets(void)
{
	const u64 samples[] = {0, 249999, 250000, FRAME_NS - 1, FRAME_NS, UINT64_MAX};
	u64 counts[DELAY_BUCKETS];

	bucket_counts(samples, 6, counts);
	check(counts[0] == 2 && counts[1] == 1 && counts[6] == 1 && counts[7] == 2, "delays on both sides of bounds");
	check(counts[2] + counts[3] + counts[4] + counts[5] == 0, "no delay in the other buckets");
}

static void check_jain(void)
{
	const double equal[] = {2, 2, 2, 2}, one[] = {0, 0, 5, 0}, mixed[] = {1, 3};

	check(near(jain_index(equal, 4), 1), "Jain index of equal shares");
	check(near(jain_index(one, 4), 0.25), "Jain index of one owner among four");
	check(near(jain_index(mixed, 2), 0.8), "Jain index of 1 and 3");
	check(jain_index(NULL, 0) == 0, "Jain index of nothing");
}

static void check_water_filling(void)
{
	const double plain[] = {1024, 335, 1991}, heavy[] = {88761, 15, 15, 15, 15, 15, 15, 15};
	const double cascade[] = {100, 10, 1, 1}, few[] = {1, 2};
	double due[8], sum = 0;

	water_fill(plain, 3, 3350, 3350, due);
	check(near(due[0], 1024) && near(due[1], 335) && near(due[2], 1991), "shares by weight, nothing capped");
	water_fill(heavy, 8, 4, 1, due);
	check(near(due[0], 1), "the heavy task is due one CPU");
	for (int i = 1; i < 8; i++)
		check(near(due[i], 3.0 / 7), "the light tasks are due 3/7 of a CPU each");
	/* First round caps 100; only then 10 is due 2 * 10/12 > 1 and is capped too. */
	water_fill(cascade, 4, 3, 1, due);
	for (int i = 0; i < 4; i++)
		sum += due[i];
	check(near(due[0], 1) && near(due[1], 1) && near(due[2], 0.5) && near(sum, 3), "two rounds of capping");
	water_fill(few, 2, 4, 1, due);
	check(near(due[0], 1) && near(due[1], 1), "fewer tasks than CPUs: one CPU each");
}

static void check_weights(void)
{
	check(weight_of_nice(0) == 1024 && weight_of_nice(3) == 526 && weight_of_nice(5) == 335, "weights, nice 0 3 5");
	check(weight_of_nice(-3) == 1991 && weight_of_nice(-20) == 88761 && weight_of_nice(19) == 15,
	      "weights, nice -3 -20 19");
}

static void check_cpus(void)
{
	struct domains d;
	cpu_set_t online, parsed, upper, lower;
	unsigned int total;
	char text[4096];

	cpus_online(&online);
	cpus_format(&online, text, sizeof(text));
	cpus_parse("selftest", text, &parsed);
	check(CPU_EQUAL(&online, &parsed), "a CPU list is read as it was written");
	CPU_ZERO(&parsed);
	CPU_SET(0, &parsed);
	CPU_SET(1, &parsed);
	CPU_SET(5, &parsed);
	cpus_format(&parsed, text, sizeof(text));
	check(strcmp(text, "0-1,5") == 0, "format of CPUs 0, 1 and 5");
	total = cpus_upper_half(&upper, &lower);
	CPU_AND(&parsed, &upper, &lower);
	check(CPU_COUNT(&parsed) == 0 && CPU_COUNT(&upper) + CPU_COUNT(&lower) == (int)total,
	      "the halves are disjoint and complete");
	domains_parse(NULL, &d);
	check(d.count == (total > 1 ? 2u : 1u), "default groups");
	check(domain_of(&d, -1) == -1 && domain_of(&d, MAX_CPUS) == -1, "no group outside the CPUs");
}

int run_selftest(const struct command *cmd, int argc, char **argv)
{
	const struct option_def defs[] = {{0}};

	options_parse(cmd, defs, argc, argv);
	check_percentiles();
	check_buckets();
	check_jain();
	check_water_filling();
	check_weights();
	check_cpus();

	json_begin("selftest");
	json_bool("valid", failures == 0);
	json_u64("checks", checks);
	json_u64("failures", failures);
	json_f64("loops_per_us", measure_loops_per_us());
	json_f64("full_loops_per_us", measure_full_loops_per_us());
	json_end();
	return failures ? 1 : 0;
}
