/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The machines of RFC 3261 17.1.1 (figure 5), 17.1.2 (6), 17.2.1 (7) and 17.2.2 (8) with the
 * figures as RFC 6026 replaced them, and the timers of RFC 3261 table 4, as data.
 */
#include <stdio.h>

#include "gw/base/log.h"
#include "gw/base/trace.h"
#include "gw/sip/transaction_private.h"

#define TIMER_D_MS 32000 /* 17.1.1.2: at least 32 s, when unreliable */

enum value { VALUE_NOW, VALUE_INTERVAL, VALUE_64_T1, VALUE_T4, VALUE_D, VALUE_TRYING };

struct timer_row {
	const char *name;
	enum sip_txn_event event;
	enum value value;
	bool zero_reliable; /* 0 over a reliable transport */
};

/* clang-format off */
static const struct timer_row timers[TXN_KINDS][SIP_TIMERS_MAX] = {
	[TXN_INVITE_CLIENT] = {
		[IC_ERROR] = {"SIP error", TXN_EV_ERROR, VALUE_NOW, false},
		[IC_A] = {"A", TXN_EV_RETRANSMIT, VALUE_INTERVAL, false},
		[IC_B] = {"B", TXN_EV_TIMEOUT, VALUE_64_T1, false},
		[IC_D] = {"D", TXN_EV_END, VALUE_D, true},
		[IC_M] = {"M", TXN_EV_END, VALUE_64_T1, false},
		[IC_CANCEL] = {"CANCEL", TXN_EV_TIMEOUT, VALUE_64_T1, false}, /* 9.1 */
	},
	[TXN_CLIENT] = {
		[NC_ERROR] = {"SIP error", TXN_EV_ERROR, VALUE_NOW, false},
		[NC_E] = {"E", TXN_EV_RETRANSMIT, VALUE_INTERVAL, false},
		[NC_F] = {"F", TXN_EV_TIMEOUT, VALUE_64_T1, false},
		[NC_K] = {"K", TXN_EV_END, VALUE_T4, true},
	},
	[TXN_INVITE_SERVER] = {
		[IS_ERROR] = {"SIP error", TXN_EV_ERROR, VALUE_NOW, false},
		[IS_G] = {"G", TXN_EV_RETRANSMIT, VALUE_INTERVAL, false},
		[IS_H] = {"H", TXN_EV_TIMEOUT, VALUE_64_T1, false},
		[IS_I] = {"I", TXN_EV_END, VALUE_T4, true},
		[IS_L] = {"L", TXN_EV_END, VALUE_64_T1, false},
		[IS_TRYING] = {"100", TXN_EV_TRYING, VALUE_TRYING, false},
	},
	[TXN_SERVER] = {
		[NS_ERROR] = {"SIP error", TXN_EV_ERROR, VALUE_NOW, false},
		[NS_J] = {"J", TXN_EV_END, VALUE_64_T1, true},
	},
	/* An ACK for a 2xx is no transaction: it stays only until its transport had time to complain. */
	[TXN_ACK] = {
		[AC_ERROR] = {"SIP error", TXN_EV_ERROR, VALUE_NOW, false},
		[AC_END] = {"ACK", TXN_EV_END, VALUE_T4, false},
	},
};
/* clang-format on */

struct row {
	enum sip_txn_state next;
	sip_txn_action *act;
};

/* clang-format off */
#define TO(state, action) {TXN_ST_##state, action}

