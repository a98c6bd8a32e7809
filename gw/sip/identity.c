/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Numbers and identities between SIP and the leg vocabulary: RFC 3398 12, RFC 3323, RFC 3325. */
#include <errno.h>
#include <string.h>

#include "gw/sip/identity.h"

#define USER_MAX 128

static const struct str anonymous_user = { "anonymous", 9 };
static const struct str anonymous_host = { "anonymous.invalid", 17 };

int sip_identity_number(const struct sip_uri *uri, struct leg_number *number)
{
	char user[USER_MAX];
	struct sip_tel tel;
	size_t n = 0;
	int err;

	if (uri->scheme != SIP_SCHEME_SIP && uri->scheme != SIP_SCHEME_SIPS &&
	    uri->scheme != SIP_SCHEME_TEL)
		return -EBADMSG;
	if (!uri->user.n)
		return -ENOENT;
	if (sip_unescape(uri->user, user, sizeof(user), &n))
		return -EBADMSG;
	if (sip_tel_parse(&tel, (struct str){ user, n }))
		return -EBADMSG;
	err = sip_tel_digits(&tel, number->digits, sizeof(number->digits));
	if (err)
		return err;
	number->noa = tel.global ? LEG_NOA_INTERNATIONAL : LEG_NOA_UNKNOWN;
	return number->digits[0] ? 0 : -ENOENT;
}

unsigned sip_identity_refusal(int err)
{
	return err == -EBADMSG ? 404 : 484;
}

static bool uri_anonymous(const struct sip_uri *uri)
{
	return str_ieq(uri->user, anonymous_user) || str_ieq(uri->host, anonymous_host);
}

/* RFC 3323 4.2 and RFC 3325 9.3: every kind of privacy that hides who calls. */
static bool privacy_asked(const struct sip_msg *msg)
{
	return sip_tokens_have(msg->privacy, STR("id")) ||
	       sip_tokens_have(msg->privacy, STR("user")) ||
	       sip_tokens_have(msg->privacy, STR("header"));
}

/* A quoted string without its escapes; what would not go into a line again is left out. */
static void display_read(struct str display, char *name, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < display.n; i++) {
		unsigned char c = (unsigned char)display.p[i];

		if (c == '\\' && i + 1 < display.n)
			c = (unsigned char)display.p[++i];
		if (c < ' ' || c == 0x7f)
			continue;
		if (n + 1 == cap) {
			/* Not in the middle of a UTF-8 character. */
			while (n && ((unsigned char)name[n - 1] & 0xc0) == 0x80)
				n--;
			if (n && ((unsigned char)name[n - 1] & 0xc0) == 0xc0)
				n--;
			break;
		}
		name[n++] = (char)c;
	}
	name[n] = '\0';
}

static const struct sip_addr *asserted_number(const struct sip_msg *msg, struct leg_number *number)
{
	for (const struct sip_addr *a = msg->asserted; a; a = a->next)
		if (sip_identity_number(&a->uri, number) == 0)
			return a;
	number->digits[0] = '\0';
	return NULL;
}

static bool same_number(const struct leg_number *a, const struct leg_number *b)
{
	return a->noa == b->noa && strcmp(a->digits, b->digits) == 0;
}

/* RFC 3398 7.2.1.1: where To and Request-URI differ, To says who was called first. */
static void original_read(const struct sip_msg *invite, struct leg_setup *setup)
{
	struct leg_number original = { .noa = LEG_NOA_UNKNOWN };

	if (sip_identity_number(&invite->to->uri, &original) == 0 &&
	    strcmp(original.digits, setup->called.digits) != 0)
		setup->redirection.original = original;
}

