/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Typed values of parameters: against hand-written octets, there and back, malformed (Q.763 clause
 * 3). */
#include "isup/param.h"

#include <errno.h>

#include "tests/unit/cu.h"
#include "tests/unit/isup/vectors.h"

static struct vectors valid;

static void load(struct isup_msg *msg, const char *name)
{
	const struct vector *v = vectors_find(&valid, name);
	struct isup_error error;

	CU_ASSERT_FATAL(isup_msg_decode(msg, v->octets, v->n, &error) == 0);
}

static void one(struct isup_msg *msg, uint8_t code, const char *octets, size_t n)
{
	isup_msg_init(msg, ISUP_ANM, 1);
	CU_ASSERT_FATAL(isup_msg_add(msg, code, octets, n) == 0);
}

/* The parameter holds exactly these octets. */
static bool holds(const struct isup_msg *msg, uint8_t code, const char *octets, size_t n)
{
	const struct isup_param *param = isup_msg_find(msg, code);

	return param && param->length == n && memcmp(isup_param_octets(msg, param), octets, n) == 0;
}

static void test_numbers_read(void)
{
	struct isup_number n;
	struct isup_msg msg;

	load(&msg, "iam-en-bloc");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLED, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "0301234");
	CU_ASSERT(n.n == 7 && n.complete && n.noa == ISUP_NOA_NATIONAL && n.npi == ISUP_NPI_ISDN);
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLING, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "49301111");
	CU_ASSERT(n.noa == ISUP_NOA_INTERNATIONAL && n.screening == ISUP_SCR_NETWORK);
	CU_ASSERT(n.presentation == ISUP_PRES_ALLOWED && !n.incomplete && !n.complete);

	load(&msg, "iam-overlap");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLED, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "12345");
	CU_ASSERT(!n.complete && n.noa == ISUP_NOA_SUBSCRIBER);

	load(&msg, "iam-restricted");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLING, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "301234567");
	CU_ASSERT(n.presentation == ISUP_PRES_RESTRICTED && n.screening == ISUP_SCR_NETWORK);

	load(&msg, "iam-unavailable");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLING, &n));
	CU_ASSERT(n.n == 0 && n.presentation == ISUP_PRES_UNAVAILABLE);
	CU_ASSERT_STRING_EQUAL(n.digits, "");

	load(&msg, "iam-diverted");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_REDIRECTING, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "03011111");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_ORIGINAL_CALLED, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "03012");

	load(&msg, "iam-isdn");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_GENERIC_NUMBER, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "49302222");
	CU_ASSERT(n.qualifier == 6 && n.screening == ISUP_SCR_NETWORK);

	load(&msg, "anm-connected");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CONNECTED, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "49301112");
}

static void test_subsequent_read(void)
{
	struct isup_number n;
	struct isup_msg msg;

	load(&msg, "sam-odd");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_SUBSEQUENT, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "567");
	CU_ASSERT(!n.complete);
	load(&msg, "sam-even-st");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_SUBSEQUENT, &n));
	CU_ASSERT_STRING_EQUAL(n.digits, "8");
	CU_ASSERT(n.complete);
	load(&msg, "sam-st");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_SUBSEQUENT, &n));
	CU_ASSERT(n.complete && n.n == 0);
}

static const struct {
	uint8_t code;
	const char *octets;
	size_t n;
} bad_numbers[] = {
	{ ISUP_P_CALLED, "", 0 },	      /* nothing */
	{ ISUP_P_CALLED, "\x03", 1 },	      /* no numbering plan */
	{ ISUP_P_CALLED, "\x83\x10", 2 },     /* odd, but no digit */
	{ ISUP_P_CALLED, "\x03\x10\x1f", 3 }, /* ST before the last signal */
	{ ISUP_P_CALLED, "\x83\x10\x1f\x0f", 4 },
	{ ISUP_P_CALLING, "\x83\x10\x0f", 3 }, /* no ST in other numbers */
	{ ISUP_P_SUBSEQUENT, "", 0 },
	{ ISUP_P_GENERIC_NUMBER, "\x00\x03", 2 },
	{ ISUP_P_CAUSE, "\x03\x10\x11", 3 }, /* no number */
};

