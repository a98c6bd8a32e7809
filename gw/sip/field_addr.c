/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Header fields made of addresses: RFC
 * 3261 20.10, 20.20, 20.30-20.34, 20.39, 20.42, 20.4, 20.9, 20.18; RFC 3581 3. */
#include "gw/sip/field.h"
#include "gw/sip/lex_parts.h"
#include "gw/sip/param.h"

#define COOKIE	 "z9hG4bK"
#define N_COOKIE (sizeof(COOKIE) - 1)

/* delta-seconds */
static bool value_u32(struct str s, uint32_t *value)
{
	struct sip_lex l;
	uint64_t v;

	lex_open(&l, s);
	if (!lex_uint(&l, UINT32_MAX, &v) || !lex_done(&l))
		return false;
	*value = (uint32_t)v;
	return true;
}

static bool value_u8(struct str s, uint8_t *value)
{
	uint32_t v;

	if (!value_u32(s, &v) || v > UINT8_MAX)
		return false;
	*value = (uint8_t)v;
	return true;
}

/* A display-name and LAQUOT, or nothing when it is an addr-spec. White space before "<" may be
 * missing (RFC 4475 3.1.1.6). */
static bool lex_display(struct sip_lex *l, struct sip_addr *addr)
{
	const char *start = l->at;

	if (lex_peek(l) == '"') {
		if (!lex_quoted(l, &addr->display))
			return false;
		lex_ws(l);
		addr->bracketed = lex_char(l, '<');
		return addr->bracketed;
	}
	lex_span(l, LEX_TOKEN | LEX_WS);
	if (lex_peek(l) == '<') {
		addr->bracketed = true;
		addr->display = str_trim(lex_since(l, start));
		l->at++;
		return true;
	}
	l->at = start;
	return true;
}

static bool addr_param(struct sip_addr *addr, const struct sip_param *p)
{
	switch (p->name.n) {
	case 1:
		if ((p->name.p[0] | 0x20) == 'q')
			return lex_qvalue(p->value, &addr->q);
		break;
	case 3:
		if (LEX_IS(p->name, "tag")) {
			if (addr->tag.p || !p->token)
				return false;
			addr->tag = p->value;
		}
		break;
	case 7:
		if (LEX_IS(p->name, "expires"))
			addr->has_expires = value_u32(p->value, &addr->expires);
		break;
	default:
		break;
	}
	return true;
}

static bool lex_addr_params(struct sip_lex *l, struct sip_addr *addr, const char *start)
{
	struct sip_params_seen seen = { 0 };
	struct sip_lex in = *l;
	struct sip_param param;
	int more;

	while ((more = lex_semi_param(&in, &param, &addr->params)) > 0) {
		addr->text = lex_since(&in, start);
		if (!addr_param(addr, &param))
			break;
		sip_param_seen(&seen, param.name);
	}
	l->at = in.at;
	return more == 0 && sip_params_ok(&seen, addr->params);
}

bool sip_field_addr(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	const char *start = l->at;
	struct sip_addr *addr = out;

	(void)msg;
	addr->q = SIP_Q_MAX;
	addr->bracketed = lex_char(l, '<');
	if ((!addr->bracketed && !lex_display(l, addr)) ||
	    !sip_uri_lex(l, &addr->uri, !addr->bracketed) || (addr->bracketed && !lex_char(l, '>')))
		return false;
	addr->text = lex_since(l, start);
	return lex_addr_params(l, addr, start);
}

bool sip_field_contact(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_addr *addr = out;
	struct sip_lex after = *l;

	if (lex_char(&after, '*') && lex_done(&after) && !msg->contact) {
		addr->text = lex_since(&after, l->at);
		addr->star = true;
		*l = after;
		return true;
	}
	if (msg->contact && msg->contact->star)
		return false;
	return sip_field_addr(l, msg, out);
}

/* Route and Record-Route have name-addr only. */
bool sip_field_route(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	const struct sip_addr *addr = out;

	return sip_field_addr(l, msg, out) && addr->bracketed;
}

/* transport LWS. What stands before the blank, when it is one of ours, needs no look at each of its
 * octets. */
static inline bool lex_transport(struct sip_lex *l, struct sip_via *via)
{
	struct str usual = { l->at, 3 };

	if (l->end - l->at > 3 && lex_is_ws(l->at[3]) &&
	    (via->proto = sip_proto_parse(usual)) != SIP_PROTO_OTHER) {
		via->proto_name = usual;
		l->at += 4;
	} else {
		if (!lex_token(l, &via->proto_name) || !lex_is_ws(lex_peek(l)))
			return false;
		via->proto = sip_proto_parse(via->proto_name);
	}
	lex_ws(l);
	return true;
}

