# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Whether the machine stood still: tests in real time can fail by that alone, and may then be run again."""
import re
import threading
import time

# What the spans count as a stall, too (tdm/span.h). Less is no excuse: 5 ms are exceeded in every other second.
STALL_MS = 20
SLEEP_S = 0.002
AGAIN = 2
# Nothing that time excuses.
FAULT = re.compile(r"ERROR: \w+Sanitizer|runtime error: |WARNING: ThreadSanitizer|Assertion .* failed")


class Watch:
    """Sleeps over and over, and remembers when it was woken late."""

    def __init__(self):
        self.stalls = []
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        before = time.monotonic()
        while True:
            time.sleep(SLEEP_S)
            now = time.monotonic()
            if (now - before - SLEEP_S) * 1000 > STALL_MS:
                self.stalls.append((now, (now - before) * 1000))
            before = now

    def worst_ms(self, since):
        """The longest standstill after that time.monotonic(); 0: there was none."""
        return max((ms for at, ms in list(self.stalls) if at >= since), default=0)