static void test_numbers_malformed(void)
{
	char many[2 + 18] = "\x03\x10\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11"
			    "\x11\x11\x11\x11\x11\x11";
	struct isup_number n;
	struct isup_msg msg;

	for (size_t i = 0; i < sizeof bad_numbers / sizeof *bad_numbers; i++) {
		one(&msg, bad_numbers[i].code, bad_numbers[i].octets, bad_numbers[i].n);
		memset(&n, 0x55, sizeof n);
		CU_ASSERT_FALSE(isup_get_number(&msg, bad_numbers[i].code, &n));
		CU_ASSERT(n.n == 0 && n.noa == 0 && n.digits[0] == '\0' && !n.complete);
	}
	CU_ASSERT_FALSE(isup_get_number(&msg, ISUP_P_CONNECTED, &n));
	/* 32 digits are the most; one or two more are no number */
	one(&msg, ISUP_P_CALLED, many, 18);
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLED, &n) && n.n == ISUP_DIGITS_MAX);
	one(&msg, ISUP_P_CALLED, many, 19);
	CU_ASSERT_FALSE(isup_get_number(&msg, ISUP_P_CALLED, &n));
	many[0] = (char)0x83;
	one(&msg, ISUP_P_CALLED, many, 19);
	CU_ASSERT_FALSE(isup_get_number(&msg, ISUP_P_CALLED, &n));
	load(&msg, "iam-longest");
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLED, &n));
	CU_ASSERT(n.n == ISUP_DIGITS_MAX && n.complete);
	CU_ASSERT_STRING_EQUAL(n.digits, "12345678901234567890123456789012");
}

static void test_numbers_written(void)
{
	struct isup_number n = { .noa = 3, .npi = 1, .complete = true, .n = 4, .digits = "0A1E" };
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_IAM, 1);
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLED, &n), 0);
	CU_ASSERT(holds(&msg, ISUP_P_CALLED, "\x83\x10\xa0\xe1\x0f", 5));
	n.internal_not_allowed = true;
	n.complete = false;
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLED, &n), 0);
	CU_ASSERT(holds(&msg, ISUP_P_CALLED, "\x03\x90\xa0\xe1", 4));
	CU_ASSERT_EQUAL(msg.n_params, 1);
	/* fields that a parameter does not have are not written */
	n = (struct isup_number){ .noa = 4,
				  .npi = 1,
				  .presentation = 1,
				  .screening = 3,
				  .incomplete = true,
				  .complete = true,
				  .qualifier = 6,
				  .internal_not_allowed = true,
				  .n = 1,
				  .digits = "9" };
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLING, &n), 0);
	CU_ASSERT(holds(&msg, ISUP_P_CALLING, "\x84\x97\x09", 3));
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CONNECTED, &n), 0);
	CU_ASSERT(holds(&msg, ISUP_P_CONNECTED, "\x84\x17\x09", 3));
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_REDIRECTING, &n), 0);
	CU_ASSERT(holds(&msg, ISUP_P_REDIRECTING, "\x84\x14\x09", 3));
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_ORIGINAL_CALLED, &n), 0);
	CU_ASSERT(holds(&msg, ISUP_P_ORIGINAL_CALLED, "\x84\x14\x09", 3));
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_GENERIC_NUMBER, &n), 0);
	CU_ASSERT(holds(&msg, ISUP_P_GENERIC_NUMBER, "\x06\x84\x97\x09", 4));
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_SUBSEQUENT, &n), 0);
	CU_ASSERT(holds(&msg, ISUP_P_SUBSEQUENT, "\x00\xf9", 2));
	/* a second generic number stands beside the first */
	size_t before = msg.n_params;
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_GENERIC_NUMBER, &n), 0);
	CU_ASSERT_EQUAL(msg.n_params, before + 1);
}

