# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""90 calls at once over three E1, a D channel on the first: every circuit is used, every call has its speech, nothing stays."""
import socket
import sys

import dahdi
from dahdi import Failure, expect
from whole_calls import DahdiSpans, Lab, lab_module
from lab import wait_until
from sipp import Caller

LIMIT = 120
FULL_LIMIT = 800
SHIFT = 0
CALLS, PACKETS_A_SECOND = 90, 50
DAMAGED_MOST = 3
PLAN = 'number "0308" { action = answer delay = 200ms play = "tone:425" record = false }\n'


def sink():
    """A port that takes RTP and never reads it: reading 4,500 packets a second is not what is tested."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock


def judge(cdrs, seconds):
    expect("calls answered and ended", sum(bool(c["answer"]) and c["release"]["cause"] == 16 for c in cdrs), CALLS)
    expect("circuits used", len({c["out"]["leg"] for c in cdrs}), CALLS)
    for cdr in cdrs:
        sent, wanted = cdr["in"]["media"]["packets_out"], seconds * PACKETS_A_SECOND
        if not wanted * 0.98 <= sent <= wanted * 1.05:
            raise Failure(f"{cdr['out']['leg']}: {sent} RTP packets where {wanted} were due: {cdr['in']['media']}")


def troubles(lab):
    return {name: sum(row[name] or 0 for row in lab.show("spans")) for name in ("overruns", "underruns", "stalls", "fcs_errors")}


def calls_at_once(lab, seconds):
    before, count = troubles(lab), len(lab.cdrs())
    with sink() as port:
        scenario = Caller("0308", port=port.getsockname()[1]).answered(seconds * 1000)
        callers = lab.sipp("ninety", scenario, "-r", "30", "-m", str(CALLS), "-l", str(CALLS), seconds=seconds + 30)
        wait_until(f"{CALLS} calls at once", lambda: sum(c["state"] == "active" for c in lab.show("calls")) == CALLS, 15)
        lab.finish(callers, "ninety", seconds + 40)
    lab.wait_cdr(count + CALLS)
    lab.wait_idle()
    after = troubles(lab)
    dahdi.figure(f"{CALLS} calls at once for {seconds} s: " + ", ".join(f"{after[k] - before[k]} {k}" for k in after))
    judge(lab.cdrs()[count:], seconds)
    # The D channel's 32 buffers are as many ms of fill-in units. Where SIPp and the exchange have the only processor for longer,
    # the driver drops one and damages the next, which MTP2 asks for again. On a bearer nothing is damaged.
    damaged = after["fcs_errors"] - before["fcs_errors"]
    expect("overruns of bearers", max(after["overruns"] - before["overruns"] - damaged, 0), 0)
    if damaged > DAMAGED_MOST:
        raise Failure(f"{damaged} damaged signalling frames")


def main():
    dahdi.load("e1,e1,e1")
    dahdi.configure([dahdi.e1(span, "dchan" if span < 3 else None, timing=span % 2) for span in range(1, 7)])
    with Lab(dahdi.BUILD, joined=DahdiSpans((1, 2), (3, 4), (5, 6))) as lab:
        lab.values["plan"] = PLAN
        lab.write("exchange.conf", lab_module.EXCHANGE.format(**lab.values))
        lab.start()
        expect("circuits", len(lab.show("circuits")), CALLS)
        calls_at_once(lab, 600 if dahdi.FULL else 8)
        lab.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
