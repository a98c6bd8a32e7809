/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
#include "gw/media/source_lock.h"

#include "gw/media/rtcp.h"
#include "tests/unit/gw/media/rig_kept.h"

static struct sockaddr_storage address(const char *host, uint16_t port)
{
	struct sockaddr_storage a = { 0 };

	a.ss_family = AF_INET;
	inet_pton(AF_INET, host, &((struct sockaddr_in *)(void *)&a)->sin_addr);
	sockaddr_set_port(&a, port);
	return a;
}

static void lock_forged(void)
{
	struct source_lock lock = { 0 };
	struct sockaddr_storage peer = address("192.0.2.1", 4000),
				other = address("192.0.2.1", 4002);
	struct rtp_packet p = { .ssrc = 1 };
	unsigned taken = 0;

	source_lock_signal(&lock, &peer, true, 1);
	/* before the peer speaks, within the time it has for that */
	for (unsigned i = 0; i < 2000; i++, p.sequence++)
		taken += source_lock_accept(&lock, &other, &p, 1000 + i);
	CU_ASSERT(source_lock_accept(&lock, &peer, &p, 5000));
	for (unsigned i = 0; i < 10000; i++, p.sequence++) {
		struct sockaddr_storage forged = address("192.0.2.66", (uint16_t)(1024 + i));

		taken += source_lock_accept(&lock, i % 2 ? &forged : &other, &p,
					    6000000 + i * 20000u);
	}
	CU_ASSERT_EQUAL(taken, 0);
	CU_ASSERT(source_lock_accept(&lock, &peer, &p, UINT64_C(900000000)));
	CU_ASSERT(sockaddr_same(source_lock_target(&lock), &peer));
}

static void lock_behind_nat(void)
{
	struct source_lock lock = { 0 };
	struct sockaddr_storage signalled = address("10.0.0.1", 4000),
				nat = address("192.0.2.9", 61000);
	struct sockaddr_storage forged = address("192.0.2.66", 5);
	struct rtp_packet p = { .ssrc = 1 };
	unsigned n = 0;

	source_lock_signal(&lock, &signalled, true, 1);
	CU_ASSERT(sockaddr_same(source_lock_target(&lock), &signalled));
	while (!source_lock_accept(&lock, &nat, &p, 1 + (uint64_t)n * 20000) && n < 1000) {
		n++;
		p.sequence++;
	}
	/* 500 ms and 8 packets */
	CU_ASSERT(n >= 25 && n <= 35);
	CU_ASSERT(sockaddr_same(source_lock_target(&lock), &nat));
	CU_ASSERT_FALSE(source_lock_accept(&lock, &forged, &p, 1000000000));
	/* the same again by re-INVITE changes nothing; another does */
	source_lock_signal(&lock, &signalled, true, 5);
	CU_ASSERT(source_lock_accept(&lock, &nat, &p, 1000000000));
	/* the signalled one takes over */
	CU_ASSERT(source_lock_accept(&lock, &signalled, &p, 1000000000));
	CU_ASSERT_FALSE(source_lock_accept(&lock, &nat, &p, 1000000000));
	source_lock_signal(&lock, &forged, true, 1000000000);
	CU_ASSERT_FALSE(source_lock_accept(&lock, &signalled, &p, 1000000000));
	CU_ASSERT(source_lock_accept(&lock, &forged, &p, 1000000000));
}

static void lock_interrupted_run(void)
{
	struct source_lock lock = { 0 };
	struct sockaddr_storage signalled = address("10.0.0.1", 4000);
	unsigned taken = 0;

	/* many sources at once, none in sequence: nobody gets in */
	source_lock_signal(&lock, &signalled, true, 1);
	for (unsigned i = 0; i < 10000; i++) {
		struct sockaddr_storage forged = address("192.0.2.66", (uint16_t)(1000 + i % 3));
		struct rtp_packet p = { .ssrc = 1, .sequence = (uint16_t)(i / 3) };

		taken += source_lock_accept(&lock, &forged, &p, 10000000 + i);
	}
	CU_ASSERT_EQUAL(taken, 0);
}

