/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Reading session descriptions: RFC 4566 5 and 9 (RFC 8866), RFC 3605, RFC 3551 6 for the static
 * payload types. */
#include "gw/sip/sdp.h"

#include <errno.h>
#include <stddef.h>

#include "gw/sip/gpmd.h"
#include "gw/sip/lex_parts.h"

#define PT_MAX 127

struct sdp_reader {
	struct sdp *sdp;
	const char *start;
	struct sdp_media *media; /* NULL at session level */
	size_t place;		 /* in the order of lines of this level */
	struct sdp_error error;
	int status;
};

/* RFC 3551 6, tables 4 and 5 */
static const struct {
	uint8_t pt, channels;
	const char *encoding;
	uint32_t rate;
} static_types[] = {
	{ 0, 1, "PCMU", 8000 },	  { 3, 1, "GSM", 8000 },    { 4, 1, "G723", 8000 },
	{ 5, 1, "DVI4", 8000 },	  { 6, 1, "DVI4", 16000 },  { 7, 1, "LPC", 8000 },
	{ 8, 1, "PCMA", 8000 },	  { 9, 1, "G722", 8000 },   { 10, 2, "L16", 44100 },
	{ 11, 1, "L16", 44100 },  { 12, 1, "QCELP", 8000 }, { 13, 1, "CN", 8000 },
	{ 14, 1, "MPA", 90000 },  { 15, 1, "G728", 8000 },  { 16, 1, "DVI4", 11025 },
	{ 17, 1, "DVI4", 22050 }, { 18, 1, "G729", 8000 },  { 25, 1, "CelB", 90000 },
	{ 26, 1, "JPEG", 90000 }, { 28, 1, "nv", 90000 },   { 31, 1, "H261", 90000 },
	{ 32, 1, "MPV", 90000 },  { 33, 1, "MP2T", 90000 }, { 34, 1, "H263", 90000 },
};

static const struct {
	const char *name;
	int value;
} kinds[] =
	{
		{"audio",	  SDP_AUDIO	   },
		  {"video",	    SDP_VIDEO	     },
		{"text",	 SDP_TEXT	 },
		  {"application", SDP_APPLICATION},
		{"message",	    SDP_MESSAGE    },
		  {"image",	    SDP_IMAGE	     },
},
  transports[] =
	  {
		  {"RTP/AVP", SDP_RTP_AVP},   {"RTP/SAVP", SDP_RTP_SAVP},
		  {"RTP/AVPF", SDP_RTP_AVPF}, {"RTP/SAVPF", SDP_RTP_SAVPF},
		  {"udptl", SDP_UDPTL},
},
  directions[] = {
	  {"sendrecv", SDP_SENDRECV},
	  {"sendonly", SDP_SENDONLY},
	  {"recvonly", SDP_RECVONLY},
	  {"inactive", SDP_INACTIVE},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *sdp_direction_name(enum sdp_direction direction)
{
	return (unsigned)direction < COUNT(directions) ? directions[direction].name : "";
}

static bool fail(struct sdp_reader *r, const struct sip_lex *l, const char *text)
{
	r->error.text = text;
	r->error.offset = (size_t)(l->at - r->start);
	r->status = -EBADMSG;
	return false;
}

/* Everything up to a blank or the end; at least one octet. */
static bool word(struct sip_lex *l, struct str *s)
{
	const char *start = l->at;

	while (l->at < l->end && *l->at != ' ')
		l->at++;
	*s = lex_since(l, start);
	return s->n > 0;
}

static bool next_word(struct sip_lex *l, struct str *s)
{
	return lex_char(l, ' ') && word(l, s);
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!lex_is(s.p[i], LEX_DIGIT))
			return false;
	}
	return s.n > 0;
}

static bool number(struct str s, uint64_t max, uint64_t *value)
{
	return str_to_u64(s, max, value) == 0;
}

/* nettype SP addrtype SP address; only the Internet is known. A multicast address loses its
 * "/ttl/count". */
