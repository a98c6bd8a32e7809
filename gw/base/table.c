/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Tables of typed cells and their renderings; the registry of what can be shown. */
#include "gw/base/table.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_WIDTH 132 /* of what is printed; a wider table comes in parts */
#define KEYS_MAX       4

enum cell_kind { CELL_NONE, CELL_STR, CELL_INT, CELL_BOOL };

struct cell {
	char *text; /* own: clean UTF-8; NULL when not set */
	enum cell_kind kind;
	int64_t number;
};

struct table {
	const char *const *columns; /* borrow: literals */
	size_t n_columns;
	struct cell *cells; /* own: row after row */
	size_t n_rows;
	size_t rows_cap;
	bool out_of_memory; /* a cell was lost: no rendering */
};

struct table *table_new(const char *const *columns, size_t n)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->columns = columns;
	table->n_columns = n;
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
}

int table_row(struct table *table)
{
	if (table->n_rows == table->rows_cap) {
		size_t cap = table->rows_cap ? table->rows_cap * 2 : 16;
		size_t octets = table->n_columns * sizeof(struct cell);
		struct cell *cells = reallocarray(table->cells, cap, octets);

		if (!cells) {
			table->out_of_memory = true;
			return -ENOMEM;
		}
		table->cells = cells;
		table->rows_cap = cap;
	}
	for (size_t i = 0; i < table->n_columns; i++)
		table->cells[table->n_rows * table->n_columns + i] = (struct cell){ 0 };
	table->n_rows++;
	return 0;
}

/* Length of the well-formed printable UTF-8 sequence (RFC 3629 clause 4) at the start of s, 0 when
 * there is none. */
static size_t printable_length(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t code = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	static const uint32_t least[] = { 0, 0x20, 0xa0, 0x800, 0x10000 };

	if ((p[0] >= 0x80 && p[0] < 0xc2) || p[0] > 0xf4 || n > s.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if (code < least[n] || code == 0x7f || code > 0x10ffff)
		return 0;
	return code >= 0xd800 && code <= 0xdfff ? 0 : n;
}

/* own: a copy with everything that is not printable text as \xNN, so that no peer writes to a
 * terminal through a table. */
static char *clean_copy(struct str s)
{
	static const char hex[] = "0123456789abcdef";
	char *copy = s.n < SIZE_MAX / 4 ? malloc(s.n * 4 + 1) : NULL;
	char *at = copy;

	if (!copy)
		return NULL;
	while (s.n) {
		size_t n = printable_length(s);

		if (n) {
			memcpy(at, s.p, n);
			at += n;
		} else {
			n = 1;
			*at++ = '\\';
			*at++ = 'x';
			*at++ = hex[(unsigned char)s.p[0] >> 4];
			*at++ = hex[(unsigned char)s.p[0] & 15];
		}
		s.p += n;
		s.n -= n;
	}
	*at = '\0';
	return copy;
}

static struct cell *cell_at(const struct table *table, size_t row, size_t column)
{
	assert(row < table->n_rows && column < table->n_columns);
	return &table->cells[row * table->n_columns + column];
}

static void set(struct table *table, size_t column, enum cell_kind kind, struct str text,
		int64_t number)
{
	struct cell *cell = cell_at(table, table->n_rows - 1, column);

	free(cell->text);
	cell->text = clean_copy(text);
	cell->kind = cell->text ? kind : CELL_NONE;
	cell->number = number;
	if (!cell->text)
		table->out_of_memory = true;
}

void table_set_str(struct table *table, size_t column, struct str value)
{
	set(table, column, CELL_STR, value, 0);
}

void table_set_fmt(struct table *table, size_t column, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		table->out_of_memory = true;
		return;
	}
	set(table, column, CELL_STR, (struct str){ text, (size_t)n }, 0);
	free(text);
}

void table_set_int(struct table *table, size_t column, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	set(table, column, CELL_INT, str_c(text), value);
}

void table_set_bool(struct table *table, size_t column, int value)
{
	set(table, column, CELL_BOOL, value ? STR("yes") : STR("no"), value != 0);
}

size_t table_rows(const struct table *table)
{
	return table->n_rows;
}

size_t table_columns(const struct table *table)
{
	return table->n_columns;
}

const char *table_column_name(const struct table *table, size_t column)
{
	return table->columns[column];
}

const char *table_cell(const struct table *table, size_t row, size_t column)
{
	const struct cell *cell = cell_at(table, row, column);

	return cell->text ? cell->text : "";
}

/* Characters, not octets: continuation octets of UTF-8 take no place. */
static size_t text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = text_width(table->columns[column]);

	for (size_t row = 0; row < table->n_rows; row++) {
		size_t w = text_width(table_cell(table, row, column));

		if (w > width)
			width = w;
	}
	return width;
}

/* Columns of numbers only are set to the right. */
static bool column_is_number(const struct table *table, size_t column)
{
	bool any = false;

	for (size_t row = 0; row < table->n_rows; row++) {
		enum cell_kind kind = cell_at(table, row, column)->kind;

		if (kind == CELL_STR || kind == CELL_BOOL)
			return false;
		any |= kind == CELL_INT;
	}
	return any;
}

static void print_cell(FILE *out, const char *text, size_t width, bool right, bool last)
{
	size_t w = text_width(text);
	int pad = (int)(width > w ? width - w : 0);

	if (right)
		fprintf(out, "%*s%s", pad, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : pad, "");
	fputs(last ? "\n" : "  ", out);
}

