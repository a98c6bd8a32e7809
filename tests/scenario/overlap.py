# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Overlap dialling by every strategy, both ways (RFC 3578, RFC 4497 8.3.9)."""
import re
import time

import overlap_calls
from harness import Failure, Group
from overlap_calls import RELAY, SESSION_INFO, Overlapping, Several, relay
from sipp import Callee, Caller, expect, pause, scenario

group = Group("overlap", overlap_calls.PLAN, prepare=overlap_calls.prepare)


def invites_of(case, server):
    """(Request-URI's user, To's user, To tag?, Call-ID, From tag, CSeq) of every INVITE that SIPp received."""
    found = []
    for part in re.split(r"-{20,} .*\n", case.messages(server)):
        match = re.search(r"^INVITE sip:([^@;]+)@", part, re.M)
        if not match or "received" not in part.split("INVITE")[0]:
            continue
        header = lambda name: re.search(rf"^{name}: ?(.*)", part, re.M).group(1).strip()  # noqa: E731
        row = (match.group(1), re.search(r"sip:([^@;]+)@", header("To")).group(1), "tag=" in header("To"), header("Call-ID"),
               re.search(r"tag=([^;]+)", header("From")).group(1), int(header("CSeq").split()[0]), "\nRoute:" in part)
        if row not in found:  # retransmissions
            found.append(row)
    return found


def several(case, numbers, server):
    """RFC 3578 3.2: what the INVITEs of one call have in common, and what not."""
    rows = invites_of(case, server)
    case.equal("Request-URIs", [r[0] for r in rows], numbers)
    case.equal("To", [r[1] for r in rows], numbers)
    case.true("a To tag", not any(r[2] for r in rows))
    case.true("a Route", not any(r[6] for r in rows))
    case.equal("Call-IDs and From tags", len({r[3:5] for r in rows}), 1)
    case.true("CSeq does not rise", all(a[5] < b[5] for a, b in zip(rows, rows[1:])))


def strategy(case, name):
    cdr = case.cdr()
    case.equal("strategy in the call record", cdr["overlap"], name)
    return cdr


# --- from the exchange ---

@group.scenario("RFC 3578 figure 1: T10 turns overlap into one INVITE with the whole number")
def figure_1(case):
    server = case.server(Callee().answers(100))
    case.lab.tell_exchange("call collect")
    case.finish(server)
    case.equal("INVITEs", [r[0] for r in invites_of(case, server)], ["415551"])
    cdr = strategy(case, "collect")
    case.true(f"post-dial delay {cdr['post_dial_delay']} s", cdr["post_dial_delay"] >= 2)


@group.scenario("RFC 3578 2.2: the longest number needs no T10")
def longest_number(case):
    server = case.server(Callee().answers(100))
    case.lab.tell_exchange("call collect-longest")
    case.finish(server)
    cdr = strategy(case, "collect")
    case.true(f"post-dial delay {cdr['post_dial_delay']} s", cdr["post_dial_delay"] < 1.5)


@group.scenario("RFC 3578 figure 2: an INVITE for every digit, 484 for the first two; the third is answered")
def figure_2(case):
    server = case.server(Several().chain())
    case.lab.tell_exchange("call invites")
    case.finish(server)
    several(case, ["4255", "42555", "425551"], server)
    cdr = strategy(case, "multiple-invite")
    case.equal("sent", cdr["called_sent"]["digits"], "425551")
    case.true(f"post-dial delay {cdr['post_dial_delay']} s", cdr["post_dial_delay"] < 1.5)
    case.true("a CANCEL", "CANCEL sip:" not in case.messages(server))


@group.scenario("RFC 3578 figure 3: 484, no more digits: REL when T10 has expired")
def figure_3(case):
    server = case.server(scenario(*Several().refuse(1)))
    start = time.monotonic()
    case.lab.tell_exchange("call invites-short")
    case.finish(server)
    case.released(28)
    case.true(f"after {time.monotonic() - start:.1f} s", time.monotonic() - start > 1.9)
    case.equal("cause at the exchange", case.report()["cause"], 28)


@group.scenario("RFC 3578 3.2: 404 comes late while T10 runs: REL only after T10, with the best response")
def late_404(case):
    peer = Several()
    server = case.server(scenario(
        peer.invite(1), peer.answer_to(1, "100 Trying"), *peer.refuse(2), peer.invite(3), peer.answer_to(1, "404 Not Found"), expect("ACK"),
        peer.answer_to(3, "486 Busy Here"), expect("ACK"), pause(1000)))
    start = time.monotonic()
    case.lab.tell_exchange("call invites")
    case.finish(server)
    case.released(17)
    case.true(f"after {time.monotonic() - start:.1f} s", time.monotonic() - start > 2.4)
    several(case, ["4255", "42555", "425551"], server)


