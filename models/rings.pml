/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rings.pml : the queued direction. A ring a CPU, one word of dirty bits for all of them.
 *
 * Shown: no lost wake-up (a ring with a token has its bit set, or the user half is about to look, or the producer is about to set it);
 * no token is overwritten; all arrive, in the order of their CPU.
 *
 * A store that is not an exchange may become visible after later loads of the same CPU (x86-64: store buffer; arm64 as well, also for a release
 * store). The tail is therefore published by an exchange; BUG_TAIL_BY_RELEASE shows what a release store does.
 */
#define CPUS 2
#define SIZE 2
#define TOKENS 3	/* a CPU: one more than the ring holds */

typedef Ring { byte token[SIZE]; byte head; byte tail }

Ring ring[CPUS];
bool dirty[CPUS];	/* one word: exchanged as a whole */
bool busy[CPUS];	/* the CPU is within enqueue */
bool parked = true;	/* the user half has yielded; the kernel half wakes it when a bit is set */

byte sent[CPUS], received[CPUS];	/* ghosts: newest token of the CPU */

proctype Cpu(byte c)
{
	byte n;
	bool clear, buffered;

	for (n : 1 .. TOKENS) {
#ifdef BUG_OVERFLOW
		busy[c] = true;
#else
		/* Full: the kernel half serves the task itself, and nothing of it comes here (custody.pml). */
		atomic { ring[c].tail - ring[c].head < SIZE -> busy[c] = true };
#endif
		ring[c].token[ring[c].tail % SIZE] = n;
		sent[c] = n;
#ifdef BUG_DIRTY_TESTED_FIRST
		clear = !dirty[c];
		ring[c].tail++;
#else
#ifdef BUG_TAIL_BY_RELEASE
		if
		:: buffered = true		/* the new tail stays in the store buffer beyond the load of the bit ... */
		:: ring[c].tail++		/* ... or not */
		fi;
#else
		ring[c].tail++;
#endif
		clear = !dirty[c];
#endif
		if
		:: clear -> dirty[c] = true	/* an atomic OR; orders nothing */
		:: else				/* somebody will exchange the word after our tail is visible, and load the tail after that */
		fi;
		if
		:: buffered -> ring[c].tail++; buffered = false
		:: else
		fi;
		busy[c] = false
	}
}

proctype User()
{
	bool mask[CPUS];
	byte c, tail, token;

end:	do
	:: atomic { dirty[0] || dirty[1] -> parked = false };	/* the doorbell: dispatch sees a bit and runs the parked thread */
#ifdef BUG_CLEARED_AFTER
		mask[0] = dirty[0]; mask[1] = dirty[1];
#else
		d_step { mask[0] = dirty[0]; mask[1] = dirty[1]; dirty[0] = false; dirty[1] = false };
#endif
		for (c : 0 .. CPUS - 1) {
			if
			:: mask[c] ->
				tail = ring[c].tail;
				assert(tail - ring[c].head <= SIZE);
				do
				:: ring[c].head == tail -> break
				:: else ->
#ifdef BUG_HEAD_FIRST
					ring[c].head++;
					token = ring[c].token[(ring[c].head - 1) % SIZE];
#else
					token = ring[c].token[ring[c].head % SIZE];
					ring[c].head++;		/* release: the place is free only after it was read */
#endif
					assert(token == received[c] + 1);
					received[c] = token
				od
			:: else
			fi
		};
#ifdef BUG_CLEARED_AFTER
		skip;
		d_step { dirty[0] = dirty[0] && !mask[0]; dirty[1] = dirty[1] && !mask[1] };
#endif
		atomic { c = 0; tail = 0; token = 0; mask[0] = false; mask[1] = false; parked = true }
	od
}

#define LOST(c) (ring[c].head != ring[c].tail && !dirty[c] && !busy[c])

/* Waits for a state that must not be; costs no states while there is none. */
active proctype Monitor()
{
end:	atomic { parked && (LOST(0) || LOST(1)) -> assert(false) }
}

init { atomic { run Cpu(0); run Cpu(1); run User() } }

ltl all_arrive { <> [] (received[0] == TOKENS && received[1] == TOKENS) }
