# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The scenarios of calls one by one, and of all circuits at once, over an E1 of DAHDI in place of the virtual one."""
import os
import sys

import dahdi
import whole_calls
from whole_calls import OUT, DahdiSpans
import calls
import many

LIMIT = 900
FULL_ONLY = 1
SHIFT = 0


def prepare(lab):
    """The capture is judged where tshark is: on the host."""
    lab.start()
    lab.ctl("capture", os.path.join(OUT, "calls.pcapng"))


if __name__ == "__main__":
    dahdi.load("e1")
    dahdi.configure([dahdi.e1(1, timing=1), dahdi.e1(2)])
    for group in (calls.group, many.group):
        group.options["joined"] = DahdiSpans((1, 2))
    calls.group.prepare = prepare
    calls.group.scenarios = [row for row in calls.group.scenarios if row[0] != "capture"]
    sys.exit(max(whole_calls.scenarios(group) for group in (calls.group, many.group)))
