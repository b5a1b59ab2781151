/* SPDX-License-Identifier: GPL-2.0-only */
/* The running average of wd40/ravg.h on rows of arguments: the record of one slot, row after row. */
#define WD_OBJ ravg
#include "columns.h"

WD_MODULE("ravg", "test");

TEST_COLUMN(ravg_slot);
TEST_COLUMN(ravg_val);	   /* value from now on */
TEST_COLUMN(ravg_now);	   /* when it changes */
TEST_COLUMN(ravg_read_at); /* when the average is read afterwards */
TEST_COLUMN(ravg_half_life);
TEST_COLUMN(ravg_result);
TEST_COLUMN(ravg_result_old);
TEST_COLUMN(ravg_result_cur);
TEST_COLUMN(ravg_result_at);

SEC("syscall")
int ravg_rows(struct test_args *args)
{
	int i, rows = test_rows(args);

	use_arena();
	wd_for(i, 0, rows)
	{
		struct wd_ravg __arena *r = &wd_task_at(TEST_AT(ravg_slot, i))->duty;
		u64 half_life = TEST_AT(ravg_half_life, i);

		wd_ravg_accumulate(r, TEST_AT(ravg_val, i), TEST_AT(ravg_now, i), half_life);
		TEST_AT(ravg_result, i) = wd_ravg_read(r, TEST_AT(ravg_read_at, i), half_life);
		TEST_AT(ravg_result_old, i) = r->old;
		TEST_AT(ravg_result_cur, i) = r->cur;
		TEST_AT(ravg_result_at, i) = r->val_at;
	}
	return 0;
}
