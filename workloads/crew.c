// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_NS  (120 * NSEC_PER_SEC) /* a starved barrier is an error, not a hang */
#define FINISH_NS (20 * NSEC_PER_SEC)

void crew_init(struct crew *c, unsigned int capacity)
{
	memset(c, 0, sizeof(*c));
	c->capacity = capacity;
	c->shared = shared_alloc(sizeof(*c->shared));
	c->pids = must_alloc(capacity, sizeof(*c->pids));
	c->ended = must_alloc(capacity, sizeof(*c->ended));
}

/* Forks one member; it waits at the barrier until crew_start. Returns its number. */
unsigned int crew_add(struct crew *c, const struct member_conf *conf, member_fn body, void *arg)
{
	struct crew_shared *sh = c->shared;
	pid_t supervisor = getpid(), pid;

	if (c->count == c->capacity)
		die("more members than the crew was made for (%u)", c->capacity);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("fork of \"%s\" failed: %s", conf->comm, strerror(errno));
	if (pid == 0) {
		die_as(NULL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != supervisor)
			_exit(1);
		prctl(PR_SET_NAME, conf->comm);
		/* Sleepers ask for the exact time; the default slack of 50 us would be counted as wake-up delay. */
		prctl(PR_SET_TIMERSLACK, 1);
		if (conf->nice && setpriority(PRIO_PROCESS, 0, conf->nice))
			die("nice %d refused: %s; run as root", conf->nice, strerror(errno));
		if (conf->cpus && sched_setaffinity(0, sizeof(*conf->cpus), conf->cpus))
			die("affinity of \"%s\" refused: %s", conf->comm, strerror(errno));
		if (c->memory)
			memory_policy_set(c->memory);
		__atomic_add_fetch(&sh->ready, 1, __ATOMIC_SEQ_CST);
		futex_wake(&sh->ready, 1);
		while (!__atomic_load_n(&sh->go, __ATOMIC_ACQUIRE))
			futex_wait(&sh->go, 0, 0);
		body(sh, arg);
		_exit(0);
	}
	c->pids[c->count] = pid;
	return c->count++;
}

static void fail_if_dead(struct crew *c)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (waitpid(c->pids[i], NULL, WNOHANG) > 0)
			die("member %u ended before the start; its message is on stderr", i);
}

/*
 * Waits until every member sleeps at the barrier, makes this process a real-time one (so that sampling and ending
 * members do not depend on the scheduler under test), and opens the barrier.
 */
void crew_start(struct crew *c, double warmup_s, double window_s)
{
	struct sched_param param = {.sched_priority = 1};
	struct crew_shared *sh = c->shared;
	u64 limit = now_ns() + READY_NS;
	u32 ready;

	while ((ready = __atomic_load_n(&sh->ready, __ATOMIC_ACQUIRE)) < c->count) {
		futex_wait(&sh->ready, ready, 100 * NSEC_PER_MSEC);
		fail_if_dead(c);
		if (now_ns() > limit)
			die("only %u of %u processes reached the barrier in %llu s: the scheduler starves tasks", ready,
			    c->count, READY_NS / NSEC_PER_SEC);
	}
	/* The last one has said so, and is about to sleep: to a scheduler only a wake-up shows what it has set for
	 * itself. */
	for (unsigned int i = 0; i < c->count; i++) {
		while (!is_asleep(c->pids[i])) {
			sleep_until(now_ns() + NSEC_PER_MSEC);
			fail_if_dead(c);
			if (now_ns() > limit)
				die("process %u does not come to sleep at the barrier: the scheduler starves it", i);
		}
	}
	prctl(PR_SET_TIMERSLACK, 1);
	c->realtime = sched_setscheduler(0, SCHED_FIFO, &param) == 0;
	if (!c->realtime)
		progress("note: no real-time priority for the supervisor (%s)", strerror(errno));
	sh->start_ns = now_ns();
	sh->from_ns = sh->start_ns + seconds_to_ns(warmup_s);
	sh->to_ns = sh->from_ns + seconds_to_ns(window_s);
	__atomic_store_n(&sh->go, 1, __ATOMIC_RELEASE);
	futex_wake(&sh->go, (int)c->count);
}

/* Reads the kernel's CPU times at both ends of the measured window. */
void crew_measure(struct crew *c, struct cpu_time *from, struct cpu_time *to)
{
	sleep_until(c->shared->from_ns);
	cpu_time_read(from);
	sleep_until(c->shared->to_ns);
	cpu_time_read(to);
}

/*
 * Ends the members that last ran on these CPUs and returns their number. All are looked up before the first one ends:
 * an end frees a CPU, which then takes tasks from the others.
 */
unsigned int crew_kill_on(struct crew *c, const cpu_set_t *cpus)
{
	unsigned int killed = 0;

	for (unsigned int i = 0; i < c->count; i++) {
		int cpu = last_cpu_of(c->pids[i]);

		c->ended[i] = cpu >= 0 && CPU_ISSET(cpu, cpus);
		killed += c->ended[i];
	}
	for (unsigned int i = 0; i < c->count; i++)
		if (c->ended[i])
			kill(c->pids[i], SIGKILL);
	return killed;
}

/* Asks all members to stop and collects them; whoever does not stop, or failed, makes the run fail. */
void crew_finish(struct crew *c)
{
	u64 limit = now_ns() + FINISH_NS;
	struct sched_param param = {0};
	unsigned int stuck = 0, failed = 0;
	int status;

	__atomic_store_n(&c->shared->stop, 1, __ATOMIC_RELEASE);
	if (c->realtime)
		sched_setscheduler(0, SCHED_OTHER, &param);
	for (unsigned int i = 0; i < c->count; i++) {
		pid_t pid;

		while ((pid = waitpid(c->pids[i], &status, WNOHANG)) == 0 && now_ns() < limit)
			sleep_until(now_ns() + 2 * NSEC_PER_MSEC);
		if (pid == 0) {
			stuck++;
			kill(c->pids[i], SIGKILL);
			waitpid(c->pids[i], &status, 0);
		} else if (pid != c->pids[i] || (status && !c->ended[i])) {
			failed++;
		}
	}
	if (failed)
		die("%u of %u processes failed; their messages are on stderr", failed, c->count);
	if (stuck)
		die("%u of %u processes did not stop within %llu s: a lost wake-up or starvation", stuck, c->count,
		    FINISH_NS / NSEC_PER_SEC);
}
