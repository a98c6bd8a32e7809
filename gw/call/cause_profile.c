/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A profile of causes of the operator's own: some rows of its own, the rest of a published one. */
#include <stdlib.h>
#include <string.h>

#include "gw/call/cause.h"

#define OWN_RULE "the configuration"

/* The texts are "FROM TO", which the configuration has checked. */
static struct cause_row *rows_new(char *const *texts, size_t n)
{
	struct cause_row *rows = calloc(n + 1, sizeof(*rows));

	for (size_t i = 0; rows && i < n; i++) {
		char *to;

		rows[i].from = (unsigned)strtoul(texts[i], &to, 10);
		rows[i].to = (unsigned)strtoul(to, NULL, 10);
		rows[i].source = OWN_RULE;
	}
	return rows;
}

struct cause_own *cause_own_new(const struct conf_causes *conf)
{
	const struct cause_profile *base = cause_profile_find(conf->base);
	struct cause_own *own = base ? calloc(1, sizeof(*own)) : NULL;

	if (!own)
		return NULL;
	own->name = strdup(conf->name);
	own->to_status = rows_new(conf->to_status, conf->n_to_status);
	own->to_cause = rows_new(conf->to_cause, conf->n_to_cause);
	if (!own->name || !own->to_status || !own->to_cause) {
		cause_own_free(own);
		return NULL;
	}
	own->profile = *base;
	own->profile.name = own->name;
	own->profile.base = base;
	own->profile.to_status = (struct cause_table){ own->to_status, conf->n_to_status };
	own->profile.to_cause = (struct cause_table){ own->to_cause, conf->n_to_cause };
	return own;
}

void cause_own_free(struct cause_own *own)
{
	if (!own)
		return;
	free(own->name);
	free(own->to_status);
	free(own->to_cause);
	free(own);
}