static void test_numbers_refused(void)
{
	const struct isup_number good = { .noa = 3, .npi = 1, .n = 2, .digits = "12" };
	struct isup_number n;
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_IAM, 1);
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CAUSE, &good), -EINVAL);
	n = good;
	n.noa = 128;
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLED, &n), -EINVAL);
	n = good;
	n.npi = 8;
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLED, &n), -EINVAL);
	n = good;
	n.presentation = 4;
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLING, &n), -EINVAL);
	n = good;
	n.screening = 4;
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLING, &n), -EINVAL);
	n = good;
	n.digits[1] = 'F';
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLED, &n), -EINVAL);
	n.digits[1] = '+';
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLED, &n), -EINVAL);
	n = good;
	n.n = ISUP_DIGITS_MAX + 1;
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLED, &n), -EINVAL);
	/* a called number has a digit or ST, a calling number need not */
	n = good;
	n.n = 0;
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLED, &n), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_SUBSEQUENT, &n), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CALLING, &n), 0);
	CU_ASSERT_EQUAL(msg.n_params, 1);
}

static void test_numbers_round(void)
{
	static const uint8_t codes[] = { ISUP_P_CALLED,	       ISUP_P_SUBSEQUENT,
					 ISUP_P_CALLING,       ISUP_P_CONNECTED,
					 ISUP_P_REDIRECTING,   ISUP_P_ORIGINAL_CALLED,
					 ISUP_P_GENERIC_NUMBER };
	struct isup_number in, out;
	struct isup_msg msg;

	for (size_t c = 0; c < sizeof codes; c++) {
		for (unsigned n = 1; n <= ISUP_DIGITS_MAX; n++) {
			memset(&in, 0, sizeof in);
			in.n = (uint8_t)n;
			for (unsigned i = 0; i < n; i++)
				in.digits[i] = "0123456789ABCDE"[(i * 7 + n) % 15];
			if (codes[c] != ISUP_P_SUBSEQUENT) {
				in.noa = 4;
				in.npi = 1;
			}
			in.complete = n % 3 == 0 && codes[c] <= ISUP_P_SUBSEQUENT;
			isup_msg_init(&msg, ISUP_ANM, 1);
			CU_ASSERT_EQUAL(isup_put_number(&msg, codes[c], &in), 0);
			CU_ASSERT(isup_get_number(&msg, codes[c], &out));
			CU_ASSERT(memcmp(&in, &out, sizeof in) == 0);
		}
	}
}

/* Every value of every indicator octet goes through its struct, save bits that are spare. */
static void test_indicators_round(void)
{
	struct isup_msg msg;

	for (unsigned v = 0; v < 0x10000; v += 7) {
		const char octets[2] = { (char)(v & 0xff), (char)(v >> 8) };
		struct isup_fci fci;
		struct isup_bci bci;
		struct isup_redirection redirection;
		one(&msg, ISUP_P_FCI, octets, 2);
		CU_ASSERT(isup_get_fci(&msg, &fci) && !isup_put_fci(&msg, &fci));
		CU_ASSERT(holds(&msg, ISUP_P_FCI,
				(const char[]){ octets[0], (char)(octets[1] & 0x17) }, 2));
		one(&msg, ISUP_P_BCI, octets, 2);
		CU_ASSERT(isup_get_bci(&msg, &bci) && !isup_put_bci(&msg, &bci));
		CU_ASSERT(holds(&msg, ISUP_P_BCI, octets, 2));
		one(&msg, ISUP_P_REDIRECTION_INFO, octets, 2);
		CU_ASSERT(isup_get_redirection(&msg, &redirection));
		CU_ASSERT_EQUAL(isup_put_redirection(&msg, &redirection), 0);
		CU_ASSERT(holds(
			&msg, ISUP_P_REDIRECTION_INFO,
			(const char[]){ (char)(octets[0] & 0xf7), (char)(octets[1] & 0xf7) }, 2));
	}
}

