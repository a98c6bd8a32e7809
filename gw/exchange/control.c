/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Line protocol over libuv's pipes. */
#include "gw/exchange/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gw/base/list.h"
#include "gw/base/log.h"
#include "gw/exchange/report.h"

#define LINE_OCTETS 512
#define CLIENTS_MAX 32
#define BACKLOG	    8

struct exchange_control {
	uv_pipe_t pipe;
	control_fn *fn;
	void *arg;	     /* borrow */
	struct list clients; /* own */
	size_t n_clients;
	bool closing;
};

struct client {
	struct list_node node;
	uv_pipe_t pipe;
	struct exchange_control *control; /* borrow */
	char line[LINE_OCTETS];
	size_t n;
};

struct answer {
	uv_write_t write;
	char *text; /* own */
};

static void control_release(struct exchange_control *control)
{
	if (control->closing && !control->n_clients)
		free(control);
}

static void client_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;
	struct exchange_control *control = client->control;

	list_remove(&client->node);
	free(client);
	control->n_clients--;
	control_release(control);
}

static void client_close(struct client *client)
{
	if (!uv_is_closing((uv_handle_t *)&client->pipe))
		uv_close((uv_handle_t *)&client->pipe, client_closed);
}

static void answered(uv_write_t *write, int status)
{
	struct answer *answer = write->data;

	(void)status;
	free(answer->text);
	free(answer);
}

/* Takes text. */
static void send_answer(struct client *client, char *text)
{
	struct answer *answer = calloc(1, sizeof(*answer));
	uv_buf_t buf;

	if (!text || !answer)
		goto fail;
	answer->text = text;
	answer->write.data = answer;
	buf = uv_buf_init(text, (unsigned)strlen(text));
	if (!uv_write(&answer->write, (uv_stream_t *)&client->pipe, &buf, 1, answered))
		return;
fail:
	free(text);
	free(answer);
	client_close(client);
}

static void obey(struct client *client, char *line)
{
	struct exchange_control *control = client->control;
	json_t *json = control->fn(control->arg, line);

	send_answer(client, json ? report_text(json) : NULL);
	json_decref(json);
}

static void take_lines(struct client *client)
{
	char *end;

	while ((end = memchr(client->line, '\n', client->n))) {
		size_t n = (size_t)(end - client->line) + 1;

		*end = '\0';
		if (n > 1 && end[-1] == '\r')
			end[-1] = '\0';
		obey(client, client->line);
		client->n -= n;
		memmove(client->line, client->line + n, client->n);
	}
	if (client->n == LINE_OCTETS) {
		log_write(LOG_WARNING, "control", "line of more than %d octets; client closed",
			  LINE_OCTETS);
		client_close(client);
	}
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct client *client = handle->data;

	(void)suggested;
	*buf = uv_buf_init(client->line + client->n, (unsigned)(LINE_OCTETS - client->n));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *client = stream->data;

	(void)buf;
	if (n < 0) {
		client_close(client);
		return;
	}
	client->n += (size_t)n;
	take_lines(client);
}

static void on_connection(uv_stream_t *server, int status)
{
	struct exchange_control *control = server->data;
	struct client *client = status ? NULL : calloc(1, sizeof(*client));

	if (!client)
		return;
	client->control = control;
	client->pipe.data = client;
	(void)uv_pipe_init(server->loop, &client->pipe, 0);
	list_append(&control->clients, &client->node);
	control->n_clients++;
	if (uv_accept(server, (uv_stream_t *)&client->pipe) || control->n_clients > CLIENTS_MAX ||
	    uv_read_start((uv_stream_t *)&client->pipe, give_room, on_read))
		client_close(client);
}

/* What a killed exchange left behind. */
static void remove_socket(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
}

static void pipe_closed(uv_handle_t *handle)
{
	struct exchange_control *control = handle->data;

	control->closing = true;
	control_release(control);
}

struct exchange_control *exchange_control_open(uv_loop_t *loop, const char *path, control_fn *fn,
					       void *arg, int *error)
{
	struct exchange_control *control = calloc(1, sizeof(*control));

	*error = -ENOMEM;
	if (!control)
		return NULL;
	control->fn = fn;
	control->arg = arg;
	list_init(&control->clients);
	control->pipe.data = control;
	(void)uv_pipe_init(loop, &control->pipe, 0);
	remove_socket(path);
	*error = uv_pipe_bind(&control->pipe, path);
	if (!*error && chmod(path, 0660))
		*error = -errno;
	if (!*error)
		*error = uv_listen((uv_stream_t *)&control->pipe, BACKLOG, on_connection);
	if (*error) {
		exchange_control_close(control);
		return NULL;
	}
	return control;
}

void exchange_control_close(struct exchange_control *control)
{
	struct list_node *n;

	if (!control)
		return;
	for (n = list_first(&control->clients); n; n = list_next(&control->clients, n))
		client_close(container_of(n, struct client, node));
	uv_close((uv_handle_t *)&control->pipe, pipe_closed);
}
