/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A span of the DAHDI back end. Descriptors of timeslots are the driver's own, so the users' read, write and poll reach
 * it directly; a thread of the span looks at the driver's state every 50 ms and says what changed.
 */
#ifndef TDM_DAHDI_PRIVATE_H
#define TDM_DAHDI_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "tdm/dahdi_ioctl.h"
#include "tdm/span.h"

#define DAHDI_CTL	  "/dev/dahdi/ctl"
#define DAHDI_CHANNEL	  "/dev/dahdi/channel"
#define DAHDI_PROC_OCTETS 16384 /* of /proc/dahdi/N: 31 lines, and DAHDI's names are of 40 octets at most */

/* What DAHDI counts since it was loaded or its counters were reset, and what came together here. */
struct dahdi_counted {
	uint64_t last;		/* watch thread */
	_Atomic uint64_t total; /* any thread */
};

enum dahdi_line { DAHDI_CRC4, DAHDI_EBIT, DAHDI_BPV, DAHDI_FAS, DAHDI_IRQ, DAHDI_SLIPS, DAHDI_LINE_COUNTERS };

struct dahdi_timeslot { /* core thread; the reader of an open one may look, too */
	int fd; /* own; -1: not open */
	bool bearer;
	enum tdm_signalling kind;
	int echo_taps;	/* bearer: of its canceller now */
	bool echo_data; /* which is one for data */
};

struct dahdi_span {
	struct tdm_span span;

	/* constants */
	unsigned number, echo_taps, buffers;
	int wake_fd, alarm_fd; /* own */
	pthread_t thread;

	struct dahdi_timeslot timeslots[TDM_TIMESLOTS];

	/* any thread */
	_Atomic unsigned alarms;
	_Atomic unsigned first_channel; /* of timeslot 1; 0 while missing */
	_Atomic unsigned n_channels;
	_Atomic bool assigned; /* the driver has a span of this number: its channels can be talked to */
	_Atomic bool removed;  /* the driver told a timeslot that it is about to go */
	_Atomic bool stopping, line_counted, slips_counted;
	_Atomic unsigned timing; /* span that gives the clock; 0: the card */
	_Atomic uint64_t rx_overruns, tx_underruns, fcs_errors, downs;
	struct dahdi_counted line[DAHDI_LINE_COUNTERS];

	/* watch thread; before it starts, core */
	int ctl_fd;	     /* own; -1 while missing: it would keep the driver from being unloaded */
	const char *why;     /* missing: for people */
	unsigned seen_well;  /* looks in a row at which a missing span was usable */
	int seen_channels;   /* at the last of them */
	uint64_t leaving_ms; /* until then a span whose removal was announced is taken for gone */
	uint64_t slips_ms;   /* of the next look into /proc */
};

static inline struct dahdi_span *dahdi_of(struct tdm_span *span)
{
	return (struct dahdi_span *)span;
}

/* Looks once, so that alarms are known, then goes on in a thread. -EINVAL: not of the framing that is configured;
 * -EACCES. */
int dahdi_watch_start(struct dahdi_span *d);
void dahdi_watch_stop(struct dahdi_span *d);
/* Makes the watch look now. Any thread, media too. */
void dahdi_watch_kick(struct dahdi_span *d);

/* Text of /proc/dahdi/N, terminated; -errno. */
int dahdi_proc_read(unsigned number, char *text, size_t cap);

int dahdi_bearer(struct tdm_span *span, unsigned timeslot);
int dahdi_signalling(struct tdm_span *span, unsigned timeslot);
void dahdi_release(struct tdm_span *span, unsigned timeslot);
unsigned dahdi_events(struct tdm_span *span, unsigned timeslot);
int dahdi_cross_connect(struct tdm_span *span, unsigned timeslot, struct tdm_span *other, unsigned other_timeslot,
			bool on);
int dahdi_echo(struct tdm_span *span, unsigned timeslot, enum tdm_echo mode);
enum tdm_signalling dahdi_kind(struct tdm_span *span, unsigned timeslot);

#endif
