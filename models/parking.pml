/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parking.pml : the hot thread yields on a CPU that goes on with something else for long; another CPU is idle. Who runs the hot thread for a bit set meanwhile?
 *
 * Shown: an idle CPU does, whenever the bit is set. The thread is parked by its enqueue callback, but stands in its queue only after that has returned;
 * a CPU that looks before finds nothing and goes to sleep. A kick sent within the callback is acted upon after the insertion (interrupts are off).
 * It is sent whether or not the bit is set: the bit may be set between the test and the insertion. The timer (ageing.pml) is left out: it would
 * help, too, but late.
 */
mtype:hot = { RUNNING, PARKED, TAKEN };

mtype:hot hot = RUNNING;
bool dirty;
bool kicked;		/* the idle CPU was kicked, and has not looked yet */

proctype Hot()
{
	bool work;

	dirty = false;				/* its turn: exchanges the bits, drains */
	/* sched_yield: dispatch picks another task first, then the callback parks the thread */
	work = dirty;
#ifdef BUG_KICK_BEFORE_INSERTION
	kicked = true;
#endif
	hot = PARKED;				/* inserted */
#if defined(BUG_NO_KICK) || defined(BUG_KICK_BEFORE_INSERTION)
#elif defined(BUG_KICK_IF_DIRTY)
	if
	:: work -> kicked = true
	:: else
	fi
#else
	kicked = true
#endif
}

/* An enqueue on another CPU for the idle one, which the kernel wakes for it. */
proctype Enqueue()
{
	dirty = true;
	kicked = true
}

proctype Idle_cpu()
{
end:	do
	:: kicked ->
		kicked = false;
		if
		:: hot == PARKED && dirty -> hot = TAKEN; break
		:: else				/* sleeps again */
		fi
	od
}

init { atomic { run Hot(); run Enqueue(); run Idle_cpu() } }

ltl run_for_it { <> [] (!dirty || hot == TAKEN) }
