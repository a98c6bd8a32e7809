// SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
/*
 * dahdi_vspan - cards without hardware: each has two E1 or T1 ports, joined by a crossed cable.
 *
 *   insmod dahdi_vspan.ko types=e1,t1     two cards; spans 1 and 2 are E1, spans 3 and 4 are T1
 *
 * DAHDI's core ticks them (sync_tick), so no timing hardware is needed. To the core they are
 * ordinary cards: spans are configured, started, stopped, looped and pulled out, and timeslots
 * carry octets, HDLC and MTP2 by the core's own software (dchan, mtp2) or HDLC by the controller
 * that is here (hardhdlc).
 *
 * What a line does wrong is written to /sys/module/dahdi_vspan/parameters, as lists with one number
 * for each span in the order of loading:
 *
 *   alarm    DAHDI_ALARM_* mask that the span's receiver reports; RED, BLUE and LOS silence it, too
 *   cut      1: the span hears nothing, which is RED and LOS here and YELLOW at the other end
 *   biterr   N: in every Nth chunk (1 ms) one bit of each timeslot that the span receives is wrong
 *   slip     N: the next N chunks received are given twice; -N: the next N are lost; then it reads 0
 *   crc4, bpv, ebit, fas   N: is added to the span's counter; then it reads 0
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/crc-ccitt.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#define FAST_HDLC_NEED_TABLES
#include <dahdi/kernel.h>

#define VSPAN_MAX   32
#define VSPAN_SLOTS 31
#define VCARD_PORTS 2
#define FCS_INIT    0xffff
#define FCS_GOOD    0xf0b8
#define FCS_OCTETS  2

#define VSPAN_ALARMS                                                                               \
	(DAHDI_ALARM_RECOVER | DAHDI_ALARM_YELLOW | DAHDI_ALARM_RED | DAHDI_ALARM_BLUE |           \
	 DAHDI_ALARM_LOS | DAHDI_ALARM_LFA | DAHDI_ALARM_LMFA)
/* With these a framer passes on ones instead of what it hears. */
#define VSPAN_DEAF (DAHDI_ALARM_RED | DAHDI_ALARM_BLUE | DAHDI_ALARM_LOS)

/* The HDLC controller of a timeslot; its frames lie in the core's buffers, so it holds a few octets
 * only. */
struct vspan_hdlc {
	struct fasthdlc_state tx;
	u8 octets[DAHDI_CHUNKSIZE + FCS_OCTETS]; /* of the frame being sent */
	unsigned int at;			 /* what is sent of them */
	unsigned int count;			 /* how many there are; 0 between frames */
	bool last;				 /* the frame ends with them */
	u16 tx_fcs;

	struct fasthdlc_state rx;
	unsigned int received; /* octets of the frame being received */
	bool skip;	       /* the rest of it, for want of a buffer */
	u16 rx_fcs;
};

/*
 * One direction of the cable. Two chunks, since one end is ticked before the other: it hears what
 * was sent a tick ago, the other what was sent in this one.
 */
struct vspan_line {
	u8 chunk[2][VSPAN_SLOTS][DAHDI_CHUNKSIZE];
	unsigned int sent; /* chunks, ever; wraps */
};

struct vspan {
	struct dahdi_span span;
	struct vspan *peer;
	struct vcard *card;
	unsigned int index; /* in the parameters' lists */
	int timing;	    /* priority as a source of timing, from 1; 0: none */
	bool running;	    /* between startup and shutdown */
	unsigned int ticks;
	int slips; /* due: above 0 chunks to repeat, below 0 to lose */

	struct vspan_line line;		/* what it sends */
	const struct vspan_line *heard; /* what it listens to */
	unsigned int taken;		/* of what that has sent */

	struct dahdi_chan *chans[VSPAN_SLOTS];
	struct vspan_hdlc hdlc[VSPAN_SLOTS];
};

struct vcard {
	struct dahdi_device *device;
	struct vspan *port[VCARD_PORTS];
	bool registered;
};

static char *types = "e1";
module_param(types, charp, 0444);
MODULE_PARM_DESC(types, "e1 or t1 for each card, separated by commas");

