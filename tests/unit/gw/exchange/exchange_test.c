/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Whole calls between two exchanges over a virtual E1 with a signalling link: every action of a
 * number, both kinds of calling, audio octet by octet, and what is left when the other side goes
 * away. */
#include <errno.h>
#include <math.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/unit/gw/exchange/two.h"

#define SPEECH_SAMPLES 12000

static uint8_t speech[SPEECH_SAMPLES];

/* A-law octets that no tone, silence or other place of the same file is taken for. */
static void make_speech(const struct two *two)
{
	uint8_t header[WAV_HEADER_OCTETS];
	uint32_t random = 4711;
	char path[80];
	FILE *out;

	for (size_t i = 0; i < SPEECH_SAMPLES; i++) {
		random = random * 1103515245u + 12345u;
		speech[i] = (uint8_t)(random >> 24);
	}
	snprintf(path, sizeof(path), "%s/speech.wav", two->folder);
	out = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	wav_header(header, G711_A, SPEECH_SAMPLES);
	fwrite(header, 1, sizeof(header), out);
	fwrite(speech, 1, sizeof(speech), out);
	fclose(out);
}

static void remove_speech(const struct two *two)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/speech.wav", two->folder);
	unlink(path);
}

/* The names of the call's events with a blank behind each. */
static void events_of(const json_t *call, char *text, size_t cap)
{
	const json_t *event;
	size_t i, n = 0;

	text[0] = '\0';
	json_array_foreach(json_object_get(call, "events"), i, event) if (n < cap) n +=
		(size_t)snprintf(text + n, cap - n, "%s ",
				 json_string_value(json_object_get(event, "event")));
}

/* Loads the call's recording and takes the file away. own octets. */
static uint8_t *recording_of(const json_t *call, size_t *n)
{
	const char *path = two_text(json_object_get(call, "recording"), "file");
	FILE *in = fopen(path, "r");
	uint8_t *octets = malloc(1 << 20), *copy;
	struct wav wav;
	size_t size;

	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	size = fread(octets, 1, 1 << 20, in);
	fclose(in);
	unlink(path);
	CU_ASSERT_PTR_NULL_FATAL(wav_parse(&wav, octets, size));
	CU_ASSERT_EQUAL(wav.format, WAV_ALAW);
	CU_ASSERT_EQUAL(wav.samples, two_int(json_object_get(call, "recording"), "octets"));
	*n = wav.samples;
	copy = malloc(*n + 1);
	memcpy(copy, wav.data, *n);
	free(octets);
	return copy;
}

static size_t wanted_calls;

static bool calls_are_over(const struct two *two)
{
	struct exchange_totals a = exchange_totals(two->a.exchange);
	struct exchange_totals b = exchange_totals(two->b.exchange);

	return a.outgoing == wanted_calls && !a.up && !b.up;
}

static void expect(const json_t *call, const char *wanted)
{
	char events[512];

	events_of(call, events, sizeof(events));
	CU_ASSERT_STRING_EQUAL(events, wanted);
	if (strcmp(events, wanted) != 0)
		printf("\n%s: %s\nwanted %s\n", two_text(call, "direction"), events, wanted);
}

/* Octets that got lost although no counter of the lines says so are a fault; a stalled machine is
 * none. */
static bool lines_were_smooth(const struct two *two)
{
	bool smooth = true;

	for (unsigned i = 0; i < 2; i++) {
		char command[] = "status";
		json_t *status = exchange_command(i ? two->b.exchange : two->a.exchange, command);
		const json_t *span = json_array_get(json_object_get(status, "spans"), 0);

		smooth &= !two_int(span, "rx_overruns") && !two_int(span, "tx_underruns") &&
			  !two_int(span, "slips") && !two_int(span, "stalls");
		json_decref(status);
	}
	return smooth;
}

static void expect_speech(const json_t *call, bool smooth)
{
	size_t n;
	uint8_t *heard = recording_of(call, &n);

	if (smooth)
		CU_ASSERT_PTR_NOT_NULL(memmem(heard, n, speech, SPEECH_SAMPLES));
	free(heard);
}

/* The level of hz in what was heard from samples on, dB relative to one of the tone player's -10
 * dBm0. */
