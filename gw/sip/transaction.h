/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The transaction layer: the machines of RFC 3261 17 with RFC 6026, matching (17.1.3, 17.2.3), CANCEL (9), merged
 * requests (8.2.2.2) and failover between servers (RFC 3263 4.3). Core thread only.
 *
 * A transaction lives by itself. Its user holds a borrowed pointer until ended() is called, or until it detaches.
 * No call-back is made from within sip_client_start, sip_client_cancel or sip_server_respond.
 */
#ifndef SIP_TRANSACTION_H
#define SIP_TRANSACTION_H

#include "gw/sip/locate.h"
#include "gw/sip/transport.h"

struct sip_stack;
struct sip_txn;

#define SIP_TAG_MAX 17

struct sip_stack_conf {
	uint32_t t1_ms, t2_ms, t4_ms; /* 0: 500, 4000, 5000 (17.1.1.1) */
	uint32_t trying_ms;	      /* 100 by itself after this time; 0: 200 (17.2.1) */
	size_t max_transactions;      /* server transactions beyond get 503; 0: 800,000 */
};

/* The user of the whole stack. */
struct sip_stack_ops {
	/* A new request, not ACK, not CANCEL: answer it now, or take it with sip_server_own and answer later. */
	void (*request)(void *user, struct sip_txn *txn, struct sip_msg *msg);
	/* An ACK that belongs to no transaction: for a 2xx (13.3.1.4). */
	void (*ack)(void *user, struct sip_msg *msg, const struct sip_hop *from);
	/* The call id for traces of a message whose transaction has no label; NULL: none. May be NULL. */
	const char *(*call_of)(void *user, const struct sip_msg *msg);
};

struct sip_stack_parts { /* all borrowed */
	struct timer_heap *heap;
	const struct sip_transport_ops *ops;
	void *transport;
	struct sip_locator locator; /* copied */
};

/* own; NULL when out of memory. Feed it by sip_transport_receiver(transport, sip_stack_received, stack). */
struct sip_stack *sip_stack_new(const struct sip_stack_conf *conf, const struct sip_stack_parts *parts);
void sip_stack_user(struct sip_stack *stack, const struct sip_stack_ops *ops, void *user);
/* Ends every transaction without a word to anybody. NULL is fine. */
void sip_stack_free(struct sip_stack *stack);
sip_received_fn sip_stack_received;
size_t sip_stack_transactions(const struct sip_stack *stack);
uint32_t sip_stack_random(struct sip_stack *stack);
/* A fresh tag or Call-ID part: 16 hexadecimal digits, terminated. */
void sip_stack_tag(struct sip_stack *stack, char tag[SIP_TAG_MAX]);
/* What Via (and Contact) would say towards where a hop leads, or towards a URI; a name that needs DNS gives our first
 * socket of the transport. */
int sip_stack_sent_by_hop(struct sip_stack *stack, const struct sip_hop *to, struct sip_sent_by *sent_by)
	__attribute__((warn_unused_result));
int sip_stack_sent_by(struct sip_stack *stack, const struct sip_uri *uri, struct sip_sent_by *sent_by)
	__attribute__((warn_unused_result));
/* T1, T2 and 64*T1 for the 2xx and its ACK, which the dialog's user retransmits (13.3.1.4). */
uint32_t sip_stack_t1_ms(const struct sip_stack *stack);
uint32_t sip_stack_t2_ms(const struct sip_stack *stack);

/* ---- client ---- */
struct sip_client_ops {
	/* Every response but the retransmissions and 100s after the first; each 2xx of each fork (RFC 6026 7.2). */
	void (*response)(void *user, struct sip_txn *txn, struct sip_msg *msg);
	/* No final response will come: as if 408 (timeout), 503 (no server reached), 487 (cancelled unsent) (8.1.3.1). */
	void (*failed)(void *user, struct sip_txn *txn, unsigned status);
	/* Last call; txn is gone. May be NULL. */
	void (*ended)(void *user, struct sip_txn *txn);
};

struct sip_client_params {
	struct str request;	   /* as gw/sip/write.h made it, whole, but without Via: that is put in here */
	struct str next_hop;	   /* URI to locate: first Route, or Request-URI, or a proxy */
	const char *call;	   /* label for traces and logs (copied), may be NULL */
	const struct sip_client_ops *ops;
	void *user;
};

/* 0: the call-backs tell. -ENOMEM, -EINVAL (no request line, URI that cannot be read). The texts are copied. */
int sip_client_start(struct sip_stack *stack, const struct sip_client_params *params, struct sip_txn **txn)
	__attribute__((warn_unused_result));
/*
 * 9.1: CANCEL now, or when the first provisional response comes; its header fields come from the INVITE. reason: value of
 * a Reason field, may be empty. Then 487 normally comes; failed(408) after 64*T1 without any final response.
 */
void sip_client_cancel(struct sip_txn *txn, struct str reason);
/* 13.2.2.4: sends an ACK for a 2xx: no transaction, a new branch. Call it again for each 2xx that comes again. */
int sip_ack_send(struct sip_stack *stack, struct str request, struct str next_hop, const char *call)
	__attribute__((warn_unused_result));

/* Who hears about this transaction from now on. */
void sip_client_own(struct sip_txn *txn, const struct sip_client_ops *ops, void *user);

/* ---- server ---- */
struct sip_server_ops {
	/* CANCEL of this INVITE, which has no final response yet: answer it with 487 (9.2). CANCEL itself is answered. */
	void (*cancel)(void *user, struct sip_txn *txn, struct sip_msg *cancel);
	/* The ACK for a non-2xx final response, or an ACK that came while 2xx is being sent. */
	void (*ack)(void *user, struct sip_txn *txn, struct sip_msg *ack);
	/* 408: no ACK for a non-2xx in 64*T1 (H). 503: a response, no 2xx, went nowhere; the state stays (17.2.4). */
	void (*failed)(void *user, struct sip_txn *txn, unsigned status);
	void (*ended)(void *user, struct sip_txn *txn);
};

/* Who hears about this transaction. Members of ops may be NULL. */
void sip_server_own(struct sip_txn *txn, const struct sip_server_ops *ops, void *user);
/*
 * Sends a response (whole message, as sip_write_response began it): any number of provisional ones and a final one; and a
 * 2xx to INVITE any number of times. -EALREADY: a final one was sent; -ENOMEM; -EINVAL: no status line.
 */
int sip_server_respond(struct sip_txn *txn, struct str response) __attribute__((warn_unused_result));
/* A response without a body: status, the usual phrase when phrase is empty. */
int sip_server_reply(struct sip_txn *txn, unsigned status, struct str phrase) __attribute__((warn_unused_result));
/* The To tag for all responses to this request (9.2 has the one for CANCEL agree). */
struct str sip_server_to_tag(const struct sip_txn *txn);
/* The request; NULL after the final response was sent. */
struct sip_msg *sip_server_request(const struct sip_txn *txn);

/* ---- both ---- */
/* No call-backs any more; the machine goes on. A request not answered yet is answered with 500. NULL is fine. */
void sip_txn_detach(struct sip_txn *txn);
/* The call that traces and log lines of this transaction belong to (copied). */
void sip_txn_label(struct sip_txn *txn, const char *call);
/* Where the request came from, or went to. */
const struct sip_hop *sip_txn_hop(const struct sip_txn *txn);
enum sip_method sip_txn_method(const struct sip_txn *txn);

#endif
