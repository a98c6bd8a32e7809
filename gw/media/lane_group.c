/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Bearers in lanes. */
#include "gw/media/lane_group.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PER_MS	      8
#define BLOCK_DEFAULT 4		    /* ms */
#define ERL_MOST      99	    /* of a report that knows of no echo */
#define GATHER_MOST   BLOCK_SAMPLES /* octets, and a block, where no packet is near */

/* One block of the lanes that take part, side by side. */
struct block {
	struct lane_group *group;
	size_t n;
	uint32_t near_lanes, far_lanes; /* bit n: something of lane n is in: */
	int16_t near[LANE_BLOCK_MAX][LANES], far[LANE_BLOCK_MAX][LANES];
};

/* ---- core ---- */

int lane_shape_of(const struct media_bearer_params *params, struct lane_shape *shape, bool *needed)
{
	unsigned tail_ms = params->hardware_echo || params->clear ? 0 : params->echo_tail_ms;
	unsigned block_ms = params->block_ms ? params->block_ms : BLOCK_DEFAULT;

	if ((block_ms != 4 && block_ms != 8) ||
	    (tail_ms && tail_ms != 32 && tail_ms != 64 && tail_ms != 128))
		return -EINVAL;
	/* Only a canceller gains by longer ones. */
	if (!tail_ms)
		block_ms = BLOCK_DEFAULT;
	*shape = (struct lane_shape){ .taps = tail_ms * PER_MS, .block = block_ms * PER_MS };
	*needed = !params->clear && (tail_ms || params->hear_dtmf || params->hear_tones);
	return 0;
}

static struct echo *echo_new(const struct lane_shape *shape, enum lanes_build build)
{
	const struct echo_conf conf = { shape->taps, shape->block, build };
	size_t octets = echo_octets(&conf);
	void *memory = octets ? aligned_alloc(ECHO_ALIGN,
					      (octets + ECHO_ALIGN - 1) / ECHO_ALIGN * ECHO_ALIGN)
			      : NULL;

	return memory ? echo_init(memory, &conf) : NULL;
}

struct lane_group *lane_group_new(const struct lane_shape *shape, unsigned phase,
				  enum lanes_build build)
{
	struct lane_group *group = aligned_alloc(ECHO_ALIGN, (sizeof(*group) + ECHO_ALIGN - 1) /
								     ECHO_ALIGN * ECHO_ALIGN);

	if (!group)
		return NULL;
	memset(group, 0, sizeof(*group));
	group->shape = *shape;
	group->phase = phase;
	if (shape->taps) {
		group->echo = echo_new(shape, build);
		if (!group->echo) {
			free(group);
			return NULL;
		}
	}
	dtmf_group_init(&group->dtmf, build);
	detect_group_init(&group->tones, build);
	detect_group_init(&group->far_tones, build);
	return group;
}

void lane_group_free(struct lane_group *group)
{
	if (group)
		free(group->echo);
	free(group);
}

/* ---- members ---- */

static void hears_update(struct lane_group *group)
{
	group->hears_dtmf = group->hears_tones = group->hears_far = false;
	for (unsigned i = 0; i < LANES; i++) {
		if (!group->lane[i])
			continue;
		group->hears_dtmf |= group->lane[i]->params.hear_dtmf;
		group->hears_tones |= group->lane[i]->params.hear_tones;
		group->hears_far |= group->lane[i]->end.vbd;
	}
}

static void echo_set(struct lane_group *group, unsigned lane, const struct bearer_end *bearer)
{
	struct echo_lane_conf conf = { .mode = ECHO_OFF };

	if (!group->echo)
		return;
	if (bearer) {
		conf.mode = bearer->params.echo_off ? ECHO_OFF : ECHO_ON;
		conf.no_nlp = bearer->params.no_nlp || bearer->end.pipeline->vbd;
	}
	echo_lane_set(group->echo, lane, &conf);
}

void lane_group_set(struct bearer_end *bearer)
{
	struct lane_group *group = bearer->group;

	if (!bearer->params.hear_dtmf || !bearer->params.hear_tones)
		hearing_close(&bearer->hearing, &bearer->end, group->dtmf.now, group->tones.now);
	hears_update(group);
	echo_set(group, bearer->lane, bearer);
}

void lane_group_join(struct list *groups, struct lane_group *group, unsigned lane,
		     struct bearer_end *bearer)
{
	bearer->group = group;
	bearer->lane = lane;
	bearer->in_step = false;
	bearer->report_tick = bearer->heard_ticks;
	bearer->hearing = (struct hearing){ 0 };
	group->lane[lane] = bearer;
	if (!group->members++) {
		list_append(groups, &group->node);
		group->done = (uint32_t)(bearer->clock->ticks * bearer->chunk) + group->phase;
	}
	dtmf_group_reset(&group->dtmf, lane);
	detect_group_reset(&group->tones, lane);
	detect_group_reset(&group->far_tones, lane);
	hears_update(group);
	echo_set(group, lane, bearer);
	bearer_end_block(bearer, group->shape.block);
}

