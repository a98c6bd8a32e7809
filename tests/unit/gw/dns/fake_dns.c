/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A DNS server (RFC 1035) on loopback that answers from a table; a name of "silent..." gets no
 * answer, "broken..." gets SERVFAIL. Included by the tests that need it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "gw/base/loop.h"
#include "gw/base/octets.h"
#include "gw/dns/dns.h"

enum { FAKE_A = 1, FAKE_AAAA = 28, FAKE_SRV = 33, FAKE_NAPTR = 35 };

struct fake_record {
	const char *name;
	uint16_t type;
	uint16_t a, b, c; /* SRV: priority, weight, port; NAPTR: order, preference */
	const char *flags, *service;
	const char *target;
	const char *regexp; /* NAPTR; NULL: empty */
};

#define FAKE_HOST(name, type, address)                                                             \
	{                                                                                          \
		name, type, 0, 0, 0, NULL, NULL, address, NULL                                     \
	}
#define FAKE_SERVER(name, priority, weight, port, host)                                            \
	{                                                                                          \
		name, FAKE_SRV, priority, weight, port, NULL, NULL, host, NULL                     \
	}
#define FAKE_POINTER(name, order, preference, flags, service, to)                                  \
	{                                                                                          \
		name, FAKE_NAPTR, order, preference, 0, flags, service, to, NULL                   \
	}
/* Of ENUM: a rule with a substitution expression. */
#define FAKE_RULE(name, order, preference, flags, service, regexp)                                 \
	{                                                                                          \
		name, FAKE_NAPTR, order, preference, 0, flags, service, "", regexp                 \
	}
#define FAKE_END                                                                                   \
	{                                                                                          \
		NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL                                           \
	}

struct fake_dns {
	uv_loop_t loop;
	struct timer_heap *heap;
	struct loop_timers timers;
	uv_poll_t poll;
	uv_timer_t tick; /* so that a turn of the loop ends, whatever happens in it */
	unsigned ticks;
	int fd;
	const struct fake_record *records;
	unsigned asked;
	uint32_t negative_ttl_s; /* by an SOA; 0: none is sent */
	char server[32];
	const char *servers[1];
	struct dns *dns;
};

static inline void fake_name(struct octets_writer *w, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		octets_write_u8(w, (unsigned)n);
		octets_write_copy(w, name, n);
		name += n + (name[n] == '.');
	}
	octets_write_u8(w, 0);
}

static inline void fake_text(struct octets_writer *w, const char *text)
{
	octets_write_u8(w, (unsigned)strlen(text));
	octets_write_copy(w, text, strlen(text));
}

static inline void fake_rdata(struct octets_writer *w, const struct fake_record *r)
{
	uint8_t address[16];

	if (r->type == FAKE_A || r->type == FAKE_AAAA) {
		inet_pton(r->type == FAKE_A ? AF_INET : AF_INET6, r->target, address);
		octets_write_copy(w, address, r->type == FAKE_A ? 4 : 16);
		return;
	}
	octets_write_be16(w, r->a);
	octets_write_be16(w, r->b);
	if (r->type == FAKE_SRV) {
		octets_write_be16(w, r->c);
	} else {
		fake_text(w, r->flags);
		fake_text(w, r->service);
		fake_text(w, r->regexp ? r->regexp : "");
	}
	fake_name(w, r->target);
}

static inline void fake_record_write(struct octets_writer *w, const struct fake_record *r)
{
	uint8_t rdata[512];
	struct octets_writer d;

	octets_write_open(&d, rdata, sizeof(rdata));
	fake_rdata(&d, r);
	fake_name(w, r->name);
	octets_write_be16(w, r->type);
	octets_write_be16(w, 1);
	octets_write_be32(w, 60);
	octets_write_be16(w, (unsigned)octets_write_length(&d));
	octets_write_copy(w, rdata, octets_write_length(&d));
}

/* RFC 2308 2.1: how long it may be remembered that there is no answer. */
static inline void fake_soa_write(struct octets_writer *w, uint32_t ttl_s)
{
	fake_name(w, "example");
	octets_write_be16(w, 6);
	octets_write_be16(w, 1);
	octets_write_be32(w, 7200);
	octets_write_be16(w, 2 * 4 + 5 * 4);
	fake_name(w, "ns");
	fake_name(w, "me");
	for (unsigned i = 0; i < 4; i++)
		octets_write_be32(w, 86400);
	octets_write_be32(w, ttl_s);
}

