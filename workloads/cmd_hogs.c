// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS 64
#define END_LOOK   (100 * NSEC_PER_MSEC) /* how often it is looked whether a signal has ended the window */

struct group {
	unsigned int count;
	int nice;
	bool bound, placed;
	cpu_set_t cpus, start;	  /* where they may run; where they begin, if placed */
	unsigned int churn;	  /* times a second that each sets its own affinity */
	cpu_set_t without;	  /* every other time to their CPUs less these */
	u64 nap_every_ns, nap_ns; /* of CPU time each sleeps for so long; 0: never */
	struct hog *hogs;
	unsigned int first; /* member number of its first hog */
};

struct sample {
	u64 at_ns;
	unsigned int hogs[MAX_DOMAINS];
};

struct plan {
	struct group groups[MAX_GROUPS];
	unsigned int group_count, hog_count, samples_used, samples_max;
	struct domains domains;
	struct crew crew;
	struct sample *samples;
	cpu_set_t start_set, kill_set, online;
	unsigned int killed;
};

/* "naps=3000+500": after each 3 ms of CPU time they sleep for 0.5 ms. */
static void parse_naps(struct group *g, const char *field)
{
	unsigned int every, span;
	char end;

	if (sscanf(field, "naps=%u+%u%c", &every, &span, &end) != 2 || !every || !span)
		die("--groups: \"%s\" is not naps=RUN_US+SLEEP_US, both more than 0", field);
	g->nap_every_ns = every * NSEC_PER_USEC;
	g->nap_ns = span * NSEC_PER_USEC;
}

/*
 * "4:nice=0:cpus=0-3,4:nice=3:start=4-7": count, then any of nice=, cpus=, start=, churn=, without= and naps= ('+'
 * joins ranges).
 */
