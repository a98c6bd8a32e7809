/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Socket addresses of SIP hops: text, comparison, and the trace of a message at a hop. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/base/trace.h"
#include "gw/sip/transport.h"

int sip_sockaddr_set(union sip_sockaddr *addr, struct str host, uint16_t port)
{
	char text[SIP_ADDRESS_MAX];

	memset(addr, 0, sizeof(*addr));
	if (str_copy(text, sizeof(text), host))
		return -EINVAL;
	if (inet_pton(AF_INET, text, &addr->in4.sin_addr) == 1)
		addr->in4.sin_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &addr->in6.sin6_addr) == 1)
		addr->in6.sin6_family = AF_INET6;
	else
		return -EINVAL;
	sip_sockaddr_set_port(addr, port);
	return 0;
}

/* inet_ntop goes through sprintf, several times a message. */
static struct str ipv4_text(const struct in_addr *address, char text[SIP_ADDRESS_MAX])
{
	uint32_t value = ntohl(address->s_addr);
	size_t n = 0;

	for (int shift = 24; shift >= 0; shift -= 8) {
		n = str_add_uint(text, SIP_ADDRESS_MAX, n, value >> shift & 255, 10, 1);
		if (shift)
			text[n++] = '.';
	}
	return (struct str){ text, n };
}

struct str sip_sockaddr_host(const union sip_sockaddr *addr, char text[SIP_ADDRESS_MAX])
{
	if (addr->sa.sa_family == AF_INET)
		return ipv4_text(&addr->in4.sin_addr, text);
	if (addr->sa.sa_family != AF_INET6 ||
	    !inet_ntop(AF_INET6, &addr->in6.sin6_addr, text, SIP_ADDRESS_MAX))
		text[0] = '\0';
	return str_c(text);
}

uint16_t sip_sockaddr_port(const union sip_sockaddr *addr)
{
	return ntohs(addr->sa.sa_family == AF_INET6 ? addr->in6.sin6_port : addr->in4.sin_port);
}

void sip_sockaddr_set_port(union sip_sockaddr *addr, uint16_t port)
{
	if (addr->sa.sa_family == AF_INET6)
		addr->in6.sin6_port = htons(port);
	else
		addr->in4.sin_port = htons(port);
}

socklen_t sip_sockaddr_length(const union sip_sockaddr *addr)
{
	return addr->sa.sa_family == AF_INET6 ? sizeof(addr->in6) : sizeof(addr->in4);
}

bool sip_sockaddr_same_host(const union sip_sockaddr *a, const union sip_sockaddr *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET6)
		return memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof(a->in6.sin6_addr)) == 0;
	return a->in4.sin_addr.s_addr == b->in4.sin_addr.s_addr;
}

bool sip_sockaddr_eq(const union sip_sockaddr *a, const union sip_sockaddr *b)
{
	return sip_sockaddr_same_host(a, b) && sip_sockaddr_port(a) == sip_sockaddr_port(b);
}

uint32_t sip_sockaddr_hash(const union sip_sockaddr *addr, uint32_t seed)
{
	struct str octets = { (const char *)&addr->in4.sin_addr, sizeof(addr->in4.sin_addr) };

	if (addr->sa.sa_family == AF_INET6)
		octets = (struct str){ (const char *)&addr->in6.sin6_addr,
				       sizeof(addr->in6.sin6_addr) };
	return str_hash(octets, seed) ^ (uint32_t)(sip_sockaddr_port(addr) * 2654435761u);
}

const char *sip_hop_text(const struct sip_hop *hop, char text[SIP_HOP_TEXT_MAX])
{
	char host[SIP_ADDRESS_MAX];
	bool ipv6 = hop->remote.sa.sa_family == AF_INET6;

	(void)sip_sockaddr_host(&hop->remote, host);
	snprintf(text, SIP_HOP_TEXT_MAX, "%s %s%s%s:%u",
		 hop->proto == SIP_PROTO_TCP ? "tcp" : "udp", ipv6 ? "[" : "", host,
		 ipv6 ? "]" : "", sip_sockaddr_port(&hop->remote));
	return text;
}

/* "INVITE sip:...", "200 OK": the start line without its version */
static struct str start_line(struct str octets)
{
	static const struct str version = { "SIP/2.0", 7 };
	const char *end = octets.n ? memchr(octets.p, '\n', octets.n) : NULL;
	struct str line =
		str_trim((struct str){ octets.p, end ? (size_t)(end - octets.p) : octets.n });

	if (str_starts(line, version))
		return str_trim((struct str){ line.p + version.n, line.n - version.n });
	if (line.n > version.n &&
	    str_eq((struct str){ line.p + line.n - version.n, version.n }, version))
		line.n -= version.n;
	return str_trim(line);
}

void sip_hop_trace(const struct sip_hop *hop, struct str octets, bool sent, const char *call)
{
	if (!trace_wanted(TRACE_SIP))
		return;

	struct trace_event event = {
		.kind = TRACE_SIP,
		.call = call && call[0] ? call : NULL,
		.sent = sent,
		.text = start_line(octets),
		.octets = (const uint8_t *)octets.p,
		.n_octets = octets.n,
		.local = &hop->local.sa,
		.remote = &hop->remote.sa,
		.tcp = hop->proto == SIP_PROTO_TCP,
	};

	trace_emit(&event);
}