#define VSPAN_LIST(name, text)                                                                     \
	static int name[VSPAN_MAX];                                                                \
	module_param_array(name, int, NULL, 0644);                                                 \
	MODULE_PARM_DESC(name, text)
VSPAN_LIST(alarm, "DAHDI_ALARM_* mask, for each span");
VSPAN_LIST(cut, "1: hears nothing, for each span");
VSPAN_LIST(biterr, "N: a wrong bit in every Nth chunk, for each span");
VSPAN_LIST(slip, "N: chunks to repeat, -N: to lose, for each span");
VSPAN_LIST(crc4, "CRC-4 errors to count, for each span");
VSPAN_LIST(bpv, "bipolar violations to count, for each span");
VSPAN_LIST(ebit, "E-bit errors to count, for each span");
VSPAN_LIST(fas, "frame alignment errors to count, for each span");

static struct vcard cards[VSPAN_MAX / VCARD_PORTS];
static unsigned int card_count;

static inline struct vspan *to_vspan(struct dahdi_span *span)
{
	return container_of(span, struct vspan, span);
}

/* --- the HDLC controller --- */

static bool is_hard_hdlc(const struct dahdi_chan *chan)
{
	return (chan->sig & DAHDI_SIG_HARDHDLC) == DAHDI_SIG_HARDHDLC;
}

static void hdlc_reset(struct vspan_hdlc *h)
{
	memset(h, 0, sizeof(*h));
	fasthdlc_init(&h->tx, FASTHDLC_MODE_64);
	fasthdlc_init(&h->rx, FASTHDLC_MODE_64);
	h->tx_fcs = FCS_INIT;
	h->rx_fcs = FCS_INIT;
}

/* Takes the next octets of the frame that is sent, or of a new one, from the core; the FCS behind
 * the last. */
static void hdlc_fetch(struct vspan_hdlc *h, struct dahdi_chan *chan)
{
	unsigned int size = DAHDI_CHUNKSIZE;
	int buffer = READ_ONCE(chan->outwritebuf);

	h->at = 0;
	h->count = 0;
	if (buffer < 0)
		return;
	/* dahdi_hdlc_getbuf() takes two octets off, and would copy without end where there is only
	 * one. */
	if (chan->writen[buffer] < FCS_OCTETS)
		chan->writen[buffer] = FCS_OCTETS;
	h->last = dahdi_hdlc_getbuf(chan, h->octets, &size) != 0;
	if (!size)
		return;
	h->count = size;
	h->tx_fcs = crc_ccitt(h->tx_fcs, h->octets, size);
	if (h->last) {
		h->octets[h->count++] = ~h->tx_fcs & 0xff;
		h->octets[h->count++] = (u16)~h->tx_fcs >> 8;
		h->tx_fcs = FCS_INIT;
	}
}

/* Gives the coder an octet of a frame, or the flag that ends one and fills the time. */
static void hdlc_load(struct vspan_hdlc *h, struct dahdi_chan *chan)
{
	if (h->at == h->count) {
		if (h->count && h->last)
			h->count = h->at = 0;
		else
			hdlc_fetch(h, chan);
		if (!h->count) {
			fasthdlc_tx_frame_nocheck(&h->tx);
			return;
		}
	}
	fasthdlc_tx_load_nocheck(&h->tx, h->octets[h->at++]);
}

static void hdlc_transmit(struct vspan_hdlc *h, struct dahdi_chan *chan, u8 *octets)
{
	unsigned int i;

	for (i = 0; i < DAHDI_CHUNKSIZE; i++) {
		if (fasthdlc_tx_need_data(&h->tx))
			hdlc_load(h, chan);
		octets[i] = fasthdlc_tx_run_nocheck(&h->tx);
	}
}

static void hdlc_received_octet(struct vspan_hdlc *h, struct dahdi_chan *chan, u8 octet)
{
	/* A frame that began without a buffer must not end up as its own tail when one is free
	 * again. */
	if (!h->received)
		h->skip = READ_ONCE(chan->inreadbuf) < 0;
	h->received++;
	h->rx_fcs = crc_ccitt_byte(h->rx_fcs, octet);
	if (!h->skip && h->received > chan->blocksize) {
		dahdi_hdlc_abort(chan, DAHDI_EVENT_OVERRUN);
		h->skip = true;
	}
	if (!h->skip)
		dahdi_hdlc_putbuf(chan, &octet, 1);
}

