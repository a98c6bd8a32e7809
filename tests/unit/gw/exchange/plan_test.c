/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The number plan of the exchange. */
#include "gw/exchange/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/q850.h"
#include "tests/unit/cu.h"

static const char numbers[] =
	"span \"e\" { type = virtual\n cable = \"x\" }\n"
	"linkset \"l\" { opc = 1\n dpc = 2\n link \"0\" { span = \"e\"\n timeslot = 16 } }\n"
	"circuits \"e\" { cic = 1\n timeslots = \"1\" }\n"
	"plan { national-prefix = \"0\"\n international-prefix = \"00\" }\n"
	"number \"030\" { action = answer }\n"
	"number \"030123\" { action = busy }\n"
	"number \"04\" { action = overlap\n digits-needed = 6 }\n"
	"number \"*21#\" { action = connect }\n"
	"number \"0049\" { action = reject\n cause = 57 }\n";

static struct conf_exchange *conf;

static void conf_open(const char *more)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s", numbers, more);
	conf = conf_exchange_read_text("x", text, NULL, NULL, NULL);
	if (!conf)
		abort();
}

static void find(const char *digits, bool complete, enum plan_verdict wanted, int index)
{
	const struct conf_number *number;

	CU_ASSERT_EQUAL(plan_find(conf, digits, complete, &number), wanted);
	if (index >= 0)
		CU_ASSERT_PTR_EQUAL(number, &conf->numbers[index]);
}

static void longest_match(void)
{
	find("030456", true, PLAN_FOUND, 0);
	find("0301234", true, PLAN_FOUND, 1);
	find("03012", true, PLAN_FOUND, 0);
	find("05", true, PLAN_UNALLOCATED, -1);
	find("0", true, PLAN_INCOMPLETE, -1);
	find("", true, PLAN_INCOMPLETE, -1);
}

static void digit_by_digit(void)
{
	find("", false, PLAN_WAIT, -1);
	find("0", false, PLAN_WAIT, -1);
	find("030", false, PLAN_WAIT, -1); /* 030123 may still be meant */
	find("0301", false, PLAN_WAIT, -1);
	find("03019", false, PLAN_FOUND, 0);
	find("030123", false, PLAN_FOUND, 1);
	find("05", false, PLAN_UNALLOCATED, -1);
}

static void digits_needed(void)
{
	find("04123", false, PLAN_WAIT, -1);
	find("041234", false, PLAN_FOUND, 2);
	find("04123", true, PLAN_INCOMPLETE, -1);
}

static void catch_all(void)
{
	conf_exchange_free(conf);
	conf_open("number \"\" { action = no-answer }\n");
	find("", false, PLAN_WAIT, -1);
	find("12", false, PLAN_FOUND, 5);
	find("0", true, PLAN_FOUND, 5);
}

static void natures(void)
{
	struct isup_number number = { .noa = ISUP_NOA_NATIONAL, .n = 3, .digits = "301" };
	char digits[PLAN_DIGITS_MAX + 1];

	plan_digits(conf, &number, digits);
	CU_ASSERT_STRING_EQUAL(digits, "0301");
	number.noa = ISUP_NOA_INTERNATIONAL;
	plan_digits(conf, &number, digits);
	CU_ASSERT_STRING_EQUAL(digits, "00301");
	number.noa = ISUP_NOA_SUBSCRIBER;
	plan_digits(conf, &number, digits);
	CU_ASSERT_STRING_EQUAL(digits, "301");
	number = (struct isup_number){ .noa = ISUP_NOA_UNKNOWN, .n = 4, .digits = "B21C" };
	plan_digits(conf, &number, digits);
	CU_ASSERT_STRING_EQUAL(digits, "*21#");
}

static void causes(void)
{
	static const struct {
		enum conf_action action;
		uint8_t cause, location;
	} wanted[] = {
		{ CONF_ACTION_BUSY, 17, 0 },
		{ CONF_ACTION_UNALLOCATED, 1, 4 },
		{ CONF_ACTION_REJECT, 21, 0 },
		{ CONF_ACTION_NO_ANSWER, 19, 4 },
		{ CONF_ACTION_ANNOUNCE_RELEASE, 1, 4 },
		{ CONF_ACTION_ANSWER, 16, 0 },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct conf_number number = { .action = wanted[i].action };
		struct isup_cause cause = plan_cause(&number);

		CU_ASSERT_EQUAL(cause.value, wanted[i].cause);
		CU_ASSERT_EQUAL(cause.location, wanted[i].location);
	}
	CU_ASSERT_EQUAL(plan_cause(&conf->numbers[4]).value, 57);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "longest match", longest_match },
		{ "digit by digit", digit_by_digit },
		{ "digits needed", digits_needed },
		{ "catch all", catch_all },
		{ "natures", natures },
		{ "causes", causes },
		CU_TEST_INFO_NULL,
	};

	int status;

	conf_open("");
	status = cu_run("exchange plan", tests, argc, argv);
	conf_exchange_free(conf);
	return status;
}
