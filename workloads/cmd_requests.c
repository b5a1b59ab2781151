// SPDX-License-Identifier: GPL-2.0-only
/*
 * requests: the shape of schbench. Workers ask their messenger for a request and sleep; the messenger wakes every
 * worker that asked; the worker does a fixed piece of work and asks again. A closed loop, so the rate is what the
 * machine gives.
 */
#include "load.h"
#include <stdlib.h>
#include <string.h>

enum { BUSY, ASKING, WOKEN };

struct worker {
	u32 state; /* the futex: BUSY and ASKING by the worker, WOKEN by its messenger */
	u64 stamp_ns, work_loops, completed;
	u64 *wakeups, *requests; /* samples, shared memory */
	u32 wakeups_used, requests_used, max;
	struct messenger *messenger;
} __attribute__((aligned(128)));

struct messenger {
	u32 asked; /* the futex: grows with every worker that asks */
	unsigned int count;
	struct worker *workers;
} __attribute__((aligned(128)));

static void worker_body(struct crew_shared *sh, void *arg)
{
	struct worker *w = arg;

	while (!__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		u64 stamp, start, end;

		__atomic_store_n(&w->state, ASKING, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&w->messenger->asked, 1, __ATOMIC_SEQ_CST);
		futex_wake(&w->messenger->asked, 1);
		while (__atomic_load_n(&w->state, __ATOMIC_SEQ_CST) != WOKEN) {
			if (__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE))
				return;
			futex_wait(&w->state, ASKING, 500 * NSEC_PER_MSEC);
		}
		start = now_ns();
		stamp = w->stamp_ns;
		spin(w->work_loops);
		end = now_ns();
		if (end < sh->from_ns || end >= sh->to_ns)
			continue;
		w->completed++;
		if (w->wakeups_used < w->max)
			w->wakeups[w->wakeups_used++] = start - stamp;
		if (w->requests_used < w->max)
			w->requests[w->requests_used++] = end - stamp;
	}
}

static void messenger_body(struct crew_shared *sh, void *arg)
{
	struct messenger *m = arg;

	while (!__atomic_load_n(&sh->stop, __ATOMIC_ACQUIRE)) {
		u32 asked = __atomic_load_n(&m->asked, __ATOMIC_SEQ_CST);
		bool any = false;

		for (unsigned int i = 0; i < m->count; i++) {
			struct worker *w = &m->workers[i];

			if (__atomic_load_n(&w->state, __ATOMIC_SEQ_CST) != ASKING)
				continue;
			any = true;
			w->stamp_ns = now_ns();
			__atomic_store_n(&w->state, WOKEN, __ATOMIC_SEQ_CST);
			futex_wake(&w->state, 1);
		}
		if (!any)
			futex_wait(&m->asked, asked, 500 * NSEC_PER_MSEC);
	}
}

static void collect(struct worker *workers, unsigned int n, bool wakeups, struct summary *s)
{
	size_t total = 0, used = 0;
	u64 *all;

	for (unsigned int i = 0; i < n; i++)
		total += wakeups ? workers[i].wakeups_used : workers[i].requests_used;
	all = must_alloc(total, sizeof(u64));
	for (unsigned int i = 0; i < n; i++) {
		size_t count = wakeups ? workers[i].wakeups_used : workers[i].requests_used;

		memcpy(all + used, wakeups ? workers[i].wakeups : workers[i].requests, count * sizeof(u64));
		used += count;
	}
	summarize(all, total, s);
	free(all);
}

int run_requests(const struct command *cmd, int argc, char **argv)
{
	double seconds = 6, warmup = 1, loops_per_us = 0;
	unsigned int messengers = 2, per_messenger = 0, work_us = 1000, n;
	const struct option_def defs[] = {
		{"messengers", OPTION_UINT, &messengers, "messengers"},
		{"workers", OPTION_UINT, &per_messenger, "workers of each; 0: one per CPU"},
		{"work-us", OPTION_UINT, &work_us, "think work of a request"},
		{"seconds", OPTION_NUMBER, &seconds, "measured window"},
		{"warmup", OPTION_NUMBER, &warmup, "time before it"},
		{"loops-per-us", OPTION_NUMBER, &loops_per_us, "speed of the work loop; 0: measure it first"},
		{0},
	};
	struct member_conf messenger = {.comm = "wd40-messenger"}, worker = {.comm = "wd40-worker"};
	struct summary wakeups, requests;
	struct cpu_time from, to;
	struct messenger *ms;
	struct worker *ws;
	u64 completed = 0;
	struct crew c;
	double window;

	options_parse(cmd, defs, argc, argv);
	if (!messengers || !work_us || seconds <= 0)
		die("requests: needs --messengers, --work-us and --seconds above 0");
	if (loops_per_us <= 0)
		loops_per_us = measure_loops_per_us();
	if (!per_messenger)
		per_messenger = hogs_for(1);
	n = messengers * per_messenger;
	crew_init(&c, messengers + n);
	ms = shared_alloc(messengers * sizeof(*ms));
	ws = shared_alloc(n * sizeof(*ws));
	for (unsigned int i = 0; i < n; i++) {
		struct worker *w = &ws[i];

		w->messenger = &ms[i / per_messenger];
		w->work_loops = (u64)(work_us * loops_per_us);
		w->max = (u32)(seconds * 1.5e6 / work_us) + 1024;
		w->wakeups = shared_alloc(w->max * sizeof(u64));
		w->requests = shared_alloc(w->max * sizeof(u64));
		crew_add(&c, &worker, worker_body, w);
	}
	for (unsigned int i = 0; i < messengers; i++) {
		ms[i].count = per_messenger;
		ms[i].workers = &ws[i * per_messenger];
		crew_add(&c, &messenger, messenger_body, &ms[i]);
	}
	crew_start(&c, warmup, seconds);
	crew_measure(&c, &from, &to);
	crew_finish(&c);
	window = (double)(c.shared->to_ns - c.shared->from_ns) / 1e9;
	for (unsigned int i = 0; i < n; i++)
		completed += ws[i].completed;
	collect(ws, n, true, &wakeups);
	collect(ws, n, false, &requests);

	json_begin("requests");
	json_bool("valid", completed > 0 && wakeups.count == completed);
	if (wakeups.count != completed)
		json_str("error", "more requests than room for samples: shorten --seconds");
	json_u64("cpus", hogs_for(1));
	json_u64("messengers", messengers);
	json_u64("workers", n);
	json_u64("work_ns", work_us * NSEC_PER_USEC);
	json_f64("loops_per_us", loops_per_us);
	json_f64("requests_per_s", (double)completed / window);
	json_summary("wakeup_ns", &wakeups);
	json_summary("request_ns", &requests);
	json_idle(&from, &to);
	json_end();
	return 0;
}
