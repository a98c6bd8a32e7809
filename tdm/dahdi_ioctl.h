/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * DAHDI's interface to user space, as far as it is used here: <dahdi/user.h> of DAHDI 2.11 and 3.x, which no package
 * installs. Names are DAHDI's with DH_ for DAHDI_. tests/vm/suites/dahdi_ioctl_check.c compares every one with the real
 * header.
 */
#ifndef TDM_DAHDI_IOCTL_H
#define TDM_DAHDI_IOCTL_H

#include <linux/types.h>
#include <sys/ioctl.h>

#define DH_ELAST 500 /* errno of read and write while an event waits */

/* dh_spaninfo.lineconfig */
#define DH_CONFIG_D4	(1 << 4)
#define DH_CONFIG_ESF	(1 << 5)
#define DH_CONFIG_AMI	(1 << 6)
#define DH_CONFIG_B8ZS	(1 << 7)
#define DH_CONFIG_CCS	(1 << 8)
#define DH_CONFIG_HDB3	(1 << 9)
#define DH_CONFIG_CRC4	(1 << 10)

/* dh_params.sigtype */
#define DH_SIG_NONE	0
#define DH_SIG_CLEAR	(1 << 7)
#define DH_SIG_HDLCRAW	((1 << 8) | DH_SIG_CLEAR)
#define DH_SIG_HDLCFCS	((1 << 9) | DH_SIG_HDLCRAW)
#define DH_SIG_HDLCNET	((1 << 10) | DH_SIG_HDLCFCS)
#define DH_SIG_HARDHDLC ((1 << 19) | DH_SIG_CLEAR)
#define DH_SIG_MTP2	((1 << 20) | DH_SIG_HDLCFCS)

/* dh_spaninfo.alarms */
#define DH_ALARM_RECOVER  (1 << 0)
#define DH_ALARM_LOOPBACK (1 << 1)
#define DH_ALARM_YELLOW	  (1 << 2)
#define DH_ALARM_RED	  (1 << 3)
#define DH_ALARM_BLUE	  (1 << 4)
#define DH_ALARM_NOTOPEN  (1 << 5)
#define DH_ALARM_LOS	  (1 << 8)
#define DH_ALARM_LFA	  (1 << 9)
#define DH_ALARM_LMFA	  (1 << 10)

/* DH_GETEVENT */
#define DH_EVENT_NONE		0
#define DH_EVENT_ALARM		4
#define DH_EVENT_NOALARM	5
#define DH_EVENT_ABORT		6
#define DH_EVENT_OVERRUN	7 /* an HDLC frame longer than a buffer */
#define DH_EVENT_BADFCS		8
#define DH_EVENT_REMOVED	20
#define DH_EVENT_READ_OVERRUN	29
#define DH_EVENT_WRITE_UNDERRUN 30

#define DH_MAX_SPANS	128
#define DH_MAX_NUM_BUFS 32
#define DH_POLICY_IMMEDIATE 0
#define DH_LAW_DEFAULT	0
#define DH_LAW_MULAW	1
#define DH_LAW_ALAW	2
/* For DH_FLUSH: what was read, what was written, events. */
#define DH_FLUSH_ALL	7

struct dh_params {
	int channo;
	int spanno;
	int chanpos; /* from 1 within the span */
	int sigtype;
	int sigcap;
	int rxisoffhook;
	int rxbits;
	int txbits;
	int txhooksig;
	int rxhooksig;
	int curlaw;
	int idlebits;
	char name[40];
	int prewinktime;
	int preflashtime;
	int winktime;
	int flashtime;
	int starttime;
	int rxwinktime;
	int rxflashtime;
	int debouncetime;
	int pulsebreaktime;
	int pulsemaketime;
	int pulseaftertime;
	__u32 chan_alarms;
};

struct dh_confinfo {
	int chan; /* 0: the descriptor's */
	int confno;
	int confmode;
};
#define DH_CONF_NORMAL	   0
/* Sends what channel confno receives, undecoded; a card that can does so itself. */
#define DH_CONF_DIGITALMON 9

struct dh_spaninfo {
	int spanno;
	char name[20];
	char desc[40];
	int alarms;
	int txlevel;
	int rxlevel;
	int bpvcount;
	int crc4count;
	int ebitcount;
	int fascount;
	__u32 fecount;
	__u32 cvcount;
	__u32 becount;
	__u32 prbs;
	__u32 errsec;
	int irqmisses;
	int syncsrc;	/* number of the span that gives the clock, 0: free run */
	int numchans;	/* configured ones */
	int totalchans;
	int totalspans; /* in the system */
	int lbo;
	int lineconfig;
	char lboname[40];
	char location[40];
	char manufacturer[40];
	char devicetype[40];
	int irq;
	int linecompat;
	char spantype[6];
} __attribute__((packed));

struct dh_bufferinfo {
	int txbufpolicy;
	int rxbufpolicy;
	int numbufs;
	int bufsize;
	int readbufs;
	int writebufs;
};

struct dh_versioninfo {
	char version[80];
	char echo_canceller[80];
};

#define DH_CODE		 0xDA
#define DH_FLUSH	 _IOW(DH_CODE, 3, int)
#define DH_GET_PARAMS	 _IOWR(DH_CODE, 5, struct dh_params)
#define DH_GETEVENT	 _IOR(DH_CODE, 8, int)
#define DH_SPANSTAT	 _IOWR(DH_CODE, 10, struct dh_spaninfo)
#define DH_SETCONF	 _IOWR(DH_CODE, 13, struct dh_confinfo)
#define DH_SET_BUFINFO	 _IOW(DH_CODE, 27, struct dh_bufferinfo)
#define DH_AUDIOMODE	 _IOW(DH_CODE, 32, int)
#define DH_ECHOCANCEL	 _IOW(DH_CODE, 33, int)
#define DH_SPECIFY	 _IOW(DH_CODE, 38, int)
#define DH_SETLAW	 _IOW(DH_CODE, 39, int)
#define DH_GETVERSION	 _IOR(DH_CODE, 57, struct dh_versioninfo)
#define DH_EC_FAX_MODE	 _IOW(DH_CODE, 102, int)
#define DH_BUFFER_EVENTS _IOW(DH_CODE, 105, int)

#endif