static double tone_level(const uint8_t *octets, size_t n, double hz)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < n; i++) {
		re += g711_a_linear[octets[i]] * cos(2 * M_PI * hz * (double)i / 8000);
		im += g711_a_linear[octets[i]] * sin(2 * M_PI * hz * (double)i / 8000);
	}
	return 3.14 + 20 * log10(2 * sqrt(re * re + im * im) / (double)n / 32256) + 10;
}

static const char numbers[] =
	"number \"100\" { action = answer\n delay = 300ms\n play = \"tone:425\"\n send-dtmf = "
	"\"99*\"\n"
	" dtmf-delay = 1s\n hold = 3s }\n"
	"number \"101\" { action = answer\n play = echo\n record = true }\n"
	"number \"102\" { action = busy\n delay = 100ms }\n"
	"number \"103\" { action = no-answer }\n"
	"number \"104\" { action = announce-release\n early = \"file:FOLDER/speech.wav\"\n cause = "
	"22 }\n"
	"number \"105\" { action = connect }\n"
	"number \"106\" { action = reject }\n"
	"number \"107\" { action = silent }\n"
	"number \"108\" { action = answer\n early = \"file:FOLDER/speech.wav\"\n delay = 200ms\n "
	"hold = 100ms }\n"
	"number \"109\" { action = no-answer\n hold = 200ms\n ring-in-band = true }\n"
	"number \"123\" { action = overlap\n digits-needed = 6\n hold = 100ms }\n";

static const char origins[] =
	"originate \"tone\" { called = \"100\"\n calling = \"301234\"\n record = true }\n"
	"originate \"echo\" { called = \"101\"\n play = \"file:FOLDER/speech.wav\"\n record = "
	"true\n send-dtmf = \"159#\"\n"
	" dtmf-delay = 1700ms\n hold = 3s }\n"
	"originate \"busy\" { called = \"102\" }\n"
	"originate \"give-up\" { called = \"103\"\n give-up = 500ms }\n"
	"originate \"early\" { called = \"104\"\n record = early }\n"
	"originate \"connect\" { called = \"105\"\n hold = 100ms }\n"
	"originate \"reject\" { called = \"106\" }\n"
	"originate \"silent\" { called = \"107\"\n give-up = 300ms }\n"
	"originate \"early-answer\" { called = \"108\" }\n"
	"originate \"no-answer\" { called = \"109\" }\n"
	"originate \"overlap\" { called = \"123456\"\n overlap = true\n first-digits = 2\n "
	"digit-interval = 50ms }\n"
	"originate \"short\" { called = \"1234\" }\n"
	"originate \"none\" { called = \"999\" }\n";

struct expected {
	const char *called;
	int cause, location;
	const char *events_a, *events_b;
};

static const struct expected expected[] = {
	{ "100", 16, 0, "IAM ACM ANM DTMF heard DTMF heard DTMF heard REL ",
	  "IAM ACM ANM DTMF sent DTMF REL " },
	{ "102", 17, 0, "IAM REL ", "IAM REL " },
	{ "103", 16, 0, "IAM ACM REL ", "IAM ACM REL " },
	{ "104", 22, 4, "IAM ACM REL ", "IAM ACM played REL " },
	{ "105", 16, 0, "IAM CON REL ", "IAM CON REL " },
	{ "106", 21, 0, "IAM REL ", "IAM REL " },
	{ "107", 16, 0, "IAM REL ", "IAM REL " },
	{ "108", 16, 0, "IAM ACM ANM REL ", "IAM ACM ANM REL " },
	{ "109", 19, 4, "IAM ACM REL ", "IAM ACM REL " },
	{ "123456", 16, 0, "IAM SAM SAM SAM SAM ACM ANM REL ", "IAM SAM SAM SAM SAM ACM ANM REL " },
	{ "1234", 28, 4, "IAM REL ", "IAM REL " },
	{ "999", 1, 4, "IAM REL ", "IAM REL " },
};

static void check_expected(const struct two *two)
{
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const json_t *a = two_call(&two->a, expected[i].called);
		const json_t *b = two_call(&two->b, expected[i].called);

		expect(a, expected[i].events_a);
		expect(b, expected[i].events_b);
		CU_ASSERT_EQUAL(two_int(a, "cause"), expected[i].cause);
		CU_ASSERT_EQUAL(two_int(b, "cause"), expected[i].cause);
		CU_ASSERT_EQUAL(two_int(a, "location"), expected[i].location);
		CU_ASSERT_EQUAL(two_int(a, "circuit"), two_int(b, "circuit"));
		CU_ASSERT(json_is_true(json_object_get(a, "answered")) ==
			  json_is_true(json_object_get(b, "answered")));
		CU_ASSERT_STRING_NOT_EQUAL(two_text(a, "released_by"), two_text(b, "released_by"));
	}
}

