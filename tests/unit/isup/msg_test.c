/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Messages: vectors there and back, every type built and read, bad octets (Q.763 clause 1,
 * Q.764 2.9.5). */
#include "isup/msg.h"

#include <errno.h>

#include "isup/param.h"
#include "tests/unit/cu.h"
#include "tests/unit/isup/vectors.h"

static struct vectors valid, malformed;

static const uint8_t every_type[] = {
	ISUP_IAM,  ISUP_SAM, ISUP_INR, ISUP_INF, ISUP_COT,  ISUP_ACM,  ISUP_CON, ISUP_FOT, ISUP_ANM,
	ISUP_REL,  ISUP_SUS, ISUP_RES, ISUP_RLC, ISUP_CCR,  ISUP_RSC,  ISUP_BLO, ISUP_UBL, ISUP_BLA,
	ISUP_UBA,  ISUP_GRS, ISUP_CGB, ISUP_CGU, ISUP_CGBA, ISUP_CGUA, ISUP_GRA, ISUP_CPG, ISUP_USR,
	ISUP_UCIC, ISUP_CFN, ISUP_FAR, ISUP_FAA, ISUP_FRJ,  ISUP_LPA,  ISUP_PAM, ISUP_CQM, ISUP_CQR,
	ISUP_OLM,  ISUP_CRG, ISUP_NRM, ISUP_FAC, ISUP_UPT,  ISUP_UPA,  ISUP_IDR, ISUP_IRS, ISUP_SGM,
	ISUP_LOP,  ISUP_APM, ISUP_PRI, ISUP_SDN,
};

/* Same message: type, circuit and parameters in order, wherever the store holds them. */
static bool same(const struct isup_msg *a, const struct isup_msg *b)
{
	if (a->type != b->type || a->cic != b->cic || a->n_params != b->n_params)
		return false;
	for (size_t i = 0; i < a->n_params; i++) {
		const struct isup_param *p = &a->params[i];
		const struct isup_param *q = &b->params[i];
		if (p->code != q->code || p->length != q->length ||
		    memcmp(isup_param_octets(a, p), isup_param_octets(b, q), p->length) != 0)
			return false;
	}
	return true;
}

/* Decodes from a block of exactly n octets, so that a sanitizer sees every octet read too far. */
static int decode_exact(struct isup_msg *msg, const uint8_t *octets, size_t n,
			struct isup_error *error)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	memcpy(copy, octets, n);
	int err = isup_msg_decode(msg, n ? copy : copy + 1, n, error);
	free(copy);
	return err;
}

static void print_both(const struct isup_msg *msg)
{
	char text[64], long_text[8192];

	isup_msg_print(msg, text, sizeof text);
	isup_msg_print_full(msg, long_text, sizeof long_text);
	CU_ASSERT_FATAL(memchr(text, 0, sizeof text) != NULL);
	CU_ASSERT_FATAL(memchr(long_text, 0, sizeof long_text) != NULL);
}

static void test_vectors(void)
{
	struct isup_error error;
	struct isup_msg msg;
	uint8_t out[ISUP_OCTETS_MAX];

	for (size_t i = 0; i < valid.n; i++) {
		const struct vector *v = &valid.v[i];
		int err = decode_exact(&msg, v->octets, v->n, &error);
		int n = err ? err : isup_msg_encode(&msg, out, sizeof out);
		if (n != (int)v->n || memcmp(out, v->octets, v->n) != 0)
			fprintf(stderr, "%s: %d (%s at %u)\n", v->name, n, error.text,
				error.offset);
		CU_ASSERT_EQUAL(n, (int)v->n);
		CU_ASSERT(n > 0 && memcmp(out, v->octets, v->n) == 0);
		CU_ASSERT_EQUAL(error.kind, ISUP_E_NONE);
		print_both(&msg);
	}
}

/* A message without a descriptor keeps its octets and goes out as it came. */
static void test_unknown_kept(void)
{
	struct isup_error error;
	struct isup_msg msg;
	uint8_t out[ISUP_OCTETS_MAX];

	for (size_t i = 0; i < malformed.n; i++) {
		const struct vector *v = &malformed.v[i];
		size_t n;

		if (strncmp(v->name, "unknown-", 8) != 0)
			continue;
		CU_ASSERT_EQUAL(decode_exact(&msg, v->octets, v->n, &error), -EBADMSG);
		const uint8_t *contents = isup_msg_contents(&msg, &n);
		CU_ASSERT_EQUAL(n, v->n - 3);
		CU_ASSERT(memcmp(contents, v->octets + 3, n) == 0);
		CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), (int)v->n);
		CU_ASSERT(memcmp(out, v->octets, v->n) == 0);
	}
}

