/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * History-Info (RFC 7044) as far as it tells of diversion: RFC 7544 5 and 6. An entry whose URI has a cause of RFC 4458 is
 * what a call was diverted to; the entry that its mp names, else the one before it, is who did that.
 */
#include <string.h>

#include "gw/sip/party_private.h"

#define CAUSE_MAX 699

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

		/* RFC 7044 5: every entry is bracketed and has an index. */
		if (!addrs[i].bracketed || !sip_param_find(addrs[i].params, STR("index"), &index) ||
		    !index_good(index))
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

/* The n-th in a row: 1, 1.1, 1.1.1. */
static void write_index(struct sip_writer *w, const char *name, unsigned n)
{
	sip_write_c(w, name);
	for (unsigned i = 0; i <= n; i++)
		sip_write_c(w, i ? ".1" : "1");
}

/* Behind the URI: header parameters. */
static void write_place(struct sip_writer *w, unsigned n)
{
	sip_write_c(w, ">");
	write_index(w, ";index=", n);
	if (n)
		write_index(w, ";mp=", n - 1);
}

static bool has_cause(struct str uri)
{
	static const char name[] = ";cause=";

	return memmem(uri.p, uri.n, name, sizeof(name) - 1) != NULL;
}

void sip_party_history_write(struct sip_writer *w, const struct sip_party_conf *party,
			     const struct leg_redirection *in, struct str uri, struct str host)
{
	struct sip_party_diverted all;

	sip_party_diverted_of(in, &all);
	if (!all.n)
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
		write_place(w, i);
	}
	/* The target is the Request-URI, and why the last of them diverted. */
	sip_write_c(w, ", <");
	sip_write_str(w, uri);
	if (!has_cause(uri))
		write_cause(w, all.by[all.n - 1].reason);
	write_place(w, all.n);
	sip_write_crlf(w);
}
