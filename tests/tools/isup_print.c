/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * isup_print: ISUP messages as our codec shows them. Reads lines "VARIANT HEX", the octets from the
 * CIC on, and writes for each its full text with an empty line behind it; a message that does not
 * read gives "error: what at octet". What was read must encode to the same octets.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isup/msg.h"

static size_t read_hex(const char *hex, uint8_t *octets, size_t cap)
{
	char pair[3] = { 0 };
	size_t n = 0;

	for (; n < cap && isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]);
	     hex += 2) {
		pair[0] = hex[0];
		pair[1] = hex[1];
		octets[n++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

static void print_message(enum isup_variant variant, const uint8_t *octets, size_t n)
{
	uint8_t again[ISUP_OCTETS_MAX];
	char text[32768];
	struct isup_error error;
	struct isup_msg msg;

	if (isup_msg_decode_as(&msg, variant, octets, n, &error) != 0 &&
	    error.kind != ISUP_E_UNKNOWN_TYPE) {
		printf("error: %s at %u\n\n", error.text, error.offset);
		return;
	}
	if (isup_msg_encode(&msg, again, sizeof(again)) != (int)n ||
	    memcmp(again, octets, n) != 0) {
		printf("error: encodes differently at 0\n\n");
		return;
	}
	isup_msg_print_full(&msg, text, sizeof(text));
	printf("%s\n", text);
}

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		uint8_t octets[ISUP_OCTETS_MAX];
		char *hex = strchr(line, ' ');

		if (!hex)
			return EXIT_FAILURE;
		*hex++ = '\0';
		int variant = isup_variant_of(line);
		if (variant < 0) {
			fprintf(stderr, "isup_print: no variant '%s'\n", line);
			return EXIT_FAILURE;
		}
		print_message((enum isup_variant)variant, octets,
			      read_hex(hex, octets, sizeof(octets)));
	}
	return EXIT_SUCCESS;
}
