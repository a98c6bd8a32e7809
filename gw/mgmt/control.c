/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The control socket: connections, requests, commands, and `show` and `help`, which every daemon
 * has. */
#include "gw/mgmt/control.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/list.h"
#include "gw/base/log.h"
#include "gw/base/table.h"
#include "gw/mgmt/control_socket.h"
#include "gw/mgmt/plain.h"

#define REQUEST_MAX 8192
#define ARGS_MAX    16
#define CLIENTS_MAX 32
#define AGAIN_MS    100

static struct counter bad_requests =
	COUNTER_INIT("causeway_control_bad_requests_total", "Control requests refused");

struct control {
	uv_pipe_t listener;
	uv_timer_t again; /* a client waits for memory */
	uv_loop_t *loop;
	char *path; /* own */
	struct control_command *commands;
	struct control_command show, help;
	struct list clients;
	unsigned n_clients;
};

struct client {
	uv_pipe_t pipe;
	struct list_node node;
	struct control *control; /* borrow */
	size_t used;
	bool ending; /* closed once its answer is written */
	char request[REQUEST_MAX];
};

struct control_reply {
	FILE *out;
	bool failed;
};

struct answer {
	uv_write_t write;
	char *text; /* own */
};

void control_printf(struct control_reply *reply, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(reply->out, fmt, ap);
	va_end(ap);
}

void control_text(struct control_reply *reply, const char *text)
{
	fputs(text, reply->out);
}

void control_fail(struct control_reply *reply, const char *fmt, ...)
{
	va_list ap;

	reply->failed = true;
	va_start(ap, fmt);
	vfprintf(reply->out, fmt, ap);
	va_end(ap);
	fputc('\n', reply->out);
}

/* --- show and help --- */

struct listed {
	const struct counter *counter;
};

struct counter_list {
	struct listed *at; /* own */
	size_t n, cap;
};

static void counter_collect(const struct counter *counter, void *arg)
{
	struct counter_list *list = arg;

	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 128;
		struct listed *at = reallocarray(list->at, cap, sizeof(*at));

		if (!at)
			return;
		list->at = at;
		list->cap = cap;
	}
	list->at[list->n++].counter = counter;
}

static int by_name(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	return strcmp(x->counter->name, y->counter->name);
}

static struct table *counters_fill(void *arg)
{
	static const char *const columns[] = { "counter", "value", "help" };
	struct table *table = table_new(columns, 3);
	struct counter_list list = { 0 };

	(void)arg;
	counter_each(counter_collect, &list);
	if (list.n)
		qsort(list.at, list.n, sizeof(*list.at), by_name);
	for (size_t i = 0; table && i < list.n && !table_row(table); i++) {
		table_set_str(table, 0, str_c(list.at[i].counter->name));
		table_set_int(table, 1, (int64_t)atomic_load(&list.at[i].counter->value));
		table_set_str(table, 2, str_c(list.at[i].counter->help));
	}
	free(list.at);
	return table;
}

static struct show show_counters = { .name = "counters",
				     .help = "every counter",
				     .fill = counters_fill };

static void run_show(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv,
		     bool json)
{
	const struct show *show = show_find(str_c(argv[0]));
	bool as_json = json || (argc > 1 && strcmp(argv[1], "json") == 0);
	struct table *table;
	char *text;

	(void)arg;
	if (!show || (argc > 1 && strcmp(argv[1], "json") != 0)) {
		control_fail(reply, "show: nothing is called '%s'; one of:", argv[show ? 1 : 0]);
		for (const struct show *s = show_first(); s; s = s->next)
			control_printf(reply, "  %-10s %s\n", s->name, s->help);
		return;
	}
	table = show->fill(show->arg);
	text = !table ? NULL : as_json ? table_json(table) : table_text(table);
	if (text)
		control_text(reply, text);
	else
		control_fail(reply, "show %s: out of memory", argv[0]);
	free(text);
	table_free(table);
}

static void run_help(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv,
		     bool json)
{
	const struct control *control = arg;
	size_t width = 0;

	(void)argc;
	(void)argv;
	(void)json;
	for (const struct control_command *c = control->commands; c; c = c->next)
		width = strlen(c->usage) > width ? strlen(c->usage) : width;
	for (const struct control_command *c = control->commands; c; c = c->next)
		control_printf(reply, "%-*s  %s\n", (int)width, c->usage, c->help);
	control_text(reply, "\nshow:\n");
	for (const struct show *s = show_first(); s; s = s->next)
		control_printf(reply, "  %-*s%s\n", (int)width, s->name, s->help);
}

