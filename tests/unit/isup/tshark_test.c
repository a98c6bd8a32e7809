/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What we encode as Wireshark reads it: every message that we can send, bare, typical and as large
 * as it gets, and every vector, in one capture of MTP3 (Q.704 14.2, ITU routing label).
 */
#include "isup/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isup/param.h"
#include "tests/unit/cu.h"
#include "tests/unit/isup/vectors.h"

#define FRAMES_MAX 512
#define LABEL	   5 /* SIO and routing label */

/* Expert severities of Wireshark from which on a packet counts as marked: a warning. Notes only
 * tell that a message has no optional part. */
#define SEVERITY_WARNING 0x600000ul

struct frame {
	char name[40];
	size_t n;
	uint8_t octets[ISUP_OCTETS_MAX];
};

static struct vectors valid;
static struct frame frames[FRAMES_MAX];
static size_t n_frames;

static void add_frame(const char *name, const uint8_t *octets, size_t n)
{
	CU_ASSERT_FATAL(n_frames < FRAMES_MAX && n <= ISUP_OCTETS_MAX);
	struct frame *f = &frames[n_frames++];
	snprintf(f->name, sizeof f->name, "%s", name);
	memcpy(f->octets, octets, n);
	f->n = n;
}

static void add_message(const struct isup_msg *msg, const char *size)
{
	uint8_t octets[ISUP_OCTETS_MAX];
	char name[40];
	int n = isup_msg_encode(msg, octets, sizeof octets);

	CU_ASSERT_FATAL(n > 0);
	snprintf(name, sizeof name, "%s %s", isup_type_name(msg->type), size);
	add_frame(name, octets, (size_t)n);
}

/* What Wireshark 4.0 cannot show: more than 31 address signals, and a range of 256 circuits; and a message inside another
 * that it shows beside it. */
static bool beyond_wireshark(const char *name)
{
	return strcmp(name, "iam-longest") == 0 || strcmp(name, "cgb-all") == 0 ||
	       strcmp(name, "pam") == 0;
}

static struct isup_number number_of(const char *digits)
{
	struct isup_number n = { .noa = ISUP_NOA_INTERNATIONAL,
				 .npi = ISUP_NPI_ISDN,
				 .presentation = ISUP_PRES_RESTRICTED,
				 .screening = ISUP_SCR_NETWORK,
				 .qualifier = 6 };

	n.n = (uint8_t)strlen(digits);
	memcpy(n.digits, digits, n.n);
	return n;
}

static void put_number(struct isup_msg *msg, uint8_t code, const char *digits, bool complete)
{
	struct isup_number n = number_of(digits);

	n.complete = complete;
	CU_ASSERT_FATAL(isup_put_number(msg, code, &n) == 0);
}

/* Wireshark takes 31 signals, ST among them, without a mark. */
static const char *const digits_of_size[] = { "7", "493012345", "123456789012345678901234567890" };

static void put_status(struct isup_msg *msg, unsigned size, bool has_status)
{
	static const uint8_t ranges[] = { 1, 30, 31 };
	struct isup_range range = { .range = ranges[size],
				    .has_status = has_status,
				    .n_status = (uint8_t)(has_status ? ranges[size] / 8 + 1 : 0),
				    .status = { 0xfe, 0xff, 0x01, 0x01 } };

	CU_ASSERT_FATAL(isup_put_range(msg, &range) == 0);
}

static void put_iam(struct isup_msg *msg, unsigned size)
{
	const struct isup_nci nci = { .satellite = (uint8_t)size, .echo_control = size > 0 };
	const struct isup_fci fci = { .isup_all_way = true,
				      .isdn_access = true,
				      .isup_preference = (uint8_t)size,
				      .translated = size > 1 };

	CU_ASSERT_FATAL(isup_put_nci(msg, &nci) == 0);
	CU_ASSERT_FATAL(isup_put_fci(msg, &fci) == 0);
	CU_ASSERT_FATAL(isup_put_octet(msg, ISUP_P_CPC, 10) == 0);
	CU_ASSERT_FATAL(isup_put_octet(msg, ISUP_P_TMR, size ? 3 : 0) == 0);
	put_number(msg, ISUP_P_CALLED, digits_of_size[size], size > 0);
}

