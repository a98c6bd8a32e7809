/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What an ISUP caller is told of the call's progress (RFC 3398 8.2.3 to 8.2.5, 8.2.8), in every order; interworking; the
 * new number as a diagnostic (7.2.4.1, 8.2.5).
 */
#include "gw/pstn/diagnostic.h"
#include "gw/pstn/iam.h"
#include "tests/unit/gw/pstn/leg_rig.h"

/* What a SIP peer's responses are to the core (gw/sip/leg_uac.c). */
struct said {
	enum leg_ev ev;
	struct leg_progress progress;
};

static const struct said ringing = { LEG_EV_ALERTING, { .subscriber_free = true, .event = 1 } };
static const struct said ringing_heard = {
	LEG_EV_ALERTING, { .subscriber_free = true, .event = 1, .in_band = true }
};
static const struct said first_183 = { LEG_EV_ADDRESS_COMPLETE, { 0 } };
static const struct said first_183_heard = { LEG_EV_ADDRESS_COMPLETE, { .in_band = true } };
static const struct said later_183 = { LEG_EV_PROGRESS, { .event = 2 } };
static const struct said later_183_heard = { LEG_EV_PROGRESS, { .event = 2, .in_band = true } };
static const struct said forwarded = { LEG_EV_PROGRESS, { .event = 6 } };

#define STEPS 4

static const struct order {
	const struct said *said[STEPS];
	const char *sent[STEPS + 1]; /* the last: of the answer */
	unsigned ringback;	     /* bit n: the caller hears it after step n */
} orders[] = {
	{ { &ringing }, { "ACM 2 ", "ANM 2 " }, 1 },
	{ { &ringing, &later_183 }, { "ACM 2 ", "CPG 2 ", "ANM 2 " }, 3 },
	{ { &ringing, &later_183_heard }, { "ACM 2 ", "CPG 2 ", "ANM 2 " }, 1 },
	{ { &ringing, &later_183_heard, &ringing }, { "ACM 2 ", "CPG 2 ", "CPG 2 ", "ANM 2 " }, 5 },
	{ { &first_183, &ringing }, { "ACM 2 ", "CPG 2 ", "ANM 2 " }, 2 },
	{ { &first_183_heard, &ringing_heard }, { "ACM 2 ", "CPG 2 ", "ANM 2 " }, 0 },
	{ { &first_183, &forwarded, &ringing }, { "ACM 2 ", "CPG 2 ", "CPG 2 ", "ANM 2 " }, 4 },
	{ { &first_183, &later_183, &later_183_heard, &ringing_heard },
	  { "ACM 2 ", "CPG 2 ", "CPG 2 ", "CPG 2 ", "ANM 2 " },
	  0 },
	{ { NULL }, { "CON 2 " }, 0 },
};

static void indicators_are(const struct said *said, bool first)
{
	struct isup_bci bci;
	struct isup_obci obci = { 0 };
	struct isup_event event = { 0 };

	CU_ASSERT_EQUAL(isup_get_obci(&rig.last, &obci) && obci.in_band, said->progress.in_band);
	if (first) {
		CU_ASSERT_TRUE_FATAL(isup_get_bci(&rig.last, &bci));
		/* RFC 3398 8.2.3's list */
		CU_ASSERT_EQUAL(bci.charge, 2);
		CU_ASSERT_EQUAL(bci.called_status, said->ev == LEG_EV_ALERTING);
		CU_ASSERT_EQUAL(bci.called_category, 1);
		CU_ASSERT_TRUE(bci.isup_all_way && !bci.interworking && !bci.isdn_access);
		CU_ASSERT_EQUAL(bci.end_to_end + bci.sccp, 0);
		CU_ASSERT_FALSE(bci.holding || bci.end_to_end_info);
		return;
	}
	CU_ASSERT_TRUE(isup_get_event(&rig.last, &event));
	CU_ASSERT_EQUAL(event.event, said->progress.event);
}

