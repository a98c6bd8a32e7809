/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A block in, a block out. Audio thread. */
#include "gw/exchange/channel.h"

#include <errno.h>
#include <string.h>

/* Silence that is sent ahead, so that a late tick empties no buffer of the line. */
#define AHEAD_MS  20
#define PER_MS	  8
#define AHEAD_MIN 2 /* blocks */
/* A descriptor that never runs dry must not hold the thread. */
#define BLOCKS_A_TICK 64

static struct audio_event event_of(const struct channel *channel, enum audio_event_kind kind)
{
	return (struct audio_event){ .kind = kind, .user = channel->user, .owner = channel->owner };
}

static void send_block(struct channel *channel, const uint8_t *octets)
{
	if (tdm_span_write(channel->tdm, channel->timeslot, channel->fd, octets, channel->block) ==
	    (ssize_t)channel->block)
		channel->stats.blocks_out++;
	else
		channel->stats.refused++;
}

static bool receive_block(struct channel *channel, uint8_t *octets)
{
	ssize_t n = -ENODEV;

	if (!channel->dead)
		n = tdm_span_read(channel->tdm, channel->timeslot, channel->fd, octets,
				  channel->block);
	channel->dead = n == -ENODEV;
	return n == (ssize_t)channel->block;
}

void channel_open(struct channel *channel)
{
	uint8_t block[PLAYER_BLOCK_MAX];
	size_t ahead = (size_t)AHEAD_MS * PER_MS / channel->block;

	channel->dead = false;
	for (unsigned i = 0; i < BLOCKS_A_TICK; i++)
		if (!receive_block(channel, block))
			break;
	player_init(&channel->player, channel->law);
	dtmf_detector_init(&channel->detector);
	channel->digit = 0;
	channel->samples = 0;
	channel->recording = false;
	channel->stats = (struct audio_stats){ 0 };
	channel->heard = event_of(channel, AUDIO_HEARD);
	memset(block, g711_silence(channel->law), channel->block);
	for (size_t i = 0; i < ahead || i < AHEAD_MIN; i++)
		send_block(channel, block);
	channel->open = true;
}

/* Who has no room for an event loses a digit's report, not more. */
static void tell(struct channel *channel, enum audio_event_kind kind)
{
	const struct audio_event event = event_of(channel, kind);

	(void)ring_push(channel->events, &event);
}

static void detect(struct channel *channel, const uint8_t *octets)
{
	struct audio_event event = event_of(channel, AUDIO_DIGIT);
	int16_t linear[PLAYER_BLOCK_MAX];
	char digit;

	g711_expand(channel->law, linear, octets, channel->block);
	digit = dtmf_detector_hear(&channel->detector, linear, channel->block);
	if (digit && digit != channel->digit) {
		event.digit.digit = digit;
		event.digit.samples = channel->samples;
		(void)ring_push(channel->events, &event);
	}
	channel->digit = digit;
}

static void flush_heard(struct channel *channel)
{
	struct audio_event *heard = &channel->heard;

	if (heard->heard.n && !ring_push(channel->events, heard))
		channel->stats.forgotten += heard->heard.n;
	heard->heard.n = 0;
}

static void record(struct channel *channel, const uint8_t *octets)
{
	struct audio_event *heard = &channel->heard;

	memcpy(heard->heard.octets + heard->heard.n, octets, channel->block);
	heard->heard.n = (uint16_t)(heard->heard.n + channel->block);
	if (heard->heard.n + channel->block > CHANNEL_HEARD_OCTETS)
		flush_heard(channel);
}

static void pass_block(struct channel *channel, const uint8_t *heard)
{
	uint8_t octets[PLAYER_BLOCK_MAX];
	unsigned done = player_block(&channel->player, heard, octets, channel->block);

	hybrid_block(&channel->hybrid, heard, octets, channel->block);
	send_block(channel, octets);
	if (done & PLAYER_SOUND_DONE)
		tell(channel, AUDIO_PLAYED);
	if (done & PLAYER_DIGITS_DONE)
		tell(channel, AUDIO_DIALLED);
	channel->stats.blocks_in++;
	detect(channel, heard);
	if (channel->recording)
		record(channel, heard);
	channel->samples += channel->block;
}

void channel_tick(struct channel *channel)
{
	uint8_t heard[PLAYER_BLOCK_MAX];

	for (unsigned i = 0; i < BLOCKS_A_TICK; i++) {
		if (!receive_block(channel, heard))
			return;
		pass_block(channel, heard);
	}
}

bool channel_close(struct channel *channel)
{
	struct audio_event event = event_of(channel, AUDIO_CLOSED);

	flush_heard(channel);
	event.stats = channel->stats;
	channel->open = !ring_push(channel->events, &event);
	return !channel->open;
}
