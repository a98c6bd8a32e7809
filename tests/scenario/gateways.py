# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Two gateways on one E1: what the exchange of the other scenarios does not play, with the real media path at both ends."""
import json
import subprocess

from harness import Group, wait_until
from sipp import Callee, Caller


def prepare(lab):
    """The second gateway has the point codes, the ports and the end of the cable the other way round."""
    conf = lab.read("gateway.conf")
    ours, theirs = lab.values["ours"], lab.values["theirs"]
    conf = conf.replace(f"opc = {ours} dpc = {theirs}", f"opc = {theirs} dpc = {ours}").replace(
        lab.values["gateway_spans"], lab.values["exchange_spans"])
    conf = conf.replace("/gateway.log", "/second.log").replace("/control.sock", "/second.sock").replace("/cdr.json", "/second.json")
    conf = conf.replace(f":{lab.sip}", f":{lab.sip + 50}")
    first, last = lab.values["rtp"], lab.values["rtp_last"]
    lab.write("second.conf", conf.replace(f'"{first}-{last}"', f'"{last + 1}-{last + 1 + last - first}"').replace(
        "continuity-check = 1", "continuity-check = 0"))
    lab.start_gateway()
    lab.peer = lab.spawn("second", [f"{lab.build}/causeway", "-c", lab.path("second.conf")])
    lab.wait_ready(30)


group = Group("gateways", has_exchange=False, prepare=prepare, isup_more="continuity-check = 1\nquery = 1s\n")


def second(case, *words):
    out = subprocess.run([f"{case.lab.build}/causewayctl", "-s", case.lab.path("second.sock"), *words],
                         capture_output=True, text=True, check=False, timeout=20)
    return out.stdout


@group.scenario("Q.764 2.1.8: IAM asks for a check, 2010 Hz comes back from the loop, COT; then the call goes on to SIP and back")
def a_checked_call(case):
    server = case.server(Callee().answers(300))
    client = case.client(Caller("0301234").answered(500))
    case.finish(client)
    case.finish(server)
    case.released(16, "in")
    case.ladder_has("IAM", "COT", "ACM", "ANM", "REL", "RLC")
    case.true("the other end has no call", "ANM" in second(case, "ladder", "last"))


@group.scenario("Q.764 2.8.3: both ends find by CQM that their circuits agree")
def states_agree(case):
    before = case.counter("causeway_isup_state_differences_total")
    wait_until("a query and its answer", lambda: not any("CQR" in a["alarm"] for a in case.lab.show("alarms")))
    case.equal("differences", case.counter("causeway_isup_state_differences_total"), before)
    rows = json.loads(second(case, "show", "circuits", "json"))
    case.true("circuits are not usable at the other end", rows and all(row["usable"] for row in rows))
    case.true("the healer had to work", all(row["healer"] == "-" for row in rows))


@group.scenario("Q.764 2.1.8: an idle circuit is checked by CCR when the operator asks for it, and is idle again")
def a_check_on_demand(case):
    case.true("not accepted", "CCR" in case.lab.ctl("check", "pstn", "5"))
    wait_until("circuit 5 to be idle", lambda: [r["state"] for r in case.lab.show("circuits") if r["cic"] == 5] == ["idle"])
    case.true("an alarm", not any("continuity" in a["alarm"] for a in case.lab.show("alarms")))
    case.equal("said of a circuit that is not there", case.lab.ctl("check", "pstn", "99", check=False), "")
    case.true("query", "asked" in case.lab.ctl("query", "pstn", "1-8"))


checks = Group("checks", 'number "0301" { action = answer delay = 100ms play = echo }\n', isup_more="continuity-check = 1\n")


@checks.scenario("Q.764 2.9.3.2: both ends reset at their start, and neither finds anything odd in that")
def a_clean_start(case):
    odd = [line for name in ("gateway.log", "exchange.log") for line in case.lab.read(name).splitlines()
           if "not asked for" in line or "unexpected" in line]
    case.equal("odd lines", odd, [])
    case.equal("unexpected messages", case.counter("causeway_isup_unexpected_total"), 0)


@checks.scenario("Q.764 2.1.8: the exchange loops a circuit for the check that an IAM asks for, and on CCR; the circuit is idle again")
def the_exchange_loops(case):
    case.run(Caller("0301").answered(300))
    case.released(16, "in")
    case.ladder_has("IAM", "COT", "ACM", "ANM", "REL", "RLC")
    case.equal("seizures of the call", case.report()["cause"], 16)
    case.true("not accepted", "CCR" in case.lab.ctl("check", "pstn", "5"))
    wait_until("circuit 5 to be idle", lambda: [r["state"] for r in case.lab.show("circuits") if r["cic"] == 5] == ["idle"])
    case.true("an alarm", not any("continuity" in a["alarm"] for a in case.lab.show("alarms")))
    case.run(Caller("0301").answered(300))


@group.scenario("Q.764 2.11: an exchange that gets too many calls refuses with 42 and its level; its neighbour holds calls back")
def overload(case):
    conf = case.lab.read("second.conf")
    server = case.server(Callee().answers(100), "-m", "10")
    try:
        case.lab.write("second.conf", conf.replace("overload {", "overload { calls-per-second = 1"))
        case.true("no reload", "in force" in second(case, "reload"))
        one = case.client(Caller("0301234").answered(3000))
        wait_until("an answer", lambda: any(c["state"] == "active" for c in case.lab.show("calls")))
        two = case.client(Caller("0301234").failed(503))
        case.finish(two)
        case.released(42)
        wait_until("a level", lambda: json.loads(second(case, "show", "load", "json"))[0]["level"] > 0)
        three = case.client(Caller("0301234").failed(503))
        case.finish(three)
        case.true("calls go there as before", case.held_back() != "0%")
        case.true("nothing refused", json.loads(second(case, "show", "load", "json"))[0]["refused"] > 0)
        case.finish(one)
    finally:
        case.lab.write("second.conf", conf)
        second(case, "reload")
        server.terminate()
        server.wait(10)
        case.clients = [pair for pair in case.clients if pair[0] is not server]
    wait_until("calls to go there as before", lambda: case.held_back() == "0%", 10)
