/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core's exit callback leaves for user space: in the core's .bss, not in the arena. Valid once kind is not 0.
 */
#ifndef WD40_EXIT_H
#define WD40_EXIT_H

#include "types.h"

#define WD_EXIT_REASON_LEN 128
#define WD_EXIT_MSG_LEN	   1024
#define WD_EXIT_DUMP_LEN   65536

struct __wd_shared wd_exit_record {
	s32 kind WD_WRITER("core"); /* enum scx_exit_kind, written last */
	u32 dump_len WD_WRITER("core");
	s64 exit_code WD_WRITER("core");
	char reason[WD_EXIT_REASON_LEN] WD_WRITER("core");
	char msg[WD_EXIT_MSG_LEN] WD_WRITER("core");
	char dump[WD_EXIT_DUMP_LEN] WD_WRITER("core");
};

#endif
