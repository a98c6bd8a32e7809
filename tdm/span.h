/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A span: an E1 (timeslots 1-31) or T1 (1-24). Back ends are const structs of functions. Every timeslot is handed out
 * as a descriptor with DAHDI's contract, so that core (signalling timeslots) and media (bearers) never wait for each
 * other and can poll:
 *  - bearer: read() gives one block of chunk octets or -EAGAIN; write() takes one block, or -EAGAIN when the transmit
 *    buffers are full;
 *  - signalling: read() gives one HDLC frame followed by its 2 FCS octets; write() takes a frame followed by 2 filler
 *    octets that the line replaces by the FCS; only a few frames are buffered, so writability is pacing.
 * read() and write() fail with TDM_ERRNO_EVENT, and poll() says POLLPRI, while events of the timeslot wait to be fetched
 * by tdm_span_events; with ENODEV once the span is missing.
 */
#ifndef TDM_SPAN_H
#define TDM_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum tdm_framing { TDM_E1, TDM_T1 };
enum tdm_law { TDM_ALAW, TDM_ULAW };

/* Bits of tdm_span_alarms. */
enum tdm_alarm {
	TDM_ALARM_LOS = 1 << 0,	 /* loss of signal: also a cut cable or a peer that is gone */
	TDM_ALARM_AIS = 1 << 1,	 /* blue: unframed all ones received */
	TDM_ALARM_RAI = 1 << 2,	 /* yellow: the far end reports loss */
	TDM_ALARM_DOWN = 1 << 3, /* red: no usable receive direction, for any of the reasons here but RAI and recovering */
	TDM_ALARM_LOOPBACK = 1 << 4,   /* what is sent comes back */
	TDM_ALARM_RECOVERING = 1 << 5, /* good again, and not trusted yet */
	TDM_ALARM_MISSING = 1 << 6,    /* driver gone, span not assigned or shut down: its descriptors are dead and to be
					  released; they can be opened again once this clears */
};

/* What a timeslot had to say; bits of tdm_span_events. */
enum tdm_event {
	TDM_EVENT_ALARM = 1 << 0, /* the span's alarms changed */
	TDM_EVENT_OVERRUN = 1 << 1,
	TDM_EVENT_UNDERRUN = 1 << 2,
	TDM_EVENT_BAD_FRAME = 1 << 3, /* aborted, or with a wrong FCS */
	TDM_EVENT_REMOVED = 1 << 4,   /* as TDM_ALARM_MISSING */
};
#define TDM_ERRNO_EVENT 500 /* DAHDI's ELAST */

/* What layer 2 of a signalling timeslot is left to do. */
enum tdm_signalling {
	TDM_SIGNALLING_HDLC, /* every frame of the line is seen */
	TDM_SIGNALLING_MTP2, /* the line repeats the last signal unit written, and gives repeated ones received once */
};

/* The echo canceller that the card or its driver has for a bearer. */
enum tdm_echo {
	TDM_ECHO_OFF,
	TDM_ECHO_ON,
	TDM_ECHO_DATA, /* without its non-linear processor, or off where it can do no better: fax and modems */
};

#define TDM_TIMESLOTS 32 /* index 0 is never used */

struct tdm_span_counters {
	uint64_t chunks_in, chunks_out;
	uint64_t slips;		    /* injected or real, octets lost or repeated in blocks of a chunk */
	uint64_t rx_overruns;	    /* blocks dropped because a timeslot was not read in time */
	uint64_t tx_underruns;	    /* blocks sent idle on open bearers because none was written */
	uint64_t fcs_errors;	    /* damaged, aborted or over-long frames on signalling timeslots */
	uint64_t downs;		    /* times that TDM_ALARM_DOWN came: what the far end sent meanwhile is lost */
	uint64_t stalls;	    /* times the span's clock was late by more than 20 ms */
	uint64_t late_us_max;	    /* worst lateness */
	bool line_counted;	    /* the framer counts what follows */
	bool slips_counted;
	uint64_t crc4_errors, e_bits, bipolar_violations, fas_errors, missed_interrupts;
	char timing[24];	    /* where the line's clock comes from: "internal", "span 2", ... */
};

struct tdm_span_conf {
	const char *name;
	enum tdm_framing framing;
	enum tdm_law law;	/* of its bearers: idle pattern 0xD5 or 0xFF */
	unsigned chunk_ms;	/* 1 to 20 */
	const char *cable;	/* virtual: path of the Unix socket */
	bool listen;		/* virtual: this end makes the socket, the other connects (and tries again for ever) */
	bool clock_master;	/* virtual: exactly one end of a cable */
	unsigned number;	/* dahdi: as in /proc/dahdi, from 1 */
	unsigned echo_taps;	/* dahdi: tail of the card's or driver's echo canceller on bearers, in samples; 0: none */
};

struct tdm_span;

