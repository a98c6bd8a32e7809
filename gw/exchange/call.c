/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A call of the exchange: its life between the circuit, the audio and the report. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "gw/exchange/exchange_private.h"

bool call_is_ansi(const struct exchange_call *call)
{
	return isup_variant(trunk_isup(call->exchange->trunk)) == ISUP_ANSI;
}

const char *call_state_name(enum call_state state)
{
	static const char *const names[] = {
		[CALL_ST_COLLECTING] = "collecting", [CALL_ST_PROCEEDING] = "proceeding",
		[CALL_ST_RINGING] = "ringing",	     [CALL_ST_ANSWERED] = "answered",
		[CALL_ST_RELEASING] = "releasing",
	};
	return names[state];
}

void call_set_state(struct exchange_call *call, enum call_state state)
{
	if (call->state == state)
		return;
	log_write(LOG_DEBUG, call->name, "%s -> %s", call_state_name(call->state),
		  call_state_name(state));
	call->state = state;
}

static int64_t call_ms(const struct exchange_call *call)
{
	uint64_t now = timer_heap_now_us(call->exchange->heap);

	return (int64_t)((now - call->start_us) / 1000);
}

void call_event(struct exchange_call *call, const char *event, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_write(LOG_INFO, call->name, "%s%s%s", event, text[0] ? " " : "", text);
	(void)json_array_append_new(call->events,
				    json_pack("{s:I, s:s, s:s}", "t", (json_int_t)call_ms(call),
					      "event", event, "text", text));
	report_put(call->exchange->report,
		   json_pack("{s:s, s:o, s:i, s:I, s:s, s:s}", "type", "event", "time",
			     report_now(), "call", (int)call->id, "t", (json_int_t)call_ms(call),
			     "event", event, "text", text));
}

static void step_expired(struct timer *timer, void *arg)
{
	struct exchange_call *call = arg;

	(void)timer;
	if (call->state == CALL_ST_RELEASING)
		call_audio_stop(call);
	else if (call->state == CALL_ST_ANSWERED)
		call_release_value(call, Q850_NORMAL); /* held long enough */
	else if (call->outgoing)
		call_release_value(call, Q850_NORMAL); /* gave up */
	else
		incoming_step(call);
}

static void digit_expired(struct timer *timer, void *arg)
{
	(void)timer;
	outgoing_digit(arg);
}

static void dtmf_expired(struct timer *timer, void *arg)
{
	struct exchange_call *call = arg;

	(void)timer;
	if (!call->audio_up || call->audio_closing)
		return;
	call_event(call, "DTMF sent", "%s", call->script->send_dtmf);
	if (audio_dial(call->exchange->audio, call->line->slot, call->script->send_dtmf))
		log_write(LOG_ERROR, call->name, "the audio thread is too far behind");
}

struct exchange_call *call_new(struct exchange *exchange, bool outgoing)
{
	struct exchange_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->exchange = exchange;
	call->id = ++exchange->last_call;
	snprintf(call->name, sizeof(call->name), "x%u", call->id);
	call->outgoing = outgoing;
	call->state = outgoing ? CALL_ST_PROCEEDING : CALL_ST_COLLECTING;
	call->cic = -1;
	call->answer_ms = -1;
	call->start_us = timer_heap_now_us(exchange->heap);
	call->start = report_now();
	call->events = json_array();
	if (!call->start || !call->events ||
	    timer_init(&call->step, exchange->heap, "step", step_expired, call) ||
	    timer_init(&call->digit, exchange->heap, "digit", digit_expired, call) ||
	    timer_init(&call->dtmf, exchange->heap, "DTMF", dtmf_expired, call)) {
		call_free(call);
		return NULL;
	}
	list_append(&exchange->calls, &call->node);
	if (outgoing)
		exchange->totals.outgoing++;
	else
		exchange->totals.incoming++;
	exchange->totals.up++;
	return call;
}

