// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace-migrations: the kernel's own record of task moves, from the tracepoint sched:sched_migrate_task in a tracing
 * instance of its own, so that nobody else's tracing is disturbed.
 */
#include "load.h"
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MARK ": sched_migrate_task: "

struct move {
	u64 at_ns;
	int pid, from_cpu, to_cpu;
	char comm[16];
};

static char instance[128];

static const char *tracefs(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char path[128];

	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/instances", places[i]);
		if (access(path, W_OK) == 0)
			return places[i];
	}
	die("trace-migrations: no tracefs; as root: mount -t tracefs tracefs /sys/kernel/tracing");
}

static void set(const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", instance, file);
	write_text(path, text);
}

static void remove_instance(void)
{
	if (instance[0])
		rmdir(instance);
	instance[0] = 0;
}

/* "a,b" to comm ~ "a" || comm ~ "b"; the names may hold '*'. */
static void set_filter(const char *comms)
{
	char filter[1024] = "", *copy = strdup(comms), *save = NULL;
	size_t used = 0;

	if (!copy)
		die("out of memory");
	for (char *p = strtok_r(copy, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
		if (strchr(p, '"') || strlen(p) > 15)
			die("--comm: \"%s\" is no task name (at most 15 characters)", p);
		used += (size_t)snprintf(filter + used, sizeof(filter) - used, "%scomm ~ \"%s\"", used ? " || " : "",
					 p);
		if (used >= sizeof(filter))
			die("--comm: too many names");
	}
	free(copy);
	set("events/sched/sched_migrate_task/filter", filter);
}

static void open_instance(unsigned int buffer_kb, const char *comms)
{
	char number[32];

	snprintf(instance, sizeof(instance), "%s/instances/wd40-load-%d", tracefs(), getpid());
	if (mkdir(instance, 0700)) {
		int error = errno;

		instance[0] = 0;
		die("trace-migrations: cannot make a tracing instance: %s", strerror(error));
	}
	die_hook(remove_instance);
	set("tracing_on", "0");
	set("trace_clock", "mono");
	snprintf(number, sizeof(number), "%u", buffer_kb);
	set("buffer_size_kb", number);
	set("options/overwrite", "0");
	if (comms)
		set_filter(comms);
	set("events/sched/sched_migrate_task/enable", "1");
	set("tracing_on", "1");
}

/* Sum of what the ring buffers of all CPUs could not keep. */
static u64 lost_events(void)
{
	static const char *const lines[] = {"overrun: ", "commit overrun: ", "dropped events: "};
	cpu_set_t online;
	u64 lost = 0;

	cpus_online(&online);
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		char path[256], buf[4096];

		if (!CPU_ISSET(cpu, &online))
			continue;
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%d/stats", instance, cpu);
		if (!read_text(path, buf, sizeof(buf)))
			die("trace-migrations: cannot read %s", path);
		for (size_t i = 0; i < 3; i++)
			for (char *p = buf; (p = strstr(p, lines[i])); p++)
				if (p == buf || p[-1] == '\n')
					lost += strtoull(p + strlen(lines[i]), NULL, 10);
	}
	return lost;
}

/* One line of the trace: "task-pid [cpu] flags seconds.micros: sched_migrate_task: comm=C pid=P prio=.. orig_cpu=.." */
static bool parse_move(char *line, struct move *m)
{
	char *mark = strstr(line, MARK), *comm, *pid = NULL, *stamp;
	unsigned long long seconds, micros;

	if (!mark)
		return false;
	comm = strstr(mark, "comm=");
	for (char *p = comm; p && (p = strstr(p, " pid=")); p++)
		pid = p; /* a name may hold " pid=" itself: the last one is the field */
	for (stamp = mark; stamp > line && (isdigit((unsigned char)stamp[-1]) || stamp[-1] == '.'); stamp--)
		;
	if (!pid || sscanf(stamp, "%llu.%llu", &seconds, &micros) != 2 ||
	    sscanf(pid, " pid=%d prio=%*d orig_cpu=%d dest_cpu=%d", &m->pid, &m->from_cpu, &m->to_cpu) != 3)
		die("trace-migrations: cannot read the trace line: %s", line);
	m->at_ns = seconds * NSEC_PER_SEC + micros * NSEC_PER_USEC;
	*pid = 0;
	snprintf(m->comm, sizeof(m->comm), "%.15s", comm + 5);
	return true;
}

static struct move *read_moves(size_t *count)
{
	size_t used = 0, room = 1024, length = 0;
	struct move *moves = must_alloc(room, sizeof(*moves));
	char path[256], *line = NULL;
	FILE *f;

	snprintf(path, sizeof(path), "%s/trace", instance);
	f = fopen(path, "r");
	if (!f)
		die("trace-migrations: cannot open %s: %s", path, strerror(errno));
	while (getline(&line, &length, f) > 0) {
		if (!parse_move(line, &moves[used]))
			continue;
		if (++used == room) {
			room *= 2;
			moves = realloc(moves, room * sizeof(*moves));
			if (!moves)
				die("out of memory");
		}
	}
	free(line);
	fclose(f);
	*count = used;
	return moves;
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

/* Until the time is over, a signal asks to stop, or the command (if any) has ended. */
static void wait_for_end(const sigset_t *signals, double seconds, pid_t child)
{
	u64 end = seconds > 0 ? now_ns() + seconds_to_ns(seconds) : UINT64_MAX;

	for (;;) {
		u64 now = now_ns(), left = end > now ? end - now : 0;
		struct timespec ts = {.tv_sec = 3600};
		siginfo_t info;
		int signal;

		if (left / NSEC_PER_SEC < 3600) {
			ts.tv_sec = (time_t)(left / NSEC_PER_SEC);
			ts.tv_nsec = (long)(left % NSEC_PER_SEC);
		}
		signal = sigtimedwait(signals, &info, &ts);
		if (signal == SIGCHLD && child && info.si_pid == child)
			return;
		if (signal == SIGTERM || signal == SIGINT || (signal < 0 && errno == EAGAIN && now_ns() >= end)) {
			if (child)
				kill(child, SIGTERM);
			return;
		}
	}
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
	struct move *moves;
	u64 start, lost, crossing = 0;
	sigset_t signals;
	pid_t child = 0;
	size_t n;

	domains_parse(domains, d);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	open_instance(buffer_kb, strcmp(comms, "*") == 0 ? NULL : comms);
	start = now_ns();
	if (i < argc) {
		r.duration_ns = start;
		child_start(argv + i, &child, &fd);
	}
	progress("recording");
	wait_for_end(&signals, seconds, child);
	if (child)
		child_finish(child, fd, &r);
	set("tracing_on", "0");
	lost = lost_events();
	moves = read_moves(&n);
	remove_instance();
	if (lost)
		die("trace-migrations: %llu events were lost; raise --buffer-kb (now %u) or name fewer tasks",
		    (unsigned long long)lost, buffer_kb);
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
