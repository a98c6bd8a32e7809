/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * libss7's MTP2 and MTP3 behind mtp.h. The library has no MTP-TRANSFER of its own, so this file,
 * and no other, uses entry points that its header does not declare, and takes the place of five
 * that it calls through its PLT:
 *
 *  isup_receive         every ISUP MSU comes here: libss7's own ISUP never sees an octet from outside
 *  ss7_schedule_event   its scheduler (wall clock, 512 slots, linear) is replaced by our timer heap
 *  ss7_schedule_del     on the monotonic clock
 *  update_txbuf         the library frees acknowledged MSUs but leaves retransmit_pos on them: moved
 *                       to what is left
 *  mtp2_dump            its debug output, silent here, tells of every signal unit received and sent
 *
 * It needs the library's private structures; libss7_mtp_check proves before the first use that they
 * are what they are here. What the library's MTP lacks stays lacking: PAUSE and RESUME follow the
 * linkset as a whole, STATUS never comes, there is no SUERM (a line without a good signal unit for
 * SILENCE_MS is realigned instead), and one object is one link to one adjacent point. Where the
 * driver repeats signal units and drops repeated ones (libss7_mtp_conf.repeats), silence says
 * nothing, and a dead peer shows by MTP2's T7 and the signalling link test (Q.707).
 */
#include "isup/mtp/libss7_mtp.h"

#include <dlfcn.h>
#include <errno.h>
#include <libss7.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/base/trace.h"
#include "isup/mtp/libss7_private.h"

#define KNOWN_VERSION "2.0.0"
#define SCHEDULES_MAX                                                                              \
	64 /* a link runs at most its 5 MTP2 and 32 MTP3 timers and a few of its adjacent point */
#define TRANSMIT_MAX	400  /* MSUs waiting: some 2 s of a 64 kbit/s link */
#define SILENCE_MS	2000 /* without a good signal unit while in service */
#define READS_PER_EVENT 16
#define SU_HEAD		3 /* BSN, FSN, LI */
#define LI_MAX		63
#define H0_TRANSFER	4 /* TFP, TFR, TFA and others: Q.704 15.5 */
#define SI_MANAGEMENT	0
#define SI_NONE		15 /* T1.111.4: of no user part */

static struct counter bad_units =
	COUNTER_INIT("causeway_mtp2_bad_units_total",
		     "Signal units whose length indicator or contents are impossible");
static struct counter silences =
	COUNTER_INIT("causeway_mtp2_silences_total", "Links realigned because no signal unit came");

static struct counter routes_kept = COUNTER_INIT("causeway_mtp3_route_messages_total",
						 "ANSI route messages that are not acted on");

struct wall;

struct schedule {
	struct timer timer;
	struct wall *wall; /* borrow */
	void (*fn)(void *data);
	void *data;
	int id; /* as libss7 knows it; 0: free */
};

struct wall {
	struct mtp mtp; /* first */
	struct wall *next;
	struct libss7_mtp_conf conf;
	char name[40];
	struct ss7 *ss7;	 /* own */
	struct mtp2 *link;	 /* own, through ss7 */
	struct timer_heap *heap; /* borrow */
	uv_poll_t *poll;	 /* own: freed by its close call-back; NULL in the self check */
	int polled;		 /* UV_ events waited for */
	struct schedule schedules[SCHEDULES_MAX];
	int last_id; /* never given twice: libss7 also deletes timers that expired long ago */
	struct timer silence;
	struct mtp_link_info info;
	bool stopped;			/* for good */
	bool resumed;			/* the user was told that the adjacent point is available */
	unsigned isup_messages, dumped; /* for the self check */
};

static struct wall *walls;

static struct wall *wall_of(const struct ss7 *ss7)
{
	struct wall *wall = walls;

	while (wall && wall->ss7 != ss7)
		wall = wall->next;
	return wall;
}

/* --- state --- */

