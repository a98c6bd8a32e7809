/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Diversion (RFC 5806) and the reasons that it, History-Info and ISUP have in common: RFC 7544 5 and 6, Q.763 3.45. */
#include <string.h>

#include "gw/sip/party_private.h"

/* RFC 7544 5 and 6; TS 29.163 table 7.4.6.3.2.2 for the two deflections and for who cannot be reached. */
const struct sip_party_reason sip_party_reasons[] = {
	{ "unknown", 404, LEG_REASON_UNKNOWN },
	{ "user-busy", 486, LEG_REASON_BUSY },
	{ "no-answer", 408, LEG_REASON_NO_REPLY },
	{ "unconditional", 302, LEG_REASON_UNCONDITIONAL },
	{ "deflection", 487, LEG_REASON_DEFLECTED_ALERTING },
	{ "deflection", 480, LEG_REASON_DEFLECTED },
	{ "unavailable", 503, LEG_REASON_NOT_REACHABLE },
	{ "time-of-day", 404, LEG_REASON_UNKNOWN },
	{ "do-not-disturb", 404, LEG_REASON_UNKNOWN },
	{ "follow-me", 404, LEG_REASON_UNKNOWN },
	{ "out-of-service", 404, LEG_REASON_UNKNOWN },
	{ "away", 404, LEG_REASON_UNKNOWN },
};
const unsigned sip_party_reasons_n = sizeof(sip_party_reasons) / sizeof(sip_party_reasons[0]);

#define COUNTER_MAX 99

/* A word that is none of them says no more than unknown. */
static uint8_t reason_of(struct str word)
{
	for (unsigned i = 0; i < sip_party_reasons_n; i++)
		if (str_ieq(word, str_c(sip_party_reasons[i].diversion)))
			return sip_party_reasons[i].reason;
	return LEG_REASON_UNKNOWN;
}

static const char *word_of(uint8_t reason)
{
	for (unsigned i = 0; i < sip_party_reasons_n; i++)
		if (sip_party_reasons[i].reason == reason)
			return sip_party_reasons[i].diversion;
	return sip_party_reasons[0].diversion;
}

bool sip_party_diversion_said(const struct sip_party_conf *party)
{
	return party->diversion == CONF_DIVERSION_DIVERSION ||
	       party->diversion == CONF_DIVERSION_BOTH;
}

static bool hidden(const struct sip_addr *addr, bool all)
{
	struct str value;

	return all || sip_party_anonymous(&addr->uri) ||
	       (sip_param_find(addr->params, STR("privacy"), &value) &&
		(str_ieq(value, STR("full")) || str_ieq(value, STR("uri"))));
}

/* False: its counter is none. */
static bool entry_read(const struct sip_party_conf *party, const struct sip_addr *addr,
		       bool private_all, struct leg_diversion *out, unsigned *counter)
{
	struct str value;
	uint64_t n = 1;
	bool good = true;

	memset(out, 0, sizeof(*out));
	if (sip_party_uri_number(party, &addr->uri, &out->number))
		out->number.digits[0] = '\0';
	if (sip_param_find(addr->params, STR("reason"), &value))
		out->reason = reason_of(value);
	if (hidden(addr, private_all))
		out->number.presentation = LEG_PRES_RESTRICTED;
	if (sip_param_find(addr->params, STR("counter"), &value))
		good = str_to_u64(value, COUNTER_MAX, &n) == 0 && n > 0;
	*counter += good ? (unsigned)n : 1;
	return good;
}

void sip_party_diversion_read(const struct sip_party_conf *party, const struct sip_msg *invite,
			      const char *subject, struct sip_party_diverted *out)
{
	struct sip_addr addrs[PARTY_VALUES_MAX];
	bool bad, all = sip_party_private(invite, STR("header"));
	unsigned n = sip_party_addrs(invite, STR("Diversion"), addrs, PARTY_VALUES_MAX, &bad);

	out->n = out->counter = 0;
	/* RFC 5806 4: the most recent stands first. */
	for (unsigned i = n; i-- > 0;)
		if (!entry_read(party, &addrs[i], all, &out->by[out->n++], &out->counter))
			bad = true;
	if (bad)
		sip_party_malformed(subject, "Diversion");
}

bool sip_party_write_diverter(struct sip_writer *w, const struct sip_party_conf *party,
			      const struct leg_number *number, struct str host)
{
	const struct sip_party_user user = { .number = number };

	/* RFC 7544 3.2, RFC 3323 4.1.1.3: to whom we do not trust, nothing of it. */
	if (number->presentation == LEG_PRES_RESTRICTED &&
	    (!party->trusted || !number->digits[0])) {
		sip_write_c(w, "sip:anonymous@anonymous.invalid");
		return false;
	}
	if (!number->digits[0]) {
		sip_write_c(w, "sip:" PARTY_UNKNOWN);
		return false;
	}
	sip_party_write_number(w, party, &user, host);
	return true;
}

static void entry_write(struct sip_writer *w, const struct sip_party_conf *party,
			const struct leg_diversion *by, unsigned counter, struct str host)
{
	bool hidden = by->number.presentation == LEG_PRES_RESTRICTED;

	sip_write_c(w, "<");
	(void)sip_party_write_diverter(w, party, &by->number, host);
	sip_write_c(w, ">;reason=");
	sip_write_c(w, word_of(by->reason));
	sip_write_c(w, ";counter=");
	sip_write_uint(w, counter);
	sip_write_c(w, hidden ? ";privacy=full" : ";privacy=off");
}

