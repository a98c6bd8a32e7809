/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The transport layer (RFC 3261 18, RFC 3581, RFC 5626 4.4.1): listening UDP and TCP sockets, connections, framing.
 * It hands whole, well-formed messages up and answers the others itself. Core thread only.
 */
#ifndef SIP_TRANSPORT_H
#define SIP_TRANSPORT_H

#include <netinet/in.h>
#include <uv.h>

#include "gw/base/list.h"
#include "gw/base/timer.h"
#include "gw/sip/msg.h"

union sip_sockaddr {
	struct sockaddr sa; /* sa_family 0: none */
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
};

#define SIP_ADDRESS_MAX 46 /* INET6_ADDRSTRLEN */

/* Numeric text (IPv6 without brackets) to an address. -EINVAL. */
int sip_sockaddr_set(union sip_sockaddr *addr, struct str host, uint16_t port) __attribute__((warn_unused_result));
/* The address without its port, terminated; the text is in text. */
struct str sip_sockaddr_host(const union sip_sockaddr *addr, char text[SIP_ADDRESS_MAX]);
uint16_t sip_sockaddr_port(const union sip_sockaddr *addr);
void sip_sockaddr_set_port(union sip_sockaddr *addr, uint16_t port);
socklen_t sip_sockaddr_length(const union sip_sockaddr *addr);
bool sip_sockaddr_eq(const union sip_sockaddr *a, const union sip_sockaddr *b);
bool sip_sockaddr_same_host(const union sip_sockaddr *a, const union sip_sockaddr *b);
uint32_t sip_sockaddr_hash(const union sip_sockaddr *addr, uint32_t seed);

/* One hop: where a message came from, or is to go. */
struct sip_hop {
	enum sip_proto proto; /* SIP_PROTO_UDP or SIP_PROTO_TCP */
	union sip_sockaddr remote;
	union sip_sockaddr local; /* ours; family 0: any */
	uint64_t conn;		  /* a connection's number, 0: none. A number is never used again. */
};

/* "udp 192.0.2.1:5060" for logs; the text is in text. */
#define SIP_HOP_TEXT_MAX 72
const char *sip_hop_text(const struct sip_hop *hop, char text[SIP_HOP_TEXT_MAX]);
/* Tells the trace tap of a message at this hop. call may be NULL or empty. */
void sip_hop_trace(const struct sip_hop *hop, struct str octets, bool sent, const char *call);

/* What our Via says (18.1.1). */
struct sip_sent_by {
	enum sip_proto proto;
	uint16_t port;
	char host[SIP_ADDRESS_MAX];
};

/*
 * Who must hear that a message cannot be delivered: an ICMP error (18.4), or the end of the connection. Embedded in a
 * transaction, zeroed at first; attached by a send that asks for it; fn may detach this watch and any other.
 * branch, method and response name the message to which an ICMP error is matched (17.1.3, 17.2.3).
 */
struct sip_watch {
	struct list_node node;
	void (*fn)(struct sip_watch *watch, int error);
	union sip_sockaddr remote;
	struct str branch; /* borrow: of the top Via; empty: no ICMP error is for it */
	enum sip_method method;
	bool response;
};

/* What transactions need of a transport; tests put their own underneath. */
struct sip_transport_ops {
	/*
	 * Sends. hop->local and hop->conn are set to what was used. Over TCP an open connection to hop->remote is used, or
	 * one is made. -errno when it failed at once (-ENOTCONN: response only, see below); failures later go to watch.
	 * must_exist: only over connection hop->conn, -ENOTCONN when that is closed (18.2.2).
	 */
	int (*send)(void *transport, struct sip_hop *hop, struct str octets, struct sip_watch *watch, bool must_exist);
	/* Our address towards hop->remote, for Via and Contact. -ENOTSUP: no such socket. */
	int (*sent_by)(void *transport, const struct sip_hop *hop, struct sip_sent_by *sent_by);
	void (*unwatch)(void *transport, struct sip_watch *watch);
};

extern const struct sip_transport_ops sip_transport_ops;

/* Who gets what is received. msg is borrowed (sip_msg_ref keeps it), octets are as received, hop tells the source. */
typedef void sip_received_fn(void *user, struct sip_msg *msg, const struct sip_hop *hop, struct str octets);

struct sip_transport_conf {
	unsigned max_connections;      /* that others open, and as many that we open */
	uint32_t idle_ms;	       /* a connection without a whole message for this long is closed */
	size_t max_message;	       /* octets, at most SIP_MSG_MAX_OCTETS */
	size_t max_queue;	       /* octets waiting to be sent on one connection */
};

struct sip_transport;

/* own; NULL when out of memory. loop, heap: borrow. */
struct sip_transport *sip_transport_new(uv_loop_t *loop, struct timer_heap *heap, const struct sip_transport_conf *conf);
void sip_transport_receiver(struct sip_transport *transport, sip_received_fn *fn, void *user);
/* Whose connections are no stranger's: of those there are at most a tenth. Asked when a connection is opened; NULL: everybody's. */
typedef bool sip_known_fn(void *user, const union sip_sockaddr *remote);
void sip_transport_known(struct sip_transport *transport, sip_known_fn *fn, void *user);
/* Opens a listening socket; port 0 takes any. *bound (may be NULL) tells where. -errno of the socket calls. */
int sip_transport_listen(struct sip_transport *transport, enum sip_proto proto, struct str address, uint16_t port,
			 union sip_sockaddr *bound) __attribute__((warn_unused_result));
/* Closes all sockets; the handles close asynchronously: run the loop once more, then it is freed. NULL is fine. */
void sip_transport_free(struct sip_transport *transport);
size_t sip_transport_connections(const struct sip_transport *transport);
bool sip_transport_has(const struct sip_transport *transport, enum sip_proto proto, int family);

#endif
