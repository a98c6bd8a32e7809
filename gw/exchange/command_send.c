/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Messages of a call that somebody writes on the control socket, octet by octet (Q.763 1.7): what no script has words
 * for, such as CPG, SUS and RES, or an ACM with a cause. */
#include <errno.h>
#include <string.h>

#include "gw/base/str.h"
#include "gw/exchange/exchange_private.h"

#define USAGE                                                                                      \
	"write send [CALL] MESSAGE [CODE CONTENTS[, CODE CONTENTS]...], such as send CPG 24 01"

/* Those that begin, answer and end a call are the scripts'. */
static int type_of(enum isup_variant variant, const char *name)
{
	static const uint8_t scripted[] = { ISUP_IAM, ISUP_ANM, ISUP_CON, ISUP_REL, ISUP_RLC };

	for (unsigned type = 0; type < 256; type++) {
		const char *known = isup_type_name_as(variant, (uint8_t)type);

		if (known && strcmp(known, name) == 0)
			return memchr(scripted, (int)type, sizeof(scripted)) ? -EPERM : (int)type;
	}
	return -ENOENT;
}

/* The call of that number, or with 0 the latest; one that has a circuit and is not being released. */
static struct exchange_call *call_of(struct exchange *exchange, uint64_t id)
{
	struct exchange_call *found = NULL;
	struct list_node *n = list_first(&exchange->calls);

	for (; n; n = list_next(&exchange->calls, n)) {
		struct exchange_call *call = container_of(n, struct exchange_call, node);

		if (call->circuit && call->state != CALL_ST_RELEASING && (!id || call->id == id))
			found = call;
	}
	return found;
}

static const char *put(struct isup_msg *msg, char *parameters)
{
	while (parameters && *parameters) {
		char *next = strchr(parameters, ',');

		if (next)
			*next++ = '\0';
		if (!conf_octets_valid(parameters))
			return USAGE;
		if (parameter_put(parameters, msg))
			return "these parameters are too many for a message";
		parameters = next ? next + strspn(next, " ") : NULL;
	}
	return NULL;
}

static char *cut(char *text)
{
	char *rest = strchr(text, ' ');

	if (rest)
		*rest++ = '\0';
	return rest;
}

const char *exchange_send(struct exchange *exchange, char *argument)
{
	char *parameters = cut(argument);
	enum isup_variant variant = isup_variant(trunk_isup(exchange->trunk));
	struct exchange_call *call;
	struct isup_msg msg;
	const char *wrong;
	uint64_t id = 0;
	int type;

	if (parameters && !str_to_u64(str_c(argument), UINT32_MAX, &id)) {
		argument = parameters;
		parameters = cut(argument);
	}
	type = type_of(variant, argument);
	if (type == -EPERM)
		return "IAM, ANM, CON, REL and RLC are sent as the scripts say";
	if (type < 0)
		return USAGE;
	call = call_of(exchange, id);
	if (!call)
		return "there is no such call";
	isup_msg_init_as(&msg, variant, (enum isup_type)type, 0);
	wrong = put(&msg, parameters);
	if (wrong)
		return wrong;
	if (call_send(call, &msg))
		return "the message is not for this state of the call, or has not the parameters "
		       "that it must have";
	if (type == ISUP_ACM) {
		call->acm_sent = true;
		call_set_state(call, CALL_ST_RINGING);
	}
	return NULL;
}
