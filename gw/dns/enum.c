/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Questions of ENUM and the memory of answers. An answer, from DNS or from memory, is handed on by a
 * timer that is due at once: whoever asks is never called from within.
 */
#include "gw/dns/enum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gw/base/counter.h"
#include "gw/base/hash.h"
#include "gw/base/list.h"
#include "gw/base/log.h"

#define TTL_LONGEST_S 3600
#define TTL_FAILURE_S 5	 /* RFC 2308 7.1: a server that failed is not asked again at once */
#define TTL_UNTOLD_S  30 /* no SOA in a negative answer */
#define NUMBER_MAX    34

static struct counter queries_total = COUNTER_INIT("causeway_enum_queries_total", "ENUM look-ups");
static struct counter found_total =
	COUNTER_INIT("causeway_enum_found_total", "ENUM look-ups that found a SIP URI");
static struct counter none_total =
	COUNTER_INIT("causeway_enum_none_total", "ENUM look-ups of numbers without a SIP URI");
static struct counter failed_total =
	COUNTER_INIT("causeway_enum_failed_total", "ENUM look-ups that no name server answered");
static struct counter remembered_total =
	COUNTER_INIT("causeway_enum_remembered_total", "ENUM look-ups answered from memory");

struct uris {
	size_t n;
	char uri[ENUM_URIS_MAX][ENUM_URI_MAX];
};

struct entry { /* what is remembered of a name */
	struct hash_node by_name;
	struct list_node node; /* in order of use: the first goes first */
	uint64_t until_us;
	size_t n;
	char *uri[ENUM_URIS_MAX]; /* own */
	char name[];
};

struct enum_resolver {
	struct enum_conf conf;
	struct hash by_name;
	struct list entries;
	struct list queries;
};

struct enum_query {
	struct list_node node;
	struct enum_resolver *resolver; /* borrow */
	struct dns_query *asked;	/* borrow; NULL: answered */
	struct timer deliver;
	enum_fn *fn;
	void *arg;
	struct uris uris;
	char number[NUMBER_MAX + 1];
	char name[DNS_NAME_MAX];
};

/* ---- memory ---- */

static bool name_matches(const struct hash_node *node, const void *key)
{
	return strcasecmp(container_of(node, const struct entry, by_name)->name, key) == 0;
}

static struct entry *entry_find(const struct enum_resolver *r, const char *name)
{
	struct hash_node *node =
		hash_find(&r->by_name, str_ihash(str_c(name), 0), name_matches, name);

	return node ? container_of(node, struct entry, by_name) : NULL;
}

static void entry_free(struct enum_resolver *r, struct entry *entry)
{
	hash_remove(&r->by_name, &entry->by_name);
	list_remove(&entry->node);
	for (size_t i = 0; i < entry->n; i++)
		free(entry->uri[i]);
	free(entry);
}

/* NULL: not known, or no longer. */
static struct entry *remembered(struct enum_resolver *r, const char *name)
{
	struct entry *entry = entry_find(r, name);

	if (!entry)
		return NULL;
	if (entry->until_us <= timer_heap_now_us(r->conf.heap)) {
		entry_free(r, entry);
		return NULL;
	}
	list_remove(&entry->node);
	list_append(&r->entries, &entry->node);
	return entry;
}

/* Out of memory: it is asked again. */
static void remember(struct enum_resolver *r, const struct enum_query *q, uint32_t ttl_s)
{
	struct entry *entry = entry_find(r, q->name);

	if (entry)
		entry_free(r, entry);
	if (!ttl_s || !r->conf.cache)
		return;
	if (r->by_name.count >= r->conf.cache)
		entry_free(r, container_of(list_first(&r->entries), struct entry, node));
	entry = calloc(1, sizeof(*entry) + strlen(q->name) + 1);
	if (!entry)
		return;
	memcpy(entry->name, q->name, strlen(q->name) + 1);
	if (hash_insert(&r->by_name, &entry->by_name, str_ihash(str_c(entry->name), 0))) {
		free(entry);
		return;
	}
	list_append(&r->entries, &entry->node);
	entry->until_us = timer_heap_now_us(r->conf.heap) + (uint64_t)ttl_s * 1000000;
	for (size_t i = 0; i < q->uris.n; i++) {
		entry->uri[i] = strdup(q->uris.uri[i]);
		if (!entry->uri[i]) {
			entry_free(r, entry);
			return;
		}
		entry->n++;
	}
}

