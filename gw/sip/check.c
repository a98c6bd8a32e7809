/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What a UAS core answers without any state: RFC 3261 8.2.1-8.2.3, 16.3, 8.1.3.3. */
#include "gw/sip/msg.h"

bool sip_tokens_have(const struct sip_token *list, struct str value)
{
	for (; list; list = list->next) {
		if (str_ieq(list->value, value))
			return true;
	}
	return false;
}

static bool listed(const struct str *list, struct str value)
{
	for (; list && list->p; list++) {
		if (str_ieq(*list, value))
			return true;
	}
	return false;
}

static bool type_is(const struct sip_range *range, struct str type)
{
	return type.n == range->type.n + 1 + range->subtype.n && type.p[range->type.n] == '/' &&
	       str_ieq((struct str){ type.p, range->type.n }, range->type) &&
	       str_ieq((struct str){ type.p + range->type.n + 1, range->subtype.n },
		       range->subtype);
}

static bool type_listed(const struct str *types, const struct sip_range *range)
{
	for (; types && types->p; types++) {
		if (type_is(range, *types))
			return true;
	}
	return false;
}

/* A media-range covers a type of ours. */
static bool range_covers(const struct sip_range *range, const struct str *types)
{
	bool any_subtype = str_eq(range->subtype, STR("*"));

	if (range->q == 0)
		return false;
	if (any_subtype && str_eq(range->type, STR("*")))
		return true;
	if (!any_subtype)
		return type_listed(types, range);
	for (; types && types->p; types++) {
		if (types->n > range->type.n && types->p[range->type.n] == '/' &&
		    str_ieq((struct str){ types->p, range->type.n }, range->type))
			return true;
	}
	return false;
}

static unsigned check_method(const struct sip_msg *msg, const struct sip_caps *caps)
{
	if (msg->method == SIP_METHOD_OTHER)
		return 501;
	return caps->methods & 1u << msg->method ? 0 : 405;
}

/* 8.2.2.1; a sips URI asks for TLS all the way (26.2.2), which there is none of. */
static unsigned check_uri(const struct sip_msg *msg, const struct sip_caps *caps)
{
	switch (msg->uri.scheme) {
	case SIP_SCHEME_SIP:
		return 0;
	case SIP_SCHEME_TEL:
		return caps->tel ? 0 : 416;
	default:
		return 416;
	}
}

static unsigned check_require(const struct sip_msg *msg, const struct sip_caps *caps)
{
	/* 8.2.2.3: not for CANCEL */
	if (msg->method == SIP_CANCEL)
		return 0;
	for (const struct sip_token *tag = msg->require; tag; tag = tag->next) {
		if (!listed(caps->options, tag->value))
			return 420;
	}
	return 0;
}

static unsigned check_content(const struct sip_msg *msg, const struct sip_caps *caps)
{
	if (msg->body.n == 0)
		return 0;
	if (!msg->content_type) /* 20.15: mandatory with a body */
		return 400;
	if (msg->content_disposition && msg->content_disposition->handling_optional)
		return 0;
	for (const struct sip_token *coding = msg->content_encoding; coding;
	     coding = coding->next) {
		if (!str_ieq(coding->value, STR("identity")))
			return 415;
	}
	return type_listed(caps->types, msg->content_type) ? 0 : 415;
}

/* RFC 4475 3.3.15: the answer to an INVITE must be in a type that its Accept covers. */
static unsigned check_accept(const struct sip_msg *msg, const struct sip_caps *caps)
{
	if (msg->method != SIP_INVITE || !msg->has_accept)
		return 0;
	for (const struct sip_range *range = msg->accept; range; range = range->next) {
		if (range_covers(range, caps->types))
			return 0;
	}
	return 406;
}

unsigned sip_msg_check(const struct sip_msg *msg, const struct sip_caps *caps)
{
	unsigned status;

	if (!msg->request || msg->method == SIP_ACK)
		return 0;
	status = check_method(msg, caps);
	if (!status)
		status = check_uri(msg, caps);
	if (!status && caps->forwards && msg->has_max_forwards && msg->max_forwards == 0)
		status = 483;
	if (!status)
		status = check_require(msg, caps);
	if (!status)
		status = check_content(msg, caps);
	if (!status)
		status = check_accept(msg, caps);
	return status;
}

bool sip_msg_misrouted(const struct sip_msg *msg)
{
	return !msg->request && msg->via && msg->via->next;
}
