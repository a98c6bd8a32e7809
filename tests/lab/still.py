# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Whether the machine stood still: tests in real time can fail by that alone, and may then be run again."""
import multiprocessing
import os
import re
import signal
import time

# What the spans count as a stall, too (tdm/span.h). Less is no excuse: 5 ms are exceeded in every other second.
STALL_MS = 20
# But for what was heard, sample by sample: who writes to a line is 15 to 20 ms ahead of it, and stalls add up.
HEARD, HEARD_STALL_MS = "heard", 10
SLEEP_S = 0.002
AGAIN = 3
QUIET_S, QUIET_WAIT_S = 3, 30  # what comes in bursts is over before a test is run again
KEPT = 1000  # stalls of each processor
# Nothing that time excuses.
FAULT = re.compile(r"ERROR: \w+Sanitizer|runtime error: |WARNING: ThreadSanitizer|Assertion .* failed")


def watch(processor, stalls, parent):
    """A process of its own, which nothing but the machine holds up; stalls: a ring of when each ended, and its ms."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.sched_setaffinity(0, {processor})
    before, count = time.monotonic(), 0
    while os.getppid() == parent:
        time.sleep(SLEEP_S)
        now = time.monotonic()
        if (now - before - SLEEP_S) * 1000 > HEARD_STALL_MS:
            at = 2 * (count % KEPT)
            stalls[at:at + 2] = now, (now - before) * 1000
            count += 1
        before = now


class Watch:
    """Sleeps over and over on each processor, and remembers when it was woken late."""

    def __init__(self):
        self.rings = []
        for processor in os.sched_getaffinity(0):
            self.rings.append(multiprocessing.Array("d", 2 * KEPT, lock=False))
            multiprocessing.Process(target=watch, args=(processor, self.rings[-1], os.getpid()), daemon=True).start()

    def longest_ms(self, since, least):
        """Of the standstills of more than least that ended after that time.monotonic(); 0: there was none."""
        return max((ms for ring in self.rings for at, ms in zip(ring[::2], ring[1::2]) if at >= since and ms > least), default=0)

    def excuse_ms(self, since, reason):
        """The longest standstill after that time.monotonic() that may be why a test failed; 0: there was none."""
        least = HEARD_STALL_MS if reason.startswith(HEARD) else STALL_MS
        if FAULT.search(reason):
            return 0
        return self.longest_ms(since, least)

    def wait_quiet(self):
        """Until nothing stood still for a while; not for ever, as some machines are never quiet."""
        end = time.monotonic() + QUIET_WAIT_S
        while time.monotonic() < end and self.longest_ms(time.monotonic() - QUIET_S, STALL_MS):
            time.sleep(0.1)
