# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""SIPp scenarios, made from a few words. A scenario is a list of steps; the texts are RFC 3261's plain messages."""

SDP = """v=0
o=sipp 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP {formats}
{lines}a=ptime:20
a=sendrecv
"""


def sdp(port, codec="PCMA"):
    number = {"PCMU": 0, "PCMA": 8}[codec]
    return SDP.format(port=port, formats=f"{number} 101", lines=f"a=rtpmap:{number} {codec}/8000\n"
                      "a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\n")


def message(text, **attributes):
    more = "".join(f' {k}="{v}"' for k, v in attributes.items())
    body = "\n".join(line for line in text.strip("\n").split("\n"))
    return f"<send{more}><![CDATA[\n\n{body}\n\n]]></send>"


def expect(what, optional=False, **attributes):
    key = "response" if what.isdigit() else "request"
    more = "".join(f' {k}="{v}"' for k, v in attributes.items())
    return f'<recv {key}="{what}"{more}{" optional=" + chr(34) + "true" + chr(34) if optional else ""}></recv>'


def pause(ms):
    return f'<pause milliseconds="{ms}"/>'


def scenario(*steps):
    return '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="causeway">\n' + "\n".join(steps) + "\n</scenario>\n"


def with_body(head, body):
    return head + ("\nContent-Type: application/sdp\nContent-Length: [len]\n\n" + body if body else
                   "\nContent-Length: 0\n")


# --- a client ---

INVITE = """INVITE sip:{to}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: {name}<sip:{caller}@[local_ip]:[local_port]>;tag=[call_number]-[pid]
To: <sip:{to}@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:{caller}@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
{more}"""

IN_DIALOG = """{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: {name}<sip:{caller}@[local_ip]:[local_port]>;tag=[call_number]-[pid]
To: <sip:{to}@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: {cseq} {method}
Max-Forwards: 70
{more}"""

TO_INVITE = """{method} sip:{to}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-{back}]
From: {name}<sip:{caller}@[local_ip]:[local_port]>;tag=[call_number]-[pid]
To: <sip:{to}@[remote_ip]:[remote_port]>{tag}
Call-ID: [call_id]
CSeq: 1 {method}
Max-Forwards: 70
{more}"""


class Caller:
    """The client's side of one call, step by step."""

    def __init__(self, to, port=6000, codec="PCMA", caller="49891234", name="", more=""):
        self.values = {"to": to, "caller": caller, "name": name}
        self.body = sdp(port, codec)
        self.more = more

    def text(self, template, **more):
        return template.format(**{**self.values, "more": "", "tag": "", **more}).rstrip("\n")

    def invite(self):
        more = self.more + "\n" if self.more else ""
        return message(with_body(self.text(INVITE, more=more), self.body), retrans="500")

    def ack(self):
        return message(with_body(self.text(IN_DIALOG, method="ACK", cseq=1), ""))

    def ack_failure(self, back):
        """back: how many steps ago the INVITE was sent, whose branch this ACK takes (RFC 3261 17.1.1.3)."""
        return message(with_body(self.text(TO_INVITE, method="ACK", tag="[peer_tag_param]", back=back), ""))

    def bye(self, reason=""):
        return message(with_body(self.text(IN_DIALOG, method="BYE", cseq=2, more=reason + "\n" if reason else ""), ""),
                       retrans="500")

    def cancel(self, back):
        return message(with_body(self.text(TO_INVITE, method="CANCEL", back=back), ""), retrans="500")

    def answered(self, hold_ms, *between):
        """A call that is answered, held and ended by us."""
        return scenario(self.invite(), expect("100", True), expect("180", True), expect("183", True),
                        expect("200", rrs="true"), self.ack(), *between, pause(hold_ms), self.bye(), expect("200"))

    def ended_by_peer(self, *, early=()):
        """A call that is answered and that the other end releases."""
        return scenario(self.invite(), expect("100", True), expect("180", True), expect("183", True),
                        expect("200", rrs="true"), self.ack(), expect("BYE"), message(REPLY.format(
                            status="200 OK", tag="", contact="", more="Content-Length: 0")))

    def failed(self, status):
        """A call that ends with a failure response."""
        return scenario(self.invite(), expect("100", True), expect("180", True), expect("183", True), expect(str(status)),
                        self.ack_failure(5))

    def cancelled(self, after_ms, first="180"):
        """Gives up while it rings."""
        return scenario(self.invite(), expect("100", True), expect(first), pause(after_ms),
                        self.cancel(4), expect("200"), expect("487"), self.ack_failure(7))


# --- a server ---

REPLY = """SIP/2.0 {status}
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
{contact}{more}"""

CONTACT = "Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n"


class Callee:
    """The server's side of one call."""

    def __init__(self, port=6000, codec="PCMA"):
        self.body = sdp(port, codec)

    def reply(self, status, body="", **attributes):
        more = "Content-Type: application/sdp\nContent-Length: [len]\n\n" + body if body else "Content-Length: 0"
        return message(REPLY.format(status=status, tag=";tag=[call_number]-[pid]", contact=CONTACT, more=more),
                       **attributes)

    def plain(self, status):
        return message(REPLY.format(status=status, tag="", contact="", more="Content-Length: 0"))

    def answers(self, ring_ms, early=False):
        """Rings (or speaks early), answers, and is released by the other end."""
        ringing = self.reply("183 Session Progress", self.body) if early else self.reply("180 Ringing")
        return scenario(expect("INVITE"), ringing, pause(ring_ms), self.reply("200 OK", self.body, retrans="500"),
                        expect("ACK"), expect("BYE"), self.plain("200 OK"))

    def answers_and_ends(self, ring_ms, hold_ms):
        bye = """BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:callee@[local_ip]:[local_port]>;tag=[call_number]-[pid]
To: [$caller]
Call-ID: [call_id]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0"""
        keep = ('<recv request="INVITE" rrs="true"><action><ereg regexp=".*" search_in="hdr" header="From:" '
                'assign_to="caller"/></action></recv>')
        return scenario(keep, self.reply("180 Ringing"), pause(ring_ms), self.reply("200 OK", self.body, retrans="500"),
                        expect("ACK"), pause(hold_ms), message(bye, retrans="500"), expect("200"))

    def refuses(self, status):
        return scenario(expect("INVITE"), self.reply(status, retrans="500"), expect("ACK"))

    def is_cancelled(self):
        """Rings until the other end gives up."""
        return scenario(expect("INVITE"), self.reply("180 Ringing"), expect("CANCEL"), self.plain("200 OK"),
                        message(REPLY.format(status="487 Request Terminated", tag=";tag=[call_number]-[pid]",
                                             contact="", more="CSeq: 1 INVITE\nContent-Length: 0").replace(
                                                 "[last_CSeq:]\n", "")), expect("ACK"))
