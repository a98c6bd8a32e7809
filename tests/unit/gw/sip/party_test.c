/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The parties of an INVITE: RFC 3966, 4694, 4904, 7044, 5806, 7544, 7433, 7434, 4412; vectors from their examples. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/sip/identity.h"
#include "gw/sip/party_private.h"
#include "tests/unit/cu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct sip_party_conf stranger = { .user_to_user = true };
static const struct sip_party_conf german = {
	.trusted = true,
	.user_to_user = true,
	.trunk_groups = true,
	.country = "49",
	.area = "30",
	.national_prefix = "0",
	.international_prefix = "00",
	.phone_context = "home.example",
	.trunk_context = "example.com",
};
static const struct sip_party_conf american = { .trusted = true, .country = "1" };

static char text[4096];

static struct sip_writer *writer(void)
{
	static struct sip_writer w;

	sip_write_open(&w, text, sizeof(text) - 1);
	return &w;
}

static const char *written(const struct sip_writer *w)
{
	CU_ASSERT_FALSE(w->bad);
	text[w->n] = '\0';
	return text;
}

static int called(const struct sip_party_conf *party, const char *uri, struct leg_setup *setup)
{
	static char copy[1024];
	struct sip_uri parsed;

	memset(setup, 0, sizeof(*setup));
	snprintf(copy, sizeof(copy), "%s", uri);
	CU_ASSERT_EQUAL_FATAL(sip_uri_parse(&parsed, str_c(copy), NULL), 0);
	return sip_party_called(party, &parsed, setup);
}

/* ---- Request-URI ---- */

static void test_called(void)
{
	static const struct {
		const struct sip_party_conf *party;
		const char *uri;
		int err;
		const char *digits;
		enum leg_noa noa;
	} rows[] = {
		{ &german, "tel:+1-201-555-0123", 0, "12015550123", LEG_NOA_INTERNATIONAL },
		/* As dialled: routing judges. */
		{ &german, "sip:0301234@gw", 0, "0301234", LEG_NOA_UNKNOWN },
		{ &german, "sip:0301234;phone-context=home.example@gw;user=phone", 0, "0301234",
		  LEG_NOA_UNKNOWN },
		/* RFC 3966 5.1.5: a context that is not ours. */
		{ &german, "tel:7042;phone-context=example.com", -EADDRNOTAVAIL, "", 0 },
		{ &stranger, "tel:7042;phone-context=example.com", 0, "7042", LEG_NOA_UNKNOWN },
		{ &german, "tel:863-1234;phone-context=+1-914-555", -EADDRNOTAVAIL, "", 0 },
		{ &stranger, "tel:863-1234;phone-context=+1-914-555", 0, "8631234",
		  LEG_NOA_UNKNOWN },
		/* Dialled in our country; "911;phone-context=+1" is not +1911. */
		{ &german, "tel:089123;phone-context=+49", 0, "4989123", LEG_NOA_INTERNATIONAL },
		{ &german, "tel:0043123;phone-context=+49", 0, "43123", LEG_NOA_INTERNATIONAL },
		{ &german, "tel:112;phone-context=+49", 0, "112", LEG_NOA_UNKNOWN },
		{ &american, "tel:911;phone-context=+1", 0, "911", LEG_NOA_UNKNOWN },
		{ &german, "tel:5551234;phone-context=+49-30", 0, "5551234", LEG_NOA_SUBSCRIBER },
		{ &german, "tel:12;phone-context=%zz", 1, "", 0 },
		{ &german, "sip:alice@gw", -EBADMSG, "", 0 },
		/* Names that are hexadecimal digits, unless it is said that they are. */
		{ &german, "sip:ada@gw", -EBADMSG, "", 0 },
		{ &german, "sip:12b@gw", -EBADMSG, "", 0 },
		{ &stranger, "sip:12b@gw;user=phone", 0, "12B", LEG_NOA_UNKNOWN },
		{ &german, "sip:gw", -ENOENT, "", 0 },
	};
	struct leg_setup s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sip_uri uri;

		if (rows[i].err > 0) {
			CU_ASSERT_NOT_EQUAL(sip_uri_parse(&uri, str_c(rows[i].uri), NULL), 0);
			continue;
		}
		CU_ASSERT_EQUAL(called(rows[i].party, rows[i].uri, &s), rows[i].err);
		if (rows[i].err)
			continue;
		CU_ASSERT_STRING_EQUAL(s.called.digits, rows[i].digits);
		CU_ASSERT_EQUAL(s.called.noa, rows[i].noa);
	}
	CU_ASSERT_EQUAL(sip_identity_refusal(-EADDRNOTAVAIL), 484);
	CU_ASSERT_EQUAL(sip_identity_refusal(-EBADMSG), 404);
}

