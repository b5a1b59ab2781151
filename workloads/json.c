// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"
#include <math.h>
#include <string.h>

static bool started, first;

static void put_string(const char *v)
{
	putchar('"');
	for (; *v; v++) {
		unsigned char c = (unsigned char)*v;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void put_key(const char *key)
{
	if (!first)
		putchar(',');
	first = false;
	if (key) {
		put_string(key);
		putchar(':');
	}
}

bool json_started(void)
{
	return started;
}

void json_begin(const char *scenario)
{
	started = true;
	first = true;
	putchar('{');
	json_str("scenario", scenario);
}

void json_end(void)
{
	puts("}");
	fflush(stdout);
}

/* bracket: '{' or '['. key NULL inside an array. */
void json_open(const char *key, char bracket)
{
	put_key(key);
	putchar(bracket);
	first = true;
}

void json_close(char bracket)
{
	putchar(bracket);
	first = false;
}

void json_u64(const char *key, u64 v)
{
	put_key(key);
	printf("%llu", (unsigned long long)v);
}

void json_i64(const char *key, long long v)
{
	put_key(key);
	printf("%lld", v);
}

/* Not-a-number and infinities have no place in JSON: null. */
void json_f64(const char *key, double v)
{
	put_key(key);
	if (isfinite(v))
		printf("%.9g", v);
	else
		fputs("null", stdout);
}

void json_bool(const char *key, bool v)
{
	put_key(key);
	fputs(v ? "true" : "false", stdout);
}

void json_null(const char *key)
{
	put_key(key);
	fputs("null", stdout);
}

void json_str(const char *key, const char *v)
{
	put_key(key);
	put_string(v);
}

/* v is already JSON. */
void json_raw(const char *key, const char *v)
{
	put_key(key);
	fputs(v, stdout);
}

void json_summary(const char *key, const struct summary *s)
{
	json_open(key, '{');
	json_u64("count", s->count);
	json_f64("mean", s->mean);
	json_u64("min", s->min);
	json_u64("p50", s->p50);
	json_u64("p90", s->p90);
	json_u64("p99", s->p99);
	json_u64("max", s->max);
	json_close('}');
}

/* How many samples lie below each bound and not below the one before; the last bound is null: no bound. */
void json_counts(const char *key, const u64 *samples, size_t n)
{
	u64 counts[DELAY_BUCKETS];

	bucket_counts(samples, n, counts);
	json_open(key, '[');
	for (unsigned int i = 0; i < DELAY_BUCKETS; i++) {
		json_open(NULL, '{');
		if (bucket_end(i))
			json_u64("below_ns", bucket_end(i));
		else
			json_null("below_ns");
		json_u64("count", counts[i]);
		json_close('}');
	}
	json_close(']');
}

/* What belongs beside every throughput figure: the idle share and the switches of the same interval. */
void json_idle(const struct cpu_time *from, const struct cpu_time *to)
{
	json_u64("interval_ns", to->at_ns - from->at_ns);
	json_u64("idle_ns", to->idle_ns - from->idle_ns);
	json_f64("idle_share", idle_share(from, to));
	json_u64("context_switches", to->switches - from->switches);
}