void control_register(struct control *control, struct control_command *command)
{
	struct control_command **link = &control->commands;

	while (*link && strcmp((*link)->name, command->name) < 0)
		link = &(*link)->next;
	command->next = *link;
	*link = command;
}

static const struct control_command *command_find(const struct control *control, const char *name)
{
	for (const struct control_command *c = control->commands; c; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* --- requests --- */

static void refused(const char *why)
{
	counter_add(&bad_requests, 1);
	log_write(LOG_NOTICE, "control", "request refused: %s", why);
}

static void run_command(struct control *control, struct control_reply *reply, unsigned argc,
			const char *const *argv, bool json)
{
	const struct control_command *command = argc ? command_find(control, argv[0]) : NULL;

	if (!command) {
		control_fail(reply, "unknown command '%s'; see help", argc ? argv[0] : "");
		return;
	}
	if (argc - 1 < command->min_args || argc - 1 > command->max_args) {
		control_fail(reply, "usage: %s", command->usage);
		return;
	}
	command->run(command->arg, reply, argc - 1, argv + 1, json);
}

/* The words of a request into argv (borrowed from the JSON); false: not a request. */
static bool request_words(const json_t *request, unsigned *argc, const char **argv)
{
	const json_t *words = json_object_get(request, "argv");
	size_t n = json_array_size(words);

	if (!json_is_array(words) || n > ARGS_MAX)
		return false;
	for (*argc = 0; *argc < n; (*argc)++) {
		argv[*argc] = json_string_value(json_array_get(words, *argc));
		if (!argv[*argc])
			return false;
	}
	return true;
}

/* own: an answer, NULL when out of memory. */
static char *answer_json(bool ok, char *body)
{
	json_t *answer;
	char *text;

	if (!body)
		return NULL;
	plain_text(body, strlen(body), "\n\t");
	answer = json_pack("{s:b, s:s}", "ok", ok, "text", body);
	text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	json_decref(answer);
	return text;
}

/* own: the answer to one request line. */
static char *answer_text(struct control *control, const char *line, size_t n)
{
	json_error_t error;
	json_t *request = json_loadb(line, n, 0, &error);
	const char *argv[ARGS_MAX];
	unsigned argc;
	char *body = NULL, *text;
	size_t size;
	struct control_reply reply = { .out = open_memstream(&body, &size) };

	if (!reply.out) {
		json_decref(request);
		return NULL;
	}
	if (request && request_words(request, &argc, argv)) {
		run_command(control, &reply, argc, argv,
			    json_is_true(json_object_get(request, "json")));
	} else {
		refused("not a request");
		control_fail(&reply,
			     "not a request: expected {\"argv\":[\"show\",\"calls\"]}, at most %d "
			     "words",
			     ARGS_MAX);
	}
	fclose(reply.out);
	text = answer_json(!reply.failed, body);
	json_decref(request);
	free(body);
	return text;
}

static void client_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void client_close(struct client *client)
{
	if (uv_is_closing((uv_handle_t *)&client->pipe))
		return;
	list_remove(&client->node);
	client->control->n_clients--;
	uv_close((uv_handle_t *)&client->pipe, client_closed);
}

static void client_go_on(struct client *client);

static void answer_written(uv_write_t *write, int status)
{
	struct answer *answer = write->data;
	struct client *client = write->handle->data;

	free(answer->text);
	free(answer);
	if (status < 0 || client->ending)
		client_close(client);
	else
		client_go_on(client);
}

static void answer_send(struct client *client, char *text)
{
	struct answer *answer = text ? calloc(1, sizeof(*answer)) : NULL;
	size_t n = text ? strlen(text) : 0;
	uv_buf_t buf;

	if (!answer) {
		free(text);
		client_close(client);
		return;
	}
	text[n] = '\n'; /* the terminator is not sent */
	answer->text = text;
	answer->write.data = answer;
	buf = uv_buf_init(text, (unsigned)n + 1);
	if (uv_write(&answer->write, (uv_stream_t *)&client->pipe, &buf, 1, answer_written)) {
		free(answer->text);
		free(answer);
		client_close(client);
	}
}

/* The client is told why it is served no further. */
static void client_refuse(struct client *client, const char *why)
{
	char text[160];

	refused(why);
	(void)snprintf(text, sizeof(text), "%s\n", why);
	client->ending = true;
	(void)uv_read_stop((uv_stream_t *)&client->pipe);
	answer_send(client, answer_json(false, text));
}

static void client_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct client *client = handle->data;

	(void)size;
	*buf = uv_buf_init(client->request + client->used, (unsigned)(REQUEST_MAX - client->used));
}

static void client_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *client = stream->data;

	(void)buf;
	if (n < 0) {
		client_close(client);
		return;
	}
	client->used += (size_t)n;
	client_go_on(client);
}

