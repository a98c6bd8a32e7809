/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* URI syntax: RFC 3261 19.1.1 and 25.1, RFC 3966 3. Comparison and escaping are in uri_cmp.c. */
#include "gw/sip/uri.h"

#include <errno.h>

#include "gw/sip/lex_parts.h"
#include "gw/sip/param.h"

#define PORT_SIP  5060
#define PORT_SIPS 5061

static const struct {
	const char *name;
	enum sip_proto proto;
} protos[] = {
	{ "UDP", SIP_PROTO_UDP },   { "TCP", SIP_PROTO_TCP },		{ "TLS", SIP_PROTO_TLS },
	{ "SCTP", SIP_PROTO_SCTP }, { "TLS-SCTP", SIP_PROTO_TLS_SCTP },
};

#define N_PROTOS (sizeof(protos) / sizeof(protos[0]))

/* The three usual names without a branch that a message's mix of transports would mislead. */
static enum sip_proto proto_of_three(const char *p)
{
	uint32_t key = ((uint32_t)(unsigned char)p[0] << 16 | (uint32_t)(unsigned char)p[1] << 8 |
			(uint32_t)(unsigned char)p[2]) |
		       0x202020u;

	return (enum sip_proto)((key == 0x756470u) * SIP_PROTO_UDP +
				(key == 0x746370u) * SIP_PROTO_TCP +
				(key == 0x746c73u) * SIP_PROTO_TLS);
}

LEX_RARE enum sip_proto proto_any(struct str name)
{
	for (size_t i = 0; i < N_PROTOS; i++) {
		if (str_ieq(name, str_c(protos[i].name)))
			return protos[i].proto;
	}
	return SIP_PROTO_OTHER;
}

enum sip_proto sip_proto_parse(struct str name)
{
	enum sip_proto proto = name.n == 3 ? proto_of_three(name.p) : SIP_PROTO_NONE;

	return proto != SIP_PROTO_NONE || name.n == 0 ? proto : proto_any(name);
}

const char *sip_proto_name(enum sip_proto proto)
{
	for (size_t i = 0; i < N_PROTOS; i++) {
		if (protos[i].proto == proto)
			return protos[i].name;
	}
	return "";
}

uint16_t sip_uri_port(const struct sip_uri *uri)
{
	if (uri->port)
		return uri->port;
	if (uri->scheme == SIP_SCHEME_SIPS || uri->transport == SIP_PROTO_TLS)
		return PORT_SIPS;
	return PORT_SIP;
}

static bool param_ttl(struct sip_uri *uri, struct str value)
{
	struct sip_lex l;
	uint64_t ttl;

	lex_open(&l, value);
	if (value.n == 0 || !lex_uint(&l, UINT8_MAX, &ttl) || !lex_done(&l))
		return false;
	uri->ttl = (uint8_t)ttl;
	uri->has_ttl = true;
	return true;
}

/* The parameters that 19.1.1 gives a meaning. */
static bool param_known(struct sip_uri *uri, struct str name, struct str value)
{
	switch (name.n) {
	case 2:
		if (LEX_IS(name, "lr"))
			uri->lr = true;
		break;
	case 3:
		if (LEX_IS(name, "ttl"))
			return param_ttl(uri, value);
		break;
	case 4:
		if (LEX_IS(name, "user"))
			uri->user_phone = value.n == 5 && LEX_IS(value, "phone");
		break;
	case 5:
		if (LEX_IS(name, "maddr")) {
			uri->maddr = value;
			return value.n > 0;
		}
		break;
	case 6:
		if (LEX_IS(name, "method"))
			uri->method = value;
		break;
	case 9:
		if (LEX_IS(name, "transport")) {
			uri->transport = sip_proto_parse(value);
			return value.n > 0;
		}
		break;
	default:
		break;
	}
	return true;
}

static bool lex_uri_params(struct sip_lex *l, struct sip_uri *uri)
{
	struct sip_params_seen seen = { 0 };
	struct str name, value;
	const char *start = l->at + 1;

	while (lex_char(l, ';')) {
		if (!lex_escaped(l, LEX_PARAM, &name) || name.n == 0)
			return false;
		value = STR_NONE;
		if (lex_char(l, '=') && (!lex_escaped(l, LEX_PARAM, &value) || value.n == 0))
			return false;
		if (!param_known(uri, name, value))
			return false;
		sip_param_seen(&seen, name);
	}
	uri->params = lex_since(l, start);
	return sip_params_ok(&seen, uri->params);
}

/* headers = "?" hname "=" hvalue *( "&" hname "=" hvalue ); "=" may not be in hvalue. */
static bool lex_uri_headers(struct sip_lex *l, struct sip_uri *uri)
{
	const char *start = ++l->at;
	bool named = false, empty = true;

	if (!lex_escaped(l, LEX_HEADERS, &uri->headers))
		return false;
	for (const char *p = start; p < l->at; p++) {
		if (*p == '&') {
			if (!named)
				return false;
			named = false;
			empty = true;
		} else if (*p == '=') {
			if (named || empty)
				return false;
			named = true;
		} else {
			empty = false;
		}
	}
	return named;
}

