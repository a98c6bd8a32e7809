/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3263 sections 4 and 5, RFC 2782, RFC 3261 18.2.2, RFC 3581 4. */
#include "gw/sip/locate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define DEFAULT_PORT   5060
#define CANDIDATES_MAX 4 /* SRV names, most preferred first */
#define TARGETS_MAX    SIP_DESTS_MAX
#define TARGET_ADDRS   4 /* taken of one host */
#define PREFIXED_NAME  (DNS_NAME_MAX + 16)

/* What is looked for: the same for a URI (4) and for a Via (5). */
struct aim {
	struct str name;
	uint16_t port;	      /* 0: by SRV */
	enum sip_proto proto; /* SIP_PROTO_NONE: by NAPTR */
};

struct candidate {
	enum sip_proto proto;
	char name[DNS_NAME_MAX];
};

/* One host of an SRV set, or the name itself. */
struct target {
	struct sip_locate *query; /* borrow */
	struct dns_query *asked;  /* borrow; NULL: answered */
	uint16_t port;
	size_t n;
	union dns_address addrs[TARGET_ADDRS];
};

struct sip_locate {
	struct sip_locator locator;
	sip_locate_fn *fn;
	void *arg;
	char name[DNS_NAME_MAX];
	uint16_t port;
	enum sip_proto proto; /* as asked for, then as found */
	bool fixed;
	struct dns_query *asked; /* borrow: the NAPTR or SRV query that runs */
	struct candidate candidates[CANDIDATES_MAX];
	unsigned n_candidates, next;
	struct target targets[TARGETS_MAX];
	unsigned n_targets, pending;
	int error; /* the last one of an address query */
};

static const struct {
	enum sip_proto proto;
	const char *service; /* NAPTR (4.1) */
	const char *label;   /* SRV */
} transports[] = {
	{ SIP_PROTO_UDP, "SIP+D2U", "_sip._udp." },
	{ SIP_PROTO_TCP, "SIP+D2T", "_sip._tcp." },
};

#define N_TRANSPORTS (sizeof(transports) / sizeof(transports[0]))

/* Many numbers for one system call: every branch and tag takes two. */
static uint32_t system_random(void *arg)
{
	static _Thread_local uint32_t numbers[64]; /* getrandom gives 256 octets whole, or fails */
	static _Thread_local size_t left;

	(void)arg;
	if (left == 0) {
		if (getrandom(numbers, sizeof(numbers), 0) != sizeof(numbers))
			abort();
		left = sizeof(numbers) / sizeof(numbers[0]);
	}
	return numbers[--left];
}

const struct sip_random sip_random_system = { .fn = system_random };

static bool have_proto(const struct sip_locator *locator, enum sip_proto proto)
{
	return (proto == SIP_PROTO_UDP && locator->udp) || (proto == SIP_PROTO_TCP && locator->tcp);
}

static bool have_family(const struct sip_locator *locator, int family)
{
	return (family == AF_INET && locator->ipv4) || (family == AF_INET6 && locator->ipv6);
}

/* 4.1: UDP for a SIP URI when nothing else tells. */
static enum sip_proto default_proto(const struct sip_locator *locator)
{
	return locator->udp ? SIP_PROTO_UDP : SIP_PROTO_TCP;
}

/* ---- RFC 2782 ---- */

static int srv_compare(const void *a, const void *b)
{
	const struct dns_srv *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	/* those of weight 0 first, so that they have their small chance */
	return (x->weight > 0) - (y->weight > 0);
}

/* Brings the record that chance takes to the front; the others keep their order. */
static void srv_pick(struct dns_srv *srv, size_t n, const struct sip_random *random)
{
	uint32_t sum = 0, running = 0, chance;
	size_t i = 0;
	struct dns_srv taken;

	for (size_t k = 0; k < n; k++)
		sum += srv[k].weight;
	chance = (uint32_t)(random->fn(random->arg) % ((uint64_t)sum + 1));
	for (; i + 1 < n; i++) {
		running += srv[i].weight;
		if (running >= chance)
			break;
	}
	taken = srv[i];
	memmove(srv + 1, srv, i * sizeof(*srv));
	srv[0] = taken;
}

