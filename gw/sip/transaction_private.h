/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the files of the transaction layer share. */
#ifndef SIP_TRANSACTION_PRIVATE_H
#define SIP_TRANSACTION_PRIVATE_H

#include "gw/base/counter.h"
#include "gw/base/hash.h"
#include "gw/sip/transaction.h"
#include "gw/sip/write.h"

#define SIP_LABEL_MAX	 24
#define SIP_BRANCH_MAX	 32
#define SIP_TIMERS_MAX	 6
#define SIP_VIA_ROOM	 160 /* octets of the Via field that we write */
#define SIP_LARGE_OCTETS 1300 /* 18.1.1 */

enum sip_txn_kind { TXN_INVITE_CLIENT, TXN_CLIENT, TXN_INVITE_SERVER, TXN_SERVER, TXN_ACK, TXN_KINDS };

enum sip_txn_state {
	TXN_ST_NONE, /* in the table: nothing happens */
	TXN_ST_LOCATING,
	TXN_ST_CALLING,
	TXN_ST_TRYING,
	TXN_ST_PROCEEDING,
	TXN_ST_COMPLETED,
	TXN_ST_CONFIRMED,
	TXN_ST_ACCEPTED,
	TXN_ST_TERMINATED,
	TXN_STATES
};

enum sip_txn_event {
	TXN_EV_SEND,	   /* there is an address: first or next */
	TXN_EV_1XX,	   /* received, or from the user */
	TXN_EV_2XX,
	TXN_EV_FINAL,	   /* 300-699 */
	TXN_EV_RETRANSMIT, /* timers A E G */
	TXN_EV_TIMEOUT,	   /* B F H; 64*T1 after CANCEL */
	TXN_EV_END,	   /* D I J K L M */
	TXN_EV_TRYING,	   /* 200 ms without an answer of the user */
	TXN_EV_ERROR,	   /* of the transport */
	TXN_EV_REQUEST,	   /* came again */
	TXN_EV_ACK,
	TXN_EV_CANCEL,
	TXN_EV_ABANDON, /* an answer of our own could not be made */
	TXN_EVENTS
};

enum sip_txn_timer { /* places in txn->timers, by kind */
	IC_ERROR, IC_A, IC_B, IC_D, IC_M, IC_CANCEL,
	NC_ERROR = 0, NC_E, NC_F, NC_K,
	IS_ERROR = 0, IS_G, IS_H, IS_I, IS_L, IS_TRYING,
	NS_ERROR = 0, NS_J,
	AC_ERROR = 0, AC_END
};

struct sip_client {
	const struct sip_client_ops *ops; /* NULL: detached */
	struct sip_locate *locate;	  /* own until it answers */
	struct sip_dest *dests;		  /* own; NULL when there is one */
	struct sip_dest dest;		  /* the one in use */
	unsigned n_dests, at;
	char *room;    /* borrow (in the transaction's block): start line, Via, the rest */
	size_t n_line; /* octets of the start line */
	size_t n_rest;
	struct str request; /* as sent, in room */
	struct str ack;	    /* own: for a non-2xx */
	char *reason;	    /* own: Reason of a CANCEL that waits for a provisional response */
	bool cancelled;	    /* the user does not want the call any more */
	bool cancel_sent;
	bool heard;	    /* a response above 100 was given to the user */
	bool trying_heard;  /* 100 was */
	char branch[SIP_BRANCH_MAX];
};

struct sip_server {
	const struct sip_server_ops *ops; /* NULL: nobody */
	struct sip_msg *msg;		  /* own reference until the final response; longer where branch is no key */
	struct hash_node merged;	  /* in stack->merged (8.2.2.2) */
	uint64_t digest;		  /* of From tag, Call-ID and CSeq: merged requests agree */
	char *key;			  /* borrow (in the transaction's block): branch, host of sent-by, maddr */
	uint16_t n_branch, n_host, port;
	struct sip_via via;    /* what 18.2.2 and RFC 3263 5 need of it */
	struct sip_hop origin; /* where the request came from */
	char *response;	       /* own: the last one */
	size_t n_response, cap_response;
	struct sip_locate *locate; /* own until it answers */
	struct sip_dest *dests;	   /* own: RFC 3263 5 */
	unsigned n_dests, at;
	uint8_t step; /* enum in transaction_server.c: how the response is sent */
	uint16_t status; /* of the last response */
	char to_tag[SIP_TAG_MAX];
};