static bool lex_conn(struct sip_lex *l, struct sdp_conn *conn)
{
	struct str net, type, address;

	if (!word(l, &net) || !next_word(l, &type) || !next_word(l, &address) ||
	    !str_eq(net, STR("IN")))
		return false;
	if (str_eq(type, STR("IP6")))
		conn->ipv6 = true;
	else if (!str_eq(type, STR("IP4")))
		return false;

	const char *slash = memchr(address.p, '/', address.n);

	if (slash)
		address.n = (size_t)(slash - address.p);
	conn->address = address;
	conn->present = true;

	enum sip_host_type found = sip_host_type(address);

	return found == SIP_HOST_DOMAIN || found == (conn->ipv6 ? SIP_HOST_IPV6 : SIP_HOST_IPV4);
}

static bool line_version(struct sdp_reader *r, struct sip_lex *l)
{
	struct str version;

	if (!word(l, &version) || !str_eq(version, STR("0")))
		return fail(r, l, "v= line: only version 0 is known");
	return true;
}

static bool line_origin(struct sdp_reader *r, struct sip_lex *l)
{
	struct sdp *sdp = r->sdp;

	if (!word(l, &sdp->user) || !next_word(l, &sdp->session_id) ||
	    !next_word(l, &sdp->version) || !all_digits(sdp->session_id) ||
	    !all_digits(sdp->version) || !lex_char(l, ' '))
		return fail(r, l, "o= line: user, session id and version expected");
	if (!lex_conn(l, &sdp->origin))
		return fail(r, l, "o= line: bad address");
	return true;
}

static bool line_name(struct sdp_reader *r, struct sip_lex *l)
{
	r->sdp->name = lex_rest(l);
	l->at = l->end;
	return true;
}

static bool line_conn(struct sdp_reader *r, struct sip_lex *l)
{
	struct sdp_conn conn = { 0 };

	if (!lex_conn(l, &conn))
		return fail(r, l, "c= line: bad address");
	/* A media stream may have several, one for each layer: the first is the base. */
	if (!r->media)
		r->sdp->conn = conn;
	else if (!r->media->conn.present)
		r->media->conn = conn;
	return true;
}

static bool line_time(struct sdp_reader *r, struct sip_lex *l)
{
	struct str start, stop;
	uint64_t from, to;

	if (!word(l, &start) || !next_word(l, &stop) || !number(start, UINT64_MAX, &from) ||
	    !number(stop, UINT64_MAX, &to))
		return fail(r, l, "t= line: two numbers expected");
	if (r->sdp->start == 0 && r->sdp->stop == 0) {
		r->sdp->start = from;
		r->sdp->stop = to;
	}
	return true;
}

/* Lines without a meaning for offer and answer must not be empty. */
static bool line_kept(struct sdp_reader *r, struct sip_lex *l)
{
	if (lex_done(l))
		return fail(r, l, "a line is empty");
	l->at = l->end;
	return true;
}

static bool rtp(const struct sdp_media *media)
{
	return media->proto <= SDP_RTP_SAVPF;
}

static void static_type(struct sdp_format *format)
{
	for (size_t i = 0; i < COUNT(static_types); i++) {
		if (static_types[i].pt == format->pt) {
			format->encoding = str_c(static_types[i].encoding);
			format->rate = static_types[i].rate;
			format->channels = static_types[i].channels;
		}
	}
}

static bool media_format(struct sdp_reader *r, struct sip_lex *l)
{
	struct sdp_media *media = r->media;
	struct sdp_format *format = &media->formats[media->n_formats];
	uint64_t pt = 0;

	if (media->n_formats == SDP_MAX_FORMATS) {
		fail(r, l, "m= line: too many formats");
		r->status = -E2BIG;
		return false;
	}
	*format = (struct sdp_format){ .channels = 1 };
	if (!word(l, &format->name) || (rtp(media) && !number(format->name, PT_MAX, &pt)))
		return fail(r, l, "m= line: bad format");
	format->pt = (uint8_t)pt;
	if (rtp(media))
		static_type(format);
	media->n_formats++;
	return true;
}