void lane_group_leave(struct bearer_end *bearer)
{
	struct lane_group *group = bearer->group;

	hearing_close(&bearer->hearing, &bearer->end, group->dtmf.now, group->tones.now);
	lane_group_report(group, bearer->lane, &bearer->end.stats.echo);
	echo_set(group, bearer->lane, NULL);
	group->lane[bearer->lane] = NULL;
	if (!--group->members)
		list_remove(&group->node);
	hears_update(group);
	bearer->group = NULL;
	bearer->ready_n = bearer->fifo_n;
	bearer_end_block(bearer, 0);
}

/* ---- a block ---- */

static bool is_heard(const struct bearer_end *bearer)
{
	return !pipeline_is_data(&bearer->end) && !bearer->checks;
}

/* What came in from the lanes. */
static void near_load(struct block *block, uint32_t mask)
{
	int16_t linear[LANES][LANE_BLOCK_MAX];
	const int16_t *from[LANES] = { NULL };

	for (; mask; mask &= mask - 1) {
		unsigned lane = (unsigned)__builtin_ctz(mask);
		const struct bearer_end *bearer = block->group->lane[lane];

		if (!is_heard(bearer))
			continue;
		g711_expand(bearer->end.law, linear[lane], bearer->fifo + bearer->ready_n,
			    block->n);
		from[lane] = linear[lane];
		block->near_lanes |= 1u << lane;
	}
	lanes_interleave(block->near, from, block->n);
}

/* What went out to them meanwhile. */
static void far_load(struct block *block)
{
	int16_t linear[LANES][LANE_BLOCK_MAX];
	const int16_t *from[LANES] = { NULL };
	uint8_t sent[LANE_BLOCK_MAX];

	for (uint32_t left = block->near_lanes; left; left &= left - 1) {
		unsigned lane = (unsigned)__builtin_ctz(left);
		const struct bearer_end *bearer = block->group->lane[lane];

		if (!block->group->echo && !bearer->end.vbd)
			continue;
		bearer_end_sent(bearer, sent, block->n);
		g711_expand(bearer->end.law, linear[lane], sent, block->n);
		from[lane] = linear[lane];
		block->far_lanes |= 1u << lane;
	}
	lanes_interleave(block->far, from, block->n);
}

/* What the canceller let pass unchanged is not coded anew. */
static void cancel(struct block *block)
{
	int16_t before[LANE_BLOCK_MAX][LANES], linear[LANES][LANE_BLOCK_MAX], *to[LANES] = { NULL };
	uint32_t changed;

	memcpy(before, block->near, block->n * sizeof(*before));
	echo_run(block->group->echo, block->far, block->near, block->near_lanes);
	changed = lanes_differ(before, block->near, block->n);
	for (uint32_t left = changed; left; left &= left - 1)
		to[__builtin_ctz(left)] = linear[__builtin_ctz(left)];
	lanes_separate(to, block->near, block->n);
	for (uint32_t left = changed; left; left &= left - 1) {
		unsigned lane = (unsigned)__builtin_ctz(left);
		struct bearer_end *bearer = block->group->lane[lane];

		g711_compress(bearer->end.law, bearer->fifo + bearer->ready_n, linear[lane],
			      block->n);
	}
}

static void silence(const struct block *block, unsigned lane)
{
	struct bearer_end *bearer = block->group->lane[lane];

	memset(bearer->fifo + bearer->ready_n, g711_silence(bearer->end.law), block->n);
}

/* Data may look like digits for a moment, and is not to be silenced for it. */
static bool hears_digits(const struct bearer_end *bearer)
{
	return bearer->params.hear_dtmf && !bearer->end.pipeline->vbd;
}

static bool hears_tones(const struct bearer_end *bearer)
{
	return bearer->params.hear_tones;
}

static bool hears_far(const struct bearer_end *bearer)
{
	return bearer->end.vbd;
}

/* Of these lanes those that listen. */
static uint32_t listeners(const struct block *block, uint32_t lanes,
			  bool (*listens)(const struct bearer_end *))
{
	for (uint32_t left = lanes; left; left &= left - 1)
		if (!listens(block->group->lane[__builtin_ctz(left)]))
			lanes &= ~(left & -left);
	return lanes;
}

