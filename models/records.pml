/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * records.pml : a task's record (slot) is written by the kernel half at each enqueue and read by the user half without a lock.
 *
 * Shown: a record that the user half believes is the one of its token, whole. The last one written is believed in the end: passing over a record
 * is harmless, because its change means that a newer token is under way.
 *
 * One record, written by two CPUs in turn (the lock of the task's run queue keeps them apart); tokens of a CPU are read in order, those of
 * two CPUs in any order. a and b stand for all fields.
 */
#define CPUS 2
#define LAST 3		/* sequences 1 .. LAST */

byte seq, a, b;		/* the record */
bool locked;		/* the run queue of the task */
chan ring[CPUS] = [LAST] of { byte };
byte believed;		/* ghost: newest sequence that the user half believed */

proctype Cpu(chan out)
{
	byte s;

end:	do
	:: atomic { !locked && seq < LAST -> locked = true; s = seq + 1 };
#ifdef BUG_TOKEN_FIRST
		out ! s;
#endif
#ifdef BUG_SEQUENCE_LAST
		a = s;
		b = s;
		seq = s;
#else
		seq = s;	/* an exchange, before the fields: who sees a new field sees the new sequence */
		a = s;
		b = s;
#endif
#ifndef BUG_TOKEN_FIRST
		out ! s;	/* rings.pml */
#endif
		atomic { locked = false; s = 0 }
	od
}

proctype User()
{
	byte s, x, y;

end:	do
	:: atomic { ring[0] ? s } -> goto read
	:: atomic { ring[1] ? s } -> goto read
	od;
read:
#ifdef BUG_COMPARED_BEFORE_COPY
	if
	:: seq != s -> goto end
	:: else
	fi;
#endif
	x = a;
	y = b;
#if !defined(BUG_COMPARED_BEFORE_COPY) && !defined(BUG_NOT_COMPARED)
	if
	:: seq != s -> goto end		/* after the copy: loads in this order (acquire) */
	:: else
	fi;
#endif
	assert(x == s && y == s);
	believed = s;
	goto end
}

init { atomic { run Cpu(ring[0]); run Cpu(ring[1]); run User() } }

ltl last_arrives { <> [] (believed == LAST) }
