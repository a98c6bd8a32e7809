/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What it costs to decode an INVITE of 1,400 octets: 6 Vias, 3 Record-Routes, parameters on From,
 * To and Contact, an Authorization, and what else a telephone sends. Every header field is decoded
 * into its struct, and each must have come out with the right values. Prints one row: CPU time per
 * message, the median of several runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/msg.h"
#include "tests/bench/machine.h"

#define RUNS	    61
#define PER_RUN	    4000
#define LIMIT_US    2.0
#define MSG_OCTETS  1400
#define BODY_OCTETS 116

static const char invite[] =
	"INVITE sip:+493012345678@gw.example.net:5060;user=phone SIP/2.0\r\n"
	"Via: SIP/2.0/UDP p5.example.net:5060;branch=z9hG4bK83f1.c26ab04d9;rport\r\n"
	"Via: SIP/2.0/TCP p4.example.net;branch=z9hG4bK4b43c2ff8.1c07\r\n"
	"Via: SIP/2.0/UDP 192.0.2.14:5080;branch=z9hG4bK77ef4c2312983.1;received=192.0.2.4\r\n"
	"Via: SIP/2.0/TLS [2001:db8::9:1];branch=z9hG4bK2d4790.15a3\r\n"
	"Via: SIP/2.0/UDP p1.example.org;branch=z9hG4bKnashds81, SIP/2.0/UDP "
	"pc.example.org;branch=z9hG4bK776asd\r\n"
	"Record-Route: <sip:p5.example.net;lr>\r\n"
	"Record-Route: <sip:p3.example.net;lr;ftag=a48s>, <sip:p1.example.org;transport=tcp;lr>\r\n"
	"Max-Forwards: 64\r\n"
	"From: \"Alice Example\" <sip:alice@example.org;user=ip>;tag=a48s1928301774;x=1\r\n"
	"To: <sip:+493012345678@example.net;user=phone>;y=\"z\"\r\n"
	"Call-ID: 3848276298220188511@pc.example.org\r\n"
	"CSeq: 314159 INVITE\r\n"
	"Contact: <sip:alice@192.0.2.77:5062;transport=tcp>;q=0.7;expires=3600\r\n"
	"Authorization: Digest username=\"alice\", realm=\"example.net\", "
	"nonce=\"84a4cc6f3082121f32b42a2187831aa\", "
	"uri=\"sip:gw.example.net\", response=\"7587245234b3434cc3412213e5f113a5\", algorithm=MD5, "
	"cnonce=\"0a4f113b\", qop=auth, nc=00000001, "
	"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"\r\n"
	"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"
	"Supported: 100rel, timer\r\n"
	"User-Agent: Phone/2.1 (x)\r\n"
	"Content-Type: application/sdp\r\n"
	"Content-Length: 116\r\n"
	"\r\n"
	"v=0\r\no=- 1 1 IN IP4 192.0.2.77\r\ns=-\r\nc=IN IP4 192.0.2.77\r\nt=0 0\r\n"
	"m=audio 49172 RTP/AVP 8 0\r\na=ptime:20\r\na=sendrecv\r\n";

static void require(bool truth, const char *what)
{
	if (truth)
		return;
	fprintf(stderr, "sip_parse: wrong value: %s\n", what);
	exit(1);
}

#define IS(value, literal)   require(str_eq((value), STR(literal)), #value)
#define EQUAL(value, wanted) require((value) == (wanted), #value)

static void check_vias(const struct sip_via *v)
{
	IS(v->host, "p5.example.net");
	EQUAL(v->port, 5060);
	require(v->rport && v->cookie && v->version_ok, "first Via");
	v = v->next;
	EQUAL(v->proto, SIP_PROTO_TCP);
	IS(v->branch, "z9hG4bK4b43c2ff8.1c07");
	v = v->next;
	EQUAL(v->host_type, SIP_HOST_IPV4);
	IS(v->received, "192.0.2.4");
	v = v->next;
	EQUAL(v->proto, SIP_PROTO_TLS);
	IS(v->host, "2001:db8::9:1");
	v = v->next;
	IS(v->host, "p1.example.org");
	v = v->next;
	IS(v->branch, "z9hG4bK776asd");
	EQUAL(v->next, NULL);
}

