/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * custody.pml : the state word of a task, and the accounting of tokens.
 *
 * Shown: each token is counted in exactly one of applied, cancelled, dead, rescued, whatever the user half does; a decision of an older
 * sequence changes nothing of a newer one; queued = applied + cancelled + dead + rescued + waiting whenever no CPU is between two steps.
 *
 * The user half is not modelled but replaced by the worst one: any CPU finds any token, of any sequence (old, right, not yet given), at any
 * time, again and again. Lateness (takeover, ageing) and "no token" (ring full, taken over, no slot) come at any time, too.
 */
#define TASKS 2
#define LAST 2		/* a task is queued this often; sequence 0 is that of no token */

mtype:phase = { NONE, HANDED, DECIDING };
mtype:place = { AWAY, INSERTION, CUSTODY, ELSEWHERE, RUNNING };	/* ELSEWHERE: decided, own or a CPU's local queue */

byte seq[TASKS];		/* with phase one word of 64 bits, in kernel memory: exchanged and compared as a whole */
mtype:phase phase[TASKS];
mtype:place place[TASKS];	/* the kernel's own: moving succeeds only from where the task is */
bool locked[TASKS];		/* the task's run queue */
bool between[2];		/* the CPU is between two steps */

byte queued, ended;	/* ended: the sum of the four ends */
bool counted[6];		/* ghost, token task * 3 + sequence */

inline count_end(t, s) { assert(!counted[t * 3 + s]); counted[t * 3 + s] = true; ended++ }

/* Ends by an exchange of the phase: HANDED is ours to count, DECIDING is the applier's. */
inline exchange(t, new)
{
	if
	:: phase[t] == HANDED -> count_end(t, seq[t])
	:: else
	fi;
	phase[t] = new
}

inline enqueue(t)
{
	/* Mode, slot and room in the ring are looked at before: one exchange, with the final phase. */
	if
	:: atomic { true -> exchange(t, HANDED); seq[t]++; queued++; place[t] = INSERTION };
#ifdef BUG_PHASE_SET_TWICE
		if
		:: d_step { queued--; phase[t] = NONE }	/* the ring turned out to be full: not queued after all */
		:: skip
		fi;
#endif
		/* The callback has returned: only now the task is in the queue. The token has been visible for a while. */
		place[t] = CUSTODY
	:: atomic { true -> exchange(t, NONE); seq[t]++; place[t] = INSERTION };
		place[t] = ELSEWHERE
	fi
}

inline apply(t, s)
{
#ifdef BUG_PHASE_STORE
	if
	:: seq[t] == s && phase[t] == HANDED -> phase[t] = DECIDING; won = true
#else
	atomic { if
#ifdef BUG_SEQUENCE_NOT_COMPARED
	:: phase[t] == HANDED -> phase[t] = DECIDING; won = true
#else
	:: seq[t] == s && phase[t] == HANDED -> phase[t] = DECIDING; won = true
#endif
#endif
	:: else -> won = false		/* stale: who ended the token has counted it */
	fi
#ifndef BUG_PHASE_STORE
	}
#endif
	;
	if
	:: won ->
		if
		:: atomic { place[t] == CUSTODY -> place[t] = ELSEWHERE };
			/* It may be a later insertion of the same task that was moved; the token that ends is ours all the same. */
			d_step { count_end(t, s) };
#ifdef BUG_NONE_BY_STORE
			phase[t] = NONE
#else
			d_step { if :: seq[t] == s && phase[t] == DECIDING -> phase[t] = NONE :: else fi }
#endif
		:: atomic { place[t] != CUSTODY ->	/* refused */
			refused = true };
#ifdef BUG_HANDED_BY_STORE
			phase[t] = HANDED
#else
			d_step { if
			:: seq[t] == s && phase[t] == DECIDING -> phase[t] = HANDED	/* to be tried again, which the worst user half does */
			:: else -> count_end(t, s)					/* it ran, left or was queued anew meanwhile */
			fi }
#endif
		fi
	:: else
	fi;
	won = false; refused = false
}

proctype Cpu(byte c)
{
	bool won, refused;
	byte t, s;

end:	do
	:: atomic { between[c] = true;
		if :: t = 0 :: t = 1 fi;
		if :: s = 1 :: s = 2 fi };
		apply(t, s);
		atomic { between[c] = false; t = 0; s = 0 }
	:: atomic { if :: t = 0 :: t = 1 fi; !locked[t] -> locked[t] = true; between[c] = true };
		if
		:: (place[t] == AWAY || place[t] == RUNNING) && seq[t] < LAST -> enqueue(t)
		:: place[t] == CUSTODY || place[t] == ELSEWHERE ->
			if
			:: atomic { place[t] = RUNNING }; d_step { exchange(t, NONE) }	/* moved to a CPU, running() */
			:: d_step { true -> exchange(t, NONE) }; place[t] = AWAY		/* quiescent(): leaves its queue without having run */
			:: seq[t] < LAST -> place[t] = AWAY; enqueue(t)			/* affinity, priority: queued anew */
			fi
		:: place[t] == RUNNING -> place[t] = AWAY	/* sleeps, or ends: exit_task() is the same exchange, counted as dead */
		:: else
		fi;
		atomic { locked[t] = false; between[c] = false; t = 0 }
	od
}

#define WAITING ((phase[0] != NONE) + (phase[1] != NONE))

/* Waits for a state that must not be; costs no states while there is none. */
proctype Monitor()
{
end:	atomic { !between[0] && !between[1] && queued != ended + WAITING -> assert(false) }
}

init {
	atomic {
		phase[0] = NONE; phase[1] = NONE;
		place[0] = AWAY; place[1] = AWAY;
		run Cpu(0); run Cpu(1); run Monitor()
	}
}
