# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""T1.113 on a T1: calls both ways with the exchange, maintenance, and two gateways with each other."""
import json
import re
import subprocess

import gateways
import peers
from harness import Failure, Group, wait_until
from lab import AnsiT1
from sipp import Callee, Caller

PLAN = """
number "0301" { action = answer delay = 300ms play = echo }
number "0302" { action = busy }
number "0303" { action = unallocated }
number "0310" { action = connect }
originate "in" { called = "4050" calling = "7035551000" noa = national calling-noa = national start = trigger hold = 1s }
"""
FIELDS = ("isup.message_type", "isup.cic", "mtp3.ansi_opc", "mtp3.ansi_dpc", "isup.called", "isup.calling",
          "isup.jurisdiction", "isup.originating_line_info", "isup.charge_number", "_ws.malformed")


def prepare(lab):
    lab.start()
    lab.ctl("capture", lab.path("ansi.pcapng"))


group = Group("ansi", PLAN, prepare=prepare, joined=AnsiT1(),
              isup_more='jurisdiction = "703555"\nline-information = 0\ncharge-number = "7035550000"\nexit-message = true')


@group.scenario("T1.113 with USI, en bloc: IAM, ACM, ANM, REL, RLC on a circuit beyond 12 bits; 24-bit point codes")
def ansi_answered(case):
    case.run(Caller("0301", codec="PCMU").answered(500))
    case.released(16, "in")
    case.equal("cause at the exchange", case.report()["cause"], 16)
    case.ladder_has("INVITE", "IAM cic", "ACM cic", "ANM cic", "200 OK", "REL cic", "RLC cic")
    case.equal("protocol", case.cdr()["out"]["protocol"], "isup-ansi")


@group.scenario("RFC 3398 13: where there is no CON, ANM without ACM is 200")
def ansi_connect(case):
    case.run(Caller("0310", codec="PCMU").answered(300))
    ladder = case.lab.ctl("ladder", "last")
    case.true("an ACM or CON", "ACM cic" not in ladder and "CON cic" not in ladder)
    case.ladder_has("ANM cic")


def refused(case, to, status, cause):
    client = case.client(Caller(to, codec="PCMU").failed(status))
    case.finish(client)
    case.released(cause, "out")
    case.true("no Reason header with the cause",
              re.search(rf"Reason: Q\.850 ?; ?cause={cause}\b", case.messages(client)))


@group.scenario("RFC 3398 7.2.4.1 in ANSI: REL 17 is 486")
def ansi_busy(case):
    refused(case, "0302", 486, 17)


@group.scenario("RFC 3398 7.2.4.1 in ANSI: REL 1 is 404")
def ansi_unallocated(case):
    refused(case, "0303", 404, 1)


@group.scenario("RFC 3398 8.2, 13: an IAM without ST is complete; EXM says that the call goes on; 200 is ANM after ACM")
def ansi_from_exchange(case):
    server = case.server(Callee(codec="PCMU").answers(300))
    case.lab.tell_exchange("call in")
    case.finish(server)
    case.released(16)
    case.ladder_has("IAM cic", "EXM cic", "ACM cic", "ANM cic")
    case.true("the number is not complete", "4050" in case.cdr()["called"]["digits"])


@group.scenario("Q.764 2.8.2, 2.9.3 in ANSI: blocking and reset of circuits of 14 bits; group resets in pairs; CVT")
def ansi_maintenance(case):
    lab = case.lab

    def blocked(count):
        wait_until(f"{count} circuits blocked", lambda: sum(c["blocked"] != "-" for c in lab.show("circuits")) == count)
    lab.ctl("block", "pstn", "4095-4100")
    lab.ctl("block", "pstn", "4110")
    blocked(7)
    lab.ctl("unblock", "pstn", "4095-4110")
    blocked(0)
    for circuits in ("4095-4117", "4100"):
        lab.ctl("reset", "pstn", circuits)
        wait_until("usable circuits", lambda: all(c["usable"] for c in lab.show("circuits")))
    lab.ctl("validate", "pstn", "4095-4096")
    wait_until("CVR", lambda: lab.read("gateway.log").count("validated; the other end") == 2)
    links = lab.show("links")
    case.equal("point codes", [(row["variant"], row["opc"], row["dpc"]) for row in links], [("ansi", "245-3-17", "245-3-18")])
    case.true("the log has other point codes", "point code 245-3-18 can be reached" in lab.read("gateway.log"))


def decoded(path):
    words = ["tshark", "-n", "-o", "mtp3.standard:ANSI", "-r", path, "-Y", "isup", "-T", "fields", "-E", "separator=|", "-E", "occurrence=f"]
    for field in FIELDS:
        words += ["-e", field]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"tshark: {done.stderr}")
    return [dict(zip(FIELDS, line.split("|"))) for line in done.stdout.splitlines()]


