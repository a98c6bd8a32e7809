/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Parties of a call from SIP through the octets of an IAM to SIP again, and from hand-written octets of an IAM through an
 * INVITE to an IAM (RFC 3398 7.2.1.1, 8.2.1.1): what both protocols can say is the same at the other end.
 */
#include <stdio.h>
#include <string.h>

#include "gw/pstn/iam.h"
#include "gw/sip/identity.h"
#include "tests/unit/cu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char de[] = "49", berlin[] = "30", q735[] = "q735", ets[] = "ets";

static struct sip_party_conf sip_conf(enum conf_diversion diversion)
{
	struct sip_party_conf party;
	struct conf_sip_trunk conf = { .trusted = true,
				       .parties = { .diversion = diversion,
						    .user_to_user = true,
						    .priorities = { q735, ets },
						    .n_priorities = 2 },
				       .country = de,
				       .area = berlin };

	sip_party_configure(&party, &conf, "gw.example");
	return party;
}

static const struct conf_isup isup_conf = {
	.country = de,
	.area = berlin,
	.parties = { .portability = CONF_PORTABILITY_GAP,
		     .calling_name = CONF_NAME_GENERIC,
		     .mlpp = true },
};

/* What an INVITE of these lines says. */
static void read_invite(const struct sip_party_conf *party, const char *uri, const char *lines,
			struct leg_setup *setup, struct leg_uui *uui)
{
	static char text[8192];
	struct sip_msg *msg = NULL;
	const char *why;
	int n = snprintf(text, sizeof(text),
			 "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
			 "Max-Forwards: 70\r\n%sCall-ID: c\r\nCSeq: 1 INVITE\r\n"
			 "Contact: <sip:a@b>\r\n\r\n",
			 uri, lines);

	memset(setup, 0, sizeof(*setup));
	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, text, (size_t)n, SIP_DATAGRAM), 0);
	CU_ASSERT_EQUAL(sip_party_called(party, &msg->uri, setup), 0);
	CU_ASSERT_EQUAL(sip_party_read(party, msg, "test", setup, &why), 0);
	sip_party_uui_read(party, msg, "test", uui);
	setup->user_to_user = (struct str){ (const char *)uui->octets, uui->n };
	setup->complete = true;
	sip_msg_free(msg);
}

static const char *written_lines(const struct sip_party_conf *party, const struct leg_setup *setup,
				 char *uri, size_t cap)
{
	static char text[8192];
	const struct sip_party_target target = { .uri = uri };
	const struct sip_party_targets targets = { .n = 1, .at = &target };
	struct sip_writer w;

	sip_write_open(&w, uri, cap - 1);
	sip_party_write_uri(&w, party, setup, STR("h"), 0);
	CU_ASSERT_FALSE(w.bad);
	uri[w.n] = '\0';
	sip_write_open(&w, text, sizeof(text) - 1);
	sip_write_c(&w, "From: ");
	sip_identity_write_from(&w, party, setup, STR("gw"));
	sip_write_c(&w, ";tag=1");
	sip_write_crlf(&w);
	sip_write_c(&w, "To: <sip:x@y>");
	sip_write_crlf(&w);
	sip_party_write(&w, party, setup, &targets, STR("gw"));
	sip_party_uui_write(&w, party, (const uint8_t *)setup->user_to_user.p,
			    setup->user_to_user.n);
	CU_ASSERT_FALSE(w.bad);
	text[w.n] = '\0';
	return text;
}

/* Through the octets of an IAM. */
static struct isup_msg *through_isup(const struct leg_setup *setup, struct leg_setup *back)
{
	static struct isup_msg iam, again;
	uint8_t octets[ISUP_OCTETS_MAX];
	struct isup_error error;
	int n;

	CU_ASSERT_EQUAL(iam_from_setup(&isup_conf, setup, &iam), 0);
	n = isup_msg_encode(&iam, octets, sizeof(octets));
	CU_ASSERT_TRUE_FATAL(n > 0);
	CU_ASSERT_EQUAL_FATAL(isup_msg_decode(&again, octets, (size_t)n, &error), 0);
	CU_ASSERT_EQUAL(iam_to_setup(&isup_conf, &again, back), 0);
	return &again;
}

