// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe lifetime HOLD_MS LIMIT_MS CMD ARG...
 *
 * Starts a scheduler, waits until the kernel has enabled it, holds it, ends it with SIGTERM; prints how long each step
 * took, as one JSON object.
 *
 * probe stats INTERVAL_MS COUNT [REQUEST]
 *
 * Asks the statistics server COUNT times (0: until SIGTERM) over one connection; one line {"mono_ns":...,"answer":...}
 * for each.
 *
 * probe enabled LIMIT_MS
 *
 * Waits until a scheduler is enabled.
 *
 * probe ext CMD ARG...
 *
 * Runs a command under policy SCHED_EXT.
 *
 * Exit code 0 done, 1 failed. Times are CLOCK_MONOTONIC.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STATE	   "/sys/kernel/sched_ext/state"
#define OPS	   "/sys/kernel/sched_ext/root/ops"
#define SOCKET	   "/var/run/scx/root/stats"
#define POLICY_EXT 7 /* SCHED_EXT; C libraries do not know it yet */
#define POLL_NS	   2000000ull
#define CONNECT_NS 5000000000ull

typedef uint64_t u64;

static volatile sig_atomic_t stop;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list args;

	fputs("probe: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

static void sleep_until(u64 at)
{
	struct timespec t = {.tv_sec = (time_t)(at / 1000000000ull), .tv_nsec = (long)(at % 1000000000ull)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static bool read_word(const char *path, char *word, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, word, size - 1);

	if (fd >= 0)
		close(fd);
	word[n < 0 ? 0 : n] = 0;
	word[strcspn(word, "\n")] = 0;
	return n >= 0;
}

static bool state_is(const char *wanted)
{
	char state[64];

	return read_word(STATE, state, sizeof(state)) && strcmp(state, wanted) == 0;
}

static u64 number(const char *text)
{
	char *end;
	u64 value = strtoull(text, &end, 10);

	if (end == text || *end)
		die("\"%s\" is no number", text);
	return value;
}

/* True when the child has ended; *status is then that of wait(2). */
static bool reap(pid_t child, int *status, bool *reaped)
{
	if (!*reaped && waitpid(child, status, WNOHANG) == child)
		*reaped = true;
	return *reaped;
}

static int lifetime(char **argv)
{
	u64 hold = number(argv[0]) * 1000000, limit = number(argv[1]) * 1000000, begin, enabled, asked, disabled = 0,
	    ended = 0, now;
	char ops[256], state[64];
	bool reaped = false;
	int status = 0;
	pid_t child;

	if (!state_is("disabled"))
		die("a scheduler is running already");
	begin = now_ns();
	child = fork();
	if (child == 0) {
		dup2(2, 1);
		execvp(argv[2], argv + 2);
		die("cannot execute %s: %s", argv[2], strerror(errno));
	}
	while (!state_is("enabled")) {
		if (reap(child, &status, &reaped))
			die("the scheduler ended before it was enabled, wait status %#x", (unsigned int)status);
		if (now_ns() - begin > limit) {
			kill(child, SIGKILL);
			die("not enabled within %llu ms", (unsigned long long)(limit / 1000000));
		}
		sleep_until(now_ns() + POLL_NS);
	}
	enabled = now_ns();
	read_word(OPS, ops, sizeof(ops));
	sleep_until(enabled + hold);
	if (reap(child, &status, &reaped))
		die("the scheduler ended while it should run, wait status %#x", (unsigned int)status);
	asked = now_ns();
	kill(child, SIGTERM);
	while (!disabled || !ended) {
		now = now_ns();
		if (!disabled && state_is("disabled"))
			disabled = now;
		if (!ended && reap(child, &status, &reaped))
			ended = now;
		if (now - asked > limit) {
			kill(child, SIGKILL);
			read_word(STATE, state, sizeof(state));
			die("%s, the process has %sended, %llu ms after SIGTERM", state, ended ? "" : "not ",
			    (unsigned long long)(limit / 1000000));
		}
		sleep_until(now + POLL_NS);
	}
	printf("{\"ops\":\"%s\",\"enabled_ns\":%llu,\"disabled_ns\":%llu,\"ended_ns\":%llu,\"exit_code\":%d}\n", ops,
	       (unsigned long long)(enabled - begin), (unsigned long long)(disabled - asked),
	       (unsigned long long)(ended - asked), WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

static int connect_stats(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	u64 end = now_ns() + CONNECT_NS;

	/* A scheduler that the kernel has just enabled may not serve statistics yet. */
	while (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		if ((errno != ENOENT && errno != ECONNREFUSED) || now_ns() > end || stop)
			die("cannot connect to %s: %s", SOCKET, strerror(errno));
		sleep_until(now_ns() + POLL_NS);
	}
	return fd;
}

static int stats(int argc, char **argv)
{
	const char *request = argc > 2 ? argv[2] : "{\"req\":\"stats\",\"args\":{\"target\":\"top\"}}";
	u64 interval = number(argv[0]) * 1000000, count = number(argv[1]), next = now_ns(), at;
	int fd = connect_stats();
	size_t room = 1 << 20, used;
	char *line = malloc(room);

	for (u64 i = 0; line && !stop && (!count || i < count); i++) {
		sleep_until(next);
		if (stop)
			break;
		next += interval;
		at = now_ns();
		dprintf(fd, "%s\n", request);
		for (used = 0; !used || line[used - 1] != '\n';) {
			ssize_t n = read(fd, line + used, room - used);

			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0 || used + (size_t)n == room)
				die("the statistics server %s",
				    n ? "sent too much or failed" : "closed the connection");
			used += (size_t)n;
		}
		line[used - 1] = 0;
		printf("{\"mono_ns\":%llu,\"answer\":%s}\n", (unsigned long long)at, line);
		fflush(stdout);
	}
	return 0;
}

static int wait_enabled(u64 limit_ms)
{
	u64 end = now_ns() + limit_ms * 1000000;

	while (!state_is("enabled")) {
		if (now_ns() > end)
			die("no scheduler enabled within %llu ms", (unsigned long long)limit_ms);
		sleep_until(now_ns() + POLL_NS);
	}
	return 0;
}

static int as_ext(char **argv)
{
	struct sched_param param = {0};

	if (sched_setscheduler(0, POLICY_EXT, &param))
		die("policy SCHED_EXT refused: %s", strerror(errno));
	execv(argv[0], argv);
	die("cannot run %s: %s", argv[0], strerror(errno));
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (argc >= 5 && strcmp(argv[1], "lifetime") == 0)
		return lifetime(argv + 2);
	if (argc >= 4 && strcmp(argv[1], "stats") == 0)
		return stats(argc - 2, argv + 2);
	if (argc == 3 && strcmp(argv[1], "enabled") == 0)
		return wait_enabled(number(argv[2]));
	if (argc >= 3 && strcmp(argv[1], "ext") == 0)
		return as_ext(argv + 2);
	fputs("usage: probe lifetime HOLD_MS LIMIT_MS CMD ARG... | probe stats INTERVAL_MS COUNT [REQUEST] | probe enabled LIMIT_MS\n"
	      "       probe ext CMD ARG...\n",
	      stderr);
	return 2;
}
