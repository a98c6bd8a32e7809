/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The control socket with clients of every kind: right and wrong requests, halves, too long ones,
 * clients that leave, that do not read, that come in crowds; and the file itself: permissions, what
 * stood there before. One thread: the loop is turned by hand.
 */
#include "gw/mgmt/control.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/base/table.h"
#include "tests/unit/cu.h"

#define TURNS 2000 /* of the loop before an answer is given up */

static struct {
	uv_loop_t loop;
	struct control *control;
	struct control_command commands[3];
	struct show show;
	char folder[32], path[64];
	unsigned runs;
} lab;

static char line[4 << 20];

static void turn(unsigned n)
{
	while (n--)
		uv_run(&lab.loop, UV_RUN_NOWAIT);
}

/* --- commands of the test --- */

static void run_words(void *arg, struct control_reply *reply, unsigned argc,
		      const char *const *argv, bool json)
{
	CU_ASSERT_PTR_EQUAL(arg, &lab);
	lab.runs++;
	control_printf(reply, "%u%s:", argc, json ? " json" : "");
	for (unsigned i = 0; i < argc; i++)
		control_printf(reply, " [%s]", argv[i]);
}

static void run_big(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv,
		    bool json)
{
	(void)arg, (void)argc, (void)argv, (void)json;
	lab.runs++;
	for (unsigned i = 0; i < 100000; i++)
		control_text(reply, "twenty octets, lined\n");
}

static void run_dirty(void *arg, struct control_reply *reply, unsigned argc,
		      const char *const *argv, bool json)
{
	(void)arg, (void)argc, (void)argv, (void)json;
	control_text(reply, "a\tb\x1b[2J\x7f"
			    "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80|\xff\xc3|\xc0\x80|"
			    "\xed\xa0\x80|\xc2\x9b|\xf4\x90\x80\x80|\xe2\x82");
	control_fail(reply, " and %s", "it failed");
}

static struct table *things_fill(void *arg)
{
	static const char *const columns[] = { "thing", "many" };
	struct table *table = table_new(columns, 2);

	(void)arg;
	if (table && !table_row(table)) {
		table_set_str(table, 0, STR("a \"b\""));
		table_set_int(table, 1, 7);
	}
	return table;
}

static int open_at(const char *path, const char *group)
{
	int err;

	lab.control = control_open(&lab.loop, path, group, &err);
	CU_ASSERT_EQUAL(lab.control != NULL, err == 0);
	return err;
}

static void folder_open(void)
{
	memset(&lab, 0, sizeof(lab));
	memcpy(lab.folder, "/tmp/controlXXXXXX", 19);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(lab.folder));
	snprintf(lab.path, sizeof(lab.path), "%s/sock", lab.folder);
	uv_loop_init(&lab.loop);
}

static void lab_open(void)
{
	static const struct control_command commands[] = {
		{ .name = "words",
		  .usage = "words A [B]",
		  .help = "says them",
		  .min_args = 1,
		  .max_args = 14,
		  .run = run_words,
		  .arg = &lab },
		{ .name = "big", .usage = "big", .help = "says much", .run = run_big },
		{ .name = "dirty", .usage = "dirty", .help = "says rubbish", .run = run_dirty },
	};

	folder_open();
	CU_ASSERT_EQUAL_FATAL(open_at(lab.path, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		lab.commands[i] = commands[i];
		control_register(lab.control, &lab.commands[i]);
	}
	lab.show = (struct show){ .name = "things", .help = "all of them", .fill = things_fill };
	show_register(&lab.show);
}

static void folder_close(void)
{
	control_close(lab.control);
	while (uv_run(&lab.loop, UV_RUN_DEFAULT))
		;
	/* Nothing is left: no handle in the loop, no file. */
	CU_ASSERT_EQUAL(uv_loop_close(&lab.loop), 0);
	CU_ASSERT_EQUAL(access(lab.path, F_OK), -1);
	CU_ASSERT_EQUAL(rmdir(lab.folder), 0);
}

static void lab_close(void)
{
	show_unregister(&lab.show);
	folder_close();
}

/* --- clients --- */

static int dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", lab.path);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	turn(2);
	return fd;
}

