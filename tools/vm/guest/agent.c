// SPDX-License-Identifier: GPL-2.0-only
/*
 * agent.c: process 1 of the guest. Mounts the file systems, then serves commands that arrive over the virtio port
 * "wd40.agent".
 *
 * Frame, both directions: u32 payload length, u32 job number, u8 type (little endian), payload.
 *   host to guest: R run payload by sh -c; K send signal (u32) to the job's process group;
 *                  P put file: u32 mode, u8 truncate, path with final NUL, data; answered by X; D drain the kernel log;
 * Q power off guest to host: H hello; O stdout; E stderr; X end (u32 wait status, or errno for P); L one /dev/kmsg
 * record; D drained
 *
 * The agent runs under SCHED_FIFO, so that a sched_ext scheduler under test that starves everything cannot starve the
 * channel; commands start with the default policy. When the host hangs up the guest powers off.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <net/if.h>
#include <unistd.h>

#define PORT_NAME   "wd40.agent"
#define MAX_JOBS    256
#define CHUNK	    65536
#define MAX_PAYLOAD (8u << 20)

struct job {
	uint32_t id;
	pid_t pid; /* 0: slot free */
	int out, err;
};

static struct job jobs[MAX_JOBS];
static int port = -1, kmsg = -1, child_signal = -1;
static pid_t shell_pid;

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void die(const char *what)
{
	dprintf(2, "wd40-agent: %s: %s\n", what, strerror(errno));
	power_off();
}

static void mount_one(const char *type, const char *dir, const char *data)
{
	mkdir(dir, 0755);
	if (mount(type, dir, type, 0, data) && errno != EBUSY)
		dprintf(2, "wd40-agent: mount %s: %s\n", dir, strerror(errno));
}

static void set_up_system(void)
{
	struct rlimit files = {1 << 20, 1 << 20};
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int s;

	mount_one("proc", "/proc", NULL);
	mount_one("sysfs", "/sys", NULL);
	mount_one("devtmpfs", "/dev", NULL);
	mount_one("devpts", "/dev/pts", "ptmxmode=0666");
	mount_one("tmpfs", "/dev/shm", NULL);
	mount_one("debugfs", "/sys/kernel/debug", NULL);
	mount_one("tracefs", "/sys/kernel/tracing", NULL);
	mount_one("cgroup2", "/sys/fs/cgroup", NULL);
	mount_one("bpf", "/sys/fs/bpf", NULL);
	symlink("/proc/self/fd", "/dev/fd");
	sethostname("wd40", 4);
	setrlimit(RLIMIT_NOFILE, &files);
	setenv("PATH", "/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "linux", 1);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s >= 0) {
		ioctl(s, SIOCSIFFLAGS, &lo);
		close(s);
	}
}

/* The device node of the port with our name, e.g. /dev/vport0p1. */
static int open_port(void)
{
	char path[512], name[64];
	struct dirent *e;
	DIR *d = opendir("/sys/class/virtio-ports");
	int fd = -1;

	if (!d)
		return -1;
	while (fd < 0 && (e = readdir(d))) {
		ssize_t n;
		int f;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", e->d_name);
		f = open(path, O_RDONLY | O_CLOEXEC);
		if (f < 0)
			continue;
		n = read(f, name, sizeof(name) - 1);
		close(f);
		if (n < (ssize_t)sizeof(PORT_NAME) - 1 || strncmp(name, PORT_NAME, sizeof(PORT_NAME) - 1))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	}
	closedir(d);
	return fd;
}

/* Before the kernel has seen the host's side as connected the port reads as end of file: wait for it. */
static void wait_for_host(void)
{
	for (int tries = 0; tries < 30000; tries++) {
		struct pollfd p = {.events = POLLIN | POLLOUT};

		if (port < 0)
			port = open_port();
		p.fd = port;
		if (port >= 0 && poll(&p, 1, 0) > 0 && !(p.revents & POLLHUP))
			return;
		usleep(1000);
	}
	errno = ETIMEDOUT;
	die("no host on port " PORT_NAME);
}

