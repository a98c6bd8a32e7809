/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * History-Info (RFC 7044) as far as it tells of diversion: RFC 7544 5 and 6. An entry whose URI has a cause of RFC 4458 is
 * what a call was diverted to; the entry that its mp names, else the one before it, is who did that. Written are those who
 * diverted, and the targets that a call went to from here, one after the other. Responses say what the INVITE said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/party_private.h"

#define CAUSE_MAX    699
#define ANSWERED_MAX 4096 /* octets of entries: a response must fit with them */

static bool cause_of(const struct sip_addr *addr, const struct sip_party_reason **reason)
{
	struct str value;
	uint64_t cause;

	if (!sip_param_find(addr->uri.params, STR("cause"), &value) ||
	    str_to_u64(value, CAUSE_MAX, &cause))
		return false;
	for (unsigned i = 0; i < sip_party_reasons_n; i++) {
		if (sip_party_reasons[i].cause != cause)
			continue;
		*reason = &sip_party_reasons[i];
		return true;
	}
	return false;
}

/* index-val */
static bool index_good(struct str text)
{
	bool digit = false;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '.' ? !digit : text.p[i] < '0' || text.p[i] > '9')
			return false;
		digit = text.p[i] != '.';
	}
	return digit;
}

/* RFC 7044 5: every entry is bracketed and has an index. */
static bool entry_good(const struct sip_addr *addr, struct str *index)
{
	return addr->bracketed && sip_param_find(addr->params, STR("index"), index) &&
	       index_good(*index);
}

/* NULL: a target that nobody precedes. */
static const struct sip_addr *diverter_of(const struct sip_addr *addrs, unsigned at)
{
	struct str mp, index;

	if (sip_param_find(addrs[at].params, STR("mp"), &mp))
		for (unsigned i = 0; i < at; i++)
			if (sip_param_find(addrs[i].params, STR("index"), &index) &&
			    str_eq(index, mp))
				return &addrs[i];
	return at ? &addrs[at - 1] : NULL;
}

static void diverter_read(const struct sip_party_conf *party, const struct sip_addr *addr, bool all,
			  struct leg_diversion *out)
{
	memset(out, 0, sizeof(*out));
	if (!addr || sip_party_uri_number(party, &addr->uri, &out->number))
		out->number.digits[0] = '\0';
	if (all || (addr && (sip_party_uri_private(&addr->uri) || sip_party_anonymous(&addr->uri))))
		out->number.presentation = LEG_PRES_RESTRICTED;
}

void sip_party_history_read(const struct sip_party_conf *party, const struct sip_msg *invite,
			    const char *subject, struct sip_party_diverted *out)
{
	const struct sip_party_reason *reason;
	struct sip_addr addrs[PARTY_VALUES_MAX];
	bool bad, all = sip_party_private(invite, STR("history")) ||
			sip_party_private(invite, STR("header"));
	unsigned n = sip_party_addrs(invite, STR("History-Info"), addrs, PARTY_VALUES_MAX, &bad);

	out->n = out->counter = 0;
	for (unsigned i = 0; i < n; i++) {
		struct str index;

		if (!entry_good(&addrs[i], &index))
			bad = true;
		if (!cause_of(&addrs[i], &reason))
			continue;
		diverter_read(party, diverter_of(addrs, i), all, &out->by[out->n]);
		out->by[out->n++].reason = reason->reason;
	}
	out->counter = out->n;
	if (bad)
		sip_party_malformed(subject, "History-Info");
}

/* ---- writing ---- */

static unsigned cause_for(uint8_t reason)
{
	for (unsigned i = 0; i < sip_party_reasons_n; i++)
		if (sip_party_reasons[i].reason == reason)
			return sip_party_reasons[i].cause;
	return sip_party_reasons[0].cause;
}

static void write_cause(struct sip_writer *w, uint8_t reason)
{
	sip_write_c(w, ";cause=");
	sip_write_uint(w, cause_for(reason));
}

/* That deep in the tree, and that one in its row: 1, 1.1, 1.1.2. */
static void write_index(struct sip_writer *w, const char *name, unsigned depth, unsigned at)
{
	sip_write_c(w, name);
	for (unsigned i = 0; i < depth; i++)
		sip_write_c(w, "1.");
	sip_write_uint(w, at);
}