static enum mtp_link_state link_state(const struct wall *wall)
{
	const struct mtp2 *link = wall->link;

	if (wall->stopped)
		return MTP_LINK_DOWN;
	if (link->state == LIBSS7_STATE_ALARM)
		return MTP_LINK_FAILED;
	if (link->state != LIBSS7_STATE_INSERVICE)
		return MTP_LINK_ALIGNING;
	return MTP_LINK_IN_SERVICE;
}

static void follow_link(struct wall *wall)
{
	enum mtp_link_state state = link_state(wall);

	if (state == wall->info.state)
		return;
	log_write(LOG_NOTICE, wall->name, "link %d %s -> %s", wall->link->slc,
		  mtp_link_state_name(wall->info.state), mtp_link_state_name(state));
	wall->info.state = state;
	wall->info.since_us = timer_heap_now_us(wall->heap);
	if (state == MTP_LINK_IN_SERVICE && !wall->conf.repeats)
		timer_start_ms(&wall->silence, SILENCE_MS);
	else
		timer_stop(&wall->silence);
}

static void on_poll(uv_poll_t *poll, int status, int events);

/*
 * A line that repeats the last signal unit can always be written to: only what is new is a reason.
 * Elsewhere every buffer that comes free wants a signal unit.
 */
static void poll_follow(struct wall *wall)
{
	int events = UV_READABLE | UV_PRIORITIZED;

	if (!wall->poll || uv_is_closing((const uv_handle_t *)wall->poll))
		return;
	if (!wall->conf.repeats || ss7_pollflags(wall->ss7, wall->conf.fd) & POLLOUT)
		events |= UV_WRITABLE;
	if (events == wall->polled)
		return;
	wall->polled = events;
	(void)uv_poll_start(wall->poll, events, on_poll);
}

/* Tells the user what became of the adjacent point since the last look. */
static void follow(struct wall *wall)
{
	char point[MTP_POINT_MAX];
	bool up;

	while (ss7_check_event(wall->ss7))
		;
	follow_link(wall);
	poll_follow(wall);
	up = wall->link->adj_sp->state == LIBSS7_MTP3_UP;
	if (up == wall->resumed)
		return;
	wall->resumed = up;
	log_write(LOG_NOTICE, wall->name, "point code %s %s",
		  mtp_point_print(wall->mtp.ansi, wall->conf.adjacent, point),
		  up ? "available" : "not available");
	if (up && wall->mtp.user.resume)
		wall->mtp.user.resume(wall->mtp.user.arg, wall->conf.adjacent);
	else if (!up && wall->mtp.user.pause)
		wall->mtp.user.pause(wall->mtp.user.arg, wall->conf.adjacent);
}

/* --- entry points in place of libss7's own --- */

int isup_receive(struct ss7 *ss7, struct mtp2 *link, struct routing_label *rl, unsigned char *buf,
		 int len)
{
	struct wall *wall = wall_of(ss7);

	(void)link;
	if (!wall || len <= 0)
		return 0;
	wall->isup_messages++;
	follow(wall);
	if (wall->mtp.user.transfer)
		wall->mtp.user.transfer(wall->mtp.user.arg, rl->opc, rl->dpc, rl->sls, buf,
					(size_t)len);
	return 0;
}

static void schedule_expired(struct timer *timer, void *arg)
{
	struct schedule *schedule = arg;

	(void)timer;
	schedule->id = 0;
	schedule->fn(schedule->data);
	follow(schedule->wall);
}

static struct schedule *schedule_find(struct wall *wall, int id)
{
	for (size_t i = 0; i < SCHEDULES_MAX; i++)
		if (wall->schedules[i].id == id)
			return &wall->schedules[i];
	return NULL;
}

