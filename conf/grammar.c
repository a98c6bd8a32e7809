/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The tables of the grammar, in the order in which a configuration is printed. */
#include "conf/grammar.h"

#include <string.h>

#include "conf/points.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SECOND 1000u
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define ONCE(name_, key_, fields_)                                                                 \
	{                                                                                          \
		name_, .key = key_, .fields = fields_, .n_fields = COUNT(fields_)                  \
	}

static const char *const no_yes[] = { "false", "true", NULL };
static const char *const levels[] = { "error", "warning", "notice", "info", "debug", NULL };
static const char *const span_types[] = { "virtual", "dahdi", NULL };
static const char *const failures[] = { "network-out-of-order", "temporary-failure", "keep", NULL };
static const char *const framings[] = { "e1", "t1", NULL };
static const char *const laws[] = { "alaw", "ulaw", NULL };
static const char *const ends[] = { "connect", "listen", NULL };
static const char *const clocks[] = { "line", "master", NULL };
static const char *const networks[] = { "international", "international-spare", "national",
					"national-spare", NULL };
static const char *const hunts[] = { "least-recent", "ascending", "descending", "cyclic", NULL };
static const char *const echo_tails[] = { "off", "32ms", "64ms", "128ms", NULL };
static const char *const on_off[] = { "on", "off", NULL };
static const char *const faxes[] = { "off", "vbd", NULL };
static const char *const controls[] = { "point-code", "even", "odd", "all", "none", NULL };
static const char *const answers[] = { "loop", "transponder", NULL };
static const char *const heals[] = { "reset", "group-reset", "block", NULL };
static const char *const sls_bits[] = { "8", "5", NULL };
static const char *const timer_values[] = { "itu", "ansi", NULL };
static const char *const transports[] = { "udp", "tcp", NULL };
static const char *const profiles[] = { "rfc3398", "rfc4497", "q1912.5", NULL };
static const char *const priorities[] = { "normal", "realtime", NULL };
static const char *const codecs[] = { "PCMA", "PCMU", "CLEARMODE", NULL };
static const char *const jitters[] = { "adaptive", "fixed", NULL };
static const char *const rtp_sources[] = { "signalled", "learned", NULL };
static const char *const redirects[] = { "follow", "tell", "release", NULL };
static const char *const rtp_failures[] = { "release", "keep", NULL };
static const char *const off_on[] = { "off", "on", NULL };
static const char *const returns[] = { "allow", "refuse", NULL };
static const char *const says_484[] = { "true", "false", NULL };
static const char *const forms[] = { "as-is",	"international", "national", "subscriber",
				     "dialled", "digits",	 NULL };
static const char *const orders[] = { "order", "weight", "percentage", "least-busy", NULL };
static const char *const bearers[] = { "speech", "audio", "data", NULL };
/* Q.763 3.11, in the order of gw/route/route.c. */
static const char *const categories[] = { "unknown", "operator", "ordinary", "priority",
					  "data",    "test",	 "payphone", NULL };
static const char *const reliables[] = { "off", "supported", "required", NULL };
static const char *const early_medias[] = { "sdp", "indicated", "off", NULL };
static const char *const ringbacks[] = { "auto", "local", "off", NULL };
static const char *const overlaps[] = { "collect", "multiple-invite", "info", "184", NULL };
static const char *const pstn_overlaps[] = { "through", "collect", "split", "replace", NULL };
static const char *const overlaps_in[] = { "false", "invite", "info", "184", NULL };
static const char *const info_bodies[] = { "dtmf-relay", "session-info", NULL };
static const char *const identities[] = { "p-asserted-identity", "p-preferred-identity",
					  "remote-party-id", NULL };
static const char *const diversions[] = { "history-info", "diversion", "both", "off", NULL };
static const char *const namespaces[] = { "dsn", "drsn", "q735", "ets", "wps", NULL };
static const char *const portabilities[] = {
	"off", "gap", "directory-number", "concatenated", "routing-number", NULL
};
static const char *const carriers[] = { "automatic", "tns", "cip", "off", NULL };
static const char *const calling_names[] = { "off", "generic-name", "display", NULL };
static const char *const dtmfs[] = { "inband", "rfc4733", "info", NULL };
static const char *const dtmf_detections[] = { "off", "on", "always", NULL };

/* G.711 clause 1: A-law on 2048 kbit/s paths, mu-law on 1544 kbit/s ones. */
static const char *law_of(const void *object)
{
	const struct conf_span *span = object;

	return span->t1 ? "ulaw" : "alaw";
}

