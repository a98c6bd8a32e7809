/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Messages as text: the line of logs and ladders, every field, and texts that do not fit. */
#include "isup/msg.h"

#include "isup/param.h"
#include "tests/unit/cu.h"
#include "tests/unit/isup/vectors.h"

static struct vectors valid;

static void load(struct isup_msg *msg, const char *name)
{
	const struct vector *v = vectors_find(&valid, name);
	struct isup_error error;

	CU_ASSERT_FATAL(isup_msg_decode(msg, v->octets, v->n, &error) == 0);
}

/* clang-format off */
static const struct {
	const char *vector;
	const char *line;
} lines[] = {
	{"iam-en-bloc",
	 "IAM cic 3 called 0301234 national complete calling 49301111 international "
	 "allowed"},
	{"iam-overlap", "IAM cic 31 called 12345 subscriber"},
	{"iam-restricted",
	 "IAM cic 258 called 030123456 national complete calling 301234567 national "
	 "restricted"},
	{"iam-unavailable", "IAM cic 5 called 493 international calling - noa 0 unavailable"},
	{"iam-continuity", "IAM cic 8 continuity check called 0301234 national complete"},
	{"sam-even-st", "SAM cic 31 digits 8 complete"},
	{"sam-st", "SAM cic 31 digits - complete"},
	{"acm-free", "ACM cic 3 subscriber free"},
	{"acm-in-band", "ACM cic 3 no indication interworking in-band"},
	{"cpg-alerting", "CPG cic 3 alerting"},
	{"cpg-cause", "CPG cic 3 in-band information cause 17 user busy location LN in-band"},
	{"anm-bare", "ANM cic 3"},
	{"anm-connected", "ANM cic 3 connected 49301112 international allowed subscriber free"},
	{"rel-busy", "REL cic 3 cause 17 user busy location LN"},
	{"rlc", "RLC cic 3"},
	{"sus-network", "SUS cic 3 network"},
	{"res-user", "RES cic 3 user user resumed"},
	{"blo", "BLO cic 1"},
	{"grs", "GRS cic 1 range 30"},
	{"cgb-maintenance", "CGB cic 1 maintenance range 30 status feffff7f"},
	{"cgba-hardware", "CGBA cic 1 hardware range 3 status 0f"},
	{"cot-failed", "COT cic 5 failed"},
	{"usr", "USR cic 3 user-to-user information 0448656c6c6f"},
};
/* clang-format on */

static void test_lines(void)
{
	struct isup_msg msg;
	char text[256];

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		load(&msg, lines[i].vector);
		isup_msg_print(&msg, text, sizeof text);
		if (strcmp(text, lines[i].line) != 0)
			fprintf(stderr, "%s\n  got: %s\n", lines[i].vector, text);
		CU_ASSERT_STRING_EQUAL(text, lines[i].line);
	}
}

static void test_unknown_type(void)
{
	static const uint8_t unknown[] = { 0x03, 0x00, 0x7e, 0x01, 0x01, 0x1e };
	struct isup_error error;
	struct isup_msg msg;
	char text[64];

	CU_ASSERT(isup_msg_decode(&msg, unknown, sizeof unknown, &error) != 0);
	isup_msg_print(&msg, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "0x7e cic 3");
	isup_msg_print_full(&msg, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "0x7e cic 3\n  contents: 01011e\n");
}

static void test_full_iam(void)
{
	static const char expected[] =
		"IAM cic 9\n"
		"  nature of connection indicators: satellite 0 (none), continuity check 0 (not "
		"required), outgoing echo control device 0 (not included)\n"
		"  forward call indicators: call treated as 0 (national), end-to-end method 0 "
		"(none), "
		"interworking 0 (no), end-to-end information 0 (no), ISUP all the way 1 (yes), "
		"ISUP "
		"preference 1 (not required), originating access 1 (ISDN), SCCP method 0 (no "
		"indication), number translated 0 (no), query on release 0 (no)\n"
		"  calling party's category: category 10 (ordinary)\n"
		"  transmission medium requirement: medium 0 (speech)\n"
		"  called party number: digits 0301234, odd 0, complete 1 (yes), nature of address "
		"3 (national), numbering plan 1 (E.164), routing to internal number 0 (allowed)\n"
		"  parameter 0xf7: 010203\n"
		"  calling party number: digits 49301111, odd 0, nature of address 4 "
		"(international), numbering plan 1 (E.164), incomplete 0 (no), presentation 0 "
		"(allowed), screening 3 (network provided)\n"
		"  parameter 0xfe: 00\n"
		"  parameter compatibility information: upgraded parameter 247, interpretation 1 "
		"(end node), release call 0 (no), send notification 0 (no), discard message 0 "
		"(no), "
		"discard parameter 1 (yes), pass on not possible 2 (discard parameter), extension "
		"1 "
		"(last octet), upgraded parameter 254, interpretation 0 (transit), release call 0 "
		"(no), send notification 0 (no), discard message 0 (no), discard parameter 0 (no), "
		"pass on not possible 2 (discard parameter), extension 1 (last octet)\n";
	struct isup_msg msg;
	char text[4096];

	load(&msg, "iam-unknown-parameters");
	isup_msg_print_full(&msg, text, sizeof text);
	if (strcmp(text, expected) != 0)
		fprintf(stderr, "got: %s", text);
	CU_ASSERT_STRING_EQUAL(text, expected);
}

