/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * libss7's own ISUP without its MTP: mtp3_transmit and the scheduler of the library are replaced by
 * ours, as it calls them through its PLT, and isup_receive is called where its MTP3 would. The
 * exchange on top does what the library's channel driver does with its events.
 */
#include "tests/peers/libss7_isup.h"

#include <dlfcn.h>
#include <libss7.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEDULES                                                                                  \
	512 /* as many as the library has room for, which it addresses by the same numbers */
#define ITU_LABEL  4  /* Q.704 2.2 */
#define ANSI_LABEL 7  /* T1.111.4 */
#define RANGE	   32 /* circuits of one group message */
#define ORDERS	   64

enum use { USE_NONE, USE_OUT, USE_IN, USE_TALK, USE_RELEASING, USE_RESETTING };

struct line {
	struct isup_call *call; /* borrow: libss7's */
	enum use use;
	bool blocked_here, blocked_there;
};

struct schedule {
	struct timer timer;
	void (*fn)(void *data);
	void *data;
	unsigned next_free;
	bool used;
};

struct mtp2;
struct routing_label;
typedef int receive_fn(struct ss7 *ss7, struct mtp2 *link, struct routing_label *rl,
		       unsigned char *buf, int len);

static struct {
	struct ss7 *ss7;
	/* The library's isup_receive, found by name: our wall around its MTP defines one too. */
	receive_fn *receive;
	struct libss7_isup_conf conf;
	struct line lines[LIBSS7_ISUP_GROUPS][LIBSS7_ISUP_CICS];
	struct schedule *schedules; /* own */
	unsigned first_free;
	/* What the library asked for when it hung a call up: done once it has returned. */
	struct order {
		unsigned dpc;
		int cic, what;
	} orders[ORDERS];
	size_t n_orders;
	size_t records;
	struct libss7_isup_counts counts;
} peer;

/* --- in place of the library's own --- */

struct ss7_msg {
	unsigned char buf[512];
	unsigned int size;
	struct ss7_msg *next;
};

struct routing_label {
	unsigned int type, dpc, opc;
	unsigned char sls;
};

unsigned char *ss7_msg_userpart(struct ss7_msg *m);
void ss7_msg_free(struct ss7_msg *m);
int mtp3_transmit(struct ss7 *ss7, unsigned char userpart, struct routing_label rl, int priority,
		  struct ss7_msg *m, struct mtp2 *link);
int ss7_schedule_event(struct ss7 *ss7, int ms, void (*fn)(void *data), void *data);
void ss7_schedule_del(struct ss7 *ss7, int *id);
void isup_free_all_calls(struct ss7 *ss7);

int mtp3_transmit(struct ss7 *ss7, unsigned char userpart, struct routing_label rl, int priority,
		  struct ss7_msg *m, struct mtp2 *link)
{
	const unsigned char *sif = ss7_msg_userpart(m);
	size_t n = m->size - (size_t)(sif - m->buf);
	size_t label = peer.conf.ansi ? ANSI_LABEL : ITU_LABEL;

	(void)ss7;
	(void)userpart;
	(void)priority;
	(void)link;
	peer.conf.send(peer.conf.arg, rl.dpc - peer.conf.dpc, sif + label, n - label);
	ss7_msg_free(m);
	return 0;
}

static void schedule_free(struct schedule *schedule)
{
	schedule->used = false;
	schedule->next_free = peer.first_free;
	peer.first_free = (unsigned)(schedule - peer.schedules);
}

static void handle_events(void);

static void schedule_expired(struct timer *timer, void *arg)
{
	struct schedule *schedule = arg;
	void (*fn)(void *data) = schedule->fn;
	void *data = schedule->data;

	(void)timer;
	schedule_free(schedule);
	fn(data);
	handle_events();
}

int ss7_schedule_event(struct ss7 *ss7, int ms, void (*fn)(void *data), void *data)
{
	struct schedule *schedule = &peer.schedules[peer.first_free];

	(void)ss7;
	if (peer.first_free == SCHEDULES)
		return -1;
	peer.first_free = schedule->next_free;
	schedule->fn = fn;
	schedule->data = data;
	schedule->used = true;
	timer_start_ms(&schedule->timer, (uint64_t)ms);
	return (int)(schedule - peer.schedules);
}