/* RFC 5009 clause 2: the header field is for a trust domain. */
static const char *p_early_media_of(const void *object)
{
	const struct conf_sip_trunk *trunk = object;

	return trunk->trusted ? "true" : "false";
}

/* clang-format off */
#define AT(member) .at = offsetof(struct conf, member)
static const struct conf_field log_fields[] = {
	{"file", &conf_kind_path, AT(log.file)},
	{"level", &conf_kind_text_word, AT(log.level), .words = levels, .fallback = "info"},
	{"queue", &conf_kind_uint, AT(log.queue), .min = 1, .max = 1000000, .fallback = "10000"},
};

static const struct conf_field control_fields[] = {
	{"socket", &conf_kind_socket, AT(control.socket), .fallback = "/run/causeway/control.sock"},
	{"group", &conf_kind_text, AT(control.group)},
};

static const struct conf_field cdr_fields[] = {
	{"file", &conf_kind_path, AT(cdr.file)},
	{"queue", &conf_kind_uint, AT(cdr.queue), .min = 1, .max = 1000000, .fallback = "10000"},
};

static const struct conf_field state_fields[] = {
	{"folder", &conf_kind_path, AT(state.folder)},
};

/* t1, t2 and t4: RFC 3261 clause 17.1.1.1 and table 4 */
static const struct conf_field stack_fields[] = {
	{"listen", &conf_kind_listen, AT(sip.listen), .other_at = offsetof(struct conf, sip.n_listen),
	 .max = CONF_LISTS_MAX, .list = true},
	{"user-agent", &conf_kind_text, AT(sip.user_agent), .fallback = "Causeway"},
	{"domain", &conf_kind_host, AT(sip.domain)},
	{"t1", &conf_kind_ms, AT(sip.t1_ms), .min = 10, .max = 10 * SECOND, .fallback = "500ms"},
	{"t2", &conf_kind_ms, AT(sip.t2_ms), .min = 10, .max = MINUTE, .fallback = "4s"},
	{"t4", &conf_kind_ms, AT(sip.t4_ms), .min = 10, .max = MINUTE, .fallback = "5s"},
	{"max-connections", &conf_kind_uint, AT(sip.max_connections), .min = 1, .max = 100000, .fallback = "1000"},
	{"idle", &conf_kind_ms, AT(sip.idle_ms), .min = SECOND, .max = DAY, .fallback = "5min"},
	{"call-check", &conf_kind_ms, AT(sip.call_check_ms), .max = DAY, .fallback = "5min"},
	{"dns", &conf_kind_server, AT(sip.dns), .other_at = offsetof(struct conf, sip.n_dns), .max = 4,
	 .list = true},
};

static const struct conf_field rtp_fields[] = {
	{"address", &conf_kind_address, AT(rtp.address)},
	{"ports", &conf_kind_range, AT(rtp.port_first), .other_at = offsetof(struct conf, rtp.port_last),
	 .min = 1024, .max = 65535, .fallback = "10000-19999"},
	{"jitter", &conf_kind_range, AT(rtp.jitter_min_ms), .other_at = offsetof(struct conf, rtp.jitter_max_ms),
	 .min = 0, .max = 1000, .fallback = "5-200"},
	{"timeout", &conf_kind_ms, AT(rtp.timeout_ms), .min = 0, .max = DAY, .fallback = "0ms"},
};

static const struct conf_field media_fields[] = {
	{"threads", &conf_kind_uint, AT(media.threads), .min = 1, .max = 16, .fallback = "1"},
	{"priority", &conf_kind_flag, AT(media.realtime), .words = priorities, .fallback = "realtime"},
};

static const struct conf_field overload_fields[] = {
	{"busy", &conf_kind_uint, AT(overload.busy), .max = 100, .fallback = "90"},
	{"busy-severe", &conf_kind_uint, AT(overload.busy_severe), .max = 100, .fallback = "98"},
	{"lag", &conf_kind_ms, AT(overload.lag_ms), .max = MINUTE, .fallback = "200ms"},
	{"lag-severe", &conf_kind_ms, AT(overload.lag_severe_ms), .max = MINUTE, .fallback = "1s"},
	{"calls-per-second", &conf_kind_uint, AT(overload.calls_per_second), .max = 100000, .fallback = "0"},
	{"hold", &conf_kind_ms, AT(overload.hold_ms), .min = SECOND, .max = 10 * MINUTE, .fallback = "5s"},
};

static const struct conf_field enum_fields[] = {
	{"timeout", &conf_kind_ms, AT(enums.timeout_ms), .min = 100, .max = MINUTE, .fallback = "4s"},
	{"cache", &conf_kind_uint, AT(enums.cache), .max = 1000000, .fallback = "1000"},
};