/* RFC 4694 6's URIs, and RFC 3398's. */
static void test_ported(void)
{
	static const struct {
		const char *uri;
		bool queried;
		const char *routing;
		enum leg_noa noa;
		const char *carrier;
		bool global;
	} rows[] = {
		{ "tel:+1-202-533-1234;npdi;rn=+1-202-544-0000", true, "12025440000",
		  LEG_NOA_INTERNATIONAL, "", false },
		{ "tel:+1-202-533-1234;npdi", true, "", 0, "", false },
		{ "tel:+1-202-533-1234;npdi=yes", true, "", 0, "", false },
		{ "tel:+1-800-123-4567;cic=+1-6789", false, "", 0, "6789", false },
		{ "tel:+1-202-533-6789;npdi;rn=2025440000;rn-context=+1;cic=+1-5062", true,
		  "12025440000", LEG_NOA_INTERNATIONAL, "5062", false },
		{ "tel:+1-202-533-6789;rn=2025440000", true, "2025440000", LEG_NOA_NATIONAL, "",
		  false },
		{ "tel:+1-202-533-6789;rn=+49D001", true, "49D001", LEG_NOA_INTERNATIONAL, "",
		  false },
		{ "sip:+12025336789;npdi;rn=+12025440000@gw;user=phone", true, "12025440000",
		  LEG_NOA_INTERNATIONAL, "", false },
		{ "tel:+1-800-123-4567;cic=+44-123", false, "", 0, "44123", true },
		{ "tel:+1-800-123-4567;cic=0288;cic-context=+1", false, "", 0, "0288", false },
		/* Invalid: as if nobody had asked (RFC 4694 5). */
		{ "tel:+1-202-533-6789;npdi;rn=xyz", false, "", 0, "", false },
		{ "tel:+1-202-533-6789;npdi;rn=123456789012345678901234567890123", false, "", 0, "",
		  false },
		{ "tel:+1-800-123-4567;cic=123456789012", false, "", 0, "", false },
		{ "tel:+1-800-123-4567;cic=+1-ABC", false, "", 0, "", false },
	};
	struct leg_setup s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_EQUAL(called(&american, rows[i].uri, &s), 0);
		CU_ASSERT_EQUAL(s.portability.queried, rows[i].queried);
		CU_ASSERT_STRING_EQUAL(s.portability.routing.digits, rows[i].routing);
		CU_ASSERT_EQUAL(s.portability.routing.noa, rows[i].noa);
		CU_ASSERT_STRING_EQUAL(s.carrier.digits, rows[i].carrier);
		CU_ASSERT_EQUAL(s.carrier.global, rows[i].global);
		/* RFC 4694 5: of an untrusted peer none of it counts. */
		CU_ASSERT_EQUAL(called(&stranger, rows[i].uri, &s), 0);
		CU_ASSERT_FALSE(s.portability.queried);
		CU_ASSERT_STRING_EQUAL(s.carrier.digits, "");
	}
}

static void test_called_written(void)
{
	struct leg_setup s;
	static const struct {
		const struct sip_party_conf *party;
		const char *uri, *out;
	} rows[] = {
		{ &american, "tel:+1-202-533-6789;npdi;rn=+1-202-544-0000;cic=+1-5062",
		  "sip:+12025336789;cic=+1-5062;npdi;rn=+12025440000@h:5080;user=phone" },
		{ &american, "tel:+12025336789;npdi;rn=2025440000",
		  "sip:+12025336789;npdi;rn=+12025440000@h:5080;user=phone" },
		{ &german, "tel:+491;isub=12%2c%41;npdi",
		  "sip:+491;isub=12%2CA;npdi@h:5080;user=phone" },
		{ &german, "tel:+491;isub=12345;isub-encoding=nsap-bcd",
		  "sip:+491;isub=12345;isub-encoding=nsap-bcd@h:5080;user=phone" },
		{ &german, "tel:+491;isub=4712ab;isub-encoding=nsap",
		  "sip:+491;isub=4712AB;isub-encoding=nsap@h:5080;user=phone" },
		{ &german, "tel:+491;isub=77;isub-encoding=nsap",
		  "sip:+491;isub=77;isub-encoding=nsap@h:5080;user=phone" },
		{ &german, "tel:+491;isub=50;isub-encoding=nsap",
		  "sip:+491;isub=50;isub-encoding=nsap@h:5080;user=phone" },
		{ &german, "sip:1234;isub=9@gw",
		  "sip:1234;isub=9;phone-context=home.example@h:5080;user=phone" },
		{ &german, "tel:5551234;phone-context=+49-30",
		  "sip:5551234;phone-context=home.example@h:5080;user=phone" },
		{ &stranger, "sip:+491;npdi;cic=+4912@gw", "sip:+491@h:5080;user=phone" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sip_writer *w = writer();

		CU_ASSERT_EQUAL(called(rows[i].party, rows[i].uri, &s), 0);
		sip_party_write_uri(w, rows[i].party, &s, STR("h"), 5080);
		CU_ASSERT_STRING_EQUAL(written(w), rows[i].out);
	}
}

/* Q.931 4.5.9 contents, written by hand. */
static void test_subaddress(void)
{
	static const struct {
		const char *uri;
		size_t n;
		uint8_t octets[LEG_SUBADDRESS_MAX];
	} rows[] = {
		{ "tel:+491;isub=12345", 7, { 0x80, 0x50, '1', '2', '3', '4', '5' } },
		{ "tel:+491;isub=12345;isub-encoding=nsap-ia5",
		  7,
		  { 0x80, 0x50, '1', '2', '3', '4', '5' } },
		{ "tel:+491;isub=123;isub-encoding=nsap-bcd", 4, { 0x80, 0x48, 0x12, 0x3f } },
		{ "tel:+491;isub=50aa;isub-encoding=NSAP", 3, { 0x80, 0x50, 0xaa } },
		{ "tel:+491;isub=50a;isub-encoding=nsap", 0, { 0 } },
		{ "tel:+491;isub=1a;isub-encoding=nsap-bcd", 0, { 0 } },
		{ "tel:+491;isub=1;isub-encoding=other", 0, { 0 } },
		{ "tel:+491;isub=1234567890123456789",
		  21,
		  { 0x80, 0x50, '1', '2', '3', '4', '5', '6', '7', '8', '9',
		    '0',  '1',	'2', '3', '4', '5', '6', '7', '8', '9' } },
		{ "tel:+491;isub=12345678901234567890", 0, { 0 } },
		{ "tel:+491;isub=%01", 0, { 0 } },
		{ "tel:+491", 0, { 0 } },
	};
	struct leg_subaddress user = { 4, { 0xa0, 1, 2, 3 } };
	struct sip_writer *w = writer();
	struct leg_setup s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_EQUAL(called(&stranger, rows[i].uri, &s), 0);
		CU_ASSERT_EQUAL_FATAL(s.called_subaddress.n, rows[i].n);
		CU_ASSERT_EQUAL(memcmp(s.called_subaddress.octets, rows[i].octets, rows[i].n), 0);
	}
	/* User specified: no URI can say it. */
	sip_party_subaddress_write(w, &user);
	CU_ASSERT_STRING_EQUAL(written(w), "");
}

