// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's scheduler tracepoints, in a tracing instance of our own, so that nobody else's tracing is disturbed. */
#include "load.h"
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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
	die("no tracefs; as root: mount -t tracefs tracefs /sys/kernel/tracing");
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

/* Makes the instance and a buffer for each CPU; nothing is recorded yet. What dies from here on removes the instance.
 */
void trace_open(unsigned int buffer_kb)
{
	char number[32];

	snprintf(instance, sizeof(instance), "%s/instances/wd40-load-%d", tracefs(), getpid());
	if (mkdir(instance, 0700)) {
		int error = errno;

		instance[0] = 0;
		die("cannot make a tracing instance: %s", strerror(error));
	}
	die_hook(remove_instance);
	set("tracing_on", "0");
	set("trace_clock", "mono");
	snprintf(number, sizeof(number), "%u", buffer_kb);
	set("buffer_size_kb", number);
	set("options/overwrite", "0");
}

/* Adds a tracepoint of the group "sched"; filter may be NULL. */
void trace_event(const char *name, const char *filter)
{
	char path[128];

	if (filter) {
		snprintf(path, sizeof(path), "events/sched/%s/filter", name);
		set(path, filter);
	}
	snprintf(path, sizeof(path), "events/sched/%s/enable", name);
	set(path, "1");
}

void trace_record(bool on)
{
	set("tracing_on", on ? "1" : "0");
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
			die("cannot read %s", path);
		for (size_t i = 0; i < 3; i++)
			for (char *p = buf; (p = strstr(p, lines[i])); p++)
				if (p == buf || p[-1] == '\n')
					lost += strtoull(p + strlen(lines[i]), NULL, 10);
	}
	return lost;
}

/* One line of the trace: "task-pid [cpu] flags seconds.micros: event: fields", with one of the names given. */
static bool parse_line(char *line, const char *const *names, struct trace_line *t)
{
	unsigned long long seconds, micros;
	char *mark = NULL, *stamp, *cpu;

	for (t->event = 0; names[t->event] && !mark; t->event++) {
		char text[64];

		snprintf(text, sizeof(text), ": %s: ", names[t->event]);
		mark = strstr(line, text);
		t->fields = mark ? mark + strlen(text) : NULL;
	}
	if (!mark)
		return false;
	t->event--;
	for (stamp = mark; stamp > line && (isdigit((unsigned char)stamp[-1]) || stamp[-1] == '.'); stamp--)
		;
	for (cpu = stamp; cpu > line && cpu[-1] != '['; cpu--)
		;
	if (sscanf(stamp, "%llu.%llu", &seconds, &micros) != 2 || sscanf(cpu, "%d]", &t->cpu) != 1)
		die("cannot read the trace line: %s", line);
	t->at_ns = seconds * NSEC_PER_SEC + micros * NSEC_PER_USEC;
	return true;
}

/* Blocks the signals that end a recording, for trace_wait. */
void trace_block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, signals, NULL);
}

/* Until the time is over, a signal asks to stop, or the command (if any) has ended. */
void trace_wait(const sigset_t *signals, double seconds, pid_t child)
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

/*
 * Ends recording and calls fn for each event with one of these names (a list that ends with NULL) in the order of their
 * times; may be called again. Events that were lost are an error.
 */
void trace_read(const char *const *names, trace_fn fn, void *arg)
{
	char path[256], *line = NULL;
	struct trace_line t;
	size_t length = 0;
	u64 lost;
	FILE *f;

	trace_record(false);
	lost = lost_events();
	if (lost)
		die("%llu events were lost; raise --buffer-kb, or record less", (unsigned long long)lost);
	snprintf(path, sizeof(path), "%s/trace", instance);
	f = fopen(path, "r");
	if (!f)
		die("cannot open %s: %s", path, strerror(errno));
	while (getline(&line, &length, f) > 0)
		if (parse_line(line, names, &t))
			fn(&t, arg);
	free(line);
	fclose(f);
}

/* Removes the instance with all that it has recorded. */
void trace_close(void)
{
	remove_instance();
}