static const struct conf_field tones_fields[] = {
	{"country", &conf_kind_country, AT(tones.country), .fallback = "itu"},
	{"time", &conf_kind_ms, AT(tones.time_ms), .min = SECOND, .max = 5 * MINUTE, .fallback = "10s"},
};
#undef AT

/* The same in four places. */
#define TREATMENT(struct_, fields_)                                                                \
	static const struct conf_field fields_[] = {                                               \
		{"ringback", &conf_kind_path, .at = offsetof(struct struct_, treatment.ringback)},  \
		{"busy", &conf_kind_path, .at = offsetof(struct struct_, treatment.busy)},          \
		{"congestion", &conf_kind_path,                                                    \
		 .at = offsetof(struct struct_, treatment.congestion)},                            \
		{"unobtainable", &conf_kind_path,                                                  \
		 .at = offsetof(struct struct_, treatment.unobtainable)},                          \
		{"cause", &conf_kind_cause_treatment, .at = offsetof(struct struct_, treatment.causes), \
		 .other_at = offsetof(struct struct_, treatment.n_causes),                         \
		 .max = CONF_TREATMENT_CAUSES_MAX, .list = true},                                  \
	}
TREATMENT(conf, treatment_fields);
TREATMENT(conf_isup, isup_treatment_fields);
TREATMENT(conf_sip_trunk, sip_treatment_fields);
TREATMENT(conf_route, route_treatment_fields);
#undef TREATMENT

