// SPDX-License-Identifier: GPL-2.0-only
/* trace-waits: who waits for a CPU for how long, and which CPUs are idle meanwhile, from sched_wakeup and sched_switch.
 */
#include "load.h"
#include <stdlib.h>
#include <string.h>

#define MAX_PID	      (4 * 1024 * 1024) /* the kernel's own limit; only what is used is in memory */
#define PF_KTHREAD    0x00200000
#define EXPLAIN_LINES 40

enum task_state { STATE_UNKNOWN, STATE_ASLEEP, STATE_QUEUED, STATE_RUNNING };

struct task {
	u64 queued_at;
	unsigned char state, watched;
};

#define COMM_LEN 16

struct wait {
	int pid;
	u64 ns, at_ns;
	char behind[COMM_LEN]; /* who left the CPU at the end of the wait */
};

/* A time to be looked at: its events are printed on stderr. */
struct span {
	u64 from, to;
	unsigned int lines;
};

struct waits {
	const char *name; /* of the watched tasks, which may run on every CPU */
	struct task *tasks;
	struct wait *list;
	size_t used, room;
	u64 queued_since, now, events;
	unsigned int queued; /* watched tasks that are queued now */
	u64 idle_since[MAX_CPUS], overlap_ns, longest_ns, longest_at_ns;
	bool idle[MAX_CPUS];
};

static const char *const events[] = {"sched_switch", "sched_wakeup", "sched_wakeup_new", NULL};

/* A time in which this CPU was idle and a watched task queued is over, if there was one. */
static void end_overlap(struct waits *w, int cpu)
{
	u64 from = w->idle_since[cpu] > w->queued_since ? w->idle_since[cpu] : w->queued_since;

	if (!w->idle[cpu] || !w->queued || w->now <= from)
		return;
	w->overlap_ns += w->now - from;
	if (w->now - from > w->longest_ns) {
		w->longest_ns = w->now - from;
		w->longest_at_ns = from;
	}
}

static void set_idle(struct waits *w, int cpu, bool idle)
{
	if (w->idle[cpu] == idle)
		return;
	end_overlap(w, cpu);
	w->idle[cpu] = idle;
	w->idle_since[cpu] = w->now;
}

static void add_wait(struct waits *w, int pid, u64 ns, const char *behind)
{
	struct wait *wait;

	if (w->used == w->room) {
		w->room *= 2;
		w->list = realloc(w->list, w->room * sizeof(*w->list));
		if (!w->list)
			die("out of memory");
	}
	wait = &w->list[w->used++];
	*wait = (struct wait){.pid = pid, .ns = ns, .at_ns = w->now - ns};
	snprintf(wait->behind, sizeof(wait->behind), "%s", behind);
}

/* behind: who leaves the CPU on which the task begins to run. */
static void set_state(struct waits *w, int pid, const char *comm, enum task_state state, const char *behind)
{
	struct task *t = &w->tasks[pid];

	if (t->state == STATE_QUEUED && t->watched && --w->queued == 0) {
		w->queued++;
		for (int cpu = 0; cpu < MAX_CPUS; cpu++)
			end_overlap(w, cpu);
		w->queued--;
	}
	if (t->state == STATE_QUEUED && state == STATE_RUNNING)
		add_wait(w, pid, w->now - t->queued_at, behind);
	t->watched = w->name && strcmp(comm, w->name) == 0;
	t->state = (unsigned char)state;
	if (state != STATE_QUEUED)
		return;
	t->queued_at = w->now;
	if (t->watched && w->queued++ == 0)
		w->queued_since = w->now;
}

