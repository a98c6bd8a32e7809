/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The calling party's category: cpc and oli of a telephone URI (3GPP TS 24.229 7.2A.12; draft-mahy-iptel-cpc) and Q.763
 * 3.11. An operator's language is that of Accept-Language (TS 29.163 table 7a.2).
 */
#include <string.h>

#include "gw/sip/party_private.h"

#define OPERATOR_ENGLISH 2
#define OLI_MAX		 99

static const struct {
	uint8_t category;
	const char *cpc;
	const char *language;
} categories[] = {
	{ 0, "unknown", NULL },
	{ 1, "operator", "fr" },
	{ OPERATOR_ENGLISH, "operator", "en" },
	{ 3, "operator", "de" },
	{ 4, "operator", "ru" },
	{ 5, "operator", "es" },
	{ LEG_CATEGORY_ORDINARY, "ordinary", NULL },
	{ 13, "test", NULL },
	{ 15, "payphone", NULL },
	{ 16, "mobile-hplmn", NULL },
	{ 17, "mobile-vplmn", NULL },
	{ 224, "emergency", NULL }, /* T1.113: emergency service call */
};

#define N_CATEGORIES (sizeof(categories) / sizeof(categories[0]))

/* The operator's row that Accept-Language prefers. */
static uint8_t operator_of(const struct sip_msg *invite)
{
	for (const struct sip_range *r = invite->accept_language; r; r = r->next) {
		const char *dash = memchr(r->type.p, '-', r->type.n);
		struct str primary = { r->type.p, dash ? (size_t)(dash - r->type.p) : r->type.n };

		for (size_t i = 0; i < N_CATEGORIES; i++)
			if (categories[i].language &&
			    str_ieq(primary, str_c(categories[i].language)))
				return categories[i].category;
	}
	return OPERATOR_ENGLISH;
}

/* A parameter of the number, or of the URI around it: both are met. */
static bool find(const struct sip_uri *uri, const struct sip_party_tel *tel, struct str name,
		 struct str *value)
{
	return sip_param_find(tel->tel.params, name, value) ||
	       sip_param_find(uri->params, name, value);
}

static uint8_t category_of(struct str word, const struct sip_msg *invite, uint8_t otherwise)
{
	for (size_t i = 0; i < N_CATEGORIES; i++)
		if (str_ieq(word, str_c(categories[i].cpc)))
			return categories[i].language ? operator_of(invite)
						      : categories[i].category;
	return otherwise;
}

void sip_party_category_read(const struct sip_uri *uri, const struct sip_msg *invite,
			     struct leg_setup *setup)
{
	struct sip_party_tel tel;
	struct str value;
	uint64_t oli;

	if (sip_party_tel(uri, &tel))
		return;
	if (find(uri, &tel, STR("cpc"), &value))
		setup->category = category_of(value, invite, setup->category);
	if ((find(uri, &tel, STR("oli"), &value) || find(uri, &tel, STR("isup-oli"), &value)) &&
	    str_to_u64(value, OLI_MAX, &oli) == 0) {
		setup->oli = (uint8_t)oli;
		setup->oli_known = true;
	}
}

const char *sip_party_category_name(uint8_t category)
{
	if (category == LEG_CATEGORY_ORDINARY)
		return NULL;
	for (size_t i = 0; i < N_CATEGORIES; i++)
		if (categories[i].category == category)
			return categories[i].cpc;
	return NULL;
}

void sip_party_category_language(struct sip_writer *w, uint8_t category)
{
	for (size_t i = 0; i < N_CATEGORIES; i++)
		if (categories[i].category == category && categories[i].language)
			sip_write_header(w, SIP_H_ACCEPT_LANGUAGE, str_c(categories[i].language));
}
