# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Two gateways on one E1: every call's circuit is checked with 2010 Hz over the driver, looped at the other end (Q.724 7)."""
import sys

import dahdi
import whole_calls  # first: it says where the others are
from whole_calls import DahdiSpans, harness
import gateways

LIMIT = 120
group = harness.Group("continuity on DAHDI", has_exchange=False, prepare=gateways.prepare, joined=DahdiSpans((1, 2)),
                      isup_more="continuity-check = 1\nquery = 1s\n")
group.scenarios = gateways.group.scenarios


def main():
    dahdi.load("e1")
    dahdi.configure([dahdi.e1(1, "dchan", timing=1), dahdi.e1(2, "dchan")])
    return whole_calls.scenarios(group)


if __name__ == "__main__":
    sys.exit(main())