static void test_groups(void)
{
	struct sip_writer *w = writer();
	struct leg_setup s;

	/* RFC 4904 7.2 F2 */
	CU_ASSERT_EQUAL(called(&german,
			       "sip:+16305550100;tgrp=TG2-1;trunk-context=example.com@gw2.example."
			       "com;user=phone",
			       &s),
			0);
	CU_ASSERT_STRING_EQUAL(s.groups.to, "TG2-1");
	CU_ASSERT_STRING_EQUAL(s.called.digits, "16305550100");
	CU_ASSERT_EQUAL(
		called(&german, "sip:+16305550100;tgrp=TG2-1;trunk-context=other.com@gw2", &s), 0);
	CU_ASSERT_STRING_EQUAL(s.groups.to, "");
	CU_ASSERT_EQUAL(called(&german, "sip:+16305550100;tgrp=TG2-1@gw2", &s), 0);
	CU_ASSERT_STRING_EQUAL(s.groups.to, "");
	CU_ASSERT_EQUAL(called(&stranger, "sip:+1;tgrp=TG2-1;trunk-context=example.com@g", &s), 0);
	CU_ASSERT_STRING_EQUAL(s.groups.to, "");
	/* F1: in Contact, with the caller's number where it may be shown. */
	memset(&s, 0, sizeof(s));
	snprintf(s.groups.from, sizeof(s.groups.from), "TG1-1");
	snprintf(s.calling.digits, sizeof(s.calling.digits), "4930");
	s.calling.noa = LEG_NOA_INTERNATIONAL;
	sip_party_write_group(w, &german, &s);
	CU_ASSERT_STRING_EQUAL(written(w), "+4930;tgrp=TG1-1;trunk-context=example.com@");
	s.calling.presentation = LEG_PRES_RESTRICTED;
	w = writer();
	sip_party_write_group(w, &german, &s);
	CU_ASSERT_STRING_EQUAL(
		written(w), "0;phone-context=home.example;tgrp=TG1-1;trunk-context=example.com@");
	w = writer();
	sip_party_write_group(w, &american, &s);
	CU_ASSERT_STRING_EQUAL(written(w), "");
}

/* ---- whole INVITEs ---- */

static struct sip_msg *invite_of(const char *from, const char *more)
{
	static char lines[4096];
	struct sip_msg *msg = NULL;
	int n = snprintf(
		lines, sizeof(lines),
		"INVITE sip:030999@gw SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
		"Max-Forwards: 70\r\nFrom: %s;tag=1\r\nTo: <sip:030999@gw>\r\nCall-ID: c\r\n"
		"CSeq: 1 INVITE\r\n%s\r\n",
		from, more);

	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, lines, (size_t)n, SIP_DATAGRAM), 0);
	return msg;
}

static unsigned read_as(const struct sip_party_conf *party, const char *from, const char *more,
			struct leg_setup *setup)
{
	struct sip_msg *msg = invite_of(from, more);
	const char *why;
	unsigned status;

	memset(setup, 0, sizeof(*setup));
	snprintf(setup->called.digits, sizeof(setup->called.digits), "030999");
	status = sip_party_read(party, msg, "test", setup, &why);
	sip_msg_free(msg);
	return status;
}

#define ALICE "<sip:+4940222@x>"

static void test_calling(void)
{
	struct sip_party_conf old = german;
	struct leg_setup s;

	/* A wish of an untrusted user's own (RFC 3325 9.2). */
	CU_ASSERT_EQUAL(read_as(&stranger, "<sip:anonymous@anonymous.invalid>",
				"P-Preferred-Identity: \"A\" <tel:+4930111>\r\nPrivacy: id\r\n",
				&s),
			0);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "4930111");
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(s.calling.screening, LEG_SCR_USER_NOT_VERIFIED);
	/* RFC 3323 4.2: none. */
	CU_ASSERT_EQUAL(read_as(&german, "<sip:anonymous@anonymous.invalid>",
				"P-Asserted-Identity: <tel:+4930111>\r\nPrivacy: none\r\n", &s),
			0);
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_ALLOWED);
	CU_ASSERT_EQUAL(read_as(&german, "<sip:anonymous@anonymous.invalid>",
				"P-Asserted-Identity: <tel:+4930111>\r\n", &s),
			0);
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_RESTRICTED);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const values[] = { "Privacy: id\r\n", "Privacy: user\r\n",
						      "Privacy: header;critical\r\n" };

		CU_ASSERT_EQUAL(read_as(&stranger, ALICE, values[i], &s), 0);
		CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_RESTRICTED);
		CU_ASSERT_STRING_EQUAL(s.calling.digits, "4940222");
	}
	/* 5: critical, and nobody here knows what. */
	CU_ASSERT_EQUAL(read_as(&stranger, ALICE, "Privacy: cloak;critical\r\n", &s), 500);
	CU_ASSERT_EQUAL(read_as(&stranger, ALICE, "Privacy: cloak\r\n", &s), 0);
	/* By the trunk's rules. */
	CU_ASSERT_EQUAL(read_as(&german, "<sip:089123@x>", "", &s), 0);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "4989123");
	CU_ASSERT_EQUAL(s.calling.noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_EQUAL(read_as(&german, "<sip:5551@x>", "", &s), 0);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "49305551");
	CU_ASSERT_EQUAL(read_as(&german, "<sip:ada@x>", "", &s), 0);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "");
	/* Remote-Party-ID, where the trunk is old. */
	old.identity = CONF_IDENTITY_REMOTE_PARTY;
	CU_ASSERT_EQUAL(
		read_as(&old, ALICE,
			"Remote-Party-ID: <sip:+4999@x>;party=called, \"N\" <sip:+4930111@x>"
			";party=calling;id-type=subscriber;screen=yes;privacy=full\r\n",
			&s),
		0);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "4930111");
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(s.calling.screening, LEG_SCR_NETWORK);
	CU_ASSERT_STRING_EQUAL(s.generic.digits, "4940222");
	CU_ASSERT_STRING_EQUAL(s.calling_name, "N");
	CU_ASSERT_EQUAL(
		read_as(&old, ALICE,
			"Remote-Party-ID: \"N\" <sip:+4930111@x>;screen=no;privacy=name\r\n", &s),
		0);
	CU_ASSERT_EQUAL(s.calling.screening, LEG_SCR_USER_NOT_VERIFIED);
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_ALLOWED);
	CU_ASSERT_STRING_EQUAL(s.calling_name, "");
	CU_ASSERT_EQUAL(read_as(&german, ALICE, "Remote-Party-ID: <sip:+4930111@x>\r\n", &s), 0);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "4940222");
}

