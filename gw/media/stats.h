/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What an end of a channel did and how well: plain data for records, shows and reports (RFC 3550, RFC 3611, G.168). */
#ifndef MEDIA_STATS_H
#define MEDIA_STATS_H

#include <stdbool.h>
#include <stdint.h>

#define MEDIA_UNKNOWN 127

/* RFC 3611 4.7: of a stream since its beginning. Rates and densities in 1/256, levels in dBm0, MOS times 10. */
struct media_quality {
	bool known;
	uint8_t loss_rate, discard_rate, burst_density, gap_density;
	uint16_t burst_ms, gap_ms, round_trip_ms, end_system_ms;
	int8_t signal_dbm0, noise_dbm0; /* MEDIA_UNKNOWN */
	uint8_t rerl_db;		/* MEDIA_UNKNOWN */
	uint8_t r_factor, mos_lq, mos_cq; /* MEDIA_UNKNOWN */
	uint8_t receiver; /* RX config octet */
	uint16_t jb_nominal_ms, jb_max_ms, jb_abs_max_ms;
};

enum media_echo_state {
	MEDIA_ECHO_NONE,     /* no canceller */
	MEDIA_ECHO_OFF,	     /* there is one, and it is off: data, a continuity check, or as asked for */
	MEDIA_ECHO_SPAN,     /* the span's own works, and nothing else is known of it */
	MEDIA_ECHO_DISABLED, /* by 2100 Hz with phase reversals (G.168 7) */
	MEDIA_ECHO_CONVERGING,
	MEDIA_ECHO_DOUBLE_TALK,
	MEDIA_ECHO_CONVERGED,
};

/* Of a bearer's canceller. */
struct media_echo {
	uint8_t state;	 /* enum media_echo_state */
	bool nlp_off;	 /* its non-linear processor does nothing: modem, fax, or as asked for */
	uint8_t tail_ms; /* configured */
	uint8_t tail_begin_ms, tail_end_ms; /* where the line's echo is; 0, 0: there is none */
	uint8_t erl_db, erle_db; /* loss of the line, what the filter adds; MEDIA_UNKNOWN */
	uint32_t disablings;
};

/* What a channel did, for CDR and show. Copied without locks from the channel's snapshot slot. */
struct media_end_stats {
	/* what every packet and block adds to, in one cache line; but for overruns, these are the snapshot's counts */
	uint64_t packets_in, packets_out, octets_in, octets_out;
	uint64_t blocks_in, blocks_out, tx_underruns, rx_overruns; /* bearer */
	uint64_t lost, late, duplicate, reordered, refused; /* refused: wrong source, version or payload type */
	uint64_t unsent; /* packets that the host did not take, or has no way for */
	uint64_t concealed_ms;
	uint32_t jitter_us, delay_ms; /* RFC 3550 interarrival jitter; jitter buffer delay now */
	uint32_t rtt_us;	      /* from RTCP, 0 while unknown */
	uint32_t dtmf_in, dtmf_out;
	uint64_t recovered;  /* blocks that redundancy brought in the place of lost ones */
	uint64_t comfort_ms; /* noise played in the peer's pauses */
	uint64_t cn_in, cn_out; /* packets */
	uint32_t signals_in; /* events other than DTMF */
	uint32_t vbd;	     /* times the channel became voice-band data */
	struct media_echo echo; /* bearer */
	struct media_quality quality;	   /* of what is received here */
	struct media_quality peer_quality; /* of what the peer receives, by its reports */
};

#endif