void sip_identity_read(const struct sip_msg *invite, bool trusted, struct leg_setup *setup)
{
	struct leg_number from = { .noa = LEG_NOA_UNKNOWN }, asserted = { .noa = LEG_NOA_UNKNOWN };
	const struct sip_addr *who = trusted ? asserted_number(invite, &asserted) : NULL;
	bool anonymous = uri_anonymous(&invite->from->uri);
	bool from_number = !anonymous && sip_identity_number(&invite->from->uri, &from) == 0;

	if (!from_number)
		from.digits[0] = '\0';
	setup->calling = who ? asserted : from;
	/* RFC 3398 12.2: network provided, unless policy says otherwise: nobody vouches for an
	 * untrusted peer's From. */
	setup->calling.screening = trusted ? LEG_SCR_NETWORK : LEG_SCR_USER_NOT_VERIFIED;
	setup->calling.presentation = LEG_PRES_ALLOWED;
	if (anonymous || privacy_asked(invite))
		setup->calling.presentation = LEG_PRES_RESTRICTED;
	else if (!setup->calling.digits[0])
		setup->calling.presentation = LEG_PRES_UNAVAILABLE;
	if (who && from_number && !same_number(&from, &asserted)) {
		setup->generic = from;
		setup->generic.screening = LEG_SCR_USER_NOT_VERIFIED;
		setup->generic.presentation = setup->calling.presentation;
	}
	if (!anonymous)
		display_read(who && who->display.n ? who->display : invite->from->display,
			     setup->calling_name, sizeof(setup->calling_name));
	original_read(invite, setup);
}

void sip_identity_connected(const struct sip_msg *response, bool trusted, struct leg_number *number)
{
	memset(number, 0, sizeof(*number));
	if (!trusted || !asserted_number(response, number))
		return;
	number->screening = LEG_SCR_NETWORK;
	number->presentation = privacy_asked(response) ? LEG_PRES_RESTRICTED : LEG_PRES_ALLOWED;
}

void sip_identity_write_uri(struct sip_writer *w, const struct leg_number *number, struct str host,
			    uint16_t port)
{
	sip_write_c(w, "sip:");
	if (number->noa == LEG_NOA_INTERNATIONAL)
		sip_write_c(w, "+");
	sip_write_user(w, str_c(number->digits));
	sip_write_c(w, "@");
	sip_write_hostport(w, host, port);
	sip_write_c(w, ";user=phone");
}

static void write_named(struct sip_writer *w, struct str name, const struct leg_number *number,
			struct str host)
{
	if (name.n) {
		sip_write_quoted(w, name);
		sip_write_c(w, " ");
	}
	sip_write_c(w, "<");
	sip_identity_write_uri(w, number, host, 0);
	sip_write_c(w, ">");
}

void sip_identity_write_from(struct sip_writer *w, const struct leg_setup *setup, bool trusted,
			     struct str host)
{
	const struct leg_number *number = &setup->calling;

	/* RFC 3325: where the peer is told the network's number, From may carry the caller's own.
	 */
	if (trusted && setup->generic.digits[0])
		number = &setup->generic;
	if (setup->calling.presentation == LEG_PRES_RESTRICTED) {
		sip_write_c(w, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
		return;
	}
	if (setup->calling.presentation == LEG_PRES_UNAVAILABLE || !number->digits[0]) {
		/* RFC 3398 8.2.1.1: no user portion, only the name of the gateway. */
		sip_write_c(w, "<sip:");
		sip_write_hostport(w, host, 0);
		sip_write_c(w, ">");
		return;
	}
	write_named(w, str_c(setup->calling_name), number, host);
}

void sip_identity_write_asserted(struct sip_writer *w, const struct leg_number *number,
				 struct str host)
{
	if (!number->digits[0] || number->presentation == LEG_PRES_UNAVAILABLE)
		return;
	sip_write_begin(w, SIP_H_P_ASSERTED_IDENTITY);
	write_named(w, STR_NONE, number, host);
	sip_write_crlf(w);
	if (number->presentation == LEG_PRES_RESTRICTED)
		sip_write_header(w, SIP_H_PRIVACY, STR("id"));
}
