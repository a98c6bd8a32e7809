/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The DAHDI back end where there is no DAHDI: what it refuses, and a span that is missing. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "tdm/span.h"
#include "tests/unit/cu.h"

static const struct tdm_span_conf good = {
	.name = "e1-1",
	.framing = TDM_E1,
	.law = TDM_ALAW,
	.chunk_ms = 5,
	.number = 1,
};

static void wrong_configuration(void)
{
	struct tdm_span_conf conf = good;
	struct tdm_span *span;

	conf.number = 0;
	CU_ASSERT_EQUAL(tdm_span_open(&span, "dahdi", &conf), -EINVAL);
	conf.number = 129;
	CU_ASSERT_EQUAL(tdm_span_open(&span, "dahdi", &conf), -EINVAL);
	conf = good;
	conf.chunk_ms = 2;
	CU_ASSERT_EQUAL(tdm_span_open(&span, "dahdi", &conf), -EINVAL);
	conf = good;
	conf.echo_taps = 100;
	CU_ASSERT_EQUAL(tdm_span_open(&span, "dahdi", &conf), -EINVAL);
	CU_ASSERT_PTR_NULL(span);
}

static void missing(void)
{
	struct tdm_span *span = NULL;
	struct tdm_span_counters counters;

	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&span, "dahdi", &good), 0);
	CU_ASSERT_EQUAL(tdm_span_alarms(span), TDM_ALARM_MISSING | TDM_ALARM_DOWN);
	struct pollfd told = { .fd = tdm_span_alarm_fd(span), .events = POLLIN };

	CU_ASSERT_EQUAL(poll(&told, 1, 0), 1);
	CU_ASSERT_EQUAL(tdm_span_clock_fd(span), -ENOTSUP);
	CU_ASSERT_EQUAL(tdm_span_bearer(span, 1), -ENODEV);
	CU_ASSERT_EQUAL(tdm_span_signalling(span, 16), -ENODEV);
	CU_ASSERT_EQUAL(tdm_span_bearer(span, 32), -EINVAL);
	CU_ASSERT_EQUAL(tdm_span_inject(span, "cut"), -ENOTSUP);
	tdm_span_release(span, 1);
	tdm_span_counters(span, &counters);
	CU_ASSERT_FALSE(counters.line_counted || counters.slips_counted);
	CU_ASSERT_STRING_EQUAL(counters.timing, "internal");
	tdm_span_close(span);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "wrong configuration", wrong_configuration },
		{ "missing", missing },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo with_driver[] = {
		{ "wrong configuration", wrong_configuration },
		CU_TEST_INFO_NULL,
	};

	return cu_run("dahdi_open", access("/proc/dahdi", F_OK) ? tests : with_driver, argc, argv);
}