/* Every type of the enum has at least one vector. */
static void test_vectors_cover(void)
{
	for (size_t t = 0; t < sizeof every_type; t++) {
		size_t found = 0;
		for (size_t i = 0; i < valid.n; i++)
			found += valid.v[i].octets[2] == every_type[t];
		CU_ASSERT(found > 0);
		CU_ASSERT_PTR_NOT_NULL(isup_type_name(every_type[t]));
	}
}

static void test_malformed(void)
{
	static const struct {
		const char *word;
		enum isup_error_kind kind;
	} kinds[] = {
		{ "truncated-", ISUP_E_TRUNCATED },
		{ "parameter-", ISUP_E_BAD_PARAMETER },
		{ "many-", ISUP_E_TOO_MANY },
		{ "unknown-", ISUP_E_UNKNOWN_TYPE },
	};
	struct isup_error error;
	struct isup_msg msg;

	for (size_t i = 0; i < malformed.n; i++) {
		const struct vector *v = &malformed.v[i];
		bool named = false;
		CU_ASSERT_EQUAL(decode_exact(&msg, v->octets, v->n, &error), -EBADMSG);
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			if (strncmp(v->name, kinds[k].word, strlen(kinds[k].word)) != 0)
				continue;
			named = true;
			if (error.kind != kinds[k].kind)
				fprintf(stderr, "%s: kind %d\n", v->name, error.kind);
			CU_ASSERT_EQUAL(error.kind, kinds[k].kind);
		}
		CU_ASSERT(named);
		CU_ASSERT(error.offset <= v->n);
		CU_ASSERT(error.text && *error.text);
		CU_ASSERT_EQUAL(msg.n_params, 0);
		if (v->n >= 3) {
			CU_ASSERT_EQUAL(msg.type, v->octets[2]);
			CU_ASSERT_EQUAL(msg.cic, v->octets[0] | (v->octets[1] & 0xf) << 8);
		}
		print_both(&msg);
	}
}

static void test_error_offsets(void)
{
	struct isup_error error;
	struct isup_msg msg;
	const struct vector *v = vectors_find(&malformed, "truncated-iam-length");

	CU_ASSERT_EQUAL(isup_msg_decode(&msg, v->octets, v->n, &error), -EBADMSG);
	CU_ASSERT_EQUAL(error.offset, 10);
	CU_ASSERT_EQUAL(error.param, ISUP_P_CALLED);
	v = vectors_find(&malformed, "truncated-iam-optional-length");
	CU_ASSERT_EQUAL(isup_msg_decode(&msg, v->octets, v->n, &error), -EBADMSG);
	CU_ASSERT_EQUAL(error.offset, 17);
	CU_ASSERT_EQUAL(error.param, ISUP_P_CALLING);
}

/* What decodes comes back the same after encoding, unless overlapping parts make it too long. */
static void check_again(const struct isup_msg *msg)
{
	struct isup_error error;
	struct isup_msg again;
	uint8_t out[ISUP_OCTETS_MAX];
	int n = isup_msg_encode(msg, out, sizeof out);

	if (n == -EMSGSIZE)
		return;
	CU_ASSERT_FATAL(n >= 3);
	CU_ASSERT_FATAL(isup_msg_decode(&again, out, (size_t)n, &error) == 0);
	CU_ASSERT_FATAL(same(msg, &again));
}

/* A part of a message is refused, or is a message of its own. */
static void test_truncation(void)
{
	struct isup_error error;
	struct isup_msg msg;

	for (size_t i = 0; i < valid.n; i++) {
		for (size_t n = 0; n < valid.v[i].n; n++) {
			int err = decode_exact(&msg, valid.v[i].octets, n, &error);
			CU_ASSERT_FATAL(err == 0 || err == -EBADMSG);
			CU_ASSERT_FATAL((err == 0) == (error.kind == ISUP_E_NONE));
			if (!err)
				check_again(&msg);
		}
	}
}

/* Every octet of every vector as large as can be: lengths and pointers leave the message, or not.
 */