static int media_word(struct str s, bool transport)
{
	if (transport) {
		for (size_t i = 0; i < COUNT(transports); i++) {
			if (str_ieq(s, str_c(transports[i].name)))
				return transports[i].value;
		}
		return SDP_PROTO_OTHER;
	}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (str_eq(s, str_c(kinds[i].name)))
			return kinds[i].value;
	}
	return SDP_OTHER;
}

/* port [ "/" number of ports ] */
static bool media_port(struct str s, struct sdp_media *media)
{
	const char *slash = memchr(s.p, '/', s.n);
	struct str port = { s.p, slash ? (size_t)(slash - s.p) : s.n };
	uint64_t value, ports = 1;

	if (slash && (!number((struct str){ slash + 1, s.n - port.n - 1 }, UINT16_MAX, &ports) ||
		      ports == 0))
		return false;
	if (!number(port, UINT16_MAX, &value))
		return false;
	media->port = (uint16_t)value;
	media->ports = (uint16_t)ports;
	return true;
}

static bool line_media(struct sdp_reader *r, struct sip_lex *l)
{
	struct str port;

	if (r->sdp->n_media == SDP_MAX_MEDIA) {
		fail(r, l, "too many m= lines");
		r->status = -E2BIG;
		return false;
	}
	r->media = &r->sdp->media[r->sdp->n_media++];
	memset(r->media, 0, offsetof(struct sdp_media, formats));
	if (!word(l, &r->media->kind_name) || !next_word(l, &port) || !media_port(port, r->media))
		return fail(r, l, "m= line: bad port");
	if (!next_word(l, &r->media->proto_name))
		return fail(r, l, "m= line: no transport");
	r->media->kind = (enum sdp_kind)media_word(r->media->kind_name, false);
	r->media->proto = (enum sdp_proto)media_word(r->media->proto_name, true);
	do {
		if (!lex_char(l, ' '))
			return fail(r, l, "m= line: no format");
		if (!media_format(r, l))
			return false;
	} while (!lex_done(l));
	return true;
}

/* The payload type that begins rtpmap and fmtp. NULL: not of this media, ignored. False: malformed.
 */
static bool attr_format(struct sdp_reader *r, struct sip_lex *l, struct sdp_format **format)
{
	struct str name;

	*format = NULL;
	if (!word(l, &name) || !lex_char(l, ' '))
		return false;
	for (unsigned i = 0; i < r->media->n_formats; i++) {
		if (str_eq(r->media->formats[i].name, name))
			*format = &r->media->formats[i];
	}
	return true;
}

/* encoding "/" rate [ "/" channels ]; without a rate (RFC 4475 has such) that of the static type
 * stays. */
static bool attr_rtpmap(struct sdp_reader *r, struct sip_lex *l)
{
	struct sdp_format *format;
	struct str encoding;
	uint64_t rate = 0, channels = 1;

	if (!attr_format(r, l, &format) || !lex_token(l, &encoding))
		return fail(r, l, "a=rtpmap: format and encoding expected");
	if (lex_char(l, '/') && (!lex_uint(l, UINT32_MAX, &rate) || rate == 0))
		return fail(r, l, "a=rtpmap: bad clock rate");
	if (lex_char(l, '/') && (!lex_uint(l, UINT8_MAX, &channels) || channels == 0))
		return fail(r, l, "a=rtpmap: bad number of channels");
	if (!format)
		return true;
	format->encoding = encoding;
	if (rate > 0) {
		format->rate = (uint32_t)rate;
		format->channels = (uint8_t)channels;
	}
	return true;
}

static bool attr_fmtp(struct sdp_reader *r, struct sip_lex *l)
{
	struct sdp_format *format;

	if (!attr_format(r, l, &format) || lex_done(l))
		return fail(r, l, "a=fmtp: format and parameters expected");
	if (format)
		format->fmtp = lex_rest(l);
	l->at = l->end;
	return true;
}

/* An extension that many write in their own way: what cannot be read is passed over. */
static bool attr_gpmd(struct sdp_reader *r, struct sip_lex *l)
{
	struct str name;
	bool vbd = gpmd_is_vbd(lex_rest(l), &name);

	for (unsigned i = 0; i < r->media->n_formats; i++) {
		if (str_eq(r->media->formats[i].name, name))
			r->media->formats[i].vbd = vbd;
	}
	l->at = l->end;
	return true;
}

