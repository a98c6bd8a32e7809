/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The ISUP leg between a scripted MTP and a scripted leg on the other side of the call. The ISUP procedures and the call
 * core are the real ones; media is counted. What the other leg is told is written into rig.said. Included by one test
 * program at a time.
 */
#ifndef TESTS_UNIT_GW_PSTN_LEG_RIG_H
#define TESTS_UNIT_GW_PSTN_LEG_RIG_H

#include "gw/pstn/isup_trunk.h"

#include "tests/unit/isup/rig.h"

#define OTHERS	 8
#define CHANNELS 16

struct other { /* the leg on the other side */
	struct leg leg;
	struct leg_release release;
	struct leg_suspend suspend;
	struct leg_progress progress;
	struct leg_number connected;
};

struct media_channel {
	unsigned timeslot[2]; /* 0: closed */
	enum media_tone tone[2];
	struct media_bearer_params bearer[2];
	bool through;
	bool closed;
};

static struct {
	struct call_core *core;
	struct isup_trunk *trunk;
	struct conf_circuits circuits[2];
	struct conf_isup conf;
	struct trunk pbx;
	struct other others[OTHERS];
	unsigned n_others;
	struct leg_setup setup; /* that pbx was seized with */
	uint8_t uui[16];
	struct media_channel channels[CHANNELS];
	unsigned n_channels, opened, ended, open_at_rel;
	int media_error;
	bool failed; /* the span */
	bool bearer_beyond; /* the other side is one, too */
} lab;

static struct blocking *lab_blocking; /* what an operator has blocked; NULL: nothing */

static struct tdm_span span = { .name = "e1" };

/* --- media --- */

struct media_channel *media_channel_new(struct media_engine *engine, const char *label,
					media_event_fn *fn, void *arg)
{
	(void)engine, (void)label, (void)fn, (void)arg;
	for (unsigned i = 0; lab.n_channels == CHANNELS && i < CHANNELS; i++)
		if (lab.channels[i].closed) {
			memset(&lab.channels[i], 0, sizeof(lab.channels[i]));
			return &lab.channels[i];
		}
	CU_ASSERT_TRUE_FATAL(lab.n_channels < CHANNELS);
	return &lab.channels[lab.n_channels++];
}

void media_channel_close(struct media_channel *channel, bool want_closed)
{
	(void)want_closed;
	CU_ASSERT_FALSE(channel->closed);
	CU_ASSERT_EQUAL(channel->timeslot[0] + channel->timeslot[1], 0);
	channel->closed = true;
}

int media_bearer_set(struct media_channel *channel, unsigned side,
		     const struct media_bearer_params *params)
{
	CU_ASSERT_FALSE(channel->closed);
	channel->bearer[side] = *params;
	return 0;
}

int media_bearer_open(struct media_channel *channel, unsigned side, struct tdm_span *on,
		      unsigned timeslot)
{
	CU_ASSERT_PTR_EQUAL(on, &span);
	CU_ASSERT_FALSE(channel->closed);
	if (lab.media_error)
		return lab.media_error;
	CU_ASSERT_EQUAL(channel->timeslot[side], 0);
	for (unsigned i = 0; i < lab.n_channels; i++)
		CU_ASSERT_TRUE(lab.channels[i].timeslot[0] != timeslot &&
			       lab.channels[i].timeslot[1] != timeslot);
	channel->timeslot[side] = timeslot;
	lab.opened++;
	return 0;
}

void media_end_close(struct media_channel *channel, unsigned side)
{
	CU_ASSERT_FALSE(channel->closed);
	if (channel->timeslot[side])
		lab.opened--;
	channel->timeslot[side] = 0;
}

void media_end_mode(struct media_channel *channel, unsigned side, bool hear, bool speak)
{
	(void)side;
	channel->through = hear && speak;
}

void media_tone(struct media_channel *channel, unsigned side, enum media_tone tone)
{
	channel->tone[side] = tone;
}

void media_tone_zone(struct media_channel *channel, unsigned side, const struct zone *zone)
{
	(void)channel, (void)side, (void)zone;
}

