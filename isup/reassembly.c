/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Simple segmentation received (Q.764 2.1.12): a message that says that an SGM follows is kept until
 * both are here, or until T34 or another message of the call says that the second is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "isup/call_actions.h"
#include "isup/segment.h"

static struct counter lost_segments =
	COUNTER_INIT("causeway_isup_lost_segments_total",
		     "Second segments that did not come within T34, or had no place");

static void join(struct isup_circuit *circuit, struct isup_msg *first, const struct isup_msg *sgm)
{
	int err = isup_msg_join(first, sgm);

	if (!err)
		return;
	counter_add(&lost_segments, 1);
	isup_log(circuit, LOG_WARNING, "%s: its SGM cannot be joined: %s",
		 isup_type_name(first->type), strerror(-err));
}

/* What was kept is dealt with now. */
static void go_on(struct isup_circuit *circuit, const struct isup_msg *sgm)
{
	struct isup_msg *first = circuit->segment;

	circuit->segment = NULL;
	timer_stop(&circuit->timers[CIC_T34]);
	isup_circuit_enter(circuit);
	if (sgm)
		join(circuit, first, sgm);
	else
		counter_add(&lost_segments, 1);
	isup_circuit_take(circuit, first);
	free(first);
	isup_circuit_leave(circuit);
}

void isup_segment_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;

	isup_trace_timer(circuit, timer->name, "expired");
	go_on(circuit, NULL);
}

static bool keep(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	circuit->segment = malloc(sizeof(*msg));
	if (!circuit->segment)
		return false; /* as if the second were lost */
	*circuit->segment = *msg;
	isup_circuit_enter(circuit); /* no longer to be seized */
	timer_start_ms(&circuit->timers[CIC_T34], isup_timer_ms(circuit->isup, ISUP_T34));
	isup_circuit_leave(circuit);
	return true;
}

/* Nothing awaits it: late, or on a circuit without a call. */
static void stray(struct isup_circuit *circuit, const struct isup_msg *sgm)
{
	struct call_input in = { .msg = sgm, .cause = isup_cause_of(Q850_PROTOCOL_ERROR) };

	if (circuit->state == CIC_IDLE)
		isup_call_event(circuit, CIC_EV_STRAY, &in);
	else
		isup_act_discard(circuit, &in);
}

/* They say nothing about the call, which goes on waiting. */
static bool is_maintenance(uint8_t type)
{
	return type == ISUP_BLO || type == ISUP_BLA || type == ISUP_UBL || type == ISUP_UBA ||
	       type == ISUP_CFN || type == ISUP_UCIC;
}

bool isup_segment_in(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	if (circuit->segment && msg->type == ISUP_SGM) {
		go_on(circuit, msg);
		return true;
	}
	if (msg->type == ISUP_SGM) {
		stray(circuit, msg);
		return true;
	}
	if (circuit->segment && (msg->type == ISUP_RSC || msg->type == ISUP_REL))
		isup_segment_drop(circuit);
	else if (circuit->segment && !is_maintenance(msg->type))
		go_on(circuit, NULL);
	if (!isup_msg_is_segmented(msg))
		return false;
	return keep(circuit, msg);
}

/* What the first segment would have begun or moved on is over. */
void isup_segment_drop(struct isup_circuit *circuit)
{
	free(circuit->segment);
	circuit->segment = NULL;
	timer_stop(&circuit->timers[CIC_T34]);
}

void isup_segment_open(void)
{
	counter_list(&lost_segments);
}
