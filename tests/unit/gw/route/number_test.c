/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Number normalising by tables: what a trunk sends, how routes see it, and what goes out. */
#include "gw/route/number.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/cu.h"

static const char *const rules_in[] = { "112$ =", "9 -", "xx77 +49", "800 +800" };
static const char *const rules_out[] = { "+49800 0800", "+44 =", "+ 00", "x5$ 99" };

static const struct number_plan berlin = {
	.country = "49", .area = "30", .national_prefix = "0", .international_prefix = "00"
};
static const struct number_plan no_area = { .country = "49",
					    .national_prefix = "0",
					    .international_prefix = "00" };
/* North America: 1 is country and national prefix. */
static const struct number_plan nanp = {
	.country = "1", .area = "212", .national_prefix = "1", .international_prefix = "011"
};
static const struct number_plan nothing;
static const struct number_plan ruled = { .country = "49",
					  .area = "30",
					  .national_prefix = "0",
					  .international_prefix = "00",
					  .in = rules_in,
					  .n_in = 4,
					  .out = rules_out,
					  .n_out = 4 };

struct one {
	const struct number_plan *plan;
	enum number_nature nature;
	const char *digits;
	const char *text; /* what becomes of it */
	enum number_nature out;
	int err;
};

#define U NUMBER_UNKNOWN
#define S NUMBER_SUBSCRIBER
#define N NUMBER_NATIONAL
#define I NUMBER_INTERNATIONAL

static struct number number(enum number_nature nature, const char *digits)
{
	struct number n = { .nature = nature };

	(void)str_copy(n.digits, sizeof(n.digits), str_c(digits));
	return n;
}

static void check(const struct one *one,
		  int (*fn)(const struct number_plan *, const struct number *, struct number *,
			    struct number_steps *))
{
	struct number in = number(one->nature, one->digits), out;
	char text[NUMBER_DIGITS_MAX + 2];
	struct number_steps steps;
	int err = fn(one->plan, &in, &out, &steps);

	(void)number_text(&out, text, sizeof(text));
	if (strcmp(text, one->text) != 0 || out.nature != one->out || err != one->err)
		printf("\n    %s %s -> %s %s, not %s\n", number_nature_name(one->nature),
		       one->digits, number_nature_name(out.nature), text, one->text);
	CU_ASSERT_STRING_EQUAL(text, one->text);
	CU_ASSERT_EQUAL(out.nature, one->out);
	CU_ASSERT_EQUAL(err, one->err);
	CU_ASSERT_PTR_NOT_NULL(steps.reason);
}

static void inward(void)
{
	static const struct one cases[] = {
		{ &berlin, I, "49301234", "+49301234", I, 0 },
		{ &berlin, N, "301234", "+49301234", I, 0 },
		{ &berlin, S, "1234", "+49301234", I, 0 },
		{ &berlin, U, "00441234", "+441234", I, 0 },
		{ &berlin, U, "0301234", "+49301234", I, 0 },
		{ &berlin, U, "12345", "+493012345", I, 0 },
		{ &berlin, U, "110", "110", U, 0 },
		{ &berlin, U, "*21#", "*21#", U, 0 },
		{ &berlin, U, "0*1", "0*1", U, 0 },
		{ &berlin, U, "", "", U, 0 },
		{ &no_area, U, "12345", "12345", U, 0 },
		{ &no_area, S, "12345", "12345", S, 0 },
		{ &no_area, U, "0301234", "+49301234", I, 0 },
		{ &nanp, U, "12125551234", "+12125551234", I, 0 },
		{ &nanp, U, "01149301234", "+49301234", I, 0 },
		{ &nanp, N, "2125551234", "+12125551234", I, 0 },
		{ &nothing, U, "0301234", "0301234", U, 0 },
		{ &nothing, N, "301234", "301234", N, 0 },
		{ &nothing, S, "1234", "1234", S, 0 },
		{ &ruled, U, "112", "112", U, 0 },
		{ &ruled, U, "1123", "+49301123", I, 0 },
		{ &ruled, U, "90301234", "+49301234", I, 0 },
		{ &ruled, U, "9001234", "+1234", I, 0 },
		{ &ruled, U, "12775", "+495", I, 0 },
		{ &ruled, U, "8001234", "+8001234", I, 0 },
		{ &berlin, N, "12345678901234567890123456789012",
		  "12345678901234567890123456789012", N, -ENAMETOOLONG },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i], number_in);
}

static struct number_plan formed(const struct number_plan *plan, enum conf_number_form form)
{
	struct number_plan copy = *plan;

	copy.form = form;
	return copy;
}