/* The question's name as text; its octets are stepped over. */
static inline void fake_question(struct octets_reader *r, char *name, size_t cap)
{
	size_t n = 0;

	for (;;) {
		size_t label = octets_read_u8(r);
		const uint8_t *p = label ? octets_read_take(r, label) : NULL;

		if (!p || n + label + 1 >= cap)
			break;
		if (n)
			name[n++] = '.';
		memcpy(name + n, p, label);
		n += label;
	}
	name[n] = '\0';
}

static inline size_t fake_answer(struct fake_dns *f, const uint8_t *query, size_t n, uint8_t *out,
				 size_t cap)
{
	struct octets_reader r;
	struct octets_writer w;
	char name[256];
	unsigned answers = 0, known = 0;

	octets_read_open(&r, query, n);
	octets_read_take(&r, 12);
	fake_question(&r, name, sizeof(name));
	uint16_t type = octets_read_be16(&r);

	octets_read_be16(&r);
	if (!strncmp(name, "silent", 6))
		return 0;
	octets_write_open(&w, out, cap);
	octets_write_copy(&w, query, 2);
	octets_write_be16(&w, 0x8180);
	octets_write_be16(&w, 1);
	octets_write_be32(&w, 0);
	octets_write_be16(&w, 0);
	octets_write_copy(&w, query + 12, octets_read_offset(&r) - 12);
	for (const struct fake_record *rec = f->records; rec->name; rec++) {
		if (strcasecmp(rec->name, name) != 0)
			continue;
		known++;
		if (rec->type != type)
			continue;
		fake_record_write(&w, rec);
		answers++;
	}
	octets_write_patch(&w, 3, !strncmp(name, "broken", 6) ? 0x82 : known ? 0x80 : 0x83);
	octets_write_patch(&w, 7, answers);
	if (!answers && f->negative_ttl_s) {
		fake_soa_write(&w, f->negative_ttl_s);
		octets_write_patch(&w, 9, 1);
	}
	return octets_write_length(&w);
}

static inline void fake_on_poll(uv_poll_t *poll, int status, int events)
{
	struct fake_dns *f = poll->data;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	uint8_t query[512], answer[4096];
	ssize_t n = recvfrom(f->fd, query, sizeof(query), 0, (struct sockaddr *)&from, &len);

	(void)status;
	(void)events;
	if (n < 12)
		return;
	f->asked++;
	size_t out = fake_answer(f, query, (size_t)n, answer, sizeof(answer));

	if (out)
		sendto(f->fd, answer, out, 0, (struct sockaddr *)&from, len);
}

static inline void fake_on_tick(uv_timer_t *tick)
{
	struct fake_dns *f = tick->data;

	f->ticks++;
}

/* Runs the loop until *done, or five seconds. */
static inline void fake_dns_run(struct fake_dns *f, const unsigned *done)
{
	unsigned last = f->ticks + 1000;

	while (!*done && f->ticks < last)
		uv_run(&f->loop, UV_RUN_ONCE);
}

/* Loop, timers, the server and a struct dns that asks it. */
static inline int fake_dns_open(struct fake_dns *f, const struct fake_record *records)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	struct dns_conf conf = {
		.servers = f->servers, .n_servers = 1, .timeout_ms = 100, .tries = 2
	};

	memset(f, 0, sizeof(*f));
	f->records = records;
	uv_loop_init(&f->loop);
	f->heap = timer_heap_new(&clock_monotonic);
	if (!f->heap || loop_timers_open(&f->timers, &f->loop, f->heap))
		return -1;
	f->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (bind(f->fd, (struct sockaddr *)&at, sizeof(at)) ||
	    getsockname(f->fd, (struct sockaddr *)&at, &len))
		return -1;
	snprintf(f->server, sizeof(f->server), "127.0.0.1:%u", ntohs(at.sin_port));
	f->servers[0] = f->server;
	uv_poll_init(&f->loop, &f->poll, f->fd);
	f->poll.data = f;
	uv_poll_start(&f->poll, UV_READABLE, fake_on_poll);
	uv_timer_init(&f->loop, &f->tick);
	f->tick.data = f;
	uv_timer_start(&f->tick, fake_on_tick, 5, 5);
	return dns_open(&f->dns, &f->loop, f->heap, &conf);
}

static inline int fake_dns_close(struct fake_dns *f)
{
	int err;

	dns_close(f->dns);
	uv_poll_stop(&f->poll);
	uv_close((uv_handle_t *)&f->poll, NULL);
	uv_close((uv_handle_t *)&f->tick, NULL);
	loop_timers_close(&f->timers);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	err = uv_loop_close(&f->loop);
	close(f->fd);
	timer_heap_free(f->heap);
	return err;
}
