/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Parties of an IAM: octets of Q.763 and T1.113 written by hand, to the vocabulary and back. */
#include "gw/pstn/iam_party.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/pstn/iam.h"
#include "gw/pstn/iam_ansi.h"
#include "gw/pstn/transit.h"
#include "tests/unit/cu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char de[] = "49", us[] = "1", own[] = "0288", network[] = "0490";

static struct conf_isup german(enum conf_portability portability)
{
	return (struct conf_isup){ .country = de, .parties = { .portability = portability } };
}

static struct leg_setup setup_of(const char *called, const char *routing)
{
	struct leg_setup s = { .complete = true, .category = LEG_CATEGORY_ORDINARY };

	snprintf(s.called.digits, sizeof(s.called.digits), "%s", called);
	s.called.noa = LEG_NOA_INTERNATIONAL;
	snprintf(s.portability.routing.digits, sizeof(s.portability.routing.digits), "%s", routing);
	s.portability.routing.noa = LEG_NOA_INTERNATIONAL;
	s.portability.queried = routing[0] != '\0';
	return s;
}

static void expect(const struct isup_msg *iam, uint8_t code, const uint8_t *octets, size_t n)
{
	const struct isup_param *param = isup_msg_find(iam, code);

	if (!n) {
		CU_ASSERT_PTR_NULL(param);
		return;
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(param);
	CU_ASSERT_EQUAL_FATAL(param->length, n);
	CU_ASSERT_EQUAL(memcmp(isup_param_octets(iam, param), octets, n), 0);
}

#define EXPECT(iam, code, ...)                                                                     \
	expect(iam, code, (const uint8_t[]){ __VA_ARGS__ },                                        \
	       sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* Out of the message's octets again, as another exchange reads it. */
static struct leg_setup over(const struct conf_isup *conf, const struct isup_msg *iam)
{
	static struct isup_msg back;
	uint8_t octets[ISUP_OCTETS_MAX];
	struct isup_error error;
	struct leg_setup s;
	int n = isup_msg_encode(iam, octets, sizeof(octets));

	CU_ASSERT_TRUE_FATAL(n > 0);
	CU_ASSERT_EQUAL_FATAL(isup_msg_decode(&back, octets, (size_t)n, &error), 0);
	CU_ASSERT_EQUAL(iam_to_setup(conf, &back, &s), 0);
	return s;
}

static bool translated(const struct isup_msg *iam)
{
	struct isup_fci fci;

	return isup_get_fci(iam, &fci) && fci.translated;
}

static void check_ported(const struct conf_isup *conf, const struct isup_msg *iam)
{
	struct leg_setup s = over(conf, iam);

	CU_ASSERT_STRING_EQUAL(s.called.digits, "49301234");
	CU_ASSERT_EQUAL(s.called.noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(s.portability.routing.digits, "49D0012");
	CU_ASSERT_TRUE(s.portability.queried);
	CU_ASSERT_TRUE(s.complete);
	CU_ASSERT_TRUE(translated(iam));
}

/* RFC 3398 7.2.1.1 and 8.2.1.1; +49 30 1234 ported to routing number D0012. */
static void ported(void)
{
	struct leg_setup s = setup_of("49301234", "49D0012");
	struct conf_isup conf = german(CONF_PORTABILITY_GAP);
	struct isup_msg iam;

	/* T1.113: the routing number is called, the ported number a generic address. */
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CALLED, 0x03, 0x10, 0x0d, 0x10, 0xf2);
	EXPECT(&iam, ISUP_P_GENERIC_NUMBER, 0xc0, 0x03, 0x10, 0x03, 0x21, 0x43);
	check_ported(&conf, &iam);
	/* Q.769.1 6.1: nature of address 6, and the called directory number. */
	conf = german(CONF_PORTABILITY_DIRECTORY);
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CALLED, 0x06, 0x10, 0x0d, 0x10, 0xf2);
	EXPECT(&iam, ISUP_P_CALLED_DIRECTORY_NUMBER, 0x03, 0x10, 0x03, 0x21, 0x43);
	check_ported(&conf, &iam);
	/* 6.2: nature of address 8, both behind each other. */
	conf = german(CONF_PORTABILITY_CONCATENATED);
	conf.parties.routing_digits = 5;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CALLED, 0x08, 0x10, 0x0d, 0x10, 0x32, 0x10, 0x32, 0xf4);
	check_ported(&conf, &iam);
	/* 6.3: the network routing number apart. */
	conf = german(CONF_PORTABILITY_SEPARATE);
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CALLED, 0x83, 0x10, 0x03, 0x21, 0x43, 0x0f);
	EXPECT(&iam, ISUP_P_NETWORK_ROUTING_NUMBER, 0x91, 0x0d, 0x10, 0x02);
	check_ported(&conf, &iam);
	/* Not used on this trunk. */
	conf = german(CONF_PORTABILITY_OFF);
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CALLED, 0x83, 0x10, 0x03, 0x21, 0x43, 0x0f);
	CU_ASSERT_FALSE(translated(&iam));
	/* npdi without rn: asked, and not ported. */
	conf = german(CONF_PORTABILITY_GAP);
	s = setup_of("49301234", "");
	s.portability.queried = true;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CALLED, 0x83, 0x10, 0x03, 0x21, 0x43, 0x0f);
	CU_ASSERT_PTR_NULL(isup_msg_find(&iam, ISUP_P_GENERIC_NUMBER));
	s = over(&conf, &iam);
	CU_ASSERT_TRUE(s.portability.queried);
	CU_ASSERT_STRING_EQUAL(s.portability.routing.digits, "");
}

