/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Kinds of values that are numbers: parsing, printing, comparing, and what would be right. */
#include "conf/grammar.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/str.h"

#define TIMESLOT_MAX 31

bool conf_words_find(const struct conf_field *field, const char *text, unsigned *index)
{
	for (unsigned i = 0; field->words[i]; i++) {
		if (strcmp(field->words[i], text) == 0) {
			*index = i;
			return true;
		}
	}
	return false;
}

void conf_words_right(const struct conf_field *field, FILE *out)
{
	for (size_t i = 0; field->words[i]; i++) {
		if (i)
			fputs(field->words[i + 1] ? ", " : " or ", out);
		fputs(field->words[i], out);
	}
}

/* Digits at *at, stepped over. */
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

static int check_bounds(const struct conf_field *field, uint32_t value)
{
	return value < field->min || value > field->max ? -ERANGE : 0;
}

static int uint_parse(const struct conf_field *field, void *member, const char *text)
{
	uint32_t value;
	int rc = number_at(&text, UINT32_MAX, &value);

	if (*text)
		return -EINVAL;
	if (!rc)
		rc = check_bounds(field, value);
	if (!rc)
		*(unsigned *)member = value;
	return rc;
}

static void uint_print(const struct conf_field *field, const void *member, FILE *out)
{
	(void)field;
	fprintf(out, "%u", *(const unsigned *)member);
}

static bool uint_equal(const struct conf_field *field, const void *a, const void *b)
{
	(void)field;
	return *(const unsigned *)a == *(const unsigned *)b;
}

static void uint_right(const struct conf_field *field, FILE *out)
{
	fprintf(out, "a number from %" PRIu32 " to %" PRIu32, field->min, field->max);
}

const struct conf_kind conf_kind_uint = { .octets = sizeof(unsigned),
					  .parse = uint_parse,
					  .print = uint_print,
					  .equal = uint_equal,
					  .right = uint_right };