static void put_cause(struct isup_msg *msg, unsigned size)
{
	const struct isup_cause cause = { .location = size ? 2 : 0,
					  .value = size ? 99 : 16,
					  .n_diagnostic = (uint8_t)(size > 1 ? 30 : size),
					  .diagnostic = { 0x3d } };

	CU_ASSERT_FATAL(isup_put_cause(msg, &cause) == 0);
}

static void put_octet(struct isup_msg *msg, uint8_t code, uint8_t value)
{
	CU_ASSERT_FATAL(isup_put_octet(msg, code, value) == 0);
}

static void put_pair(struct isup_msg *msg, uint8_t code, const char *octets)
{
	CU_ASSERT_FATAL(isup_msg_add(msg, code, octets, 2) == 0);
}

static void put_mandatory(struct isup_msg *msg, unsigned size)
{
	const struct isup_bci bci = { .charge = 2,
				      .called_status = size ? 1 : 0,
				      .called_category = 1,
				      .isup_all_way = true,
				      .isdn_access = size > 1 };

	switch (msg->type) {
	case ISUP_IAM:
		put_iam(msg, size);
		break;
	case ISUP_SAM:
		put_number(msg, ISUP_P_SUBSEQUENT, digits_of_size[size], size > 0);
		break;
	case ISUP_ACM:
	case ISUP_CON:
		CU_ASSERT_FATAL(isup_put_bci(msg, &bci) == 0);
		break;
	case ISUP_CPG:
		CU_ASSERT_FATAL(isup_put_event(msg, &(struct isup_event){
							    .event = (uint8_t)(1 + size) }) == 0);
		break;
	case ISUP_FRJ:
		put_octet(msg, ISUP_P_FACILITY_INDICATOR, 2);
		put_cause(msg, size);
		break;
	case ISUP_FAR:
	case ISUP_FAA:
		put_octet(msg, ISUP_P_FACILITY_INDICATOR, 2);
		break;
	case ISUP_REL:
	case ISUP_CFN:
		put_cause(msg, size);
		break;
	case ISUP_SUS:
	case ISUP_RES:
		put_octet(msg, ISUP_P_SUSPEND_RESUME, size > 0);
		break;
	case ISUP_COT:
		put_octet(msg, 0x10, size > 0);
		break;
	case ISUP_INR:
		put_pair(msg, 0x0e, "\x09\x00");
		break;
	case ISUP_INF:
		put_pair(msg, 0x0f, "\x23\x00");
		break;
	case ISUP_USR:
		CU_ASSERT_FATAL(isup_msg_add(msg, ISUP_P_UUI, "\x04Hello", 6) == 0);
		break;
	case ISUP_CGB:
	case ISUP_CGU:
	case ISUP_CGBA:
	case ISUP_CGUA:
		put_octet(msg, ISUP_P_CIRCUIT_GROUP_TYPE, size > 0);
		put_status(msg, size, true);
		break;
	case ISUP_GRS:
	case ISUP_GRA:
	case ISUP_CQM:
		put_status(msg, size, msg->type == ISUP_GRA);
		break;
	case ISUP_CQR:
		CU_ASSERT_FATAL(isup_msg_add(msg, ISUP_P_RANGE_STATUS, "\x03", 1) == 0);
		CU_ASSERT_FATAL(isup_msg_add(msg, ISUP_P_CIRCUIT_STATE, "\x0c\x08\x0d\x03", 4) ==
				0);
		break;
	default:
		break;
	}
}