static void test_large_octets(void)
{
	struct isup_error error;
	struct isup_msg msg;
	uint8_t octets[VECTOR_OCTETS_MAX];

	for (size_t i = 0; i < valid.n; i++) {
		for (size_t at = 3; at < valid.v[i].n; at++) {
			memcpy(octets, valid.v[i].octets, valid.v[i].n);
			octets[at] = 0xff;
			if (decode_exact(&msg, octets, valid.v[i].n, &error) == 0)
				check_again(&msg);
			octets[at] = (uint8_t)(valid.v[i].octets[at] + 1);
			if (decode_exact(&msg, octets, valid.v[i].n, &error) == 0)
				check_again(&msg);
		}
	}
}

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static size_t mutate(uint8_t *octets, size_t n, uint32_t *state)
{
	unsigned changes = 1 + next_random(state) % 4;

	for (unsigned c = 0; c < changes; c++) {
		uint32_t r = next_random(state);
		size_t at = n ? r >> 8 & 0xffff : 0;
		at = n ? at % n : 0;
		switch (r % 4) {
		case 0:
			octets[at] = (uint8_t)(r >> 24);
			break;
		case 1:
			octets[at] ^= (uint8_t)(1u << (r >> 24) % 8);
			break;
		case 2:
			n = at;
			break;
		default:
			if (n < VECTOR_OCTETS_MAX) {
				memmove(&octets[at + 1], &octets[at], n - at);
				n++;
			}
		}
	}
	return n;
}

static void test_mutations(void)
{
	uint32_t state = 20240101;
	unsigned decoded = 0;

	for (unsigned i = 0; i < 200000; i++) {
		const struct vector *v = &valid.v[next_random(&state) % valid.n];
		uint8_t octets[VECTOR_OCTETS_MAX];
		struct isup_error error;
		struct isup_msg msg;
		memcpy(octets, v->octets, v->n);
		size_t n = mutate(octets, v->n, &state);
		int err = isup_msg_decode(&msg, octets, n, &error);
		if (!err)
			check_again(&msg);
		decoded += err == 0;
		if (i % 16 == 0)
			print_both(&msg);
	}
	CU_ASSERT(decoded > 20000 && decoded < 190000);
}

/* Puts the mandatory part of any message. */
static void fill(struct isup_msg *msg, uint8_t type)
{
	const struct isup_number number = {
		.noa = ISUP_NOA_NATIONAL, .npi = ISUP_NPI_ISDN, .n = 3, .digits = "123"
	};
	const struct isup_cause cause = { .location = 2, .value = 16 };
	const struct isup_range range = { .range = 7, .has_status = true, .n_status = 1 };
	const struct isup_range bare = { .range = 7 };
	uint8_t one[2] = { 1, 0 };

	isup_msg_init(msg, type, 0xabc);
	switch (type) {
	case ISUP_IAM:
		CU_ASSERT_EQUAL(isup_put_nci(msg, &(struct isup_nci){ 0 }), 0);
		CU_ASSERT_EQUAL(isup_put_fci(msg, &(struct isup_fci){ .isup_all_way = true }), 0);
		CU_ASSERT_EQUAL(isup_put_octet(msg, ISUP_P_CPC, 10), 0);
		CU_ASSERT_EQUAL(isup_put_octet(msg, ISUP_P_TMR, 0), 0);
		CU_ASSERT_EQUAL(isup_put_number(msg, ISUP_P_CALLED, &number), 0);
		break;
	case ISUP_SAM:
		CU_ASSERT_EQUAL(isup_put_number(msg, ISUP_P_SUBSEQUENT, &number), 0);
		break;
	case ISUP_ACM:
	case ISUP_CON:
		CU_ASSERT_EQUAL(isup_put_bci(msg, &(struct isup_bci){ .called_status = 1 }), 0);
		break;
	case ISUP_CPG:
		CU_ASSERT_EQUAL(isup_put_event(msg, &(struct isup_event){ .event = 1 }), 0);
		break;
	case ISUP_REL:
	case ISUP_CFN:
		CU_ASSERT_EQUAL(isup_put_cause(msg, &cause), 0);
		break;
	case ISUP_SUS:
	case ISUP_RES:
		CU_ASSERT_EQUAL(isup_put_octet(msg, ISUP_P_SUSPEND_RESUME, 1), 0);
		break;
	case ISUP_COT:
		CU_ASSERT_EQUAL(isup_put_octet(msg, 0x10, 1), 0);
		break;
	case ISUP_INR:
	case ISUP_INF:
		CU_ASSERT_EQUAL(isup_msg_add(msg, type == ISUP_INR ? 0x0e : 0x0f, one, 2), 0);
		break;
	case ISUP_USR:
		CU_ASSERT_EQUAL(isup_msg_add(msg, ISUP_P_UUI, one, 1), 0);
		break;
	case ISUP_FAR:
	case ISUP_FAA:
		CU_ASSERT_EQUAL(isup_put_octet(msg, ISUP_P_FACILITY_INDICATOR, 2), 0);
		break;
	case ISUP_FRJ:
		CU_ASSERT_EQUAL(isup_put_octet(msg, ISUP_P_FACILITY_INDICATOR, 2), 0);
		CU_ASSERT_EQUAL(isup_put_cause(msg, &cause), 0);
		break;
	case ISUP_CQR:
		CU_ASSERT_EQUAL(isup_put_range(msg, &bare), 0);
		CU_ASSERT_EQUAL(isup_msg_add(msg, ISUP_P_CIRCUIT_STATE, one, 1), 0);
		break;
	case ISUP_GRS:
	case ISUP_CQM:
		CU_ASSERT_EQUAL(isup_put_range(msg, &bare), 0);
		break;
	case ISUP_CGB:
	case ISUP_CGU:
	case ISUP_CGBA:
	case ISUP_CGUA:
		CU_ASSERT_EQUAL(isup_put_octet(msg, ISUP_P_CIRCUIT_GROUP_TYPE, 1), 0);
		CU_ASSERT_EQUAL(isup_put_range(msg, &range), 0);
		break;
	case ISUP_GRA:
		CU_ASSERT_EQUAL(isup_put_range(msg, &range), 0);
		break;
	default:
		break;
	}
}

