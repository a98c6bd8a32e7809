/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Reads the vectors of a folder: files *.hex with lines "NAME: octets in hex", comments after '#',
 * lines that begin with a tab go on. Programs run in the tree's root.
 */
#ifndef TESTS_UNIT_ISUP_VECTORS_H
#define TESTS_UNIT_ISUP_VECTORS_H

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTORS_MAX	  128
#define VECTOR_OCTETS_MAX 300

#define VECTORS_VALID	  "tests/vectors/isup"
#define VECTORS_MALFORMED "tests/vectors/isup/malformed"

struct vector {
	char name[40];
	size_t n;
	uint8_t octets[VECTOR_OCTETS_MAX];
};

struct vectors {
	size_t n;
	struct vector v[VECTORS_MAX];
};

static inline void vectors_die(const char *what, const char *where)
{
	fprintf(stderr, "vectors: %s: %s\n", what, where);
	exit(2);
}

static inline void vector_add_hex(struct vector *v, const char *hex)
{
	while (*hex) {
		char pair[3] = {hex[0], hex[0] ? hex[1] : '\0', '\0'};
		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]) ||
		    v->n == sizeof v->octets)
			vectors_die("no hex octet", hex);
		v->octets[v->n++] = (uint8_t)strtoul(pair, NULL, 16);
		hex += 2;
	}
}

static inline void vectors_read_file(struct vectors *vectors, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];

	if (!file)
		vectors_die("cannot open", path);
	while (fgets(line, sizeof line, file)) {
		char *colon = strchr(line, ':');
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (line[0] == '\t' && vectors->n) {
			vector_add_hex(&vectors->v[vectors->n - 1], line);
			continue;
		}
		if (!colon || vectors->n == VECTORS_MAX)
			vectors_die("no vector line", line);
		struct vector *v = &vectors->v[vectors->n++];
		memset(v, 0, sizeof *v);
		snprintf(v->name, sizeof v->name, "%.*s", (int)(colon - line), line);
		vector_add_hex(v, colon + 1);
	}
	fclose(file);
}

static inline int vectors_is_hex(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 4 && strcmp(entry->d_name + n - 4, ".hex") == 0;
}

/* In the order of the files' names. */
static inline void vectors_read(struct vectors *vectors, const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, vectors_is_hex, alphasort);

	vectors->n = 0;
	if (n <= 0)
		vectors_die("no vectors in", folder);
	for (int i = 0; i < n; i++) {
		char path[512];
		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		vectors_read_file(vectors, path);
		free(entries[i]);
	}
	free(entries);
}

static inline const struct vector *vectors_find(const struct vectors *vectors, const char *name)
{
	for (size_t i = 0; i < vectors->n; i++)
		if (strcmp(vectors->v[i].name, name) == 0)
			return &vectors->v[i];
	vectors_die("no vector named", name);
	return NULL;
}

#endif