/* At a flag, or with an event at what is none. */
static void hdlc_received_end(struct vspan_hdlc *h, struct dahdi_chan *chan, int event)
{
	if (h->received && !h->skip) {
		if (event)
			dahdi_hdlc_abort(chan, event);
		else
			dahdi_hdlc_finish(chan);
	}
	h->received = 0;
	h->rx_fcs = FCS_INIT;
}

static void hdlc_receive(struct vspan_hdlc *h, struct dahdi_chan *chan, const u8 *octets)
{
	unsigned int i;
	int got;

	if (!test_bit(DAHDI_FLAGBIT_OPEN, &chan->flags))
		return;
	for (i = 0; i < DAHDI_CHUNKSIZE; i++) {
		fasthdlc_rx_load_nocheck(&h->rx, octets[i]);
		got = fasthdlc_rx_run(&h->rx);
		if (got & RETURN_EMPTY_FLAG)
			continue;
		if (got & RETURN_COMPLETE_FLAG)
			hdlc_received_end(h, chan, h->rx_fcs == FCS_GOOD ? 0 : DAHDI_EVENT_BADFCS);
		else if (got & RETURN_DISCARD_FLAG)
			hdlc_received_end(h, chan, DAHDI_EVENT_ABORT);
		else
			hdlc_received_octet(h, chan, got);
	}
}

/* --- alarms, counters, timing --- */

static bool hears_nothing(const struct vspan *v)
{
	if (v->span.maintstat == DAHDI_MAINT_LOCALLOOP)
		return false;
	return READ_ONCE(cut[v->index]) || !v->peer->running;
}

/* A span that is not started has no receiver: its channels, if any is open, shall know. */
static int current_alarms(const struct vspan *v)
{
	int alarms = READ_ONCE(alarm[v->index]) & VSPAN_ALARMS;

	if (!v->running)
		return DAHDI_ALARM_RED;
	if (hears_nothing(v))
		return alarms | DAHDI_ALARM_RED | DAHDI_ALARM_LOS;
	if (v->peer->span.alarms & VSPAN_DEAF && v->span.maintstat != DAHDI_MAINT_LOCALLOOP)
		alarms |= DAHDI_ALARM_YELLOW;
	return alarms;
}

static void update_alarms(struct vspan *v)
{
	int alarms = current_alarms(v);

	/* NOTOPEN is the core's word for a span that is being taken away, LOOPBACK for one under
	 * maintenance. */
	if (v->span.alarms & DAHDI_ALARM_NOTOPEN ||
	    (v->span.alarms & ~DAHDI_ALARM_LOOPBACK) == alarms)
		return;
	v->span.alarms = alarms;
	dahdi_alarm_notify(&v->span);
}

static void update_counters(struct vspan *v)
{
	struct dahdi_count *count = &v->span.count;

	count->crc4 += xchg(&crc4[v->index], 0);
	count->bpv += xchg(&bpv[v->index], 0);
	count->ebit += xchg(&ebit[v->index], 0);
	count->fas += xchg(&fas[v->index], 0);
	v->slips += xchg(&slip[v->index], 0);
}

/* The span that the card takes its timing from: of those in service the one with the best priority;
 * 0: free run. */
static int timing_source(const struct vcard *card)
{
	const struct vspan *best = NULL, *v;
	unsigned int i;

	for (i = 0; i < VCARD_PORTS; i++) {
		v = card->port[i];
		if (!v->timing || !v->running || v->span.alarms & VSPAN_DEAF)
			continue;
		if (!best || v->timing < best->timing)
			best = v;
	}
	return best ? best->span.spanno : 0;
}

/* --- the octets --- */

