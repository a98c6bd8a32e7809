/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Resource-Priority (RFC 4412): its namespaces as precedence of Q.763 3.34 and emergency service of E.106. */
#include <string.h>

#include "gw/sip/field.h"
#include "gw/sip/party_private.h"

#define NAME	   "Resource-Priority"
#define MAX_VALUES 16

struct namespace
{
	const char *name;
	enum leg_priority_kind kind;
	const char *levels[LEG_LEVEL_ROUTINE + 1]; /* by Q.763's level */
	const char *above;			   /* higher than ISUP can say; NULL: none */
};

/* RFC 4412 10 */
static const struct namespace namespaces[] = {
	{ "dsn",
	  LEG_PRIORITY_PRECEDENCE,
	  { "flash-override", "flash", "immediate", "priority", "routine" },
	  NULL },
	{ "drsn",
	  LEG_PRIORITY_PRECEDENCE,
	  { "flash-override", "flash", "immediate", "priority", "routine" },
	  "flash-override-override" },
	{ "q735", LEG_PRIORITY_PRECEDENCE, { "0", "1", "2", "3", "4" }, NULL },
	{ "ets", LEG_PRIORITY_EMERGENCY, { "0", "1", "2", "3", "4" }, NULL },
	{ "wps", LEG_PRIORITY_EMERGENCY, { "0", "1", "2", "3", "4" }, NULL },
};

#define N_NAMESPACES (sizeof(namespaces) / sizeof(namespaces[0]))

void sip_party_priority_configure(struct sip_party_conf *party, const struct conf_sip_parties *conf)
{
	party->n_priorities = 0;
	for (size_t i = 0; i < conf->n_priorities; i++)
		for (size_t k = 0; k < N_NAMESPACES; k++)
			if (strcmp(conf->priorities[i], namespaces[k].name) == 0)
				party->priorities[party->n_priorities++] = (uint8_t)k;
}

static bool level_of(const struct namespace *space, struct str text, uint8_t *level)
{
	for (uint8_t i = 0; i <= LEG_LEVEL_ROUTINE; i++) {
		if (!str_ieq(text, str_c(space->levels[i])))
			continue;
		*level = i;
		return true;
	}
	*level = 0;
	return space->above && str_ieq(text, str_c(space->above));
}

/* The place of a value's namespace among those of the trunk; n_priorities: not understood. */
static unsigned value_read(const struct sip_party_conf *party, struct str value,
			   struct leg_priority *out)
{
	const char *dot = memchr(value.p, '.', value.n);
	struct str name = { value.p, dot ? (size_t)(dot - value.p) : 0 };

	for (unsigned i = 0; dot && i < party->n_priorities; i++) {
		const struct namespace *space = &namespaces[party->priorities[i]];
		struct str level = { dot + 1, value.n - name.n - 1 };

		if (!str_ieq(name, str_c(space->name)) || !level_of(space, level, &out->level))
			continue;
		out->kind = space->kind;
		return i;
	}
	return party->n_priorities;
}

/* False: malformed. *best: the place of the best value so far. */
static bool line_read(const struct sip_party_conf *party, struct str text, struct leg_priority *out,
		      unsigned *best)
{
	struct leg_priority one = { 0 };
	struct str value;
	struct sip_lex l;

	lex_open(&l, text);
	for (unsigned i = 0; i < MAX_VALUES; i++) {
		unsigned place;

		if (!lex_token(&l, &value) || !memchr(value.p, '.', value.n))
			return false;
		place = value_read(party, value, &one);
		if (place < *best) {
			*best = place;
			*out = one;
		}
		if (!lex_separator(&l, ','))
			return lex_done(&l);
	}
	return false;
}

unsigned sip_party_priority_read(const struct sip_party_conf *party, const struct sip_msg *invite,
				 const char *subject, struct leg_priority *out)
{
	bool required = sip_tokens_have(invite->require, STR("resource-priority"));
	unsigned best = party->n_priorities;

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < invite->n_headers; i++) {
		const struct sip_header *header = &invite->headers[i];

		if (header->id == SIP_H_OTHER && str_ieq(header->name, STR(NAME)) &&
		    !line_read(party, header->value, out, &best))
			sip_party_malformed(subject, NAME);
	}
	/* RFC 4412 4.6.2: not understood: as if it were not there, unless it is required. */
	if (best == party->n_priorities)
		return required ? 417 : 0;
	if (party->trusted)
		return 0;
	/* 4.6.4: understood, but this peer may not ask for it. */
	memset(out, 0, sizeof(*out));
	return required ? 403 : 0;
}

static void write_value(struct sip_writer *w, const struct namespace *space, const char *level)
{
	sip_write_c(w, space->name);
	sip_write_c(w, ".");
	sip_write_c(w, level);
}

void sip_party_priority_write(struct sip_writer *w, const struct sip_party_conf *party,
			      const struct leg_priority *in)
{
	for (unsigned i = 0; in->kind != LEG_PRIORITY_NONE && i < party->n_priorities; i++) {
		const struct namespace *space = &namespaces[party->priorities[i]];

		if (space->kind != in->kind || in->level > LEG_LEVEL_ROUTINE)
			continue;
		sip_write_c(w, NAME ": ");
		write_value(w, space, space->levels[in->level]);
		sip_write_crlf(w);
		return;
	}
}

void sip_party_priority_accepted(struct sip_writer *w, const struct sip_party_conf *party)
{
	if (!party->n_priorities)
		return;
	sip_write_c(w, "Accept-" NAME ": ");
	for (unsigned i = 0; i < party->n_priorities; i++) {
		const struct namespace *space = &namespaces[party->priorities[i]];

		sip_write_c(w, i ? ", " : "");
		if (space->above) {
			write_value(w, space, space->above);
			sip_write_c(w, ", ");
		}
		for (uint8_t level = 0; level <= LEG_LEVEL_ROUTINE; level++) {
			sip_write_c(w, level ? ", " : "");
			write_value(w, space, space->levels[level]);
		}
	}
	sip_write_crlf(w);
}
