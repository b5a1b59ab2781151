// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Weight of a nice level in the kernel's scheduling classes (sched_prio_to_weight): 1.25 per level, 1024 at 0. */
int weight_of_nice(int nice)
{
	static const int weights[40] = {
		88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904,
		3906,  3121,  2501,  1991,  1586,  1277,  1024,	 820,	655,   526,   423,  335,  272,	215,
		172,   137,   110,   87,    70,	   56,	  45,	 36,	29,    23,    18,   15,
	};

	if (nice < -20 || nice > 19)
		die("nice %d is outside -20..19", nice);
	return weights[nice + 20];
}

/* Nearest rank: the smallest sample with at least p of all samples at or below it. 0 without samples. */
u64 percentile(const u64 *sorted, size_t n, double p)
{
	size_t rank = (size_t)ceil(p * (double)n - 1e-9);

	if (n == 0)
		return 0;
	if (rank < 1)
		rank = 1;
	if (rank > n)
		rank = n;
	return sorted[rank - 1];
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Sorts the samples in place. */
void summarize(u64 *samples, size_t n, struct summary *s)
{
	double sum = 0;

	memset(s, 0, sizeof(*s));
	if (n == 0)
		return;
	qsort(samples, n, sizeof(*samples), compare_u64);
	for (size_t i = 0; i < n; i++)
		sum += (double)samples[i];
	s->count = n;
	s->mean = sum / (double)n;
	s->min = samples[0];
	s->p50 = percentile(samples, n, 0.50);
	s->p90 = percentile(samples, n, 0.90);
	s->p99 = percentile(samples, n, 0.99);
	s->max = samples[n - 1];
}

/* End of a bucket of delays, which does not belong to it; the last one has none: 0. */
u64 bucket_end(unsigned int bucket)
{
	static const u64 ends[DELAY_BUCKETS] = {
		NSEC_PER_MSEC / 4, NSEC_PER_MSEC / 2, NSEC_PER_MSEC, 2 * NSEC_PER_MSEC,
		4 * NSEC_PER_MSEC, 8 * NSEC_PER_MSEC, FRAME_NS,
	};

	return ends[bucket];
}

/* How many samples fall into each bucket. */
void bucket_counts(const u64 *samples, size_t n, u64 counts[DELAY_BUCKETS])
{
	memset(counts, 0, DELAY_BUCKETS * sizeof(*counts));
	for (size_t i = 0; i < n; i++) {
		unsigned int bucket = 0;

		while (bucket_end(bucket) && samples[i] >= bucket_end(bucket))
			bucket++;
		counts[bucket]++;
	}
}

/* (sum x)^2 / (n * sum x^2): 1 when all are equal, 1/n when one has everything; 0 without any. */
double jain_index(const double *x, size_t n)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += x[i];
		squares += x[i] * x[i];
	}
	return squares > 0 ? sum * sum / ((double)n * squares) : 0;
}

/*
 * Divides total by weight with at most cap for each (one task cannot use more than one CPU): whoever is due more than
 * cap gets cap, and the rest is divided again among the others. With n * cap < total everybody gets cap.
 */
void water_fill(const double *weights, size_t n, double total, double cap, double *due)
{
	bool *capped = must_alloc(n, sizeof(*capped));
	bool again = true;

	while (again) {
		double rest = total, weight = 0;

		again = false;
		for (size_t i = 0; i < n; i++) {
			if (capped[i])
				rest -= cap;
			else
				weight += weights[i];
		}
		for (size_t i = 0; i < n; i++) {
			if (capped[i])
				continue;
			due[i] = weight > 0 ? rest * weights[i] / weight : 0;
			if (due[i] > cap) {
				due[i] = cap;
				capped[i] = true;
				again = true;
			}
		}
	}
	free(capped);
}
