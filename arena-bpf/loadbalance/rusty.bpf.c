/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load balance "rusty", kernel half: duty cycles. The user half evens out what domains and nodes have above their share
 * of the load, half of it a round.
 */
#define WD_OBJ rusty
#include "duty.h"

WD_MODULE("rusty", "loadbalance");
