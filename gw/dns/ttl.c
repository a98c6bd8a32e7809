/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* TTLs of a DNS message: RFC 1035 4.1, RFC 2308 3 and 5. */
#include "gw/dns/ttl.h"

#include "gw/base/octets.h"

#define TYPE_SOA      6
#define SOA_NUMBERS   20 /* serial, refresh, retry, expire, minimum */
#define QUESTION_TAIL 4
#define TTL_MAX	      0x7fffffffu /* RFC 2181 8: more counts as 0 */

/* Labels up to the root or a pointer (4.1.4), which ends a name. */
static void name_skip(struct octets_reader *r)
{
	for (;;) {
		unsigned length = octets_read_u8(r);

		if (r->bad || !length)
			return;
		if (length >= 0xc0) {
			(void)octets_read_u8(r);
			return;
		}
		(void)octets_read_take(r, length);
	}
}

struct record {
	uint16_t type;
	uint32_t ttl;
	struct octets_reader data;
};

static void record_read(struct octets_reader *r, struct record *record)
{
	name_skip(r);
	record->type = octets_read_be16(r);
	(void)octets_read_be16(r);
	record->ttl = octets_read_be32(r);
	if (record->ttl > TTL_MAX)
		record->ttl = 0;
	octets_read_box(r, octets_read_be16(r), &record->data);
}

/* RFC 2308 5: the smaller of the record's TTL and its MINIMUM. */
static uint32_t soa_ttl(struct record *record)
{
	uint32_t minimum;

	name_skip(&record->data);
	name_skip(&record->data);
	(void)octets_read_take(&record->data, SOA_NUMBERS - 4);
	minimum = octets_read_be32(&record->data);
	if (record->data.bad)
		return 0;
	return minimum < record->ttl ? minimum : record->ttl;
}

uint32_t dns_ttl(const void *message, size_t n)
{
	struct octets_reader r;
	struct record record;
	uint32_t least = UINT32_MAX;
	unsigned questions, answers, authorities;

	octets_read_open(&r, message, n);
	(void)octets_read_be32(&r);
	questions = octets_read_be16(&r);
	answers = octets_read_be16(&r);
	authorities = octets_read_be16(&r);
	(void)octets_read_be16(&r);
	while (questions-- && !r.bad) {
		name_skip(&r);
		(void)octets_read_take(&r, QUESTION_TAIL);
	}
	for (unsigned i = 0; i < answers && !r.bad; i++) {
		record_read(&r, &record);
		if (!r.bad && record.ttl < least)
			least = record.ttl;
	}
	for (unsigned i = 0; !answers && i < authorities && !r.bad; i++) {
		record_read(&r, &record);
		if (!r.bad && record.type == TYPE_SOA)
			return soa_ttl(&record);
	}
	return least == UINT32_MAX || r.bad ? 0 : least;
}
