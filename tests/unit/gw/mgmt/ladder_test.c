/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Ladder diagrams: both lifelines, arrows, bounded memory. */
#include "gw/mgmt/ladder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/trace.h"
#include "tests/unit/cu.h"

static void emit(enum trace_kind kind, const char *call, const char *peer, bool sent,
		 const char *text)
{
	struct trace_event event = {
		.kind = kind, .call = call, .peer = peer, .sent = sent, .text = str_c(text)
	};

	trace_emit(&event);
}

static void draws_both_legs(void)
{
	struct ladder *ladder = ladder_new(4);
	char *text;

	emit(TRACE_SIP, "c-1", "pbx", false, "INVITE sip:030");
	emit(TRACE_MTP3, "c-1", "pstn", true, "IAM cic 1");
	emit(TRACE_TIMER, "c-1", "pstn", false, "T7 started 25 s");
	emit(TRACE_MTP3, "c-1", "pstn", false, "ACM cic 1");
	emit(TRACE_SIP, "c-1", "pbx", true, "180 Ringing");
	emit(TRACE_SIP, NULL, "pbx", true, "OPTIONS");
	text = ladder_text(ladder, STR("last"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "call c-1"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "INVITE sip:030"));
	CU_ASSERT_PTR_NULL(strstr(text, "OPTIONS"));
	CU_ASSERT_TRUE(strstr(text, "IAM cic 1") < strstr(text, "ACM cic 1"));
	CU_ASSERT_TRUE(strstr(text, "pbx") < strstr(text, "pstn"));
	/* Towards the gateway from the left, away from it on the right, and back. */
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "->|"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "|<-"));
	free(text);
	text = ladder_json(ladder, STR("c-1"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"T7 started 25 s\""));
	free(text);
	CU_ASSERT_PTR_NULL(ladder_text(ladder, STR("c-2")));
	ladder_free(ladder);
	CU_ASSERT_FALSE(trace_wanted(TRACE_SIP));
}

static void every_line_is_as_wide(void)
{
	struct ladder *ladder = ladder_new(1);
	char *text, *save = NULL, *line;
	size_t width = 0;
	unsigned lines = 0;

	emit(TRACE_SIP, "c", "pbx", false,
	     "INVITE "
	     "sip:a-very-long-name-that-does-not-fit-into-the-column-of-a-ladder@example.org");
	emit(TRACE_TIMER, "c", "pstn", false,
	     "a note that is longer than the column of a ladder has room for, by far");
	emit(TRACE_MTP3, "c", "pstn", true, "x");
	text = ladder_text(ladder, STR("c"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (line[0] != ' ' || !strchr(line, '|'))
			continue;
		if (!width)
			width = strlen(line);
		CU_ASSERT_EQUAL(strlen(line), width);
		lines++;
	}
	CU_ASSERT_EQUAL(lines, 3);
	free(text);
	ladder_free(ladder);
}

/* A column is as wide as what is said in it; the other one is not wider for it. */
static void columns_fit_their_texts(void)
{
	static const char rel[] = "REL cic 4095 cause 16 normal call clearing, national";
	struct ladder *ladder = ladder_new(1);
	char *text, *line;

	emit(TRACE_SIP, "c", "pbx", false, "INVITE sip:030");
	emit(TRACE_MTP3, "c", "pstn", true, rel);
	text = ladder_text(ladder, STR("c"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, rel));
	line = strstr(text, "|-- INVITE");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	CU_ASSERT_EQUAL(strchr(line + 1, '|') - line, 45);
	free(text);
	ladder_free(ladder);
}

static void memory_is_bounded(void)
{
	struct ladder *ladder = ladder_new(2);
	char *text;

	for (unsigned i = 0; i < 300; i++)
		emit(TRACE_MTP3, "a", "pstn", true, "SAM");
	text = ladder_text(ladder, STR("a"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "44 later events"));
	free(text);
	emit(TRACE_MTP3, "b", "pstn", true, "IAM");
	emit(TRACE_MTP3, "c", "pstn", true, "IAM");
	CU_ASSERT_PTR_NULL(ladder_text(ladder, STR("a")));
	text = ladder_text(ladder, STR("b"));
	CU_ASSERT_PTR_NOT_NULL(text);
	free(text);
	ladder_free(ladder);
}

/* What a peer wrote neither steers a terminal nor spoils the JSON, and is kept to a length. */
static void text_of_peers(void)
{
	static const char nasty[] = "INVITE sip:\x1b[2J\xff\n@x";
	struct ladder *ladder = ladder_new(2);
	char text[2001], *drawn;

	emit(TRACE_SIP, "a", "pbx", false, nasty);
	drawn = ladder_text(ladder, STR("a"));
	CU_ASSERT_PTR_NOT_NULL(strstr(drawn, "INVITE sip:?[2J??@x"));
	free(drawn);
	drawn = ladder_json(ladder, STR("a"));
	CU_ASSERT_PTR_NOT_NULL(strstr(drawn, "INVITE sip:?[2J??@x"));
	free(drawn);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	emit(TRACE_SIP, "b", "pbx", false, text);
	drawn = ladder_json(ladder, STR("b"));
	CU_ASSERT_TRUE(strlen(drawn) < 600);
	free(drawn);
	ladder_free(ladder);
}

/* Three peers on two lifelines: the third is named. IPv6 peers of one network are two. */
static void peers(void)
{
	struct sockaddr_in6 one = { .sin6_family = AF_INET6, .sin6_port = htons(5060) }, two;
	struct trace_event event = { .kind = TRACE_SIP, .call = "v6", .text = STR("INVITE") };
	struct ladder *ladder = ladder_new(2);
	char *drawn;

	emit(TRACE_SIP, "a", "pbx", false, "INVITE");
	emit(TRACE_MTP3, "a", "first", true, "IAM");
	emit(TRACE_MTP3, "a", "second", true, "IAM");
	drawn = ladder_text(ladder, STR("a"));
	CU_ASSERT_PTR_NOT_NULL(strstr(drawn, "- IAM -"));
	CU_ASSERT_PTR_NOT_NULL(strstr(drawn, "- second: IAM -"));
	free(drawn);
	CU_ASSERT_EQUAL(
		inet_pton(AF_INET6, "2001:db8:1111:2222:3333:4444:5555:6666", &one.sin6_addr), 1);
	two = one;
	two.sin6_addr.s6_addr[15] ^= 1;
	event.remote = (struct sockaddr *)&one;
	trace_emit(&event);
	event.remote = (struct sockaddr *)&two;
	trace_emit(&event);
	drawn = ladder_text(ladder, STR("v6"));
	CU_ASSERT_PTR_NOT_NULL(strstr(drawn, "[2001:db8:1111:2222:3333:4444:5555:6666]:5060"));
	CU_ASSERT_PTR_NOT_NULL(strstr(drawn, "[2001:db8:1111:2222:3333:4444:5555:6667]:5060"));
	free(drawn);
	ladder_free(ladder);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "draws both legs", draws_both_legs },
		{ "every line is as wide", every_line_is_as_wide },
		{ "columns fit their texts", columns_fit_their_texts },
		{ "memory is bounded", memory_is_bounded },
		{ "text of peers", text_of_peers },
		{ "peers", peers },
		CU_TEST_INFO_NULL,
	};
	return cu_run("ladder", tests, argc, argv);
}