static void write_all(const void *data, size_t length)
{
	const char *p = data;

	while (length) {
		ssize_t n = write(port, p, length);

		if (n > 0) {
			p += n;
			length -= n;
		} else if (n < 0 && errno == EAGAIN) {
			struct pollfd f = {.fd = port, .events = POLLOUT};

			poll(&f, 1, -1);
			if (f.revents & POLLHUP)
				power_off();
		} else if (n < 0 && errno != EINTR) {
			power_off();
		}
	}
}

static void send_frame(uint32_t id, char type, const void *data, uint32_t length)
{
	static char frame[9 + CHUNK];

	memcpy(frame, &length, 4);
	memcpy(frame + 4, &id, 4);
	frame[8] = type;
	memcpy(frame + 9, data, length);
	write_all(frame, 9 + length);
}

static void send_end(uint32_t id, uint32_t status)
{
	send_frame(id, 'X', &status, 4);
}

static void forward_kernel_log(void)
{
	char record[8192];
	ssize_t n;

	for (;;) {
		n = read(kmsg, record, sizeof(record));
		if (n > 0)
			send_frame(0, 'L', record, n);
		else if (n < 0 &&
			 errno ==
				 EPIPE) /* the ring was overwritten before we read it: must not look like a clean log */
			send_frame(0, 'L', "4,0,0,-;wd40-agent: kernel log records lost\n", 44);
		else
			return;
	}
}

/* Forwards what is there, a bounded amount so that a flood on one pipe does not starve the rest; closes at its end. */
static void forward_output(struct job *j, int *fd, char type)
{
	static char data[CHUNK];

	for (int turn = 0; *fd >= 0 && turn < 16; turn++) {
		ssize_t n = read(*fd, data, sizeof(data));

		if (n > 0) {
			send_frame(j->id, type, data, n);
		} else if (n == 0 || errno != EAGAIN) {
			close(*fd);
			*fd = -1;
		} else {
			return;
		}
	}
}

