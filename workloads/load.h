/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wd40-load: shared declarations.
 *
 * Time is CLOCK_MONOTONIC in nanoseconds everywhere. Statistics are exact: all samples are kept and sorted.
 */
#ifndef WD40_LOAD_H
#define WD40_LOAD_H

#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

typedef uint64_t u64;
typedef uint32_t u32;

#define NSEC_PER_SEC  1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_USEC 1000ull
#define FRAME_NS      16700000ull /* one frame at 60 Hz; a wake-up later than this misses it */
#define MAX_CPUS      CPU_SETSIZE
#define MAX_DOMAINS   64

/* util.c: time, errors, memory, files */
u64 now_ns(void);
u64 thread_cpu_ns(void);
u64 thread_switches(void);
void sleep_until(u64 t);
u64 seconds_to_ns(double seconds);
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void progress(const char *fmt, ...);
void die_as(const char *scenario);
void die_hook(void (*fn)(void));
void *shared_alloc(size_t bytes);
void *must_alloc(size_t count, size_t size);
bool read_text(const char *path, char *buf, size_t size);
void write_text(const char *path, const char *text);
void futex_wait(u32 *word, u32 value, u64 timeout_ns);
void futex_wake(u32 *word, int count);

/* work.c: busy work that nobody can optimise away */
void spin(u64 loops);
double measure_loops_per_us(void);
double measure_full_loops_per_us(void);

/* cpus.c: CPU lists ("0-3,8") and groups of CPUs ("0-3,4-7"; '+' joins ranges inside one group: "0-1+4-5,2-3") */
struct domains {
	unsigned int count;
	cpu_set_t cpus[MAX_DOMAINS];
	short of_cpu[MAX_CPUS]; /* -1: in no group */
};

void cpus_online(cpu_set_t *set);
void cpus_parse(const char *what, const char *text, cpu_set_t *set);
void cpus_format(const cpu_set_t *set, char *buf, size_t size);
unsigned int cpus_upper_half(cpu_set_t *upper, cpu_set_t *lower);
void domains_parse(const char *text, struct domains *d);
int domain_of(const struct domains *d, int cpu);

/* stats.c: exact statistics */
struct summary {
	u64 count, min, p50, p90, p99, max;
	double mean;
};

int weight_of_nice(int nice);
u64 percentile(const u64 *sorted, size_t n, double p);
void summarize(u64 *samples, size_t n, struct summary *s);
double jain_index(const double *x, size_t n);
#define DELAY_BUCKETS 8

void bucket_counts(const u64 *samples, size_t n, u64 counts[DELAY_BUCKETS]);
u64 bucket_end(unsigned int bucket);
void water_fill(const double *weights, size_t n, double total, double cap, double *due);

/* kernel.c: what the kernel says about the machine */
struct cpu_time {
	u64 at_ns, idle_ns, switches;
};

void cpu_time_read(struct cpu_time *t);
double idle_share(const struct cpu_time *from, const struct cpu_time *to);
void cpu_idle_ticks(u64 *idle_ns, size_t max_cpus);
int last_cpu_of(pid_t pid);
bool is_asleep(pid_t pid);

/* json.c: one JSON object on stdout */
void json_begin(const char *scenario);
void json_end(void);
void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_u64(const char *key, u64 v);
void json_i64(const char *key, long long v);
void json_f64(const char *key, double v);
void json_bool(const char *key, bool v);
void json_null(const char *key);
void json_str(const char *key, const char *v);
void json_raw(const char *key, const char *v);
void json_summary(const char *key, const struct summary *s);
void json_counts(const char *key, const u64 *samples, size_t n);
void json_idle(const struct cpu_time *from, const struct cpu_time *to);
bool json_started(void);

/* options.c: long options of one sub-command */
enum option_kind { OPTION_UINT, OPTION_NUMBER, OPTION_TEXT, OPTION_FLAG };

struct option_def {
	const char *name;
	enum option_kind kind;
	void *value; /* unsigned int, double, const char *, bool */
	const char *help;
};

struct command {
	const char *name;
	const char *arguments; /* after the options, or NULL */
	const char *help;
	int (*run)(const struct command *cmd, int argc, char **argv);
};

int options_parse(const struct command *cmd, const struct option_def *defs, int argc, char **argv);

/* memory.c: memory policies of tasks */
#define MEMORY_NODES 64

struct memory_policy {
	int mode;
	unsigned long nodes;
};

void memory_policy_parse(const char *option, const char *text, struct memory_policy *m);
void memory_policy_set(const struct memory_policy *m);

