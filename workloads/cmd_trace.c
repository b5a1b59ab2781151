// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace-migrations: the kernel's own record of task moves, from the tracepoint sched:sched_migrate_task in a tracing
 * instance of its own, so that nobody else's tracing is disturbed.
 */
#include "load.h"
#include <stdlib.h>
#include <string.h>

struct move {
	u64 at_ns;
	int pid, from_cpu, to_cpu;
	char comm[16];
};

struct moves {
	struct move *list;
	size_t used, room;
};

/* "a,b" to comm ~ "a" || comm ~ "b"; the names may hold '*'. */
static void comm_filter(const char *comms, char *filter, size_t size)
{
	char *copy = strdup(comms), *save = NULL;
	size_t used = 0;

	if (!copy)
		die("out of memory");
	for (char *p = strtok_r(copy, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
		if (strchr(p, '"') || strlen(p) > 15)
			die("--comm: \"%s\" is no task name (at most 15 characters)", p);
		used += (size_t)snprintf(filter + used, size - used, "%scomm ~ \"%s\"", used ? " || " : "", p);
		if (used >= size)
			die("--comm: too many names");
	}
	free(copy);
}

/* "comm=C pid=P prio=.. orig_cpu=.. dest_cpu=.." */
static void add_move(const struct trace_line *t, void *arg)
{
	struct moves *all = arg;
	struct move *m;
	char *pid = NULL;

	if (all->used == all->room) {
		all->room *= 2;
		all->list = realloc(all->list, all->room * sizeof(*all->list));
		if (!all->list)
			die("out of memory");
	}
	m = &all->list[all->used++];
	for (char *p = t->fields; (p = strstr(p, " pid=")); p++)
		pid = p; /* a name may hold " pid=" itself: the last one is the field */
	if (!pid || sscanf(pid, " pid=%d prio=%*d orig_cpu=%d dest_cpu=%d", &m->pid, &m->from_cpu, &m->to_cpu) != 3)
		die("trace-migrations: cannot read the trace line: %s", t->fields);
	m->at_ns = t->at_ns;
	*pid = 0;
	snprintf(m->comm, sizeof(m->comm), "%.15s", t->fields + strlen("comm="));
}

static int by_pid_then_time(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->at_ns < y->at_ns ? -1 : x->at_ns > y->at_ns;
}

static bool crosses(const struct domains *d, const struct move *m)
{
	return domain_of(d, m->from_cpu) != domain_of(d, m->to_cpu);
}

static void print_tasks(const struct domains *d, const struct move *moves, size_t n)
{
	json_open("tasks", '[');
	for (size_t i = 0, end; i < n; i = end) {
		u64 crossing = 0;

		for (end = i; end < n && moves[end].pid == moves[i].pid; end++)
			crossing += crosses(d, &moves[end]);
		json_open(NULL, '{');
		json_i64("pid", moves[i].pid);
		json_str("comm", moves[i].comm);
		json_u64("migrations", end - i);
		json_u64("domain_moves", crossing);
		json_close('}');
	}
	json_close(']');
}

static void print_moves(const struct domains *d, const struct move *moves, size_t n, unsigned int limit)
{
	unsigned int listed = 0;

	json_open("moves", '[');
	for (size_t i = 0; i < n && listed < limit; i++) {
		if (!crosses(d, &moves[i]))
			continue;
		listed++;
		json_open(NULL, '{');
		json_i64("pid", moves[i].pid);
		json_u64("at_ns", moves[i].at_ns);
		json_i64("from_cpu", moves[i].from_cpu);
		json_i64("to_cpu", moves[i].to_cpu);
		json_i64("from_domain", domain_of(d, moves[i].from_cpu));
		json_i64("to_domain", domain_of(d, moves[i].to_cpu));
		json_close('}');
	}
	json_close(']');
}

int run_trace_migrations(const struct command *cmd, int argc, char **argv)
{
	const char *domains = NULL, *comms = "wd40-hog";
	unsigned int buffer_kb = 4096, limit = 1000;
	double seconds = 0;
	const struct option_def defs[] = {
		{"comm", OPTION_TEXT, &comms, "names of the tasks, with commas between; '*' allowed; * alone: all"},
		{"domains", OPTION_TEXT, &domains, "groups of CPUs, as 0-3,4-7; without it the two halves"},
		{"seconds", OPTION_NUMBER, &seconds, "duration; 0: until SIGTERM, SIGINT or the command's end"},
		{"buffer-kb", OPTION_UINT, &buffer_kb, "trace buffer of each CPU"},
		{"list", OPTION_UINT, &limit, "moves between groups to list at most"},
		{0},
	};
	struct domains *d = must_alloc(1, sizeof(*d));
	int i = options_parse(cmd, defs, argc, argv), fd = -1;
	struct child_result r = {0};
	static const char *const events[] = {"sched_migrate_task", NULL};
	char filter[1024] = "";
	struct moves all = {.list = must_alloc(1024, sizeof(*all.list)), .room = 1024};
	struct move *moves;
	u64 start, crossing = 0;
	sigset_t signals;
	pid_t child = 0;
	size_t n;

	domains_parse(domains, d);
	trace_block_signals(&signals);
	if (strcmp(comms, "*") != 0)
		comm_filter(comms, filter, sizeof(filter));
	trace_open(buffer_kb);
	trace_event(events[0], filter[0] ? filter : NULL);
	trace_record(true);
	start = now_ns();
	if (i < argc) {
		r.duration_ns = start;
		child_start(argv + i, &child, &fd);
	}
	progress("recording");
	trace_wait(&signals, seconds, child);
	if (child)
		child_finish(child, fd, &r);
	trace_read(events, add_move, &all);
	trace_close();
	moves = all.list;
	n = all.used;
	qsort(moves, n, sizeof(*moves), by_pid_then_time);
	for (size_t m = 0; m < n; m++)
		crossing += crosses(d, &moves[m]);

	json_begin("trace-migrations");
	json_bool("valid", !child || r.status == 0);
	json_u64("start_ns", start);
	json_u64("duration_ns", now_ns() - start);
	json_u64("migrations", n);
	json_u64("domain_moves", crossing);
	json_u64("lost", 0);
	print_tasks(d, moves, n);
	print_moves(d, moves, n, limit);
	if (child)
		json_child(&r);
	json_end();
	return child && r.status ? 1 : 0;
}
