/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Warnings about SIP trunks: a proxy whose own requests nobody takes. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "conf/check.h"
#include "conf/grammar.h"
#include "gw/base/str.h"

#define HOST_MAX 256

/* Without its port. False: too long. */
static bool proxy_host(const char *proxy, char *host, size_t cap)
{
	unsigned port;

	return conf_address_parse(proxy, host, cap, &port) ||
	       !str_copy(host, cap, (struct str){ proxy, strcspn(proxy, ":") });
}

/* net: of a trunk's allow, known to be well-formed. */
static bool network_has(const char *net, const char *host)
{
	size_t n = strcspn(net, "/");
	uint8_t a[16], b[16];
	int family = memchr(net, ':', n) ? AF_INET6 : AF_INET;
	char address[INET6_ADDRSTRLEN];
	uint64_t bits = family == AF_INET6 ? 128 : 32;

	if (str_copy(address, sizeof(address), (struct str){ net, n }) ||
	    inet_pton(family, address, a) != 1 || inet_pton(family, host, b) != 1)
		return false;
	if (net[n] && str_to_u64(str_c(net + n + 1), bits, &bits))
		return false;
	for (unsigned i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

/* By what is written: names are not looked up. */
static bool takes_calls(const struct conf_sip_trunk *trunk, const char *host)
{
	for (size_t i = 0; i < trunk->n_allow; i++)
		if (network_has(trunk->allow[i], host))
			return true;
	return !trunk->n_allow && trunk->host && strcasecmp(trunk->host, host) == 0;
}

void conf_lint_sip(const struct conf *conf, struct conf_report *report)
{
	for (size_t i = 0; i < conf->n_sips; i++) {
		const struct conf_sip_trunk *trunk = &conf->sips[i];
		char host[HOST_MAX];
		size_t k = 0;

		if (!trunk->outbound_proxy || trunk->n_allow ||
		    !proxy_host(trunk->outbound_proxy, host, sizeof(host)))
			continue;
		while (k < conf->n_sips && !takes_calls(&conf->sips[k], host))
			k++;
		if (k == conf->n_sips)
			conf_report_warn(
				report, &trunk->outbound_proxy,
				"calls that come from proxy \"%s\" are refused with 403, as "
				"only \"%s\" may call from \"%s\"; write allow with the "
				"networks of both",
				host, trunk->host, trunk->name);
	}
}
