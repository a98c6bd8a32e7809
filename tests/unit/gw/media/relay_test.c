/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RTP to RTP: packets that pass as they come, and what makes the jitter buffer and the pipeline
 * take over, on a clock turned by hand. */
#include "tests/unit/gw/media/rig_run.h"

#define PACKET	 160
#define ROUND_MS 10
#define GOT_MAX	 2000

struct got {
	struct rtp_packet header; /* without payload */
	size_t n;
	uint8_t first; /* octet */
	unsigned at_ms;
};

struct relay {
	struct pipeline pipeline;
	struct rtp_end end[2];
	struct sockaddr_storage ours[2], peer[2], rtcp[2];
	int peer_fd[2];
	struct round round;
	unsigned ms;
	/* what peer 0 says: */
	uint16_t sequence;
	uint32_t timestamp, ssrc;
	bool silent;
	uint8_t type;
	/* what peer 1 hears */
	struct got got[GOT_MAX];
	unsigned n_got;
};

static void no_report(void *arg, const struct media_event *event)
{
	(void)arg;
	(void)event;
}

static void relay_set(struct relay *relay, unsigned i, enum media_codec codec, unsigned ptime_ms)
{
	const struct media_rtp_params params =
		params_to(&relay->peer[i], &relay->rtcp[i], codec, ptime_ms);

	rtp_end_set(&relay->end[i], &params, &relay->round);
}

static void relay_open(struct relay *relay, enum media_codec codec, unsigned ptime_ms)
{
	memset(relay, 0, sizeof(*relay));
	relay->round = (struct round){ .now_us = START_US, .timely = true };
	relay->sequence = 65500;
	relay->timestamp = UINT32_MAX - 2000;
	relay->ssrc = 99;
	relay->type = 8;
	pipeline_init(&relay->pipeline, no_report, NULL);
	for (unsigned i = 0; i < 2; i++) {
		struct rtp_end_conf conf = { .jitter_min_ms = 20, .jitter_max_ms = 200 };
		const struct rtp_identity identity = { .ssrc = 1 + i,
						       .sequence = 65530,
						       .timestamp = UINT32_MAX - 400,
						       .cname = "a" };

		conf.fd = udp(&relay->ours[i]);
		conf.direct_fd = udp_direct(conf.fd);
		conf.rtcp_fd = udp(&relay->rtcp[i]);
		relay->peer_fd[i] = udp(&relay->peer[i]);
		rtp_end_init(&relay->end[i], &conf, &identity);
		pipeline_attach(&relay->pipeline, i, &relay->end[i].end, &relay->round);
		relay->pipeline.side[i].hear = relay->pipeline.side[i].speak = true;
	}
	relay_set(relay, 0, MEDIA_PCMA, 20);
	relay_set(relay, 1, codec, ptime_ms);
}

static void relay_close(struct relay *relay)
{
	for (unsigned i = 0; i < 2; i++) {
		pipeline_detach(&relay->pipeline, i, &relay->round);
		rtp_sockets_close(&relay->end[i]);
		close(relay->peer_fd[i]);
	}
}

static void say(struct relay *relay, uint8_t type, uint16_t sequence, uint32_t timestamp,
		const uint8_t *payload, size_t n)
{
	const struct rtp_packet p = { .payload_type = type,
				      .sequence = sequence,
				      .timestamp = timestamp,
				      .ssrc = relay->ssrc };
	uint8_t octets[RTP_HEADER_OCTETS + 480];

	rtp_encode_header(octets, &p);
	memcpy(octets + RTP_HEADER_OCTETS, payload, n);
	CU_ASSERT_EQUAL(sendto(relay->peer_fd[0], octets, RTP_HEADER_OCTETS + n, 0,
			       (struct sockaddr *)&relay->ours[0], sizeof(struct sockaddr_in)),
			(ssize_t)(RTP_HEADER_OCTETS + n));
}

static void say_audio(struct relay *relay, uint16_t sequence, uint32_t timestamp)
{
	uint8_t payload[PACKET];

	memset(payload, 0x20 + sequence % 64, sizeof(payload));
	say(relay, relay->type, sequence, timestamp, payload, sizeof(payload));
}