static void check_audio(const struct two *two, bool smooth)
{
	const json_t *call = two_call(&two->a, "100");
	size_t n;
	uint8_t *heard = recording_of(call, &n);

	CU_ASSERT_STRING_EQUAL(two_text(call, "digits"), "99*");
	CU_ASSERT_STRING_EQUAL(two_text(two_call(&two->b, "101"), "digits"), "159#");
	CU_ASSERT_STRING_EQUAL(two_text(two_call(&two->a, "101"), "digits"), "159#");
	CU_ASSERT_FATAL(n > 7000);
	if (smooth)
		CU_ASSERT_DOUBLE_EQUAL(tone_level(heard + 1600, 4800, 425), 0, 0.2);
	free(heard);
	expect_speech(two_call(&two->b, "101"), smooth);
	expect_speech(two_call(&two->a, "101"), smooth);
	expect_speech(two_call(&two->a, "104"), smooth);
	CU_ASSERT(two_int(two_call(&two->b, "100"), "answer_ms") >= 300);
}

static void whole_calls(void)
{
	struct two two;
	bool smooth;

	two_folder(&two);
	make_speech(&two);
	two_side_open(&two, true, origins);
	two_side_open(&two, false, numbers);
	wanted_calls = 13;
	CU_ASSERT_FATAL(two_run(&two, two_are_ready));
	CU_ASSERT_FATAL(two_run(&two, calls_are_over));
	smooth = lines_were_smooth(&two);
	two_stop(&two);
	check_expected(&two);
	check_audio(&two, smooth);
	remove_speech(&two);
	two_close(&two);
}

/* All circuits at once, both ways, so that both ends seize the same circuit (Q.764 2.9.1.4). */
static bool forty_over(const struct two *two)
{
	struct exchange_totals a = exchange_totals(two->a.exchange);
	struct exchange_totals b = exchange_totals(two->b.exchange);

	return a.outgoing == 20 && b.outgoing == 20 && !a.up && !b.up;
}

static void both_ways(void)
{
	static const char conf[] =
		"number \"1\" { action = answer\n play = \"tone:425\" }\n"
		"originate \"many\" { called = \"1\"\n start = trigger\n count = 20\n"
		" interval = 0\n hold = 300ms }\n";
	struct two two;
	struct exchange_totals a, b;

	two_folder(&two);
	two_side_open(&two, true, conf);
	two_side_open(&two, false, conf);
	CU_ASSERT_FATAL(two_run(&two, two_are_ready));
	CU_ASSERT_EQUAL(exchange_trigger(two.a.exchange, NULL), 0);
	CU_ASSERT_EQUAL(exchange_trigger(two.b.exchange, "many"), 0);
	CU_ASSERT_EQUAL(exchange_trigger(two.b.exchange, "other"), -ENOENT);
	CU_ASSERT(two_run(&two, forty_over));
	a = exchange_totals(two.a.exchange);
	b = exchange_totals(two.b.exchange);
	/* 40 calls on 30 circuits: some find none; all others are answered, at both ends alike */
	CU_ASSERT(a.answered >= 25);
	CU_ASSERT_EQUAL(a.answered, b.answered);
	two_stop(&two);
	two_close(&two);
}

static bool call_is_up(const struct two *two)
{
	return exchange_totals(two->b.exchange).answered == 1;
}

static bool b_is_quiet(const struct two *two)
{
	return !exchange_totals(two->b.exchange).up;
}

