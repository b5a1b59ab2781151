// SPDX-License-Identifier: GPL-2.0-only
/* The calling task's memory policy; no memory is moved, schedulers look at it. */
#include "load.h"
#include <errno.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* "prefer:1", "bind:0-1", "interleave:0-1": mode and nodes. */
void memory_policy_parse(const char *option, const char *text, struct memory_policy *m)
{
	static const struct {
		const char *name;
		int mode;
	} modes[] = {{"prefer:", MPOL_PREFERRED}, {"bind:", MPOL_BIND}, {"interleave:", MPOL_INTERLEAVE}};
	cpu_set_t nodes;

	m->mode = MPOL_DEFAULT;
	m->nodes = 0;
	for (unsigned int i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		size_t length = strlen(modes[i].name);

		if (strncmp(text, modes[i].name, length) != 0)
			continue;
		m->mode = modes[i].mode;
		cpus_parse(option, text + length, &nodes);
		for (int n = 0; n < MEMORY_NODES; n++)
			if (CPU_ISSET(n, &nodes))
				m->nodes |= 1ul << n;
		return;
	}
	die("%s: \"%s\" is no memory policy; write for example prefer:1, bind:0 or interleave:0-1", option, text);
}

void memory_policy_set(const struct memory_policy *m)
{
	/* The kernel takes one bit less than it is told. */
	if (syscall(SYS_set_mempolicy, m->mode, &m->nodes, MEMORY_NODES + 1ul))
		die("memory policy refused: %s; does the machine have these nodes?", strerror(errno));
}
