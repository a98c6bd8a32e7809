/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* How long an octet is on its way through a channel where neither line nor network has jitter. */
#include "tests/unit/gw/media/rig_run.h"

#define MARK	  0x2A
#define MARKS	  64
#define EVERY	  797 /* samples: at every place of chunk, block and packet in turn */
#define PACKET	  160
#define PACKET_MS 20

/* The line says silence with marks in it; what it hears is looked through for marks. */
static void line_marks(struct rig *rig, size_t *heard_at, unsigned *heard)
{
	size_t chunk = rig->span.chunk_octets;
	uint8_t octets[160];

	if (recv(rig->line_fd, octets, chunk, 0) != (ssize_t)chunk)
		memset(octets, 0xD5, chunk);
	for (size_t i = 0; i < chunk; i++)
		if (octets[i] == MARK && *heard < MARKS)
			heard_at[(*heard)++] = rig->heard_n + i;
	rig->heard_n += chunk;
	memset(octets, 0xD5, chunk);
	for (size_t i = 0; i < chunk; i++)
		if ((rig->said + i) % EVERY == EVERY - 1)
			octets[i] = MARK;
	rig->said += chunk;
	send(rig->line_fd, octets, chunk, 0);
	rig->clock.ticks++;
}

static unsigned turn_of(unsigned chunk_ms)
{
	return (BEARER_ROUND_MS + chunk_ms - 1) / chunk_ms * chunk_ms;
}

static void turn_take(struct rig *rig, unsigned ms)
{
	rig->round.now_us += ms * 1000;
	rig->round.elapsed += ms * 8;
	engine_turn(rig, true);
}

/* Milliseconds from the sampling of an octet on the line until its packet leaves. */
static double to_rtp(unsigned chunk_ms, const struct media_bearer_params *params)
{
	size_t heard_at[MARKS], n = 0, left[MARKS], most = 0;
	unsigned heard = 0, found = 0, turn = turn_of(chunk_ms);
	struct rig rig;

	rig_open(&rig, chunk_ms, MEDIA_PCMA, PACKET_MS);
	rig_card(&rig, params);
	while (found < MARKS) {
		for (unsigned t = 0; t < turn; t += chunk_ms)
			line_marks(&rig, heard_at, &heard);
		turn_take(&rig, turn);
		for (; n < rig.got_n; n++)
			if (rig.got[n] == MARK && found < MARKS)
				left[found++] = rig.said;
	}
	for (unsigned k = 0; k < MARKS; k++) {
		size_t d = left[k] - ((size_t)(k + 1) * EVERY - 1);

		most = d > most ? d : most;
	}
	rig_close(&rig);
	return (double)most / 8;
}

/* Sends what is due; the first octet of every packet is a mark once the buffer has settled. */
static void packets_send(struct rig *rig, size_t *next, size_t *sent_at, unsigned *sent)
{
	for (; *next <= rig->said; *next += PACKET) {
		const struct rtp_packet p = { .payload_type = 8,
					      .sequence = rig->peer_sequence++,
					      .timestamp = rig->peer_timestamp,
					      .ssrc = 99 };
		uint8_t octets[PACKET];

		rig->peer_timestamp += PACKET;
		memset(octets, 0xD5, PACKET);
		if (*next > SECOND && *sent < MARKS) {
			octets[0] = MARK;
			sent_at[(*sent)++] = *next;
		}
		peer_send(rig, &p, octets, PACKET);
	}
}

/* Milliseconds from the arrival of a packet until its first octet goes out on the line. */
static double to_line(unsigned chunk_ms, unsigned phase_ms)
{
	struct jitter_conf conf = { .law = G711_A, .min = 5 * 8, .max = 200 * 8 };
	size_t heard_at[MARKS], sent_at[MARKS], most = 0, next = phase_ms * 8;
	unsigned heard = 0, sent = 0, turn = turn_of(chunk_ms);
	struct rig rig;

	rig_open(&rig, chunk_ms, MEDIA_PCMA, PACKET_MS);
	jitter_configure(&rig.rtp.jitter, &conf);
	while (heard < MARKS) {
		for (unsigned t = 0; t < turn; t += chunk_ms) {
			line_marks(&rig, heard_at, &heard);
			packets_send(&rig, &next, sent_at, &sent);
		}
		turn_take(&rig, turn);
	}
	for (unsigned k = 0; k < MARKS; k++)
		most = heard_at[k] - sent_at[k] > most ? heard_at[k] - sent_at[k] : most;
	CU_ASSERT_EQUAL(rig.rtp.end.stats.concealed_ms, 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.late, 0);
	rig_close(&rig);
	return (double)most / 8;
}

/* Blocks that do not come in step with rounds are waited for. */
static unsigned extra_ms(unsigned chunk_ms)
{
	return BEARER_ROUND_MS % chunk_ms ? chunk_ms : 0;
}

static void at_most(const char *what, unsigned chunk_ms, double ms, double limit)
{
	if (ms > limit)
		fprintf(stderr, "%s, chunk %u ms: %.2f ms, at most %.2f\n", what, chunk_ms, ms,
			limit);
	CU_ASSERT(ms <= limit);
}

