/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* SIP trunks: their values, and the sources that may call as them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/call/trunk.h"
#include "gw/sip/ua_private.h"

#define PEERS_REFRESH_MS 60000
#define PEERS_RETRY_MS	 10000

static void peers_look_up(struct sip_trunk *trunk);

static void refresh_expired(struct timer *timer, void *arg)
{
	(void)timer;
	peers_look_up(arg);
}

struct sip_trunk *sip_trunk_new(struct sip_ua *ua, const char *name, struct timer_heap *heap)
{
	struct sip_trunk *trunk = calloc(1, sizeof(*trunk));

	if (!trunk)
		return NULL;
	trunk->ua = ua;
	trunk->name = strdup(name);
	if (!trunk->name ||
	    timer_init(&trunk->refresh, heap, "peer addresses", refresh_expired, trunk) ||
	    sip_keepalive_open(trunk, heap)) {
		sip_trunk_free(trunk);
		return NULL;
	}
	trunk->refresh.subject = trunk->name;
	trunk->trunk.ops = &sip_trunk_ops;
	trunk->trunk.name = trunk->name;
	trunk->causes = &cause_rfc3398;
	return trunk;
}

/* Not left in memory that is given back. */
static void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void sip_trunk_free(struct sip_trunk *trunk)
{
	if (!trunk)
		return;
	trunk_policy_free(&trunk->trunk);
	timer_close(&trunk->refresh);
	sip_keepalive_close(trunk);
	sip_locate_cancel(trunk->query);
	free(trunk->name);
	free(trunk->host);
	free(trunk->proxy);
	free(trunk->user);
	secret_free(trunk->password);
	cause_own_free(trunk->own_causes);
	free(trunk);
}

int sip_prefix_parse(struct sip_prefix *prefix, struct str text)
{
	const char *slash = memchr(text.p, '/', text.n);
	struct str host = text;
	uint64_t bits = 0;
	unsigned most;

	if (slash)
		host.n = (size_t)(slash - text.p);
	if (sip_sockaddr_set(&prefix->net, host, 0))
		return -EINVAL;
	most = prefix->net.sa.sa_family == AF_INET6 ? 128 : 32;
	prefix->bits = most;
	if (!slash)
		return 0;
	if (str_to_u64((struct str){ slash + 1, text.n - host.n - 1 }, most, &bits))
		return -EINVAL;
	prefix->bits = (unsigned)bits;
	return 0;
}

/* The address's octets; an IPv4-mapped IPv6 address counts as IPv4. */
static const uint8_t *address_octets(const union sip_sockaddr *addr, size_t *n)
{
	const uint8_t *octets = (const uint8_t *)&addr->in6.sin6_addr;

	if (addr->sa.sa_family == AF_INET) {
		*n = 4;
		return (const uint8_t *)&addr->in4.sin_addr;
	}
	*n = 16;
	if (!IN6_IS_ADDR_V4MAPPED(&addr->in6.sin6_addr))
		return octets;
	*n = 4;
	return octets + 12;
}

bool sip_prefix_has(const struct sip_prefix *prefix, const union sip_sockaddr *addr)
{
	size_t n_net, n_addr;
	const uint8_t *net = address_octets(&prefix->net, &n_net);
	const uint8_t *octets = address_octets(addr, &n_addr);
	unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (n_net != n_addr || memcmp(net, octets, whole) != 0)
		return false;
	return !rest || ((net[whole] ^ octets[whole]) >> (8 - rest)) == 0;
}

unsigned sip_trunk_match(const struct sip_trunk *trunk, const union sip_sockaddr *source)
{
	unsigned best = 0;

	if (!trunk->present)
		return 0;
	for (unsigned i = 0; i < trunk->n_allow; i++)
		if (sip_prefix_has(&trunk->allow[i], source) && trunk->allow[i].bits + 1 > best)
			best = trunk->allow[i].bits + 1;
	for (unsigned i = 0; !trunk->n_allow && i < trunk->n_peers; i++)
		if (sip_sockaddr_same_host(&trunk->peers[i], source))
			return source->sa.sa_family == AF_INET6 ? 129 : 33;
	return best;
}

