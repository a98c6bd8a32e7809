# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""What scenarios are made of: a group of them shares a lab (gateway and exchange), each ends with everything idle."""
import os
import re
import socket
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab"))
from lab import EXCHANGE, PATIENT, Failure, Lab, compare, speech, wait_until, wav_octets  # noqa: E402,F401
from still import HEARD  # noqa: E402

SANITIZER = re.compile(r"(ERROR: \w+Sanitizer|runtime error: |WARNING: ThreadSanitizer).*")
DAEMONS = ("gateway", "exchange")
SNR_EXACT, SNR_G711 = 100.0, 30.0
RECORDS_S = 0.2  # a record is on its way for SINK_GATHER_MS; the next scenario counts from those that are there


def free_ports(first, count):
    """The first of 40 ports of which those of the gateway and of its peer are free."""
    for base in range(first, first + count, 40):
        try:
            for port in (base, base + 1):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
                    udp.bind(("127.0.0.1", port))
                    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    tcp.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise Failure(f"no ports are free from {first} on")


class Group:
    """A lab for several scenarios, in the order in which they are defined."""
    all = {}

    def __init__(self, name, plan="", has_exchange=True, files=None, prepare=None, **options):
        self.name, self.plan, self.has_exchange, self.options = name, plan, has_exchange, options
        self.files, self.prepare, self.scenarios = files or {}, prepare, []
        Group.all[name] = self

    def scenario(self, clause):
        def add(function):
            self.scenarios.append((function.__name__.replace("_", "-"), clause, function))
            return function
        return add

    def open(self, build, index):
        """index: of the group among all, so that groups that run side by side have ports of their own."""
        lab = GroupLab(build, base=free_ports(20000 + index * 400, 400), rtp=30000 + index * 1000, **self.options)
        lab.has_exchange = self.has_exchange
        for name, make in self.files.items():
            lab.write(name, make())
        lab.values["plan"] = self.plan.replace("FOLDER", lab.folder)
        lab.write("exchange.conf", EXCHANGE.format(**lab.values))
        try:
            (self.prepare or GroupLab.start)(lab)
        except BaseException:
            lab.stop()
            raise
        return lab


class GroupLab(Lab):
    has_exchange = True

    def close(self):
        """Ends the lab; the daemons must end well."""
        faults = []
        try:
            for name in DAEMONS:
                daemon = getattr(self, name)
                if daemon and daemon.poll() is not None:
                    faults.append(f"the {name} was gone already, with {daemon.poll()}")
            self.stop()
            for name in DAEMONS:
                daemon = getattr(self, name)
                if daemon and daemon.returncode:
                    faults.append(f"the {name} ended with {daemon.returncode}")
        finally:
            faults += self.sanitizer_reports()
        if faults:
            raise Failure("; ".join(faults))

    def sanitizer_reports(self):
        found = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".out"):
                match = SANITIZER.search(self.read(name))
                if match:
                    found.append(f"{name}: {match.group(0)[:300]}")
        return found