/* Its ISUP hands over what it has allocated, and frees it when a timer runs out; when it stops one
 * it frees what the library's own scheduler had kept, which is nothing here. */
void ss7_schedule_del(struct ss7 *ss7, int *id)
{
	(void)ss7;
	if (*id >= 0 && peer.schedules[*id].used) {
		timer_stop(&peer.schedules[*id].timer);
		free(peer.schedules[*id].data);
		schedule_free(&peer.schedules[*id]);
	}
	*id = -1;
}

/* --- what the library asks of its user --- */

static struct line *line_of(unsigned dpc, int cic)
{
	unsigned group = dpc - peer.conf.dpc;

	if (group >= LIBSS7_ISUP_GROUPS || cic < 1 || cic >= LIBSS7_ISUP_CICS)
		return NULL;
	return &peer.lines[group][cic];
}

static void forget(struct line *line)
{
	line->call = NULL;
	line->use = USE_NONE;
}

static void say_nothing(struct ss7 *ss7, char *message)
{
	(void)ss7;
	(void)message;
}

static void say_errors(struct ss7 *ss7, char *message)
{
	(void)ss7;
	if (getenv("LIBSS7_TALK"))
		fprintf(stderr, "libss7: %s", message);
}

static void not_in_service(struct ss7 *ss7, int cic, unsigned dpc)
{
	(void)ss7;
	(void)cic;
	(void)dpc;
	peer.counts.unknown++;
}

/* The library ends the circuit's call: it lost a dual seizure, a timer ran out, a message does not
 * fit. */
static int hang_up(struct ss7 *ss7, int cic, unsigned dpc, int cause, int do_hangup)
{
	struct line *line = line_of(dpc, cic);

	(void)ss7;
	(void)cause;
	if (!line)
		return SS7_CIC_NOT_EXISTS;
	if (line->use == USE_NONE)
		return SS7_CIC_IDLE;
	if (peer.n_orders < ORDERS)
		peer.orders[peer.n_orders++] = (struct order){ dpc, cic, do_hangup };
	return SS7_CIC_USED;
}

static void call_gone(struct ss7 *ss7, struct isup_call *call, int lock)
{
	(void)ss7;
	(void)lock;
	for (unsigned group = 0; group < LIBSS7_ISUP_GROUPS; group++)
		for (unsigned cic = 1; cic <= peer.conf.cics; cic++)
			if (peer.lines[group][cic].call == call)
				forget(&peer.lines[group][cic]);
}

/* --- events --- */

static void on_iam(ss7_event_iam *iam)
{
	struct line *line = line_of(iam->opc, iam->cic);

	if (!line)
		return;
	/* Q.764 2.8.2.3: whoever seizes it does not block it any more. */
	line->blocked_there = false;
	line->call = iam->call;
	line->use = USE_IN;
	peer.counts.taken++;
	if (peer.conf.answers)
		(void)libss7_isup_answer(iam->opc - peer.conf.dpc, (unsigned)iam->cic);
}

/* The call record goes away when nothing is awaited on it. */
static void clear(struct line *line, struct isup_call *call)
{
	struct isup_call *left = isup_free_call_if_clear(peer.ss7, call);

	if (line && line->call == call)
		line->call = left;
}

static struct isup_call *call_of(unsigned group, unsigned cic);

/* A reset ends whatever was on the circuit; who reset it has forgotten our blocking. */
static void group_reset(struct line *line, const ss7_event_cicrange *range, int cic, bool by_us)
{
	if (line->call && line->call != range->call)
		isup_free_call(peer.ss7, line->call);
	forget(line);
	line->blocked_there = by_us && range->status[cic - range->startcic];
	if (by_us && line->blocked_here) {
		line->call = call_of(range->opc - peer.conf.dpc, (unsigned)cic);
		isup_blo(peer.ss7, line->call);
	}
}

