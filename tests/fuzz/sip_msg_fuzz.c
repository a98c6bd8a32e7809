/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Fuzz target: SIP messages. Seeds: tests/vectors/sip/rfc4475, tests/vectors/sip/rfc5118. */
#include <stdlib.h>

#include "gw/sip/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

static void require(bool truth)
{
	if (!truth)
		abort();
}

/* Spans lie in the message's own text. */
static void inside(const struct sip_msg *msg, struct str s)
{
	if (s.p)
		require(s.p >= msg->text.p && s.p + s.n <= msg->text.p + msg->text.n);
}

static void spans(const struct sip_msg *msg)
{
	inside(msg, msg->body);
	inside(msg, msg->call_id);
	inside(msg, msg->uri.host);
	for (unsigned i = 0; i < msg->n_headers; i++) {
		inside(msg, msg->headers[i].name);
		inside(msg, msg->headers[i].value);
	}
	for (const struct sip_via *via = msg->via; via; via = via->next) {
		inside(msg, via->text);
		inside(msg, via->params);
		inside(msg, via->branch);
	}
	for (const struct sip_addr *addr = msg->contact; addr; addr = addr->next) {
		inside(msg, addr->text);
		inside(msg, addr->uri.text);
		inside(msg, addr->params);
		require(sip_uri_eq(&addr->uri, &msg->uri) == sip_uri_eq(&msg->uri, &addr->uri));
	}
}

/* An answer to a well-formed request is well-formed. */
static void answer(struct sip_msg *msg)
{
	static char buffer[SIP_MSG_MAX_OCTETS];
	struct sip_writer w;
	struct sip_msg *again;
	struct str text;

	require(sip_msg_received(msg, STR("2001:db8::5"), 5060) == 0);
	sip_write_open(&w, buffer, sizeof(buffer));
	sip_write_response(&w, msg, msg->error.fault ? 400 : 180, STR_NONE, STR("tag"));
	sip_write_end(&w);
	if (sip_write_close(&w, &text) != 0 || msg->error.fault != SIP_FAULT_NONE)
		return;

	int status = sip_msg_parse(&again, text.p, text.n, SIP_STREAM);

	require(status == 0 || again->error.fault == SIP_FAULT_TOO_MANY);
	sip_msg_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const struct str none[] = { STR_NONE };
	static const struct sip_caps caps = { .methods = ~0u, .options = none, .types = none };
	struct sip_msg *msg;
	size_t skip, length;
	int framed = sip_msg_frame(octets, n, &skip, &length);

	if (framed == 0)
		require(skip + length <= n && length <= SIP_MSG_MAX_OCTETS);
	for (enum sip_framing framing = SIP_DATAGRAM; framing <= SIP_STREAM; framing++) {
		int status = sip_msg_parse(&msg, octets, n, framing);

		require((status == 0) == (msg->error.fault == SIP_FAULT_NONE));
		require(msg->error.offset <= n);
		spans(msg);
		sip_msg_check(msg, &caps);
		if (msg->request && (status == 0 || msg->error.answerable))
			answer(msg);
		sip_msg_free(msg);
	}
	return 0;
}