static void ported_odd(void)
{
	struct conf_isup conf = german(CONF_PORTABILITY_CONCATENATED);
	struct leg_setup s = setup_of("4930123456789012345678901234", "49D00123456");
	struct isup_msg iam;

	/* No room for both. */
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), -EINVAL);
	/* A concatenated number too short to be one stays whole. */
	conf.parties.routing_digits = 8;
	isup_msg_init(&iam, ISUP_IAM, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&iam, ISUP_P_CALLED, (uint8_t[]){ 8, 0x10, 0x21, 0x43 }, 4),
			0);
	CU_ASSERT_EQUAL(iam_to_setup(&conf, &iam, &s), 0);
	CU_ASSERT_STRING_EQUAL(s.called.digits, "1234");
	CU_ASSERT_FALSE(s.portability.queried);
	/* Routing numbers that are none. */
	conf = german(CONF_PORTABILITY_SEPARATE);
	CU_ASSERT_EQUAL(
		isup_msg_add(&iam, ISUP_P_NETWORK_ROUTING_NUMBER, (uint8_t[]){ 0x91, 0xff }, 2), 0);
	CU_ASSERT_EQUAL(iam_to_setup(&conf, &iam, &s), 0);
	CU_ASSERT_STRING_EQUAL(s.portability.routing.digits, "");
	CU_ASSERT_FALSE(s.portability.queried);
}

static void carrier(void)
{
	struct conf_isup conf = { .country = us };
	struct leg_setup s = setup_of("12025336789", "");
	struct isup_msg iam;

	snprintf(s.carrier.digits, sizeof(s.carrier.digits), "5062");
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_TNS, 0x20, 0x05, 0x26);
	s = over(&conf, &iam);
	CU_ASSERT_STRING_EQUAL(s.carrier.digits, "15062");
	CU_ASSERT_TRUE(s.carrier.global);
	/* With its country, as RFC 4694 has it, and odd. */
	s = setup_of("12025336789", "");
	snprintf(s.carrier.digits, sizeof(s.carrier.digits), "1288");
	s.carrier.global = true;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_TNS, 0xa0, 0x82, 0x08);
	/* Another country's, our own, or not wanted. */
	snprintf(s.carrier.digits, sizeof(s.carrier.digits), "44288");
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	expect(&iam, ISUP_P_TNS, NULL, 0);
	conf.parties.own_carrier = own;
	snprintf(s.carrier.digits, sizeof(s.carrier.digits), "10288");
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	expect(&iam, ISUP_P_TNS, NULL, 0);
	conf.parties.own_carrier = NULL;
	conf.parties.carrier = CONF_CARRIER_OFF;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	expect(&iam, ISUP_P_TNS, NULL, 0);
	/* Automatic: not where the number is none of E.164's, since there is no CIP but in T1.113. */
	conf.parties.carrier = CONF_CARRIER_AUTOMATIC;
	s.called.noa = LEG_NOA_UNKNOWN;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	expect(&iam, ISUP_P_TNS, NULL, 0);
	expect(&iam, ISUP_P_CARRIER_IDENTIFICATION, NULL, 0);
}

