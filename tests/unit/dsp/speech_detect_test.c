/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Talk-off: speech is no digit and no tone. speech_detect_test [MINUTES]: 5 by default, 120 in the
 * long form. In SpanDSP's detector the same speech gives some false digits; it is printed beside.
 */
#include <ctype.h>
#include <spandsp.h>
#include <spandsp/expose.h>

#include "dsp/detect.h"
#include "dsp/dtmf.h"
#include "dsp/g711.h"
#include "tests/unit/cu.h"
#include "tests/unit/dsp/speech.h"

#define BLOCK	      160
#define PER_MINUTE    480000
#define SUSPECTED_MAX 0.002 /* of all blocks: what an early clamp may take from speech */

static double minutes = 5;

struct ears {
	struct dtmf_detector dtmf;
	struct detect_one tones;
	dtmf_rx_state_t *span;
	char digit;
	unsigned digits, told, suspected, blocks;
};

static void ears_hear(struct ears *ears, const int16_t *linear)
{
	struct detect_event events[DETECT_CHANNEL_EVENTS];
	char digit = dtmf_detector_hear(&ears->dtmf, linear, BLOCK);
	size_t told = detect_one_hear(&ears->tones, linear, BLOCK, events);

	if (digit && digit != ears->digit) {
		printf("a '%c' in speech, block %u\n", digit, ears->blocks);
		ears->digits++;
	}
	for (size_t i = 0; i < told; i++)
		printf("%s in speech, block %u\n", detect_kind_name(events[i].kind), ears->blocks);
	ears->told += (unsigned)told;
	ears->digit = digit;
	ears->suspected += dtmf_detector_suspects(&ears->dtmf);
	ears->blocks++;
	dtmf_rx(ears->span, linear, BLOCK);
}

static void talk_off(void)
{
	struct speech speech = { .random = 1 };
	struct ears ears = { .span = dtmf_rx_init(NULL, NULL, NULL) };
	double left = minutes * PER_MINUTE;
	unsigned span = 0;
	char text[128];

	dtmf_detector_init(&ears.dtmf);
	detect_one_init(&ears.tones);
	while (left > 0) {
		enum g711_law law = speech.turn % 2 ? G711_MU : G711_A;

		speech_next(&speech);
		for (size_t i = 0; i + BLOCK <= speech.n && left > 0; i += BLOCK, left -= BLOCK) {
			uint8_t octets[BLOCK];
			int16_t linear[BLOCK];

			g711_compress(law, octets, speech.samples + i, BLOCK);
			g711_expand(law, linear, octets, BLOCK);
			ears_hear(&ears, linear);
		}
		span += (unsigned)dtmf_rx_get(ears.span, text, sizeof(text) - 1);
	}
	printf("%.0f minutes of speech: %u digits (SpanDSP %u), %u tones, suspicion in %.3f %%\n",
	       minutes, ears.digits, span, ears.told, 100.0 * ears.suspected / ears.blocks);
	CU_ASSERT_EQUAL(ears.digits, 0);
	CU_ASSERT_EQUAL(ears.told, 0);
	CU_ASSERT(ears.suspected <= SUSPECTED_MAX * ears.blocks);
	dtmf_rx_free(ears.span);
	speech_close(&speech);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "talk-off", talk_off },
		CU_TEST_INFO_NULL,
	};

	if (argc > 1 && isdigit((unsigned char)argv[1][0])) {
		minutes = strtod(argv[1], NULL);
		argc = 1;
	}
	return cu_run("detectors and speech", tests, argc, argv);
}
