/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The life of a SIP message and what is asked of it (RFC 3261 7, 18.2.1; RFC 3581 4). Decoding is
 * in msg_parse.c. */
#include "gw/sip/msg.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/pool.h"
#include "gw/sip/lex16.h"
#include "gw/sip/msg_private.h"

#define PIECE_OCTETS  16384u
#define ZERO_OCTETS   1024u
#define FIRST_OCTETS  2048u	    /* decoded fields of a small message, and ... */
#define OCTETS_FACTOR 5u	    /* ... per octet of text */
#define BLOCK_STEP    ((size_t)512) /* messages of about the same length use the same blocks */

static bool grow(struct sip_msg *msg, size_t octets)
{
	size_t head = SIP_MSG_ALIGNED(sizeof(struct sip_arena));
	size_t n = head + (octets > PIECE_OCTETS ? octets : PIECE_OCTETS);
	struct sip_arena *piece = malloc(n);

	if (!piece)
		return false;
	piece->next = msg->pieces;
	msg->pieces = piece;
	msg->free_at = msg->free_zeroed = (char *)piece + head;
	msg->free_end = (char *)piece + n;
	return true;
}

/* In steps, because one large memset costs less than many small ones, but a whole piece is rarely
 * used. */
bool sip_msg_more(struct sip_msg *msg, size_t octets)
{
	if ((size_t)(msg->free_end - msg->free_at) < octets && !grow(msg, octets))
		return false;

	size_t left = (size_t)(msg->free_end - msg->free_zeroed);
	size_t n = octets > ZERO_OCTETS ? octets : ZERO_OCTETS;

	if (n > left)
		n = left;
	memset(msg->free_zeroed, 0, n);
	msg->free_zeroed += n;
	return true;
}

struct sip_msg *sip_msg_new(const void *octets, size_t n)
{
	size_t head = SIP_MSG_ALIGNED(sizeof(struct sip_msg)),
	       text = SIP_MSG_ALIGNED(n + LEX_PADDING);
	size_t room = FIRST_OCTETS + n * OCTETS_FACTOR;
	size_t size = (head + text + room + BLOCK_STEP - 1) & ~(BLOCK_STEP - 1);
	char *block = pool_take(size);

	if (!block)
		return NULL;

	struct sip_msg *msg = (struct sip_msg *)(void *)block;

	memset(msg, 0, sizeof(*msg));
	msg->refs = 1;
	msg->text = (struct str){ block + head, n };
	if (n > 0)
		memcpy(block + head, octets, n);
	/* The cursor looks at whole blocks of octets. */
	memset(block + head + n, 0, LEX_PADDING);
	msg->free_at = msg->free_zeroed = block + head + text;
	msg->free_end = block + size;
	return msg;
}

struct sip_msg *sip_msg_ref(struct sip_msg *msg)
{
	msg->refs++;
	return msg;
}

void sip_msg_free(struct sip_msg *msg)
{
	if (!msg || --msg->refs > 0)
		return;
	while (msg->pieces) {
		struct sip_arena *piece = msg->pieces;

		msg->pieces = piece->next;
		free(piece);
	}
	pool_give(msg);
}

int sip_msg_received(struct sip_msg *msg, struct str address, uint16_t port)
{
	struct sip_via *via = msg->via;

	if (!via || (!via->rport && str_ieq(via->host, address)))
		return 0;

	char *copy = sip_msg_take(msg, address.n + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, address.p, address.n);
	via->received = (struct str){ copy, address.n };
	if (via->rport)
		via->rport_port = port;
	via->stamped = true;
	return 0;
}

const struct sip_header *sip_msg_header(const struct sip_msg *msg, enum sip_header_id id,
					unsigned nth)
{
	for (unsigned i = 0; i < msg->n_headers; i++) {
		if (msg->headers[i].id == id && nth-- == 0)
			return &msg->headers[i];
	}
	return NULL;
}

const struct sip_header *sip_msg_other(const struct sip_msg *msg, struct str name)
{
	for (unsigned i = 0; i < msg->n_headers; i++) {
		if (msg->headers[i].id == SIP_H_OTHER && str_ieq(msg->headers[i].name, name))
			return &msg->headers[i];
	}
	return NULL;
}