/* sent-protocol LWS */
static inline bool lex_sent_protocol(struct sip_lex *l, struct sip_via *via)
{
	static const char usual[8] = "SIP/2.0/";
	struct str name, version;

	if ((size_t)(l->end - l->at) > sizeof(usual) && memcmp(l->at, usual, sizeof(usual)) == 0) {
		l->at += sizeof(usual);
		lex_ws(l);
		via->version_ok = true;
	} else {
		if (!lex_token(l, &name) || !lex_separator(l, '/') || !lex_token(l, &version) ||
		    !lex_separator(l, '/'))
			return false;
		via->version_ok = str_ieq(name, STR("SIP")) && str_eq(version, STR("2.0"));
	}
	return lex_transport(l, via);
}

/* RFC 5118 4.5: received may wrongly have the brackets of an IPv6reference. */
static bool via_received(struct sip_via *via, struct str value)
{
	if (value.n > 2 && value.p[0] == '[' && value.p[value.n - 1] == ']')
		value = (struct str){ value.p + 1, value.n - 2 };
	via->received = value;

	enum sip_host_type type = sip_host_type(value);

	return type == SIP_HOST_IPV4 || type == SIP_HOST_IPV6;
}

static bool via_rport(struct sip_via *via, struct str value)
{
	uint32_t port = 0;

	via->rport = true;
	if (value.p && (!value_u32(value, &port) || port == 0 || port > UINT16_MAX))
		return false;
	via->rport_port = (uint16_t)port;
	return true;
}

static bool via_param(struct sip_via *via, const struct sip_param *p)
{
	switch (p->name.n) {
	case 3:
		if (LEX_IS(p->name, "ttl")) {
			via->has_ttl = true;
			return value_u8(p->value, &via->ttl);
		}
		break;
	case 5:
		if (LEX_IS(p->name, "rport"))
			return via_rport(via, p->value);
		if (LEX_IS(p->name, "maddr")) {
			via->maddr = p->value;
			return p->value.n > 0;
		}
		break;
	case 6:
		if (LEX_IS(p->name, "branch")) {
			via->branch = p->value;
			via->cookie =
				p->value.n > N_COOKIE && memcmp(p->value.p, COOKIE, N_COOKIE) == 0;
			return p->token;
		}
		break;
	case 8:
		if (LEX_IS(p->name, "received"))
			return via_received(via, p->value);
		break;
	default:
		break;
	}
	return true;
}

/* [ COLON port ] */
static inline bool via_port(struct sip_lex *l, struct sip_via *via)
{
	uint64_t port;

	if (!lex_separator(l, ':'))
		return true;
	if (!lex_uint(l, UINT16_MAX, &port) || port == 0)
		return false;
	via->port = (uint16_t)port;
	return true;
}

static inline bool lex_via(struct sip_lex *l, struct sip_via *via)
{
	const char *start = l->at;
	struct sip_params_seen seen = { 0 };
	struct sip_param param;
	int more;

	if (!lex_sent_protocol(l, via) || !lex_host(l, &via->host, &via->host_type))
		return false;
	via->text = lex_since(l, start);
	if (!via_port(l, via))
		return false;
	if (via->port)
		via->text = lex_since(l, start);
	while ((more = lex_semi_param(l, &param, &via->params)) > 0) {
		via->text = lex_since(l, start);
		if (!via_param(via, &param))
			return false;
		sip_param_seen(&seen, param.name);
	}
	return more == 0 && sip_params_ok(&seen, via->params);
}

bool sip_field_via(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_lex in = *l;
	bool good = lex_via(&in, out);

	(void)msg;
	l->at = in.at;
	return good;
}

bool sip_field_info(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_info *info = out;
	struct sip_params_seen seen = { 0 };
	struct sip_param param;
	int more;

	(void)msg;
	if (!lex_char(l, '<') || !sip_uri_lex(l, &info->uri, false) || !lex_char(l, '>'))
		return false;
	while ((more = lex_semi_param(l, &param, &info->params)) > 0) {
		if (param.name.n == 7 && LEX_IS(param.name, "purpose"))
			info->purpose = param.value;
		sip_param_seen(&seen, param.name);
	}
	return more == 0 && sip_params_ok(&seen, info->params);
}