static void say(int fd, const char *text)
{
	CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* The next answer line into line, without its end; false: the daemon closed the connection. */
static bool hear(int fd)
{
	size_t n = 0;

	for (unsigned i = 0; i < TURNS; i++) {
		ssize_t got = recv(fd, line + n, sizeof(line) - n, MSG_PEEK);
		char *end = got > 0 ? memchr(line + n, '\n', (size_t)got) : NULL;

		if (got > 0)
			got = recv(fd, line + n, end ? (size_t)(end + 1 - line) - n : (size_t)got,
				   0);
		if (end) {
			*end = '\0';
			return true;
		}
		if (got == 0 || (got < 0 && errno != EAGAIN))
			return false;
		n += got > 0 ? (size_t)got : 0;
		turn(1);
	}
	CU_FAIL("no answer");
	return false;
}

/* own: the answer's text; checks its ok. */
static char *answer(int fd, bool ok)
{
	json_t *object = hear(fd) ? json_loads(line, 0, NULL) : NULL;
	const char *text = json_string_value(json_object_get(object, "text"));
	char *copy;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_EQUAL(json_object_size(object), 2);
	CU_ASSERT_EQUAL(json_is_true(json_object_get(object, "ok")), ok);
	copy = strdup(text);
	json_decref(object);
	return copy;
}

static void expect(int fd, bool ok, const char *wanted)
{
	char *text = answer(fd, ok);

	if (!strstr(text, wanted))
		printf("\n  \"%s\", expected \"%s\"\n", text, wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, wanted));
	free(text);
}

static void ask(int fd, const char *request, bool ok, const char *wanted)
{
	say(fd, request);
	say(fd, "\n");
	expect(fd, ok, wanted);
}

/* --- tests --- */

static void commands(void)
{
	int fd;

	lab_open();
	fd = dial();
	ask(fd, "{\"argv\":[\"words\",\"a b\",\"\xc3\xbc\"]}", true, "2: [a b] [\xc3\xbc]");
	ask(fd, "{\"argv\":[\"words\",\"x\"],\"json\":true}", true, "1 json: [x]");
	ask(fd, "{\"argv\":[\"words\",\"x\"],\"json\":1,\"other\":[]}", true, "1: [x]");
	ask(fd, "{\"argv\":[\"words\"]}", false, "usage: words A [B]");
	ask(fd, "{\"argv\":[\"big\",\"x\"]}", false, "usage: big");
	ask(fd, "{\"argv\":[\"nothing\"]}", false, "unknown command 'nothing'; see help");
	ask(fd, "{\"argv\":[]}", false, "unknown command ''");
	ask(fd, "{\"argv\":[\"help\"]}", true, "words A [B]       says them\n");
	ask(fd, "{\"argv\":[\"help\"]}", true, "\nshow:\n");
	ask(fd, "{\"argv\":[\"help\"]}", true, "  counters ");
	CU_ASSERT_EQUAL(lab.runs, 3);
	close(fd);
	lab_close();
}

static void tables(void)
{
	char *text;
	json_t *rows;
	int fd;

	lab_open();
	fd = dial();
	ask(fd, "{\"argv\":[\"show\",\"things\"]}", true, "a \"b\"");
	for (unsigned i = 0; i < 2; i++) {
		say(fd, i ? "{\"argv\":[\"show\",\"things\",\"json\"]}\n"
			  : "{\"argv\":[\"show\",\"things\"],\"json\":true}\n");
		text = answer(fd, true);
		rows = json_loads(text, 0, NULL);
		CU_ASSERT_STRING_EQUAL(
			json_string_value(json_object_get(json_array_get(rows, 0), "thing")),
			"a \"b\"");
		CU_ASSERT_EQUAL(
			json_integer_value(json_object_get(json_array_get(rows, 0), "many")), 7);
		json_decref(rows);
		free(text);
	}
	ask(fd, "{\"argv\":[\"show\",\"nothing\"]}", false, "nothing is called 'nothing'; one of:");
	ask(fd, "{\"argv\":[\"show\",\"things\",\"xml\"]}", false, "nothing is called 'xml'");
	ask(fd, "{\"argv\":[\"show\"]}", false, "usage: show WHAT [json]");
	ask(fd, "{\"argv\":[\"show\",\"counters\"]}", true, "causeway_control_bad_requests_total");
	close(fd);
	lab_close();
}

