/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* JSON lines through a sink. */
#include "gw/exchange/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/sink.h"
#include "gw/base/wall.h"

#define QUEUE_OCTETS (1u << 20)

struct report {
	struct sink *sink; /* own */
};

struct report *report_open(const char *path, int *error)
{
	struct report *report = calloc(1, sizeof(*report));

	*error = -ENOMEM;
	if (!report)
		return NULL;
	report->sink = sink_open(path, QUEUE_OCTETS, false);
	*error = report->sink ? 0 : -errno;
	if (*error) {
		free(report);
		return NULL;
	}
	return report;
}

char *report_text(const json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(12));
	size_t n = text ? strlen(text) : 0;
	char *longer = text ? realloc(text, n + 2) : NULL;

	if (!longer) {
		free(text);
		return NULL;
	}
	memcpy(longer + n, "\n", 2);
	return longer;
}

void report_put(struct report *report, json_t *line)
{
	char *text = report && line ? report_text(line) : NULL;

	if (report && (!text || !sink_put(report->sink, text, strlen(text))))
		log_write(LOG_ERROR, "report", "a line was lost");
	free(text);
	json_decref(line);
}

void report_close(struct report *report)
{
	if (!report)
		return;
	if (sink_error(report->sink))
		log_write(LOG_ERROR, "report", "not written: %s",
			  strerror(sink_error(report->sink)));
	sink_close(report->sink);
	free(report);
}

json_t *report_now(void)
{
	char text[WALL_TEXT_MAX];

	(void)wall_text(wall_now_us(), 3, text);
	return json_string(text);
}