struct tdm_span_ops {
	const char *type; /* "virtual", "dahdi" */
	int (*open)(struct tdm_span **span, const struct tdm_span_conf *conf);
	void (*close)(struct tdm_span *span);
	int (*bearer)(struct tdm_span *span, unsigned timeslot);
	int (*signalling)(struct tdm_span *span, unsigned timeslot);
	void (*release)(struct tdm_span *span, unsigned timeslot);
	unsigned (*events)(struct tdm_span *span, unsigned timeslot);		     /* NULL: there are none */
	enum tdm_signalling (*signalling_kind)(struct tdm_span *span, unsigned timeslot); /* NULL: HDLC */
	unsigned (*alarms)(const struct tdm_span *span);
	int (*alarm_fd)(const struct tdm_span *span);
	int (*clock_fd)(const struct tdm_span *span);
	void (*counters)(const struct tdm_span *span, struct tdm_span_counters *out);
	int (*inject)(struct tdm_span *span, const char *fault);
	/* NULL: it cannot */
	int (*echo)(struct tdm_span *span, unsigned timeslot, enum tdm_echo mode);
	int (*cross_connect)(struct tdm_span *span, unsigned timeslot, struct tdm_span *other, unsigned other_timeslot,
			     bool on);
};

/* Every back end embeds this first. */
struct tdm_span {
	const struct tdm_span_ops *ops;
	char name[32];
	enum tdm_framing framing;
	enum tdm_law law;
	unsigned chunk_ms;
	unsigned chunk_octets; /* 8 * chunk_ms */
	bool cancels_echo;     /* the card or its driver does, on every bearer */
};

extern const struct tdm_span_ops tdm_virtual_ops;
extern const struct tdm_span_ops tdm_dahdi_ops;

/* For back ends: fills in the constants of a span being opened. */
void tdm_span_init(struct tdm_span *span, const struct tdm_span_ops *ops, const struct tdm_span_conf *conf);

/* type as in ops->type; own; -EINVAL for an unknown type or bad conf, else -errno of the back end. Core thread. */
int tdm_span_open(struct tdm_span **span, const char *type, const struct tdm_span_conf *conf);
/* Closes its descriptors too; ends its threads. NULL is fine. */
void tdm_span_close(struct tdm_span *span);
/* 31 or 24 */
unsigned tdm_span_timeslots(const struct tdm_span *span);
/* Non-blocking descriptor (owned by the span) of a timeslot, opened for that use; -EBUSY, -EINVAL or -errno. Core thread. */
int tdm_span_bearer(struct tdm_span *span, unsigned timeslot);
int tdm_span_signalling(struct tdm_span *span, unsigned timeslot);
/* Gives a timeslot back: its descriptor is closed and the line sends idle there. Core thread. */
void tdm_span_release(struct tdm_span *span, unsigned timeslot);
/* Fetches what waits on an open timeslot (TDM_EVENT_ bits); counts it, too. The thread that reads the descriptor. */
unsigned tdm_span_events(struct tdm_span *span, unsigned timeslot);
/*
 * read() and write() of an open timeslot that fetch waiting events on their way: octets, -EAGAIN, or -ENODEV once the
 * span is missing. The thread that has the descriptor.
 */
ssize_t tdm_span_read(struct tdm_span *span, unsigned timeslot, int fd, void *octets, size_t cap);
ssize_t tdm_span_write(struct tdm_span *span, unsigned timeslot, int fd, const void *octets, size_t n);
/*
 * Two open bearers of one back end send what the other receives, octet for octet, until that ends; what is written to
 * them is passed over, what they receive can be read all the while. -ENOTSUP or -errno: nothing has changed. Core thread.
 */
int tdm_span_cross_connect(struct tdm_span *span, unsigned timeslot, struct tdm_span *other, unsigned other_timeslot,
			   bool on);
/* The canceller of an open bearer of a span that cancels_echo; it is on when the bearer is opened. -ENOTSUP: there is none.
 * Core thread. */
int tdm_span_echo(struct tdm_span *span, unsigned timeslot, enum tdm_echo mode);
/* Of an open signalling timeslot. Core thread. */
enum tdm_signalling tdm_span_signalling_kind(struct tdm_span *span, unsigned timeslot);
/* Any thread. */
unsigned tdm_span_alarms(const struct tdm_span *span);
void tdm_span_counters(const struct tdm_span *span, struct tdm_span_counters *out);
/* eventfd, readable after alarms changed. For one reader. */
int tdm_span_alarm_fd(const struct tdm_span *span);
/* eventfd counting chunks that passed on the line (received and transmitted), for the one media thread that owns the
 * span; reading it gives the number of chunks since the last read. It goes on ticking at the nominal rate in alarm.
 * -ENOTSUP where every open bearer is a clock of its own: a block to read is a chunk that passed both ways. */
int tdm_span_clock_fd(const struct tdm_span *span);
/* Fault injection on a span that can ("virtual"), any thread: "los on|off", "ais on|off", "rai on|off", "ber 1e-4",
 * "slip +1|-1", "cut", "mend", "stall 500" (ms during which this end neither sends nor receives). -EINVAL names nothing
 * known, -ENOTSUP. */
int tdm_span_inject(struct tdm_span *span, const char *fault);
/* "los,rai" or "none" into text. */
void tdm_alarms_text(unsigned alarms, char *text, size_t cap);

#endif