static bool takes_optional(uint8_t type)
{
	static const uint8_t with[] = { ISUP_IAM, ISUP_SAM, ISUP_INR, ISUP_INF, ISUP_ACM, ISUP_CON,
					ISUP_FOT, ISUP_ANM, ISUP_REL, ISUP_SUS, ISUP_RES, ISUP_RLC,
					ISUP_CPG, ISUP_USR, ISUP_CFN, ISUP_FAR, ISUP_FAA, ISUP_FRJ,
					ISUP_NRM, ISUP_FAC, ISUP_UPT, ISUP_UPA, ISUP_IDR, ISUP_IRS,
					ISUP_SGM, ISUP_LOP, ISUP_APM, ISUP_PRI, ISUP_SDN };

	return memchr(with, type, sizeof with) != NULL;
}

static void test_every_message(void)
{
	static const uint8_t strange[] = { 0xde, 0xad };
	struct isup_error error;
	struct isup_msg msg, again;
	uint8_t out[ISUP_OCTETS_MAX];

	for (size_t t = 0; t < sizeof every_type; t++) {
		for (unsigned optional = 0; optional < 3; optional++) {
			fill(&msg, every_type[t]);
			for (unsigned k = 0; k < optional; k++)
				CU_ASSERT_EQUAL(isup_msg_add(&msg, (uint8_t)(0xf1 + k), strange,
							     sizeof strange - k),
						0);
			int n = isup_msg_encode(&msg, out, sizeof out);
			if (optional && !takes_optional(every_type[t])) {
				CU_ASSERT_EQUAL(n, -EINVAL);
				continue;
			}
			CU_ASSERT_FATAL(n >= 3);
			CU_ASSERT_EQUAL(decode_exact(&again, out, (size_t)n, &error), 0);
			CU_ASSERT(memcmp(&msg, &again, sizeof msg) == 0);
			/* no room for the last octet */
			CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, (size_t)n - 1), -EMSGSIZE);
		}
	}
}

