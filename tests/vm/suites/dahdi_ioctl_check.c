/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Compares tdm/dahdi_ioctl.h with DAHDI's own <dahdi/user.h>, number by number and member by
 * member: compiling is the test.
 */
#include <dahdi/user.h>
#include <stddef.h>

#include "tdm/dahdi_ioctl.h"

#define SAME_VALUE(ours, theirs) _Static_assert((ours) == (theirs), #ours " is not " #theirs)
#define SAME_SIZE(type)                                                                            \
	_Static_assert(sizeof(struct dh_##type) == sizeof(struct dahdi_##type), #type)
#define SAME_MEMBER(type, member)                                                                  \
	_Static_assert(offsetof(struct dh_##type, member) ==                                       \
				       offsetof(struct dahdi_##type, member) &&                    \
			       sizeof(((struct dh_##type *)NULL)->member) ==                       \
				       sizeof(((struct dahdi_##type *)NULL)->member),              \
		       #type "." #member)

SAME_VALUE(DH_ELAST, ELAST);
SAME_VALUE(DH_CONFIG_D4, DAHDI_CONFIG_D4);
SAME_VALUE(DH_CONFIG_ESF, DAHDI_CONFIG_ESF);
SAME_VALUE(DH_CONFIG_AMI, DAHDI_CONFIG_AMI);
SAME_VALUE(DH_CONFIG_B8ZS, DAHDI_CONFIG_B8ZS);
SAME_VALUE(DH_CONFIG_CCS, DAHDI_CONFIG_CCS);
SAME_VALUE(DH_CONFIG_HDB3, DAHDI_CONFIG_HDB3);
SAME_VALUE(DH_CONFIG_CRC4, DAHDI_CONFIG_CRC4);
SAME_VALUE(DH_SIG_NONE, DAHDI_SIG_NONE);
SAME_VALUE(DH_SIG_CLEAR, DAHDI_SIG_CLEAR);
SAME_VALUE(DH_SIG_HDLCRAW, DAHDI_SIG_HDLCRAW);
SAME_VALUE(DH_SIG_HDLCFCS, DAHDI_SIG_HDLCFCS);
SAME_VALUE(DH_SIG_HDLCNET, DAHDI_SIG_HDLCNET);
SAME_VALUE(DH_SIG_HARDHDLC, DAHDI_SIG_HARDHDLC);
SAME_VALUE(DH_SIG_MTP2, DAHDI_SIG_MTP2);
SAME_VALUE(DH_ALARM_RECOVER, DAHDI_ALARM_RECOVER);
SAME_VALUE(DH_ALARM_LOOPBACK, DAHDI_ALARM_LOOPBACK);
SAME_VALUE(DH_ALARM_YELLOW, DAHDI_ALARM_YELLOW);
SAME_VALUE(DH_ALARM_RED, DAHDI_ALARM_RED);
SAME_VALUE(DH_ALARM_BLUE, DAHDI_ALARM_BLUE);
SAME_VALUE(DH_ALARM_NOTOPEN, DAHDI_ALARM_NOTOPEN);
SAME_VALUE(DH_ALARM_LOS, DAHDI_ALARM_LOS);
SAME_VALUE(DH_ALARM_LFA, DAHDI_ALARM_LFA);
SAME_VALUE(DH_ALARM_LMFA, DAHDI_ALARM_LMFA);
SAME_VALUE(DH_EVENT_NONE, DAHDI_EVENT_NONE);
SAME_VALUE(DH_EVENT_ALARM, DAHDI_EVENT_ALARM);
SAME_VALUE(DH_EVENT_NOALARM, DAHDI_EVENT_NOALARM);
SAME_VALUE(DH_EVENT_ABORT, DAHDI_EVENT_ABORT);
SAME_VALUE(DH_EVENT_OVERRUN, DAHDI_EVENT_OVERRUN);
SAME_VALUE(DH_EVENT_BADFCS, DAHDI_EVENT_BADFCS);
SAME_VALUE(DH_EVENT_REMOVED, DAHDI_EVENT_REMOVED);
SAME_VALUE(DH_EVENT_READ_OVERRUN, DAHDI_EVENT_READ_OVERRUN);
SAME_VALUE(DH_EVENT_WRITE_UNDERRUN, DAHDI_EVENT_WRITE_UNDERRUN);
SAME_VALUE(DH_MAX_SPANS, DAHDI_MAX_SPANS);
SAME_VALUE(DH_MAX_NUM_BUFS, DAHDI_MAX_NUM_BUFS);
SAME_VALUE(DH_POLICY_IMMEDIATE, DAHDI_POLICY_IMMEDIATE);
SAME_VALUE(DH_LAW_DEFAULT, DAHDI_LAW_DEFAULT);
SAME_VALUE(DH_LAW_MULAW, DAHDI_LAW_MULAW);
SAME_VALUE(DH_LAW_ALAW, DAHDI_LAW_ALAW);
SAME_VALUE(DH_FLUSH_ALL, DAHDI_FLUSH_ALL);
SAME_VALUE(DH_CODE, DAHDI_CODE);
SAME_VALUE(DH_FLUSH, DAHDI_FLUSH);
SAME_VALUE(DH_GET_PARAMS, DAHDI_GET_PARAMS);
SAME_VALUE(DH_GETEVENT, DAHDI_GETEVENT);
SAME_VALUE(DH_SPANSTAT, DAHDI_SPANSTAT);
SAME_VALUE(DH_SETCONF, DAHDI_SETCONF);
SAME_VALUE(DH_CONF_NORMAL, DAHDI_CONF_NORMAL);
SAME_VALUE(DH_CONF_DIGITALMON, DAHDI_CONF_DIGITALMON);
SAME_VALUE(DH_SET_BUFINFO, DAHDI_SET_BUFINFO);
SAME_VALUE(DH_AUDIOMODE, DAHDI_AUDIOMODE);
SAME_VALUE(DH_ECHOCANCEL, DAHDI_ECHOCANCEL);
SAME_VALUE(DH_SPECIFY, DAHDI_SPECIFY);
SAME_VALUE(DH_SETLAW, DAHDI_SETLAW);
SAME_VALUE(DH_GETVERSION, DAHDI_GETVERSION);
SAME_VALUE(DH_EC_FAX_MODE, DAHDI_ECHOCANCEL_FAX_MODE);
SAME_VALUE(DH_BUFFER_EVENTS, DAHDI_BUFFER_EVENTS);

SAME_SIZE(params);
SAME_MEMBER(params, channo);
SAME_MEMBER(params, spanno);
SAME_MEMBER(params, chanpos);
SAME_MEMBER(params, sigtype);
SAME_MEMBER(params, sigcap);
SAME_MEMBER(params, rxisoffhook);
SAME_MEMBER(params, rxbits);
SAME_MEMBER(params, txbits);
SAME_MEMBER(params, txhooksig);
SAME_MEMBER(params, rxhooksig);
SAME_MEMBER(params, curlaw);
SAME_MEMBER(params, idlebits);
SAME_MEMBER(params, name);
SAME_MEMBER(params, prewinktime);
SAME_MEMBER(params, preflashtime);
SAME_MEMBER(params, winktime);
SAME_MEMBER(params, flashtime);
SAME_MEMBER(params, starttime);
SAME_MEMBER(params, rxwinktime);
SAME_MEMBER(params, rxflashtime);
SAME_MEMBER(params, debouncetime);
SAME_MEMBER(params, pulsebreaktime);
SAME_MEMBER(params, pulsemaketime);
SAME_MEMBER(params, pulseaftertime);
SAME_MEMBER(params, chan_alarms);

SAME_SIZE(confinfo);
SAME_MEMBER(confinfo, chan);
SAME_MEMBER(confinfo, confno);
SAME_MEMBER(confinfo, confmode);

SAME_SIZE(spaninfo);
SAME_MEMBER(spaninfo, spanno);
SAME_MEMBER(spaninfo, name);
SAME_MEMBER(spaninfo, desc);
SAME_MEMBER(spaninfo, alarms);
SAME_MEMBER(spaninfo, txlevel);
SAME_MEMBER(spaninfo, rxlevel);
SAME_MEMBER(spaninfo, bpvcount);
SAME_MEMBER(spaninfo, crc4count);
SAME_MEMBER(spaninfo, ebitcount);
SAME_MEMBER(spaninfo, fascount);
SAME_MEMBER(spaninfo, fecount);
SAME_MEMBER(spaninfo, cvcount);
SAME_MEMBER(spaninfo, becount);
SAME_MEMBER(spaninfo, prbs);
SAME_MEMBER(spaninfo, errsec);
SAME_MEMBER(spaninfo, irqmisses);
SAME_MEMBER(spaninfo, syncsrc);
SAME_MEMBER(spaninfo, numchans);
SAME_MEMBER(spaninfo, totalchans);
SAME_MEMBER(spaninfo, totalspans);
SAME_MEMBER(spaninfo, lbo);
SAME_MEMBER(spaninfo, lineconfig);
SAME_MEMBER(spaninfo, lboname);
SAME_MEMBER(spaninfo, location);
SAME_MEMBER(spaninfo, manufacturer);
SAME_MEMBER(spaninfo, devicetype);
SAME_MEMBER(spaninfo, irq);
SAME_MEMBER(spaninfo, linecompat);
SAME_MEMBER(spaninfo, spantype);

SAME_SIZE(bufferinfo);
SAME_MEMBER(bufferinfo, txbufpolicy);
SAME_MEMBER(bufferinfo, rxbufpolicy);
SAME_MEMBER(bufferinfo, numbufs);
SAME_MEMBER(bufferinfo, bufsize);
SAME_MEMBER(bufferinfo, readbufs);
SAME_MEMBER(bufferinfo, writebufs);

SAME_SIZE(versioninfo);
SAME_MEMBER(versioninfo, version);
SAME_MEMBER(versioninfo, echo_canceller);