/* Packet time, 1 ms, and a block of the canceller. */
static void line_to_rtp(void)
{
	static const unsigned chunks[] = { 1, 4, 5, 8, 10, 20 };

	for (size_t c = 0; c < sizeof(chunks) / sizeof(chunks[0]); c++) {
		const struct media_bearer_params plain = { .clear = false };

		at_most("nothing listens", chunks[c], to_rtp(chunks[c], &plain),
			PACKET_MS + 1 + extra_ms(chunks[c]));
		for (unsigned block_ms = 4; block_ms <= 8; block_ms += 4) {
			const struct media_bearer_params echo = { .echo_tail_ms = 128,
								  .block_ms = block_ms,
								  .hear_dtmf = true };

			at_most("echo canceller", chunks[c], to_rtp(chunks[c], &echo),
				PACKET_MS + 1 + block_ms + extra_ms(chunks[c]));
		}
	}
}

/* Packet time and 5 ms. */
static void rtp_to_line(void)
{
	static const unsigned chunks[] = { 1, 4, 5, 8, 10, 20 };

	for (size_t c = 0; c < sizeof(chunks) / sizeof(chunks[0]); c++)
		for (unsigned phase_ms = 0; phase_ms < PACKET_MS; phase_ms++)
			at_most("to the line", chunks[c], to_line(chunks[c], phase_ms),
				PACKET_MS + 5 + extra_ms(chunks[c]));
}

/* A session that begins, or begins again with another packet time, has its packets end where others' do in the group. */
static void in_step(void)
{
	const struct media_bearer_params echo = { .echo_tail_ms = 32, .hear_dtmf = true };
	static const uint8_t ptimes[] = { 20, 10, 30, 20, 60, 20 };
	struct media_rtp_params params;
	size_t heard_at[MARKS];
	unsigned heard = 0;
	struct rig rig;

	rig_open(&rig, 5, MEDIA_PCMA, PACKET_MS);
	rig_card(&rig, &echo);
	params = rig.rtp.params;
	for (unsigned k = 0; k < 6; k++) {
		params.ptime_ms = ptimes[k];
		for (unsigned turn = 0; turn < 40 + k; turn++) {
			if (turn == k)
				rtp_end_set(&rig.rtp, &params, &rig.round);
			line_marks(&rig, heard_at, &heard);
			turn_take(&rig, 5);
		}
		CU_ASSERT_EQUAL(rig.rtp.packet_samples, ptimes[k] * 8u);
		CU_ASSERT_EQUAL(rig.rtp.filled,
				(rig.group->done - rig.bearer.ready_n) % rig.rtp.packet_samples);
		CU_ASSERT_EQUAL(rig.bearer.end.awaited.left,
				rig.rtp.packet_samples - rig.rtp.filled);
	}
	rig_close(&rig);
}

/* Octets that the line has said between one packet and the next: the least and the most. */
static void intervals(unsigned chunk_ms, unsigned ptime_ms, unsigned begin,
		      const struct media_bearer_params *params, size_t interval[2])
{
	size_t heard_at[MARKS], last = 0;
	unsigned heard = 0, turn = turn_of(chunk_ms), packets = 0;
	struct rig rig;

	rig_open(&rig, chunk_ms, MEDIA_PCMA, ptime_ms);
	interval[0] = SIZE_MAX;
	interval[1] = 0;
	for (unsigned k = 0; packets < MARKS; k++) {
		size_t between = rig.said - last;

		if (k == begin)
			rig_card(&rig, params);
		if (k > begin + 40 && rig.got_packets > packets) {
			interval[0] = between < interval[0] ? between : interval[0];
			interval[1] = between > interval[1] ? between : interval[1];
		}
		if (rig.got_packets > packets)
			last = rig.said;
		packets = rig.got_packets;
		for (unsigned t = 0; t < turn; t += chunk_ms)
			line_marks(&rig, heard_at, &heard);
		turn_take(&rig, turn);
	}
	rig_close(&rig);
}

/* Wherever a group begins, packets leave evenly, though they are no multiple of its blocks. */
static void evenly(void)
{
	static const unsigned chunks[] = { 1, 5, 10 };
	size_t interval[2];

	for (size_t c = 0; c < sizeof(chunks) / sizeof(chunks[0]); c++)
		for (unsigned ptime_ms = 10; ptime_ms <= 60; ptime_ms += 10)
			for (unsigned begin = 0; begin < 16; begin++) {
				const struct media_bearer_params echo = {
					.echo_tail_ms = 32,
					.block_ms = begin & 8 ? 4 : 8,
					.hear_dtmf = true,
				};

				intervals(chunks[c], ptime_ms, begin, &echo, interval);
				if (interval[0] != interval[1])
					fprintf(stderr,
						"chunk %u, packet %u, begin %u: %zu to %zu\n",
						chunks[c], ptime_ms, begin, interval[0],
						interval[1]);
				CU_ASSERT_EQUAL(interval[0], ptime_ms * 8);
				CU_ASSERT_EQUAL(interval[1], ptime_ms * 8);
			}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "from the line to RTP", line_to_rtp },
		{ "from RTP to the line", rtp_to_line },
		{ "packets end together", in_step },
		{ "packets leave evenly", evenly },
		CU_TEST_INFO_NULL,
	};

	return cu_run("delay", tests, argc, argv);
}
