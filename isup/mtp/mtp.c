/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The MTP user interface of Q.701: dispatch to the back end. */
#include "isup/mtp/mtp.h"

#include <errno.h>
#include <stdio.h>

#define ITU_OCTETS  4
#define ANSI_OCTETS 7

size_t mtp_label_octets(bool ansi)
{
	return ansi ? ANSI_OCTETS : ITU_OCTETS;
}

size_t mtp_label_put(bool ansi, const struct mtp_label *label, uint8_t *octets)
{
	uint32_t itu = (label->dpc & 0x3fff) | (label->opc & 0x3fff) << 14 |
		       (uint32_t)(label->sls & 15) << 28;

	for (unsigned i = 0; i < ITU_OCTETS && !ansi; i++)
		octets[i] = (uint8_t)(itu >> 8 * i);
	for (unsigned i = 0; i < 3 && ansi; i++) {
		octets[i] = (uint8_t)(label->dpc >> 8 * i);
		octets[3 + i] = (uint8_t)(label->opc >> 8 * i);
	}
	if (ansi)
		octets[6] = (uint8_t)label->sls;
	return mtp_label_octets(ansi);
}

const char *mtp_point_print(bool ansi, uint32_t code, char *text)
{
	unsigned a = ansi ? code >> 16 & 255 : code >> 11 & 7;
	unsigned b = ansi ? code >> 8 & 255 : code >> 3 & 255;

	snprintf(text, MTP_POINT_MAX, "%u-%u-%u", a, b, (unsigned)(ansi ? code & 255 : code & 7));
	return text;
}

int mtp_transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets,
		 size_t n)
{
	if (n + mtp_label_octets(mtp->ansi) > MTP_SIF_MAX)
		return -EMSGSIZE;
	if (!mtp->ops->available(mtp, dpc))
		return -ENETUNREACH;
	return mtp->ops->transfer(mtp, opc, dpc, sls, octets, n);
}

bool mtp_available(const struct mtp *mtp, uint32_t dpc)
{
	return mtp->ops->available(mtp, dpc);
}

size_t mtp_links(const struct mtp *mtp, struct mtp_link_info *info, size_t cap)
{
	return mtp->ops->links(mtp, info, cap);
}

void mtp_stop(struct mtp *mtp)
{
	mtp->ops->stop(mtp);
}

void mtp_free(struct mtp *mtp)
{
	if (mtp)
		mtp->ops->free(mtp);
}

const char *mtp_link_state_name(enum mtp_link_state state)
{
	static const char *const names[] = {
		[MTP_LINK_DOWN] = "down",
		[MTP_LINK_ALIGNING] = "aligning",
		[MTP_LINK_IN_SERVICE] = "in service",
		[MTP_LINK_FAILED] = "failed",
	};
	return names[state];
}
