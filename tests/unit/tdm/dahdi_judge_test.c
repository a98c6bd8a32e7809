/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What is found wrong in made-up DAHDI configurations, and that nothing is in a right one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tdm/dahdi_detect.h"
#include "tests/unit/cu.h"

struct heard {
	char text[4096];
	size_t n;
};

static void hear(void *arg, const char *wrong, const char *right)
{
	struct heard *heard = arg;

	heard->n += (size_t)snprintf(heard->text + heard->n, sizeof(heard->text) - heard->n,
				     "%s => %s\n", wrong, right);
}

static void e1(struct tdm_dahdi_span *span, unsigned number, int timing)
{
	*span = (struct tdm_dahdi_span){
		.number = number,
		.type = "E1",
		.framing = TDM_E1,
		.ccs = true,
		.line = "ccs,hdb3,crc4",
		.conf_line = "0,ccs,hdb3,crc4",
		.conf_timing = timing,
		.location = "PCI 1",
		.card = "Card",
		.first_channel = 31 * (number - 1) + 1,
		.n_channels = 31,
	};
	for (unsigned i = 0; i < 31; i++)
		span->channels[i] = (struct tdm_dahdi_channel){
			.use = i == 15 ? TDM_DAHDI_MTP2 : TDM_DAHDI_BEARER,
			.law = TDM_ALAW,
			.canceller = i != 15,
		};
}

static void t1(struct tdm_dahdi_span *span, unsigned number, int timing)
{
	e1(span, number, timing);
	memcpy(span->type, "T1", 3);
	span->framing = TDM_T1;
	span->ccs = false;
	memcpy(span->line, "esf,b8zs", 9);
	memcpy(span->conf_line, "0,esf,b8zs", 11);
	span->n_channels = 24;
	for (unsigned i = 0; i < 24; i++)
		span->channels[i] = (struct tdm_dahdi_channel){
			.use = i == 23 ? TDM_DAHDI_DCHAN : TDM_DAHDI_BEARER,
			.law = TDM_ULAW,
			.canceller = i != 23,
		};
}

static struct tdm_dahdi_span spans[4];

static struct tdm_dahdi system_of(size_t n)
{
	return (struct tdm_dahdi){ .system_conf = true, .n_spans = n, .spans = spans };
}

/* Exactly these lines. */
static void judged(const struct tdm_dahdi *found, const char *wanted)
{
	struct heard heard = { "", 0 };

	CU_ASSERT_EQUAL(tdm_dahdi_judge(found, hear, &heard) == 0, !*wanted);
	if (strcmp(heard.text, wanted) != 0)
		fprintf(stderr, "heard:\n%swanted:\n%s", heard.text, wanted);
	CU_ASSERT_STRING_EQUAL(heard.text, wanted);
}

static void right_ones(void)
{
	struct tdm_dahdi found = system_of(2);

	e1(&spans[0], 1, 1);
	e1(&spans[1], 2, 0);
	judged(&found, "");
	t1(&spans[0], 1, 1);
	t1(&spans[1], 2, 2);
	judged(&found, "");
}

static void no_driver(void)
{
	struct heard heard = { "", 0 };
	struct tdm_dahdi found = { .error = -ENOENT };

	CU_ASSERT_EQUAL(tdm_dahdi_judge(&found, hear, &heard), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.text, "modprobe dahdi\ndahdi_genconf\ndahdi_cfg"));
	found = (struct tdm_dahdi){ .error = -EACCES };
	CU_ASSERT_EQUAL(tdm_dahdi_judge(&found, hear, &heard), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.text, "no permission"));
	found = (struct tdm_dahdi){ .error = 0 };
	CU_ASSERT_EQUAL(tdm_dahdi_judge(&found, hear, &heard), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(heard.text, "has no span"));
	e1(&spans[0], 1, 1);
	found = system_of(1);
	found.system_conf = false;
	judged(&found, "/etc/dahdi/system.conf is not there or not readable => dahdi_genconf\n"
		       "dahdi_cfg\n");
}

