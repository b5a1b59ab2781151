// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <math.h>
#include <string.h>

#define CHUNK_MIN_NS (25 * NSEC_PER_USEC) /* the clock is read every 25 to 50 us of work */
#define CHUNK_START  256ull

static void churn(struct hog *h)
{
	if (sched_setaffinity(0, sizeof(cpu_set_t), &h->churn[h->changes % 2]))
		die("a hog cannot set its affinity: %s", strerror(errno));
	h->changes++;
}

/* Sleeps if that is due, by the CPU time that it has had. Returns the time after it, or `now`. */
static u64 nap(const struct hog *h, u64 *due, u64 now)
{
	if (thread_cpu_ns() < *due)
		return now;
	sleep_until(now + h->nap_ns);
	*due = thread_cpu_ns() + h->nap_every_ns;
	return now_ns();
}

/*
 * Runs until the crew is told to stop. Needs no calibration: the amount of work between two looks at the clock doubles
 * until it takes long enough. CPU time is read by the hog itself, since only that brings the figure of a running task
 * up to date; a hog that waits at the end of the window reads late, but has not run in between.
 */
void hog_body(struct crew_shared *sh, void *arg)
{
	struct hog *h = arg;
	u64 loops = CHUNK_START, prev = sh->start_ns, churn_at = sh->from_ns, nap_at = 0, from, to, t;
	int domain = -1, d;

	while (!__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		spin(loops);
		t = now_ns();
		if (t - prev < CHUNK_MIN_NS)
			loops *= 2;
		h->last_cpu = sched_getcpu();
		if (h->domains) {
			d = domain_of(h->domains, h->last_cpu);
			if (domain >= 0 && d >= 0 && d != domain)
				h->moves++;
			domain = d;
		}
		from = prev > sh->from_ns ? prev : sh->from_ns;
		to = t < sh->to_ns ? t : sh->to_ns;
		if (to > from && to - from > h->longest_gap_ns) {
			h->longest_gap_ns = to - from;
			h->longest_gap_at_ns = from - sh->start_ns;
		}
		if (!h->begun && t >= sh->from_ns) {
			h->cpu_from_ns = thread_cpu_ns();
			h->switches_from = thread_switches();
			h->begun = true;
		}
		if (!h->done && t >= sh->to_ns) {
			h->cpu_to_ns = thread_cpu_ns();
			h->switches_to = thread_switches();
			h->done = true;
		}
		if (h->churn_ns && t >= churn_at) {
			churn(h);
			churn_at = t + h->churn_ns;
		}
		prev = h->nap_every_ns ? nap(h, &nap_at, t) : t;
	}
	/* Told to stop before it ever ran again: what it has now is what it had at the window's ends. */
	if (!h->begun) {
		h->cpu_from_ns = thread_cpu_ns();
		h->switches_from = thread_switches();
	}
	if (!h->done) {
		h->cpu_to_ns = thread_cpu_ns();
		h->switches_to = thread_switches();
	}
	if (prev < sh->to_ns) {
		from = prev > sh->from_ns ? prev : sh->from_ns;
		if (sh->to_ns - from > h->longest_gap_ns) {
			h->longest_gap_ns = sh->to_ns - from;
			h->longest_gap_at_ns = from - sh->start_ns;
		}
	}
	h->begun = h->done = true;
}

/* Adds hogs to a crew; their records are shared memory. d may be NULL. */
struct hog *hogs_add(struct crew *c, unsigned int count, int nice, const cpu_set_t *cpus, const struct domains *d)
{
	struct member_conf conf = {.comm = "wd40-hog", .nice = nice, .cpus = cpus};
	struct hog *hogs = shared_alloc(count * sizeof(*hogs));

	for (unsigned int i = 0; i < count; i++) {
		hogs[i].domains = d;
		hogs[i].last_cpu = -1;
		crew_add(c, &conf, hog_body, &hogs[i]);
	}
	return hogs;
}

/* So many hogs per online CPU, rounded to the nearest. */
unsigned int hogs_for(double per_cpu)
{
	cpu_set_t online;

	cpus_online(&online);
	return (unsigned int)lround(per_cpu * CPU_COUNT(&online));
}
