/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Placement by NUMA node: one domain a node, so that a task's memory is near wherever it runs at home, and all CPUs of
 * the node serve one queue. Whatever is pulled comes across nodes: the threshold for that alone decides.
 */
#define WD_OBJ numa
#include "domains.h"

WD_MODULE("numa", "placement");
