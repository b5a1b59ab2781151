/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load balance "level", kernel half: duty cycles. The user half lets load flow from the domain with the highest
 * level (load per capacity) to the one with the lowest, as between vessels of unequal size.
 */
#define WD_OBJ level
#include "duty.h"

WD_MODULE("level", "loadbalance");
