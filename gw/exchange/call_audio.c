/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The audio of a call: its circuit's timeslot, what is played, heard and recorded. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "gw/exchange/exchange_private.h"

#define PER_MS	      8
#define STOP_AGAIN_MS 100

static void too_far_behind(const struct exchange_call *call)
{
	log_write(LOG_ERROR, call->name, "the audio thread is too far behind");
}

static const struct audio_user user;

static int start(struct exchange_call *call)
{
	struct line *line = isup_circuit_bearer(call->circuit);
	const struct audio_circuit circuit = {
		.span = line->span_number,
		.timeslot = line->timeslot,
		.fd = line_open(line),
		.erl_db = call->script ? call->script->echo_erl_db : 0,
		.echo_delay_ms = call->script ? call->script->echo_delay_ms : 0,
		.user = &user,
		.owner = call,
	};
	int err;

	if (circuit.fd < 0)
		return circuit.fd;
	err = audio_open(call->exchange->audio, line->slot, &circuit);
	if (err) {
		line_close(line);
		return err;
	}
	call->line = line;
	call->audio_up = true;
	call->audio_closing = false;
	return 0;
}

bool call_audio_start(struct exchange_call *call)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
					  .value = Q850_RESOURCE_UNAVAILABLE };
	int err = call->audio_up ? 0 : start(call);

	if (!err) {
		if (call->script && call->script->record == CONF_RECORD_ALL)
			call_audio_record(call);
		return true;
	}
	log_write(LOG_ERROR, call->name, "no audio on circuit %d: %s", call->cic, strerror(-err));
	call_release(call, &cause, "network");
	return false;
}

void call_audio_play(struct exchange_call *call, const struct sound *sound)
{
	if (!call->audio_up || call->audio_closing)
		return;
	if (audio_play(call->exchange->audio, call->line->slot, sound))
		too_far_behind(call);
}

/* FOLDER/x7-in-0301234.wav, where * and # are no file's characters. */
static char *recording_path(const struct exchange_call *call)
{
	char digits[ISUP_DIGITS_MAX + 1];
	char *path;

	memcpy(digits, call->called.digits, sizeof(digits));
	if (asprintf(&path, "%s/%s-%s-%s.wav", call->exchange->conf->recordings.folder, call->name,
		     call->outgoing ? "out" : "in", digits) < 0)
		return NULL;
	return path;
}

static bool open_recording(struct exchange_call *call)
{
	enum g711_law law = call->line->span->law == TDM_ALAW ? G711_A : G711_MU;
	int err = -ENOMEM;

	call->path = recording_path(call);
	if (call->path)
		call->recording = recording_new(call->path, law, &err);
	if (!call->recording)
		log_write(LOG_ERROR, call->name, "no recording %s: %s",
			  call->path ? call->path : "", strerror(-err));
	call->result.error = call->recording ? 0 : err;
	call->recorded = call->path != NULL;
	return call->recording;
}

void call_audio_record(struct exchange_call *call)
{
	if (!call->audio_up || call->audio_closing)
		return;
	if (!call->recorded && !open_recording(call))
		return;
	if (call->recording && audio_record(call->exchange->audio, call->line->slot))
		too_far_behind(call);
}

static void recording_done(void *arg, const struct recording_result *result)
{
	struct exchange_call *call = arg;

	call->recording = NULL;
	call->result = *result;
	if (result->error || result->lost)
		log_write(LOG_ERROR, call->name, "recording %s: %s, %llu octets lost", result->path,
			  result->error ? strerror(-result->error) : "disk too slow",
			  (unsigned long long)result->lost);
	call_check_over(call);
}

static void finish_recording(struct exchange_call *call)
{
	if (call->recording)
		recording_close(call->recording, call->exchange->loop, recording_done, call);
}

void call_audio_stop(struct exchange_call *call)
{
	if (!call->audio_up || call->audio_closing)
		return;
	call->audio_closing = true;
	if (audio_close(call->exchange->audio, call->line->slot)) {
		too_far_behind(call);
		call->audio_closing = false;
		timer_start_ms(&call->step, STOP_AGAIN_MS);
	}
}

static void let_go(struct exchange_call *call)
{
	if (call->audio_up)
		line_close(call->line);
	call->audio_up = false;
}

void call_audio_abandon(struct exchange_call *call)
{
	let_go(call);
	finish_recording(call);
}

/* --- from the audio thread --- */

static void on_digit(void *owner, char digit, uint64_t samples)
{
	struct exchange_call *call = owner;
	size_t n = strlen(call->heard);

	if (n + 1 < sizeof(call->heard))
		call->heard[n] = digit;
	call_event(call, "DTMF heard", "%c after %llu ms", digit,
		   (unsigned long long)(samples / PER_MS));
}

static void on_heard(void *owner, const uint8_t *octets, size_t n)
{
	struct exchange_call *call = owner;

	if (call->recording)
		recording_put(call->recording, octets, n);
}

static void on_played(void *owner)
{
	struct exchange_call *call = owner;

	if (call->state == CALL_ST_RELEASING)
		return;
	call_event(call, "played", "%s", "to the end");
	if (!call->outgoing)
		incoming_played(call);
}

static void on_dialled(void *owner)
{
	struct exchange_call *call = owner;

	call_event(call, "DTMF", "all sent");
}

static void on_closed(void *owner, const struct audio_stats *stats)
{
	struct exchange_call *call = owner;

	call->audio = *stats;
	let_go(call);
	if (call->state == CALL_ST_RELEASING) {
		finish_recording(call);
		call_check_over(call);
	} else {
		outgoing_seize(call); /* another attempt on another circuit */
	}
}

static const struct audio_user user = {
	.digit = on_digit,
	.heard = on_heard,
	.played = on_played,
	.dialled = on_dialled,
	.closed = on_closed,
};