static void sip_isup_sip(void)
{
	static const struct {
		enum conf_diversion how;
		const char *uri, *lines;
		const char *uri_out, *lines_out;
	} rows[] = {
		{ CONF_DIVERSION_HISTORY, "sip:+4989123;isub=77;npdi;rn=+49D01@gw;user=phone",
		  "From: \"Al\" <sip:+4940222;isub=12@x;user=phone>;tag=1\r\nTo: "
		  "<sip:+4989123@x>\r\n"
		  "P-Asserted-Identity: <tel:+4940222;isub=12;cpc=payphone>\r\n"
		  "Resource-Priority: q735.1\r\nUser-to-User: 040102\r\n",
		  "sip:+4989123;isub=77;npdi;rn=+49D01@h;user=phone",
		  "From: \"Al\" <sip:+4940222;isub=12@gw;user=phone>;tag=1\r\nTo: <sip:x@y>\r\n"
		  "P-Asserted-Identity: <sip:+4940222;isub=12;cpc=payphone@gw;user=phone>\r\n"
		  "Resource-Priority: q735.1\r\n"
		  "User-to-User: 040102;purpose=isdn-uui;content=isdn-uui;encoding=hex\r\n" },
		/* Another country, a carrier, a caller that is not to be shown. */
		{ CONF_DIVERSION_DIVERSION, "tel:+442012345;cic=+49-0288",
		  "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\n"
		  "To: <tel:+442012345>\r\nP-Asserted-Identity: <tel:+4940222>\r\nPrivacy: id\r\n"
		  "Resource-Priority: ets.0\r\n"
		  "Diversion: <tel:+49303>;reason=no-answer;privacy=full, "
		  "<tel:+49302>;reason=deflection\r\n",
		  "sip:+442012345;cic=+490288@h;user=phone",
		  "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\n"
		  "To: <sip:x@y>\r\nP-Asserted-Identity: <sip:+4940222@gw;user=phone>\r\n"
		  "Privacy: id\r\n"
		  "Diversion: <sip:+49303@gw;user=phone>;reason=no-answer;counter=1;privacy=full, "
		  "<sip:+49302@gw;user=phone>;reason=deflection;counter=1;privacy=full\r\n"
		  "Resource-Priority: ets.0\r\n" },
		/* Two numbers of the caller; three that diverted, of whom ISUP knows two. */
		{ CONF_DIVERSION_BOTH, "sip:+4989123@gw;user=phone",
		  "From: <sip:+4940333@x>;tag=1\r\nTo: <sip:+49301@x>\r\n"
		  "P-Asserted-Identity: <sip:+4940222@x>\r\n"
		  "History-Info: <sip:+49301@x>;index=1, <sip:+49302@x;cause=486>;index=1.1;mp=1, "
		  "<sip:+49303@x;cause=302>;index=1.1.1;mp=1.1, "
		  "<sip:+4989123@x;cause=408>;index=1.1.1.1;mp=1.1.1\r\n",
		  "sip:+4989123@h;user=phone",
		  "From: <sip:+4940333@gw;user=phone>;tag=1\r\nTo: <sip:x@y>\r\n"
		  "P-Asserted-Identity: <sip:+4940222@gw;user=phone>\r\n"
		  "History-Info: <sip:+49301@gw;user=phone>;index=1, "
		  "<sip:unknown@unknown.invalid;cause=486>;index=1.1;mp=1, "
		  "<sip:+49303@gw;user=phone;cause=404>;index=1.1.1;mp=1.1, "
		  "<sip:+4989123@h;user=phone;cause=408>;index=1.1.1.1;mp=1.1.1\r\n"
		  "Diversion: <sip:+49303@gw;user=phone>;reason=no-answer;counter=2;privacy=off, "
		  "<sip:+49301@gw;user=phone>;reason=user-busy;counter=1;privacy=off\r\n" },
		/* Nobody is said to call. */
		{ CONF_DIVERSION_OFF, "sip:+4989123@gw",
		  "From: <sip:alice@x>;tag=1\r\nTo: <sip:+4989123@x>\r\n",
		  "sip:+4989123@h;user=phone", "From: <sip:gw>;tag=1\r\nTo: <sip:x@y>\r\n" },
	};
	struct leg_setup setup, back;
	struct leg_uui uui;
	char uri[512];

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct sip_party_conf party = sip_conf(rows[i].how);
		const char *lines;

		read_invite(&party, rows[i].uri, rows[i].lines, &setup, &uui);
		(void)through_isup(&setup, &back);
		lines = written_lines(&party, &back, uri, sizeof(uri));
		CU_ASSERT_STRING_EQUAL(uri, rows[i].uri_out);
		CU_ASSERT_STRING_EQUAL(lines, rows[i].lines_out);
	}
}

