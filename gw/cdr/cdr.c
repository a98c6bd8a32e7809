/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Call detail records as JSON lines. */
#include "gw/cdr/cdr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/json_line.h"
#include "gw/base/log.h"
#include "gw/base/sink.h"
#include "gw/base/wall.h"

#define RECORD_OCTETS 4096 /* room for one record in the queue; a typical one has 2500 */

static struct counter records =
	COUNTER_INIT("causeway_cdr_records_total", "Call detail records handed to the writer");
static struct counter dropped = COUNTER_INIT("causeway_cdr_dropped_total",
					     "Call detail records lost to a slow or failing disk");

struct cdr {
	struct call_observer observer;
	struct sink *sink; /* own */
};

static void put_time(struct json_line *line, const char *key, uint64_t us)
{
	char text[WALL_TEXT_MAX];

	if (!us) {
		json_line_null(line, key);
		return;
	}
	(void)wall_text(us, 3, text);
	json_line_text(line, key, text);
}

static void put_number(struct json_line *line, const char *key, const struct leg_number *number)
{
	static const char *const noa[] = { "unknown", "subscriber", "national", "international" };
	static const char *const presentation[] = { "allowed", "restricted", "unavailable" };

	if (!number->digits[0]) {
		json_line_null(line, key);
		return;
	}
	json_line_begin(line, key);
	json_line_text(line, "digits", number->digits);
	json_line_text(line, "nature", noa[number->noa]);
	json_line_text(line, "presentation", presentation[number->presentation]);
	json_line_end(line);
}

static void put_priority(struct json_line *line, const struct leg_priority *priority)
{
	static const char *const kinds[] = { "none", "precedence", "emergency" };

	if (priority->kind == LEG_PRIORITY_NONE) {
		json_line_null(line, "priority");
		return;
	}
	json_line_begin(line, "priority");
	json_line_text(line, "kind", kinds[priority->kind]);
	json_line_int(line, "level", priority->level);
	json_line_end(line);
}

static void put_parties(struct json_line *line, const struct call_record *r)
{
	put_number(line, "connected", &r->connected);
	put_number(line, "original", &r->original);
	put_number(line, "redirecting", &r->redirecting);
	json_line_int(line, "redirections", r->redirections);
	put_number(line, "routing", &r->routing);
	put_number(line, "location", &r->location);
	json_line_text(line, "carrier", r->carrier.digits[0] ? r->carrier.digits : NULL);
	json_line_int(line, "category", r->category);
	put_priority(line, &r->priority);
}

static void put_db(struct json_line *line, const char *key, uint8_t db)
{
	if (db == MEDIA_UNKNOWN)
		json_line_null(line, key);
	else
		json_line_int(line, key, db);
}

static void put_echo(struct json_line *line, const struct media_echo *echo)
{
	if (echo->state == MEDIA_ECHO_NONE)
		return;
	json_line_begin(line, "echo");
	json_line_text(line, "state", media_echo_name((enum media_echo_state)echo->state));
	put_db(line, "erl_db", echo->erl_db);
	put_db(line, "erle_db", echo->erle_db);
	json_line_int(line, "tail_begin_ms", echo->tail_begin_ms);
	json_line_int(line, "tail_end_ms", echo->tail_end_ms);
	json_line_int(line, "disablings", echo->disablings);
	json_line_end(line);
}

static void put_mos(struct json_line *line, const char *key, uint8_t mos)
{
	if (mos == MEDIA_UNKNOWN)
		json_line_null(line, key);
	else
		json_line_milli(line, key, mos * 100u);
}

/* RFC 3611 4.7; rates in percent. */
static void put_quality(struct json_line *line, const char *key, const struct media_quality *q)
{
	if (!q->known) {
		json_line_null(line, key);
		return;
	}
	json_line_begin(line, key);
	json_line_milli(line, "loss", q->loss_rate * 100000u / 256);
	json_line_milli(line, "discard", q->discard_rate * 100000u / 256);
	json_line_milli(line, "burst_density", q->burst_density * 100000u / 256);
	json_line_int(line, "burst_ms", q->burst_ms);
	json_line_milli(line, "gap_density", q->gap_density * 100000u / 256);
	json_line_int(line, "gap_ms", q->gap_ms);
	json_line_int(line, "round_trip_ms", q->round_trip_ms);
	json_line_int(line, "end_system_ms", q->end_system_ms);
	if (q->r_factor == MEDIA_UNKNOWN)
		json_line_null(line, "r_factor");
	else
		json_line_int(line, "r_factor", q->r_factor);
	put_mos(line, "mos_lq", q->mos_lq);
	put_mos(line, "mos_cq", q->mos_cq);
	json_line_end(line);
}

