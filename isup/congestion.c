/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Congestion towards and at the other end. MTP-STATUS (congestion): traffic goes down by steps at
 * most every T29 and up again by steps every T30 (Q.764 2.10). Automatic congestion control: a REL
 * of ours tells our level, and one received thins our calls out for TACC (Q.764 2.11, T1.113.4
 * 2.10). Q.764 leaves the size of the steps to the exchange: an eighth of the calls each, a quarter
 * and a half for the two levels. A call that is held back is refused evenly in time, not by chance.
 */
#include <errno.h>

#include "isup/isup_private.h"

#define SHARES	     8
#define STEP_MAX     (SHARES - 1) /* some calls go through always: else nobody learns of the end */
#define CPC_PRIORITY 0x0b	  /* Q.763 3.11 */
#define LEVEL_MAX    2

static const uint8_t level_shares[LEVEL_MAX + 1] = { 0, 2, 4 };

static const char congested[] = "traffic is held back: the other end is congested";

struct counter isup_held_back = COUNTER_INIT("causeway_isup_held_back_total",
					     "Calls held back as the other end is congested");

static unsigned share(const struct isup_congestion *c)
{
	unsigned by_level = level_shares[c->received];

	return by_level > c->step ? by_level : c->step;
}

static void refresh(struct isup *isup)
{
	struct isup_congestion *c = &isup->congestion;
	bool now = share(c) != 0;

	if (now == c->alarmed)
		return;
	c->alarmed = now;
	c->turn = 0;
	isup_alarm(isup, congested, ISUP_NO_CIC, now);
}

/* --- Q.764 2.10 --- */

/* T30: the congestion was not told again. */
static void step_down(struct timer *timer, void *arg)
{
	struct isup *isup = arg;

	if (--isup->congestion.step)
		timer_start_ms(timer, isup_timer_ms(isup, ISUP_T30));
	refresh(isup);
}

/* T29: from now on another indication counts. */
static void deaf_no_more(struct timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
}

void isup_mtp_congested(struct isup *isup, unsigned level)
{
	struct isup_congestion *c = &isup->congestion;

	if (timer_running(&c->t29))
		return;
	if (c->step < STEP_MAX)
		c->step++;
	log_write(LOG_NOTICE, isup->name, "MTP congestion level %u: %u of %d calls held back",
		  level, share(c), SHARES);
	timer_start_ms(&c->t29, isup_timer_ms(isup, ISUP_T29));
	timer_start_ms(&c->t30, isup_timer_ms(isup, ISUP_T30));
	refresh(isup);
}

/* --- Q.764 2.11 --- */

void isup_set_congestion(struct isup *isup, unsigned level)
{
	if (level > LEVEL_MAX)
		level = LEVEL_MAX;
	if (level == isup->congestion.ours)
		return;
	log_write(LOG_NOTICE, isup->name, "our congestion level is %u", level);
	isup->congestion.ours = (uint8_t)level;
}

void isup_congestion_tell(const struct isup *isup, struct isup_msg *rel)
{
	uint8_t level = isup->congestion.ours;

	if (level)
		(void)isup_msg_add(rel, ISUP_P_ACL, &level, 1);
}

/* A level that Q.763 does not name is taken as the highest. */
void isup_congestion_told(struct isup *isup, const struct isup_msg *rel)
{
	const struct isup_param *param = isup_msg_find(rel, ISUP_P_ACL);
	uint8_t level = param && param->length ? isup_param_octets(rel, param)[0] : 0;

	if (!level)
		return;
	isup->congestion.received = level > LEVEL_MAX ? LEVEL_MAX : level;
	timer_start_ms(&isup->congestion.tacc, isup_timer_ms(isup, ISUP_TACC));
	refresh(isup);
}

static void level_over(struct timer *timer, void *arg)
{
	struct isup *isup = arg;

	(void)timer;
	isup->congestion.received = 0;
	refresh(isup);
}

/* --- calls --- */

bool isup_congestion_admits(struct isup *isup, const struct isup_msg *iam)
{
	struct isup_congestion *c = &isup->congestion;
	uint8_t category = 0;

	(void)isup_get_octet(iam, ISUP_P_CPC, &category);
	if (!share(c) || category == CPC_PRIORITY)
		return true;
	c->turn += share(c);
	if (c->turn < SHARES)
		return true;
	c->turn -= SHARES;
	counter_add(&isup_held_back, 1);
	return false;
}

unsigned isup_congestion_share(const struct isup *isup)
{
	return share(&isup->congestion) * 100 / SHARES;
}

/* --- life --- */

int isup_congestion_init(struct isup *isup)
{
	struct isup_congestion *c = &isup->congestion;
	int err = timer_init(&c->t29, isup->heap, "T29", deaf_no_more, isup);

	counter_list(&isup_held_back);
	if (!err)
		err = timer_init(&c->t30, isup->heap, "T30", step_down, isup);
	if (!err)
		err = timer_init(&c->tacc, isup->heap, "TACC", level_over, isup);
	c->t29.subject = c->t30.subject = c->tacc.subject = isup->name;
	return err;
}

void isup_congestion_close(struct isup *isup)
{
	timer_close(&isup->congestion.t29);
	timer_close(&isup->congestion.t30);
	timer_close(&isup->congestion.tacc);
}
