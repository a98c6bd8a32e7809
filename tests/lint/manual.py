#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The manual pages and the sources say the same: configuration keys, commands, tables, fields of call records.

usage: manual.py [BUILD]   from the top of the tree; prints FILE: fault and exits with 1 if there is one. With a BUILD that has
causeway in it, the configurations of README.md and of causeway.conf(5) are also checked by it, and the examples without a
warning.

Keys are found in the tables of conf/*.c, and in causeway.conf.5 as the items of the lists that a comment says the section of:
.\\" section: NAME ...
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

faults = []


def fault(path, text):
    faults.append(f"{path}: {text}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def compare(page, what, there, documented):
    for name in sorted(there - documented):
        fault(page, f"{what} {name} is not documented")
    for name in sorted(documented - there):
        fault(page, f"{what} {name} is documented, and there is none")


# --- conf/*.c ---

FIELD = re.compile(r'\{\s*"([\w-]+)",\s*&conf_kind_')


def fields_by_table(source):
    """Name of a table of fields -> its keys, those of the macros that it names with them."""
    macros = {m.group(1): set(FIELD.findall(m.group(0)))
              for m in re.finditer(r"#define (\w+)(?:\([^)]*\))?[ \t]*(?:.*\\\n)*.*\n", source)}
    tables = {}
    for m in re.finditer(r"conf_field (\w+)\[\] = \{(.*?)\};", source, re.S):
        keys = set(FIELD.findall(m.group(2))) | set(re.findall(r'\.also = "([\w-]+)"', m.group(2)))
        for word in set(re.findall(r"\b[A-Z_]+\b", m.group(2))):
            keys |= macros.get(word, set())
        tables[m.group(1)] = keys
    treatment = macros.get("TREATMENT")
    for m in re.finditer(r"^TREATMENT\(\w+, (\w+)\);", source, re.M):
        tables[m.group(1)] = treatment
    return tables


def sections(source):
    """Section, "sip-stack" that without a title -> its keys."""
    tables, found = fields_by_table(source), {}
    rest = re.sub(r"conf_field \w+(?:\[\])? = .*?;", "", source, flags=re.S)
    for m in re.finditer(r'(?:ONCE\(|MANY\(|\{)"([\w-]+)",(?:(?!ONCE|MANY|\n\t[{}]).)*?\b(\w+_fields)\b', rest, re.S):
        name = "sip-stack" if m.group(2) == "stack_fields" else m.group(1)
        found.setdefault(name, set()).update(tables.get(m.group(2), set()))
    return found


# --- manual pages ---

def words(line):
    """What an item's line names: the words before a brace, and those with a = after them."""
    plain = re.sub(r"\bQo .*? Qc\b|\bAr \S+", " ", re.sub(r"^\.(It|Pq also) ", "", line))
    names = re.split(r"[ ,]+", re.sub(r"\b(Ic|Cm|No|Ns)\b", " ", plain.split("{", maxsplit=1)[0]))
    return [n for n in names if re.fullmatch(r"[a-z][\w-]*", n)], re.findall(r"([a-z][\w-]*) +=", plain)


def documented_keys(page):
    found, places, depth = {}, [], 0
    for line in page.split("\n"):
        m = re.match(r'\.\\" section: (.+)', line)
        if m:
            places = m.group(1).split()
        elif line.startswith(".Sh"):
            places = []
        elif line.startswith(".Bl"):
            depth += 1
        elif line.startswith(".El"):
            depth -= 1
        elif depth == 1 and re.match(r"\.(It|Pq also) Ic ", line):
            names, inner = words(line)
            for place in places:
                if "{" in line:
                    found.setdefault(names[0], set()).update(inner)
                    names = [n for n in names if n not in ("treatment", "timers", "link", "circuits")]
                twice = found.setdefault(place, set()) & set(names)
                for name in sorted(twice):
                    fault("docs/causeway.conf.5", f"{place}: key {name} is documented twice")
                found[place].update(names)
    return found


def check_keys():
    there, documented = sections(read("conf/grammar.c")), documented_keys(read("docs/causeway.conf.5"))
    for name in sorted(there.keys() | documented.keys() - {"timers"}):
        compare("docs/causeway.conf.5", f"{name}: key", there.get(name, set()), documented.get(name, set()))


def check_exchange_keys():
    page = "docs/causeway-exchange.8"
    script = read(page).split(".Sh SCRIPT", 1)[1].split(".Sh SIGNALS", 1)[0]
    named = set(re.findall(r"[a-z][\w-]*", "\n".join(re.findall(r"^\.(?:It )?(?:Ic|Pq|Cm) .*|^and\n\.Ic .*", script, re.M))))
    for name, keys in sections(read("conf/exchange.c")).items():
        if name in ("log", "circuits"):
            continue
        for key in sorted(keys - named):
            fault(page, f"{name}: key {key} is not documented")


# --- commands and tables of causewayctl ---

def check_commands():
    path = "docs/causewayctl.1"
    page = read(path)
    listed = page.split(".Ss Commands", 1)[1].split(".Sh EXIT", 1)[0]
    documented = {m for line in re.findall(r"^\.It Cm .*", listed, re.M) for m in re.findall(r"\bCm ([a-z]+)", line)[:1]}
    commands = set(re.findall(r'\.name = "(\w+)",\s*\.usage', read("gw/main/commands.c") + read("gw/mgmt/control.c")))
    compare(path, "command", commands, documented)
    shows = set()
    for source in glob.glob("gw/**/*.c", recursive=True):
        shows |= set(re.findall(r'\.name = "(\w+)",\s*\.help = "[^"]*",\s*\.fill', read(source)))
    table = listed.split("A table:", 1)[1].split(".It ", 1)[0]
    named = re.match(r"\n\.Cm ([^\n]*)\nor\n\.Cm (\w+)", table)
    compare(path, "table", shows, set(re.findall(r"\w+", named.group(1) + " " + named.group(2))))


