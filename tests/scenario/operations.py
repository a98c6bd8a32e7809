# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The operator's side: reload, shutdown, a log that nobody reads, wrong files."""
import fcntl
import os
import re
import subprocess
import threading
import time

from harness import Group, wait_until
from sipp import Caller

PLAN = """
number "0302" { action = busy }
number "0301" { action = answer delay = 200ms play = echo }
number "0310" { action = connect play = "tone:425" }
"""

group = Group("operations", PLAN)


def config(lab):
    return lab.read("gateway.conf")


def check(lab, text, *words):
    lab.write("wrong.conf", text)
    out = subprocess.run([f"{lab.build}/causeway", *words, "-n", "-c", lab.path("wrong.conf")], capture_output=True,
                         text=True, check=False, timeout=20)
    return out.returncode, out.stdout + out.stderr


@group.scenario("causeway -n names file, line, reason and what would be right; -p prints what reads back")
def wrong_files(case):
    lab, good = case.lab, config(case.lab)
    case.equal("a right file", check(lab, good)[0], 0)
    lines = good.count("\n")
    for name, text, line, words in (
            ("an unknown word", good + "\nrubbish { }\n", lines + 2, "rubbish"),
            ("an unclosed section", good + '\nroute "x" { from = "pbx"\n', None, ""),
            ("a wrong value", good.replace("chunk = 5ms", "chunk = 55ms"), None, "20ms"),
            ("an unknown span", good.replace('circuits "e1"', 'circuits "e9"', 1), None, "e9"),
            ("a timer out of its limits", good.replace("timers {  }", "timers { T7 = 1s }"), None, "20000ms"),
            ("a trunk that is not there", good.replace('to = {"pstn"}', 'to = {"nowhere"}'), None, "nowhere")):
        case.true(f"{name}: the text is as before", text != good)
        status, said = check(lab, text)
        case.true(f"{name}: accepted", status != 0)
        case.true(f"{name}: no file and line: {said}", re.search(r"wrong\.conf:\d+: ", said))
        case.true(f"{name}: '{words}' is not in: {said}", words in said)
        if line:
            case.true(f"{name}: line {line} is not named: {said}", f"wrong.conf:{line}:" in said)
    printed = subprocess.run([f"{lab.build}/causeway", "-p", "-c", lab.path("gateway.conf")], capture_output=True,
                             text=True, check=True, timeout=20).stdout
    case.equal("what -p prints", check(lab, printed)[0], 0)


@group.scenario("Reload of a wrong file changes nothing and says file and line; a call does not notice")
def reload_wrong(case):
    lab, good = case.lab, config(case.lab)
    client = case.client(Caller("0310", port=lab.phone().port).answered(2000))
    case.wait_calls(1)
    before = (lab.show("circuits"), lab.show("routes"), lab.show("trunks"))
    try:
        for wrong in (good.replace('to = {"pstn"}', 'to = {"nowhere"}'), good.replace("opc = 1", "opc = 7")):
            lab.write("gateway.conf", wrong)
            out = subprocess.run([f"{lab.build}/causewayctl", "-s", lab.path("control.sock"), "reload"],
                                 capture_output=True, text=True, check=False, timeout=20)
            case.equal("status of reload", out.returncode, 1)
            case.true(f"no file named: {out.stdout}{out.stderr}", "gateway.conf" in out.stdout + out.stderr)
            case.equal("state after it", (lab.show("circuits"), lab.show("routes"), lab.show("trunks")), before)
    finally:
        lab.write("gateway.conf", good)
    case.finish(client)
    case.released(16, "in")