static void ansi_carrier(void)
{
	const struct conf_isup conf = { .country = us };
	struct leg_setup s = setup_of("12025336789", "");
	struct isup_msg iam;

	snprintf(s.carrier.digits, sizeof(s.carrier.digits), "5062");
	isup_msg_init_as(&iam, ISUP_ANSI, ISUP_IAM, 1);
	CU_ASSERT_EQUAL(iam_carrier_put(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_TNS, 0x22, 0x05, 0x26, 0x00);
	s.called.noa = LEG_NOA_NATIONAL;
	snprintf(s.carrier.digits, sizeof(s.carrier.digits), "288");
	isup_msg_init_as(&iam, ISUP_ANSI, ISUP_IAM, 1);
	CU_ASSERT_EQUAL(iam_carrier_put(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CARRIER_IDENTIFICATION, 0x21, 0x82, 0x08);
	memset(&s.carrier, 0, sizeof(s.carrier));
	iam_carrier_get(&conf, &iam, &s.carrier);
	CU_ASSERT_STRING_EQUAL(s.carrier.digits, "1288");
	/* A number of X.121 is no carrier's. */
	isup_msg_init_as(&iam, ISUP_ANSI, ISUP_IAM, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&iam, ISUP_P_TNS, (uint8_t[]){ 0x03, 0x21, 0x43, 0 }, 4), 0);
	memset(&s.carrier, 0, sizeof(s.carrier));
	iam_carrier_get(&conf, &iam, &s.carrier);
	CU_ASSERT_STRING_EQUAL(s.carrier.digits, "");
}

/* A whole IAM of T1.113: ported number beside the caller's own, carrier and line information of the call. */
static void ansi_whole(void)
{
	struct conf_isup conf = { .country = us,
				  .line_information_set = true,
				  .line_information = 62,
				  .parties = { .portability = CONF_PORTABILITY_GAP } };
	struct leg_setup s = setup_of("12025336789", "12025440000");
	struct isup_number number;
	struct isup_msg iam;

	snprintf(s.carrier.digits, sizeof(s.carrier.digits), "5062");
	snprintf(s.generic.digits, sizeof(s.generic.digits), "12025550100");
	s.generic.noa = LEG_NOA_INTERNATIONAL;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	iam.variant = ISUP_ANSI;
	CU_ASSERT_EQUAL(iam_to_ansi(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CALLED, 0x03, 0x10, 0x02, 0x52, 0x44, 0x00, 0x00);
	CU_ASSERT_TRUE(iam_generic_get(&iam, ISUP_GENERIC_PORTED, &number));
	CU_ASSERT_STRING_EQUAL(number.digits, "2025336789");
	CU_ASSERT_TRUE(iam_generic_get(&iam, 3, &number));
	CU_ASSERT_STRING_EQUAL(number.digits, "2025550100");
	CU_ASSERT_FALSE(iam_generic_get(&iam, ISUP_GENERIC_CALLING, &number));
	EXPECT(&iam, ISUP_P_TNS, 0x22, 0x05, 0x26, 0x00);
	EXPECT(&iam, ISUP_P_OLI, 62);
	s.oli_known = true;
	s.oli = 7;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	iam.variant = ISUP_ANSI;
	CU_ASSERT_EQUAL(iam_to_ansi(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_OLI, 7);
	CU_ASSERT_EQUAL(iam_to_setup(&conf, &iam, &s), 0);
	CU_ASSERT_EQUAL(iam_from_ansi(&conf, &iam, &s), 0);
	CU_ASSERT_STRING_EQUAL(s.called.digits, "12025336789");
	CU_ASSERT_STRING_EQUAL(s.portability.routing.digits, "12025440000");
	CU_ASSERT_STRING_EQUAL(s.generic.digits, "12025550100");
	CU_ASSERT_STRING_EQUAL(s.carrier.digits, "15062");
	CU_ASSERT_TRUE(s.oli_known && s.oli == 7);
}

static void subaddresses(void)
{
	static const uint8_t odd[][8] = {
		{ 0x71, 0x07, 0x80, 0x50 }, /* leaves the parameter */
		{ 0xa1, 0x7c, 0x00, 0x71, 0x00 },
	};
	const struct conf_isup conf = german(CONF_PORTABILITY_OFF);
	struct leg_setup s = setup_of("49301234", "");
	struct isup_msg iam;

	s.called_subaddress = (struct leg_subaddress){ 4, { 0x80, 0x50, '1', '2' } };
	s.calling_subaddress = (struct leg_subaddress){ 3, { 0x88, 0x99, 0x10 } };
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_ACCESS_TRANSPORT, 0x71, 4, 0x80, 0x50, '1', '2', 0x6d, 3, 0x88, 0x99,
	       0x10);
	s = over(&conf, &iam);
	CU_ASSERT_EQUAL(s.called_subaddress.n, 4);
	CU_ASSERT_EQUAL(s.called_subaddress.octets[3], '2');
	CU_ASSERT_EQUAL(s.calling_subaddress.n, 3);
	/* Between elements of other kinds, one of them of a single octet. */
	isup_msg_init(&iam, ISUP_IAM, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&iam, ISUP_P_ACCESS_TRANSPORT,
				     (uint8_t[]){ 0x7d, 2, 0x91, 0x81, 0xa1, 0x71, 2, 0x80, 0x50 },
				     9),
			0);
	CU_ASSERT_EQUAL(iam_to_setup(&conf, &iam, &s), 0);
	CU_ASSERT_EQUAL(s.called_subaddress.n, 2);
	for (size_t i = 0; i < COUNT(odd); i++) {
		isup_msg_init(&iam, ISUP_IAM, 1);
		CU_ASSERT_EQUAL(isup_msg_add(&iam, ISUP_P_ACCESS_TRANSPORT, odd[i], 5 - !i), 0);
		CU_ASSERT_EQUAL(iam_to_setup(&conf, &iam, &s), 0);
		CU_ASSERT_EQUAL(s.called_subaddress.n, 0);
	}
}

static void names(void)
{
	struct conf_isup conf = german(CONF_PORTABILITY_OFF);
	struct leg_setup s = setup_of("49301234", "");
	struct isup_msg iam;

	snprintf(s.calling_name, sizeof(s.calling_name), "J\xc3\xbcrgen");
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	expect(&iam, ISUP_P_GENERIC_NAME, NULL, 0);
	conf.parties.calling_name = CONF_NAME_GENERIC;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_GENERIC_NAME, 0x20, 'J', '?', 'r', 'g', 'e', 'n');
	s = over(&conf, &iam);
	CU_ASSERT_STRING_EQUAL(s.calling_name, "J?rgen");
	s.calling.presentation = LEG_PRES_RESTRICTED;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_GENERIC_NAME, 0x21, 'J', '?', 'r', 'g', 'e', 'n');
	s = over(&conf, &iam);
	CU_ASSERT_STRING_EQUAL(s.calling_name, "");
	conf.parties.calling_name = CONF_NAME_DISPLAY;
	snprintf(s.calling_name, sizeof(s.calling_name), "A B");
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_DISPLAY, 'A', ' ', 'B');
	s = over(&conf, &iam);
	CU_ASSERT_STRING_EQUAL(s.calling_name, "A B");
}

