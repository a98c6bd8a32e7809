/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Continuity checks by the media engine (Q.724 7: tone, loop, transponder). */
#include "gw/pstn/check_media.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"

struct check {
	struct media_channel *channel; /* own */
	void (*result)(void *arg, bool good);
	void *arg; /* borrow */
};

/* The result may end the check from within. */
static void heard(void *arg, struct media_channel *channel, const struct media_event *event)
{
	const struct check *check = arg;

	(void)channel;
	if (event->kind == MEDIA_EV_CONTINUITY)
		check->result(check->arg, event->passed);
}

static void *check_open(void *arg, struct tdm_span *span, unsigned timeslot,
			void (*result)(void *result_arg, bool good), void *result_arg)
{
	struct check *check = calloc(1, sizeof(*check));
	int err = check ? 0 : -ENOMEM;

	if (check) {
		check->result = result;
		check->arg = result_arg;
		check->channel = media_channel_new(arg, "", heard, check);
		err = check->channel ? media_bearer_open(check->channel, 0, span, timeslot)
				     : -ENOBUFS;
	}
	if (!err)
		return check;
	log_write(LOG_ERROR, span->name, "timeslot %u has no continuity check: %s", timeslot,
		  strerror(-err));
	if (check && check->channel)
		media_channel_close(check->channel, false);
	free(check);
	return NULL;
}

static int check_set(void *handle, enum isup_check what)
{
	static const enum media_continuity modes[] = {
		[ISUP_CHECK_OFF] = MEDIA_CONTINUITY_OFF,
		[ISUP_CHECK_LOOP] = MEDIA_CONTINUITY_LOOP,
		[ISUP_CHECK_TRANSPONDER] = MEDIA_CONTINUITY_TRANSPONDER,
		[ISUP_CHECK_TONE] = MEDIA_CONTINUITY_CHECK,
		[ISUP_CHECK_TONE_ANSWERED] = MEDIA_CONTINUITY_CHECK_TRANSPONDER,
	};
	const struct check *check = handle;

	return media_continuity(check->channel, 0, modes[what]);
}

static void check_close(void *handle)
{
	struct check *check = handle;

	media_end_close(check->channel, 0);
	media_channel_close(check->channel, false);
	free(check);
}

struct isup_trunk_check check_media(struct media_engine *engine)
{
	return (struct isup_trunk_check){
		.open = check_open, .set = check_set, .close = check_close, .arg = engine
	};
}
