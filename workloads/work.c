// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALIBRATION_NS	  (200 * NSEC_PER_USEC)
#define CALIBRATION_TRIES 15
#define FULL_LOOPS	  1024ull
#define FULL_NS		  NSEC_PER_SEC
#define FULL_SETTLE_NS	  (50 * NSEC_PER_MSEC) /* until all have come to their CPUs */

/* A chain of dependent multiplications: the same number of instructions on every run, no memory traffic. */
void spin(u64 loops)
{
	u64 x = loops;

	for (u64 i = 0; i < loops; i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		asm volatile("" : "+r"(x));
	}
}

/*
 * Loops per microsecond for fixed amounts of work. The fastest of several tries counts: whatever else ran made the
 * others slower, nothing makes one faster.
 */
double measure_loops_per_us(void)
{
	u64 best = UINT64_MAX, loops = 1024, t;

	for (;;) {
		t = now_ns();
		spin(loops);
		if (now_ns() - t >= CALIBRATION_NS)
			break;
		loops *= 2;
	}
	for (int i = 0; i < CALIBRATION_TRIES; i++) {
		t = now_ns();
		spin(loops);
		t = now_ns() - t;
		if (t < best)
			best = t;
	}
	return (double)loops * 1000.0 / (double)best;
}

static void bind_to(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		die("cannot run on CPU %d: %s", cpu, strerror(errno));
}

/* What one CPU has done of the loop. */
struct counted {
	u64 loops;
} __attribute__((aligned(128)));

static void count_until(struct counted *c, u64 end_ns)
{
	while (now_ns() < end_ns) {
		spin(FULL_LOOPS);
		c->loops += FULL_LOOPS;
	}
}

/*
 * ... and while every CPU computes, for tasks whose work shall take its time then: cores share caches and power, and
 * where time counts instructions all CPUs share one clock. The mean of all CPUs in a second: an emulator that runs one
 * after the other need not give each the same.
 */
double measure_full_loops_per_us(void)
{
	pid_t supervisor = getpid(), *others;
	cpu_set_t before, online;
	unsigned int count = 0;
	int own = sched_getcpu();
	u64 loops, start, end;
	struct counted *counted;

	cpus_online(&online);
	if (sched_getaffinity(0, sizeof(before), &before))
		die("cannot read the own affinity: %s", strerror(errno));
	others = must_alloc((size_t)CPU_COUNT(&online), sizeof(*others));
	counted = shared_alloc((size_t)CPU_COUNT(&online) * sizeof(*counted));
	fflush(NULL);
	bind_to(own);
	start = now_ns() + FULL_SETTLE_NS;
	end = start + FULL_NS;
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (cpu == own || !CPU_ISSET(cpu, &online))
			continue;
		others[count] = fork();
		if (others[count] < 0)
			die("fork failed: %s", strerror(errno));
		if (others[count++])
			continue;
		die_as(NULL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != supervisor)
			_exit(1);
		bind_to(cpu);
		sleep_until(start);
		count_until(&counted[count], end);
		_exit(0);
	}
	sleep_until(start);
	count_until(&counted[0], end);
	loops = counted[0].loops;
	for (unsigned int i = 0; i < count; i++) {
		waitpid(others[i], NULL, 0);
		loops += counted[i + 1].loops;
	}
	sched_setaffinity(0, sizeof(before), &before);
	free(others);
	return (double)loops * 1000.0 / (double)FULL_NS / (count + 1);
}
