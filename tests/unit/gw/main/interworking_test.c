/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The tables of words and codes between SIP and ISUP against a second transcription (tests/vectors/interworking), each row
 * taken through what calls go through: RFC 8606, 7544, 4412, Q.763 3.10, 3.11, 3.21, 3.45.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/pstn/iam.h"
#include "gw/pstn/number.h"
#include "gw/sip/identity.h"
#include "gw/sip/reason.h"
#include "isup/param.h"
#include "tests/unit/cu.h"
#include "tests/unit/gw/main/rows.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct conf_isup isup_conf = { 0 };

struct pair {
	const char *text;
	unsigned is;
};

static unsigned number_of(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

/* The row of a word; a failed test where there is none. */
static unsigned of_text(const struct pair *pairs, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(text, pairs[i].text, strlen(pairs[i].text)) == 0)
			return pairs[i].is;
	CU_FAIL("a row of the transcription that is not known here");
	return 0;
}

static struct sip_msg *message(const char *start, const char *lines)
{
	static char text[4096];
	struct sip_msg *msg = NULL;
	int n = snprintf(
		text, sizeof(text),
		"%s sip:+49301@x;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
		"Max-Forwards: 70\r\n%sTo: <sip:+49301@x>\r\nCall-ID: c\r\nCSeq: 1 %s\r\n"
		"Contact: <sip:a@b>\r\n\r\n",
		start, lines, start);

	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, text, (size_t)n, SIP_DATAGRAM), 0);
	return msg;
}

static struct sip_party_conf party_of(enum conf_diversion diversion, char *space)
{
	struct sip_party_conf party;
	const struct conf_sip_trunk conf = { .trusted = true,
					     .parties = { .diversion = diversion,
							  .priorities = { space },
							  .n_priorities = space ? 1 : 0 } };

	sip_party_configure(&party, &conf, "gw.example");
	return party;
}

static void setup_of(const struct sip_party_conf *party, const char *lines, struct leg_setup *setup)
{
	struct sip_msg *msg = message("INVITE", lines);
	const char *why;

	memset(setup, 0, sizeof(*setup));
	CU_ASSERT_EQUAL(sip_party_called(party, &msg->uri, setup), 0);
	CU_ASSERT_EQUAL(sip_party_read(party, msg, "test", setup, &why), 0);
	sip_msg_free(msg);
}

static const char *lines_of(const struct sip_party_conf *party, const struct leg_setup *setup)
{
	static char text[4096], uri[] = "sip:+49301@x";
	const struct sip_party_target target = { .uri = uri };
	const struct sip_party_targets targets = { .n = 1, .at = &target };
	struct sip_writer w;

	sip_write_open(&w, text, sizeof(text) - 1);
	sip_party_write(&w, party, setup, &targets, STR("gw"));
	CU_ASSERT_FALSE(w.bad);
	text[w.n] = '\0';
	return text;
}

#define FROM "From: <sip:+49309@x;user=phone>;tag=1\r\n"

static void location(const char *from, const char *to)
{
	struct leg_release release = { .cause = Q850_NONE };
	struct sip_msg *msg;
	char lines[256];

	CU_ASSERT_STRING_EQUAL(sip_reason_location((enum q850_location)number_of(from)), to);
	snprintf(lines, sizeof(lines), FROM "Reason: Q.850;cause=17;location=%s\r\n", to);
	msg = message("BYE", lines);
	CU_ASSERT_TRUE(sip_reason_read(msg->reason, &release));
	CU_ASSERT_EQUAL((unsigned)release.location, number_of(from));
	sip_msg_free(msg);
}

/* Two causes stand for "deflection": either is right. */
static void diversion(const char *from, const char *to)
{
	const struct sip_party_conf in = party_of(CONF_DIVERSION_DIVERSION, NULL),
				    out = party_of(CONF_DIVERSION_HISTORY, NULL);
	struct leg_setup setup;
	char text[256];

	snprintf(text, sizeof(text), FROM "Diversion: <sip:+49302@x>;reason=%s;counter=1\r\n",
		 from);
	setup_of(&in, text, &setup);
	snprintf(text, sizeof(text), "<sip:+49301@x;cause=%s>;index=1.1", to);
	CU_ASSERT_TRUE(strstr(lines_of(&out, &setup), text) != NULL ||
		       strcmp(from, "deflection") == 0);
	if (strcmp(from, "deflection") == 0)
		CU_ASSERT_TRUE(strstr(lines_of(&out, &setup), ";cause=480>") ||
			       strstr(lines_of(&out, &setup), ";cause=487>"));
}