static void law(void)
{
	struct tdm_dahdi found = system_of(1);

	e1(&spans[0], 1, 1);
	for (unsigned i = 0; i < 31; i++)
		spans[0].channels[i].law = i < 4 ? TDM_ULAW : TDM_ALAW;
	judged(&found, "span 1: wrong law for E1: channels 1-4 are mu-law => alaw=1-4\n");
	t1(&spans[0], 1, 1);
	for (unsigned i = 0; i < 24; i++)
		spans[0].channels[i].law = TDM_ALAW;
	spans[0].first_channel = 32;
	judged(&found, "span 1: wrong law for T1: channels 32-54 are A-law => mulaw=32-54\n");
}

static void clear_channels(void)
{
	struct tdm_dahdi found = system_of(1);

	e1(&spans[0], 1, 1);
	spans[0].channels[0].use = spans[0].channels[2].use = TDM_DAHDI_UNCONFIGURED;
	spans[0].channels[30].use = TDM_DAHDI_OTHER;
	judged(&found,
	       "span 1: missing clear channels: channels 1,3 are not configured (right for a "
	       "fractional span only) => bchan=1,3\n"
	       "span 1: missing clear channels: channels 31 have channel-associated or another "
	       "signalling => bchan=31\n");
	for (unsigned i = 0; i < 31; i++)
		spans[0].channels[i].use = TDM_DAHDI_UNCONFIGURED;
	judged(&found, "span 1: no channel is configured, or dahdi_cfg has not run => "
		       "span=1,1,0,ccs,hdb3,crc4\nbchan=1-15,17-31\nmtp2=16\nalaw=1-31\n");
}

static void signalling_as_bearer(void)
{
	struct tdm_dahdi found = system_of(1);

	e1(&spans[0], 1, 1);
	spans[0].channels[15] = spans[0].channels[0];
	judged(&found,
	       "span 1: a signalling timeslot is configured as bearer: it has neither mtp2= nor "
	       "dchan= nor hardhdlc=, timeslot 16 is channel 16 => "
	       "bchan=1-15,17-31\nmtp2=16\nalaw=1-31\n");
	found = system_of(2);
	t1(&spans[1], 2, 0);
	judged(&found,
	       "span 1: a signalling timeslot is configured as bearer: it has neither mtp2= nor "
	       "dchan= nor hardhdlc=, timeslot 16 is channel 16, unless the link in span 2 serves "
	       "it, too => bchan=1-15,17-31\nmtp2=16\nalaw=1-31\n");
	/* A signalling channel elsewhere is one. */
	spans[0].channels[0] = (struct tdm_dahdi_channel){ .use = TDM_DAHDI_HARDHDLC };
	judged(&found, "");
}

static void timing(void)
{
	struct tdm_dahdi found = system_of(3);

	e1(&spans[0], 1, 1);
	e1(&spans[1], 2, 1);
	e1(&spans[2], 3, 2);
	judged(&found,
	       "span 2: two timing masters: spans 1 and 2 of one card both have timing 1 => "
	       "span=2,3,0,ccs,hdb3,crc4\n");
	memcpy(spans[1].location, "PCI 2", 6); /* another card has another clock */
	judged(&found, "");
	spans[1].conf_timing = 0;
	judged(&found,
	       "card of span 2: no timing master: it runs on its own clock (right only where "
	       "the far ends take theirs from here) => span=2,1,0,ccs,hdb3,crc4\n");
	spans[1].conf_timing = TDM_DAHDI_NO_TIMING;
	spans[1].conf_line[0] = '\0';
	judged(&found, "span 2: system.conf has no span=2 => span=2,1,0,ccs,hdb3,crc4\n");
	found = system_of(1);
	memcpy(spans[0].type, "DYNAM", 6); /* has no clock and no line */
	spans[0].conf_timing = TDM_DAHDI_NO_TIMING;
	judged(&found, "");
}

