/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ageing.pml : every task in custody runs again, whatever the user half does.
 *
 * Two hogs, two CPUs. Task 0 may run on CPU 0 only, task 1 anywhere; task 1 was last on CPU 1. The user half decides, or forgets, or ends.
 * Time is the timer: a task that was in custody at a tick is late at the next one. The timer may tick as fast as it likes, so that nothing
 * depends on how long T is.
 *
 * Shown, with weakly fair processes: a task that is queued (insertion, custody, decided, own) runs again, also when the user half has ended.
 * Left out: sequences (a token goes when its task runs), order by keys within the decided queue, which must be bounded for itself.
 */
#define TASKS 2

mtype:place = { RUNNING, INSERTION, CUSTODY, DECIDED, OWN };
mtype:token = { NONE, RING, DECISION, RETRY };

mtype:place place[TASKS];
mtype:token token[TASKS];
byte home[TASKS];	/* whose custody, own queue */
bool late[TASKS];
byte first;		/* the task that was queued first */
bool idle[2];		/* the CPU sleeps until it is kicked */
bool dead;		/* the user half has ended */
bool beat;		/* it has moved since the last tick */
bool taken;		/* mode TAKEN_OVER */
bool turn[2];		/* whose turn it is in this CPU's dispatch: late custody, or own and decided */

#define MAY_RUN(t, c) (t == 1 || c == 0)
#define KICK_ALL idle[0] = false; idle[1] = false

inline enqueue(t, c)
{
	home[t] = c;
	late[t] = false;
	first = 1 - t;
	if
	:: taken -> place[t] = OWN
	:: else ->
		atomic { place[t] = INSERTION; token[t] = RING };
		place[t] = CUSTODY
	fi
}

#define LATE(t, c) (place[t] == CUSTODY && (late[t] || taken) && MAY_RUN(t, c))
#define READY(t, c) ((place[t] == DECIDED || place[t] == OWN && home[t] == c) && MAY_RUN(t, c))
#define LATE_HERE(t, c) (LATE(t, c) && home[t] == c)

/* Queues are FIFO: of two tasks that a rule fits, the one that was queued first. */
#define FIRST_OF(rule) \
	:: rule(first, c) -> t = first \
	:: !rule(first, c) && rule(1 - first, c) -> t = 1 - first

inline serve(c)
{
	atomic {
		if
#if defined(BUG_LATE_ALWAYS_FIRST)
		FIRST_OF(LATE)
		:: else -> if
			FIRST_OF(READY)
			:: else
			fi
#elif defined(BUG_LATE_OF_OTHERS_LAST)
		:: turn[c] -> if
			FIRST_OF(LATE_HERE)
			:: else
			fi
		:: else
		fi;
		if
		:: t == TASKS -> if
			FIRST_OF(READY)
			:: else -> if
				FIRST_OF(LATE)
				:: else
				fi
			fi
		:: else
#elif defined(BUG_NO_AGEING)
		FIRST_OF(READY)
		:: else
		fi;
		if
		:: t == TASKS && taken -> if
			FIRST_OF(LATE)
			:: else
			fi
		:: else
#else
		:: turn[c] -> if
			FIRST_OF(LATE)
			:: else -> if
				FIRST_OF(READY)
				:: else
				fi
			fi
		:: else -> if
			FIRST_OF(READY)
			:: else -> if
				FIRST_OF(LATE)
				:: else
				fi
			fi
#endif
		fi;
		turn[c] = !turn[c];
		if
		:: t < TASKS -> place[t] = RUNNING; token[t] = NONE; late[t] = false
		:: else -> idle[c] = true
		fi
	}
}

inline apply(t)
{
	if
	:: token[t] == DECISION || token[t] == RETRY ->
		if
		:: place[t] == CUSTODY -> place[t] = DECIDED; token[t] = NONE
		:: else ->		/* the insertion is not done yet: refused */
#ifdef BUG_NO_RETRY
			token[t] = NONE
#else
			token[t] = RETRY
#endif
		fi
	:: else
	fi
}

proctype Cpu(byte c)
{
	byte t = TASKS;

	do
	:: !idle[c] ->
#ifdef HELD_CPU
		/* A real-time task holds CPU 1 for ever: it makes no dispatch. */
		c == 0;
#endif
		d_step { apply(0); apply(1) };
		serve(c);
		if
		:: t < TASKS -> enqueue(t, c)	/* it ran; its slice has ended */
		:: else
		fi;
		t = TASKS
	od
}

proctype User()
{
	do
	:: atomic { !dead -> beat = !taken;
		/* The doorbell: the yield after a batch makes a dispatch, which kicks idle CPUs for what was decided. */
		if
#ifdef OBEDIENT
		:: token[0] == RING -> token[0] = DECISION; KICK_ALL
		:: token[1] == RING && token[0] != RING -> token[1] = DECISION; KICK_ALL
#else
		:: token[0] == RING -> token[0] = DECISION; KICK_ALL
		:: token[1] == RING -> token[1] = DECISION; KICK_ALL
		:: token[0] == RING -> token[0] = NONE			/* forgets it */
		:: token[1] == RING -> token[1] = NONE
		:: dead = true
#endif
		:: else
		fi
	  }
	:: dead -> break
	od
}

proctype Timer()
{
	do
	:: atomic {
		if
		:: (late[0] && place[0] == CUSTODY || late[1] && place[1] == CUSTODY) && !beat && !taken -> taken = true
		:: else
		fi;
		beat = false;
		late[0] = place[0] == CUSTODY;
		late[1] = place[1] == CUSTODY;
#ifndef BUG_NO_KICK
		if
		:: late[0] || late[1] -> KICK_ALL	/* also while the beat moves: an idle CPU does not look by itself */
		:: else
		fi
#endif
	  }
	od
}

init {
	atomic {
		place[0] = CUSTODY; place[1] = CUSTODY;
		token[0] = RING; token[1] = RING;
		home[1] = 1;
		run Cpu(0); run Cpu(1); run User(); run Timer()
	}
}

ltl task0 { [] (place[0] != RUNNING -> <> (place[0] == RUNNING)) }
ltl task1 { [] (place[1] != RUNNING -> <> (place[1] == RUNNING)) }
