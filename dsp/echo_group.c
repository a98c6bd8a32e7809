/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Gathers chunks of the lanes of an echo canceller into blocks. */
#include "dsp/echo_group.h"

#include <string.h>

struct group_lane {
	bool open;
	size_t ready;	/* without echo, to be taken */
	size_t pending; /* received, behind them */
	size_t far_at, far_n;
	int16_t near[ECHO_GROUP_SAMPLES];
	int16_t far[ECHO_GROUP_SAMPLES];
};

struct echo_group {
	struct echo *echo; /* own: in the same memory */
	unsigned block, delay;
	size_t patience; /* pending samples at which other lanes are no longer waited for */
	struct group_lane lanes[LANES];
};

static size_t head_octets(void)
{
	return (sizeof(struct echo_group) + ECHO_ALIGN - 1) / ECHO_ALIGN * ECHO_ALIGN;
}

static unsigned common_divisor(unsigned a, unsigned b)
{
	while (b) {
		unsigned rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

size_t echo_group_octets(const struct echo_group_conf *conf)
{
	size_t octets = echo_octets(&conf->echo);

	if (!octets || !conf->chunk || conf->chunk > ECHO_GROUP_SAMPLES / 4)
		return 0;
	return head_octets() + octets;
}

struct echo_group *echo_group_init(void *memory, const struct echo_group_conf *conf)
{
	struct echo_group *group = memory;

	memset(group, 0, sizeof(*group));
	group->echo = echo_init((unsigned char *)memory + head_octets(), &conf->echo);
	group->block = conf->echo.block;
	group->delay = group->block - common_divisor(conf->chunk, group->block);
	group->patience = 2 * (size_t)conf->chunk + group->block;
	return group;
}

unsigned echo_group_delay(const struct echo_group *group)
{
	return group->delay;
}

struct echo *echo_group_echo(struct echo_group *group)
{
	return group->echo;
}

void echo_group_open(struct echo_group *group, unsigned lane, const struct echo_lane_conf *conf)
{
	struct group_lane *l = &group->lanes[lane];

	memset(l, 0, sizeof(*l));
	l->open = true;
	l->ready = group->delay;
	echo_lane_set(group->echo, lane, &(struct echo_lane_conf){ .mode = ECHO_OFF });
	echo_lane_set(group->echo, lane, conf);
}

void echo_group_close(struct echo_group *group, unsigned lane)
{
	group->lanes[lane].open = false;
	echo_lane_set(group->echo, lane, &(struct echo_lane_conf){ .mode = ECHO_OFF });
}

static void far_compact(struct group_lane *lane)
{
	memmove(lane->far, lane->far + lane->far_at, lane->far_n * sizeof(lane->far[0]));
	lane->far_at = 0;
}

size_t echo_group_sent(struct echo_group *group, unsigned lane, const int16_t *far, size_t n)
{
	struct group_lane *l = &group->lanes[lane];

	if (n > ECHO_GROUP_SAMPLES - l->far_n)
		n = ECHO_GROUP_SAMPLES - l->far_n;
	if (l->far_at + l->far_n + n > ECHO_GROUP_SAMPLES)
		far_compact(l);
	memcpy(l->far + l->far_at + l->far_n, far, n * sizeof(far[0]));
	l->far_n += n;
	return n;
}

void echo_group_align(struct echo_group *group, unsigned lane, size_t waiting)
{
	struct group_lane *l = &group->lanes[lane];
	/* what has been received but not run yet has its far still here */
	size_t wanted = waiting + l->pending, missing;

	if (wanted > ECHO_GROUP_SAMPLES)
		wanted = ECHO_GROUP_SAMPLES;
	if (l->far_n >= wanted) {
		l->far_at += l->far_n - wanted;
		l->far_n = wanted;
		return;
	}
	missing = wanted - l->far_n;
	far_compact(l);
	memmove(l->far + missing, l->far, l->far_n * sizeof(l->far[0]));
	memset(l->far, 0, missing * sizeof(l->far[0]));
	l->far_n = wanted;
}

size_t echo_group_received(struct echo_group *group, unsigned lane, const int16_t *near, size_t n)
{
	struct group_lane *l = &group->lanes[lane];
	size_t held = l->ready + l->pending;

	if (n > ECHO_GROUP_SAMPLES - held)
		n = ECHO_GROUP_SAMPLES - held;
	memcpy(l->near + held, near, n * sizeof(near[0]));
	l->pending += n;
	return n;
}

/* A block's worth of what was sent; the line was idle where there is not enough. */
static const int16_t *far_block(struct group_lane *lane, unsigned block, int16_t *space)
{
	const int16_t *at = lane->far + lane->far_at;
	size_t n = lane->far_n < block ? lane->far_n : block;

	if (n < block) {
		memcpy(space, at, n * sizeof(at[0]));
		memset(space + n, 0, (block - n) * sizeof(at[0]));
		at = space;
	}
	lane->far_at += n;
	lane->far_n -= n;
	return at;
}

/* Some lane has a block, and every open lane has, or is too far behind. */
static bool block_is_due(const struct echo_group *group)
{
	size_t least = SIZE_MAX, most = 0;

	for (unsigned i = 0; i < LANES; i++)
		if (group->lanes[i].open) {
			size_t n = group->lanes[i].pending;

			least = n < least ? n : least;
			most = n > most ? n : most;
		}
	return most >= group->block && (least >= group->block || most >= group->patience);
}

static void block_run(struct echo_group *group)
{
	const int16_t *far[LANES] = { 0 }, *near[LANES] = { 0 };
	int16_t space[LANES][ECHO_BLOCK_MAX], *out[LANES] = { 0 };

	for (unsigned i = 0; i < LANES; i++) {
		struct group_lane *lane = &group->lanes[i];

		if (!lane->open || lane->pending < group->block)
			continue;
		out[i] = lane->near + lane->ready;
		near[i] = out[i];
		far[i] = far_block(lane, group->block, space[i]);
		lane->ready += group->block;
		lane->pending -= group->block;
	}
	echo_run(group->echo, far, near, out);
}

void echo_group_run(struct echo_group *group)
{
	while (block_is_due(group))
		block_run(group);
}

size_t echo_group_take(struct echo_group *group, unsigned lane, int16_t *near, size_t n)
{
	struct group_lane *l = &group->lanes[lane];

	if (n > l->ready)
		n = l->ready;
	memcpy(near, l->near, n * sizeof(near[0]));
	l->ready -= n;
	memmove(l->near, l->near + n, (l->ready + l->pending) * sizeof(near[0]));
	return n;
}