/* One request at a time: who does not read answers is not read from. */
static void client_go_on(struct client *client)
{
	uv_stream_t *stream = (uv_stream_t *)&client->pipe;
	char *end = memchr(client->request, '\n', client->used);
	int err;

	if (end) {
		size_t line = (size_t)(end - client->request);
		char *text = answer_text(client->control, client->request, line);

		client->used -= line + 1;
		memmove(client->request, end + 1, client->used);
		(void)uv_read_stop(stream);
		answer_send(client, text);
	} else if (client->used == REQUEST_MAX) {
		client_refuse(client, "a request is longer than 8192 octets; write a shorter one");
	} else {
		err = uv_read_start(stream, client_alloc, client_read);
		if (err && err != UV_EALREADY)
			client_close(client);
	}
}

static void connection(uv_stream_t *listener, int status);

static void connection_again(uv_timer_t *again)
{
	struct control *control = again->data;

	connection((uv_stream_t *)&control->listener, 0);
}

static void connection(uv_stream_t *listener, int status)
{
	struct control *control = listener->data;
	struct client *client;

	if (status < 0)
		return;
	client = calloc(1, sizeof(*client));
	if (!client || uv_pipe_init(control->loop, &client->pipe, 0)) {
		free(client);
		/* libuv listens no more until this one is accepted. */
		(void)uv_timer_start(&control->again, connection_again, AGAIN_MS, 0);
		return;
	}
	client->control = control;
	client->pipe.data = client;
	list_append(&control->clients, &client->node);
	control->n_clients++;
	if (uv_accept(listener, (uv_stream_t *)&client->pipe))
		client_close(client);
	else if (control->n_clients > CLIENTS_MAX)
		client_refuse(client, "32 clients are connected already; try again later");
	else
		client_go_on(client);
}

/* --- opening --- */

static int listen_on(struct control *control, const char *path, const char *group)
{
	int err = control_socket_bind(&control->listener, path, group);

	return err ? err : uv_listen((uv_stream_t *)&control->listener, 8, connection);
}

static void control_closed(uv_handle_t *handle)
{
	struct control *control = handle->data;

	free(control->path);
	free(control);
}

static void listener_closed(uv_handle_t *handle)
{
	struct control *control = handle->data;

	uv_close((uv_handle_t *)&control->again, control_closed);
}

struct control *control_open(uv_loop_t *loop, const char *path, const char *group, int *error)
{
	struct control *control = calloc(1, sizeof(*control));

	*error = -ENOMEM;
	if (!control)
		return NULL;
	control->loop = loop;
	list_init(&control->clients);
	control->path = strdup(path);
	*error = control->path ? uv_pipe_init(loop, &control->listener, 0) : -ENOMEM;
	if (*error) {
		free(control->path);
		free(control);
		return NULL;
	}
	control->listener.data = control;
	(void)uv_timer_init(loop, &control->again);
	control->again.data = control;
	*error = listen_on(control, path, group);
	if (*error) {
		uv_close((uv_handle_t *)&control->listener, listener_closed);
		return NULL;
	}
	control->show = (struct control_command){ .name = "show",
						  .usage = "show WHAT [json]",
						  .min_args = 1,
						  .max_args = 2,
						  .help = "a table of what is now",
						  .run = run_show };
	control->help = (struct control_command){ .name = "help",
						  .usage = "help",
						  .max_args = 1,
						  .help = "this",
						  .run = run_help,
						  .arg = control };
	control_register(control, &control->show);
	control_register(control, &control->help);
	show_register(&show_counters);
	counter_list(&bad_requests);
	return control;
}

void control_close(struct control *control)
{
	struct list_node *n;

	if (!control)
		return;
	show_unregister(&show_counters);
	while ((n = list_first(&control->clients)))
		client_close(container_of(n, struct client, node));
	uv_close((uv_handle_t *)&control->listener, listener_closed);
}
