/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* How a trunk says who calls whom, as plain data: a part of conf/sip_trunk.h and conf/isup.h. */
#ifndef CONF_PARTIES_H
#define CONF_PARTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_PRIORITIES 5

/* The header field that vouches for the caller. */
enum conf_identity { CONF_IDENTITY_ASSERTED, CONF_IDENTITY_PREFERRED, CONF_IDENTITY_REMOTE_PARTY };
/* Who diverted the call: RFC 7044, RFC 5806. */
enum conf_diversion { CONF_DIVERSION_HISTORY, CONF_DIVERSION_DIVERSION, CONF_DIVERSION_BOTH, CONF_DIVERSION_OFF };
/* Where the routing number of a ported number stands in an IAM (Q.769.1 clause 6, T1.113). */
enum conf_portability {
	CONF_PORTABILITY_OFF,
	CONF_PORTABILITY_GAP,	       /* called party number; the dialled one is a generic number */
	CONF_PORTABILITY_DIRECTORY,    /* called party number; the dialled one is the called directory number */
	CONF_PORTABILITY_CONCATENATED, /* called party number, before the dialled one */
	CONF_PORTABILITY_SEPARATE      /* network routing number */
};
enum conf_carrier { CONF_CARRIER_AUTOMATIC, CONF_CARRIER_TNS, CONF_CARRIER_CIP, CONF_CARRIER_OFF };
enum conf_calling_name { CONF_NAME_OFF, CONF_NAME_GENERIC, CONF_NAME_DISPLAY };

struct conf_sip_parties { /* texts are own */
	enum conf_identity identity;   /* identity = p-asserted-identity | p-preferred-identity | remote-party-id */
	enum conf_diversion diversion; /* diversion = history-info | diversion | both | off */
	char *priorities[CONF_PRIORITIES]; /* resource-priority = {"q735", "ets"}: namespaces understood, RFC 4412 */
	size_t n_priorities;
	bool user_to_user;	   /* user-to-user = true (RFC 7433) */
	bool trunk_groups;	   /* trunk-groups = true (RFC 4904) */
	char *trunk_context;	   /* trunk-context = "example.org"; NULL: sip { domain } */
	char *phone_context;	   /* phone-context = "example.org", of local numbers (RFC 3966); NULL: none is said or checked */
};

struct conf_isup_parties {
	enum conf_portability portability; /* portability = off | gap | directory-number | concatenated | routing-number */
	unsigned routing_digits;   /* routing-number-digits = 5: of a concatenated number; 0: not known */
	enum conf_carrier carrier; /* carrier = automatic | tns | cip | off */
	char *own_carrier;	   /* own-carrier = "5062": neither sent nor told; NULL: none */
	enum conf_calling_name calling_name; /* calling-name = off | generic-name | display */
	bool mlpp;		   /* mlpp = true: precedence is sent and understood (Q.735.3) */
	char *mlpp_network;	   /* mlpp-network = "0490": four digits */
	unsigned mlpp_domain;	   /* mlpp-domain = 0 to 16777215 */
	bool connected_line;	   /* connected-line = true: asks for the connected number (Q.731.5) */
};

#endif
