/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causewayctl: the control client, one-shot or as a shell with history and completion. See
 * causewayctl(1). */
#include <errno.h>
#include <histedit.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gw/base/str.h"

#define DEFAULT_SOCKET "/run/causeway/control.sock"
#define WORDS_MAX      16
#define COMPLETIONS    128

struct client {
	int fd;
	FILE *in;
	bool json;
	char *words[COMPLETIONS]; /* own: for completion, learnt from `help` */
	size_t n_words;
	bool second[COMPLETIONS]; /* the word follows "show" */
};

static int client_connect(struct client *client, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (str_copy(address.sun_path, sizeof(address.sun_path), str_c(path)))
		return -ENAMETOOLONG;
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 ||
	    connect(client->fd, (const struct sockaddr *)&address, sizeof(address)))
		return -errno;
	client->in = fdopen(dup(client->fd), "r");
	return client->in ? 0 : -errno;
}

static int send_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t done = send(fd, text, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

/* own; NULL when a word is no UTF-8. */
static char *request_line(const struct client *client, int argc, char *const *argv)
{
	json_t *words = json_array();
	json_t *request;
	char *line = NULL;
	int bad = 0;

	for (int i = 0; i < argc && !bad; i++)
		bad = json_array_append_new(words, json_string(argv[i]));
	request = json_pack("{s:o, s:b}", "argv", words, "json", client->json);
	if (request && !bad)
		line = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	return line;
}

/* own text of the answer, NULL with a message on stderr when the daemon is gone. */
static char *client_ask(struct client *client, int argc, char *const *argv, bool *ok)
{
	json_t *answer = NULL;
	char *line = request_line(client, argc, argv), *text = NULL;
	size_t size = 0;
	ssize_t n;

	if (!line) {
		fprintf(stderr, "causewayctl: the words are not UTF-8\n");
		return NULL;
	}
	if (send_all(client->fd, line, strlen(line)) || send_all(client->fd, "\n", 1)) {
		fprintf(stderr, "causewayctl: the daemon is gone\n");
		free(line);
		return NULL;
	}
	free(line);
	line = NULL;
	n = getline(&line, &size, client->in);
	if (n > 0)
		answer = json_loadb(line, (size_t)n, 0, NULL);
	free(line);
	if (!answer) {
		fprintf(stderr, "causewayctl: the daemon closed the connection\n");
		return NULL;
	}
	*ok = json_is_true(json_object_get(answer, "ok"));
	if (json_string_value(json_object_get(answer, "text")))
		text = strdup(json_string_value(json_object_get(answer, "text")));
	json_decref(answer);
	return text;
}

static int client_run(struct client *client, int argc, char *const *argv)
{
	bool ok = false;
	char *text = client_ask(client, argc, argv, &ok);
	size_t n = text ? strlen(text) : 0;

	if (!text)
		return 2;
	fputs(text, ok ? stdout : stderr);
	if (n && text[n - 1] != '\n')
		fputc('\n', ok ? stdout : stderr);
	fflush(stdout);
	free(text);
	return ok ? 0 : 1;
}

/* --- shell --- */

static struct client *shell_client; /* libedit's completion call-back has no argument of ours */

static const char *shell_prompt(EditLine *el)
{
	(void)el;
	return "causeway> ";
}

/* The first word of every line of `help`; those below "show:" complete the second word of show. */
static void learn_words(struct client *client)
{
	static char help[] = "help";
	char *const argv[] = { help };
	bool ok, second = false;
	char *text = client_ask(client, 1, argv, &ok);

	for (char *line = text; line && *line && client->n_words < COMPLETIONS;) {
		char *end = strchrnul(line, '\n');
		char *word = line + strspn(line, " ");
		size_t n = strcspn(word, " \n");

		if (strncmp(word, "show:", 5) == 0) {
			second = true;
		} else if (n) {
			client->second[client->n_words] = second;
			client->words[client->n_words++] = strndup(word, n);
		}
		/* NOLINTNEXTLINE: main frees the words */
		line = *end ? end + 1 : end;
	}
	free(text);
}

static unsigned char shell_complete(EditLine *el, int ch)
{
	const LineInfo *info = el_line(el);
	const char *start = info->cursor;
	const char *match = NULL;
	size_t n, matches = 0;
	bool second;

	(void)ch;
	while (start > info->buffer && start[-1] != ' ')
		start--;
	n = (size_t)(info->cursor - start);
	second = start != info->buffer;
	if (second && strncmp(info->buffer, "show ", 5) != 0)
		return CC_ERROR;
	for (size_t i = 0; i < shell_client->n_words; i++) {
		if (shell_client->second[i] != second ||
		    strncmp(shell_client->words[i], start, n) != 0)
			continue;
		match = shell_client->words[i];
		matches++;
	}
	if (matches != 1 || el_insertstr(el, match + n) || el_insertstr(el, " "))
		return CC_ERROR;
	return CC_REFRESH;
}

static int run_line(struct client *client, const char *line)
{
	Tokenizer *tok = tok_init(NULL);
	const char **argv;
	int argc, status = 0;
	int unquoted = tok_str(tok, line, &argc, &argv);

	if (unquoted || argc > WORDS_MAX) {
		fprintf(stderr, unquoted ? "causewayctl: a quote is not closed\n"
					 : "causewayctl: too many words\n");
		status = 1;
	} else if (argc > 0) {
		char *words[WORDS_MAX];

		for (int i = 0; i < argc; i++)
			words[i] = strdup(argv[i]);
		status = client_run(client, argc, words);
		for (int i = 0; i < argc; i++)
			free(words[i]);
	}
	tok_end(tok);
	return status;
}

static bool is_quit(const char *line)
{
	struct str s = str_trim(str_c(line));

	return str_eq(s, STR("quit")) || str_eq(s, STR("exit"));
}

static int shell(struct client *client)
{
	EditLine *el = el_init("causewayctl", stdin, stdout, stderr);
	History *past = history_init();
	const char *line;
	HistEvent event;
	int n, status = 0;

	shell_client = client;
	learn_words(client);
	history(past, &event, H_SETSIZE, 200);
	el_set(el, EL_PROMPT, shell_prompt);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_SIGNAL, 1);
	el_set(el, EL_HIST, history, past);
	el_set(el, EL_ADDFN, "complete", "complete a word", shell_complete);
	el_set(el, EL_BIND, "^I", "complete", NULL);
	while (status != 2 && (line = el_gets(el, &n)) && n > 0 && !is_quit(line)) {
		if (str_trim(str_c(line)).n == 0)
			continue;
		history(past, &event, H_ENTER, line);
		status = run_line(client, line);
	}
	history_end(past);
	el_end(el);
	return status;
}

