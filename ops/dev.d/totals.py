"""Totals of ctest's JUnit files: a line for each suite, and last `N passed, N failed, N skipped`.

A suite is a doctest program (its own totals count; a [skipped] line takes a case off the passed ones), a program
that prints `[checks] N passed, N failed`, or anything else, which is one case.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

DOCTEST = re.compile(r"^\[doctest\] test cases: +\d+ \| +(\d+) passed \| +(\d+) failed", re.M)
CHECKS = re.compile(r"^\[checks\] (\d+) passed, (\d+) failed", re.M)
SKIPPED = re.compile(r"^\[skipped\] ", re.M)


def counted(case) -> tuple[int, int, int]:
    said = re.sub(r"\x1b\[[0-9;]*m", "", case.findtext("system-out") or "")
    green = case.get("status") == "run"
    totals = DOCTEST.findall(said) + CHECKS.findall(said)
    passed = sum(int(total[0]) for total in totals)
    failed = sum(int(total[1]) for total in totals)
    skipped = len(SKIPPED.findall(said))
    if not totals:  # neither: one case, or a program that died before it could count
        passed, failed = (1, 0) if green else (0, 1)
    if not green and failed == 0:
        failed = 1  # a sanitizer's verdict after the last case, or a timeout
    return max(passed - skipped, 0), failed, skipped


def main(paths: list[str]) -> int:
    sums = [0, 0, 0]
    for path in paths:
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            numbers = counted(case)
            sums = [total + number for total, number in zip(sums, numbers)]
            name = f"{Path(path).stem}: {case.get('name')}"
            took = float(case.get("time") or 0)
            print("    {:<28} {:>5} passed {:>4} failed {:>4} skipped {:>8.1f} s".format(name, *numbers, took))
    print("{} passed, {} failed, {} skipped".format(*sums))
    return 1 if sums[1] or not sums[0] else 0


sys.exit(main(sys.argv[1:]))