/* "prev_comm=C prev_pid=P prev_prio=.. prev_state=S ==> next_comm=C next_pid=P next_prio=..", cut into names. */
static void on_switch(struct waits *w, int cpu, char *fields)
{
	char *next = strstr(fields, " ==> next_comm="), *next_pid = NULL, *prev_pid = NULL;
	const char *prev = fields + strlen("prev_comm=");
	int from, to;
	char state;

	for (char *p = next; p && (p = strstr(p, " next_pid=")); p++)
		next_pid = p;
	if (next)
		*next = 0;
	for (char *p = fields; (p = strstr(p, " prev_pid=")); p++)
		prev_pid = p;
	if (!next || !prev_pid || !next_pid || sscanf(next_pid, " next_pid=%d", &to) != 1 ||
	    sscanf(prev_pid, " prev_pid=%d prev_prio=%*d prev_state=%c", &from, &state) != 2 || from < 0 || to < 0 ||
	    from >= MAX_PID || to >= MAX_PID)
		die("cannot read a switch in the trace: %s", fields);
	*prev_pid = 0;
	*next_pid = 0;
	if (from)
		set_state(w, from, prev, state == 'R' ? STATE_QUEUED : STATE_ASLEEP, "");
	if (to)
		set_state(w, to, next + strlen(" ==> next_comm="), STATE_RUNNING, prev);
	set_idle(w, cpu, to == 0);
}

/* "comm=C pid=P prio=.. target_cpu=.." */
static void on_wakeup(struct waits *w, char *fields)
{
	char *pid = NULL;
	int woken;

	for (char *p = fields; (p = strstr(p, " pid=")); p++)
		pid = p;
	if (!pid || sscanf(pid, " pid=%d", &woken) != 1 || woken < 0 || woken >= MAX_PID)
		die("cannot read a wake-up in the trace: %s", fields);
	*pid = 0;
	/* Woken on its way to sleep, it simply goes on. */
	if (w->tasks[woken].state != STATE_RUNNING && w->tasks[woken].state != STATE_QUEUED)
		set_state(w, woken, fields + strlen("comm="), STATE_QUEUED, "");
}

static void on_event(const struct trace_line *t, void *arg)
{
	struct waits *w = arg;

	w->now = t->at_ns;
	w->events++;
	if (t->cpu < 0 || t->cpu >= MAX_CPUS)
		die("CPU %d in the trace", t->cpu);
	if (t->event == 0)
		on_switch(w, t->cpu, t->fields);
	else
		on_wakeup(w, t->fields);
}

/* A kernel thread that may run on one CPU only and is no real-time one. One that has ended meanwhile is none. */
static bool is_bound_kthread(int pid)
{
	char path[64], buf[2048], *p;
	unsigned int flags;
	cpu_set_t cpus;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!read_text(path, buf, sizeof(buf)))
		return false;
	p = strrchr(buf, ')');
	if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) != 1 || !(flags & PF_KTHREAD))
		return false;
	if (sched_getscheduler(pid) == SCHED_FIFO || sched_getscheduler(pid) == SCHED_RR)
		return false;
	return sched_getaffinity(pid, sizeof(cpus), &cpus) == 0 && CPU_COUNT(&cpus) == 1;
}

