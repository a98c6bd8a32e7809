/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Payload formats: G.711 (RFC 3551), clearmode (RFC 4040), events and tones (RFC 4733), redundancy (RFC 2198), comfort
 * noise (RFC 3389), G.711 once more as voice-band data (V.152 7.1). */
#include "gw/sip/session_formats.h"

#include <string.h>

#define RATE		 8000 /* of all of them */
#define PT_FIRST_DYNAMIC 96
#define PT_LAST		 127
#define EVENT_MAX	 255	/* RFC 4733 2.3.1 */
#define EVENTS_UNTOLD	 0xFFFF /* 7.1.1: without a list it is 0 to 15 */

static const struct {
	struct str encoding;
	uint8_t pt; /* RFC 3551 table 4; dynamic ones until the peer has its own */
	bool vbd;
} formats[SESSION_FORMATS] = {
	[MEDIA_PCMU] = { { "PCMU", 4 }, 0, false },
	[MEDIA_PCMA] = { { "PCMA", 4 }, 8, false },
	[MEDIA_CLEARMODE] = { { "CLEARMODE", 9 }, 96, false },
	[SESSION_EVENT] = { { "telephone-event", 15 }, 101, false },
	[SESSION_TONE] = { { "tone", 4 }, 102, false },
	[SESSION_RED] = { { "red", 3 }, 103, false },
	[SESSION_CN] = { { "CN", 2 }, 13, false },
	[SESSION_VBD_PCMU] = { { "PCMU", 4 }, 104, true },
	[SESSION_VBD_PCMA] = { { "PCMA", 4 }, 105, true },
};

/* A static type that is marked as voice-band data is the codec's all the same. */
static bool is_vbd(const struct sdp_format *f)
{
	return f->vbd && f->pt >= PT_FIRST_DYNAMIC;
}

static const struct sdp_format *format_find(const struct sdp_media *m, unsigned which)
{
	for (unsigned i = 0; i < m->n_formats; i++) {
		const struct sdp_format *f = &m->formats[i];

		if (f->rate == RATE && f->channels <= 1 &&
		    str_ieq(f->encoding, formats[which].encoding) &&
		    is_vbd(f) == formats[which].vbd)
			return f;
	}
	return NULL;
}

static unsigned vbd_of(enum media_codec codec)
{
	return codec == MEDIA_PCMU ? SESSION_VBD_PCMU : SESSION_VBD_PCMA;
}

/* Where a line has nothing but voice-band data, that is its codec. */
static const struct sdp_format *codec_find(const struct sdp_media *m, enum media_codec codec)
{
	const struct sdp_format *f = format_find(m, codec);

	if (f || codec == MEDIA_CLEARMODE)
		return f;
	for (unsigned i = 0; i < MEDIA_CODECS; i++)
		if (format_find(m, i))
			return NULL;
	return format_find(m, vbd_of(codec));
}

/* ---- payload types ---- */

void session_map_init(struct session_map *map)
{
	memset(map, 0, sizeof(*map));
	for (unsigned i = 0; i < SESSION_FORMATS; i++)
		map->pt[i] = formats[i].pt;
}

static bool is_taken(const struct session_map *map, uint8_t pt, unsigned except)
{
	if (pt >= PT_FIRST_DYNAMIC && map->taken >> (pt - PT_FIRST_DYNAMIC) & 1)
		return true;
	for (unsigned i = 0; i < SESSION_FORMATS; i++)
		if (i != except && map->pt[i] == pt)
			return true;
	return false;
}

static void move_away(struct session_map *map, unsigned which)
{
	for (uint8_t pt = PT_FIRST_DYNAMIC; pt <= PT_LAST && is_taken(map, map->pt[which], which);
	     pt++)
		if (!is_taken(map, pt, which))
			map->pt[which] = pt;
}

void session_map_note(struct session_map *map, const struct sdp_media *m)
{
	for (unsigned i = 0; i < m->n_formats; i++)
		if (m->formats[i].pt >= PT_FIRST_DYNAMIC)
			map->taken |= UINT32_C(1) << (m->formats[i].pt - PT_FIRST_DYNAMIC);
	for (unsigned i = 0; i < SESSION_FORMATS; i++) {
		const struct sdp_format *f =
			i < MEDIA_CODECS ? codec_find(m, (enum media_codec)i) : format_find(m, i);

		if (!f)
			continue;
		map->pt[i] = f->pt;
		map->known |= (uint16_t)(1u << i);
	}
	for (unsigned i = 0; i < SESSION_FORMATS; i++)
		if (!(map->known >> i & 1))
			move_away(map, i);
}

/* ---- codecs ---- */

static bool is_data(enum media_codec codec)
{
	return codec == MEDIA_CLEARMODE;
}

