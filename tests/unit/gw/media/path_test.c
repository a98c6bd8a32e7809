/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The sockets that an RTP session's packets take: one connected to the peer once its source is
 * known, which follows it, and is neither in the way of anything nor a way in. */
#include "tests/unit/gw/media/rig_run.h"

#define OTHERS_MS 100 /* that what comes from elsewhere may wait */

static int queued(int fd)
{
	uint8_t octets[2048];
	int n = 0;

	while (recv(fd, octets, sizeof(octets), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

static void forge(struct rig *rig, int fd, unsigned n)
{
	const struct rtp_packet p = { .payload_type = 8,
				      .sequence = (uint16_t)(rig->peer_sequence + 1),
				      .timestamp = rig->peer_timestamp + 160,
				      .ssrc = 99 };
	uint8_t octets[172] = { 0 };

	rtp_encode_header(octets, &p);
	while (n--)
		sendto(fd, octets, sizeof(octets), 0, (struct sockaddr *)&rig->ours,
		       sizeof(struct sockaddr_in));
}

static void connects(void)
{
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig_run(&rig, 100);
	CU_ASSERT_FALSE(rig.rtp.path.direct); /* signalled, but not heard yet */
	rig.peer_ptime = 160;
	rig_run(&rig, 1000);
	CU_ASSERT_TRUE(rig.rtp.path.direct);
	CU_ASSERT(rig.rtp.end.stats.packets_in >= 48);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.lost, 0);
	/* the kernel gives the peer's packets to this socket alone */
	peer_send(&rig, &(struct rtp_packet){ .payload_type = 8 }, NULL, 0);
	CU_ASSERT_EQUAL(queued(rig.rtp.path.fd), 0);
	CU_ASSERT_EQUAL(queued(rig.rtp.path.direct_fd), 1);
	rig_close(&rig);
}

static void forged_is_counted(void)
{
	struct sockaddr_storage attacker;
	int fd = udp(&attacker);
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 200);
	CU_ASSERT_TRUE(rig.rtp.path.direct);
	forge(&rig, fd, 150);
	CU_ASSERT_EQUAL(queued(rig.rtp.path.direct_fd), 0);
	rig_run(&rig, OTHERS_MS + 60);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 150);
	/* where something comes it is looked at in each round */
	rig_run(&rig, 20);
	forge(&rig, fd, 1);
	rig_run(&rig, OTHERS_MS + 20);
	forge(&rig, fd, 1);
	rig_run(&rig, 20);
	CU_ASSERT(rig.rtp.end.stats.refused >= 151);
	CU_ASSERT_EQUAL(queued(fd), 0);
	CU_ASSERT_EQUAL(rig.got_gaps, 0);
	rig_close(&rig);
	close(fd);
}

/* A new address by signalling: what the old one says is refused, the new one heard at once. */
static void moves(void)
{
	struct sockaddr_storage other, other_rtcp;
	struct rig rig;
	struct media_rtp_params params;
	int old_fd, fd = udp(&other), rtcp_fd = udp(&other_rtcp);
	uint64_t in;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 400);
	params = params_to(&other, &other_rtcp, MEDIA_PCMA, 20);
	rtp_end_set(&rig.rtp, &params, &rig.round);
	CU_ASSERT_FALSE(rig.rtp.path.direct);
	in = rig.rtp.end.stats.packets_in;
	rig_run(&rig, 400); /* the old one goes on */
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_in, in);
	CU_ASSERT(rig.rtp.end.stats.refused > 10);
	CU_ASSERT(queued(fd) > 10);
	old_fd = rig.peer_fd;
	rig.peer_fd = fd;
	rig_run(&rig, 400);
	CU_ASSERT_TRUE(rig.rtp.path.direct);
	CU_ASSERT(rig.rtp.end.stats.packets_in >= in + 18);
	/* and back, to where the socket was before */
	params.remote = rig.rtp.path.peer;
	rtp_end_set(&rig.rtp, &params, &rig.round);
	CU_ASSERT_TRUE(rig.rtp.path.direct);
	rig.peer_fd = old_fd;
	rig_close(&rig);
	close(fd);
	close(rtcp_fd);
}