int ss7_schedule_event(struct ss7 *ss7, int ms, void (*fn)(void *data), void *data)
{
	struct wall *wall = wall_of(ss7);
	struct schedule *schedule = wall ? schedule_find(wall, 0) : NULL;

	if (!schedule) {
		log_write(LOG_ERROR, wall ? wall->name : "mtp",
			  "libss7 asks for more timers than a link has");
		return -1;
	}
	schedule->id = ++wall->last_id;
	schedule->fn = fn;
	schedule->data = data;
	timer_start_ms(&schedule->timer, ms > 0 ? (uint64_t)ms : 0);
	return schedule->id;
}

void ss7_schedule_del(struct ss7 *ss7, int *id)
{
	struct wall *wall = wall_of(ss7);
	struct schedule *schedule = wall && *id > 0 ? schedule_find(wall, *id) : NULL;

	if (schedule) {
		timer_stop(&schedule->timer);
		schedule->id = 0;
	}
	*id = -1;
}

static bool in_list(const struct ss7_msg *list, const struct ss7_msg *msg)
{
	while (list && list != msg)
		list = list->next;
	return list != NULL;
}

static struct ss7_msg *oldest(struct ss7_msg *list)
{
	while (list && list->next)
		list = list->next;
	return list;
}

void update_txbuf(struct mtp2 *link, struct ss7_msg **buf, unsigned char upto)
{
	typedef void update_fn(struct mtp2 *, struct ss7_msg **, unsigned char);
	static update_fn *original;
	struct wall *wall = link ? wall_of(link->master) : NULL;

	if (!original) {
		void *symbol = dlsym(RTLD_NEXT, "update_txbuf");

		memcpy(&original, &symbol, sizeof(original));
	}
	original(link, buf, upto);
	if (!wall || buf != &link->tx_buf || !link->retransmit_pos)
		return;
	/* in_list compares addresses only: what was freed is not read. */
	if (in_list(link->tx_buf, link->retransmit_pos))
		return;
	link->retransmit_pos = oldest(link->tx_buf);
	wall->info.repairs++;
}

void mtp2_dump(struct mtp2 *link, char prefix, unsigned char *buf, int len)
{
	struct wall *wall = wall_of(link->master);
	bool sent = prefix == '>';

	if (!wall || len < SU_HEAD)
		return;
	wall->dumped++;
	if ((buf[2] & LI_MAX) > 2) {
		*(sent ? &wall->info.msu_out : &wall->info.msu_in) += 1;
		*(sent ? &wall->info.octets_out : &wall->info.octets_in) += (uint64_t)len;
	}
	if (trace_wanted(TRACE_MTP2)) {
		struct trace_event event = { .kind = TRACE_MTP2,
					     .peer = wall->name,
					     .sent = sent,
					     .octets = buf,
					     .n_octets = (size_t)len };
		trace_emit(&event);
	}
}

/* --- descriptor --- */

/* The library compares the length indicator with nothing: whatever it would read past the end stops
 * here. */
static bool unit_is_sound(const struct wall *wall, const uint8_t *unit, size_t n)
{
	size_t label = mtp_label_octets(wall->mtp.ansi);
	size_t li = n >= SU_HEAD ? (unit[2] & LI_MAX) : 0;
	size_t octets = n - SU_HEAD;

	if (n < SU_HEAD || (li < LI_MAX ? octets != li : octets < LI_MAX))
		return false;
	if (li <= 2)
		return true;
	/* SIO, routing label, and at least the heading code of a management message */
	return octets >= 1 + label + 1 && octets <= 1 + MTP_SIF_MAX;
}

static void events_fetch(struct wall *wall)
{
	if (wall->conf.events)
		wall->conf.events(wall->conf.arg);
}

/*
 * The library cuts an ANSI point code of a route message to 16 bits, and asks about that route with
 * two octets for ever. One link leads to one adjacent point here: it is told of no other route.
 */