class Case:
    """One scenario under way: its lab, what the lab had recorded before, and expectations."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.cdrs_before, self.reports_before = len(lab.cdrs()), len(lab.reports())
        self.clients = []

    # --- expectations ---

    def equal(self, what, got, expected):
        if got != expected:
            raise Failure(f"{what}: expected {expected!r}, got {got!r}")

    def true(self, what, value):
        if not value:
            raise Failure(what)

    def cdr(self, number=1):
        return self.lab.wait_cdr(self.cdrs_before + number, 20)[self.cdrs_before + number - 1]

    def report(self, number=1):
        return self.lab.wait_report(self.reports_before + number, 20)[self.reports_before + number - 1]

    def released(self, cause, by=None, number=1):
        release = self.cdr(number)["release"]
        self.equal("cause", release["cause"], cause)
        if by:
            self.equal("released by", release["by"], by)

    def ladder_has(self, *texts):
        """The last call's ladder, whose last message may still be on its way."""
        def missing():
            ladder = self.lab.ctl("ladder", "last")
            return [text for text in texts if text not in ladder]
        try:
            wait_until("the ladder", lambda: not missing(), 2)
        except Failure:
            raise Failure(f"the ladder has no {missing()}") from None

    def heard(self, sent, heard, law="a", limit=SNR_EXACT, stalls=0):
        """All of it, at the limit of G.711, with no jump that no stall of this machine explains."""
        result, stalls = compare(self.lab, sent, "a", heard, law), self.stalls() - stalls
        text = (f"{result['matched']} of {result['sent']} samples, {result['snr_db']} dB, jumps {result['jumps']}; "
                f"stalls, underruns and overruns of the spans: {stalls}")
        self.true(f"{HEARD} only {text}", result["matched"] >= 0.9 * result["sent"] - 2000 and result["snr_db"] >= limit)
        self.true(f"{HEARD} with gaps: {text}", len(result["jumps"]) <= min(1, stalls))

    def stalls(self):
        """What the spans of both ends count when a thread comes late."""
        ours, theirs = self.lab.show("spans"), self.lab.tell_exchange("status")["spans"]
        return (sum(row[what] or 0 for row in ours for what in ("stalls", "overruns", "underruns"))
                + sum(row[what] for row in theirs for what in ("stalls", "rx_overruns", "tx_underruns")))

    def counter(self, name):
        return sum(row["value"] for row in self.lab.show("counters") if row["counter"] == name)

    # --- actors ---

    def held_back(self):
        """Of the calls towards the exchange."""
        return next(t["held_back"] for t in self.lab.show("trunks") if t["trunk"] == "pstn")

    def client(self, xml, *words, name=None, **more):
        """Starts SIPp as the caller."""
        name = name or f"{self.name}-{len(self.clients)}"
        process = self.lab.sipp(name, xml, *words, **more)
        self.clients.append((process, name))
        return process

    def server(self, xml, *words, **more):
        """Starts SIPp as the peer that is called, and waits until it listens."""
        port = more.pop("port", self.lab.pbx)
        process = self.client(xml, *words, port=port, target=False, **more)
        self.lab.wait_listening(process, port)
        return process

    def finish(self, process, seconds=60):
        self.lab.finish(process, next(name for p, name in self.clients if p is process), seconds)

    def run(self, xml, *words, **more):
        self.finish(self.client(xml, *words, **more))

    def messages(self, process):
        return self.lab.read(next(name for p, name in self.clients if p is process) + ".msg")

    def wait_calls(self, count, state="active", seconds=15):
        return wait_until(f"{count} calls {state}", lambda: (lambda calls: len(calls) == count and calls)(
            [c for c in self.lab.show("calls") if c["state"] == state]), seconds)

    def wait_packets(self, phone, more=1):
        before = phone.packets
        wait_until("RTP from the gateway", lambda: phone.packets >= before + more)

    # --- the end of every scenario ---

    def settled(self, seconds=15):
        lab = self.lab
        for process, name in self.clients:
            if process.poll() is None:
                raise Failure(f"SIPp {name} still runs")
        lab.wait_idle(seconds)
        lab.wait_ready(seconds)  # what this one was held up by is not the next one's
        if lab.has_exchange:
            self.exchange_idle(seconds)
        wait_until("every dialog to end", lambda: all(d["state"] == "ending" for d in lab.show("dialogs")), seconds)
        wait_until("every RTP port to be given back", lambda: not self.rtp_ports(), seconds)
        time.sleep(RECORDS_S)
        faults = lab.sanitizer_reports()
        if faults:
            raise Failure("; ".join(faults))

    def exchange_idle(self, seconds=15):
        """It may be starting: then it does not answer yet."""
        def idle():
            try:
                status = self.lab.tell_exchange("status")
            except OSError:
                return False
            return status["ready"] and not status["busy_circuits"] and not status["calls"]
        wait_until("no call and every circuit idle at the exchange", idle, seconds)

    def rtp_ports(self):
        """What the gateway still holds of its own range."""
        first, last = self.lab.values["rtp"], self.lab.values["rtp_last"]
        folder = f"/proc/{self.lab.gateway.pid}/fd"
        links = []
        for fd in os.listdir(folder):
            try:
                links.append(os.readlink(os.path.join(folder, fd)))
            except FileNotFoundError:  # closed while we looked
                pass
        ours = {link[8:-1] for link in links if link.startswith("socket:[")}
        with open("/proc/net/udp", encoding="ascii") as f:
            rows = [line.split() for line in f.readlines()[1:]]
        ports = [int(row[1].split(":")[1], 16) for row in rows if row[9] in ours]
        return [port for port in ports if first <= port <= last]


