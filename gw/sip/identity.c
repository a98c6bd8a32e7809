/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Numbers and identities between SIP and the leg vocabulary: RFC 3398 12, RFC 3323, RFC 3325. */
#include <errno.h>
#include <string.h>

#include "gw/sip/identity.h"
#include "gw/sip/party_private.h"

#define RPID "Remote-Party-ID"

int sip_identity_number(const struct sip_uri *uri, struct leg_number *number)
{
	struct sip_party_tel tel;
	int err = sip_party_tel(uri, &tel);

	return err ? err : sip_party_digits(&tel.tel, number);
}

unsigned sip_identity_refusal(int err)
{
	return err == -EBADMSG ? 404 : 484;
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

static bool number_of(const struct sip_party_conf *party, const struct sip_addr *addr,
		      struct leg_number *number)
{
	if (sip_party_uri_number(party, &addr->uri, number) == 0)
		return true;
	number->digits[0] = '\0';
	return false;
}

/* The first of a list that has a number (RFC 3325 9.1: one sip and one tel URI may be there). */
static bool list_number(const struct sip_party_conf *party, const struct sip_addr *list,
			struct leg_number *number, struct sip_addr *who)
{
	for (const struct sip_addr *a = list; a; a = a->next) {
		if (!number_of(party, a, number))
			continue;
		*who = *a;
		return true;
	}
	return false;
}

static bool param_is(const struct sip_addr *addr, struct str name, struct str value, bool otherwise)
{
	struct str have;

	return sip_param_find(addr->params, name, &have) ? str_ieq(have, value) : otherwise;
}

/* draft-ietf-sip-privacy-04 5: of that party, and of the subscriber. */
static bool remote_party(const struct sip_party_conf *party, const struct sip_msg *msg,
			 struct str role, const char *subject, struct leg_number *number,
			 struct sip_addr *who)
{
	struct sip_addr addrs[PARTY_VALUES_MAX];
	bool bad;
	unsigned n = sip_party_addrs(msg, STR(RPID), addrs, PARTY_VALUES_MAX, &bad);

	if (bad)
		sip_party_malformed(subject, RPID);
	for (unsigned i = 0; i < n; i++) {
		const struct sip_addr *a = &addrs[i];

		if (!param_is(a, STR("party"), role, true) ||
		    !param_is(a, STR("id-type"), STR("subscriber"), true) ||
		    !number_of(party, a, number))
			continue;
		number->screening = param_is(a, STR("screen"), STR("yes"), false)
					    ? LEG_SCR_NETWORK
					    : LEG_SCR_USER_NOT_VERIFIED;
		number->presentation =
			param_is(a, STR("privacy"), STR("full"), false) ||
					param_is(a, STR("privacy"), STR("uri"), false)
				? LEG_PRES_RESTRICTED
				: LEG_PRES_ALLOWED;
		*who = *a;
		return true;
	}
	return false;
}

static bool same_number(const struct leg_number *a, const struct leg_number *b)
{
	return a->noa == b->noa && strcmp(a->digits, b->digits) == 0;
}

/* Who the caller is by a field that someone vouches for, or that it would like one to; false: there is none. */
static bool vouched(const struct sip_party_conf *party, const struct sip_msg *invite,
		    const char *subject, struct leg_number *number, struct sip_addr *who)
{
	/* RFC 3325 9.2: of whom we do not trust, a wish of the user's own. */
	if (!party->trusted) {
		number->screening = LEG_SCR_USER_NOT_VERIFIED;
		return list_number(party, invite->preferred, number, who);
	}
	if (party->identity == CONF_IDENTITY_REMOTE_PARTY &&
	    remote_party(party, invite, STR("calling"), subject, number, who))
		return true;
	/* RFC 3398 12.2: network provided, unless policy says otherwise. */
	number->screening = LEG_SCR_NETWORK;
	return list_number(party, invite->asserted, number, who);
}

static enum leg_presentation presentation_of(const struct sip_msg *invite, bool anonymous,
					     const struct leg_number *calling)
{
	bool none = sip_party_private(invite, STR("none"));

	/* RFC 3323 4.2: with "none" nothing is to be hidden, whatever From looks like. */
	if (privacy_asked(invite) || calling->presentation == LEG_PRES_RESTRICTED ||
	    (anonymous && !(none && calling->digits[0])))
		return LEG_PRES_RESTRICTED;
	return calling->digits[0] ? LEG_PRES_ALLOWED : LEG_PRES_UNAVAILABLE;
}

static void name_read(const struct sip_msg *invite, bool anonymous, const struct sip_addr *who,
		      struct leg_setup *setup)
{
	/* draft-ietf-sip-privacy-04 5: privacy=name */
	if (param_is(who, STR("privacy"), STR("name"), false))
		return;
	if (who->display.n)
		display_read(who->display, setup->calling_name, sizeof(setup->calling_name));
	else if (!anonymous)
		display_read(invite->from->display, setup->calling_name,
			     sizeof(setup->calling_name));
}

void sip_identity_read(const struct sip_party_conf *party, const struct sip_msg *invite,
		       const char *subject, struct leg_setup *setup, struct sip_addr *who)
{
	struct leg_number from = { .noa = LEG_NOA_UNKNOWN }, named = { .noa = LEG_NOA_UNKNOWN };
	bool anonymous = sip_party_anonymous(&invite->from->uri);
	bool from_number = !anonymous && number_of(party, invite->from, &from);
	bool vouched_for = vouched(party, invite, subject, &named, who);

	if (!vouched_for)
		*who = *invite->from;
	setup->calling = vouched_for ? named : from;
	/* Nobody vouches for an untrusted peer's From. */
	if (!vouched_for)
		setup->calling.screening =
			party->trusted ? LEG_SCR_NETWORK : LEG_SCR_USER_NOT_VERIFIED;
	setup->calling.presentation = presentation_of(invite, anonymous, &setup->calling);
	if (vouched_for && party->trusted && from_number && !same_number(&from, &named)) {
		setup->generic = from;
		setup->generic.screening = LEG_SCR_USER_NOT_VERIFIED;
		setup->generic.presentation = setup->calling.presentation;
	}
	if (!anonymous || vouched_for)
		name_read(invite, anonymous, who, setup);
}

/* RFC 3323 4.2, RFC 3325 9.3, RFC 7044 4.1: session is met by media that end here. */
bool sip_identity_privacy_unmet(const struct sip_msg *invite)
{
	static const char *const known[] = { "header", "session", "user",    "none",
					     "id",     "history", "critical" };
	bool unknown = false;

	for (const struct sip_token *t = invite->privacy; t; t = t->next) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found |= str_ieq(t->value, str_c(known[i]));
		unknown |= !found;
	}
	return unknown && sip_party_private(invite, STR("critical"));
}