static void priority(void)
{
	struct conf_isup conf = german(CONF_PORTABILITY_OFF);
	struct leg_setup s = setup_of("49301234", "");
	struct isup_msg iam;

	s.priority = (struct leg_priority){ LEG_PRIORITY_PRECEDENCE, 1 };
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	expect(&iam, ISUP_P_MLPP, NULL, 0);
	EXPECT(&iam, ISUP_P_CPC, 11);
	conf.parties.mlpp = true;
	conf.parties.mlpp_network = network;
	conf.parties.mlpp_domain = 0x012345;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_MLPP, 0x21, 0x04, 0x90, 0x01, 0x23, 0x45);
	s = over(&conf, &iam);
	CU_ASSERT_EQUAL(s.priority.kind, LEG_PRIORITY_PRECEDENCE);
	CU_ASSERT_EQUAL(s.priority.level, 1);
	conf.parties.mlpp = false;
	s = over(&conf, &iam);
	CU_ASSERT_EQUAL(s.priority.level, 3); /* by the category */
	s = setup_of("49301234", "");
	s.priority.kind = LEG_PRIORITY_EMERGENCY;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CPC, 14);
	s = over(&conf, &iam);
	CU_ASSERT_EQUAL(s.priority.kind, LEG_PRIORITY_EMERGENCY);
	/* A payphone stays one. */
	s.category = 15;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CPC, 15);
	/* Q.763 3.11: 0 is a value like others, but for priority. */
	s.category = 0;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CPC, 14);
	s.priority.kind = LEG_PRIORITY_NONE;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CPC, 0);
	s = over(&conf, &iam);
	CU_ASSERT_EQUAL(s.category, 0);
	s = setup_of("49301234", "");
	s.priority = (struct leg_priority){ LEG_PRIORITY_PRECEDENCE, LEG_LEVEL_ROUTINE };
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_CPC, 10);
}