struct sip_txn {
	struct hash_node node; /* in stack->clients or stack->servers */
	struct list_node all;
	struct sip_stack *stack; /* borrow */
	void *user;
	uint8_t kind, state;
	uint8_t n_timers;
	bool hashed, merged_hashed;
	unsigned busy; /* events under way: it is freed when none is */
	enum sip_method method;
	uint32_t interval_ms; /* of A, E, G */
	int error;	      /* of the transport, reported by timer */
	struct sip_hop hop;   /* used last */
	struct sip_watch watch;
	char call[SIP_LABEL_MAX];
	union {
		struct sip_client client;
		struct sip_server server;
	};
	struct timer timers[];
};

struct sip_stack {
	struct sip_stack_conf conf;
	struct sip_stack_parts parts;
	const struct sip_stack_ops *ops; /* borrow */
	void *user;
	struct hash clients, servers, merged;
	struct list all;
	size_t n_servers;
	uint32_t seed; /* of hashes: peers must not know where a transaction lands */
	struct {       /* a new request that was not traced yet: it gets the label first */
		struct sip_txn *txn;
		const struct sip_hop *hop;
		struct str octets;
	} untraced;
	char scratch[SIP_MSG_MAX_OCTETS];
};

/* transaction.c */
struct sip_txn *sip_txn_new(struct sip_stack *stack, enum sip_txn_kind kind, size_t room);
/* Ends it now, unless an event of it is under way. */
void sip_txn_free(struct sip_txn *txn);
int sip_txn_hash(struct sip_txn *txn, uint32_t value) __attribute__((warn_unused_result));
void sip_txn_unhash(struct sip_txn *txn);
/* Sends, traces; a failure at once is reported by timer, as later ones are. */
void sip_txn_send(struct sip_txn *txn, struct str octets, bool must_exist);
void sip_txn_fail(struct sip_txn *txn, int error);
/* A request that waits for its label is traced now. */
void sip_txn_trace_request(struct sip_txn *txn);
bool sip_txn_is_client(const struct sip_txn *txn);
bool sip_txn_reliable(const struct sip_txn *txn);

/* transaction_table.c: the one place that changes state. False: the event means nothing in this state. */
bool sip_txn_event(struct sip_txn *txn, enum sip_txn_event event, struct sip_msg *msg);
const char *sip_txn_timer_name(enum sip_txn_kind kind, unsigned i);
unsigned sip_txn_timers(enum sip_txn_kind kind);
void sip_txn_timer_fired(struct timer *timer, void *arg);
void sip_txn_timers_stop(struct sip_txn *txn);
/* Starts by its value in RFC 3261 table 4; for A, E and G by interval_ms. */
void sip_txn_timer(struct sip_txn *txn, unsigned i);

/* transaction_match.c (17.1.3, 17.2.3) */
struct sip_txn *sip_client_find(struct sip_stack *stack, struct str branch, enum sip_method method);
uint32_t sip_client_hash(const struct sip_stack *stack, struct str branch, enum sip_method method);
/* method: INVITE for an ACK, and to find what a CANCEL is for. */
struct sip_txn *sip_server_find(struct sip_stack *stack, const struct sip_msg *msg, enum sip_method method);
uint32_t sip_server_hash(const struct sip_stack *stack, const struct sip_msg *msg);
uint64_t sip_server_digest(const struct sip_stack *stack, const struct sip_msg *msg);
bool sip_server_merged(struct sip_stack *stack, uint64_t digest);

/* Actions of the table. */
typedef void sip_txn_action(struct sip_txn *txn, struct sip_msg *msg);
sip_txn_action sip_client_act_send, sip_client_act_again, sip_client_act_pass, sip_client_act_provisional;
sip_txn_action sip_client_act_accepted, sip_client_act_failed, sip_client_act_completed, sip_client_act_ack_again;
sip_txn_action sip_client_act_timeout, sip_client_act_error;
sip_txn_action sip_server_act_send, sip_server_act_again, sip_server_act_accepted, sip_server_act_refused;
sip_txn_action sip_server_act_completed, sip_server_act_retransmit, sip_server_act_confirmed, sip_server_act_ack;
sip_txn_action sip_server_act_no_ack, sip_server_act_trying, sip_server_act_cancel, sip_server_act_error;

/* transaction_client.c */
bool sip_client_next(const struct sip_txn *txn);
void sip_client_received(struct sip_txn *txn, struct sip_msg *msg);
void sip_client_release(struct sip_txn *txn);
void sip_client_ended(struct sip_txn *txn);
/* transaction_server.c */
void sip_server_open(struct sip_stack *stack, struct sip_msg *msg, const struct sip_hop *hop, struct str octets);
void sip_server_release(struct sip_txn *txn);
void sip_server_ended(struct sip_txn *txn);

extern struct counter sip_txn_timeouts, sip_txn_stray, sip_txn_absorbed, sip_txn_merged, sip_txn_dropped;

#endif