void sip_locate_srv_order(struct dns_srv *srv, size_t n, const struct sip_random *random)
{
	size_t end;

	qsort(srv, n, sizeof(*srv), srv_compare);
	for (size_t first = 0; first < n; first = end) {
		for (end = first; end < n && srv[end].priority == srv[first].priority; end++)
			;
		for (size_t i = first; i + 1 < end; i++)
			srv_pick(srv + i, end - i, random);
	}
}

/* ---- what is looked for ---- */

/* 4.1, 4.2: TARGET is maddr, else the host. */
static int uri_aim(const struct sip_locator *locator, const struct sip_uri *uri, struct aim *aim)
{
	if (uri->scheme != SIP_SCHEME_SIP)
		return -ENOTSUP;
	if (uri->transport != SIP_PROTO_NONE && !have_proto(locator, uri->transport))
		return -ENOTSUP;
	*aim = (struct aim){ uri->maddr.n ? uri->maddr : uri->host, uri->port, uri->transport };
	return aim->name.n ? 0 : -ENOTSUP;
}

static int via_aim(const struct sip_locator *locator, const struct sip_via *via, struct aim *aim)
{
	if (!have_proto(locator, via->proto))
		return -ENOTSUP;
	*aim = (struct aim){ via->maddr.n ? via->maddr : via->host, via->port, via->proto };
	return aim->name.n ? 0 : -ENOTSUP;
}

static struct str without_brackets(struct str host)
{
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		return (struct str){ host.p + 1, host.n - 2 };
	return host;
}

static int aim_numeric(const struct sip_locator *locator, const struct aim *aim,
		       struct sip_dests *dests)
{
	struct sip_dest *dest = &dests->at[0];

	dests->n = 0;
	dests->fixed = aim->proto != SIP_PROTO_NONE;
	if (sip_sockaddr_set(&dest->addr, without_brackets(aim->name),
			     aim->port ? aim->port : DEFAULT_PORT))
		return -EAGAIN;
	if (!have_family(locator, dest->addr.sa.sa_family))
		return -ENOTSUP;
	dest->proto = aim->proto ? aim->proto : default_proto(locator);
	if (!have_proto(locator, dest->proto))
		return -ENOTSUP;
	dests->n = 1;
	return 0;
}

int sip_locate_numeric(const struct sip_locator *locator, const struct sip_uri *uri,
		       struct sip_dests *dests)
{
	struct aim aim;
	int err = uri_aim(locator, uri, &aim);

	return err ? err : aim_numeric(locator, &aim, dests);
}

int sip_locate_sent_by_numeric(const struct sip_locator *locator, const struct sip_via *via,
			       struct sip_dests *dests)
{
	struct aim aim;
	int err = via_aim(locator, via, &aim);

	return err ? err : aim_numeric(locator, &aim, dests);
}

/* ---- by DNS ---- */

static void query_end(struct sip_locate *q)
{
	dns_cancel(q->asked);
	for (unsigned i = 0; i < q->n_targets; i++)
		dns_cancel(q->targets[i].asked);
	free(q);
}

void sip_locate_cancel(struct sip_locate *query)
{
	if (query)
		query_end(query);
}

static void finish(struct sip_locate *q, int error, const struct sip_dests *dests)
{
	static const struct sip_dests none;
	sip_locate_fn *fn = q->fn;
	void *arg = q->arg;

	query_end(q);
	fn(arg, error, dests ? dests : &none);
}

static void target_add(const struct sip_locate *q, const struct target *t, struct sip_dests *dests)
{
	for (size_t i = 0; i < t->n && dests->n < SIP_DESTS_MAX; i++) {
		struct sip_dest *dest = &dests->at[dests->n];

		if (!have_family(&q->locator, t->addrs[i].sa.sa_family))
			continue;
		memset(dest, 0, sizeof(*dest));
		dest->proto = q->proto;
		memcpy(&dest->addr, &t->addrs[i], sizeof(dest->addr));
		sip_sockaddr_set_port(&dest->addr, t->port);
		dests->n++;
	}
}