/* Q.763 3.39, 3.44, 3.45 */
static void redirection(void)
{
	const struct conf_isup conf = german(CONF_PORTABILITY_OFF);
	struct leg_setup s = setup_of("49301234", "");
	struct leg_redirection *r = &s.redirection;
	struct isup_msg iam;

	snprintf(r->last.digits, sizeof(r->last.digits), "4944");
	snprintf(r->original.digits, sizeof(r->original.digits), "4955");
	r->last.noa = r->original.noa = LEG_NOA_INTERNATIONAL;
	r->counter = 9;
	r->reason = LEG_REASON_NOT_REACHABLE;
	r->original_reason = LEG_REASON_BUSY;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_REDIRECTING, 0x03, 0x10, 0x44);
	EXPECT(&iam, ISUP_P_ORIGINAL_CALLED, 0x03, 0x10, 0x55);
	EXPECT(&iam, ISUP_P_REDIRECTION_INFO, 0x13, 0x65);
	r->last.presentation = LEG_PRES_RESTRICTED;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_REDIRECTING, 0x03, 0x14, 0x44);
	EXPECT(&iam, ISUP_P_REDIRECTION_INFO, 0x14, 0x65);
	s = over(&conf, &iam);
	CU_ASSERT_EQUAL(r->counter, 5);
	CU_ASSERT_EQUAL(r->reason, LEG_REASON_NOT_REACHABLE);
	CU_ASSERT_EQUAL(r->original_reason, LEG_REASON_BUSY);
	CU_ASSERT_EQUAL(r->original.presentation, LEG_PRES_RESTRICTED);
	/* To is not the Request-URI: nobody has diverted (RFC 3398 7.2.1.1). */
	s = setup_of("49301234", "");
	snprintf(r->original.digits, sizeof(r->original.digits), "4955");
	r->original.noa = LEG_NOA_INTERNATIONAL;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_ORIGINAL_CALLED, 0x03, 0x10, 0x55);
	expect(&iam, ISUP_P_REDIRECTION_INFO, NULL, 0);
	/* Diverted by one that nobody may know. */
	s = setup_of("49301234", "");
	r->counter = 1;
	r->last.presentation = LEG_PRES_RESTRICTED;
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	expect(&iam, ISUP_P_REDIRECTING, NULL, 0);
	EXPECT(&iam, ISUP_P_REDIRECTION_INFO, 0x04, 0x01);
}

static void others(void)
{
	struct conf_isup conf = german(CONF_PORTABILITY_OFF);
	struct leg_setup s = setup_of("49301234", "");
	struct isup_msg iam;
	struct leg_uui uui;

	conf.parties.connected_line = true;
	snprintf(s.location.digits, sizeof(s.location.digits), "4930");
	s.location.noa = LEG_NOA_INTERNATIONAL;
	s.location.screening = LEG_SCR_NETWORK;
	s.user_to_user = STR("\x04hi");
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
	EXPECT(&iam, ISUP_P_OFCI, 0x80);
	EXPECT(&iam, ISUP_P_LOCATION_NUMBER, 0x03, 0x13, 0x03);
	EXPECT(&iam, ISUP_P_UUI, 4, 'h', 'i');
	s = over(&conf, &iam);
	CU_ASSERT_STRING_EQUAL(s.location.digits, "4930");
	uui_from_msg(&iam, &uui);
	CU_ASSERT_EQUAL(uui.n, 3);
	uui_from_msg(NULL, &uui);
	CU_ASSERT_EQUAL(uui.n, 0);
}