static void keep_routes(const struct wall *wall, uint8_t *unit)
{
	uint8_t *sio = &unit[SU_HEAD];

	if (!wall->mtp.ansi || (unit[2] & LI_MAX) <= 2 || (*sio & 15) != SI_MANAGEMENT ||
	    (sio[1 + mtp_label_octets(true)] & 15) != H0_TRANSFER)
		return;
	counter_add(&routes_kept, 1);
	log_write(LOG_NOTICE, wall->name, "route message 0x%02x is not acted on",
		  sio[1 + mtp_label_octets(true)]);
	*sio |= SI_NONE;
}

static void receive(struct wall *wall)
{
	uint8_t unit[1024];

	for (unsigned i = 0; i < READS_PER_EVENT; i++) {
		ssize_t n = read(wall->conf.fd, unit, sizeof(unit));

		if (n <= 0)
			return;
		if (n < 2 + SU_HEAD || !unit_is_sound(wall, unit, (size_t)n - 2)) {
			counter_add(&bad_units, 1);
			wall->info.su_errors++;
			log_write(LOG_DEBUG, wall->name,
				  "signal unit of %zd octets with length indicator %u dropped", n,
				  n > 2 ? unit[2] & LI_MAX : 0);
			continue;
		}
		memset(unit + n, 0, sizeof(unit) - (size_t)n);
		keep_routes(wall, unit);
		if (timer_running(&wall->silence))
			timer_start_ms(&wall->silence, SILENCE_MS);
		(void)mtp2_receive(wall->link, unit, (int)n);
		follow(wall);
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct wall *wall = poll->data;

	if (status < 0) {
		log_write(LOG_ERROR, wall->name, "signalling timeslot: %s", uv_strerror(status));
		uv_poll_stop(poll);
		return;
	}
	/* While an event waits, nothing can be read or written. */
	if (events & UV_PRIORITIZED)
		events_fetch(wall);
	if (events & UV_READABLE)
		receive(wall);
	if (events & UV_WRITABLE) {
		(void)mtp2_transmit(wall->link);
		poll_follow(wall);
	}
}

static void silence_expired(struct timer *timer, void *arg)
{
	struct wall *wall = arg;

	(void)timer;
	counter_add(&silences, 1);
	log_write(LOG_WARNING, wall->name, "no signal unit for %d ms; realigning", SILENCE_MS);
	(void)mtp2_stop(wall->link);
	follow(wall);
}

/* An alarm makes the library forget its MTP2 timers without stopping them; one would later take the
 * new link down. */
static void stop_mtp2_timers(struct wall *wall)
{
	struct mtp2 *link = wall->link;
	int *const timers[] = { &link->t1, &link->t2, &link->t3, &link->t4, &link->t7 };

	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		ss7_schedule_del(wall->ss7, timers[i]);
}

static void out_of_service(struct wall *wall)
{
	stop_mtp2_timers(wall);
	ss7_link_alarm(wall->ss7, wall->conf.fd);
	/* Q.703 clause 10: a link out of service sends SIOS. The library goes on with what it sent
	 * last, and the other end would hold the link for good. */
	wall->link->autotxsutype = LIBSS7_SIOS;
	wall->link->flags |= LIBSS7_FLAG_WRITE;
}

/* --- mtp_ops --- */

static bool wall_available(const struct mtp *mtp, uint32_t dpc)
{
	const struct wall *wall = (const struct wall *)mtp;

	(void)dpc; /* every destination lies behind the one adjacent point */
	return wall->link->adj_sp->state == LIBSS7_MTP3_UP;
}

static int wall_transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
			 const uint8_t *octets, size_t n)
{
	struct wall *wall = (struct wall *)mtp;
	const bool ansi = mtp->ansi;
	struct routing_label rl = { .type = ansi ? SS7_ANSI : SS7_ITU,
				    .dpc = dpc,
				    .opc = opc,
				    .sls = (unsigned char)(sls & (ansi ? 0xff : 0x0f)) };
	struct ss7_msg *msg;
	unsigned char *sif;
	int err;

	if (len_buf(wall->link->tx_q) >= TRANSMIT_MAX)
		return -EAGAIN;
	msg = ss7_msg_new();
	if (!msg)
		return -ENOMEM;
	sif = ss7_msg_userpart(msg);
	(void)set_routinglabel(sif, &rl);
	memcpy(sif + mtp_label_octets(ansi), octets, n);
	ss7_msg_userpart_len(msg, (int)(n + mtp_label_octets(ansi)));
	/* mtp3_transmit takes the message, also when it fails. */
	err = mtp3_transmit(wall->ss7, MTP_SI_ISUP, rl, (int)mtp_priority(sls), msg, NULL) < 0
		      ? -ENETUNREACH
		      : 0;
	poll_follow(wall);
	return err;
}