@group.scenario("Wireshark reads what was captured as ANSI: labels, circuits, parameters; nothing is malformed")
def ansi_capture(case):
    case.run(Caller("0301", codec="PCMU").answered(100))
    case.released(16, "in")
    case.true("not accepted", "CCR" in case.lab.ctl("check", "pstn", "4097"))
    wait_until("circuit 4097 to be idle", lambda: [c["state"] for c in case.lab.show("circuits") if c["cic"] == 4097] == ["idle"])
    case.lab.ctl("capture", "stop")
    rows = decoded(case.lab.path("ansi.pcapng"))
    case.true("nothing was captured", rows)
    case.equal("malformed", [row for row in rows if row["_ws.malformed"]], [])
    case.equal("point codes", {row["mtp3.ansi_opc"] for row in rows}, {"245-3-17", "245-3-18"})
    case.true("circuits", all(4095 <= int(row["isup.cic"]) <= 4117 for row in rows))
    checked = [int(row["isup.message_type"]) for row in rows if row["isup.cic"] == "4097"]
    case.equal("CCR, LPA, REL, RLC", checked[-4:], [17, 36, 12, 16])  # T1.113.4 2.1.8
    iams = [row for row in rows if row["isup.message_type"] == "1" and row["mtp3.ansi_opc"] == "245-3-17"]
    case.true("no IAM", iams)
    case.true("called numbers", all(row["isup.called"].startswith("3") and not row["isup.called"].endswith("F") for row in iams))
    case.true("jurisdiction", all(row["isup.jurisdiction"] == "703555" for row in iams))
    case.true("line information", all(row["isup.originating_line_info"] == "0" for row in iams))


pair = Group("ansi-gateways", has_exchange=False, prepare=gateways.prepare, joined=AnsiT1(),
             isup_more="continuity-check = 1\nquery = 1s\nexit-message = true\n")


@pair.scenario("T1.113 2.1.8: IAM asks for a check, the tone comes back over the T1, COT; then the call goes on")
def ansi_continuity(case):
    server = case.server(Callee(codec="PCMU").answers(300))
    case.finish(case.client(Caller("0301234", codec="PCMU").answered(500)))
    case.finish(server)
    case.released(16, "in")
    case.ladder_has("IAM", "COT", "EXM", "ACM", "ANM", "REL", "RLC")


@pair.scenario("T1.113 2.8.3: both ends find by CQM that their circuits agree")
def ansi_states_agree(case):
    before = case.counter("causeway_isup_state_differences_total")
    wait_until("a query and its answer", lambda: not any("CQR" in a["alarm"] for a in case.lab.show("alarms")))
    case.equal("differences", case.counter("causeway_isup_state_differences_total"), before)
    rows = json.loads(gateways.second(case, "show", "circuits", "json"))
    case.true("circuits are not usable at the other end", len(rows) == 23 and all(row["usable"] for row in rows))


# --- libss7's own MTP and ISUP, of which nothing is ours ---

def libss7_prepare(lab):
    conf = lab.read("gateway.conf")
    lab.write("gateway.conf", conf.replace("cic = 4095", "cic = 1").replace("clock = line", "clock = master"))
    lab.start_gateway()
    lab.peer = lab.spawn("libss7", [f"{lab.build}/tests/peers/libss7_exchange", lab.path("t1.sock"), str(0xf50312),
                                    str(0xf50311), "1", "23", "ansi"], stdin=subprocess.PIPE)
    lab.wait_ready(30)


libss7 = Group("ansi-libss7", has_exchange=False, prepare=libss7_prepare, joined=AnsiT1())


@libss7.scenario("T1.113.4 2.9.3.2: libss7's pair of GRS is answered twice, ours too")
def ansi_libss7_group_reset(case):
    peers.said(case, r"^GRA 1-23$")
    peers.said(case, r"^GRS 1-23$")
    case.equal("unexpected messages", case.counter("causeway_isup_unexpected_total"), 0)


@libss7.scenario("libss7 in ANSI: calls both ways, numbers with no end signal")
def ansi_libss7_calls(case):
    peers.since(case)
    case.run(Caller("0301234", codec="PCMU").answered(300))
    match = peers.said(case, r"^IAM (\d+) called (\S+) calling (\S+)")
    case.equal("numbers", (match.group(2), match.group(3)), ("301234", "49891234"))
    peers.said(case, rf"^REL {match.group(1)} cause 16$")
    case.released(16, "in", 1)
    server = case.server(Callee(codec="PCMU").answers(300))
    peers.tell(case, "call 4 30555 4989123")
    peers.said(case, r"^ANM 4$")
    peers.tell(case, "release 4 16")
    case.finish(server)
    case.released(16, "in", 2)


@libss7.scenario("libss7 in ANSI: BLO, UBL, CGB, CGU and RSC of ours are understood and answered")
def ansi_libss7_maintenance(case):
    peers.maintain(case)


@libss7.scenario("libss7 in ANSI: a refused call is REL with its cause")
def ansi_libss7_refused(case):
    peers.since(case)
    server = case.server(Callee(codec="PCMU").refuses("486 Busy Here"))
    peers.tell(case, "call 6 30555 4989123")
    case.finish(server)
    peers.said(case, r"^REL 6 cause 17$")