static bool carries(enum media_codec codec, enum session_bearer bearer)
{
	return is_data(codec) == (bearer == SESSION_DATA);
}

/* RFC 3264 5.1: the offer's formats are in order of preference, so the first that we have says what
 * the call is for. */
static enum session_bearer bearer_of(const struct sip_session_conf *conf, const struct sdp_media *m)
{
	const struct sdp_format *first = NULL;
	enum session_bearer bearer = SESSION_SPEECH;

	for (unsigned i = 0; i < conf->n_codecs; i++) {
		const struct sdp_format *f = codec_find(m, conf->codecs[i]);

		if (!f || (first && f > first))
			continue;
		first = f;
		bearer = is_data(conf->codecs[i]) ? SESSION_DATA : SESSION_SPEECH;
	}
	return bearer;
}

const struct sdp_format *session_codec_pick(const struct sip_session_conf *conf,
					    const struct sdp_media *m, enum media_codec *codec,
					    enum session_bearer *bearer)
{
	*bearer = conf->bearer == SESSION_OPEN ? bearer_of(conf, m) : conf->bearer;
	for (unsigned i = 0; i < conf->n_codecs; i++) {
		const struct sdp_format *f = codec_find(m, conf->codecs[i]);

		if (!f || !carries(conf->codecs[i], *bearer))
			continue;
		*codec = conf->codecs[i];
		return f;
	}
	return NULL;
}

const struct sdp_format *session_codec_first(const struct sip_session_conf *conf,
					     const struct sdp_media *m, enum media_codec *codec)
{
	const struct sdp_format *first = NULL;

	for (unsigned i = 0; i < conf->n_codecs; i++) {
		const struct sdp_format *f = codec_find(m, conf->codecs[i]);

		if (!f || !carries(conf->codecs[i], conf->bearer) || (first && f > first))
			continue;
		first = f;
		*codec = conf->codecs[i];
	}
	return first;
}

/* ---- what goes beside speech ---- */

static bool is_codec_pt(const struct sdp_media *m, uint64_t pt)
{
	for (unsigned i = 0; i < m->n_formats; i++)
		if (m->formats[i].pt == pt && (&m->formats[i] == format_find(m, MEDIA_PCMU) ||
					       &m->formats[i] == format_find(m, MEDIA_PCMA)))
			return true;
	return false;
}

/*
 * RFC 2198 5: "8/8/8" is a primary of 8 and two generations before it. How many the peer takes; -1:
 * the redundancy is of something else. Without a list it is for everything.
 */
static int red_depth(const struct sdp_media *m, const struct sdp_format *red)
{
	struct str rest = red->fmtp;
	int depth = -1;

	if (!rest.n)
		return MEDIA_RED_MAX;
	for (;;) {
		const char *slash = memchr(rest.p, '/', rest.n);
		struct str one = { rest.p, slash ? (size_t)(slash - rest.p) : rest.n };
		uint64_t pt;

		if (str_to_u64(one, PT_LAST, &pt) || (depth < 0 && !is_codec_pt(m, pt)))
			return -1;
		depth++;
		if (!slash || depth == MEDIA_RED_MAX)
			return depth;
		rest = (struct str){ slash + 1, rest.n - one.n - 1 };
	}
}

static void settle_events(const struct session_map *map, const struct sdp_format *f,
			  struct media_rtp_params *p)
{
	uint64_t events;

	if (!f || f->pt < PT_FIRST_DYNAMIC)
		return;
	p->dtmf_payload_type = (int8_t)f->pt;
	p->dtmf_payload_type_in = (int8_t)map->pt[SESSION_EVENT];
	if (!f->fmtp.n || ranges_parse(f->fmtp, EVENT_MAX, &events) || !events)
		events = EVENTS_UNTOLD;
	p->events = events;
}

static void settle_red(const struct sip_session_conf *conf, const struct session_map *map,
		       const struct sdp_media *m, struct media_rtp_params *p)
{
	const struct sdp_format *f = format_find(m, SESSION_RED);
	int depth = f ? red_depth(m, f) : -1;

	if (depth < 0)
		return;
	p->red_payload_type = f->pt;
	p->red_payload_type_in = map->pt[SESSION_RED];
	p->red_generations = (uint8_t)(depth < conf->redundancy ? depth : conf->redundancy);
}

/* V.152 7.1: both have to say so. */
static void settle_vbd(const struct session_map *map, const struct sdp_format *f,
		       struct media_rtp_params *p)
{
	if (!f || f->pt == p->payload_type)
		return;
	p->vbd_payload_type = f->pt;
	p->vbd_payload_type_in = map->pt[vbd_of(p->codec)];
}