static void hear(struct relay *relay)
{
	uint8_t octets[1000];
	ssize_t n;

	while ((n = recv(relay->peer_fd[1], octets, sizeof(octets), 0)) > 0) {
		struct got *got = &relay->got[relay->n_got % GOT_MAX];

		CU_ASSERT_EQUAL_FATAL(rtp_decode(&got->header, octets, (size_t)n), 0);
		got->n = got->header.n_payload;
		got->first = octets[RTP_HEADER_OCTETS];
		got->at_ms = relay->ms;
		relay->n_got++;
	}
}

/* Peer 0 says a packet every 20 ms. */
static void run(struct relay *relay, unsigned ms)
{
	for (unsigned end = relay->ms + ms; relay->ms < end;) {
		relay->ms += ROUND_MS;
		relay->round.now_us += ROUND_MS * 1000;
		relay->round.elapsed = ROUND_MS * 8;
		if (relay->ms % 20 == 0) {
			if (!relay->silent)
				say_audio(relay, relay->sequence++, relay->timestamp);
			relay->timestamp += PACKET;
		}
		pipeline_round(&relay->pipeline, &relay->round);
		hear(relay);
	}
}

static const struct got *last(const struct relay *relay)
{
	return &relay->got[(relay->n_got - 1) % GOT_MAX];
}

/* Breaks in what was heard from the first-th on. */
static unsigned breaks(const struct relay *relay, unsigned first)
{
	unsigned n = 0;

	for (unsigned i = first + 1; i < relay->n_got; i++) {
		const struct rtp_packet *a = &relay->got[i - 1].header, *b = &relay->got[i].header;

		n += b->sequence != (uint16_t)(a->sequence + 1) ||
		     b->timestamp != a->timestamp + PACKET || b->ssrc != 2;
	}
	return n;
}

static void passes(void)
{
	static struct relay relay;

	relay_open(&relay, MEDIA_PCMA, 20);
	run(&relay, 1000);
	/* at once, as it was said, with our own numbers */
	CU_ASSERT_EQUAL(relay.n_got, 50);
	CU_ASSERT_EQUAL(breaks(&relay, 0), 0);
	CU_ASSERT(relay.got[0].header.marker && !relay.got[1].header.marker);
	CU_ASSERT_EQUAL(last(&relay)->first, 0x20 + (uint16_t)(relay.sequence - 1) % 64);
	CU_ASSERT_EQUAL(last(&relay)->at_ms, relay.ms);
	CU_ASSERT_EQUAL(relay.end[1].end.stats.packets_out, 50);
	relay_close(&relay);
}

/* What was lost, late or doubled on the way here: lost, late, and once. */
static void as_they_come(void)
{
	static struct relay relay;
	uint16_t before;
	unsigned n;

	relay_open(&relay, MEDIA_PCMA, 20);
	run(&relay, 200);
	before = last(&relay)->header.sequence;
	relay.sequence++; /* one is lost */
	run(&relay, 20);
	CU_ASSERT_EQUAL(last(&relay)->header.sequence, (uint16_t)(before + 2));
	n = relay.n_got;
	say_audio(&relay, (uint16_t)(relay.sequence + 1), relay.timestamp + PACKET);
	say_audio(&relay, relay.sequence, relay.timestamp);
	say_audio(&relay, relay.sequence, relay.timestamp);
	relay.sequence += 2;
	relay.timestamp += 2 * PACKET;
	relay.silent = true;
	run(&relay, 20);
	CU_ASSERT_EQUAL(relay.n_got, n + 2);
	CU_ASSERT_EQUAL(relay.got[n].header.sequence, (uint16_t)(before + 4));
	CU_ASSERT_EQUAL(relay.got[n + 1].header.sequence, (uint16_t)(before + 3));
	CU_ASSERT_EQUAL(relay.got[n].header.timestamp, relay.got[n + 1].header.timestamp + PACKET);
	relay_close(&relay);
}

#define CHANGE (3 * PACKET + LOCK_TOLD_SILENCE_US / 125)

