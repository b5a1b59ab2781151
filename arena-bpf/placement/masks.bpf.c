/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Placement by hand-made masks: the domains are the CPU sets that the user names. Domains count to the node of their
 * first CPU.
 */
#define WD_OBJ masks
#include "domains.h"

WD_MODULE("masks", "placement");
