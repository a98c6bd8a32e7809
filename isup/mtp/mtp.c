/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The MTP user interface of Q.701: dispatch to the back end. */
#include "isup/mtp/mtp.h"

#include <errno.h>

#define ROUTING_LABEL_OCTETS 4

int mtp_transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets,
		 size_t n)
{
	if (n + ROUTING_LABEL_OCTETS > MTP_SIF_MAX)
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