/* A sender that begins anew is heard as if it had gone on, once the one before is known to be silent. */
static void another_source(void)
{
	static struct relay relay;

	relay_open(&relay, MEDIA_PCMA, 20);
	run(&relay, 200);
	relay.ssrc = 1234;
	relay.sequence = 7;
	relay.timestamp += 1u << 30;
	relay_set(&relay, 0, MEDIA_PCMA, 20);
	run(&relay, 200);
	for (unsigned i = 1; i < relay.n_got; i++) {
		const struct rtp_packet *a = &relay.got[i - 1].header, *b = &relay.got[i].header;

		CU_ASSERT_EQUAL(b->sequence, (uint16_t)(a->sequence + 1));
		CU_ASSERT(b->timestamp - a->timestamp <= CHANGE);
	}
	CU_ASSERT(relay.n_got >= 12);
	/* nor is a leap of timestamps passed on */
	relay.timestamp += 1u << 29;
	run(&relay, 200);
	for (unsigned i = 1; i < relay.n_got; i++)
		CU_ASSERT(relay.got[i].header.timestamp - relay.got[i - 1].header.timestamp <=
			  CHANGE);
	relay_close(&relay);
}

/* The tone is heard at once, instead, and then the peer again; one stream for who listens. */
static void tone_between(void)
{
	static struct relay relay;
	unsigned n;

	relay_open(&relay, MEDIA_PCMA, 20);
	run(&relay, 1000);
	n = relay.n_got;
	pipeline_tone(&relay.pipeline, 1, MEDIA_TONE_BUSY);
	run(&relay, 1000);
	CU_ASSERT(relay.n_got >= n + 49);
	for (unsigned i = n + 1; i < relay.n_got; i++)
		CU_ASSERT(relay.got[i].first < 0x20 || relay.got[i].first > 0x60 ||
			  relay.got[i].first != relay.got[i - 1].first + 1);
	pipeline_tone(&relay.pipeline, 1, MEDIA_TONE_NONE);
	run(&relay, 3000);
	CU_ASSERT_TRUE(relay.end[0].relay.on);
	CU_ASSERT_EQUAL(last(&relay)->first, 0x20 + (uint16_t)(relay.sequence - 1) % 64);
	for (unsigned i = 1; i < relay.n_got; i++) {
		uint32_t step = relay.got[i].header.timestamp - relay.got[i - 1].header.timestamp;

		CU_ASSERT_EQUAL(relay.got[i].header.sequence,
				(uint16_t)(relay.got[i - 1].header.sequence + 1));
		CU_ASSERT(step > 0 && step <= 4 * PACKET);
	}
	relay_close(&relay);
}

static void say_digit(struct relay *relay, unsigned ms)
{
	uint32_t start = relay->timestamp;

	relay->silent = true;
	for (unsigned t = 20; t <= ms; t += 20) {
		const struct rtp_event event = { 5, t == ms, 10, (uint16_t)(t * 8) };
		uint8_t octets[RTP_EVENT_OCTETS];

		rtp_event_encode(octets, &event);
		say(relay, EVENT_TYPE, relay->sequence++, start, octets, sizeof(octets));
		run(relay, 20);
	}
	relay->silent = false;
}

/* An event in is an event out, whole, and once. */
static void digit_between(void)
{
	static struct relay relay;
	unsigned ends = 0, events = 0;

	relay_open(&relay, MEDIA_PCMA, 20);
	run(&relay, 1000);
	say_digit(&relay, 100);
	run(&relay, 3000);
	for (unsigned i = 0; i < relay.n_got; i++) {
		events += relay.got[i].header.payload_type == EVENT_TYPE;
		ends += relay.got[i].header.payload_type == EVENT_TYPE && relay.got[i].first == 5 &&
			relay.got[i].header.marker;
	}
	CU_ASSERT(events >= 5);
	CU_ASSERT_EQUAL(ends, 1);
	CU_ASSERT_EQUAL(relay.end[1].end.pipeline->side[1].digits.sent, 1);
	CU_ASSERT_TRUE(relay.end[0].relay.on);
	for (unsigned i = 1; i < relay.n_got; i++)
		CU_ASSERT_EQUAL(relay.got[i].header.sequence,
				(uint16_t)(relay.got[i - 1].header.sequence + 1));
	relay_close(&relay);
}

