/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Fuzz target: what a name server sends for ENUM: a message's TTLs, and a NAPTR rule's expression and service. What comes
 * out is a bounded text; no expression takes long or much memory. */
#include <stdlib.h>
#include <string.h>

#include "gw/dns/enum.h"
#include "gw/dns/ttl.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static struct dns_naptr naptr[2];
	char uris[ENUM_URIS_MAX][ENUM_URI_MAX], uri[ENUM_URI_MAX];
	char text[DNS_NAME_MAX];
	size_t found;

	(void)dns_ttl(octets, n);
	if (str_copy(text, sizeof(text), (struct str){ (const char *)octets, n }))
		return 0;
	(void)enum_service_is_sip(text);
	if (enum_substitute(text, "+49301234567", uri, sizeof(uri)) == 0 &&
	    (!uri[0] || strlen(uri) >= sizeof(uri)))
		abort();
	for (unsigned i = 0; i < 2; i++) {
		naptr[i] = (struct dns_naptr){ .order = 1, .preference = (uint16_t)i };
		(void)str_copy(naptr[i].flags, sizeof(naptr[i].flags), STR("u"));
		(void)str_copy(naptr[i].service, sizeof(naptr[i].service), STR("E2U+sip"));
		memcpy(naptr[i].regexp, text, strlen(text) + 1);
	}
	found = enum_select(naptr, 2, "+49301234567", uris);
	for (size_t i = 0; i < found; i++)
		if (!enum_uri_is_sip(uris[i]))
			abort();
	return 0;
}