/* ---- questions ---- */

static void query_free(struct enum_query *q)
{
	dns_cancel(q->asked);
	timer_close(&q->deliver);
	list_remove(&q->node);
	free(q);
}

static void hand_on(struct enum_query *q)
{
	const char *uris[ENUM_URIS_MAX];
	struct uris found = q->uris;
	enum_fn *fn = q->fn;
	void *arg = q->arg;

	query_free(q);
	for (size_t i = 0; i < found.n; i++)
		uris[i] = found.uri[i];
	counter_add(found.n ? &found_total : &none_total, 1);
	fn(arg, uris, found.n);
}

static void on_deliver(struct timer *timer, void *arg)
{
	(void)timer;
	hand_on(arg);
}

static uint32_t ttl_of(const struct dns_answer *answer)
{
	if (answer->error && answer->error != -ENOENT)
		return TTL_FAILURE_S;
	if (answer->error && !answer->ttl_s)
		return TTL_UNTOLD_S;
	return answer->ttl_s < TTL_LONGEST_S ? answer->ttl_s : TTL_LONGEST_S;
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
	struct enum_query *q = arg;

	q->asked = NULL;
	if (!answer->error) {
		q->uris.n = enum_select(answer->naptr, answer->n, q->number, q->uris.uri);
	} else if (answer->error != -ENOENT) {
		counter_add(&failed_total, 1);
		log_write(LOG_WARNING, "enum", "%s: %s", q->name, strerror(-answer->error));
	}
	remember(q->resolver, q, ttl_of(answer));
	hand_on(q);
}

static int query_start(struct enum_query *q)
{
	const struct dns_question question = { .type = DNS_NAPTR, .name = str_c(q->name) };
	struct entry *entry = remembered(q->resolver, q->name);

	counter_add(&queries_total, 1);
	if (!entry)
		return dns_ask(q->resolver->conf.dns, &question, on_answer, q, &q->asked);
	counter_add(&remembered_total, 1);
	for (size_t i = 0; i < entry->n; i++)
		if (!str_copy(q->uris.uri[q->uris.n], ENUM_URI_MAX, str_c(entry->uri[i])))
			q->uris.n++;
	timer_start_us(&q->deliver, 0);
	return 0;
}

int enum_ask(void *resolver, struct str number, const char *root, enum_fn *fn, void *arg,
	     void **query)
{
	struct enum_resolver *r = resolver;
	struct enum_query *q = calloc(1, sizeof(*q));
	int err;

	if (!q)
		return -ENOMEM;
	q->resolver = r;
	q->fn = fn;
	q->arg = arg;
	list_append(&r->queries, &q->node);
	err = timer_init(&q->deliver, r->conf.heap, "ENUM answer", on_deliver, q);
	if (!err)
		err = str_copy(q->number, sizeof(q->number), number);
	if (!err)
		err = enum_name(number, root, q->name, sizeof(q->name));
	if (!err)
		err = query_start(q);
	if (err) {
		query_free(q);
		return err;
	}
	*query = q;
	return 0;
}

void enum_cancel(void *query)
{
	query_free(query);
}

/* ---- life ---- */

struct enum_resolver *enum_new(const struct enum_conf *conf)
{
	struct enum_resolver *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->conf = *conf;
	list_init(&r->entries);
	list_init(&r->queries);
	counter_list(&queries_total);
	counter_list(&found_total);
	counter_list(&none_total);
	counter_list(&failed_total);
	counter_list(&remembered_total);
	return r;
}

void enum_set_cache(struct enum_resolver *r, unsigned cache)
{
	r->conf.cache = cache;
	while (r->by_name.count > cache)
		entry_free(r, container_of(list_first(&r->entries), struct entry, node));
}

void enum_free(struct enum_resolver *r)
{
	struct list_node *n;

	if (!r)
		return;
	while ((n = list_first(&r->queries)))
		query_free(container_of(n, struct enum_query, node));
	while ((n = list_first(&r->entries)))
		entry_free(r, container_of(n, struct entry, node));
	hash_close(&r->by_name);
	free(r);
}
