/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Continuity checks by the media engine: which commands it is given, and what becomes of its events. */
#include "gw/pstn/check_media.h"

#include <errno.h>

#include "gw/base/log.h"
#include "tests/unit/cu.h"

static struct {
	unsigned channels, bearers, closed;
	enum media_continuity mode;
	media_event_fn *fn;
	void *arg;
	int error;
	bool full;
	unsigned good, bad;
	void *ends; /* the check that the result ends from within */
} lab;

static struct tdm_span span = { .name = "e1" };
static struct isup_trunk_check ops;

struct media_channel *media_channel_new(struct media_engine *engine, const char *label,
					media_event_fn *fn, void *arg)
{
	CU_ASSERT_PTR_EQUAL(engine, &lab);
	CU_ASSERT_PTR_NOT_NULL(label);
	if (lab.full)
		return NULL;
	lab.fn = fn;
	lab.arg = arg;
	lab.channels++;
	return (struct media_channel *)&lab;
}

void media_channel_close(struct media_channel *channel, bool want_closed)
{
	CU_ASSERT_TRUE(channel == (struct media_channel *)&lab && !want_closed);
	lab.channels--;
	lab.closed++;
}

int media_bearer_open(struct media_channel *channel, unsigned side, struct tdm_span *on,
		      unsigned timeslot)
{
	(void)channel;
	CU_ASSERT_TRUE(side == 0 && on == &span && timeslot == 7);
	lab.bearers += !lab.error;
	return lab.error;
}

void media_end_close(struct media_channel *channel, unsigned side)
{
	(void)channel, (void)side;
	lab.bearers--;
}

int media_continuity(struct media_channel *channel, unsigned side, enum media_continuity mode)
{
	(void)channel, (void)side;
	lab.mode = mode;
	return 0;
}

static void result(void *arg, bool good)
{
	CU_ASSERT_PTR_EQUAL(arg, &span);
	lab.good += good;
	lab.bad += !good;
	if (lab.ends)
		ops.close(lab.ends);
	lab.ends = NULL;
}

static void event(enum media_event_kind kind, bool passed)
{
	const struct media_event ev = { .kind = kind, .passed = passed };

	lab.fn(lab.arg, (struct media_channel *)&lab, &ev);
}

static void a_check_has_a_channel_of_its_own(void)
{
	static const struct {
		enum isup_check what;
		enum media_continuity mode;
	} rows[] = { { ISUP_CHECK_LOOP, MEDIA_CONTINUITY_LOOP },
		     { ISUP_CHECK_TRANSPONDER, MEDIA_CONTINUITY_TRANSPONDER },
		     { ISUP_CHECK_TONE, MEDIA_CONTINUITY_CHECK },
		     { ISUP_CHECK_TONE_ANSWERED, MEDIA_CONTINUITY_CHECK_TRANSPONDER },
		     { ISUP_CHECK_OFF, MEDIA_CONTINUITY_OFF } };
	void *check;

	lab.closed = 0;
	ops = check_media((struct media_engine *)&lab);
	check = ops.open(ops.arg, &span, 7, result, &span);
	CU_ASSERT_PTR_NOT_NULL_FATAL(check);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_EQUAL(ops.set(check, rows[i].what), 0);
		CU_ASSERT_EQUAL(lab.mode, rows[i].mode);
	}
	event(MEDIA_EV_SILENCE, true);
	CU_ASSERT_EQUAL(lab.good + lab.bad, 0);
	event(MEDIA_EV_CONTINUITY, false);
	CU_ASSERT_TRUE(lab.good == 0 && lab.bad == 1);
	lab.ends = check;
	event(MEDIA_EV_CONTINUITY, true);
	CU_ASSERT_TRUE(lab.good == 1 && lab.channels == 0 && lab.bearers == 0 && lab.closed == 1);
}

static void what_cannot_be_opened_leaves_nothing(void)
{
	lab.error = -EBUSY;
	CU_ASSERT_PTR_NULL(ops.open(ops.arg, &span, 7, result, &span));
	lab.error = 0;
	lab.full = true;
	CU_ASSERT_PTR_NULL(ops.open(ops.arg, &span, 7, result, &span));
	CU_ASSERT_TRUE(lab.channels == 0 && lab.bearers == 0);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "a check has a channel of its own", a_check_has_a_channel_of_its_own },
		{ "what cannot be opened leaves nothing", what_cannot_be_opened_leaves_nothing },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("pstn check media", tests, argc, argv);
}