static void lock_learns(void)
{
	struct source_lock lock = { 0 };
	struct sockaddr_storage none = { 0 }, peer = address("192.0.2.1", 4000),
				other = address("192.0.2.2", 4000);
	struct rtp_packet p = { .ssrc = 1 };

	source_lock_signal(&lock, &none, false, 1);
	CU_ASSERT_EQUAL(source_lock_target(&lock)->ss_family, AF_UNSPEC);
	CU_ASSERT(source_lock_accept(&lock, &peer, &p, 2));
	CU_ASSERT_FALSE(source_lock_accept(&lock, &other, &p, 3));
	CU_ASSERT(sockaddr_same(source_lock_target(&lock), &peer));
}

/* By default silence of the peer opens nothing. */
static void lock_strict(void)
{
	struct source_lock lock = { 0 };
	struct sockaddr_storage peer = address("192.0.2.1", 4000),
				other = address("192.0.2.1", 4002);
	struct rtp_packet p = { .ssrc = 1 };
	unsigned taken = 0;

	source_lock_signal(&lock, &peer, false, 1);
	for (unsigned i = 0; i < 10000; i++, p.sequence++)
		taken += source_lock_accept(&lock, &other, &p, 1 + i * UINT64_C(20000));
	CU_ASSERT_EQUAL(taken, 0);
	CU_ASSERT(sockaddr_same(source_lock_target(&lock), &peer));
	CU_ASSERT(source_lock_accept(&lock, &peer, &p, 5000));
}

/* Another SSRC from the right source: not beside the one that speaks, however many, nor after it without a sequence. */
static void lock_ssrc(void)
{
	struct source_lock lock = { 0 };
	struct sockaddr_storage peer = address("192.0.2.1", 4000);
	struct rtp_packet p = { .ssrc = 1 }, rival = { .ssrc = 2 };
	uint64_t now = 1000;
	unsigned taken = 0;

	source_lock_signal(&lock, &peer, false, 1);
	for (unsigned i = 0; i < 1000; i++, now += 60000) {
		CU_ASSERT(source_lock_accept(&lock, &peer, &p, now));
		for (unsigned k = 0; k < 20; k++, rival.sequence++)
			taken += source_lock_accept(&lock, &peer, &rival, now + k * 2900);
	}
	CU_ASSERT_EQUAL(taken, 0);
	/* out of sequence: never */
	rival.sequence += 2;
	for (unsigned i = 0; i < 100; i++, rival.sequence = (uint16_t)(rival.sequence + 2))
		taken += source_lock_accept(&lock, &peer, &rival,
					    now + (1000 + i) * UINT64_C(20000));
	CU_ASSERT_EQUAL(taken, 0);
}

/* ---- another SSRC from the right address and port ---- */

#define STEP_US 5000

/* The peer, SSRC 1, and another, SSRC 2, each with a packet every so many ms; 0: silent. */
struct duel {
	struct source_lock lock;
	struct sockaddr_storage address;
	uint64_t now_us;
	unsigned own_ms, other_ms;
	struct rtp_packet own, other;
	unsigned own_sent, own_taken, other_sent, other_taken;
};

static void duel_open(struct duel *duel)
{
	*duel = (struct duel){ .address = address("192.0.2.1", 4000),
			       .now_us = 1000000,
			       .own_ms = 20,
			       .own = { .ssrc = 1, .sequence = 65530 },
			       .other = { .ssrc = 2, .sequence = 65000 } };
	source_lock_signal(&duel->lock, &duel->address, false, duel->now_us);
}

static void duel_send(struct duel *duel, struct rtp_packet *packet, unsigned *sent, unsigned *taken)
{
	++*sent;
	*taken += source_lock_accept(&duel->lock, &duel->address, packet, duel->now_us);
	packet->sequence++;
}

static void duel_run(struct duel *duel, unsigned ms)
{
	for (uint64_t end_us = duel->now_us + ms * UINT64_C(1000); duel->now_us < end_us;
	     duel->now_us += STEP_US) {
		uint64_t at_ms = duel->now_us / 1000;

		if (duel->own_ms && at_ms % duel->own_ms == 0)
			duel_send(duel, &duel->own, &duel->own_sent, &duel->own_taken);
		if (duel->other_ms && at_ms % duel->other_ms == 0)
			duel_send(duel, &duel->other, &duel->other_sent, &duel->other_taken);
	}
}

