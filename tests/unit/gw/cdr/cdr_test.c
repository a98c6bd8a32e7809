/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Call detail records, read back by an independent JSON parser. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/json_line.h"
#include "gw/cdr/cdr.h"
#include "tests/unit/cu.h"

static json_t *parsed(const struct call_record *record)
{
	char text[CDR_OCTETS_MAX];
	size_t n = cdr_json(record, text, sizeof(text));
	json_t *object;

	CU_ASSERT_FATAL(n > 2 && text[n - 1] == '\n');
	CU_ASSERT_PTR_NULL(memchr(text, '\n', n - 1));
	object = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object);
	return object;
}

static const char *text_at(json_t *object, const char *section, const char *key)
{
	return json_string_value(
		json_object_get(section ? json_object_get(object, section) : object, key));
}

static void quality_told(json_t *quality)
{
	CU_ASSERT_DOUBLE_EQUAL(json_real_value(json_object_get(quality, "loss")), 3.125, 0.0005);
	CU_ASSERT_DOUBLE_EQUAL(json_real_value(json_object_get(quality, "mos_lq")), 4.3, 0.0005);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(quality, "r_factor")), 91);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(quality, "burst_ms")), 120);
	CU_ASSERT_TRUE(json_is_null(json_object_get(quality, "mos_cq")));
}

static void whole_record(void)
{
	struct call_record r = {
		.id = "6b-1",
		.trunk_in = "pbx",
		.trunk_out = "pstn",
		.protocol_in = "sip",
		.protocol_out = "isup",
		.leg_in = "sip:030@127.0.0.1",
		.leg_out = "cic 3",
		.route = "out",
		.start_us = 1795241225123456,
		.answer_us = 1795241226000000,
		.end_us = 1795241233456789,
		.attempts = 2,
		.overlap = "multiple-invite",
		.post_dial = true,
		.post_dial_ms = 1250,
		.released_by = 1,
		.release = { .cause = Q850_BUSY, .location = Q850_LOC_USER, .sip_status = 486 }
	};
	json_t *o, *echo, *media;

	memcpy(r.called.digits, "0301234", 8);
	r.calling.noa = LEG_NOA_INTERNATIONAL;
	r.calling.presentation = LEG_PRES_RESTRICTED;
	memcpy(r.calling.digits, "4930", 5);
	r.media[0].packets_in = 5000000000;
	r.media[1].echo = (struct media_echo){ .state = MEDIA_ECHO_CONVERGED,
					       .tail_end_ms = 12,
					       .erl_db = 14,
					       .erle_db = MEDIA_UNKNOWN };
	r.media[0].recovered = 7;
	r.media[0].signals_in = 2;
	r.media[0].quality = (struct media_quality){ .known = true,
						     .loss_rate = 8,
						     .burst_ms = 120,
						     .r_factor = 91,
						     .mos_lq = 43,
						     .mos_cq = MEDIA_UNKNOWN };
	r.faults[0].rtp_timeouts = 1;
	o = parsed(&r);
	CU_ASSERT_STRING_EQUAL(text_at(o, NULL, "call"), "6b-1");
	CU_ASSERT_STRING_EQUAL(text_at(o, NULL, "start"), "2026-11-21T06:07:05.123Z");
	CU_ASSERT_TRUE(json_is_null(json_object_get(o, "alerting")));
	CU_ASSERT_DOUBLE_EQUAL(json_real_value(json_object_get(o, "seconds")), 7.456, 0.0005);
	CU_ASSERT_STRING_EQUAL(text_at(o, NULL, "overlap"), "multiple-invite");
	CU_ASSERT_DOUBLE_EQUAL(json_real_value(json_object_get(o, "post_dial_delay")), 1.25,
			       0.0005);
	CU_ASSERT_STRING_EQUAL(text_at(o, "calling", "nature"), "international");
	CU_ASSERT_STRING_EQUAL(text_at(o, "calling", "presentation"), "restricted");
	CU_ASSERT_STRING_EQUAL(text_at(o, "called", "digits"), "0301234");
	CU_ASSERT_TRUE(json_is_null(json_object_get(o, "called_sent")));
	CU_ASSERT_STRING_EQUAL(text_at(o, "out", "leg"), "cic 3");
	CU_ASSERT_STRING_EQUAL(text_at(o, "release", "by"), "out");
	CU_ASSERT_STRING_EQUAL(text_at(o, "release", "text"), "user busy");
	CU_ASSERT_EQUAL(
		json_integer_value(json_object_get(json_object_get(o, "release"), "sip_status")),
		486);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(
				json_object_get(json_object_get(o, "in"), "media"), "packets_in")),
			5000000000);
	echo = json_object_get(json_object_get(json_object_get(o, "out"), "media"), "echo");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(echo, "state")), "converged");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(echo, "erl_db")), 14);
	CU_ASSERT_TRUE(json_is_null(json_object_get(echo, "erle_db")));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(echo, "tail_end_ms")), 12);
	CU_ASSERT_PTR_NULL(
		json_object_get(json_object_get(json_object_get(o, "in"), "media"), "echo"));
	media = json_object_get(json_object_get(o, "in"), "media");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(media, "recovered")), 7);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(media, "signals_in")), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(media, "rtp_timeouts")), 1);
	CU_ASSERT_TRUE(json_is_null(json_object_get(media, "peer_quality")));
	quality_told(json_object_get(media, "quality"));
	json_decref(o);
}