static void test_octet_indicators_round(void)
{
	struct isup_msg msg;

	for (unsigned v = 0; v < 0x100; v++) {
		const char octet = (char)v;
		struct isup_nci nci;
		struct isup_obci obci;
		struct isup_event event;
		one(&msg, ISUP_P_NCI, &octet, 1);
		CU_ASSERT(isup_get_nci(&msg, &nci) && !isup_put_nci(&msg, &nci));
		CU_ASSERT(holds(&msg, ISUP_P_NCI, (const char[]){ (char)(v & 0x1f) }, 1));
		one(&msg, ISUP_P_OBCI, &octet, 1);
		CU_ASSERT(isup_get_obci(&msg, &obci) && !isup_put_obci(&msg, &obci));
		CU_ASSERT(holds(&msg, ISUP_P_OBCI, (const char[]){ (char)(v & 0x0f) }, 1));
		one(&msg, ISUP_P_EVENT_INFO, &octet, 1);
		CU_ASSERT(isup_get_event(&msg, &event) && !isup_put_event(&msg, &event));
		CU_ASSERT(holds(&msg, ISUP_P_EVENT_INFO, &octet, 1));
	}
}

/* Bit by bit against Q.763's letters, so that no two fields are exchanged. */
static void test_indicator_places(void)
{
	struct isup_nci nci;
	struct isup_fci fci;
	struct isup_bci bci;
	struct isup_obci obci;
	struct isup_event event;
	struct isup_redirection r;
	struct isup_msg msg;

	one(&msg, ISUP_P_NCI, "\x15", 1); /* AB 01, CD 01, E 1 */
	CU_ASSERT(isup_get_nci(&msg, &nci));
	CU_ASSERT(nci.satellite == 1 && nci.continuity == 1 && nci.echo_control);
	one(&msg, ISUP_P_FCI, "\xa5\x15", 2); /* A 1, CB 10, F 1, HG 10; I 1, KJ 10, M 1 */
	CU_ASSERT(isup_get_fci(&msg, &fci));
	CU_ASSERT(fci.national_international == 1 && fci.end_to_end == 2 && !fci.interworking);
	CU_ASSERT(!fci.end_to_end_info && fci.isup_all_way && fci.isup_preference == 2);
	CU_ASSERT(fci.isdn_access && fci.sccp == 2 && fci.translated);
	one(&msg, ISUP_P_FCI, "\x18\x00", 2);
	CU_ASSERT(isup_get_fci(&msg, &fci) && fci.interworking && fci.end_to_end_info);
	one(&msg, ISUP_P_BCI, "\x66\x95", 2); /* BA 10, DC 01, FE 10, HG 01; I, K, M 1, PO 10 */
	CU_ASSERT(isup_get_bci(&msg, &bci));
	CU_ASSERT(bci.charge == 2 && bci.called_status == 1 && bci.called_category == 2);
	CU_ASSERT(bci.end_to_end == 1 && bci.interworking && !bci.end_to_end_info);
	CU_ASSERT(bci.isup_all_way && !bci.holding && bci.isdn_access && !bci.echo_control);
	CU_ASSERT_EQUAL(bci.sccp, 2);
	one(&msg, ISUP_P_BCI, "\x00\x2a", 2);
	CU_ASSERT(isup_get_bci(&msg, &bci) && bci.end_to_end_info && bci.holding);
	CU_ASSERT(bci.echo_control && !bci.interworking);
	one(&msg, ISUP_P_OBCI, "\x05", 1);
	CU_ASSERT(isup_get_obci(&msg, &obci) && obci.in_band && obci.simple_segmentation);
	CU_ASSERT(!obci.diversion_may_occur && !obci.mlpp);
	one(&msg, ISUP_P_EVENT_INFO, "\x86", 1);
	CU_ASSERT(isup_get_event(&msg, &event));
	CU_ASSERT(event.event == 6 && event.presentation_restricted);
	load(&msg, "iam-diverted");
	CU_ASSERT(isup_get_redirection(&msg, &r));
	CU_ASSERT(r.indicator == 3 && r.original_reason == 2 && r.counter == 2 && r.reason == 3);
	one(&msg, ISUP_P_REDIRECTION_INFO, "\x11", 1);
	CU_ASSERT(isup_get_redirection(&msg, &r) && r.indicator == 1 && r.original_reason == 1);
	CU_ASSERT(r.counter == 0 && r.reason == 0);
}

