# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""What happens when nothing happens: timers of Q.764 and RFC 3261, peers that are gone."""
import socket
import time

from early import in_dialog
from flows import flow
from harness import Group, wait_until
from sipp import Callee, Caller, expect, message, pause, scenario

SLOW_PLAN = """
number "0301" { action = answer }
number "0305" { action = no-answer }
number "0306" { action = silent }
number "0307" { action = silent }
originate "incomplete" { called = "40" calling = "301234567" noa = national calling-noa = national start = trigger
	end-signal = false }
originate "open-end" { called = "40555" calling = "301234567" noa = national calling-noa = national start = trigger
	end-signal = false hold = 300ms }
"""

group = Group("timers", SLOW_PLAN, timers="T7 = 20s T9 = 45s T35 = 5s T10 = 2s")


@group.scenario("Q.764 2.1.10: too few digits and no more within T35 is REL 28")
def overlap_incomplete(case):
    case.lab.tell_exchange("call incomplete")
    report = case.report()
    case.equal("cause at the exchange", report["cause"], 28)
    case.true(f"after {report['end_ms']} ms", 4900 < report["end_ms"] < 6500)


@group.scenario("Q.764 2.1.10: digits without ST are complete when T10 runs out")
def overlap_by_t10(case):
    server = case.server(Callee().answers(100))
    case.lab.tell_exchange("call open-end")
    case.finish(server)
    case.true("wrong number", "INVITE sip:40555@" in case.messages(server))
    case.true("too soon", case.report()["answer_ms"] > 1900)


@group.scenario("RFC 3578 2: a digit map that knows the length needs no T10")
def overlap_by_map(case):
    lab = case.lab
    good = lab.read("gateway.conf")
    server = case.server(Callee().answers(100))
    lab.write("gateway.conf", good.replace('route "in" {', 'route "in" { digits = "40[1-8]xx|49x.T"'))
    try:
        lab.ctl("reload")
        for number, word in (("40555", "complete: sent on at once, by the digit map"), ("405", "too few"), ("4095", "no number of the route"),
                             ("4912", "more may follow")):
            said = lab.ctl("explain", "number", number, "trunk", "pstn")
            case.true(f"explain number {number}: {said}", "route    in" in said and word in said and "pbx, available" in said)
        lab.tell_exchange("call open-end")
        case.finish(server)
    finally:
        lab.write("gateway.conf", good)
        lab.ctl("reload")
    case.true("wrong number", "INVITE sip:40555@" in case.messages(server))
    case.true("waited for T10", case.report()["answer_ms"] < 1500)


def called_at_exchange(case, digits):
    """The exchange's number of a call to those digits, once it is there."""
    return wait_until(f"a call to {digits} at the exchange", lambda: [
        c["call"] for c in case.lab.tell_exchange("status")["calls"] if digits.endswith(c["called"])])[0]


@group.scenario("RFC 3398 7.1.3, 7.1.6, 7.2.8: after T7 a silent exchange is 504; after T9 one that rings for ever 480, and one "
                "that announced a failure what its ACM's cause is")
def exchange_never_answers(case):
    start = time.monotonic()
    silent = case.client(Caller("0307").failed(504), seconds=40)
    ringing = case.client(Caller("0305").failed(480), seconds=70)
    announced = case.client(Caller("0306", port=case.lab.phone().port).failed(404), seconds=70)
    case.lab.tell_exchange(f"send {called_at_exchange(case, '0306')} ACM 11 12 04, 12 84 81")
    case.finish(silent)
    case.true("T7 at the wrong time", 19.5 < time.monotonic() - start < 24)
    case.released(102, number=1)
    case.finish(ringing, 70)
    case.finish(announced, 70)
    case.true("T9 at the wrong time", 44.5 < time.monotonic() - start < 49)
    ends = {case.cdr(number)["called"]["digits"]: case.cdr(number) for number in (1, 2, 3)}
    case.equal("causes", {digits: cdr["release"]["cause"] for digits, cdr in ends.items()},
               {"0307": 102, "0305": 19, "0306": 1})
    for digits, messages in (("0307", ">INVITE IAM> REL> <504 (>ACK RLC<)"),
                             ("0305", ">INVITE IAM> ACM< <180 REL> <480 (>ACK RLC<)"),
                             ("0306", ">INVITE IAM> ACM< <183 REL> <404 (>ACK RLC<)")):
        flow(case, messages, lambda digits=digits: case.lab.ctl("-j", "ladder", ends[digits]["call"]))


PERMANENT = ("span watch", "load", "MTP2 silence", "MTP", "peer addresses")
fast = Group("fast", SLOW_PLAN + """
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger }
""", sip_more="t1 = 50ms t2 = 200ms t4 = 250ms", rtp_timeout="3s")


