/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The task table's allocator. The free list is a kernel map, not arena memory: scribbling on the arena cannot hand one
 * slot to two tasks. It is a queue, so a freed slot rests as long as possible before it is used again.
 */
#ifndef WD40_TABLE_H
#define WD40_TABLE_H

#include "module.h"

/* Takes a free slot, clears its record and makes it live. Returns slot | generation << 32, or WD_NO_SLOT. May sleep or
 * not. */
u64 wd_slot_alloc(void);

/* Gives a slot back; generation as wd_slot_alloc returned it. Returns 0, or 1 when the slot was lost. */
u64 wd_slot_free(u32 slot, u32 generation);

#endif