static void history(const char *from, const char *to)
{
	const struct sip_party_conf in = party_of(CONF_DIVERSION_HISTORY, NULL),
				    out = party_of(CONF_DIVERSION_DIVERSION, NULL);
	struct leg_setup setup;
	char text[256];

	snprintf(text, sizeof(text),
		 FROM "History-Info: <sip:+49302@x>;index=1, "
		      "<sip:+49301@x;cause=%s>;index=1.1;mp=1\r\n",
		 from);
	setup_of(&in, text, &setup);
	snprintf(text, sizeof(text), ";reason=%s;", to);
	CU_ASSERT_PTR_NOT_NULL(strstr(lines_of(&out, &setup), text));
}

/* Q.763 3.34 has five levels; what is above them is the highest. */
static void priority(const char *from, const char *to)
{
	char space[16], text[256];
	struct sip_party_conf party;
	struct leg_setup setup;
	unsigned above = number_of(to);

	(void)str_copy(space, sizeof(space),
		       (struct str){ from, (size_t)(strchr(from, '.') - from) });
	party = party_of(CONF_DIVERSION_OFF, space);
	snprintf(text, sizeof(text), FROM "Resource-Priority: %s\r\n", from);
	setup_of(&party, text, &setup);
	CU_ASSERT_EQUAL(setup.priority.level, above > 4 ? 0 : 4 - above);
	snprintf(text, sizeof(text), "Resource-Priority: %s\r\n", from);
	if (above <= 4)
		CU_ASSERT_PTR_NOT_NULL(strstr(lines_of(&party, &setup), text));
}

/* cpc of 3GPP TS 24.229 7.2A.12.2, as its words are meant; an empty one: SIP has none, or it says nothing. */
static void category(const char *from, const char *to)
{
	static const struct {
		const char *meant, *cpc;
	} words[] = { { "Category unknown", "unknown" },
		      { "operator", "operator" },
		      { "available to", "" },
		      { "reserved", "" },
		      { "ordinary", "" },
		      { "calling subscriber with priority", "" },
		      { "data call", "" },
		      { "test call", "test" },
		      { "IEPS", "" },
		      { "payphone", "payphone" },
		      { "Mobile terminal located in the home", "mobile-hplmn" },
		      { "Mobile terminal located in a visited", "mobile-vplmn" } };
	const struct sip_party_conf party = party_of(CONF_DIVERSION_OFF, NULL);
	struct leg_setup setup = { .category = (uint8_t)number_of(from) }, back;
	const char *lines, *cpc = NULL;
	char text[512];

	for (size_t i = 0; i < COUNT(words); i++)
		if (strncmp(to, words[i].meant, strlen(words[i].meant)) == 0)
			cpc = words[i].cpc;
	CU_ASSERT_PTR_NOT_NULL_FATAL(cpc);
	(void)str_copy(setup.calling.digits, sizeof(setup.calling.digits), STR("49309"));
	setup.calling.noa = LEG_NOA_INTERNATIONAL;
	setup.calling.screening = LEG_SCR_NETWORK;
	lines = lines_of(&party, &setup);
	snprintf(text, sizeof(text), ";cpc=%s@", cpc);
	CU_ASSERT_EQUAL(strstr(lines, cpc[0] ? text : ";cpc=") != NULL, cpc[0] != '\0');
	if (!cpc[0])
		return;
	snprintf(text, sizeof(text), FROM "%s", lines);
	setup_of(&party, text, &back);
	CU_ASSERT_EQUAL(back.category, setup.category);
}

static const struct pair natures[] = { { "subscriber", LEG_NOA_SUBSCRIBER },
				       { "unknown", LEG_NOA_UNKNOWN },
				       { "national", LEG_NOA_NATIONAL },
				       { "international", LEG_NOA_INTERNATIONAL },
				       { "network-specific", LEG_NOA_UNKNOWN } };
static const struct pair presentations[] = { { "presentation allowed", LEG_PRES_ALLOWED },
					     { "presentation restricted", LEG_PRES_RESTRICTED },
					     { "address not", LEG_PRES_UNAVAILABLE },
					     /* Q.763 3.10 e: by the network */
					     { "spare", LEG_PRES_RESTRICTED } };
static const struct pair screenings[] = {
	{ "user provided, not verified", LEG_SCR_USER_NOT_VERIFIED },
	{ "user provided, verified and passed", LEG_SCR_USER_PASSED },
	{ "user provided, verified and failed", LEG_SCR_USER_FAILED },
	{ "network provided", LEG_SCR_NETWORK },
};

static struct leg_number number_in(struct isup_number *in)
{
	struct leg_number number;