/* RFC 7544 5: an entry's counter counts those before it that have no entry of their own. */
void sip_party_diversion_write(struct sip_writer *w, const struct sip_party_conf *party,
			       const struct leg_redirection *in, const char *later, struct str host)
{
	struct sip_party_diverted all;
	bool first = !later;

	sip_party_diverted_of(in, &all);
	if (!all.n && !later)
		return;
	sip_write_c(w, "Diversion: ");
	if (later)
		sip_write_c(w, later);
	for (unsigned i = all.n; i-- > 0;) {
		unsigned counter = 1;

		while (i > 0 && !all.by[i - 1].number.digits[0] &&
		       all.by[i - 1].number.presentation != LEG_PRES_RESTRICTED) {
			counter++;
			i--;
		}
		if (!first)
			sip_write_c(w, ", ");
		first = false;
		entry_write(w, party, &all.by[i + counter - 1], counter, host);
	}
	sip_write_crlf(w);
}

/* ---- what a 3xx adds ---- */

/* An entry is a name-addr (RFC 7544 4.2). */
static bool has_entry(const char *entries, struct str uri)
{
	const char *at = entries;

	while ((at = memmem(at, strlen(at), uri.p, uri.n))) {
		if (at > entries && at[-1] == '<' && at[uri.n] == '>')
			return true;
		at++;
	}
	return false;
}

/* It was in the INVITE that was redirected, and came back. */
static bool came_back(const struct sip_party_conf *party, const struct sip_addr *addr,
		      const struct sip_party_diverted *all, const char *before)
{
	struct leg_number number = { .noa = LEG_NOA_UNKNOWN };

	if (sip_party_anonymous(&addr->uri))
		return false;
	if (before && has_entry(before, addr->uri.text))
		return true;
	if (sip_party_uri_number(party, &addr->uri, &number))
		return false;
	for (unsigned i = 0; i < all->n; i++)
		if (all->by[i].number.noa == number.noa &&
		    !strcmp(all->by[i].number.digits, number.digits))
			return true;
	return false;
}

/* As it came (RFC 5806 keeps entries as they are), but to whom we do not trust without what is private. */
static bool entry_append(const struct sip_party_conf *party, const struct sip_addr *addr,
			 bool private_all, char text[PARTY_KEPT_MAX], size_t *n)
{
	char entry[PARTY_KEPT_MAX];
	struct sip_writer w;
	struct str shown;

	if (party->trusted)
		return sip_party_append(text, n, addr->text);
	sip_write_open(&w, entry, sizeof(entry));
	sip_write_c(&w, "<");
	sip_write_str(&w, hidden(addr, private_all) ? STR("sip:anonymous@anonymous.invalid")
						    : addr->uri.text);
	sip_write_c(&w, ">");
	if (addr->params.n) {
		sip_write_c(&w, ";");
		sip_write_str(&w, addr->params);
	}
	return sip_write_close(&w, &shown) == 0 && sip_party_append(text, n, shown);
}

char *sip_party_diversion_added(const struct sip_party_conf *party, const struct sip_msg *response,
				const struct leg_redirection *in, const char *before,
				const char *subject)
{
	struct sip_addr addrs[PARTY_VALUES_MAX];
	struct sip_party_diverted all;
	char text[PARTY_KEPT_MAX];
	size_t n = 0;
	bool bad, whole = true, private_all = sip_party_private(response, STR("header"));
	unsigned n_addrs;

	if (!sip_party_diversion_said(party))
		return NULL;
	n_addrs = sip_party_addrs(response, STR("Diversion"), addrs, PARTY_VALUES_MAX, &bad);
	sip_party_diverted_of(in, &all);
	for (unsigned i = 0; i < n_addrs; i++)
		if (!came_back(party, &addrs[i], &all, before))
			whole = entry_append(party, &addrs[i], private_all, text, &n) && whole;
	if (before)
		whole = sip_party_append(text, &n, str_c(before)) && whole;
	if (bad)
		sip_party_malformed(subject, "Diversion");
	return sip_party_kept(text, n, whole, subject, "Diversion");
}

/* ---- all that are known ---- */

static void add(struct sip_party_diverted *out, const struct leg_number *number, uint8_t reason)
{
	if (out->n == PARTY_VALUES_MAX)
		return;
	out->by[out->n].number = *number;
	out->by[out->n++].reason = reason;
}

void sip_party_diverted_of(const struct leg_redirection *in, struct sip_party_diverted *out)
{
	static const struct leg_number nobody = { .noa = LEG_NOA_UNKNOWN };
	unsigned known = in->n_between + 1u, counter = in->counter;

	out->n = 0;
	if (!counter && in->last.digits[0])
		counter = 1;
	out->counter = counter;
	if (counter > PARTY_VALUES_MAX)
		counter = PARTY_VALUES_MAX;
	if (!counter)
		return;
	if (counter > 1) {
		add(out, &in->original, in->original_reason);
		known++;
	}
	while (known++ < counter)
		add(out, &nobody, LEG_REASON_UNKNOWN);
	for (unsigned i = 0; i < in->n_between && out->n + 1 < counter; i++)
		add(out, &in->between[i].number, in->between[i].reason);
	/* Q.763 3.44: who diverted first and who diverted last are then the same. */
	add(out, counter == 1 && !in->last.digits[0] ? &in->original : &in->last, in->reason);
}
