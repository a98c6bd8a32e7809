/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Telephone numbers in URIs, by a trunk's rules: RFC 3966, RFC 3398 12, RFC 3261 19.1.6. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/sip/party_private.h"

/* RFC 3261 19.1.1: the number itself may be escaped ("%2B"); its parameters are read by name. */
static int number_text(struct str user, struct sip_party_tel *out, struct str *text)
{
	const char *semi = memchr(user.p, ';', user.n);
	struct str head = { user.p, semi ? (size_t)(semi - user.p) : user.n };
	struct str tail = { semi, user.n - head.n };
	size_t n = 0;

	if (sip_unescape(head, out->text, sizeof(out->text), &n))
		return -EBADMSG;
	if (tail.n > sizeof(out->text) - n)
		return -EBADMSG;
	if (tail.n)
		memcpy(out->text + n, tail.p, tail.n);
	*text = (struct str){ out->text, n + tail.n };
	return 0;
}

/* The letters of a phonedigit-hex: a name such as "ada" is made of them, too. */
static bool has_letter(struct str number)
{
	for (size_t i = 0; i < number.n; i++)
		if ((number.p[i] | 0x20) >= 'a' && (number.p[i] | 0x20) <= 'f')
			return true;
	return false;
}

int sip_party_tel(const struct sip_uri *uri, struct sip_party_tel *out)
{
	struct str user = uri->user, text;
	bool phone = uri->scheme == SIP_SCHEME_TEL || uri->user_phone;
	int err;

	if (uri->scheme != SIP_SCHEME_SIP && uri->scheme != SIP_SCHEME_SIPS &&
	    uri->scheme != SIP_SCHEME_TEL)
		return -EBADMSG;
	if (!user.n)
		return -ENOENT;
	/* A tel URI's number and its parameters lie side by side. */
	if (uri->scheme == SIP_SCHEME_TEL && uri->params.n)
		user.n = (size_t)(uri->params.p + uri->params.n - user.p);
	if (number_text(user, out, &text))
		return -EBADMSG;
	err = sip_tel_parse(&out->tel, text);
	/* RFC 3261 19.1.1: only user=phone says that a user that could be a name is a number. */
	return !err && !phone && has_letter(out->tel.number) ? -EBADMSG : err;
}

int sip_party_digits(const struct sip_tel *tel, struct leg_number *number)
{
	int err = sip_tel_digits(tel, number->digits, sizeof(number->digits));

	if (err)
		return err;
	number->noa = tel->global ? LEG_NOA_INTERNATIONAL : LEG_NOA_UNKNOWN;
	return number->digits[0] ? 0 : -ENOENT;
}

bool sip_party_param(const struct sip_tel *tel, struct str name, char *value, size_t cap)
{
	struct str text;
	size_t n = 0;

	if (!sip_param_find(tel->params, name, &text) || !text.n ||
	    sip_unescape(text, value, cap - 1, &n) || memchr(value, '\0', n))
		return false;
	value[n] = '\0';
	return true;
}

static bool visual(char c)
{
	return c == '-' || c == '.' || c == '(' || c == ')';
}

bool sip_party_code(const char *text, bool *global, char *digits, size_t cap)
{
	size_t n = 0;

	*global = *text == '+';
	if (*global)
		text++;
	for (; *text; text++) {
		char c = *text;

		if (visual(c))
			continue;
		if (c >= 'a' && c <= 'f')
			c = (char)(c - 'a' + 'A');
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')) || n + 1 == cap)
			return false;
		digits[n++] = c;
	}
	digits[n] = '\0';
	return n > 0;
}

/* country, area and what is left of the digits, as one international number. */
static int join(struct leg_number *number, const char *country, const char *area, const char *rest)
{
	char digits[2 * PARTY_CODE_MAX + LEG_DIGITS_MAX + 1];
	int n = snprintf(digits, sizeof(digits), "%s%s%s", country, area, rest);

	if (n > LEG_DIGITS_MAX)
		return -ENAMETOOLONG;
	memcpy(number->digits, digits, (size_t)n + 1);
	number->noa = LEG_NOA_INTERNATIONAL;
	return 0;
}

static bool begins(const char *digits, const char *prefix)
{
	return prefix[0] && strncmp(digits, prefix, strlen(prefix)) == 0;
}

