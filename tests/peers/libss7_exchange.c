/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * libss7's own ISUP as the exchange at the other end of a virtual span, through its public API
 * only: a peer that none of our ISUP code is in.
 *
 * usage: libss7_exchange CABLE OPC DPC FIRST_CIC LAST_CIC [ansi]
 * It connects to the cable (E1, link in timeslot 16; ansi: T1, timeslot 24, T1.113), resets its circuits, answers every IAM with
 * ACM and ANM and every REL with RLC. Commands on standard input: "call CIC CALLED CALLING",
 * "release CIC CAUSE", "quit". Every event is a line on standard output: "up", "ready", "IAM 1
 * called 0301 calling 49", "ACM 1", "ANM 1", "REL 1 cause 16", "RLC 1", ...
 */
#include <errno.h>
#include <fcntl.h>
#include <libss7.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "gw/base/str.h"
#include "tdm/span.h"

#define CIC_MAX 64

static struct {
	struct ss7 *ss7;
	struct tdm_span *span;
	int fd;
	unsigned opc, dpc;
	int first, last;
	struct isup_call *calls[CIC_MAX];
	bool quit;
} peer;

static void say_nothing(struct ss7 *ss7, char *message)
{
	(void)ss7;
	if (getenv("LIBSS7_TALK"))
		fprintf(stderr, "libss7: %s", message);
}

static void circuit_lost(struct ss7 *ss7, int cic, unsigned int dpc)
{
	(void)ss7;
	(void)dpc;
	printf("not-in-service %d\n", cic);
}

static int hang_up(struct ss7 *ss7, int cic, unsigned int dpc, int cause, int do_hangup)
{
	(void)ss7;
	(void)dpc;
	(void)cause;
	(void)do_hangup;
	if (cic >= 0 && cic < CIC_MAX && peer.calls[cic]) {
		peer.calls[cic] = NULL;
		return SS7_CIC_USED;
	}
	return SS7_CIC_IDLE;
}

static void call_forgotten(struct ss7 *ss7, struct isup_call *call, int lock)
{
	(void)ss7;
	(void)lock;
	for (int i = 0; i < CIC_MAX; i++)
		if (peer.calls[i] == call)
			peer.calls[i] = NULL;
}

static void reset_circuits(void)
{
	struct isup_call *call = isup_new_call(peer.ss7, peer.first, peer.dpc, 1);

	if (call)
		isup_grs(peer.ss7, call, peer.last);
}

static void keep(int cic, struct isup_call *call)
{
	if (cic >= 0 && cic < CIC_MAX)
		peer.calls[cic] = call;
}

static void on_iam(ss7_event_iam *iam)
{
	printf("IAM %d called %s calling %s\n", iam->cic, iam->called_party_num,
	       iam->calling_party_num);
	keep(iam->cic, iam->call);
	isup_acm(peer.ss7, iam->call);
	isup_anm(peer.ss7, iam->call);
}

static void on_group(ss7_event *e)
{
	unsigned char state[CIC_MAX] = { 0 };

	switch (e->e) {
	case ISUP_EVENT_GRS:
		printf("GRS %d-%d\n", e->grs.startcic, e->grs.endcic);
		isup_gra(peer.ss7, e->grs.call, e->grs.endcic, state);
		isup_free_call_if_clear(peer.ss7, e->grs.call);
		break;
	case ISUP_EVENT_GRA:
		printf("GRA %d-%d\nready\n", e->gra.startcic, e->gra.endcic);
		/* In ANSI it sends two, and awaits an answer to each. */
		if (!(e->gra.got_sent_msg & ISUP_SENT_GRS2))
			isup_free_call(peer.ss7, e->gra.call);
		break;
	case ISUP_EVENT_CGB:
		printf("CGB %d-%d\n", e->cgb.startcic, e->cgb.endcic);
		isup_cgba(peer.ss7, e->cgb.call, e->cgb.endcic, e->cgb.status);
		isup_free_call_if_clear(peer.ss7, e->cgb.call);
		break;
	case ISUP_EVENT_CGU:
		printf("CGU %d-%d\n", e->cgu.startcic, e->cgu.endcic);
		isup_cgua(peer.ss7, e->cgu.call, e->cgu.endcic, e->cgu.status);
		isup_free_call_if_clear(peer.ss7, e->cgu.call);
		break;
	}
}

