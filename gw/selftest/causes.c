/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The cause tables a second time, transcribed from their texts apart from gw/call/cause_table.c, each
 * row taken through the mapping that calls of a trunk with that profile take.
 */
#include "gw/selftest/causes.h"

#include <string.h>

#include "gw/call/cause.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct pair {
	unsigned from, to; /* to 0: never mapped */
};

/* 7.2.4.1, RFC 4497's row 69 with it; 126 stands for all that are not listed. Cause 16 has no code
 * there: it is a BYE or a CANCEL. */
static const struct pair rfc3398_causes[] = {
	{ 1, 404 },   { 2, 404 },   { 3, 404 },	  { 17, 486 },	{ 18, 408 }, { 19, 480 },
	{ 20, 480 },  { 21, 403 },  { 22, 410 },  { 23, 410 },	{ 26, 404 }, { 27, 502 },
	{ 28, 484 },  { 29, 501 },  { 31, 480 },  { 34, 503 },	{ 38, 503 }, { 41, 503 },
	{ 42, 503 },  { 44, 0 },    { 47, 503 },  { 55, 403 },	{ 57, 403 }, { 58, 503 },
	{ 65, 488 },  { 69, 501 },  { 70, 488 },  { 79, 501 },	{ 87, 403 }, { 88, 503 },
	{ 102, 504 }, { 111, 500 }, { 127, 500 }, { 126, 500 },
};

/* 8.2.6.1, and RFC 4497 8.4.4, table 2, which is the same; 488 and 606 without a Warning; 499 stands for all that are not
 * listed. */
static const struct pair rfc3398_statuses[] = {
	{ 400, 41 },  { 401, 21 },  { 402, 21 },  { 403, 21 },	{ 404, 1 },   { 405, 63 },
	{ 406, 79 },  { 407, 21 },  { 408, 102 }, { 410, 22 },	{ 413, 127 }, { 414, 127 },
	{ 415, 79 },  { 416, 127 }, { 420, 127 }, { 421, 127 }, { 423, 127 }, { 480, 18 },
	{ 481, 41 },  { 482, 25 },  { 483, 25 },  { 484, 28 },	{ 485, 1 },   { 486, 17 },
	{ 487, 0 },   { 488, 31 },  { 500, 41 },  { 501, 79 },	{ 502, 38 },  { 503, 41 },
	{ 504, 102 }, { 505, 127 }, { 513, 127 }, { 600, 17 },	{ 603, 21 },  { 604, 1 },
	{ 606, 31 },  { 499, 31 },
};

/* RFC 4497 8.4.1, table 1, without cause 16 (note 3) as well; 126 stands for all that are not listed, and what RFC 3398 alone
 * has is among them. */
static const struct pair rfc4497_causes[] = {
	{ 1, 404 },  { 2, 404 },   { 3, 404 },	 { 17, 486 },  { 18, 408 }, { 19, 480 },
	{ 20, 480 }, { 21, 403 },  { 22, 410 },	 { 23, 410 },  { 27, 502 }, { 28, 484 },
	{ 29, 501 }, { 31, 480 },  { 34, 503 },	 { 38, 503 },  { 41, 503 }, { 42, 503 },
	{ 44, 0 },   { 47, 503 },  { 55, 403 },	 { 57, 403 },  { 58, 503 }, { 65, 488 },
	{ 69, 501 }, { 70, 488 },  { 79, 501 },	 { 87, 403 },  { 88, 503 }, { 102, 504 },
	{ 26, 500 }, { 111, 500 }, { 127, 500 }, { 126, 500 },
};

/*
 * The second source for Q.1912.5, whole (docs.oracle.com, Session Border Controller 8.3, "Interworking SIP Response to ISUP
 * Cause Values"), its rows of several statuses one after the other; then "Other", by 499 and by those that RFC 3398 has and
 * this table has not. It has no table for the other direction, which is RFC 3398's.
 */
static const struct pair q1912_5_statuses[] = {
	{ 400, 111 }, { 414, 111 }, { 416, 111 }, { 420, 111 }, { 421, 111 }, { 403, 79 },
	{ 417, 79 },  { 501, 79 },  { 404, 1 },	  { 485, 1 },	{ 408, 102 }, { 504, 102 },
	{ 410, 22 },  { 422, 31 },  { 433, 24 },  { 480, 20 },	{ 483, 25 },  { 484, 28 },
	{ 486, 17 },  { 600, 17 },  { 488, 50 },  { 502, 27 },	{ 503, 41 },  { 513, 95 },
	{ 603, 21 },  { 604, 2 },   { 606, 88 },  { 499, 127 }, { 401, 127 }, { 402, 127 },
	{ 405, 127 }, { 406, 127 }, { 407, 127 }, { 413, 127 }, { 415, 127 }, { 423, 127 },
	{ 481, 127 }, { 482, 127 }, { 487, 0 },	  { 500, 127 }, { 505, 127 },
};

#define PAIRS(causes, statuses) causes, COUNT(causes), statuses, COUNT(statuses)

static const struct transcription {
	const char *profile;
	const struct pair *causes;
	size_t n_causes;
	const struct pair *statuses;
	size_t n_statuses;
} transcriptions[] = {
	{ "rfc3398", PAIRS(rfc3398_causes, rfc3398_statuses) },
	{ "rfc4497", PAIRS(rfc4497_causes, rfc3398_statuses) },
	{ "q1912.5", PAIRS(rfc3398_causes, q1912_5_statuses) },
};

static const struct transcription *find(const char *profile)
{
	for (size_t i = 0; i < COUNT(transcriptions); i++)
		if (strcmp(transcriptions[i].profile, profile) == 0)
			return &transcriptions[i];
	return NULL;
}

bool causes_known(const char *profile)
{
	return find(profile) != NULL;
}

static unsigned status_of(const struct cause_profile *profile, unsigned cause)
{
	const struct leg_release release = { .cause = (enum q850_cause)cause };

	return cause_is_told(profile, release.cause) ? cause_to_status(profile, &release).to : 0;
}

static unsigned cause_of(const struct cause_profile *profile, unsigned status)
{
	return status_is_told(profile, status) ? cause_from_status(profile, status, 0).to : 0;
}

static size_t print(FILE *out, const char *what, const struct pair *pair, unsigned ours)
{
	bool good = pair->to == ours;

	fprintf(out, "%s %u\t%u\t%u\t%s\n", what, pair->from, pair->to, ours,
		good ? "pass" : "fail");
	return !good;
}

size_t causes_print(const char *profile, FILE *out)
{
	const struct transcription *t = find(profile);
	const struct cause_profile *live = cause_profile_find(profile);
	size_t failed = 0;

	if (!t || !live)
		return 1;
	for (size_t i = 0; i < t->n_causes; i++)
		failed += print(out, "cause", &t->causes[i], status_of(live, t->causes[i].from));
	for (size_t i = 0; i < t->n_statuses; i++)
		failed +=
			print(out, "status", &t->statuses[i], cause_of(live, t->statuses[i].from));
	return failed;
}
