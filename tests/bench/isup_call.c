/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * CPU of one end of a call, IAM to RLC, and memory of a circuit, with 30, 1,000 and 8,000 circuits
 * of which all but one carry a call: our ISUP, which also chooses the circuit, and libss7's. The
 * other end is octets made beforehand. Half of the calls go out, half come in; which call ends is
 * random.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gw/base/log.h"
#include "isup/isup.h"
#include "tests/peers/libss7_isup.h"

#define GROUPS	   2
#define GROUP_MAX  4000
#define CALLS	   40000
#define CALLS_LIB  4000
#define RUNS	   3
#define PC	   1
#define PEER_PC	   2
#define MEMORY_MAX 4096

static const unsigned sizes[] = { 30, 1000, 8000 };

/* Q.763: contents behind the CIC. */
static const uint8_t iam[] = { 0x01, 0, 0x60, 0x01, 0x0a, 0, 2, 0, 5, 3, 0x10, 0x03, 0x21, 0xf3 };
static const uint8_t acm[] = { 0x06, 0x16, 0x14, 0 };
static const uint8_t anm[] = { 0x09, 0 };
static const uint8_t rel[] = { 0x0c, 2, 0, 2, 0x84, 0x90 };
static const uint8_t rlc[] = { 0x10, 0 };

/* An end that is measured: group and circuit say where. */
struct end {
	const char *name;
	void (*open)(unsigned groups, unsigned cics);
	void (*close)(void);
	void (*in)(unsigned group, const uint8_t *octets, size_t n);
	/* Seizes cic, or whatever it likes when it chooses itself; the IAM is in last. */
	void (*call)(unsigned group, unsigned cic);
	void (*answer)(unsigned group, unsigned cic);
	void (*release)(unsigned group, unsigned cic);
	unsigned long calls;
};

static struct {
	unsigned cic;
	uint8_t type;
	unsigned long n;
} last; /* message sent by the end */

static uint32_t seed = 1;
static struct timer_heap *heap;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1103515245u + 12345u;
	return seed / 65536 % n;
}

static uint64_t still(void *arg)
{
	(void)arg;
	return 0;
}

static void note_sent(const uint8_t *octets)
{
	last.cic = octets[0] | (octets[1] & 15u) << 8;
	last.type = octets[2];
	last.n++;
}

static void die(const char *what)
{
	fprintf(stderr, "isup_call: %s\n", what);
	exit(1);
}

static void must_send(uint8_t type, unsigned cic)
{
	if (last.type != type || (cic && last.cic != cic))
		die("an end did not send what the call needs");
}

/* --- ours --- */

static struct isup *isups[GROUPS];

static int transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
		    const uint8_t *octets, size_t n)
{
	(void)mtp;
	(void)opc;
	(void)dpc;
	(void)sls;
	(void)n;
	note_sent(octets);
	return 0;
}

static bool available(const struct mtp *mtp, uint32_t dpc)
{
	(void)mtp;
	(void)dpc;
	return true;
}

static void indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	if (ind->ind == ISUP_IND_SETUP)
		isup_circuit_set_user(circuit, arg);
	else if (ind->ind == ISUP_IND_RELEASE)
		isup_release(circuit, &ind->cause);
}

static void ours_in(unsigned group, const uint8_t *octets, size_t n)
{
	isup_message_in(isups[group], octets, n);
}

static const struct mtp_ops bench_mtp_ops = { .type = "bench",
					      .transfer = transfer,
					      .available = available };
static struct mtp bench_mtp = { .ops = &bench_mtp_ops };

/* One reset of one circuit after the other brings them into service. */
static void ours_open(unsigned groups, unsigned cics)
{
	const struct isup_conf conf = { .name = "bench", .opc = PC, .dpc = PEER_PC };
	const struct isup_user user = { .indicate = indicate, .arg = &bench_mtp };

	for (unsigned g = 0; g < groups; g++) {
		isups[g] = isup_new(&conf, &user, heap);
		if (!isups[g])
			die("out of memory");
		isup_attach(isups[g], &bench_mtp);
		isup_mtp_resume(isups[g]);
		for (unsigned cic = 1; cic <= cics; cic++) {
			const uint8_t done[] = { (uint8_t)cic, (uint8_t)(cic >> 8), rlc[0], 0 };

			if (isup_circuit_add(isups[g], (uint16_t)cic, NULL))
				die("out of memory");
			ours_in(g, done, sizeof(done));
		}
	}
}

static void ours_close(void)
{
	for (unsigned g = 0; g < GROUPS; g++) {
		isup_free(isups[g]);
		isups[g] = NULL;
	}
}

static void make(struct isup_msg *msg, const uint8_t *contents, size_t n)
{
	uint8_t octets[32] = { 0 };
	struct isup_error error;

	memcpy(octets + 2, contents, n);
	if (isup_msg_decode(msg, octets, n + 2, &error))
		die("wrong octets");
}

static void ours_call(unsigned group, unsigned cic)
{
	struct isup_circuit *circuit;
	struct isup_msg msg;

	(void)cic;
	make(&msg, iam, sizeof(iam));
	if (isup_setup(isups[group], &msg, &bench_mtp, &circuit))
		die("no circuit");
}