static void on_circuit(ss7_event *e)
{
	switch (e->e) {
	case ISUP_EVENT_RSC:
		printf("RSC %d\n", e->rsc.cic);
		isup_rlc(peer.ss7, e->rsc.call);
		keep(e->rsc.cic, NULL);
		break;
	case ISUP_EVENT_REL:
		printf("REL %d cause %d\n", e->rel.cic, e->rel.cause);
		isup_rlc(peer.ss7, e->rel.call);
		keep(e->rel.cic, NULL);
		break;
	case ISUP_EVENT_RLC:
		printf("RLC %d\n", e->rlc.cic);
		isup_free_call_if_clear(peer.ss7, e->rlc.call);
		keep(e->rlc.cic, NULL);
		break;
	case ISUP_EVENT_BLO:
		printf("BLO %d\n", e->blo.cic);
		isup_bla(peer.ss7, e->blo.call);
		break;
	case ISUP_EVENT_UBL:
		printf("UBL %d\n", e->ubl.cic);
		isup_uba(peer.ss7, e->ubl.call);
		break;
	case ISUP_EVENT_ACM:
		printf("ACM %d\n", e->acm.cic);
		break;
	case ISUP_EVENT_CPG:
		printf("CPG %d\n", e->cpg.cic);
		break;
	case ISUP_EVENT_ANM:
		printf("ANM %d\n", e->anm.cic);
		break;
	case ISUP_EVENT_CON:
		printf("CON %d\n", e->con.cic);
		break;
	default:
		printf("event %d\n", e->e);
		break;
	}
}

static void on_event(ss7_event *e)
{
	switch (e->e) {
	case SS7_EVENT_UP:
		printf("up\n");
		reset_circuits();
		break;
	case SS7_EVENT_DOWN:
		printf("down\n");
		break;
	case MTP2_LINK_UP:
	case MTP2_LINK_DOWN:
		break;
	case ISUP_EVENT_IAM:
		on_iam(&e->iam);
		break;
	case ISUP_EVENT_GRS:
	case ISUP_EVENT_GRA:
	case ISUP_EVENT_CGB:
	case ISUP_EVENT_CGU:
		on_group(e);
		break;
	default:
		on_circuit(e);
		break;
	}
	fflush(stdout);
}

static void place_call(int cic, const char *called, const char *calling)
{
	struct isup_call *call = isup_new_call(peer.ss7, cic, peer.dpc, 1);

	if (!call) {
		printf("no call\n");
		return;
	}
	keep(cic, call);
	isup_set_called(call, called, SS7_NAI_NATIONAL, peer.ss7);
	isup_set_calling(call, calling, SS7_NAI_INTERNATIONAL, SS7_PRESENTATION_ALLOWED,
			 SS7_SCREENING_NETWORK_PROVIDED);
	isup_iam(peer.ss7, call);
}

static int number(const char *text)
{
	uint64_t value;

	return text && !str_to_u64(str_c(text), (1 << 24) - 1, &value) ? (int)value : -1;
}

static void command(char *line)
{
	char *save, *verb = strtok_r(line, " \n", &save);
	char *a = strtok_r(NULL, " \n", &save), *b = strtok_r(NULL, " \n", &save),
	     *c = strtok_r(NULL, " \n", &save);
	int cic = number(a);

	if (verb && strcmp(verb, "quit") == 0)
		peer.quit = true;
	else if (verb && strcmp(verb, "call") == 0 && cic >= 0 && c)
		place_call(cic, b, c);
	else if (verb && strcmp(verb, "release") == 0 && cic >= 0 && cic < CIC_MAX &&
		 peer.calls[cic])
		isup_rel(peer.ss7, peer.calls[cic], number(b));
	else
		printf("what?\n");
	fflush(stdout);
}

