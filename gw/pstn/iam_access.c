/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Subaddresses inside access transport (Q.763 3.3; elements of Q.931 4.5.9 and 4.5.11), and the calling party's name as
 * generic name (T1.113) or display information (Q.763 3.77).
 */
#include "gw/pstn/iam_party.h"

#include <string.h>

#include "gw/base/octets.h"

#define CALLING_SUBADDRESS 0x6d
#define CALLED_SUBADDRESS  0x71
#define SINGLE_OCTET	   0x80

/* T1.113 generic name */
#define NAME_CALLING	   (1u << 5)
#define NAME_MASK	   0xe0
#define NAME_NOT_AVAILABLE (1u << 4)
#define NAME_PRESENTATION  3u
#define NAME_RESTRICTED	   1u
#define NAME_OCTETS	   15
#define DISPLAY_OCTETS	   34 /* Q.931 4.5.16 */

static void subaddress_take(struct leg_subaddress *out, const uint8_t *octets, size_t n)
{
	if (out->n || !n || n > sizeof(out->octets))
		return;
	memcpy(out->octets, octets, n);
	out->n = (uint8_t)n;
}

/* What follows an element that leaves the parameter is no element. */
static void elements_get(const struct isup_msg *iam, struct leg_setup *setup)
{
	const struct isup_param *param = isup_msg_find(iam, ISUP_P_ACCESS_TRANSPORT);
	struct octets_reader r;

	if (!param)
		return;
	octets_read_open(&r, isup_param_octets(iam, param), param->length);
	while (octets_read_left(&r) > 0) {
		uint8_t element = octets_read_u8(&r);
		const uint8_t *octets;
		size_t n;

		if (element & SINGLE_OCTET)
			continue;
		n = octets_read_u8(&r);
		octets = octets_read_take(&r, n);
		if (r.bad)
			return;
		if (element == CALLED_SUBADDRESS)
			subaddress_take(&setup->called_subaddress, octets, n);
		else if (element == CALLING_SUBADDRESS)
			subaddress_take(&setup->calling_subaddress, octets, n);
	}
}

/* Printable characters alone. */
static void name_take(struct leg_setup *setup, const uint8_t *octets, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 1 < sizeof(setup->calling_name); i++)
		if (octets[i] >= ' ' && octets[i] < 0x7f)
			setup->calling_name[used++] = (char)octets[i];
	while (used && setup->calling_name[used - 1] == ' ')
		used--;
	setup->calling_name[used] = '\0';
}

static void name_get(const struct conf_isup *conf, const struct isup_msg *iam,
		     struct leg_setup *setup)
{
	bool generic = conf->parties.calling_name == CONF_NAME_GENERIC;
	const struct isup_param *param =
		isup_msg_find(iam, generic ? ISUP_P_GENERIC_NAME : ISUP_P_DISPLAY);
	const uint8_t *octets = param ? isup_param_octets(iam, param) : NULL;

	if (conf->parties.calling_name == CONF_NAME_OFF || !param || !param->length)
		return;
	if (!generic)
		name_take(setup, octets, param->length);
	/* RFC 3398 12.1: where its presentation is not restricted. */
	else if ((octets[0] & NAME_MASK) == NAME_CALLING && !(octets[0] & NAME_NOT_AVAILABLE) &&
		 (octets[0] & NAME_PRESENTATION) != NAME_RESTRICTED)
		name_take(setup, octets + 1, param->length - 1u);
}

void iam_access_get(const struct conf_isup *conf, const struct isup_msg *iam,
		    struct leg_setup *setup)
{
	elements_get(iam, setup);
	name_get(conf, iam, setup);
}

static void element_put(struct octets_writer *w, uint8_t element, const struct leg_subaddress *in)
{
	if (!in->n)
		return;
	octets_write_u8(w, element);
	octets_write_u8(w, in->n);
	octets_write_copy(w, in->octets, in->n);
}

static int elements_put(const struct leg_setup *setup, struct isup_msg *iam)
{
	uint8_t octets[2 * (2 + LEG_SUBADDRESS_MAX)];
	struct octets_writer w;

	octets_write_open(&w, octets, sizeof(octets));
	element_put(&w, CALLED_SUBADDRESS, &setup->called_subaddress);
	element_put(&w, CALLING_SUBADDRESS, &setup->calling_subaddress);
	if (!octets_write_length(&w))
		return 0;
	return isup_msg_add(iam, ISUP_P_ACCESS_TRANSPORT, octets, octets_write_length(&w));
}

/* One octet a character; what is not of IA5 is shown as a question mark. */
static size_t name_octets(const char *name, uint8_t *octets, size_t most)
{
	size_t n = 0;

	for (; *name && n < most; name++) {
		unsigned char c = (unsigned char)*name;

		if ((c & 0xc0) != 0x80)
			octets[n++] = c < 0x7f ? c : '?';
	}
	return n;
}

static int name_put(const struct conf_isup *conf, const struct leg_setup *setup,
		    struct isup_msg *iam)
{
	bool restricted = setup->calling.presentation == LEG_PRES_RESTRICTED;
	uint8_t octets[1 + DISPLAY_OCTETS];
	size_t n;

	if (conf->parties.calling_name == CONF_NAME_OFF || !setup->calling_name[0])
		return 0;
	if (conf->parties.calling_name == CONF_NAME_DISPLAY) {
		n = name_octets(setup->calling_name, octets, DISPLAY_OCTETS);
		return restricted ? 0 : isup_msg_add(iam, ISUP_P_DISPLAY, octets, n);
	}
	octets[0] = NAME_CALLING | (restricted ? NAME_RESTRICTED : 0);
	n = name_octets(setup->calling_name, octets + 1, NAME_OCTETS);
	return isup_msg_add(iam, ISUP_P_GENERIC_NAME, octets, 1 + n);
}

int iam_access_put(const struct conf_isup *conf, const struct leg_setup *setup,
		   struct isup_msg *iam)
{
	int err = elements_put(setup, iam);

	return err ? err : name_put(conf, setup, iam);
}