static bool has_cause(struct str uri)
{
	static const char name[] = ";cause=";

	return uri.n && memmem(uri.p, uri.n, name, sizeof(name) - 1) != NULL;
}

/* A header field in a URI: RFC 3261 25.1, hvalue. */
static void write_hvalue(struct sip_writer *w, const char *text)
{
	static const char hex[] = "0123456789ABCDEF", plain[] = "-_.!~*'()[]/?:+$";

	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;
		char escaped[] = { '%', hex[c >> 4], hex[c & 15] };
		bool kept = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			    (c >= 'a' && c <= 'z') || strchr(plain, c);

		sip_write_str(w, kept ? (struct str){ p, 1 } : (struct str){ escaped, 3 });
	}
}

/* RFC 7044 10.2: its status, and the Reason that came with that. */
static void write_reasons(struct sip_writer *w, const struct sip_party_target *target)
{
	if (!target->status)
		return;
	sip_write_c(w, "?Reason=SIP%3Bcause%3D");
	sip_write_uint(w, target->status);
	if (!target->reason)
		return;
	sip_write_c(w, "&Reason=");
	write_hvalue(w, target->reason);
}

/* Behind those who diverted: RFC 7044 10.3, rules 1 and 4, and 10.4. Each is the next branch of the same hop. */
static void write_targets(struct sip_writer *w, const struct sip_party_diverted *all,
			  const struct sip_party_targets *targets)
{
	for (unsigned i = 0; i < targets->n; i++) {
		const struct sip_party_target *target = &targets->at[i];

		sip_write_c(w, i || all->n ? ", <" : "<");
		sip_write_c(w, target->uri);
		/* Why the last of them diverted. */
		if (!i && all->n && !has_cause(str_c(target->uri)))
			write_cause(w, all->by[all->n - 1].reason);
		write_reasons(w, target);
		sip_write_c(w, ">");
		write_index(w, ";index=", all->n, i + 1);
		if (!i && all->n)
			write_index(w, ";mp=", all->n - 1, 1);
		if (target->param) {
			sip_write_c(w, ";");
			sip_write_c(w, target->param);
		}
		if (target->below) {
			sip_write_c(w, ", ");
			sip_write_c(w, target->below);
		}
	}
}

void sip_party_history_write(struct sip_writer *w, const struct sip_party_conf *party,
			     const struct leg_redirection *in,
			     const struct sip_party_targets *targets, struct str host)
{
	struct sip_party_diverted all;

	sip_party_diverted_of(in, &all);
	if (!all.n && targets->n < 2)
		return;
	sip_write_c(w, "History-Info: ");
	for (unsigned i = 0; i < all.n; i++) {
		const struct leg_number *number = &all.by[i].number;
		bool shown;

		sip_write_c(w, i ? ", <" : "<");
		shown = sip_party_write_diverter(w, party, number, host);
		if (i)
			write_cause(w, all.by[i - 1].reason);
		if (shown && number->presentation == LEG_PRES_RESTRICTED)
			sip_write_c(w, "?Privacy=history");
		sip_write_c(w, ">");
		write_index(w, ";index=", i, 1);
		if (i)
			write_index(w, ";mp=", i - 1, 1);
	}
	write_targets(w, &all, targets);
	sip_write_crlf(w);
}

/* ---- what responses say ---- */

bool sip_party_history_said(const struct sip_party_conf *party)
{
	return party->diversion == CONF_DIVERSION_HISTORY ||
	       party->diversion == CONF_DIVERSION_BOTH;
}

/* What was added to a target's URI says nothing of where it is. */
static bool is_target(const struct sip_addr *entry, const struct sip_uri *target)
{
	struct sip_uri uri = entry->uri;

	uri.headers = STR_NONE;
	return sip_uri_eq(&uri, target);
}

