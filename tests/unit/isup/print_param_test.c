/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Parameters that Wireshark does not decode or decodes wrongly (tests/vectors/isup/wireshark.tsv), and those of the variants:
 * octets by hand from Q.763's and T1.113's figures, and the text that they must give.
 */
#include "isup/msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isup/param.h"
#include "tests/unit/cu.h"

/* clang-format off */
static const struct {
	uint8_t variant, code;
	const char *hex, *text;
} vectors[] = {
	/* 3.8, 3.17, 3.50, 3.40: a point code's low octet comes first */
	{ ISUP_ITU, 0x01, "0102030a10", "call reference: call identity 66051, point code 4106" },
	{ ISUP_ITU, 0x0d, "0000070a100264", "connection request: local reference 7, point code 4106, protocol class 2, credit 100" },
	{ ISUP_ITU, 0x0d, "0000070a10", "connection request: local reference 7, point code 4106" },
	{ ISUP_ITU, 0x1e, "ff3f", "signalling point code: point code 16383" },
	{ ISUP_ITU, 0x1e, "0108", "signalling point code: point code 2049" },
	{ ISUP_ITU, 0x2b, "0108", "origination ISC point code: point code 2049" },
	{ ISUP_ANSI, 0x01, "0102030a10", "call reference: call identity 66051, point code 4106" },
	{ ISUP_ANSI, 0x0d, "0000070a100264", "connection request: local reference 7, point code 4106, protocol class 2, credit 100" },
	{ ISUP_ANSI, 0x1e, "0108", "signalling point code: point code 2049" },
	{ ISUP_ANSI, 0x2b, "0108", "origination ISC point code: point code 2049" },
	/* 3.43: range 2 is three circuits */
	{ ISUP_ITU, 0x16, "0205", "range and status: range 2, status 05" },
	{ ISUP_ANSI, 0x16, "0205", "range and status: range 2, status 05" },
	/* 3.5 bit J, T1.113 bit J */
	{ ISUP_ITU, 0x11, "0002", "backward call indicators: charge 0 (no indication), called party's status 0 (no indication), "
	  "called party's category 0 (no indication), end-to-end method 0 (none), interworking 0 (no), end-to-end information 1 (yes), "
	  "ISUP all the way 0 (no), holding requested 0 (no), terminating access 0 (non-ISDN), incoming echo control device 0 "
	  "(not included), SCCP method 0 (no indication)" },
	{ ISUP_ANSI, 0x11, "0c02", "backward call indicators: charge 0 (no indication), called party's status 3 (excessive delay), "
	  "called party's category 0 (no indication), end-to-end method 0 (none), interworking 0 (no), IAM segmentation 1 (yes), "
	  "ISUP all the way 0 (no), holding requested 0 (no), terminating access 0 (non-ISDN), incoming echo control device 0 "
	  "(not included), SCCP method 0 (no indication)" },
	/* 3.96 to 3.98 */
	{ ISUP_ITU, 0x4e, "81", "redirect capability: redirect possible 1 (before ACM), extension 1 (last octet)" },
	{ ISUP_ANSI, 0x4e, "82", "redirect capability: redirect possible 2 (before ANM), extension 1 (last octet)" },
	{ ISUP_ITU, 0x77, "1f", "redirect counter: counter 31" },
	{ ISUP_ANSI, 0x77, "03", "redirect counter: counter 3" },
	{ ISUP_ITU, 0x8a, "81", "redirect status: status 1 (acknowledged), extension 1 (last octet)" },
	/* 3.66, 3.62 */
	{ ISUP_ITU, 0x4c, "82210302436593031203",
	  "forward GVNS: service provider 123, user group 3456, numbering plan 1, nature of address 3, routing number 213" },
	{ ISUP_ITU, 0x4d, "82", "backward GVNS: terminating access 2 (switched), extension 1 (last octet)" },
	/* 3.78, 3.79 */
	{ ISUP_ITU, 0x74, "83", "UID action indicators: through-connection 1 (through-connect both ways), T9 1 (stop or do not start), extension 1 (last octet)" },
	{ ISUP_ITU, 0x75, "82", "UID capability indicators: through-connection possible 0 (no), stopping of T9 possible 1 (yes), extension 1 (last octet)" },
	/* 3.83 to 3.87 */
	{ ISUP_ITU, 0x7a, "01", "CCNR possible indicator: CCNR possible 1 (yes)" },
	{ ISUP_ITU, 0x7b, "c3", "pivot capability: pivot possible 3 (at any time), interworking to redirection 1 (not allowed), extension 1 (last octet)" },
	{ ISUP_ITU, 0x7c, "81", "pivot routing indicators: pivot routing 1 (request), extension 1 (last octet)" },
	{ ISUP_ITU, 0x7d, "8390214305", "called directory number: digits 12345, odd 1, nature of address 3 (national), numbering plan 1 (E.164), routing to internal number 1 (not allowed)" },
	{ ISUP_ITU, 0x7f, "03142143", "original called IN number: digits 1234, odd 0, nature of address 3 (national), numbering plan 1 (E.164), presentation 1 (restricted)" },
	/* 3.88 to 3.93 */
	{ ISUP_ITU, 0x81, "0780010203", "calling geodetic location: presentation 1 (restricted), screening 3 (network provided), extension 1 (last octet), shape 0 (ellipsoid point), description 010203" },
	{ ISUP_ITU, 0x82, "84102103", "HTR information: digits 123, odd 1, nature of address 4 (international), numbering plan 1 (E.164)" },
	{ ISUP_ITU, 0x84, "932103", "network routing number: odd 1, numbering plan 1, nature of address 3, digits 123" },
	{ ISUP_ITU, 0x85, "81", "QoR capability: query on release 1 (supported), extension 1 (last octet)" },
	{ ISUP_ITU, 0x86, "82", "pivot status: status 2 (not invoked), extension 1 (last octet)" },
	{ ISUP_ITU, 0x87, "05", "pivot counter: counter 5" },
	/* 3.94, 3.95, 3.99, 3.100 */
	{ ISUP_ITU, 0x88, "0302810004018f", "pivot routing forward information: information 3 (performing indicator), contents 8100, information 4 (invoking reason), contents 8f" },
	{ ISUP_ITU, 0x89, "0100", "pivot routing backward information: information 1 (return to invoking exchange duration), contents none" },
	{ ISUP_ITU, 0x8b, "0100", "redirect forward information: information 1 (return to invoking exchange possible), contents none" },
	{ ISUP_ITU, 0x8c, "030181", "redirect backward information: information 3 (invoking reason), contents 81" },
	/* 3.101, 3.24 */
	{ ISUP_ITU, 0x8d, "83", "number portability forward information: status 3 (called ported), extension 1 (last octet)" },
	{ ISUP_ITU, 0xc1, "212103", "generic digits: encoding 1 (BCD odd), type 1 (authorisation code), digits 123" },
	{ ISUP_ITU, 0xc1, "4031327f", "generic digits: encoding 2 (IA5), type 0 (account code), digits \"12?\"" },
	{ ISUP_ITU, 0xc1, "630aff", "generic digits: encoding 3 (binary), type 3 (business group), digits 0aff" },
	/* two octets by the extension mechanism, and octets behind its end */
	{ ISUP_ITU, 0x6e, "018255", "call diversion treatment indicators: call to be diverted 1 (allowed), extension 0 (continues), call to be diverted 2 (not allowed), extension 1 (last octet), octets 55" },
	/* T1.113 */
	{ ISUP_ANSI, 0x23, "212143a0", "transit network selection: spare 0, type 2 (national), identification plan 1 (3-digit carrier), network 1234, circuit code 10" },
	{ ISUP_ANSI, 0xc2, "1432", "operator services information: information type 1, value 4, information type 3, value 2" },
	{ ISUP_ANSI, 0xc3, "3031", "egress service: text \"01\"" },
	{ ISUP_ANSI, 0xc4, "214365", "jurisdiction information: digits 123456" },
	{ ISUP_ANSI, 0xc5, "222143", "carrier identification: spare 0, type 2 (national), identification plan 2 (4-digit carrier), network 1234" },
	{ ISUP_ANSI, 0xc6, "31000102000304", "business group: party selector 1, line privileges indicator 1, identifier type 1, attendant 0, group 258, sub-group 3, line privileges 4" },
	{ ISUP_ANSI, 0xc7, "2142", "generic name: presentation 1 (restricted), availability 0 (available), type 1 (calling), name \"B\"" },
	{ ISUP_ANSI, 0xe5, "e6", "circuit group characteristics: carrier 2 (digital), double seizing control 1 (odd circuits), alarm carrier 2 (hardware), continuity check 3 (per call)" },
	{ ISUP_ANSI, 0xe6, "01", "circuit validation response: response 1 (successful)" },
	{ ISUP_ANSI, 0xe8, "5452", "circuit identification name: text \"TR\"" },
	{ ISUP_ANSI, 0xea, "1b", "originating line information: line 27 (coin)" },
	{ ISUP_ANSI, 0xeb, "83102103", "charge number: digits 123, odd 1, nature of address 3 (national), numbering plan 1 (E.164)" },
	{ ISUP_ANSI, 0xec, "07", "service code: value 7" },
	{ ISUP_ANSI, 0x12, "c297", "cause indicators: value 23 (unallocated destination number), location 2 (LN), coding standard 2 (ANSI), extension 1 (last octet), diagnostic none" },
	/* national */
	{ ISUP_UK, 0xfe, "0300", "national forward call indicators: CLI 1 (allowed), network translated address 1 (yes), IUP priority access 0 (no), IUP protection 0 (no), octets 00" },
	{ ISUP_UK, 0xfd, "83132103", "presentation number: digits 123, odd 1, nature of address 3 (national), numbering plan 1 (E.164), presentation 0 (allowed), screening 3 (network provided)" },
	{ ISUP_UK, 0xfc, "83142103", "last diverting line identity: digits 123, odd 1, nature of address 3 (national), numbering plan 1 (E.164), presentation 1 (restricted)" },
	{ ISUP_UK, 0xfb, "0102", "partial CLI: 0102" },
	{ ISUP_ITU, 0xfb, "0102", "parameter 0xfb: 0102" },
	{ ISUP_JAPAN, 0xfa, "03", "charge information type: type 3 (advanced charge rate transfer)" },
	{ ISUP_JAPAN, 0xf5, "81", "reason for CLIP failure: reason 1 (user's request), extension 1 (last octet)" },
	{ ISUP_JAPAN, 0xf9, "83102103", "contractor number: digits 123, odd 1, nature of address 3 (national), numbering plan 1 (E.164)" },
	/* what does not read shows as it is */
	{ ISUP_ITU, 0x01, "01020304", "call reference: malformed 01020304" },
	{ ISUP_ITU, 0x03, "1e0382", "access transport: malformed 1e0382" },
	{ ISUP_ITU, 0x03, "a11e028083", "access transport: element 161, element 30, contents 8083" },
	{ ISUP_ITU, 0x39, "f182f2", "parameter compatibility information: malformed f182f2" },
	{ ISUP_ITU, 0x39, "f1020381f290", "parameter compatibility information: upgraded parameter 241, interpretation 0 (transit), release call 1 (yes), "
	  "send notification 0 (no), discard message 0 (no), discard parameter 0 (no), pass on not possible 0 (release call), extension 0 (continues), "
	  "broadband/narrowband 3 (discard parameter), instructions 129, upgraded parameter 242, interpretation 0 (transit), release call 0 (no), "
	  "send notification 0 (no), discard message 0 (no), discard parameter 1 (yes), pass on not possible 0 (release call), extension 1 (last octet)" },
	{ ISUP_ITU, 0x4c, "8521", "forward GVNS: malformed 8521" },
	{ ISUP_ITU, 0x4c, "852101", "forward GVNS: malformed 852101" },
	{ ISUP_ITU, 0x78, "0181", "application transport: malformed 0181" },
	{ ISUP_ITU, 0x78, "008781c00000", "application transport: extension 0 (continues), extension 1 (last octet), context 896, extension 1 (last octet), release call 1 (yes), send notification 0 (no), extension 1 (last octet), following segments 0, sequence 1 (new), origination length 0, destination length 0" },
	{ ISUP_ITU, 0x88, "010581", "pivot routing forward information: malformed 010581" },
};
/* clang-format on */

