/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * adoption.pml : the user half may be killed at any step, or stopped for any time; another process adopts, or the kernel half ends itself.
 *
 * Shown: never two processes that own the arena, and never two that write the decision ring; no token stays behind in a ring whose bit
 * is clear; the kernel half does not end under a process that has just adopted; when no process runs any more, the kernel half ends.
 *
 * Process 1 owns at the start, 2 and 3 are adopters. The owner word holds who (in reality also when it was started: numbers are used again).
 * The beat stands for takeover (takeover.pml): a stopped process is taken over like a dead one, and may go on later.
 */
#define PROCESSES 4		/* 1 .. 3 */
#define ENDED 4

byte owner = 1;
bool alive[PROCESSES];
bool taken, moved_tick, moved_taken, ended;
bool dirty, ring;		/* of one CPU */

/* ghosts */
bool owning[PROCESSES];		/* the process believes that it owns the arena */
bool writing[PROCESSES];	/* ... and is between reading and storing the tail of the decision ring */

inline kill(p) { d_step { alive[p] = false; owning[p] = false; writing[p] = false } }

/* A killed process makes no step more. One that is stopped makes none for a while, which any process may do here. */
proctype Process(byte p)
{
	byte old;
	bool mine;

	{
		if
		:: owning[p] -> goto turn
		:: else
		fi;
		old = owner;			/* first whose beat it is, then whether it stands still */
		taken || ended;			/* taken: the beat stands still */
		if
		:: ended -> goto leave
		:: else
		fi;
#ifndef BUG_ADOPTED_FROM_STOPPED
		/* That the beat stands still does not mean that it will not go on: SIGKILL, and wait until the process has ended (pidfd). */
		kill(old);
#endif
#ifdef BUG_OWNER_STORE
		if
		:: owner == old -> owner = p; owning[p] = true
		:: else -> goto leave
		fi;
#else
		if
		:: atomic { owner == old -> owner = p; owning[p] = true }
		:: atomic { owner != old -> goto leave }
		fi;
#endif
#ifdef BUG_DIRTY_RINGS_ONLY
		mine = dirty;
		dirty = false;
		if
		:: mine -> ring = false
		:: else
		fi;
#else
		dirty = false;
		ring = false;			/* all rings: the old owner may have ended between the exchange of the bits and the drain */
#endif
turn:
		do
		:: owner != p -> break
		:: else ->
			d_step { mine = dirty; dirty = false };
			if
			:: mine -> ring = false
			:: else
			fi;
			d_step { assert(!writing[1] && !writing[2] && !writing[3]); writing[p] = true };
			writing[p] = false;
			d_step { assert(!ring || dirty); mine = false; old = 0; moved_tick = true; moved_taken = true }
		od;
leave:
		kill(p)
	} unless { !alive[p] };
	d_step { old = 0; mine = false }
}

/*
 * SIGKILL, at any step: of one process, or with KILL_ALL of each, and then there is one adopter only (both together take minutes). More kills come from
 * the adopters.
 */
proctype Killer()
{
	if
	:: kill(1)
	:: kill(2)		/* 3 is like it */
	:: true
	fi
#ifdef KILL_ALL
	;
	if
	:: kill(1)
	:: kill(2)
	:: true
	fi
#endif
}

proctype Cpu()
{
	do
	:: ended -> break
	:: atomic { !taken && !ring -> ring = true; dirty = true }	/* an enqueue; step by step in rings.pml */
	:: atomic { taken && moved_taken -> taken = false }
	od
}

proctype Timer()
{
	byte waits = 1;			/* whose return or replacement the kernel half waits for, since the takeover */

	do
	:: ended -> break
	:: atomic { !ended && !taken ->
		if
		:: !moved_tick -> taken = true; moved_taken = false; waits = owner
		:: else -> moved_tick = false
		fi
	  }
	:: atomic { taken && owner != waits -> waits = owner }	/* adopted: the time begins anew */
	/* The time is over. */
#if defined(BUG_NEVER_ENDED)
#elif defined(BUG_END_WITHOUT_COMPARE)
	:: taken && owner == waits -> atomic { assert(owner == waits); ended = true; owner = ENDED }
#else
	:: atomic { taken && owner == waits -> ended = true; owner = ENDED }
#endif
	od
}

#define TWO(a, b) (owning[a] && owning[b])

/* Waits for a state that must not be; costs no states while there is none. */
proctype Monitor()
{
end:	atomic { TWO(1, 2) || TWO(1, 3) || TWO(2, 3) -> assert(false) }
}

init {
	atomic {
		alive[1] = true; alive[2] = true;
		owning[1] = true;
		run Timer(); run Cpu(); run Killer(); run Monitor();
#ifndef KILL_ALL
		alive[3] = true;
		run Process(3);
#endif
		run Process(1); run Process(2)
	}
}

ltl ends_itself { (<> [] (!alive[1] && !alive[2] && !alive[3])) -> <> ended }
