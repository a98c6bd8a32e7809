/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The virtual cable: peers that die and return, peers that do not fit, peers that are none. */
#include "tests/unit/tdm/stream.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "gw/base/counter.h"

#define LOS (TDM_ALARM_LOS | TDM_ALARM_DOWN)

struct find {
	const char *name;
	uint64_t value;
};

static void find_counter(const struct counter *counter, void *arg)
{
	struct find *find = arg;

	if (strcmp(counter->name, find->name) == 0)
		find->value = counter->value;
}

static uint64_t counter_value(const char *name)
{
	struct find find = { .name = name };

	counter_each(find_counter, &find);
	return find.value;
}

/* Either end goes and comes back; the one that stays sees LOS, ticks on, and goes on with the same
 * descriptors. */
static void peer_returns(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pair pair;
		struct stream streams[2];
		uint64_t ticks = 0;

		pair_init(&pair, TDM_E1, 5);
		pair_open(&pair);
		struct tdm_span **goes = i ? &pair.a : &pair.b;
		struct tdm_span *stays = i ? pair.b : pair.a;

		streams_open(&pair, 7, streams);
		streams_run(&pair, streams, 2, 10);
		uint64_t start = pair_now_ms();

		tdm_span_close(*goes);
		CU_ASSERT_TRUE(alarms_become(stays, LOS));
		CU_ASSERT_TRUE(pair_now_ms() - start < 1000);
		for (clock_wait(stays); ticks < 20;)
			ticks += clock_wait(stays);
		CU_ASSERT_EQUAL_FATAL(
			tdm_span_open(goes, "virtual", i ? &pair.conf_a : &pair.conf_b), 0);
		CU_ASSERT_TRUE(alarms_become(stays, 0));
		CU_ASSERT_TRUE(alarms_become(*goes, 0));
		int fd = tdm_span_bearer(*goes, 7);

		streams[0].written = streams[0].next = streams[1].written = streams[1].next = 100;
		*(i ? &streams[0].from : &streams[0].to) = fd;
		*(i ? &streams[1].to : &streams[1].from) = fd;
		streams_run(&pair, streams, 2, 130);
		CU_ASSERT_EQUAL(streams[0].damaged + streams[1].damaged, 0);
		pair_close(&pair);
	}
}

/* The end that connects waits for the other for ever. */
static void connects_first(void)
{
	struct pair pair;

	pair_init(&pair, TDM_E1, 5);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.b, "virtual", &pair.conf_b), 0);
	for (unsigned i = 0; i < 20; i++)
		CU_ASSERT_TRUE(clock_wait(pair.b) > 0);
	CU_ASSERT_EQUAL(tdm_span_alarms(pair.b), LOS);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
	CU_ASSERT_TRUE(alarms_become(pair.a, 0));
	CU_ASSERT_TRUE(alarms_become(pair.b, 0));
	pair_close(&pair);
}

static void mismatch(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct pair pair;

		pair_init(&pair, TDM_E1, 5);
		switch (i) {
		case 0:
			pair.conf_b.framing = TDM_T1;
			break;
		case 1:
			pair.conf_b.chunk_ms = 10;
			break;
		case 2:
			pair.conf_b.clock_master = true;
			break;
		default:
			pair.conf_a.clock_master = false;
		}
		uint64_t before = counter_value("causeway_tdm_cable_refused_total");

		CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
		CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.b, "virtual", &pair.conf_b), 0);
		for (unsigned k = 0;
		     k < 500 && counter_value("causeway_tdm_cable_refused_total") < before + 2; k++)
			CU_ASSERT_TRUE_FATAL(clock_wait(pair.a) > 0);
		CU_ASSERT_EQUAL(counter_value("causeway_tdm_cable_refused_total"), before + 2);
		CU_ASSERT_EQUAL(tdm_span_alarms(pair.a), LOS);
		CU_ASSERT_EQUAL(tdm_span_alarms(pair.b), LOS);
		CU_ASSERT_EQUAL(counters_of(pair.a).chunks_in + counters_of(pair.b).chunks_in, 0);
		pair_close(&pair);
	}
}