/* Lines from a pipe: the same as the shell, without editing. */
static int batch(struct client *client)
{
	char *line = NULL;
	size_t size = 0;
	int status = 0;

	while (status != 2 && getline(&line, &size, stdin) > 0 && !is_quit(line)) {
		int one = run_line(client, line);

		status = one ? one : status;
	}
	free(line);
	return status;
}

static void usage(FILE *out)
{
	fprintf(out,
		"usage: causewayctl [-j] [-s SOCKET] [COMMAND ...]\n"
		"  -s SOCKET  the daemon's control socket (default %s)\n"
		"  -j         answers in JSON\n"
		"Without a command it is a shell. 'causewayctl help' lists the commands.\n",
		DEFAULT_SOCKET);
}

int main(int argc, char **argv)
{
	struct client client = { .fd = -1 };
	const char *path = DEFAULT_SOCKET;
	int opt, err, status;

	while ((opt = getopt(argc, argv, "+hjs:")) != -1) {
		if (opt == 's') {
			path = optarg;
		} else if (opt == 'j') {
			client.json = true;
		} else {
			usage(opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	err = client_connect(&client, path);
	if (err) {
		fprintf(stderr, "causewayctl: %s: %s\n", path, strerror(-err));
		return 2;
	}
	if (optind < argc)
		status = client_run(&client, argc - optind, argv + optind);
	else
		status = isatty(STDIN_FILENO) ? shell(&client) : batch(&client);
	for (size_t i = 0; i < client.n_words; i++)
		free(client.words[i]);
	fclose(client.in);
	close(client.fd);
	return status;
}