/* a dies without a word; b's call ends by itself, and when a is there again a call goes through. */
static void peer_dies(void)
{
	static const char calls[] = "originate \"x\" { called = \"1\" }\n";
	static const char again[] = "originate \"x\" { called = \"1\"\n hold = 100ms }\n";
	static const char answers[] = "number \"1\" { action = answer\n record = true }\n";
	struct two two;
	const json_t *call;
	size_t n;

	two_folder(&two);
	two_side_open(&two, true, calls);
	two_side_open(&two, false, answers);
	CU_ASSERT_FATAL(two_run(&two, call_is_up));
	two_side_close(&two, &two.a, 'a');
	CU_ASSERT(two_run(&two, b_is_quiet));
	json_decref(two.a.lines);
	two_side_open(&two, true, again);
	wanted_calls = 1;
	CU_ASSERT(two_run(&two, calls_are_over));
	CU_ASSERT_EQUAL(exchange_totals(two.b.exchange).answered, 2);
	two_stop(&two);
	call = two_call(&two.b, "1");
	CU_ASSERT_EQUAL(two_int(call, "cause"), 38);
	CU_ASSERT_STRING_EQUAL(two_text(call, "released_by"), "network");
	free(recording_of(call, &n));
	json_array_remove(two.b.lines, 0);
	while (json_array_size(two.b.lines) && json_array_get(two.b.lines, 0) != call)
		json_array_remove(two.b.lines, 0);
	json_array_remove(two.b.lines, 0);
	free(recording_of(two_call(&two.b, "1"), &n));
	two_close(&two);
}

static size_t answers_got;
static char answer[8192];

static bool answered(const struct two *two)
{
	(void)two;
	return memchr(answer, '\n', answers_got);
}

static void on_answer(uv_poll_t *poll, int status, int events)
{
	ssize_t n = read(*(int *)poll->data, answer + answers_got, sizeof(answer) - answers_got);

	(void)status;
	(void)events;
	if (n > 0)
		answers_got += (size_t)n;
}

/* The answer to a command on a's socket. own. */
static json_t *ask(struct two *two, const char *command)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	uv_poll_t poll;
	json_t *json;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/a.sock", two->folder);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	CU_ASSERT_EQUAL(write(fd, command, strlen(command)), (ssize_t)strlen(command));
	answers_got = 0;
	uv_poll_init(&two->loop, &poll, fd);
	poll.data = &fd;
	uv_poll_start(&poll, UV_READABLE, on_answer);
	CU_ASSERT(two_run(two, answered));
	uv_close((uv_handle_t *)&poll, NULL);
	uv_run(&two->loop, UV_RUN_NOWAIT);
	close(fd);
	json = json_loadb(answer, answers_got, JSON_DISABLE_EOF_CHECK, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	return json;
}

static void ask_for(struct two *two, const char *command, bool ok)
{
	json_t *json = ask(two, command);

	CU_ASSERT_EQUAL(json_is_true(json_object_get(json, "ok")), ok);
	json_decref(json);
}

static bool two_up(const struct two *two)
{
	return exchange_totals(two->a.exchange).answered == 2;
}

static bool a_stopped(const struct two *two)
{
	return two->a.stopped;
}

static void control(void)
{
	struct two two;
	json_t *status;

	two_folder(&two);
	two_side_open(&two, true, "originate \"x\" { called = \"1\"\n start = trigger }\n");
	two_side_open(&two, false, "number \"1\" { action = answer }\n");
	CU_ASSERT_FATAL(two_run(&two, two_are_ready));
	ask_for(&two, "call\n", false);
	ask_for(&two, "call y\n", false);
	ask_for(&two, "dance\n", false);
	ask_for(&two, "\n", false);
	ask_for(&two, "release 0\n", false);
	ask_for(&two, "fault e1 nonsense\n", false);
	ask_for(&two, "fault e2 los on\n", false);
	ask_for(&two, "fault e1 slip +1\n", true);
	ask_for(&two, "call x\ncall x\r\n", true);
	CU_ASSERT(two_run(&two, two_up));
	status = ask(&two, "status\n");
	CU_ASSERT(json_is_true(json_object_get(status, "ready")));
	CU_ASSERT_EQUAL(two_int(status, "busy_circuits"), 2);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(status, "calls")), 2);
	json_decref(status);
	ask_for(&two, "release 1\n", true);
	ask_for(&two, "quit\n", true);
	CU_ASSERT(two_run(&two, a_stopped));
	two_stop(&two);
	CU_ASSERT_EQUAL(two_int(two_call(&two.b, "1"), "cause"), 16);
	two_close(&two);
}

