# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The gateway and the exchange at both ends of DAHDI spans: what the suites of whole calls share."""
import importlib.machinery
import importlib.util
import os
import sys
import tempfile

import dahdi

for folder in ("lab", "scenario", "demo"):
    sys.path.insert(0, os.path.join(dahdi.TOP, "tests", folder))
import harness  # noqa: E402
import lab as lab_module  # noqa: E402
from lab import DahdiSpans  # noqa: E402

Lab = harness.GroupLab  # its close() wants both daemons to have ended well, with no report of a sanitizer
OUT = "/tmp/out"
tempfile.tempdir = OUT  # a lab that failed comes out of the machine


def load_demo():
    """tests/demo/demo as a module; its name has no ending."""
    path = os.path.join(dahdi.TOP, "tests", "demo", "demo")
    loader = importlib.machinery.SourceFileLoader("demo", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("demo", loader))
    loader.exec_module(module)
    return module


def demo_calls(types, lines, joined, line="a", calls_at_once=30):
    """make demo's calls, but for baresip's; returns the exit status."""
    dahdi.load(types)
    dahdi.configure(lines)
    demo_module = load_demo()
    with Lab(dahdi.BUILD, joined=joined) as lab:
        lab.values["plan"] = demo_module.PLAN.format(folder=lab.folder)
        lab.write("exchange.conf", lab_module.EXCHANGE.format(**lab.values))
        demo = demo_module.Demo(lab, line)
        lab.start()
        lab.ctl("capture", os.path.join(OUT, "calls.pcapng"))
        calls, good = demo.all(calls_at_once, baresip=False)
        lab.wait_idle()
        lab.close()
        demo_module.table(demo.rows)
        print(f"{calls} calls, {good} ok", flush=True)
        if good != calls:
            raise dahdi.Failure(f"{calls - good} of {calls} calls did not go as expected")
    return 0


def scenarios(group):
    """Runs a group of scenarios; returns the exit status."""
    failed = []

    def say(name, clause, seconds, reason):
        print(f"{'FAILED' if reason else 'ok':6} {name}: {clause} ({seconds:.1f} s)", flush=True)
        if reason:
            failed.append(name)
            print("       " + reason.replace("\n", "\n       "), flush=True)
        dahdi.mend()
    harness.run_group(dahdi.BUILD, 0, group, set(sys.argv[1:]), say)
    return 1 if failed else 0


__all__ = ["DahdiSpans", "Lab", "demo_calls", "scenarios", "harness", "lab_module", "OUT"]