struct layout {
	size_t width;
	bool right;
	bool empty; /* no row has anything in it: not printed */
};

static bool column_is_empty(const struct table *table, size_t column)
{
	for (size_t row = 0; row < table->n_rows; row++)
		if (table_cell(table, row, column)[0])
			return false;
	return table->n_rows > 0;
}

static bool same_keys(const struct table *table, size_t a, size_t b, size_t keys)
{
	for (size_t c = 0; c < keys; c++)
		if (strcmp(table_cell(table, a, c), table_cell(table, b, c)) != 0)
			return false;
	return true;
}

/* How many of the first columns tell the rows apart; rows that belong together follow one another. */
static size_t key_columns(const struct table *table)
{
	size_t keys = 1;

	for (size_t row = 1; row < table->n_rows; row++)
		while (keys < KEYS_MAX && keys < table->n_columns &&
		       same_keys(table, row - 1, row, keys))
			keys++;
	return keys;
}

/* The columns of a part: its own, and before them those that tell the rows apart. */
static void print_row(FILE *out, const struct table *table, const struct layout *layout,
		      const size_t *columns, size_t n, const size_t *row)
{
	for (size_t i = 0; i < n; i++) {
		size_t c = columns[i];

		print_cell(out, row ? table_cell(table, *row, c) : table->columns[c],
			   layout[c].width, layout[c].right, i + 1 == n);
	}
}

/* The next part of the columns that fits into a line: how many it has, at least one beside the keys. */
static size_t next_part(const struct table *table, const struct layout *layout, size_t keys,
			size_t *next, size_t *columns)
{
	size_t n = 0, width = 0;

	for (size_t c = 0; *next && c < keys; c++) {
		if (layout[c].empty)
			continue;
		columns[n++] = c;
		width += layout[c].width + 2;
	}
	for (size_t own = 0; *next < table->n_columns; ++*next) {
		if (layout[*next].empty)
			continue;
		if (own++ && width + layout[*next].width > LINE_MAX_WIDTH)
			break;
		columns[n++] = *next;
		width += layout[*next].width + 2;
	}
	return n;
}

/* A table wider than a line is printed in parts, one below the other. */
static void print_table(FILE *out, const struct table *table, const struct layout *layout,
			size_t *columns)
{
	size_t keys = key_columns(table), next = 0;

	while (next < table->n_columns) {
		bool first = !next;
		size_t n = next_part(table, layout, keys, &next, columns);

		if (!first)
			fputc('\n', out);
		print_row(out, table, layout, columns, n, NULL);
		for (size_t row = 0; row < table->n_rows; row++)
			print_row(out, table, layout, columns, n, &row);
	}
}

char *table_text(const struct table *table)
{
	struct layout *layout = calloc(table->n_columns + 1, sizeof(*layout));
	size_t *columns = calloc(table->n_columns + 1, sizeof(*columns));
	char *text = NULL;
	size_t size = 0;
	FILE *out = NULL;
	bool bad = true;

	if (!layout || !columns || table->out_of_memory)
		goto out;
	out = open_memstream(&text, &size);
	if (!out)
		goto out;
	for (size_t c = 0; c < table->n_columns; c++) {
		layout[c].width = column_width(table, c);
		layout[c].right = column_is_number(table, c);
		layout[c].empty = column_is_empty(table, c);
	}
	print_table(out, table, layout, columns);
	bad = ferror(out);
out:
	if (out && fclose(out))
		bad = true;
	free(layout);
	free(columns);
	if (!bad)
		return text;
	free(text);
	return NULL;
}

static json_t *cell_json(const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_STR:
		return json_string(cell->text);
	case CELL_INT:
		return json_integer(cell->number);
	case CELL_BOOL:
		return json_boolean(cell->number);
	case CELL_NONE:
		break;
	}
	return json_null();
}

static json_t *row_json(const struct table *table, size_t row)
{
	json_t *object = json_object();

	for (size_t c = 0; object && c < table->n_columns; c++) {
		if (json_object_set_new(object, table->columns[c],
					cell_json(cell_at(table, row, c)))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

char *table_json(const struct table *table)
{
	json_t *rows = table->out_of_memory ? NULL : json_array();
	char *text = NULL;

	if (!rows)
		return NULL;
	for (size_t row = 0; row < table->n_rows; row++) {
		if (json_array_append_new(rows, row_json(table, row)))
			goto out;
	}
	text = json_dumps(rows, JSON_COMPACT);
out:
	json_decref(rows);
	return text;
}

/* in order of name */
static struct show *shows;

void show_register(struct show *show)
{
	struct show **at = &shows;

	while (*at && strcmp((*at)->name, show->name) < 0)
		at = &(*at)->next;
	show->next = *at;
	*at = show;
}

void show_unregister(struct show *show)
{
	for (struct show **at = &shows; *at; at = &(*at)->next) {
		if (*at != show)
			continue;
		*at = show->next;
		show->next = NULL;
		return;
	}
}

const struct show *show_first(void)
{
	return shows;
}

const struct show *show_find(struct str name)
{
	for (const struct show *show = shows; show; show = show->next) {
		if (str_eq(str_c(show->name), name))
			return show;
	}
	return NULL;
}