static size_t octets_of(const char *hex, uint8_t *octets)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		const char pair[] = { hex[2 * i], hex[2 * i + 1], '\0' };
		octets[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

static void test_vectors(void)
{
	uint8_t octets[64];
	char text[2048], expected[2048];
	struct isup_msg msg;

	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		size_t n = octets_of(vectors[i].hex, octets);
		isup_msg_init_as(&msg, vectors[i].variant, ISUP_ANM, 1);
		CU_ASSERT_FATAL(isup_msg_add(&msg, vectors[i].code, octets, n) == 0);
		isup_msg_print_full(&msg, text, sizeof text);
		snprintf(expected, sizeof expected, "ANM cic 1\n  %s\n", vectors[i].text);
		if (strcmp(text, expected) != 0)
			fprintf(stderr, "0x%02x %s\n  got: %s", vectors[i].code, vectors[i].hex,
				text);
		CU_ASSERT_STRING_EQUAL(text, expected);
	}
}

/* Messages that Wireshark does not decode, and those of the variants. */
/* clang-format off */
static const struct {
	uint8_t variant;
	const char *hex, *text;
} messages[] = {
	{ ISUP_ITU, "0300430105030021f300", "SDN cic 3 digits 123 complete" },
	{ ISUP_ANSI, "0340ed013d010500", "EXM cic 3" },
	{ ISUP_ANSI, "0340ea04", "CRM cic 3 continuity check" },
	{ ISUP_ANSI, "0300eb01e600", "CVR cic 3 successful" },
	{ ISUP_ANSI, "030010", "RLC cic 3" },
	{ ISUP_RUSSIA, "0300fc", "CCL cic 3" },
	{ ISUP_RUSSIA, "0300ff0102", "RNG cic 3" },
	{ ISUP_JAPAN, "0300fe01fa010300", "CHG cic 3" },
	{ ISUP_FRANCE, "0300e10102", "CHP cic 3" },
	{ ISUP_ISRAEL, "0300e8010203", "BCM cic 3" },
};
/* clang-format on */