/* Nobody listens there for a while: the refusal that the kernel tells of costs no packet. */
static void peer_is_away(void)
{
	struct rig rig;
	struct sockaddr_storage peer;
	socklen_t n = sizeof(peer);
	uint64_t out;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 200);
	CU_ASSERT_TRUE(rig.rtp.path.direct);
	getsockname(rig.peer_fd, (struct sockaddr *)&peer, &n);
	close(rig.peer_fd);
	rig.peer_ptime = 0;
	out = rig.rtp.end.stats.packets_out;
	rig_run(&rig, 200);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_out, out + 10);
	rig.peer_fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CU_ASSERT_FATAL(bind(rig.peer_fd, (struct sockaddr *)&peer, n) == 0);
	rig_run(&rig, 200);
	CU_ASSERT(queued(rig.peer_fd) + (int)rig.got_packets >= 10);
	rig_close(&rig);
}

/* There is no way there: counted, where a packet of the session's own and one passed on go out. */
static void no_way(void)
{
	struct sockaddr_storage nowhere = { .ss_family = AF_INET6 };
	struct rtp_packet p = { .payload_type = 8,
				.payload = (const uint8_t *)"x",
				.n_payload = 1 };
	struct media_rtp_params params;
	struct rig rig;

	((struct sockaddr_in6 *)&nowhere)->sin6_addr = in6addr_loopback;
	sockaddr_set_port(&nowhere, 4000);
	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig_run(&rig, 100);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.unsent, 0);
	params = params_to(&nowhere, &nowhere, MEDIA_PCMA, 20);
	rtp_end_set(&rig.rtp, &params, &rig.round);
	rig.rtp.end.stats.packets_out = 0;
	rig_run(&rig, 200);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.unsent, 10);
	rtp_out_pass(&rig.rtp, &p, false);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.unsent, 11);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_out, 0);
	rig_close(&rig);
}

/* With a watch nobody reads in vain, and what comes is found in the next round. */
static void watched(void)
{
	struct sockaddr_storage attacker;
	int fd = udp(&attacker);
	struct watch watch;
	struct rig rig;

	CU_ASSERT_FATAL(watch_open(&watch) == 0);
	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.rtp.end.ops->watch(&rig.rtp.end, &watch);
	CU_ASSERT_TRUE(rig.rtp.control.watched);
	rig.peer_ptime = 160;
	rig_run(&rig, 200);
	CU_ASSERT_TRUE(rig.rtp.path.direct);
	CU_ASSERT_TRUE(rig.rtp.path.watched);
	rig_run(&rig, 200);
	CU_ASSERT_FALSE(rig.rtp.path.others);
	forge(&rig, fd, 100); /* more than one round reads */
	rig_run(&rig, 200);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	for (unsigned i = 0; i < 3; i++) {
		watch_look(&watch);
		rig_run(&rig, 20);
	}
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 100);
	watch_look(&watch);
	CU_ASSERT_FALSE(rig.rtp.path.others);
	/* another thread's */
	rig.rtp.end.ops->watch(&rig.rtp.end, NULL);
	CU_ASSERT_FALSE(rig.rtp.path.watched);
	forge(&rig, fd, 1);
	watch_look(&watch);
	rig_run(&rig, OTHERS_MS + 20);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 101);
	rig_close(&rig);
	watch_close(&watch);
	close(fd);
}

/* Without a second socket everything takes the first. */
static void alone(void)
{
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	close(rig.rtp.path.direct_fd);
	rig.rtp.path.direct_fd = 0;
	rig.peer_ptime = 160;
	rig_run(&rig, 1000);
	CU_ASSERT_FALSE(rig.rtp.path.direct);
	CU_ASSERT(rig.rtp.end.stats.packets_in >= 48);
	CU_ASSERT_EQUAL(rig.got_gaps, 0);
	rig_close(&rig);
}

/* The network takes less time, from one packet to the next, and more of them are there than are expected: none waits in the
 * socket for longer than a stall's may. */
static void quickens(void)
{
	for (unsigned packet = 0; packet < 16; packet++) {
		struct rig rig;

		rig_open(&rig, 5, MEDIA_PCMA, 20);
		rig.peer_ptime = 160;
		rig_run(&rig, 1000 + packet * 20);
		rig.peer_clock += 2 * 160;
		rig_run(&rig, 100);
		CU_ASSERT(queued(rig.rtp.path.direct_fd) <= 1);
		rig_close(&rig);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "connects to the source", connects },
		{ "what is forged is counted, and not heard", forged_is_counted },
		{ "moves with the peer", moves },
		{ "the peer is away", peer_is_away },
		{ "no way to the peer", no_way },
		{ "watched sockets", watched },
		{ "one socket alone", alone },
		{ "the network quickens", quickens },
		CU_TEST_INFO_NULL,
	};

	return cu_run("rtp_path", tests, argc, argv);
}