static void hear_dtmf(struct block *block)
{
	struct lane_group *group = block->group;
	int16_t rows[LANE_BLOCK_MAX][LANES];
	uint32_t found;

	lanes_mask(rows, block->near, listeners(block, block->near_lanes, hears_digits), block->n);
	for (found = dtmf_group_hear(&group->dtmf, rows, block->n); found; found &= found - 1) {
		unsigned lane = (unsigned)__builtin_ctz(found);
		struct bearer_end *bearer = group->lane[lane];

		if (!bearer || !bearer->params.hear_dtmf)
			continue;
		if (hearing_digit(&bearer->hearing, &bearer->end,
				  dtmf_group_span(&group->dtmf, lane),
				  dtmf_group_suspects(&group->dtmf, lane)) &&
		    block->near_lanes >> lane & 1 && hears_digits(bearer))
			silence(block, lane);
	}
}

static void hear_tones(struct block *block)
{
	struct lane_group *group = block->group;
	struct detect_event events[DETECT_GROUP_EVENTS];
	int16_t rows[LANE_BLOCK_MAX][LANES];
	size_t n;

	lanes_mask(rows, block->near, listeners(block, block->near_lanes, hears_tones), block->n);
	n = detect_group_hear(&group->tones, rows, block->n, events);
	for (size_t i = 0; i < n; i++) {
		struct bearer_end *bearer = group->lane[events[i].lane];

		if (bearer && bearer->params.hear_tones)
			hearing_signal(&bearer->hearing, &bearer->end, &events[i]);
	}
	for (unsigned i = 0; i < LANES; i++) {
		struct bearer_end *bearer = group->lane[i];

		if (bearer && bearer->hearing.signal.symbol &&
		    hearing_lasts(&bearer->hearing, &bearer->end, group->tones.now) &&
		    block->near_lanes >> i & 1)
			silence(block, i);
	}
}

/* What goes out to the lines, whether it came as RTP or was made here: modems and faxes there. */
static void hear_far(struct block *block)
{
	struct lane_group *group = block->group;
	struct detect_event events[DETECT_GROUP_EVENTS];
	int16_t rows[LANE_BLOCK_MAX][LANES];
	size_t n;

	lanes_mask(rows, block->far, listeners(block, block->far_lanes, hears_far), block->n);
	n = detect_group_hear(&group->far_tones, rows, block->n, events);
	for (size_t i = 0; i < n; i++) {
		struct bearer_end *bearer = group->lane[events[i].lane];
		struct pipeline *pipeline = bearer ? bearer->end.pipeline : NULL;
		struct media_end *far = pipeline ? pipeline->side[!bearer->end.side].end : NULL;

		if (far && events[i].begins && hearing_is_modem(events[i].kind))
			pipeline_modem_heard(far);
	}
}

/* mask: bit n: lane n has a whole block. */
static void block_run(struct lane_group *group, uint32_t mask)
{
	struct block block;

	block.group = group;
	block.n = group->shape.block;
	block.near_lanes = block.far_lanes = 0;
	for (uint32_t left = mask; left; left &= left - 1)
		bearer_end_fetch_block(group->lane[__builtin_ctz(left)], block.n);
	near_load(&block, mask);
	if (group->echo || group->hears_far)
		far_load(&block);
	if (group->echo && block.near_lanes)
		cancel(&block);
	if (group->hears_dtmf)
		hear_dtmf(&block);
	if (group->hears_tones)
		hear_tones(&block);
	if (group->hears_far)
		hear_far(&block);
	group->done += (uint32_t)block.n;
	for (uint32_t left = mask; left; left &= left - 1)
		group->lane[__builtin_ctz(left)]->ready_n += block.n;
}

/* ---- which lanes take part ---- */

/* What those in step have that wait; 0 when there are none. */
static bool step_of(const struct lane_group *group, size_t *most)
{
	bool any = false;

	*most = 0;
	for (unsigned i = 0; i < LANES; i++) {
		const struct bearer_end *bearer = group->lane[i];

		if (!bearer || !bearer->in_step || bearer->dead)
			continue;
		any = true;
		if (bearer_end_pending(bearer) > *most)
			*most = bearer_end_pending(bearer);
	}
	return any;
}

/* Who begins, or was left out, and has a whole block and no less than the others. */
static void step_join(struct lane_group *group)
{
	for (unsigned i = 0; i < LANES; i++) {
		struct bearer_end *bearer = group->lane[i];
		size_t step, pending;

		if (!bearer || bearer->in_step || bearer->dead)
			continue;
		pending = bearer_end_pending(bearer);
		if (!step_of(group, &step))
			step = pending;
		if (pending < step || pending < group->shape.block)
			continue;
		bearer->ready_n += pending - step;
		bearer->in_step = true;
	}
}

