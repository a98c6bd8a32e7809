# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""libss7's own ISUP as the exchange (tests/peers/libss7_exchange): an ISUP that none of our code is in."""
import re
import subprocess

from harness import Group, wait_until
from sipp import Callee, Caller

TWO = 'circuits "e1" { cic = 1 timeslots = "1-15" }\ncircuits "e1" { cic = 17 timeslots = "17-31" }\n'


def prepare(lab):
    """One run of circuits, CIC 1 to 30: libss7 resets them with one GRS."""
    conf = lab.read("gateway.conf")
    assert TWO in conf
    lab.write("gateway.conf", conf.replace(TWO, 'circuits "e1" { cic = 1 timeslots = "1-15,17-31" }\n').replace(
        "clock = line", "clock = master"))
    lab.start_gateway()
    lab.peer = lab.spawn("libss7", [f"{lab.build}/tests/peers/libss7_exchange", lab.path("e1.sock"), "2", "1", "1", "30"],
                         stdin=subprocess.PIPE)
    lab.wait_ready(30)


group = Group("libss7", has_exchange=False, prepare=prepare)


def tell(case, line):
    case.lab.peer.stdin.write(line.encode() + b"\n")
    case.lab.peer.stdin.flush()


def said(case, pattern, seconds=10):
    return wait_until(f"libss7 to say '{pattern}'", lambda: re.search(pattern, case.lab.read("libss7.out"), re.M), seconds)


def since(case):
    """Forgets what it said before."""
    with open(case.lab.path("libss7.out"), "r+b") as f:
        f.truncate(0)


@group.scenario("Q.764 2.9.3.2: GRS at the start from both ends, answered with GRA")
def group_reset(case):
    said(case, r"^GRA 1-30$")
    said(case, r"^GRS 1-30$")


@group.scenario("libss7: IAM, ACM, ANM for a call from SIP; REL from the gateway, RLC")
def to_libss7(case):
    since(case)
    case.run(Caller("0301234").answered(500))
    match = said(case, r"^IAM (\d+) called (\S+) calling (\S+)")
    case.equal("called", match.group(2).rstrip("#F"), "301234")
    case.equal("calling", match.group(3), "49891234")
    said(case, rf"^REL {match.group(1)} cause 16$")
    case.released(16, "in")


@group.scenario("libss7: REL from it in conversation is BYE")
def to_libss7_released_there(case):
    since(case)
    client = case.client(Caller("0301234").ended_by_peer())
    match = said(case, r"^IAM (\d+)")
    case.wait_calls(1)
    tell(case, f"release {match.group(1)} 17")
    case.finish(client)
    said(case, rf"^RLC {match.group(1)}$")
    case.released(17, "out")


@group.scenario("libss7: its IAM is INVITE, 180 and 200 are ACM and ANM; its REL is BYE")
def from_libss7(case):
    since(case)
    server = case.server(Callee().answers(300))
    tell(case, "call 4 30555 4989123")
    said(case, r"^ACM 4$")
    said(case, r"^ANM 4$")
    tell(case, "release 4 16")
    case.finish(server)
    said(case, r"^RLC 4$")
    case.released(16, "in")
    case.true("wrong number", "INVITE sip:30555@" in case.messages(server))


@group.scenario("libss7: BYE from the called peer is REL to it")
def from_libss7_released_here(case):
    since(case)
    server = case.server(Callee().answers_and_ends(200, 500))
    tell(case, "call 5 30555 4989123")
    case.finish(server)
    said(case, r"^REL 5 cause 16$")
    case.released(16, "out")


@group.scenario("libss7: a refused call is REL with its cause")
def from_libss7_refused(case):
    since(case)
    server = case.server(Callee().refuses("486 Busy Here"))
    tell(case, "call 6 30555 4989123")
    case.finish(server)
    said(case, r"^REL 6 cause 17$")


def maintain(case):
    since(case)
    lab = case.lab

    def blocked(count):
        wait_until(f"{count} circuits blocked", lambda: sum(c["blocked"] != "-" for c in lab.show("circuits")) == count)
    lab.ctl("block", "pstn", "7")
    said(case, r"^BLO 7$")
    blocked(1)
    lab.ctl("unblock", "pstn", "7")
    said(case, r"^UBL 7$")
    blocked(0)
    lab.ctl("block", "pstn", "8-15")
    said(case, r"^CGB 8-15$")
    blocked(8)
    lab.ctl("unblock", "pstn", "8-15")
    said(case, r"^CGU 8-15$")
    blocked(0)
    lab.ctl("reset", "pstn", "9")
    said(case, r"^RSC 9$")
    wait_until("the circuit to be usable", lambda: all(c["usable"] for c in lab.show("circuits")))


@group.scenario("libss7: BLO, UBL, CGB, CGU and RSC of ours are understood and answered")
def maintenance(case):
    maintain(case)
    case.run(Caller("0301234").answered(200))


@group.scenario("kill -9 of the gateway under libss7: restarted, calls work")
def gateway_restarts_under_libss7(case):
    since(case)
    lab = case.lab
    client = case.client(Caller("0301234").answered(60000))
    case.wait_calls(1)
    lab.gateway.kill()
    lab.gateway.wait()
    client.kill()
    client.wait()
    case.clients.clear()
    lab.start_gateway()
    lab.wait_ready(40)
    case.cdrs_before = len(lab.cdrs())
    case.run(Caller("0301234").answered(200))
    case.released(16, "in")
