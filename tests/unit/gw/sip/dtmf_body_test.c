/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits in bodies of INFO, as the makers of gateways and telephones write them. */
#include <errno.h>
#include <string.h>

#include "gw/sip/dtmf_body.h"
#include "tests/unit/cu.h"

static void relay(void)
{
	static const struct {
		const char *body;
		char digit; /* 0: none */
		unsigned ms;
	} rows[] = {
		{ "Signal=5\r\nDuration=160\r\n", '5', 160 },
		{ "Signal= 5\nDuration= 250", '5', 250 },
		{ "signal=#\r\n", '#', 160 },
		{ "Duration=100\r\nSignal=*", '*', 100 },
		{ "Signal=10\r\nDuration=100", '*', 100 },
		{ "Signal=11", '#', 160 },
		{ "Signal=d", 'D', 160 },
		{ "Signal=16\r\nDuration=0", '!', 40 },
		{ "Signal=!", '!', 160 },
		{ "Signal=0\r\nDuration=99999999", '0', 8000 },
		{ "Signal=0\r\nDuration=x", '0', 160 },
		{ "Signal=17", 0, 0 },
		{ "Signal=", 0, 0 },
		{ "Signal", 0, 0 },
		{ "Signal=55x", 0, 0 },
		{ "Duration=160", 0, 0 },
		{ "=5", 0, 0 },
		{ "\r\n\r\n", 0, 0 },
		{ "", 0, 0 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dtmf_digit digit = { .digit = 'x' };
		int err = dtmf_relay_parse(&digit, str_c(rows[i].body));

		CU_ASSERT_EQUAL(err, rows[i].digit ? 0 : -EBADMSG);
		CU_ASSERT_EQUAL(digit.digit, rows[i].digit ? rows[i].digit : 'x');
		CU_ASSERT_EQUAL(digit.duration_ms, rows[i].ms);
	}
	CU_ASSERT_EQUAL(dtmf_relay_parse(&(struct dtmf_digit){ 0 }, (struct str){ "Signal=\0", 8 }),
			-EBADMSG);
}

static void plain(void)
{
	struct dtmf_digit digit;

	CU_ASSERT_EQUAL(dtmf_plain_parse(&digit, STR("7\r\n")), 0);
	CU_ASSERT_EQUAL(digit.digit, '7');
	CU_ASSERT_EQUAL(digit.duration_ms, 160);
	CU_ASSERT_EQUAL(dtmf_plain_parse(&digit, STR("11")), 0);
	CU_ASSERT_EQUAL(digit.digit, '#');
	CU_ASSERT_EQUAL(dtmf_plain_parse(&digit, STR("x")), -EBADMSG);
	CU_ASSERT_EQUAL(dtmf_plain_parse(&digit, STR("")), -EBADMSG);
}

static void round_trip(void)
{
	for (const char *d = "0123456789*#ABCD!"; *d; d++) {
		const struct dtmf_digit sent = { *d, 120 };
		struct dtmf_digit read;
		char text[64];
		size_t n = dtmf_relay_write(&sent, text, sizeof(text));

		CU_ASSERT_EQUAL(dtmf_relay_parse(&read, (struct str){ text, n }), 0);
		CU_ASSERT(read.digit == *d && read.duration_ms == 120);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "relay", relay },
		{ "plain", plain },
		{ "round trip", round_trip },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip digits", tests, argc, argv);
}
