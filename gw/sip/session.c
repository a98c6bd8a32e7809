/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3264 offer/answer over one audio stream. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/session_formats.h"

#define PTIME_MIN_MS	10
#define PTIME_MAX_MS	60
#define MUX_CLASH_FIRST 64 /* RFC 5761 4: with the marker bit they look like RTCP */
#define MUX_CLASH_LAST	95

static const struct str xr_name = { "rtcp-xr", 7 };
static const struct str xr_voip = { "voip-metrics", 12 };

void sip_session_open(struct sip_session *session, const struct sip_session_conf *conf, uint64_t id)
{
	memset(session, 0, sizeof(*session));
	session->conf = *conf;
	session->id = session->version = id;
	session_map_init(&session->map);
	session->sent = SDP_SENDRECV;
}

int sip_session_copy(struct sip_session *copy, const struct sip_session *from)
{
	*copy = *from;
	copy->local = NULL;
	if (!from->local)
		return 0;
	copy->local = malloc(from->n_local);
	if (!copy->local)
		return -ENOMEM;
	memcpy(copy->local, from->local, from->n_local);
	return 0;
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
	m->maxptime_ms = session->conf.maxptime_ms;
	return m;
}

/* RFC 3611 5.1 */
static void xr_add(struct sdp *sdp, unsigned media, struct str formats)
{
	sdp->attrs[sdp->n_attrs++] =
		(struct sdp_attr){ .media = (int)media, .name = xr_name, .value = formats };
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

static bool is_ipv6(const struct sip_session_conf *conf)
{
	return strchr(conf->address, ':') != NULL;
}

static int write_version(const struct sip_session *session, struct sdp *sdp, uint64_t version,
			 char *text, size_t *n)
{
	char id[24], ver[24];
	struct sdp_conn conn = { .address = str_c(session->conf.address), .present = true };

	conn.ipv6 = is_ipv6(&session->conf);
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
	struct sip_session_conf conf = session->conf;
	struct session_texts texts;
	struct sdp_media *m;
	unsigned audio = session->audio;
	int err;

	if (conf.bearer == SESSION_OPEN)
		conf.bearer = SESSION_SPEECH;
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
	if (!session_formats_offer(&conf, &session->map, m, &texts))
		return -ENOTSUP;
	m->rtcp_mux = conf.rtcp_mux;
	if (conf.rtcp_xr)
		xr_add(&sdp, audio, xr_voip);
	err = local_set(session, &sdp);
	if (err)
		return err;
	session->conf.bearer = conf.bearer;
	session->sent = want;
	return 0;
}

static bool line_usable(const struct sdp_media *m)
{
	return m->kind == SDP_AUDIO && m->proto == SDP_RTP_AVP && m->port != 0;
}

/* Our RTP has one address, and so one family; an address that only holds is of none (RFC 3264 8.4). */
static bool line_reachable(const struct sip_session_conf *conf, const struct sdp_media *m)
{
	return !m->conn.present || m->conn.ipv6 == is_ipv6(conf) || sdp_conn_nowhere(&m->conn);
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
	} else if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1 &&
		   !IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr)) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
	}
}

/* RFC 8866 6.4: what the peer would like; what it cannot have is brought to the nearest that it can. */
static uint8_t ptime_choose(const struct sip_session_conf *conf, const struct sdp_media *m)
{
	unsigned ms = m->ptime_ms ? m->ptime_ms : conf->ptime_ms;

	if (m->maxptime_ms && ms > m->maxptime_ms)
		ms = m->maxptime_ms;
	if (ms > PTIME_MAX_MS)
		ms = PTIME_MAX_MS;
	ms -= ms % PTIME_MIN_MS;
	return (uint8_t)(ms < PTIME_MIN_MS ? PTIME_MIN_MS : ms);
}

/* RFC 5761 5.1.1: both have to say so. */
static bool mux_agreed(const struct sip_session_conf *conf, const struct sdp_media *m)
{
	for (unsigned i = 0; i < m->n_formats; i++)
		if (m->formats[i].pt >= MUX_CLASH_FIRST && m->formats[i].pt <= MUX_CLASH_LAST)
			return false;
	return conf->rtcp_mux && m->rtcp_mux;
}

static const struct sdp_attr *xr_find(const struct sdp *sdp, unsigned media)
{
	for (unsigned i = 0; i < sdp->n_attrs; i++)
		if ((sdp->attrs[i].media == (int)media || sdp->attrs[i].media < 0) &&
		    str_eq(sdp->attrs[i].name, xr_name))
			return &sdp->attrs[i];
	return NULL;
}

/* RFC 3611 5.2: the peer asks for VoIP metrics. */
static bool xr_asked(const struct sdp *sdp, unsigned media)
{
	const struct sdp_attr *attr = xr_find(sdp, media);
	struct str rest = attr ? attr->value : STR_NONE;

	while (rest.n) {
		const char *blank = memchr(rest.p, ' ', rest.n);
		size_t n = blank ? (size_t)(blank - rest.p) : rest.n;

		if (str_eq((struct str){ rest.p, n }, xr_voip))
			return true;
		rest = blank ? (struct str){ blank + 1, rest.n - n - 1 } : STR_NONE;
	}
	return false;
}