static void check_again(const struct isup_msg *msg, const uint8_t *octets, size_t n)
{
	uint8_t again[ISUP_OCTETS_MAX];

	CU_ASSERT_EQUAL(isup_msg_encode(msg, again, sizeof again), (int)n);
	CU_ASSERT(memcmp(again, octets, n) == 0);
}

static void test_messages(void)
{
	uint8_t octets[64];
	char text[256];
	struct isup_error error;
	struct isup_msg msg;

	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		size_t n = octets_of(messages[i].hex, octets);
		/* a spare bit of the CIC is not kept */
		octets[1] &= messages[i].variant == ISUP_ANSI ? 0x3f : 0x0f;
		CU_ASSERT_EQUAL(isup_msg_decode_as(&msg, messages[i].variant, octets, n, &error),
				0);
		isup_msg_print(&msg, text, sizeof text);
		CU_ASSERT_STRING_EQUAL(text, messages[i].text);
		check_again(&msg, octets, n);
	}
}

/* T1.113: 14 bits of CIC; the user service information's pointer comes before the called number's. */
static void test_ansi_iam(void)
{
	static const uint8_t octets[] = { 0xff, 0x3f, 0x01, 0x00, 0x60, 0x01, 0x0a, 0x03,
					  0x06, 0x0b, 0x03, 0x80, 0x90, 0xa2, 0x05, 0x83,
					  0x10, 0x21, 0x43, 0x05, 0xea, 0x01, 0x00, 0x00 };
	struct isup_error error;
	struct isup_number number;
	struct isup_msg msg;

	CU_ASSERT_EQUAL(isup_msg_decode_as(&msg, ISUP_ANSI, octets, sizeof octets, &error), 0);
	CU_ASSERT_EQUAL(msg.cic, 0x3fff);
	CU_ASSERT_EQUAL(msg.params[3].code, ISUP_P_USI);
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLED, &number));
	CU_ASSERT_STRING_EQUAL(number.digits, "12345");
	check_again(&msg, octets, sizeof octets);
	isup_msg_init_as(&msg, ISUP_ANSI, ISUP_BLO, 0x3fff);
	uint8_t out[8];
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), 3);
	isup_msg_init_as(&msg, ISUP_ITU, ISUP_BLO, 0x1000);
	CU_ASSERT(isup_msg_encode(&msg, out, sizeof out) < 0);
}