static void peers_set(void *arg, int error, const struct sip_dests *dests)
{
	struct sip_trunk *trunk = arg;

	trunk->query = NULL;
	timer_start_ms(&trunk->refresh, error ? PEERS_RETRY_MS : PEERS_REFRESH_MS);
	if (error) {
		/* The addresses known so far stay good: a name server that fails must not stop
		 * calls. */
		log_write(LOG_WARNING, trunk->name, "addresses of %s not found: %s", trunk->host,
			  error == -ENOENT ? "no such name" : strerror(-error));
		return;
	}
	trunk->n_peers = 0;
	for (unsigned i = 0; i < dests->n; i++)
		trunk->peers[trunk->n_peers++] = dests->at[i].addr;
}

static void peers_look_up(struct sip_trunk *trunk)
{
	struct sip_uri uri = { .scheme = SIP_SCHEME_SIP, .host = str_c(trunk->host) };
	int err;

	timer_stop(&trunk->refresh);
	sip_locate_cancel(trunk->query);
	trunk->query = NULL;
	if (!trunk->present || trunk->n_allow)
		return;
	if (sip_sockaddr_set(&trunk->peers[0], uri.host, 0) == 0) {
		trunk->n_peers = 1;
		return;
	}
	uri.host_type = SIP_HOST_DOMAIN;
	uri.port = (uint16_t)trunk->port;
	if (trunk->transport_set)
		uri.transport = trunk->transport == CONF_TCP ? SIP_PROTO_TCP : SIP_PROTO_UDP;
	err = sip_locate_start(&trunk->ua->parts.locator, &uri, peers_set, trunk, &trunk->query);
	if (err)
		peers_set(trunk, err, NULL);
}