static const struct row table[TXN_KINDS][TXN_STATES][TXN_EVENTS] = {
	/* RFC 6026 figure 5 */
	[TXN_INVITE_CLIENT] = {
		[TXN_ST_LOCATING] = {
			[TXN_EV_SEND] = TO(CALLING, sip_client_act_send),
			[TXN_EV_ERROR] = TO(TERMINATED, sip_client_act_error),
		},
		[TXN_ST_CALLING] = {
			[TXN_EV_SEND] = TO(CALLING, sip_client_act_send),
			[TXN_EV_RETRANSMIT] = TO(CALLING, sip_client_act_again),
			[TXN_EV_1XX] = TO(PROCEEDING, sip_client_act_provisional),
			[TXN_EV_2XX] = TO(ACCEPTED, sip_client_act_accepted),
			[TXN_EV_FINAL] = TO(COMPLETED, sip_client_act_failed),
			[TXN_EV_TIMEOUT] = TO(TERMINATED, sip_client_act_timeout),
			[TXN_EV_ERROR] = TO(TERMINATED, sip_client_act_error),
		},
		[TXN_ST_PROCEEDING] = {
			[TXN_EV_SEND] = TO(CALLING, sip_client_act_send), /* 503: RFC 3263 4.3 */
			[TXN_EV_1XX] = TO(PROCEEDING, sip_client_act_provisional),
			[TXN_EV_2XX] = TO(ACCEPTED, sip_client_act_accepted),
			[TXN_EV_FINAL] = TO(COMPLETED, sip_client_act_failed),
			[TXN_EV_TIMEOUT] = TO(TERMINATED, sip_client_act_timeout), /* 9.1 */
		},
		[TXN_ST_COMPLETED] = {
			[TXN_EV_FINAL] = TO(COMPLETED, sip_client_act_ack_again),
			[TXN_EV_ERROR] = TO(TERMINATED, NULL),
			[TXN_EV_END] = TO(TERMINATED, NULL),
		},
		[TXN_ST_ACCEPTED] = {
			[TXN_EV_2XX] = TO(ACCEPTED, sip_client_act_pass),
			[TXN_EV_END] = TO(TERMINATED, NULL),
		},
	},
	/* RFC 3261 figure 6 */
	[TXN_CLIENT] = {
		[TXN_ST_LOCATING] = {
			[TXN_EV_SEND] = TO(TRYING, sip_client_act_send),
			[TXN_EV_ERROR] = TO(TERMINATED, sip_client_act_error),
		},
		[TXN_ST_TRYING] = {
			[TXN_EV_SEND] = TO(TRYING, sip_client_act_send),
			[TXN_EV_RETRANSMIT] = TO(TRYING, sip_client_act_again),
			[TXN_EV_1XX] = TO(PROCEEDING, sip_client_act_provisional),
			[TXN_EV_2XX] = TO(COMPLETED, sip_client_act_completed),
			[TXN_EV_FINAL] = TO(COMPLETED, sip_client_act_completed),
			[TXN_EV_TIMEOUT] = TO(TERMINATED, sip_client_act_timeout),
			[TXN_EV_ERROR] = TO(TERMINATED, sip_client_act_error),
		},
		[TXN_ST_PROCEEDING] = {
			[TXN_EV_SEND] = TO(TRYING, sip_client_act_send),
			[TXN_EV_RETRANSMIT] = TO(PROCEEDING, sip_client_act_again),
			[TXN_EV_1XX] = TO(PROCEEDING, sip_client_act_provisional),
			[TXN_EV_2XX] = TO(COMPLETED, sip_client_act_completed),
			[TXN_EV_FINAL] = TO(COMPLETED, sip_client_act_completed),
			[TXN_EV_TIMEOUT] = TO(TERMINATED, sip_client_act_timeout),
			[TXN_EV_ERROR] = TO(TERMINATED, sip_client_act_error),
		},
		[TXN_ST_COMPLETED] = {
			[TXN_EV_END] = TO(TERMINATED, NULL),
		},
	},
	/* RFC 6026 figure 7 */
	[TXN_INVITE_SERVER] = {
		[TXN_ST_PROCEEDING] = {
			[TXN_EV_REQUEST] = TO(PROCEEDING, sip_server_act_again),
			[TXN_EV_TRYING] = TO(PROCEEDING, sip_server_act_trying),
			[TXN_EV_1XX] = TO(PROCEEDING, sip_server_act_send),
			[TXN_EV_2XX] = TO(ACCEPTED, sip_server_act_accepted),
			[TXN_EV_FINAL] = TO(COMPLETED, sip_server_act_refused),
			[TXN_EV_CANCEL] = TO(PROCEEDING, sip_server_act_cancel),
			[TXN_EV_ABANDON] = TO(TERMINATED, NULL),
			[TXN_EV_ERROR] = TO(PROCEEDING, sip_server_act_error),
		},
		[TXN_ST_COMPLETED] = {
			[TXN_EV_REQUEST] = TO(COMPLETED, sip_server_act_again),
			[TXN_EV_RETRANSMIT] = TO(COMPLETED, sip_server_act_retransmit),
			[TXN_EV_ACK] = TO(CONFIRMED, sip_server_act_confirmed),
			[TXN_EV_TIMEOUT] = TO(TERMINATED, sip_server_act_no_ack),
			[TXN_EV_ERROR] = TO(COMPLETED, sip_server_act_error),
		},
		[TXN_ST_CONFIRMED] = {
			[TXN_EV_END] = TO(TERMINATED, NULL),
		},
		[TXN_ST_ACCEPTED] = {
			[TXN_EV_2XX] = TO(ACCEPTED, sip_server_act_send),
			[TXN_EV_ACK] = TO(ACCEPTED, sip_server_act_ack),
			[TXN_EV_END] = TO(TERMINATED, NULL),
			[TXN_EV_ERROR] = TO(ACCEPTED, sip_server_act_error),
		},
	},
	/* RFC 3261 figure 8; transport errors as RFC 6026 8.8 */
	[TXN_SERVER] = {
		[TXN_ST_TRYING] = {
			[TXN_EV_ABANDON] = TO(TERMINATED, NULL),
			[TXN_EV_1XX] = TO(PROCEEDING, sip_server_act_send),
			[TXN_EV_2XX] = TO(COMPLETED, sip_server_act_completed),
			[TXN_EV_FINAL] = TO(COMPLETED, sip_server_act_completed),
		},
		[TXN_ST_PROCEEDING] = {
			[TXN_EV_REQUEST] = TO(PROCEEDING, sip_server_act_again),
			[TXN_EV_ABANDON] = TO(TERMINATED, NULL),
			[TXN_EV_1XX] = TO(PROCEEDING, sip_server_act_send),
			[TXN_EV_2XX] = TO(COMPLETED, sip_server_act_completed),
			[TXN_EV_FINAL] = TO(COMPLETED, sip_server_act_completed),
			[TXN_EV_ERROR] = TO(PROCEEDING, sip_server_act_error),
		},
		[TXN_ST_COMPLETED] = {
			[TXN_EV_REQUEST] = TO(COMPLETED, sip_server_act_again),
			[TXN_EV_END] = TO(TERMINATED, NULL),
			[TXN_EV_ERROR] = TO(COMPLETED, sip_server_act_error),
		},
	},
	[TXN_ACK] = {
		[TXN_ST_LOCATING] = {
			[TXN_EV_SEND] = TO(TRYING, sip_client_act_send),
			[TXN_EV_ERROR] = TO(TERMINATED, NULL),
		},
		[TXN_ST_TRYING] = {
			[TXN_EV_SEND] = TO(TRYING, sip_client_act_send),
			[TXN_EV_ERROR] = TO(TERMINATED, NULL),
			[TXN_EV_END] = TO(TERMINATED, NULL),
		},
	},
};
/* clang-format on */

