/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causeway decode: what an engineer has in a trace, in one line and with every field named (Q.763). */
#include "gw/main/decode.h"

#include <ctype.h>
#include <string.h>

#include "isup/body.h"
#include "isup/msg.h"

#define TEXT_MAX    32768
#define LINE_OCTETS 2048

struct request {
	enum isup_variant variant;
	bool body; /* from the message type on */
	FILE *out, *faults;
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Pairs of digits, with white space, colons, dots or dashes between them. *n octets; false: *at is wrong. */
static bool read_hex(const char *text, uint8_t *octets, size_t cap, size_t *n, size_t *at)
{
	const char *p = text;

	for (*n = 0;; (*n)++, p += 2) {
		int high, low;

		while (isspace((unsigned char)*p) || (*p && strchr(":.-", *p)))
			p++;
		*at = (size_t)(p - text);
		if (!*p)
			return true;
		high = digit(p[0]);
		low = high < 0 ? -1 : digit(p[1]);
		if (*n == cap || low < 0)
			return false;
		octets[*n] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
	}
}

static int print_message(const struct request *r, const uint8_t *octets, size_t n)
{
	static char text[TEXT_MAX];
	struct isup_error error = { .kind = ISUP_E_NONE };
	struct isup_msg msg;
	int err = r->body ? isup_body_decode(&msg, r->variant, 0, octets, n, &error)
			  : isup_msg_decode_as(&msg, r->variant, octets, n, &error);

	if (err && error.kind != ISUP_E_UNKNOWN_TYPE) {
		fprintf(r->faults, "causeway: octet %u: %s\n", error.offset,
			error.text ? error.text : "malformed");
		return 1;
	}
	isup_msg_print(&msg, text, sizeof(text));
	fprintf(r->out, "%s\n\n", text);
	isup_msg_print_full(&msg, text, sizeof(text));
	fprintf(r->out, "%s", text);
	return 0;
}

static int decode_text(const struct request *r, const char *text)
{
	uint8_t octets[ISUP_OCTETS_MAX];
	size_t n, at;

	if (!read_hex(text, octets, sizeof(octets), &n, &at)) {
		fprintf(r->faults,
			"causeway: character %zu is no part of hexadecimal octets, or they are "
			"more than %d; write for example 0100 0c 02 00 02 84 90\n",
			at + 1, ISUP_OCTETS_MAX);
		return 2;
	}
	return print_message(r, octets, n);
}

static int decode_lines(const struct request *r, FILE *in)
{
	char line[LINE_OCTETS];
	int worst = 0;

	while (fgets(line, sizeof(line), in)) {
		int status;

		if (line[strspn(line, " \t\r\n")] == '\0')
			continue;
		status = decode_text(r, line);
		worst = status > worst ? status : worst;
		fprintf(r->out, "\n");
	}
	return worst;
}

static void list_variants(FILE *faults, const char *name)
{
	fprintf(faults, "causeway: no variant \"%s\"; there are", name);
	for (unsigned v = 0; isup_variant_name(v); v++)
		fprintf(faults, " %s", isup_variant_name(v));
	fprintf(faults, "\n");
}

int decode_run(int argc, const char *const *argv, FILE *in, FILE *out, FILE *faults)
{
	struct request r = { .variant = ISUP_ITU, .out = out, .faults = faults };
	int variant = argc > 2 ? isup_variant_of(argv[2]) : ISUP_ITU;

	r.body = argc > 0 && strcmp(argv[0], "isup-body") == 0;
	if (argc < 2 || argc > 3 || (!r.body && strcmp(argv[0], "isup") != 0)) {
		fprintf(faults, "usage: causeway decode isup|isup-body HEX|- [VARIANT]\n");
		return 2;
	}
	if (variant < 0) {
		list_variants(faults, argv[2]);
		return 2;
	}
	r.variant = (enum isup_variant)variant;
	return strcmp(argv[1], "-") == 0 ? decode_lines(&r, in) : decode_text(&r, argv[1]);
}