static bool attr_ms(struct sdp_reader *r, struct sip_lex *l, uint16_t *ms)
{
	uint64_t v;

	if (!lex_uint(l, UINT16_MAX, &v) || v == 0)
		return fail(r, l, "a=ptime or maxptime: milliseconds expected");
	*ms = (uint16_t)v;
	return true;
}

/* RFC 3605 2.1 */
static bool attr_rtcp(struct sdp_reader *r, struct sip_lex *l)
{
	uint64_t port;

	if (!lex_uint(l, UINT16_MAX, &port) ||
	    (!lex_done(l) && (!lex_char(l, ' ') || !lex_conn(l, &r->media->rtcp_conn))))
		return fail(r, l, "a=rtcp: port and address expected");
	r->media->rtcp_port = (uint16_t)port;
	return true;
}

static bool attr_direction(struct sdp_reader *r, struct str name)
{
	for (size_t i = 0; i < COUNT(directions); i++) {
		if (!str_eq(name, str_c(directions[i].name)))
			continue;
		if (r->media) {
			r->media->direction = (enum sdp_direction)directions[i].value;
			r->media->has_direction = true;
		} else {
			r->sdp->direction = (enum sdp_direction)directions[i].value;
			r->sdp->has_direction = true;
		}
		return true;
	}
	return false;
}

/* RFC 4566 5.13: attributes not understood are ignored; the first SDP_MAX_ATTRS of them stay
 * readable. */
static void attr_keep(struct sdp_reader *r, struct str name, struct str value)
{
	struct sdp *sdp = r->sdp;

	if (sdp->n_attrs == SDP_MAX_ATTRS)
		return;
	sdp->attrs[sdp->n_attrs++] = (struct sdp_attr){
		.media = r->media ? (int)sdp->n_media - 1 : -1, .name = name, .value = value
	};
}

static bool attr_of_media(struct sdp_reader *r, struct str name, struct sip_lex *l, bool *known)
{
	*known = true;
	if (str_eq(name, STR("rtpmap")))
		return attr_rtpmap(r, l);
	if (str_eq(name, STR("fmtp")))
		return attr_fmtp(r, l);
	if (str_eq(name, STR("gpmd")))
		return attr_gpmd(r, l);
	if (str_eq(name, STR("ptime")))
		return attr_ms(r, l, &r->media->ptime_ms);
	if (str_eq(name, STR("maxptime")))
		return attr_ms(r, l, &r->media->maxptime_ms);
	if (str_eq(name, STR("rtcp")))
		return attr_rtcp(r, l);
	*known = false;
	return true;
}

static bool line_attr(struct sdp_reader *r, struct sip_lex *l)
{
	struct str name;
	bool known = false;

	if (!lex_token(l, &name))
		return fail(r, l, "a= line: no name");
	if (lex_done(l)) {
		if (r->media && str_eq(name, STR("rtcp-mux")))
			r->media->rtcp_mux = true;
		else if (!attr_direction(r, name))
			attr_keep(r, name, STR_NONE);
		return true;
	}
	if (!lex_char(l, ':'))
		return fail(r, l, "a= line: bad name");
	if (r->media && !attr_of_media(r, name, l, &known))
		return false;
	if (!known) {
		attr_keep(r, name, lex_rest(l));
		l->at = l->end;
	}
	return true;
}

/* The lines in the order that RFC 4566 5 demands; once unless it says otherwise. */
static const struct line {
	char type;
	bool repeats;
	bool (*read)(struct sdp_reader *r, struct sip_lex *l);
} session_lines[] =
	{
		{'v', false, line_version},
		    {'o', false, line_origin },
		       {'s', false, line_name   },
		{'i', false, line_kept   },
		    {'u', false, line_kept	  },
		       {'e', true,  line_kept   },
		{'p', true,  line_kept   },
		    {'c', false, line_conn	  },
		       {'b', true,  line_kept   },
		{'t', true,  line_time   },
		    {'r', true,	line_kept	 },
		       {'z', false, line_kept   },
		{'k', false, line_kept   },
		    {'a', true,	line_attr	 },
		       {'m', false, line_media  },
},
  media_lines[] = {
	  {'i', false, line_kept}, {'c', true, line_conn}, {'b', true, line_kept},
	  {'k', false, line_kept}, {'a', true, line_attr}, {'m', false, line_media},
};

