# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""What breaks under calls on DAHDI: alarms, a cable cut, a driver that goes and returns, a gateway that is killed."""
import sys
import time

import dahdi
import whole_calls
from whole_calls import DahdiSpans, harness
from lab import wait_until
from sipp import Callee, Caller

LIMIT = 400

PLAN = """
number "0301" { action = answer delay = 200ms play = echo }
number "0310" { action = connect play = "tone:425" }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger }
"""
HOLD_OFF_S = 0.5
READY_S = 40
# The gateway's spans are 1 (with the link) and 3, the exchange's 2 and 4.
ONE, TWO = DahdiSpans((1, 2)), DahdiSpans((1, 2), (3, 4))
group = harness.Group("faults", PLAN, joined=ONE)
temporary = harness.Group("released with 41", PLAN, joined=ONE, isup_more="span-failure = temporary-failure")
keep = harness.Group("calls kept", PLAN, joined=ONE, isup_more="span-failure = keep")
# Calls from SIP take the first idle circuit, those from the exchange what it likes.
first = harness.Group("two spans, calls on the first", PLAN, joined=TWO, isup_more="hunt = ascending")
last = harness.Group("two spans, calls on the second", PLAN, joined=TWO, isup_more="hunt = descending")


def two_calls(case):
    """One from each side, answered; what ends them is another's part. Returns their clients."""
    phone = case.lab.phone()
    server = case.server(Callee(phone.port).answers(100))
    client = case.client(Caller("0310", port=phone.port).ended_by_peer())
    case.lab.tell_exchange("call in")
    case.wait_calls(2)
    return client, server


def blocked(case, span):
    """How many circuits of a span are blocked at the gateway."""
    return sum(row["blocked"] != "-" for row in case.lab.show("circuits") if row["span"] == span)


def second_blocked(case, seconds=3):
    """All 30 of the second span, and none of the first."""
    wait_until("30 circuits blocked", lambda: blocked(case, "e1-2") == 30, seconds)
    case.equal("circuits of the other span that are blocked", blocked(case, "e1"), 0)


def released_by(case, fault, cause, seconds=3.0):
    """fault(True) ends two calls with the cause, after the hold-off; after fault(False) every circuit is usable again."""
    client, server = two_calls(case)
    start = time.monotonic()
    fault(True)
    case.finish(client)
    case.finish(server)
    took = time.monotonic() - start
    for number in (1, 2):
        case.released(cause, number=number)
    case.true(f"calls ended after {took:.2f} s", HOLD_OFF_S * 0.9 < took < seconds)
    case.true("no alarm was recorded", "span out of service" in str(case.lab.show("alarms")))
    fault(False)
    case.lab.wait_ready(READY_S)
    case.exchange_idle(READY_S)
    case.run(Caller("0310").answered(200))
    case.released(16, number=3)


def alarm(span, mask):
    return lambda on: dahdi.alarm(span, mask if on else 0)


@group.scenario("RED on the gateway's span: its calls end with cause 38 after the hold-off, both sides told; circuits return")
def red(case):
    released_by(case, alarm(1, dahdi.RED), 38)


@group.scenario("BLUE (AIS): cause 38")
def blue(case):
    released_by(case, alarm(1, dahdi.BLUE), 38)


@group.scenario("loss of signal: cause 38")
def loss_of_signal(case):
    released_by(case, alarm(1, dahdi.RED | dahdi.LOS), 38)


@group.scenario("a cable cut both ways: cause 38")
def cable_cut(case):
    def fault(on):
        for span in (1, 2):
            dahdi.cut(span, on)
    released_by(case, fault, 38)


@group.scenario("an alarm of 200 ms is shorter than the hold-off: the call goes on")
def short_alarm(case):
    client = case.client(Caller("0310", port=case.lab.phone().port).answered(2500))
    case.wait_calls(1)
    dahdi.alarm(1, dahdi.RED)
    time.sleep(0.2)
    dahdi.alarm(1, 0)
    case.finish(client)
    case.released(16, "in")
    case.lab.wait_ready(READY_S)


@group.scenario("YELLOW alone ends no call")
def yellow(case):
    client = case.client(Caller("0310", port=case.lab.phone().port).answered(2500))
    case.wait_calls(1)
    dahdi.alarm(1, dahdi.YELLOW)
    time.sleep(1.2)
    dahdi.alarm(1, 0)
    case.finish(client)
    case.released(16, "in")


