/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Placement by last-level cache: one domain a cache, so that what a task has in its cache is near wherever it runs at
 * home. Between caches of a node tasks are pulled readily, across nodes late.
 */
#define WD_OBJ llc
#include "domains.h"

WD_MODULE("llc", "placement");
