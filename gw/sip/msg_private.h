/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A message's memory, for the files that fill it. */
#ifndef SIP_MSG_PRIVATE_H
#define SIP_MSG_PRIVATE_H

#include "gw/sip/msg.h"

#define SIP_MSG_ALIGNMENT _Alignof(max_align_t)
#define SIP_MSG_ALIGNED(n) (((n) + SIP_MSG_ALIGNMENT - 1) & ~(SIP_MSG_ALIGNMENT - 1))

/* One block: the message, its copy of the octets, and room for the decoded fields. NULL when out of
 * memory. */
struct sip_msg *sip_msg_new(const void *octets, size_t n);
/* Zeroes ahead at least so many octets of free memory; false when out of memory. */
bool sip_msg_more(struct sip_msg *msg, size_t octets);

/* Zeroed memory that lives as long as the message; NULL when out of memory. octets is a multiple of
 * SIP_MSG_ALIGNMENT. */
static inline void *sip_msg_take_aligned(struct sip_msg *msg, size_t octets)
{
	if ((size_t)(msg->free_zeroed - msg->free_at) < octets && !sip_msg_more(msg, octets))
		return NULL;

	void *p = msg->free_at;

	msg->free_at += octets;
	return p;
}

static inline void *sip_msg_take(struct sip_msg *msg, size_t octets)
{
	return sip_msg_take_aligned(msg, SIP_MSG_ALIGNED(octets));
}

#endif