@group.scenario("bit errors on the signalling timeslot: MTP2 repeats, every call completes")
def bit_errors(case):
    dahdi.bit_errors(1, 300)
    try:
        for number in range(1, 5):
            case.run(Caller("0301").answered(300))
            case.released(16, "in", number)
    finally:
        dahdi.bit_errors(1, 0)
    case.true("no frame was hit", sum(row["fcs_errors"] or 0 for row in case.lab.show("spans")) > 0)


@group.scenario("slips both ways: the call goes on")
def slips(case):
    client = case.client(Caller("0310", port=case.lab.phone().port).answered(2000))
    case.wait_calls(1)
    for direction in (1, -1, 1, -1):
        dahdi.slip(1, direction)
        time.sleep(0.1)
    case.finish(client)
    case.released(16, "in")
    wait_until("four slips counted", lambda: sum(row["slips"] or 0 for row in case.lab.show("spans")) >= 4, 15)


@group.scenario("kill -9 of the gateway with 5 calls up: restarted, every circuit is idle at both ends within 2 s (Q.764 2.9.3)")
def gateway_killed(case):
    lab = case.lab
    client = case.client(Caller("0310", port=lab.phone().port).answered(60000), "-m", "5", "-r", "50")
    case.wait_calls(5)
    lab.gateway.kill()
    lab.gateway.wait()
    client.kill()
    client.wait()
    case.clients.clear()
    start = time.monotonic()
    lab.start_gateway()
    lab.wait_ready(READY_S)
    case.exchange_idle(READY_S)
    took = time.monotonic() - start
    dahdi.figure(f"gateway killed with 5 calls up: all circuits idle {took:.2f} s after its restart")
    case.true(f"took {took:.2f} s", took <= 2)
    case.cdrs_before = len(lab.cdrs())
    case.run(Caller("0310").answered(200))
    case.released(16)


@temporary.scenario("span-failure = temporary-failure: cause 41")
def red_temporary(case):
    released_by(case, alarm(1, dahdi.RED), 41)


@keep.scenario("span-failure = keep: a call outlives an alarm of 2 s")
def red_kept(case):
    client = case.client(Caller("0310", port=case.lab.phone().port).answered(6000))
    case.wait_calls(1)
    dahdi.alarm(1, dahdi.RED)
    time.sleep(2)
    dahdi.alarm(1, 0)
    case.finish(client)
    case.released(16, "in")
    case.lab.wait_ready(READY_S)
    case.exchange_idle(READY_S)


@first.scenario("Q.764 2.8.2.2: a failed span is blocked by CGB over the link on the other one, whose calls go on")
def second_span(case):
    client = case.client(Caller("0310", port=case.lab.phone().port).answered(5000))
    case.wait_calls(1)
    dahdi.alarm(3, dahdi.RED)
    second_blocked(case)
    dahdi.alarm(3, 0)
    case.lab.wait_ready(READY_S)
    case.finish(client)
    case.released(16, "in")
    case.exchange_idle(READY_S)


@last.scenario("its own calls end with cause 38 on both sides, though the link is up all the time")
def second_span_calls(case):
    client = case.client(Caller("0310", port=case.lab.phone().port).ended_by_peer())
    case.wait_calls(1)
    dahdi.alarm(3, dahdi.RED)
    case.finish(client)
    case.released(38)
    second_blocked(case)
    dahdi.alarm(3, 0)
    case.lab.wait_ready(READY_S)
    case.exchange_idle(READY_S)
    # Told by REL with our cause, or by the CGB alone, for which the exchange has a cause of its own.
    cause = case.report()["cause"]
    case.true(f"cause at the exchange: {cause}", cause in (38, 41))
    case.run(Caller("0310").answered(200))
    case.released(16, number=2)


@last.scenario("a span that is pulled out and put back: its call ends with cause 38, and nothing has to be restarted")
def pulled_out(case):
    base = dahdi.base_channel(3)
    client = case.client(Caller("0310", port=case.lab.phone().port).ended_by_peer())
    case.wait_calls(1)
    dahdi.unassign(3)
    case.finish(client)
    case.released(38)
    second_blocked(case)
    dahdi.assign(3, base)
    configure()
    case.lab.wait_ready(READY_S)
    case.exchange_idle(READY_S)
    case.run(Caller("0310").answered(200))
    case.released(16, number=2)


def configure():
    dahdi.configure([dahdi.e1(1, timing=1), dahdi.e1(2), dahdi.e1(3, None, timing=1), dahdi.e1(4, None)])


def main():
    dahdi.load("e1,e1")
    configure()
    return max(whole_calls.scenarios(g) for g in (group, temporary, keep, first, last))


if __name__ == "__main__":
    sys.exit(main())