static void test_encode_refuses(void)
{
	static const uint8_t octets[255] = { 3, 0x10 };
	struct isup_msg msg;
	uint8_t out[ISUP_OCTETS_MAX];

	/* contents are octets, not parameters */
	isup_msg_init(&msg, ISUP_PAM, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, octets, 1), 0);
	CU_ASSERT_EQUAL(isup_msg_set_contents(&msg, octets, 1), -EINVAL);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), -EINVAL);
	isup_msg_init(&msg, ISUP_ANM, 1);
	CU_ASSERT_EQUAL(isup_msg_set_contents(&msg, octets, 1), -EINVAL);
	isup_msg_init(&msg, ISUP_CRG, 1);
	CU_ASSERT_EQUAL(isup_msg_set_contents(&msg, octets, 255), 0);
	CU_ASSERT_EQUAL(isup_msg_set_contents(&msg, out, ISUP_OCTETS_MAX - 2), -ENOSPC);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), 3 + 255);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, 3 + 254), -EMSGSIZE);
	isup_msg_init(&msg, ISUP_BLO, 0x1000);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), -EINVAL);
	/* a mandatory parameter missing, and one of a wrong length */
	fill(&msg, ISUP_IAM);
	isup_msg_remove(&msg, ISUP_P_CALLED);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), -EINVAL);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_CALLED, octets, 2), 0);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), -EINVAL);
	isup_msg_remove(&msg, ISUP_P_NCI);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_NCI, octets, 2), 0);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), -EINVAL);
	/* a pointer that would have to pass 255 */
	fill(&msg, ISUP_IAM);
	isup_msg_remove(&msg, ISUP_P_CALLED);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_CALLED, octets, 254), 0);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), 3 + 5 + 2 + 1 + 254);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, octets, 0), 0);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), -EMSGSIZE);
}

static void test_add_limits(void)
{
	static const uint8_t octets[256] = { 0 };
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_ANM, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_END_OF_OPTIONAL, octets, 1), -EINVAL);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, octets, 256), -ENOSPC);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, octets, 255), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, octets, 255), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, octets, ISUP_STORE_MAX - 510 + 1), -ENOSPC);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, octets, ISUP_STORE_MAX - 510), 0);
	isup_msg_init(&msg, ISUP_ANM, 1);
	for (size_t i = 0; i < ISUP_PARAMS_MAX; i++)
		CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, NULL, 0), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, NULL, 0), -ENOSPC);
}

/* Order among the others stays, whatever is removed or changes its length. */
static void test_remove_and_replace(void)
{
	struct isup_msg msg, expected;
	uint8_t hops;

	isup_msg_init(&msg, ISUP_ANM, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, "abc", 3), 0);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_HOP_COUNTER, 20), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf2, "", 0), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, 0xf1, "de", 2), 0);
	CU_ASSERT_EQUAL(isup_put_cause(&msg, &(struct isup_cause){ .value = 16 }), 0);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_HOP_COUNTER, 19), 0);
	CU_ASSERT_EQUAL(isup_put_cause(&msg, &(struct isup_cause){ .value = 17,
								   .n_diagnostic = 2,
								   .diagnostic = { 1, 2 } }),
			0);
	CU_ASSERT_EQUAL(msg.n_params, 5);
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_HOP_COUNTER, &hops) && hops == 19);
	isup_msg_remove(&msg, 0xf1);

	isup_msg_init(&expected, ISUP_ANM, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&expected, ISUP_P_HOP_COUNTER, "\x13", 1), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&expected, 0xf2, "", 0), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&expected, ISUP_P_CAUSE, "\x80\x91\x01\x02", 4), 0);
	CU_ASSERT(memcmp(&msg, &expected, sizeof msg) == 0);
	CU_ASSERT_PTR_NULL(isup_msg_find(&msg, 0xf1));
	isup_msg_remove(&msg, 0xf1);
	CU_ASSERT_EQUAL(msg.n_params, 3);
}

/* A code that is mandatory may come again in the optional part; both survive. */
static void test_mandatory_code_repeated(void)
{
	static const uint8_t octets[] = { 0x03, 0x00, 0x0c, 0x02, 0x04, 0x02, 0x82,
					  0x90, 0x12, 0x02, 0x80, 0x91, 0x00 };
	struct isup_error error;
	struct isup_cause cause;
	struct isup_msg msg;
	uint8_t out[ISUP_OCTETS_MAX];

	CU_ASSERT_EQUAL(isup_msg_decode(&msg, octets, sizeof octets, &error), 0);
	CU_ASSERT_EQUAL(msg.n_params, 2);
	CU_ASSERT(isup_get_cause(&msg, &cause) && cause.value == 16);
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), (int)sizeof octets);
	CU_ASSERT(memcmp(out, octets, sizeof octets) == 0);
}