static void codecs_configure(struct sip_session_conf *media, const struct conf_sip_trunk *conf)
{
	static const struct {
		const char *name;
		enum media_codec codec;
	} names[] = {
		{ "PCMA", MEDIA_PCMA },
		{ "PCMU", MEDIA_PCMU },
		{ "CLEARMODE", MEDIA_CLEARMODE },
	};

	for (size_t i = 0; i < conf->n_codecs; i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (strcmp(conf->codecs[i], names[k].name) == 0 &&
			    media->n_codecs < MEDIA_CODECS)
				media->codecs[media->n_codecs++] = names[k].codec;
}

static void media_configure(struct sip_session_conf *media, const struct conf_sip_trunk *conf)
{
	memset(media, 0, sizeof(*media));
	codecs_configure(media, conf);
	media->ptime_ms = (uint8_t)conf->ptime_ms;
	media->maxptime_ms = (uint8_t)conf->maxptime_ms;
	media->dtmf = conf->dtmf == CONF_DTMF_RFC4733;
	media->events = conf->events;
	media->audio_tone = conf->audio_tone;
	media->redundancy = (uint8_t)conf->redundancy;
	media->comfort_noise = conf->comfort_noise;
	media->vbd_payload = conf->vbd_payload;
	media->rtcp_mux = conf->rtcp_mux;
	media->rtcp_xr = conf->rtcp_xr;
	media->digits_apart = conf->dtmf == CONF_DTMF_INFO;
	media->hear_dtmf = conf->dtmf_detection != CONF_DTMF_DETECTION_OFF;
	media->hear_dtmf_always = conf->dtmf_detection == CONF_DTMF_DETECTION_ALWAYS;
	media->learn_source = conf->rtp_learned;
	media->jitter_fixed = conf->jitter_fixed;
	media->jitter_min_ms = (uint16_t)conf->jitter_min_ms;
	media->jitter_max_ms = (uint16_t)conf->jitter_max_ms;
	media->timeout_ms = conf->rtp_timeout_ms;
	media->silence_ms = conf->silence_ms;
}

static void causes_configure(struct sip_trunk *trunk, const struct conf_sip_trunk *conf,
			     struct cause_own *own)
{
	const struct cause_profile *published =
		conf->causes ? cause_profile_find(conf->causes) : &cause_rfc3398;

	cause_own_free(trunk->own_causes);
	trunk->own_causes = own;
	trunk->causes = own ? &own->profile : published;
}

static void progress_configure(struct sip_trunk *trunk, const struct conf_sip_trunk *conf)
{
	trunk->reliable = conf->reliable;
	trunk->early_media = conf->early_media;
	trunk->p_early_media = conf->p_early_media;
	trunk->ringback = conf->ringback;
	trunk->early_dialog_end = conf->early_dialog_end;
	trunk->trunk.no_ringback = conf->ringback == CONF_RINGBACK_OFF;
}

static int credentials_configure(struct sip_trunk *trunk, const struct conf_sip_trunk *conf)
{
	char *user = conf->user ? strdup(conf->user) : NULL;
	char *password = conf->password ? strdup(conf->password) : NULL;

	if ((conf->user && !user) || (conf->password && !password)) {
		free(user);
		secret_free(password);
		return -ENOMEM;
	}
	free(trunk->user);
	secret_free(trunk->password);
	trunk->user = user;
	trunk->password = password;
	return 0;
}

int sip_trunk_configure(struct sip_trunk *trunk, const struct conf_sip_trunk *conf,
			const struct conf_causes *causes)
{
	char *host = strdup(conf->host);
	char *proxy = conf->outbound_proxy ? strdup(conf->outbound_proxy) : NULL;
	struct cause_own *own = causes ? cause_own_new(causes) : NULL;
	bool moved = !trunk->host || strcmp(trunk->host, conf->host) != 0;
	const struct trunk_numbers numbers = { conf->country, conf->area, conf->national_prefix,
					       conf->international_prefix };

	if (!host || (conf->outbound_proxy && !proxy) || (causes && !own) ||
	    trunk_policy_set(&trunk->trunk, &conf->policy, &numbers) ||
	    credentials_configure(trunk, conf)) {
		free(host);
		free(proxy);
		cause_own_free(own);
		return -ENOMEM;
	}
	causes_configure(trunk, conf, own);
	free(trunk->host);
	free(trunk->proxy);
	trunk->host = host;
	trunk->proxy = proxy;
	trunk->port = conf->port;
	trunk->transport_set = conf->transport_set;
	trunk->transport = conf->transport;
	trunk->trusted = conf->trusted;
	trunk->redirect = conf->redirect;
	trunk->retry_after_s = conf->retry_after_ms / 1000;
	sip_party_configure(&trunk->party, conf, trunk->ua->domain);
	trunk->trunk.max_calls = conf->max_calls;
	trunk->trunk.digits_apart = conf->dtmf == CONF_DTMF_INFO;
	trunk->overlap_in = conf->overlap_in;
	trunk->t10_ms = conf->t10_ms;
	trunk->t35_ms = conf->t35_ms;
	trunk->trunk.overlap.asks = conf->overlap_in != CONF_OVERLAP_IN_OFF;
	trunk->trunk.overlap.max = conf->overlap.max;
	trunk->trunk.overlap.time_ms = conf->overlap.time_ms;
	media_configure(&trunk->media, conf);
	progress_configure(trunk, conf);
	trunk->n_allow = 0;
	for (size_t i = 0; i < conf->n_allow; i++)
		if (sip_prefix_parse(&trunk->allow[trunk->n_allow], str_c(conf->allow[i])))
			log_write(LOG_ERROR, trunk->name, "allow: %s is no address or network",
				  conf->allow[i]);
		else
			trunk->n_allow++;
	trunk->present = true;
	if (moved)
		trunk->n_peers = 0;
	peers_look_up(trunk);
	sip_keepalive_configure(trunk, conf);
	return 0;
}
