# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Overlap calls by every strategy, both ways: what the gateway and the exchange are told, and SIPp's side of each call."""
from sipp import IN_DIALOG, Callee, expect, message, pause, scenario, sdp, with_body

CONF = """
route "collect" {{ prefix = "41" from = "pstn" to = {{"pbx"}} min-digits = 4 max-digits = 9 t10 = 2s }}
route "invites" {{ prefix = "42" from = "pstn" to = {{"pbx"}} overlap = multiple-invite min-digits = 4 t10 = 2s t35 = 5s }}
route "info" {{ prefix = "43" from = "pstn" to = {{"pbx"}} overlap = info min-digits = 4 t10 = 2s }}
route "session-info" {{ prefix = "44" from = "pstn" to = {{"pbx"}} overlap = info overlap-info = session-info
	min-digits = 4 t10 = 2s }}
route "by-184" {{ prefix = "45" from = "pstn" to = {{"pbx"}} overlap = "184" min-digits = 4 t10 = 2s }}
route "learn" {{ prefix = "46" from = "pstn" to = {{"pbx"}} learn-digits = 3 t10 = 2s }}
route "split" {{ prefix = "0309" from = "pbx" to = {{"pstn"}} overlap-pstn = split first-digits = 4 }}
sip "in-invite" {{ host = "127.0.0.2" allow = {{"127.0.0.2/32"}} overlap-in = invite t10 = 2s t35 = 5s overlap-limit = 1 }}
sip "in-info" {{ host = "127.0.0.3" allow = {{"127.0.0.3/32"}} overlap-in = info t10 = 2s t35 = 5s }}
sip "in-184" {{ host = "127.0.0.4" allow = {{"127.0.0.4/32"}} overlap-in = "184" t10 = 2s t35 = 5s }}
route "from-invite" {{ from = "in-invite" to = {{"pstn"}} }}
route "from-info" {{ from = "in-info" to = {{"pstn"}} }}
route "from-184" {{ from = "in-184" to = {{"pstn"}} }}
route "short" {{ prefix = "039" from = "in-invite" to = {{"pstn"}} min-digits = 8 }}
"""

# IAM with four digits, then a SAM for each other one; no ST.
ORIGINATE = """originate "{name}" {{ called = "{called}" calling = "301234567" noa = national calling-noa = national
	start = trigger overlap = true first-digits = 4 digit-interval = 300ms end-signal = {st} {more} }}
"""

PLAN = "".join(ORIGINATE.format(name=name, called=called, st=st, more=more) for name, called, st, more in (
    ("collect", "415551", "false", "hold = 300ms"),
    ("collect-longest", "415551234", "false", "hold = 300ms"),
    ("invites", "425551", "false", "hold = 300ms"),
    ("invites-st", "425551", "true", "hold = 300ms"),
    ("invites-short", "4255", "false", "hold = 300ms"),
    ("invites-given-up", "425551", "false", "give-up = 1500ms"),
    ("info", "435551", "false", "hold = 300ms"),
    ("session-info", "445551", "false", "hold = 300ms"),
    ("by-184", "455551", "false", "hold = 300ms"),
    ("learn", "465551", "true", "hold = 100ms"),
    ("learn-open", "465552", "false", "hold = 100ms"),
)) + """
number "0301" { action = overlap digits-needed = 8 }
number "0309" { action = overlap digits-needed = 8 }
number "0308" { action = silent }
number "030812" { action = answer }
number "0302" { action = silent }
"""


def prepare(lab):
    lab.write("gateway.conf", lab.read("gateway.conf") + CONF.format())
    lab.start()


# --- calls from the exchange ---

KEEP = ('<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq{0}"/>'
        '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via{0}"/>'
        '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to{0}"/></action></recv>')