void sip_identity_connected(const struct sip_party_conf *party, const struct sip_msg *response,
			    struct leg_number *number)
{
	struct sip_addr who;

	memset(number, 0, sizeof(*number));
	if (!party->trusted)
		return;
	if (party->identity == CONF_IDENTITY_REMOTE_PARTY &&
	    remote_party(party, response, STR("called"), NULL, number, &who))
		return;
	if (!list_number(party, response->asserted, number, &who))
		return;
	number->screening = LEG_SCR_NETWORK;
	number->presentation = privacy_asked(response) ? LEG_PRES_RESTRICTED : LEG_PRES_ALLOWED;
}

/* ---- writing ---- */

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

static void write_named(struct sip_writer *w, const struct sip_party_conf *party, struct str name,
			const struct sip_party_user *user, struct str host)
{
	if (name.n) {
		sip_write_quoted(w, name);
		sip_write_c(w, " ");
	}
	sip_write_c(w, "<");
	sip_party_write_number(w, party, user, host);
	sip_write_c(w, ">");
}

void sip_identity_write_from(struct sip_writer *w, const struct sip_party_conf *party,
			     const struct leg_setup *setup, struct str host)
{
	struct sip_party_user user = { .number = &setup->calling,
				       .subaddress = &setup->calling_subaddress };

	/* RFC 3325: where the peer is told the network's number, From may carry the caller's own.
	 */
	if (party->trusted && setup->generic.digits[0])
		user.number = &setup->generic;
	if (setup->calling.presentation == LEG_PRES_RESTRICTED) {
		sip_write_c(w, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
		return;
	}
	if (setup->calling.presentation == LEG_PRES_UNAVAILABLE || !user.number->digits[0]) {
		/* RFC 3398 8.2.1.1: no user portion, only the name of the gateway. */
		sip_write_c(w, "<sip:");
		sip_write_hostport(w, host, 0);
		sip_write_c(w, ">");
		return;
	}
	write_named(w, party, str_c(setup->calling_name), &user, host);
}

static bool shown(const struct leg_number *number)
{
	return number->digits[0] && number->presentation != LEG_PRES_UNAVAILABLE;
}

/* The address in the field of the trunk's choice; role: of Remote-Party-ID. */
static void write_vouched(struct sip_writer *w, const struct sip_party_conf *party,
			  const struct sip_party_user *user, const char *role, struct str host)
{
	bool hidden = user->number->presentation == LEG_PRES_RESTRICTED;

	if (party->identity == CONF_IDENTITY_REMOTE_PARTY) {
		sip_write_c(w, RPID ": ");
		write_named(w, party, STR_NONE, user, host);
		sip_write_c(w, ";party=");
		sip_write_c(w, role);
		sip_write_c(w, user->number->screening == LEG_SCR_NETWORK ||
					       user->number->screening == LEG_SCR_USER_PASSED
				       ? ";screen=yes"
				       : ";screen=no");
		sip_write_c(w, hidden ? ";privacy=full" : ";privacy=off");
		sip_write_crlf(w);
		return;
	}
	sip_write_begin(w, party->identity == CONF_IDENTITY_PREFERRED ? SIP_H_P_PREFERRED_IDENTITY
								      : SIP_H_P_ASSERTED_IDENTITY);
	write_named(w, party, STR_NONE, user, host);
	sip_write_crlf(w);
	if (hidden)
		sip_write_header(w, SIP_H_PRIVACY, STR("id"));
}

void sip_identity_write_caller(struct sip_writer *w, const struct sip_party_conf *party,
			       const struct leg_setup *setup, struct str host)
{
	const struct sip_party_user user = { .number = &setup->calling,
					     .subaddress = &setup->calling_subaddress,
					     .category = setup };

	/* RFC 3325 9.2: the preferred identity is for a proxy that will vouch for it, which need not trust us. */
	if (shown(&setup->calling) &&
	    (party->trusted || party->identity == CONF_IDENTITY_PREFERRED))
		write_vouched(w, party, &user, "calling", host);
}

void sip_identity_write_connected(struct sip_writer *w, const struct sip_party_conf *party,
				  const struct leg_number *number, struct str host)
{
	const struct sip_party_user user = { .number = number };

	if (shown(number) && party->trusted)
		write_vouched(w, party, &user, "called", host);
}