static void parse_groups(struct plan *p, const char *text)
{
	char *copy = strdup(text), *save = NULL;

	if (!copy)
		die("out of memory");
	for (char *part = strtok_r(copy, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
		char *inner = NULL, *field = strtok_r(part, ":", &inner), *end;
		struct group *g = &p->groups[p->group_count];

		if (p->group_count++ == MAX_GROUPS)
			die("--groups: more than %d groups", MAX_GROUPS);
		g->count = (unsigned int)strtoul(field, &end, 10);
		if (*end || g->count == 0 || g->count > 100000)
			die("--groups: \"%s\" is no number of hogs; write for example 4:nice=0:cpus=0-3", field);
		while ((field = strtok_r(NULL, ":", &inner))) {
			if (strncmp(field, "nice=", 5) == 0) {
				g->nice = (int)strtol(field + 5, &end, 10);
				if (*end || end == field + 5 || g->nice < -20 || g->nice > 19)
					die("--groups: \"%s\" is not within -20..19", field);
			} else if (strncmp(field, "cpus=", 5) == 0) {
				cpus_parse("--groups", field + 5, &g->cpus);
				g->bound = true;
			} else if (strncmp(field, "start=", 6) == 0) {
				cpus_parse("--groups", field + 6, &g->start);
				g->placed = true;
			} else if (strncmp(field, "churn=", 6) == 0) {
				g->churn = (unsigned int)strtoul(field + 6, &end, 10);
				if (*end || g->churn == 0 || g->churn > 100000)
					die("--groups: \"%s\" is no number of changes a second", field);
			} else if (strncmp(field, "without=", 8) == 0) {
				cpus_parse("--groups", field + 8, &g->without);
			} else if (strncmp(field, "naps=", 5) == 0) {
				parse_naps(g, field);
			} else {
				die("--groups: \"%s\" is neither nice=, cpus=, start=, churn=, without= nor naps=",
				    field);
			}
		}
		p->hog_count += g->count;
	}
	free(copy);
	if (p->hog_count == 0)
		die("--groups: no hogs");
}

static void take_sample(struct plan *p, bool show)
{
	struct sample *s = &p->samples[p->samples_used];
	char line[512];
	size_t used = 0;

	if (p->samples_used == p->samples_max)
		return;
	p->samples_used++;
	s->at_ns = now_ns() - p->crew.shared->start_ns;
	for (unsigned int g = 0; g < p->group_count; g++)
		for (unsigned int i = 0; i < p->groups[g].count; i++) {
			int d = domain_of(&p->domains, p->groups[g].hogs[i].last_cpu);

			if (d >= 0 && !p->crew.ended[p->groups[g].first + i])
				s->hogs[d]++;
		}
	if (!show)
		return;
	for (unsigned int d = 0; d < p->domains.count && used < sizeof(line); d++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%u", d ? ":" : "", s->hogs[d]);
	progress("%7.3f s  hogs per domain %s", (double)s->at_ns / 1e9, line);
}

static void widen(struct plan *p)
{
	for (unsigned int g = 0; g < p->group_count; g++)
		for (unsigned int i = 0; i < p->groups[g].count; i++) {
			struct group *group = &p->groups[g];

			if (sched_setaffinity(p->crew.pids[group->first + i], sizeof(cpu_set_t),
					      group->bound ? &group->cpus : &p->online))
				die("cannot widen the affinity of hog %u: %s", group->first + i, strerror(errno));
		}
}

/* When each hog of a group sleeps, and what it sets its affinity to: the group's CPUs, and those less some. */
static void set_habits(const struct plan *p, const struct group *g)
{
	for (unsigned int i = 0; i < g->count; i++) {
		struct hog *h = &g->hogs[i];

		h->nap_every_ns = g->nap_every_ns;
		h->nap_ns = g->nap_ns;
		if (!g->churn)
			continue;
		h->churn_ns = NSEC_PER_SEC / g->churn;
		h->churn[0] = h->churn[1] = g->bound ? g->cpus : p->online;
		for (int cpu = 0; cpu < MAX_CPUS; cpu++)
			if (CPU_ISSET(cpu, &g->without))
				CPU_CLR(cpu, &h->churn[0]);
	}
}

static void print_hogs(const struct plan *p)
{
	double window = (double)(p->crew.shared->to_ns - p->crew.shared->from_ns);
	char cpus[256];

	json_open("groups", '[');
	for (unsigned int gi = 0; gi < p->group_count; gi++) {
		const struct group *g = &p->groups[gi];
		double sum = 0, least = 0, most = 0;
		unsigned int alive = 0;
		u64 gap = 0, moves = 0, switches = 0, changes = 0;

		json_open(NULL, '{');
		json_u64("hogs", g->count);
		json_i64("nice", g->nice);
		json_u64("weight", (u64)weight_of_nice(g->nice));
		cpus_format(g->bound ? &g->cpus : &p->online, cpus, sizeof(cpus));
		json_str("cpus", cpus);
		json_open("members", '[');
		for (unsigned int i = 0; i < g->count; i++) {
			const struct hog *h = &g->hogs[i];
			bool ended = p->crew.ended[g->first + i];
			double share = (double)(h->cpu_to_ns - h->cpu_from_ns) / window;

			json_open(NULL, '{');
			json_i64("pid", p->crew.pids[g->first + i]);
			json_i64("last_cpu", h->last_cpu);
			json_u64("moves", h->moves);
			json_bool("killed", ended);
			if (!ended) {
				json_u64("cpu_ns", h->cpu_to_ns - h->cpu_from_ns);
				json_f64("share", share);
				json_u64("longest_gap_ns", h->longest_gap_ns);
				json_u64("longest_gap_at_ns", h->longest_gap_at_ns);
				sum += share;
				least = alive == 0 || share < least ? share : least;
				most = share > most ? share : most;
				gap = h->longest_gap_ns > gap ? h->longest_gap_ns : gap;
				switches += h->switches_to - h->switches_from;
				alive++;
			}
			moves += h->moves;
			changes += h->changes;
			json_close('}');
		}
		json_close(']');
		json_u64("alive", alive);
		json_f64("share_sum", sum);
		json_f64("share_mean", alive ? sum / alive : 0);
		json_f64("share_min", least);
		json_f64("share_max", most);
		json_u64("longest_gap_ns", gap);
		json_u64("switches", switches);
		json_u64("moves", moves);
		json_u64("changes", changes);
		json_close('}');
	}
	json_close(']');
}

static void print_samples(const struct plan *p)
{
	json_open("samples", '[');
	for (unsigned int i = 0; i < p->samples_used; i++) {
		json_open(NULL, '{');
		json_u64("at_ns", p->samples[i].at_ns);
		json_open("hogs_per_domain", '[');
		for (unsigned int d = 0; d < p->domains.count; d++)
			json_u64(NULL, p->samples[i].hogs[d]);
		json_close(']');
		json_close('}');
	}
	json_close(']');
}

static struct crew_shared *endable; /* whose window a signal ends, or NULL */

static void end_window(int signal)
{
	u64 now = now_ns();

	(void)signal;
	if (now < endable->to_ns)
		endable->to_ns = now > endable->from_ns ? now : endable->from_ns + 1;
}

/* The hogs, which see the new end, were forked while the signal was ignored: one sent to all of them is for this
 * process. */
static void end_window_by_signal(struct crew_shared *sh)
{
	struct sigaction action = {.sa_handler = end_window};

	endable = sh;
	sigaction(SIGUSR1, &action, NULL);
}

/* Runs the timetable: widening, ending, samples and both ends of the window, in the order of their times. */
static void supervise(struct plan *p, u64 widen_at, u64 kill_at, u64 period, bool show, struct cpu_time *from,
		      struct cpu_time *to)
{
	struct crew_shared *sh = p->crew.shared;
	u64 sample_at = period ? sh->start_ns + period : UINT64_MAX, from_at = sh->from_ns, next;

	for (;;) {
		next = sh->to_ns;
		next = from_at < next ? from_at : next;
		next = widen_at < next ? widen_at : next;
		next = kill_at < next ? kill_at : next;
		next = sample_at < next ? sample_at : next;
		if (endable && next > now_ns() + END_LOOK) {
			sleep_until(now_ns() + END_LOOK);
			continue;
		}
		sleep_until(next);
		if (next == widen_at) {
			widen(p);
			widen_at = UINT64_MAX;
		} else if (next == kill_at) {
			p->killed = crew_kill_on(&p->crew, &p->kill_set);
			kill_at = UINT64_MAX;
		} else if (next == from_at) {
			cpu_time_read(from);
			from_at = UINT64_MAX;
		} else if (next == sample_at) {
			take_sample(p, show);
			sample_at += period;
		} else {
			cpu_time_read(to);
			return;
		}
	}
}

int run_hogs(const struct command *cmd, int argc, char **argv)
{
	const char *groups = NULL, *domains = NULL, *start_on = NULL, *kill_on = NULL, *memory = NULL;
	double seconds = 6, warmup = 1, widen_after = 0.5, kill_after = 0;
	unsigned int sample_ms = 0;
	bool show = false, memory_late = false, placed = false, signalled = false;
	const struct option_def defs[] = {
		{"groups", OPTION_TEXT, &groups,
		 "N[:nice=X][:cpus=LIST][:start=LIST][:churn=PER_S[:without=LIST]][:naps=RUN_US+SLEEP_US],... (LIST joins ranges with '+'); "
		 "required"},
		{"seconds", OPTION_NUMBER, &seconds, "measured window"},
		{"warmup", OPTION_NUMBER, &warmup, "time before it"},
		{"domains", OPTION_TEXT, &domains, "groups of CPUs, as 0-3,4-7; without it the two halves"},
		{"start-on", OPTION_TEXT, &start_on, "begin bound to these CPUs, then widen to the group's CPUs"},
		{"widen-after", OPTION_NUMBER, &widen_after, "seconds from the start until they are widened"},
		{"kill-on", OPTION_TEXT, &kill_on, "end the hogs that last ran on these CPUs"},
		{"kill-after", OPTION_NUMBER, &kill_after, "seconds from the start until then"},
		{"memory", OPTION_TEXT, &memory,
		 "memory policy that the hogs are born with: prefer:N, bind:LIST, interleave:LIST"},
		{"memory-late", OPTION_FLAG, &memory_late, "each hog sets it itself, before the start"},
		{"sample-ms", OPTION_UINT, &sample_ms, "record the hogs per domain at this period; 0: not"},
		{"progress", OPTION_FLAG, &show, "print each sample on stderr"},
		{"end-on-signal", OPTION_FLAG, &signalled,
		 "SIGUSR1 ends the measured window; --seconds is its longest"},
		{0},
	};
	struct plan *p = must_alloc(1, sizeof(*p));
	struct memory_policy policy;
	struct cpu_time from = {0}, to;
	u64 start;

	options_parse(cmd, defs, argc, argv);
	if (!groups)
		die("hogs: --groups is required, for example --groups 8,4:nice=3:cpus=0-3");
	if (seconds <= 0)
		die("hogs: --seconds must be more than 0");
	if (kill_on && (kill_after <= 0 || kill_after > warmup + seconds))
		die("hogs: --kill-on needs --kill-after within the run (0 to %g s)", warmup + seconds);
	cpus_online(&p->online);
	parse_groups(p, groups);
	domains_parse(domains, &p->domains);
	if (start_on)
		cpus_parse("--start-on", start_on, &p->start_set);
	for (unsigned int g = 0; g < p->group_count; g++) {
		struct group *group = &p->groups[g];

		if (start_on && !group->placed) {
			group->start = p->start_set;
			group->placed = true;
		}
		placed |= group->placed;
	}
	if (placed && widen_after > warmup + seconds)
		die("hogs: --widen-after is later than the end of the run");
	if (kill_on)
		cpus_parse("--kill-on", kill_on, &p->kill_set);
	if (sample_ms) {
		p->samples_max = (unsigned int)((warmup + seconds) * 1000 / sample_ms) + 1;
		p->samples = must_alloc(p->samples_max, sizeof(*p->samples));
	}
	if (signalled)
		signal(SIGUSR1, SIG_IGN);
	crew_init(&p->crew, p->hog_count);
	if (memory) {
		memory_policy_parse("--memory", memory, &policy);
		if (memory_late)
			p->crew.memory = &policy;
		else
			memory_policy_set(&policy);
	}
	for (unsigned int g = 0; g < p->group_count; g++) {
		struct group *group = &p->groups[g];

		group->first = p->crew.count;
		group->hogs = hogs_add(&p->crew, group->count, group->nice,
				       group->placed  ? &group->start
				       : group->bound ? &group->cpus
						      : NULL,
				       &p->domains);
		set_habits(p, group);
	}
	crew_start(&p->crew, warmup, seconds);
	start = p->crew.shared->start_ns;
	if (signalled)
		end_window_by_signal(p->crew.shared);
	supervise(p, placed ? start + seconds_to_ns(widen_after) : UINT64_MAX,
		  kill_on ? start + seconds_to_ns(kill_after) : UINT64_MAX, sample_ms * NSEC_PER_MSEC, show, &from,
		  &to);
	crew_finish(&p->crew);

	json_begin("hogs");
	json_bool("valid", true);
	json_u64("cpus", (u64)CPU_COUNT(&p->online));
	json_u64("window_ns", p->crew.shared->to_ns - p->crew.shared->from_ns);
	json_u64("start_ns", start);
	json_u64("end_ns", p->crew.shared->to_ns);
	json_u64("killed", p->killed);
	json_idle(&from, &to);
	print_hogs(p);
	if (sample_ms)
		print_samples(p);
	json_end();
	return 0;
}