static void ours_answer(unsigned group, unsigned cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isups[group], (uint16_t)cic);
	struct isup_msg msg;

	make(&msg, acm, sizeof(acm));
	(void)isup_send(circuit, &msg);
	make(&msg, anm, sizeof(anm));
	(void)isup_send(circuit, &msg);
}

static void ours_release(unsigned group, unsigned cic)
{
	const struct isup_cause cause = { .location = 4, .value = 16 };

	isup_release(isup_circuit_find(isups[group], (uint16_t)cic), &cause);
}

static const struct end ours = { "causeway", ours_open,	  ours_close,	ours_in,
				 ours_call,  ours_answer, ours_release, CALLS };

/* --- libss7's --- */

static void library_sends(void *arg, unsigned group, const uint8_t *octets, size_t n)
{
	(void)arg;
	(void)group;
	(void)n;
	note_sent(octets);
}

static void library_open(unsigned groups, unsigned cics)
{
	const struct libss7_isup_conf conf = {
		.opc = PC, .dpc = PEER_PC, .cics = cics, .heap = heap, .send = library_sends
	};

	(void)groups;
	if (!libss7_isup_open(&conf))
		die("libss7 out of memory");
}

static void library_call(unsigned group, unsigned cic)
{
	if (!libss7_isup_call(group, cic, "30123"))
		die("libss7 makes no call");
}

static void library_answer(unsigned group, unsigned cic)
{
	if (!libss7_isup_answer(group, cic))
		die("libss7 does not answer");
}

static void library_release(unsigned group, unsigned cic)
{
	if (!libss7_isup_release(group, cic, 16))
		die("libss7 does not release");
}

static const struct end library = { "libss7",	  library_open,	  libss7_isup_close, libss7_isup_in,
				    library_call, library_answer, library_release,   CALLS_LIB };

/* --- calls --- */

static void send_in(const struct end *end, unsigned group, unsigned cic, const uint8_t *contents,
		    size_t n)
{
	uint8_t octets[32] = { (uint8_t)cic, (uint8_t)(cic >> 8) };

	memcpy(octets + 2, contents, n);
	end->in(group, octets, n + 2);
}

static void call_out(const struct end *end, unsigned group, unsigned cic)
{
	end->call(group, cic);
	must_send(0x01, cic);
	send_in(end, group, last.cic, acm, sizeof(acm));
	send_in(end, group, last.cic, anm, sizeof(anm));
}

static void call_in(const struct end *end, unsigned group, unsigned cic)
{
	send_in(end, group, cic, iam, sizeof(iam));
	end->answer(group, cic);
	must_send(0x09, cic);
}

static void end_call(const struct end *end, unsigned group, unsigned cic, bool by_us)
{
	if (by_us) {
		end->release(group, cic);
		must_send(0x0c, cic);
		send_in(end, group, cic, rlc, sizeof(rlc));
	} else {
		send_in(end, group, cic, rel, sizeof(rel));
		must_send(0x10, cic);
	}
}

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

struct figures {
	double us, octets;
};

/* Each step ends a call, whichever, and makes another: the circuits stay as busy as they are. */
static double run(const struct end *end, unsigned groups, unsigned cics)
{
	double start = cpu_us();

	for (unsigned long i = 0; i < end->calls; i++) {
		unsigned group = groups > 1 ? draw(groups) : 0, cic = 1 + draw(cics);

		end_call(end, group, cic, i & 2);
		if (i & 1)
			call_in(end, group, cic);
		else
			call_out(end, group, cic);
	}
	return (cpu_us() - start) / (double)end->calls;
}

static struct figures measure(const struct end *end, unsigned size)
{
	unsigned groups = size > GROUP_MAX ? GROUPS : 1, cics = size / groups;
	struct figures figures = { .us = 1e9 };
	size_t before;

	heap = timer_heap_new(&(const struct clock_source){ .now_us = still });
	before = mallinfo2().uordblks;
	end->open(groups, cics);
	for (unsigned g = 0; g < groups; g++)
		for (unsigned cic = 1; cic <= cics; cic++)
			call_in(end, g, cic);
	figures.octets = (double)(mallinfo2().uordblks - before) / size;
	for (unsigned i = 0; i < RUNS; i++) {
		double us = run(end, groups, cics);

		figures.us = us < figures.us ? us : figures.us;
	}
	end->close();
	timer_heap_free(heap);
	return figures;
}

int main(void)
{
	struct figures a[3], b[3];
	bool right = true;

	log_open("/dev/null", LOG_ERROR, 16);
	for (size_t i = 0; i < 3; i++) {
		a[i] = measure(&ours, sizes[i]);
		b[i] = measure(&library, sizes[i]);
		printf("bench\tisup_call_%u\t%.2f\tus\t%s\t%.2f\t%.2f\n", sizes[i], a[i].us,
		       library.name, b[i].us, a[i].us / b[i].us);
		printf("bench\tisup_circuit_memory_%u\t%.0f\toctets\t%s\t%.0f\t%.2f\n", sizes[i],
		       a[i].octets, library.name, b[i].octets, a[i].octets / b[i].octets);
		right = right && a[i].octets < MEMORY_MAX;
	}
	printf("bench\tisup_call_growth\t%.2f\tx\t%s\t%.2f\t%.2f\n", a[2].us / a[0].us,
	       library.name, b[2].us / b[0].us, a[2].us / a[0].us / (b[2].us / b[0].us));
	return right ? 0 : 1;
}
