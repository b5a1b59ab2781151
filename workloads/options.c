// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void print_default(const struct option_def *d)
{
	switch (d->kind) {
	case OPTION_UINT:
		printf(" [%u]", *(unsigned int *)d->value);
		break;
	case OPTION_NUMBER:
		printf(" [%g]", *(double *)d->value);
		break;
	case OPTION_TEXT:
		if (*(const char **)d->value)
			printf(" [%s]", *(const char **)d->value);
		break;
	case OPTION_FLAG:
		break;
	}
}

static void print_help(const struct command *cmd, const struct option_def *defs)
{
	static const char *const operand[] = {" N", " X", " TEXT", ""};

	printf("usage: wd40-load %s [options]%s%s\n\n%s\n", cmd->name, cmd->arguments ? " " : "",
	       cmd->arguments ? cmd->arguments : "", cmd->help);
	if (defs->name)
		printf("\noptions [default]:\n");
	for (; defs->name; defs++) {
		printf("  --%s%s\n      %s", defs->name, operand[defs->kind], defs->help);
		print_default(defs);
		putchar('\n');
	}
}

static void set_value(const struct option_def *d, const char *text)
{
	unsigned long number;
	double real;
	char *end;

	errno = 0;
	switch (d->kind) {
	case OPTION_UINT:
		number = strtoul(text, &end, 10);
		if (errno || end == text || *end || *text == '-' || number > UINT32_MAX)
			die("--%s: \"%s\" is no whole number from 0 to 4294967295", d->name, text);
		*(unsigned int *)d->value = (unsigned int)number;
		break;
	case OPTION_NUMBER:
		real = strtod(text, &end);
		if (errno || end == text || *end || !isfinite(real) || real < 0)
			die("--%s: \"%s\" is no number of 0 or more", d->name, text);
		*(double *)d->value = real;
		break;
	case OPTION_TEXT:
		*(const char **)d->value = text;
		break;
	case OPTION_FLAG:
		*(bool *)d->value = true;
		break;
	}
}

/*
 * Parses "--name value" and "--name=value" up to the first argument that is no option or to "--"; returns the index of
 * what follows. argv[0] is the sub-command. Prints the help and exits on --help; dies on anything unknown.
 */
int options_parse(const struct command *cmd, const struct option_def *defs, int argc, char **argv)
{
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		const char *name = argv[i] + 2, *value = strchr(name, '=');
		size_t length = value ? (size_t)(value - name) : strlen(name);
		const struct option_def *d = defs;

		if (!*name) {
			i++;
			break;
		}
		if (strcmp(name, "help") == 0) {
			print_help(cmd, defs);
			exit(0);
		}
		while (d->name && (strlen(d->name) != length || strncmp(d->name, name, length) != 0))
			d++;
		if (!d->name)
			die("%s: unknown option %s; see wd40-load %s --help", cmd->name, argv[i], cmd->name);
		if (value && d->kind == OPTION_FLAG)
			die("--%s takes no value", d->name);
		if (value)
			value++;
		else if (d->kind != OPTION_FLAG && ++i < argc)
			value = argv[i];
		if (!value && d->kind != OPTION_FLAG)
			die("--%s needs a value", d->name);
		set_value(d, value);
	}
	if (!cmd->arguments && i < argc)
		die("%s: unexpected argument \"%s\"; see wd40-load %s --help", cmd->name, argv[i], cmd->name);
	return i;
}
