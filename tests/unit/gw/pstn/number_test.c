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
	struct isup_number number = { .noa = noa, .n = (uint8_t)strlen(digits) };

	memcpy(number.digits, digits, number.n + 1u);
	number_from_isup(conf, &number, &out);
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
		{ "to ISUP", to_isup },
		{ "an IAM there and back", iam_there_and_back },
		{ "backward messages", backward_messages },
		CU_TEST_INFO_NULL,
	};
	return cu_run("pstn number", tests, argc, argv);
}