@fast.scenario("RFC 3261 13.3.1.4: without an ACK the 200 is repeated for 64*T1, then BYE")
def lost_ack(case):
    phone = case.lab.phone()
    caller = Caller("0301", port=phone.port)
    client = case.client(scenario(caller.invite(), expect("100", True), expect("180", True), expect("200", rrs="true"),
                                  pause(2000), '<recv response="200" optional="true"></recv>', expect("BYE"),
                                  message("SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n"
                                          "[last_CSeq:]\nContent-Length: 0")))
    case.finish(client)
    case.true("200 was not repeated", case.messages(client).count("SIP/2.0 200 OK") > 5)
    case.released(102)


@fast.scenario("No RTP for the configured time ends the call: a peer that dies in a call leaves nothing behind")
def dead_peer(case):
    phone = case.lab.phone()
    client = case.client(Caller("0301", port=phone.port).answered(60000))
    case.wait_calls(1)
    case.wait_packets(phone, 20)
    client.kill()
    client.wait()
    phone.close()
    start = time.monotonic()
    case.cdr()
    case.true(f"after {time.monotonic() - start:.1f} s", 2 < time.monotonic() - start < 6)
    case.clients.clear()
    wait_until("the dialog to be gone", lambda: not case.lab.show("dialogs"), 10)


def held_by(caller):
    """The steps of a caller that is answered and then holds."""
    held = caller.body.replace("a=sendrecv", "a=sendonly")
    return [caller.invite(), expect("100", True), expect("180", True), expect("200", rrs="true"), caller.ack(),
            in_dialog(caller, "INVITE", 2, held), expect("100", True), expect("200"), in_dialog(caller, "ACK", 2)]


@fast.scenario("RFC 3264 8.4: a peer that holds with sendonly and plays nothing is not waited for")
def silent_holder(case):
    before = case.counter("causeway_call_rtp_timeouts_total")
    caller = Caller("0301")
    case.run(scenario(*held_by(caller), pause(5000), in_dialog(caller, "BYE", 3), expect("200")))
    case.released(16, "in")
    case.equal("times without RTP", case.counter("causeway_call_rtp_timeouts_total") - before, 0)


@fast.scenario("RFC 3261 17.1.1.2: a called peer that never answers INVITE is 408, REL 102; nothing stays")
def peer_silent(case):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hole:
        hole.bind(("127.0.0.1", case.lab.pbx))
        case.lab.tell_exchange("call in")
        case.equal("cause at the exchange", case.report()["cause"], 102)
    wait_until("the dialog to be gone", lambda: not case.lab.show("dialogs"), 10)


@fast.scenario("RFC 3261 17: after 64*T1 no transaction, no dialog, no timer of a call is left")
def nothing_left(case):
    case.run(Caller("0301", port=case.lab.phone().port).answered(300))
    case.run(Caller("0399").failed(404))
    wait_until("every dialog to be gone", lambda: not case.lab.show("dialogs"), 10)
    time.sleep(64 * 0.05)
    left = [t for t in case.lab.show("timers") if t["timer"] not in PERMANENT]
    case.equal("timers left", left, [])


checked = Group("call-check", SLOW_PLAN, sip_more="t1 = 50ms t2 = 200ms t4 = 250ms call-check = 2s")


def dies_on_hold(case, port):
    """A caller that holds, answers OPTIONS once and is gone."""
    caller = Caller("0301")
    client = case.client(scenario(*held_by(caller), expect("OPTIONS"), Callee().plain("200 OK"), pause(60000)), port=port)
    wait_until("OPTIONS to be answered", lambda: case.messages(client).count("CSeq: 1 OPTIONS") == 2)
    case.wait_calls(1)
    client.kill()
    client.wait()
    case.clients.clear()
    return time.monotonic()


def released_alone(case, cause, since, least, most):
    """Both sides are idle again."""
    case.released(cause, "in")
    case.true(f"after {time.monotonic() - since:.1f} s", least < time.monotonic() - since < most)
    case.equal("cause at the exchange", case.report()["cause"], cause)
    wait_until("the dialog to be gone", lambda: not case.lab.show("dialogs"), 10)


@checked.scenario("RFC 3261 12.2.1.2: a peer that dies while it holds leaves nothing behind: its port is closed")
def dead_holder(case):
    before = case.counter("causeway_sip_call_checks_lost_total")
    since = dies_on_hold(case, case.lab.port())
    released_alone(case, 41, since, 8, 14)
    case.equal("calls without a peer", case.counter("causeway_sip_call_checks_lost_total") - before, 1)


@checked.scenario("RFC 3261 17.1.2.2: the same where nothing comes back: OPTIONS has no answer for 64*T1")
def mute_holder(case):
    port = case.lab.port()
    since = dies_on_hold(case, port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hole:
        hole.bind(("127.0.0.1", port))
        released_alone(case, 102, since, 4, 8)