/* Fills up with user-to-user information (3.61: 129 octets at most). */
static void fill_up(struct isup_msg *msg)
{
	uint8_t uui[129], octets[ISUP_OCTETS_MAX];

	memset(uui, 'u', sizeof uui);
	uui[0] = 4;
	for (size_t n = sizeof uui; n > 0; n--) {
		struct isup_msg more = *msg;
		if (isup_msg_add(&more, ISUP_P_UUI, uui, n) == 0 &&
		    isup_msg_encode(&more, octets, sizeof octets) > 0) {
			*msg = more;
			return;
		}
	}
}

static void put_iam_optional(struct isup_msg *msg, unsigned size)
{
	const struct isup_redirection redirection = {
		.indicator = 3, .original_reason = 1, .counter = 5, .reason = 3
	};

	put_number(msg, ISUP_P_CALLING, digits_of_size[size], false);
	put_octet(msg, ISUP_P_HOP_COUNTER, 20);
	if (size < 2)
		return;
	put_octet(msg, ISUP_P_OFCI, 0x80);
	put_number(msg, ISUP_P_REDIRECTING, digits_of_size[size], false);
	CU_ASSERT_FATAL(isup_put_redirection(msg, &redirection) == 0);
	put_number(msg, ISUP_P_ORIGINAL_CALLED, digits_of_size[size], false);
	put_number(msg, ISUP_P_GENERIC_NUMBER, digits_of_size[size], false);
	put_number(msg, ISUP_P_GENERIC_NUMBER, digits_of_size[1], false);
	CU_ASSERT_FATAL(isup_msg_add(msg, ISUP_P_USI, "\x90\x90\xa3", 3) == 0);
	put_pair(msg, ISUP_P_PROPAGATION_DELAY, "\x01\x2c");
	CU_ASSERT_FATAL(isup_msg_add(msg, ISUP_P_ACCESS_TRANSPORT, "\x1e\x02\x80\x83", 4) == 0);
	fill_up(msg);
}

static void put_backward_optional(struct isup_msg *msg, unsigned size)
{
	const struct isup_obci obci = { .in_band = true, .diversion_may_occur = size > 1 };

	if (msg->type != ISUP_ANM)
		CU_ASSERT_FATAL(isup_put_obci(msg, &obci) == 0);
	if (msg->type == ISUP_ANM || msg->type == ISUP_CON)
		put_number(msg, ISUP_P_CONNECTED, digits_of_size[size], false);
	if (size < 2)
		return;
	if (msg->type == ISUP_ACM || msg->type == ISUP_CPG)
		put_cause(msg, size);
	put_octet(msg, 0x2c, 0x79);
	put_octet(msg, 0x2e, 1);
	CU_ASSERT_FATAL(isup_msg_add(msg, ISUP_P_ACCESS_TRANSPORT, "\x1e\x02\x82\x88", 4) == 0);
	fill_up(msg);
}

/* Optional parts as far as we send any in that type; false when the type goes out as it is. */
static bool put_optional(struct isup_msg *msg, unsigned size)
{
	switch (msg->type) {
	case ISUP_IAM:
		put_iam_optional(msg, size);
		return true;
	case ISUP_ACM:
	case ISUP_CPG:
	case ISUP_ANM:
	case ISUP_CON:
		put_backward_optional(msg, size);
		return true;
	case ISUP_REL:
		put_octet(msg, 0x27, 1);
		if (size > 1)
			fill_up(msg);
		return true;
	case ISUP_RLC:
		put_cause(msg, size);
		return true;
	case ISUP_INF:
		put_number(msg, ISUP_P_CALLING, digits_of_size[size], false);
		put_octet(msg, ISUP_P_CPC, 10);
		return true;
	case ISUP_SUS:
	case ISUP_RES:
		put_octet(msg, 0x2c, msg->type == ISUP_RES);
		return true;
	default:
		return false;
	}
}

static void make_messages(void)
{
	static const char *const sizes[] = { "bare", "typical", "largest" };

	for (unsigned type = 0; type <= ISUP_SDN; type++) {
		/* Pass-along and charge information have no form of their own. */
		if (!isup_type_name((uint8_t)type) || type == ISUP_PAM || type == ISUP_CRG)
			continue;
		for (unsigned size = 0; size < 3; size++) {
			struct isup_msg msg;
			isup_msg_init(&msg, (enum isup_type)type,
				      (uint16_t)(size * 2047 + type % 2));
			put_mandatory(&msg, size);
			if (size)
				put_optional(&msg, size);
			add_message(&msg, sizes[size]);
		}
	}
}

