/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Fuzz target of the ISUP codec: any octets decode or are refused, print, come back the same after
 * encoding (Q.763 clause 1), are judged (Q.764 2.9.5) and split (2.1.12). The first octet chooses the
 * variant; the rest is the message. Seeds: the vectors under tests/vectors/isup, each as a file of
 * its own behind the octets of ITU and ANSI.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isup/body.h"
#include "isup/compat.h"
#include "isup/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void print_both(const struct isup_msg *msg)
{
	char line[128], text[32768];

	isup_msg_print(msg, line, sizeof line);
	isup_msg_print_full(msg, text, sizeof text);
	must(memchr(line, 0, sizeof line) && memchr(text, 0, sizeof text));
}

static void compare(const struct isup_msg *a, const struct isup_msg *b)
{
	must(a->type == b->type && a->cic == b->cic && a->n_params == b->n_params);
	for (size_t i = 0; i < a->n_params; i++) {
		const struct isup_param *p = &a->params[i];
		const struct isup_param *q = &b->params[i];
		must(p->code == q->code && p->length == q->length);
		must(memcmp(isup_param_octets(a, p), isup_param_octets(b, q), p->length) == 0);
	}
}

/* A value that can be read can be written, and then reads the same. */
static void rewrite_numbers(struct isup_msg *msg)
{
	static const uint8_t codes[] = { ISUP_P_CALLED,	   ISUP_P_SUBSEQUENT,
					 ISUP_P_CALLING,   ISUP_P_REDIRECTING,
					 ISUP_P_CONNECTED, ISUP_P_ORIGINAL_CALLED };
	struct isup_number before, after;

	for (size_t i = 0; i < sizeof codes; i++) {
		if (!isup_get_number(msg, codes[i], &before))
			continue;
		if (isup_put_number(msg, codes[i], &before) != 0)
			continue;
		must(isup_get_number(msg, codes[i], &after));
		must(memcmp(&before, &after, sizeof before) == 0);
	}
}

static void rewrite_others(struct isup_msg *msg)
{
	struct isup_cause cause, cause_after;
	struct isup_range range, range_after;

	if (isup_get_cause(msg, &cause) && isup_put_cause(msg, &cause) == 0) {
		must(isup_get_cause(msg, &cause_after));
		must(memcmp(&cause, &cause_after, sizeof cause) == 0);
	}
	if (isup_get_range(msg, &range)) {
		must(isup_put_range(msg, &range) == 0 && isup_get_range(msg, &range_after));
		must(memcmp(&range, &range_after, sizeof range) == 0);
	}
}

/* Judged at every place: discarded parameters are there, and what is left still prints. */
static void judge(const struct isup_msg *msg)
{
	for (unsigned i = 0; i < 8; i++) {
		const struct isup_compat_place place = { i & 1 ? ISUP_ROLE_TRANSIT
							       : ISUP_ROLE_LOCAL,
							 i & 2, i & 4 };
		struct isup_compat message = isup_compat_message(msg, &place);
		struct isup_compat compat = isup_compat_parameters(msg, &place, NULL);
		struct isup_msg copy = *msg;

		must(message.action >= ISUP_COMPAT_PASS_ON);
		must(msg->n_params == 64 || compat.discard >> msg->n_params == 0);
		must(compat.cause.n_diagnostic <= sizeof compat.cause.diagnostic);
		isup_compat_discard(&copy, &compat);
		(void)isup_compat_values(&copy, &place);
		isup_compat_default_values(&copy);
		print_both(&copy);
	}
}

/* Two copies of the parameters are too much for one message: what is split goes together again. */
static void split(const struct isup_msg *msg)
{
	struct isup_msg twice = *msg, segment;

	for (size_t i = 0; i < msg->n_params; i++)
		(void)isup_msg_add(&twice, msg->params[i].code,
				   isup_param_octets(msg, &msg->params[i]), msg->params[i].length);
	struct isup_msg before = twice;
	if (isup_msg_split(&twice, &segment) == 1) {
		must(isup_msg_is_segmented(&twice));
		int err = isup_msg_join(&twice, &segment);
		/* The parameter that tells of the segment may be one too many. */
		must(err == 0 || (err == -ENOSPC && before.n_params == ISUP_PARAMS_MAX));
		must(err || (twice.n_store >= before.n_store && twice.n_params >= before.n_params));
	}
}

static void as_body(const struct isup_msg *msg, const uint8_t *octets, size_t n)
{
	uint8_t out[ISUP_OCTETS_MAX];
	struct isup_error error;
	struct isup_msg again;

	if (n < 3)
		return;
	(void)isup_body_decode(&again, (enum isup_variant)msg->variant, msg->cic, octets + 2, n - 2,
			       &error);
	compare(msg, &again);
	must(isup_body_encode(&again, out, sizeof out) ==
	     isup_msg_encode(msg, out, sizeof out) - 2);
}

static void check(enum isup_variant variant, const uint8_t *data, size_t size)
{
	uint8_t out[ISUP_OCTETS_MAX];
	struct isup_msg msg, again;
	struct isup_error error;
	int err = isup_msg_decode_as(&msg, variant, data, size, &error);

	print_both(&msg);
	must((err == 0) == (error.kind == ISUP_E_NONE));
	if (err && error.kind != ISUP_E_UNKNOWN_TYPE)
		return;
	int n = isup_msg_encode(&msg, out, sizeof out);
	/* Only parts that overlapped can need more room than there is. */
	must(n >= 3 || n == -EMSGSIZE);
	if (n >= 3) {
		must(isup_msg_decode_as(&again, variant, out, (size_t)n, &error) == err);
		compare(&msg, &again);
		as_body(&msg, out, (size_t)n);
	}
	judge(&msg);
	split(&msg);
	rewrite_numbers(&msg);
	rewrite_others(&msg);
	print_both(&msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		check((enum isup_variant)(data[0] % ISUP_VARIANTS), data + 1, size - 1);
	return 0;
}