class Raw:
    """A UDP end that sends what it is told, octet by octet."""

    def __init__(self, lab, address="127.0.0.1"):
        self.lab = lab
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, 0))
        self.sock.settimeout(5)
        self.address, self.port = self.sock.getsockname()
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.sock.close()

    def request(self, method="INVITE", to="0301", more="", body="", uri=None, hops=70, tag="", content="application/sdp"):
        self.count += 1
        head = (f"{method} {uri or f'sip:{to}@127.0.0.1:{self.lab.sip}'} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK-{self.port}-{self.count}\r\n"
                f"From: <sip:raw@{self.address}:{self.port}>;tag=raw{self.count}\r\n"
                f"To: <sip:{to}@127.0.0.1:{self.lab.sip}>{tag}\r\nCall-ID: raw-{self.port}-{self.count}@127.0.0.1\r\n"
                f"CSeq: 1 {method}\r\nMax-Forwards: {hops}\r\nContact: <sip:raw@{self.address}:{self.port}>\r\n{more}")
        if body:
            head += f"Content-Type: {content}\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n{body}"

    def send(self, text):
        self.sock.sendto(text if isinstance(text, bytes) else text.encode(), ("127.0.0.1", self.lab.sip))

    def final(self):
        """The next final response: its status and its text."""
        while True:
            try:
                text = self.sock.recv(65536).decode(errors="replace")
            except socket.timeout:
                raise Failure("no response") from None
            match = re.match(r"SIP/2\.0 (\d+)", text)
            if match and int(match.group(1)) >= 200:
                return int(match.group(1)), text

    def ask(self, *args, **more):
        request = self.request(*args, **more)
        self.send(request)
        status, text = self.final()
        if request.startswith("INVITE") and status >= 300:
            to = re.search(r"\r\nTo: .*", text).group(0)
            self.send(re.sub(r"\r\nTo: .*", to.rstrip("\r"), request.split("\r\n\r\n")[0]).replace("INVITE", "ACK")
                      .replace("Content-Type: application/sdp\r\n", "").rsplit("Content-Length", 1)[0]
                      + "Content-Length: 0\r\n\r\n")
        return status, text


def run_group(build, index, group, wanted, say):
    """Runs a group's scenarios; say(name, clause, seconds, reason) for each. A failed one gets the next a fresh lab."""
    lab = None
    for name, clause, function in group.scenarios:
        if wanted and name not in wanted:
            continue
        start, reason, case = time.monotonic(), "", None
        try:
            lab = lab or group.open(build, index)
            case = Case(lab, name)
            function(case)
            case.settled()
        except Exception as error:  # pylint: disable=broad-except
            reason = describe(lab, error)
            if lab:
                abandon(lab)
            lab = None
        except BaseException:
            if lab:
                abandon(lab)
            raise
        say(name, clause, time.monotonic() - start, reason)
    if lab:
        start, reason = time.monotonic(), ""
        try:
            lab.close()
        except Failure as error:
            reason = f"{error}\nthe lab's files are kept in {lab.folder}"
        if not reason:
            lab.remove()
        say(f"{group.name}-ends-well", "no sanitizer report, every daemon ends with 0", time.monotonic() - start, reason)


def abandon(lab):
    try:
        lab.stop()
    except OSError:
        pass


def describe(lab, error):
    kind = "" if isinstance(error, Failure) else "".join(traceback.format_exception(error))
    reason = kind or str(error)
    if not lab:
        return reason
    try:
        reason += "\n" + lab.ctl("ladder", "last", check=False)
    except Exception:  # pylint: disable=broad-except
        pass
    for fault in lab.sanitizer_reports():
        reason += "\n" + fault
    for name in DAEMONS:
        tail = lab.read(name + ".log").splitlines()[-12:]
        reason += f"\n--- {name}.log\n" + "\n".join(line[:200] for line in tail)
    return f"{reason}\nthe lab's files are kept in {lab.folder}"
