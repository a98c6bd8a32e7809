/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A reload of the whole daemon's parts, without a span: what applies, what is named because it needs a restart, and that a
 * wrong file changes nothing.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/main/gateway.h"
#include "tests/unit/cu.h"

static struct {
	uv_loop_t loop;
	struct gateway gw;
	char folder[32], path[64];
	unsigned port;
	char told[1024];
} lab;

/* Parts of the file, replaced by the cases. */
struct text {
	const char *sip, *rest, *trunks;
};

static const char trunk_one[] = "sip \"one\" { host = \"127.0.0.2\" }\n";
static const char trunk_two[] = "sip \"two\" { host = \"127.0.0.3\" }\n";

static void write_file(const struct text *text)
{
	FILE *out = fopen(lab.path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	fprintf(out,
		"control { socket = \"%s/sock\" }\n"
		"sip { listen = {\"udp:127.0.0.1:%u\"} %s }\n"
		"rtp { address = \"127.0.0.1\" ports = \"%s\" }\n%s%s%s",
		lab.folder, lab.port, text->sip ? text->sip : "",
		text->rest && strstr(text->rest, "ports:") ? "20000-20019" : "20000-20009",
		text->rest && !strstr(text->rest, "ports:") ? text->rest : "",
		text->trunks ? text->trunks : trunk_one, "route \"r\" { to = {\"one\"} }\n");
	fclose(out);
}

static void on_fault(void *arg, const char *text)
{
	size_t n = strlen(lab.told);

	(void)arg;
	snprintf(lab.told + n, sizeof(lab.told) - n, "%s\n", text);
}

static int reload(const struct text *text)
{
	lab.told[0] = '\0';
	write_file(text);
	return gateway_reload(&lab.gw, on_fault, NULL);
}

/* A port that nobody has now. */
static unsigned free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(in);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&in, n), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	close(fd);
	return ntohs(in.sin_port);
}

static void lab_open(void)
{
	static const struct text plain;
	struct conf *conf;

	memset(&lab, 0, sizeof(lab));
	memcpy(lab.folder, "/tmp/reloadXXXXXX", 18);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(lab.folder));
	snprintf(lab.path, sizeof(lab.path), "%s/conf", lab.folder);
	lab.port = free_port();
	write_file(&plain);
	conf = conf_read(lab.path, gateway_timer_ok, on_fault, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	uv_loop_init(&lab.loop);
	CU_ASSERT_EQUAL_FATAL(gateway_open(&lab.gw, conf, &lab.loop), 0);
}

static void lab_close(void)
{
	gateway_close(&lab.gw);
	CU_ASSERT_EQUAL(uv_loop_close(&lab.loop), 0);
	unlink(lab.path);
	CU_ASSERT_EQUAL(rmdir(lab.folder), 0);
}

static unsigned trunks_listed(void)
{
	unsigned n = 0;

	for (struct trunk *t = call_core_first_trunk(lab.gw.core); t; t = t->next)
		n++;
	return n;
}

static void trunks_come_and_go(void)
{
	struct text text = { .trunks = trunk_one };
	char both[200];

	lab_open();
	CU_ASSERT_EQUAL(trunks_listed(), 1);
	snprintf(both, sizeof(both), "%s%s", trunk_one, trunk_two);
	text.trunks = both;
	CU_ASSERT_EQUAL(reload(&text), 0);
	CU_ASSERT_EQUAL(trunks_listed(), 2);
	text.trunks = trunk_one;
	CU_ASSERT_EQUAL(reload(&text), 0);
	CU_ASSERT_EQUAL(trunks_listed(), 1);
	CU_ASSERT_PTR_NOT_NULL(call_core_find_trunk(lab.gw.core, "one"));
	CU_ASSERT_PTR_NULL(call_core_find_trunk(lab.gw.core, "two"));
	text.trunks = both;
	CU_ASSERT_EQUAL(reload(&text), 0);
	CU_ASSERT_EQUAL(trunks_listed(), 2);
	CU_ASSERT_STRING_EQUAL(lab.told, "");
	lab_close();
}

/* Nothing is passed over in silence: what cannot change in a running daemon is named. */
static void named(void)
{
	static const struct {
		struct text text;
		const char *told;
	} rows[] = {
		{ { .sip = "t1 = 600ms" },
		  "section \"sip\" has other timers, limits or name servers" },
		{ { .sip = "t2 = 5s" }, "section \"sip\" has other" },
		{ { .sip = "t4 = 6s" }, "section \"sip\" has other" },
		{ { .sip = "idle = 90s" }, "section \"sip\" has other" },
		{ { .sip = "max-connections = 7" }, "section \"sip\" has other" },
		{ { .sip = "dns = {\"127.0.0.1:5353\"}" }, "section \"sip\" has other" },
		{ { .rest = "ports:" }, "section \"rtp\" differs" },
		{ { .rest = "log { queue = 77 }\n" }, "section \"log\" writes elsewhere" },
		{ { .rest = "log { file = \"/tmp/x\" }\n" }, "section \"log\" writes elsewhere" },
		{ { .rest = "cdr { file = \"/tmp/x\" }\n" }, "section \"cdr\" writes elsewhere" },
		{ { .rest = "state { folder = \"/tmp\" }\n" },
		  "section \"state\" has another folder" },
		{ { .rest = "span \"s\" { type = virtual cable = \"/tmp/c\" }\n" },
		  "span \"s\" is new" },
	};
	const struct conf *before;

	lab_open();
	before = lab.gw.conf;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_TRUE(reload(&rows[i].text) < 0);
		if (!strstr(lab.told, rows[i].told))
			printf("\n  \"%s\" instead of \"%s\"\n", lab.told, rows[i].told);
		CU_ASSERT_PTR_NOT_NULL(strstr(lab.told, rows[i].told));
		CU_ASSERT_PTR_NOT_NULL(strstr(lab.told, "that needs a restart"));
		CU_ASSERT_PTR_EQUAL(lab.gw.conf, before);
	}
	lab_close();
}

static void overload_follows(void)
{
	const struct text text = { .rest = "overload { calls-per-second = 1 }\n" };

	lab_open();
	CU_ASSERT_TRUE(load_admit(lab.gw.load, false) && load_admit(lab.gw.load, false));
	CU_ASSERT_EQUAL(reload(&text), 0);
	(void)load_admit(lab.gw.load, false);
	CU_ASSERT_FALSE(load_admit(lab.gw.load, false));
	CU_ASSERT_TRUE(load_admit(lab.gw.load, true));
	CU_ASSERT_STRING_EQUAL(lab.told, "");
	lab_close();
}

static void wrong_file(void)
{
	const struct text text = { .rest = "route \"q\" { to = {\"nowhere\"} }\n" };
	const struct conf *before;

	lab_open();
	before = lab.gw.conf;
	CU_ASSERT_TRUE(reload(&text) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(lab.told, "no trunk \"nowhere\" is defined"));
	CU_ASSERT_PTR_EQUAL(lab.gw.conf, before);
	unlink(lab.path);
	CU_ASSERT_TRUE(gateway_reload(&lab.gw, on_fault, NULL) < 0);
	CU_ASSERT_PTR_EQUAL(lab.gw.conf, before);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "trunks come and go", trunks_come_and_go },
		{ "what needs a restart is named", named },
		{ "overload follows the file", overload_follows },
		{ "a wrong file changes nothing", wrong_file },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("main reload", tests, argc, argv);
}
