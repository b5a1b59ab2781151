/* SPDX-License-Identifier: GPL-2.0-only */
/* Mentions every shared struct and enum, so that one object's BTF holds all layouts: the input of tools/layout-gen.
 * Never loaded. */
#define WD_OBJ layouts
#include "wd40/module.h"
#include "wd40/exit.h"
#include "wd40/owner.h"
#include "wd40/record.h"
#include "wd40/rings.h"
#include "wd40/slots.h"

WD_MODULE("layouts", "test");

struct {
	struct wd_header header;
	struct wd_cpu cpu;
	struct wd_stats stats;
	struct wd_domain domain;
	struct wd_tunables tunables;
	struct wd_request request;
	struct wd_brief brief;
	struct wd_task task;
	struct wd_exit_record exit_record;
	struct wd_ownership ownership;
	struct wd_handover handover;
	struct wd_queued_ring queued_ring;
	struct wd_decision_ring decision_ring;
	struct wd_exchange exchange;
	struct wd_user_stats user_stats;
	struct wd_user_layout user_layout;
	enum wd_task_flags task_flags;
	enum wd_outcome outcome;
	enum wd_select select;
	enum wd_arrival arrival;
	enum wd_event event;
	enum wd_user_state user_state;
	enum wd_custody_mode custody_mode;
} wd_layouts;