static size_t wall_links(const struct mtp *mtp, struct mtp_link_info *info, size_t cap)
{
	const struct wall *wall = (const struct wall *)mtp;

	if (cap)
		info[0] = wall->info;
	return cap ? 1 : 0;
}

/* mtp2_stop would align the link again at once. What waits to be sent goes before the SIOS. */
static void wall_stop(struct mtp *mtp)
{
	struct wall *wall = (struct wall *)mtp;

	wall->stopped = true;
	if (wall->link->state != LIBSS7_STATE_ALARM)
		out_of_service(wall);
	follow(wall);
}

static void poll_closed(uv_handle_t *handle)
{
	free(handle);
}

/* ss7_destroy forgets links and adjacent points (its loops never run). */
static void destroy_ss7(struct wall *wall)
{
	struct mtp2 *link = wall->link;

	if (link) {
		flush_bufs(link);
		mtp3_free_co(link);
		mtp3_destroy_all_routes(link->adj_sp);
		free(link->adj_sp);
		free(link);
	}
	ss7_destroy(wall->ss7);
}

static void wall_free(struct mtp *mtp)
{
	struct wall *wall = (struct wall *)mtp;
	struct wall **at = &walls;

	if (wall->poll) {
		uv_poll_stop(wall->poll);
		uv_close((uv_handle_t *)wall->poll, poll_closed);
	}
	if (wall->ss7)
		destroy_ss7(wall);
	timer_close(&wall->silence);
	for (size_t i = 0; i < SCHEDULES_MAX; i++)
		timer_close(&wall->schedules[i].timer);
	while (*at && *at != wall)
		at = &(*at)->next;
	if (*at)
		*at = wall->next;
	free(wall);
}

static const struct mtp_ops wall_ops = {
	.type = "libss7",
	.transfer = wall_transfer,
	.stop = wall_stop,
	.free = wall_free,
	.links = wall_links,
	.available = wall_available,
};

/* --- opening --- */

/* Q.704 16.8 and Q.707 5.5; the library starts with every one of them off. */
static const struct {
	char name[8];
	int ms;
} mtp3_timers[] = {
	{ "t1", 800 },	 { "t2", 1400 },   { "t3", 800 },    { "t4", 800 },	{ "t5", 800 },
	{ "t6", 800 },	 { "t7", 1500 },   { "t10", 45000 }, { "t12", 1200 },	{ "t13", 1200 },
	{ "t14", 2500 }, { "t19", 68000 }, { "t21", 64000 }, { "t22", 200000 }, { "t23", 200000 },
};

static void set_mtp3_timer(struct ss7 *ss7, const char name[8], int ms)
{
	char text[12];

	snprintf(text, sizeof(text), "%.8s", name);
	(void)ss7_set_mtp3_timer(ss7, text, ms);
}

static void libss7_message(struct ss7 *ss7, char *message)
{
	const struct wall *wall = wall_of(ss7);
	struct str line = str_trim(str_c(message));

	if (line.n)
		log_write(LOG_DEBUG, wall ? wall->name : "libss7", "%.*s", STR_FMT(line));
}

static void ignore_circuit(struct ss7 *ss7, int cic, unsigned int dpc)
{
	(void)ss7;
	(void)cic;
	(void)dpc;
}

