/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls the slot functions as the core does, row after row: which function, on whose record, with which numbers. Linked
 * with modules it runs theirs, without the core's weak defaults. Where a task of the kernel is wanted it is
 * the running one; what searches for idle CPUs is in choose.bpf.c.
 */
#define WD_OBJ calls
#include "columns.h"
#include "wd40/slots.h"

WD_MODULE("calls", "test");

enum calls_function {
	CALLS_HOME,
	CALLS_MARGIN,
	CALLS_RUNNABLE,
	CALLS_KEY,
	CALLS_CHARGE,
	CALLS_SLICE,
	CALLS_QUIESCENT,
	CALLS_ACCOUNT,
	CALLS_REQUEST,
	CALLS_PREEMPT_MARGIN,
	CALLS_MOVED,
};

TEST_COLUMN(calls_function);
TEST_COLUMN(calls_slot);
TEST_COLUMN(calls_a);
TEST_COLUMN(calls_b);
TEST_COLUMN(calls_c);
TEST_COLUMN(calls_result);

static __always_inline u64 calls_row(u32 i)
{
	struct wd_task __arena *t = wd_task_at(TEST_AT(calls_slot, i));
	u64 a = TEST_AT(calls_a, i), b = TEST_AT(calls_b, i), c = TEST_AT(calls_c, i);

	switch (TEST_AT(calls_function, i)) {
	case CALLS_HOME:
		return wd_placement_home(bpf_get_current_task_btf(), t, a, b);
	case CALLS_MARGIN:
		return wd_placement_margin(a, b, c);
	case CALLS_RUNNABLE:
		return wd_deadline_runnable(t, wd_task_at(a), b, c);
	case CALLS_KEY:
		return wd_deadline_key(t, a, b, c & 0xff, c >> 8);
	case CALLS_CHARGE:
		return wd_deadline_charge(t, a, b, c);
	case CALLS_SLICE:
		return wd_deadline_slice(t, a, b);
	case CALLS_QUIESCENT:
		return wd_deadline_quiescent(t, a, b);
	case CALLS_ACCOUNT:
		return wd_loadbalance_account(t, a, b);
	case CALLS_REQUEST:
		return wd_loadbalance_request(t, a, b);
	case CALLS_PREEMPT_MARGIN:
		return wd_preempt_margin;
	case CALLS_MOVED:
		return wd_deadline_moved(t, a);
	}
	return 0;
}

SEC("syscall")
int calls_rows(struct test_args *args)
{
	int i, rows = test_rows(args);

	use_arena();
	wd_for(i, 0, rows) TEST_AT(calls_result, i) = calls_row(i);
	return 0;
}

/*
 * Two tasks that never sleep on one CPU, slots 1 and 2, in order of their keys; the other arguments as the core passes
 * them. calls_a: ns that each has run; value: ns of a turn.
 */
SEC("syscall")
int calls_hogs(struct test_args *args)
{
	u64 turn = args->value, clock = 1ull << 40, now = WD_SEC, keys[2];
	int i, rows = args->rows;

	use_arena();
	keys[0] = wd_deadline_key(wd_task_at(1), clock, now, WD_ARRIVAL_WOKEN, WD_PACE_ONE);
	keys[1] = wd_deadline_key(wd_task_at(2), clock, now, WD_ARRIVAL_WOKEN, WD_PACE_ONE);
	calls_a[0] = calls_a[1] = 0;
	wd_for(i, 0, rows)
	{
		u32 next = keys[1] < keys[0];
		struct wd_task __arena *t = wd_task_at(1 + next);
		u64 key = next ? keys[1] : keys[0];

		if (clock < key)
			clock = key;
		now += turn;
		wd_deadline_charge(t, turn, t->weight * WD_WEIGHT_ONE, now);
		calls_a[next & 1] += turn;
		key = wd_deadline_key(t, clock, now, WD_ARRIVAL_AGAIN, WD_PACE_ONE);
		if (next)
			keys[1] = key;
		else
			keys[0] = key;
	}
	return 0;
}
