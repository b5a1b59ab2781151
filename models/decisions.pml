/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * decisions.pml : the decision ring. One producer (the user half), any CPU takes; the head moves by compare-exchange.
 *
 * Shown: each decision is taken exactly once, by whichever CPU; none is overwritten before it was taken; all are taken in the end.
 * Left out: what a decision does (custody.pml). Head and tail are 64 bits in the arena and do not wrap in any life of a machine,
 * which is why the compare-exchange is not fooled by a head that came back to an old value.
 */
#define SIZE 2
#define TOKENS 4

byte ring[SIZE], head, tail;
byte taken[TOKENS + 1];	/* ghost: how often the token was taken */

proctype User()
{
	byte n;

	for (n : 1 .. TOKENS) {
		tail - head < SIZE;		/* full: the user half keeps the decision and goes on with its turn */
#ifdef BUG_TAIL_BEFORE_TOKEN
		tail++;
		ring[(tail - 1) % SIZE] = n;
#else
		ring[tail % SIZE] = n;
		tail++;				/* release: the token is in the ring before the tail says so */
#endif
	}
}

proctype Cpu()
{
	byte h, token;

end:	do
	:: head != tail ->
		h = head;
		if
		:: h == tail -> skip		/* another CPU was faster */
		:: else ->
#ifdef BUG_TOKEN_AFTER_HEAD
			if
			:: atomic { head == h -> head = h + 1 };
				token = ring[h % SIZE];
				taken[token]++
			:: else
			fi
#else
			/* Reading first is safe: the producer cannot reuse the place before the head has passed it. */
			token = ring[h % SIZE];
			if
#ifdef BUG_HEAD_STORE
			:: head == h -> head = h + 1; taken[token]++
#else
			:: atomic { head == h -> head = h + 1; taken[token]++ }
#endif
			:: else			/* lost the race: what was read belongs to another CPU */
			fi
#endif
		fi;
		token = 0; h = 0		/* nothing of it is used again: fewer states */
	od
}

/* Waits for a state that must not be; costs no states while there is none. */
active proctype Monitor()
{
end:	atomic { taken[0] + (taken[1] > 1) + (taken[2] > 1) + (taken[3] > 1) + (taken[4] > 1) > 0 -> assert(false) }
}

init { atomic { run User(); run Cpu(); run Cpu() } }

ltl all_taken { <> [] (taken[1] == 1 && taken[2] == 1 && taken[3] == 1 && taken[4] == 1) }
