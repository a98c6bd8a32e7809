/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What the procedures beside the call and its maintenance give to each other: continuity, availability, query, segments,
 * compatibility, congestion, healing, reservation, validation; sending and tracing. Each has a file of its own.
 */
#ifndef ISUP_PROCEDURES_H
#define ISUP_PROCEDURES_H

#include "isup/call_table.h"

/* What the circuit healer does with a circuit, in the order of its steps. */
enum heal_st { HEAL_NONE, HEAL_WAIT, HEAL_RSC, HEAL_GRS, HEAL_BLOCKED };

struct isup_congestion {
	uint8_t ours;	  /* level that our RELs tell */
	uint8_t received; /* level, 0 once TACC has run out */
	uint8_t step;	  /* of traffic reduction for MTP's congestion */
	bool alarmed;
	unsigned turn; /* eighths of a call owed to the reduction */
	struct timer t29, t30, tacc;
};

struct isup_query { /* circuit group query, one at a time */
	uint16_t first, next; /* asked now; where the next one begins */
	uint8_t count;
	bool second; /* what differed is looked at again */
	bool alarmed;
	uint32_t interval_ms; /* 0: none of our own */
	struct timer t28, interval;
};

/* continuity.c */
/* An IAM is taken: true when it is kept until continuity is sure. */
bool isup_check_incoming(struct isup_circuit *circuit, const struct isup_msg *iam);
/* Our IAM is about to go out: -EPROTO when it asks for a check that cannot be done. */
int isup_check_possible(const struct isup *isup, const struct isup_msg *iam);
void isup_check_outgoing(struct isup_circuit *circuit, const struct isup_msg *iam);
/* The circuit's call is in another state: a check that belongs to the old one is over. */
void isup_check_left(struct isup_circuit *circuit, enum circuit_st state);
/* True: the SAM belongs to an IAM that is kept, and is in it now. */
bool isup_check_digits(struct isup_circuit *circuit, const struct isup_msg *sam);
void isup_cot_received(struct isup_circuit *circuit, const struct isup_msg *msg);
void isup_ccr_received(struct isup_circuit *circuit, const struct isup_msg *msg);
void isup_lpa_received(struct isup_circuit *circuit, const struct isup_msg *msg);
void isup_crm_received(struct isup_circuit *circuit, const struct isup_msg *msg);
/* The IAM that a reservation was for: the circuit is idle. */
void isup_reservation_over(struct isup_circuit *circuit);
timer_fn isup_check_expired;

/* validation.c */
void isup_cvt_received(struct isup_circuit *circuit, const struct isup_msg *msg);
void isup_cvr_received(struct isup_circuit *circuit, const struct isup_msg *msg);

/* availability.c */
int isup_availability_init(struct isup *isup);
void isup_user_part_lost(struct isup *isup, unsigned cause);
void isup_user_part_back(struct isup *isup);
/* True: UPT or UPA. */
bool isup_availability_message(struct isup *isup, const struct isup_msg *msg);

/* query.c */
int isup_query_init(struct isup *isup);
void isup_query_close(struct isup *isup);
/* True: CQM or CQR for at least one circuit that is here. */
bool isup_query_message(struct isup *isup, const struct isup_msg *msg);
void isup_query_alarm(struct isup *isup, bool raised);
/* Q.763 3.14; circuit NULL: unequipped. */
uint8_t isup_query_state(const struct isup_circuit *circuit);

/* reassembly.c */
void isup_segment_open(void);
/* True: the message is a segment, and dealt with or kept. What was kept before may be dealt with first. */
bool isup_segment_in(struct isup_circuit *circuit, const struct isup_msg *msg);
void isup_segment_drop(struct isup_circuit *circuit);
timer_fn isup_segment_expired;

/* understand.c */
void isup_understand_open(void);
/* Takes out of a message what is not known, or makes something of it; false: the message is dealt with. */
bool isup_understand(struct isup_circuit *circuit, struct isup_msg *msg);
/* A message of a type that the codec, or no procedure here, knows. */
void isup_message_unknown(struct isup_circuit *circuit, struct isup_msg *msg);
/* After the owner was told of the call. */
void isup_understand_again(struct isup_circuit *circuit, const struct isup_msg *iam);

/* receive.c */
/* A sound and whole message for a circuit. */
void isup_circuit_take(struct isup_circuit *circuit, struct isup_msg *msg);

/* congestion.c */
int isup_congestion_init(struct isup *isup);
void isup_congestion_close(struct isup *isup);
void isup_mtp_congested(struct isup *isup, unsigned level);
void isup_congestion_tell(const struct isup *isup, struct isup_msg *rel);
void isup_congestion_told(struct isup *isup, const struct isup_msg *rel);
/* False: the call is one of those that are held back. */
bool isup_congestion_admits(struct isup *isup, const struct isup_msg *iam);

/* healer.c */
/* The circuit does not return to idle although done was tried. It may be in another state, or gone, afterwards. */
void isup_heal(struct isup_circuit *circuit, enum heal_st done, const char *why);
/* T5: the RSC that is sent now is the healer's first step. */
void isup_heal_reset_sent(struct isup_circuit *circuit);
/* It is idle. */
void isup_healed(struct isup_circuit *circuit);
void isup_heal_forget(struct isup_circuit *circuit);

/* send.c */
/* A message of the variant in use, to be filled. */
void isup_msg_start(const struct isup *isup, struct isup_msg *msg, enum isup_type type, uint16_t cic);
int isup_transmit(struct isup *isup, struct isup_circuit *circuit, const struct isup_msg *msg);
void isup_transmit_plain(struct isup_circuit *circuit, enum isup_type type);
void isup_transmit_confusion(struct isup *isup, uint16_t cic, uint8_t cause, const uint8_t *type);
/* trace.c */
void isup_trace_message(struct isup *isup, const struct isup_msg *msg, bool sent, const uint8_t *octets, size_t n);
void isup_trace_later(struct isup *isup, const struct isup_msg *msg, const uint8_t *octets, size_t n);
void isup_trace_flush(struct isup *isup);
void isup_trace_timer(struct isup_circuit *circuit, const char *name, const char *what);
/* isup.c */
void isup_alarm(struct isup *isup, const char *what, unsigned cic, bool raised);

/* For mtp_transfer. */
unsigned isup_selection(const struct isup *isup, uint8_t type, unsigned cic);
/* The variant in use has such a message. */
bool isup_has_message(const struct isup *isup, uint8_t type);

#endif
