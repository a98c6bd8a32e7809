/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Circuits that the whole daemon makes, at the start and at a reload: blocked on a span that is missing, and where an
 * operator has blocked them. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/main/gateway.h"
#include "tests/unit/cu.h"

static struct {
	uv_loop_t loop;
	struct gateway gw;
	char folder[32], path[64];
	unsigned port;
} lab;

static void on_fault(void *arg, const char *text)
{
	(void)arg;
	printf("\n  %s\n", text);
}

/* Two spans: no machine has 128 cards, and nobody is at the other end of the cable. */
static void write_file(const char *isups)
{
	FILE *out = fopen(lab.path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	fprintf(out,
		"control { socket = \"%s/sock\" }\n"
		"sip { listen = {\"udp:127.0.0.1:%u\"} }\n"
		"rtp { address = \"127.0.0.1\" ports = \"20000-20009\" }\n"
		"span \"gone\" { type = dahdi number = 128 }\n"
		"span \"here\" { type = virtual cable = \"%s/cable\" end = listen hold-off = 1min "
		"}\n"
		"linkset \"ls\" { opc = 1 dpc = 2 network = national\n"
		"link \"0\" { span = \"here\" timeslot = 16 } }\n"
		"%s\n",
		lab.folder, lab.port, lab.folder, isups);
	fclose(out);
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

static void lab_open(const char *isups)
{
	struct conf *conf;

	memset(&lab, 0, sizeof(lab));
	memcpy(lab.folder, "/tmp/circuitXXXXXX", 19);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(lab.folder));
	snprintf(lab.path, sizeof(lab.path), "%s/conf", lab.folder);
	lab.port = free_port();
	write_file(isups);
	conf = conf_read(lab.path, gateway_timer_ok, on_fault, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	uv_loop_init(&lab.loop);
	CU_ASSERT_EQUAL_FATAL(gateway_open(&lab.gw, conf, &lab.loop), 0);
}

static void reload(const char *isups)
{
	write_file(isups);
	CU_ASSERT_EQUAL(gateway_reload(&lab.gw, on_fault, NULL), 0);
}

static void lab_close(void)
{
	gateway_close(&lab.gw);
	CU_ASSERT_EQUAL(uv_loop_close(&lab.loop), 0);
	unlink(lab.path);
	CU_ASSERT_EQUAL(rmdir(lab.folder), 0);
}

static const char *blocking(const char *name, uint16_t cic)
{
	struct isup_trunk *trunk = gateway_find_trunk(&lab.gw, name);
	struct isup_circuit *circuit =
		trunk ? isup_circuit_find(isup_trunk_isup(trunk), cic) : NULL;
	static char text[48];

	CU_ASSERT_PTR_NOT_NULL_FATAL(circuit);
	isup_circuit_blocking(circuit, text, sizeof(text));
	return text;
}

static void missing_at_the_start(void)
{
	lab_open("isup \"one\" { linkset = \"ls\" circuits \"gone\" { cic = 1 timeslots = \"1-3\" "
		 "}\n"
		 "circuits \"here\" { cic = 33 timeslots = \"1-3\" } }");
	for (uint16_t cic = 1; cic <= 3; cic++)
		CU_ASSERT_STRING_EQUAL(blocking("one", cic), "local hw");
	for (uint16_t cic = 33; cic <= 35; cic++)
		CU_ASSERT_STRING_EQUAL(blocking("one", cic), "-");
	lab_close();
}

static void missing_at_a_reload(void)
{
	lab_open("isup \"one\" { linkset = \"ls\" circuits \"here\" { cic = 33 timeslots = \"1-3\" "
		 "} }");
	reload("isup \"one\" { linkset = \"ls\" circuits \"gone\" { cic = 1 timeslots = \"1-3\" }\n"
	       "circuits \"gone\" { cic = 33 timeslots = \"11-12\" }\n"
	       "circuits \"here\" { cic = 35 timeslots = \"3\" } }\n"
	       "isup \"two\" { linkset = \"ls\" dpc = 3 circuits \"gone\" { cic = 1 timeslots = "
	       "\"21-22\" } }");
	for (uint16_t cic = 1; cic <= 3; cic++)
		CU_ASSERT_STRING_EQUAL(blocking("one", cic), "local hw");
	CU_ASSERT_STRING_EQUAL(blocking("one", 33), "local hw");
	CU_ASSERT_STRING_EQUAL(blocking("one", 34), "local hw");
	CU_ASSERT_STRING_EQUAL(blocking("one", 35), "-");
	CU_ASSERT_STRING_EQUAL(blocking("two", 1), "local hw");
	reload("isup \"one\" { linkset = \"ls\" circuits \"here\" { cic = 33 timeslots = \"1-3\" } "
	       "}\n"
	       "isup \"two\" { linkset = \"ls\" dpc = 3 circuits \"gone\" { cic = 1 timeslots = "
	       "\"21-22\" } }");
	CU_ASSERT_STRING_EQUAL(blocking("one", 33), "-");
	lab_close();
}

/* As causewayctl says it. */
static void command(const char *request)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char answer[256] = "";

	snprintf(to.sun_path, sizeof(to.sun_path), "%s/sock", lab.folder);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	CU_ASSERT_TRUE(write(fd, request, strlen(request)) > 0);
	while (recv(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT) < 0)
		(void)uv_run(&lab.loop, UV_RUN_ONCE);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, "asked for"));
	close(fd);
}

/* Without a state folder. */
static void blocked_over_a_reload(void)
{
	lab_open("isup \"one\" { linkset = \"ls\" circuits \"here\" { cic = 1 timeslots = \"1-4\" "
		 "} }");
	command("{\"argv\":[\"block\",\"one\",\"1\"]}\n");
	command("{\"argv\":[\"block\",\"one\",\"2-4\"]}\n");
	command("{\"argv\":[\"unblock\",\"one\",\"4\"]}\n");
	reload("isup \"one\" { linkset = \"ls\" circuits \"here\" { cic = 1 timeslots = \"11,12\" "
	       "}\n"
	       "circuits \"here\" { cic = 4 timeslots = \"14\" } }");
	CU_ASSERT_STRING_EQUAL(blocking("one", 1), "local");
	CU_ASSERT_STRING_EQUAL(blocking("one", 2), "local");
	CU_ASSERT_STRING_EQUAL(blocking("one", 4), "-");
	reload("isup \"one\" { linkset = \"ls\" circuits \"here\" { cic = 1 timeslots = \"1-4\" } "
	       "}");
	CU_ASSERT_STRING_EQUAL(blocking("one", 1), "local");
	CU_ASSERT_STRING_EQUAL(blocking("one", 3), "local");
	CU_ASSERT_STRING_EQUAL(blocking("one", 4), "-");
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "a span missing at the start", missing_at_the_start },
		{ "a span missing at a reload", missing_at_a_reload },
		{ "blocked over a reload", blocked_over_a_reload },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("main gateway circuits", tests, argc, argv);
}