void media_play(struct media_channel *channel, unsigned side, struct media_sound *sound, bool loop)
{
	(void)channel, (void)side, (void)sound, (void)loop;
}

void media_dtmf_send(struct media_channel *channel, unsigned side, char digit, uint32_t duration_ms)
{
	(void)channel, (void)side, (void)digit, (void)duration_ms;
}

void media_signal_send(struct media_channel *channel, unsigned side, enum media_signal signal,
		       uint32_t duration_ms)
{
	media_dtmf_send(channel, side, (char)signal, duration_ms);
}

void media_supervise(struct media_channel *channel, unsigned side, uint32_t timeout_ms,
		     uint32_t silence_ms)
{
	(void)channel;
	(void)side;
	(void)timeout_ms;
	(void)silence_ms;
}

void media_stats(const struct media_channel *channel, unsigned side, struct media_end_stats *stats)
{
	(void)channel, (void)side;
	memset(stats, 0, sizeof(*stats));
}

bool media_is_bearer(const struct media_channel *channel, unsigned side)
{
	(void)channel, (void)side;
	return lab.bearer_beyond;
}

bool media_joined_by_driver(const struct media_channel *channel)
{
	(void)channel;
	return false;
}

/* --- MTP: as the rig's, and what media was open when a REL went out --- */

static inline int lab_transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
			const uint8_t *octets, size_t n)
{
	CU_ASSERT_TRUE(opc == 1 && dpc == 2);
	if (octets[2] == ISUP_REL)
		lab.open_at_rel = lab.opened;
	return rig_transfer(mtp, opc, dpc, sls, octets, n);
}

static const struct mtp_ops lab_mtp_ops = { .type = "script",
					    .transfer = lab_transfer,
					    .available = rig_available };

/* --- the other leg --- */

static inline void say_word(const char *word, int number, bool in_band)
{
	char text[80];

	snprintf(text, sizeof(text), "%s%s", word, in_band ? "+media" : "");
	add(rig.said, sizeof(rig.said), text, number);
}

static inline void other_event(struct leg *leg, const struct leg_event *event)
{
	struct other *other = (struct other *)leg;
	const struct leg_event released = { .ev = LEG_EV_RELEASED, .release = event->release };
	char text[80];

	switch (event->ev) {
	case LEG_EV_DIGITS:
		snprintf(text, sizeof(text), "digits:%.*s%s", STR_FMT(event->digits),
			 event->digits_complete ? "." : "");
		say_word(text, -1, false);
		break;
	case LEG_EV_ADDRESS_COMPLETE:
	case LEG_EV_ALERTING:
	case LEG_EV_PROGRESS:
		other->progress = event->progress;
		say_word(leg_ev_name(event->ev),
			 event->ev == LEG_EV_PROGRESS ? event->progress.event : -1,
			 event->progress.in_band);
		break;
	case LEG_EV_RELEASE:
	case LEG_EV_RELEASED:
		other->release = event->release;
		say_word(leg_ev_name(event->ev), (int)event->release.cause, false);
		if (event->ev == LEG_EV_RELEASE)
			call_raise(leg, &released);
		break;
	default:
		if (event->ev == LEG_EV_ANSWER)
			other->connected = event->answer.connected;
		if (event->ev == LEG_EV_SUSPEND || event->ev == LEG_EV_RESUME)
			other->suspend = event->suspend;
		say_word(leg_ev_name(event->ev), -1, false);
		break;
	}
}

static inline void other_describe(const struct leg *leg, char *text, size_t cap)
{
	(void)leg;
	snprintf(text, cap, "other");
}

static const struct leg_ops other_ops = { .protocol = "script",
					  .event = other_event,
					  .describe = other_describe };

static inline struct other *other_new(void)
{
	struct other *other = &lab.others[lab.n_others++ % OTHERS];

	for (unsigned i = 0; other->leg.call && i < OTHERS; i++)
		other = &lab.others[lab.n_others++ % OTHERS];
	CU_ASSERT_PTR_NULL_FATAL(other->leg.call);
	memset(other, 0, sizeof(*other));
	other->leg.ops = &other_ops;
	other->leg.trunk = &lab.pbx;
	return other;
}