static void transmit(struct vspan *v)
{
	u8(*slots)[DAHDI_CHUNKSIZE] = v->line.chunk[v->line.sent % ARRAY_SIZE(v->line.chunk)];
	int i;

	dahdi_transmit(&v->span);
	for (i = 0; i < v->span.channels; i++) {
		if (is_hard_hdlc(v->chans[i]))
			hdlc_transmit(&v->hdlc[i], v->chans[i], slots[i]);
		else
			memcpy(slots[i], v->chans[i]->writechunk, DAHDI_CHUNKSIZE);
	}
	v->line.sent++;
}

/* Loops: a local one turns round what the span sends, a network one at the peer what the peer
 * hears. */
static const struct vspan_line *line_to(const struct vspan *v)
{
	const int far = v->peer->span.maintstat;

	if (v->span.maintstat == DAHDI_MAINT_LOCALLOOP || far == DAHDI_MAINT_NETWORKLINELOOP ||
	    far == DAHDI_MAINT_NETWORKPAYLOADLOOP)
		return &v->line;
	return &v->peer->line;
}

/* The next chunk that came over the line, by timeslot; NULL when there is none. */
static const u8 (*next_chunk(struct vspan *v))[DAHDI_CHUNKSIZE]
{
	const struct vspan_line *line = line_to(v);

	if (v->heard != line || line->sent - v->taken > ARRAY_SIZE(line->chunk)) {
		v->heard = line;
		v->taken = line->sent;
	}
	if (v->taken == line->sent || v->span.alarms & VSPAN_DEAF || hears_nothing(v))
		return NULL;
	return line->chunk[v->taken++ % ARRAY_SIZE(line->chunk)];
}

static void spoil(struct vspan *v)
{
	int every = READ_ONCE(biterr[v->index]);
	int i;

	if (every <= 0 || v->ticks % every)
		return;
	for (i = 0; i < v->span.channels; i++)
		v->chans[i]->readchunk[v->ticks % DAHDI_CHUNKSIZE] ^= BIT(i % 8);
	v->span.count.bpv++;
	if (v->span.lineconfig & DAHDI_CONFIG_CRC4) {
		v->span.count.crc4++;
		/* Its sender learns of it by the E bit (ITU-T G.704 2.3.3.4). */
		v->peer->span.count.ebit++;
	}
}

static void deliver(struct vspan *v, const u8 (*slots)[DAHDI_CHUNKSIZE])
{
	int i;

	for (i = 0; i < v->span.channels; i++) {
		if (slots)
			memcpy(v->chans[i]->readchunk, slots[i], DAHDI_CHUNKSIZE);
		else
			memset(v->chans[i]->readchunk, 0xff, DAHDI_CHUNKSIZE);
	}
	if (slots)
		spoil(v);
	dahdi_ec_span(&v->span);
	dahdi_receive(&v->span);
	for (i = 0; i < v->span.channels; i++) {
		if (is_hard_hdlc(v->chans[i]))
			hdlc_receive(&v->hdlc[i], v->chans[i], v->chans[i]->readchunk);
	}
}

/*
 * A slip is a chunk given twice, or not at all: as if the line ran slower or faster than we. Both
 * ends being ticked by one clock, nothing else would make one, and nothing has to be made up for
 * it.
 */
static void receive(struct vspan *v)
{
	const u8(*slots)[DAHDI_CHUNKSIZE] = next_chunk(v);

	if (!v->slips || !slots) {
		deliver(v, slots);
		return;
	}
	v->span.count.timingslips++;
	if (v->slips < 0) {
		v->slips++;
		return;
	}
	v->slips--;
	deliver(v, slots);
	deliver(v, slots);
}

/* Every millisecond for each span that is assigned, with the core's lock of all channels held and
 * interrupts off. */
static void vspan_sync_tick(struct dahdi_span *span, int is_master)
{
	struct vspan *v = to_vspan(span);
	unsigned long flags;

	spin_lock_irqsave(&span->lock, flags);
	v->ticks++;
	update_alarms(v);
	update_counters(v);
	span->syncsrc = timing_source(v->card);
	spin_unlock_irqrestore(&span->lock, flags);
	receive(v);
	transmit(v);
}

/* --- what the core asks for --- */