static void test_category(void)
{
	static const struct {
		const char *from, *more;
		uint8_t category;
		int oli; /* -1: none */
	} rows[] = {
		{ "<sip:+491;cpc=payphone@x;user=phone>", "", 15, -1 },
		{ "<tel:+491;cpc=test;oli=07>", "", 13, 7 },
		{ "<sip:+491@x;cpc=mobile-vplmn;isup-oli=63>", "", 17, 63 },
		{ "<tel:+491;cpc=operator>", "", 2, -1 },
		{ "<tel:+491;cpc=operator>", "Accept-Language: xx, fr-CA;q=0.5\r\n", 1, -1 },
		{ "<tel:+491;cpc=operator>", "Accept-Language: es\r\n", 5, -1 },
		{ "<tel:+491;cpc=unknown>", "", 0, -1 },
		{ "<tel:+491;cpc=ordinary>", "", 10, -1 },
		{ "<tel:+491;cpc=nonsense;oli=100>", "", 10, -1 },
		{ "<sip:+492@x>", "P-Asserted-Identity: <tel:+491;cpc=test>\r\n", 13, -1 },
		{ "<sip:+491@x>", "", 10, -1 },
	};
	struct leg_setup s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_EQUAL(read_as(&german, rows[i].from, rows[i].more, &s), 0);
		CU_ASSERT_EQUAL(s.category, rows[i].category);
		CU_ASSERT_EQUAL(s.oli_known, rows[i].oli >= 0);
		CU_ASSERT_TRUE(rows[i].oli < 0 || s.oli == rows[i].oli);
		CU_ASSERT_EQUAL(read_as(&stranger, rows[i].from, rows[i].more, &s), 0);
		CU_ASSERT_EQUAL(s.category, 10);
	}
}

static const char *all_of(const struct sip_party_conf *party, const struct leg_setup *setup)
{
	char uri[] = "sip:+4930999@h;user=phone";
	const struct sip_party_target target = { .uri = uri };
	const struct sip_party_targets targets = { .n = 1, .at = &target };
	struct sip_writer *w = writer();

	sip_party_write(w, party, setup, &targets, STR("gw"));
	return written(w);
}

static void test_caller_written(void)
{
	struct leg_setup s = { .calling = { .noa = LEG_NOA_INTERNATIONAL, .digits = "4930111" },
			       .category = 3,
			       .oli_known = true,
			       .oli = 7,
			       .calling_subaddress = { 4, { 0x80, 0x50, '1', '2' } } };
	struct sip_party_conf party = { .trusted = true };

	CU_ASSERT_STRING_EQUAL(
		all_of(&party, &s),
		"P-Asserted-Identity: <sip:+4930111;isub=12;cpc=operator;oli=07@gw;user=phone>\r\n"
		"Accept-Language: de\r\n");
	s.calling.presentation = LEG_PRES_RESTRICTED;
	s.calling_subaddress.n = 0;
	s.category = 10;
	s.oli_known = false;
	party.identity = CONF_IDENTITY_REMOTE_PARTY;
	CU_ASSERT_STRING_EQUAL(all_of(&party, &s),
			       "Remote-Party-ID: <sip:+4930111@gw;user=phone>;party=calling;"
			       "screen=no;privacy=full\r\n");
	party.trusted = false;
	CU_ASSERT_STRING_EQUAL(all_of(&party, &s), "");
	party.identity = CONF_IDENTITY_PREFERRED;
	CU_ASSERT_STRING_EQUAL(all_of(&party, &s),
			       "P-Preferred-Identity: <sip:+4930111@gw;user=phone>\r\n"
			       "Privacy: id\r\n");
}

static void test_connected(void)
{
	static const char text_of[] =
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
		"To: <sip:c@d>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nPrivacy: id\r\n"
		"Remote-Party-ID: <sip:+4977@x>;party=calling, <sip:+4955@x>;party=called;privacy="
		"full\r\nP-Asserted-Identity: <tel:+4966>\r\n\r\n";
	struct sip_party_conf party = { .trusted = true };
	struct leg_number number;
	struct sip_msg *msg = NULL;
	struct sip_writer *w;

	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, text_of, sizeof(text_of) - 1, SIP_DATAGRAM), 0);
	sip_identity_connected(&party, msg, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "4966");
	CU_ASSERT_EQUAL(number.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(number.screening, LEG_SCR_NETWORK);
	party.identity = CONF_IDENTITY_REMOTE_PARTY;
	sip_identity_connected(&party, msg, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "4955");
	CU_ASSERT_EQUAL(number.presentation, LEG_PRES_RESTRICTED);
	w = writer();
	sip_identity_write_connected(w, &party, &number, STR("gw"));
	CU_ASSERT_STRING_EQUAL(written(w),
			       "Remote-Party-ID: <sip:+4955@gw;user=phone>;party=called;"
			       "screen=no;privacy=full\r\n");
	party.trusted = false;
	sip_identity_connected(&party, msg, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "");
	sip_msg_free(msg);
}

/* ---- diversion ---- */

/* RFC 7544 7.1, with numbers for the three who diverted. */
#define DIVERSION_7_1                                                                              \
	"Diversion: <sip:+493@x>;reason=unconditional;counter=1;privacy=off,"                      \
	"<sip:+492@x>;reason=user-busy;counter=1;privacy=full,"                                    \
	"<sip:+491@x>;reason=no-answer;counter=1;privacy=off\r\n"