static void garbage(void)
{
	static const char *const lines[] = {
		"",
		"x",
		"{",
		"{}",
		"[]",
		"{\"argv\":\"help\"}",
		"{\"argv\":[1]}",
		"{\"argv\":[null]}",
		"{\"argv\":[\"help\"",
		"{\"argv\":[\"help\"]}}",
		"{\"argv\":[\"he\\u0000lp\"]}",
		"{\"argv\":[\"\xff\"]}",
		"{\"argv\":[\"help\"]} {\"argv\":[\"help\"]}",
		/* 17 words */
		"{\"argv\":[\"words\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\","
		"\"1\",\"1\",\"1\",\"1\",\"1\",\"1\"]}",
	};
	int fd;

	lab_open();
	fd = dial();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ask(fd, lines[i], false, "not a request: expected {\"argv\":");
	/* The connection lives on. */
	ask(fd, "{\"argv\":[\"words\",\"1\"]}", true, "1: [1]");
	close(fd);
	lab_close();
}

/* What a command says goes out as text that is valid and harmless, whatever a peer put into it. */
static void dirty_text(void)
{
	char *text;
	int fd;

	lab_open();
	fd = dial();
	say(fd, "{\"argv\":[\"dirty\"]}\n");
	text = answer(fd, false);
	CU_ASSERT_STRING_EQUAL(text, "a\tb?[2J?Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80|??|??|"
				     "???|??|????|?? and it failed\n");
	free(text);
	close(fd);
	lab_close();
}

static void halves(void)
{
	static const char request[] = "{\"argv\":[\"words\",\"x\"]}\n";
	int fd;

	lab_open();
	fd = dial();
	for (size_t i = 0; i + 1 < sizeof(request); i++) {
		CU_ASSERT_EQUAL(lab.runs, 0);
		CU_ASSERT_EQUAL(send(fd, request + i, 1, 0), 1);
		turn(2);
	}
	expect(fd, true, "1: [x]");
	/* Several in one, the last of them a half, as often as one likes. */
	for (unsigned i = 0; i < 50; i++)
		say(fd, "{\"argv\":[\"words\",\"y\"]}\n");
	say(fd, "{\"argv\":[\"words\",");
	for (unsigned i = 0; i < 50; i++)
		expect(fd, true, "1: [y]");
	say(fd, "\"z\"]}\n");
	expect(fd, true, "1: [z]");
	/* A client that has said all, but still reads; what is a half line then is none. */
	say(fd, "{\"argv\":[\"big\"]}\n{\"argv\":[\"words\",\"1\"]}\n{\"argv\":[\"words\",\"2\"]}");
	shutdown(fd, SHUT_WR);
	expect(fd, true, "twenty octets");
	expect(fd, true, "1: [1]");
	CU_ASSERT_FALSE(hear(fd));
	CU_ASSERT_EQUAL(lab.runs, 54);
	close(fd);
	lab_close();
}

static void too_long(void)
{
	char text[8193];
	int fd;

	lab_open();
	memset(text, ' ', sizeof(text));
	/* 8192 octets with their line end are a request. */
	fd = dial();
	memcpy(text, "{\"argv\":[\"words\",\"x\"]}", 22);
	text[8191] = '\n';
	text[8192] = '\0';
	say(fd, text);
	expect(fd, true, "1: [x]");
	/* 8192 without one are not, and the client hears why before the end. */
	text[8191] = ' ';
	say(fd, text);
	expect(fd, false, "longer than 8192 octets; write a shorter one");
	CU_ASSERT_FALSE(hear(fd));
	close(fd);
	/* Nor is an endless line. */
	fd = dial();
	for (unsigned i = 0; i < 64 && send(fd, text, 8192, MSG_NOSIGNAL) > 0; i++)
		turn(1);
	close(fd);
	turn(5);
	fd = dial();
	ask(fd, "{\"argv\":[\"words\",\"x\"]}", true, "1: [x]");
	close(fd);
	lab_close();
}

