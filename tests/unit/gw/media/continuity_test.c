/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Continuity checks on a bearer, with its line in the test's hands. */
#include "gw/media/continuity.h"

#include "tests/unit/gw/media/rig_run.h"

enum line { LINE_DEAD, LINE_LOOP, LINE_TRANSPONDER, LINE_2010, LINE_PATTERN };

static struct continuity far_end;

/* What the line answers to what it gets. */
static void line_answer(struct rig *rig, enum line line, uint8_t *octets, size_t n)
{
	int16_t linear[160];

	switch (line) {
	case LINE_DEAD:
		memset(octets, 0xD5, n);
		break;
	case LINE_LOOP:
		break;
	case LINE_TRANSPONDER:
		(void)continuity_hear(&far_end, octets, n);
		continuity_say(&far_end, octets, n);
		break;
	case LINE_2010:
		tone_player_play(&rig->says, linear, n);
		g711_compress(G711_A, octets, linear, n);
		break;
	case LINE_PATTERN:
		for (size_t i = 0; i < n; i++)
			octets[i] = pattern(rig->said + i);
		break;
	}
}

static void line_run(struct rig *rig, enum line line, unsigned ms)
{
	size_t chunk = rig->span.chunk_octets;
	uint8_t octets[160];

	for (unsigned t = 0; t < ms; t += rig->span.chunk_ms) {
		CU_ASSERT_EQUAL(recv(rig->line_fd, octets, chunk, 0), (ssize_t)chunk);
		memcpy(rig->heard + rig->heard_n, octets, chunk);
		rig->heard_n += chunk;
		line_answer(rig, line, octets, chunk);
		rig->said += chunk;
		send(rig->line_fd, octets, chunk, 0);
		rig->clock.ticks++;
		peer_run(rig, chunk);
		rig->round.now_us += rig->span.chunk_ms * 1000;
		rig->round.elapsed += chunk;
		engine_turn(rig, true);
	}
}

static void open_with(struct rig *rig, enum media_continuity mode)
{
	rig_open(rig, 10, MEDIA_PCMA, 20);
	rig_card(rig, &(struct media_bearer_params){ .echo_tail_ms = 128, .hear_dtmf = true });
	rig->peer_ptime = 160; /* the other side talks all the while */
	bearer_end_continuity(&rig->bearer, mode);
	continuity_set(&far_end, MEDIA_CONTINUITY_TRANSPONDER, G711_A);
}

/* Octets of a level, of one frequency. */
static bool is_tone(const uint8_t *octets, size_t n, double hz)
{
	double re = 0, im = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		double x = g711_a_linear[octets[i]];

		re += x * cos(2 * M_PI * hz * (double)i / 8000);
		im += x * sin(2 * M_PI * hz * (double)i / 8000);
		sum += x * x;
	}
	return sum > 0 && 2 * (re * re + im * im) / (double)n > 0.98 * sum &&
	       fabs(10 * log10(sum / (double)n / (32256. * 32256 / 2)) + 3.14 + 12) < 0.3;
}

static bool is_silent(const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (octets[i] != 0xD5)
			return false;
	return true;
}

static void loop(void)
{
	struct rig rig;
	size_t at = 0, wrong = 0;

	open_with(&rig, MEDIA_CONTINUITY_LOOP);
	line_run(&rig, LINE_PATTERN, 1000);
	while (at < rig.heard_n && rig.heard[at] == 0xD5)
		at++;
	/* no later than the lead and a tick or two */
	CU_ASSERT(at <= 8 * (BEARER_LEAD_MS + 30));
	for (size_t i = at; i < rig.heard_n; i++)
		wrong += rig.heard[i] != pattern(i - at);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(rig.got_n > 4000 && is_silent(rig.got, rig.got_n));
	/* then the channel has it again */
	bearer_end_continuity(&rig.bearer, MEDIA_CONTINUITY_OFF);
	rig_card(&rig, &(struct media_bearer_params){ .hear_dtmf = true });
	rig.heard_n = rig.got_n = 0;
	line_run(&rig, LINE_PATTERN, 1000);
	CU_ASSERT_FALSE(is_silent(rig.got + 4000, 2000));
	CU_ASSERT_EQUAL(rig.n_reports, 1); /* RTP started */
	rig_close(&rig);
}

static void passed(void)
{
	static const struct {
		enum media_continuity mode;
		enum line line;
	} cases[] = { { MEDIA_CONTINUITY_CHECK, LINE_LOOP },
		      { MEDIA_CONTINUITY_CHECK_TRANSPONDER, LINE_TRANSPONDER } };

	for (unsigned i = 0; i < 2; i++) {
		struct rig rig;

		open_with(&rig, cases[i].mode);
		line_run(&rig, cases[i].line, 60);
		CU_ASSERT(is_tone(rig.heard + rig.heard_n - 160, 160, 2010));
		line_run(&rig, cases[i].line, 400);
		CU_ASSERT_EQUAL_FATAL(reports_of(&rig, MEDIA_EV_CONTINUITY), 1);
		for (size_t k = 0; k < rig.n_reports; k++)
			if (rig.reports[k].kind == MEDIA_EV_CONTINUITY)
				CU_ASSERT(rig.reports[k].passed && rig.reports[k].side == 1);
		/* the tone is off, and nothing comes after it */
		CU_ASSERT(is_silent(rig.heard + rig.heard_n - 800, 800));
		line_run(&rig, cases[i].line, 3000);
		CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_CONTINUITY), 1);
		CU_ASSERT(is_silent(rig.got, rig.got_n));
		rig_close(&rig);
	}
}

static void failed(void)
{
	static const struct {
		enum media_continuity mode;
		enum line line;
	} cases[] = { { MEDIA_CONTINUITY_CHECK, LINE_DEAD },
		      { MEDIA_CONTINUITY_CHECK, LINE_TRANSPONDER },
		      { MEDIA_CONTINUITY_CHECK_TRANSPONDER, LINE_LOOP } };

	for (unsigned i = 0; i < 3; i++) {
		struct rig rig;

		open_with(&rig, cases[i].mode);
		line_run(&rig, cases[i].line, 1980);
		CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_CONTINUITY), 0);
		line_run(&rig, cases[i].line, 40);
		CU_ASSERT_EQUAL_FATAL(reports_of(&rig, MEDIA_EV_CONTINUITY), 1);
		CU_ASSERT_FALSE(rig.reports[rig.n_reports - 1].passed);
		rig_close(&rig);
	}
}

static void transponder(void)
{
	struct rig rig;

	open_with(&rig, MEDIA_CONTINUITY_TRANSPONDER);
	line_run(&rig, LINE_DEAD, 300);
	CU_ASSERT(is_silent(rig.heard, rig.heard_n));
	tone_player_start_signal(&rig.says, &tone_check_2010);
	line_run(&rig, LINE_2010, 300);
	CU_ASSERT(is_tone(rig.heard + rig.heard_n - 800, 800, 1780));
	line_run(&rig, LINE_DEAD, 200);
	CU_ASSERT(is_silent(rig.heard + rig.heard_n - 400, 400));
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_CONTINUITY), 0);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "a loop, octet for octet", loop },
		{ "a check that passes", passed },
		{ "a check that fails", failed },
		{ "a transponder", transponder },
		CU_TEST_INFO_NULL,
	};

	return cu_run("continuity", tests, argc, argv);
}