@group.scenario("RFC 3578 3.4: the second INVITE is answered while the third is sent: CANCEL for the third alone")
def second_answered(case):
    peer = Several()
    server = case.server(scenario(
        *peer.refuse(1), peer.invite(2), peer.invite(3), peer.answer_to(3, "100 Trying"),
        peer.answer_to(2, "200 OK", peer.body), expect("ACK"),
        expect("CANCEL"), peer.plain("200 OK"), peer.answer_to(3, "487 Request Terminated"), expect("ACK"), *peer.end()))
    case.lab.tell_exchange("call invites")
    case.finish(server)
    cancel = re.search(r"^CANCEL sip:(\d+)@", case.messages(server), re.M)
    case.equal("cancelled", cancel and cancel.group(1), "425551")
    case.true("not answered", strategy(case, "multiple-invite")["answer"])


@group.scenario("RFC 3578 3.2: with ST the last INVITE's 484 ends the call at once")
def with_st(case):
    peer = Several()
    server = case.server(scenario(*peer.refuse(1), *peer.refuse(2), *peer.refuse(3, "486 Busy Here")))
    start = time.monotonic()
    case.lab.tell_exchange("call invites-st")
    case.finish(server)
    case.released(17)
    case.true(f"after {time.monotonic() - start:.1f} s", time.monotonic() - start < 2.4)


@group.scenario("RFC 3398 8.2.7: the exchange gives the half-dialled call up: CANCEL for the INVITE that is pending")
def given_up(case):
    peer = Several()
    server = case.server(scenario(
        *peer.refuse(1), *peer.refuse(2), peer.invite(3), peer.answer_to(3, "100 Trying"), expect("CANCEL"),
        peer.plain("200 OK"), peer.answer_to(3, "487 Request Terminated"), expect("ACK")))
    case.lab.tell_exchange("call invites-given-up")
    case.finish(server)
    case.released(16, "in")


@group.scenario("RFC 3578 3.1: digits by INFO in the early dialog, one in each; the 183 makes no ACM")
def info(case):
    server = case.server(Several().by_info("183 Session Progress", 2))
    case.lab.tell_exchange("call info")
    case.finish(server)
    strategy(case, "info")
    case.equal("digits", re.findall(r"^Signal=(.)", case.messages(server), re.M), ["5", "1"])
    events = [e["event"] for e in case.report()["events"]]
    case.true(f"SAM after ACM: {events}", events.index("ACM") > max(i for i, e in enumerate(events) if e == "SAM"))


@group.scenario("3GPP TS 24.229 Annex N: digits by INFO as application/x-session-info")
def session_info(case):
    server = case.server(Several().by_info("183 Session Progress", 2))
    case.lab.tell_exchange("call session-info")
    case.finish(server)
    strategy(case, "info")
    case.equal("digits", re.findall(r"^SubsequentDigit: (\d+)", case.messages(server), re.M), ["5", "1"])


@group.scenario("184 Ready For More Digits asks for INFO")
def by_184(case):
    server = case.server(Several().by_info("184 Ready For More Digits", 2))
    case.lab.tell_exchange("call by-184")
    case.finish(server)
    strategy(case, "184")
    case.equal("digits", re.findall(r"^Signal=(.)", case.messages(server), re.M), ["5", "1"])


@group.scenario("Learnt lengths: three answered calls teach it, the fourth needs no T10; shown, explained, forgotten")
def learnt_lengths(case):
    lab = case.lab
    for number in range(1, 4):
        server = case.server(Callee().answers(50))
        lab.tell_exchange("call learn")
        case.finish(server)
        case.cdr(number)
        case.exchange_idle()
    rows = lab.show("numbers")
    case.equal("learnt", [(r["route"], r["prefix"], r["length"], r["state"]) for r in rows], [("learn", "465", 6, "in use")])
    said = lab.ctl("explain", "number", "465559", "trunk", "pstn")
    case.true(said, "the length that calls have taught" in said and "overlap  collect" in said)
    server = case.server(Callee().answers(50))
    lab.tell_exchange("call learn-open")
    case.finish(server)
    delay = case.cdr(4)["post_dial_delay"]
    case.true(f"post-dial delay {delay} s", delay < 1.5)
    case.true("not forgotten", "1 learnt length forgotten" in lab.ctl("forget", "numbers", "learn"))
    try:
        refusal = lab.ctl("forget", "numbers", "lern")
    except Failure as error:
        refusal = str(error)
    case.true(refusal, "no route is called 'lern'" in refusal)
    case.equal("left", lab.show("numbers"), [])


