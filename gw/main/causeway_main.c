/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causeway: the daemon. See causeway(8). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/main/decode.h"
#include "gw/main/detect.h"
#include "gw/main/gateway.h"
#include "gw/main/tones.h"
#include "gw/selftest/causes.h"
#include "gw/selftest/q784.h"

static void usage(FILE *out)
{
	fputs("usage: causeway [-n [-W] | -p] -c FILE\n"
	      "       causeway decode isup|isup-body HEX|- [VARIANT]\n"
	      "       causeway detect\n"
	      "       causeway tones [COUNTRY]\n"
	      "       causeway selftest q784|rfc3398|rfc4497|q1912.5\n"
	      "  -c FILE  configuration\n"
	      "  -n       check it, warn of what will not do what is meant, and exit\n"
	      "  -W       with -n: a warning counts as a fault\n"
	      "  -p       check it, print it in its full form and exit\n"
	      "  decode   show an ISUP message in words: from its CIC on, or the body of a SIP "
	      "message\n"
	      "  detect   list DAHDI spans, print a configuration to begin with, judge "
	      "system.conf\n"
	      "  tones    list the countries whose call-progress tones there are, or those of "
	      "one\n"
	      "  selftest q784  play the ISUP conformance cases of Q.784.1, print each "
	      "with its verdict\n"
	      "  selftest rfc3398, rfc4497 or q1912.5  compare that profile's cause tables with a "
	      "second transcription\n",
	      out);
}

static void print_fault(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

static int print_conf(struct conf *conf)
{
	char *text = conf_print(conf);

	if (text)
		fputs(text, stdout);
	free(text);
	conf_free(conf);
	return text ? 0 : 1;
}

static void print_warning(void *arg, const char *text)
{
	unsigned *warnings = arg;

	++*warnings;
	fprintf(stderr, "%s\n", text);
}

/* What the configuration names is there, too. */
static int check_rest(struct conf *conf)
{
	struct treatments *treatments = treatments_new(conf, print_fault, NULL);

	if (treatments)
		printf("%s is right\n", conf->file);
	treatments_free(treatments);
	conf_free(conf);
	return treatments ? 0 : 1;
}

static int check_only(const char *file, bool strict)
{
	unsigned warnings = 0;
	const struct conf_lint lint = { print_warning, &warnings, gateway_timer_default };
	struct conf *conf = conf_read_linted(file, gateway_timer_ok, print_fault, NULL, &lint);
	int status = conf ? check_rest(conf) : 1;

	return strict && warnings ? 1 : status;
}

static int run(struct conf *conf)
{
	struct gateway gw;
	enum log_level level = LOG_INFO;
	uv_loop_t loop;
	int err;

	(void)log_level_parse(conf->log.level, &level);
	err = log_open(conf->log.file, level, conf->log.queue);
	if (err) {
		fprintf(stderr, "causeway: %s: %s\n", conf->log.file, strerror(-err));
		conf_free(conf);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&loop);
	err = gateway_open(&gw, conf, &loop);
	if (!err)
		uv_run(&loop, UV_RUN_DEFAULT);
	gateway_close(&gw);
	uv_loop_close(&loop);
	log_write(LOG_NOTICE, "causeway", "stopped");
	log_close();
	return err ? 1 : 0;
}

/* Only the verdicts are wanted, not what the cases make the signalling log. */
static int selftest(const char *which)
{
	size_t failed;
	bool q784 = strcmp(which, "q784") == 0;

	if (!q784 && !causes_known(which)) {
		fprintf(stderr,
			"causeway: no selftest \"%s\"; there are q784, rfc3398, rfc4497 and "
			"q1912.5\n",
			which);
		return 2;
	}
	if (log_open("/dev/null", LOG_ERROR, 16))
		return 1;
	failed = q784 ? q784_print(stdout) : causes_print(which, stdout);
	log_close();
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *file = NULL;
	bool check = false, print = false, strict = false;
	struct conf *conf;
	int opt;

	if (argc >= 2 && strcmp(argv[1], "decode") == 0)
		return decode_run(argc - 2, (const char *const *)argv + 2, stdin, stdout, stderr);
	if (argc == 2 && strcmp(argv[1], "detect") == 0)
		return detect_run(stdout);
	if ((argc == 2 || argc == 3) && strcmp(argv[1], "tones") == 0)
		return tones_run(stdout, argv[2]);
	if (argc == 3 && strcmp(argv[1], "selftest") == 0)
		return selftest(argv[2]);
	while ((opt = getopt(argc, argv, "c:hnpW")) != -1) {
		if (opt == 'c') {
			file = optarg;
		} else if (opt == 'n') {
			check = true;
		} else if (opt == 'W') {
			strict = true;
		} else if (opt == 'p') {
			print = true;
		} else {
			usage(opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	if (!file || optind < argc || (strict && !check)) {
		usage(stderr);
		return 2;
	}
	if (check && !print)
		return check_only(file, strict);
	conf = conf_read(file, gateway_timer_ok, print_fault, NULL);
	if (!conf)
		return 1;
	return print ? print_conf(conf) : run(conf);
}