# --- call records ---

def check_records():
    path = "docs/causeway.8"
    part = read(path).split(".Sh CALL RECORDS", 1)[1].split("\n.Sh ", 1)[0]
    documented = set()
    for line in re.findall(r"^\.(?:It |Pq )?Ic .*", part, re.M):
        documented |= set(re.findall(r"\b[a-z][a-z_]+\b", re.sub(r"\b(Cm|No) .*", "", line)))
    fields = set(re.findall(r'\b(?:put_\w+|json_line_\w+)\(&?line, "(\w+)"', read("gw/cdr/cdr.c")))
    fields |= set(re.findall(r'side \? "(\w+)" : "(\w+)"', read("gw/cdr/cdr.c"))[0])
    compare(path, "field of call records", fields, documented)


# --- configurations ---

def check_configurations(causeway):
    readme = re.search(r"```text\n(sip .*?)```", read("README.md"), re.S).group(1)
    manual = re.search(r"\.Bd -literal -offset indent\n(sip .*?)\.Ed", read("docs/causeway.conf.5"), re.S).group(1)
    with tempfile.TemporaryDirectory() as folder:
        written = {"README.md": readme, "docs/causeway.conf.5": manual}
        for name, text in written.items():
            with open(os.path.join(folder, os.path.basename(name)), "w", encoding="utf-8") as f:
                f.write(text)
        files = {os.path.join(folder, os.path.basename(name)): name for name in written}
        files.update({path: path for path in glob.glob("conf/examples/*.conf") if "exchange" not in os.path.basename(path)})
        for path, name in sorted(files.items()):
            run = subprocess.run([causeway, "-n", "-W", "-c", path], capture_output=True, text=True, check=False)
            if run.returncode:
                fault(name, "configuration: " + (run.stderr + run.stdout).strip().split("\n")[0])


def main():
    check_keys()
    check_exchange_keys()
    check_commands()
    check_records()
    causeway = os.path.join(sys.argv[1] if len(sys.argv) > 1 else "build", "causeway")
    if os.path.exists(causeway):
        check_configurations(causeway)
    for line in faults:
        print(line)
    print(f"manual: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
