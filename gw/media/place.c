/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Which media thread runs a channel. Commands of a channel pass here in order; where they put a
 * bearer of another thread into it, the channel moves there, or is split in two halves when it has
 * a bearer where it is. While it moves, commands wait, and what arrives waits in the sockets.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/fetch.h"
#include "gw/media/engine.h"

static struct media_worker *idlest(struct media_engine *engine,
				   size_t (*load)(const struct media_worker *worker))
{
	struct media_worker *best = &engine->worker[0];

	for (unsigned i = 1; i < engine->n_workers; i++)
		if (load(&engine->worker[i]) < load(best))
			best = &engine->worker[i];
	return best;
}

static size_t load_spans(const struct media_worker *worker)
{
	return worker->n_spans;
}

static size_t load_halves(const struct media_worker *worker)
{
	return worker->n_halves;
}

struct media_worker *place_span_worker(struct media_engine *engine)
{
	return idlest(engine, load_spans);
}

/* ---- to one half ---- */

static void half_send(struct channel_half *half, const struct engine_command *command)
{
	struct engine_command c = *command;

	c.half = half;
	worker_send(half->worker, &c);
}

static void half_do(struct channel_half *half, enum engine_kind kind, unsigned side)
{
	const struct engine_command command = { .kind = kind,
						.channel = half->channel,
						.side = side };

	half_send(half, &command);
}

static void half_attach(struct channel_half *half, unsigned side, struct channel_end *end)
{
	const struct engine_command command = {
		.kind = ENGINE_ATTACH, .channel = half->channel, .side = side, .end = end
	};

	half_send(half, &command);
}

/* From its beginning; NULL: nothing. */
static void half_play(struct channel_half *half, unsigned side, const struct engine_play *play)
{
	struct engine_command command = { .kind = ENGINE_PLAY,
					  .channel = half->channel,
					  .side = side,
					  .play = { .zone = &zone_itu } };

	if (play)
		command.play = *play;
	if (command.play.sound)
		media_sound_hold(command.play.sound);
	half_send(half, &command);
}

static void half_mode(struct channel_half *half, unsigned side)
{
	const struct engine_command command = {
		.kind = ENGINE_MODE,
		.channel = half->channel,
		.side = side,
		.mode = { half->channel->set[side].hear, half->channel->set[side].speak },
	};

	half_send(half, &command);
}

/* By the half that has the side's own end. */
static void half_supervise(struct channel_half *half, unsigned side,
			   const struct supervision *supervision)
{
	struct engine_command command = { .kind = ENGINE_SUPERVISE,
					  .channel = half->channel,
					  .side = side };

	if (supervision)
		command.supervision = *supervision;
	half_send(half, &command);
}

static void half_start(struct channel_half *half, struct media_worker *worker)
{
	half->worker = worker;
	worker->n_halves++;
	half->channel->halves++;
	half_do(half, ENGINE_CHANNEL_ADD, 0);
}

static void half_close(struct channel_half *half)
{
	half->worker->n_halves--;
	half_do(half, ENGINE_CHANNEL_CLOSE, 0);
}

static struct channel_half *half_of(struct media_channel *channel, unsigned side)
{
	return channel->far && channel->far_side == side ? channel->far : channel->main;
}

/* ---- joining two workers ---- */

void channel_cross_free(struct channel_cross *cross)
{
	if (!cross)
		return;
	free(cross->half);
	free(cross->link[0]);
	free(cross->link[1]);
	free(cross);
}

static struct channel_end *link_new(struct media_channel *channel, struct channel_cross *cross,
				    unsigned side, const struct tdm_span *span, enum g711_law law)
{
	struct channel_end *link = lines_alloc(sizeof(*link));

	if (!link)
		return NULL;
	link->channel = channel;
	link->is_link = true;
	link->cross = cross;
	cross_end_init(&link->link, &cross->cross, side, law, span->chunk_ms);
	return link;
}

/* Between two of mu-law nothing is converted, else in one of the halves. */
static enum g711_law link_law(const struct tdm_span *a, const struct tdm_span *b)
{
	return a->law == TDM_ULAW && b->law == TDM_ULAW ? G711_MU : G711_A;
}

int place_prepare(struct channel_end *end, const struct channel_end *other)
{
	struct media_channel *channel = end->channel;
	unsigned side = channel->ends[0] == other;
	struct channel_cross *cross;
	enum g711_law law;

	if (!other || !other->is_bearer || other->span->worker == end->span->worker)
		return 0;
	cross = aligned_alloc(_Alignof(struct channel_cross), sizeof(*cross));
	if (!cross)
		return -ENOMEM;
	memset(cross, 0, sizeof(*cross));
	cross->half = lines_alloc(sizeof(*cross->half));
	law = link_law(end->span->span, other->span->span);
	cross->link[side] = link_new(channel, cross, side, end->span->span, law);
	cross->link[!side] = link_new(channel, cross, !side, other->span->span, law);
	end->cross = cross;
	if (!cross->half || !cross->link[0] || !cross->link[1]) {
		channel_cross_free(cross);
		end->cross = NULL;
		return -ENOMEM;
	}
	cross->half->channel = channel;
	return 0;
}

static void link_attach(struct channel_cross *cross, struct channel_half *half, unsigned side)
{
	half_attach(half, side, cross->link[side]);
	cross->link[side] = NULL;
	cross->attached++;
}

/* Whichever bearer was opened last has brought it. */
static struct channel_cross *cross_fetch(struct channel_end *a, struct channel_end *b)
{
	struct channel_cross *cross = a->cross ? a->cross : b->cross;

