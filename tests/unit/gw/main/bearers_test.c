/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What a call is for, against the second transcription of tests/vectors/interworking, each row a whole call: transmission
 * medium requirement and user service information (Q.763 3.54, 3.55, 3.57) to session descriptions and back (RFC 4497 10,
 * RFC 4040), and how either side refuses (RFC 3398 7.2.4.1, 8.2.6.1).
 */
#include "tests/unit/gw/main/both.h"
#include "tests/unit/gw/main/rows.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum carried { SPEECH, DATA, NOTHING };

/* What carries it, by what it is called. */
static enum carried carried_of(const char *name)
{
	static const struct {
		const char *begins;
		enum carried as;
	} names[] = { { "speech", SPEECH },
		      { "Speech", SPEECH },
		      { "3.1 kHz", SPEECH },
		      { "64 kbit/s", DATA },
		      { "Unrestricted digital", DATA },
		      { "Restricted digital", DATA },
		      { "Video", DATA },
		      { "spare", NOTHING },
		      { "reserved", NOTHING },
		      { "Packet mode", NOTHING },
		      { "Multirate", NOTHING } };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strncmp(name, names[i].begins, strlen(names[i].begins)) == 0)
			return names[i].as;
	/* 2x64, 384, 1536 ... kbit/s */
	CU_ASSERT_TRUE(name[0] >= '1' && name[0] <= '9');
	return NOTHING;
}

static uint8_t octet_of(const char *text)
{
	return (uint8_t)strtoul(text, NULL, 10);
}

static void all_codecs(void)
{
	static char pcma[] = "PCMA", pcmu[] = "PCMU", clearmode[] = "CLEARMODE";

	both.sip.codecs[0] = pcma;
	both.sip.codecs[1] = pcmu;
	both.sip.codecs[2] = clearmode;
	both.sip.n_codecs = 3;
}

static void all_codecs_ansi(void)
{
	static char ansi[] = "ansi";

	all_codecs();
	both.isup.variant = ansi;
}

static void open_with(void (*tune)(void), enum isup_variant variant)
{
	both_tune = tune;
	rig_variant = variant;
	both_open(false);
}

static void close_again(void)
{
	both_close();
	both_tune = NULL;
	rig_variant = ISUP_ITU;
}

/* The latest message of the gateway of that type. */
static const struct isup_msg *told(enum isup_type type)
{
	for (unsigned i = 1; i <= both.n_told && i <= SENT_MAX; i++)
		if (both.told[(both.n_told - i) % SENT_MAX].type == type)
			return &both.told[(both.n_told - i) % SENT_MAX];
	return NULL;
}

