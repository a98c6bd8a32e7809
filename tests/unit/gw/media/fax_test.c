/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A fax through two channels, bearer and RTP each, joined by a network: the page arrives as it was. */
#include <spandsp.h>
#include <tiffio.h>

#include "tests/unit/gw/media/hybrid.h"
#include "tests/unit/gw/media/rig_run.h"

#define CHUNK_MS    5
#define CHUNK	    (CHUNK_MS * 8)
#define WIDTH	    1728 /* A4, T.4 */
#define ROWS	    60
#define ROW_OCTETS  (WIDTH / 8)
#define CALL_MS	    60000
#define UNDER_WAY   64
#define PACKET_MOST 256
#define DELAY_MOST  1600 /* samples, from line to line */
#define LEAST_DB    40

static const struct media_bearer_params card = {
	.echo_tail_ms = 128, .hear_dtmf = true, .hear_tones = true, .fax = MEDIA_FAX_VBD
};

/* A page, and where a station has it. */
struct page {
	char path[40];
	uint8_t row[ROWS][ROW_OCTETS];
};

/* A fax machine on two wires. */
struct station {
	struct rig rig;
	struct hybrid hybrid;
	struct page page;
	fax_state_t *fax;
	bool over;
	int result;
	unsigned pages, bit_rate;
	bool ecm;
};

/* Packets on their way, in order. */
struct way {
	uint32_t random;
	unsigned spread_ms;
	struct {
		uint64_t due_us;
		size_t n;
		uint8_t octets[PACKET_MOST];
	} packet[UNDER_WAY];
	unsigned in, out;
	uint64_t last_us;
};

struct fax_case {
	enum g711_law caller, answerer;
	enum media_codec codec;
	unsigned spread_ms; /* of the packets' delays, */
	uint32_t seed;	    /* by chance */
	double erl_db;	    /* of both stations' lines; 0: no echo */
	bool ecm;
	uint8_t vbd_type; /* the payload type for voice-band data; 0: the codec's */
};

/* ---- pages ---- */

static void page_make(struct page *page, const char *suffix)
{
	snprintf(page->path, sizeof(page->path), "/tmp/fax-%d-%s.tif", (int)getpid(), suffix);
	memset(page->row, 0, sizeof(page->row));
}

/* Lines, a slope and something of no order. */
static void page_draw(struct page *page)
{
	uint32_t random = 7;

	for (unsigned y = 0; y < ROWS; y++)
		for (unsigned x = 0; x < WIDTH; x++) {
			random = random * 1664525 + 1013904223;
			if (y % 16 == 0 || (x / 4 + y) % 40 == 0 ||
			    (x > 1400 && x < 1500 && random >> 30 == 0))
				page->row[y][x / 8] |= (uint8_t)(0x80 >> x % 8);
		}
}

static void page_write(struct page *page)
{
	TIFF *tiff = TIFFOpen(page->path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(tiff);
	TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE);
	TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, WIDTH);
	TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, ROWS);
	TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, ROWS);
	TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
	TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
	TIFFSetField(tiff, TIFFTAG_FILLORDER, FILLORDER_LSB2MSB);
	TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITT_T6);
	TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 204.0);
	TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 98.0);
	TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
	TIFFSetField(tiff, TIFFTAG_PAGENUMBER, 0, 1);
	for (unsigned y = 0; y < ROWS; y++) {
		uint8_t row[ROW_OCTETS]; /* the encoder may turn its bits */

		memcpy(row, page->row[y], sizeof(row));
		CU_ASSERT_EQUAL(TIFFWriteScanline(tiff, row, y, 0), 1);
	}
	TIFFClose(tiff);
}

