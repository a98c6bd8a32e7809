/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The SIP side, from the bottom up: name look-ups, sockets, transactions, user agent. */
#include <errno.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/main/gateway.h"

#define QUEUE_OCTETS (256 * 1024) /* waiting on one connection that does not take them */

static int open_sockets(struct gateway *gw)
{
	const struct conf *conf = gw->conf;

	for (size_t i = 0; i < conf->sip.n_listen; i++) {
		const struct conf_listen *listen = &conf->sip.listen[i];
		enum sip_proto proto =
			listen->transport == CONF_TCP ? SIP_PROTO_TCP : SIP_PROTO_UDP;
		int err = sip_transport_listen(gw->transport, proto, str_c(listen->address),
					       (uint16_t)listen->port, NULL);

		if (err) {
			log_write(LOG_ERROR, "sip", "%s %s port %u: %s",
				  listen->transport == CONF_TCP ? "tcp" : "udp", listen->address,
				  listen->port, strerror(-err));
			return err;
		}
	}
	return 0;
}

static int open_transport(struct gateway *gw)
{
	const struct sip_transport_conf transport = {
		.max_connections = gw->conf->sip.max_connections,
		.idle_ms = gw->conf->sip.idle_ms,
		.max_message = SIP_MSG_MAX_OCTETS,
		.max_queue = QUEUE_OCTETS,
	};
	const char *servers[4];
	struct dns_conf dns = { .servers = servers, .n_servers = gw->conf->sip.n_dns };
	int err;

	for (size_t i = 0; i < gw->conf->sip.n_dns; i++)
		servers[i] = gw->conf->sip.dns[i];
	err = dns_open(&gw->dns, gw->loop, gw->heap, &dns);
	if (err) {
		log_write(LOG_ERROR, "dns", "not opened: %s", strerror(-err));
		return err;
	}
	gw->enums = enum_new(&(struct enum_conf){ gw->dns, gw->heap, gw->conf->enums.cache });
	if (!gw->enums)
		return -ENOMEM;
	gateway_apply_enum(gw, gw->conf);
	gw->transport = sip_transport_new(gw->loop, gw->heap, &transport);
	return gw->transport ? open_sockets(gw) : -ENOMEM;
}

static struct sip_locator make_locator(const struct gateway *gw)
{
	const struct sip_transport *t = gw->transport;
	bool udp4 = sip_transport_has(t, SIP_PROTO_UDP, AF_INET),
	     udp6 = sip_transport_has(t, SIP_PROTO_UDP, AF_INET6);
	bool tcp4 = sip_transport_has(t, SIP_PROTO_TCP, AF_INET),
	     tcp6 = sip_transport_has(t, SIP_PROTO_TCP, AF_INET6);

	return (struct sip_locator){ .dns = gw->dns,
				     .random = sip_random_system,
				     .udp = udp4 || udp6,
				     .tcp = tcp4 || tcp6,
				     .ipv4 = udp4 || tcp4,
				     .ipv6 = udp6 || tcp6 };
}

int gateway_sip_open(struct gateway *gw)
{
	int err = open_transport(gw);
	const struct sip_stack_conf stack = { .t1_ms = gw->conf->sip.t1_ms,
					      .t2_ms = gw->conf->sip.t2_ms,
					      .t4_ms = gw->conf->sip.t4_ms };
	struct sip_stack_parts parts = { .heap = gw->heap, .ops = &sip_transport_ops };
	struct sip_ua_parts ua = { .heap = gw->heap, .core = gw->core };

	if (err)
		return err;
	parts.transport = gw->transport;
	parts.locator = make_locator(gw);
	gw->stack = sip_stack_new(&stack, &parts);
	if (!gw->stack)
		return -ENOMEM;
	sip_transport_receiver(gw->transport, sip_stack_received, gw->stack);
	ua.stack = gw->stack;
	ua.locator = parts.locator;
	gw->sip = sip_ua_new(gw->conf, &ua);
	if (!gw->sip)
		return -ENOMEM;
	sip_transport_known(gw->transport, sip_ua_knows, gw->sip);
	return 0;
}

void gateway_sip_close(struct gateway *gw)
{
	if (gw->transport)
		sip_transport_known(gw->transport, NULL, NULL);
	sip_ua_free(gw->sip);
	sip_stack_free(gw->stack);
	sip_transport_free(gw->transport);
	enum_free(gw->enums);
	dns_close(gw->dns);
}