static void check_addresses(const struct sip_msg *m)
{
	const struct sip_addr *r = m->record_route;

	IS(m->uri.user, "+493012345678");
	IS(m->uri.host, "gw.example.net");
	require(m->uri.user_phone && m->uri.port == 5060, "Request-URI");
	IS(r->uri.host, "p5.example.net");
	IS(r->next->uri.host, "p3.example.net");
	IS(r->next->next->uri.host, "p1.example.org");
	require(r->uri.lr && r->next->uri.lr && r->next->next->uri.lr && !r->next->next->next,
		"Record-Route");
	EQUAL(r->next->next->uri.transport, SIP_PROTO_TCP);
	IS(m->from->display, "Alice Example");
	IS(m->from->uri.user, "alice");
	IS(m->from->tag, "a48s1928301774");
	IS(m->to->uri.host, "example.net");
	IS(m->to->params, "y=\"z\"");
	EQUAL(m->to->tag.p, NULL);
	IS(m->contact->uri.host, "192.0.2.77");
	EQUAL(m->contact->uri.port, 5062);
	EQUAL(m->contact->q, 700);
	require(m->contact->has_expires && m->contact->expires == 3600, "Contact expires");
}

static void check_authorization(const struct sip_auth *a)
{
	require(a->digest && a->nc == 1, "Authorization");
	IS(a->username, "alice");
	IS(a->realm, "example.net");
	IS(a->nonce, "84a4cc6f3082121f32b42a2187831aa");
	IS(a->uri, "sip:gw.example.net");
	IS(a->response, "7587245234b3434cc3412213e5f113a5");
	IS(a->algorithm, "MD5");
	IS(a->cnonce, "0a4f113b");
	IS(a->qop, "auth");
	IS(a->opaque, "5ccc069c403ebaf9f0171e9517f40e41");
}

static void check_rest(const struct sip_msg *m)
{
	EQUAL(m->max_forwards, 64);
	IS(m->call_id, "3848276298220188511@pc.example.org");
	EQUAL(m->cseq.number, 314159);
	EQUAL(m->cseq.method, SIP_INVITE);
	require(sip_tokens_have(m->allow, STR("OPTIONS")), "Allow");
	require(sip_tokens_have(m->supported, STR("timer")), "Supported");
	IS(m->user_agent->name, "Phone");
	IS(m->user_agent->version, "2.1");
	IS(m->user_agent->next->comment, "x");
	IS(m->content_type->type, "application");
	IS(m->content_type->subtype, "sdp");
	require(m->has_content_length && m->content_length == m->body.n && m->body.n == BODY_OCTETS,
		"Content-Length");
	require(str_starts(m->body, STR("v=0")), "body");
	EQUAL(m->n_bad, 0);
}

static void check(void)
{
	struct sip_msg *m;

	EQUAL(sip_msg_parse(&m, invite, sizeof(invite) - 1, SIP_DATAGRAM), 0);
	check_vias(m->via);
	check_addresses(m);
	check_authorization(m->authorization);
	check_rest(m);
	sip_msg_free(m);
}

static double run(void)
{
	double start = machine_cpu_us();

	for (int i = 0; i < PER_RUN; i++) {
		struct sip_msg *m;

		if (sip_msg_parse(&m, invite, sizeof(invite) - 1, SIP_DATAGRAM) != 0)
			exit(1);
		sip_msg_free(m);
	}
	return (machine_cpu_us() - start) / PER_RUN;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	double us[RUNS];

	_Static_assert(sizeof(invite) - 1 == MSG_OCTETS, "the message has 1,400 octets");
	machine_scalar();
	check();
	for (int i = 0; i < RUNS; i++)
		us[i] = run();
	check();
	qsort(us, RUNS, sizeof(us[0]), by_value);
	printf("bench\tsip_parse\t%.3f\tus\tlimit\t%.0f\t%.2f\n", us[RUNS / 2], LIMIT_US,
	       us[RUNS / 2] / LIMIT_US);
	return 0;
}