/* False: the file has none, or one of another size. */
static bool page_read(struct page *page)
{
	TIFF *tiff = TIFFOpen(page->path, "r");
	uint32_t width = 0, rows = 0;
	bool whole;

	if (!tiff)
		return false;
	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &rows);
	whole = width == WIDTH && rows == ROWS;
	for (unsigned y = 0; whole && y < ROWS; y++)
		whole = TIFFReadScanline(tiff, page->row[y], y, 0) == 1;
	TIFFClose(tiff);
	return whole;
}

/* ---- stations ---- */

static void phase_e(t30_state_t *t30, void *arg, int result)
{
	struct station *station = arg;
	t30_stats_t stats;

	t30_get_transfer_statistics(t30, &stats);
	station->over = true;
	station->result = result;
	station->pages = (unsigned)(stats.pages_tx + stats.pages_rx);
	station->bit_rate = (unsigned)stats.bit_rate;
	station->ecm = stats.error_correcting_mode;
}

static void station_open(struct station *station, bool calls, enum g711_law law,
			 const struct fax_case *c)
{
	struct media_rtp_params params;
	t30_state_t *t30;

	memset(station, 0, sizeof(*station));
	rig_open_law(&station->rig, CHUNK_MS, law, c->codec, 20);
	params = station->rig.rtp.params;
	params.vbd_payload_type = params.vbd_payload_type_in = c->vbd_type;
	rtp_end_set(&station->rig.rtp, &params, &station->rig.round);
	rig_card(&station->rig, &card);
	if (c->erl_db > 0)
		hybrid_init(&station->hybrid, 24, c->erl_db, calls ? 11 : 12);
	page_make(&station->page, calls ? "out" : "in");
	station->fax = fax_init(NULL, calls);
	CU_ASSERT_PTR_NOT_NULL_FATAL(station->fax);
	fax_set_transmit_on_idle(station->fax, true);
	t30 = fax_get_t30_state(station->fax);
	t30_set_tx_ident(t30, calls ? "1" : "2");
	t30_set_ecm_capability(t30, c->ecm);
	t30_set_supported_modems(t30, T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17);
	t30_set_supported_compressions(t30, T30_SUPPORT_T4_1D_COMPRESSION |
						    T30_SUPPORT_T4_2D_COMPRESSION |
						    T30_SUPPORT_T6_COMPRESSION);
	t30_set_phase_e_handler(t30, phase_e, station);
	if (calls) {
		page_draw(&station->page);
		page_write(&station->page);
		t30_set_tx_file(t30, station->page.path, -1, -1);
	} else {
		t30_set_rx_file(t30, station->page.path, -1);
	}
}

static void station_close(struct station *station)
{
	fax_release(station->fax);
	fax_free(station->fax);
	unlink(station->page.path);
	rig_close(&station->rig);
}

/* A chunk on the line: what the gateway sent, with what comes back of it and what the station says. */
static void station_tick(struct station *station)
{
	struct rig *rig = &station->rig;
	enum g711_law law = rig->bearer.end.law;
	int16_t heard[CHUNK], said[CHUNK] = { 0 };
	uint8_t octets[CHUNK];
	int n;

	if (recv(rig->line_fd, octets, CHUNK, 0) != CHUNK) {
		memset(octets, g711_silence(law), CHUNK);
		rig->idle_blocks++;
	}
	memcpy(rig->heard + rig->heard_n, octets, CHUNK);
	rig->heard_n += CHUNK;
	g711_expand(law, heard, octets, CHUNK);
	fax_rx(station->fax, heard, CHUNK);
	n = fax_tx(station->fax, said, CHUNK);
	memset(said + n, 0, (size_t)(CHUNK - n) * sizeof(*said));
	for (unsigned i = 0; i < CHUNK; i++)
		said[i] = (int16_t)(said[i] + hybrid_echo(&station->hybrid, heard[i]));
	g711_compress(law, octets, said, CHUNK);
	memcpy(rig->got + rig->said, octets, CHUNK);
	rig->said += CHUNK;
	send(rig->line_fd, octets, CHUNK, 0);
	rig->clock.ticks++;
	rig->round.now_us += CHUNK_MS * 1000;
	rig->round.elapsed += CHUNK;
}