/* Another law, another length, a gate, comfort noise: by way of the buffer. */
static void does_not_pass(void)
{
	static const uint8_t noise[1] = { 60 };
	static struct relay relay;
	unsigned n;

	relay_open(&relay, MEDIA_PCMU, 20);
	run(&relay, 500);
	CU_ASSERT_FALSE(relay.end[0].relay.on);
	CU_ASSERT_EQUAL(last(&relay)->header.payload_type, 0);
	relay_set(&relay, 1, MEDIA_PCMA, 30);
	run(&relay, 2000);
	CU_ASSERT_FALSE(relay.end[0].relay.on);
	CU_ASSERT_EQUAL(last(&relay)->n, 240);
	relay_set(&relay, 1, MEDIA_PCMA, 20);
	run(&relay, 2000);
	CU_ASSERT_TRUE(relay.end[0].relay.on);
	relay.pipeline.side[0].hear = false;
	run(&relay, 40);
	n = relay.n_got;
	run(&relay, 500);
	CU_ASSERT_EQUAL(relay.n_got, n);
	CU_ASSERT_FALSE(relay.end[0].relay.on);
	relay.pipeline.side[0].hear = true;
	run(&relay, 2000);
	CU_ASSERT_TRUE(relay.end[0].relay.on);
	say(&relay, RTP_CN_STATIC, relay.sequence++, relay.timestamp, noise, sizeof(noise));
	run(&relay, 3000);
	CU_ASSERT_FALSE(relay.end[0].relay.on);
	CU_ASSERT(relay.n_got > n + 200);
	relay_close(&relay);
}

/* The other end is closed, and another opened in its place. */
static void other_end_changes(void)
{
	static struct relay relay;
	const struct rtp_identity identity = { .ssrc = 2, .sequence = 9, .cname = "b" };
	struct rtp_end_conf conf = { .jitter_min_ms = 20, .jitter_max_ms = 200 };
	unsigned n;

	relay_open(&relay, MEDIA_PCMA, 20);
	run(&relay, 1000);
	conf.fd = relay.end[1].path.fd;
	close(relay.end[1].path.direct_fd);
	conf.direct_fd = udp_direct(conf.fd);
	conf.rtcp_fd = relay.end[1].rtcp_fd;
	pipeline_detach(&relay.pipeline, 1, &relay.round);
	run(&relay, 100);
	CU_ASSERT_FALSE(relay.end[0].relay.on);
	rtp_end_init(&relay.end[1], &conf, &identity);
	pipeline_attach(&relay.pipeline, 1, &relay.end[1].end, &relay.round);
	relay_set(&relay, 1, MEDIA_PCMA, 20);
	n = relay.n_got;
	run(&relay, 3000);
	CU_ASSERT_TRUE(relay.end[0].relay.on);
	CU_ASSERT(relay.n_got >= n + 145);
	CU_ASSERT_EQUAL(relay.got[n].header.sequence, 9);
	relay_close(&relay);
}

static void relay_set_vbd(struct relay *relay, unsigned i, uint8_t vbd_type)
{
	struct media_rtp_params params = relay->end[i].params;

	params.vbd_payload_type = params.vbd_payload_type_in = vbd_type;
	rtp_end_set(&relay->end[i], &params, &relay->round);
}

/* Voice-band data is that on the other side, too, if it has a type there. */
static void voice_band_data(void)
{
	for (uint8_t theirs = 0; theirs <= 105; theirs += 105) {
		static struct relay relay;

		relay_open(&relay, MEDIA_PCMA, 20);
		relay_set_vbd(&relay, 0, 98);
		relay_set_vbd(&relay, 1, theirs);
		run(&relay, 200);
		CU_ASSERT_EQUAL(last(&relay)->header.payload_type, 8);
		relay.type = 98;
		run(&relay, 200);
		CU_ASSERT_EQUAL(last(&relay)->header.payload_type, theirs ? theirs : 8);
		relay.type = 8;
		run(&relay, 200);
		CU_ASSERT_EQUAL(last(&relay)->header.payload_type, 8);
		CU_ASSERT_EQUAL(relay.n_got, 30);
		CU_ASSERT_EQUAL(breaks(&relay, 0), 0);
		CU_ASSERT_EQUAL(relay.end[0].end.stats.refused, 0);
		relay_close(&relay);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "packets pass", passes },
		{ "as they come", as_they_come },
		{ "another source", another_source },
		{ "a tone between", tone_between },
		{ "a digit between", digit_between },
		{ "what does not pass", does_not_pass },
		{ "the other end changes", other_end_changes },
		{ "voice-band data", voice_band_data },
		CU_TEST_INFO_NULL,
	};

	return cu_run("relay", tests, argc, argv);
}