/* How long it takes until the other is heard, in ms. */
static unsigned duel_wait(struct duel *duel, unsigned most_ms)
{
	unsigned ms = 0;

	while (!duel->other_taken && ms < most_ms) {
		duel_run(duel, STEP_US / 1000);
		ms += STEP_US / 1000;
	}
	return ms;
}

/* 100,000 forged packets beside talk, pauses that are announced, and losses of up to 0.18 s. */
static void forged_in_pauses(void)
{
	struct duel duel;

	duel_open(&duel);
	duel_run(&duel, 20);
	duel.other_ms = 5;
	for (unsigned i = 0; duel.other_sent < 100000; i++) {
		duel.own_ms = 20;
		duel_run(&duel, 20);
		duel.lock.paused = false;
		duel_run(&duel, 2000);
		duel.own_ms = 0;
		duel.lock.paused = i & 1;
		duel_run(&duel, i & 1 ? 1000 + i * 997 % 5500 : i * 37 % 180);
	}
	CU_ASSERT_EQUAL(duel.other_taken, 0);
	CU_ASSERT_EQUAL(duel.own_taken, duel.own_sent);
}

/* A pause has no end while the peer reports. */
static void forged_in_long_pause(void)
{
	struct duel duel;

	duel_open(&duel);
	duel_run(&duel, 1000);
	duel.own_ms = 0;
	duel.other_ms = 20;
	duel.lock.paused = true;
	for (unsigned i = 0; i < 50; i++) {
		duel_run(&duel, 6200);
		source_lock_report(&duel.lock, 1, duel.now_us);
	}
	CU_ASSERT_EQUAL(duel.other_taken, 0);
	for (unsigned i = 0; i < 60; i++) { /* the forger's reports count for nothing */
		duel_run(&duel, 300);
		if (!duel.other_taken)
			source_lock_report(&duel.lock, 2, duel.now_us);
	}
	CU_ASSERT(duel.other_taken > 0);
}

/* Nobody says so: soon. In a pause: after the time of a report. */
static void change_unannounced(void)
{
	static const unsigned ptimes_ms[] = { 10, 20, 60 };
	struct duel duel;

	for (unsigned i = 0; i < 3; i++) {
		unsigned ms;

		duel_open(&duel);
		duel_run(&duel, 5000);
		duel.own_ms = 0;
		duel.other_ms = ptimes_ms[i];
		ms = duel_wait(&duel, 30000);
		CU_ASSERT(ms >= 180 && ms <= 250);
		duel_run(&duel, 1000);
		CU_ASSERT(duel.other_taken >= 1000 / ptimes_ms[i]);
	}
	duel_open(&duel);
	duel_run(&duel, 5000);
	duel.own_ms = 0;
	duel.other_ms = 20;
	duel.lock.paused = true;
	CU_ASSERT(duel_wait(&duel, 30000) >= 6900);
	CU_ASSERT(duel.now_us <= UINT64_C(1000000) * 13 + 100000);
	CU_ASSERT_FALSE(duel.lock.paused);
}

/* A re-INVITE, or the answer: in a tenth of a second, and what is left of the old one is heard. */
static void change_signalled(void)
{
	struct duel duel;
	unsigned ms;

	for (unsigned paused = 0; paused < 2; paused++) {
		duel_open(&duel);
		duel_run(&duel, 5000);
		source_lock_signal(&duel.lock, &duel.address, false, duel.now_us);
		duel.lock.paused = paused;
		duel.other_ms = 20;
		duel_run(&duel, 500); /* both: nothing of the one that speaks is lost */
		CU_ASSERT_EQUAL(duel.own_taken, duel.own_sent);
		CU_ASSERT_EQUAL(duel.other_taken, 0);
		duel.own_ms = 0;
		ms = duel_wait(&duel, 5000);
		CU_ASSERT(ms >= 80 && ms <= 120);
	}
	/* too late to have to do with it */
	duel_open(&duel);
	duel_run(&duel, 5000);
	source_lock_signal(&duel.lock, &duel.address, false, duel.now_us);
	duel_run(&duel, 2000);
	duel.own_ms = 0;
	duel.other_ms = 20;
	CU_ASSERT(duel_wait(&duel, 5000) >= 180);
}

