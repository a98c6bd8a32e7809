/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Availability of the other end's ISUP (Q.764 2.13): MTP says that its user part is not there; UPT
 * asks every T4, and UPA or whatever else comes says that it is. Calls that are up stay, no circuit
 * is seized meanwhile.
 */
#include "isup/isup_private.h"

static const char unavailable[] = "user part of the other end not available";

static void test(struct isup *isup)
{
	struct isup_msg upt;

	isup_msg_start(isup, &upt, ISUP_UPT, (uint16_t)isup->first);
	timer_start_ms(&isup->t4, isup_timer_ms(isup, ISUP_T4));
	(void)isup_transmit(isup, NULL, &upt);
}

static void t4_expired(struct timer *timer, void *arg)
{
	(void)timer;
	test(arg);
}

/* cause: Q.704 15.17.5. Also an exchange without an ISUP is asked: it may get one. */
void isup_user_part_lost(struct isup *isup, unsigned cause)
{
	if (isup->user_part_lost)
		return;
	log_write(LOG_WARNING, isup->name, "%s (%s)", unavailable,
		  cause == 1   ? "unequipped"
		  : cause == 2 ? "inaccessible"
			       : "unknown");
	isup->user_part_lost = true;
	isup_alarm(isup, unavailable, ISUP_NO_CIC, true);
	isup_refresh_all(isup);
	test(isup);
}

void isup_user_part_back(struct isup *isup)
{
	if (!isup->user_part_lost)
		return;
	isup->user_part_lost = false;
	timer_stop(&isup->t4);
	isup_alarm(isup, unavailable, ISUP_NO_CIC, false);
	isup_refresh_all(isup);
}

/* UPT is answered whatever circuit it names. */
bool isup_availability_message(struct isup *isup, const struct isup_msg *msg)
{
	struct isup_msg upa;

	if (msg->type == ISUP_UPT) {
		isup_msg_start(isup, &upa, ISUP_UPA, msg->cic);
		(void)isup_transmit(isup, NULL, &upa);
	}
	return msg->type == ISUP_UPT || msg->type == ISUP_UPA;
}

int isup_availability_init(struct isup *isup)
{
	int err = timer_init(&isup->t4, isup->heap, "T4", t4_expired, isup);

	isup->t4.subject = isup->name;
	return err;
}
