/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Header fields of tokens, numbers, dates and text: RFC 3261 20 and 25.1, RFC 3323 4.2, RFC 3326 2.
 */
#include "gw/sip/field.h"
#include "gw/sip/lex_parts.h"
#include "gw/sip/param.h"

#define CSEQ_MAX	((UINT64_C(1) << 31) - 1) /* 8.1.1.5 */
#define TIMESTAMP_MAX_S 1000000000000u
#define US_PER_S	1000000u

bool sip_field_token(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_token *token = out;

	(void)msg;
	return lex_token(l, &token->value);
}

/* callid = word [ "@" word ] */
static bool lex_call_id(struct sip_lex *l, struct str *id)
{
	const char *start = l->at;

	if (lex_span(l, LEX_WORD).n == 0)
		return false;
	if (lex_char(l, '@') && lex_span(l, LEX_WORD).n == 0)
		return false;
	*id = lex_since(l, start);
	return true;
}

bool sip_field_call_id(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_call_id(l, &msg->call_id);
}

bool sip_field_in_reply_to(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_token *token = out;

	(void)msg;
	return lex_call_id(l, &token->value);
}

/* The CSeq's parts show only when both can be read. */
bool sip_field_cseq(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct str method;
	uint64_t number;

	(void)out;
	if (!lex_uint(l, CSEQ_MAX, &number) || !lex_is_ws(lex_peek(l)))
		return false;
	lex_ws(l);
	if (!lex_token(l, &method))
		return false;
	msg->cseq.number = (uint32_t)number;
	msg->cseq.method_name = method;
	msg->cseq.method = sip_method_find(method);
	return true;
}

static bool lex_u32(struct sip_lex *l, uint32_t *value)
{
	uint64_t v;

	if (!lex_uint(l, UINT32_MAX, &v))
		return false;
	*value = (uint32_t)v;
	return true;
}

bool sip_field_content_length(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_u32(l, &msg->content_length);
}

bool sip_field_expires(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_u32(l, &msg->expires);
}

bool sip_field_min_expires(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_u32(l, &msg->min_expires);
}

static bool lex_u8(struct sip_lex *l, uint8_t *value)
{
	uint64_t v;

	if (!lex_uint(l, UINT8_MAX, &v))
		return false;
	*value = (uint8_t)v;
	return true;
}

bool sip_field_max_forwards(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_u8(l, &msg->max_forwards);
}

bool sip_field_mime_version(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_u8(l, &msg->mime_major) && lex_char(l, '.') && lex_u8(l, &msg->mime_minor);
}

/* TEXT-UTF8-TRIM, already trimmed */
static bool lex_text(struct sip_lex *l, struct str *text)
{
	*text = lex_span(l, LEX_TEXT);
	return lex_done(l);
}

bool sip_field_organization(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_text(l, &msg->organization);
}

bool sip_field_subject(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_text(l, &msg->subject);
}

bool sip_field_priority(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	(void)out;
	return lex_token(l, &msg->priority);
}

/* *(SEMI accept-param): q has its meaning, the rest is kept. */
static bool lex_accept_params(struct sip_lex *l, struct sip_range *range)
{
	struct sip_param param;
	int more;

	range->q = SIP_Q_MAX;
	while ((more = lex_semi_param(l, &param, &range->params)) > 0) {
		if (param.name.n == 1 && (param.name.p[0] | 0x20) == 'q' &&
		    !lex_qvalue(param.value, &range->q))
			return false;
	}
	return more == 0 && sip_params_unique(range->params);
}

static bool lex_media_type(struct sip_lex *l, struct sip_range *range)
{
	return lex_token(l, &range->type) && lex_separator(l, '/') && lex_token(l, &range->subtype);
}

bool sip_field_accept(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_range *range = out;

	(void)msg;
	return lex_media_type(l, range) && lex_accept_params(l, range);
}

