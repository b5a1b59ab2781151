/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * takeover.pml : the kernel half takes over from a user half that is silent, and gives back.
 *
 * Shown: when the takeover is left, the user half holds no token that it read before it knew of the takeover; a user half that goes on gets its
 * work back; one that has ended leads to takeover while a task waits, and the task is served.
 * One task stands for all. Ageing (ageing.pml) is left out, so that takeover is all that helps. A pause is a process that makes no step for as
 * long as it likes. Epochs are counted modulo 4, which is enough: the next takeover comes only after the last one was acknowledged.
 */
#define NO_TOKEN 255

bool taken;			/* kernel half: mode, epoch */
byte epoch;
byte seen;			/* user half: the epoch it has acted upon */
bool moved_tick, moved_taken;	/* the beat has moved since the last tick, since the takeover: a comparison with a value kept */
bool custody;			/* a task waits */
bool ring;			/* its token is in the ring */
byte held = NO_TOKEN;		/* user half: a token in its run queue; the value is what `seen` was when it read it */
bool dead;

/* Looks at the mode, then publishes; a takeover may come between. */
proctype Enqueue()
{
	bool normal;

	do
	:: !custody ->
		normal = !taken;
		atomic { custody = normal; ring = ring || normal; normal = false }
	od
}

proctype Timer()
{
	bool late;

	do
	:: atomic {
		if
#ifndef BUG_NO_TAKEOVER
		:: custody && late && !moved_tick && !taken ->
			taken = true;
			epoch = (epoch + 1) % 4;
			moved_taken = false
#endif
		:: else
		fi;
		late = custody;
		moved_tick = false
	  }
	od
}

proctype Dispatch()
{
	do
	:: atomic { taken && custody -> custody = false }
#ifdef BUG_LEFT_BY_BEAT_ALONE
	:: atomic { taken && !custody && moved_taken ->
#else
	:: atomic { taken && !custody && moved_taken && seen == epoch ->
#endif
		assert(held == NO_TOKEN || held == epoch);
		taken = false
	  }
	od
}

proctype User()
{
	byte e;

	do
	:: dead -> break
	:: dead = true; break
	:: !dead ->
		e = epoch;
		if
		:: e != seen ->
#ifdef BUG_SEEN_BEFORE_DROP
			seen = e;
			held = NO_TOKEN;
			ring = false
#else
			held = NO_TOKEN;	/* its run queue */
			ring = false;		/* rings are drained without reading */
#ifndef BUG_NOT_ACKNOWLEDGED
			seen = e		/* release */
#endif
#endif
		:: else ->
			if
			:: atomic { ring -> ring = false; held = seen }
			:: atomic { held != NO_TOKEN -> held = NO_TOKEN; custody = false }	/* decides */
			:: skip
			fi
		fi;
		atomic { moved_tick = true; moved_taken = true }
	od
}

init { atomic { run Enqueue(); run Timer(); run Dispatch(); run User() } }

ltl given_back { [] (taken -> <> (!taken || dead)) }
ltl dead_served { [] (dead && custody -> <> !custody) }