class Several(Callee):
    """A peer that gets several INVITEs of one call, which it remembers by their place."""

    def invite(self, n):
        return KEEP.format(n)

    def answer_to(self, n, status, body="", **attributes):
        """A response to the INVITE with that place, with a To tag of its own."""
        text = self.reply(status, body, **attributes).replace("[last_CSeq:]", f"CSeq:[$cseq{n}]")
        return text.replace("[last_Via:]", f"Via:[$via{n}]").replace(
            "[last_To:];tag=[call_number]-[pid]", f"To:[$to{n}];tag={n}-[call_number]-[pid]")

    def refuse(self, n, status="484 Address Incomplete"):
        return [self.invite(n), self.answer_to(n, status, retrans="500"), expect("ACK")]

    def end(self):
        """Answers the latest request, and is released by the other end."""
        return [expect("BYE"), self.plain("200 OK")]

    def chain(self):
        """484 for a part of the number, twice; the third INVITE rings and is answered."""
        return scenario(*self.refuse(1), *self.refuse(2), self.invite(3), self.answer_to(3, "180 Ringing"), pause(300),
                        self.answer_to(3, "200 OK", self.body, retrans="500"), expect("ACK"), *self.end())

    def by_info(self, status, digits):
        """Asks for digits with that provisional response, takes that many INFOs, rings and answers."""
        infos = [step for _ in range(digits) for step in (expect("INFO"), self.plain("200 OK"))]
        return scenario(self.invite(1), self.answer_to(1, status), *infos, self.answer_to(1, "180 Ringing"), pause(300),
                        self.answer_to(1, "200 OK", self.body, retrans="500"), expect("ACK"), *self.end())


# --- calls to the exchange ---

HEAD = """{method} sip:{to}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}
From: <sip:49891234@[local_ip]:[local_port]>;tag=[call_number]-[pid]
To: <sip:{to}@[remote_ip]:[remote_port]>{tag}
Call-ID: [call_id]
CSeq: {cseq} {method}
Contact: <sip:49891234@[local_ip]:[local_port]>
Max-Forwards: 70"""


class Overlapping:
    """A caller that dials bit by bit."""

    def __init__(self, port=6000):
        self.body = sdp(port)

    @staticmethod
    def branch(cseq):
        return f"z9hG4bK-[call_number]-[pid]-{cseq}"

    def invite(self, to, cseq):
        return message(with_body(HEAD.format(method="INVITE", to=to, cseq=cseq, tag="", branch=self.branch(cseq)), self.body),
                       retrans="500")

    def ack_failure(self, to, cseq):
        return message(with_body(HEAD.format(method="ACK", to=to, cseq=cseq, tag="[peer_tag_param]",
                                             branch=self.branch(cseq)), ""))

    def in_dialog(self, method, to, cseq, body="", content=""):
        head = IN_DIALOG.format(method=method, to=to, cseq=cseq, name="", caller="49891234", more="").rstrip("\n")
        if body:
            head += f"\nContent-Type: {content}\nContent-Length: [len]\n\n{body}"
        else:
            head += "\nContent-Length: 0\n"
        return message(head, **({} if method == "ACK" else {"retrans": "500"}))

    def superseded(self, to, cseq):
        """484 for the INVITE before this one."""
        return [expect("484"), self.ack_failure(to, cseq)]

    def invites(self, *numbers):
        """An INVITE for each; the last is answered."""
        steps = [self.invite(numbers[0], 1)]
        for i, number in enumerate(numbers[1:], 2):
            steps += [expect("100"), pause(300), self.invite(number, i), *self.superseded(numbers[i - 2], i - 1)]
        last = len(numbers)
        return scenario(*steps, expect("100", True), expect("180", True), expect("200", rrs="true"),
                        self.in_dialog("ACK", numbers[-1], last), pause(300),
                        self.in_dialog("BYE", numbers[-1], last + 1), expect("200"))

    def by_info(self, to, asked, bodies, content):
        """INVITE, and once it is asked for them digits by INFO."""
        infos = []
        for i, body in enumerate(bodies, 2):
            infos += [self.in_dialog("INFO", to, i, body, content), expect("200", rrs="true")]
        return scenario(self.invite(to, 1), expect("100", True), expect(asked, rrs="true"), *infos, expect("180"),
                        expect("200", rrs="true"), self.in_dialog("ACK", to, 1), pause(300),
                        self.in_dialog("BYE", to, 2 + len(bodies)), expect("200"))


RELAY = "application/dtmf-relay"
SESSION_INFO = "application/x-session-info"


def relay(digits):
    return [f"Signal={digit}\nDuration=160\n" for digit in digits]
