/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits in the audio of an RTP session: heard once, on a network that loses, and put where the
 * other side takes them. */
#include "tests/unit/dsp/speech.h"
#include "tests/unit/gw/media/digits_heard.h"
#include "tests/unit/gw/media/rig_run.h"

#define PACKET 160
#define DIGITS 48
#define AUDIO  (200 * SECOND)

/* Peer 0 says digits, side 1 is another peer. */
struct pair {
	struct pipeline pipeline;
	struct rtp_end end[2];
	struct sockaddr_storage ours[2], peer[2], rtcp[2];
	int peer_fd[2];
	struct round round;
	/* what peer 0 says */
	uint16_t sequence;
	uint32_t timestamp, random;
	unsigned loss_percent;
	struct tone_player tone;
	/* what peer 1 gets */
	char events[200];
	size_t n_events;
	uint32_t event_at;
	unsigned event_samples; /* the longest */
	uint8_t *audio;
	size_t n_audio;
	/* what core is told */
	char reports[200];
	size_t n_reports, vbd;
};

static void note(void *arg, const struct media_event *event)
{
	struct pair *pair = arg;

	pair->vbd += event->kind == MEDIA_EV_VBD;
	if (event->kind != MEDIA_EV_DTMF || pair->n_reports + 1 >= sizeof(pair->reports))
		return;
	CU_ASSERT_EQUAL(event->side, 0);
	pair->reports[pair->n_reports++] = event->digit;
}

/* What the other peer takes. */
enum takes { TAKES_EVENTS, TAKES_SOUND, TAKES_INFO };

static void pair_set(struct pair *pair, unsigned i, enum media_codec codec, enum takes takes,
		     bool hears)
{
	struct media_rtp_params params = params_to(&pair->peer[i], &pair->rtcp[i], codec, 20);

	if (takes != TAKES_EVENTS)
		params.dtmf_payload_type = params.dtmf_payload_type_in = -1;
	params.digits_apart = takes == TAKES_INFO;
	params.hear_dtmf = hears;
	rtp_end_set(&pair->end[i], &params, &pair->round);
}

static void pair_open(struct pair *pair, enum takes takes)
{
	memset(pair, 0, sizeof(*pair));
	pair->round = (struct round){ .now_us = START_US, .timely = true };
	pair->timestamp = PEER_ORIGIN;
	pair->audio = malloc(AUDIO);
	pair->random = 1;
	pipeline_init(&pair->pipeline, note, pair);
	for (unsigned i = 0; i < 2; i++) {
		struct rtp_end_conf conf = { .jitter_min_ms = 20, .jitter_max_ms = 200 };
		const struct rtp_identity identity = { .ssrc = 1 + i, .cname = "a" };

		conf.fd = udp(&pair->ours[i]);
		conf.direct_fd = udp_direct(conf.fd);
		conf.rtcp_fd = udp(&pair->rtcp[i]);
		pair->peer_fd[i] = udp(&pair->peer[i]);
		rtp_end_init(&pair->end[i], &conf, &identity);
		pipeline_attach(&pair->pipeline, i, &pair->end[i].end, &pair->round);
		pair->pipeline.side[i].hear = pair->pipeline.side[i].speak = true;
	}
	pair_set(pair, 0, MEDIA_PCMA, TAKES_SOUND, true);
	pair_set(pair, 1, MEDIA_PCMU, takes, false);
}

static void pair_close(struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		pipeline_detach(&pair->pipeline, i, &pair->round);
		rtp_sockets_close(&pair->end[i]);
		close(pair->peer_fd[i]);
	}
	free(pair->audio);
}

static void take(struct pair *pair, const struct rtp_packet *p)
{
	struct rtp_event event;

	if (p->payload_type != EVENT_TYPE) {
		if (pair->n_audio + p->n_payload <= AUDIO)
			memcpy(pair->audio + pair->n_audio, p->payload, p->n_payload);
		pair->n_audio += p->n_payload;
		return;
	}
	CU_ASSERT_EQUAL(rtp_event_decode(&event, p->payload, p->n_payload), 0);
	if ((!pair->n_events || p->timestamp != pair->event_at) &&
	    pair->n_events + 1 < sizeof(pair->events))
		pair->events[pair->n_events++] = rtp_event_digit(event.event);
	pair->event_at = p->timestamp;
	if (event.duration > pair->event_samples)
		pair->event_samples = event.duration;
}

