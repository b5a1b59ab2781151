/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How test programs take work in bulk: one array per argument and result, mapped by the test, so that one system call
 * runs thousands of operations and no struct is described twice.
 */
#ifndef WD40_TEST_COLUMNS_H
#define WD40_TEST_COLUMNS_H

#include "wd40/module.h"

#define TEST_ROWS 65536

#define TEST_COLUMN(name) u64 name[TEST_ROWS]

/* Element of a column; the mask is what the verifier sees as its bound. */
#define TEST_AT(name, i) (name[(i) & (TEST_ROWS - 1)])

/* What the test passes to a program: rows to work on, and one number that the program defines. */
struct test_args {
	u64 rows;
	u64 value;
};

static __always_inline int test_rows(struct test_args *args)
{
	u64 rows = args->rows;

	return rows < TEST_ROWS ? rows : TEST_ROWS;
}

#endif