/* clang-format off */
static const struct {
	const char *vector;
	const char *part;
} parts[] = {
	{"rel-busy",
	 "  cause indicators: value 17 (user busy), location 2 (LN), coding standard 0 "
	 "(ITU-T), extension 1 (last octet), diagnostic none\n"},
	{"cfn-parameter", "coding standard 0 (ITU-T), extension 1 (last octet), diagnostic f7\n"},
	{"rel-congestion", "  automatic congestion level: level 2 (level 2 exceeded)\n"},
	{"iam-restricted", "  propagation delay counter: delay 20 (ms)\n"},
	{"iam-restricted", "  hop counter: hops left 30\n"},
	{"iam-diverted",
	 "  redirection information: indicator 3 (diverted), original reason 2 (no "
	 "reply), counter 2, reason 3 (unconditional)\n"},
	{"rel-redirection",
	 "  redirection information: indicator 3 (diverted), original reason 0 "
	 "(unknown), counter 1, reason 1 (user busy)\n"},
	{"iam-isdn",
	 "  user service information: coding standard 0 (ITU-T), transfer capability 16 "
	 "(3.1 kHz audio), transfer mode 0 (circuit), transfer rate 16 (64 kbit/s), octets a3\n"},
	{"iam-isdn", "  access transport: element 30, contents 8083\n"},
	{"iam-isdn", "  user-to-user information: protocol discriminator 4 (IA5), octets 414243\n"},
	{"iam-isdn",
	 "  generic number: digits 49302222, odd 0, qualifier 6 (additional calling party number), "
	 "nature of address 4 (international), numbering plan 1 (E.164), incomplete 0 (no), "
	 "presentation 0 (allowed), screening 3 (network provided)\n"},
	{"cgb-maintenance",
	 "  circuit group supervision message type: type 0 (maintenance)\n  range and "
	 "status: range 30, status feffff7f\n"},
	{"acm-isdn", "  generic notification indicator: notification 121 (remote hold), extension 1 (last octet)\n"},
	{"sam-odd", "  subsequent number: digits 567, odd 1, complete 0 (no)\n"},
};
/* clang-format on */

static void test_full_parts(void)
{
	struct isup_msg msg;
	char text[4096];

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		load(&msg, parts[i].vector);
		isup_msg_print_full(&msg, text, sizeof text);
		if (!strstr(text, parts[i].part))
			fprintf(stderr, "%s misses %sgot: %s", parts[i].vector, parts[i].part,
				text);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, parts[i].part));
	}
}

/* Every code with no contents and with one to forty octets prints, and says so when it is no value.
 */
static void test_every_code(void)
{
	char octets[40], text[8192];
	struct isup_msg msg;

	memset(octets, 0x9f, sizeof octets);
	for (unsigned code = 1; code < 256; code++) {
		for (size_t n = 0; n <= sizeof octets; n++) {
			isup_msg_init(&msg, ISUP_ANM, 1);
			CU_ASSERT_FATAL(isup_msg_add(&msg, (uint8_t)code, octets, n) == 0);
			isup_msg_print_full(&msg, text, sizeof text);
			CU_ASSERT_FATAL(strlen(text) > strlen("ANM cic 1\n  p:\n"));
			CU_ASSERT_FATAL(text[strlen(text) - 1] == '\n');
			isup_msg_print(&msg, text, sizeof text);
			CU_ASSERT_FATAL(strncmp(text, "ANM cic 1", 9) == 0);
		}
	}
	isup_msg_init(&msg, ISUP_ANM, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_CALLING, "\x83\x10", 2), 0);
	isup_msg_print(&msg, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "ANM cic 1 calling malformed 8310");
}

/* Whatever fits is there and terminated; nothing behind the text is touched. */
static void test_small_texts(void)
{
	struct isup_msg msg;
	char whole[4096], text[4096 + 1];

	load(&msg, "iam-isdn");
	isup_msg_print_full(&msg, whole, sizeof whole);
	for (size_t cap = 0; cap <= strlen(whole) + 1; cap++) {
		memset(text, '#', sizeof text);
		isup_msg_print_full(&msg, text, cap);
		CU_ASSERT_FATAL(text[cap] == '#');
		if (!cap)
			continue;
		CU_ASSERT_FATAL(strlen(text) == cap - 1);
		CU_ASSERT_FATAL(strncmp(text, whole, cap - 1) == 0);
	}
	isup_msg_print(&msg, whole, sizeof whole);
	memset(text, '#', sizeof text);
	isup_msg_print(&msg, text, 10);
	CU_ASSERT_STRING_EQUAL(text, "IAM cic 7");
	isup_msg_print(&msg, text, 4);
	CU_ASSERT_STRING_EQUAL(text, "IAM");
}

static CU_TestInfo tests[] = {
	{ "lines", test_lines },
	{ "unknown type", test_unknown_type },
	{ "full iam", test_full_iam },
	{ "full parts", test_full_parts },
	{ "every code", test_every_code },
	{ "small texts", test_small_texts },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	vectors_read(&valid, VECTORS_VALID);
	return cu_run("isup print", tests, argc, argv);
}