static void make_vectors(void)
{
	for (size_t i = 0; i < valid.n; i++) {
		struct isup_error error;
		struct isup_msg msg;
		uint8_t octets[ISUP_OCTETS_MAX];
		if (beyond_wireshark(valid.v[i].name))
			continue;
		CU_ASSERT_FATAL(isup_msg_decode(&msg, valid.v[i].octets, valid.v[i].n, &error) ==
				0);
		int n = isup_msg_encode(&msg, octets, sizeof octets);
		CU_ASSERT_FATAL(n > 0);
		add_frame(valid.v[i].name, octets, (size_t)n);
	}
}

static void write_pcap(FILE *file)
{
	/* magic, version 2.4, zone, accuracy, longest frame, link type MTP3 */
	const uint32_t head[] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 141 };
	/* SIO: national network, ISUP; label: DPC 2, OPC 1, SLS 5 */
	const uint8_t label[LABEL] = { 0x85, 0x02, 0x40, 0x00, 0x50 };

	CU_ASSERT_FATAL(fwrite(head, sizeof head, 1, file) == 1);
	for (size_t i = 0; i < n_frames; i++) {
		uint32_t n = (uint32_t)(LABEL + frames[i].n);
		const uint32_t record[] = { (uint32_t)i, 0, n, n };
		CU_ASSERT_FATAL(fwrite(record, sizeof record, 1, file) == 1);
		CU_ASSERT_FATAL(fwrite(label, sizeof label, 1, file) == 1);
		CU_ASSERT_FATAL(fwrite(frames[i].octets, frames[i].n, 1, file) == 1);
	}
}

enum column {
	COL_TYPE,
	COL_CIC,
	COL_CALLED,
	COL_CALLING,
	COL_CAUSE,
	COL_RANGE,
	COL_EVENT,
	COL_HOPS,
	COL_MALFORMED,
	COL_SEVERITY,
	COLUMNS
};

static const char *const column_fields[COLUMNS] = {
	"isup.message_type",	"isup.cic",
	"isup.called",		"isup.calling",
	"isup.cause_indicator", "isup.range_indicator",
	"isup.event_ind",	"isup.hop_counter",
	"_ws.malformed",	"_ws.expert.severity",
};

static const char *const fixed_words[] = {
	"tshark", "-n", "-T", "fields", "-E", "separator=|", "-o", "mtp3.standard:ITU", "-r",
};

#define FIXED_WORDS (sizeof fixed_words / sizeof *fixed_words)
#define WORDS	    (FIXED_WORDS + 1 + 2 * COLUMNS)

/* Wireshark's fields of every frame, a line each, into the file of that descriptor. */
static int run_tshark(const char *capture, int out)
{
	char words[WORDS][40];
	char *argv[WORDS + 1];
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status = -1;

	for (size_t i = 0; i < WORDS; i++) {
		size_t k = i - FIXED_WORDS;
		const char *word = i < FIXED_WORDS ? fixed_words[i]
				   : k == 0	   ? capture
				   : k % 2	   ? "-e"
						   : column_fields[k / 2 - 1];
		snprintf(words[i], sizeof words[i], "%s", word);
		argv[i] = words[i];
	}
	argv[WORDS] = NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	int err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err) {
		fprintf(stderr, "tshark: %s\n", strerror(err));
		return -1;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static size_t split(char *line, char *columns[COLUMNS])
{
	size_t n = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *column = line; column && n < COLUMNS; n++) {
		columns[n] = column;
		column = strchr(column, '|');
		if (column)
			*column++ = '\0';
	}
	return n;
}

