/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Voice-band data by its own payload type (V.152): told to the peer, and by the peer. */
#include "gw/media/red.h"
#include "tests/unit/gw/media/rig_kept.h"

#define AUDIO_TYPE 8
#define VBD_TYPE   104
#define SILENCE	   0xD5

static const struct media_bearer_params fax = { .hear_tones = true, .fax = MEDIA_FAX_VBD };

static void open_with(struct rig *rig, uint8_t vbd_type, uint8_t vbd_type_in)
{
	struct media_rtp_params params;

	rig_open(rig, 5, MEDIA_PCMA, 20);
	rig->rtp.timeout_ms = 0;
	rig_card(rig, &fax);
	params = rig->rtp.params;
	params.vbd_payload_type = vbd_type;
	params.vbd_payload_type_in = vbd_type_in;
	set(rig, &params);
	kept.n = 0;
}

/* The peer's pattern, or silence, in packets of that type. */
static void peer_says(struct rig *rig, uint8_t type, bool silence, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += 20) {
		uint8_t octets[160];

		for (unsigned i = 0; i < 160; i++)
			octets[i] =
				silence ? SILENCE : pattern(rig->peer_timestamp - PEER_ORIGIN + i);
		send_typed(rig, type, rig->peer_timestamp, octets, 160);
		rig->peer_timestamp += 160;
		run(rig, 20);
	}
}

static unsigned changes(const struct rig *rig)
{
	return reports_of(rig, MEDIA_EV_VBD);
}

/* What the peer got is one stream, of that type from packet first to before last, and of the codec's before and after. */
static void expect_stream(size_t first, size_t last)
{
	CU_ASSERT_FATAL(last <= kept.n);
	for (size_t i = 0; i < kept.n; i++) {
		const struct rtp_packet *p = &kept.packet[i].p, *before;

		CU_ASSERT_EQUAL(p->payload_type, i >= first && i < last ? VBD_TYPE : AUDIO_TYPE);
		CU_ASSERT_EQUAL(p->n_payload, 160);
		if (!i)
			continue;
		before = &kept.packet[i - 1].p;
		CU_ASSERT_EQUAL(p->sequence, (uint16_t)(before->sequence + 1));
		CU_ASSERT_EQUAL(p->timestamp, before->timestamp + 160);
	}
}

static size_t first_of(uint8_t type, size_t from)
{
	while (from < kept.n && kept.packet[from].p.payload_type != type)
		from++;
	return from;
}

/* The pattern goes on from packet to packet. */
static void expect_pattern(size_t n)
{
	uint8_t next = kept.packet[0].payload[0];

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < 160; k++, next = next % 83 + 1)
			CU_ASSERT_FATAL(kept.packet[i].payload[k] == next);
}

/* Every octet of the pattern that the peer said is heard on the line, in order; between them may be silence. */
static void expect_heard(const struct rig *rig, size_t octets)
{
	size_t n = 0;

	for (size_t i = 0; i < rig->heard_n; i++) {
		if (rig->heard[i] == SILENCE)
			continue;
		CU_ASSERT_FATAL(rig->heard[i] == pattern(n));
		n++;
	}
	CU_ASSERT_EQUAL(n, octets);
}

static void told_by_peer(void)
{
	struct rig rig;
	size_t first;

	open_with(&rig, VBD_TYPE, VBD_TYPE);
	peer_says(&rig, AUDIO_TYPE, false, 1000);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	CU_ASSERT_EQUAL(first_of(VBD_TYPE, 0), kept.n);
	first = kept.n;
	peer_says(&rig, VBD_TYPE, false, 20);
	CU_ASSERT(rig.pipeline.vbd && rig.rtp.vbd && rig.rtp.jitter.conf.fixed);
	CU_ASSERT(changes(&rig) == 1 && rig.reports[rig.n_reports - 1].side == 0);
	peer_says(&rig, VBD_TYPE, false, 980);
	CU_ASSERT(first_of(VBD_TYPE, 0) <= first + 1);
	expect_stream(first_of(VBD_TYPE, 0), kept.n);
	expect_pattern(kept.n);
	peer_says(&rig, VBD_TYPE, true, 200);
	expect_heard(&rig, 16000);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.lost, 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.late, 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	rig_close(&rig);
}

/* Silence ends it though the peer's type stays; once that was another, it can say so again. */
static void ends(void)
{
	struct rig rig;
	size_t first, last;

	open_with(&rig, VBD_TYPE, VBD_TYPE);
	rig.says_tone = true;
	peer_says(&rig, AUDIO_TYPE, true, 500);
	peer_says(&rig, VBD_TYPE, true, 6500);
	CU_ASSERT(rig.pipeline.vbd);
	peer_says(&rig, VBD_TYPE, true, 9000);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	CU_ASSERT_EQUAL(changes(&rig), 2);
	first = first_of(VBD_TYPE, 0);
	last = first_of(AUDIO_TYPE, first);
	CU_ASSERT(first < last && last < kept.n);
	expect_stream(first, last);
	peer_says(&rig, AUDIO_TYPE, true, 100);
	CU_ASSERT_EQUAL(changes(&rig), 2);
	peer_says(&rig, VBD_TYPE, true, 100);
	CU_ASSERT(rig.pipeline.vbd);
	CU_ASSERT_EQUAL(changes(&rig), 3);
	/* so can another sender in its place */
	peer_says(&rig, VBD_TYPE, true, 9000);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	rig.peer_sequence += 20000;
	rig.peer_timestamp += 1000000;
	peer_says(&rig, VBD_TYPE, true, 100);
	CU_ASSERT(rig.pipeline.vbd);
	rig_close(&rig);
}