/* False: what follows has no "@" before a ">" or its end, hence no userinfo. */
static inline bool lex_may_have_userinfo(const struct sip_lex *l)
{
	for (const char *p = l->at; p <= l->wide; p += LEX_BLOCK) {
		uint32_t at = lex16_equal(p, '@'), close = lex16_equal(p, '>');

		if (at | close)
			return (at & (close - 1)) != 0;
		if (l->end - p <= LEX_BLOCK)
			return false;
	}
	return true;
}

/* [ userinfo ]: what stands before an "@"; without one the cursor goes back and it was the host. */
static inline bool lex_userinfo(struct sip_lex *l, struct sip_uri *uri, bool bare)
{
	const char *start = l->at;
	struct str user, password = STR_NONE;

	if (!lex_may_have_userinfo(l))
		return true;
	if (bare ? !lex_escaped(l, LEX_BARE, &user) : !lex_escaped(l, LEX_USER, &user))
		return false;
	if (lex_peek(l) == ':') {
		l->at++;
		if (!lex_escaped(l, LEX_PASSWORD, &password))
			return false;
	}
	if (!lex_char(l, '@')) {
		l->at = start;
		return true;
	}
	uri->user = user;
	uri->password = password;
	return user.n > 0;
}

/* What stands behind the scheme of a SIP or SIPS URI. */
LEX_INLINE bool lex_sip_parts(struct sip_lex *l, struct sip_uri *uri, bool bare)
{
	char c;

	if (!lex_userinfo(l, uri, bare) || !lex_host(l, &uri->host, &uri->host_type))
		return false;
	c = lex_peek(l);
	if (c == ':') {
		if (!lex_port(l, &uri->port))
			return false;
		c = lex_peek(l);
	}
	if (bare)
		return c != '?';
	if (c == ';') {
		if (!lex_uri_params(l, uri))
			return false;
		c = lex_peek(l);
	}
	return c != '?' || lex_uri_headers(l, uri);
}

/* telephone-subscriber up to its parameters (RFC 3966 3); digits with visual separators. */
static bool lex_number(struct sip_lex *l, bool *global, struct str *number)
{
	unsigned digits = 0;

	*global = lex_char(l, '+');

	const char *start = l->at;

	for (; !lex_done(l); l->at++) {
		char c = *l->at;

		if (lex_is(c, LEX_DIGIT) ||
		    (!*global && (lex_is(c, LEX_HEX) || c == '*' || c == '#')))
			digits++;
		else if (c != '-' && c != '.' && c != '(' && c != ')')
			break;
	}
	*number = lex_since(l, start);
	return digits > 0;
}

static bool lex_tel_params(struct sip_lex *l, struct sip_tel *tel)
{
	struct sip_params_seen seen = { 0 };
	struct str name, value;
	const char *start = l->at + 1;

	while (lex_char(l, ';')) {
		if (!lex_escaped(l, LEX_PARAM, &name) || name.n == 0)
			return false;
		value = STR_NONE;
		if (lex_char(l, '=') && (!lex_escaped(l, LEX_PARAM, &value) || value.n == 0))
			return false;
		if (name.n == 13 && LEX_IS(name, "phone-context"))
			tel->context = value;
		else if (name.n == 4 && LEX_IS(name, "isub"))
			tel->isub = value;
		else if (name.n == 3 && LEX_IS(name, "ext"))
			tel->ext = value;
		tel->params = lex_since(l, start);
		sip_param_seen(&seen, name);
	}
	return sip_params_ok(&seen, tel->params);
}

int sip_tel_parse(struct sip_tel *tel, struct str text)
{
	struct sip_lex l;

	*tel = (struct sip_tel){ 0 };
	lex_open(&l, text);
	if (!lex_number(&l, &tel->global, &tel->number) || !lex_tel_params(&l, tel) ||
	    !lex_done(&l))
		return -EBADMSG;
	return 0;
}

/* A local number needs its phone-context, which an addr-spec without <> has no place for. */
static bool lex_tel_uri(struct sip_lex *l, struct sip_uri *uri, bool bare)
{
	const char *start = l->at;
	struct sip_tel tel = { 0 };

	if (!lex_number(l, &tel.global, &tel.number))
		return false;
	uri->user = lex_since(l, start);
	if (bare)
		return lex_peek(l) != '?';
	if (!lex_tel_params(l, &tel))
		return false;
	uri->params = tel.params;
	return tel.global || tel.context.n > 0;
}

/* absoluteURI of another scheme: kept, with its octets checked. */
static bool lex_other_uri(struct sip_lex *l, struct sip_uri *uri, bool bare)
{
	if (!lex_escaped(l, LEX_URIC, &uri->host))
		return false;
	if (bare) {
		size_t n = 0;

		while (n < uri->host.n && !memchr(",;?", uri->host.p[n], 3))
			n++;
		l->at = uri->host.p + n;
		uri->host.n = n;
		if (lex_peek(l) == '?')
			return false;
	}
	return uri->host.n > 0;
}

