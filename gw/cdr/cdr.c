/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Call detail records as JSON lines. */
#include "gw/cdr/cdr.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/base/sink.h"

#define RECORD_OCTETS 2048 /* room for one record in the queue; a typical one has half of that */

static struct counter records =
	COUNTER_INIT("causeway_cdr_records_total", "Call detail records written");
static struct counter dropped = COUNTER_INIT(
	"causeway_cdr_dropped_total", "Call detail records dropped because the disk was too slow");

struct cdr {
	struct call_observer observer;
	struct sink *sink; /* own */
};

static json_t *time_json(uint64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm tm;
	char date[24], text[40];

	if (!us)
		return json_null();
	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03uZ", date, (unsigned)(us / 1000 % 1000));
	return json_string(text);
}

static json_t *number_json(const struct leg_number *number)
{
	static const char *const noa[] = {"unknown", "subscriber", "national", "international"};
	static const char *const presentation[] = {"allowed", "restricted", "unavailable"};

	if (!number->digits[0])
		return json_null();
	return json_pack("{s:s, s:s, s:s}", "digits", number->digits, "nature", noa[number->noa],
			 "presentation", presentation[number->presentation]);
}

static json_t *media_json(const struct media_end_stats *m)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:I, s:i, s:i}",
			 "packets_in", (json_int_t)m->packets_in, "packets_out",
			 (json_int_t)m->packets_out, "lost", (json_int_t)m->lost, "late",
			 (json_int_t)m->late, "duplicate", (json_int_t)m->duplicate, "refused",
			 (json_int_t)m->refused, "concealed_ms", (json_int_t)m->concealed_ms,
			 "jitter_us", (int)m->jitter_us, "blocks_in", (json_int_t)m->blocks_in,
			 "blocks_out", (json_int_t)m->blocks_out, "dtmf_in", (int)m->dtmf_in,
			 "dtmf_out", (int)m->dtmf_out);
}

static json_t *leg_json(const char *trunk, const char *protocol, const char *leg,
			const struct media_end_stats *media)
{
	if (!trunk)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:o}", "trunk", trunk, "protocol", protocol, "leg", leg,
			 "media", media_json(media));
}

static double seconds_between(uint64_t from, uint64_t to)
{
	return from && to > from ? (double)((to - from) / 1000) / 1e3 : 0;
}

char *cdr_json(const struct call_record *r)
{
	static const char *const by[] = {"in", "out", "gateway"};
	json_t *object = json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:o, s:f, s:s?, s:i, s:o, s:o, s:o, s:o, s:o}", "call",
		r->id, "start", time_json(r->start_us), "complete", time_json(r->complete_us),
		"alerting", time_json(r->alerting_us), "answer", time_json(r->answer_us), "end",
		time_json(r->end_us), "seconds", seconds_between(r->answer_us, r->end_us), "route",
		r->route[0] ? r->route : NULL, "attempts", (int)r->attempts, "calling",
		number_json(&r->calling), "called", number_json(&r->called), "called_sent",
		number_json(&r->called_sent), "in",
		leg_json(r->trunk_in, r->protocol_in, r->leg_in, &r->media[0]), "out",
		leg_json(r->trunk_out, r->protocol_out, r->leg_out, &r->media[1]));
	json_t *release = json_pack(
		"{s:s, s:i, s:s, s:i}", "by", by[r->released_by], "cause", (int)r->release.cause,
		"text", q850_cause_name(r->release.cause), "location", (int)r->release.location);
	char *text = NULL;

	if (r->release.sip_status)
		json_object_set_new(release, "sip_status", json_integer(r->release.sip_status));
	if (object && !json_object_set_new(object, "release", release))
		text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(object);
	return text;
}

static void call_ended(void *arg, const struct call_record *record)
{
	struct cdr *cdr = arg;
	char *text = cdr_json(record);
	size_t n = text ? strlen(text) : 0;
	bool taken = false;

	if (text) {
		text[n] = '\n'; /* the terminator is not written */
		taken = sink_put(cdr->sink, text, n + 1);
	}
	free(text);
	counter_add(taken ? &records : &dropped, 1);
	if (!taken)
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
	cdr->observer = (struct call_observer){.ended = call_ended, .arg = cdr};
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