static int ignore_hangup(struct ss7 *ss7, int cic, unsigned int dpc, int cause, int do_hangup)
{
	(void)ss7;
	(void)cic;
	(void)dpc;
	(void)cause;
	(void)do_hangup;
	return SS7_CIC_NOT_EXISTS;
}

static void ignore_call(struct ss7 *ss7, struct isup_call *call, int lock)
{
	(void)ss7;
	(void)call;
	(void)lock;
}

static int wall_start(struct wall *wall)
{
	wall->ss7 = ss7_new(wall->mtp.ansi ? SS7_ANSI : SS7_ITU);
	if (!wall->ss7)
		return -ENOMEM;
	ss7_set_message(libss7_message);
	ss7_set_error(libss7_message);
	ss7_set_notinservice(ignore_circuit);
	ss7_set_hangup(ignore_hangup);
	ss7_set_call_null(ignore_call);
	(void)ss7_set_pc(wall->ss7, wall->conf.opc);
	(void)ss7_set_network_ind(wall->ss7, wall->conf.network);
	for (size_t i = 0; i < sizeof(mtp3_timers) / sizeof(mtp3_timers[0]); i++)
		set_mtp3_timer(wall->ss7, mtp3_timers[i].name, mtp3_timers[i].ms);
	set_mtp3_timer(wall->ss7, "q707_t1", 8000);
	set_mtp3_timer(wall->ss7, "q707_t2", 30000);
	if (ss7_add_link(wall->ss7,
			 wall->conf.repeats ? SS7_TRANSPORT_DAHDIMTP2 : SS7_TRANSPORT_DAHDIDCHAN,
			 wall->conf.fd, (int)wall->conf.slc, wall->conf.adjacent))
		return -EINVAL;
	wall->link = ss7_find_link(wall->ss7, wall->conf.fd);
	/* The library leaves it 0, and then never times the first MSU of a link. */
	wall->link->t7 = -1;
	(void)ss7_start(wall->ss7);
	return 0;
}

static struct wall *wall_new(const struct libss7_mtp_conf *conf, const struct mtp_user *user,
			     struct timer_heap *heap)
{
	struct wall *wall = calloc(1, sizeof(*wall));
	int err = wall ? 0 : -ENOMEM;

	if (!wall)
		return NULL;
	wall->mtp.ops = &wall_ops;
	wall->mtp.user = *user;
	wall->mtp.ansi = conf->ansi;
	wall->conf = *conf;
	snprintf(wall->name, sizeof(wall->name), "%s", conf->name);
	wall->heap = heap;
	wall->info.slc = conf->slc;
	wall->info.since_us = timer_heap_now_us(heap);
	wall->next = walls;
	walls = wall;
	for (size_t i = 0; i < SCHEDULES_MAX && !err; i++) {
		wall->schedules[i].wall = wall;
		err = timer_init(&wall->schedules[i].timer, heap, "MTP", schedule_expired,
				 &wall->schedules[i]);
		wall->schedules[i].timer.subject = wall->name;
	}
	if (!err)
		err = timer_init(&wall->silence, heap, "MTP2 silence", silence_expired, wall);
	wall->silence.subject = wall->name;
	if (!err)
		err = wall_start(wall);
	if (err) {
		wall_free(&wall->mtp);
		return NULL;
	}
	return wall;
}

int libss7_mtp_open(struct mtp **mtp, const struct libss7_mtp_conf *conf,
		    const struct mtp_user *user, uv_loop_t *loop, struct timer_heap *heap)
{
	struct wall *wall;
	int err;

	if (conf->slc != 0)
		return -EINVAL;
	err = libss7_mtp_check();
	if (err)
		return err;
	wall = wall_new(conf, user, heap);
	if (!wall)
		return -ENOMEM;
	wall->poll = calloc(1, sizeof(*wall->poll));
	err = wall->poll ? uv_poll_init(loop, wall->poll, conf->fd) : -ENOMEM;
	if (err) {
		free(wall->poll);
		wall->poll = NULL;
		wall_free(&wall->mtp);
		return err;
	}
	wall->poll->data = wall;
	follow(wall);
	*mtp = &wall->mtp;
	return 0;
}