/* crew.c: processes that start together */
struct crew_shared {
	u32 ready, go, stop, pad;
	u64 start_ns; /* when the barrier opened */
	u64 from_ns;  /* measured window: [from_ns, to_ns) */
	u64 to_ns;
};

struct member_conf {
	const char *comm;
	int nice;
	const cpu_set_t *cpus; /* NULL: all */
};

struct crew {
	struct crew_shared *shared;
	unsigned int count, capacity;
	pid_t *pids;
	bool *ended;			    /* by the supervisor, on purpose */
	const struct memory_policy *memory; /* each member sets it before it waits for the start; NULL: it inherits */
	bool realtime;
};

typedef void (*member_fn)(struct crew_shared *sh, void *arg);

void crew_init(struct crew *c, unsigned int capacity);
unsigned int crew_add(struct crew *c, const struct member_conf *conf, member_fn body, void *arg);
void crew_start(struct crew *c, double warmup_s, double window_s);
void crew_measure(struct crew *c, struct cpu_time *from, struct cpu_time *to);
unsigned int crew_kill_on(struct crew *c, const cpu_set_t *cpus);
void crew_finish(struct crew *c);

/* hog.c: endless arithmetic loops that watch their own progress */
struct hog {
	const struct domains *domains; /* may be NULL */
	u64 cpu_from_ns, cpu_to_ns;
	u64 switches_from, switches_to; /* times that it was made to give up its CPU */
	u64 longest_gap_ns, longest_gap_at_ns;
	u64 moves; /* between groups of CPUs */
	int last_cpu;
	bool begun, done;
	u64 churn_ns;	    /* it sets its own affinity at this period, from the window on; 0: never */
	cpu_set_t churn[2]; /* to these in turn */
	u64 changes;	    /* times that it did */
	u64 nap_every_ns;   /* of CPU time, then it sleeps; 0: never ... */
	u64 nap_ns;	    /* ... for so long */
} __attribute__((aligned(128)));

void hog_body(struct crew_shared *sh, void *arg);
struct hog *hogs_add(struct crew *c, unsigned int count, int nice, const cpu_set_t *cpus, const struct domains *d);
unsigned int hogs_for(double per_cpu);

/* trace.c: the kernel's scheduler tracepoints */
struct trace_line {
	unsigned int event; /* number of its name in the list of trace_read */
	int cpu;	    /* where it was recorded */
	u64 at_ns;
	char *fields; /* the rest of the line, may be changed */
};

typedef void (*trace_fn)(const struct trace_line *t, void *arg);

void trace_open(unsigned int buffer_kb);
void trace_event(const char *name, const char *filter);
void trace_record(bool on);
void trace_block_signals(sigset_t *signals);
void trace_wait(const sigset_t *signals, double seconds, pid_t child);
void trace_read(const char *const *names, trace_fn fn, void *arg);
void trace_close(void);

/* cmd_stream.c: a process of a build */
__attribute__((noreturn)) void become_work(const char *loops, const char *pauses, const char *pause_us);

/* command.c: an external command whose stdout is kept */
struct child_result {
	int status; /* as of wait(2) */
	u64 duration_ns;
	char *output;
};

void child_start(char **argv, pid_t *pid, int *output_fd);
void child_finish(pid_t pid, int output_fd, struct child_result *r);
void json_child(const struct child_result *r);

int run_hogs(const struct command *cmd, int argc, char **argv);
int run_timer(const struct command *cmd, int argc, char **argv);
int run_futex(const struct command *cmd, int argc, char **argv);
int run_pingpong(const struct command *cmd, int argc, char **argv);
int run_fairness(const struct command *cmd, int argc, char **argv);
int run_rebalance(const struct command *cmd, int argc, char **argv);
int run_idle(const struct command *cmd, int argc, char **argv);
int run_requests(const struct command *cmd, int argc, char **argv);
int run_switches(const struct command *cmd, int argc, char **argv);
int run_grace(const struct command *cmd, int argc, char **argv);
int run_affinity(const struct command *cmd, int argc, char **argv);
int run_kworkers(const struct command *cmd, int argc, char **argv);
int run_stream(const struct command *cmd, int argc, char **argv);
int run_frames(const struct command *cmd, int argc, char **argv);
int run_work(const struct command *cmd, int argc, char **argv);
int run_forkstorm(const struct command *cmd, int argc, char **argv);
int run_trace_migrations(const struct command *cmd, int argc, char **argv);
int run_trace_waits(const struct command *cmd, int argc, char **argv);
int run_selftest(const struct command *cmd, int argc, char **argv);

#endif