static void on_group_reset(ss7_event *e)
{
	const ss7_event_cicrange *range = &e->grs;
	unsigned char state[256] = { 0 };

	isup_clear_callflags(peer.ss7, range->call, ISUP_CALL_PENDING | ISUP_CALL_CONNECTED);
	for (int cic = range->startcic; cic <= range->endcic; cic++) {
		struct line *line = line_of(range->opc, cic);

		if (!line)
			continue;
		state[cic - range->startcic] = line->blocked_here;
		group_reset(line, range, cic, e->e == ISUP_EVENT_GRA);
	}
	if (e->e == ISUP_EVENT_GRS)
		isup_gra(peer.ss7, range->call, range->endcic, state);
	clear(line_of(range->opc, range->startcic), range->call);
}

static void on_group_blocking(ss7_event *e)
{
	const ss7_event_cicrange *range = &e->cgb;

	for (int cic = range->startcic; cic <= range->endcic; cic++) {
		struct line *line = line_of(range->opc, cic);

		if (line && range->status[cic - range->startcic])
			line->blocked_there = e->e == ISUP_EVENT_CGB;
	}
	if (e->e == ISUP_EVENT_CGB)
		isup_cgba(peer.ss7, range->call, range->endcic, e->cgb.status);
	else
		isup_cgua(peer.ss7, range->call, range->endcic, e->cgu.status);
	clear(line_of(range->opc, range->startcic), range->call);
}

static void on_release(ss7_event *e)
{
	struct line *line = line_of(e->rel.opc, e->rel.cic);

	isup_rlc(peer.ss7, e->rel.call);
	clear(line, e->rel.call);
	if (!line || line->use == USE_RELEASING || line->use == USE_RESETTING)
		return; /* the answer to our own is awaited */
	if (line->use == USE_OUT)
		peer.counts.failed++;
	line->use = USE_NONE;
}

static void on_reset(ss7_event *e)
{
	struct line *line = line_of(e->rsc.opc, e->rsc.cic);

	/* Q.764 2.9.3.1 c, d */
	if (line && line->blocked_here)
		isup_blo(peer.ss7, e->rsc.call);
	isup_rlc(peer.ss7, e->rsc.call);
	clear(line, e->rsc.call);
	if (!line)
		return;
	line->blocked_there = false;
	line->use = USE_NONE;
}

/* Answers our REL or our RSC; a reset has made the other end forget our blocking. */
static void on_release_complete(ss7_event *e)
{
	struct line *line = line_of(e->rlc.opc, e->rlc.cic);

	if (line && line->blocked_here && e->rlc.got_sent_msg & ISUP_SENT_RSC)
		isup_blo(peer.ss7, e->rlc.call);
	clear(line, e->rlc.call);
	if (line)
		line->use = USE_NONE;
}

static void on_answer(struct line *line)
{
	if (!line || line->use != USE_OUT)
		return;
	line->use = USE_TALK;
	peer.counts.answered++;
}

static void on_blocking(ss7_event *e)
{
	struct line *line = line_of(e->blo.opc, e->blo.cic);

	if (line)
		line->blocked_there = e->e == ISUP_EVENT_BLO;
	if (e->e == ISUP_EVENT_BLO)
		isup_bla(peer.ss7, e->blo.call);
	else
		isup_uba(peer.ss7, e->ubl.call);
	clear(line, e->blo.call);
}

static void on_event(ss7_event *e)
{
	switch (e->e) {
	case ISUP_EVENT_IAM:
		on_iam(&e->iam);
		break;
	case ISUP_EVENT_GRS:
	case ISUP_EVENT_GRA:
		on_group_reset(e);
		break;
	case ISUP_EVENT_CGB:
	case ISUP_EVENT_CGU:
		on_group_blocking(e);
		break;
	case ISUP_EVENT_ANM:
		on_answer(line_of(e->anm.opc, e->anm.cic));
		break;
	case ISUP_EVENT_CON:
		on_answer(line_of(e->con.opc, e->con.cic));
		break;
	case ISUP_EVENT_REL:
		on_release(e);
		break;
	case ISUP_EVENT_RSC:
		on_reset(e);
		break;
	case ISUP_EVENT_RLC:
		on_release_complete(e);
		break;
	case ISUP_EVENT_BLO:
	case ISUP_EVENT_UBL:
		on_blocking(e);
		break;
	case ISUP_EVENT_BLA:
	case ISUP_EVENT_UBA:
		clear(line_of(e->bla.opc, e->bla.cic), e->bla.call);
		break;
	default:
		break;
	}
}

