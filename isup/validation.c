/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Circuit validation (T1.113.4; formats by Wireshark and Yate): CVT asks what the other end has under a CIC, CVR tells.
 */
#include <errno.h>

#include "isup/isup_private.h"

#define SUCCESSFUL 1 /* circuit validation response */

/* Circuit group characteristics: a digital carrier, alarms of the carrier by hardware, and who controls. */
#define DIGITAL	       0x02
#define ALARM_HARDWARE 0x20

static uint8_t characteristics(const struct isup_circuit *circuit)
{
	/* none, odd, even, all: of the end that sends it */
	static const uint8_t controls[] = {
		[ISUP_CONTROL_EVEN] = 2, [ISUP_CONTROL_ODD] = 1, [ISUP_CONTROL_ALL] = 3
	};
	const struct isup_conf *conf = &circuit->isup->conf;
	unsigned control = controls[conf->control == ISUP_CONTROL_NONE ? 0 : conf->control];

	if (conf->control == ISUP_CONTROL_POINT_CODE)
		control = conf->opc > conf->dpc ? 2 : 1;
	return (uint8_t)(DIGITAL | control << 2 | ALARM_HARDWARE);
}

/* A circuit that is not here is answered by UCIC before it comes to this. */
void isup_cvt_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	const uint8_t response = SUCCESSFUL, octet = characteristics(circuit);
	struct isup_msg cvr;

	(void)msg;
	isup_msg_start(circuit->isup, &cvr, ISUP_CVR, circuit->cic);
	if (!isup_msg_add(&cvr, ISUP_P_CIRCUIT_VALIDATION, &response, 1) &&
	    !isup_msg_add(&cvr, ISUP_P_CIRCUIT_GROUP_CHARACTERISTICS, &octet, 1))
		(void)isup_transmit(circuit->isup, circuit, &cvr);
}

void isup_cvr_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	uint8_t response = 0, theirs = 0;

	(void)isup_get_octet(msg, ISUP_P_CIRCUIT_VALIDATION, &response);
	(void)isup_get_octet(msg, ISUP_P_CIRCUIT_GROUP_CHARACTERISTICS, &theirs);
	if (response == SUCCESSFUL)
		isup_log(circuit, LOG_NOTICE,
			 "validated; the other end's characteristics are 0x%02x", theirs);
	else
		isup_log(circuit, LOG_WARNING, "not validated by the other end");
}

int isup_validate(struct isup *isup, uint16_t cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);
	struct isup_msg cvt;

	if (!circuit)
		return -ENOENT;
	isup_msg_start(isup, &cvt, ISUP_CVT, cic);
	return isup_transmit(isup, circuit, &cvt);
}
