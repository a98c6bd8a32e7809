/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the files of the transport layer share. */
#ifndef SIP_TRANSPORT_PRIVATE_H
#define SIP_TRANSPORT_PRIVATE_H

#include "gw/base/counter.h"
#include "gw/base/hash.h"
#include "gw/sip/transport.h"

#define SIP_SOCKETS_MAX	  16  /* of each transport */
#define SIP_WATCH_BUCKETS 256 /* power of two */
#define SIP_ROUTES	  64  /* power of two */
#define SIP_TCP_READ	  16384
#define SIP_GATHERED_MAX    32	 /* datagrams */
#define SIP_GATHERED_OCTETS 1500 /* a larger one leaves by itself */

/* A listening socket, of either transport. */
struct sip_socket {
	struct sip_transport *transport; /* borrow */
	union {
		uv_handle_t handle;
		uv_poll_t poll; /* UDP */
		uv_tcp_t tcp;
	};
	int fd;			  /* own: UDP */
	union sip_sockaddr bound; /* as getsockname tells */
	bool wildcard;		  /* bound to any address */
	struct timer again;	  /* TCP: a connection waits for memory */
	char host[SIP_ADDRESS_MAX];
};

/* Datagrams that answer those of one recvmmsg: they leave together. */
struct sip_gathered {
	struct sip_socket *socket; /* borrow: the one whose datagrams are worked on; NULL: none is */
	unsigned n;
	struct {
		struct sip_hop hop;
		bool from_local;
		size_t n;
		char octets[SIP_GATHERED_OCTETS];
	} at[SIP_GATHERED_MAX];
};

/* The address that the kernel sends from towards a host, remembered for a while. */
struct sip_route {
	union sip_sockaddr remote, local;
	uint64_t until_us;
};

struct sip_transport {
	uv_loop_t *loop;	 /* borrow */
	struct timer_heap *heap; /* borrow */
	struct sip_transport_conf conf;
	sip_received_fn *receive;
	void *user;
	sip_known_fn *known;
	void *known_user;
	struct sip_socket *udp[SIP_SOCKETS_MAX]; /* own */
	struct sip_socket *tcp[SIP_SOCKETS_MAX]; /* own */
	unsigned n_udp, n_tcp;
	struct hash by_id, by_remote; /* of struct sip_conn */
	struct list conns;	      /* of struct sip_conn */
	size_t connections, accepted; /* accepted: those that others opened */
	struct list strangers;	      /* of struct sip_conn: the longest silent first */
	size_t n_strangers;
	uint64_t last_conn;
	struct list watches[SIP_WATCH_BUCKETS]; /* of messages sent by UDP, by remote address */
	struct sip_route routes[SIP_ROUTES];
	char *datagrams; /* own: what one recvmmsg fills */
	struct sip_gathered gathered;
	unsigned handles; /* uv handles not closed yet */
	bool closing;
	char tcp_octets[SIP_TCP_READ];
	char answer[SIP_MSG_MAX_OCTETS]; /* to a malformed request */
};

/* transport.c */
struct sip_socket *sip_socket_new(struct sip_transport *transport);
/* Learns where the socket is bound. */
void sip_socket_bound(struct sip_socket *socket, const union sip_sockaddr *bound);
void sip_transport_release(struct sip_transport *transport);
/* One message, or what should be one; framing_error: it ends where nobody knows, so that a body is not looked for. */
void sip_transport_message(struct sip_transport *transport, struct str octets, const struct sip_hop *hop,
			   int framing_error);
/* Our address towards remote by the kernel's routing table. -errno. */
int sip_transport_route(struct sip_transport *transport, const union sip_sockaddr *remote, union sip_sockaddr *local);
/* The socket of a list to send to remote from; local: the address that it must be bound to, family 0: any. */
struct sip_socket *sip_socket_pick(struct sip_transport *transport, struct sip_socket *const *sockets, unsigned n,
				   const struct sip_hop *hop);
struct list *sip_watch_bucket(struct sip_transport *transport, const union sip_sockaddr *remote);

/* transport_udp.c */
int sip_udp_listen(struct sip_socket *socket, const union sip_sockaddr *address);
int sip_udp_send(struct sip_transport *transport, struct sip_hop *hop, struct str octets, struct sip_watch *watch);
/* What was gathered leaves now. */
void sip_udp_flush(struct sip_transport *transport);

/* transport_tcp.c */
int sip_tcp_listen(struct sip_socket *socket, const union sip_sockaddr *address);
int sip_tcp_send(struct sip_transport *transport, struct sip_hop *hop, struct str octets, struct sip_watch *watch,
		 bool must_exist);
void sip_tcp_close_all(struct sip_transport *transport);

extern struct counter sip_transport_errors, sip_icmp_ignored, sip_udp_dropped, sip_keepalives;

#endif