static void every_order(void)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		const struct order *order = &orders[i];
		struct other *other;
		unsigned n = 0;

		lab_open(4);
		other = call_in(2);
		for (; n < STEPS && order->said[n]; n++) {
			say(other, order->said[n]->ev, &order->said[n]->progress);
			expect(order->sent[n], "");
			indicators_are(order->said[n], n == 0);
			CU_ASSERT_EQUAL(lab.channels[0].tone[0] == MEDIA_TONE_RINGBACK,
					(order->ringback >> n & 1) != 0);
		}
		say(other, LEG_EV_ANSWER, NULL);
		expect(order->sent[n], "");
		CU_ASSERT_EQUAL(lab.channels[0].tone[0], MEDIA_TONE_NONE);
		released_by_other(other, 2);
		lab_close();
	}
}

static bool uui_is(const char *text)
{
	struct leg_uui uui;

	uui_from_msg(&rig.last, &uui);
	return uui.n == strlen(text) && memcmp(uui.octets, text, uui.n) == 0;
}

/* Q.737.1 UUS 1: with any message back, once; and the other way. */
static void user_to_user(void)
{
	struct leg_progress p = { .event = 2, .user_to_user = { 3, { 4, 'h', 'i' } } };
	struct leg_event event = { .ev = LEG_EV_PROGRESS };
	struct other *other;

	lab_open(4);
	other = call_in(2);
	say(other, LEG_EV_ADDRESS_COMPLETE, &p);
	expect("ACM 2 ", "");
	CU_ASSERT_TRUE(uui_is("\x04hi"));
	progress_from_msg(&rig.last, &event);
	CU_ASSERT_EQUAL(event.progress.user_to_user.n, 3);
	say(other, LEG_EV_PROGRESS, &p);
	expect("CPG 2 ", "");
	CU_ASSERT_TRUE(uui_is("\x04hi"));
	progress_from_msg(&rig.last, &event);
	CU_ASSERT_EQUAL(event.progress.user_to_user.n, 3);
	released_by_other(other, 2);
	other = call_in(3);
	p.event = 6;
	say(other, LEG_EV_PROGRESS, &p);
	expect("ACM 3 CPG 3 ", "");
	CU_ASSERT_TRUE(uui_is(""));
	released_by_other(other, 3);
	lab_close();
}

/* 181 first: early ACM and CPG 6 (8.2.3), as a 3xx that is told of (8.1.6). */
static void forwarding_comes_first(void)
{
	struct other *other;

	lab_open(4);
	other = call_in(2);
	say(other, forwarded.ev, &forwarded.progress);
	expect("ACM 2 CPG 2 ", "");
	indicators_are(&forwarded, false);
	released_by_other(other, 2);
	lab_close();
}

/* 8.2.8: T11, then 180 is CPG 1; without one the answer is ANM. */
static void early_acm(void)
{
	struct other *other;
	struct isup_bci bci;

	lab_open(4);
	other = call_in(2);
	pass_ms(isup_timer_ms(rig.isup, ISUP_T11));
	expect("ACM 2 ", "");
	CU_ASSERT_TRUE(isup_get_bci(&rig.last, &bci) && bci.called_status == 0);
	say(other, ringing.ev, &ringing.progress);
	expect("CPG 2 ", "");
	indicators_are(&ringing, false);
	say(other, LEG_EV_ANSWER, NULL);
	expect("ANM 2 ", "");
	released_by_other(other, 2);
	lab_close();
}

/* 8.2.3 and 7.2.1.1: where the operator wants it, SIP is a network that ISUP does not reach. */
static void interworking_by_policy(void)
{
	struct other *other;
	struct isup_bci bci;
	struct isup_fci fci;

	lab_open(4);
	lab.conf.interworking = true;
	other = call_in(2);
	say(other, ringing.ev, &ringing.progress);
	expect("ACM 2 ", "");
	CU_ASSERT_TRUE(isup_get_bci(&rig.last, &bci) && bci.interworking && !bci.isup_all_way);
	released_by_other(other, 2);
	other = call_out();
	expect("IAM 1 ", "");
	CU_ASSERT_TRUE(isup_get_fci(&rig.last, &fci) && fci.interworking && !fci.isup_all_way);
	released_by_other(other, 1);
	lab_close();
}

/* What the other leg knows of it counts as well. */
static void interworking_beyond(void)
{
	const struct leg_progress progress = { .interworking = true, .in_band = true };
	struct other *other;
	struct isup_bci bci;

	lab_open(4);
	other = call_in(2);
	say(other, LEG_EV_ADDRESS_COMPLETE, &progress);
	expect("ACM 2 ", "");
	CU_ASSERT_TRUE(isup_get_bci(&rig.last, &bci) && bci.interworking && !bci.isup_all_way);
	released_by_other(other, 2);
	lab_close();
}