static void reset(struct line *line)
{
	line->use = USE_RESETTING;
	isup_rsc(peer.ss7, line->call);
}

static void carry_out(const struct order *order)
{
	struct line *line = line_of(order->dpc, order->cic);

	if (!line->call)
		return;
	if (line->use == USE_OUT)
		peer.counts.lost++;
	switch (order->what) {
	case SS7_HANGUP_SEND_REL:
		line->use = USE_RELEASING;
		isup_rel(peer.ss7, line->call, 16);
		break;
	case SS7_HANGUP_SEND_RSC:
		reset(line);
		break;
	case SS7_HANGUP_SEND_RLC:
		isup_rlc(peer.ss7, line->call);
		line->use = USE_NONE;
		clear(line, line->call);
		break;
	case SS7_HANGUP_FREE_CALL:
		isup_free_call(peer.ss7, line->call);
		forget(line);
		break;
	case SS7_HANGUP_REEVENT_IAM:
		line->use = USE_NONE;
		isup_clear_callflags(peer.ss7, line->call, ISUP_SENT_IAM | ISUP_PENDING_IAM);
		isup_event_iam(peer.ss7, line->call, (int)order->dpc);
		break;
	default:
		line->use = USE_NONE;
		clear(line, line->call);
		break;
	}
}

static void handle_events(void)
{
	ss7_event *e;

	for (;;) {
		if ((e = ss7_check_event(peer.ss7)))
			on_event(e);
		else if (peer.n_orders)
			carry_out(&peer.orders[--peer.n_orders]);
		else
			break;
	}
}

/* --- public --- */

/* The library's own defaults are 0, which is off. */
static void set_timers(void)
{
	static char names[][8] = { "t1",  "t2",	 "t5",	"t6",  "t7",  "t12", "t13", "t14",
				   "t15", "t16", "t17", "t18", "t19", "t22", "t23" };
	static const int seconds[] = { 15,  180, 300, 30, 25,  15, 300, 15,
				       300, 15,	 300, 15, 300, 15, 300 };

	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		ss7_set_isup_timer(peer.ss7, names[i], seconds[i] * 1000);
}

bool libss7_isup_open(const struct libss7_isup_conf *conf)
{
	memset(&peer, 0, sizeof(peer));
	peer.conf = *conf;
	peer.receive = (receive_fn *)dlsym(RTLD_NEXT, "isup_receive");
	peer.schedules = calloc(SCHEDULES, sizeof(peer.schedules[0]));
	if (!peer.receive || !peer.schedules)
		return false;
	for (unsigned i = 0; i < SCHEDULES; i++) {
		peer.schedules[i].next_free = i + 1;
		if (timer_init(&peer.schedules[i].timer, conf->heap, "libss7", schedule_expired,
			       &peer.schedules[i]))
			return false;
	}
	ss7_set_message(say_nothing);
	ss7_set_error(say_errors);
	ss7_set_notinservice(not_in_service);
	ss7_set_hangup(hang_up);
	ss7_set_call_null(call_gone);
	peer.ss7 = ss7_new(conf->ansi ? SS7_ANSI : SS7_ITU);
	if (!peer.ss7)
		return false;
	ss7_set_pc(peer.ss7, conf->opc);
	ss7_set_network_ind(peer.ss7, SS7_NI_NAT);
	set_timers();
	return true;
}

void libss7_isup_close(void)
{
	isup_free_all_calls(peer.ss7);
	ss7_destroy(peer.ss7);
	for (unsigned i = 0; i < SCHEDULES; i++)
		timer_close(&peer.schedules[i].timer);
	free(peer.schedules);
}

void libss7_isup_in(unsigned group, const uint8_t *octets, size_t n)
{
	struct routing_label rl = { .type = peer.conf.ansi ? SS7_ANSI : SS7_ITU,
				    .dpc = peer.conf.opc,
				    .opc = peer.conf.dpc + group,
				    .sls = octets[0] & 15 };
	unsigned char buf[1024] = { 0 }; /* the size of its MTP2's */

	memcpy(buf, octets, n);
	(void)peer.receive(peer.ss7, NULL, &rl, buf, (int)n);
	handle_events();
}

