/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* `show calls` and `show media`; trunks and routes are in show_routing.c. */
#include "gw/base/wall.h"
#include "gw/call/call_private.h"

/* Of the first side whose bearer has a canceller: "converged, ERL 12, ERLE 30 dB, 4-12 ms". */
static void put_echo(struct table *table, const struct call *call)
{
	struct media_end_stats stats;
	const struct media_echo *echo = &stats.echo;
	const char *state;

	for (unsigned side = 0; call->media && side < 2; side++) {
		media_stats(call->media, side, &stats);
		if (echo->state == MEDIA_ECHO_NONE)
			continue;
		state = media_echo_name((enum media_echo_state)echo->state);
		if (echo->erl_db == MEDIA_UNKNOWN)
			table_set_fmt(table, 10, "%s", state);
		else
			table_set_fmt(table, 10, "%s, ERL %u, ERLE %u dB, %u-%u ms", state,
				      echo->erl_db, echo->erle_db, echo->tail_begin_ms,
				      echo->tail_end_ms);
		return;
	}
}

static void call_row(struct call *call, void *arg)
{
	struct table *table = arg;
	char text[64];
	uint64_t now = wall_now_us();

	if (table_row(table))
		return;
	table_set_str(table, 0, str_c(call->record.id));
	table_set_str(table, 1, str_c(call_state_name(call->state)));
	table_set_fmt(table, 2, "%.1f", (double)(now - call->record.start_us) / 1e6);
	if (call->record.answer_us)
		table_set_fmt(table, 3, "%.1f", (double)(now - call->record.answer_us) / 1e6);
	for (unsigned side = 0; side < 2; side++) {
		if (!call->leg[side])
			continue;
		call->leg[side]->ops->describe(call->leg[side], text, sizeof(text));
		table_set_str(table, 4 + 2 * side, str_c(call->leg[side]->trunk->name));
		table_set_str(table, 5 + 2 * side, str_c(text));
	}
	table_set_str(table, 8, str_c(call->setup.calling.digits));
	table_set_str(table, 9, str_c(call->setup.called.digits));
	put_echo(table, call);
}

static struct table *calls_fill(void *arg)
{
	static const char *const columns[] = { "call",	  "state",  "seconds", "answered",
					       "in",	  "in_leg", "out",     "out_leg",
					       "calling", "called", "echo" };
	struct table *table = table_new(columns, 11);

	if (table)
		call_core_each(arg, call_row, table);
	return table;
}

enum media_column {
	MEDIA_CALL,
	MEDIA_SIDE,
	MEDIA_TRUNK,
	MEDIA_COUNTS,
	MEDIA_QUALITY = MEDIA_COUNTS + 21,
	MEDIA_PEER = MEDIA_QUALITY + 6,
	MEDIA_COLUMNS = MEDIA_PEER + 2
};

static void mos_set(struct table *table, size_t column, uint8_t mos)
{
	if (mos != MEDIA_UNKNOWN)
		table_set_fmt(table, column, "%u.%u", mos / 10u, mos % 10u);
}

static void quality_set(struct table *table, const struct media_quality *q)
{
	if (!q->known)
		return;
	table_set_fmt(table, MEDIA_QUALITY, "%.1f", q->loss_rate / 2.56);
	table_set_fmt(table, MEDIA_QUALITY + 1, "%.1f", q->discard_rate / 2.56);
	table_set_int(table, MEDIA_QUALITY + 2, q->burst_ms);
	if (q->r_factor != MEDIA_UNKNOWN)
		table_set_int(table, MEDIA_QUALITY + 3, q->r_factor);
	mos_set(table, MEDIA_QUALITY + 4, q->mos_lq);
	mos_set(table, MEDIA_QUALITY + 5, q->mos_cq);
}