static void test_short_or_absent(void)
{
	struct isup_nci nci = { .satellite = 1 };
	struct isup_fci fci = { .sccp = 1 };
	struct isup_bci bci = { .charge = 1 };
	struct isup_obci obci = { .mlpp = true };
	struct isup_event event = { .event = 1 };
	struct isup_redirection r = { .counter = 1 };
	struct isup_range range = { .range = 1 };
	struct isup_cause cause = { .value = 1 };
	struct isup_msg msg;
	uint8_t octet = 1;

	one(&msg, ISUP_P_FCI, "\x60", 1);
	CU_ASSERT_FALSE(isup_get_nci(&msg, &nci) || nci.satellite);
	CU_ASSERT_FALSE(isup_get_fci(&msg, &fci) || fci.sccp);
	CU_ASSERT_FALSE(isup_get_obci(&msg, &obci) || obci.mlpp);
	CU_ASSERT_FALSE(isup_get_event(&msg, &event) || event.event);
	CU_ASSERT_FALSE(isup_get_redirection(&msg, &r) || r.counter);
	CU_ASSERT_FALSE(isup_get_range(&msg, &range) || range.range);
	CU_ASSERT_FALSE(isup_get_cause(&msg, &cause) || cause.value);
	CU_ASSERT_FALSE(isup_get_octet(&msg, ISUP_P_TMR, &octet) || octet);
	one(&msg, ISUP_P_BCI, "\x16", 1);
	CU_ASSERT_FALSE(isup_get_bci(&msg, &bci) || bci.charge);
	one(&msg, ISUP_P_NCI, "", 0);
	CU_ASSERT_FALSE(isup_get_nci(&msg, &nci));
}

static void test_fields_refused(void)
{
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_ANM, 1);
	CU_ASSERT_EQUAL(isup_put_nci(&msg, &(struct isup_nci){ .satellite = 4 }), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_fci(&msg, &(struct isup_fci){ .isup_preference = 4 }), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_bci(&msg, &(struct isup_bci){ .called_status = 4 }), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_event(&msg, &(struct isup_event){ .event = 128 }), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_redirection(&msg, &(struct isup_redirection){ .counter = 8 }),
			-EINVAL);
	CU_ASSERT_EQUAL(isup_put_cause(&msg, &(struct isup_cause){ .value = 128 }), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_cause(&msg, &(struct isup_cause){ .location = 16 }), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_cause(&msg, &(struct isup_cause){ .coding = 4 }), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_cause(&msg, &(struct isup_cause){ .n_diagnostic = 31 }), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_range(&msg, &(struct isup_range){ .range = 8,
								   .has_status = true,
								   .n_status = 1 }),
			-EINVAL);
	CU_ASSERT_EQUAL(
		isup_put_range(&msg, &(struct isup_range){ .has_status = true, .n_status = 33 }),
		-EINVAL);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_HOP_COUNTER, 32), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_CAUSE, 1), -EINVAL);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, 0xf1, 1), -EINVAL);
	CU_ASSERT_EQUAL(msg.n_params, 0);
}

