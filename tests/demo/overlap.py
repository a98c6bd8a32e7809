# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Overlap dialling: a call by each strategy in each direction, each with the messages of its ladder."""
import re
import time

import overlap_calls
from lab import Failure, Lab, wait_until
from overlap_calls import RELAY, SESSION_INFO, Overlapping, Several, relay
from sipp import Callee, Caller
from still import AGAIN

# name, originate, SIPp's side, what the call record calls the strategy
FROM_PSTN = (
    ("collect (RFC 3578 2)", "collect", lambda: Callee().answers(100), "collect"),
    ("multiple INVITE (RFC 3578 3.2)", "invites", lambda: Several().chain(), "multiple-invite"),
    ("INFO in the early dialog (RFC 3578 3.1)", "info", lambda: Several().by_info("183 Session Progress", 2), "info"),
    ("184 Ready For More Digits, then INFO", "by-184", lambda: Several().by_info("184 Ready For More Digits", 2), "184"),
)
# name, SIPp's address, which tells its trunk, SIPp's side
TO_PSTN = (
    ("en bloc with ST", "127.0.0.1", lambda: Caller("03011234").answered(200), None),
    ("en bloc to overlap: IAM and SAM", "127.0.0.1", lambda: Caller("03091234").answered(200), "split"),
    ("multiple INVITE received (RFC 3578 3.5)", "127.0.0.2", lambda: Overlapping().invites("0301", "03011", "03011234"),
     "through"),
    ("an en-bloc exchange: REL and a new IAM (3.5)", "127.0.0.1", lambda: Overlapping().invites("0308", "030812"), None),
    ("INFO received after our 183", "127.0.0.3", lambda: Overlapping().by_info("0301", "183", relay("1234"), RELAY), "through"),
    ("INFO received after our 184", "127.0.0.4",
     lambda: Overlapping().by_info("0301", "184", ["SubsequentDigit: 1234\n"], SESSION_INFO), "through"),
)


def short(ladder):
    """Messages and digit timers only; the ladder's columns as they are."""
    return [line for line in ladder.splitlines()
            if re.search(r"\|(--|<-)|T10 started|T10 expired| -> active", line) or "seconds" in line]


class Calls:
    def __init__(self, lab, watch):
        self.lab, self.watch, self.made, self.good = lab, watch, 0, 0

    def settle(self):
        self.lab.wait_idle()
        wait_until("the exchange to be idle", lambda: not self.lab.tell_exchange("status")["calls"])

    def call(self, name, strategy, function):
        self.made += 1
        for attempt in range(AGAIN + 1):
            start = time.monotonic()
            wrong, delay = self.result(strategy, function)
            stood = wrong and self.watch.excuse_ms(start, wrong)
            if attempt == AGAIN or not stood:
                break
            print(f"\n  again   {name}: the machine stood still for {stood:.0f} ms{wrong}")
            self.watch.wait_quiet()
        self.good += not wrong
        print(f"\n  {'FAILED' if wrong else 'ok':6}  {name}{wrong or delay}")
        for line in short(self.lab.ctl("ladder", "last", check=False)):
            print("    " + line)

    def result(self, strategy, function):
        """What was wrong with a call, and its post-dial delay."""
        count, first, wrong = len(self.lab.cdrs()), len(self.lab.processes), ""
        try:
            function(f"overlap-{self.made}")
            cdr = self.lab.wait_cdr(count + 1)[-1]
            self.settle()
            if not cdr["answer"] or cdr["overlap"] != strategy:
                wrong = f": answered {cdr['answer']}, strategy {cdr['overlap']}"
            return wrong, f", {1000 * (cdr['post_dial_delay'] or 0):.0f} ms after the last digit"
        except Failure as failure:
            self.lab.give_up(first)
            return ": " + str(failure).split("\n", maxsplit=1)[0][:120], ""

    def from_pstn(self, name, originate, xml):
        server = self.lab.callee(name, xml)
        self.lab.tell_exchange(f"call {originate}")
        self.lab.finish(server, name)

    def to_pstn(self, name, address, xml):
        self.lab.finish(self.lab.sipp(name, xml, "-i", address), name)


def run(build, exchange_template, watch):
    """How many calls were made, and how many went well."""
    with Lab(build, level="info", rtp=18000) as lab:
        lab.values["plan"] = overlap_calls.PLAN
        lab.write("exchange.conf", exchange_template.format(**lab.values))
        overlap_calls.prepare(lab)
        calls = Calls(lab, watch)
        print("overlap dialling from the exchange to SIP:")
        for name, originate, xml, strategy in FROM_PSTN:
            calls.call(name, strategy, lambda n, o=originate, x=xml: calls.from_pstn(n, o, x()))
        print("\noverlap dialling from SIP to the exchange:")
        for name, address, xml, strategy in TO_PSTN:
            calls.call(name, strategy, lambda n, a=address, x=xml: calls.to_pstn(n, a, x()))
        print("\npost-dial delay by strategy, as 'causewayctl show overlap' has it:\n\n" + lab.ctl("show", "overlap"))
    return calls.made, calls.good
