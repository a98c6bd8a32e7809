/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A SIP trunk as plain data: a part of conf/conf.h. */
#ifndef CONF_SIP_TRUNK_H
#define CONF_SIP_TRUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/overlap.h"
#include "conf/parties.h"
#include "conf/routing.h"
#include "conf/treatment.h"

#define CONF_LISTS_MAX 16

enum conf_transport { CONF_UDP, CONF_TCP };
/* Contacts of a 3xx are tried; the same, and the caller is told; they are given to the caller (RFC 3398 8.2.5). */
enum conf_redirect { CONF_REDIRECT_FOLLOW, CONF_REDIRECT_TELL, CONF_REDIRECT_RELEASE };
enum conf_reliable { CONF_RELIABLE_OFF, CONF_RELIABLE_SUPPORTED, CONF_RELIABLE_REQUIRED };
enum conf_early_media { CONF_EARLY_SDP, CONF_EARLY_INDICATED, CONF_EARLY_OFF };
enum conf_ringback { CONF_RINGBACK_AUTO, CONF_RINGBACK_LOCAL, CONF_RINGBACK_OFF };
enum conf_dtmf { CONF_DTMF_INBAND, CONF_DTMF_RFC4733, CONF_DTMF_INFO };
/* Digits in the peer's audio: on where it brings them neither as events nor by INFO. */
enum conf_dtmf_detection { CONF_DTMF_DETECTION_OFF, CONF_DTMF_DETECTION_ON, CONF_DTMF_DETECTION_ALWAYS };

struct conf_sip_trunk { /* sip "pbx" { }: a peer */
	char *name;
	char *host;		       /* host = "pbx.example.org" or "192.0.2.1" */
	unsigned port;		       /* 0: by RFC 3263 */
	bool transport_set;
	enum conf_transport transport; /* transport = udp | tcp; unset: by RFC 3263 */
	char *allow[CONF_LISTS_MAX];   /* allow = {"192.0.2.0/24"}: who may call in as this trunk; empty: host's addresses */
	size_t n_allow;
	char *codecs[4];	       /* codecs = {"PCMA", "PCMU", "CLEARMODE"} */
	size_t n_codecs;
	unsigned ptime_ms, maxptime_ms; /* 10, 20, 30, 40, 60 */
	enum conf_dtmf dtmf;	       /* dtmf = rfc4733 | inband | info */
	enum conf_dtmf_detection dtmf_detection; /* dtmf-detection = off | on | always: of digits in the peer's audio */
	uint64_t events;	       /* events = "0-16,32-36": bit n is event n */
	bool audio_tone;	       /* audio-tone = true: audio/tone */
	unsigned redundancy;	       /* redundancy = 0 to 3 generations */
	bool comfort_noise;	       /* comfort-noise = true */
	bool vbd_payload;	       /* vbd-payload = true: V.152 */
	bool rtcp_mux, rtcp_xr;	       /* rtcp-mux = true, rtcp-xr = true */
	bool rtp_learned;	       /* rtp-source = signalled | learned */
	bool jitter_fixed;	       /* jitter-buffer = adaptive | fixed */
	bool jitter_set;
	unsigned jitter_min_ms, jitter_max_ms; /* jitter = "5-200"; unset, 0: those of rtp { } */
	uint32_t rtp_timeout_ms;       /* rtp-timeout = 30s; 0: that of rtp { } */
	uint32_t silence_ms;	       /* silence-timeout = 30s; 0: silence is not told of */
	bool trusted;		       /* trusted = true: P-Asserted-Identity sent and believed (RFC 3325) */
	enum conf_reliable reliable;   /* reliable = supported | required | off: 100rel (RFC 3262) */
	enum conf_early_media early_media; /* early-media = sdp | indicated | off: when media flows before the answer */
	bool p_early_media;	       /* p-early-media = true: RFC 5009; unset: as trusted */
	enum conf_ringback ringback;   /* ringback = auto | local | off: who plays it while this peer rings */
	bool early_dialog_end;	       /* early-dialog-end = true: 199 before a failure (RFC 6228) */
	char *user, *password;	       /* of our requests (RFC 7616) */
	uint32_t keepalive_ms;	       /* keepalive = 30s: OPTIONS; 0: none */
	unsigned keepalive_lost, keepalive_back; /* in a row, until it is down, and up again */
	bool call_check_set;
	uint32_t call_check_ms;	       /* call-check = 5min: OPTIONS within answered calls; unset: that of sip { } */
	char *outbound_proxy;	       /* proxy = "192.0.2.9:5060": loose Route for requests outside a dialog */
	unsigned max_calls;	       /* 0: none */
	enum conf_redirect redirect;   /* redirect = follow | tell | release */
	uint32_t retry_after_ms;       /* retry-after = 10s, in a 503 for causes 32 to 47; 0: none */
	char *causes;		       /* causes = rfc3398 | rfc4497 | "q1912.5" | the name of a causes section */
	char *tones;		       /* as an isup trunk's */
	struct conf_treatment treatment;
	struct conf_sip_parties parties;
	char *country, *area;	       /* country-code = "49", area-code = "30": of those who dial on this trunk */
	char *national_prefix, *international_prefix; /* "0", "00": what they dial before such numbers */
	bool no_484;		       /* answers-484 = true: the peer tells a number that is too short by 484 */
	struct conf_trunk_policy policy;
	enum conf_overlap_in overlap_in; /* overlap-in = false | invite | info | "184" */
	uint32_t t10_ms, t35_ms;       /* t10 = 5s, t35 = 15s: of calls from it */
	struct conf_trunk_overlap overlap;
};

#endif
