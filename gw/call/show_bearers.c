/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* `show bearers`: the timeslots of the calls up now, what joins them, and their echo cancellers. */
#include "gw/call/call_private.h"

enum {
	COL_CALL,
	COL_SIDE,
	COL_TRUNK,
	COL_LEG,
	COL_JOINED,
	COL_ECHO,
	COL_NLP,
	COL_TAIL,
	COL_PATH_BEGIN,
	COL_PATH_END,
	COL_ERL,
	COL_ERLE,
	COL_DISABLINGS,
	COL_BLOCKS_IN,
	COL_BLOCKS_OUT,
	COL_UNDERRUNS,
	COL_OVERRUNS,
	COLUMNS
};

static void echo_set(struct table *table, const struct media_echo *echo)
{
	if (echo->state == MEDIA_ECHO_NONE)
		return;
	table_set_str(table, COL_ECHO, str_c(media_echo_name((enum media_echo_state)echo->state)));
	table_set_str(table, COL_NLP, echo->nlp_off ? STR("off") : STR("on"));
	if (!echo->tail_ms)
		return;
	table_set_int(table, COL_TAIL, echo->tail_ms);
	table_set_int(table, COL_PATH_BEGIN, echo->tail_begin_ms);
	table_set_int(table, COL_PATH_END, echo->tail_end_ms);
	if (echo->erl_db != MEDIA_UNKNOWN)
		table_set_int(table, COL_ERL, echo->erl_db);
	if (echo->erle_db != MEDIA_UNKNOWN)
		table_set_int(table, COL_ERLE, echo->erle_db);
	table_set_int(table, COL_DISABLINGS, echo->disablings);
}

static void bearer_row(const struct call *call, unsigned side, struct table *table)
{
	struct media_end_stats s;
	char leg[64];

	if (!media_is_bearer(call->media, side) || table_row(table))
		return;
	media_stats(call->media, side, &s);
	call->leg[side]->ops->describe(call->leg[side], leg, sizeof(leg));
	table_set_str(table, COL_CALL, str_c(call->record.id));
	table_set_str(table, COL_SIDE, side ? STR("out") : STR("in"));
	table_set_str(table, COL_TRUNK, str_c(call->leg[side]->trunk->name));
	table_set_str(table, COL_LEG, str_c(leg));
	table_set_str(table, COL_JOINED,
		      media_joined_by_driver(call->media) ? STR("driver") : STR("engine"));
	echo_set(table, &s.echo);
	table_set_int(table, COL_BLOCKS_IN, (int64_t)s.blocks_in);
	table_set_int(table, COL_BLOCKS_OUT, (int64_t)s.blocks_out);
	table_set_int(table, COL_UNDERRUNS, (int64_t)s.tx_underruns);
	table_set_int(table, COL_OVERRUNS, (int64_t)s.rx_overruns);
}

static void bearer_rows(struct call *call, void *arg)
{
	for (unsigned side = 0; side < 2; side++)
		if (call->media && call->leg[side])
			bearer_row(call, side, arg);
}

static struct table *bearers_fill(void *arg)
{
	static const char *const columns[COLUMNS] = {
		[COL_CALL] = "call",
		[COL_SIDE] = "side",
		[COL_TRUNK] = "trunk",
		[COL_LEG] = "leg",
		[COL_JOINED] = "joined_by",
		[COL_ECHO] = "echo",
		[COL_NLP] = "nlp",
		[COL_TAIL] = "tail_ms",
		[COL_PATH_BEGIN] = "path_begin_ms",
		[COL_PATH_END] = "path_end_ms",
		[COL_ERL] = "erl_db",
		[COL_ERLE] = "erle_db",
		[COL_DISABLINGS] = "disablings",
		[COL_BLOCKS_IN] = "blocks_in",
		[COL_BLOCKS_OUT] = "blocks_out",
		[COL_UNDERRUNS] = "underruns",
		[COL_OVERRUNS] = "overruns",
	};
	struct table *table = table_new(columns, COLUMNS);

	if (table)
		call_core_each(arg, bearer_rows, table);
	return table;
}

void call_show_bearers_open(struct call_core *core)
{
	core->show_bearers = (struct show){ .name = "bearers",
					    .help = "timeslots of the calls up now, and their echo",
					    .fill = bearers_fill,
					    .arg = core };
	show_register(&core->show_bearers);
}