static int connect_raw(const struct pair *pair)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", pair->cable);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Waits until the other side has closed the connection. */
static bool is_dropped(int fd)
{
	uint64_t end = pair_now_ms() + LONG_MS;
	uint8_t octets[8192];

	while (pair_now_ms() < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 100) > 0 && recv(fd, octets, sizeof(octets), 0) <= 0)
			return true;
	}
	return false;
}

/* What speaks something else is dropped; the right peer then has the cable. */
static void garbage(void)
{
	static const struct {
		const char *octets;
		size_t n;
	} rows[] = {
		{ "c", 1 },
		{ "GET / HTTP/1.1\r\n\r\n", 18 },
		{ "hCWCB\001\037\005", 8 },
		{ "hCWCB\001\037\005\000x", 10 },
		{ "hCWCX\001\037\005\000", 9 },
		{ "hCWCB\002\037\005\000", 9 },
		{ "hCWCB\001\030\005\000", 9 },
	};
	struct pair pair;

	pair_init(&pair, TDM_E1, 5);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = connect_raw(&pair);

		CU_ASSERT_EQUAL(send(fd, rows[i].octets, rows[i].n, 0), rows[i].n);
		CU_ASSERT_TRUE(is_dropped(fd));
		close(fd);
	}
	/* After a good hello, too: wrong type, short, long. */
	for (unsigned i = 0; i < 4; i++) {
		static const size_t lengths[] = { 1, 6 + 31 * 40 - 1, 6 + 31 * 40 + 1, 8000 };
		static uint8_t message[8000] = { 'c' };
		int fd = connect_raw(&pair);
		uint64_t bad = counter_value("causeway_tdm_cable_bad_messages_total");

		CU_ASSERT_EQUAL(send(fd, "hCWCB\001\037\005\000", 9, 0), 9);
		CU_ASSERT_EQUAL(send(fd, message, lengths[i], 0), lengths[i]);
		CU_ASSERT_TRUE(is_dropped(fd));
		CU_ASSERT_EQUAL(counter_value("causeway_tdm_cable_bad_messages_total"), bad + 1);
		close(fd);
	}
	CU_ASSERT_EQUAL(tdm_span_alarms(pair.a), LOS);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.b, "virtual", &pair.conf_b), 0);
	CU_ASSERT_TRUE(alarms_become(pair.a, 0));
	pair_close(&pair);
}

/* A peer that says no hello gives way to one that does; beside one that is heard no other gets in.
 */
static void one_peer_at_a_time(void)
{
	struct pair pair;

	pair_init(&pair, TDM_E1, 5);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
	int mute = connect_raw(&pair);

	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.b, "virtual", &pair.conf_b), 0);
	CU_ASSERT_TRUE(alarms_become(pair.a, 0));
	CU_ASSERT_TRUE(alarms_become(pair.b, 0));
	CU_ASSERT_TRUE(is_dropped(mute));
	int second = connect_raw(&pair);

	send(second, "hCWCB\001\037\005\000", 9, MSG_NOSIGNAL); /* it may be dropped already */
	CU_ASSERT_TRUE(is_dropped(second));
	CU_ASSERT_EQUAL(tdm_span_alarms(pair.a) | tdm_span_alarms(pair.b), 0);
	/* A peer that stands still gives way, too. */
	CU_ASSERT_EQUAL(tdm_span_inject(pair.b, "stall 60000"), 0);
	CU_ASSERT_TRUE(alarms_become(pair.a, LOS));
	struct tdm_span *other;

	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&other, "virtual", &pair.conf_b), 0);
	CU_ASSERT_TRUE(alarms_become(pair.a, 0));
	CU_ASSERT_TRUE(alarms_become(other, 0));
	tdm_span_close(other);
	close(mute);
	close(second);
	pair_close(&pair);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "peer returns", peer_returns },
		{ "connects first", connects_first },
		{ "mismatch", mismatch },
		{ "garbage", garbage },
		{ "one peer at a time", one_peer_at_a_time },
		CU_TEST_INFO_NULL,
	};

	return cu_run("virtual cable", tests, argc, argv);
}