static unsigned released_with(void)
{
	struct isup_cause cause = { .value = 0 };
	const struct isup_msg *rel = told(ISUP_REL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(rel);
	(void)isup_get_cause(rel, &cause);
	return cause.value;
}

static bool offers(const struct sip_msg *invite, const char *codec)
{
	return memmem(invite->body.p, invite->body.n, codec, strlen(codec)) != NULL;
}

/* --- ISUP to SIP --- */

static void carried_as(struct isup_msg *iam, enum carried as)
{
	const struct sip_msg *invite;

	receive_msg(iam);
	invite = sip_latest(true, SIP_INVITE, 0);
	CU_ASSERT_EQUAL(invite == NULL, as == NOTHING);
	if (invite) {
		CU_ASSERT_EQUAL(offers(invite, "CLEARMODE/8000"), as == DATA);
		CU_ASSERT_EQUAL(offers(invite, "PCMA/8000"), as == SPEECH);
		exchange(ISUP_REL, 2, Q850_NORMAL);
	} else {
		CU_ASSERT_EQUAL(released_with(), Q850_BEARER_NOT_IMPLEMENTED);
	}
	close_again();
}

static void tmr(const char *from, const char *to)
{
	struct isup_msg iam;

	open_with(all_codecs, ISUP_ITU);
	make_iam(&iam, 2, "30123", true, 0);
	CU_ASSERT_EQUAL(isup_put_octet(&iam, ISUP_P_TMR, octet_of(from)), 0);
	carried_as(&iam, carried_of(to));
}

/* Of a call that prefers 64 kbit/s; a value that is no bearer says nothing. */
static void fallback(const char *from, const char *to)
{
	enum carried as = carried_of(to);
	struct isup_msg iam;

	open_with(all_codecs, ISUP_ITU);
	make_iam(&iam, 2, "30123", true, 0);
	CU_ASSERT_EQUAL(isup_put_octet(&iam, ISUP_P_TMR, 6), 0);
	CU_ASSERT_EQUAL(isup_put_octet(&iam, ISUP_P_TMR_PRIME, octet_of(from)), 0);
	carried_as(&iam, as == NOTHING ? DATA : as);
}

static void service(const uint8_t octets[2], enum carried as)
{
	struct isup_msg iam;

	open_with(all_codecs_ansi, ISUP_ANSI);
	make_iam(&iam, 2, "30123", true, 0);
	isup_msg_remove(&iam, ISUP_P_USI);
	CU_ASSERT_EQUAL(isup_msg_add(&iam, ISUP_P_USI, octets, 2), 0);
	carried_as(&iam, as);
}

/* Q.931 4.5.5: coding standard of the ITU; circuit mode */
static void usi(const char *from, const char *to)
{
	service((const uint8_t[]){ 0x80 | octet_of(from), 0x90 }, carried_of(to));
}

static void rate(const char *from, const char *to)
{
	const uint8_t packet_mode = octet_of(from) ? 0 : 0x40;

	service((const uint8_t[]){ 0x88, 0x80 | packet_mode | octet_of(from) }, carried_of(to));
}

/* --- SIP to ISUP --- */

static const struct {
	const char *name, *line;
	unsigned pt;
} formats[] = {
	{ "PCMU", "PCMU/8000", 0 },
	{ "PCMA", "PCMA/8000", 8 },
	{ "G729", "G729/8000", 18 },
	{ "CLEARMODE", "CLEARMODE/8000", 97 },
	{ "telephone-event", "telephone-event/8000", 101 },
};

static const char *sdp_of(const char *codecs)
{
	static char text[1024];
	const char *rest = codecs;
	char maps[512] = "", types[64] = "";
	size_t n = 0, k = 0;

	while (*rest) {
		size_t length = strcspn(rest, " ");

		for (size_t i = 0; i < COUNT(formats); i++) {
			if (strlen(formats[i].name) != length ||
			    strncmp(rest, formats[i].name, length) != 0)
				continue;
			n += (size_t)snprintf(types + n, sizeof(types) - n, " %u", formats[i].pt);
			k += (size_t)snprintf(maps + k, sizeof(maps) - k, "a=rtpmap:%u %s\n",
					      formats[i].pt, formats[i].line);
		}
		rest += length + (rest[length] == ' ');
	}
	snprintf(text, sizeof(text),
		 "v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"
		 "m=%s 4000 RTP/AVP%s\n%s",
		 n ? "audio" : "video", n ? types : " 31", maps);
	return text;
}

static void offer(const char *from, const char *to)
{
	static const char *const names[] = {
		[0] = "speech", [2] = "64 kbit/s unrestricted", [3] = "3.1 kHz audio"
	};
	char rest[2048];
	const struct isup_msg *iam;
	uint8_t medium;

	open_with(all_codecs, ISUP_ITU);
	both.n_calls++;
	snprintf(rest, sizeof(rest), CONTACT "%s\n%s", from[0] == '-' ? "" : TYPE,
		 from[0] == '-' ? "" : sdp_of(from));
	caller("INVITE", 1, "inv", rest);
	iam = told(ISUP_IAM);
	if (strcmp(to, "488") == 0) {
		CU_ASSERT_PTR_NULL(iam);
		CU_ASSERT_PTR_NOT_NULL(sip_latest(false, SIP_INVITE, 488));
		CU_ASSERT_EQUAL(both.record.release.cause, Q850_BEARER_NOT_IMPLEMENTED);
	} else {
		CU_ASSERT_PTR_NOT_NULL_FATAL(iam);
		CU_ASSERT_TRUE(isup_get_octet(iam, ISUP_P_TMR, &medium) && medium < COUNT(names));
		CU_ASSERT_STRING_EQUAL(names[medium], to);
		/* Q.763 3.57: what the medium does not say. */
		CU_ASSERT_EQUAL(isup_msg_find(iam, ISUP_P_USI) != NULL, carried_of(to) == DATA);
		exchange(ISUP_REL, 1, Q850_NORMAL);
	}
	close_again();
}

/* --- refusals --- */

static const struct sip_msg *call_for(const char *codec)
{
	struct isup_msg iam;
	const struct sip_msg *invite;

	open_with(all_codecs, ISUP_ITU);
	make_iam(&iam, 2, "30123", true, 0);
	CU_ASSERT_EQUAL(isup_put_octet(&iam, ISUP_P_TMR, codec[0] == 'C' ? 2 : 3), 0);
	receive_msg(&iam);
	invite = sip_latest(true, SIP_INVITE, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(invite);
	return invite;
}

/* The codec that was offered, and the one that the answer has. */
static void answer(const char *from, const char *to)
{
	char rest[2048];
	const struct sip_msg *invite = call_for(from);

	snprintf(rest, sizeof(rest), CONTACT TYPE "\n%s", sdp_of(strchr(from, ' ') + 1));
	sip_respond(invite, "200 OK", "t", rest);
	CU_ASSERT_EQUAL(released_with(), octet_of(to));
	CU_ASSERT_PTR_NOT_NULL(sip_latest(true, SIP_ACK, 0));
	CU_ASSERT_PTR_NOT_NULL(sip_latest(true, SIP_BYE, 0));
	close_again();
}

/* Status and code of the Warning. */
static void warning(const char *from, const char *to)
{
	char line[32], rest[64];
	const struct sip_msg *invite = call_for("PCMA");

	snprintf(line, sizeof(line), "%.3s Not Acceptable", from);
	snprintf(rest, sizeof(rest), "Warning: %s pbx \"no\"\n\n", from + 4);
	sip_respond(invite, line, "t", rest);
	CU_ASSERT_EQUAL(released_with(), octet_of(to));
	close_again();
}

static void refused(const char *from, const char *to)
{
	open_with(all_codecs, ISUP_ITU);
	call_from_sip();
	exchange(ISUP_REL, 1, octet_of(from));
	CU_ASSERT_PTR_NOT_NULL(sip_latest(false, SIP_INVITE, (unsigned)strtoul(to, NULL, 10)));
	close_again();
}

static const struct row_kind kinds[] = {
	{ "tmr", tmr, 43 },	   { "fallback", fallback, 11 }, { "usi", usi, 6 },
	{ "rate", rate, 7 },	   { "offer", offer, 10 },	 { "answer", answer, 3 },
	{ "warning", warning, 6 }, { "refused", refused, 4 },
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
	return cu_run("bearers", tests, argc, argv);
}