static void test_variants(void)
{
	static const char *const names[] = { "itu",    "ansi",	 "uk",	 "russia", "japan",
					     "france", "israel", "etsi", "q767" };

	for (unsigned i = 0; i < ISUP_VARIANTS; i++) {
		CU_ASSERT_STRING_EQUAL(isup_variant_name(i), names[i]);
		CU_ASSERT_EQUAL(isup_variant_of(names[i]), (int)i);
		CU_ASSERT(isup_variant_source(i) && *isup_variant_source(i));
	}
	CU_ASSERT_PTR_NULL(isup_variant_name(ISUP_VARIANTS));
	CU_ASSERT_PTR_NULL(isup_variant_source(ISUP_VARIANTS));
	CU_ASSERT(isup_variant_of("mars") < 0);
	CU_ASSERT_STRING_EQUAL(isup_param_name_as(ISUP_ANSI, ISUP_P_OLI),
			       "originating line information");
	CU_ASSERT_PTR_NULL(isup_param_name(ISUP_P_OLI));
	CU_ASSERT_PTR_NULL(isup_type_name_as(ISUP_ITU, 0xfd));
	CU_ASSERT_STRING_EQUAL(isup_type_name(ISUP_EXM), "EXM");
	CU_ASSERT_PTR_NULL(isup_type_name_as(ISUP_ITU, ISUP_EXM));
}

/* A number parameter is written only where its variant has it. */
static void test_put(void)
{
	struct isup_number number = { .noa = 3, .npi = 1, .n = 3, .digits = "123" }, again;
	struct isup_msg msg;
	uint8_t oli;

	isup_msg_init_as(&msg, ISUP_ANSI, ISUP_ANM, 1);
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CHARGE_NUMBER, &number), 0);
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CHARGE_NUMBER, &again));
	CU_ASSERT(memcmp(&number, &again, sizeof number) == 0);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_OLI, 61), 0);
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_OLI, &oli) && oli == 61);
	isup_msg_init(&msg, ISUP_ANM, 1);
	CU_ASSERT(isup_put_number(&msg, ISUP_P_CHARGE_NUMBER, &number) < 0);
	CU_ASSERT(isup_put_octet(&msg, ISUP_P_OLI, 61) < 0);
}

static CU_TestInfo tests[] = {
	{ "vectors", test_vectors },   { "messages", test_messages }, { "ANSI IAM", test_ansi_iam },
	{ "variants", test_variants }, { "put", test_put },	      CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("isup print param", tests, argc, argv);
}
