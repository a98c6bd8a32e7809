/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Writing session descriptions (RFC 4566 5) and what offer and answer ask of them (RFC 3264). */
#include <errno.h>

#include "gw/sip/sdp.h"
#include "gw/sip/write.h"

static void write_conn(struct sip_writer *w, const struct sdp_conn *conn)
{
	sip_write_c(w, conn->ipv6 ? "IN IP6 " : "IN IP4 ");
	if (conn->present)
		sip_write_str(w, conn->address);
	else
		sip_write_c(w, conn->ipv6 ? "::" : "0.0.0.0");
}

static void write_or(struct sip_writer *w, struct str s, const char *otherwise)
{
	if (s.n > 0)
		sip_write_str(w, s);
	else
		sip_write_c(w, otherwise);
}

static void write_session(struct sip_writer *w, const struct sdp *sdp)
{
	sip_write_c(w, "v=0");
	sip_write_crlf(w);
	sip_write_c(w, "o=");
	write_or(w, sdp->user, "-");
	sip_write_c(w, " ");
	write_or(w, sdp->session_id, "0");
	sip_write_c(w, " ");
	write_or(w, sdp->version, "0");
	sip_write_c(w, " ");
	write_conn(w, &sdp->origin);
	sip_write_crlf(w);
	sip_write_c(w, "s=");
	write_or(w, sdp->name, "-");
	sip_write_crlf(w);
	if (sdp->conn.present) {
		sip_write_c(w, "c=");
		write_conn(w, &sdp->conn);
		sip_write_crlf(w);
	}
	sip_write_c(w, "t=");
	sip_write_uint(w, sdp->start);
	sip_write_c(w, " ");
	sip_write_uint(w, sdp->stop);
	sip_write_crlf(w);
}

static void write_flag(struct sip_writer *w, const char *name)
{
	sip_write_c(w, "a=");
	sip_write_c(w, name);
	sip_write_crlf(w);
}

static void write_number(struct sip_writer *w, const char *name, uint64_t value)
{
	if (value == 0)
		return;
	sip_write_c(w, "a=");
	sip_write_c(w, name);
	sip_write_uint(w, value);
	sip_write_crlf(w);
}

static void write_kept(struct sip_writer *w, const struct sdp *sdp, int media)
{
	for (unsigned i = 0; i < sdp->n_attrs; i++) {
		const struct sdp_attr *attr = &sdp->attrs[i];

		if (attr->media != media)
			continue;
		sip_write_c(w, "a=");
		sip_write_str(w, attr->name);
		if (attr->value.p) {
			sip_write_c(w, ":");
			sip_write_str(w, attr->value);
		}
		sip_write_crlf(w);
	}
}

static void write_format_name(struct sip_writer *w, const struct sdp_format *format)
{
	if (format->name.n > 0)
		sip_write_str(w, format->name);
	else
		sip_write_uint(w, format->pt);
}

static void write_format(struct sip_writer *w, const struct sdp_format *format)
{
	if (format->encoding.n > 0 && format->rate > 0) {
		sip_write_c(w, "a=rtpmap:");
		write_format_name(w, format);
		sip_write_c(w, " ");
		sip_write_str(w, format->encoding);
		sip_write_c(w, "/");
		sip_write_uint(w, format->rate);
		if (format->channels > 1) {
			sip_write_c(w, "/");
			sip_write_uint(w, format->channels);
		}
		sip_write_crlf(w);
	}
	if (format->fmtp.n > 0) {
		sip_write_c(w, "a=fmtp:");
		write_format_name(w, format);
		sip_write_c(w, " ");
		sip_write_str(w, format->fmtp);
		sip_write_crlf(w);
	}
	if (format->vbd) {
		sip_write_c(w, "a=gpmd:");
		write_format_name(w, format);
		sip_write_c(w, " vbd=yes");
		sip_write_crlf(w);
	}
}

