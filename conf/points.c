/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Point codes (Q.704 2.2, Q.708 2; T1.111.4) and what else a signalling variant decides. */
#include "conf/points.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "conf/grammar.h"
#include "gw/base/str.h"

#define WRITTEN	 (1u << 31) /* a-b-c, an octet each, not settled yet */
#define ITU_MAX	 16383
#define ANSI_MAX 16777215
#define PART_MAX 255
#define ITU_CIC	 4095
#define ANSI_CIC 16383

/* Those of isup_variant_name. */
const char *const conf_variants[] = { "itu",	"etsi",	 "q767",   "ansi",   "uk",
				      "russia", "japan", "france", "israel", NULL };

bool conf_is_ansi(const struct conf_linkset *linkset)
{
	return linkset && linkset->variant && strcmp(linkset->variant, "ansi") == 0;
}

/* --- as written --- */

static int number_at(const char **at, uint32_t max, uint32_t *value)
{
	size_t n = strspn(*at, "0123456789");
	uint64_t v;
	int rc = str_to_u64((struct str){ *at, n }, max, &v);

	*at += n;
	if (!rc)
		*value = (uint32_t)v;
	return rc;
}

/* 0 names no point. */
static int point_parse(const struct conf_field *field, void *member, const char *text)
{
	bool dashed = strchr(text, '-') != NULL;
	uint32_t code = 0, part = 0;

	(void)field;
	if (!dashed && (number_at(&text, ANSI_MAX, &code) || *text))
		return -EINVAL;
	for (size_t i = 0; i < 3 && dashed; i++) {
		if (number_at(&text, PART_MAX, &part) || *text != (i < 2 ? '-' : '\0'))
			return -EINVAL;
		text += i < 2;
		code = code << 8 | part;
	}
	if (!code)
		return -EINVAL;
	*(uint32_t *)member = dashed ? code | WRITTEN : code;
	return 0;
}

/* other_at of the field: whether it is ANSI's. */
static void point_print(const struct conf_field *field, const void *member, FILE *out)
{
	bool ansi =
		*(const bool *)conf_member_const((const char *)member - field->at, field->other_at);
	uint32_t code = *(const uint32_t *)member;

	if (ansi)
		fprintf(out, "%u-%u-%u", code >> 16 & 255, code >> 8 & 255, code & 255);
	else
		fprintf(out, "%u-%u-%u", code >> 11 & 7, code >> 3 & 255, code & 7);
}

static bool point_equal(const struct conf_field *field, const void *a, const void *b)
{
	(void)field;
	return *(const uint32_t *)a == *(const uint32_t *)b;
}

static void point_right(const struct conf_field *field, FILE *out)
{
	(void)field;
	fprintf(out,
		"a point code such as 2-100-1 (0-7, 0-255, 0-7) or a number from 1 to %d; of ANSI "
		"245-3-17 (0-255 each) or up to %d",
		ITU_MAX, ANSI_MAX);
}

const struct conf_kind conf_kind_point_code = { .octets = sizeof(uint32_t),
						.parse = point_parse,
						.print = point_print,
						.equal = point_equal,
						.right = point_right };

/* --- settled --- */

static void settle(uint32_t *code, bool ansi)
{
	uint32_t a = *code >> 16 & 255, b = *code >> 8 & 255, c = *code & 255;

	if (!(*code & WRITTEN))
		return;
	if (ansi)
		*code &= ~WRITTEN;
	else if (a <= 7 && c <= 7 && (a || b || c))
		*code = a << 11 | b << 3 | c;
}

void conf_points_settle(struct conf_linkset *linksets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		linksets[i].ansi = conf_is_ansi(&linksets[i]);
		settle(&linksets[i].opc, linksets[i].ansi);
		settle(&linksets[i].dpc, linksets[i].ansi);
	}
}

void conf_points_settle_isups(struct conf *conf)
{
	for (size_t i = 0; i < conf->n_isups; i++) {
		struct conf_isup *isup = &conf->isups[i];

		isup->ansi = isup->linkset && conf_is_ansi(conf_linkset_find(conf, isup->linkset));
		settle(&isup->dpc, isup->ansi);
		if (!isup->timer_values_set)
			isup->ansi_timers = isup->ansi;
	}
}

bool conf_point_check(struct conf_report *report, const uint32_t *code, const char *what,
		      const struct conf_linkset *linkset)
{
	bool ansi = conf_is_ansi(linkset);

	if (!conf_report_usable(report, code))
		return false;
	if (ansi || (!(*code & WRITTEN) && *code <= ITU_MAX))
		return true;
	if (*code & WRITTEN)
		conf_report_at(report, code,
			       "%s \"%u-%u-%u\" is not valid; write a point code such as 2-100-1 "
			       "(0-7, 0-255, 0-7), or variant = ansi in the linkset",
			       what, *code >> 16 & 255, *code >> 8 & 255, *code & 255);
	else
		conf_report_at(report, code,
			       "%s \"%" PRIu32 "\" is not valid; write a number from 1 to %d, or "
			       "variant = ansi in the linkset",
			       what, *code, ITU_MAX);
	return false;
}

unsigned conf_cic_max(const struct conf_linkset *linkset)
{
	return conf_is_ansi(linkset) ? ANSI_CIC : ITU_CIC;
}