static void outward(void)
{
	const struct number_plan intl = formed(&berlin, CONF_FORM_INTERNATIONAL),
				 national = formed(&berlin, CONF_FORM_NATIONAL),
				 subscriber = formed(&berlin, CONF_FORM_SUBSCRIBER),
				 dialled = formed(&berlin, CONF_FORM_DIALLED),
				 digits = formed(&berlin, CONF_FORM_DIGITS);
	const struct one cases[] = {
		{ &berlin, I, "49301234", "+49301234", I, 0 },
		{ &berlin, U, "0301", "0301", U, 0 },
		{ &intl, N, "301234", "+49301234", I, 0 },
		{ &intl, U, "0301", "0301", U, 0 },
		{ &national, I, "49301234", "301234", N, 0 },
		{ &national, I, "441234", "+441234", I, 0 },
		{ &national, U, "110", "110", U, 0 },
		{ &subscriber, I, "49301234", "1234", S, 0 },
		{ &subscriber, I, "49401234", "401234", N, 0 },
		{ &subscriber, I, "441234", "+441234", I, 0 },
		{ &dialled, I, "49301234", "0301234", U, 0 },
		{ &dialled, I, "441234", "00441234", U, 0 },
		{ &dialled, N, "301234", "0301234", U, 0 },
		{ &dialled, U, "110", "110", U, 0 },
		{ &digits, I, "49301234", "49301234", U, 0 },
		{ &ruled, I, "498001", "08001", U, 0 },
		{ &ruled, I, "441234", "+441234", I, 0 },
		{ &ruled, I, "331234", "00331234", U, 0 },
		{ &ruled, U, "15", "99", U, 0 },
		{ &ruled, U, "156", "156", U, 0 },
		{ &dialled, I, "12345678901234567890123456789012",
		  "+12345678901234567890123456789012", I, -ENAMETOOLONG },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i], number_out);
}

static void undecided(void)
{
	static const struct {
		const struct number_plan *plan;
		enum number_nature nature;
		const char *digits;
		bool is;
	} cases[] = {
		{ &berlin, U, "", true },    { &berlin, U, "0", true },
		{ &berlin, U, "00", false }, { &berlin, U, "03", false },
		{ &berlin, U, "123", true }, { &berlin, U, "1234", false },
		{ &berlin, I, "4", false },  { &no_area, U, "1", false },
		{ &no_area, U, "0", true },  { &nanp, U, "01", true },
		{ &nanp, U, "011", false },  { &nothing, U, "0", false },
		{ &ruled, U, "11", true },   { &ruled, U, "90", true },
		{ &ruled, U, "127", true },  { &ruled, U, "80", true },
		{ &ruled, U, "900", false }, { &ruled, U, "903", false },
		{ &berlin, U, "*1", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct number in = number(cases[i].nature, cases[i].digits);

		if (number_undecided(cases[i].plan, &in) != cases[i].is)
			printf("\n    '%s'\n", cases[i].digits);
		CU_ASSERT_EQUAL(number_undecided(cases[i].plan, &in), cases[i].is);
	}
}

/* Once decided, a longer number is the shorter one and the digits that came: overlap rests on it. */
static void digits_add_up(void)
{
	static const char *const whole[] = { "00441234567", "0301234567", "1234567", "9003312345",
					     "90301234567" };
	const struct number_plan *plans[] = { &berlin, &no_area, &nanp, &ruled };

	for (size_t p = 0; p < 4; p++)
		for (size_t w = 0; w < 5; w++)
			for (size_t n = 1; n < strlen(whole[w]); n++) {
				struct number some = number(U, whole[w]), one, two;
				char text[NUMBER_DIGITS_MAX + 2], longer[NUMBER_DIGITS_MAX + 2];
				size_t length;

				some.digits[n] = '\0';
				if (number_undecided(plans[p], &some))
					continue;
				CU_ASSERT_EQUAL(number_in(plans[p], &some, &one, NULL), 0);
				length = number_text(&one, text, sizeof(text));
				some = number(U, whole[w]);
				CU_ASSERT_EQUAL(number_in(plans[p], &some, &two, NULL), 0);
				(void)number_text(&two, longer, sizeof(longer));
				CU_ASSERT(strncmp(text, longer, length) == 0);
				CU_ASSERT_STRING_EQUAL(longer + length, whole[w] + n);
			}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "inward", inward },	    { "outward", outward },
		{ "undecided", undecided }, { "digits add up", digits_add_up },
		CU_TEST_INFO_NULL,
	};

	return cu_run("number", tests, argc, argv);
}