/* RFC 3398 7.1.6 the other way: a failure that is told in band goes with its cause, and the call is not over. */
static void a_failure_in_band(void)
{
	const struct leg_progress progress = { .in_band = true,
					       .event = 3,
					       .cause = Q850_UNALLOCATED,
					       .location = Q850_LOC_PUBLIC_REMOTE };
	struct other *other;
	struct isup_cause cause;

	lab_open(4);
	other = call_in(2);
	say(other, LEG_EV_PROGRESS, &progress);
	expect("ACM 2/1 ", "");
	CU_ASSERT_TRUE(isup_get_cause(&rig.last, &cause) &&
		       cause.location == Q850_LOC_PUBLIC_REMOTE);
	released_by_other(other, 2);
	lab_close();
}

static void new_number_out(void)
{
	static const uint8_t octets[] = { 0x70, 6, 0xA1, '8', '9', '1', '2', '3' };
	struct leg_release release = { .cause = Q850_REDIRECTION,
				       .location = Q850_LOC_PUBLIC_LOCAL };
	struct isup_cause cause;
	struct other *other;

	lab_open(4);
	number_set(&release.new_number, LEG_NOA_INTERNATIONAL, "4989123");
	other = call_in(2);
	say_release(other, &release);
	expect("REL 2/23 ", "released/23 ");
	CU_ASSERT_TRUE_FATAL(isup_get_cause(&rig.last, &cause));
	CU_ASSERT_EQUAL_FATAL(cause.n_diagnostic, sizeof(octets));
	CU_ASSERT_EQUAL(memcmp(cause.diagnostic, octets, sizeof(octets)), 0);
	receive(ISUP_RLC, 2, 0);
	lab_close();
}

static void release_in(const uint8_t *octets, uint8_t n, const char *digits)
{
	struct isup_cause cause = { .location = Q850_LOC_PUBLIC_REMOTE,
				    .value = Q850_NUMBER_CHANGED,
				    .n_diagnostic = n };
	struct other *other;
	struct isup_msg rel;

	other = call_out();
	expect("IAM 1 ", "");
	memcpy(cause.diagnostic, octets, n);
	isup_msg_init(&rel, ISUP_REL, 1);
	(void)isup_put_cause(&rel, &cause);
	receive_msg(&rel);
	expect("RLC 1 ", "release/22 ");
	CU_ASSERT_STRING_EQUAL(other->release.new_number.digits, digits);
	CU_ASSERT_EQUAL(other->release.location, Q850_LOC_PUBLIC_REMOTE);
}

static void new_number_in(void)
{
	static const uint8_t national[] = { 0x70, 6, 0xA1, '8', '9', '1', '2', '3' };
	static const uint8_t international[] = { 0x70, 5, 0x91, '4', '3', '1', '2' };
	static const uint8_t longer[] = { 0x70, 9, 0xA1, '8', '9', '1', '2', '3' };
	static const uint8_t other_ie[] = { 0x6c, 6, 0xA1, '8', '9', '1', '2', '3' };
	static const uint8_t letters[] = { 0x70, 4, 0xA1, 'a', 'b', 'c' };
	static const uint8_t empty_one[] = { 0x70, 1, 0xA1, 0 };

	lab_open(4);
	release_in(national, sizeof(national), "4989123");
	release_in(international, sizeof(international), "4312");
	release_in(longer, sizeof(longer), "");
	release_in(other_ie, sizeof(other_ie), "");
	release_in(letters, sizeof(letters), "");
	release_in(empty_one, sizeof(empty_one), "");
	release_in(national, 0, "");
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every order", every_order },
		{ "Q.737.1 user-to-user", user_to_user },
		{ "forwarding comes first", forwarding_comes_first },
		{ "early ACM", early_acm },
		{ "interworking by policy", interworking_by_policy },
		{ "interworking beyond", interworking_beyond },
		{ "a failure in band", a_failure_in_band },
		{ "new number out", new_number_out },
		{ "new number in", new_number_in },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("ISUP leg progress", tests, argc, argv);
}