/* A client that goes away: before its answer, in the middle of it, in the middle of its request. */
static void gone(void)
{
	int fd;

	lab_open();
	for (unsigned i = 0; i < 3; i++) {
		fd = dial();
		say(fd, i == 2 ? "{\"argv\":" : "{\"argv\":[\"big\"]}\n");
		if (i == 1) {
			turn(3);
			CU_ASSERT_EQUAL(recv(fd, line, 100, 0), 100);
		}
		close(fd);
		turn(20);
	}
	fd = dial();
	ask(fd, "{\"argv\":[\"words\",\"x\"]}", true, "1: [x]");
	close(fd);
	lab_close();
}

/* Who asks without reading is not read from: nothing grows, nobody else waits. */
static void not_reading(void)
{
	int deaf, fd;

	lab_open();
	deaf = dial();
	for (unsigned i = 0; i < 100; i++)
		if (send(deaf, "{\"argv\":[\"big\"]}\n", 17, MSG_NOSIGNAL) != 17)
			break;
	turn(300);
	CU_ASSERT_EQUAL(lab.runs, 1);
	fd = dial();
	ask(fd, "{\"argv\":[\"words\",\"x\"]}", true, "1: [x]");
	/* Once it reads, it is served. */
	expect(deaf, true, "twenty octets");
	expect(deaf, true, "twenty octets");
	CU_ASSERT_TRUE(lab.runs >= 3);
	close(fd);
	/* The answer under way goes with the control socket. */
	lab_close();
	close(deaf);
}

static void many(void)
{
	int fd[34];

	lab_open();
	for (unsigned i = 0; i < 32; i++)
		fd[i] = dial();
	for (unsigned i = 0; i < 32; i++)
		ask(fd[i], "{\"argv\":[\"words\",\"x\"]}", true, "1: [x]");
	for (unsigned i = 32; i < 34; i++) {
		fd[i] = dial();
		expect(fd[i], false, "32 clients are connected already; try again later");
		CU_ASSERT_FALSE(hear(fd[i]));
		close(fd[i]);
	}
	close(fd[7]);
	turn(5);
	fd[7] = dial();
	for (unsigned i = 0; i < 32; i++) {
		ask(fd[i], "{\"argv\":[\"words\",\"x\"]}", true, "1: [x]");
		close(fd[i]);
	}
	lab_close();
}

/*
 * Without memory for a client, it waits, and so do those behind it. A sanitizer owns the allocator:
 * there the memory is never short.
 */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern void *__libc_calloc(size_t n, size_t octets);
static bool no_memory;

void *calloc(size_t n, size_t octets)
{
	return no_memory ? NULL : __libc_calloc(n, octets);
}
#else
static bool no_memory;
#endif

static void without_memory(void)
{
	int fd[3];

	lab_open();
	no_memory = true;
	for (unsigned i = 0; i < 3; i++)
		fd[i] = dial();
	for (unsigned i = 0; i < 2; i++) { /* and still without */
		usleep(110000);
		turn(5);
	}
	no_memory = false;
	usleep(110000);
	for (unsigned i = 0; i < 3; i++)
		ask(fd[i], "{\"argv\":[\"words\",\"x\"]}", true, "1: [x]");
	no_memory = true;
	close(fd[0]);
	fd[0] = dial();
	no_memory = false;
	lab_close(); /* while one waits */
	for (unsigned i = 0; i < 3; i++)
		close(fd[i]);
}