static void counts_set(struct table *table, const struct media_end_stats *s)
{
	const uint64_t counts[] = {
		s->packets_in, s->packets_out, s->lost,	      s->late,	    s->duplicate,
		s->reordered,  s->refused,     s->unsent,     s->recovered, s->concealed_ms,
		s->comfort_ms, s->cn_in,       s->cn_out,     s->jitter_us, s->delay_ms,
		s->rtt_us,     s->blocks_in,   s->blocks_out, s->dtmf_in,   s->dtmf_out,
		s->signals_in,
	};

	_Static_assert(sizeof(counts) / sizeof(counts[0]) == MEDIA_QUALITY - MEDIA_COUNTS, "");
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		table_set_int(table, MEDIA_COUNTS + i, (int64_t)counts[i]);
}

static void media_row(const struct call *call, unsigned side, struct table *table)
{
	struct media_end_stats s;

	if (table_row(table))
		return;
	media_stats(call->media, side, &s);
	table_set_str(table, MEDIA_CALL, str_c(call->record.id));
	table_set_str(table, MEDIA_SIDE, side ? STR("out") : STR("in"));
	table_set_str(table, MEDIA_TRUNK, str_c(call->leg[side]->trunk->name));
	counts_set(table, &s);
	quality_set(table, &s.quality);
	if (!s.peer_quality.known)
		return;
	if (s.peer_quality.r_factor != MEDIA_UNKNOWN)
		table_set_int(table, MEDIA_PEER, s.peer_quality.r_factor);
	mos_set(table, MEDIA_PEER + 1, s.peer_quality.mos_lq);
}

static void media_rows(struct call *call, void *arg)
{
	for (unsigned side = 0; side < 2; side++)
		if (call->media && call->leg[side])
			media_row(call, side, arg);
}

static struct table *media_fill(void *arg)
{
	static const char *const columns[MEDIA_COLUMNS] = {
		"call",		 "side",
		"trunk",	 "packets_in",
		"packets_out",	 "lost",
		"late",		 "duplicate",
		"reordered",	 "refused",
		"unsent",	 "recovered",
		"concealed_ms",	 "comfort_ms",
		"cn_in",	 "cn_out",
		"jitter_us",	 "delay_ms",
		"rtt_us",	 "blocks_in",
		"blocks_out",	 "dtmf_in",
		"dtmf_out",	 "signals_in",
		"loss_percent",	 "discard_percent",
		"burst_ms",	 "r_factor",
		"mos_lq",	 "mos_cq",
		"peer_r_factor", "peer_mos_lq",
	};
	struct table *table = table_new(columns, MEDIA_COLUMNS);

	if (table)
		call_core_each(arg, media_rows, table);
	return table;
}

void call_show_open(struct call_core *core)
{
	core->show_calls = (struct show){
		.name = "calls", .help = "calls up now", .fill = calls_fill, .arg = core
	};
	core->show_media = (struct show){ .name = "media",
					  .help = "packets and quality of the calls up now",
					  .fill = media_fill,
					  .arg = core };
	core->show_trunks = (struct show){
		.name = "trunks", .help = "trunk groups", .fill = call_trunks_table, .arg = core
	};
	core->show_routes = (struct show){
		.name = "routes", .help = "routes", .fill = call_routes_table, .arg = core
	};
	core->show_numbers = (struct show){ .name = "numbers",
					    .help = "learnt lengths of numbers",
					    .fill = numbers_table,
					    .arg = core->numbers };
	core->show_overlap = (struct show){ .name = "overlap",
					    .help = "post-dial delay by overlap strategy",
					    .fill = overlap_table,
					    .arg = core };
	show_register(&core->show_numbers);
	show_register(&core->show_overlap);
	show_register(&core->show_calls);
	show_register(&core->show_media);
	call_show_bearers_open(core);
	show_register(&core->show_trunks);
	show_register(&core->show_routes);
}

void call_show_close(struct call_core *core)
{
	show_unregister(&core->show_numbers);
	show_unregister(&core->show_overlap);
	show_unregister(&core->show_calls);
	show_unregister(&core->show_media);
	show_unregister(&core->show_bearers);
	show_unregister(&core->show_trunks);
	show_unregister(&core->show_routes);
}
