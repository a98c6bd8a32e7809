/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causeway decode: messages of every variant in words, and what is said of what is no message. */
#include "gw/main/decode.h"

#include <stdlib.h>
#include <string.h>

#include "isup/msg.h"
#include "tests/unit/cu.h"

static char *said, *faults;
static int status;

static void run(const char *input, int argc, const char *a, const char *b, const char *c)
{
	const char *const argv[] = { a, b, c };
	size_t n_said, n_faults;
	FILE *in = fmemopen((void *)(uintptr_t)input, strlen(input), "r");
	FILE *out, *err;

	free(said);
	free(faults);
	out = open_memstream(&said, &n_said);
	err = open_memstream(&faults, &n_faults);
	CU_ASSERT_FATAL(in && out && err);
	status = decode_run(argc, argv, in, out, err);
	fclose(in);
	fclose(out);
	fclose(err);
}

static void says(const char *word)
{
	if (!strstr(said, word))
		printf("\n  \"%s\" is not in \"%s\"\n", word, said);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, word));
}

static void wrong(int code, const char *word)
{
	CU_ASSERT_EQUAL(status, code);
	if (!strstr(faults, word))
		printf("\n  \"%s\" is not in \"%s\"\n", word, faults);
	CU_ASSERT_PTR_NOT_NULL(strstr(faults, word));
}

static void a_message_in_words(void)
{
	run(" ", 2, "isup", "03 00 0c:02-00.02 84 90", NULL);
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_STRING_EQUAL(faults, "");
	CU_ASSERT_EQUAL(strncmp(said, "REL cic 3 cause 16", 18), 0);
	says("normal call clearing");
	says("location");
}

static void a_body_begins_with_its_type(void)
{
	run(" ", 2, "isup-body", "0C0200028490", NULL);
	CU_ASSERT_EQUAL(status, 0);
	says("REL");
	says("cause 16");
}

static void a_type_that_is_not_known(void)
{
	run(" ", 2, "isup", "0100fe00", NULL);
	CU_ASSERT_EQUAL(status, 0);
	says("0xfe");
}

/* CRM is ANSI's alone. */
static void variants(void)
{
	run(" ", 3, "isup", "0100ea000000", "itu");
	says("0xea");
	run(" ", 3, "isup", "0100ea000000", "ansi");
	says("CRM");
	for (unsigned v = 0; isup_variant_name(v); v++) {
		run(" ", 3, "isup", "01000c02000284 90", isup_variant_name(v));
		CU_ASSERT_EQUAL(status, 0);
	}
	run(" ", 3, "isup", "01000c0200028490", "mars");
	wrong(2, "no variant \"mars\"; there are itu");
}

static void lines(void)
{
	run("010009 00\n\n0200 10 00\n", 2, "isup", "-", NULL);
	CU_ASSERT_EQUAL(status, 0);
	says("ANM cic 1");
	says("RLC cic 2");
	run("010009\n0200 1x\n0300 10 00\n", 2, "isup", "-", NULL);
	CU_ASSERT_EQUAL(status, 2);
	says("RLC cic 3");
}

static void what_is_no_message(void)
{
	run(" ", 2, "isup", "01000c02", NULL);
	wrong(1, "octet ");
	run(" ", 2, "isup", "01", NULL);
	wrong(1, "octet ");
	run(" ", 2, "isup", "", NULL);
	wrong(1, "octet ");
	run(" ", 2, "isup", "01 0", NULL);
	wrong(2, "character 4 is no part");
	run(" ", 2, "isup", "01 0g", NULL);
	wrong(2, "character 4 is no part");
	run(" ", 1, "isup", NULL, NULL);
	wrong(2, "usage:");
	run(" ", 2, "sip", "00", NULL);
	wrong(2, "usage:");
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "a message in words", a_message_in_words },
		{ "a body begins with its type", a_body_begins_with_its_type },
		{ "a type that is not known", a_type_that_is_not_known },
		{ "variants", variants },
		{ "lines", lines },
		{ "what is no message", what_is_no_message },
		CU_TEST_INFO_NULL,
	};
	int failed = cu_run("main decode", tests, argc, argv);

	free(said);
	free(faults);
	return failed;
}