void call_free(struct exchange_call *call)
{
	list_remove(&call->node);
	timer_close(&call->step);
	timer_close(&call->digit);
	timer_close(&call->dtmf);
	json_decref(call->start);
	json_decref(call->events);
	free(call->path);
	free(call);
}

void call_take_circuit(struct exchange_call *call, struct isup_circuit *circuit)
{
	call->circuit = circuit;
	call->cic = isup_circuit_cic(circuit);
	isup_circuit_set_user(circuit, call);
}

int call_send(struct exchange_call *call, struct isup_msg *msg)
{
	int err = call->circuit ? isup_send(call->circuit, msg) : -EPROTO;

	if (err)
		call_event(call, isup_type_name(msg->type), "not sent: %s", strerror(-err));
	else
		call_event(call, isup_type_name(msg->type), "sent");
	return err;
}

void call_answered(struct exchange_call *call)
{
	call_set_state(call, CALL_ST_ANSWERED);
	call->answer_ms = call_ms(call);
	call->exchange->totals.answered++;
	timer_stop(&call->step);
	timer_stop(&call->digit);
	call_audio_play(call, call->play);
	if (call->script->record == CONF_RECORD_ANSWERED)
		call_audio_record(call);
	if (call->script->send_dtmf)
		timer_start_ms(&call->dtmf, call->script->dtmf_delay_ms);
	if (call->script->hold_ms)
		timer_start_ms(&call->step, call->script->hold_ms);
}

/* The call has ended: nothing is played or waited for any more but the circuit. */
static void wind_up(struct exchange_call *call, const struct isup_cause *cause, const char *by)
{
	if (!call->released_by) {
		call->cause = *cause;
		call->released_by = by;
	}
	call_set_state(call, CALL_ST_RELEASING);
	timer_stop(&call->step);
	timer_stop(&call->digit);
	timer_stop(&call->dtmf);
	call_audio_stop(call);
}

void call_release(struct exchange_call *call, const struct isup_cause *cause, const char *by)
{
	if (call->state == CALL_ST_RELEASING)
		return;
	call_event(call, "REL", "sent: %u %s", cause->value, q850_cause_name(cause->value));
	wind_up(call, cause, by);
	if (call->circuit)
		isup_release(call->circuit, cause);
	call_check_over(call);
}

void call_lose(struct exchange_call *call, const struct isup_cause *cause)
{
	call_release(call, cause, "network");
	if (call->circuit)
		isup_circuit_set_user(call->circuit, NULL);
	call->circuit = NULL;
	call_check_over(call);
}

void call_release_value(struct exchange_call *call, uint8_t value)
{
	const struct isup_cause cause = { .location = Q850_LOC_USER, .value = value };

	call_release(call, &cause, "local");
}

/* --- report --- */

static json_t *number_json(const struct isup_number *number)
{
	static const char *const natures[] = { "?", "subscriber", "unknown", "national",
					       "international" };

	if (!number->noa && !number->n)
		return json_null();
	return json_pack("{s:s, s:s, s:b}", "digits", number->digits, "nature",
			 natures[number->noa <= ISUP_NOA_INTERNATIONAL ? number->noa : 0],
			 "complete", number->complete);
}

static json_t *recording_json(const struct exchange_call *call)
{
	if (!call->recorded)
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:s?}", "file", call->path, "octets",
			 (json_int_t)call->result.octets, "lost",
			 (json_int_t)(call->result.lost + call->audio.forgotten), "error",
			 call->result.error ? strerror(-call->result.error) : NULL);
}

static const char *script_name(const struct exchange_call *call)
{
	if (call->origin)
		return call->origin->name;
	return call->subscriber ? call->subscriber->conf->digits : NULL;
}

