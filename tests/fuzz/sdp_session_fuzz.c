/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Fuzz target: offer/answer with what a peer sends, as an offer and as an answer. An answer of ours has only what was
 * offered, and what is settled lies within its limits.
 */
#include <stdlib.h>

#include "gw/sip/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

static const struct sip_session_conf conf = {
	.address = "192.0.2.1",
	.port = 10000,
	.n_codecs = 3,
	.codecs = { MEDIA_PCMA, MEDIA_PCMU, MEDIA_CLEARMODE },
	.ptime_ms = 20,
	.maxptime_ms = 60,
	.dtmf = true,
	.events = 0x1FFFF,
	.audio_tone = true,
	.redundancy = 3,
	.comfort_noise = true,
	.vbd_payload = true,
	.rtcp_mux = true,
	.rtcp_xr = true,
};

static void check_settled(const struct sip_settled *settled)
{
	const struct media_rtp_params *p = &settled->params;

	if (!settled->stream)
		return;
	if (p->ptime_ms < 10 || p->ptime_ms > 60 || p->ptime_ms % 10)
		abort();
	if (p->red_generations > conf.redundancy || p->codec >= MEDIA_CODECS)
		abort();
	if (p->codec == MEDIA_CLEARMODE &&
	    (p->dtmf_payload_type >= 0 || p->red_payload_type || p->cn_payload_type ||
	     p->vbd_payload_type || p->vbd_payload_type_in))
		abort();
	if (p->vbd_payload_type && p->vbd_payload_type == p->payload_type)
		abort();
}

static bool was_offered(const struct sdp_media *offered, const struct sdp_format *format)
{
	for (unsigned i = 0; i < offered->n_formats; i++)
		if (offered->formats[i].pt == format->pt &&
		    str_ieq(offered->formats[i].encoding, format->encoding))
			return true;
	return false;
}

static void check_answer(const struct sip_session *session, struct str offer)
{
	static struct sdp in, out;

	if (sdp_parse(&in, offer, NULL) ||
	    sdp_parse(&out, (struct str){ session->local, session->n_local }, NULL) ||
	    in.n_media != out.n_media)
		abort();
	for (unsigned i = 0; i < out.n_media; i++)
		for (unsigned f = 0; out.media[i].port && f < out.media[i].n_formats; f++)
			if (!was_offered(&in.media[i], &out.media[i].formats[f]))
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct str text = { (const char *)octets, n };
	struct sip_session session;
	struct sip_settled settled;

	sip_session_open(&session, &conf, 1);
	if (sip_session_answer(&session, text, SDP_SENDRECV, &settled) == 0) {
		check_settled(&settled);
		check_answer(&session, text);
		(void)sip_session_offer(&session, SDP_SENDRECV);
	}
	sip_session_close(&session);
	sip_session_open(&session, &conf, 1);
	if (sip_session_offer(&session, SDP_SENDRECV))
		abort();
	if (sip_session_accept(&session, text, &settled) == 0)
		check_settled(&settled);
	sip_session_close(&session);
	return 0;
}
