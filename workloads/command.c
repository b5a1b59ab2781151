// SPDX-License-Identifier: GPL-2.0-only
/* An external command: started, its stdout kept in memory, its end awaited. */
#include "load.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The command's stdout goes to a memory file (this program's own holds one JSON object), its stderr to ours. */
void child_start(char **argv, pid_t *pid, int *output_fd)
{
	sigset_t none;

	*output_fd = memfd_create("output", MFD_CLOEXEC);
	if (*output_fd < 0)
		die("memfd_create: %s", strerror(errno));
	fflush(NULL);
	*pid = fork();
	if (*pid < 0)
		die("fork for \"%s\" failed: %s", argv[0], strerror(errno));
	if (*pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(*output_fd, STDOUT_FILENO);
		execvp(argv[0], argv);
		fprintf(stderr, "wd40-load: cannot run %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
}

/* Waits for the end (start time in r->duration_ns on entry) and reads what the command printed. */
void child_finish(pid_t pid, int output_fd, struct child_result *r)
{
	struct stat st;
	ssize_t n;

	while (waitpid(pid, &r->status, 0) < 0)
		if (errno != EINTR)
			die("waitpid: %s", strerror(errno));
	r->duration_ns = now_ns() - r->duration_ns;
	if (fstat(output_fd, &st))
		die("fstat: %s", strerror(errno));
	r->output = must_alloc((size_t)st.st_size + 1, 1);
	n = pread(output_fd, r->output, (size_t)st.st_size, 0);
	if (n != st.st_size)
		die("cannot read the command's output back");
	close(output_fd);
}

/* Exit code and output; an output that is one JSON object stays one. */
void json_child(const struct child_result *r)
{
	char *text = r->output, *end;

	if (WIFEXITED(r->status))
		json_i64("exit_code", WEXITSTATUS(r->status));
	else
		json_i64("exit_code", 128 + WTERMSIG(r->status));
	while (*text == ' ' || *text == '\n')
		text++;
	end = text + strlen(text);
	while (end > text && (end[-1] == '\n' || end[-1] == ' '))
		*--end = 0;
	if (*text == '{' && end > text && end[-1] == '}')
		json_raw("output", text);
	else
		json_str("output", text);
}