static enum sip_scheme scheme_find(struct str name)
{
	if (name.n == 3 && LEX_IS(name, "tel"))
		return SIP_SCHEME_TEL;
	if (name.n == 4 && LEX_IS(name, "sips"))
		return SIP_SCHEME_SIPS;
	return SIP_SCHEME_OTHER;
}

/* scheme ":" */
LEX_RARE bool lex_scheme_any(struct sip_lex *l, struct sip_uri *uri)
{
	const char *start = l->at;

	lex_span(l, LEX_HOST);
	while (lex_char(l, '+'))
		lex_span(l, LEX_HOST);
	uri->scheme_name = lex_since(l, start);
	if (uri->scheme_name.n == 0 || !lex_is(*start, LEX_ALPHA) || !lex_char(l, ':'))
		return false;
	uri->scheme = scheme_find(uri->scheme_name);
	return true;
}

static inline bool lex_scheme(struct sip_lex *l, struct sip_uri *uri)
{
	if (l->end - l->at < 4 || !lex_is_word((struct str){ l->at, 4 }, "sip:", 4))
		return lex_scheme_any(l, uri);
	uri->scheme = SIP_SCHEME_SIP;
	uri->scheme_name = (struct str){ l->at, 3 };
	l->at += 4;
	return true;
}

LEX_INLINE bool lex_uri(struct sip_lex *l, struct sip_uri *uri, bool bare)
{
	struct sip_lex in;
	bool good;

	if (!lex_scheme(l, uri))
		return false;
	if (uri->scheme == SIP_SCHEME_TEL)
		return lex_tel_uri(l, uri, bare);
	if (uri->scheme == SIP_SCHEME_OTHER)
		return lex_other_uri(l, uri, bare);
	in = *l;
	good = lex_sip_parts(&in, uri, bare);
	l->at = in.at;
	return good;
}

bool sip_uri_lex(struct sip_lex *l, struct sip_uri *uri, bool bare)
{
	const char *start = l->at;
	bool good = lex_uri(l, uri, bare);

	uri->text = lex_since(l, start);
	return good;
}

int sip_uri_parse(struct sip_uri *uri, struct str text, size_t *offset)
{
	struct sip_lex l;

	*uri = (struct sip_uri){ 0 };
	lex_open(&l, text);

	bool good = text.n > 0 && sip_uri_lex(&l, uri, false) && lex_done(&l);

	if (offset)
		*offset = text.n > 0 ? (size_t)(l.at - text.p) : 0;
	return good ? 0 : -EBADMSG;
}

int sip_uri_tel(const struct sip_uri *uri, struct sip_tel *tel)
{
	struct str text = uri->user;

	/* The user of a tel URI and its params lie side by side in the text. */
	if (uri->scheme == SIP_SCHEME_TEL && uri->params.n > 0)
		text.n = (size_t)(uri->params.p + uri->params.n - uri->user.p);
	return sip_tel_parse(tel, text);
}

int sip_tel_digits(const struct sip_tel *tel, char *digits, size_t cap)
{
	size_t n = 0;

	if (cap == 0)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < tel->number.n; i++) {
		char c = tel->number.p[i];

		if (!lex_is(c, LEX_HEX) && c != '*' && c != '#')
			continue;
		if (n + 1 >= cap) {
			digits[0] = '\0';
			return -ENAMETOOLONG;
		}
		digits[n++] = (char)(c >= 'a' ? c - 'a' + 'A' : c);
	}
	digits[n] = '\0';
	return 0;
}

bool sip_param_next(struct str *rest, struct sip_param *param)
{
	struct sip_lex l;

	if (rest->n == 0)
		return false;
	lex_open(&l, *rest);
	lex_ws(&l);
	/* A URI's parameters may hold octets and escapes that a token does not; header parameters
	 * have white space. */
	if (!lex_escaped(&l, LEX_PARAM | LEX_TOKEN, &param->name) || param->name.n == 0)
		return false;
	param->value = STR_NONE;
	param->quoted = param->token = false;

	struct sip_lex after = l;

	if (lex_separator(&after, '=')) {
		l = after;
		param->quoted = lex_peek(&l) == '"';
		if (param->quoted ? !lex_quoted(&l, &param->value)
				  : !lex_escaped(&l, LEX_PARAM | LEX_GENVAL, &param->value))
			return false;
	}
	if (!lex_separator(&l, ';') && !lex_separator(&l, ','))
		l.at = l.end;
	*rest = lex_rest(&l);
	return true;
}

bool sip_param_find(struct str params, struct str name, struct str *value)
{
	struct sip_param param;

	while (sip_param_next(&params, &param)) {
		if (str_ieq(param.name, name)) {
			if (value)
				*value = param.value;
			return true;
		}
	}
	return false;
}