/* What the peer's line says about packets that we send, and which of its formats. */
static void settle(const struct sip_session_conf *conf, const struct session_map *map,
		   const struct sdp *sdp, unsigned audio, struct sip_settled *settled)
{
	const struct sdp_media *m = &sdp->media[audio];
	struct media_rtp_params *p = &settled->params;
	const struct sdp_conn *rtcp = m->rtcp_conn.present ? &m->rtcp_conn : &m->conn;

	address_set(&p->remote, &m->conn, m->port);
	address_set(&p->remote_rtcp, rtcp, m->rtcp_port);
	p->ptime_ms = ptime_choose(conf, m);
	p->maxptime_ms = (uint8_t)(m->maxptime_ms > UINT8_MAX ? UINT8_MAX : m->maxptime_ms);
	p->rtcp_mux = mux_agreed(conf, m);
	p->rtcp_xr = conf->rtcp_xr && xr_asked(sdp, audio);
	p->digits_apart = conf->digits_apart;
	p->learn_source = conf->learn_source;
	p->jitter_fixed = conf->jitter_fixed;
	p->jitter_min_ms = conf->jitter_min_ms;
	p->jitter_max_ms = conf->jitter_max_ms;
	p->timeout_ms = conf->timeout_ms;
	p->silence_ms = conf->silence_ms;
	session_formats_settle(conf, map, m, p);
	p->hear_dtmf = conf->hear_dtmf_always ||
		       (conf->hear_dtmf && !conf->digits_apart && p->dtmf_payload_type_in < 0);
	settled->stream = true;
	settled->held = sdp_media_held(m);
}

/* No line could be taken: because of its address alone, or not. */
static int line_error(const struct sip_session_conf *conf, const struct sdp *in)
{
	for (unsigned i = 0; i < in->n_media; i++) {
		const struct sdp_media *m = &in->media[i];
		enum session_bearer bearer = conf->bearer;
		enum media_codec codec;

		if (line_usable(m) && !line_reachable(conf, m) &&
		    session_codec_pick(conf, m, &codec, &bearer))
			return -EAFNOSUPPORT;
	}
	return -ENOTSUP;
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
			  struct media_rtp_params *p, enum session_bearer *bearer)
{
	for (unsigned i = 0; i < in->n_media; i++) {
		const struct sdp_format *format;

		if (!line_usable(&in->media[i]) || !line_reachable(&session->conf, &in->media[i]))
			continue;
		format = session_codec_pick(&session->conf, &in->media[i], &p->codec, bearer);
		if (!format)
			continue;
		p->payload_type = format->pt;
		return i;
	}
	return SDP_MAX_MEDIA;
}

/* An answer in the making. */
struct answering {
	struct sdp in, out;
	unsigned audio; /* the line that we take */
	enum session_bearer bearer;
	enum sdp_direction direction;
	struct session_map map;
	struct session_texts texts;
	struct sip_settled settled;
};

static void answer_line(const struct sip_session *session, struct answering *a)
{
	struct sip_settled *s = &a->settled;
	struct sdp_media *m = audio_line(session, &a->out, a->audio, a->direction);

	session_map_note(&a->map, &a->in.media[a->audio]);
	settle(&session->conf, &a->map, &a->in, a->audio, s);
	session_formats_answer(&session->conf, &a->map, &a->in.media[a->audio], &s->params, m,
			       &a->texts);
	m->rtcp_mux = s->params.rtcp_mux;
	/* RFC 3611 5.2: understood, though nothing is asked for. */
	if (xr_find(&a->in, a->audio))
		xr_add(&a->out, a->audio, session->conf.rtcp_xr ? xr_voip : STR(""));
	/* c=0.0.0.0 stops our sending whatever the direction says (RFC 3264 8.4). */
	s->params.send = sends(a->direction) && !s->held;
	s->params.receive = receives(a->direction);
}

int sip_session_answer(struct sip_session *session, struct str offer, enum sdp_direction want,
		       struct sip_settled *settled)
{
	struct answering a; /* large: only what is read is set */
	int err;

	if (sdp_parse(&a.in, offer, NULL))
		return -EBADMSG;
	sdp_blank(&a.out);
	a.settled = (struct sip_settled){ .held = true };
	a.map = session->map;
	a.bearer = session->conf.bearer;
	a.direction = SDP_INACTIVE;
	a.audio = line_pick(session, &a.in, &a.settled.params, &a.bearer);
	if (a.audio < a.in.n_media) {
		a.direction = sdp_answer_direction(a.in.media[a.audio].direction, want);
		answer_line(session, &a);
	} else if (!sleeping(session, &a.in)) {
		return line_error(&session->conf, &a.in);
	}
	err = answer_write(session, &a.out, &a.in, a.audio);
	if (err)
		return err;
	if (a.settled.stream) {
		session->audio = a.audio;
		session->conf.bearer = a.bearer;
	}
	session->map = a.map;
	session->sent = a.direction;
	*settled = a.settled;
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
	if (!line_reachable(&session->conf, m))
		return -EAFNOSUPPORT;
	format = session_codec_first(&session->conf, m, &s.params.codec);
	if (!format)
		return -ENOTSUP;
	s.params.payload_type = format->pt;
	settle(&session->conf, &session->map, &in, session->audio, &s);
	s.params.send = sends(session->sent) && receives(m->direction) && !s.held;
	s.params.receive = receives(session->sent) && sends(m->direction);
	*settled = s;
	return 0;
}