static int by_pid(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static void print_kthreads(struct waits *w, struct wait *longest)
{
	u64 *samples = must_alloc(w->used + 1, sizeof(*samples));
	unsigned int threads = 0;
	char comm[64] = "", path[64];
	struct summary all;
	size_t n = 0;

	if (w->used)
		qsort(w->list, w->used, sizeof(*w->list), by_pid);
	for (size_t i = 0, end; i < w->used; i = end) {
		bool counts = is_bound_kthread(w->list[i].pid);

		threads += counts;
		for (end = i; end < w->used && w->list[end].pid == w->list[i].pid; end++) {
			if (!counts)
				continue;
			samples[n++] = w->list[end].ns;
			if (w->list[end].ns <= longest->ns)
				continue;
			*longest = w->list[end];
			snprintf(path, sizeof(path), "/proc/%d/comm", w->list[i].pid);
			read_text(path, comm, sizeof(comm));
		}
	}
	comm[strcspn(comm, "\n")] = 0;
	summarize(samples, n, &all);
	json_u64("kthreads", threads);
	json_summary("kthread_wait_ns", &all);
	json_str("kthread_worst", comm);
	json_str("kthread_worst_behind", longest->behind);
	json_u64("kthread_worst_at_ns", longest->at_ns);
	free(samples);
}

static void print_event(const struct trace_line *t, void *arg)
{
	struct span *s = arg;

	if (t->at_ns < s->from || t->at_ns > s->to || !s->lines)
		return;
	s->lines--;
	t->fields[strcspn(t->fields, "\n")] = 0;
	fprintf(stderr, "%9.3f ms [%d] %s: %s\n", ((double)t->at_ns - (double)s->from) / 1e6, t->cpu, events[t->event],
		t->fields);
}

/* What happened around a moment, if it lasted for longer than the limit. */
static void explain(const char *what, u64 at, u64 lasted, u64 limit)
{
	struct span s = {.from = at - NSEC_PER_MSEC, .to = at + NSEC_PER_SEC, .lines = EXPLAIN_LINES};

	if (!limit || lasted <= limit)
		return;
	progress("from 1 ms before the longest time that %s, %.3f ms:", what, (double)lasted / 1e6);
	trace_read(events, print_event, &s);
}

/*
 * Runs on each CPU for a moment, as a real-time task: from the switch to it and back it is known whether the CPU was
 * idle, which for a CPU without any event nobody could say.
 */
static void visit_cpus(void)
{
	struct sched_param param = {.sched_priority = 1};
	cpu_set_t online, one;

	cpus_online(&online);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("trace-waits: no real-time priority; run as root");
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!CPU_ISSET(cpu, &online))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one))
			die("trace-waits: cannot run on CPU %d", cpu);
	}
	sched_setaffinity(0, sizeof(online), &online);
	param.sched_priority = 0;
	sched_setscheduler(0, SCHED_OTHER, &param);
}

int run_trace_waits(const struct command *cmd, int argc, char **argv)
{
	struct waits *w = must_alloc(1, sizeof(*w));
	unsigned int buffer_kb = 8192, limit_us = 0;
	double seconds = 0;
	const struct option_def defs[] = {
		{"watch", OPTION_TEXT, &w->name,
		 "name of tasks that may run on every CPU; no CPU should be idle while "
		 "one of them is queued"},
		{"seconds", OPTION_NUMBER, &seconds, "duration; 0: until SIGTERM or SIGINT"},
		{"explain-us", OPTION_UINT, &limit_us,
		 "print the events around longer times than this on stderr; 0: never"},
		{"buffer-kb", OPTION_UINT, &buffer_kb, "trace buffer of each CPU"},
		{0},
	};
	sigset_t signals;
	struct wait longest = {0};
	u64 start, end;

	options_parse(cmd, defs, argc, argv);
	w->tasks = must_alloc(MAX_PID, sizeof(*w->tasks));
	w->room = 4096;
	w->list = must_alloc(w->room, sizeof(*w->list));
	trace_block_signals(&signals);
	trace_open(buffer_kb);
	for (unsigned int i = 0; events[i]; i++)
		trace_event(events[i], NULL);
	trace_record(true);
	start = now_ns();
	visit_cpus();
	progress("recording");
	trace_wait(&signals, seconds, 0);
	end = now_ns();
	trace_read(events, on_event, w);
	w->now = end > w->now ? end : w->now;
	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		end_overlap(w, cpu);

	json_begin("trace-waits");
	json_bool("valid", w->events > 0);
	json_u64("start_ns", start);
	json_u64("duration_ns", end - start);
	json_u64("events", w->events);
	json_u64("idle_queued_ns", w->overlap_ns);
	json_u64("idle_queued_longest_ns", w->longest_ns);
	json_u64("idle_queued_longest_at_ns", w->longest_at_ns);
	print_kthreads(w, &longest);
	json_end();
	explain("a CPU was idle with a task queued", w->longest_at_ns, w->longest_ns, limit_us * NSEC_PER_USEC);
	explain("a kernel thread waited", longest.at_ns, longest.ns, limit_us * NSEC_PER_USEC);
	trace_close();
	return 0;
}
