/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3262 7.1, 7.2 and RFC 5009 8, 9. */
#include "gw/sip/progress_fields.h"

#include <errno.h>
#include <string.h>

#include "gw/sip/lex_parts.h"

static int field_open(const struct sip_msg *msg, struct str name, struct sip_lex *l)
{
	const struct sip_header *h = sip_msg_other(msg, name);

	if (!h)
		return -ENOENT;
	lex_open(l, str_trim(h->value));
	return 0;
}

static bool lex_number(struct sip_lex *l, uint32_t *number)
{
	uint64_t value;

	if (!lex_uint(l, UINT32_MAX, &value))
		return false;
	*number = (uint32_t)value;
	return true;
}

static bool lex_gap(struct sip_lex *l)
{
	const char *start = l->at;

	lex_ws(l);
	return l->at > start;
}

int sip_rseq_read(const struct sip_msg *msg, uint32_t *rseq)
{
	struct sip_lex l;
	int err = field_open(msg, STR("RSeq"), &l);

	if (err)
		return err;
	return lex_number(&l, rseq) && lex_done(&l) && *rseq ? 0 : -EBADMSG;
}

int sip_rack_read(const struct sip_msg *msg, struct sip_rack *rack)
{
	struct str method;
	struct sip_lex l;
	int err = field_open(msg, STR("RAck"), &l);

	if (err)
		return err;
	if (!lex_number(&l, &rack->rseq) || !lex_gap(&l) || !lex_number(&l, &rack->cseq) ||
	    !lex_gap(&l) || !lex_token(&l, &method) || !lex_done(&l))
		return -EBADMSG;
	rack->method = sip_method_find(method);
	return 0;
}

static void param_take(struct sip_early_media *early, struct str param, unsigned stream,
		       unsigned *n)
{
	static const enum sdp_direction directions[] = { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY,
							 SDP_INACTIVE };

	if (str_ieq(param, STR("supported")))
		early->supported = true;
	for (unsigned i = 0; i < sizeof(directions) / sizeof(directions[0]); i++) {
		if (!str_ieq(param, str_c(sdp_direction_name(directions[i]))))
			continue;
		/* "the value of the last direction parameter SHALL apply to all remaining" */
		if (*n <= stream)
			early->direction = directions[i];
		early->given = true;
		++*n;
	}
}

void sip_early_media_read(const struct sip_msg *msg, unsigned stream, struct sip_early_media *early)
{
	struct sip_lex l;
	struct str param;
	unsigned n = 0;

	*early = (struct sip_early_media){ .given = false };
	if (field_open(msg, STR("P-Early-Media"), &l))
		return;
	do {
		lex_ws(&l);
		if (lex_token(&l, &param))
			param_take(early, param, stream, &n);
	} while (lex_separator(&l, ','));
}

bool sip_is_reliable(const struct sip_msg *msg)
{
	return msg->status > 100 && msg->status < 200 &&
	       sip_tokens_have(msg->require, STR("100rel"));
}