static void expect_text(const struct frame *frame, enum column column, const char *got,
			const char *expected)
{
	if (strcmp(got, expected) != 0)
		fprintf(stderr, "%s: %s is '%s', expected '%s'\n", frame->name,
			column_fields[column], got, expected);
	CU_ASSERT_STRING_EQUAL(got, expected);
}

static void expect_value(const struct frame *frame, char *columns[COLUMNS], enum column column,
			 bool present, unsigned value)
{
	char text[16] = "";

	if (present)
		snprintf(text, sizeof text, "%u", value);
	expect_text(frame, column, columns[column], text);
}

/* Wireshark shows ST as F. */
static void expect_number(const struct frame *frame, char *columns[COLUMNS], enum column column,
			  const struct isup_msg *msg, uint8_t code)
{
	struct isup_number number;
	char text[ISUP_DIGITS_MAX + 2] = "";

	if (isup_get_number(msg, code, &number))
		snprintf(text, sizeof text, "%s%s", number.digits, number.complete ? "F" : "");
	expect_text(frame, column, columns[column], text);
}

static void check_frame(const struct frame *frame, char *columns[COLUMNS])
{
	struct isup_error error;
	struct isup_msg msg;
	struct isup_cause cause;
	struct isup_range range;
	struct isup_event event;
	uint8_t hops;

	CU_ASSERT_FATAL(isup_msg_decode(&msg, frame->octets, frame->n, &error) == 0);
	expect_value(frame, columns, COL_TYPE, true, msg.type);
	expect_value(frame, columns, COL_CIC, true, msg.cic);
	expect_number(frame, columns, COL_CALLED, &msg, ISUP_P_CALLED);
	expect_number(frame, columns, COL_CALLING, &msg, ISUP_P_CALLING);
	bool present = isup_get_cause(&msg, &cause);
	/* Wireshark names only causes of the ITU-T coding, and counts the circuits of a range. */
	expect_value(frame, columns, COL_CAUSE, present && cause.coding == 0, cause.value);
	present = isup_get_range(&msg, &range);
	expect_value(frame, columns, COL_RANGE, present, range.range + 1u);
	present = isup_get_event(&msg, &event);
	expect_value(frame, columns, COL_EVENT, present, event.event);
	present = isup_get_octet(&msg, ISUP_P_HOP_COUNTER, &hops);
	expect_value(frame, columns, COL_HOPS, present, hops);
	expect_text(frame, COL_MALFORMED, columns[COL_MALFORMED], "");
	for (char *at = columns[COL_SEVERITY]; *at; at += strspn(at, ",")) {
		unsigned long severity = strtoul(at, &at, 10);
		if (severity >= SEVERITY_WARNING)
			fprintf(stderr, "%s: expert severity %#lx\n", frame->name, severity);
		CU_ASSERT(severity < SEVERITY_WARNING);
	}
}

static void check_lines(FILE *lines)
{
	char line[2048];
	size_t n = 0;

	while (fgets(line, sizeof line, lines)) {
		char *columns[COLUMNS];
		CU_ASSERT_FATAL(n < n_frames);
		CU_ASSERT_FATAL(split(line, columns) == COLUMNS);
		check_frame(&frames[n++], columns);
	}
	CU_ASSERT_EQUAL(n, n_frames);
}

static void test_wireshark(void)
{
	char path[] = "/tmp/isup-XXXXXX";
	int fd = mkstemp(path);
	FILE *capture = fd >= 0 ? fdopen(fd, "w") : NULL;
	FILE *lines = tmpfile();

	CU_ASSERT_FATAL(capture && lines);
	make_messages();
	make_vectors();
	write_pcap(capture);
	fclose(capture);
	CU_ASSERT_EQUAL(run_tshark(path, fileno(lines)), 0);
	unlink(path);
	rewind(lines);
	check_lines(lines);
	fclose(lines);
}

static CU_TestInfo tests[] = {
	{ "wireshark", test_wireshark },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	vectors_read(&valid, VECTORS_VALID);
	return cu_run("isup tshark", tests, argc, argv);
}