static inline int pbx_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		     const struct leg_attachment *attachment, struct leg **leg,
		     enum q850_cause *cause)
{
	(void)trunk, (void)attachment, (void)cause;
	lab.setup = *setup;
	if (setup->user_to_user.n <= sizeof(lab.uui) && setup->user_to_user.n)
		memcpy(lab.uui, setup->user_to_user.p, setup->user_to_user.n);
	*leg = &other_new()->leg;
	call_bind(call, *leg);
	say_word(setup->complete ? "setup." : "setup", -1, false);
	return 0;
}

static inline bool pbx_available(const struct trunk *trunk)
{
	(void)trunk;
	return true;
}

static const struct trunk_ops pbx_ops = {
	.protocol = "script", .overlap = true, .seize = pbx_seize, .available = pbx_available
};

static inline struct other *latest(void)
{
	return &lab.others[(lab.n_others - 1) % OTHERS];
}

static inline void say(struct other *other, enum leg_ev ev, const struct leg_progress *progress)
{
	struct leg_event event = { .ev = ev };

	if (progress)
		event.progress = *progress;
	call_raise(&other->leg, &event);
}

static inline void say_digits(struct other *other, const char *digits, bool complete)
{
	const struct leg_event event = { .ev = LEG_EV_DIGITS,
					 .digits = str_c(digits),
					 .digits_complete = complete };

	call_raise(&other->leg, &event);
}

static inline void say_release(struct other *other, const struct leg_release *release)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = *release };

	call_raise(&other->leg, &event);
}

static inline void hang_up(struct other *other)
{
	const struct leg_release release = { .cause = Q850_NORMAL, .location = Q850_LOC_USER };

	say_release(other, &release);
}

/* --- life --- */

static inline void call_ended(void *arg, const struct call_record *record)
{
	(void)arg;
	(void)record;
	lab.ended++;
}

static inline struct tdm_span *find_span(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "e1") == 0 ? &span : NULL;
}

static inline bool span_failed(void *arg, const struct tdm_span *of)
{
	(void)arg;
	CU_ASSERT_PTR_EQUAL(of, &span);
	return lab.failed;
}

static char n_pbx[] = "pbx", n_pstn[] = "pstn", n_e1[] = "e1", empty[] = "", r_in[] = "in",
	    r_out[] = "out", n_ls[] = "ls", de[] = "49", berlin[] = "30", zero[] = "0",
	    zeros[] = "00";

static inline void conf_fill(unsigned circuits)
{
	lab.circuits[0] = (struct conf_circuits){ .span = n_e1,
						  .first_cic = 1,
						  .timeslots = ((1u << circuits) - 1) << 1 };
	lab.conf = (struct conf_isup){ .name = n_pstn,
				       .echo = CONF_ECHO_128,
				       .echo_block_ms = 8,
				       .fax = CONF_FAX_VBD,
				       .linkset = n_ls,
				       .circuits = lab.circuits,
				       .n_circuits = 1,
				       .hunt = CONF_HUNT_ASCENDING,
				       .country = de,
				       .area = berlin,
				       .national_prefix = zero,
				       .international_prefix = zeros,
				       .min_digits = 3 };
}

/* Circuits 1 to n on timeslots of the same numbers. Our point code is 1, theirs 2: the odd circuits
 * are controlled here.
 */
