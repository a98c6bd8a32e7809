/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3264 offer/answer with G.711 (RFC 3551) and telephone-event (RFC 4733). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/session.h"

#define G711_RATE	 8000
#define DTMF_DEFAULT_PT	 101
#define PT_FIRST_DYNAMIC 96

static const struct {
	struct str encoding;
	uint8_t pt; /* RFC 3551 table 4 */
} codecs[MEDIA_CODECS] = {
	[MEDIA_PCMU] = { { "PCMU", 4 }, 0 },
	[MEDIA_PCMA] = { { "PCMA", 4 }, 8 },
	[MEDIA_CLEARMODE] = { { "CLEARMODE", 9 }, PT_FIRST_DYNAMIC }, /* RFC 4040 */
};

static const struct str dtmf_encoding = { "telephone-event", 15 };

void sip_session_open(struct sip_session *session, const struct sip_session_conf *conf, uint64_t id)
{
	memset(session, 0, sizeof(*session));
	session->conf = *conf;
	session->id = session->version = id;
	session->dtmf_pt = DTMF_DEFAULT_PT;
	session->sent = SDP_SENDRECV;
}

void sip_session_close(struct sip_session *session)
{
	free(session->local);
	session->local = NULL;
	session->n_local = 0;
}

struct str sip_session_local(const struct sip_session *session)
{
	return (struct str){ session->local, session->n_local };
}

static bool sends(enum sdp_direction direction)
{
	return direction == SDP_SENDRECV || direction == SDP_SENDONLY;
}

static bool receives(enum sdp_direction direction)
{
	return direction == SDP_SENDRECV || direction == SDP_RECVONLY;
}

/* The arrays are large and written as far as their counts say; only the rest is cleared. */
static void sdp_blank(struct sdp *sdp)
{
	memset(sdp, 0, offsetof(struct sdp, media));
	sdp->n_attrs = 0;
}

static struct sdp_media *media_blank(struct sdp *sdp, unsigned i)
{
	memset(&sdp->media[i], 0, offsetof(struct sdp_media, formats));
	sdp->media[i].ports = 1;
	if (sdp->n_media <= i)
		sdp->n_media = i + 1;
	return &sdp->media[i];
}

static struct sdp_format *format_add(struct sdp_media *media, struct str encoding, uint8_t pt)
{
	struct sdp_format *f = &media->formats[media->n_formats++];

	memset(f, 0, sizeof(*f));
	f->pt = pt;
	f->encoding = encoding;
	f->rate = G711_RATE;
	f->channels = 1;
	return f;
}

static struct sdp_media *audio_line(const struct sip_session *session, struct sdp *sdp, unsigned i,
				    enum sdp_direction direction)
{
	struct sdp_media *m = media_blank(sdp, i);

	m->kind = SDP_AUDIO;
	m->kind_name = STR("audio");
	m->proto = SDP_RTP_AVP;
	m->proto_name = STR("RTP/AVP");
	m->port = session->conf.port;
	m->direction = direction;
	m->has_direction = true;
	m->ptime_ms = session->conf.ptime_ms;
	return m;
}

static void dtmf_add(struct sdp_media *media, uint8_t pt)
{
	format_add(media, dtmf_encoding, pt)->fmtp = STR("0-15");
}

/* Refused: port 0, the offer's words and one of its formats (RFC 3264 6). */
static void refused_line(struct sdp *sdp, unsigned i, const struct sdp_media *offered)
{
	struct sdp_media *m = media_blank(sdp, i);

	m->kind = offered->kind;
	m->kind_name = offered->kind_name;
	m->proto = offered->proto;
	m->proto_name = offered->proto_name;
	m->n_formats = offered->n_formats ? 1 : 0;
	m->formats[0] = offered->formats[0];
	m->formats[0].fmtp = STR_NONE;
}

static int write_version(const struct sip_session *session, struct sdp *sdp, uint64_t version,
			 char *text, size_t *n)
{
	char id[24], ver[24];
	struct sdp_conn conn = { .address = str_c(session->conf.address), .present = true };

	conn.ipv6 = strchr(session->conf.address, ':') != NULL;
	sdp->session_id = (struct str){ id, str_add_uint(id, sizeof(id), 0, session->id, 10, 1) };
	sdp->version = (struct str){ ver, str_add_uint(ver, sizeof(ver), 0, version, 10, 1) };
	sdp->origin = sdp->conn = conn;
	sdp->user = STR("-");
	sdp->name = STR("-");
	return sdp_write(sdp, text, SESSION_SDP_MAX, n);
}

