/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Numbers and messages between ISUP and the leg vocabulary: RFC 3398 sections 7.2, 8.2 and 12. */
#include "gw/pstn/number.h"

#include <errno.h>
#include <string.h>

#include "gw/pstn/iam.h"
#include "tests/unit/cu.h"

static char de[] = "49", berlin[] = "30", zero[] = "0", zeros[] = "00";
static const struct conf_isup german = {
	.country = de, .area = berlin, .national_prefix = zero, .international_prefix = zeros
};
static const struct conf_isup plain = { 0 };

static const char *in(const struct conf_isup *conf, uint8_t noa, const char *digits,
		      enum leg_noa *out_noa)
{
	static struct leg_number out;
	struct isup_number number = { .noa = noa,
				      .npi = ISUP_NPI_ISDN,
				      .n = (uint8_t)strlen(digits) };

	memcpy(number.digits, digits, number.n + 1u);
	CU_ASSERT_EQUAL(number_from_isup(conf, &number, &out), 0);
	*out_noa = out.noa;
	return out.digits;
}

static void from_isup(void)
{
	enum leg_noa noa;

	CU_ASSERT_STRING_EQUAL(in(&german, ISUP_NOA_INTERNATIONAL, "4412", &noa), "4412");
	CU_ASSERT_EQUAL(noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(in(&german, ISUP_NOA_NATIONAL, "89123", &noa), "4989123");
	CU_ASSERT_EQUAL(noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(in(&german, ISUP_NOA_SUBSCRIBER, "555", &noa), "4930555");
	CU_ASSERT_EQUAL(noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(in(&german, ISUP_NOA_UNKNOWN, "0B9C", &noa), "0*9#");
	CU_ASSERT_EQUAL(noa, LEG_NOA_UNKNOWN);
	CU_ASSERT_STRING_EQUAL(in(&plain, ISUP_NOA_NATIONAL, "89123", &noa), "89123");
	CU_ASSERT_EQUAL(noa, LEG_NOA_NATIONAL);
	CU_ASSERT_STRING_EQUAL(in(&plain, ISUP_NOA_SUBSCRIBER, "555", &noa), "555");
	CU_ASSERT_EQUAL(noa, LEG_NOA_SUBSCRIBER);
}

/* What cannot be right is not made to look right. */
static void odd_from_isup(void)
{
	struct isup_number number = { .noa = ISUP_NOA_NATIONAL, .npi = ISUP_NPI_ISDN, .n = 30 };
	struct leg_number leg;

	memcpy(number.digits, "012345678901234567890123456789", 31);
	CU_ASSERT_EQUAL(number_from_isup(&german, &number, &leg), 0);
	CU_ASSERT_STRING_EQUAL(leg.digits, "49012345678901234567890123456789");
	/* Not cut: that would be another subscriber. */
	number.noa = ISUP_NOA_SUBSCRIBER;
	CU_ASSERT_EQUAL(number_from_isup(&german, &number, &leg), -ENAMETOOLONG);
	CU_ASSERT_STRING_EQUAL(leg.digits, "");
	/* RFC 3398 12.1: the nature of address is E.164's. */
	number =
		(struct isup_number){ .noa = ISUP_NOA_NATIONAL, .npi = 5, .n = 3, .digits = "123" };
	CU_ASSERT_EQUAL(number_from_isup(&german, &number, &leg), 0);
	CU_ASSERT_STRING_EQUAL(leg.digits, "123");
	CU_ASSERT_EQUAL(leg.noa, LEG_NOA_UNKNOWN);
	/* No digits, no number. */
	number = (struct isup_number){ .noa = ISUP_NOA_NATIONAL, .npi = ISUP_NPI_ISDN };
	CU_ASSERT_EQUAL(number_from_isup(&german, &number, &leg), 0);
	CU_ASSERT_STRING_EQUAL(leg.digits, "");
}

static void digits_alone(void)
{
	struct isup_number number;

	CU_ASSERT_EQUAL(number_digits_out(STR("0*9#"), &number), 0);
	CU_ASSERT_STRING_EQUAL(number.digits, "0B9C");
	CU_ASSERT_EQUAL(number.n, 4);
	CU_ASSERT_EQUAL(number_digits_out(STR_NONE, &number), 0);
	CU_ASSERT_EQUAL(number.n, 0);
	CU_ASSERT_EQUAL(number_digits_out(STR("12x"), &number), -EINVAL);
	CU_ASSERT_EQUAL(number_digits_out((struct str){ "1\0", 2 }, &number), -EINVAL);
	CU_ASSERT_EQUAL(number_digits_out(STR("012345678901234567890123456789012"), &number),
			-ENAMETOOLONG);
}

static const char *out(const struct conf_isup *conf, enum leg_noa noa, const char *digits,
		       uint8_t *out_noa)
{
	static struct isup_number number;
	struct leg_number leg = { .noa = noa };

	memcpy(leg.digits, digits, strlen(digits) + 1);
	if (number_to_isup(conf, &leg, &number))
		return "refused";
	*out_noa = number.noa;
	CU_ASSERT_EQUAL(number.npi, ISUP_NPI_ISDN);
	return number.digits;
}

static void to_isup(void)
{
	uint8_t noa;

	CU_ASSERT_STRING_EQUAL(out(&german, LEG_NOA_INTERNATIONAL, "4989123", &noa), "89123");
	CU_ASSERT_EQUAL(noa, ISUP_NOA_NATIONAL);
	CU_ASSERT_STRING_EQUAL(out(&german, LEG_NOA_INTERNATIONAL, "4412", &noa), "4412");
	CU_ASSERT_EQUAL(noa, ISUP_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(out(&german, LEG_NOA_UNKNOWN, "004412", &noa), "4412");
	CU_ASSERT_EQUAL(noa, ISUP_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(out(&german, LEG_NOA_UNKNOWN, "004989", &noa), "89");
	CU_ASSERT_EQUAL(noa, ISUP_NOA_NATIONAL);
	CU_ASSERT_STRING_EQUAL(out(&german, LEG_NOA_UNKNOWN, "089123", &noa), "89123");
	CU_ASSERT_EQUAL(noa, ISUP_NOA_NATIONAL);
	CU_ASSERT_STRING_EQUAL(out(&german, LEG_NOA_UNKNOWN, "110", &noa), "110");
	CU_ASSERT_EQUAL(noa, ISUP_NOA_SUBSCRIBER);
	CU_ASSERT_STRING_EQUAL(out(&plain, LEG_NOA_UNKNOWN, "089*#", &noa), "089BC");
	CU_ASSERT_EQUAL(noa, ISUP_NOA_UNKNOWN);
	CU_ASSERT_STRING_EQUAL(out(&plain, LEG_NOA_UNKNOWN, "08x", &noa), "refused");
}

static void iam_there_and_back(void)
{
	struct leg_setup setup = { .complete = true,
				   .category = 0x0d,
				   .bearer = LEG_BEARER_UNRESTRICTED,
				   .hop_counter = 40 };
	struct leg_setup back;
	struct isup_msg iam;
	struct isup_fci fci;
	struct isup_number number;

	memcpy(setup.called.digits, "4989123", 8);
	setup.called.noa = LEG_NOA_INTERNATIONAL;
	memcpy(setup.calling.digits, "4930555", 8);
	setup.calling.noa = LEG_NOA_INTERNATIONAL;
	setup.calling.presentation = LEG_PRES_RESTRICTED;
	setup.calling.screening = LEG_SCR_NETWORK;
	CU_ASSERT_EQUAL(iam_from_setup(&german, &setup, &iam), 0);
	/* RFC 3398 7.2.1.1: no interworking, ISUP all the way. */
	CU_ASSERT_TRUE(isup_get_fci(&iam, &fci) && fci.isup_all_way && !fci.interworking &&
		       !fci.isdn_access);
	CU_ASSERT_TRUE(isup_get_number(&iam, ISUP_P_CALLED, &number) && number.complete);
	iam_to_setup(&german, &iam, &back);
	CU_ASSERT_STRING_EQUAL(back.called.digits, "4989123");
	CU_ASSERT_STRING_EQUAL(back.calling.digits, "4930555");
	CU_ASSERT_EQUAL(back.calling.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(back.calling.screening, LEG_SCR_NETWORK);
	CU_ASSERT_EQUAL(back.category, 0x0d);
	CU_ASSERT_EQUAL(back.bearer, LEG_BEARER_UNRESTRICTED);
	CU_ASSERT_EQUAL(back.hop_counter, 31);
	CU_ASSERT_TRUE(back.complete);
	/* 12.1: an unavailable address is as if it were absent; a number that ISUP cannot say is
	 * refused. */
	setup.calling.presentation = LEG_PRES_UNAVAILABLE;
	CU_ASSERT_EQUAL(iam_from_setup(&german, &setup, &iam), 0);
	CU_ASSERT_PTR_NULL(isup_msg_find(&iam, ISUP_P_CALLING));
	memcpy(setup.called.digits, "ab", 3);
	CU_ASSERT_EQUAL(iam_from_setup(&german, &setup, &iam), -EINVAL);
}

/* RFC 3398 7.2.1.1: To differs from the Request-URI: an original called number, though nobody has
 * diverted the call. */
static void original_called(void)
{
	struct leg_setup setup = { .complete = true }, back;
	struct isup_msg iam;

	memcpy(setup.called.digits, "4989123", 8);
	setup.called.noa = LEG_NOA_INTERNATIONAL;
	memcpy(setup.redirection.original.digits, "4930555", 8);
	setup.redirection.original.noa = LEG_NOA_INTERNATIONAL;
	CU_ASSERT_EQUAL(iam_from_setup(&german, &setup, &iam), 0);
	CU_ASSERT_PTR_NULL(isup_msg_find(&iam, ISUP_P_REDIRECTION_INFO));
	CU_ASSERT_PTR_NULL(isup_msg_find(&iam, ISUP_P_REDIRECTING));
	CU_ASSERT_EQUAL(iam_to_setup(&german, &iam, &back), 0);
	CU_ASSERT_STRING_EQUAL(back.redirection.original.digits, "4930555");
	/* A diverted call has both numbers, and why. */
	memcpy(setup.redirection.last.digits, "4930666", 8);
	setup.redirection.last.noa = LEG_NOA_INTERNATIONAL;
	setup.redirection.reason = 2;
	setup.redirection.counter = 1;
	CU_ASSERT_EQUAL(iam_from_setup(&german, &setup, &iam), 0);
	CU_ASSERT_EQUAL(iam_to_setup(&german, &iam, &back), 0);
	CU_ASSERT_STRING_EQUAL(back.redirection.last.digits, "4930666");
	CU_ASSERT_EQUAL(back.redirection.reason, 2);
	CU_ASSERT_EQUAL(back.redirection.counter, 1);
}

/* Of several generic numbers the additional calling party's is the one that means the caller. */
static void generic_numbers(void)
{
	struct isup_number number = { .noa = ISUP_NOA_NATIONAL, .npi = ISUP_NPI_ISDN, .n = 3 };
	struct leg_setup setup = { .complete = true }, back;
	struct isup_msg iam;

	memcpy(setup.called.digits, "4989123", 8);
	CU_ASSERT_EQUAL(iam_from_setup(&german, &setup, &iam), 0);
	memcpy(number.digits, "111", 4);
	number.qualifier = 1; /* additional called number */
	CU_ASSERT_EQUAL(isup_put_number(&iam, ISUP_P_GENERIC_NUMBER, &number), 0);
	CU_ASSERT_EQUAL(iam_to_setup(&german, &iam, &back), 0);
	CU_ASSERT_STRING_EQUAL(back.generic.digits, "");
	memcpy(number.digits, "222", 4);
	number.qualifier = 6;
	CU_ASSERT_EQUAL(isup_put_number(&iam, ISUP_P_GENERIC_NUMBER, &number), 0);
	CU_ASSERT_EQUAL(iam_to_setup(&german, &iam, &back), 0);
	CU_ASSERT_STRING_EQUAL(back.generic.digits, "49222");
}

static void notifications(void)
{
	struct isup_msg msg;
	const struct {
		uint8_t octets[2];
		size_t n;
		enum leg_ev ev;
	} rows[] = {
		{ { 0xf9 }, 1, LEG_EV_HOLD },
		{ { 0xfa }, 1, LEG_EV_RETRIEVE },
		{ { 0x79, 0x80 }, 2, LEG_EV_HOLD },
		{ { 0xe0 }, 1, LEG_EVS },
	};

	isup_msg_init(&msg, ISUP_CPG, 1);
	CU_ASSERT_EQUAL(notification_from_msg(&msg), LEG_EVS);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		isup_msg_init(&msg, ISUP_CPG, 1);
		CU_ASSERT_EQUAL(
			isup_msg_add(&msg, ISUP_P_GENERIC_NOTIFICATION, rows[i].octets, rows[i].n),
			0);
		CU_ASSERT_EQUAL(notification_from_msg(&msg), rows[i].ev);
	}
}

/* RFC 3398 7.2.5, 7.2.6 and 7.2.9. */
static void backward_messages(void)
{
	struct isup_bci bci = { .called_status = 0 };
	const struct isup_obci obci = { .in_band = true };
	struct leg_event event;
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_ACM, 1);
	(void)isup_put_bci(&msg, &bci);
	progress_from_msg(&msg, &event);
	CU_ASSERT_TRUE(event.ev == LEG_EV_ADDRESS_COMPLETE && !event.progress.in_band);
	bci.called_status = 1;
	(void)isup_put_bci(&msg, &bci);
	progress_from_msg(&msg, &event);
	CU_ASSERT_TRUE(event.ev == LEG_EV_ALERTING && event.progress.subscriber_free &&
		       !event.progress.in_band);
	(void)isup_put_obci(&msg, &obci);
	progress_from_msg(&msg, &event);
	CU_ASSERT_TRUE(event.progress.in_band);
	/* 7.1.6: a cause in an ACM announces why in band. */
	isup_msg_init(&msg, ISUP_ACM, 1);
	bci.called_status = 0;
	(void)isup_put_bci(&msg, &bci);
	(void)isup_put_cause(&msg, &(struct isup_cause){ .location = 2, .value = 1 });
	progress_from_msg(&msg, &event);
	CU_ASSERT_TRUE(event.ev == LEG_EV_ADDRESS_COMPLETE && event.progress.in_band);
	CU_ASSERT_EQUAL(event.progress.cause, Q850_UNALLOCATED);
	bci.interworking = true;
	isup_msg_init(&msg, ISUP_ACM, 1);
	(void)isup_put_bci(&msg, &bci);
	progress_from_msg(&msg, &event);
	CU_ASSERT_TRUE(event.progress.in_band && event.progress.interworking);
	for (uint8_t code = 1; code <= 6; code++) {
		const struct isup_event info = { .event = code };

		isup_msg_init(&msg, ISUP_CPG, 1);
		(void)isup_put_event(&msg, &info);
		progress_from_msg(&msg, &event);
		CU_ASSERT_EQUAL(event.ev, code == 1 ? LEG_EV_ALERTING : LEG_EV_PROGRESS);
		CU_ASSERT_EQUAL(event.progress.event, code);
		CU_ASSERT_EQUAL(event.progress.in_band, code == 3);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "from ISUP", from_isup },
		{ "odd ones from ISUP", odd_from_isup },
		{ "digits alone", digits_alone },
		{ "to ISUP", to_isup },
		{ "an IAM there and back", iam_there_and_back },
		{ "original called number", original_called },
		{ "generic numbers", generic_numbers },
		{ "notifications", notifications },
		{ "backward messages", backward_messages },
		CU_TEST_INFO_NULL,
	};
	return cu_run("pstn number", tests, argc, argv);
}
