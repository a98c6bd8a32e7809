/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * libss7's MTP2 and MTP3 as a back end of mtp.h. One object is one linkset to one adjacent point code with one link. It can
 * only map the link: up is MTP-RESUME, down is MTP-PAUSE. MTP-STATUS never comes from it, as the library does not hand on what
 * other points say (TFC, UPU); what STATUS does is tested by scripted back ends.
 */
#ifndef ISUP_MTP_LIBSS7_MTP_H
#define ISUP_MTP_LIBSS7_MTP_H

#include <uv.h>

#include "gw/base/timer.h"
#include "isup/mtp/mtp.h"

struct libss7_mtp_conf {
	const char *name;	/* linkset, for traces and logs */
	bool ansi;		/* T1.111: point codes of 24 bits, its timers and its link test */
	uint32_t opc;		/* own point code */
	uint32_t adjacent;	/* adjacent point code */
	uint8_t network;	/* network indicator of the SIO, 0 to 3 */
	int fd;			/* signalling timeslot with tdm/span.h's contract; borrow */
	unsigned slc;		/* must be 0: libss7 never aligns a lone link of another code */
	bool repeats;		/* the line repeats the last signal unit sent and drops repeated ones received: a driver's MTP2 */
	void (*events)(void *arg); /* fetches what waits on fd when it says POLLPRI; NULL: it never does */
	void *arg;
};

/* Checks once that the installed library is the one whose private entry points are known; -ENOTSUP with a log line. */
int libss7_mtp_check(void);
/* own; starts the link at once. heap and loop are borrowed. -errno. */
int libss7_mtp_open(struct mtp **mtp, const struct libss7_mtp_conf *conf, const struct mtp_user *user, uv_loop_t *loop,
		    struct timer_heap *heap);
/* Layer 1 of the link's span failed or came back. */
void libss7_mtp_alarm(struct mtp *mtp, bool failed);

#endif