static void line(void)
{
	struct tdm_dahdi found = system_of(2);

	e1(&spans[0], 1, 1);
	t1(&spans[1], 2, 0);
	spans[0].ccs = false;
	memcpy(spans[1].line, "d4,ami", 7);
	judged(&found,
	       "span 1: framing is cas: timeslot 16 is taken for channel-associated signalling => "
	       "span=1,1,0,ccs,hdb3,crc4\n"
	       "span 2: coding is ami: it cannot carry clear 64 kbit/s channels => "
	       "span=2,0,0,esf,b8zs\n");
}

static void canceller(void)
{
	struct tdm_dahdi found = system_of(1);

	e1(&spans[0], 1, 1);
	for (unsigned i = 4; i < 20; i++)
		spans[0].channels[i].canceller = false;
	judged(&found,
	       "span 1: echo canceller missing on channels 5-15,17-20 (needed where "
	       "causeway.conf has echo-canceller for the span) => echocanceller=mg2,5-15,17-20\n");
}

static void other_spans(void)
{
	struct tdm_dahdi found = system_of(2);

	e1(&spans[0], 1, 1);
	e1(&spans[1], 2, TDM_DAHDI_NO_TIMING);
	memcpy(spans[1].type, "BRI", 4);
	spans[1].channels[0].use = TDM_DAHDI_UNCONFIGURED;
	judged(&found, "");
}

static void system_conf(void)
{
	struct tdm_dahdi found = system_of(3);

	e1(&spans[0], 1, TDM_DAHDI_NO_TIMING);
	e1(&spans[1], 2, TDM_DAHDI_NO_TIMING);
	e1(&spans[2], 3, TDM_DAHDI_NO_TIMING);
	spans[2].conf_line[0] = '\0';
	tdm_dahdi_system_conf(&found, "# span=3,1,0,ccs\n"
				      "span=1,1,0,ccs,hdb3,crc4 # first\n"
				      " span = 2 , 0 , 3 , ccs,hdb3\n"
				      "spanner=3,1,0\n"
				      "span=3\n"
				      "span=x,1,0\n"
				      "span=77,1,0,ccs\n"
				      "bchan=1-15\n"
				      "=");
	CU_ASSERT_EQUAL(spans[0].conf_timing, 1);
	CU_ASSERT_STRING_EQUAL(spans[0].conf_line, "0,ccs,hdb3,crc4");
	CU_ASSERT_EQUAL(spans[1].conf_timing, 0);
	CU_ASSERT_STRING_EQUAL(spans[1].conf_line, "3 , ccs,hdb3");
	CU_ASSERT_EQUAL(spans[2].conf_timing, TDM_DAHDI_NO_TIMING);
	tdm_dahdi_system_conf(&found, "span=3,5,012345678901234567890123456789012345678901234567890"
				      "1234567890123456789012345678901234567890");
	CU_ASSERT_EQUAL(spans[2].conf_timing, 5);
	CU_ASSERT_STRING_EQUAL(spans[2].conf_line, "");
}

static void ranges(void)
{
	char text[160], small[8];

	tdm_dahdi_ranges(0xFFFEFFFE, 0, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "1-15,17-31");
	tdm_dahdi_ranges(0x2 | 0x8 | 0x30, 31, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "32,34-36");
	tdm_dahdi_ranges(0, 0, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "");
	tdm_dahdi_ranges(0xAAAAAAAA, 1000, text, sizeof(text));
	CU_ASSERT_EQUAL(strlen(text), 16 * 5 - 1);
	tdm_dahdi_ranges(0xAAAAAAAA, 0, small, sizeof(small));
	CU_ASSERT_EQUAL(strlen(small), 7);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "right ones", right_ones },
		{ "no driver", no_driver },
		{ "law", law },
		{ "clear channels", clear_channels },
		{ "signalling as bearer", signalling_as_bearer },
		{ "timing", timing },
		{ "line", line },
		{ "canceller", canceller },
		{ "other spans", other_spans },
		{ "system.conf", system_conf },
		{ "ranges", ranges },
		CU_TEST_INFO_NULL,
	};

	return cu_run("dahdi_judge", tests, argc, argv);
}
