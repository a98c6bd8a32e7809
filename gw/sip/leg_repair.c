/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Protocol errors that can be remedied (RFC 3398 8.2.6.1, the codes marked +; RFC 4497 note 6): the
 * INVITE goes out once more without what the peer objects to, before the call is given up.
 */
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_outgoing.h"
#include "gw/sip/leg_repair.h"

static struct counter repaired =
	COUNTER_INIT("causeway_sip_invites_repaired_total",
		     "INVITEs sent once more without what a response objected to");

static bool is_plain(const struct sip_session_conf *conf)
{
	return conf->n_codecs == 1 && !conf->dtmf && !conf->audio_tone && !conf->redundancy &&
	       !conf->comfort_noise && !conf->vbd_payload && !conf->rtcp_mux && !conf->rtcp_xr;
}

/* One codec and nothing beside it: false when the offer was that already. */
static bool plain_offer(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_session_conf *conf = &leg->session.conf;
	bool data = conf->bearer == SESSION_DATA;

	if (is_plain(conf))
		return false;
	/* 21.4.13: a peer that takes no SDP at all is not helped. */
	if (msg->status == 415 && msg->has_accept && msg->accept) {
		bool sdp = false;

		for (const struct sip_range *r = msg->accept; r; r = r->next)
			sdp |= str_ieq(r->subtype, STR("sdp")) || str_eq(r->subtype, STR("*"));
		if (!sdp)
			return false;
	}
	for (unsigned i = 0; i < conf->n_codecs; i++)
		if ((conf->codecs[i] == MEDIA_CLEARMODE) == data) {
			conf->codecs[0] = conf->codecs[i];
			conf->n_codecs = 1;
		}
	conf->redundancy = 0;
	conf->dtmf = conf->audio_tone = conf->comfort_noise = conf->vbd_payload = conf->rtcp_mux =
		conf->rtcp_xr = false;
	return sip_session_offer(&leg->session, leg->want) == 0;
}

/* sip:NUMBER@HOST:PORT and its transport, without what else a telephone number's URI may say. */
static bool plain_uri(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_leg_outgoing *out = leg->out;
	char plain[LEG_URI_MAX];
	struct sip_uri uri;
	struct sip_writer w;
	struct str user, text;
	const char *end;

	(void)msg;
	if (sip_uri_parse(&uri, str_c(out->uri), NULL) || !uri.user.n ||
	    uri.scheme != SIP_SCHEME_SIP)
		return false;
	user = uri.user;
	end = memchr(user.p, ';', user.n);
	if (end)
		user.n = (size_t)(end - user.p);
	sip_write_open(&w, plain, sizeof(plain));
	sip_write_c(&w, "sip:");
	sip_write_str(&w, user);
	sip_write_c(&w, "@");
	sip_write_hostport(&w, uri.host, uri.port);
	if (uri.transport != SIP_PROTO_NONE)
		sip_write_c(&w,
			    uri.transport == SIP_PROTO_TCP ? ";transport=tcp" : ";transport=udp");
	if (sip_write_close(&w, &text) || text.n >= strlen(out->uri))
		return false;
	return str_copy(out->uri, sizeof(out->uri), text) == 0;
}

static bool no_extensions(struct sip_leg *leg, const struct sip_msg *msg)
{
	(void)msg;
	if (leg->out->no_extensions || leg->trunk->reliable == CONF_RELIABLE_REQUIRED)
		return false;
	leg->out->no_extensions = true;
	return true;
}

/* 21.4.17: the interval is that of Expires. */
static bool longer_expires(struct sip_leg *leg, const struct sip_msg *msg)
{
	if (!msg->has_min_expires || msg->min_expires <= leg->out->expires_s)
		return false;
	leg->out->expires_s = msg->min_expires;
	return true;
}

static const struct {
	unsigned status;
	bool (*repair)(struct sip_leg *leg, const struct sip_msg *msg);
	const char *text;
} repairs[] = {
	{ 413, plain_offer, "the INVITE is tried once more with one codec and nothing beside it" },
	{ 414, plain_uri, "the INVITE is tried once more with nothing but the number in its URI" },
	{ 415, plain_offer, "the INVITE is tried once more with one codec and nothing beside it" },
	{ 416, plain_uri, "the INVITE is tried once more with nothing but the number in its URI" },
	{ 420, no_extensions, "the INVITE is tried once more without extensions" },
	{ 423, longer_expires, "the INVITE is tried once more with the Expires that is asked for" },
	{ 513, plain_offer, "the INVITE is tried once more with one codec and nothing beside it" },
};

bool sip_leg_repair(struct sip_leg *leg, const struct sip_msg *msg)
{
	for (unsigned i = 0; i < sizeof(repairs) / sizeof(repairs[0]); i++) {
		if (repairs[i].status != msg->status || leg->out->repaired & 1u << i ||
		    !repairs[i].repair(leg, msg))
			continue;
		leg->out->repaired |= 1u << i;
		if (sip_leg_invite_again(leg))
			return false;
		counter_add(&repaired, 1);
		log_write(LOG_INFO, leg->id, "%u: %s", msg->status, repairs[i].text);
		return true;
	}
	return false;
}

const char *sip_leg_repair_text(unsigned status)
{
	for (unsigned i = 0; i < sizeof(repairs) / sizeof(repairs[0]); i++)
		if (repairs[i].status == status)
			return repairs[i].text;
	return NULL;
}
