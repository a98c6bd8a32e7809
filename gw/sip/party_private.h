/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the files of the parties share: party.c, party_number.c, party_called.c, party_diversion.c, ... */
#ifndef SIP_PARTY_PRIVATE_H
#define SIP_PARTY_PRIVATE_H

#include "gw/sip/party.h"

#define PARTY_USER_MAX	 512
#define PARTY_VALUES_MAX 20 /* addresses in a field that are looked at */
#define PARTY_KEPT_MAX	 1024 /* octets of a response's entries, or of its reasons, that go into an INVITE */
#define PARTY_UNKNOWN	 "unknown@unknown.invalid" /* RFC 7544 5, a placeholder */

/* party_number.c */

struct sip_party_tel { /* the telephone-subscriber of a URI, RFC 3966 */
	struct sip_tel tel; /* spans lie in text */
	char text[PARTY_USER_MAX];
};

/* -ENOENT: no user part; -EBADMSG: one that is no number. */
int sip_party_tel(const struct sip_uri *uri, struct sip_party_tel *out) __attribute__((warn_unused_result));
/* The digits as they come, '+' makes them international. -ENAMETOOLONG, -ENOENT: none. */
int sip_party_digits(const struct sip_tel *tel, struct leg_number *number) __attribute__((warn_unused_result));
/* By the trunk's rules. dialled: a called number without a context stays as it was dialled, for routing to judge. */
int sip_party_number(const struct sip_party_conf *party, const struct sip_tel *tel, bool dialled,
		     struct leg_number *number) __attribute__((warn_unused_result));
/* The same of a URI; presentation and screening are left alone. */
int sip_party_uri_number(const struct sip_party_conf *party, const struct sip_uri *uri, struct leg_number *number)
	__attribute__((warn_unused_result));
/* A parameter of the number, terminated; false: absent, empty, too long or badly escaped. */
bool sip_party_param(const struct sip_tel *tel, struct str name, char *value, size_t cap);
/* Hexadecimal digits alone, upper case, without '+' and visual separators; false: anything else, none, or too many. */
bool sip_party_code(const char *text, bool *global, char *digits, size_t cap);

struct sip_party_user { /* a number and what stands behind it; NULL: nothing of that kind */
	const struct leg_number *number;
	bool as_is; /* not made global: routing has given it its form */
	const struct leg_subaddress *subaddress;
	const struct leg_portability *portability;
	const struct leg_carrier *carrier;
	const struct leg_setup *category; /* cpc and oli */
	const char *group, *group_context;
};

/* telephone-subscriber, parameters in the order of RFC 3966 3 */
void sip_party_write_user(struct sip_writer *w, const struct sip_party_conf *party, const struct sip_party_user *user);
/* The value of a parameter of it. */
void sip_party_write_value(struct sip_writer *w, struct str value);
/* "sip:" user "@" host ";user=phone" */
void sip_party_write_number(struct sip_writer *w, const struct sip_party_conf *party, const struct sip_party_user *user,
			    struct str host);

/* party_subaddress.c: RFC 3966 isub with RFC 4715's encodings, and Q.931's subaddress */
void sip_party_subaddress_read(const struct sip_tel *tel, struct leg_subaddress *out);
void sip_party_subaddress_write(struct sip_writer *w, const struct leg_subaddress *in);
/* ";isub-encoding=..." where it is not the default */
void sip_party_subaddress_encoding(struct sip_writer *w, const struct leg_subaddress *in);

/* party_category.c */
/* Of the caller's URI. */
void sip_party_category_read(const struct sip_uri *uri, const struct sip_msg *invite, struct leg_setup *setup);
/* NULL: ordinary, or one that SIP has no word for. */
const char *sip_party_category_name(uint8_t category);
/* Accept-Language of an operator's call. */
void sip_party_category_language(struct sip_writer *w, uint8_t category);

/* party_list.c */
/* Addresses of a header field that struct sip_msg has no list for, in order; how many. *bad: not all could be read. */
unsigned sip_party_addrs(const struct sip_msg *msg, struct str name, struct sip_addr *addrs, unsigned cap, bool *bad);
/* Counted and told under subject: a field of that name is (partly) ignored. */
void sip_party_malformed(const char *subject, const char *name);
/* Behind what is there already, which a comma then ends. False: too much. */
bool sip_party_append(char text[PARTY_KEPT_MAX], size_t *n, struct str value);
/* own; NULL: nothing, or out of memory. Tells when it is not the whole. */
char *sip_party_kept(const char *text, size_t n, bool whole, const char *subject, const char *name);
/* "Privacy" of a message or of a URI's headers part: hides what it names. */
bool sip_party_private(const struct sip_msg *msg, struct str value);
bool sip_party_uri_private(const struct sip_uri *uri);
bool sip_party_anonymous(const struct sip_uri *uri);

/* party_diversion.c, party_history.c */
struct sip_party_reason {
	const char *diversion;
	uint16_t cause;
	uint8_t reason; /* enum leg_reason */
};
/* Rows for reading, and first of those that fit, for writing. */
extern const struct sip_party_reason sip_party_reasons[];
extern const unsigned sip_party_reasons_n;

struct sip_party_diverted { /* oldest first */
	unsigned n;
	unsigned counter;
	struct leg_diversion by[PARTY_VALUES_MAX];
};
bool sip_party_diversion_said(const struct sip_party_conf *party);
void sip_party_diversion_read(const struct sip_party_conf *party, const struct sip_msg *invite, const char *subject,
			      struct sip_party_diverted *out);
void sip_party_history_read(const struct sip_party_conf *party, const struct sip_msg *invite, const char *subject,
			    struct sip_party_diverted *out);
/* Everyone known to have diverted the call, oldest first, with placeholders for those that only the counter knows. */
void sip_party_diverted_of(const struct leg_redirection *in, struct sip_party_diverted *out);
/* later: entries of those who diverted it after them, newest first; NULL: none. */
void sip_party_diversion_write(struct sip_writer *w, const struct sip_party_conf *party,
			       const struct leg_redirection *in, const char *later, struct str host);
void sip_party_history_write(struct sip_writer *w, const struct sip_party_conf *party, const struct leg_redirection *in,
			     const struct sip_party_targets *targets, struct str host);
/* The URI of one who diverted, by what may be shown of it; false: nothing of it may. */
bool sip_party_write_diverter(struct sip_writer *w, const struct sip_party_conf *party, const struct leg_number *number,
			      struct str host);

/* party_priority.c */
void sip_party_priority_configure(struct sip_party_conf *party, const struct conf_sip_parties *conf);
/* 0, 403 or 417 (RFC 4412 4.6) */
unsigned sip_party_priority_read(const struct sip_party_conf *party, const struct sip_msg *invite, const char *subject,
				 struct leg_priority *out);
void sip_party_priority_write(struct sip_writer *w, const struct sip_party_conf *party, const struct leg_priority *in);

#endif