@group.scenario("Reload with fewer circuits applies to idle ones at once and to a busy one when its call ends")
def reload_fewer(case):
    lab, good = case.lab, config(case.lab)
    client = case.client(Caller("0310", port=lab.phone().port).answered(3000))
    call = case.wait_calls(1)[0]
    cic = next(c["cic"] for c in lab.show("circuits") if c["call"] == call["call"])
    lost, kept = ("1-15", "17-31") if cic < 16 else ("17-31", "1-15")
    first = lost.split("-", maxsplit=1)[0]
    lab.write("gateway.conf", good.replace(f'circuits "e1" {{ cic = {first} timeslots = "{lost}" }}\n', ""))
    try:
        lab.ctl("reload")
        case.equal("circuits beside the busy one", len(lab.show("circuits")), 16)
        case.finish(client)
        case.released(16, "in")
        wait_until("the last circuit to go", lambda: len(lab.show("circuits")) == 15)
        case.run(Caller("0310").answered(200))
    finally:
        lab.write("gateway.conf", good)
        lab.ctl("reload")
    case.equal("circuits again", len(lab.show("circuits")), 30)
    case.true(f"{kept} unused", lab.show("circuits"))
    lab.wait_ready()


def explain(lab, *words):
    return lab.ctl("explain", *words)


@group.scenario("A reload brings a profile of causes of the operator's own; a trunk that names it uses it, and explain says so")
def own_causes(case):
    lab, good = case.lab, config(case.lab)
    case.true("default of explain", "503" in explain(lab, "cause", "41") and "RFC 3398 7.2.4.1" in explain(lab, "cause", "41"))
    own = good.replace('sip "pbx" {', 'causes "mine" { base = "q1912.5" to-status = {"17 600"} }\nsip "pbx" { causes = "mine"')
    lab.write("gateway.conf", own)
    try:
        lab.ctl("reload")
        case.finish(case.client(Caller("0302").failed(600)))
        case.released(17, "out")
        said = explain(lab, "cause", "17", "trunk", "pbx")
        case.true(f"explain: {said}", "status 600" in said and "the configuration" in said and "mine" in said)
        said = explain(lab, "status", "480", "trunk", "pbx")
        case.true(f"explain: {said}", "cause 20" in said and "Oracle" in said)
    finally:
        lab.write("gateway.conf", good)
        lab.ctl("reload")
    case.finish(case.client(Caller("0302").failed(486)))
    case.released(17, "out")


@group.scenario("A log that nobody reads: signalling goes on, lines that find no room are dropped and counted")
def slow_log(case):
    lab, good = case.lab, config(case.lab)
    fifo = lab.path("slow.fifo")
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    restart(case, re.sub(r"log \{.*", f'log {{ file = "{fifo}" level = debug queue = 64 }}', good, count=1))
    try:
        for number in range(1, 4):
            case.run(Caller("0310").answered(100), "-m", "10", "-r", "20")
            case.cdr(10 * number)
        dropped = [c for c in lab.show("counters") if "log" in c["counter"] and "drop" in c["counter"]]
        case.true(f"no drops counted: {dropped}", sum(int(c["value"]) for c in dropped) > 0)
    finally:
        os.set_blocking(reader, True)
        drain = threading.Thread(target=lambda: [None for _ in iter(lambda: os.read(reader, 65536), b"")], daemon=True)
        drain.start()
        restart(case, good)
        drain.join(5)
        os.close(reader)


def restart(case, text):
    lab = case.lab
    lab.ctl("shutdown", "now")
    case.equal("exit status", lab.gateway.wait(15), 0)
    lab.write("gateway.conf", text)
    lab.start_gateway()
    lab.wait_ready(30)