static void peer_says(struct pair *pair, uint8_t type, uint32_t timestamp, const uint8_t *payload,
		      size_t n)
{
	const struct rtp_packet p = { .payload_type = type,
				      .sequence = pair->sequence++,
				      .timestamp = timestamp,
				      .ssrc = 99 };
	uint8_t octets[RTP_HEADER_OCTETS + PACKET];

	pair->random = pair->random * 1664525 + 1013904223;
	if ((pair->random >> 16) % 100 < pair->loss_percent)
		return;
	rtp_encode_header(octets, &p);
	memcpy(octets + RTP_HEADER_OCTETS, payload, n);
	sendto(pair->peer_fd[0], octets, RTP_HEADER_OCTETS + n, 0,
	       (struct sockaddr *)&pair->ours[0], sizeof(struct sockaddr_in));
}

static void peer_says_event(struct pair *pair, uint32_t timestamp, char digit, unsigned samples,
			    bool end)
{
	const struct rtp_event event = { (uint8_t)rtp_event_of(digit), end, 10, (uint16_t)samples };
	uint8_t octets[RTP_EVENT_OCTETS];

	rtp_event_encode(octets, &event);
	peer_says(pair, EVENT_TYPE, timestamp, octets, sizeof(octets));
}

/* 20 ms go by. */
static void turn(struct pair *pair)
{
	uint8_t octets[1000];
	struct rtp_packet p;
	ssize_t n;

	for (unsigned i = 0; i < 4; i++) {
		pair->round.now_us += 5000;
		pair->round.elapsed = 40;
		pipeline_round(&pair->pipeline, &pair->round);
	}
	while ((n = recv(pair->peer_fd[1], octets, sizeof(octets), 0)) > 0)
		if (rtp_decode(&p, octets, (size_t)n) == 0)
			take(pair, &p);
}

static void audio_say(struct pair *pair, const int16_t *linear)
{
	uint8_t octets[PACKET];

	g711_compress(G711_A, octets, linear, PACKET);
	peer_says(pair, 8, pair->timestamp, octets, PACKET);
	pair->timestamp += PACKET;
	turn(pair);
}

static void pause_say(struct pair *pair, unsigned ms)
{
	const int16_t silence[PACKET] = { 0 };

	for (unsigned t = 0; t < ms; t += 20)
		audio_say(pair, silence);
}

/* In packets, and not with them: it begins at that sample of one. */
static void digit_say(struct pair *pair, char digit, unsigned ms, unsigned at)
{
	int16_t linear[SECOND] = { 0 };
	size_t n = at + ms * 8, whole = (n + PACKET - 1) / PACKET * PACKET;

	tone_player_start(&pair->tone, tone_dtmf(digit));
	tone_player_play(&pair->tone, linear + at, ms * 8);
	for (size_t i = 0; i < whole; i += PACKET)
		audio_say(pair, linear + i);
}

/* Digits in the audio that peer 1 gets. */
static unsigned digits_of(const struct pair *pair, char *text, size_t cap)
{
	return digits_heard(G711_MU, pair->audio, pair->n_audio, text, cap);
}

static char digit_of(unsigned i)
{
	return "0123456789*#ABCD"[i * 7 % 16];
}

static void all_say(struct pair *pair, char *said, unsigned ms, unsigned pause_ms)
{
	pause_say(pair, 400);
	for (unsigned i = 0; i < DIGITS; i++) {
		said[i] = digit_of(i);
		/* the same twice, now and then */
		if (i % 5 == 4)
			said[i] = said[i - 1];
		digit_say(pair, said[i], ms, i * 37 % PACKET);
		pause_say(pair, pause_ms);
	}
	said[DIGITS] = '\0';
	pause_say(pair, 400);
}

/* Every digit of any length leaves as an event, once, and none stays in the audio. */
static void to_events(void)
{
	static const unsigned lengths_ms[] = { 40, 50, 60, 80, 100 };

	for (unsigned i = 0; i < 5; i++) {
		char said[DIGITS + 1], text[DIGITS];
		struct pair pair;
		size_t loud = 0;

		pair_open(&pair, TAKES_EVENTS);
		all_say(&pair, said, lengths_ms[i], 60);
		CU_ASSERT_STRING_EQUAL(pair.events, said);
		CU_ASSERT_STRING_EQUAL(pair.reports, said);
		CU_ASSERT_EQUAL(digits_of(&pair, text, sizeof(text)), 0);
		for (size_t k = 0; k < pair.n_audio; k++)
			loud += abs(g711_mu_linear[pair.audio[k]]) > 500;
		/* what the detector needs to suspect it */
		CU_ASSERT(loud <= DIGITS * 120);
		CU_ASSERT(pair.event_samples <= lengths_ms[i] * 8 + 320);
		CU_ASSERT_EQUAL(pair.end[0].end.stats.dtmf_in, DIGITS);
		pair_close(&pair);
	}
}