/* RFC 3264 8: an unchanged description keeps its version, a changed one counts up by one. */
static int local_set(struct sip_session *session, struct sdp *sdp)
{
	char text[SESSION_SDP_MAX];
	uint64_t version = session->version;
	size_t n = 0;
	int err = write_version(session, sdp, version, text, &n);
	char *copy;

	if (err)
		return err;
	if (session->local) {
		if (str_eq(sip_session_local(session), (struct str){ text, n }))
			return 0;
		err = write_version(session, sdp, ++version, text, &n);
		if (err)
			return err;
	}
	copy = malloc(n);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, n);
	free(session->local);
	session->local = copy;
	session->n_local = n;
	session->version = version;
	return 0;
}

int sip_session_offer(struct sip_session *session, enum sdp_direction want)
{
	struct sdp sdp, before;
	struct sdp_media *m;
	unsigned audio = session->audio;
	int err;

	sdp_blank(&sdp);
	before.n_media = 0;
	if (session->local) {
		err = sdp_parse(&before, sip_session_local(session), NULL);
		if (err)
			return err;
		for (unsigned i = 0; i < before.n_media; i++)
			refused_line(&sdp, i, &before.media[i]);
	}
	m = audio_line(session, &sdp, audio, want);
	for (unsigned i = 0; i < session->conf.n_codecs; i++)
		format_add(m, codecs[session->conf.codecs[i]].encoding,
			   codecs[session->conf.codecs[i]].pt);
	if (session->conf.dtmf)
		dtmf_add(m, session->dtmf_pt);
	err = local_set(session, &sdp);
	if (!err)
		session->sent = want;
	return err;
}

static bool line_usable(const struct sdp_media *m)
{
	return m->kind == SDP_AUDIO && m->proto == SDP_RTP_AVP && m->port != 0;
}

/* The first codec of the trunk's order that the peer's line has. */
static const struct sdp_format *codec_pick(const struct sip_session *session,
					   const struct sdp_media *m, enum media_codec *codec)
{
	for (unsigned i = 0; i < session->conf.n_codecs; i++) {
		enum media_codec c = session->conf.codecs[i];
		const struct sdp_format *f = sdp_find_format(m, codecs[c].encoding, G711_RATE);

		if (f && f->channels <= 1) {
			*codec = c;
			return f;
		}
	}
	return NULL;
}

/* RFC 3264 7: the first format of an answer is the one to send with. */
static const struct sdp_format *codec_first(const struct sdp_media *m, enum media_codec *codec)
{
	for (unsigned i = 0; i < m->n_formats; i++)
		for (unsigned c = 0; c < MEDIA_CODECS; c++)
			if (str_ieq(m->formats[i].encoding, codecs[c].encoding) &&
			    m->formats[i].rate == G711_RATE && m->formats[i].channels <= 1) {
				*codec = (enum media_codec)c;
				return &m->formats[i];
			}
	return NULL;
}

/* AF_UNSPEC for a host name or a hold address: the first packet tells. */
static void address_set(struct sockaddr_storage *ss, const struct sdp_conn *conn, uint16_t port)
{
	char host[INET6_ADDRSTRLEN];
	struct sockaddr_in *in4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (!conn->present || !port || str_copy(host, sizeof(host), conn->address))
		return;
	if (inet_pton(AF_INET, host, &in4->sin_addr) == 1) {
		if (in4->sin_addr.s_addr == INADDR_ANY)
			return;
		in4->sin_family = AF_INET;
		in4->sin_port = htons(port);
	} else if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
	}
}

static bool ptime_usable(uint16_t ms)
{
	return ms == 10 || ms == 20 || ms == 30 || ms == 40 || ms == 60;
}

/* What the peer's line says about packets that we send, and which of its formats. */
static void settle(const struct sip_session *session, const struct sdp_media *m,
		   struct sip_settled *settled)
{
	struct media_rtp_params *p = &settled->params;
	const struct sdp_format *dtmf = sdp_find_format(m, dtmf_encoding, G711_RATE);
	const struct sdp_conn *rtcp = m->rtcp_conn.present ? &m->rtcp_conn : &m->conn;