static int vspan_spanconfig(struct file *file, struct dahdi_span *span, struct dahdi_lineconfig *lc)
{
	struct vspan *v = to_vspan(span);

	if (lc->sync < 0 || lc->sync > VCARD_PORTS) {
		dev_notice(&v->card->device->dev,
			   "span %d: timing priority %d, but the card has %d ports\n", span->spanno,
			   lc->sync, VCARD_PORTS);
		return -EINVAL;
	}
	v->timing = lc->sync;
	return 0;
}

static int vspan_startup(struct file *file, struct dahdi_span *span)
{
	WRITE_ONCE(to_vspan(span)->running, true);
	return 0;
}

static int vspan_shutdown(struct dahdi_span *span)
{
	WRITE_ONCE(to_vspan(span)->running, false);
	return 0;
}

/* Called with the span's lock held. */
static int vspan_maint(struct dahdi_span *span, int mode)
{
	switch (mode) {
	case DAHDI_MAINT_NONE:
	case DAHDI_MAINT_LOCALLOOP:
	case DAHDI_MAINT_NETWORKLINELOOP:
	case DAHDI_MAINT_NETWORKPAYLOADLOOP:
		return 0;
	case DAHDI_RESET_COUNTERS:
		memset(&span->count, 0, sizeof(span->count));
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static int vspan_open(struct dahdi_chan *chan)
{
	struct vspan *v = to_vspan(chan->span);
	unsigned long flags;

	spin_lock_irqsave(&chan->lock, flags);
	hdlc_reset(&v->hdlc[chan->chanpos - 1]);
	spin_unlock_irqrestore(&chan->lock, flags);
	return 0;
}

/*
 * The core calls this with chan->file set when a span is taken away under an open channel. It
 * forgets two things then, and both would be its end: its pointer to a file that may be gone when
 * the span is taken away a second time, and pollers (epoll) that hang on the channel's wait queue
 * when the channel is freed.
 */
static int vspan_close(struct dahdi_chan *chan)
{
	unsigned long flags;

	if (!chan->file)
		return 0;
	spin_lock_irqsave(&chan->lock, flags);
	chan->file = NULL;
	spin_unlock_irqrestore(&chan->lock, flags);
	wake_up_poll(&chan->waitq, EPOLLHUP | POLLFREE);
	return 0;
}

static const struct dahdi_span_ops vspan_ops = {
	.owner = THIS_MODULE,
	.spanconfig = vspan_spanconfig,
	.startup = vspan_startup,
	.shutdown = vspan_shutdown,
	.maint = vspan_maint,
	.open = vspan_open,
	.close = vspan_close,
	.sync_tick = vspan_sync_tick,
};

/* --- making and ending cards --- */

static void vspan_free(struct vspan *v)
{
	unsigned int i;

	if (!v)
		return;
	for (i = 0; i < VSPAN_SLOTS; i++)
		kfree(v->chans[i]);
	kfree(v);
}

static int vspan_make_channels(struct vspan *v)
{
	struct dahdi_chan *chan;
	int i;

	for (i = 0; i < v->span.channels; i++) {
		chan = kzalloc(sizeof(*chan), GFP_KERNEL);
		if (!chan)
			return -ENOMEM;
		v->chans[i] = chan;
		scnprintf(chan->name, sizeof(chan->name), "%s/%d", v->span.name, i + 1);
		chan->chanpos = i + 1;
		chan->sigcap =
			DAHDI_SIG_CLEAR | DAHDI_SIG_HARDHDLC | DAHDI_SIG_MTP2 | DAHDI_SIG_DACS;
		chan->pvt = v;
		hdlc_reset(&v->hdlc[i]);
	}
	return 0;
}

static struct vspan *vspan_make(struct vcard *card, unsigned int index, bool is_e1)
{
	struct vspan *v = kzalloc(sizeof(*v), GFP_KERNEL);
	struct dahdi_span *span;

	if (!v)
		return NULL;
	v->card = card;
	v->index = index;
	span = &v->span;
	scnprintf(span->name, sizeof(span->name), "VSPAN/%u", index + 1);
	scnprintf(span->desc, sizeof(span->desc), "Virtual %s port %u of card %u",
		  is_e1 ? "E1" : "T1", index % VCARD_PORTS + 1, index / VCARD_PORTS);
	span->channels = is_e1 ? 31 : 24;
	span->spantype = is_e1 ? SPANTYPE_DIGITAL_E1 : SPANTYPE_DIGITAL_T1;
	span->deflaw = is_e1 ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW;
	span->linecompat =
		is_e1 ? DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_AMI | DAHDI_CONFIG_CCS | DAHDI_CONFIG_CRC4
		      : DAHDI_CONFIG_D4 | DAHDI_CONFIG_ESF | DAHDI_CONFIG_AMI | DAHDI_CONFIG_B8ZS;
	span->chans = v->chans;
	span->ops = &vspan_ops;
	span->offset = index % VCARD_PORTS;
	span->alarms = DAHDI_ALARM_RED;
	/* The core's timer is the master, since we tick when it does. */
	span->cannot_provide_timing = 1;
	if (vspan_make_channels(v)) {
		vspan_free(v);
		return NULL;
	}
	return v;
}

static void vcard_end(struct vcard *card)
{
	unsigned int i;

	if (card->registered)
		dahdi_unregister_device(card->device);
	card->registered = false;
	/* epoll may still look at a wait queue that it was told to leave in vspan_close(). */
	synchronize_rcu();
	for (i = 0; i < VCARD_PORTS; i++) {
		vspan_free(card->port[i]);
		card->port[i] = NULL;
	}
	if (card->device)
		dahdi_free_device(card->device);
	card->device = NULL;
}

static int vcard_register(struct vcard *card)
{
	int error = dahdi_register_device(card->device, NULL);
	unsigned int i;

	card->registered = !error;
	/* When the core failed to assign a later span, the earlier ones are left with it. */
	for (i = 0; i < VCARD_PORTS; i++)
		card->registered |= test_bit(DAHDI_FLAGBIT_REGISTERED, &card->port[i]->span.flags);
	return error;
}

static int vcard_make(struct vcard *card, unsigned int number, bool is_e1)
{
	unsigned int i;
	int error;

	card->device = dahdi_create_device();
	if (!card->device)
		return -ENOMEM;
	card->device->manufacturer = "Causeway";
	card->device->devicetype = is_e1 ? "dahdi_vspan E1" : "dahdi_vspan T1";
	card->device->location = "virtual";
	error = dev_set_name(&card->device->dev, "vspan-%u", number);
	if (error)
		return error;
	for (i = 0; i < VCARD_PORTS; i++) {
		card->port[i] = vspan_make(card, number * VCARD_PORTS + i, is_e1);
		if (!card->port[i])
			return -ENOMEM;
		list_add_tail(&card->port[i]->span.device_node, &card->device->spans);
	}
	card->port[0]->peer = card->port[1];
	card->port[1]->peer = card->port[0];
	return vcard_register(card);
}

static void end_cards(void)
{
	while (card_count)
		vcard_end(&cards[--card_count]);
}

static int make_cards(char *words)
{
	char *word;
	bool is_e1;
	int error;

	while ((word = strsep(&words, ","))) {
		is_e1 = !strcmp(word, "e1");
		if (!is_e1 && strcmp(word, "t1")) {
			pr_err("dahdi_vspan: types has '%s' where e1 or t1 is known\n", word);
			return -EINVAL;
		}
		if (card_count == ARRAY_SIZE(cards)) {
			pr_err("dahdi_vspan: types has more than %zu cards\n", ARRAY_SIZE(cards));
			return -EINVAL;
		}
		card_count++;
		error = vcard_make(&cards[card_count - 1], card_count - 1, is_e1);
		if (error)
			return error;
	}
	return 0;
}

static int __init vspan_init(void)
{
	char *words = kstrdup(types, GFP_KERNEL);
	int error;

	if (!words)
		return -ENOMEM;
	fasthdlc_precalc();
	error = make_cards(words);
	kfree(words);
	if (error)
		end_cards();
	return error;
}

static void __exit vspan_exit(void)
{
	end_cards();
}

module_init(vspan_init);
module_exit(vspan_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Virtual cards with two E1 or T1 ports joined by a cable");