static void test_cause(void)
{
	struct isup_cause in = { .coding = 2, .location = 10, .value = 99, .n_diagnostic = 30 };
	struct isup_cause out;
	struct isup_msg msg;

	load(&msg, "rel-busy");
	CU_ASSERT(isup_get_cause(&msg, &out));
	CU_ASSERT(out.value == 17 && out.location == 2 && out.coding == 0 && !out.n_diagnostic);
	load(&msg, "rel-recommendation");
	CU_ASSERT(isup_get_cause(&msg, &out) && out.value == 16 && out.location == 2);
	load(&msg, "cfn-parameter");
	CU_ASSERT(isup_get_cause(&msg, &out) && out.n_diagnostic == 1);
	CU_ASSERT_EQUAL(out.diagnostic[0], 0xf7);
	load(&msg, "rel-redirection");
	CU_ASSERT(isup_get_cause(&msg, &out) && out.coding == 2 && out.value == 23);

	memset(in.diagnostic, 0x5a, sizeof in.diagnostic);
	isup_msg_init(&msg, ISUP_REL, 1);
	CU_ASSERT_EQUAL(isup_put_cause(&msg, &in), 0);
	CU_ASSERT(isup_get_cause(&msg, &out) && memcmp(&in, &out, sizeof in) == 0);
	/* first octet without extension bit: the second is no cause yet */
	one(&msg, ISUP_P_CAUSE, "\x02\x81", 2);
	CU_ASSERT_FALSE(isup_get_cause(&msg, &out));
	one(&msg, ISUP_P_CAUSE, "\x82", 1);
	CU_ASSERT_FALSE(isup_get_cause(&msg, &out));
	one(&msg, ISUP_P_CAUSE,
	    "\x82\x90\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"
	    "\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f",
	    33);
	CU_ASSERT_FALSE(isup_get_cause(&msg, &out));
}

static void test_range(void)
{
	struct isup_range in = { .range = 255, .has_status = true, .n_status = 32 };
	struct isup_range out;
	struct isup_msg msg;

	load(&msg, "grs");
	CU_ASSERT(isup_get_range(&msg, &out) && out.range == 30 && !out.has_status);
	CU_ASSERT_EQUAL(out.n_status, 0);
	load(&msg, "cgb-maintenance");
	CU_ASSERT(isup_get_range(&msg, &out) && out.range == 30 && out.has_status);
	CU_ASSERT(out.n_status == 4 && out.status[0] == 0xfe && out.status[3] == 0x7f);
	load(&msg, "cgb-all");
	CU_ASSERT(isup_get_range(&msg, &out) && out.range == 255 && out.n_status == 32);

	memset(in.status, 0xa5, sizeof in.status);
	isup_msg_init(&msg, ISUP_CGB, 1);
	CU_ASSERT_EQUAL(isup_put_range(&msg, &in), 0);
	CU_ASSERT(isup_get_range(&msg, &out) && memcmp(&in, &out, sizeof in) == 0);
	in.has_status = false;
	CU_ASSERT_EQUAL(isup_put_range(&msg, &in), 0);
	CU_ASSERT(holds(&msg, ISUP_P_RANGE_STATUS, "\xff", 1));
	/* a status that does not cover the range, one too long, and nothing */
	one(&msg, ISUP_P_RANGE_STATUS, "\x08\xff", 2);
	CU_ASSERT_FALSE(isup_get_range(&msg, &out));
	one(&msg, ISUP_P_RANGE_STATUS, "\x07\xff", 2);
	CU_ASSERT(isup_get_range(&msg, &out));
	one(&msg, ISUP_P_RANGE_STATUS, "\x01..................................", 34);
	CU_ASSERT_FALSE(isup_get_range(&msg, &out));
	one(&msg, ISUP_P_RANGE_STATUS, "", 0);
	CU_ASSERT_FALSE(isup_get_range(&msg, &out));
}

