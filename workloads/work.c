// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"

#define CALIBRATION_NS	  (200 * NSEC_PER_USEC)
#define CALIBRATION_TRIES 15

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