static void start_job(uint32_t id, const char *command)
{
	int out[2], err[2];
	struct job *j = NULL;

	for (int i = 0; i < MAX_JOBS && !j; i++)
		if (!jobs[i].pid)
			j = &jobs[i];
	if (!j || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		send_frame(id, 'E', "wd40-agent: too many jobs\n", 26);
		send_end(id, 126 << 8);
		return;
	}
	j->id = id;
	j->pid = fork();
	if (!j->pid) {
		sigset_t none;
		int null = open("/dev/null", O_RDONLY);

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid();
		dup2(null, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		close(null);
		chdir("/root");
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	if (j->pid < 0) {
		close(out[0]);
		close(err[0]);
		j->pid = 0;
		send_frame(id, 'E', "wd40-agent: fork failed\n", 24);
		send_end(id, 126 << 8);
		return;
	}
	j->out = out[0];
	j->err = err[0];
	fcntl(j->out, F_SETFL, O_NONBLOCK);
	fcntl(j->err, F_SETFL, O_NONBLOCK);
}

static void end_job(struct job *j, int status)
{
	forward_output(j, &j->out, 'O');
	forward_output(j, &j->err, 'E');
	if (j->out >= 0)
		close(j->out);
	if (j->err >= 0)
		close(j->err);
	forward_kernel_log();
	j->pid = 0;
	send_end(j->id, status);
}

static void reap(void)
{
	struct signalfd_siginfo info;
	pid_t pid;
	int status;

	while (read(child_signal, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == shell_pid)
			power_off();
		for (int i = 0; i < MAX_JOBS; i++)
			if (jobs[i].pid == pid)
				end_job(&jobs[i], status);
	}
}

static void make_parents(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(path, 0755);
		*p = '/';
	}
}

static void put_file(uint32_t id, char *data, uint32_t length)
{
	uint32_t mode, head, error = 0;
	char *path = data + 5;
	int fd;

	if (length < 7 || !memchr(path, 0, length - 5)) {
		send_end(id, EINVAL);
		return;
	}
	memcpy(&mode, data, 4);
	head = 5 + strlen(path) + 1;
	make_parents(path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (data[4] ? O_TRUNC : O_APPEND), mode);
	if (fd < 0) {
		send_end(id, errno);
		return;
	}
	fchmod(fd, mode);
	while (head < length && !error) {
		ssize_t n = write(fd, data + head, length - head);

		if (n < 0)
			error = errno;
		else
			head += n;
	}
	if (close(fd) && !error)
		error = errno;
	send_end(id, error);
}

static void handle_frame(uint32_t id, char type, char *data, uint32_t length)
{
	uint32_t signal_number;

	switch (type) {
	case 'R':
		start_job(id, data);
		break;
	case 'K':
		memcpy(&signal_number, data, 4);
		for (int i = 0; i < MAX_JOBS; i++)
			if (jobs[i].pid > 0 && jobs[i].id == id)
				kill(-jobs[i].pid, signal_number);
		break;
	case 'P':
		put_file(id, data, length);
		break;
	case 'D':
		forward_kernel_log();
		send_frame(id, 'D', "", 0);
		break;
	case 'Q':
		power_off();
	}
}

static void read_port(void)
{
	static char buffer[9 + MAX_PAYLOAD + 1];
	static size_t fill;

	for (;;) {
		uint32_t length, id;
		size_t want = 9;
		ssize_t n;

		if (fill >= 9) {
			memcpy(&length, buffer, 4);
			if (length > MAX_PAYLOAD)
				die("frame too long");
			want += length;
		}
		n = fill < want ? read(port, buffer + fill, want - fill) : 0;
		if (fill < want && n == 0)
			power_off(); /* the host hung up */
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			die("read port");
		fill += n;
		if (fill < 9 || fill < want)
			continue;
		memcpy(&length, buffer, 4);
		if (fill < 9 + (size_t)length)
			continue;
		memcpy(&id, buffer + 4, 4);
		buffer[9 + length] = 0;
		fill = 0;
		handle_frame(id, buffer[8], buffer + 9, length);
	}
}

/* An interactive shell on the serial console; the guest powers off when it ends. */
static void start_console_shell(void)
{
	shell_pid = fork();
	if (!shell_pid) {
		sigset_t none;
		int tty;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid();
		tty = open("/dev/ttyS0", O_RDWR);
		ioctl(tty, TIOCSCTTY, 1);
		dup2(tty, 0);
		dup2(tty, 1);
		dup2(tty, 2);
		chdir("/root");
		execl("/bin/sh", "-sh", NULL);
		_exit(127);
	}
}

static int has_argument(const char *word)
{
	char line[4096] = " ";
	char wanted[64];
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line + 1, sizeof(line) - 3);

	if (fd >= 0)
		close(fd);
	if (n > 0 && line[n] == '\n')
		n--;
	line[n + 1] = ' ';
	line[n + 2] = 0;
	snprintf(wanted, sizeof(wanted), " %s ", word);
	return strstr(line, wanted) != NULL;
}

int main(void)
{
	struct sched_param priority = {.sched_priority = 50};
	sigset_t child;

	set_up_system();
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	signal(SIGPIPE, SIG_IGN);
	child_signal = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (child_signal < 0 || kmsg < 0)
		die("set up");
	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority);
	wait_for_host();
	forward_kernel_log();
	send_frame(0, 'H', "1", 1);
	if (has_argument("wd40.shell"))
		start_console_shell();

	for (;;) {
		struct pollfd fds[3 + 2 * MAX_JOBS];
		int n = 3;

		fds[0] = (struct pollfd){.fd = port, .events = POLLIN};
		fds[1] = (struct pollfd){.fd = child_signal, .events = POLLIN};
		fds[2] = (struct pollfd){.fd = kmsg, .events = POLLIN};
		for (int i = 0; i < MAX_JOBS; i++) {
			if (!jobs[i].pid)
				continue;
			if (jobs[i].out >= 0)
				fds[n++] = (struct pollfd){.fd = jobs[i].out, .events = POLLIN};
			if (jobs[i].err >= 0)
				fds[n++] = (struct pollfd){.fd = jobs[i].err, .events = POLLIN};
		}
		if (poll(fds, n, -1) < 0 && errno != EINTR)
			die("poll");
		for (int i = 0; i < MAX_JOBS; i++) {
			if (!jobs[i].pid)
				continue;
			forward_output(&jobs[i], &jobs[i].out, 'O');
			forward_output(&jobs[i], &jobs[i].err, 'E');
		}
		forward_kernel_log();
		reap();
		if (fds[0].revents & (POLLIN | POLLHUP))
			read_port();
	}
}
