/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Numbers and identities: RFC 3398 12, RFC 3323, RFC 3325. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/sip/identity.h"
#include "tests/unit/cu.h"

static void test_numbers(void)
{
	static const struct {
		const char *uri;
		int err;
		const char *digits;
		enum leg_noa noa;
	} rows[] = {
		{ "sip:+4930999@gw;user=phone", 0, "4930999", LEG_NOA_INTERNATIONAL },
		{ "sip:030999@gw", 0, "030999", LEG_NOA_UNKNOWN },
		{ "tel:+49-30-(99).9", 0, "4930999", LEG_NOA_INTERNATIONAL },
		{ "tel:112;phone-context=+49", 0, "112", LEG_NOA_UNKNOWN },
		{ "sip:%2B4930999@gw", 0, "4930999", LEG_NOA_INTERNATIONAL },
		{ "sip:*31%23@gw", 0, "*31#", LEG_NOA_UNKNOWN },
		{ "sip:+4930999;npdi@gw;user=phone", 0, "4930999", LEG_NOA_INTERNATIONAL },
		{ "sip:alice@gw", -EBADMSG, NULL, 0 },
		{ "sip:gw", -ENOENT, NULL, 0 },
		{ "mailto:030@gw", -EBADMSG, NULL, 0 },
		{ "sip:123456789012345678901234567890123@gw", -ENAMETOOLONG, NULL, 0 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct leg_number number = { .noa = LEG_NOA_SUBSCRIBER };
		struct sip_uri uri;

		CU_ASSERT_EQUAL_FATAL(sip_uri_parse(&uri, str_c(rows[i].uri), NULL), 0);
		CU_ASSERT_EQUAL(sip_identity_number(&uri, &number), rows[i].err);
		if (rows[i].err)
			continue;
		CU_ASSERT_STRING_EQUAL(number.digits, rows[i].digits);
		CU_ASSERT_EQUAL(number.noa, rows[i].noa);
	}
}

static struct leg_setup read_setup(const char *from, const char *more, bool trusted)
{
	char text[2048];
	struct sip_msg *msg = NULL;
	struct leg_setup setup = { 0 };
	int n = snprintf(
		text, sizeof(text),
		"INVITE sip:030999@gw SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
		"Max-Forwards: 70\r\nFrom: %s;tag=1\r\nTo: <sip:030999@gw>\r\nCall-ID: c\r\n"
		"CSeq: 1 INVITE\r\nContact: <sip:a@b>\r\n%s\r\n",
		from, more);

	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, text, (size_t)n, SIP_DATAGRAM), 0);
	snprintf(setup.called.digits, sizeof(setup.called.digits), "030999");
	sip_identity_read(&(struct sip_party_conf){ .trusted = trusted }, msg, "test", &setup,
			  &(struct sip_addr){ .q = 0 });
	sip_msg_free(msg);
	return setup;
}

#define PAI "P-Asserted-Identity: \"Net\" <sip:+4930111@x>, <tel:+4930111>\r\n"

static void test_read(void)
{
	struct leg_setup s = read_setup("\"Al \\\"ice\" <sip:+4940222@x>", "", false);

	CU_ASSERT_STRING_EQUAL(s.calling.digits, "4940222");
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_ALLOWED);
	CU_ASSERT_EQUAL(s.calling.screening, LEG_SCR_USER_NOT_VERIFIED);
	CU_ASSERT_STRING_EQUAL(s.calling_name, "Al \"ice");
	/* Believed only from a trusted peer. */
	s = read_setup("<sip:+4940222@x>", PAI, false);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "4940222");
	s = read_setup("<sip:+4940222@x>", PAI, true);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "4930111");
	CU_ASSERT_EQUAL(s.calling.screening, LEG_SCR_NETWORK);
	CU_ASSERT_STRING_EQUAL(s.generic.digits, "4940222");
	CU_ASSERT_EQUAL(s.generic.screening, LEG_SCR_USER_NOT_VERIFIED);
	CU_ASSERT_STRING_EQUAL(s.calling_name, "Net");
	s = read_setup("<sip:+4930111@x>", PAI "Privacy: id;critical\r\n", true);
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "4930111");
	CU_ASSERT_STRING_EQUAL(s.generic.digits, "");
	s = read_setup("\"Anonymous\" <sip:anonymous@anonymous.invalid>", "", false);
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_STRING_EQUAL(s.calling.digits, "");
	CU_ASSERT_STRING_EQUAL(s.calling_name, "");
	s = read_setup("<sip:alice@x>", "", false);
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_UNAVAILABLE);
	s = read_setup("<sip:+4940222@x>", "Privacy: none\r\n", false);
	CU_ASSERT_EQUAL(s.calling.presentation, LEG_PRES_ALLOWED);
}

