/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Continuity checks by the other end (Q.764 2.1.8): the circuit's timeslot is looped (Q.724 7) until
 * COT, REL or a reset ends the check. The exchange asks for none itself.
 */
#include <errno.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/exchange/exchange_private.h"

static const struct sound loop = { .kind = SOUND_ECHO };

static void on_digit(void *owner, char digit, uint64_t samples)
{
	(void)owner;
	(void)digit;
	(void)samples;
}

static void on_closed(void *owner, const struct audio_stats *stats)
{
	(void)stats;
	line_close(owner);
}

/* Nothing is recorded, played to its end or dialled. */
static const struct audio_user user = { .digit = on_digit, .closed = on_closed };

static int loop_open(struct audio *audio, struct line *line)
{
	const struct audio_circuit circuit = { .span = line->span_number,
					       .timeslot = line->timeslot,
					       .fd = line_open(line),
					       .user = &user,
					       .owner = line };
	int err;

	if (circuit.fd < 0)
		return circuit.fd;
	err = audio_open(audio, line->slot, &circuit);
	if (err) {
		line_close(line);
		return err;
	}
	line->looped = true;
	return audio_play(audio, line->slot, &loop);
}

static int loop_close(struct audio *audio, struct line *line)
{
	int err = audio_close(audio, line->slot);

	line->looped = err != 0;
	return err;
}

int check_connect(void *arg, struct isup_circuit *circuit, enum isup_check check)
{
	const struct exchange *exchange = arg;
	struct line *line = isup_circuit_bearer(circuit);
	int err = 0;

	if (check != ISUP_CHECK_OFF && check != ISUP_CHECK_LOOP)
		return -ENOTSUP;
	if (line->looped == (check == ISUP_CHECK_LOOP))
		return 0;
	err = line->looped ? loop_close(exchange->audio, line) : loop_open(exchange->audio, line);
	if (err)
		log_write(LOG_ERROR, "exchange", "circuit %u: loop for a continuity check: %s",
			  isup_circuit_cic(circuit), strerror(-err));
	return err;
}