#define HISTORY_7_1                                                                                \
	"History-Info: <sip:+491@x?Privacy=none>;index=1,"                                         \
	"<sip:+492@x;cause=408?Privacy=history>;index=1.1;mp=1,"                                   \
	"<sip:+493@x;cause=486?Privacy=none>;index=1.1.1;mp=1.1,"                                  \
	"<sip:target@x;cause=302>;index=1.1.1.1;mp=1.1.1\r\n"

static void check_7_1(const struct leg_redirection *r)
{
	CU_ASSERT_EQUAL(r->counter, 3);
	CU_ASSERT_STRING_EQUAL(r->original.digits, "491");
	CU_ASSERT_EQUAL(r->original.presentation, LEG_PRES_ALLOWED);
	CU_ASSERT_EQUAL(r->original_reason, LEG_REASON_NO_REPLY);
	CU_ASSERT_STRING_EQUAL(r->last.digits, "493");
	CU_ASSERT_EQUAL(r->reason, LEG_REASON_UNCONDITIONAL);
	CU_ASSERT_EQUAL_FATAL(r->n_between, 1);
	CU_ASSERT_STRING_EQUAL(r->between[0].number.digits, "492");
	CU_ASSERT_EQUAL(r->between[0].number.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(r->between[0].reason, LEG_REASON_BUSY);
}

static struct sip_party_conf diverting(enum conf_diversion how, bool trusted)
{
	return (struct sip_party_conf){ .trusted = trusted, .diversion = how };
}

static void test_diversion_7544(void)
{
	struct sip_party_conf history = diverting(CONF_DIVERSION_HISTORY, true);
	struct sip_party_conf diversion = diverting(CONF_DIVERSION_DIVERSION, true);
	struct sip_party_conf both = diverting(CONF_DIVERSION_BOTH, true);
	struct sip_party_conf off = diverting(CONF_DIVERSION_OFF, true);
	struct leg_setup s;

	CU_ASSERT_EQUAL(read_as(&diversion, ALICE, DIVERSION_7_1, &s), 0);
	check_7_1(&s.redirection);
	s.calling.digits[0] = '\0';
	CU_ASSERT_STRING_EQUAL(all_of(&history, &s),
			       "History-Info: <sip:+491@gw;user=phone>;index=1, "
			       "<sip:+492@gw;user=phone;cause=408?Privacy=history>;index=1.1;mp=1, "
			       "<sip:+493@gw;user=phone;cause=486>;index=1.1.1;mp=1.1, "
			       "<sip:+4930999@h;user=phone;cause=302>;index=1.1.1.1;mp=1.1.1\r\n");
	CU_ASSERT_EQUAL(read_as(&history, ALICE, HISTORY_7_1, &s), 0);
	check_7_1(&s.redirection);
	s.calling.digits[0] = '\0';
	CU_ASSERT_STRING_EQUAL(
		all_of(&diversion, &s),
		"Diversion: <sip:+493@gw;user=phone>;reason=unconditional;counter=1;privacy=off, "
		"<sip:+492@gw;user=phone>;reason=user-busy;counter=1;privacy=full, "
		"<sip:+491@gw;user=phone>;reason=no-answer;counter=1;privacy=off\r\n");
	CU_ASSERT_STRING_EQUAL(all_of(&off, &s), "");
	/* Whom we do not trust, and what they may not see. */
	diversion.trusted = history.trusted = false;
	CU_ASSERT_PTR_NOT_NULL(strstr(all_of(&diversion, &s),
				      "<sip:anonymous@anonymous.invalid>;reason=user-busy"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(all_of(&history, &s),
		       "<sip:anonymous@anonymous.invalid;cause=408>;index=1.1;mp=1, <sip:+493"));
	/* By the trunk's key alone. */
	CU_ASSERT_EQUAL(read_as(&history, ALICE, DIVERSION_7_1, &s), 0);
	CU_ASSERT_EQUAL(s.redirection.counter, 0);
	CU_ASSERT_EQUAL(read_as(&diversion, ALICE, HISTORY_7_1, &s), 0);
	CU_ASSERT_EQUAL(s.redirection.counter, 0);
	CU_ASSERT_EQUAL(read_as(&off, ALICE, HISTORY_7_1 DIVERSION_7_1, &s), 0);
	CU_ASSERT_EQUAL(s.redirection.counter, 0);
	CU_ASSERT_EQUAL(read_as(&both, ALICE, DIVERSION_7_1, &s), 0);
	check_7_1(&s.redirection);
	CU_ASSERT_EQUAL(read_as(&both, ALICE, HISTORY_7_1 DIVERSION_7_1, &s), 0);
	check_7_1(&s.redirection);
}

/* RFC 7544 5: a counter above 1 stands for entries that nobody knows. */
static void test_placeholders(void)
{
	struct sip_party_conf history = diverting(CONF_DIVERSION_HISTORY, true);
	struct sip_party_conf diversion = diverting(CONF_DIVERSION_DIVERSION, true);
	struct leg_setup s;

	CU_ASSERT_EQUAL(read_as(&diversion, ALICE,
				"Diversion: <tel:+495>;reason=\"user-busy\";counter=3, "
				"<tel:+491>;reason=away\r\n",
				&s),
			0);
	CU_ASSERT_EQUAL(s.redirection.counter, 4);
	CU_ASSERT_STRING_EQUAL(s.redirection.original.digits, "491");
	CU_ASSERT_EQUAL(s.redirection.original_reason, LEG_REASON_UNKNOWN);
	CU_ASSERT_STRING_EQUAL(s.redirection.last.digits, "495");
	CU_ASSERT_EQUAL(s.redirection.n_between, 0);
	s.calling.digits[0] = '\0';
	CU_ASSERT_STRING_EQUAL(
		all_of(&history, &s),
		"History-Info: <sip:+491@gw;user=phone>;index=1, "
		"<sip:unknown@unknown.invalid;cause=404>;index=1.1;mp=1, "
		"<sip:unknown@unknown.invalid;cause=404>;index=1.1.1;mp=1.1, "
		"<sip:+495@gw;user=phone;cause=404>;index=1.1.1.1;mp=1.1.1, "
		"<sip:+4930999@h;user=phone;cause=486>;index=1.1.1.1.1;mp=1.1.1.1\r\n");
	CU_ASSERT_STRING_EQUAL(
		all_of(&diversion, &s),
		"Diversion: <sip:+495@gw;user=phone>;reason=user-busy;counter=3;privacy=off, "
		"<sip:+491@gw;user=phone>;reason=unknown;counter=1;privacy=off\r\n");
	/* ISUP's, without an original number; once. */
	s.redirection = (struct leg_redirection){ .counter = 1,
						  .reason = LEG_REASON_NOT_REACHABLE,
						  .last = { .noa = LEG_NOA_INTERNATIONAL,
							    .digits = "495" } };
	CU_ASSERT_STRING_EQUAL(all_of(&history, &s),
			       "History-Info: <sip:+495@gw;user=phone>;index=1, "
			       "<sip:+4930999@h;user=phone;cause=503>;index=1.1;mp=1\r\n");
	s.redirection.counter = 2;
	CU_ASSERT_STRING_EQUAL(
		all_of(&diversion, &s),
		"Diversion: <sip:+495@gw;user=phone>;reason=unavailable;counter=2;privacy=off\r\n");
	/* So many that nobody lists them. */
	s.redirection.counter = 200;
	CU_ASSERT_PTR_NOT_NULL(strstr(all_of(&diversion, &s), ";counter=20;"));
}

/* Every reason there and back. */
static void test_reasons(void)
{
	static const struct {
		uint8_t reason;
		unsigned cause;
		const char *word;
		uint8_t by_word;
	} rows[] = {
		{ 0, 404, "unknown", 0 },     { 1, 486, "user-busy", 1 },
		{ 2, 408, "no-answer", 2 },   { 3, 302, "unconditional", 3 },
		{ 4, 487, "deflection", 4 },  { 5, 480, "deflection", 4 },
		{ 6, 503, "unavailable", 6 },
	};
	struct sip_party_conf history = diverting(CONF_DIVERSION_HISTORY, true);
	struct sip_party_conf diversion = diverting(CONF_DIVERSION_DIVERSION, true);
	char line[256];
	struct leg_setup s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(line, sizeof(line),
			 "History-Info: <sip:+491@x>;index=1, <sip:+499@x;cause=%u>;index=1.1\r\n",
			 rows[i].cause);
		CU_ASSERT_EQUAL(read_as(&history, ALICE, line, &s), 0);
		CU_ASSERT_EQUAL(s.redirection.counter, 1);
		CU_ASSERT_EQUAL(s.redirection.reason, rows[i].reason);
		CU_ASSERT_STRING_EQUAL(s.redirection.last.digits, "491");
		snprintf(line, sizeof(line), ";cause=%u>;index=1.1", rows[i].cause);
		CU_ASSERT_PTR_NOT_NULL(strstr(all_of(&history, &s), line));
		snprintf(line, sizeof(line), ";reason=%s;", rows[i].word);
		CU_ASSERT_PTR_NOT_NULL(strstr(all_of(&diversion, &s), line));
		snprintf(line, sizeof(line), "Diversion: <sip:+491@x>;reason=%s\r\n", rows[i].word);
		CU_ASSERT_EQUAL(read_as(&diversion, ALICE, line, &s), 0);
		CU_ASSERT_EQUAL(s.redirection.reason, rows[i].by_word);
	}
}

static void test_history_odd(void)
{
	struct sip_party_conf history = diverting(CONF_DIVERSION_HISTORY, true);
	struct sip_party_conf diversion = diverting(CONF_DIVERSION_DIVERSION, true);
	static const struct {
		const char *lines;
		unsigned counter;
		const char *last, *original;
	} rows[] = {
		/* Nothing in it is a diversion (RFC 7544 6). */
		{ "History-Info: <sip:p1>;index=1, <sip:+491@x>;index=1.1;rc=1\r\n", 0, "", "" },
		/* mp names who diverted, past entries that only routed. */
		{ "History-Info: <sip:p1>;index=1, <sip:+491@x>;index=1.1;rc=1\r\n"
		  "History-Info: <sip:+492@x>;index=1.1.1;rc=1.1,"
		  "<sip:+493@x;cause=302>;index=1.2;mp=1.1\r\n",
		  1, "491", "491" },
		{ "History-Info: <sip:+491@x?Reason=SIP&Privacy=history>;index=1, "
		  "<sip:+493@x;cause=486>;index=1.1\r\n",
		  1, "491", "491" },
		{ "History-Info: <sip:anonymous@anonymous.invalid>;index=1, "
		  "<sip:+493@x;cause=486>;index=1.1\r\n",
		  1, "", "" },
		/* The target comes first: who diverted is not known. */
		{ "History-Info: <sip:+493@x;cause=486>;index=1\r\n", 1, "", "" },
		/* What could be read before it went wrong counts. */
		{ "History-Info: <sip:+491@x>;index=1, <sip:+493@x;cause=486>;index=1.1, <sip\r\n",
		  1, "491", "491" },
		{ "History-Info: <sip:+491@x>, <sip:+493@x;cause=486>;index=1..1\r\n", 1, "491",
		  "491" },
		{ "History-Info: \r\n", 0, "", "" },
		{ "History-Info: <sip:+491@x>;index=1, <sip:+493@x;cause=999>;index=1.1\r\n", 0, "",
		  "" },
	};
	struct leg_setup s;
	char many[4096] = "Diversion: ";

	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_EQUAL(read_as(&history, ALICE, rows[i].lines, &s), 0);
		CU_ASSERT_EQUAL(s.redirection.counter, rows[i].counter);
		CU_ASSERT_STRING_EQUAL(s.redirection.last.digits, rows[i].last);
		CU_ASSERT_STRING_EQUAL(s.redirection.original.digits, rows[i].original);
	}
	CU_ASSERT_EQUAL(read_as(&history, ALICE, rows[2].lines, &s), 0);
	CU_ASSERT_EQUAL(s.redirection.last.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(read_as(&history, ALICE, rows[3].lines, &s), 0);
	CU_ASSERT_EQUAL(s.redirection.last.presentation, LEG_PRES_RESTRICTED);
	/* RFC 7044 and RFC 7544 3.2: the whole message's privacy. */
	CU_ASSERT_EQUAL(read_as(&history, ALICE, "Privacy: history\r\n" HISTORY_7_1, &s), 0);
	CU_ASSERT_EQUAL(s.redirection.last.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_ALLOWED);
	/* More than there is room for. */
	for (unsigned i = 0; i < 60; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), "%s<tel:+49%u>",
			 i ? "," : "", i);
	strncat(many, "\r\n", 3);
	CU_ASSERT_EQUAL(read_as(&diversion, ALICE, many, &s), 0);
	CU_ASSERT_EQUAL(s.redirection.counter, PARTY_VALUES_MAX);
	CU_ASSERT_STRING_EQUAL(s.redirection.last.digits, "490");
	CU_ASSERT_EQUAL(s.redirection.n_between, LEG_BETWEEN_MAX);
	CU_ASSERT_EQUAL(read_as(&diversion, ALICE, "Diversion: <tel:+491>;counter=0\r\n", &s), 0);
	CU_ASSERT_EQUAL(s.redirection.counter, 1);
	CU_ASSERT_EQUAL(read_as(&diversion, ALICE, "Diversion: <<\r\n", &s), 0);
	CU_ASSERT_EQUAL(s.redirection.counter, 0);
}

