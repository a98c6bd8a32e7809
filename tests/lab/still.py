# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Whether the machine stood still: tests in real time can fail by that alone, and may then be run again."""
import os
import re
import threading
import time

# What the spans count as a stall, too (tdm/span.h). Less is no excuse: 5 ms are exceeded in every other second.
STALL_MS = 20
# But for what was heard, sample by sample: who writes to a line is 15 to 20 ms ahead of it, and stalls add up.
HEARD, HEARD_STALL_MS = "heard", 10
SLEEP_S = 0.002
AGAIN = 3
# Nothing that time excuses.
FAULT = re.compile(r"ERROR: \w+Sanitizer|runtime error: |WARNING: ThreadSanitizer|Assertion .* failed")


class Watch:
    """Sleeps over and over on each processor, and remembers when it was woken late."""

    def __init__(self):
        self.stalls = []
        for processor in os.sched_getaffinity(0):
            threading.Thread(target=self.watch, args=(processor,), daemon=True).start()

    def watch(self, processor):
        os.sched_setaffinity(0, {processor})  # of this thread alone
        before = time.monotonic()
        while True:
            time.sleep(SLEEP_S)
            now = time.monotonic()
            if (now - before - SLEEP_S) * 1000 > HEARD_STALL_MS:
                self.stalls.append((now, (now - before) * 1000))
            before = now

    def excuse_ms(self, since, reason):
        """The longest standstill after that time.monotonic() that may be why a test failed; 0: there was none."""
        least = HEARD_STALL_MS if reason.startswith(HEARD) else STALL_MS
        if FAULT.search(reason):
            return 0
        return max((ms for at, ms in list(self.stalls) if at >= since and ms > least), default=0)
