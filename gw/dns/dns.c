/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * c-ares on the core loop: its sockets through uv_poll, its timeouts and all call-backs through the
 * timer heap. RFC 1035, 2782 (SRV), 3403 (NAPTR). An answer is decoded when c-ares gives it and
 * handed on by a timer that is due at once, so that whoever asks is never called from within, and
 * may ask, cancel or close from its call-back.
 */
#include "gw/dns/dns.h"

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/list.h"
#include "gw/base/log.h"
#include "gw/dns/ttl.h"

#define TIMEOUT_MS   2000
#define TRIES	     3
#define RECORDS_MAX  64 /* of one answer: more are cut off */
#define SERVERS_TEXT 512

struct dns_socket {
	struct list_node node;
	uv_poll_t poll;
	struct dns *dns; /* borrow */
	ares_socket_t fd;
};

struct dns {
	ares_channel channel; /* own */
	uv_loop_t *loop;      /* borrow */
	struct timer retry;   /* when c-ares wants to look at its timeouts */
	struct timer deliver; /* answers wait in ready */
	struct list sockets;
	struct list asked; /* queries that c-ares has */
	struct list ready; /* queries with an answer */
	unsigned handles;  /* uv handles not closed yet */
	bool closing;
};

struct dns_query {
	struct list_node node;
	struct dns *dns; /* borrow */
	dns_fn *fn;	 /* NULL: cancelled */
	void *arg;
	bool asked; /* c-ares will call back */
	struct dns_answer answer;
	void *records; /* own */
};

static struct counter queries_total = COUNTER_INIT("causeway_dns_queries_total", "DNS queries");
static struct counter failures_total =
	COUNTER_INIT("causeway_dns_failures_total", "DNS queries without an answer");

/* ---- sockets and timeouts ---- */

static void dns_release(struct dns *dns)
{
	if (dns->closing && dns->handles == 0)
		free(dns);
}

static void arm_retry(struct dns *dns)
{
	struct timeval tv, *left = ares_timeout(dns->channel, NULL, &tv);

	if (left)
		timer_start_us(&dns->retry,
			       (uint64_t)left->tv_sec * 1000000 + (uint64_t)left->tv_usec);
	else
		timer_stop(&dns->retry);
}

static void on_retry(struct timer *timer, void *arg)
{
	struct dns *dns = arg;

	(void)timer;
	ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	arm_retry(dns);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct dns_socket *s = poll->data;
	struct dns *dns = s->dns;
	bool readable = status < 0 || (events & UV_READABLE);
	bool writable = status < 0 || (events & UV_WRITABLE);

	ares_process_fd(dns->channel, readable ? s->fd : ARES_SOCKET_BAD,
			writable ? s->fd : ARES_SOCKET_BAD);
	arm_retry(dns);
}

static void on_socket_closed(uv_handle_t *handle)
{
	struct dns_socket *s = handle->data;
	struct dns *dns = s->dns;

	free(s);
	dns->handles--;
	dns_release(dns);
}

static struct dns_socket *socket_find(struct dns *dns, ares_socket_t fd)
{
	for (struct list_node *n = list_first(&dns->sockets); n; n = list_next(&dns->sockets, n)) {
		struct dns_socket *s = container_of(n, struct dns_socket, node);

		if (s->fd == fd)
			return s;
	}
	return NULL;
}

/* Without it the query of this socket runs into its timeout. */
static struct dns_socket *socket_add(struct dns *dns, ares_socket_t fd)
{
	struct dns_socket *s = calloc(1, sizeof(*s));

	if (!s || uv_poll_init(dns->loop, &s->poll, fd)) {
		log_write(LOG_ERROR, "dns", "a socket cannot be watched");
		free(s);
		return NULL;
	}
	s->dns = dns;
	s->fd = fd;
	s->poll.data = s;
	dns->handles++;
	list_append(&dns->sockets, &s->node);
	return s;
}