static void change_by_bye(void)
{
	struct duel duel;

	duel_open(&duel);
	duel_run(&duel, 5000);
	duel.own_ms = 0;
	duel.other_ms = 20;
	duel.lock.paused = true;
	source_lock_bye(&duel.lock, 3, duel.now_us); /* who knows none */
	duel_run(&duel, 500);
	CU_ASSERT_EQUAL(duel.other_taken, 0);
	source_lock_bye(&duel.lock, 1, duel.now_us);
	CU_ASSERT(duel_wait(&duel, 5000) <= 40);
	/* who has left does not come back */
	duel.own_ms = 20;
	duel.own_taken = 0;
	duel_run(&duel, 1000);
	CU_ASSERT_EQUAL(duel.own_taken, 0);
	/* what the BYE has overtaken is heard; and who speaks on has not left */
	duel_open(&duel);
	duel_run(&duel, 5000);
	source_lock_bye(&duel.lock, 1, duel.now_us);
	duel_run(&duel, 200);
	duel.other_ms = 5;
	duel_run(&duel, 5000);
	CU_ASSERT_EQUAL(duel.own_taken, duel.own_sent);
	CU_ASSERT_EQUAL(duel.other_taken, 0);
}

/* A forger who was let in loses its place with the peer's second packet, and for good. */
static void former_returns(void)
{
	struct duel duel;

	duel_open(&duel);
	duel_run(&duel, 5000);
	duel.own_ms = 0;
	duel.other_ms = 5;
	duel_run(&duel, 3000);
	CU_ASSERT(duel.other_taken > 300);
	duel.own_ms = 20;
	duel.own_sent = duel.own_taken = 0;
	duel_run(&duel, 40);
	duel.other_taken = 0;
	duel_run(&duel, 60000);
	CU_ASSERT_EQUAL(duel.own_taken, duel.own_sent - 1);
	CU_ASSERT_EQUAL(duel.other_taken, 0);
}

/* ---- as the session tells it ---- */

static void other_send(struct rig *rig, unsigned packets)
{
	static uint8_t octets[160];

	for (unsigned i = 0; i < packets; i++) {
		const struct rtp_packet p = {
			.payload_type = 8, .sequence = (uint16_t)i, .timestamp = i * 160, .ssrc = 77
		};

		peer_send(rig, &p, octets, 160);
		run(rig, 20);
	}
}

static void session_pauses(void)
{
	static const uint8_t noise[] = { 60 };
	struct rtcp_out out = { .ssrc = 99, .cname = "peer" };
	uint8_t octets[RTCP_OCTETS_MAX];
	struct media_rtp_params params;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.rtcp_mux = true;
	set(&rig, &params);
	rig.peer_ptime = 160;
	run(&rig, 3000);
	rig.peer_ptime = 0;
	send_typed(&rig, RTP_CN_STATIC, rig.peer_clock, noise, 1);
	other_send(&rig, 300);
	sendto(rig.peer_fd, octets, rtcp_encode(octets, &out), 0, (struct sockaddr *)&rig.ours,
	       sizeof(struct sockaddr_in));
	other_send(&rig, 300);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 600);
	out.bye = true;
	sendto(rig.peer_fd, octets, rtcp_encode(octets, &out), 0, (struct sockaddr *)&rig.ours,
	       sizeof(struct sockaddr_in));
	run(&rig, 20);
	other_send(&rig, 100);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 601);
	CU_ASSERT_EQUAL(rig.rtp.reception.ssrc, 77);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	static CU_TestInfo tests[] = {
		{ "10,000 forged", lock_forged },
		{ "behind a NAT", lock_behind_nat },
		{ "strict", lock_strict },
		{ "one SSRC", lock_ssrc },
		{ "no run, no entry", lock_interrupted_run },
		{ "learns", lock_learns },
		{ "100,000 forged in pauses", forged_in_pauses },
		{ "forged in a long pause", forged_in_long_pause },
		{ "change unannounced", change_unannounced },
		{ "change by signalling", change_signalled },
		{ "change by BYE", change_by_bye },
		{ "who lost its place has it back", former_returns },
		{ "pauses and BYE of a session", session_pauses },
		CU_TEST_INFO_NULL,
	};

	return cu_run("source_lock", tests, argc, argv);
}
