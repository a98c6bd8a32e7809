/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Fuzz target: SIP messages. Seeds: tests/vectors/sip/rfc4475, tests/vectors/sip/rfc5118. */
#include <stdlib.h>
#include <string.h>

#include "gw/sip/credentials.h"
#include "gw/sip/progress_fields.h"

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

/* Challenges are answered or not; what is written is a header field. */
static void challenged(const struct sip_msg *msg)
{
	static char buffer[SIP_MSG_MAX_OCTETS];
	struct sip_credentials credentials = { .n = 0 };
	struct sip_writer w;
	struct str text;

	if (sip_credentials_challenged(&credentials, msg, "0a4f113b", "fuzz")) {
		require(credentials.n > 0);
		sip_write_open(&w, buffer, sizeof(buffer));
		sip_write_c(&w, "INVITE sip:a@b SIP/2.0");
		sip_write_crlf(&w);
		sip_credentials_write(&credentials, &w, "user", "p4ss-w0rd-9");
		if (sip_write_close(&w, &text) == 0)
			require(text.n > 30 && !memmem(text.p, text.n, "p4ss-w0rd-9", 11));
	}
	sip_credentials_close(&credentials);
}

static void progress(const struct sip_msg *msg)
{
	struct sip_early_media early;
	struct sip_rack rack;
	uint32_t rseq;

	require(sip_rseq_read(msg, &rseq) || rseq > 0);
	if (sip_rack_read(msg, &rack) == 0)
		require(rack.method < SIP_METHODS);
	sip_early_media_read(msg, 1, &early);
	require(!early.given || early.direction <= SDP_INACTIVE);
	if (!msg->request && msg->error.fault == SIP_FAULT_NONE)
		challenged(msg);
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
	for (enum sip_framing framing = SIP_DATAGRAM; framing <= SIP_BEGINNING; framing++) {
		int status = sip_msg_parse(&msg, octets, n, framing);

		require((status == 0) == (msg->error.fault == SIP_FAULT_NONE));
		require(msg->error.offset <= n);
		spans(msg);
		sip_msg_check(msg, &caps);
		progress(msg);
		if (msg->request && (status == 0 || msg->error.answerable))
			answer(msg);
		sip_msg_free(msg);
	}
	return 0;
}
