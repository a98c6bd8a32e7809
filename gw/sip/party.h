/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The parties of a call between SIP and the leg vocabulary, by a trunk's rules: called (RFC 3398 7.2.1.1, RFC 3966, 4694,
 * 4904), calling (identity.h), diverting (RFC 7044, 5806, 7544), and what goes with them: user-to-user information (RFC
 * 7433, 7434), priority (RFC 4412), category. Pure functions over a message or a setup, save the counters of what was
 * malformed.
 */
#ifndef SIP_PARTY_H
#define SIP_PARTY_H

#include "conf/conf.h"
#include "gw/call/leg.h"
#include "gw/sip/msg.h"
#include "gw/sip/write.h"

#define PARTY_CODE_MAX	  16 /* E.164 6: country and area codes, prefixes */
#define PARTY_CONTEXT_MAX LEG_CONTEXT_MAX

struct sip_party_conf { /* a trunk's; all empty: numbers as they come */
	bool trusted;
	enum conf_identity identity;
	enum conf_diversion diversion;
	bool user_to_user, trunk_groups;
	uint8_t n_priorities;
	uint8_t priorities[CONF_PRIORITIES]; /* rows of party_priority.c's namespaces, best first */
	char country[PARTY_CODE_MAX], area[PARTY_CODE_MAX];
	char national_prefix[PARTY_CODE_MAX], international_prefix[PARTY_CODE_MAX];
	char phone_context[PARTY_CONTEXT_MAX], trunk_context[PARTY_CONTEXT_MAX];
};

/* domain: our own name, NULL: none. */
void sip_party_configure(struct sip_party_conf *party, const struct conf_sip_trunk *conf, const char *domain);

/* The Request-URI: number, subaddress, portability, carrier and trunk group. As sip_identity_number, and
 * -EADDRNOTAVAIL: a local number of a context that is not ours (RFC 3966 5.1.5). */
int sip_party_called(const struct sip_party_conf *party, const struct sip_uri *uri, struct leg_setup *setup)
	__attribute__((warn_unused_result));
/* Everything else that an INVITE says of its parties; called is there. 0, or the status that refuses it, and why. Malformed
 * fields are counted and told under subject. */
unsigned sip_party_read(const struct sip_party_conf *party, const struct sip_msg *invite, const char *subject,
			struct leg_setup *setup, const char **why) __attribute__((warn_unused_result));

/* "sip:+49...;params@host:port;user=phone" for the called number. */
void sip_party_write_uri(struct sip_writer *w, const struct sip_party_conf *party, const struct leg_setup *setup,
			 struct str host, uint16_t port);
/* Where a call went (RFC 7044 9.3): the texts are own where they are kept. */
struct sip_party_target {
	char *uri;	   /* Request-URI, without header fields */
	unsigned status;   /* of its final response; 0: none yet */
	char *reason;	   /* Reason of that response, NULL: none */
	const char *param; /* how the target was found, "rc=1" or "mp=1"; NULL: not said */
	char *below;	   /* entries of that response for what followed, NULL: none */
};

struct sip_party_targets { /* in order; the last is the Request-URI of the INVITE that is written */
	unsigned n;
	const struct sip_party_target *at;
	const char *diverted; /* entries of Diversion of the 3xx that led there; NULL: none */
};

/* The header fields of an INVITE that tell of its parties. */
void sip_party_write(struct sip_writer *w, const struct sip_party_conf *party, const struct leg_setup *setup,
		     const struct sip_party_targets *targets, struct str host);
/* The trunk's INVITEs have History-Info, where there is something to say. */
bool sip_party_history_said(const struct sip_party_conf *party);
/* A response's: the entries of the INVITE, and the one for its Request-URI where there is none, for who sent entries or asks for
 * them (RFC 7044 9.1, 9.4). host: of a number that has none. */
void sip_party_history_answer(struct sip_writer *w, const struct sip_msg *invite, struct str host, const char *subject);
/* own, NULL: none. How a Contact of a 3xx was found (RFC 7044 10.4), a response's Reason, and its History-Info of what came
 * after the turn-th target, from 1. */
char *sip_party_history_param(const struct sip_addr *contact);
char *sip_party_history_reason(const struct sip_msg *response, const char *subject);
char *sip_party_history_below(const struct sip_msg *response, const struct leg_redirection *in, unsigned turn,
			      const char *subject);
/* own, NULL: none. The entries of Diversion that a 3xx adds, in front of those of the 3xx before it (NULL: none); in: who
 * had diverted the call that it redirects. */
char *sip_party_diversion_added(const struct sip_party_conf *party, const struct sip_msg *response,
				const struct leg_redirection *in, const char *before, const char *subject);
/* The user part and '@' of a Contact that names the trunk group a call comes from; nothing where none is to be named. */
void sip_party_write_group(struct sip_writer *w, const struct sip_party_conf *party, const struct leg_setup *setup);

/* Accept-Resource-Priority: every value of the trunk's namespaces (RFC 4412 3.2); nothing where it has none. */
void sip_party_priority_accepted(struct sip_writer *w, const struct sip_party_conf *party);

/* User-to-user information of any message; out is empty when there is none. */
void sip_party_uui_read(const struct sip_party_conf *party, const struct sip_msg *msg, const char *subject,
			struct leg_uui *out);
void sip_party_uui_write(struct sip_writer *w, const struct sip_party_conf *party, const uint8_t *octets, size_t n);

#endif
