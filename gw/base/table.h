/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * One answer, three renderings: whoever has something to show fills a table of typed cells; gw/mgmt prints it as text,
 * JSON or metrics. Core thread only.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "gw/base/str.h"

struct table;

/* own; columns is an array of n literal names, such as "cic", "state". NULL when out of memory. */
struct table *table_new(const char *const *columns, size_t n);
void table_free(struct table *table);
/* Begins a row; cells are then set by column number, those not set print empty (JSON null). -ENOMEM. */
int table_row(struct table *table);
void table_set_str(struct table *table, size_t column, struct str value);
void table_set_fmt(struct table *table, size_t column, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void table_set_int(struct table *table, size_t column, int64_t value);
void table_set_bool(struct table *table, size_t column, int value);
/* Renderings: own text, freed by free(). */
char *table_text(const struct table *table);
char *table_json(const struct table *table);
size_t table_rows(const struct table *table);
size_t table_columns(const struct table *table);
const char *table_column_name(const struct table *table, size_t column);
/* A cell as text (borrow until the next call on the table); empty when not set. */
const char *table_cell(const struct table *table, size_t row, size_t column);

/* A named table that can be asked for: `show NAME`. fill makes a new table, or NULL when out of memory. */
struct show {
	const char *name;
	const char *help;
	struct table *(*fill)(void *arg);
	void *arg;
	struct show *next;
};

void show_register(struct show *show);
void show_unregister(struct show *show);
const struct show *show_first(void);
const struct show *show_find(struct str name);

#endif