/* An IAM by hand: from +49 30 111 (network provided), who says to be 30 222; to 89123, diverted twice by 89124 (no reply)
 * after 89125 (busy); payphone; subaddresses 12 and 77; user-to-user 04 01; hop counter 9. */
static const uint8_t diverted_iam[] = {
	0x03, 0x00, 0x01,				/* cic 3, IAM */
	0x00, 0x20, 0x00, 0x0f, 0x03,			/* NCI, FCI, payphone, 3.1 kHz */
	0x02, 0x09,					/* pointers */
	0x07, 0x83, 0x10, 0x98, 0x21, 0x43, 0x65, 0x0f, /* called 89123456 and ST */
	0x0a, 0x05, 0x83, 0x13, 0x03, 0x11, 0x01,	/* calling 30111 */
	0xc0, 0x06, 0x06, 0x83, 0x10, 0x03, 0x22, 0x02, /* additional calling 30222 */
	0x0b, 0x05, 0x83, 0x10, 0x98, 0x21, 0x04,	/* redirecting 89124 */
	0x28, 0x05, 0x83, 0x10, 0x98, 0x21, 0x05,	/* original called 89125 */
	0x13, 0x02, 0x13, 0x22,				/* diverted, first busy, twice, no reply */
	0x03, 0x0c, 0x71, 0x04, 0x80, 0x50, '7',  '7',	0x6d,
	0x04, 0x80, 0x50, '1',	'2',  0x20, 0x02, 0x04, 0x01, /* user-to-user */
	0x3d, 0x01, 0x09,				      /* hop counter */
	0x00,
};

static bool same(const struct isup_msg *a, const struct isup_msg *b, uint8_t code)
{
	const struct isup_param *pa = isup_msg_find(a, code), *pb = isup_msg_find(b, code);

	return pa && pb && pa->length == pb->length &&
	       memcmp(isup_param_octets(a, pa), isup_param_octets(b, pb), pa->length) == 0;
}

static void isup_sip_isup(void)
{
	static const uint8_t codes[] = {
		ISUP_P_CPC,
		ISUP_P_CALLED,
		ISUP_P_CALLING,
		ISUP_P_GENERIC_NUMBER,
		ISUP_P_REDIRECTING,
		ISUP_P_ORIGINAL_CALLED,
		ISUP_P_REDIRECTION_INFO,
		ISUP_P_ACCESS_TRANSPORT,
		ISUP_P_UUI,
		ISUP_P_FCI,
	};
	static const enum conf_diversion ways[] = { CONF_DIVERSION_HISTORY,
						    CONF_DIVERSION_DIVERSION };
	struct isup_msg iam, out;
	struct isup_error error;
	struct leg_setup setup, back;
	struct leg_uui uui;
	char uri[512];

	CU_ASSERT_EQUAL_FATAL(isup_msg_decode(&iam, diverted_iam, sizeof(diverted_iam), &error), 0);
	CU_ASSERT_EQUAL(iam_to_setup(&isup_conf, &iam, &setup), 0);
	for (size_t i = 0; i < COUNT(ways); i++) {
		const struct sip_party_conf party = sip_conf(ways[i]);
		const char *lines = written_lines(&party, &setup, uri, sizeof(uri));

		CU_ASSERT_STRING_EQUAL(uri, "sip:+4989123456;isub=77@h;user=phone");
		CU_ASSERT_PTR_NOT_NULL(strstr(lines, "From: <sip:+4930222;isub=12@gw;user=phone>"));
		read_invite(&party, uri, lines, &back, &uui);
		CU_ASSERT_EQUAL(iam_from_setup(&isup_conf, &back, &out), 0);
		for (size_t k = 0; k < COUNT(codes); k++)
			CU_ASSERT_TRUE(same(&iam, &out, codes[k]));
	}
}

static const CU_TestInfo tests[] = {
	{ "SIP ISUP SIP", sip_isup_sip },
	{ "ISUP SIP ISUP", isup_sip_isup },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("parties", tests, argc, argv);
}