void libss7_mtp_alarm(struct mtp *mtp, bool failed)
{
	struct wall *wall = (struct wall *)mtp;

	if (wall->stopped)
		return;
	if (failed)
		out_of_service(wall);
	else if (wall->link->state == LIBSS7_STATE_ALARM)
		ss7_link_noalarm(wall->ss7, wall->conf.fd);
	follow(wall);
}

/* --- self check --- */

/* Every member that this file reads holds what the opening of a link puts there. */
static const char *check_layout(const struct wall *wall)
{
	const struct mtp2 *link = wall->link;

	if (link->fd != wall->conf.fd || link->slc != 0 || link->dpc != wall->conf.adjacent ||
	    link->master != wall->ss7 || link->timers.t1 != LIBSS7_T1_ITU)
		return "its link structure differs";
	if (!link->adj_sp || link->adj_sp->adjpc != wall->conf.adjacent ||
	    link->adj_sp->master != wall->ss7 || link->adj_sp->links[0] != link)
		return "its adjacent point structure differs";
	if (link->t2 <= 0 || link->t2 != wall->last_id)
		return "it does not use our scheduler";
	return NULL;
}

/* An ISUP MSU put into MTP3 must come out here; a signal unit must be told. */
static const char *check_entry_points(struct wall *wall)
{
	uint8_t msu[] = { MTP_SI_ISUP, 0, 0, 0, 0, 1, 0, 0x12 };
	struct routing_label rl = { .type = SS7_ITU,
				    .dpc = wall->conf.opc,
				    .opc = wall->conf.adjacent };

	(void)set_routinglabel(msu + 1, &rl);
	wall->resumed = true; /* nobody is to hear of this */
	wall->info.state = link_state(wall);
	wall->link->adj_sp->state = LIBSS7_MTP3_UP;
	(void)mtp3_receive(wall->ss7, wall->link, msu, sizeof(msu));
	wall->link->adj_sp->state = !LIBSS7_MTP3_UP;
	if (wall->isup_messages != 1)
		return "it does not hand ISUP messages over";
	if (mtp2_transmit(wall->link) <= 0 || wall->dumped != 1)
		return "it does not tell of signal units";
	return NULL;
}

int libss7_mtp_check(void)
{
	static bool passed;
	const struct mtp_user nobody = { 0 };
	struct libss7_mtp_conf conf = { .name = "libss7", .opc = 1, .adjacent = 2 };
	struct timer_heap *heap;
	struct wall *wall = NULL;
	const char *fault = NULL;
	int pair[2];

	if (passed)
		return 0;
	if (strcmp(ss7_get_version(), KNOWN_VERSION) != 0) {
		log_write(LOG_ERROR, "libss7",
			  "version %s; this gateway knows the private entry points of %s only",
			  ss7_get_version(), KNOWN_VERSION);
		return -ENOTSUP;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		return -errno;
	heap = timer_heap_new(&clock_monotonic);
	conf.fd = pair[0];
	if (heap)
		wall = wall_new(&conf, &nobody, heap);
	if (wall) {
		fault = check_layout(wall);
		if (!fault)
			fault = check_entry_points(wall);
		wall_free(&wall->mtp);
	}
	timer_heap_free(heap);
	close(pair[0]);
	close(pair[1]);
	if (fault)
		log_write(LOG_ERROR, "libss7",
			  "version %s is not the library this gateway knows: %s", ss7_get_version(),
			  fault);
	passed = wall && !fault;
	return fault ? -ENOTSUP : wall ? 0 : -ENOMEM;
}