	in->npi = ISUP_NPI_ISDN;
	in->n = 3;
	memcpy(in->digits, "123", 4);
	CU_ASSERT_EQUAL(number_from_isup(&isup_conf, in, &number), 0);
	return number;
}

static struct isup_number number_out(const struct leg_number *number)
{
	struct isup_number out;

	CU_ASSERT_EQUAL(number_to_isup_as_is(number, &out), 0);
	return out;
}

/* Back it is the same, but for those that mean what another means, too. */
static void nature(const char *from, const char *to)
{
	struct isup_number in = { .noa = (uint8_t)number_of(from) };
	struct leg_number number = number_in(&in);

	CU_ASSERT_EQUAL((unsigned)number.noa, of_text(natures, COUNT(natures), to));
	if (strncmp(to, "network", 7) != 0)
		CU_ASSERT_EQUAL(number_out(&number).noa, number_of(from));
}

static void presentation(const char *from, const char *to)
{
	struct isup_number in = { .presentation = (uint8_t)number_of(from) };
	struct leg_number number = number_in(&in);

	CU_ASSERT_EQUAL((unsigned)number.presentation,
			of_text(presentations, COUNT(presentations), to));
	if (strcmp(to, "spare") != 0)
		CU_ASSERT_EQUAL(number_out(&number).presentation, number_of(from));
}

static void screening(const char *from, const char *to)
{
	struct isup_number in = { .screening = (uint8_t)number_of(from) };
	struct leg_number number = number_in(&in);

	CU_ASSERT_EQUAL((unsigned)number.screening, of_text(screenings, COUNT(screenings), to));
	CU_ASSERT_EQUAL(number_out(&number).screening, number_of(from));
}

/* RFC 3398 7.2.9 by what the events are called. */
static void event(const char *from, const char *to)
{
	static const struct pair events[] = { { "ALERTING", LEG_EV_ALERTING },
					      { "PROGRESS", LEG_EV_PROGRESS },
					      { "in-band", LEG_EV_PROGRESS },
					      { "call forwarded", LEG_EV_PROGRESS } };
	const struct isup_event info = { .event = (uint8_t)number_of(from) };
	struct leg_event heard = { .ev = LEG_EVS };
	struct isup_msg cpg;

	isup_msg_init(&cpg, ISUP_CPG, 0);
	CU_ASSERT_EQUAL(isup_put_event(&cpg, &info), 0);
	progress_from_msg(&cpg, &heard);
	CU_ASSERT_EQUAL((unsigned)heard.ev, of_text(events, COUNT(events), to));
	CU_ASSERT_EQUAL(heard.progress.event, number_of(from));
	CU_ASSERT_EQUAL(heard.progress.in_band, strncmp(to, "in-band", 7) == 0);
}

/* Diversion's words for what Q.763 3.45 calls them, and the octet of a whole IAM. */
static void reason(const char *from, const char *to)
{
	static const struct {
		const char *meant, *word;
	} words[] = { { "unknown", "unknown" },	      { "user busy", "user-busy" },
		      { "no reply", "no-answer" },    { "unconditional", "unconditional" },
		      { "deflection", "deflection" }, { "mobile subscriber", "unavailable" } };
	const struct sip_party_conf party = party_of(CONF_DIVERSION_DIVERSION, NULL);
	struct leg_setup setup = { .redirection = { .counter = 1 } };
	char text[64] = "";

	setup.redirection.reason = (uint8_t)number_of(from);
	(void)str_copy(setup.redirection.last.digits, sizeof(setup.redirection.last.digits),
		       STR("302"));
	for (size_t i = 0; i < COUNT(words); i++)
		if (strncmp(to, words[i].meant, strlen(words[i].meant)) == 0)
			snprintf(text, sizeof(text), ";reason=%s;", words[i].word);
	CU_ASSERT_TRUE(text[0] != '\0');
	CU_ASSERT_PTR_NOT_NULL(strstr(lines_of(&party, &setup), text));
}

static const struct row_kind kinds[] = {
	{ "location", location, 16 },
	{ "diversion", diversion, 12 },
	{ "history", history, 7 },
	{ "priority", priority, 26 },
	{ "category", category, 18 },
	{ "nature", nature, 5 },
	{ "presentation", presentation, 4 },
	{ "screening", screening, 4 },
	{ "event", event, 6 },
	{ "reason", reason, 7 },
};

static void every_row_agrees(void)
{
	rows_check(kinds, COUNT(kinds));
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every row agrees with the second transcription", every_row_agrees },
		CU_TEST_INFO_NULL,
	};
	return cu_run("interworking", tests, argc, argv);
}
