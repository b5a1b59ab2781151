/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running average of a value over time, geometric with half-life H: the duty cycle of a task is the running average of
 * "is runnable" (0 or 1). Integer arithmetic throughout, so that the C# version agrees bit for bit.
 *
 * Time is cut in periods of H that start at multiples of H. `old` is the average at the end of the last complete
 * period, `cur` the sum of value x (duration / H) in the running one. Fixed point with WD_RAVG_BITS fraction bits. A
 * zeroed record is a valid start.
 */
#ifndef WD40_RAVG_H
#define WD40_RAVG_H

#include "types.h"

#define WD_RAVG_BITS	20
#define WD_RAVG_ONE	(1ull << WD_RAVG_BITS)
#define WD_RAVG_VAL_MAX ((1ull << 44) - 1)

struct __wd_shared wd_ravg {
	u64 val WD_WRITER("loadbalance");    /* value since val_at */
	u64 val_at WD_WRITER("loadbalance"); /* ns, scheduler clock */
	u64 old WD_WRITER("loadbalance");
	u64 cur WD_WRITER("loadbalance");
};

/* Share of one period that a duration of d ns is, rounded up. */
static __always_inline u64 wd_ravg_norm(u64 d, u64 half_life)
{
	return d < half_life ? ((d << WD_RAVG_BITS) + half_life - 1) / half_life : WD_RAVG_ONE;
}

static __always_inline u64 wd_sat_add(u64 a, u64 b)
{
	u64 s = a + b;

	return s < a ? ~0ull : s;
}

static __always_inline u64 wd_shift_down(u64 v, u64 by)
{
	return by < 64 ? v >> by : 0;
}

/* Contribution of val constant over the n complete periods before the last boundary: 1 - 2^-n, saturating at 2^-20. */
static __always_inline u64 wd_ravg_full(u64 n)
{
	return n < 20 ? WD_RAVG_ONE - (WD_RAVG_ONE >> n) : WD_RAVG_ONE - 1;
}

/* What the record's history has become at now, without changing the record: its old and cur as of then. */
struct wd_ravg_state {
	u64 now; /* the clock, at least that of the last change */
	u64 old;
	u64 cur;
};

static __always_inline void wd_ravg_advance(struct wd_ravg __arena *r, u64 now, u64 half_life, struct wd_ravg_state *s)
{
	u64 at = r->val_at, val = r->val, old = r->old, cur = r->cur;
	u64 periods;

	if (now < at)
		now = at;
	periods = now / half_life - at / half_life;
	if (periods) {
		old = wd_sat_add(wd_shift_down(old, periods), wd_shift_down(cur, periods));
		cur = 0;
	}
	if (val && periods) {
		u64 head = wd_ravg_norm(half_life - at % half_life, half_life);

		old = wd_sat_add(old, val * wd_shift_down(head, periods));
		if (periods > 1)
			old = wd_sat_add(old, val * wd_ravg_full(periods - 1));
		cur += val * wd_ravg_norm(now % half_life, half_life);
	} else if (val) {
		cur += val * wd_ravg_norm(now - at, half_life);
	}
	s->now = now;
	s->old = old;
	s->cur = cur;
}

/* The value was r->val since r->val_at; from now on it is val. */
static __always_inline void wd_ravg_accumulate(struct wd_ravg __arena *r, u64 val, u64 now, u64 half_life)
{
	struct wd_ravg_state s;

	wd_ravg_advance(r, now, half_life, &s);
	r->old = s.old;
	r->cur = s.cur;
	r->val = val < WD_RAVG_VAL_MAX ? val : WD_RAVG_VAL_MAX;
	r->val_at = s.now;
}

/* a * b >> 20 without overflow of the 96-bit product, for b <= 2^20. */
static __always_inline u64 wd_mul_shift(u64 a, u64 b)
{
	return ((a >> 32) * b << (32 - WD_RAVG_BITS)) + ((a & 0xffffffff) * b >> WD_RAVG_BITS);
}

/* The average at `now` as fixed point; the record is not changed. */
static __always_inline u64 wd_ravg_read(struct wd_ravg __arena *r, u64 now, u64 half_life)
{
	struct wd_ravg_state s;
	u64 into;

	wd_ravg_advance(r, now, half_life, &s);
	into = s.now % half_life;
	if (!into)
		return s.old;
	return wd_mul_shift(s.old, WD_RAVG_ONE - wd_ravg_norm(into, half_life) / 2) + s.cur / 2;
}

#endif