static void gather(struct sip_locate *q)
{
	struct sip_dests dests = { .fixed = q->fixed };

	for (unsigned i = 0; i < q->n_targets; i++)
		target_add(q, &q->targets[i], &dests);
	if (dests.n)
		finish(q, 0, &dests);
	else
		finish(q, q->error ? q->error : -ENOENT, NULL);
}

static void on_address(void *arg, const struct dns_answer *answer)
{
	struct target *t = arg;
	struct sip_locate *q = t->query;

	t->asked = NULL;
	q->pending--;
	if (answer->error)
		q->error = answer->error;
	for (size_t i = 0; i < answer->n && t->n < TARGET_ADDRS; i++)
		t->addrs[t->n++] = answer->address[i];
	if (!q->pending)
		gather(q);
}

static int wanted_family(const struct sip_locator *locator)
{
	if (locator->ipv4 && locator->ipv6)
		return AF_UNSPEC;
	return locator->ipv6 ? AF_INET6 : AF_INET;
}

static void target_ask(struct sip_locate *q, struct str host, uint16_t port)
{
	struct target *t = &q->targets[q->n_targets];
	struct dns_question question = { DNS_ADDRESS, wanted_family(&q->locator), host };
	int err = dns_ask(q->locator.dns, &question, on_address, t, &t->asked);

	if (err) {
		q->error = err;
		return;
	}
	t->query = q;
	t->port = port;
	q->n_targets++;
	q->pending++;
}

/* 4.2: no SRV record: the name itself, at the port given or the default one. */
static int name_ask(struct sip_locate *q)
{
	if (q->proto == SIP_PROTO_NONE)
		q->proto = default_proto(&q->locator);
	target_ask(q, str_c(q->name), q->port ? q->port : DEFAULT_PORT);
	return q->pending ? 0 : q->error;
}

static void on_srv(void *arg, const struct dns_answer *answer);

static int candidate_ask(struct sip_locate *q)
{
	const struct candidate *c = &q->candidates[q->next++];
	struct dns_question question = { DNS_SRV, AF_UNSPEC, str_c(c->name) };

	return dns_ask(q->locator.dns, &question, on_srv, q, &q->asked);
}

/* The next candidate that can be asked, or the name itself. */
static int candidates_go(struct sip_locate *q)
{
	while (q->next < q->n_candidates) {
		if (candidate_ask(q) == 0)
			return 0;
	}
	return name_ask(q);
}

/* RFC 2782: a target of "." says that there is no such service. */
static bool srv_refused(const struct dns_answer *answer)
{
	return answer->n == 1 &&
	       (answer->srv[0].host[0] == '\0' || !strcmp(answer->srv[0].host, "."));
}

static void on_srv(void *arg, const struct dns_answer *answer)
{
	struct sip_locate *q = arg;
	int err = 0;

	q->asked = NULL;
	if (answer->error == -ETIMEDOUT || answer->error == -ENOMEM) {
		finish(q, answer->error, NULL);
		return;
	}
	if (answer->error) {
		err = candidates_go(q);
	} else if (srv_refused(answer)) {
		err = q->next < q->n_candidates ? candidates_go(q) : -ENOENT;
	} else {
		q->proto = q->candidates[q->next - 1].proto;
		sip_locate_srv_order(answer->srv, answer->n, &q->locator.random);
		for (size_t i = 0; i < answer->n && q->n_targets < TARGETS_MAX; i++)
			target_ask(q, str_c(answer->srv[i].host), answer->srv[i].port);
		err = q->pending ? 0 : q->error;
	}
	if (err)
		finish(q, err, NULL);
}

static void candidate_add(struct sip_locate *q, enum sip_proto proto, struct str name)
{
	struct candidate *c = &q->candidates[q->n_candidates];

	if (q->n_candidates == CANDIDATES_MAX || str_copy(c->name, sizeof(c->name), name))
		return;
	c->proto = proto;
	q->n_candidates++;
}