static mode_t mode_of(const char *path, gid_t *gid)
{
	struct stat st;

	CU_ASSERT_EQUAL_FATAL(lstat(path, &st), 0);
	*gid = st.st_gid;
	return st.st_mode;
}

static void permissions(void)
{
	const struct group *group = getgrgid(1);
	mode_t mask = umask(022);
	gid_t gid;

	folder_open();
	CU_ASSERT_EQUAL_FATAL(open_at(lab.path, NULL), 0);
	CU_ASSERT_EQUAL(mode_of(lab.path, &gid), (mode_t)(S_IFSOCK | 0660));
	CU_ASSERT_EQUAL(gid, getegid());
	CU_ASSERT_EQUAL(umask(022), 022);
	control_close(lab.control);
	turn(2);
	if (geteuid() == 0 && group) {
		CU_ASSERT_EQUAL_FATAL(open_at(lab.path, group->gr_name), 0);
		CU_ASSERT_EQUAL(mode_of(lab.path, &gid), (mode_t)(S_IFSOCK | 0660));
		CU_ASSERT_EQUAL(gid, 1);
		control_close(lab.control);
		turn(2);
	}
	CU_ASSERT_EQUAL(open_at(lab.path, "no-such-group-here"), -ENOENT);
	turn(2);
	CU_ASSERT_EQUAL(access(lab.path, F_OK), -1);
	umask(mask);
	folder_close();
}

/* What stands at the path: a dead daemon's socket goes, everything else stays. */
static void what_was_there(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct control *first;
	char text[200];
	gid_t gid;
	int fd;

	folder_open();
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", lab.path);
	/* A stale socket. */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	CU_ASSERT_EQUAL_FATAL(open_at(lab.path, NULL), 0);
	/* A living one, also when nobody takes its connections. */
	first = lab.control;
	CU_ASSERT_EQUAL(open_at(lab.path, NULL), -EADDRINUSE);
	turn(2);
	CU_ASSERT_TRUE(S_ISSOCK(mode_of(lab.path, &gid)));
	control_close(first);
	turn(2);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	CU_ASSERT_EQUAL_FATAL(listen(fd, 0), 0);
	int full = dial();
	CU_ASSERT_EQUAL(open_at(lab.path, NULL), -EADDRINUSE);
	CU_ASSERT_EQUAL(open_at(lab.path, NULL), -EADDRINUSE);
	close(full);
	close(fd);
	unlink(lab.path);
	/* A file that is no socket, and a link to one. */
	fd = open(lab.path, O_CREAT | O_WRONLY | O_EXCL, 0600);
	CU_ASSERT_EQUAL(write(fd, "precious", 8), 8);
	close(fd);
	CU_ASSERT_EQUAL(open_at(lab.path, NULL), -EEXIST);
	CU_ASSERT_TRUE(S_ISREG(mode_of(lab.path, &gid)));
	unlink(lab.path);
	CU_ASSERT_EQUAL(symlink("/etc/passwd", lab.path), 0);
	CU_ASSERT_EQUAL(open_at(lab.path, NULL), -EEXIST);
	CU_ASSERT_TRUE(S_ISLNK(mode_of(lab.path, &gid)));
	unlink(lab.path);
	/* A path that does not fit into an address must not be cut. */
	snprintf(text, sizeof(text), "%s/%0150d", lab.folder, 0);
	CU_ASSERT_EQUAL(open_at(text, NULL), -ENAMETOOLONG);
	CU_ASSERT_EQUAL(open_at("/nonexistent/sock", NULL), -ENOENT);
	turn(2);
	folder_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "commands", commands },
		{ "tables", tables },
		{ "garbage", garbage },
		{ "text of peers", dirty_text },
		{ "half lines", halves },
		{ "too long", too_long },
		{ "a client that goes away", gone },
		{ "a client that does not read", not_reading },
		{ "many clients", many },
		{ "without memory", without_memory },
		{ "permissions", permissions },
		{ "what was there", what_was_there },
		CU_TEST_INFO_NULL,
	};

	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_ERROR);
	return cu_run("mgmt control", tests, argc, argv);
}
