/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causeway-exchange: a scripted telephone exchange at the other end of a span. See
 * causeway-exchange(8). */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/exchange/exchange.h"
#include "gw/exchange/trunk.h"

struct program {
	uv_loop_t loop;
	struct exchange *exchange; /* own */
	uv_signal_t signals[4];
};

static void usage(FILE *out)
{
	fputs("usage: causeway-exchange [-n] -c FILE\n"
	      "  -c FILE  configuration\n"
	      "  -n       check it and exit\n",
	      out);
}

static void print_fault(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

static void on_ready(void *arg)
{
	(void)arg;
	puts("ready");
	fflush(stdout);
}

static void on_stopped(void *arg)
{
	struct program *program = arg;

	uv_stop(&program->loop);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct program *program = handle->data;

	if (number == SIGUSR1)
		(void)exchange_trigger(program->exchange, NULL);
	else if (number == SIGHUP)
		log_reopen();
	else
		exchange_stop(program->exchange);
}

static int open_signals(struct program *program)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	int err = 0;

	for (size_t i = 0; i < 4 && !err; i++) {
		program->signals[i].data = program;
		err = uv_signal_init(&program->loop, &program->signals[i]);
		if (!err)
			err = uv_signal_start(&program->signals[i], on_signal, numbers[i]);
	}
	return err;
}

static void close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void print_totals(const struct exchange *exchange)
{
	struct exchange_totals totals = exchange_totals(exchange);

	printf("causeway-exchange: %zu calls, %zu incoming, %zu outgoing, %zu answered\n",
	       totals.incoming + totals.outgoing, totals.incoming, totals.outgoing,
	       totals.answered);
}

/* Takes conf. */
static int serve(struct conf_exchange *conf)
{
	struct program program = { 0 };
	const struct exchange_user user = { .ready = on_ready,
					    .stopped = on_stopped,
					    .arg = &program };
	int err;

	uv_loop_init(&program.loop);
	program.exchange = exchange_open(conf, &user, &program.loop, &err);
	if (!err)
		err = open_signals(&program);
	if (!err) {
		uv_run(&program.loop, UV_RUN_DEFAULT);
		print_totals(program.exchange);
	}
	exchange_close(program.exchange);
	uv_walk(&program.loop, close_handle, NULL);
	while (uv_run(&program.loop, UV_RUN_DEFAULT))
		;
	uv_loop_close(&program.loop);
	return err ? 1 : 0;
}

/* Takes conf. */
static int run(struct conf_exchange *conf)
{
	enum log_level level = LOG_INFO;
	int status;

	(void)log_level_parse(conf->log.level, &level);
	status = log_open(conf->log.file, level, conf->log.queue);
	if (status) {
		fprintf(stderr, "causeway-exchange: %s: %s\n", conf->log.file, strerror(-status));
		conf_exchange_free(conf);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	status = serve(conf);
	log_close();
	if (status)
		fputs("causeway-exchange: not started; the log says why\n", stderr);
	return status;
}

int main(int argc, char **argv)
{
	const char *file = NULL;
	bool check = false;
	struct conf_exchange *conf;
	int opt;

	while ((opt = getopt(argc, argv, "c:hn")) != -1) {
		if (opt == 'c') {
			file = optarg;
		} else if (opt == 'n') {
			check = true;
		} else {
			usage(opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	if (!file || optind < argc) {
		usage(stderr);
		return 2;
	}
	conf = conf_exchange_read(file, trunk_timer_ok, print_fault, NULL);
	if (!conf)
		return 1;
	if (check) {
		conf_exchange_free(conf);
		printf("%s is right\n", file);
		return 0;
	}
	return run(conf);
}