static void test_octets(void)
{
	struct isup_msg msg;
	uint8_t value;

	load(&msg, "iam-restricted");
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_TMR, &value) && value == 3);
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_CPC, &value) && value == 10);
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_HOP_COUNTER, &value) && value == 30);
	load(&msg, "sus-network");
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_SUSPEND_RESUME, &value) && value == 1);
	load(&msg, "cgb-hardware");
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_CIRCUIT_GROUP_TYPE, &value) && value == 1);
	load(&msg, "cot-successful");
	CU_ASSERT(isup_get_octet(&msg, 0x10, &value) && value == 1);
	/* spare bits are not looked at (1.10) */
	one(&msg, ISUP_P_HOP_COUNTER, "\xff", 1);
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_HOP_COUNTER, &value) && value == 31);
	/* a parameter that is not one octet, one that is unknown */
	CU_ASSERT_FALSE(isup_get_octet(&msg, ISUP_P_CAUSE, &value));
	CU_ASSERT_FALSE(isup_get_octet(&msg, 0xf1, &value));
}

static void test_names(void)
{
	CU_ASSERT_STRING_EQUAL(isup_param_name(ISUP_P_CALLED), "called party number");
	CU_ASSERT_STRING_EQUAL(isup_param_name(ISUP_P_GENERIC_NUMBER), "generic number");
	CU_ASSERT_PTR_NULL(isup_param_name(ISUP_P_END_OF_OPTIONAL));
	CU_ASSERT_PTR_NULL(isup_param_name(0xf1));
	CU_ASSERT_STRING_EQUAL(isup_type_name(ISUP_CGUA), "CGUA");
	CU_ASSERT_PTR_NULL(isup_type_name(0));
	CU_ASSERT_PTR_NULL(isup_type_name(0xff));
}

static void test_delay(void)
{
	struct isup_msg msg;
	uint16_t delay_ms;

	isup_msg_init(&msg, ISUP_IAM, 1);
	CU_ASSERT_FALSE(isup_get_delay(&msg, ISUP_P_PROPAGATION_DELAY, &delay_ms));
	CU_ASSERT_EQUAL(isup_put_delay(&msg, ISUP_P_PROPAGATION_DELAY, 0x0102), 0);
	CU_ASSERT_EQUAL(isup_put_delay(&msg, ISUP_P_CALL_HISTORY, 40), 0);
	CU_ASSERT_EQUAL(isup_put_delay(&msg, ISUP_P_CAUSE, 1), -EINVAL);
	CU_ASSERT(memcmp(isup_param_octets(&msg, &msg.params[0]), "\x01\x02", 2) == 0);
	CU_ASSERT(isup_get_delay(&msg, ISUP_P_PROPAGATION_DELAY, &delay_ms) && delay_ms == 0x0102);
	CU_ASSERT(isup_get_delay(&msg, ISUP_P_CALL_HISTORY, &delay_ms) && delay_ms == 40);
	CU_ASSERT_EQUAL(isup_put_delay(&msg, ISUP_P_CALL_HISTORY, 50), 0);
	CU_ASSERT_EQUAL(msg.n_params, 2);
	CU_ASSERT_FALSE(isup_get_delay(&msg, ISUP_P_CAUSE, &delay_ms));
}

static CU_TestInfo tests[] = {
	{ "numbers read", test_numbers_read },
	{ "subsequent read", test_subsequent_read },
	{ "numbers malformed", test_numbers_malformed },
	{ "numbers written", test_numbers_written },
	{ "numbers refused", test_numbers_refused },
	{ "numbers round", test_numbers_round },
	{ "indicators round", test_indicators_round },
	{ "octet indicators round", test_octet_indicators_round },
	{ "indicator places", test_indicator_places },
	{ "short or absent", test_short_or_absent },
	{ "fields refused", test_fields_refused },
	{ "cause", test_cause },
	{ "range", test_range },
	{ "octets", test_octets },
	{ "names", test_names },
	{ "delay", test_delay },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	vectors_read(&valid, VECTORS_VALID);
	return cu_run("isup param", tests, argc, argv);
}