static void told_to_peer(void)
{
	struct rig rig;
	size_t first;

	/* each has numbers of his own (RFC 3264 5.1) */
	open_with(&rig, VBD_TYPE, 99);
	rig.says_tone = true;
	run(&rig, 500);
	tone_player_start_signal(&rig.says, &tone_ans);
	run(&rig, 2000);
	CU_ASSERT(rig.pipeline.vbd);
	tone_player_start(&rig.says, NULL);
	run(&rig, 7500);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	first = first_of(VBD_TYPE, 0);
	CU_ASSERT(first > 25 && first < 125);
	expect_stream(first, first_of(AUDIO_TYPE, first));
	CU_ASSERT(first_of(AUDIO_TYPE, first) < kept.n);
	peer_says(&rig, 99, false, 40);
	CU_ASSERT(rig.pipeline.vbd);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	rig_close(&rig);
}

/* In redundancy it is the type inside, of the copies what they were sent as. */
static void redundant(void)
{
	struct red_block blocks[RED_BLOCKS_MAX];
	struct media_rtp_params params;
	unsigned changed = 0;
	struct rig rig;

	open_with(&rig, VBD_TYPE, VBD_TYPE);
	params = rig.rtp.params;
	params.red_payload_type = params.red_payload_type_in = RED_TYPE;
	params.red_generations = 1;
	set(&rig, &params);
	peer_says(&rig, AUDIO_TYPE, false, 500);
	peer_says(&rig, VBD_TYPE, false, 500);
	for (size_t i = 1; i < kept.n; i++) {
		const struct rtp_packet *p = &kept.packet[i].p;

		CU_ASSERT_EQUAL(p->payload_type, RED_TYPE);
		CU_ASSERT_EQUAL_FATAL(red_decode(blocks, p->payload, p->n_payload), 2);
		if (blocks[0].payload_type == blocks[1].payload_type)
			continue;
		CU_ASSERT(blocks[0].payload_type == AUDIO_TYPE &&
			  blocks[1].payload_type == VBD_TYPE);
		changed++;
	}
	CU_ASSERT_EQUAL(changed, 1);
	CU_ASSERT_EQUAL(blocks[1].payload_type, VBD_TYPE);
	rig_close(&rig);
}

static void red_from_peer(void)
{
	struct media_rtp_params params;
	uint8_t octets[400], audio[160];
	struct rig rig;

	open_with(&rig, VBD_TYPE, VBD_TYPE);
	params = rig.rtp.params;
	params.red_payload_type_in = RED_TYPE;
	set(&rig, &params);
	peer_says(&rig, AUDIO_TYPE, false, 100);
	memset(audio, 0x35, sizeof(audio));
	for (unsigned i = 0; i < 2; i++) {
		const struct red_block blocks[2] = {
			{ .payload_type = i ? VBD_TYPE : AUDIO_TYPE,
			  .offset = 160,
			  .octets = audio,
			  .n = 160 },
			{ .payload_type = VBD_TYPE, .octets = audio, .n = 160 },
		};
		size_t n = red_encode(octets, sizeof(octets), blocks, 2);

		send_typed(&rig, RED_TYPE, rig.peer_timestamp, octets, n);
		rig.peer_timestamp += 160;
		run(&rig, 20);
		CU_ASSERT(rig.pipeline.vbd);
	}
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	rig_close(&rig);
}

static void not_agreed(void)
{
	struct rig rig;

	/* it is no type of ours; what is heard on the line makes it voice-band data as ever */
	open_with(&rig, 0, 0);
	peer_says(&rig, AUDIO_TYPE, false, 100);
	peer_says(&rig, VBD_TYPE, false, 100);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 5);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	rig.says_tone = true;
	tone_player_start_signal(&rig.says, &tone_ans);
	run(&rig, 1500);
	CU_ASSERT(rig.pipeline.vbd);
	expect_stream(kept.n, kept.n);
	rig_close(&rig);
	/* the codec's own says nothing */
	open_with(&rig, AUDIO_TYPE, AUDIO_TYPE);
	peer_says(&rig, AUDIO_TYPE, false, 100);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	rig_close(&rig);
	/* nobody wants it: audio like other audio */
	open_with(&rig, VBD_TYPE, VBD_TYPE);
	rig_card(&rig, &(struct media_bearer_params){ .hear_tones = true });
	peer_says(&rig, VBD_TYPE, false, 200);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	peer_says(&rig, VBD_TYPE, true, 200);
	expect_heard(&rig, 1600);
	expect_stream(kept.n, kept.n);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "told by the peer", told_by_peer },
		{ "told to the peer", told_to_peer },
		{ "ends in silence", ends },
		{ "redundant", redundant },
		{ "redundant, from the peer", red_from_peer },
		{ "not agreed", not_agreed },
		CU_TEST_INFO_NULL,
	};

	return cu_run("voice-band data by payload type", tests, argc, argv);
}