/* The same of both kinds of trunk. */
#define POLICY_LIST(struct_, member) .at = offsetof(struct struct_, policy.member),                \
	.other_at = offsetof(struct struct_, policy.n_##member), .max = CONF_REWRITES_MAX, .list = true
#define POLICY(struct_)                                                                            \
	{"max-calls", &conf_kind_uint, .at = offsetof(struct struct_, max_calls), .max = 1000000,   \
	 .fallback = "0"},                                                                         \
	{"max-calls-in", &conf_kind_uint, .at = offsetof(struct struct_, policy.max_in),            \
	 .max = 1000000, .fallback = "0"},                                                         \
	{"max-calls-out", &conf_kind_uint, .at = offsetof(struct struct_, policy.max_out),          \
	 .max = 1000000, .fallback = "0"},                                                         \
	{"call-rate", &conf_kind_uint, .at = offsetof(struct struct_, policy.rate), .max = 100000,  \
	 .fallback = "0"},                                                                         \
	{"call-rate-in", &conf_kind_uint, .at = offsetof(struct struct_, policy.rate_in),           \
	 .max = 100000, .fallback = "0"},                                                          \
	{"call-rate-out", &conf_kind_uint, .at = offsetof(struct struct_, policy.rate_out),         \
	 .max = 100000, .fallback = "0"},                                                          \
	{"call-burst", &conf_kind_uint, .at = offsetof(struct struct_, policy.burst),               \
	 .max = 100000, .fallback = "0"},                                                          \
	{"numbers-out", &conf_kind_word, .at = offsetof(struct struct_, policy.form),               \
	 .words = forms, .fallback = "as-is"},                                                     \
	{"rewrite-in", &conf_kind_rewrite, POLICY_LIST(struct_, rewrite_in)},                       \
	{"rewrite-out", &conf_kind_rewrite, POLICY_LIST(struct_, rewrite_out)},                     \
	{"return-calls", &conf_kind_flag, .at = offsetof(struct struct_, policy.return_refused),    \
	 .words = returns, .fallback = "allow"}

#define AT(member) .at = offsetof(struct conf_span, member)
static const struct conf_field span_title = {"name", &conf_kind_name, AT(name)};
static const struct conf_field span_fields[] = {
	{"type", &conf_kind_word, AT(type), .words = span_types, .required = true},
	{"framing", &conf_kind_flag, AT(t1), .words = framings, .fallback = "e1"},
	{"law", &conf_kind_flag, AT(ulaw), .words = laws, .fallback_of = law_of},
	{"chunk", &conf_kind_ms, AT(chunk_ms), .min = 1, .max = 20, .fallback = "5ms"},
	{"cable", &conf_kind_socket, AT(cable)},
	{"end", &conf_kind_flag, AT(listen), .words = ends, .fallback = "connect"},
	{"clock", &conf_kind_flag, AT(clock_master), .words = clocks, .fallback = "line"},
	{"number", &conf_kind_uint, AT(number), .max = 128, .fallback = "0"},
	{"echo-canceller", &conf_kind_ms, AT(echo_tail_ms), .max = 128, .fallback = "0ms"},
	{"hold-off", &conf_kind_ms, AT(hold_off_ms), .max = MINUTE, .fallback = "500ms"},
};
#undef AT

#define AT(member) .at = offsetof(struct conf_link, member)
static const struct conf_field link_title = {"slc", &conf_kind_uint, AT(slc), .max = 15};
static const struct conf_field link_fields[] = {
	{"span", &conf_kind_name, AT(span), .required = true},
	{"timeslot", &conf_kind_uint, AT(timeslot), .min = 1, .max = 31, .required = true},
};
#undef AT

#define AT(member) .at = offsetof(struct conf_linkset, member)
static const struct conf_field linkset_title = {"name", &conf_kind_name, AT(name)};
static const struct conf_field linkset_fields[] = {
	{"variant", &conf_kind_text_word, AT(variant), .words = conf_variants, .fallback = "itu"},
	{"opc", &conf_kind_point_code, AT(opc), .other_at = offsetof(struct conf_linkset, ansi), .required = true},
	{"dpc", &conf_kind_point_code, AT(dpc), .other_at = offsetof(struct conf_linkset, ansi), .required = true},
	{"network", &conf_kind_octet_word, AT(network), .words = networks, .fallback = "national"},
	{"sls-bits", &conf_kind_flag, AT(sls5), .words = sls_bits, .fallback = "8"},
	{"heal-rate", &conf_kind_uint, AT(heal_per_minute), .max = 6000, .fallback = "30"},
	{"heal-burst", &conf_kind_uint, AT(heal_burst), .min = 1, .max = 1000, .fallback = "5"},
};
static const struct conf_section linkset_sections[] = {
	{"link", .title = &link_title, AT(links), .count_at = offsetof(struct conf_linkset, n_links),
	 .octets = sizeof(struct conf_link), .fields = link_fields, .n_fields = COUNT(link_fields)},
};
#undef AT

#define AT(member) .at = offsetof(struct conf_circuits, member)
static const struct conf_field circuits_title = {"span", &conf_kind_name, AT(span)};
static const struct conf_field circuits_fields[] = {
	{"cic", &conf_kind_uint, AT(first_cic), .max = 16383, .required = true},
	{"timeslots", &conf_kind_timeslots, AT(timeslots), .required = true},
};
#undef AT

#define AT(member) .at = offsetof(struct conf_isup, member)
static const struct conf_field isup_title = {"name", &conf_kind_name, AT(name)};
static const struct conf_field isup_fields[] = {
	{"linkset", &conf_kind_name, AT(linkset), .required = true},
	{"variant", &conf_kind_text_word, AT(variant), .words = conf_variants},
	{"dpc", &conf_kind_point_code, AT(dpc), .other_at = offsetof(struct conf_isup, ansi)},
	{"hunt", &conf_kind_word, AT(hunt), .words = hunts, .fallback = "least-recent"},
	{"control", &conf_kind_word, AT(control), .words = controls, .fallback = "point-code"},
	{"hop-counter", &conf_kind_uint, AT(hop_counter), .max = 31, .fallback = "0"},
	{"delay", &conf_kind_ms, AT(delay_ms), .max = 10 * SECOND, .fallback = "0ms"},
	{"satellite", &conf_kind_flag, AT(satellite), .words = no_yes, .fallback = "false"},
	{"interworking", &conf_kind_flag, AT(interworking), .words = no_yes, .fallback = "false"},
	{"continuity-check", &conf_kind_uint, AT(continuity), .max = 1000, .fallback = "0"},
	{"continuity-answer", &conf_kind_flag, AT(transponder), .words = answers, .fallback = "loop"},
	{"continuity-peer", &conf_kind_flag, AT(peer_transponder), .words = answers, .fallback = "loop"},
	{"loop-acknowledge", &conf_kind_flag, AT(loop_ack), .words = no_yes, .fallback = "false"},
	{"heal", &conf_kind_text_word, AT(heal), .other_at = offsetof(struct conf_isup, n_heal), .max = 3,
	 .words = heals, .fallback = "reset group-reset block", .list = true},
	{"query", &conf_kind_ms, AT(query_ms), .max = DAY, .fallback = "0ms"},
	{"timer-values", &conf_kind_flag, AT(ansi_timers), .words = timer_values,
	 .set_at = offsetof(struct conf_isup, timer_values_set)},
	{"exit-message", &conf_kind_flag, AT(exit_message), .words = no_yes, .fallback = "false"},
	{"charge-number", &conf_kind_digits, AT(charge_number)},
	{"jurisdiction", &conf_kind_digits, AT(jurisdiction)},
	{"line-information", &conf_kind_uint, AT(line_information), .max = 99,
	 .set_at = offsetof(struct conf_isup, line_information_set)},
	{"country-code", &conf_kind_digits, AT(country), .also = "country"},
	{"area-code", &conf_kind_digits, AT(area), .also = "area"},
	{"national-prefix", &conf_kind_digits, AT(national_prefix)},
	{"international-prefix", &conf_kind_digits, AT(international_prefix)},
	{"span-failure", &conf_kind_word, AT(span_failure), .words = failures, .fallback = "network-out-of-order"},
	{"echo-cancel", &conf_kind_word, AT(echo), .words = echo_tails, .fallback = "128ms"},
	{"echo-block", &conf_kind_ms, AT(echo_block_ms), .min = 4, .max = 8, .fallback = "8ms"},
	{"echo-nlp", &conf_kind_flag, AT(no_nlp), .words = on_off, .fallback = "on"},
	{"dtmf-detection", &conf_kind_flag, AT(no_dtmf_detection), .words = on_off, .fallback = "on"},
	{"fax", &conf_kind_word, AT(fax), .words = faxes, .fallback = "vbd"},
	{"transit-echo-cancel", &conf_kind_flag, AT(no_transit_echo), .words = on_off, .fallback = "on"},
	{"transit-detection", &conf_kind_flag, AT(transit_detection), .words = off_on, .fallback = "off"},
	{"min-digits", &conf_kind_uint, AT(min_digits), .max = 32, .fallback = "0"},
	{"overlap-limit", &conf_kind_uint, AT(overlap.max), .max = 1000000, .fallback = "0"},
	{"overlap-time", &conf_kind_ms, AT(overlap.time_ms), .max = HOUR, .fallback = "60s"},
	{"tones", &conf_kind_country, AT(tones)},
	POLICY(conf_isup),
	{"portability", &conf_kind_word, AT(parties.portability), .words = portabilities, .fallback = "off"},
	{"routing-number-digits", &conf_kind_uint, AT(parties.routing_digits), .max = 16, .fallback = "0"},
	{"carrier", &conf_kind_word, AT(parties.carrier), .words = carriers, .fallback = "automatic"},
	{"own-carrier", &conf_kind_digits, AT(parties.own_carrier)},
	{"calling-name", &conf_kind_word, AT(parties.calling_name), .words = calling_names, .fallback = "off"},
	{"mlpp", &conf_kind_flag, AT(parties.mlpp), .words = no_yes, .fallback = "false"},
	{"mlpp-network", &conf_kind_digits, AT(parties.mlpp_network)},
	{"mlpp-domain", &conf_kind_uint, AT(parties.mlpp_domain), .max = 0xffffff, .fallback = "0"},
	{"connected-line", &conf_kind_flag, AT(parties.connected_line), .words = no_yes, .fallback = "false"},
};
static const struct conf_section isup_sections[] = {
	{"circuits", .title = &circuits_title, AT(circuits), .count_at = offsetof(struct conf_isup, n_circuits),
	 .octets = sizeof(struct conf_circuits), .repeats = true, .fields = circuits_fields,
	 .n_fields = COUNT(circuits_fields)},
	{"timers", AT(timers), .count_at = offsetof(struct conf_isup, n_timers),
	 .octets = sizeof(struct conf_timer), .keys = true},
	ONCE("treatment", NULL, isup_treatment_fields),
};
#undef AT

#define AT(member) .at = offsetof(struct conf_sip_trunk, member)
static const struct conf_field sip_title = {"name", &conf_kind_name, AT(name)};
static const struct conf_field sip_fields[] = {
	{"host", &conf_kind_host, AT(host), .required = true},
	{"port", &conf_kind_uint, AT(port), .max = 65535, .fallback = "0"},
	{"transport", &conf_kind_word, AT(transport), .words = transports,
	 .set_at = offsetof(struct conf_sip_trunk, transport_set)},
	{"allow", &conf_kind_network, AT(allow), .other_at = offsetof(struct conf_sip_trunk, n_allow),
	 .max = CONF_LISTS_MAX, .list = true},
	{"codecs", &conf_kind_text_word, AT(codecs), .other_at = offsetof(struct conf_sip_trunk, n_codecs),
	 .min = 1, .max = 4, .words = codecs, .fallback = "PCMA PCMU CLEARMODE", .list = true},
	{"ptime", &conf_kind_ms, AT(ptime_ms), .min = 10, .max = 60, .fallback = "20ms"},
	{"maxptime", &conf_kind_ms, AT(maxptime_ms), .min = 10, .max = 60, .fallback = "60ms"},
	{"dtmf", &conf_kind_word, AT(dtmf), .words = dtmfs, .fallback = "rfc4733"},
	{"dtmf-detection", &conf_kind_word, AT(dtmf_detection), .words = dtmf_detections, .fallback = "off"},
	{"events", &conf_kind_events, AT(events), .max = 63, .fallback = "0-16"},
	{"audio-tone", &conf_kind_flag, AT(audio_tone), .words = no_yes, .fallback = "false"},
	{"redundancy", &conf_kind_uint, AT(redundancy), .max = 3, .fallback = "0"},
	{"comfort-noise", &conf_kind_flag, AT(comfort_noise), .words = no_yes, .fallback = "false"},
	{"vbd-payload", &conf_kind_flag, AT(vbd_payload), .words = no_yes, .fallback = "false"},
	{"rtcp-mux", &conf_kind_flag, AT(rtcp_mux), .words = no_yes, .fallback = "false"},
	{"rtcp-xr", &conf_kind_flag, AT(rtcp_xr), .words = no_yes, .fallback = "false"},
	{"rtp-source", &conf_kind_flag, AT(rtp_learned), .words = rtp_sources, .fallback = "signalled"},
	{"jitter-buffer", &conf_kind_flag, AT(jitter_fixed), .words = jitters, .fallback = "adaptive"},
	{"jitter", &conf_kind_range, AT(jitter_min_ms), .other_at = offsetof(struct conf_sip_trunk, jitter_max_ms),
	 .min = 1, .max = 1000, .set_at = offsetof(struct conf_sip_trunk, jitter_set)},
	{"rtp-timeout", &conf_kind_ms, AT(rtp_timeout_ms), .max = DAY, .fallback = "0ms"},
	{"silence-timeout", &conf_kind_ms, AT(silence_ms), .max = DAY, .fallback = "0ms"},
	{"trusted", &conf_kind_flag, AT(trusted), .words = no_yes, .fallback = "false"},
	{"reliable", &conf_kind_word, AT(reliable), .words = reliables, .fallback = "supported"},
	{"early-media", &conf_kind_word, AT(early_media), .words = early_medias, .fallback = "sdp"},
	{"p-early-media", &conf_kind_flag, AT(p_early_media), .words = no_yes, .fallback_of = p_early_media_of},
	{"ringback", &conf_kind_word, AT(ringback), .words = ringbacks, .fallback = "auto"},
	{"early-dialog-end", &conf_kind_flag, AT(early_dialog_end), .words = no_yes, .fallback = "false"},
	{"user", &conf_kind_text, AT(user)},
	{"password", &conf_kind_text, AT(password)},
	{"keepalive", &conf_kind_ms, AT(keepalive_ms), .max = DAY, .fallback = "0ms"},
	{"keepalive-lost", &conf_kind_uint, AT(keepalive_lost), .min = 1, .max = 100, .fallback = "3"},
	{"keepalive-back", &conf_kind_uint, AT(keepalive_back), .min = 1, .max = 100, .fallback = "2"},
	{"call-check", &conf_kind_ms, AT(call_check_ms), .max = DAY,
	 .set_at = offsetof(struct conf_sip_trunk, call_check_set)},
	{"proxy", &conf_kind_proxy, AT(outbound_proxy)},
	{"redirect", &conf_kind_word, AT(redirect), .words = redirects, .fallback = "follow"},
	{"retry-after", &conf_kind_ms, AT(retry_after_ms), .max = HOUR, .fallback = "10s"},
	{"causes", &conf_kind_name, AT(causes), .fallback = "rfc3398"},
	{"overlap-in", &conf_kind_word, AT(overlap_in), .words = overlaps_in, .fallback = "false"},
	{"t10", &conf_kind_ms, AT(t10_ms), .min = 2 * SECOND, .max = 10 * SECOND, .fallback = "5s"},
	{"t35", &conf_kind_ms, AT(t35_ms), .min = 5 * SECOND, .max = 20 * SECOND, .fallback = "15s"},
	{"overlap-limit", &conf_kind_uint, AT(overlap.max), .max = 1000000, .fallback = "0"},
	{"overlap-time", &conf_kind_ms, AT(overlap.time_ms), .max = HOUR, .fallback = "60s"},
	{"tones", &conf_kind_country, AT(tones)},
	{"country-code", &conf_kind_digits, AT(country)},
	{"area-code", &conf_kind_digits, AT(area)},
	{"national-prefix", &conf_kind_digits, AT(national_prefix)},
	{"international-prefix", &conf_kind_digits, AT(international_prefix)},
	{"answers-484", &conf_kind_flag, AT(no_484), .words = says_484, .fallback = "true"},
	POLICY(conf_sip_trunk),
	{"identity", &conf_kind_word, AT(parties.identity), .words = identities, .fallback = "p-asserted-identity"},
	{"diversion", &conf_kind_word, AT(parties.diversion), .words = diversions, .fallback = "history-info"},
	{"resource-priority", &conf_kind_text_word, AT(parties.priorities),
	 .other_at = offsetof(struct conf_sip_trunk, parties.n_priorities), .max = CONF_PRIORITIES,
	 .words = namespaces, .list = true},
	{"user-to-user", &conf_kind_flag, AT(parties.user_to_user), .words = no_yes, .fallback = "true"},
	{"trunk-groups", &conf_kind_flag, AT(parties.trunk_groups), .words = no_yes, .fallback = "false"},
	{"trunk-context", &conf_kind_host, AT(parties.trunk_context)},
	{"phone-context", &conf_kind_host, AT(parties.phone_context)},
};
static const struct conf_section sip_sections[] = {
	ONCE("treatment", NULL, sip_treatment_fields),
};
#undef AT

#define AT(member) .at = offsetof(struct conf_causes, member)
static const struct conf_field causes_title = {"name", &conf_kind_name, AT(name)};
static const struct conf_field causes_fields[] = {
	{"base", &conf_kind_text_word, AT(base), .words = profiles, .fallback = "rfc3398"},
	{"to-status", &conf_kind_cause_status, AT(to_status), .other_at = offsetof(struct conf_causes, n_to_status),
	 .max = CONF_CAUSES_MAX, .list = true},
	{"to-cause", &conf_kind_status_cause, AT(to_cause), .other_at = offsetof(struct conf_causes, n_to_cause),
	 .max = CONF_CAUSES_MAX, .list = true},
};
#undef AT

#define AT(member) .at = offsetof(struct conf_route, member)
#define LIST(member, count, most)                                                                  \
	AT(member), .other_at = offsetof(struct conf_route, count), .max = most, .list = true
static const struct conf_field route_title = {"name", &conf_kind_name, AT(name)};
static const struct conf_field route_fields[] = {
	{"prefix", &conf_kind_dial, AT(prefix), .fallback = ""},
	{"from", &conf_kind_name, AT(from)},
	{"to", &conf_kind_name, AT(to), .other_at = offsetof(struct conf_route, n_to), .min = 1,
	 .max = CONF_LISTS_MAX, .list = true, .required = true},
	{"strip", &conf_kind_uint, AT(strip), .max = 32, .fallback = "0"},
	{"prepend", &conf_kind_dial, AT(prepend)},
	{"no-answer", &conf_kind_ms, AT(no_answer_ms), .max = HOUR, .fallback = "0ms"},
	{"rtp-timeout", &conf_kind_ms, AT(rtp_timeout_ms), .max = DAY, .fallback = "0ms"},
	{"rtp-failure", &conf_kind_flag, AT(rtp_failure_keep), .words = rtp_failures, .fallback = "release"},
	{"silence-timeout", &conf_kind_ms, AT(silence_ms), .max = DAY, .fallback = "0ms"},
	{"digits", &conf_kind_digit_map, AT(digits)},
	{"calling", &conf_kind_dial, LIST(match.calling, match.n_calling, CONF_CONDITIONS_MAX)},
	{"category", &conf_kind_text_word, LIST(match.category, match.n_category, CONF_CONDITIONS_MAX),
	 .words = categories},
	{"bearer", &conf_kind_text_word, LIST(match.bearer, match.n_bearer, 3), .words = bearers},
	{"carrier-code", &conf_kind_dial, LIST(match.carrier, match.n_carrier, CONF_CONDITIONS_MAX)},
	{"times", &conf_kind_hours, LIST(match.times, match.n_times, CONF_CONDITIONS_MAX)},
	{"hunt", &conf_kind_word, AT(hunt.order), .words = orders, .fallback = "order"},
	{"shares", &conf_kind_share, LIST(hunt.shares, hunt.n_shares, CONF_TARGETS_MAX)},
	{"failover", &conf_kind_causes, AT(hunt.failover), .set_at = offsetof(struct conf_route, hunt.failover_set)},
	{"attempts", &conf_kind_uint, AT(hunt.attempts), .max = 32, .fallback = "0"},
	{"emergency", &conf_kind_flag, AT(emergency), .words = off_on, .fallback = "off"},
	{"carrier", &conf_kind_flag, AT(carrier), .words = off_on, .fallback = "off"},
	{"enum", &conf_kind_domain, AT(enum_root)},
	{"min-digits", &conf_kind_uint, AT(overlap.min_digits), .max = 32, .fallback = "0"},
	{"max-digits", &conf_kind_uint, AT(overlap.max_digits), .max = 32, .fallback = "0"},
	{"overlap", &conf_kind_word, AT(overlap.sip), .words = overlaps, .fallback = "collect"},
	{"overlap-pstn", &conf_kind_word, AT(overlap.pstn), .words = pstn_overlaps, .fallback = "through"},
	{"overlap-info", &conf_kind_flag, AT(overlap.session_info), .words = info_bodies, .fallback = "dtmf-relay"},
	{"overlap-cancel", &conf_kind_ms, AT(overlap.cancel_ms), .max = 30 * SECOND, .fallback = "0ms"},
	{"first-digits", &conf_kind_uint, AT(overlap.first_digits), .min = 3, .max = 32, .fallback = "3"},
	{"learn-digits", &conf_kind_uint, AT(overlap.learn), .max = 12, .fallback = "0"},
	{"t10", &conf_kind_ms, AT(overlap.t10_ms), .max = 10 * SECOND, .fallback = "0ms"},
	{"t35", &conf_kind_ms, AT(overlap.t35_ms), .max = 20 * SECOND, .fallback = "0ms"},
};
static const struct conf_section route_sections[] = {
	ONCE("treatment", NULL, route_treatment_fields),
};
#undef LIST
#undef AT

#define MANY(name_, title_, type_, array_, count_, fields_)                                        \
	.name = name_, .title = &title_, .at = offsetof(struct conf, array_),                      \
	.count_at = offsetof(struct conf, count_), .octets = sizeof(struct type_),                 \
	.fields = fields_, .n_fields = COUNT(fields_)

/* "sip { }" is the stack and "sip NAME { }" a peer: the title tells them apart. */
static const struct conf_section root_sections[] = {
	ONCE("log", NULL, log_fields),
	ONCE("control", NULL, control_fields),
	ONCE("cdr", NULL, cdr_fields),
	ONCE("state", NULL, state_fields),
	ONCE("sip", "sip-stack", stack_fields),
	ONCE("rtp", NULL, rtp_fields),
	ONCE("media", NULL, media_fields),
	ONCE("overload", NULL, overload_fields),
	ONCE("enum", NULL, enum_fields),
	ONCE("tones", NULL, tones_fields),
	ONCE("treatment", NULL, treatment_fields),
	{MANY("span", span_title, conf_span, spans, n_spans, span_fields)},
	{MANY("linkset", linkset_title, conf_linkset, linksets, n_linksets, linkset_fields),
	 .sections = linkset_sections, .n_sections = COUNT(linkset_sections)},
	{MANY("isup", isup_title, conf_isup, isups, n_isups, isup_fields),
	 .sections = isup_sections, .n_sections = COUNT(isup_sections)},
	{MANY("causes", causes_title, conf_causes, causes, n_causes, causes_fields)},
	{MANY("sip", sip_title, conf_sip_trunk, sips, n_sips, sip_fields), .sections = sip_sections,
	 .n_sections = COUNT(sip_sections)},
	{MANY("route", route_title, conf_route, routes, n_routes, route_fields),
	 .sections = route_sections, .n_sections = COUNT(route_sections)},
};
/* clang-format on */

const struct conf_section conf_root = { .name = "configuration",
					.sections = root_sections,
					.n_sections = COUNT(root_sections) };

bool conf_causes_published(const char *name)
{
	for (size_t i = 0; profiles[i]; i++)
		if (strcmp(profiles[i], name) == 0)
			return true;
	return false;
}

static bool same(const char *name, const char *text, size_t n)
{
	return strlen(name) == n && memcmp(name, text, n) == 0;
}

const struct conf_field *conf_section_field(const struct conf_section *section, const char *name,
					    size_t n)
{
	for (size_t i = 0; i < section->n_fields; i++) {
		const struct conf_field *field = &section->fields[i];

		if (same(field->name, name, n) || (field->also && same(field->also, name, n)))
			return field;
	}
	return NULL;
}

const struct conf_section *conf_section_find(const struct conf_section *section, const char *name,
					     size_t n, bool titled)
{
	for (size_t i = 0; i < section->n_sections; i++) {
		const struct conf_section *s = &section->sections[i];

		if (same(s->name, name, n) && (s->title != NULL) == titled)
			return s;
	}
	return NULL;
}

const char *conf_section_key(const struct conf_section *section)
{
	return section->key ? section->key : section->name;
}
