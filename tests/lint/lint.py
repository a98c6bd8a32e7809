#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The written style, kept by a program: folders' dependencies, sizes, banned functions, licence lines, symbols,
counters' names.

usage: lint.py            from the top of the tree; prints FILE:LINE: fault and exits with 1 if there is one
"""
import os
import re
import subprocess
import sys

# Folder -> what its files may include besides their own folder, as folders or single headers.
ALLOWED = {
    "gw/base": [],
    "gw/dns": ["gw/base"],
    "conf": ["gw/base", "dsp/zone.h"],
    "gw/route": ["gw/base", "conf/conf.h"],
    "tdm": ["gw/base"],
    "dsp": [],
    "isup": ["gw/base", "isup/mtp/mtp.h"],
    "isup/mtp": ["gw/base"],
    "gw/media": ["gw/base", "dsp", "tdm"],
    "gw/call": ["gw/base", "gw/route", "conf/conf.h", "gw/media/media.h"],
    "gw/sip": ["gw/base", "gw/call", "gw/dns", "conf/conf.h", "gw/media/media.h", "gw/media/negotiation.h"],
    "gw/pstn": ["gw/base", "gw/call", "isup", "isup/mtp", "tdm", "conf/conf.h"],
    "gw/mgmt": ["gw/base", "gw/call"],
    "gw/cdr": ["gw/base", "gw/call"],
    "gw/exchange": ["gw/base", "conf", "isup", "isup/mtp", "tdm", "dsp", "gw/media"],
    "gw/selftest": ["gw/base", "gw/call/cause.h", "isup", "isup/mtp"],
    "gw/main": None,
    "tests": None,
}
# System headers that belong to one place.
WALLS = {
    "libss7.h": ["isup/mtp", "tests/peers", "tests/bench"],
    "ares.h": ["gw/dns"],
    "confuse.h": ["conf"],
    "spandsp.h": ["dsp", "tdm", "tests"],
    "jansson.h": ["gw/base", "gw/mgmt", "gw/cdr", "gw/exchange", "tests"],
    "histedit.h": ["gw/mgmt"],
    "openssl": ["gw/sip"],
}
BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "strncpy", "strtok", "gets", "sscanf", "atoi", "atol", "rand",
          "localtime", "gmtime", "system", "popen", "alloca"]
BANNED_RE = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
SPDX = "SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception"
C_LINES, H_LINES, FUNCTION_LINES, PARAMETERS, COLUMNS = 900, 200, 80, 6, 132
COUNTER_RE = re.compile(r'"(causeway_\w+)"')
TABLE = re.compile(r"(_table|timers|_names|names)\.c$")

faults = []
counters = {}  # name -> the file that has it


def fault(path, line, text):
    faults.append(f"{path}:{line}: {text}")


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)
    return [p for p in out.stdout.split("\n") if p and os.path.exists(p)]


def folder_of(path):
    folder = os.path.dirname(path)
    while folder and folder not in ALLOWED:
        folder = os.path.dirname(folder)
    return folder


def may_include(folder, target):
    rules = ALLOWED.get(folder)
    if rules is None or os.path.dirname(target) == folder:
        return True
    return any(target == r or os.path.dirname(target) == r for r in rules)


def check_includes(path, lines):
    folder = folder_of(path)
    if not folder:
        return
    for number, line in enumerate(lines, 1):
        m = re.match(r'#include "([^"]+)"', line)
        if m and not may_include(folder, m.group(1)):
            fault(path, number, f"{folder} may not include {m.group(1)}")
        m = re.match(r"#include <([^>]+)>", line)
        if not m:
            continue
        for header, places in WALLS.items():
            if m.group(1).startswith(header) and not any(path.startswith(p + "/") for p in places):
                fault(path, number, f"<{header}> belongs behind its wall in {', '.join(places)}")


def strip_comments(text):
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    text = re.sub(r"/\*.*?\*/", blank, text, flags=re.S)
    return re.sub(r'"(\\.|[^"\\\n])*"', lambda m: '"' + " " * (len(m.group(0)) - 2) + '"', text)


def check_functions(path, code):
    start, head = None, ""
    for number, line in enumerate(code, 1):
        if line == "{":
            start = number
            if head.count(",") + 1 > PARAMETERS and "(" in head:
                fault(path, number, f"more than {PARAMETERS} parameters")
        elif line == "}" and start:
            if number - start - 1 > FUNCTION_LINES:
                fault(path, start, f"function of {number - start - 1} lines; at most {FUNCTION_LINES}")
            start = None
        elif start is None:
            head = line if line and not line[0].isspace() else head + line


def check_c(path, text):
    lines = text.split("\n")
    code = strip_comments(text).split("\n")
    limit = H_LINES if path.endswith(".h") and not path.startswith("tests/") else C_LINES
    if len(lines) > limit + 1 and not TABLE.search(path):
        fault(path, limit, f"{len(lines)} lines; at most {limit}")
    if SPDX not in lines[0]:
        fault(path, 1, f"first line is not /* {SPDX} */")
    for number, line in enumerate(code, 1):
        m = BANNED_RE.search(line)
        if m:
            fault(path, number, f"{m.group(1)} is banned")
        if re.match(r"\s*typedef\s+struct\s*\w*\s*\{", line):
            fault(path, number, "no typedef of a struct")
    for number, line in enumerate(lines, 1):
        if len(line.expandtabs(8)) > COLUMNS and not path.startswith("tests/unit"):
            fault(path, number, f"longer than {COLUMNS} columns")
        if line != line.rstrip():
            fault(path, number, "trailing white space")
        if re.search(r"\b(TODO|FIXME|XXX)\b", line) and not path.startswith("tests/lint"):
            fault(path, number, "nothing is left to do in what lands")
    check_includes(path, lines)
    check_functions(path, code)


def check_counters(path, text):
    """Two of one name would be two rows of one name in what is shown."""
    for m in COUNTER_RE.finditer(text):
        if m.group(1) in counters:
            fault(path, text.count("\n", 0, m.start()) + 1, f"{m.group(1)} is in {counters[m.group(1)]}, too")
        counters[m.group(1)] = path


def exported(path, defined):
    out = subprocess.run(["nm", "--defined-only"] + (["-D"] if defined else ["-g"]) + [path], capture_output=True,
                         text=True)
    return {line.split()[-1].split("@")[0] for line in out.stdout.split("\n") if re.search(r" [TDBR] ", line)}


def check_symbols(build):
    """A global of ours with the name of a library's would take its place inside that library."""
    intended = {"isup_receive", "ss7_schedule_event", "ss7_schedule_del", "update_txbuf", "mtp2_dump"}
    libraries = set()
    for name in ("ss7", "spandsp", "tonezone", "uv", "confuse", "jansson", "cares", "edit"):
        for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/lib/aarch64-linux-gnu"):
            path = f"{folder}/lib{name}.so"
            if os.path.exists(path):
                libraries |= exported(path, True)
    for folder, _, names in os.walk(os.path.join(build, "lib")):
        for name in names:
            for symbol in (exported(os.path.join(folder, name), False) & libraries) - intended:
                fault(name, 0, f"global {symbol} has the name of a library's function")


def main():
    for path in tracked():
        if path.endswith((".c", ".h")) and not path.startswith("tests/vectors"):
            with open(path, encoding="utf-8") as f:
                text = f.read()
            check_c(path, text)
            if not path.startswith("tests/"):
                check_counters(path, text)
    check_symbols(sys.argv[1] if len(sys.argv) > 1 else "build")
    for line in sorted(faults):
        print(line)
    print(f"lint: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