static json_t *call_json(const struct exchange_call *call)
{
	const struct audio_stats *audio = &call->audio;
	json_t *json = json_pack("{s:s, s:i, s:O, s:s, s:i, s:s?, s:o, s:o}", "type", "call",
				 "call", (int)call->id, "start", call->start, "direction",
				 call->outgoing ? "out" : "in", "circuit", call->cic, "script",
				 script_name(call), "called", number_json(&call->called), "calling",
				 number_json(&call->calling));

	if (!json)
		return NULL;
	(void)json_object_update_new(
		json,
		json_pack("{s:b, s:I, s:I, s:i, s:i, s:s, s:s?, s:s, s:o, s:O}", "answered",
			  call->answer_ms >= 0, "answer_ms", (json_int_t)call->answer_ms, "end_ms",
			  (json_int_t)call_ms(call), "cause", call->cause.value, "location",
			  call->cause.location, "cause_name", q850_cause_name(call->cause.value),
			  "released_by", call->released_by, "digits", call->heard, "recording",
			  recording_json(call), "events", call->events));
	(void)json_object_set_new(json, "audio",
				  json_pack("{s:I, s:I, s:I}", "blocks_in",
					    (json_int_t)audio->blocks_in, "blocks_out",
					    (json_int_t)audio->blocks_out, "refused",
					    (json_int_t)audio->refused));
	return json;
}

void call_check_over(struct exchange_call *call)
{
	struct exchange *exchange = call->exchange;

	if (call->over || call->state != CALL_ST_RELEASING || call->circuit || call->audio_up ||
	    call->recording)
		return;
	call->over = true;
	report_put(exchange->report, call_json(call));
	exchange->totals.up--;
	list_remove(&call->node);
	list_append(&exchange->over, &call->node);
	timer_start_ms(&exchange->reap, 0);
}

/* --- from ISUP --- */

/* REL came, or a timer of ISUP ended the call. */
static void release_indicated(struct exchange_call *call, const struct isup_indication *ind)
{
	bool remote = ind->msg && ind->msg->type == ISUP_REL;

	call_event(call, "REL", "%s: %u %s", remote ? "received" : "by ISUP", ind->cause.value,
		   q850_cause_name(ind->cause.value));
	wind_up(call, &ind->cause, remote ? "remote" : "network");
	if (ind->ind == ISUP_IND_RELEASE && call->circuit)
		isup_release(call->circuit, &ind->cause);
}

/* The circuit is free or was reset. */
static void circuit_gone(struct exchange_call *call, const struct isup_indication *ind)
{
	if (call->state != CALL_ST_RELEASING)
		call_event(call, "circuit lost", "%u %s", ind->cause.value,
			   q850_cause_name(ind->cause.value));
	call->circuit = NULL;
	wind_up(call, &ind->cause, "network");
}

static void indicate_known(struct exchange_call *call, const struct isup_indication *ind)
{
	switch (ind->ind) {
	case ISUP_IND_DIGITS:
	case ISUP_IND_T10:
		incoming_digits(call, ind);
		break;
	case ISUP_IND_ADDRESS_COMPLETE:
	case ISUP_IND_PROGRESS:
	case ISUP_IND_ANSWER:
	case ISUP_IND_REATTEMPT:
		outgoing_indicate(call, ind);
		break;
	case ISUP_IND_SUSPEND:
	case ISUP_IND_RESUME:
		call_event(call, ind->ind == ISUP_IND_SUSPEND ? "SUS" : "RES", "received");
		break;
	case ISUP_IND_RELEASE:
	case ISUP_IND_T35:
		release_indicated(call, ind);
		break;
	case ISUP_IND_RELEASED:
		circuit_gone(call, ind);
		break;
	case ISUP_IND_CONTINUITY:
	case ISUP_IND_INFO_REQUEST:
	case ISUP_IND_INFORMATION:
	case ISUP_IND_MESSAGE:
	case ISUP_IND_SETUP:
		break;
	}
	call_check_over(call);
}

void call_indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	struct exchange_call *call = isup_circuit_user(circuit);

	if (ind->ind == ISUP_IND_SETUP)
		incoming_setup(arg, circuit, ind->msg);
	else if (call)
		indicate_known(call, ind);
}