/* RFC 3398 12.2: a number as it is dialled in our country. True: its prefix said what it is. */
static bool by_prefix(const struct sip_party_conf *party, struct leg_number *number, int *err)
{
	const char *digits = number->digits;

	*err = 0;
	if (begins(digits, party->international_prefix)) {
		*err = join(number, "", "", digits + strlen(party->international_prefix));
		return true;
	}
	if (!begins(digits, party->national_prefix))
		return false;
	digits += strlen(party->national_prefix);
	if (party->country[0]) {
		*err = join(number, party->country, "", digits);
	} else {
		memmove(number->digits, digits, strlen(digits) + 1);
		number->noa = LEG_NOA_NATIONAL;
	}
	return true;
}

enum context { CONTEXT_NONE, CONTEXT_COUNTRY, CONTEXT_AREA, CONTEXT_OURS, CONTEXT_OTHER };

/* RFC 3966 5.1.5. A context that no key of the trunk is about is not judged: the number is as it is dialled here. */
static enum context context_of(const struct sip_party_conf *party, const struct sip_tel *tel)
{
	char context[PARTY_CONTEXT_MAX], digits[2 * PARTY_CODE_MAX], home[2 * PARTY_CODE_MAX];
	bool global;

	if (!tel->context.n)
		return CONTEXT_NONE;
	if (!sip_party_param(tel, STR("phone-context"), context, sizeof(context)))
		return CONTEXT_OTHER;
	if (context[0] != '+') {
		if (!party->phone_context[0])
			return CONTEXT_NONE;
		return str_ieq(str_c(context), str_c(party->phone_context)) ? CONTEXT_OURS
									    : CONTEXT_OTHER;
	}
	if (!sip_party_code(context, &global, digits, sizeof(digits)))
		return CONTEXT_OTHER;
	if (!party->country[0])
		return CONTEXT_NONE;
	if (strcmp(digits, party->country) == 0)
		return CONTEXT_COUNTRY;
	(void)snprintf(home, sizeof(home), "%s%s", party->country, party->area);
	return strcmp(digits, home) == 0 ? CONTEXT_AREA : CONTEXT_OTHER;
}

int sip_party_number(const struct sip_party_conf *party, const struct sip_tel *tel, bool dialled,
		     struct leg_number *number)
{
	int err = sip_party_digits(tel, number);
	enum context context = context_of(party, tel);

	if (err || tel->global)
		return err;
	if (context == CONTEXT_OTHER) {
		number->digits[0] = '\0';
		return -EADDRNOTAVAIL;
	}
	if (dialled && context != CONTEXT_COUNTRY && context != CONTEXT_AREA)
		return 0;
	if (by_prefix(party, number, &err))
		return err;
	/* RFC 3966 5.1.5: the context is no prefix; it says in which area this was dialled. */
	if (context == CONTEXT_AREA)
		number->noa = LEG_NOA_SUBSCRIBER;
	else if (context == CONTEXT_NONE && party->area[0])
		return join(number, party->country, party->area, number->digits);
	return 0;
}

int sip_party_uri_number(const struct sip_party_conf *party, const struct sip_uri *uri,
			 struct leg_number *number)
{
	struct sip_party_tel tel;
	int err = sip_party_tel(uri, &tel);

	return err ? err : sip_party_number(party, &tel.tel, false, number);
}

/* ---- writing ---- */

/* paramchar of RFC 3966 that may also stand in a SIP URI's user part; anything else is escaped. */
void sip_party_write_value(struct sip_writer *w, struct str value)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		const char plain[2] = { (char)c, '\0' };
		const char escaped[4] = { '%', hex[c >> 4], hex[c & 0xf], '\0' };
		bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		sip_write_c(w, letter || (c && strchr("-_.!~*'()", c)) ? plain : escaped);
	}
}

/* RFC 3966 3: global where it can be said, else local with its context. */
static void write_digits(struct sip_writer *w, const struct sip_party_conf *party,
			 const struct leg_number *number, bool as_is, bool *local)
{
	bool country = !as_is && number->noa == LEG_NOA_NATIONAL && party->country[0];
	bool area = !as_is && number->noa == LEG_NOA_SUBSCRIBER && party->area[0];

	*local = number->noa != LEG_NOA_INTERNATIONAL && !country && !area;
	if (!*local)
		sip_write_c(w, "+");
	if (country || area)
		sip_write_c(w, party->country);
	if (area)
		sip_write_c(w, party->area);
	sip_write_user(w, str_c(number->digits));
}