/* "_sip._udp.NAME" for every transport that may be used. */
static void candidates_by_name(struct sip_locate *q)
{
	char name[PREFIXED_NAME];

	for (size_t i = 0; i < N_TRANSPORTS; i++) {
		if (q->proto ? q->proto != transports[i].proto
			     : !have_proto(&q->locator, transports[i].proto))
			continue;
		snprintf(name, sizeof(name), "%s%s", transports[i].label, q->name);
		candidate_add(q, transports[i].proto, str_c(name));
	}
}

/* 4.1: records of other services, and those that need a regular expression, are discarded. */
static void candidates_by_naptr(struct sip_locate *q, const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++) {
		const struct dns_naptr *r = &answer->naptr[i];

		if (!str_ieq(str_c(r->flags), STR("s")) || r->regexp[0])
			continue;
		for (size_t k = 0; k < N_TRANSPORTS; k++) {
			if (str_ieq(str_c(r->service), str_c(transports[k].service)) &&
			    have_proto(&q->locator, transports[k].proto))
				candidate_add(q, transports[k].proto, str_c(r->replacement));
		}
	}
}

static void on_naptr(void *arg, const struct dns_answer *answer)
{
	struct sip_locate *q = arg;
	int err;

	q->asked = NULL;
	if (answer->error == -ETIMEDOUT || answer->error == -ENOMEM) {
		finish(q, answer->error, NULL);
		return;
	}
	/* Servers that cannot answer NAPTR at all are taken as having none. */
	candidates_by_naptr(q, answer);
	if (!q->n_candidates)
		candidates_by_name(q);
	err = candidates_go(q);
	if (err)
		finish(q, err, NULL);
}

static int first_ask(struct sip_locate *q)
{
	struct dns_question question = { DNS_NAPTR, AF_UNSPEC, str_c(q->name) };

	if (q->port)
		return name_ask(q);
	if (q->proto == SIP_PROTO_NONE)
		return dns_ask(q->locator.dns, &question, on_naptr, q, &q->asked);
	candidates_by_name(q);
	return candidates_go(q);
}

static int aim_start(const struct sip_locator *locator, const struct aim *aim, sip_locate_fn *fn,
		     void *arg, struct sip_locate **query)
{
	struct sip_locate *q;
	int err;

	*query = NULL;
	if (!locator->dns)
		return -ENOENT;
	q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->locator = *locator;
	q->fn = fn;
	q->arg = arg;
	q->port = aim->port;
	q->proto = aim->proto;
	q->fixed = aim->proto != SIP_PROTO_NONE;
	err = str_copy(q->name, sizeof(q->name), aim->name) ? -ENOENT : first_ask(q);
	if (err) {
		query_end(q);
		return err;
	}
	*query = q;
	return 0;
}

int sip_locate_start(const struct sip_locator *locator, const struct sip_uri *uri,
		     sip_locate_fn *fn, void *arg, struct sip_locate **query)
{
	struct aim aim;
	int err = uri_aim(locator, uri, &aim);

	return err ? err : aim_start(locator, &aim, fn, arg, query);
}

int sip_locate_sent_by_start(const struct sip_locator *locator, const struct sip_via *via,
			     sip_locate_fn *fn, void *arg, struct sip_locate **query)
{
	struct aim aim;
	int err = via_aim(locator, via, &aim);

	return err ? err : aim_start(locator, &aim, fn, arg, query);
}

/* ---- responses ---- */

int sip_locate_response(const struct sip_via *via, const struct sip_hop *from, struct sip_hop *to)
{
	uint16_t port = via->port ? via->port : DEFAULT_PORT;

	*to = *from;
	if (from->proto == SIP_PROTO_TCP)
		return 0;
	if (via->maddr.n) {
		to->local = (union sip_sockaddr){ 0 };
		return sip_sockaddr_set(&to->remote, without_brackets(via->maddr), port);
	}
	/* RFC 3581 4: with rport, back to where it came from, whatever sent-by says. */
	if (!via->rport)
		sip_sockaddr_set_port(&to->remote, port);
	return 0;
}