/* Parts out of order and overlapping are read where their pointers say, inside the message only. */
static void test_odd_pointers(void)
{
	/* optional part first, then the called number */
	static const uint8_t swapped[] = { 0x03, 0x00, 0x01, 0x00, 0x60, 0x01, 0x0a, 0x00, 0x06,
					   0x01, 0x3d, 0x01, 0x1e, 0x00, 0x03, 0x83, 0x10, 0x01 };
	/* the called number's length octet is the optional part's pointer */
	static const uint8_t overlapping[] = { 0x03, 0x00, 0x01, 0x00, 0x60, 0x01, 0x0a,
					       0x00, 0x01, 0x03, 0x83, 0x10, 0x00 };
	struct isup_error error;
	struct isup_number number;
	struct isup_msg msg;
	uint8_t hops;

	CU_ASSERT_EQUAL(decode_exact(&msg, swapped, sizeof swapped, &error), 0);
	CU_ASSERT(isup_get_number(&msg, ISUP_P_CALLED, &number) && number.n == 1);
	CU_ASSERT(isup_get_octet(&msg, ISUP_P_HOP_COUNTER, &hops) && hops == 30);
	check_again(&msg);
	CU_ASSERT_EQUAL(decode_exact(&msg, overlapping, sizeof overlapping, &error), 0);
	CU_ASSERT_EQUAL(isup_msg_find(&msg, ISUP_P_CALLED)->length, 3);
	check_again(&msg);
}

/* Parts that overlap so far that they would not fit into any message. */
static void test_overlap_too_far(void)
{
	uint8_t octets[ISUP_OCTETS_MAX] = { 0x03, 0x00, 0x01, 0x00, 0x60, 0x01,
					    0x0a, 0x00, 0x02, 0x02, 0xfa };
	struct isup_error error;
	struct isup_msg msg;

	octets[11] = 0xf1;
	octets[12] = 0xf0;
	CU_ASSERT_EQUAL(decode_exact(&msg, octets, sizeof octets, &error), -EBADMSG);
	CU_ASSERT_EQUAL(error.kind, ISUP_E_TOO_MANY);
}

/* No end of optional parameters octet, octets behind it, a spare CIC half, a longer signal unit. */
static void test_tolerance(void)
{
	static const uint8_t no_end[] = { 0x03, 0xf0, 0x09, 0x01, 0x3d, 0x01, 0x1e };
	static const uint8_t behind[] = { 0x03, 0x00, 0x09, 0x01, 0x3d, 0x01, 0x1e, 0x00, 0x55 };
	static const uint8_t blo[] = { 0x03, 0x00, 0x13, 0x00, 0x00 };
	static const uint8_t too_long[ISUP_OCTETS_MAX + 1] = { 0x03, 0x00, 0x13 };
	struct isup_error error;
	struct isup_msg msg;

	CU_ASSERT_EQUAL(decode_exact(&msg, no_end, sizeof no_end, &error), 0);
	CU_ASSERT_EQUAL(msg.cic, 3);
	CU_ASSERT_EQUAL(msg.n_params, 1);
	CU_ASSERT_EQUAL(decode_exact(&msg, behind, sizeof behind, &error), 0);
	CU_ASSERT_EQUAL(msg.n_params, 1);
	CU_ASSERT_EQUAL(decode_exact(&msg, blo, sizeof blo, &error), 0);
	CU_ASSERT_EQUAL(decode_exact(&msg, too_long, sizeof too_long, &error), -EBADMSG);
	CU_ASSERT_EQUAL(error.kind, ISUP_E_TOO_MANY);
	CU_ASSERT_EQUAL(msg.type, ISUP_BLO);
	CU_ASSERT_EQUAL(msg.cic, 3);
}

static CU_TestInfo tests[] = {
	{ "vectors", test_vectors },
	{ "vectors cover", test_vectors_cover },
	{ "unknown kept", test_unknown_kept },
	{ "malformed", test_malformed },
	{ "error offsets", test_error_offsets },
	{ "truncation", test_truncation },
	{ "large octets", test_large_octets },
	{ "mutations", test_mutations },
	{ "every message", test_every_message },
	{ "encode refuses", test_encode_refuses },
	{ "add limits", test_add_limits },
	{ "remove and replace", test_remove_and_replace },
	{ "mandatory code repeated", test_mandatory_code_repeated },
	{ "odd pointers", test_odd_pointers },
	{ "overlap too far", test_overlap_too_far },
	{ "tolerance", test_tolerance },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	vectors_read(&valid, VECTORS_VALID);
	vectors_read(&malformed, VECTORS_MALFORMED);
	return cu_run("isup msg", tests, argc, argv);
}