static void write_text(struct sip_writer *w, const char *name, const char *value)
{
	sip_write_c(w, name);
	sip_write_c(w, value);
}

/* RFC 4694 4: a local code needs a context; NULL: there is none to say. */
static const char *code_context(const struct sip_party_conf *party)
{
	return party->country[0]	 ? party->country
	       : party->phone_context[0] ? party->phone_context
	       : party->trunk_context[0] ? party->trunk_context
					 : NULL;
}

static void write_code_context(struct sip_writer *w, const struct sip_party_conf *party,
			       const char *name)
{
	sip_write_c(w, name);
	if (party->country[0])
		sip_write_c(w, "+");
	sip_write_c(w, code_context(party));
}

static void write_carrier(struct sip_writer *w, const struct sip_party_conf *party,
			  const struct leg_carrier *carrier)
{
	if (!carrier || !carrier->digits[0] || (!carrier->global && !code_context(party)))
		return;
	sip_write_c(w, ";cic=");
	if (carrier->global) {
		write_text(w, "+", carrier->digits);
	} else if (party->country[0]) {
		/* RFC 3398 8.2.1.1: "+1-5062" */
		write_text(w, "+", party->country);
		write_text(w, "-", carrier->digits);
	} else {
		sip_write_c(w, carrier->digits);
		write_code_context(w, party, ";cic-context=");
	}
}

/* A routing number that cannot be said is as if nobody had asked: npdi alone would say that the number is not ported. */
static const struct leg_portability *sayable(const struct sip_party_conf *party,
					     const struct leg_portability *p)
{
	bool said = p && (!p->routing.digits[0] || p->routing.noa == LEG_NOA_INTERNATIONAL ||
			  code_context(party));

	return said ? p : NULL;
}

static void write_routing(struct sip_writer *w, const struct sip_party_conf *party,
			  const struct leg_portability *p)
{
	bool local;

	if (!p || !p->routing.digits[0])
		return;
	sip_write_c(w, ";rn=");
	write_digits(w, party, &p->routing, false, &local);
	if (local)
		write_code_context(w, party, ";rn-context=");
}

static void write_category(struct sip_writer *w, const struct leg_setup *setup)
{
	const char *cpc = setup ? sip_party_category_name(setup->category) : NULL;

	if (cpc)
		write_text(w, ";cpc=", cpc);
}

static void write_oli(struct sip_writer *w, const struct leg_setup *setup)
{
	if (!setup || !setup->oli_known)
		return;
	sip_write_c(w, setup->oli < 10 ? ";oli=0" : ";oli=");
	sip_write_uint(w, setup->oli);
}

void sip_party_write_user(struct sip_writer *w, const struct sip_party_conf *party,
			  const struct sip_party_user *user)
{
	const struct leg_portability *portability = sayable(party, user->portability);
	bool local;

	write_digits(w, party, user->number, user->as_is, &local);
	if (user->subaddress)
		sip_party_subaddress_write(w, user->subaddress);
	if (local && party->phone_context[0])
		write_text(w, ";phone-context=", party->phone_context);
	write_carrier(w, party, user->carrier);
	write_category(w, user->category);
	if (user->subaddress)
		sip_party_subaddress_encoding(w, user->subaddress);
	if (portability && portability->queried)
		sip_write_c(w, ";npdi");
	write_oli(w, user->category);
	write_routing(w, party, portability);
	if (user->group) {
		sip_write_c(w, ";tgrp=");
		sip_party_write_value(w, str_c(user->group));
		sip_write_c(w, ";trunk-context=");
		sip_party_write_value(w, str_c(user->group_context));
	}
}

void sip_party_write_number(struct sip_writer *w, const struct sip_party_conf *party,
			    const struct sip_party_user *user, struct str host)
{
	sip_write_c(w, "sip:");
	sip_party_write_user(w, party, user);
	sip_write_c(w, "@");
	sip_write_hostport(w, host, 0);
	sip_write_c(w, ";user=phone");
}