/* RFC 3398 7.2.1.1: To and Request-URI at variance. */
static void test_original(void)
{
	struct leg_setup s;
	struct sip_msg *msg = invite_of(ALICE, "");
	const char *why;

	memset(&s, 0, sizeof(s));
	snprintf(s.called.digits, sizeof(s.called.digits), "4989123");
	CU_ASSERT_EQUAL(sip_party_read(&german, msg, "test", &s, &why), 0);
	CU_ASSERT_STRING_EQUAL(s.redirection.original.digits, "4930999");
	CU_ASSERT_EQUAL(s.redirection.counter, 0);
	memset(&s, 0, sizeof(s));
	snprintf(s.called.digits, sizeof(s.called.digits), "030999");
	CU_ASSERT_EQUAL(sip_party_read(&german, msg, "test", &s, &why), 0);
	CU_ASSERT_STRING_EQUAL(s.redirection.original.digits, "");
	sip_msg_free(msg);
}

/* ---- user-to-user ---- */

static void test_uui(void)
{
	static const struct {
		const char *lines;
		size_t n;
		uint8_t first, last;
	} rows[] = {
		/* RFC 7433 and RFC 7434 */
		{ "User-to-User: 56a390f3d2b7310023;encoding=hex;purpose=isdn-uui;"
		  "content=isdn-uui\r\n",
		  9, 0x56, 0x23 },
		{ "User-to-User: 00FA\r\n", 2, 0, 0xfa },
		{ "user-to-user: \"04c8\" ; encoding=hex\r\n", 2, 4, 0xc8 },
		{ "User-to-User: 04c81d2a;purpose=isdn-interwork\r\n", 4, 4, 0x2a },
		{ "User-to-User: 0001;purpose=other, 0402;purpose=isdn-uui\r\n", 2, 4, 2 },
		{ "User-to-User: 0001;purpose=other\r\nUser-to-User: 0403\r\n", 2, 4, 3 },
		/* MUST ignore */
		{ "User-to-User: 0001;encoding=ascii\r\n", 0, 0, 0 },
		{ "User-to-User: 0001;content=other\r\n", 0, 0, 0 },
		{ "User-to-User: 001\r\n", 0, 0, 0 },
		{ "User-to-User: 00xy\r\n", 0, 0, 0 },
		{ "User-to-User: \"\"\r\n", 0, 0, 0 },
		{ "User-to-User: 0001;;\r\n", 0, 0, 0 },
	};
	char line[400] = "User-to-User: ";
	struct leg_uui uui;
	struct sip_msg *msg;
	struct sip_writer *w;

	for (size_t i = 0; i < COUNT(rows); i++) {
		msg = invite_of(ALICE, rows[i].lines);
		sip_party_uui_read(&stranger, msg, "test", &uui);
		CU_ASSERT_EQUAL(uui.n, rows[i].n);
		if (uui.n) {
			CU_ASSERT_EQUAL(uui.octets[0], rows[i].first);
			CU_ASSERT_EQUAL(uui.octets[uui.n - 1], rows[i].last);
		}
		sip_party_uui_read(&american, msg, "test", &uui);
		CU_ASSERT_EQUAL(uui.n, 0);
		sip_msg_free(msg);
	}
	/* 128 octets and the discriminator, and one more. */
	for (unsigned i = 0; i < 130; i++)
		memcpy(line + 14 + 2 * i, "5a", 2);
	memcpy(line + 14 + 258, "\r\n", 3);
	msg = invite_of(ALICE, line);
	sip_party_uui_read(&stranger, msg, "test", &uui);
	CU_ASSERT_EQUAL(uui.n, 129);
	sip_msg_free(msg);
	memcpy(line + 14 + 258, "5a\r\n", 5);
	msg = invite_of(ALICE, line);
	sip_party_uui_read(&stranger, msg, "test", &uui);
	CU_ASSERT_EQUAL(uui.n, 0);
	sip_msg_free(msg);
	w = writer();
	sip_party_uui_write(w, &stranger, (const uint8_t[]){ 4, 0xc8, 0x0f }, 3);
	CU_ASSERT_STRING_EQUAL(written(w), "User-to-User: 04c80f;purpose=isdn-uui;"
					   "content=isdn-uui;encoding=hex\r\n");
	w = writer();
	sip_party_uui_write(w, &american, (const uint8_t[]){ 4, 0xc8, 0x0f }, 3);
	CU_ASSERT_STRING_EQUAL(written(w), "");
}