/* ---- the network ---- */

static void way_take(struct way *way, int fd, uint64_t now_us)
{
	uint8_t octets[PACKET_MOST];
	ssize_t n;

	while ((n = recv(fd, octets, sizeof(octets), 0)) > 0) {
		unsigned at = way->in++ % UNDER_WAY;
		uint64_t due_us = now_us;

		way->random = way->random * 1664525 + 1013904223;
		due_us += (way->random >> 8) % (way->spread_ms * 1000 + 1);
		if (way->last_us < due_us)
			way->last_us = due_us;
		way->packet[at].due_us = way->last_us;
		way->packet[at].n = (size_t)n;
		memcpy(way->packet[at].octets, octets, (size_t)n);
		CU_ASSERT_FATAL(way->in - way->out <= UNDER_WAY);
	}
}

static void way_give(struct way *way, const struct rig *to, uint64_t now_us)
{
	for (; way->out != way->in && way->packet[way->out % UNDER_WAY].due_us <= now_us;
	     way->out++)
		sendto(to->peer_fd, way->packet[way->out % UNDER_WAY].octets,
		       way->packet[way->out % UNDER_WAY].n, 0, (const struct sockaddr *)&to->ours,
		       sizeof(struct sockaddr_in));
}

static void engine_run(struct rig *rig)
{
	line_card_run(&rig->card);
	pipeline_round(&rig->pipeline, &rig->round);
	rig->round.elapsed = 0;
}

static void both_run(struct station *a, struct station *b, struct way way[2], unsigned ms)
{
	for (unsigned t = 0; t < ms; t += CHUNK_MS) {
		uint64_t now_us;

		station_tick(a);
		station_tick(b);
		now_us = a->rig.round.now_us;
		way_give(&way[0], &b->rig, now_us);
		way_give(&way[1], &a->rig, now_us);
		engine_run(&a->rig);
		engine_run(&b->rig);
		way_take(&way[0], a->rig.peer_fd, now_us);
		way_take(&way[1], b->rig.peer_fd, now_us);
	}
}

/* ---- a call ---- */

/* Voice-band data, once, and then no more. */
static void expect_switched(const struct rig *rig)
{
	unsigned begun = 0, ended = 0;

	for (size_t i = 0; i < rig->n_reports; i++) {
		begun += rig->reports[i].kind == MEDIA_EV_VBD && !rig->reports[i].ended;
		ended += rig->reports[i].kind == MEDIA_EV_VBD && rig->reports[i].ended;
	}
	CU_ASSERT(begun == 1 && ended == 1);
	CU_ASSERT_FALSE(rig->pipeline.vbd);
	CU_ASSERT_EQUAL(rig->rtp.end.stats.lost, 0);
	CU_ASSERT_EQUAL(rig->rtp.end.stats.late, 0);
	CU_ASSERT_EQUAL(rig->rtp.end.stats.refused, 0);
}

static double energy(const uint8_t *octets, size_t n)
{
	double sum = 0;

	for (size_t at = 0; at + CHUNK <= n; at += CHUNK) {
		int16_t linear[CHUNK];

		g711_expand(G711_A, linear, octets + at, CHUNK);
		for (unsigned i = 0; i < CHUNK; i++)
			sum += (double)linear[i] * linear[i];
	}
	return sum;
}

/* What is different on the other line, if all is that late, has no more energy than that. */
static bool passed_so(const struct rig *from, const struct rig *to, size_t since, size_t delay,
		      double most)
{
	for (size_t at = since; at + delay + CHUNK <= from->said && most > 0; at += CHUNK) {
		int16_t said[CHUNK], heard[CHUNK];

		g711_expand(G711_A, said, from->got + at, CHUNK);
		g711_expand(G711_A, heard, to->heard + at + delay, CHUNK);
		for (unsigned i = 0; i < CHUNK; i++)
			most -= (double)(said[i] - heard[i]) * (said[i] - heard[i]);
	}
	return most > 0;
}

