/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Learnt lengths of numbers: a hash table whose entries are also in the order of their last use. */
#include "gw/call/numbers.h"

#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/hash.h"
#include "gw/base/list.h"
#include "gw/base/log.h"

#define ROUTE_MAX  32
#define PREFIX_MAX 12 /* learn-digits */

static struct counter contradicted =
	COUNTER_INIT("causeway_number_lengths_contradicted_total",
		     "Learnt lengths of numbers that a call contradicted");

struct learnt {
	struct hash_node node;
	struct list_node used;
	char route[ROUTE_MAX];
	char prefix[PREFIX_MAX + 1];
	unsigned length;
	uint64_t answered; /* calls that agreed */
	bool mixed;	   /* numbers of several lengths */
};

struct numbers {
	struct hash hash;
	struct list used; /* own: the least recently used first */
	size_t max;
};

struct key {
	struct str route, prefix;
};

struct numbers *numbers_new(size_t max)
{
	struct numbers *numbers = calloc(1, sizeof(*numbers));

	if (!numbers)
		return NULL;
	numbers->max = max;
	list_init(&numbers->used);
	counter_list(&contradicted);
	return numbers;
}

static void entry_free(struct numbers *numbers, struct learnt *entry)
{
	hash_remove(&numbers->hash, &entry->node);
	list_remove(&entry->used);
	free(entry);
}

size_t numbers_forget(struct numbers *numbers, const char *route)
{
	struct list_node *next;
	size_t n = 0;

	for (struct list_node *node = list_first(&numbers->used); node; node = next) {
		struct learnt *entry = container_of(node, struct learnt, used);

		next = list_next(&numbers->used, node);
		if (route && strcmp(route, entry->route) != 0)
			continue;
		entry_free(numbers, entry);
		n++;
	}
	return n;
}

void numbers_free(struct numbers *numbers)
{
	if (!numbers)
		return;
	(void)numbers_forget(numbers, NULL);
	hash_close(&numbers->hash);
	free(numbers);
}

static uint32_t key_hash(const struct key *key)
{
	return str_hash(key->prefix, str_hash(key->route, 0));
}

static bool matches(const struct hash_node *node, const void *arg)
{
	const struct learnt *entry = container_of(node, const struct learnt, node);
	const struct key *key = arg;

	return str_eq(str_c(entry->route), key->route) && str_eq(str_c(entry->prefix), key->prefix);
}

/* False: the number is no longer than the prefix. */
static bool key_make(struct key *key, const char *route, struct str number, unsigned digits)
{
	if (!digits || digits > PREFIX_MAX || number.n <= digits)
		return false;
	key->route = str_c(route);
	if (key->route.n >= ROUTE_MAX)
		key->route.n = ROUTE_MAX - 1;
	key->prefix = (struct str){ number.p, digits };
	return true;
}

static struct learnt *find(struct numbers *numbers, const struct key *key)
{
	struct hash_node *node = hash_find(&numbers->hash, key_hash(key), matches, key);
	struct learnt *entry;

	if (!node)
		return NULL;
	entry = container_of(node, struct learnt, node);
	list_remove(&entry->used);
	list_append(&numbers->used, &entry->used);
	return entry;
}

static void add(struct numbers *numbers, const struct key *key, size_t length)
{
	struct learnt *entry = calloc(1, sizeof(*entry));
	struct list_node *oldest = list_first(&numbers->used);

	if (!entry)
		return;
	if (numbers->hash.count >= numbers->max && oldest)
		entry_free(numbers, container_of(oldest, struct learnt, used));
	(void)str_copy(entry->route, sizeof(entry->route), key->route);
	(void)str_copy(entry->prefix, sizeof(entry->prefix), key->prefix);
	entry->length = (unsigned)length;
	entry->answered = 1;
	if (hash_insert(&numbers->hash, &entry->node, key_hash(key)))
		free(entry);
	else
		list_append(&numbers->used, &entry->used);
}

static void contradict(struct learnt *entry)
{
	if (entry->mixed)
		return;
	counter_add(&contradicted, 1);
	log_write(LOG_NOTICE, "numbers",
		  "route %s: numbers that begin with %s are not all of %u digits: forgotten",
		  entry->route, entry->prefix, entry->length);
	entry->mixed = true;
	entry->length = 0;
}

void numbers_learn(struct numbers *numbers, const char *route, struct str number, unsigned digits)
{
	struct learnt *entry;
	struct key key;

	if (!key_make(&key, route, number, digits))
		return;
	entry = find(numbers, &key);
	if (!entry)
		add(numbers, &key, number.n);
	else if (!entry->mixed && entry->length == number.n)
		entry->answered++;
	else
		contradict(entry);
}

unsigned numbers_length(struct numbers *numbers, const char *route, struct str number,
			unsigned digits)
{
	const struct learnt *entry;
	struct key key;

	if (!key_make(&key, route, number, digits))
		return 0;
	entry = find(numbers, &key);
	return entry && entry->answered >= NUMBERS_SURE ? entry->length : 0;
}

void numbers_contradict(struct numbers *numbers, const char *route, struct str number,
			unsigned digits)
{
	struct learnt *entry;
	struct key key;

	if (!key_make(&key, route, number, digits))
		return;
	entry = find(numbers, &key);
	if (entry)
		contradict(entry);
}

size_t numbers_count(const struct numbers *numbers)
{
	return numbers->hash.count;
}

struct table *numbers_table(void *arg)
{
	static const char *const columns[] = { "route", "prefix", "length", "answered", "state" };
	const struct numbers *numbers = arg;
	struct table *table = table_new(columns, 5);

	for (struct list_node *n = table ? list_first(&numbers->used) : NULL;
	     n && !table_row(table); n = list_next(&numbers->used, n)) {
		const struct learnt *entry = container_of(n, const struct learnt, used);

		table_set_str(table, 0, str_c(entry->route));
		table_set_str(table, 1, str_c(entry->prefix));
		if (entry->length)
			table_set_int(table, 2, entry->length);
		table_set_int(table, 3, (int64_t)entry->answered);
		table_set_str(table, 4,
			      entry->mixed		       ? STR("several lengths")
			      : entry->answered < NUMBERS_SURE ? STR("learning")
							       : STR("in use"));
	}
	return table;
}