@group.scenario("Circuits that the operator blocked stay blocked over kill -9, at the exchange too; unblocked ones come up free")
def blocked_over_a_restart(case):
    lab, good = case.lab, config(case.lab)
    folder = lab.path("state")
    os.mkdir(folder)

    def blocked(count):
        wait_until(f"{count} circuits blocked", lambda: sum(c["blocked"] != "-" for c in lab.show("circuits")) == count)

    def answers():
        return subprocess.run([f"{lab.build}/causewayctl", "-s", lab.path("control.sock"), "show", "circuits"],
                              capture_output=True, check=False, timeout=20).returncode == 0

    def killed(meanwhile=lambda: None):
        lab.gateway.kill()
        lab.gateway.wait()
        meanwhile()
        lab.start_gateway()
        wait_until("an answer", answers)
    restart(case, good + f'\nstate {{ folder = "{folder}" }}\n')
    lab.ctl("block", "pstn", "3-9")
    lab.ctl("unblock", "pstn", "5")
    blocked(6)
    wait_until("the file", lambda: os.path.exists(lab.path("state/blocking")) and "end 6 " in lab.read("state/blocking"))
    killed()
    blocked(6)
    wait_until("the rest to be usable", lambda: sum(c["usable"] for c in lab.show("circuits")) == 24)
    # Cut short by hand: it starts with what is left, and says so.
    killed(lambda: lab.write("state/blocking", lab.read("state/blocking")[:70]))
    wait_until("the rest to be usable", lambda: sum(c["usable"] for c in lab.show("circuits")) > 24)
    lab.ctl("unblock", "pstn", "1-15")
    blocked(0)
    restart(case, good)


@group.scenario("Circuits that the operator blocked stay blocked when a reload takes them away and another brings them back")
def blocked_over_a_reload(case):
    lab, good = case.lab, config(case.lab)
    line = 'circuits "e1" { cic = 1 timeslots = "1-15" }\n'
    lab.ctl("block", "pstn", "3-9")
    for text, circuits in ((good.replace(line, ""), 15), (good, 30)):
        lab.write("gateway.conf", text)
        lab.ctl("reload")
        wait_until(f"{circuits} circuits", lambda n=circuits: len(lab.show("circuits")) == n)
    wait_until("the rest to be usable", lambda: sum(c["usable"] for c in lab.show("circuits")) == 23)
    case.equal("blocked", [c["cic"] for c in lab.show("circuits") if c["blocked"] == "local"], list(range(3, 10)))
    lab.ctl("unblock", "pstn", "3-9")
    wait_until("all to be usable", lambda: all(c["usable"] for c in lab.show("circuits")))
    case.run(Caller("0310").answered(200))


@group.scenario("shutdown graceful: circuits blocked, new calls refused, the call up goes on, SIOS on the link, then exit 0")
def shutdown_graceful(case):
    lab = case.lab
    before = len(lab.read("exchange.log"))
    client = case.client(Caller("0310", port=lab.phone().port).answered(3000))
    case.wait_calls(1)
    lab.ctl("shutdown", "graceful", "30")
    case.run(Caller("0310").failed(503))
    case.equal("the call", len(lab.show("calls")), 1)
    wait_until("circuits blocked", lambda: all(c["blocked"] != "-" for c in lab.show("circuits")))
    case.finish(client)
    case.equal("exit status", lab.gateway.wait(10), 0)
    # SIOS makes the exchange align again (Q.703); the loss of the line would fail the link first.
    link = re.compile("link 0 in service -> (.*)")
    wait_until("the exchange's link to leave service", lambda: link.search(lab.read("exchange.log")[before:]))
    case.equal("the exchange's link, first", link.search(lab.read("exchange.log")[before:])[1], "aligning")
    lab.start_gateway()
    lab.wait_ready(30)
    case.run(Caller("0310").answered(200))


@group.scenario("shutdown with a call up past its time: REL and BYE to both sides, exit 0, circuits idle at the exchange")
def shutdown_now(case):
    lab = case.lab
    client = case.client(Caller("0310", port=lab.phone().port).ended_by_peer())
    case.wait_calls(1)
    lab.ctl("shutdown", "graceful", "1")
    case.finish(client)
    case.equal("exit status", lab.gateway.wait(15), 0)
    wait_until("the exchange's circuits idle", lambda: not lab.tell_exchange("status")["busy_circuits"])
    case.equal("cause at the exchange", case.report()["cause"], 41)
    lab.start_gateway()
    lab.wait_ready(30)