/* ---- priority ---- */

#define REQUIRED "Require: resource-priority\r\n"

static void test_priority(void)
{
	static char q735[] = "q735", drsn[] = "drsn", ets[] = "ets";
	const struct conf_sip_parties conf = { .priorities = { drsn, ets, q735 },
					       .n_priorities = 3 };
	struct sip_party_conf party = { .trusted = true };
	static const struct {
		const char *lines;
		unsigned status;
		enum leg_priority_kind kind;
		uint8_t level;
	} rows[] = {
		{ "Resource-Priority: q735.1\r\n", 0, LEG_PRIORITY_PRECEDENCE, 1 },
		{ "Resource-Priority: DRSN.Flash-Override\r\n", 0, LEG_PRIORITY_PRECEDENCE, 0 },
		{ "Resource-Priority: drsn.flash-override-override\r\n", 0, LEG_PRIORITY_PRECEDENCE,
		  0 },
		{ "Resource-Priority: drsn.routine\r\n", 0, LEG_PRIORITY_PRECEDENCE, 4 },
		{ "Resource-Priority: wps.3, ets.2\r\n", 0, LEG_PRIORITY_EMERGENCY, 2 },
		/* The trunk's first namespace is its best. */
		{ "Resource-Priority: ets.0\r\nResource-Priority: drsn.immediate\r\n", 0,
		  LEG_PRIORITY_PRECEDENCE, 2 },
		/* RFC 4412 4.6.2 */
		{ "Resource-Priority: dsn.flash\r\n", 0, LEG_PRIORITY_NONE, 0 },
		{ "Resource-Priority: dsn.flash\r\n" REQUIRED, 417, LEG_PRIORITY_NONE, 0 },
		{ "Resource-Priority: q735.5\r\n" REQUIRED, 417, LEG_PRIORITY_NONE, 0 },
		{ "Resource-Priority: q735\r\n" REQUIRED, 417, LEG_PRIORITY_NONE, 0 },
		{ REQUIRED, 417, LEG_PRIORITY_NONE, 0 },
		{ "Resource-Priority: q735.3\r\n" REQUIRED, 0, LEG_PRIORITY_PRECEDENCE, 3 },
		{ "", 0, LEG_PRIORITY_NONE, 0 },
	};
	struct leg_setup s;

	sip_party_priority_configure(&party, &conf);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_EQUAL(read_as(&party, ALICE, rows[i].lines, &s), rows[i].status);
		CU_ASSERT_EQUAL(s.priority.kind, rows[i].kind);
		CU_ASSERT_EQUAL(s.priority.level, rows[i].level);
	}
	s.calling.digits[0] = '\0';
	s.priority = (struct leg_priority){ LEG_PRIORITY_PRECEDENCE, 1 };
	CU_ASSERT_STRING_EQUAL(all_of(&party, &s), "Resource-Priority: drsn.flash\r\n");
	s.priority = (struct leg_priority){ LEG_PRIORITY_EMERGENCY, 0 };
	CU_ASSERT_STRING_EQUAL(all_of(&party, &s), "Resource-Priority: ets.0\r\n");
	party.trusted = false;
	CU_ASSERT_EQUAL(read_as(&party, ALICE, "Resource-Priority: q735.1\r\n", &s), 0);
	CU_ASSERT_EQUAL(s.priority.kind, LEG_PRIORITY_NONE);
	CU_ASSERT_EQUAL(read_as(&party, ALICE, "Resource-Priority: q735.1\r\n" REQUIRED, &s), 403);
	CU_ASSERT_STRING_EQUAL(all_of(&stranger, &s), "");
}

