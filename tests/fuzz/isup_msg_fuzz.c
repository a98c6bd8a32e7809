/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Fuzz target of the ISUP codec: any octets decode or are refused, print, and come back the same
 * after encoding (Q.763 clause 1). Seeds: the vectors under tests/vectors/isup as binary files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isup/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void print_both(const struct isup_msg *msg)
{
	char line[128], text[4096];

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[ISUP_OCTETS_MAX];
	struct isup_msg msg, again;
	struct isup_error error;
	int err = isup_msg_decode(&msg, data, size, &error);

	print_both(&msg);
	must((err == 0) == (error.kind == ISUP_E_NONE));
	if (err)
		return 0;
	int n = isup_msg_encode(&msg, out, sizeof out);
	/* Only parts that overlapped can need more room than there is. */
	must(n >= 3 || n == -EMSGSIZE);
	if (n >= 3) {
		must(isup_msg_decode(&again, out, (size_t)n, &error) == 0);
		compare(&msg, &again);
	}
	rewrite_numbers(&msg);
	rewrite_others(&msg);
	print_both(&msg);
	return 0;
}