static struct isup_call *new_call(unsigned group, unsigned cic, bool outgoing)
{
	return isup_new_call(peer.ss7, (int)cic, peer.conf.dpc + group, outgoing);
}

/* Of the call that is there, or of a new record for maintenance: a record that is made as outgoing
 * counts as a seizure. */
static struct isup_call *call_of(unsigned group, unsigned cic)
{
	struct line *line = &peer.lines[group][cic];

	return line->call ? line->call : new_call(group, cic, false);
}

bool libss7_isup_call(unsigned group, unsigned cic, const char *called)
{
	struct line *line = &peer.lines[group][cic];

	if (line->use != USE_NONE || line->blocked_here || line->blocked_there)
		return false;
	if (!line->call)
		line->call = new_call(group, cic, true);
	if (!line->call)
		return false;
	line->use = USE_OUT;
	peer.counts.placed++;
	isup_set_called(line->call, called, SS7_NAI_NATIONAL, peer.ss7);
	isup_set_calling(line->call, "49301111", SS7_NAI_INTERNATIONAL, SS7_PRESENTATION_ALLOWED,
			 SS7_SCREENING_NETWORK_PROVIDED);
	isup_iam(peer.ss7, line->call);
	handle_events();
	return true;
}

bool libss7_isup_answer(unsigned group, unsigned cic)
{
	struct line *line = &peer.lines[group][cic];

	if (line->use != USE_IN)
		return false;
	line->use = USE_TALK;
	isup_acm(peer.ss7, line->call);
	isup_anm(peer.ss7, line->call);
	return true;
}

bool libss7_isup_release(unsigned group, unsigned cic, int cause)
{
	struct line *line = &peer.lines[group][cic];

	if (line->use != USE_OUT && line->use != USE_IN && line->use != USE_TALK)
		return false;
	line->use = USE_RELEASING;
	isup_rel(peer.ss7, line->call, cause);
	return true;
}

bool libss7_isup_block(unsigned group, unsigned cic)
{
	struct line *line = &peer.lines[group][cic];
	struct isup_call *call;

	if (line->blocked_here || !(call = call_of(group, cic)))
		return false;
	line->blocked_here = true;
	isup_blo(peer.ss7, call);
	return true;
}

bool libss7_isup_unblock(unsigned group, unsigned cic)
{
	struct line *line = &peer.lines[group][cic];
	struct isup_call *call;

	if (!line->blocked_here || !(call = call_of(group, cic)))
		return false;
	line->blocked_here = false;
	isup_ubl(peer.ss7, call);
	return true;
}

bool libss7_isup_reset(unsigned group, unsigned cic)
{
	struct line *line = &peer.lines[group][cic];
	struct isup_call *call = call_of(group, cic);

	if (!call)
		return false;
	line->use = USE_RESETTING;
	line->call = call;
	isup_rsc(peer.ss7, call);
	return true;
}

bool libss7_isup_reset_group(unsigned group, unsigned first, unsigned count)
{
	struct isup_call *call;

	if (count < 2 || count > RANGE || !(call = call_of(group, first)))
		return false;
	for (unsigned cic = first; cic < first + count; cic++)
		peer.lines[group][cic].use = USE_RESETTING;
	isup_grs(peer.ss7, call, (int)(first + count - 1));
	return true;
}

bool libss7_isup_idle(unsigned group, unsigned cic)
{
	return peer.lines[group][cic].use == USE_NONE;
}

bool libss7_isup_talking(unsigned group, unsigned cic)
{
	return peer.lines[group][cic].use == USE_TALK;
}

bool libss7_isup_blocked(unsigned group, unsigned cic)
{
	return peer.lines[group][cic].blocked_here || peer.lines[group][cic].blocked_there;
}

static void count_record(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void count_record(int fd, const char *fmt, ...)
{
	(void)fd;
	(void)fmt;
	peer.records++;
}

size_t libss7_isup_records(void)
{
	peer.records = 0;
	isup_show_calls(peer.ss7, count_record, 0);
	return peer.records - 1; /* the heading */
}

struct libss7_isup_counts libss7_isup_counts(void)
{
	return peer.counts;
}
