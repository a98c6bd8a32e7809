/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The file of blocked circuits as text: every line has its own checksum (FNV-1a, 32 bits). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/str.h"
#include "gw/pstn/blocking.h"

#define HEADER	     "causeway blocking 1"
#define CIRCUIT	     "circuit "
#define CIC_MAX	     4095
#define CHECK_DIGITS 8

static uint32_t checksum(const char *text, size_t n)
{
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (unsigned char)text[i]) * 16777619u;
	return sum;
}

static void put_line(FILE *out, const char *line)
{
	fprintf(out, "%s %08x\n", line, checksum(line, strlen(line)));
}

char *blocking_print(const struct blocking_entry *entries, size_t n)
{
	char *text = NULL, line[64];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(HEADER "\n", out);
	for (size_t i = 0; i < n; i++) {
		snprintf(line, sizeof(line), CIRCUIT "%s %u", entries[i].trunk, entries[i].cic);
		put_line(out, line);
	}
	snprintf(line, sizeof(line), "end %zu", n);
	put_line(out, line);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* The next line, without its end; false when there is none. A line without its end is no line. */
static bool next_line(struct str *text, struct str *line)
{
	const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;

	if (!end)
		return false;
	line->p = text->p;
	line->n = (size_t)(end - text->p);
	text->p += line->n + 1;
	text->n -= line->n + 1;
	return true;
}

/* Takes the checksum off; false when it is not right. */
static bool verified(struct str *line)
{
	char digits[CHECK_DIGITS + 1];

	if (line->n < CHECK_DIGITS + 2 || line->p[line->n - CHECK_DIGITS - 1] != ' ')
		return false;
	snprintf(digits, sizeof(digits), "%08x", checksum(line->p, line->n - CHECK_DIGITS - 1));
	if (memcmp(digits, line->p + line->n - CHECK_DIGITS, CHECK_DIGITS) != 0)
		return false;
	line->n -= CHECK_DIGITS + 1;
	return true;
}

/* "WORD NUMBER" */
static bool split(struct str line, struct str *word, uint64_t *number)
{
	const char *blank = memchr(line.p, ' ', line.n);

	if (!blank || blank == line.p)
		return false;
	*word = (struct str){ line.p, (size_t)(blank - line.p) };
	return !str_to_u64((struct str){ blank + 1, line.n - word->n - 1 }, SIZE_MAX, number);
}

static bool take(struct blocking_entry *entry, struct str trunk, uint64_t cic)
{
	if (cic > CIC_MAX || str_copy(entry->trunk, sizeof(entry->trunk), trunk))
		return false;
	entry->cic = (uint16_t)cic;
	return true;
}

struct blocking_entry *blocking_parse(const char *text, size_t octets, size_t *n, size_t *bad,
				      bool *whole)
{
	struct str rest = { text, octets }, line, word;
	struct blocking_entry *entries;
	size_t lines = 1;
	uint64_t number;

	*n = *bad = 0;
	*whole = false;
	for (size_t i = 0; i < octets; i++)
		lines += text[i] == '\n';
	entries = calloc(lines, sizeof(*entries));
	if (!entries)
		return NULL;
	if (!next_line(&rest, &line) || !str_eq(line, STR(HEADER)))
		++*bad;
	while (next_line(&rest, &line)) {
		bool circuit;

		if (!verified(&line) || *whole) {
			++*bad;
			continue;
		}
		circuit = str_starts(line, STR(CIRCUIT));
		if (circuit)
			line = (struct str){ line.p + strlen(CIRCUIT), line.n - strlen(CIRCUIT) };
		if (!split(line, &word, &number))
			++*bad;
		else if (!circuit && str_eq(word, STR("end")))
			*whole = number == *n && !*bad;
		else if (!circuit || !take(&entries[*n], word, number))
			++*bad;
		else
			++*n;
	}
	*bad += rest.n != 0;
	return entries;
}
