/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * RFC 3398's tables a second time, transcribed from the text apart from gw/call/cause_table.c, each
 * row taken through the mapping that calls take.
 */
#include "gw/selftest/rfc3398.h"

#include "gw/call/cause.h"

struct pair {
	unsigned from, to; /* to 0: never mapped */
};

/* 7.2.4.1, RFC 4497's row 69 with it; 126 stands for all that are not listed. Cause 16 has no code
 * there: it is a BYE or a CANCEL. */
static const struct pair causes[] = {
	{ 1, 404 },   { 2, 404 },   { 3, 404 },	  { 17, 486 },	{ 18, 408 }, { 19, 480 },
	{ 20, 480 },  { 21, 403 },  { 22, 410 },  { 23, 410 },	{ 26, 404 }, { 27, 502 },
	{ 28, 484 },  { 29, 501 },  { 31, 480 },  { 34, 503 },	{ 38, 503 }, { 41, 503 },
	{ 42, 503 },  { 44, 0 },    { 47, 503 },  { 55, 403 },	{ 57, 403 }, { 58, 503 },
	{ 65, 488 },  { 69, 501 },  { 70, 488 },  { 79, 501 },	{ 87, 403 }, { 88, 503 },
	{ 102, 504 }, { 111, 500 }, { 127, 500 }, { 126, 500 },
};

/* 8.2.6.1; 499 stands for all that are not listed. */
static const struct pair statuses[] = {
	{ 400, 41 },  { 401, 21 },  { 402, 21 },  { 403, 21 },	{ 404, 1 },   { 405, 63 },
	{ 406, 79 },  { 407, 21 },  { 408, 102 }, { 410, 22 },	{ 413, 127 }, { 414, 127 },
	{ 415, 79 },  { 416, 127 }, { 420, 127 }, { 421, 127 }, { 423, 127 }, { 480, 18 },
	{ 481, 41 },  { 482, 25 },  { 483, 25 },  { 484, 28 },	{ 485, 1 },   { 486, 17 },
	{ 487, 0 },   { 488, 31 },  { 500, 41 },  { 501, 79 },	{ 502, 38 },  { 503, 41 },
	{ 504, 102 }, { 505, 127 }, { 513, 127 }, { 600, 17 },	{ 603, 21 },  { 604, 1 },
	{ 606, 31 },  { 499, 31 },
};

static unsigned status_of(unsigned cause)
{
	const struct leg_release release = { .cause = (enum q850_cause)cause };

	return cause_is_told(&cause_rfc3398, release.cause)
		       ? cause_to_status(&cause_rfc3398, &release).to
		       : 0;
}

static unsigned cause_of(unsigned status)
{
	return status_is_told(&cause_rfc3398, status)
		       ? cause_from_status(&cause_rfc3398, status, 0).to
		       : 0;
}

static size_t print(FILE *out, const char *what, const struct pair *pair, unsigned ours)
{
	bool good = pair->to == ours;

	fprintf(out, "%s %u\t%u\t%u\t%s\n", what, pair->from, pair->to, ours,
		good ? "pass" : "fail");
	return !good;
}

size_t rfc3398_print(FILE *out)
{
	size_t failed = 0;

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		failed += print(out, "cause", &causes[i], status_of(causes[i].from));
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		failed += print(out, "status", &statuses[i], cause_of(statuses[i].from));
	return failed;
}
