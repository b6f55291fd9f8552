#!/usr/bin/env python3
"""Breaks the core in many small ways and asks whether the tests notice.

usage: mutate.py [--count N] [--seed S] [--only PATTERN]

Works in a git worktree of its own (build/mutation/tree), so the checkout is never touched. A mutant is one change of one
line; one that does not compile does not count. A mutant is caught when a test program fails, crashes or runs longer than
its time. Survivors are printed with their line; those that change nothing that can be seen are listed, with the reason,
in equivalent.txt beside this file. Exit status 1 when less than 95 % of the others are caught.
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREE = ROOT / "build" / "mutation" / "tree"
BUILD = TREE / "build" / "release"  # lies as in any checkout, so that a compiler cache knows what it compiled there
KNOWN = pathlib.Path(__file__).with_name("equivalent.txt")
SECONDS = 300  # of one test program; the slowest needs a tenth
GOAL = 0.95

# What is broken, and the test programs of its own room, quickest first. What these let pass goes on to the whole program.
ROOMS = [
    ("src/packet/*.cpp", ["packet", "analysis"]),
    ("include/fwproof/base/interval_set.hpp", ["base", "packet"]),
    ("src/base/service.cpp", ["base", "packet", "vendor_iptables"]),
    ("src/analysis/evaluate.cpp", ["analysis"]),
    ("src/analysis/walk.cpp", ["analysis"]),
    ("src/analysis/jumps.cpp", ["analysis"]),
    ("src/analysis/rule_*.cpp", ["analysis"]),
    ("src/analysis/compare.cpp", ["analysis"]),
    ("src/analysis/touched.cpp", ["analysis"]),
    ("src/analysis/anomaly.cpp", ["analysis"]),
    ("src/vendor/iptables/lower*.cpp", ["vendor_iptables"]),
    ("src/vendor/asa/lower*.cpp", ["vendor_asa"]),
    ("src/vendor/asa/resolve*.cpp", ["vendor_asa"]),
    ("src/vendor/windows/lower*.cpp", ["vendor_windows"]),
    ("src/vendor/windows/layer.cpp", ["vendor_windows"]),
    ("src/vendor/windows/interpret.cpp", ["vendor_windows"]),
]
WHOLE = ["check", "report", "cli"]

# A pattern and what takes its place.
OPERATORS = [
    (r"(?<![<=>!-])<(?![<=])(?= )", "<="),
    (r"<=(?=[ ])", "<"),
    (r"(?<![->=])>(?![>=])(?= \w)", ">="),
    (r">=(?=[ ])", ">"),
    (r"==", "!="),
    (r"!=", "=="),
    (r"&&", "||"),
    (r"\|\|", "&&"),
    (r"(?<= )\+ 1\b", "+ 0"),
    (r"(?<= )- 1\b", "- 0"),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"(?<=[(\s])!(?=\w)", ""),
    (r"(?<= )\|(?= )", "&"),
    (r"(?<= )&(?= )", "|"),
    (r"(?<= )- (?=\w+[;)])", "& "),
    (r"\bstd::min\b", "std::max"),
    (r"\bstd::max\b", "std::min"),
    (r"\bcontinue;", ";"),
    (r"\bbreak;", ";"),
    (r"^\s+\w[\w.\->]*(\(.*\)| \|= .*| &= .*| -= .*| \+= .*);$", ";"),  # a statement is left out
    (r"\bpermit\b", "deny"),
    (r"\bsurely\b", "possibly"),
]


def code_lines(path):
    """The lines that can be broken: (number from 0, text)."""
    for number, line in enumerate(path.read_text().split("\n")):
        bare = line.strip()
        if not bare or bare.startswith(("//", "#", "}", "namespace", "using", "template", "static_assert")):
            continue
        yield number, line


def mutants_of(path):
    for number, line in code_lines(path):
        code = re.split(r"\s//", line)[0]
        quoted = [m.span() for m in re.finditer(r'"(?:[^"\\]|\\.)*"', code)]
        for pattern, replacement in OPERATORS:
            for match in re.finditer(pattern, code):
                if any(a <= match.start() < b for a, b in quoted):
                    continue
                yield number, line, code[: match.start()] + replacement + code[match.end() :]


def choose(count, seed, only):
    rng = random.Random(seed)
    rooms = []
    for pattern, tests in ROOMS:
        files = sorted(p for p in ROOT.glob(pattern) if re.search(only, str(p.relative_to(ROOT))))
        found = [(p.relative_to(ROOT), *m, tests) for p in files for m in mutants_of(p)]
        if found:
            rng.shuffle(found)
            rooms.append(found)
    # Rooms take turns, so that a large one does not crowd out a small one.
    while any(rooms):
        for found in rooms:
            if found:
                yield found.pop()


def run(*command, seconds=None, **options):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, **options).returncode
    except subprocess.TimeoutExpired:
        return -1


def build(targets):
    return run("cmake", "--build", BUILD, "--target", *targets) == 0


def prepare():
    run("git", "-C", ROOT, "worktree", "prune")
    shutil.rmtree(TREE, ignore_errors=True)
    if run("git", "-C", ROOT, "worktree", "add", "--detach", "--force", TREE, "HEAD") != 0:
        sys.exit("mutate: git worktree add failed")
    options = ["-DFWPROOF_TESTS=ON"]
    if shutil.which("ld.lld"):
        options.append("-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld")
    if shutil.which("ccache"):
        options += ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON"]
        os.environ.update(CCACHE_BASEDIR=str(TREE), CCACHE_NOHASHDIR="1")
    if run("cmake", "--preset", "release", *options, cwd=TREE) != 0:
        sys.exit("mutate: cmake failed")


def caught(tests):
    """The first test program that notices, or None; 'invalid' when the mutant does not compile."""
    for test in tests:
        if not build([f"test_{test}"]):
            return "invalid"
        if run(BUILD / "tests" / f"test_{test}", "~[long]", "--abort", cwd=TREE, seconds=SECONDS) != 0:
            return test
    return None


def main():
    parser = argparse.ArgumentParser(description="breaks the core in small ways and asks whether the tests notice")
    parser.add_argument("--count", type=int, default=120, help="mutants that compile")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="regular expression on the file name")
    options = parser.parse_args()

    known = {}
    for row in KNOWN.read_text().splitlines():
        if row and not row.startswith("#"):
            place, _, reason = row.partition("\t")
            known[place] = reason
    prepare()
    if caught(sorted({t for _, tests in ROOMS for t in tests} | set(WHOLE))) is not None:
        sys.exit("mutate: the tests fail before anything is broken")

    tried = killed = equivalent = 0
    survivors = []
    for path, number, line, broken, tests in choose(options.count, options.seed, options.only):
        if tried == options.count:
            break
        target = TREE / path
        original = target.read_text()
        lines = original.split("\n")
        lines[number] = broken
        target.write_text("\n".join(lines))
        outcome = caught([*tests, *WHOLE])
        target.write_text(original)
        if outcome == "invalid":
            continue
        tried += 1
        place = f"{path}: {line.strip()} -> {broken.strip()}"
        if outcome:
            killed += 1
        elif place in known:
            equivalent += 1
        else:
            survivors.append(f"{path}:{number + 1}: {line.strip()}  ->  {broken.strip()}")
        change = "" if outcome else f": {line.strip()}  ->  {broken.strip()}"
        print(f"[{tried}/{options.count}] {path}:{number + 1}: {outcome or 'SURVIVED'}{change}", file=sys.stderr, flush=True)

    for survivor in survivors:
        print(survivor)
    judged = tried - equivalent
    share = killed / judged if judged else 0
    print(f"{killed} of {judged} mutants caught ({share:.1%}); {len(survivors)} survived, {equivalent} known to change nothing")
    run("git", "-C", ROOT, "worktree", "remove", "--force", TREE)
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