static void set_timers(void)
{
	static char names[][8] = { "t1", "t5", "t7", "t16", "t17", "t22", "t23" };
	static const int ms[] = { 15000, 300000, 25000, 15000, 300000, 15000, 300000 };

	for (size_t i = 0; i < sizeof(ms) / sizeof(ms[0]); i++)
		ss7_set_isup_timer(peer.ss7, names[i], ms[i]);
}

static int wait_ms(void)
{
	struct timeval *next = ss7_schedule_next(peer.ss7), now;
	long ms = 1000;

	if (next) {
		gettimeofday(&now, NULL);
		ms = (next->tv_sec - now.tv_sec) * 1000 + (next->tv_usec - now.tv_usec) / 1000;
	}
	return ms < 0 ? 0 : ms > 1000 ? 1000 : (int)ms;
}

static void loop(void)
{
	char line[256];

	while (!peer.quit) {
		struct pollfd fds[2] = { { .fd = peer.fd,
					   .events = (short)ss7_pollflags(peer.ss7, peer.fd) },
					 { .fd = STDIN_FILENO, .events = POLLIN } };
		ss7_event *e;

		poll(fds, 2, wait_ms());
		ss7_schedule_run(peer.ss7);
		if (fds[0].revents & POLLIN)
			ss7_read(peer.ss7, peer.fd);
		if (fds[0].revents & POLLOUT)
			ss7_write(peer.ss7, peer.fd);
		while ((e = ss7_check_event(peer.ss7)))
			on_event(e);
		if (fds[1].revents & (POLLIN | POLLHUP)) {
			if (fgets(line, sizeof(line), stdin))
				command(line);
			else
				peer.quit = true;
		}
	}
}

int main(int argc, char **argv)
{
	struct tdm_span_conf conf = {
		.name = "peer", .framing = TDM_E1, .law = TDM_ALAW, .chunk_ms = 5
	};

	bool ansi = argc == 7 && strcmp(argv[6], "ansi") == 0;

	if (argc != 6 && !ansi) {
		fprintf(stderr, "usage: libss7_exchange CABLE OPC DPC FIRST_CIC LAST_CIC [ansi]\n");
		return 2;
	}
	setvbuf(stdin, NULL, _IONBF, 0);
	conf.cable = argv[1];
	conf.framing = ansi ? TDM_T1 : TDM_E1;
	conf.law = ansi ? TDM_ULAW : TDM_ALAW;
	peer.opc = (unsigned)number(argv[2]);
	peer.dpc = (unsigned)number(argv[3]);
	peer.first = number(argv[4]);
	peer.last = number(argv[5]);
	if (tdm_span_open(&peer.span, "virtual", &conf))
		return 1;
	peer.fd = tdm_span_signalling(peer.span, ansi ? 24 : 16);
	peer.ss7 = ss7_new(ansi ? SS7_ANSI : SS7_ITU);
	ss7_set_message(say_nothing);
	ss7_set_error(say_nothing);
	ss7_set_notinservice(circuit_lost);
	ss7_set_hangup(hang_up);
	ss7_set_call_null(call_forgotten);
	ss7_set_pc(peer.ss7, peer.opc);
	ss7_set_network_ind(peer.ss7, SS7_NI_NAT);
	set_timers();
	if (peer.fd < 0 || ss7_add_link(peer.ss7, SS7_TRANSPORT_DAHDIDCHAN, peer.fd, 0, peer.dpc))
		return 1;
	ss7_start(peer.ss7);
	loop();
	tdm_span_close(peer.span);
	return 0;
}