static void put_media(struct json_line *line, const struct media_end_stats *m,
		      const struct call_media_faults *faults)
{
	json_line_begin(line, "media");
	json_line_int(line, "packets_in", (int64_t)m->packets_in);
	json_line_int(line, "packets_out", (int64_t)m->packets_out);
	json_line_int(line, "lost", (int64_t)m->lost);
	json_line_int(line, "late", (int64_t)m->late);
	json_line_int(line, "duplicate", (int64_t)m->duplicate);
	json_line_int(line, "reordered", (int64_t)m->reordered);
	json_line_int(line, "refused", (int64_t)m->refused);
	json_line_int(line, "unsent", (int64_t)m->unsent);
	json_line_int(line, "recovered", (int64_t)m->recovered);
	json_line_int(line, "concealed_ms", (int64_t)m->concealed_ms);
	json_line_int(line, "comfort_ms", (int64_t)m->comfort_ms);
	json_line_int(line, "cn_in", (int64_t)m->cn_in);
	json_line_int(line, "cn_out", (int64_t)m->cn_out);
	json_line_int(line, "jitter_us", m->jitter_us);
	json_line_int(line, "rtt_us", m->rtt_us);
	json_line_int(line, "blocks_in", (int64_t)m->blocks_in);
	json_line_int(line, "blocks_out", (int64_t)m->blocks_out);
	json_line_int(line, "dtmf_in", m->dtmf_in);
	json_line_int(line, "dtmf_out", m->dtmf_out);
	json_line_int(line, "vbd", m->vbd);
	put_echo(line, &m->echo);
	json_line_int(line, "signals_in", m->signals_in);
	json_line_int(line, "rtp_timeouts", faults->rtp_timeouts);
	json_line_int(line, "silences", faults->silences);
	put_quality(line, "quality", &m->quality);
	put_quality(line, "peer_quality", &m->peer_quality);
	json_line_end(line);
}

static void put_leg(struct json_line *line, const struct call_record *r, unsigned side)
{
	const char *key = side ? "out" : "in";
	const char *trunk = side ? r->trunk_out : r->trunk_in;

	if (!trunk) {
		json_line_null(line, key);
		return;
	}
	json_line_begin(line, key);
	json_line_text(line, "trunk", trunk);
	json_line_text(line, "protocol", side ? r->protocol_out : r->protocol_in);
	json_line_text(line, "leg", side ? r->leg_out : r->leg_in);
	put_media(line, &r->media[side], &r->faults[side]);
	json_line_end(line);
}

static void put_release(struct json_line *line, const struct call_record *r)
{
	static const char *const by[] = { "in", "out", "gateway" };

	json_line_begin(line, "release");
	json_line_text(line, "by", by[r->released_by]);
	json_line_int(line, "cause", r->release.cause);
	json_line_text(line, "text", q850_cause_name(r->release.cause));
	json_line_int(line, "location", r->release.location);
	if (r->release.new_number.digits[0])
		json_line_text(line, "new_number", r->release.new_number.digits);
	if (r->release.sip_status)
		json_line_int(line, "sip_status", r->release.sip_status);
	json_line_end(line);
}

static uint64_t ms_between(uint64_t from_us, uint64_t to_us)
{
	return from_us && to_us > from_us ? (to_us - from_us) / 1000 : 0;
}

size_t cdr_json(const struct call_record *r, char *text, size_t cap)
{
	struct json_line line;

	json_line_open(&line, text, cap);
	json_line_text(&line, "call", r->id);
	put_time(&line, "start", r->start_us);
	put_time(&line, "complete", r->complete_us);
	put_time(&line, "alerting", r->alerting_us);
	put_time(&line, "answer", r->answer_us);
	put_time(&line, "end", r->end_us);
	json_line_milli(&line, "seconds", ms_between(r->answer_us, r->end_us));
	json_line_text(&line, "route", r->route[0] ? r->route : NULL);
	json_line_int(&line, "attempts", r->attempts);
	json_line_text(&line, "overlap", r->overlap);
	if (r->post_dial)
		json_line_milli(&line, "post_dial_delay", r->post_dial_ms);
	else
		json_line_null(&line, "post_dial_delay");
	put_number(&line, "calling", &r->calling);
	put_number(&line, "called", &r->called);
	put_number(&line, "dialled", &r->dialled);
	put_number(&line, "called_sent", &r->called_sent);
	if (r->target[0])
		json_line_text(&line, "enum", r->target);
	put_parties(&line, r);
	put_leg(&line, r, 0);
	put_leg(&line, r, 1);
	put_release(&line, r);
	return json_line_close(&line);
}

static void call_ended(void *arg, const struct call_record *record)
{
	struct cdr *cdr = arg;
	char text[CDR_OCTETS_MAX];
	size_t n = cdr_json(record, text, sizeof(text));

	if (!n)
		counter_add(&dropped, 1);
	if (n && sink_put(cdr->sink, text, n))
		counter_add(&records, 1);
	else
		log_write(LOG_ERROR, record->id, "call detail record dropped");
}

struct cdr *cdr_open(struct call_core *core, const char *path, unsigned queue)
{
	struct cdr *cdr = calloc(1, sizeof(*cdr));

	if (!cdr)
		return NULL;
	cdr->sink = sink_open(path, (size_t)queue * RECORD_OCTETS, false);
	if (!cdr->sink) {
		free(cdr);
		return NULL;
	}
	counter_list(&records);
	counter_list(&dropped);
	sink_count_lost(cdr->sink, &dropped);
	cdr->observer = (struct call_observer){ .ended = call_ended, .arg = cdr };
	call_core_observe(core, &cdr->observer);
	return cdr;
}

void cdr_reopen(struct cdr *cdr)
{
	sink_reopen(cdr->sink);
}

void cdr_close(struct cdr *cdr)
{
	if (!cdr)
		return;
	sink_close(cdr->sink);
	free(cdr);
}