static const char *const kind_names[TXN_KINDS] = { "INVITE client", "client", "INVITE server",
						   "server", "ACK" };
static const char *const state_names[TXN_STATES] = { "",	  "locating",	"calling",
						     "trying",	  "proceeding", "completed",
						     "confirmed", "accepted",	"terminated" };

static void state_set(struct sip_txn *txn, enum sip_txn_state next)
{
	if (txn->state == next)
		return;
	if (log_level() >= LOG_DEBUG)
		log_write(LOG_DEBUG, txn->call[0] ? txn->call : "sip", "%s transaction %s -> %s",
			  kind_names[txn->kind], state_names[txn->state], state_names[next]);
	txn->state = (uint8_t)next;
}

bool sip_txn_event(struct sip_txn *txn, enum sip_txn_event event, struct sip_msg *msg)
{
	const struct row *row = &table[txn->kind][txn->state][event];

	if (row->next == TXN_ST_NONE)
		return false;
	txn->busy++;
	state_set(txn, row->next);
	if (row->act)
		row->act(txn, msg);
	txn->busy--;
	if (txn->state == TXN_ST_TERMINATED)
		sip_txn_free(txn);
	return true;
}

const char *sip_txn_timer_name(enum sip_txn_kind kind, unsigned i)
{
	return timers[kind][i].name;
}

unsigned sip_txn_timers(enum sip_txn_kind kind)
{
	unsigned n = 0;

	while (n < SIP_TIMERS_MAX && timers[kind][n].name)
		n++;
	return n;
}

static void trace_expiry(const struct sip_txn *txn, const struct timer_row *row)
{
	char text[32];
	struct trace_event event = { .kind = TRACE_TIMER, .call = txn->call };

	if (row->value == VALUE_NOW || !txn->call[0] || !trace_wanted(TRACE_TIMER))
		return;
	snprintf(text, sizeof(text), "SIP timer %s expired", row->name);
	event.text = str_c(text);
	trace_emit(&event);
}

/* RFC 3263 4.3: what would end the transaction before any response takes it to the next server. */
void sip_txn_timer_fired(struct timer *timer, void *arg)
{
	struct sip_txn *txn = arg;
	const struct timer_row *row = &timers[txn->kind][timer - txn->timers];
	enum sip_txn_event event = row->event;

	trace_expiry(txn, row);
	if (sip_txn_is_client(txn) && (event == TXN_EV_TIMEOUT || event == TXN_EV_ERROR) &&
	    sip_client_next(txn))
		event = TXN_EV_SEND;
	(void)sip_txn_event(txn, event, NULL);
}

void sip_txn_timers_stop(struct sip_txn *txn)
{
	for (unsigned i = 0; i < txn->n_timers; i++)
		timer_stop(&txn->timers[i]);
}

void sip_txn_timer(struct sip_txn *txn, unsigned i)
{
	const struct timer_row *row = &timers[txn->kind][i];
	const struct sip_stack_conf *conf = &txn->stack->conf;
	uint64_t ms = 0, b = UINT64_C(64) * conf->t1_ms;

	if (!(row->zero_reliable && sip_txn_reliable(txn))) {
		switch (row->value) {
		case VALUE_NOW:
			break;
		case VALUE_INTERVAL:
			ms = txn->interval_ms;
			break;
		case VALUE_64_T1:
			ms = b;
			break;
		case VALUE_T4:
			ms = conf->t4_ms;
			break;
		case VALUE_D:
			ms = b > TIMER_D_MS ? b : TIMER_D_MS;
			break;
		case VALUE_TRYING:
			ms = conf->trying_ms;
			break;
		}
	}
	timer_start_ms(&txn->timers[i], ms);
}
