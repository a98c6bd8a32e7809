#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""DAHDI from a suite: modules, system.conf, the faults that dahdi_vspan makes, spans and channels by their ioctls.

As a program: dahdi.py TYPES   loads the driver with pairs of spans (e1,t1,...) and configures all their channels.

Ioctls and constants are those of <dahdi/user.h>.
"""
import errno
import fcntl
import os
import select
import struct
import subprocess
import sys
import time
import traceback

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BUILD = os.path.join(TOP, "build")
FULL = bool(os.environ.get("VM_FULL"))  # the long runs are wanted
MODULES = "/lib/modules"
PARAMETERS = "/sys/module/dahdi_vspan/parameters"
SYSTEM_CONF = "/etc/dahdi/system.conf"

RECOVER, LOOPBACK, YELLOW, RED, BLUE, NOTOPEN, LOS, LFA, LMFA = 1, 2, 4, 8, 16, 32, 256, 512, 1024
EVENTS = {4: "ALARM", 5: "NOALARM", 6: "ABORT", 7: "OVERRUN", 8: "BADFCS", 20: "REMOVED", 29: "READ_OVERRUN",
          30: "WRITE_UNDERRUN"}
ELAST = 500  # what read() and write() say while an event waits
MAINT_NONE, MAINT_LOCALLOOP, MAINT_NETWORKLOOP, MAINT_PRBS, RESET_COUNTERS = 0, 1, 2, 12, 14
LAW_MULAW, LAW_ALAW = 1, 2


class Failure(Exception):
    """What was expected did not happen."""


def _ioc(direction, number, size):
    return direction << 30 | size << 16 | 0xDA << 8 | number


def _ior(number, size=4):
    return _ioc(2, number, size)


def _iow(number, size=4):
    return _ioc(1, number, size)


def _iowr(number, size):
    return _ioc(3, number, size)


SPANINFO = struct.Struct("=i20s40s3i4i5I7i40s40s40s40sii6s")
SPANINFO_FIELDS = ("spanno name desc alarms txlevel rxlevel bpv crc4 ebit fas fe cv be prbs errsec irqmisses syncsrc numchans "
                   "totalchans totalspans lbo lineconfig").split()
PARAMS = struct.Struct("12i40s11iI")
FLUSH, GET_PARAMS, GETEVENT = _iow(3), _iowr(5, PARAMS.size), _ior(8)
MAINT, GET_BUFINFO, SET_BUFINFO = _iow(11, 8), _ior(27, 24), _iow(27, 24)
AUDIOMODE, ECHOCANCEL, SPECIFY = _iow(32), _iow(33), _iow(38)
STARTUP, SHUTDOWN, BUFFER_EVENTS = _iow(99), _iow(100), _iow(105)


def run(argv, statuses=(0,), **more):
    """Runs a program to its end; returns what it says."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                          errors="replace", check=False, **more)
    if done.returncode not in statuses:
        raise Failure(f"{' '.join(argv)} ended with {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout


def wait_until(what, test, seconds=5.0, pause=0.005):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = test()
        if value:
            return value
        time.sleep(pause)
    raise Failure(f"waited {seconds} s for {what}")


# --- the driver ---

def loaded(module):
    return os.path.isdir(f"/sys/module/{module}")


def insmod(module, *parameters):
    run(["insmod", f"{MODULES}/{module}.ko", *parameters])


def load(types, auto_assign=True, echo_canceller=False):
    """Loads the driver; types has one word for each PAIR of spans that are joined: e1 or t1."""
    if not loaded("dahdi"):
        insmod("dahdi", f"auto_assign_spans={int(auto_assign)}")
    if echo_canceller and not loaded("dahdi_echocan_mg2"):
        insmod("dahdi_echocan_mg2")
    insmod("dahdi_vspan", f"types={types}")


def unload():
    run(["rmmod", "dahdi_vspan"])


def e1(span, signalling="dchan", timeslot=16, channels=31, framing="ccs,hdb3,crc4", timing=0):
    return {"span": span, "line": f"span={span},{timing},0,{framing}", "law": "alaw", "size": 31, "signalling": signalling,
            "timeslot": timeslot, "channels": channels}


def t1(span, signalling="dchan", timeslot=24, channels=24, framing="esf,b8zs", timing=0):
    return {"span": span, "line": f"span={span},{timing},0,{framing}", "law": "mulaw", "size": 24, "signalling": signalling,
            "timeslot": timeslot, "channels": channels}


def system_conf(spans):
    """The text of a system.conf: every timeslot a bearer but the signalling one, of which there may be none (None)."""
    lines = []
    for spec in spans:
        base = base_channel(spec["span"])
        bearers = [base + slot - 1 for slot in range(1, spec["channels"] + 1)
                   if not spec["signalling"] or slot != spec["timeslot"]]
        lines += [spec["line"], "bchan=" + ",".join(map(str, bearers))]
        if spec["signalling"]:
            lines.append(f"{spec['signalling']}={base + spec['timeslot'] - 1}")
        lines.append(f"{spec['law']}={base}-{base + spec['channels'] - 1}")
    return "\n".join(lines) + "\n"


def configure(spans):
    """Writes system.conf and has dahdi_cfg bring it into force: spans configured and started."""
    with open(SYSTEM_CONF, "w", encoding="ascii") as f:
        f.write(system_conf(spans))
    return run(["dahdi_cfg", "-c", SYSTEM_CONF])


def span_folder(span):
    return f"/sys/bus/dahdi_spans/devices/span-{span}"


def base_channel(span):
    with open(f"{span_folder(span)}/basechan", encoding="ascii") as f:
        return int(f.read())


def channel_number(span, timeslot):
    return base_channel(span) + timeslot - 1


def assigned(span):
    return os.path.isdir(span_folder(span))


def _device_of(span):
    """Each pair of spans is a device (a card) of its own, with local spans 1 and 2."""
    return f"/sys/bus/dahdi_devices/devices/vspan-{(span - 1) // 2}", (span - 1) % 2 + 1


def unassign(span):
    """Takes a span away, as a card does that is pulled out. For spans that have the numbers of the order of loading."""
    device, local = _device_of(span)
    with open(f"{device}/unassign_span", "w", encoding="ascii") as f:
        f.write(f"{local}")


def assign(span, base=0):
    """Gives a span back: its old number and first channel with base, else the next that are free."""
    device, local = _device_of(span)
    with open(f"{device}/assign_span", "w", encoding="ascii") as f:
        f.write(f"{local}:{span if base else 0}:{base}")


# --- what dahdi_vspan does to a line ---

def parameter(name):
    with open(f"{PARAMETERS}/{name}", encoding="ascii") as f:
        return [int(word) for word in f.read().split(",")]


def set_parameter(name, span, value):
    values = parameter(name)
    values[span - 1] = value
    with open(f"{PARAMETERS}/{name}", "w", encoding="ascii") as f:
        f.write(",".join(map(str, values[:span])))


def alarm(span, mask):
    set_parameter("alarm", span, mask)


def cut(span, on=True):
    set_parameter("cut", span, int(on))


def bit_errors(span, every_chunk):
    set_parameter("biterr", span, every_chunk)


def slip(span, direction):
    set_parameter("slip", span, direction)


def mend():
    """Ends whatever is wrong with any line."""
    for name in ("alarm", "cut", "biterr"):
        with open(f"{PARAMETERS}/{name}", "w", encoding="ascii") as f:
            f.write(",".join("0" for _ in parameter(name)))


# --- spans ---

class Control:
    """/dev/dahdi/ctl"""

    def __init__(self):
        self.fd = os.open("/dev/dahdi/ctl", os.O_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        os.close(self.fd)

    def status(self, span):
        """SPANSTAT (number 10; its size is that of the packed structure)."""
        data = bytearray(SPANINFO.size)
        struct.pack_into("=i", data, 0, span)
        fcntl.ioctl(self.fd, _iowr(10, SPANINFO.size), data)
        return dict(zip(SPANINFO_FIELDS, SPANINFO.unpack(data)))

    def startup(self, span):
        fcntl.ioctl(self.fd, STARTUP, struct.pack("i", span))

    def shutdown(self, span):
        fcntl.ioctl(self.fd, SHUTDOWN, struct.pack("i", span))

    def maintenance(self, span, command):
        fcntl.ioctl(self.fd, MAINT, struct.pack("ii", span, command))


def span_status(span):
    with Control() as control:
        return control.status(span)


def wait_alarms(span, mask, seconds=1.0):
    return wait_until(f"alarms {mask:#x} of span {span}", lambda: span_status(span)["alarms"] == mask, seconds)


# --- channels ---

class Channel:
    """One timeslot, non-blocking."""

    def __init__(self, number, size=160, count=8, audio=None):
        self.number, self.size = number, size
        self.fd = os.open("/dev/dahdi/channel", os.O_RDWR | os.O_NONBLOCK)
        try:
            fcntl.ioctl(self.fd, SPECIFY, struct.pack("i", number))
            fcntl.ioctl(self.fd, SET_BUFINFO, struct.pack("6i", 0, 0, count, size, 0, 0))
            if audio is not None:
                fcntl.ioctl(self.fd, AUDIOMODE, struct.pack("i", audio))
        except OSError:
            os.close(self.fd)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def wait(self, events, seconds):
        poll = select.poll()
        poll.register(self.fd, events)
        return bool(poll.poll(seconds * 1000))

    def read(self, seconds=1.0, size=None):
        """One buffer; None when nothing came in time. An event that waits is left for events()."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.wait(select.POLLIN, max(end - time.monotonic(), 0))
            try:
                return os.read(self.fd, size or self.size)
            except OSError as error:
                if error.errno == ELAST:
                    self.log(self.next_event())
                elif error.errno != errno.EAGAIN:
                    raise
        return None

    def write(self, octets, seconds=1.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.wait(select.POLLOUT, max(end - time.monotonic(), 0))
            try:
                return os.write(self.fd, octets)
            except OSError as error:
                if error.errno == ELAST:
                    self.log(self.next_event())
                elif error.errno != errno.EAGAIN:
                    raise
        raise Failure(f"channel {self.number} took nothing in {seconds} s")

    def next_event(self):
        data = bytearray(4)
        fcntl.ioctl(self.fd, GETEVENT, data)
        return struct.unpack("i", data)[0]

    seen = ()

    def log(self, event):
        self.seen = (*self.seen, EVENTS.get(event, str(event)))

    def events(self):
        """The names of all events since the last call."""
        while True:
            event = self.next_event()
            if not event:
                break
            self.log(event)
        seen, self.seen = list(self.seen), ()
        return seen

    def law(self):
        data = bytearray(PARAMS.size)
        fcntl.ioctl(self.fd, GET_PARAMS, data)
        return PARAMS.unpack(data)[10]

    def chan_alarms(self):
        data = bytearray(PARAMS.size)
        fcntl.ioctl(self.fd, GET_PARAMS, data)
        return PARAMS.unpack(data)[-1]


# --- suites in Python ---

class Checks:
    """Named checks, in the order in which they are defined; each prints a line."""

    def __init__(self):
        self.all = []

    def check(self, text):
        def add(function):
            self.all.append((text, function))
            return function
        return add

    def run(self):
        """Runs all, or those of the command line by their functions' names; returns the exit status."""
        failed = 0
        chosen = [c for c in self.all if len(sys.argv) < 2 or c[1].__name__ in sys.argv[1:]]
        for text, function in chosen:
            start, reason = time.monotonic(), ""
            try:
                function()
            except Exception as error:  # pylint: disable=broad-except
                failed += 1
                reason = str(error) if isinstance(error, Failure) else traceback.format_exc()
            print(f"{'FAILED' if reason else 'ok':6} {function.__name__}: {text} ({time.monotonic() - start:.2f} s)", flush=True)
            if reason:
                print("       " + reason.replace("\n", "\n       "), flush=True)
        print(f"{len(chosen) - failed} passed, {failed} failed")
        return 1 if failed or not chosen else 0


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: expected {wanted!r}, got {got!r}")


def figure(text):
    """A measurement that the run prints for people."""
    print(f"figure: {text}", flush=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    types = sys.argv[1].split(",")
    load(sys.argv[1])
    configure([(e1 if kind == "e1" else t1)(2 * i + side) for i, kind in enumerate(types) for side in (1, 2)])


if __name__ == "__main__":
    main()