static void parties(void)
{
	struct call_record r = { .id = "6b-2", .trunk_in = "pbx", .protocol_in = "sip" };
	json_t *o;

	r.connected = (struct leg_number){ .presentation = LEG_PRES_RESTRICTED, .digits = "4966" };
	r.redirecting = (struct leg_number){ .digits = "4977" };
	r.redirections = 2;
	r.category = 15;
	r.carrier = (struct leg_carrier){ .digits = "0288" };
	r.priority = (struct leg_priority){ LEG_PRIORITY_PRECEDENCE, 1 };
	o = parsed(&r);
	CU_ASSERT_STRING_EQUAL(text_at(o, "connected", "presentation"), "restricted");
	CU_ASSERT_STRING_EQUAL(text_at(o, "redirecting", "digits"), "4977");
	CU_ASSERT_TRUE(json_is_null(json_object_get(o, "original")));
	CU_ASSERT_TRUE(json_is_null(json_object_get(o, "routing")));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(o, "redirections")), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(o, "category")), 15);
	CU_ASSERT_STRING_EQUAL(text_at(o, NULL, "carrier"), "0288");
	CU_ASSERT_STRING_EQUAL(text_at(o, "priority", "kind"), "precedence");
	json_decref(o);
}

static void never_routed(void)
{
	const struct call_record r = { .id = "6b-2",
				       .trunk_in = "pbx",
				       .protocol_in = "sip",
				       .released_by = 2,
				       .release = { .cause = Q850_NO_ROUTE } };
	json_t *o = parsed(&r);

	CU_ASSERT_TRUE(json_is_null(json_object_get(o, "out")));
	CU_ASSERT_TRUE(json_is_null(json_object_get(o, "route")));
	CU_ASSERT_TRUE(json_is_null(json_object_get(o, "overlap")));
	CU_ASSERT_TRUE(json_is_null(json_object_get(o, "post_dial_delay")));
	CU_ASSERT_STRING_EQUAL(text_at(o, "release", "by"), "gateway");
	json_decref(o);
}

/* The longest that numbers can make it still fits. */
static void full_record(void)
{
	struct call_record r = { .id = "6b-5",
				 .trunk_in = "pbx",
				 .trunk_out = "pstn",
				 .protocol_in = "sip",
				 .protocol_out = "sip" };

	for (unsigned side = 0; side < 2; side++) {
		memset(&r.media[side], 0xFF, sizeof(r.media[side]));
		memset(&r.faults[side], 0xFF, sizeof(r.faults[side]));
		r.media[side].quality.known = r.media[side].peer_quality.known = true;
		r.media[side].quality.mos_lq = 255;
		r.media[side].echo.state = MEDIA_ECHO_DOUBLE_TALK; /* the longest name */
		r.media[side].echo.nlp_off = true;
	}
	json_decref(parsed(&r));
}

static void odd_characters_are_escaped(void)
{
	struct call_record r = { .id = "6b-3", .trunk_in = "p\"b\\x", .protocol_in = "sip" };
	json_t *o;

	memcpy(r.leg_in, "sip:\"\n\x01\xff\\", 10);
	o = parsed(&r);
	CU_ASSERT_STRING_EQUAL(text_at(o, "in", "trunk"), "p\"b\\x");
	CU_ASSERT_PTR_NOT_NULL(strstr(text_at(o, "in", "leg"), "sip:\"\n"));
	json_decref(o);
}

static void too_long_is_refused_whole(void)
{
	const struct call_record r = { .id = "6b-4", .trunk_in = "pbx", .protocol_in = "sip" };
	char text[CDR_OCTETS_MAX];
	size_t n = cdr_json(&r, text, sizeof(text));

	CU_ASSERT_EQUAL(cdr_json(&r, text, n), n);
	for (size_t cap = 0; cap < n; cap++)
		CU_ASSERT_EQUAL(cdr_json(&r, text, cap), 0);
}

static void numbers_in_a_line(void)
{
	struct json_line line;
	char text[128];
	size_t n;

	json_line_open(&line, text, sizeof(text));
	json_line_int(&line, "a", INT64_MIN);
	json_line_int(&line, "b", 0);
	json_line_milli(&line, "c", 12005);
	json_line_text(&line, "d", NULL);
	n = json_line_close(&line);
	CU_ASSERT_EQUAL_FATAL(n < sizeof(text), true);
	text[n] = '\0';
	CU_ASSERT_STRING_EQUAL(text,
			       "{\"a\":-9223372036854775808,\"b\":0,\"c\":12.005,\"d\":null}\n");
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "whole record", whole_record },
		{ "parties", parties },
		{ "never routed", never_routed },
		{ "full record", full_record },
		{ "odd characters are escaped", odd_characters_are_escaped },
		{ "too long is refused whole", too_long_is_refused_whole },
		{ "numbers in a line", numbers_in_a_line },
		CU_TEST_INFO_NULL,
	};
	return cu_run("cdr", tests, argc, argv);
}