@group.scenario("explain number: what a number still lacks, which timer waits for it and whose that is, what goes on and how")
def explained_overlap(case):
    for number, trunk, *words in (
            ("415551", "pstn", "6, enough, but more may follow: complete with ST or after T10 (2.0 s, of the route)", "4 to 9"),
            ("41", "pstn", "2, too few: more are waited for, T35 (15.0 s, of the trunk) ends that with cause 28, by min-digits"),
            ("4155512345", "pstn", "10, no number of the route: refused with cause 28, 484, by max-digits"),
            ("4255", "pstn", "4, enough: sent on at once, but more may follow", "multiple-invite: another INVITE"),
            ("03", "pstn", "2, too few: more are waited for, T35 (15.0 s, of the trunk)", "by the trunk's min-digits"),
            ("46", "pstn", "learnt   by the first 3 digits, which are not there yet"),
            ("0301", "in-invite", "after T10 (2.0 s, of the trunk)"),
            ("03091234", "pbx", "8, complete: sent on at once, as pbx sends whole numbers (overlap-in = false)",
             "split: IAM with the first digits, the others in SAM (first-digits = 4)")):
        said = case.lab.ctl("explain", "number", number, "trunk", trunk)
        for word in words:
            case.true(f"{number}: no {word!r} in {said}", word in said)


# --- to the exchange ---

def client(case, address, xml):
    case.run(xml, "-i", address)


def sent_to_exchange(case, number=1):
    """The called digits, and the events, of a call at the exchange."""
    report = case.report(number)
    return report["called"]["digits"], [e["event"] for e in report["events"]]


@group.scenario("RFC 3578 3.5: longer INVITEs are SAMs, those before get 484")
def invites_received(case):
    client(case, "127.0.0.2", Overlapping().invites("0301", "03011", "03011234"))
    strategy(case, "through")
    digits, events = sent_to_exchange(case)
    case.equal("called at the exchange", digits.lstrip("0"), "3011234")
    case.equal("SAMs", events.count("SAM"), 2)
    case.equal("calls at the exchange", len(case.lab.reports()) - case.reports_before, 1)


@group.scenario("RFC 3578 3.5: an en-bloc PSTN gets REL for the IAM, and a new IAM")
def en_bloc_pstn(case):
    client(case, "127.0.0.1", Overlapping().invites("0308", "030812"))
    case.equal("first", case.report(1)["cause"], 16)
    digits, _ = sent_to_exchange(case, 2)
    case.equal("second", digits.lstrip("0"), "30812")
    case.equal("attempts", case.cdr()["attempts"], 2)


@group.scenario("Q.764 2.1.2: en bloc to overlap: IAM with the first digits, SAM with the rest and ST")
def split(case):
    case.run(Caller("03091234").answered(300))
    strategy(case, "split")
    digits, events = sent_to_exchange(case)
    case.equal("called at the exchange", digits.lstrip("0"), "3091234")
    case.true(f"no SAM: {events}", "SAM" in events)
    case.ladder_has("IAM cic", "SAM cic")


@group.scenario("RFC 3578 3.1: digits by INFO after our 183 are SAMs")
def info_received(case):
    client(case, "127.0.0.3", Overlapping().by_info("0301", "183", relay("1234"), RELAY))
    digits, events = sent_to_exchange(case)
    case.equal("called at the exchange", digits.lstrip("0"), "3011234")
    case.equal("SAMs", events.count("SAM"), 4)


@group.scenario("184 asks for digits, which come as application/x-session-info")
def asked_by_184(case):
    client(case, "127.0.0.4", Overlapping().by_info("0301", "184", ["SubsequentDigit: 12\n", "SubsequentDigit: 34\n"],
                                                    SESSION_INFO))
    digits, events = sent_to_exchange(case)
    case.equal("called at the exchange", digits.lstrip("0"), "3011234")
    case.equal("SAMs", events.count("SAM"), 2)


@group.scenario("RFC 3578 2.1 and 4: too few digits: 484 after T35; one half-dialled call too many: 503")
def half_dialled(case):
    caller = Overlapping()
    waiting = case.client(scenario(caller.invite("0391", 1), expect("100"), expect("484"), caller.ack_failure("0391", 1)),
                          "-i", "127.0.0.2")
    case.wait_calls(1, "collecting")
    trunk = next(t for t in case.lab.show("trunks") if t["trunk"] == "in-invite")
    case.equal("half-dialled", trunk["half_dialled"], 1)
    other = scenario(caller.invite("0392", 1), expect("100", True), expect("503"), caller.ack_failure("0392", 1))
    client(case, "127.0.0.2", other)
    case.released(42)
    case.finish(waiting)
    case.released(28, number=2)
    case.true("not counted", case.counter("causeway_overlap_refused_total") > 0)