void session_formats_settle(const struct sip_session_conf *conf, const struct session_map *map,
			    const struct sdp_media *m, struct media_rtp_params *p)
{
	const struct sdp_format *f;

	p->payload_type_in = map->pt[p->codec];
	p->dtmf_payload_type = p->dtmf_payload_type_in = -1;
	if (is_data(p->codec))
		return;
	if (conf->dtmf)
		settle_events(map, format_find(m, SESSION_EVENT), p);
	if (conf->audio_tone && format_find(m, SESSION_TONE))
		p->tone_payload_type_in = map->pt[SESSION_TONE];
	if (conf->redundancy)
		settle_red(conf, map, m, p);
	if (conf->vbd_payload)
		settle_vbd(map, format_find(m, vbd_of(p->codec)), p);
	f = conf->comfort_noise ? format_find(m, SESSION_CN) : NULL;
	if (f) {
		p->cn_payload_type = f->pt;
		p->cn_payload_type_in = map->pt[SESSION_CN];
	}
}

/* ---- writing ---- */

static struct sdp_format *format_add(const struct session_map *map, struct sdp_media *out,
				     unsigned which)
{
	struct sdp_format *f = &out->formats[out->n_formats++];

	memset(f, 0, sizeof(*f));
	f->pt = map->pt[which];
	f->encoding = formats[which].encoding;
	f->rate = RATE;
	f->channels = 1;
	f->vbd = formats[which].vbd;
	return f;
}

/* In front, as in RFC 2198 5: who reads the first format that he knows has it. */
static void red_add(const struct sip_session_conf *conf, const struct session_map *map,
		    struct sdp_media *out, enum media_codec primary, struct session_texts *texts)
{
	size_t n = 0;

	for (unsigned i = 0; i <= conf->redundancy; i++) {
		if (i)
			n = str_add(texts->red, sizeof(texts->red), n, STR("/"));
		n = str_add_uint(texts->red, sizeof(texts->red), n, map->pt[primary], 10, 1);
	}
	format_add(map, out, SESSION_RED)->fmtp = (struct str){ texts->red, n };
}

static void events_add(const struct sip_session_conf *conf, const struct session_map *map,
		       struct sdp_media *out, struct session_texts *texts)
{
	size_t n = ranges_text(conf->events, texts->events, sizeof(texts->events));

	format_add(map, out, SESSION_EVENT)->fmtp = (struct str){ texts->events, n };
}

/* Those that have a type of their own for it. */
static void vbd_add(const struct session_map *map, struct sdp_media *out, enum media_codec codec)
{
	if (map->pt[vbd_of(codec)] != map->pt[codec])
		format_add(map, out, vbd_of(codec));
}

bool session_formats_offer(const struct sip_session_conf *conf, const struct session_map *map,
			   struct sdp_media *out, struct session_texts *texts)
{
	bool data = conf->bearer == SESSION_DATA;
	enum media_codec codecs[MEDIA_CODECS];
	unsigned n = 0;

	for (unsigned i = 0; i < conf->n_codecs; i++)
		if (carries(conf->codecs[i], conf->bearer))
			codecs[n++] = conf->codecs[i];
	if (!n)
		return false;
	if (!data && conf->redundancy)
		red_add(conf, map, out, codecs[0], texts);
	for (unsigned i = 0; i < n; i++)
		format_add(map, out, codecs[i]);
	if (data)
		return true;
	if (conf->dtmf)
		events_add(conf, map, out, texts);
	if (conf->audio_tone)
		format_add(map, out, SESSION_TONE);
	if (conf->comfort_noise)
		format_add(map, out, SESSION_CN);
	for (unsigned i = 0; conf->vbd_payload && i < n; i++)
		vbd_add(map, out, codecs[i]);
	return true;
}

/* The codec's own type is marked as voice-band data, and the trunk knows of that. */
static bool is_marked(const struct sip_session_conf *conf, const struct sdp_media *offered,
		      const struct media_rtp_params *p)
{
	const struct sdp_format *f = codec_find(offered, p->codec);

	return conf->vbd_payload && f && f->vbd;
}

void session_formats_answer(const struct sip_session_conf *conf, const struct session_map *map,
			    const struct sdp_media *offered, const struct media_rtp_params *p,
			    struct sdp_media *out, struct session_texts *texts)
{
	if (p->red_payload_type)
		red_add(conf, map, out, p->codec, texts);
	format_add(map, out, p->codec)->vbd = is_marked(conf, offered, p);
	if (p->dtmf_payload_type >= 0)
		events_add(conf, map, out, texts);
	if (p->tone_payload_type_in)
		format_add(map, out, SESSION_TONE);
	if (p->cn_payload_type)
		format_add(map, out, SESSION_CN);
	if (p->vbd_payload_type)
		format_add(map, out, vbd_of(p->codec));
}