/* All of it is equally late, but for a step now and then that a canceller takes at something. */
static bool passed(const struct rig *from, const struct rig *to, size_t since)
{
	double most = energy(from->got + since, from->said - since) * pow(10, -LEAST_DB / 10.0);

	for (size_t delay = 0; delay < DELAY_MOST; delay++)
		if (passed_so(from, to, since, delay, most))
			return true;
	return false;
}

static void fax_call(const struct fax_case *c)
{
	struct station *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	struct way *way = calloc(2, sizeof(*way));
	size_t since = 0; /* samples until both were voice-band data, and 200 ms */
	unsigned ms;

	station_open(a, true, c->caller, c);
	station_open(b, false, c->answerer, c);
	way[0].random = 2 * c->seed + 1;
	way[1].random = 2 * c->seed + 2;
	way[0].spread_ms = way[1].spread_ms = c->spread_ms;
	for (ms = 0; ms < CALL_MS && !(a->over && b->over); ms += 100) {
		both_run(a, b, way, 100);
		if (!since && a->rig.pipeline.vbd && b->rig.pipeline.vbd)
			since = a->rig.said + 1600;
	}
	CU_ASSERT(a->over && b->over);
	CU_ASSERT(a->rig.pipeline.vbd && b->rig.pipeline.vbd);
	if (c->caller == c->answerer && c->erl_db <= 0)
		CU_ASSERT(passed(&a->rig, &b->rig, since) && passed(&b->rig, &a->rig, since));
	both_run(a, b, way, 8000);
	CU_ASSERT_EQUAL(a->result, T30_ERR_OK);
	CU_ASSERT_EQUAL(b->result, T30_ERR_OK);
	CU_ASSERT(a->pages == 1 && b->pages == 1);
	CU_ASSERT(a->bit_rate == 14400 && b->bit_rate == 14400);
	CU_ASSERT(a->ecm == c->ecm && b->ecm == c->ecm);
	CU_ASSERT(page_read(&b->page));
	CU_ASSERT_EQUAL(memcmp(a->page.row, b->page.row, sizeof(a->page.row)), 0);
	expect_switched(&a->rig);
	expect_switched(&b->rig);
	station_close(a);
	station_close(b);
	free(a);
	free(b);
	free(way);
}

static void a_law(void)
{
	fax_call(&(struct fax_case){ G711_A, G711_A, MEDIA_PCMA, .ecm = true });
}

static void without_ecm(void)
{
	fax_call(&(struct fax_case){ G711_A, G711_A, MEDIA_PCMA, .ecm = false });
}

static void two_laws(void)
{
	fax_call(&(struct fax_case){ G711_MU, G711_A, MEDIA_PCMU, .ecm = true });
}

static void jitter(void)
{
	fax_call(&(struct fax_case){ G711_A, G711_A, MEDIA_PCMA, .spread_ms = 20, .ecm = true });
}

/* What lines, laws and the network do to it together. */
static void echo(void)
{
	for (uint32_t seed = 0; seed < 6; seed++)
		fax_call(&(struct fax_case){ G711_MU, G711_A, MEDIA_PCMA, .spread_ms = 20,
					     .seed = seed, .erl_db = 12, .ecm = true });
}

static void own_type(void)
{
	fax_call(&(struct fax_case){ G711_A, G711_A, MEDIA_PCMA, .ecm = true, .vbd_type = 104 });
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "A-law", a_law },	     { "without error correction", without_ecm },
		{ "two laws", two_laws },    { "jitter", jitter },
		{ "echo and jitter", echo }, { "its own payload type", own_type },
		CU_TEST_INFO_NULL,
	};

	return cu_run("fax", tests, argc, argv);
}