	address_set(&p->remote, &m->conn, m->port);
	address_set(&p->remote_rtcp, rtcp, m->rtcp_port);
	p->ptime_ms = session->conf.ptime_ms;
	if (ptime_usable(m->ptime_ms))
		p->ptime_ms = (uint8_t)m->ptime_ms;
	if (m->maxptime_ms >= 10 && p->ptime_ms > m->maxptime_ms)
		p->ptime_ms = m->maxptime_ms >= 20 ? 20 : 10;
	p->dtmf_payload_type = p->dtmf_payload_type_in = -1;
	if (session->conf.dtmf && dtmf && dtmf->pt >= PT_FIRST_DYNAMIC) {
		p->dtmf_payload_type = (int8_t)dtmf->pt;
		p->dtmf_payload_type_in = (int8_t)session->dtmf_pt;
	}
	settled->stream = true;
	settled->held = sdp_media_held(m);
}

/* A stream that the peer has put to sleep (port 0, RFC 3264 8.2) is answered alike; before there
 * was one, it is no call. */
static bool sleeping(const struct sip_session *session, const struct sdp *offer)
{
	return session->local && session->audio < offer->n_media &&
	       offer->media[session->audio].port == 0;
}

static int answer_write(struct sip_session *session, struct sdp *out, const struct sdp *in,
			unsigned audio)
{
	for (unsigned i = 0; i < in->n_media; i++)
		if (i != audio)
			refused_line(out, i, &in->media[i]);
	return local_set(session, out);
}

static unsigned line_pick(const struct sip_session *session, const struct sdp *in,
			  const struct sdp_format **format, enum media_codec *codec)
{
	for (unsigned i = 0; i < in->n_media; i++) {
		if (!line_usable(&in->media[i]))
			continue;
		*format = codec_pick(session, &in->media[i], codec);
		if (*format)
			return i;
	}
	return SDP_MAX_MEDIA;
}

int sip_session_answer(struct sip_session *session, struct str offer, enum sdp_direction want,
		       struct sip_settled *settled)
{
	struct sdp in, out;
	struct sip_settled s = { .held = true };
	const struct sdp_format *format = NULL;
	enum sdp_direction direction = SDP_INACTIVE;
	struct sdp_media *m;
	unsigned audio;
	uint8_t dtmf_pt = session->dtmf_pt;
	int err;

	if (sdp_parse(&in, offer, NULL))
		return -EBADMSG;
	sdp_blank(&out);
	audio = line_pick(session, &in, &format, &s.params.codec);
	if (format) {
		direction = sdp_answer_direction(in.media[audio].direction, want);
		settle(session, &in.media[audio], &s);
		m = audio_line(session, &out, audio, direction);
		format_add(m, codecs[s.params.codec].encoding, format->pt);
		if (s.params.dtmf_payload_type >= 0) {
			/* The answer keeps the offer's payload type (RFC 3264 6.1). */
			dtmf_pt = (uint8_t)s.params.dtmf_payload_type;
			dtmf_add(m, dtmf_pt);
			s.params.dtmf_payload_type_in = s.params.dtmf_payload_type;
		}
		s.params.payload_type = format->pt;
	} else if (!sleeping(session, &in)) {
		return -ENOTSUP;
	}
	err = answer_write(session, &out, &in, audio);
	if (err)
		return err;
	if (s.stream)
		session->audio = audio;
	session->dtmf_pt = dtmf_pt;
	session->sent = direction;
	/* c=0.0.0.0 stops our sending whatever the direction says (RFC 3264 8.4). */
	s.params.send = sends(direction) && !s.held;
	s.params.receive = receives(direction);
	*settled = s;
	return 0;
}

int sip_session_accept(const struct sip_session *session, struct str answer,
		       struct sip_settled *settled)
{
	struct sdp in;
	struct sip_settled s = { .held = true };
	const struct sdp_media *m;
	const struct sdp_format *format;

	if (sdp_parse(&in, answer, NULL))
		return -EBADMSG;
	if (session->audio >= in.n_media || !line_usable(&in.media[session->audio]))
		return -ENOTSUP;
	m = &in.media[session->audio];
	format = codec_first(m, &s.params.codec);
	if (!format)
		return -ENOTSUP;
	settle(session, m, &s);
	s.params.payload_type = format->pt;
	s.params.send = sends(session->sent) && receives(m->direction) && !s.held;
	s.params.receive = receives(session->sent) && sends(m->direction);
	*settled = s;
	return 0;
}