static void write_media_line(struct sip_writer *w, const struct sdp_media *media)
{
	sip_write_c(w, "m=");
	sip_write_str(w, media->kind_name);
	sip_write_c(w, " ");
	sip_write_uint(w, media->port);
	if (media->ports > 1) {
		sip_write_c(w, "/");
		sip_write_uint(w, media->ports);
	}
	sip_write_c(w, " ");
	sip_write_str(w, media->proto_name);
	for (unsigned i = 0; i < media->n_formats; i++) {
		sip_write_c(w, " ");
		write_format_name(w, &media->formats[i]);
	}
	sip_write_crlf(w);
}

static bool conn_eq(const struct sdp_conn *a, const struct sdp_conn *b)
{
	return a->present == b->present && a->ipv6 == b->ipv6 && str_ieq(a->address, b->address);
}

static void write_rtcp(struct sip_writer *w, const struct sdp_media *media)
{
	if (media->rtcp_port) {
		sip_write_c(w, "a=rtcp:");
		sip_write_uint(w, media->rtcp_port);
		if (media->rtcp_conn.present) {
			sip_write_c(w, " ");
			write_conn(w, &media->rtcp_conn);
		}
		sip_write_crlf(w);
	}
	if (media->rtcp_mux)
		write_flag(w, "rtcp-mux");
}

static void write_media(struct sip_writer *w, const struct sdp *sdp, unsigned i)
{
	const struct sdp_media *media = &sdp->media[i];

	write_media_line(w, media);
	if (media->conn.present && !conn_eq(&media->conn, &sdp->conn)) {
		sip_write_c(w, "c=");
		write_conn(w, &media->conn);
		sip_write_crlf(w);
	}
	/* A refused stream says nothing more (RFC 3264 6). */
	if (media->port == 0)
		return;
	for (unsigned f = 0; f < media->n_formats; f++)
		write_format(w, &media->formats[f]);
	write_number(w, "ptime:", media->ptime_ms);
	write_number(w, "maxptime:", media->maxptime_ms);
	if (media->has_direction)
		write_flag(w, sdp_direction_name(media->direction));
	write_rtcp(w, media);
	write_kept(w, sdp, (int)i);
}

int sdp_write(const struct sdp *sdp, char *buffer, size_t cap, size_t *n)
{
	struct sip_writer w;
	struct str text;
	int status;

	sip_write_open(&w, buffer, cap);
	write_session(&w, sdp);
	if (sdp->has_direction)
		write_flag(&w, sdp_direction_name(sdp->direction));
	write_kept(&w, sdp, -1);
	for (unsigned i = 0; i < sdp->n_media; i++)
		write_media(&w, sdp, i);
	status = sip_write_close(&w, &text);
	*n = text.n;
	return status;
}

const struct sdp_media *sdp_find_media(const struct sdp *sdp, enum sdp_kind kind)
{
	for (unsigned i = 0; i < sdp->n_media; i++) {
		if (sdp->media[i].kind == kind && sdp->media[i].port)
			return &sdp->media[i];
	}
	return NULL;
}

static bool sends(enum sdp_direction direction)
{
	return direction == SDP_SENDRECV || direction == SDP_SENDONLY;
}

static bool receives(enum sdp_direction direction)
{
	return direction == SDP_SENDRECV || direction == SDP_RECVONLY;
}

enum sdp_direction sdp_answer_direction(enum sdp_direction offered, enum sdp_direction want)
{
	bool send = receives(offered) && sends(want);
	bool receive = sends(offered) && receives(want);

	if (send)
		return receive ? SDP_SENDRECV : SDP_SENDONLY;
	return receive ? SDP_RECVONLY : SDP_INACTIVE;
}

bool sdp_conn_nowhere(const struct sdp_conn *conn)
{
	return conn->present && str_eq(conn->address, conn->ipv6 ? STR("::") : STR("0.0.0.0"));
}

bool sdp_media_held(const struct sdp_media *media)
{
	return !receives(media->direction) || sdp_conn_nowhere(&media->conn);
}