/* 9.1: on behalf of who sent the request and said nothing of where to; 10.3 rule 6: behind an entry, a gap. */
static void write_target(struct sip_writer *w, const struct sip_uri *uri, struct str host)
{
	bool tel = uri->scheme == SIP_SCHEME_TEL;

	sip_write_c(w, "<");
	if (!tel) {
		sip_write_str(w, uri->text);
	} else { /* RFC 3261 19.1.6 */
		sip_write_c(w, "sip:");
		sip_write_str(w, (struct str){ uri->text.p + 4, uri->text.n - 4 });
		sip_write_c(w, "@");
		sip_write_str(w, host);
		sip_write_c(w, ";user=phone");
	}
	sip_write_c(w, ">;index=");
}

void sip_party_history_answer(struct sip_writer *w, const struct sip_msg *invite, struct str host,
			      const char *subject)
{
	struct sip_addr addrs[PARTY_VALUES_MAX];
	const struct sip_addr *last = NULL;
	struct str index, last_index = STR_NONE;
	size_t octets = invite->uri.text.n;
	bool bad;
	unsigned n = sip_party_addrs(invite, STR("History-Info"), addrs, PARTY_VALUES_MAX, &bad);

	for (unsigned i = 0; i < n; i++)
		octets += addrs[i].text.n;
	if (!n && !sip_tokens_have(invite->supported, STR("histinfo")))
		return;
	if (octets > ANSWERED_MAX || (bad && n == PARTY_VALUES_MAX)) {
		log_write(LOG_NOTICE, subject,
			  "History-Info of more than %d entries or %d octets: not said back",
			  PARTY_VALUES_MAX, ANSWERED_MAX);
		return;
	}
	sip_write_c(w, "History-Info: ");
	for (unsigned i = 0; i < n; i++) {
		if (!entry_good(&addrs[i], &index))
			continue;
		sip_write_c(w, last ? ", " : "");
		sip_write_str(w, addrs[i].text);
		last = &addrs[i];
		last_index = index;
	}
	if (!last || !is_target(last, &invite->uri)) {
		sip_write_c(w, last ? ", " : "");
		write_target(w, &invite->uri, host);
		sip_write_str(w, last ? last_index : STR("1"));
		sip_write_c(w, last ? ".0" : "");
	}
	sip_write_crlf(w);
}

char *sip_party_history_param(const struct sip_addr *contact)
{
	static const char *const names[] = { "rc", "mp" };
	struct str value;
	char *text = NULL;

	for (unsigned i = 0; i < 2; i++)
		if (sip_param_find(contact->params, str_c(names[i]), &value) &&
		    value.n < PARTY_KEPT_MAX && index_good(value))
			return asprintf(&text, "%s=%.*s", names[i], STR_FMT(value)) < 0 ? NULL
											: text;
	return NULL;
}

char *sip_party_history_reason(const struct sip_msg *response, const char *subject)
{
	char text[PARTY_KEPT_MAX];
	size_t n = 0;
	bool whole = true;
	const struct sip_header *h;

	for (unsigned i = 0; (h = sip_msg_header(response, SIP_H_REASON, i)); i++)
		if (!h->bad && h->value.n)
			whole = sip_party_append(text, &n, h->value) && whole;
	return sip_party_kept(text, n, whole, subject, "Reason");
}

char *sip_party_history_below(const struct sip_msg *response, const struct leg_redirection *in,
			      unsigned turn, const char *subject)
{
	struct sip_addr addrs[PARTY_VALUES_MAX];
	struct sip_party_diverted all;
	char ours[4 * PARTY_VALUES_MAX], text[PARTY_KEPT_MAX];
	struct sip_writer w;
	size_t n = 0;
	bool bad, whole = true;
	unsigned n_addrs =
		sip_party_addrs(response, STR("History-Info"), addrs, PARTY_VALUES_MAX, &bad);

	sip_party_diverted_of(in, &all);
	sip_write_open(&w, ours, sizeof(ours));
	write_index(&w, "", all.n, turn);
	sip_write_c(&w, ".");
	for (unsigned i = 0; i < n_addrs; i++) {
		struct str index;

		if (entry_good(&addrs[i], &index) && str_starts(index, (struct str){ w.p, w.n }))
			whole = sip_party_append(text, &n, addrs[i].text) && whole;
	}
	if (bad)
		sip_party_malformed(subject, "History-Info");
	return sip_party_kept(text, n, whole, subject, "History-Info");
}