/* A line longer than a command closes its client only. */
static void long_line(void)
{
	char line[2000];
	struct two two;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(line, 'x', sizeof(line));
	two_folder(&two);
	two_side_open(&two, true, "");
	two_side_open(&two, false, "");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/a.sock", two.folder);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	CU_ASSERT_EQUAL(write(fd, line, sizeof(line)), (ssize_t)sizeof(line));
	CU_ASSERT(two_run(&two, two_are_ready));
	while (read(fd, line, sizeof(line)) > 0)
		;
	close(fd);
	ask_for(&two, "status\n", true);
	two_stop(&two);
	two_close(&two);
}

/* What cannot be opened is told, and nothing is left behind. */
static void cannot_start(void)
{
	static const char *const texts[] = {
		"number \"1\" { action = answer\n play = \"file:/nowhere/x.wav\" }\n",
		"report { file = \"/nowhere/x.json\" }\n",
		"control { socket = \"/nowhere/x.sock\" }\n",
	};
	const struct exchange_user user = { .ready = two_ready, .stopped = two_stopped };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[1024];
		uv_loop_t loop;
		int err = 0;

		snprintf(text, sizeof(text),
			 "span \"e1\" { type = virtual\n cable = \"/tmp/exchange-unit-none.sock\" "
			 "}\n"
			 "linkset \"l\" { opc = 1\n dpc = 2\n link \"0\" { span = \"e1\"\n "
			 "timeslot = 16 } }\n"
			 "circuits \"e1\" { cic = 1\n timeslots = \"1-15\" }\n%s",
			 texts[i]);
		uv_loop_init(&loop);
		CU_ASSERT_PTR_NULL(exchange_open(
			conf_exchange_read_text("x", text, trunk_timer_ok, two_fault, NULL), &user,
			&loop, &err));
		CU_ASSERT(err < 0);
		uv_run(&loop, UV_RUN_DEFAULT);
		CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	}
}

static bool b_is_called(const struct two *two)
{
	return exchange_totals(two->b.exchange).incoming == 1;
}

/* What b answers to a line; the fault's text, "" when it was done. */
static void expect_command(struct two *two, const char *line, const char *wrong)
{
	char text[80];
	json_t *json;
	const char *error;

	snprintf(text, sizeof(text), "%s", line);
	json = exchange_command(two->b.exchange, text);
	error = json_string_value(json_object_get(json, "error"));
	if (strncmp(error ? error : "", wrong, strlen(wrong) + !wrong[0]) != 0) {
		CU_FAIL("another answer");
		printf("\n%s: %s\n", line, error ? error : "done");
	}
	json_decref(json);
}

/* Q.763 1.7: a message octet by octet, where the call's state allows it. */
static void sent_by_hand(void)
{
	struct two two;

	two_folder(&two);
	two_side_open(&two, true,
		      "originate \"x\" { called = \"1\"\n start = trigger\n give-up = 1s }\n");
	two_side_open(&two, false, "number \"1\" { action = silent }\n");
	CU_ASSERT_FATAL(two_run(&two, two_are_ready));
	expect_command(&two, "send CPG 24 01", "there is no such call");
	CU_ASSERT_EQUAL(exchange_trigger(two.a.exchange, "x"), 0);
	CU_ASSERT_FATAL(two_run(&two, b_is_called));
	expect_command(&two, "send", "write send");
	expect_command(&two, "send XYZ", "write send");
	expect_command(&two, "send 7 CPG 24 01", "there is no such call");
	expect_command(&two, "send ANM", "IAM, ANM");
	expect_command(&two, "send CPG 24", "write send");
	expect_command(&two, "send CPG 24 0g", "write send");
	expect_command(&two, "send CPG", "the message is not");
	expect_command(&two, "send SUS 22 01", "the message is not"); /* before the answer */
	expect_command(&two, "send ACM 11 12 04, 12 84 81", "");
	expect_command(&two, "send 1 CPG 24 01", "");
	wanted_calls = 1;
	CU_ASSERT(two_run(&two, calls_are_over));
	two_stop(&two);
	expect(two_call(&two.a, "1"), "IAM ACM CPG REL ");
	two_close(&two);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "whole calls", whole_calls },	  { "both ways", both_ways },
		{ "peer dies", peer_dies },	  { "control", control },
		{ "sent by hand", sent_by_hand }, { "long line", long_line },
		{ "cannot start", cannot_start }, CU_TEST_INFO_NULL,
	};

	return cu_run("exchange", tests, argc, argv);
}
