/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The part of libss7 2.0.0's private ABI that libss7_mtp.c needs: declarations of exported functions that its header
 * leaves out, and the layout of its structures. Nothing else may include this.
 */
#ifndef ISUP_MTP_LIBSS7_PRIVATE_H
#define ISUP_MTP_LIBSS7_PRIVATE_H

#define LIBSS7_MTP3_TIMERS    32
#define LIBSS7_SIF_OFFSET     4 /* of ss7_msg.buf: BSN, FSN, LI, SIO */
#define LIBSS7_STATE_INSERVICE 5
#define LIBSS7_STATE_IDLE      0
#define LIBSS7_STATE_ALARM     6
#define LIBSS7_MTP3_UP	       1
#define LIBSS7_SIOS	       3 /* an LSSU's status field, Q.703 11.1.3 */
#define LIBSS7_FLAG_WRITE     (1 << 1) /* there is a new signal unit to send */
#define LIBSS7_T1_ITU	       45000

struct ss7_msg {
	unsigned char buf[512];
	unsigned int size;
	struct ss7_msg *next;
};

struct routing_label {
	unsigned int type;
	unsigned int dpc;
	unsigned int opc;
	unsigned char sls;
};

struct adjacent_sp {
	int state;
	unsigned int adjpc;
	void *links[8];
	unsigned int numlinks;
	int timer_t19;
	int timer_t21;
	unsigned int tra;
	struct ss7 *master;
	void *routes;
};

struct mtp2 {
	int state;
	int std_test_passed;
	int inhibit;
	int changeover;
	unsigned int got_sent_netmsg;
	struct ss7_msg *co_buf;
	struct ss7_msg *cb_buf;
	unsigned char curfsn : 7;
	unsigned char curfib : 1;
	unsigned char lastfsnacked : 7;
	unsigned char co_lastfsnacked : 7;
	unsigned char curbib : 1;
	int fd;
	int flags;
	int mtp3_timer[LIBSS7_MTP3_TIMERS];
	int q707_t1_failed;
	int t1, t2, t3, t4, t7;
	struct {
		int t1, t2, t3, t4, t4e, t7;
	} timers;
	int slc;
	int net_mng_sls;
	int emergency;
	int provingperiod;
	unsigned int dpc;
	int autotxsutype;
	int lastsurxd;
	int lastsutxd;
	unsigned int retransmissioncount;
	struct ss7_msg *tx_buf; /* sent, not acknowledged; newest first */
	struct ss7_msg *tx_q;
	struct ss7_msg *retransmit_pos;
	struct ss7_msg *co_tx_buf;
	struct ss7_msg *co_tx_q;
	struct adjacent_sp *adj_sp;
	unsigned char cb_seq;
	struct ss7 *master;
};

struct mtp2 *ss7_find_link(struct ss7 *ss7, int fd);
struct ss7_msg *ss7_msg_new(void);
void ss7_msg_free(struct ss7_msg *m);
unsigned char *ss7_msg_userpart(struct ss7_msg *m);
void ss7_msg_userpart_len(struct ss7_msg *m, int len);
int set_routinglabel(unsigned char *sif, struct routing_label *rl);
int mtp3_transmit(struct ss7 *ss7, unsigned char userpart, struct routing_label rl, int priority, struct ss7_msg *m,
		  struct mtp2 *link);
int mtp3_receive(struct ss7 *ss7, struct mtp2 *link, void *msg, int len);
int mtp2_receive(struct mtp2 *link, unsigned char *buf, int len);
int mtp2_transmit(struct mtp2 *link);
int mtp2_stop(struct mtp2 *link);
int len_buf(struct ss7_msg *buf);
void flush_bufs(struct mtp2 *link);
void mtp3_free_co(struct mtp2 *link);
void mtp3_destroy_all_routes(struct adjacent_sp *adj_sp);

/* Defined by libss7_mtp.c in place of the library's own. */
int isup_receive(struct ss7 *ss7, struct mtp2 *link, struct routing_label *rl, unsigned char *buf, int len);
int ss7_schedule_event(struct ss7 *ss7, int ms, void (*fn)(void *data), void *data);
void ss7_schedule_del(struct ss7 *ss7, int *id);
void update_txbuf(struct mtp2 *link, struct ss7_msg **buf, unsigned char upto);
void mtp2_dump(struct mtp2 *link, char prefix, unsigned char *buf, int len);

#endif
