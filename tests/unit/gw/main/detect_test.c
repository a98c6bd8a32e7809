/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What causeway detect prints is a configuration that this gateway reads, whatever spans there are.
 */
#include "gw/main/detect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "tests/unit/cu.h"

static bool any_timer(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms)
{
	(void)name;
	(void)ms;
	*min_ms = *max_ms = 0;
	return true;
}

static void said(void *arg, const char *text)
{
	unsigned *faults = arg;

	fprintf(stderr, "%s\n", text);
	(*faults)++;
}

/* own */
static char *printed(const struct tdm_dahdi *found, size_t *faults)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	*faults = detect_print(out, found, "192.0.2.1");
	fclose(out);
	return text;
}

/* own; NULL when our own reader refuses it. */
static struct conf *read_back(const char *text)
{
	unsigned faults = 0;
	struct conf *conf = conf_read_text("detect", text, any_timer, said, &faults);

	CU_ASSERT_EQUAL(faults, 0);
	return conf;
}

static struct tdm_dahdi_span spans[3];

static void span(struct tdm_dahdi_span *s, unsigned number, bool t1, unsigned signalling)
{
	*s = (struct tdm_dahdi_span){
		.number = number,
		.name = "TE4/0/1",
		.description = "T4XXP (PCI) Card 0 Span 1",
		.card = "Wildcard TE420 (5th Gen)",
		.maker = "Digium",
		.location = "PCI Bus 02 Slot 05",
		.framing = t1 ? TDM_T1 : TDM_E1,
		.ccs = true,
		.conf_timing = (int)number,
		.timing = "span 1",
		.first_channel = number * 100,
		.n_channels = t1 ? 24 : 31,
	};
	memcpy(s->type, t1 ? "T1" : "E1", 3);
	snprintf(s->line, sizeof(s->line), "%s", t1 ? "esf,b8zs" : "ccs,hdb3,crc4");
	for (unsigned i = 0; i < s->n_channels; i++)
		s->channels[i] = (struct tdm_dahdi_channel){
			.use = i + 1 == signalling ? TDM_DAHDI_MTP2 : TDM_DAHDI_BEARER,
			.law = t1 ? TDM_ULAW : TDM_ALAW,
			.canceller = i + 1 != signalling,
		};
}

/* A card that cancels echo on all bearers does. */
static void cards_cancellers(void)
{
	struct tdm_dahdi found = {
		.version = "2.11.1", .system_conf = true, .n_spans = 2, .spans = spans
	};
	size_t faults;

	span(&spans[0], 1, false, 16);
	span(&spans[1], 2, false, 16);
	for (unsigned i = 0; i < 31; i++) {
		spans[0].channels[i].cards = spans[0].channels[i].canceller;
		spans[1].channels[i].cards = spans[1].channels[i].canceller && i != 30;
	}
	char *text = printed(&found, &faults);
	struct conf *conf = read_back(text);

	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_EQUAL_FATAL(conf->n_spans, 2);
	CU_ASSERT_EQUAL(conf->spans[0].echo_tail_ms, 128);
	CU_ASSERT_EQUAL(conf->spans[1].echo_tail_ms, 0);
	conf_free(conf);
	free(text);
}

static void one_e1(void)
{
	struct tdm_dahdi found = {
		.version = "2.11.1", .system_conf = true, .n_spans = 1, .spans = spans
	};
	size_t faults;

	span(&spans[0], 1, false, 16);
	char *text = printed(&found, &faults);

	CU_ASSERT_EQUAL(faults, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "# 1     E1     TE4/0/1"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "channels 100-130: 30 bearers, mtp2 in timeslot 16\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "# nothing\n"));
	struct conf *conf = read_back(text);

	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_EQUAL_FATAL(conf->n_spans, 1);
	CU_ASSERT_STRING_EQUAL(conf->spans[0].name, "e1-1");
	CU_ASSERT_FALSE(conf->spans[0].t1 || conf->spans[0].ulaw);
	CU_ASSERT_EQUAL(conf->spans[0].echo_tail_ms, 0);
	CU_ASSERT_EQUAL_FATAL(conf->n_isups, 1);
	CU_ASSERT_EQUAL_FATAL(conf->isups[0].n_circuits, 2);
	CU_ASSERT_EQUAL(conf->isups[0].circuits[0].first_cic, 1);
	CU_ASSERT_EQUAL(conf->isups[0].circuits[0].timeslots, 0x0000FFFEu);
	CU_ASSERT_EQUAL(conf->isups[0].circuits[1].first_cic, 17);
	CU_ASSERT_EQUAL(conf->isups[0].circuits[1].timeslots, 0xFFFE0000u);
	CU_ASSERT_EQUAL(conf->n_routes, 2);
	conf_free(conf);
	free(text);
}

static void several(void)
{
	struct tdm_dahdi found = { .system_conf = true, .n_spans = 3, .spans = spans };
	size_t faults;

	span(&spans[0], 2, true, 24);
	span(&spans[1], 3, true, 0);
	span(&spans[2], 4, false, 16);
	spans[1].alarms = TDM_ALARM_LOS | TDM_ALARM_DOWN;
	for (unsigned i = 3; i < 7; i++)
		spans[1].channels[i].use = TDM_DAHDI_UNCONFIGURED;
	char *text = printed(&found, &faults);

	CU_ASSERT_TRUE(faults > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "#     bchan=303-306\n"));
	struct conf *conf = read_back(text);

	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_EQUAL(conf->n_spans, 3);
	CU_ASSERT_STRING_EQUAL(conf->linksets[0].links[0].span, "t1-2");
	CU_ASSERT_EQUAL(conf->linksets[0].links[0].timeslot, 24);
	CU_ASSERT_EQUAL(conf->isups[0].n_circuits, 5);
	CU_ASSERT_EQUAL(conf->isups[0].circuits[2].first_cic, 32 + 8);
	CU_ASSERT_EQUAL(conf->isups[0].circuits[2].timeslots, 0x01FFFF00u);
	conf_free(conf);
	free(text);
}

static void no_signalling(void)
{
	struct tdm_dahdi found = { .system_conf = true, .n_spans = 1, .spans = spans };
	size_t faults;

	span(&spans[0], 1, false, 0);
	char *text = printed(&found, &faults);
	struct conf *conf = read_back(text);

	CU_ASSERT_EQUAL(faults, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "#     mtp2=115\n"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_EQUAL(conf->n_linksets + conf->n_isups, 0);
	conf_free(conf);
	free(text);
}

static void no_dahdi(void)
{
	struct tdm_dahdi found = { .error = -ENOENT };
	size_t faults;
	char *text = printed(&found, &faults);

	CU_ASSERT_EQUAL(faults, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "#     modprobe dahdi\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "\nspan"));
	free(text);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "cards' echo cancellers", cards_cancellers },
		{ "one E1", one_e1 },
		{ "several", several },
		{ "no signalling", no_signalling },
		{ "no DAHDI", no_dahdi },
		CU_TEST_INFO_NULL,
	};

	return cu_run("detect", tests, argc, argv);
}