static inline void lab_open_checked(unsigned n, const struct isup_trunk_check *check)
{
	static const struct clock_source clock = { .now_us = rig_now };
	static struct conf_linkset linkset = { .name = n_ls, .opc = 1, .dpc = 2 };
	static struct call_observer observer = { .ended = call_ended };
	struct conf_route routes[] = {
		{ .name = r_in, .prefix = empty, .from = n_pstn, .to = { n_pbx }, .n_to = 1 },
		{ .name = r_out, .prefix = empty, .from = n_pbx, .to = { n_pstn }, .n_to = 1 },
	};
	struct call_core_conf core = { .media = (struct media_engine *)&lab };
	struct isup_trunk_env env = { .span = find_span, .span_failed = span_failed, .blocking = lab_blocking,
					.check = check };
	static char ansi[] = "ansi";
	int err;

	linkset.variant = rig_variant == ISUP_ANSI ? ansi : NULL;

	memset(&rig, 0, sizeof(rig));
	memset(&lab, 0, sizeof(lab));
	rig.mtp.ops = &lab_mtp_ops;
	core.heap = env.heap = rig.heap = timer_heap_new(&clock);
	env.core = lab.core = call_core_new(&core);
	conf_fill(n);
	lab.trunk = isup_trunk_new(&lab.conf, &linkset, &env, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lab.trunk);
	lab.pbx = (struct trunk){ .ops = &pbx_ops, .name = n_pbx };
	call_core_add_trunk(lab.core, isup_trunk_trunk(lab.trunk));
	call_core_add_trunk(lab.core, &lab.pbx);
	call_core_set_routes(lab.core, route_table_new(routes, 2));
	observer.next = NULL;
	call_core_observe(lab.core, &observer);
	rig.isup = isup_trunk_isup(lab.trunk);
	isup_attach(rig.isup, &rig.mtp);
	isup_mtp_resume(rig.isup);
	receive(ISUP_GRA, 1, (uint8_t)(n - 1));
	rig.sent[0] = '\0';
}

static inline void lab_open(unsigned n)
{
	lab_open_checked(n, NULL);
}

/* Every circuit is idle, no call, no media and no timer is left. */
static inline void lab_close(void)
{
	expect("", "");
	CU_ASSERT_EQUAL(isup_trunk_busy(lab.trunk), 0);
	CU_ASSERT_EQUAL(call_core_calls(lab.core), 0);
	CU_ASSERT_EQUAL(lab.opened, 0);
	CU_ASSERT_EQUAL(isup_trunk_trunk(lab.trunk)->calls + lab.pbx.calls, 0);
	for (unsigned i = 0; i < lab.n_channels; i++)
		CU_ASSERT_TRUE(lab.channels[i].closed);
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	isup_trunk_free(lab.trunk);
	call_core_free(lab.core);
	timer_heap_free(rig.heap);
}

/* --- calls --- */

static inline void number_set(struct leg_number *number, enum leg_noa noa, const char *digits)
{
	number->noa = noa;
	(void)str_copy(number->digits, sizeof(number->digits), str_c(digits));
}

static inline struct other *call_with(const struct leg_setup *setup)
{
	const struct leg_event event = { .ev = LEG_EV_SETUP, .setup = setup };
	struct other *other = other_new();
	enum q850_cause cause;

	CU_ASSERT_PTR_NOT_NULL_FATAL(call_new(lab.core, &other->leg, &cause));
	call_raise(&other->leg, &event);
	return other;
}

/* A call towards ISUP, to +49 89 123. */
static inline struct other *call_out(void)
{
	struct leg_setup setup = { .complete = true };

	number_set(&setup.called, LEG_NOA_INTERNATIONAL, "4989123");
	return call_with(&setup);
}

static inline struct other *answered_out(void)
{
	struct other *other = call_out();

	expect("IAM 1 ", "");
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_ANM, 1, 0);
	expect("", "alerting answer ");
	return other;
}

/* A call from ISUP on a circuit, all digits there; the other leg has its setup. */
static inline struct other *call_in(uint16_t cic)
{
	receive_iam(cic, "30123", true);
	expect("", "setup. ");
	return latest();
}

static inline struct other *answered_in(void)
{
	struct other *other = call_in(2);

	say(other, LEG_EV_ANSWER, NULL);
	expect("CON 2 ", "");
	return other;
}

static inline void released_by_other(struct other *other, uint16_t cic)
{
	char rel[16];

	snprintf(rel, sizeof(rel), "REL %u/16 ", cic);
	hang_up(other);
	expect(rel, "released/16 ");
	receive(ISUP_RLC, cic, 0);
	expect("", "");
}

static inline void last_number(uint8_t code, struct isup_number *number)
{
	CU_ASSERT_TRUE_FATAL(isup_get_number(&rig.last, code, number));
}

#endif