static const char *accepted_of(const struct sip_party_conf *party)
{
	static char line[512];
	struct sip_writer w;

	memset(line, 0, sizeof(line));
	sip_write_open(&w, line, sizeof(line) - 1);
	sip_party_priority_accepted(&w, party);
	CU_ASSERT_FALSE(w.bad);
	return line;
}

/* RFC 4412 3.2; the values are those of its section 10, highest first. */
static void test_priority_accepted(void)
{
	static char q735[] = "q735", drsn[] = "drsn", dsn[] = "dsn", wps[] = "wps";
	const struct conf_sip_parties two = { .priorities = { drsn, q735 }, .n_priorities = 2 },
				      other = { .priorities = { dsn, wps }, .n_priorities = 2 };
	struct sip_party_conf party = { .trusted = true };

	CU_ASSERT_STRING_EQUAL(accepted_of(&party), "");
	sip_party_priority_configure(&party, &two);
	CU_ASSERT_STRING_EQUAL(
		accepted_of(&party),
		"Accept-Resource-Priority: drsn.flash-override-override, drsn.flash-override, "
		"drsn.flash, drsn.immediate, drsn.priority, drsn.routine, "
		"q735.0, q735.1, q735.2, q735.3, q735.4\r\n");
	sip_party_priority_configure(&party, &other);
	CU_ASSERT_STRING_EQUAL(
		accepted_of(&party),
		"Accept-Resource-Priority: dsn.flash-override, dsn.flash, dsn.immediate, "
		"dsn.priority, dsn.routine, wps.0, wps.1, wps.2, wps.3, wps.4\r\n");
}

static const CU_TestInfo tests[] = {
	{ "called", test_called },
	{ "ported", test_ported },
	{ "called written", test_called_written },
	{ "subaddress", test_subaddress },
	{ "groups", test_groups },
	{ "calling", test_calling },
	{ "category", test_category },
	{ "caller written", test_caller_written },
	{ "connected", test_connected },
	{ "diversion 7544", test_diversion_7544 },
	{ "placeholders", test_placeholders },
	{ "reasons", test_reasons },
	{ "history odd", test_history_odd },
	{ "original", test_original },
	{ "uui", test_uui },
	{ "priority", test_priority },
	{ "priority accepted", test_priority_accepted },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip party", tests, argc, argv);
}