bool sip_field_accept_encoding(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_range *range = out;

	(void)msg;
	return lex_token(l, &range->type) && lex_accept_params(l, range);
}

/* 1*8ALPHA *( "-" 1*8ALPHA ); digits in subtags came with RFC 4646. */
static bool lex_language(struct sip_lex *l, struct str *language)
{
	const char *start = l->at;
	size_t n = lex_span(l, LEX_ALPHA).n;

	while (n > 0 && n <= 8 && lex_char(l, '-'))
		n = lex_span(l, LEX_ALPHA | LEX_DIGIT).n;
	*language = lex_since(l, start);
	return n > 0 && n <= 8;
}

bool sip_field_accept_language(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_range *range = out;

	(void)msg;
	if (lex_peek(l) == '*')
		range->type = (struct str){ l->at++, 1 };
	else if (!lex_language(l, &range->type))
		return false;
	return lex_accept_params(l, range);
}

bool sip_field_language(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_token *token = out;

	(void)msg;
	return lex_language(l, &token->value);
}

/* m-parameter always has a value, unlike generic-param. */
bool sip_field_content_type(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_range *range = out;
	struct sip_param param;
	int more;

	(void)msg;
	range->q = SIP_Q_MAX;
	if (!lex_media_type(l, range))
		return false;
	while ((more = lex_semi_param(l, &param, &range->params)) > 0) {
		if (!param.value.p)
			return false;
	}
	return more == 0 && sip_params_unique(range->params);
}

bool sip_field_content_disposition(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_disposition *disposition = out;
	struct sip_param param;
	int more;

	(void)msg;
	if (!lex_token(l, &disposition->type))
		return false;
	while ((more = lex_semi_param(l, &param, &disposition->params)) > 0) {
		if (param.name.n == 8 && LEX_IS(param.name, "handling"))
			disposition->handling_optional = str_ieq(param.value, STR("optional"));
	}
	return more == 0 && sip_params_unique(disposition->params);
}

/* Three letters out of a list of n; their place, or n. Case counts (20.17). */
static unsigned lex_name3(struct sip_lex *l, const char *names, unsigned n)
{
	unsigned i = 0;

	if (l->end - l->at < 3)
		return n;
	while (i < n && memcmp(l->at, names + (size_t)i * 3, 3) != 0)
		i++;
	if (i < n)
		l->at += 3;
	return i;
}

/* Exactly n digits. */
static bool lex_digits(struct sip_lex *l, unsigned n, unsigned max, unsigned *value)
{
	unsigned v = 0;

	for (unsigned i = 0; i < n; i++, l->at++) {
		if (!lex_is(lex_peek(l), LEX_DIGIT))
			return false;
		v = v * 10 + (unsigned)(*l->at - '0');
	}
	*value = v;
	return v <= max;
}

/* rfc1123-date = wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT" */
bool sip_field_date(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_date *date = out;
	unsigned weekday, day, month, year, hour, minute, second;

	(void)msg;
	weekday = lex_name3(l, "SunMonTueWedThuFriSat", 7);
	if (weekday == 7 || !lex_char(l, ',') || !lex_char(l, ' ') || !lex_digits(l, 2, 31, &day) ||
	    day == 0 || !lex_char(l, ' '))
		return false;
	month = lex_name3(l, "JanFebMarAprMayJunJulAugSepOctNovDec", 12);
	if (month == 12 || !lex_char(l, ' ') || !lex_digits(l, 4, 9999, &year) ||
	    !lex_char(l, ' ') || !lex_digits(l, 2, 23, &hour) || !lex_char(l, ':') ||
	    !lex_digits(l, 2, 59, &minute) || !lex_char(l, ':') || !lex_digits(l, 2, 60, &second) ||
	    !lex_char(l, ' '))
		return false;
	date->weekday = (uint8_t)weekday;
	date->day = (uint8_t)day;
	date->month = (uint8_t)(month + 1);
	date->year = (uint16_t)year;
	date->hour = (uint8_t)hour;
	date->minute = (uint8_t)minute;
	date->second = (uint8_t)second;
	return lex_name3(l, "GMT", 1) == 0;
}