/* What was heard of what was said, digits that were not said in *added; each at most three further. */
static unsigned compare(const char *said, const char *heard, unsigned *added)
{
	const char *at = said;
	unsigned n = 0;

	for (; *heard; heard++) {
		const char *found = strchr(at, *heard);

		if (found && found - at <= 3) {
			at = found + 1;
			n++;
		} else {
			++*added;
		}
	}
	return n;
}

static unsigned missed_at(unsigned loss_percent, unsigned ms, unsigned *added)
{
	unsigned missed = 0;

	for (uint32_t seed = 1; seed <= 8; seed++) {
		char said[DIGITS + 1];
		struct pair pair;

		pair_open(&pair, TAKES_EVENTS);
		pair.loss_percent = loss_percent;
		pair.random = seed * 7919;
		all_say(&pair, said, ms, 80);
		CU_ASSERT_STRING_EQUAL(pair.events, pair.reports);
		missed += DIGITS - compare(said, pair.events, added);
		pair_close(&pair);
	}
	return missed;
}

/* None is heard twice, whatever is lost of it; what is missed is less than what has lost a packet. */
static void with_losses(void)
{
	static const struct {
		unsigned loss_percent, ms;
		double most; /* missed, in percent */
	} rows[] = {
		{ 1, 40, 1.5 }, { 1, 60, 0.5 },	  { 1, 100, 0 },  { 3, 40, 4 },
		{ 3, 60, 1.5 }, { 3, 100, 0 },	  { 10, 40, 12 }, { 10, 60, 5 },
		{ 10, 80, 1 },	{ 10, 100, 0.5 }, { 10, 400, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned added = 0, missed = missed_at(rows[i].loss_percent, rows[i].ms, &added);

		printf("%u %% loss, %u ms: %u of %u missed, %u added\n", rows[i].loss_percent,
		       rows[i].ms, missed, 8 * DIGITS, added);
		CU_ASSERT(missed * 100.0 / (8 * DIGITS) <= rows[i].most);
		CU_ASSERT_EQUAL(added, 0);
	}
}

/* Where the other side takes no other form, the audio passes as it came; core is told all the same. */
static void to_sound(void)
{
	char said[DIGITS + 1], text[2 * DIGITS];
	struct pair pair;

	pair_open(&pair, TAKES_SOUND);
	all_say(&pair, said, 60, 60);
	digits_of(&pair, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, said);
	CU_ASSERT_STRING_EQUAL(pair.reports, said);
	CU_ASSERT_EQUAL(pair.n_events, 0);
	pair_close(&pair);
}

/* Core sends them: they are not in the audio, and no event. */
static void to_info(void)
{
	char said[DIGITS + 1], text[2 * DIGITS];
	struct pair pair;

	pair_open(&pair, TAKES_INFO);
	all_say(&pair, said, 60, 60);
	CU_ASSERT_EQUAL(digits_of(&pair, text, sizeof(text)), 0);
	CU_ASSERT_STRING_EQUAL(pair.reports, said);
	CU_ASSERT_EQUAL(pair.n_events, 0);
	pair_close(&pair);
}

/* On a timeslot a digit is heard as the peer has said it, once. */
static void to_line(void)
{
	struct media_rtp_params params;
	struct dtmf_detector detector;
	struct tone_player tone;
	char text[20];
	struct rig rig;
	size_t n = 0;
	char now = 0;

	rig_open(&rig, 5, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.dtmf_payload_type = params.dtmf_payload_type_in = -1;
	params.hear_dtmf = true;
	rtp_end_set(&rig.rtp, &params, &rig.round);
	for (unsigned i = 0; i < 16 * 10; i++) {
		const struct rtp_packet p = { .payload_type = 8,
					      .sequence = rig.peer_sequence++,
					      .timestamp = i * 160,
					      .ssrc = 99 };
		uint8_t octets[160];
		int16_t linear[160];

		if (i % 10 == 5)
			tone_player_start(&tone, tone_dtmf(digit_of(i / 10)));
		if (i % 10 == 0)
			tone_player_start(&tone, NULL);
		tone_player_play(&tone, linear, 160);
		g711_compress(G711_A, octets, linear, 160);
		peer_send(&rig, &p, octets, 160);
		rig_run(&rig, 20);
	}
	rig_run(&rig, 200);
	dtmf_detector_init(&detector);
	for (size_t at = 0; at + 40 <= rig.heard_n; at += 40) {
		int16_t linear[40];
		char digit;

		g711_expand(G711_A, linear, rig.heard + at, 40);
		digit = dtmf_detector_hear(&detector, linear, 40);
		if (digit && digit != now && n + 1 < sizeof(text))
			text[n++] = digit;
		now = digit;
	}
	text[n] = '\0';
	CU_ASSERT_EQUAL(n, 16);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 16);
	for (unsigned i = 0; i < n; i++)
		CU_ASSERT_EQUAL(text[i], digit_of(i));
	rig_close(&rig);
}

/* ---- a peer that sends events, too ---- */

/* The event's packets come so many packets after the audio, its timestamp lies so far behind the digit's beginning. */
static void both_say(struct pair *pair, char digit, unsigned late, int behind)
{
	const unsigned ms = 100, packets = ms / 20;
	const uint32_t start = pair->timestamp + (uint32_t)(behind * 8);
	const unsigned whole = ms * 8 - (unsigned)(behind > 0 ? behind * 8 : 0);
	int16_t linear[PACKET];

	tone_player_start(&pair->tone, tone_dtmf(digit));
	for (unsigned k = 0; k < packets + late + 3; k++) {
		unsigned told = k + 1 - late;

		if (k == packets)
			tone_player_start(&pair->tone, NULL);
		tone_player_play(&pair->tone, linear, PACKET);
		if (k >= late)
			peer_says_event(pair, start, digit,
					told * PACKET < whole ? told * PACKET : whole,
					told >= packets);
		audio_say(pair, linear);
	}
	pause_say(pair, 100);
}

static void events_and_audio(enum takes takes, unsigned late, int behind, unsigned loss_percent)
{
	char said[DIGITS + 1];
	struct pair pair;
	unsigned added = 0;

	pair_open(&pair, takes);
	pair_set(&pair, 0, MEDIA_PCMA, TAKES_EVENTS, true);
	pair.loss_percent = loss_percent;
	pause_say(&pair, 200);
	for (unsigned i = 0; i < DIGITS; i++) {
		said[i] = i % 5 == 4 ? said[i - 1] : digit_of(i);
		both_say(&pair, said[i], late, behind);
	}
	said[DIGITS] = '\0';
	pause_say(&pair, 400);
	if (strcmp(pair.reports, said) != 0)
		printf("late %u, behind %d ms, loss %u: %s for %s\n", late, behind, loss_percent,
		       pair.reports, said);
	CU_ASSERT_EQUAL(compare(said, pair.reports, &added), DIGITS);
	CU_ASSERT_EQUAL(added, 0);
	if (takes == TAKES_EVENTS)
		CU_ASSERT_STRING_EQUAL(pair.events, pair.reports);
	if (takes != TAKES_SOUND) {
		char text[DIGITS];

		CU_ASSERT_EQUAL(digits_of(&pair, text, sizeof(text)), 0);
	}
	pair_close(&pair);
}

static void not_doubled(void)
{
	static const unsigned lates[] = { 0, 1, 2, 4, 7, 12 };

	for (unsigned i = 0; i < 6; i++)
		for (int behind = -40; behind <= 60; behind += 20)
			for (unsigned loss = 0; loss <= 10; loss += 10)
				for (enum takes takes = TAKES_EVENTS; takes <= TAKES_INFO; takes++)
					events_and_audio(takes, lates[i], behind, loss);
}

/* An event ends what another said in between: digits of one peer in either form. */
static void either_form(void)
{
	struct pair pair;

	pair_open(&pair, TAKES_EVENTS);
	pair_set(&pair, 0, MEDIA_PCMA, TAKES_EVENTS, true);
	pause_say(&pair, 200);
	for (unsigned i = 0; i < 4; i++) {
		uint32_t start;

		digit_say(&pair, '5', 80, 0);
		pause_say(&pair, 100);
		start = pair.timestamp;
		for (unsigned k = 1; k <= 7; k++) {
			peer_says_event(&pair, start, '5', k < 5 ? k * PACKET : 5 * PACKET, k >= 5);
			pause_say(&pair, 20);
		}
		pause_say(&pair, 100);
	}
	CU_ASSERT_STRING_EQUAL(pair.reports, "55555555");
	CU_ASSERT_STRING_EQUAL(pair.events, "55555555");
	pair_close(&pair);
}

/* ---- when it does not listen ---- */

static void not_data(void)
{
	struct pair pair;
	size_t loud = 0;

	/* clearmode */
	pair_open(&pair, TAKES_EVENTS);
	pair_set(&pair, 0, MEDIA_CLEARMODE, TAKES_SOUND, true);
	CU_ASSERT_FALSE(pair.end[0].hears);
	pair_close(&pair);
	/* data on the other side */
	pair_open(&pair, TAKES_EVENTS);
	pair_set(&pair, 1, MEDIA_CLEARMODE, TAKES_SOUND, false);
	digit_say(&pair, '1', 100, 0);
	pause_say(&pair, 200);
	CU_ASSERT_EQUAL(pair.n_reports, 0);
	pair_close(&pair);
	/* a digit is on when voice-band data begins: it ends, and there are no others */
	pair_open(&pair, TAKES_EVENTS);
	pair.end[1].end.vbd = true;
	pause_say(&pair, 400);
	digit_say(&pair, '1', 100, 0);
	pipeline_modem_heard(&pair.end[0].end);
	CU_ASSERT_EQUAL(pair.vbd, 1);
	CU_ASSERT_STRING_EQUAL(pair.reports, "1");
	pause_say(&pair, 400);
	pair.n_audio = 0;
	digit_say(&pair, '2', 100, 0);
	pause_say(&pair, 400);
	CU_ASSERT_STRING_EQUAL(pair.reports, "1");
	CU_ASSERT_STRING_EQUAL(pair.events, "1");
	for (size_t i = 0; i < pair.n_audio; i++)
		loud += abs(g711_mu_linear[pair.audio[i]]) > 500;
	CU_ASSERT(loud > 500);
	pair_close(&pair);
}

/* Off and on with what is negotiated; packets pass as they come only where nobody listens. */
static void negotiated(void)
{
	struct pair pair;

	pair_open(&pair, TAKES_EVENTS);
	pair_set(&pair, 1, MEDIA_PCMA, TAKES_EVENTS, false);
	pause_say(&pair, 2000);
	CU_ASSERT_FALSE(pair.end[0].relay.on);
	digit_say(&pair, '1', 80, 0);
	pause_say(&pair, 200);
	CU_ASSERT_STRING_EQUAL(pair.events, "1");
	pair_set(&pair, 0, MEDIA_PCMA, TAKES_SOUND, false);
	pause_say(&pair, 2000);
	CU_ASSERT(pair.end[0].relay.on);
	digit_say(&pair, '2', 80, 0);
	pause_say(&pair, 200);
	pair_set(&pair, 0, MEDIA_PCMA, TAKES_SOUND, true);
	pause_say(&pair, 400);
	CU_ASSERT_FALSE(pair.end[0].relay.on);
	digit_say(&pair, '3', 80, 0);
	pause_say(&pair, 200);
	digit_say(&pair, '4', 100, 0);
	/* on when it is no longer asked for, and when the end goes */
	pair_set(&pair, 0, MEDIA_PCMA, TAKES_SOUND, false);
	CU_ASSERT_STRING_EQUAL(pair.reports, "134");
	pair_set(&pair, 0, MEDIA_PCMA, TAKES_SOUND, true);
	pause_say(&pair, 400);
	digit_say(&pair, '5', 100, 0);
	pair_close(&pair);
	CU_ASSERT_STRING_EQUAL(pair.reports, "1345");
}

/* Three minutes of voices, of which packets are lost: nothing is a digit, and hardly anything silenced. */
static void talk_off(void)
{
	struct speech speech = { .random = 11 };
	struct pair pair;
	size_t said = 0;

	pair_open(&pair, TAKES_EVENTS);
	pair.loss_percent = 3;
	while (said < 180 * SECOND) {
		speech_next(&speech);
		for (size_t at = 0; at + PACKET <= speech.n && said < 180 * SECOND;
		     at += PACKET, said += PACKET)
			audio_say(&pair, speech.samples + at);
	}
	CU_ASSERT_EQUAL(pair.n_reports, 0);
	CU_ASSERT_EQUAL(pair.n_events, 0);
	speech_close(&speech);
	pair_close(&pair);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "to events", to_events },
		{ "with losses", with_losses },
		{ "to sound", to_sound },
		{ "to INFO", to_info },
		{ "to a line", to_line },
		{ "events beside", not_doubled },
		{ "either form", either_form },
		{ "not in data", not_data },
		{ "negotiated", negotiated },
		{ "talk-off", talk_off },
		CU_TEST_INFO_NULL,
	};

	return cu_run("in-band digits of a peer", tests, argc, argv);
}