/*
 * The octets with which a packet leaves that lacks so many. Its last block may end up to a block later than the packet does,
 * and with another packet it is another time; so that all leave evenly, each of them waits as long as any.
 */
static size_t leaves_with(size_t lacking, size_t packet, size_t block)
{
	size_t grain =
		packet &
		-packet; /* all packets end at the same place in it, if it is less than a block */

	if (grain > block)
		grain = block;
	return lacking + block - grain + (block - lacking % block) % grain;
}

/* Blocks of a lane that it is time for: they make packets whole, or are enough. */
static size_t lane_blocks(const struct bearer_end *bearer, size_t block)
{
	const struct awaited *awaited = &bearer->end.awaited;
	size_t pending = bearer_end_pending(bearer), ready = bearer->ready_n;
	size_t whole = pending / block, lacking, leaves;

	if (!awaited->left)
		return whole;
	lacking = ready < awaited->left ? awaited->left - ready : 0;
	if (!lacking || lacking > whole * block)
		return pending >= GATHER_MOST + block ? whole : 0;
	leaves = leaves_with(lacking, awaited->whole, block);
	if (pending < leaves)
		return 0;
	lacking += (pending - leaves) / awaited->whole * awaited->whole;
	return (lacking + block - 1) / block;
}

static size_t blocks_due(const struct lane_group *group)
{
	size_t most = 0;

	for (unsigned i = 0; i < LANES; i++) {
		const struct bearer_end *bearer = group->lane[i];
		size_t n = bearer && bearer->in_step ? lane_blocks(bearer, group->shape.block) : 0;

		most = n > most ? n : most;
	}
	return most;
}

/*
 * The lanes that have a whole block, unless another is late and may be waited for. Bearers are read one after the other,
 * and where the thread was stopped between two of them the second has more: only who is late in the next round, too, is
 * left out.
 */
static uint32_t lanes_due(struct lane_group *group)
{
	uint32_t full = 0, late = 0;
	size_t most = 0;

	for (unsigned i = 0; i < LANES; i++) {
		const struct bearer_end *bearer = group->lane[i];
		size_t pending = bearer ? bearer_end_pending(bearer) : 0;

		if (!bearer || !bearer->in_step)
			continue;
		most = pending > most ? pending : most;
		if (pending >= group->shape.block)
			full |= 1u << i;
		else if (!bearer->dead)
			late |= 1u << i;
	}
	if (!full || !late) {
		group->waited &= !full;
		return full;
	}
	if (most < group->shape.block + group->lane[__builtin_ctz(full)]->chunk)
		return 0;
	if (!group->waited) {
		group->waited = true;
		return 0;
	}
	for (; late; late &= late - 1)
		group->lane[__builtin_ctz(late)]->in_step = false;
	return full;
}

void lane_group_run(struct lane_group *group)
{
	uint32_t due;

	step_join(group);
	for (size_t n = blocks_due(group); n && (due = lanes_due(group)); n--)
		block_run(group, due);
}

/* ---- what is known of the echo ---- */

static uint8_t db_of(float db)
{
	if (db >= ERL_MOST)
		return MEDIA_UNKNOWN;
	return db > 0 ? (uint8_t)lrintf(db) : 0;
}

void lane_group_report(const struct lane_group *group, unsigned lane, struct media_echo *echo)
{
	static const uint8_t states[] = {
		[ECHO_ST_OFF] = MEDIA_ECHO_OFF,
		[ECHO_ST_DISABLED] = MEDIA_ECHO_DISABLED,
		[ECHO_ST_CONVERGING] = MEDIA_ECHO_CONVERGING,
		[ECHO_ST_DOUBLE_TALK] = MEDIA_ECHO_DOUBLE_TALK,
		[ECHO_ST_CONVERGED] = MEDIA_ECHO_CONVERGED,
	};
	struct echo_report report;

	*echo = (struct media_echo){ .erl_db = MEDIA_UNKNOWN, .erle_db = MEDIA_UNKNOWN };
	if (!group->echo)
		return;
	echo_lane_report(group->echo, lane, &report);
	echo->state = states[report.state];
	echo->tail_ms = (uint8_t)(group->shape.taps / PER_MS);
	echo->disablings = report.disablings;
	if (report.state == ECHO_ST_OFF)
		return;
	echo->nlp_off = report.nlp_disabled || group->lane[lane]->params.no_nlp;
	echo->tail_begin_ms = (uint8_t)report.tail_begin_ms;
	echo->tail_end_ms = (uint8_t)report.tail_end_ms;
	echo->erl_db = db_of(report.erl_db);
	if (echo->erl_db != MEDIA_UNKNOWN)
		echo->erle_db = db_of(report.erle_db);
}
