// SPDX-License-Identifier: GPL-2.0-only
/*
 * One balance round as one would write it down: a list of tasks a domain, all of them sorted, what moves is removed
 * from its list. The rules are those of BalancePlanner on a machine of one node, so the transfers must be the same.
 */
#include "wd40bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DOMAINS  64
#define MARGIN_SHIFT 2

struct item {
	u32 load;
	u32 task;
};

struct list {
	struct item *items;
	size_t count, room;
};

struct round {
	struct list *lists;
	s64 imbalance[MAX_DOMAINS], target[MAX_DOMAINS];
	struct wd_bench_transfer *transfers;
	size_t planned;
};

static int append(struct list *list, u32 load, u32 task)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		struct item *items = realloc(list->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		list->items = items;
		list->room = room;
	}
	list->items[list->count++] = (struct item){.load = load, .task = task};
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->load != b->load)
		return a->load < b->load ? -1 : 1;
	return a->task < b->task ? -1 : a->task > b->task;
}

/* Index of the first item with at least this load. */
static size_t at_least(const struct list *list, u64 load)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (list->items[middle].load < load)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static s64 left_over(s64 surplus, s64 gap, s64 load)
{
	return llabs(surplus - load) + llabs(gap + load);
}

static s64 move(struct round *round, u32 from, u32 to)
{
	s64 surplus = round->imbalance[from], gap = round->imbalance[to];
	s64 goal = surplus < -gap ? surplus : -gap, load, after;
	struct list *list = &round->lists[from];
	size_t below, above, best;

	if (goal > UINT32_MAX)
		goal = UINT32_MAX;
	if (goal <= 0 || !list->count)
		return 0;
	below = at_least(list, (u64)goal + 1); /* one past the candidate */
	above = at_least(list, (u64)goal);
	if (!below)
		best = above;
	else if (above == list->count)
		best = below - 1;
	else
		best = left_over(surplus, gap, list->items[above].load) <
				       left_over(surplus, gap, list->items[below - 1].load)
			       ? above
			       : below - 1;
	load = list->items[best].load;
	after = left_over(surplus, gap, load);
	if (!load || surplus - gap - after < (load >> MARGIN_SHIFT ? load >> MARGIN_SHIFT : 1))
		return 0;
	round->transfers[round->planned++] =
		(struct wd_bench_transfer){.task = list->items[best].task, .from = from, .to = to};
	memmove(&list->items[best], &list->items[best + 1], (list->count - best - 1) * sizeof(struct item));
	list->count--;
	round->imbalance[from] -= load;
	round->imbalance[to] += load;
	return load;
}

static int is_over(const struct round *round, u32 domain, double threshold)
{
	return round->imbalance[domain] > (s64)(threshold * round->target[domain]);
}

static void plan(struct round *round, u32 domains, double threshold)
{
	u64 given = 0;

	for (;;) {
		s32 from = -1;
		u64 refused;

		for (u32 domain = 0; domain < domains; domain++) {
			if (!(given >> domain & 1) && is_over(round, domain, threshold) &&
			    (from < 0 || round->imbalance[domain] > round->imbalance[from]))
				from = domain;
		}
		if (from < 0)
			return;
		given |= 1ull << from;
		refused = 1ull << from;
		while (is_over(round, from, threshold)) {
			s32 to = -1;

			for (u32 domain = 0; domain < domains; domain++) {
				if (!(refused >> domain & 1) &&
				    (to < 0 || round->imbalance[domain] < round->imbalance[to]))
					to = domain;
			}
			if (to < 0 || round->imbalance[to] >= 0)
				break;
			if (!move(round, from, to))
				refused |= 1ull << to;
		}
	}
}

s64 wd_bench_balance(const u32 *load, const u8 *domain, size_t count, const u32 *capacity, u32 domains,
		     double threshold, struct wd_bench_transfer *transfers)
{
	/* The lists keep their memory from round to round. */
	static struct list lists[MAX_DOMAINS];
	struct round round = {.lists = lists, .transfers = transfers};
	s64 total = 0, capacities = 0, result = 0;

	for (u32 i = 0; i < domains; i++)
		lists[i].count = 0;
	for (size_t i = 0; i < count && !result; i++) {
		round.imbalance[domain[i]] += load[i];
		result = append(&round.lists[domain[i]], load[i], i);
	}
	for (u32 i = 0; i < domains; i++) {
		total += round.imbalance[i];
		capacities += capacity[i];
	}
	for (u32 i = 0; i < domains && !result; i++) {
		round.target[i] = (s64)((__int128)total * capacity[i] / capacities);
		round.imbalance[i] -= round.target[i];
		if (round.lists[i].count)
			qsort(round.lists[i].items, round.lists[i].count, sizeof(struct item), compare);
	}
	if (!result) {
		plan(&round, domains, threshold);
		result = round.planned;
	}
	return result;
}
