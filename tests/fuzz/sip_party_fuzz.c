/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Fuzz target: the parties of an INVITE, read by trunks of different rules and written again. What is written reads back to
 * the same. Seeds: tests/vectors/sip/parties.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static struct sip_party_conf confs[] = {
	{ .trusted = true,
	  .diversion = CONF_DIVERSION_BOTH,
	  .user_to_user = true,
	  .trunk_groups = true,
	  .n_priorities = 3,
	  .priorities = { 1, 2, 3 },
	  .country = "49",
	  .area = "30",
	  .national_prefix = "0",
	  .international_prefix = "00",
	  .trunk_context = "gw.example" },
	{ .trusted = true,
	  .identity = CONF_IDENTITY_REMOTE_PARTY,
	  .diversion = CONF_DIVERSION_DIVERSION,
	  .phone_context = "home.example" },
	{ .user_to_user = true },
	{ .diversion = CONF_DIVERSION_BOTH },
};

struct parties {
	struct leg_setup setup;
	struct leg_uui uui;
};

static bool read_parties(const struct sip_party_conf *party, const struct sip_msg *msg,
			 struct parties *p)
{
	const char *why;

	memset(p, 0, sizeof(*p));
	if (sip_party_called(party, &msg->uri, &p->setup) ||
	    sip_party_read(party, msg, "fuzz", &p->setup, &why))
		return false;
	sip_party_uui_read(party, msg, "fuzz", &p->uui);
	return true;
}

/* from: as if it had been the 3xx that sent the call to a second target. */
static size_t write_invite(const struct sip_party_conf *party, const struct parties *p,
			   const struct sip_msg *from, char *text, size_t cap)
{
	char uri[1024], other[] = "sip:other@h";
	char *param = from->contact ? sip_party_history_param(from->contact) : NULL;
	char *first = sip_party_diversion_added(party, from, &p->setup.redirection, NULL, "fuzz");
	char *second = sip_party_diversion_added(party, from, &p->setup.redirection, first, "fuzz");
	struct sip_party_target at[] = {
		{ .uri = uri,
		  .status = 302,
		  .reason = sip_party_history_reason(from, "fuzz"),
		  .below = sip_party_history_below(from, &p->setup.redirection, 1, "fuzz") },
		{ .uri = other, .param = param },
	};
	const struct sip_party_targets targets = { 2, at, second };
	struct sip_writer w;
	struct str message, target;

	sip_write_open(&w, uri, sizeof(uri) - 1);
	sip_party_write_uri(&w, party, &p->setup, STR("h"), 0);
	require(sip_write_close(&w, &target) == 0);
	uri[target.n] = '\0';
	sip_write_open(&w, text, cap);
	sip_write_c(&w, "INVITE ");
	sip_write_str(&w, target);
	sip_write_c(&w, " SIP/2.0");
	sip_write_crlf(&w);
	sip_write_via(&w, SIP_PROTO_UDP, STR("a"), 0, STR("z9hG4bK1"), false);
	sip_write_header(&w, SIP_H_MAX_FORWARDS, STR("70"));
	sip_write_begin(&w, SIP_H_FROM);
	sip_identity_write_from(&w, party, &p->setup, STR("gw"));
	sip_write_c(&w, ";tag=1");
	sip_write_crlf(&w);
	sip_write_header(&w, SIP_H_TO, STR("<sip:x@y>"));
	sip_write_header(&w, SIP_H_CALL_ID, STR("c"));
	sip_write_cseq(&w, 1, STR("INVITE"));
	sip_write_begin(&w, SIP_H_CONTACT);
	sip_write_c(&w, "<sip:");
	sip_party_write_group(&w, party, &p->setup);
	sip_write_c(&w, "gw>");
	sip_write_crlf(&w);
	sip_party_write(&w, party, &p->setup, &targets, STR("gw"));
	sip_party_uui_write(&w, party, p->uui.octets, p->uui.n);
	sip_write_end(&w);
	require(sip_write_close(&w, &message) == 0);
	free(at[0].reason);
	free(at[0].below);
	free(param);
	free(first);
	free(second);
	return message.n;
}

/* What a response says of the history: as much as it has room for. */
static void answer(const struct sip_msg *msg)
{
	char text[16384];
	struct sip_writer w;
	struct str said;

	sip_write_open(&w, text, sizeof(text));
	sip_party_history_answer(&w, msg, STR("gw"), "fuzz");
	require(sip_write_close(&w, &said) == 0);
	require(!said.n || (said.n > 2 && !memcmp(said.p + said.n - 2, "\r\n", 2)));
}

static void same(const struct parties *a, const struct parties *b)
{
	const struct leg_setup *x = &a->setup, *y = &b->setup;

	require(strcmp(x->carrier.digits, y->carrier.digits) == 0);
	require(x->called_subaddress.n == y->called_subaddress.n &&
		memcmp(x->called_subaddress.octets, y->called_subaddress.octets,
		       x->called_subaddress.n) == 0);
	require(x->portability.queried == y->portability.queried);
	require(x->priority.kind == y->priority.kind && x->priority.level == y->priority.level);
	require(a->uui.n == b->uui.n && memcmp(a->uui.octets, b->uui.octets, a->uui.n) == 0);
}

static void round_trip(const struct sip_party_conf *party, const struct parties *p,
		       const struct sip_msg *from)
{
	static char text[SIP_MSG_MAX_OCTETS];
	struct sip_msg *msg = NULL;
	struct parties back;
	size_t n = write_invite(party, p, from, text, sizeof(text));

	require(sip_msg_parse(&msg, text, n, SIP_DATAGRAM) == 0);
	if (party->trusted && read_parties(party, msg, &back))
		same(p, &back);
	sip_msg_free(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct sip_msg *msg = NULL;
	struct parties parties;

	log_set_level(LOG_ERROR);
	if (sip_msg_parse(&msg, octets, n, SIP_DATAGRAM) == 0 && msg->request &&
	    msg->method == SIP_INVITE) {
		answer(msg);
		for (size_t i = 0; i < sizeof(confs) / sizeof(confs[0]); i++)
			if (read_parties(&confs[i], msg, &parties))
				round_trip(&confs[i], &parties, msg);
	}
	sip_msg_free(msg);
	return 0;
}
