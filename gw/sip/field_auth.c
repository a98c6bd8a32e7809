/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Challenges and credentials: RFC 3261 20.6, 20.7, 20.27, 20.28, 20.44 and 25.1. */
#include "gw/sip/field.h"
#include "gw/sip/lex_parts.h"
#include "gw/sip/param.h"

enum auth_form { AUTH_QUOTED, AUTH_ANY, AUTH_HEX };

/* nc-value = 8LHEX */
static bool auth_nc(struct sip_auth *auth, const struct sip_param *p)
{
	if (p->quoted || p->value.n != 8)
		return false;
	for (size_t i = 0; i < p->value.n; i++) {
		char c = p->value.p[i];

		if (!lex_is(c, LEX_HEX))
			return false;
		auth->nc = auth->nc << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return true;
}

/* The member that a parameter goes to, and its form; NULL for auth-param of another name. */
static struct str *auth_slot(struct sip_auth *auth, struct str name, enum auth_form *form)
{
	*form = AUTH_QUOTED;
	switch (name.n) {
	case 3:
		if (LEX_IS(name, "uri"))
			return &auth->uri;
		*form = AUTH_ANY;
		return LEX_IS(name, "qop") ? &auth->qop : NULL;
	case 5:
		if (LEX_IS(name, "realm"))
			return &auth->realm;
		return LEX_IS(name, "nonce") ? &auth->nonce : NULL;
	case 6:
		if (LEX_IS(name, "opaque"))
			return &auth->opaque;
		if (LEX_IS(name, "domain"))
			return &auth->domain;
		return LEX_IS(name, "cnonce") ? &auth->cnonce : NULL;
	case 7:
		*form = AUTH_HEX;
		return LEX_IS(name, "rspauth") ? &auth->rspauth : NULL;
	case 8:
		if (LEX_IS(name, "username"))
			return &auth->username;
		*form = AUTH_HEX;
		return LEX_IS(name, "response") ? &auth->response : NULL;
	case 9:
		if (LEX_IS(name, "nextnonce"))
			return &auth->nextnonce;
		*form = AUTH_ANY;
		return LEX_IS(name, "algorithm") ? &auth->algorithm : NULL;
	default:
		return NULL;
	}
}

static bool all_hex(struct str s)
{
	for (; s.n >= LEX_BLOCK; s.p += LEX_BLOCK, s.n -= LEX_BLOCK) {
		if (lex16_hex(s.p) != LEX_ALL_16)
			return false;
	}
	while (s.n > 0 && lex_is(s.p[s.n - 1], LEX_HEX))
		s.n--;
	return s.n == 0;
}

static bool auth_form_ok(const struct sip_param *p, enum auth_form form)
{
	if (form == AUTH_ANY)
		return p->value.p != NULL;
	return p->quoted && (form != AUTH_HEX || all_hex(p->value));
}

/* What a Digest parameter means (22.4). */
static bool digest_param(struct sip_auth *auth, const struct sip_param *param)
{
	enum auth_form form;

	if (param->name.n == 2 && LEX_IS(param->name, "nc"))
		return auth_nc(auth, param);
	if (param->name.n == 5 && LEX_IS(param->name, "stale")) {
		auth->stale = str_ieq(param->value, STR("true"));
		return true;
	}

	struct str *slot = auth_slot(auth, param->name, &form);

	if (!slot)
		return true;
	if (slot->p) /* twice */
		return false;
	*slot = param->value;
	return auth_form_ok(param, form);
}

/* auth-param *( COMMA auth-param ), auth-param = token EQUAL ( token / quoted-string ) */
static bool auth_params(struct sip_lex *l, struct sip_auth *auth)
{
	struct sip_params_seen seen = { 0 };
	struct sip_lex in = *l;
	struct sip_param param;
	bool good;

	auth->params.p = in.at;
	do {
		good = lex_param(&in, &param) && param.value.p;
		auth->params.n = (size_t)(in.at - auth->params.p);
		good = good && (!auth->digest || digest_param(auth, &param));
		if (!good)
			break;
		sip_param_seen(&seen, param.name);
	} while (lex_separator(&in, ','));
	l->at = in.at;
	return good && sip_params_ok(&seen, auth->params);
}

bool sip_field_auth(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_auth *auth = out;

	(void)msg;
	if (!lex_token(l, &auth->scheme) || !lex_is_ws(lex_peek(l)))
		return false;
	lex_ws(l);
	auth->digest = auth->scheme.n == 6 && LEX_IS(auth->scheme, "digest");
	return auth_params(l, auth);
}

bool sip_field_auth_info(struct sip_lex *l, struct sip_msg *msg, void *out)
{
	struct sip_auth *auth = out;

	(void)msg;
	auth->digest = true;
	return auth_params(l, auth);
}
