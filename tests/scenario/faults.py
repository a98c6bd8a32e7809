# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""What breaks: the cable, the line, the gateway, the exchange. Every circuit is idle again, every caller released."""
import time

from harness import Group, wait_until
from sipp import Callee, Caller

PLAN = """
number "0301" { action = answer delay = 200ms play = echo }
number "0310" { action = connect play = "tone:425" }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger }
"""

group = Group("faults", PLAN)
READY_S = 40


def released_by(case, break_it, mend, cause, seconds=0):
    """Two calls up, one from each side; they end with the cause, SIP is told, and the circuits come back."""
    phone = case.lab.phone()
    server = case.server(Callee(phone.port).answers(100))
    client = case.client(Caller("0310", port=phone.port).ended_by_peer())
    case.lab.tell_exchange("call in")
    case.wait_calls(2)
    start = time.monotonic()
    break_it()
    case.finish(client)
    case.finish(server)
    took = time.monotonic() - start
    for number in (1, 2):
        case.released(cause, number=number)
    time.sleep(max(0, seconds - (time.monotonic() - start)))
    mend()
    case.lab.wait_ready(READY_S)
    case.exchange_idle(READY_S)
    case.run(Caller("0310").answered(200))
    case.released(16, number=3)  # its record comes a little later, and the next scenario counts from here
    return took


@group.scenario("A cable that is cut for 3 s in mid-call: calls end with cause 38 after the hold-off, circuits come back")
def cable_cut(case):
    took = released_by(case, lambda: case.lab.ctl("fault", "e1", "cut"), lambda: case.lab.ctl("fault", "e1", "mend"), 38, 3)
    case.true(f"before the hold-off or far too late: {took:.2f} s", 0.45 < took < 5)
    case.true("no alarm was recorded", any("loss of signal" in a["alarm"].lower() or "red" in a["alarm"].lower()
                                           for a in case.lab.show("alarms")))


@group.scenario("A cut of 200 ms is shorter than the hold-off: the call goes on")
def short_cut(case):
    client = case.client(Caller("0310", port=case.lab.phone().port).answered(2500))
    case.wait_calls(1)
    case.lab.ctl("fault", "e1", "los", "on")
    time.sleep(0.2)
    case.lab.ctl("fault", "e1", "los", "off")
    case.finish(client)
    case.released(16, "in")
    case.lab.wait_ready(READY_S)


@group.scenario("LOS on the line ends its calls with cause 38")
def loss_of_signal(case):
    released_by(case, lambda: case.lab.tell_exchange("fault e1 los on"),
                lambda: case.lab.tell_exchange("fault e1 los off"), 38)


@group.scenario("One direction lost, only the exchange sees it: SIOS takes the link down (Q.703 10), REL 38 comes when it is back")
def one_way_loss(case):
    lab = case.lab
    phone = lab.phone()
    client = case.client(Caller("0310", port=phone.port).ended_by_peer())
    case.wait_calls(1)
    lab.ctl("fault", "e1", "los", "on")
    wait_until("the link out of service", lambda: lab.show("links")[0]["state"] != "in service", 3)
    time.sleep(1)
    lab.ctl("fault", "e1", "los", "off")
    case.finish(client)
    case.released(38, "out")
    lab.wait_ready(READY_S)


@group.scenario("AIS from the far end ends its calls with cause 38")
def alarm_indication(case):
    released_by(case, lambda: case.lab.tell_exchange("fault e1 ais on"),
                lambda: case.lab.tell_exchange("fault e1 ais off"), 38)


@group.scenario("Bit errors at 1e-4 both ways: MTP2 repeats, every call completes")
def bit_errors(case):
    lab = case.lab
    lab.ctl("fault", "e1", "ber", "1e-4")
    lab.tell_exchange("fault e1 ber 1e-4")
    try:
        for number in range(1, 7):
            case.run(Caller("0301").answered(300))
            case.released(16, "in", number)
    finally:
        lab.ctl("fault", "e1", "ber", "0")
        lab.tell_exchange("fault e1 ber 0")
    case.true("no frame was hit", lab.show("spans")[0]["fcs_errors"] > 0)


@group.scenario("A stalled exchange (300 ms) costs nothing but time")
def stall(case):
    client = case.client(Caller("0310", port=case.lab.phone().port).answered(1500))
    case.wait_calls(1)
    case.lab.tell_exchange("fault e1 stall 300")
    case.finish(client)
    case.released(16, "in")


@group.scenario("kill -9 of the gateway with calls up: restarted, every circuit is idle at the exchange in seconds (Q.764 2.9.3)")
def gateway_killed(case):
    lab = case.lab
    client = case.client(Caller("0310", port=lab.phone().port).answered(60000), "-m", "5", "-r", "50")
    case.wait_calls(5)
    lab.gateway.kill()
    lab.gateway.wait()
    client.kill()
    client.wait()
    case.clients.clear()
    lab.start_gateway()
    start = time.monotonic()
    lab.wait_ready(READY_S)
    case.exchange_idle(READY_S)
    case.true("took too long", time.monotonic() - start < 25)
    case.cdrs_before = len(lab.cdrs())
    case.run(Caller("0310").answered(200))
    case.released(16)


@group.scenario("kill -9 of the exchange: its calls end, SIP is told with BYE; restarted, every circuit is idle")
def exchange_killed(case):
    lab = case.lab

    def kill():
        lab.exchange.kill()
        lab.exchange.wait()
    released_by(case, kill, lab.start_exchange, 38)
    case.reports_before = len(lab.reports())