bool sip_field_retry_after(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_retry_after *retry = out;
	struct sip_param param;
	int more;

	(void)msg;
	if (!lex_u32(l, &retry->seconds))
		return false;
	lex_ws(l);
	if (lex_peek(l) == '(' && !lex_comment(l, &retry->comment))
		return false;
	while ((more = lex_semi_param(l, &param, &retry->params)) > 0) {
		struct sip_lex value;

		if (param.name.n != 8 || !LEX_IS(param.name, "duration"))
			continue;
		lex_open(&value, param.value);
		if (!lex_u32(&value, &retry->duration_s) || !lex_done(&value))
			return false;
	}
	return more == 0 && sip_params_unique(retry->params);
}

/* server-val = product / comment */
bool sip_field_product(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_product *product = out;

	(void)msg;
	if (lex_peek(l) == '(')
		return lex_comment(l, &product->comment);
	if (!lex_token(l, &product->name))
		return false;

	struct sip_lex after = *l;

	if (!lex_separator(&after, '/'))
		return true;
	*l = after;
	return lex_token(l, &product->version);
}

/* *(DIGIT) [ "." *(DIGIT) ] in microseconds */
static bool lex_seconds(struct sip_lex *l, uint64_t *us)
{
	uint64_t whole = 0, fraction = 0;
	uint64_t unit = US_PER_S;

	if (lex_is(lex_peek(l), LEX_DIGIT) && !lex_uint(l, TIMESTAMP_MAX_S, &whole))
		return false;
	if (lex_char(l, '.')) {
		struct str digits = lex_span(l, LEX_DIGIT);

		for (size_t i = 0; i < digits.n && unit > 1; i++) {
			unit /= 10;
			fraction += (uint64_t)(digits.p[i] - '0') * unit;
		}
	}
	*us = whole * US_PER_S + fraction;
	return true;
}

bool sip_field_timestamp(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_timestamp *timestamp = out;
	const char *start = l->at;

	(void)msg;
	if (!lex_is(lex_peek(l), LEX_DIGIT) || !lex_seconds(l, &timestamp->time_us))
		return false;
	timestamp->time = lex_since(l, start);
	if (!lex_is_ws(lex_peek(l)))
		return true;
	lex_ws(l);
	timestamp->has_delay = true;
	return lex_seconds(l, &timestamp->delay_us);
}

/* warn-code SP warn-agent SP warn-text */
bool sip_field_warning(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_warning *warning = out;
	unsigned code;

	(void)msg;
	if (!lex_digits(l, 3, 999, &code) || !lex_is_ws(lex_peek(l)))
		return false;
	warning->code = (uint16_t)code;
	lex_ws(l);
	warning->agent = lex_span(l, LEX_GENVAL);
	lex_ws(l);
	return warning->agent.n > 0 && lex_quoted(l, &warning->text);
}

bool sip_field_reason(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_reason *reason = out;
	struct sip_param param;
	int more;

	(void)msg;
	if (!lex_token(l, &reason->protocol))
		return false;
	reason->q850 = reason->protocol.n == 5 && LEX_IS(reason->protocol, "q.850");
	while ((more = lex_semi_param(l, &param, &reason->params)) > 0) {
		struct sip_lex value;
		uint64_t cause;

		if (param.name.n == 4 && LEX_IS(param.name, "text"))
			reason->text = param.value;
		if (param.name.n != 5 || !LEX_IS(param.name, "cause"))
			continue;
		lex_open(&value, param.value);
		if (!lex_uint(&value, 999, &cause) || !lex_done(&value))
			return false;
		reason->cause = (uint16_t)cause;
		reason->has_cause = true;
	}
	return more == 0 && sip_params_unique(reason->params);
}
