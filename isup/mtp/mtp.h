/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The MTP user interface of Q.701 section 8: MTP-TRANSFER, -PAUSE, -RESUME, -STATUS. One linkset an object. Core thread. */
#ifndef ISUP_MTP_H
#define ISUP_MTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MTP_SIF_MAX 272 /* Q.703 2.3.8: signalling information field, routing label included */
#define MTP_SI_ISUP 5
#define MTP_LABEL_MAX 7
#define MTP_POINT_MAX 16 /* octets of a printed point code */

/* Q.704 2.2: 14 bits a point code, 4 of selection; T1.111.4: 24 and 8, an octet each. */
struct mtp_label {
	uint32_t opc, dpc;
	unsigned sls; /* mtp_selection */
};

/* What mtp_transfer calls sls: the selection, and ANSI's message priority (T1.111.5), 0 to 3, which ITU has not. */
static inline unsigned mtp_selection(unsigned sls, unsigned priority)
{
	return sls | priority << 8;
}
static inline unsigned mtp_priority(unsigned selection)
{
	return selection >> 8 & 3;
}

size_t mtp_label_octets(bool ansi);
/* Writes the label; its length. */
size_t mtp_label_put(bool ansi, const struct mtp_label *label, uint8_t *octets);
/* "2-100-1" in 3, 8 and 3 bits (Q.708 2), ANSI "245-3-17" in 8 bits each. text has MTP_POINT_MAX octets. */
const char *mtp_point_print(bool ansi, uint32_t code, char *text);

enum mtp_status_cause { MTP_STATUS_CONGESTION, MTP_STATUS_USER_UNAVAILABLE };

struct mtp_user {
	/* MTP-TRANSFER indication. octets: the user part after the routing label; borrowed. */
	void (*transfer)(void *arg, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets, size_t n);
	void (*pause)(void *arg, uint32_t dpc);
	void (*resume)(void *arg, uint32_t dpc);
	void (*status)(void *arg, uint32_t dpc, enum mtp_status_cause cause, unsigned level);
	void *arg;
};

enum mtp_link_state { MTP_LINK_DOWN, MTP_LINK_ALIGNING, MTP_LINK_IN_SERVICE, MTP_LINK_FAILED };

struct mtp_link_info {
	unsigned slc;
	enum mtp_link_state state;
	uint64_t msu_in, msu_out, octets_in, octets_out;
	uint64_t su_errors; /* damaged signal units */
	uint64_t repairs;   /* retransmission pointer repairs, where the back end needs them */
	uint64_t since_us;  /* monotonic time of the last state change */
};

struct mtp;

struct mtp_ops {
	const char *type;
	int (*transfer)(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets, size_t n);
	void (*stop)(struct mtp *mtp);
	void (*free)(struct mtp *mtp);
	size_t (*links)(const struct mtp *mtp, struct mtp_link_info *info, size_t cap);
	bool (*available)(const struct mtp *mtp, uint32_t dpc);
};

/* Every back end embeds this first. */
struct mtp {
	const struct mtp_ops *ops;
	struct mtp_user user;
	bool ansi; /* routing labels */
};

/* MTP-TRANSFER request. -ENETUNREACH while the destination is not available, -EMSGSIZE, -EAGAIN. */
int mtp_transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets, size_t n);
bool mtp_available(const struct mtp *mtp, uint32_t dpc);
size_t mtp_links(const struct mtp *mtp, struct mtp_link_info *info, size_t cap);
/* Takes the links out of service for good: MTP-PAUSE, then SIOS to the other ends while the loop runs (Q.703 clause 12). */
void mtp_stop(struct mtp *mtp);
void mtp_free(struct mtp *mtp);
const char *mtp_link_state_name(enum mtp_link_state state);

#endif