/* Q.763 3.54; Q.764 2.5 */
static void bearers(void)
{
	static const struct {
		uint8_t tmr;
		int prime; /* -1: none */
		int err;
		enum leg_bearer bearer;
	} rows[] = {
		{ 0, -1, 0, LEG_BEARER_SPEECH },
		{ 2, -1, 0, LEG_BEARER_UNRESTRICTED },
		{ 3, -1, 0, LEG_BEARER_AUDIO_3K1 },
		{ 6, -1, 0, LEG_BEARER_UNRESTRICTED },
		{ 6, 0, 0, LEG_BEARER_SPEECH },
		{ 6, 3, 0, LEG_BEARER_AUDIO_3K1 },
		/* Reserved ones say nothing. */
		{ 6, 2, 0, LEG_BEARER_UNRESTRICTED },
		{ 6, 7, 0, LEG_BEARER_UNRESTRICTED },
		{ 1, -1, -ENOTSUP, 0 },
		{ 4, -1, -ENOTSUP, 0 },
		{ 7, -1, -ENOTSUP, 0 },
		{ 10, -1, -ENOTSUP, 0 },
		{ 42, -1, -ENOTSUP, 0 },
		{ 255, -1, -ENOTSUP, 0 },
	};
	const struct conf_isup conf = german(CONF_PORTABILITY_OFF);
	struct isup_msg iam;
	struct leg_setup s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		s = setup_of("49301234", "");
		CU_ASSERT_EQUAL(iam_from_setup(&conf, &s, &iam), 0);
		CU_ASSERT_EQUAL(isup_put_octet(&iam, ISUP_P_TMR, rows[i].tmr), 0);
		if (rows[i].prime >= 0)
			CU_ASSERT_EQUAL(
				isup_put_octet(&iam, ISUP_P_TMR_PRIME, (uint8_t)rows[i].prime), 0);
		CU_ASSERT_EQUAL(iam_to_setup(&conf, &iam, &s), rows[i].err);
		if (!rows[i].err)
			CU_ASSERT_EQUAL(s.bearer, rows[i].bearer);
	}
}

/* ISUP to ISUP, where the two trunks say a ported number in different ways. */
static void transit(void)
{
	static const enum conf_portability ways[] = { CONF_PORTABILITY_GAP,
						      CONF_PORTABILITY_DIRECTORY,
						      CONF_PORTABILITY_CONCATENATED,
						      CONF_PORTABILITY_SEPARATE };
	struct leg_setup s = setup_of("49301234", "49D0012"), through;
	struct isup_msg in, out;

	for (size_t a = 0; a < COUNT(ways); a++)
		for (size_t b = 0; b < COUNT(ways); b++) {
			struct conf_isup from = german(ways[a]), to = german(ways[b]);
			struct isup_number number;

			from.parties.routing_digits = to.parties.routing_digits = 5;
			CU_ASSERT_EQUAL(iam_from_setup(&from, &s, &in), 0);
			through = over(&from, &in);
			CU_ASSERT_EQUAL(iam_from_setup(&to, &through, &out), 0);
			CU_ASSERT_EQUAL(transit_iam(&to, &in, &out), 0);
			check_ported(&to, &out);
			CU_ASSERT_EQUAL(iam_generic_get(&out, ISUP_GENERIC_PORTED, &number),
					ways[b] == CONF_PORTABILITY_GAP);
			CU_ASSERT_EQUAL(isup_msg_find(&out, ISUP_P_CALLED_DIRECTORY_NUMBER) != NULL,
					ways[b] == CONF_PORTABILITY_DIRECTORY);
			CU_ASSERT_EQUAL(isup_msg_find(&out, ISUP_P_NETWORK_ROUTING_NUMBER) != NULL,
					ways[b] == CONF_PORTABILITY_SEPARATE);
		}
	/* Neither trunk looks at it: everything goes through as it came. */
	for (size_t a = 0; a < COUNT(ways); a++) {
		struct conf_isup from = german(ways[a]), off = german(CONF_PORTABILITY_OFF);

		from.parties.routing_digits = 5;
		CU_ASSERT_EQUAL(iam_from_setup(&from, &s, &in), 0);
		through = over(&off, &in);
		CU_ASSERT_EQUAL(iam_from_setup(&off, &through, &out), 0);
		CU_ASSERT_EQUAL(transit_iam(&off, &in, &out), 0);
		check_ported(&from, &out);
	}
}

static const CU_TestInfo tests[] = {
	{ "ported", ported },
	{ "ported odd", ported_odd },
	{ "carrier", carrier },
	{ "ansi carrier", ansi_carrier },
	{ "ansi whole", ansi_whole },
	{ "subaddresses", subaddresses },
	{ "names", names },
	{ "priority", priority },
	{ "redirection", redirection },
	{ "others", others },
	{ "bearers", bearers },
	{ "transit", transit },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("iam party", tests, argc, argv);
}