static char text[1024];

static const char *from_of(const struct leg_setup *setup, bool trusted)
{
	struct sip_writer w;

	sip_write_open(&w, text, sizeof(text) - 1);
	sip_identity_write_from(&w, &(struct sip_party_conf){ .trusted = trusted }, setup,
				STR("gw.example"));
	CU_ASSERT_FALSE(w.bad);
	text[w.n] = '\0';
	return text;
}

static const char *asserted_of(const struct leg_number *number)
{
	const struct sip_party_conf party = { .trusted = true };
	struct sip_writer w;

	sip_write_open(&w, text, sizeof(text) - 1);
	sip_identity_write_connected(&w, &party, number, STR("gw.example"));
	CU_ASSERT_FALSE(w.bad);
	text[w.n] = '\0';
	return text;
}

static void test_write(void)
{
	struct leg_setup s = { .calling = { .noa = LEG_NOA_INTERNATIONAL, .digits = "4930111" },
			       .calling_name = "A \"B\"" };

	CU_ASSERT_STRING_EQUAL(from_of(&s, false),
			       "\"A \\\"B\\\"\" <sip:+4930111@gw.example;user=phone>");
	CU_ASSERT_STRING_EQUAL(asserted_of(&s.calling),
			       "P-Asserted-Identity: <sip:+4930111@gw.example;user=phone>\r\n");
	s.calling_name[0] = '\0';
	s.calling.noa = LEG_NOA_UNKNOWN;
	CU_ASSERT_STRING_EQUAL(from_of(&s, false), "<sip:4930111@gw.example;user=phone>");
	s.calling.presentation = LEG_PRES_RESTRICTED;
	CU_ASSERT_STRING_EQUAL(from_of(&s, true),
			       "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
	CU_ASSERT_STRING_EQUAL(asserted_of(&s.calling),
			       "P-Asserted-Identity: <sip:4930111@gw.example;user=phone>\r\n"
			       "Privacy: id\r\n");
	s.calling.presentation = LEG_PRES_UNAVAILABLE;
	CU_ASSERT_STRING_EQUAL(from_of(&s, true), "<sip:gw.example>");
	CU_ASSERT_STRING_EQUAL(asserted_of(&s.calling), "");
	s.calling.presentation = LEG_PRES_ALLOWED;
	s.generic = (struct leg_number){ .noa = LEG_NOA_INTERNATIONAL, .digits = "49555" };
	CU_ASSERT_STRING_EQUAL(from_of(&s, true), "<sip:+49555@gw.example;user=phone>");
	CU_ASSERT_STRING_EQUAL(from_of(&s, false), "<sip:4930111@gw.example;user=phone>");
}

/* A name that is cut does not end in half a character, and line ends do not pass. */
static void test_names(void)
{
	char name[256] = "\"";
	struct leg_setup s;
	size_t n;

	for (unsigned i = 0; i < 40; i++)
		memcpy(name + 1 + 2 * i, "\xc3\xa4", 2);
	memcpy(name + 81, "\" <sip:+49@x>", 14);
	s = read_setup(name, "", false);
	n = strlen(s.calling_name);
	CU_ASSERT_EQUAL(n, 62);
	CU_ASSERT_EQUAL(s.calling_name[n - 1], '\xa4');
}

static const CU_TestInfo tests[] = {
	{ "numbers", test_numbers }, { "read", test_read }, { "write", test_write },
	{ "names", test_names },     CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip identity", tests, argc, argv);
}