	assert(cross);
	if (a->cross == cross)
		a->cross = NULL;
	else
		b->cross = NULL;
	return cross;
}

/* The main half stays with the other side's bearer, this one gets a half at its own worker. */
static void split(struct media_channel *channel, const struct engine_command *command)
{
	struct channel_end *end = command->end;
	unsigned side = command->side;
	struct channel_cross *cross = cross_fetch(end, channel->placed[!side]);
	struct channel_half *far = cross->half;

	cross->half = NULL;
	channel->far = far;
	channel->far_side = side;
	half_start(far, end->span->worker);
	half_mode(far, 0);
	half_mode(far, 1);
	half_send(far, command);
	link_attach(cross, far, !side);
	half_play(channel->main, side, NULL);
	half_play(far, side, &channel->set[side].play);
	half_supervise(channel->main, side, NULL);
	half_supervise(far, side, &channel->set[side].supervision);
	link_attach(cross, channel->main, side);
}

/* The end at side goes, and with it its half; the other half is the channel. */
static void unsplit(struct media_channel *channel, unsigned side)
{
	struct channel_half *going = half_of(channel, side), *staying = half_of(channel, !side);

	half_close(going);
	half_do(staying, ENGINE_DETACH, side);
	half_play(staying, side, &channel->set[side].play);
	half_supervise(staying, side, &channel->set[side].supervision);
	channel->main = staying;
	channel->far = NULL;
}

void place_link_returned(struct channel_end *link)
{
	struct channel_cross *cross = link->cross;

	free(link);
	if (--cross->attached == 0)
		channel_cross_free(cross);
}

/* ---- commands ---- */

static void move(struct media_channel *channel, struct media_worker *worker)
{
	channel->main->worker->n_halves--;
	worker->n_halves++;
	half_do(channel->main, ENGINE_CHANNEL_LEAVE, 0);
	channel->moving_to = worker;
	channel->engine->n_moving++;
}

/* False: the channel moves first. */
static bool attach(struct media_channel *channel, const struct engine_command *command)
{
	struct channel_end *end = command->end, *other = channel->placed[!command->side];
	bool elsewhere = end->is_bearer && end->span->worker != channel->main->worker;

	if (elsewhere && !(other && other->is_bearer)) {
		move(channel, end->span->worker);
		return false;
	}
	if (elsewhere)
		split(channel, command);
	else
		half_send(channel->main, command);
	channel->placed[command->side] = end;
	return true;
}

static void detach(struct media_channel *channel, const struct engine_command *command)
{
	channel->placed[command->side] = NULL;
	if (channel->far)
		unsplit(channel, command->side);
	else
		half_send(channel->main, command);
}

static void set_mode(struct media_channel *channel, const struct engine_command *command)
{
	channel->set[command->side].hear = command->mode.hear;
	channel->set[command->side].speak = command->mode.speak;
	half_send(channel->main, command);
	if (channel->far)
		half_send(channel->far, command);
}

static void set_play(struct media_channel *channel, const struct engine_command *command)
{
	struct engine_play *set = &channel->set[command->side].play;

	media_sound_drop(set->sound);
	*set = command->play;
	if (set->sound)
		media_sound_hold(set->sound);
	half_send(half_of(channel, command->side), command);
}

/* False: not now. */
static bool pass(struct media_channel *channel, const struct engine_command *command)
{
	switch (command->kind) {
	case ENGINE_ATTACH:
		return attach(channel, command);
	case ENGINE_DETACH:
		detach(channel, command);
		break;
	case ENGINE_MODE:
		set_mode(channel, command);
		break;
	case ENGINE_CHANNEL_CLOSE:
		half_close(channel->main);
		break;
	case ENGINE_PLAY:
		set_play(channel, command);
		break;
	case ENGINE_SUPERVISE:
		channel->set[command->side].supervision = command->supervision;
		half_send(half_of(channel, command->side), command);
		break;
	default:
		half_send(half_of(channel, command->side), command);
		break;
	}
	return true;
}

void engine_send(struct media_engine *engine, const struct engine_command *command)
{
	struct media_channel *channel = command->channel;

	(void)engine;
	if (channel->moving_to || !pass(channel, command))
		(void)engine_wait(&channel->held, command);
}

int place_new(struct media_channel *channel)
{
	list_init(&channel->held);
	channel->main = lines_alloc(sizeof(*channel->main));
	if (!channel->main)
		return -ENOMEM;
	channel->main->channel = channel;
	channel->set[0].play.zone = channel->set[1].play.zone = &zone_itu;
	half_start(channel->main, idlest(channel->engine, load_halves));
	return 0;
}

void place_left(struct media_channel *channel)
{
	struct list_node *node;

	channel->engine->n_moving--;
	channel->main->worker = channel->moving_to;
	channel->moving_to = NULL;
	half_do(channel->main, ENGINE_CHANNEL_JOIN, 0);
	while (!channel->moving_to && (node = list_first(&channel->held))) {
		struct engine_waiting *waiting = container_of(node, struct engine_waiting, node);

		if (!pass(channel, &waiting->command))
			return;
		list_remove(node);
		free(waiting);
	}
}

bool place_played(struct media_channel *channel, const struct media_event *event)
{
	struct engine_play *set = &channel->set[event->side].play;

	if (!set->sound || set->serial != event->serial)
		return false;
	media_sound_drop(set->sound);
	set->sound = NULL;
	return true;
}

bool place_closed(struct media_channel *channel, struct channel_half *half)
{
	free(half);
	if (--channel->halves)
		return false;
	media_sound_drop(channel->set[0].play.sound);
	media_sound_drop(channel->set[1].play.sound);
	return true;
}