static void on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct dns *dns = arg;
	struct dns_socket *s = socket_find(dns, fd);
	int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);

	if (events) {
		if (!s)
			s = socket_add(dns, fd);
		if (s)
			uv_poll_start(&s->poll, events, on_poll);
	} else if (s) {
		list_remove(&s->node);
		uv_poll_stop(&s->poll);
		uv_close((uv_handle_t *)&s->poll, on_socket_closed);
	}
}

/* ---- answers ---- */

static int error_of(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return 0;
	case ARES_ENOTFOUND:
	case ARES_ENODATA:
	case ARES_EBADNAME:
		return -ENOENT;
	case ARES_ETIMEOUT:
		return -ETIMEDOUT;
	case ARES_ENOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static void query_free(struct dns_query *q)
{
	list_remove(&q->node);
	free(q->records);
	free(q);
}

static void on_deliver(struct timer *timer, void *arg)
{
	struct dns *dns = arg;
	struct list_node *n = list_first(&dns->ready);
	struct dns_query *q;
	dns_fn *fn;

	if (!n)
		return;
	q = container_of(n, struct dns_query, node);
	list_remove(&q->node);
	/* before the call-back, which may close */
	if (!list_empty(&dns->ready))
		timer_start_us(timer, 0);
	fn = q->fn;
	if (q->answer.error && q->answer.error != -ENOENT)
		counter_add(&failures_total, 1);
	fn(q->arg, &q->answer);
	query_free(q);
}

static void query_ready(struct dns_query *q, int error)
{
	list_remove(&q->node);
	q->asked = false;
	if (!q->fn) {
		query_free(q);
		return;
	}
	q->answer.error = error;
	if (error)
		q->answer.n = 0;
	list_append(&q->dns->ready, &q->node);
	timer_start_us(&q->dns->deliver, 0);
}

/* Room for up to RECORDS_MAX records of the size; NULL when out of memory. */
static void *records_new(struct dns_query *q, size_t n, size_t size)
{
	q->records = calloc(n < RECORDS_MAX ? n : RECORDS_MAX, size);
	return q->records;
}

static bool address_of(union dns_address *out, const struct ares_addrinfo_node *node)
{
	if (node->ai_family == AF_INET)
		memcpy(&out->in4, node->ai_addr, sizeof(out->in4));
	else if (node->ai_family == AF_INET6)
		memcpy(&out->in6, node->ai_addr, sizeof(out->in6));
	else
		return false;
	return true;
}

static int addresses_take(struct dns_query *q, const struct ares_addrinfo *info)
{
	size_t n = 0;
	union dns_address *out;

	for (const struct ares_addrinfo_node *a = info->nodes; a; a = a->ai_next)
		n++;
	if (!n)
		return -ENOENT;
	out = records_new(q, n, sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (const struct ares_addrinfo_node *a = info->nodes; a && q->answer.n < RECORDS_MAX;
	     a = a->ai_next)
		q->answer.n += address_of(&out[q->answer.n], a);
	q->answer.address = out;
	return q->answer.n ? 0 : -ENOENT;
}

static void on_addresses(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
	struct dns_query *q = arg;
	int error = error_of(status);

	(void)timeouts;
	if (!error)
		error = addresses_take(q, info);
	if (info)
		ares_freeaddrinfo(info);
	query_ready(q, error);
}

static int srv_take(struct dns_query *q, const struct ares_srv_reply *reply)
{
	size_t n = 0;
	struct dns_srv *out;

	for (const struct ares_srv_reply *r = reply; r; r = r->next)
		n++;
	out = records_new(q, n ? n : 1, sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (const struct ares_srv_reply *r = reply; r && q->answer.n < RECORDS_MAX; r = r->next) {
		struct dns_srv *s = &out[q->answer.n];

		if (str_copy(s->host, sizeof(s->host), str_c(r->host)))
			continue;
		s->priority = r->priority;
		s->weight = r->weight;
		s->port = r->port;
		q->answer.n++;
	}
	q->answer.srv = out;
	return q->answer.n ? 0 : -ENOENT;
}

static int srv_decode(struct dns_query *q, const unsigned char *octets, int n)
{
	struct ares_srv_reply *reply = NULL;
	int error = error_of(ares_parse_srv_reply(octets, n, &reply));

	if (!error)
		error = srv_take(q, reply);
	ares_free_data(reply);
	return error;
}

static struct str text_of(const unsigned char *terminated)
{
	return str_c((const char *)terminated);
}

static bool naptr_copy(struct dns_naptr *to, const struct ares_naptr_reply *from)
{
	to->order = from->order;
	to->preference = from->preference;
	return !str_copy(to->flags, sizeof(to->flags), text_of(from->flags)) &&
	       !str_copy(to->service, sizeof(to->service), text_of(from->service)) &&
	       !str_copy(to->regexp, sizeof(to->regexp), text_of(from->regexp)) &&
	       !str_copy(to->replacement, sizeof(to->replacement), str_c(from->replacement));
}

static int naptr_compare(const void *a, const void *b)
{
	const struct dns_naptr *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	return 0;
}

static int naptr_take(struct dns_query *q, const struct ares_naptr_reply *reply)
{
	size_t n = 0;
	struct dns_naptr *out;

	for (const struct ares_naptr_reply *r = reply; r; r = r->next)
		n++;
	out = records_new(q, n ? n : 1, sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (const struct ares_naptr_reply *r = reply; r && q->answer.n < RECORDS_MAX; r = r->next)
		q->answer.n += naptr_copy(&out[q->answer.n], r);
	qsort(out, q->answer.n, sizeof(*out), naptr_compare);
	q->answer.naptr = out;
	return q->answer.n ? 0 : -ENOENT;
}

static int naptr_decode(struct dns_query *q, const unsigned char *octets, int n)
{
	struct ares_naptr_reply *reply = NULL;
	int error = error_of(ares_parse_naptr_reply(octets, n, &reply));

	if (!error)
		error = naptr_take(q, reply);
	ares_free_data(reply);
	return error;
}

static void on_records(void *arg, int status, int timeouts, unsigned char *octets, int n)
{
	struct dns_query *q = arg;
	int error = error_of(status);

	(void)timeouts;
	q->answer.ttl_s = n > 0 ? dns_ttl(octets, (size_t)n) : 0;
	if (!error)
		error = q->answer.type == DNS_SRV ? srv_decode(q, octets, n)
						  : naptr_decode(q, octets, n);
	query_ready(q, error);
}

/* ---- public ---- */

static int servers_set(struct dns *dns, const struct dns_conf *conf)
{
	char csv[SERVERS_TEXT] = "";
	size_t n = 0;

	if (!conf->n_servers)
		return 0;
	for (size_t i = 0; i < conf->n_servers; i++) {
		int more =
			snprintf(csv + n, sizeof(csv) - n, "%s%s", i ? "," : "", conf->servers[i]);

		if (more < 0 || (size_t)more >= sizeof(csv) - n)
			return -EINVAL;
		n += (size_t)more;
	}
	switch (ares_set_servers_ports_csv(dns->channel, csv)) {
	case ARES_SUCCESS:
		return 0;
	case ARES_ENOMEM:
		return -ENOMEM;
	default:
		return -EINVAL;
	}
}

static int channel_open(struct dns *dns, const struct dns_conf *conf)
{
	struct ares_options options = {
		/* Names in SIP are whole: our own search list must not give them another end. */
		.flags = ARES_FLAG_NOSEARCH,
		.timeout = conf->timeout_ms ? (int)conf->timeout_ms : TIMEOUT_MS,
		.tries = conf->tries ? (int)conf->tries : TRIES,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = dns,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
	int status = ares_init_options(&dns->channel, &options, mask);
	int err;

	if (status != ARES_SUCCESS)
		return status == ARES_ENOMEM ? -ENOMEM : -EIO;
	err = servers_set(dns, conf);
	if (err)
		ares_destroy(dns->channel);
	return err;
}

static int timers_open(struct dns *dns, struct timer_heap *heap)
{
	int err = timer_init(&dns->retry, heap, "DNS", on_retry, dns);

	if (err)
		return err;
	err = timer_init(&dns->deliver, heap, "DNS answer", on_deliver, dns);
	if (err)
		timer_close(&dns->retry);
	return err;
}

int dns_open(struct dns **out, uv_loop_t *loop, struct timer_heap *heap,
	     const struct dns_conf *conf)
{
	struct dns *dns = calloc(1, sizeof(*dns));
	int err;

	*out = NULL;
	if (!dns)
		return -ENOMEM;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		free(dns);
		return -EIO;
	}
	dns->loop = loop;
	list_init(&dns->sockets);
	list_init(&dns->asked);
	list_init(&dns->ready);
	counter_list(&queries_total);
	counter_list(&failures_total);
	err = timers_open(dns, heap);
	if (!err) {
		err = channel_open(dns, conf);
		if (!err) {
			*out = dns;
			return 0;
		}
		timer_close(&dns->retry);
		timer_close(&dns->deliver);
	}
	ares_library_cleanup();
	free(dns);
	return err;
}

void dns_close(struct dns *dns)
{
	struct list_node *n;

	if (!dns)
		return;
	for (n = list_first(&dns->asked); n; n = list_next(&dns->asked, n))
		container_of(n, struct dns_query, node)->fn = NULL;
	ares_destroy(dns->channel);
	while ((n = list_first(&dns->ready)))
		query_free(container_of(n, struct dns_query, node));
	timer_close(&dns->retry);
	timer_close(&dns->deliver);
	ares_library_cleanup();
	dns->closing = true;
	dns_release(dns);
}

static bool numeric(struct dns_query *q, const char *name, int family)
{
	union dns_address a = { 0 };
	union dns_address *out;
	bool ok = false;

	if (family != AF_INET6 && inet_pton(AF_INET, name, &a.in4.sin_addr) == 1) {
		a.in4.sin_family = AF_INET;
		ok = true;
	} else if (family != AF_INET && inet_pton(AF_INET6, name, &a.in6.sin6_addr) == 1) {
		a.in6.sin6_family = AF_INET6;
		ok = true;
	}
	if (!ok)
		return false;
	out = records_new(q, 1, sizeof(*out));
	if (out) {
		*out = a;
		q->answer.address = out;
		q->answer.n = 1;
	}
	query_ready(q, out ? 0 : -ENOMEM);
	return true;
}

static void ask_addresses(struct dns_query *q, const char *name, int family)
{
	struct ares_addrinfo_hints hints = { .ai_flags = ARES_AI_NOSORT, .ai_family = family };

	ares_getaddrinfo(q->dns->channel, name, NULL, &hints, on_addresses, q);
}

static void ask_records(struct dns_query *q, const char *name)
{
	const int class_in = 1, type_srv = 33, type_naptr = 35; /* RFC 1035, 2782, 3403 */
	int type = q->answer.type == DNS_SRV ? type_srv : type_naptr;

	ares_query(q->dns->channel, name, class_in, type, on_records, q);
}

int dns_ask(struct dns *dns, const struct dns_question *question, dns_fn *fn, void *arg,
	    struct dns_query **query)
{
	struct str name = question->name;
	char text[DNS_NAME_MAX];
	struct dns_query *q;

	*query = NULL;
	if (!name.n || memchr(name.p, '\0', name.n) || str_copy(text, sizeof(text), name))
		return -EINVAL;
	q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->dns = dns;
	q->fn = fn;
	q->arg = arg;
	q->answer.type = question->type;
	*query = q;
	if (question->type == DNS_ADDRESS && numeric(q, text, question->family))
		return 0;
	counter_add(&queries_total, 1);
	q->asked = true;
	list_append(&dns->asked, &q->node);
	if (question->type == DNS_ADDRESS)
		ask_addresses(q, text, question->family);
	else
		ask_records(q, text);
	arm_retry(dns);
	return 0;
}

void dns_cancel(struct dns_query *query)
{
	if (!query)
		return;
	if (query->asked)
		query->fn = NULL; /* c-ares gives a query up only with its whole channel */
	else
		query_free(query);
}
