/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The messages of the scripts, octet by octet as Q.763 codes them, each without its CIC. A name that begins with OUR is a
 * pattern of what SP A sends, where a value is SP A's to choose.
 */
#ifndef SELFTEST_Q784_MESSAGES_H
#define SELFTEST_Q784_MESSAGES_H

#include "gw/selftest/q784_script.h"

/* Q.763 1.2: the CIC, low octet first. Timeslot 16 is not a circuit. */
#define C1  "01 00 "
#define C2  "02 00 "
#define C3  "03 00 "
#define C16 "10 00 "
#define C17 "11 00 "

/* Q.763 3.9: national, ISDN numbering plan: 30123 with ST, 30123 without. */
#define TO_ALL	"05 03 10 03 21 f3 "
#define TO_OPEN "05 83 10 03 21 03 "
/* Table 32. NCI; FCI: ISUP preferred and used all the way, ISDN access; CPC 10; TMR; called; optional part. */
#define IAM_OF(nci, tmr, called) "01 " nci " 60 01 0a " tmr " 02 00 " called
#define IAM			 IAM_OF("00", "00", TO_ALL)
#define IAM_OPEN		 IAM_OF("00", "00", TO_OPEN)
#define IAM_64			 IAM_OF("00", "02", TO_ALL)
#define IAM_3K1			 IAM_OF("00", "03", TO_ALL)
#define IAM_ECHO		 IAM_OF("10", "00", TO_ALL)
#define IAM_SATELLITE		 IAM_OF("01", "00", TO_ALL) /* one satellite circuit in the connection */
#define IAM_CHECK		 IAM_OF("04", "00", TO_ALL) /* continuity check required on this circuit */
#define IAM_CHECK_BEFORE	 IAM_OF("08", "00", TO_ALL) /* performed on a previous circuit */
#define IAM_AND(params)		 "01 00 60 01 0a 00 02 07 " TO_ALL params "00 "
#define DELAY(ms)		 "31 02 " ms /* 3.42, milliseconds in two octets */
/* 3.51: digit 4, digit 4 with ST. */
#define SAM			 "02 02 00 02 80 04 "
#define SAM_LAST		 "02 02 00 02 00 f4 "

/* 3.5: charge, the status of the called party, ordinary subscriber; ISUP all the way, ISDN access. */
#define ACM_FREE     "06 16 14 00 "
#define ACM_UNKNOWN  "06 12 14 00 "
#define ACM_WHENFREE "06 1a 14 00 "
#define ACM_ECHO     "06 16 34 00 "
#define ACM_IN_BAND  "06 12 14 01 29 01 01 00 "
#define CON	     "07 16 14 00 "
/* 3.21 */
#define CPG(event)   "2c " event " 00 "
#define ALERTING     "01"
#define PROGRESS     "02"
#define IN_BAND	     "03"
#define ANM	     "09 00 "
#define ANM_AND(params) "09 01 " params "00 "
#define SUS_USER     "0d 00 00 "
#define SUS_NETWORK  "0d 01 00 "
#define RES_USER     "0e 00 00 "
#define RES_NETWORK  "0e 01 00 "

/* 3.12: cause values with bit 8 set; location: public network serving the remote user. */
#define REL(cause)     "0c 02 00 02 84 " cause " "
#define OUR_REL(cause) "0c 02 00 02 8. " cause
#define OUR_REL_MORE(length, cause, diagnostic) "0c 02 00 " length " 8. " cause " " diagnostic
#define UNALLOCATED    "81"
#define NORMAL	       "90"
#define BUSY	       "91"
#define NO_ANSWER      "93"
#define INCOMPLETE     "9c"
#define NO_CIRCUIT     "a2"
#define TEMPORARY      "a9"
#define NO_BEARER      "c1"
#define UNKNOWN_TYPE   "e1"
#define UNKNOWN_PARAM  "e3"
#define TIMER	       "e6"
#define PROTOCOL       "ef"
#define RLC	       "10 00 "

/* 3.18 */
#define COT_GOOD   "05 01 "
#define COT_FAILED "05 00 "
#define CCR	   "11 "

#define RSC  "12 "
#define BLO  "13 "
#define UBL  "14 "
#define BLA  "15 "
#define UBA  "16 "
#define UCIC "2e "
/* Table 40 and 41: the range is one less than the number of circuits (3.43). */
#define GRS(range)	   "17 01 01 " range " "
#define GRA(range, status) "29 01 03 " range " " status " "
/* Table 39; type 00 maintenance, 01 hardware failure (3.13). The status bits of circuits 1 to 15: ff 7f. */
#define ALL_15		    "0e ff 7f "
#define CGB(type, circuits)  "18 " type " 01 03 " circuits
#define CGU(type, circuits)  "19 " type " 01 03 " circuits
#define CGBA(type, circuits) "1a " type " 01 03 " circuits
#define CGUA(type, circuits) "1b " type " 01 03 " circuits
#define MAINTENANCE	     "00"
#define FAILURE		     "01"

/* A message of no type in Q.763. CFN names it as the diagnostic of cause 97. */
#define UNKNOWN	    "fe 00 "
#define OUR_CFN(cause, diagnostic) "2f 02 00 03 8. " cause " " diagnostic " *"

/* A call as far as it goes, from SP A on circuit 1 and from SP B on circuit 2, and its end. */
#define OUTGOING      CALL(IAM), WE(C1 IAM)
#define OUTGOING_ACM  OUTGOING, THEY(C1 ACM_FREE), TOLD("acm")
#define OUTGOING_ANM  OUTGOING_ACM, THEY(C1 ANM), TOLD("answer")
#define INCOMING      THEY(C2 IAM), TOLD("setup")
#define INCOMING_ACM  INCOMING, SAY(ACM_FREE), WE(C2 ACM_FREE)
#define INCOMING_ANM  INCOMING_ACM, SAY(ANM), WE(C2 ANM)
/* Q.764 2.3: SP A clears, SP B clears. */
#define WE_CLEAR(cic)	LET_GO(16), WE(cic OUR_REL(NORMAL)), THEY(cic RLC), TOLD("released")
#define THEY_CLEAR(cic) THEY(cic REL(NORMAL)), WE(cic RLC), TOLD("release 16 released")
/* The circuits can be used. */
#define A_CALL_PASSES	OUTGOING_ANM, WE_CLEAR(C1)

#define FOUR(...) __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define NINETEEN(...) FOUR(FOUR(__VA_ARGS__)), __VA_ARGS__, __VA_ARGS__, __VA_ARGS__

#endif