#define PLACE_TIME 9 /* t= in session_lines: r= belongs to it, and another t= may follow */

static bool mandatory_before(const struct sdp_reader *r, size_t place)
{
	static const size_t must[] = { 0, 1, 2, PLACE_TIME };

	for (size_t i = 0; i < COUNT(must); i++) {
		if (must[i] >= r->place && must[i] < place)
			return false;
	}
	return true;
}

static bool read_line(struct sdp_reader *r, char type, struct sip_lex *l)
{
	const struct line *lines = r->media ? media_lines : session_lines;
	size_t n = r->media ? COUNT(media_lines) : COUNT(session_lines);
	size_t place = r->place;

	if (!r->media && type == 't' && place == PLACE_TIME + 2)
		place = PLACE_TIME;
	else if (place > 0 && lines[place - 1].type == type && lines[place - 1].repeats)
		place--;
	while (place < n && lines[place].type != type)
		place++;
	if (place == n)
		return fail(r, l, "a line is unknown or out of order");
	if (!r->media && !mandatory_before(r, place))
		return fail(r, l, "v=, o=, s= or t= is missing");
	r->place = place + 1;
	if (!lines[place].read(r, l))
		return false;
	if (type == 'm')
		r->place = 0;
	if (!lex_done(l))
		return fail(r, l, "a line goes on after its end");
	return true;
}

/* type "=" value of one line */
static bool split_line(struct sdp_reader *r, struct str line)
{
	struct sip_lex l;
	char type;

	lex_open(&l, line);
	if (memchr(line.p, '\0', line.n) || memchr(line.p, '\r', line.n))
		return fail(r, &l, "a line holds NUL or CR");
	if (line.n < 2 || line.p[1] != '=')
		return fail(r, &l, "a line does not begin with letter and =");
	type = line.p[0];
	l.at += 2;
	return read_line(r, type, &l);
}

/* Each media's own c= and direction, or the session's. */
static bool inherit(struct sdp_reader *r, const struct sip_lex *end)
{
	struct sdp *sdp = r->sdp;

	for (unsigned i = 0; i < sdp->n_media; i++) {
		struct sdp_media *media = &sdp->media[i];

		if (!media->conn.present)
			media->conn = sdp->conn;
		if (!media->conn.present && media->port)
			return fail(r, end, "no c= line for a media stream");
		if (!media->has_direction)
			media->direction = sdp->has_direction ? sdp->direction : SDP_SENDRECV;
	}
	return true;
}

static bool read_all(struct sdp_reader *r, struct sip_lex *l)
{
	while (!lex_done(l)) {
		const char *lf = memchr(l->at, '\n', (size_t)(l->end - l->at));
		struct str line = { l->at, (size_t)((lf ? lf : l->end) - l->at) };

		l->at = lf ? lf + 1 : l->end;
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0) { /* empty lines are tolerated at the end */
			lex_ws(l);
			if (!lex_done(l) && *l->at != '\r' && *l->at != '\n')
				return fail(r, l, "an empty line");
			continue;
		}
		if (!split_line(r, line))
			return false;
	}
	if (!r->media && !mandatory_before(r, COUNT(session_lines)))
		return fail(r, l, "v=, o=, s= or t= is missing");
	return inherit(r, l);
}

int sdp_parse(struct sdp *sdp, struct str text, struct sdp_error *error)
{
	struct sdp_reader r = { .sdp = sdp };
	struct sip_lex l;

	memset(sdp, 0, offsetof(struct sdp, media));
	sdp->n_attrs = 0;
	lex_open(&l, text);
	r.start = l.at;
	read_all(&r, &l);
	if (error)
		*error = r.error;
	return r.status;
}
