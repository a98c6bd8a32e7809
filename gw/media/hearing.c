/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What is heard in the audio of an end. */
#include "gw/media/hearing.h"

char hearing_symbol(enum detect_kind kind)
{
	static const char symbols[DETECT_KINDS] = {
		[DETECT_CNG] = MEDIA_SIGNAL_CNG,
		[DETECT_ANS] = MEDIA_SIGNAL_ANS,
		[DETECT_ANS_REVERSED] = MEDIA_SIGNAL_ANS_REVERSED,
		[DETECT_ANSAM] = MEDIA_SIGNAL_ANSAM,
		[DETECT_ANSAM_REVERSED] = MEDIA_SIGNAL_ANSAM_REVERSED,
		[DETECT_V21_FLAGS] = MEDIA_SIGNAL_V21_PREAMBLE,
	};

	return symbols[kind];
}

bool hearing_is_modem(enum detect_kind kind)
{
	return kind == DETECT_ANS || kind == DETECT_ANS_REVERSED || kind == DETECT_ANSAM ||
	       kind == DETECT_ANSAM_REVERSED || kind == DETECT_V21_FLAGS;
}

static void heard_begin(struct heard *heard, struct media_end *end, char symbol, uint32_t start)
{
	heard->symbol = symbol;
	heard->start = start;
	heard->known = true;
	heard->leaves = pipeline_sound_heard(end, symbol, &heard->serial);
}

static void heard_lasts(struct heard *heard, struct media_end *end, uint32_t at, bool ended)
{
	if (!heard->symbol)
		return;
	pipeline_digit_lasts(end, heard->symbol, heard->serial, at - heard->start, ended);
	if (ended)
		heard->symbol = 0;
}

bool hearing_is_new(const struct hearing *hearing, const struct dtmf_span *span)
{
	return !hearing->digit.known || hearing->digit.start != span->start;
}

void hearing_give_up(struct hearing *hearing, const struct dtmf_span *span)
{
	hearing->digit = (struct heard){ .known = true, .start = span->start };
}

bool hearing_digit(struct hearing *hearing, struct media_end *end, struct dtmf_span span,
		   bool suspects)
{
	struct heard *heard = &hearing->digit;

	if (heard->symbol && (span.start != heard->start || span.digit != heard->symbol))
		heard_lasts(heard, end, span.start, true);
	if (!heard->symbol && span.digit && (!heard->known || heard->start != span.start))
		heard_begin(heard, end, span.digit, span.start);
	heard_lasts(heard, end, span.end, span.over);
	if (heard->symbol)
		return heard->leaves;
	return suspects && pipeline_takes_digits(end);
}

void hearing_signal(struct hearing *hearing, struct media_end *end,
		    const struct detect_event *event)
{
	char symbol = hearing_symbol(event->kind);

	if (!symbol)
		return;
	heard_lasts(&hearing->signal, end, event->at, true);
	if (event->begins)
		heard_begin(&hearing->signal, end, symbol, event->at);
}

bool hearing_lasts(struct hearing *hearing, struct media_end *end, uint32_t now)
{
	heard_lasts(&hearing->signal, end, now, false);
	return hearing->signal.symbol && hearing->signal.leaves;
}

void hearing_close(struct hearing *hearing, struct media_end *end, uint32_t digit_now,
		   uint32_t signal_now)
{
	heard_lasts(&hearing->digit, end, digit_now, true);
	heard_lasts(&hearing->signal, end, signal_now, true);
}
