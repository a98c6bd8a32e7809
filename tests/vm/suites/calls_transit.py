# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""ISUP to ISUP over two E1: the driver joins the timeslots; with digits to detect or echo to cancel the engine does."""
import sys

import dahdi
import whole_calls  # first: it says where the others are
from whole_calls import DahdiSpans, harness
import transit

LIMIT = 200
JOINED = DahdiSpans((1, 2), (3, 4))
group = harness.Group("transit on DAHDI", transit.PLAN, files=transit.FILES, prepare=transit.prepare, joined=JOINED)


@group.scenario("speech both ways exact, the driver joins two timeslots of two spans")
def by_the_driver(case):
    transit.joined_call(case, "driver")
    case.exchange_idle()


@group.scenario("again on other circuits: nothing of the first call stays in the driver")
def and_again(case):
    transit.joined_call(case, "driver")


def main():
    dahdi.load("e1,e1")
    dahdi.configure([dahdi.e1(span, "dchan" if span < 3 else None, timing=span % 2) for span in range(1, 5)])
    return whole_calls.scenarios(group)


if __name__ == "__main__":
    sys.exit(main())