static const struct {
	const char *unit;
	uint32_t ms;
} units[] = {
	{ "h", 3600000 },
	{ "min", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

int conf_ms_parse(const char *text, uint32_t *ms)
{
	uint32_t number;
	int rc = number_at(&text, UINT32_MAX, &number);

	if (rc == -EINVAL)
		return rc;
	if (!rc && !number && !*text) {
		*ms = 0;
		return 0;
	}
	for (size_t i = 0; i < UNITS; i++) {
		if (strcmp(units[i].unit, text) != 0)
			continue;
		if (rc || number > UINT32_MAX / units[i].ms)
			return -ERANGE;
		*ms = number * units[i].ms;
		return 0;
	}
	return -EINVAL;
}

void conf_ms_print(uint32_t ms, FILE *out)
{
	size_t i = ms ? 0 : UNITS - 1;

	while (ms % units[i].ms)
		i++;
	fprintf(out, "%" PRIu32 "%s", ms / units[i].ms, units[i].unit);
}

static int ms_parse(const struct conf_field *field, void *member, const char *text)
{
	uint32_t ms;
	int rc = conf_ms_parse(text, &ms);

	if (!rc)
		rc = check_bounds(field, ms);
	if (!rc)
		*(uint32_t *)member = ms;
	return rc;
}

static void ms_print(const struct conf_field *field, const void *member, FILE *out)
{
	(void)field;
	conf_ms_print(*(const uint32_t *)member, out);
}

static void ms_right(const struct conf_field *field, FILE *out)
{
	fputs("a time with its unit (h, min, s or ms) from ", out);
	conf_ms_print(field->min, out);
	fputs(" to ", out);
	conf_ms_print(field->max, out);
}

const struct conf_kind conf_kind_ms = { .octets = sizeof(uint32_t),
					.parse = ms_parse,
					.print = ms_print,
					.equal = uint_equal,
					.right = ms_right };

/* Enumerations: gcc and clang give them the type unsigned. */
static int word_parse(const struct conf_field *field, void *member, const char *text)
{
	unsigned index;

	if (!conf_words_find(field, text, &index))
		return -EINVAL;
	*(unsigned *)member = index;
	return 0;
}

static void word_print(const struct conf_field *field, const void *member, FILE *out)
{
	fputs(field->words[*(const unsigned *)member], out);
}

const struct conf_kind conf_kind_word = { .octets = sizeof(unsigned),
					  .parse = word_parse,
					  .print = word_print,
					  .equal = uint_equal,
					  .right = conf_words_right };

static int octet_word_parse(const struct conf_field *field, void *member, const char *text)
{
	unsigned index;

	if (!conf_words_find(field, text, &index))
		return -EINVAL;
	*(uint8_t *)member = (uint8_t)index;
	return 0;
}

static void octet_word_print(const struct conf_field *field, const void *member, FILE *out)
{
	fputs(field->words[*(const uint8_t *)member], out);
}

static bool octet_equal(const struct conf_field *field, const void *a, const void *b)
{
	(void)field;
	return *(const uint8_t *)a == *(const uint8_t *)b;
}

const struct conf_kind conf_kind_octet_word = { .octets = sizeof(uint8_t),
						.parse = octet_word_parse,
						.print = octet_word_print,
						.equal = octet_equal,
						.right = conf_words_right };

/* The first word is false, the second true. */
static int flag_parse(const struct conf_field *field, void *member, const char *text)
{
	unsigned index;

	if (!conf_words_find(field, text, &index))
		return -EINVAL;
	*(bool *)member = index;
	return 0;
}

static void flag_print(const struct conf_field *field, const void *member, FILE *out)
{
	fputs(field->words[*(const bool *)member], out);
}

static bool flag_equal(const struct conf_field *field, const void *a, const void *b)
{
	(void)field;
	return *(const bool *)a == *(const bool *)b;
}

const struct conf_kind conf_kind_flag = { .octets = sizeof(bool),
					  .parse = flag_parse,
					  .print = flag_print,
					  .equal = flag_equal,
					  .right = conf_words_right };

static int timeslots_parse(const struct conf_field *field, void *member, const char *text)
{
	uint32_t bits = 0;

	(void)field;
	for (;;) {
		uint32_t first, last;

		text += strspn(text, " ");
		if (number_at(&text, TIMESLOT_MAX, &first))
			return -EINVAL;
		last = first;
		if (*text == '-') {
			text++;
			if (number_at(&text, TIMESLOT_MAX, &last))
				return -EINVAL;
		}
		if (first < 1 || last < first)
			return -EINVAL;
		for (uint32_t ts = first; ts <= last; ts++) {
			if (bits & 1u << ts)
				return -EINVAL;
			bits |= 1u << ts;
		}
		text += strspn(text, " ");
		if (!*text)
			break;
		if (*text++ != ',')
			return -EINVAL;
	}
	*(uint32_t *)member = bits;
	return 0;
}

static void timeslots_print(const struct conf_field *field, const void *member, FILE *out)
{
	uint32_t bits = *(const uint32_t *)member;
	const char *comma = "";

	(void)field;
	fputc('"', out);
	for (unsigned ts = 1; ts <= TIMESLOT_MAX; ts++) {
		unsigned first = ts;

		if (!(bits & 1u << ts))
			continue;
		while (ts < TIMESLOT_MAX && bits & 1u << (ts + 1))
			ts++;
		fprintf(out, first == ts ? "%s%u" : "%s%u-%u", comma, first, ts);
		comma = ",";
	}
	fputc('"', out);
}

static void timeslots_right(const struct conf_field *field, FILE *out)
{
	(void)field;
	fprintf(out, "timeslots from 1 to %d in rising order, each once, such as \"1-15,17-31\"",
		TIMESLOT_MAX);
}

const struct conf_kind conf_kind_timeslots = { .octets = sizeof(uint32_t),
					       .parse = timeslots_parse,
					       .print = timeslots_print,
					       .equal = uint_equal,
					       .right = timeslots_right };

static const unsigned *upper(const struct conf_field *field, const void *member)
{
	return conf_member_const(member, field->other_at - field->at);
}

static int range_parse(const struct conf_field *field, void *member, const char *text)
{
	uint32_t first, last;
	int rc = number_at(&text, UINT32_MAX, &first);

	if (rc || *text++ != '-')
		return -EINVAL;
	rc = number_at(&text, UINT32_MAX, &last);
	if (rc || *text)
		return -EINVAL;
	if (check_bounds(field, first) || check_bounds(field, last) || last < first)
		return -ERANGE;
	*(unsigned *)member = first;
	*(unsigned *)conf_member(member, field->other_at - field->at) = last;
	return 0;
}

static void range_print(const struct conf_field *field, const void *member, FILE *out)
{
	fprintf(out, "\"%u-%u\"", *(const unsigned *)member, *upper(field, member));
}

static bool range_equal(const struct conf_field *field, const void *a, const void *b)
{
	return uint_equal(field, a, b) && *upper(field, a) == *upper(field, b);
}

static void range_right(const struct conf_field *field, FILE *out)
{
	fprintf(out,
		"two rising numbers from %" PRIu32 " to %" PRIu32 " with a hyphen between them",
		field->min, field->max);
}

const struct conf_kind conf_kind_range = { .octets = sizeof(unsigned),
					   .parse = range_parse,
					   .print = range_print,
					   .equal = range_equal,
					   .right = range_right };

/* Splits "ADDRESS:PORT" and "[ADDRESS]:PORT"; an IPv6 address with a port needs its brackets (RFC
 * 3986 3.2.2). */
static bool split_port(const char *text, struct str *address, const char **port)
{
	const char *end;

	*port = NULL;
	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		*address = (struct str){ text + 1, (size_t)(end - text - 1) };
		*port = end[1] ? end + 2 : NULL;
		return true;
	}
	end = strchr(text, ':');
	if (end && !strchr(end + 1, ':')) {
		*address = (struct str){ text, (size_t)(end - text) };
		*port = end + 1;
	} else {
		*address = str_c(text);
	}
	return true;
}

bool conf_address_parse(const char *text, char *address, size_t cap, unsigned *port)
{
	unsigned char octets[16];
	struct str host;
	const char *digits;
	uint64_t number = 0;

	if (!split_port(text, &host, &digits) || str_copy(address, cap, host))
		return false;
	if (inet_pton(strchr(address, ':') ? AF_INET6 : AF_INET, address, octets) != 1)
		return false;
	if (text[0] == '[' && !strchr(address, ':'))
		return false;
	if (digits && (str_to_u64(str_c(digits), 65535, &number) || !number))
		return false;
	*port = (unsigned)number;
	return true;
}

static const char *const transports[] = { "udp", "tcp", NULL };

static int listen_parse(const struct conf_field *field, void *member, const char *text)
{
	struct conf_listen listen = { 0 };
	unsigned transport = 0;

	(void)field;
	while (transports[transport] && !str_starts(str_c(text), str_c(transports[transport])))
		transport++;
	if (!transports[transport] || text[3] != ':')
		return -EINVAL;
	listen.transport = (enum conf_transport)transport;
	if (!conf_address_parse(text + 4, listen.address, sizeof(listen.address), &listen.port))
		return -EINVAL;
	if (!listen.port)
		return -EINVAL;
	*(struct conf_listen *)member = listen;
	return 0;
}

static void listen_print(const struct conf_field *field, const void *member, FILE *out)
{
	const struct conf_listen *listen = member;

	(void)field;
	fprintf(out, strchr(listen->address, ':') ? "\"%s:[%s]:%u\"" : "\"%s:%s:%u\"",
		transports[listen->transport], listen->address, listen->port);
}

static bool listen_equal(const struct conf_field *field, const void *a, const void *b)
{
	const struct conf_listen *la = a, *lb = b;

	(void)field;
	return la->transport == lb->transport && la->port == lb->port &&
	       strcmp(la->address, lb->address) == 0;
}

static void listen_right(const struct conf_field *field, FILE *out)
{
	(void)field;
	fputs("transport, address and port, such as \"udp:192.0.2.1:5060\" or \"tcp:[::1]:5060\"",
	      out);
}

const struct conf_kind conf_kind_listen = { .octets = sizeof(struct conf_listen),
					    .parse = listen_parse,
					    .print = listen_print,
					    .equal = listen_equal,
					    .right = listen_right };
