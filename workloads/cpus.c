// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <stdlib.h>
#include <string.h>

/* Parses ranges separated by any of the characters in separators; false with a bad list. */
static bool parse_ranges(const char *text, const char *separators, cpu_set_t *set)
{
	const char *p = text;

	CPU_ZERO(set);
	for (;;) {
		char *end;
		unsigned long first = strtoul(p, &end, 10), last = first;

		if (end == p || *p == '-' || *p == '+')
			return false;
		if (*end == '-') {
			p = end + 1;
			last = strtoul(p, &end, 10);
			if (end == p || *p == '-' || *p == '+')
				return false;
		}
		if (last < first || last >= MAX_CPUS)
			return false;
		for (unsigned long cpu = first; cpu <= last; cpu++)
			CPU_SET(cpu, set);
		if (*end == 0 || *end == '\n')
			return true;
		if (!strchr(separators, *end))
			return false;
		p = end + 1;
	}
}

void cpus_online(cpu_set_t *set)
{
	char buf[4096];

	if (!read_text("/sys/devices/system/cpu/online", buf, sizeof(buf)) || !parse_ranges(buf, ",", set))
		die("cannot read the online CPUs from /sys/devices/system/cpu/online: mount sysfs");
}

/* Parses a CPU list ("0-3,8", '+' in place of ',' allowed) and insists that every CPU of it is online. */
void cpus_parse(const char *what, const char *text, cpu_set_t *set)
{
	cpu_set_t online, both;
	char have[512];

	if (!parse_ranges(text, ",+", set))
		die("%s: \"%s\" is no CPU list; write for example 0-3,8", what, text);
	cpus_online(&online);
	CPU_AND(&both, &online, set);
	if (!CPU_EQUAL(&both, set)) {
		cpus_format(&online, have, sizeof(have));
		die("%s: \"%s\" names CPUs that are not online (online: %s)", what, text, have);
	}
}

void cpus_format(const cpu_set_t *set, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = 0;
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		int last = cpu;

		if (!CPU_ISSET(cpu, set))
			continue;
		while (last + 1 < MAX_CPUS && CPU_ISSET(last + 1, set))
			last++;
		used += (size_t)snprintf(buf + used, size - used, last > cpu ? "%s%d-%d" : "%s%d", used ? "," : "", cpu,
					 last);
		if (used >= size)
			return;
		cpu = last;
	}
}

/* Splits the online CPUs in two halves by number; returns how many are online. */
unsigned int cpus_upper_half(cpu_set_t *upper, cpu_set_t *lower)
{
	cpu_set_t online;
	int total, seen = 0;

	cpus_online(&online);
	total = CPU_COUNT(&online);
	CPU_ZERO(upper);
	CPU_ZERO(lower);
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!CPU_ISSET(cpu, &online))
			continue;
		if (seen++ >= total / 2)
			CPU_SET(cpu, upper);
		else
			CPU_SET(cpu, lower);
	}
	return (unsigned int)total;
}

/* Groups of CPUs; NULL or empty: the two halves of the online CPUs (one group on a single CPU). */
void domains_parse(const char *text, struct domains *d)
{
	char *copy, *save = NULL;

	memset(d, 0, sizeof(*d));
	memset(d->of_cpu, 0xff, sizeof(d->of_cpu));
	if (!text || !*text) {
		if (cpus_upper_half(&d->cpus[1], &d->cpus[0]) > 1) {
			d->count = 2;
		} else {
			d->cpus[0] = d->cpus[1];
			d->count = 1;
		}
	} else {
		copy = strdup(text);
		if (!copy)
			die("out of memory");
		for (char *part = strtok_r(copy, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
			if (d->count == MAX_DOMAINS)
				die("--domains: more than %d groups", MAX_DOMAINS);
			cpus_parse("--domains", part, &d->cpus[d->count++]);
		}
		free(copy);
	}
	for (unsigned int i = 0; i < d->count; i++)
		for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
			if (!CPU_ISSET(cpu, &d->cpus[i]))
				continue;
			if (d->of_cpu[cpu] >= 0)
				die("--domains: CPU %d is in two groups; '+' joins ranges of one group", cpu);
			d->of_cpu[cpu] = (short)i;
		}
}

int domain_of(const struct domains *d, int cpu)
{
	return cpu >= 0 && cpu < MAX_CPUS ? d->of_cpu[cpu] : -1;
}
