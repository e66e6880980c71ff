#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
Counts what one stage of tests/run.sh came to, out of what it left behind: `passed failed skipped`.

usage: count.py STATUS FILE   FILE is a JUnit report (.xml) or a log whose last line counts. A log without such a line counts
as one test, by STATUS. A stage that ended with a failure but reports none counts as one failure, and so does a JUnit report
that cannot be read.
"""
import re
import sys
import xml.etree.ElementTree

LINE = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped\s*$")


def from_junit(path):
    totals = [0, 0, 0]
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        tests, failed, errors, skipped = (int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped"))
        # An error in a fixture's end comes on top of its test's own result.
        totals = [totals[0] + max(tests - failed - errors - skipped, 0), totals[1] + failed + errors, totals[2] + skipped]
    return totals


def from_log(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        lines = f.read().rstrip().splitlines()
    found = LINE.search(lines[-1]) if lines else None
    return [int(number) for number in found.groups()] if found else None


def main():
    status, path = int(sys.argv[1]), sys.argv[2]
    try:
        counts = from_junit(path) if path.endswith(".xml") else from_log(path)
    except (OSError, xml.etree.ElementTree.ParseError):
        counts = [0, 1, 0]
    if counts is None:
        counts = [int(status == 0), int(status != 0), 0]
    elif status != 0 and counts[1] == 0:
        counts[1] = 1
    print(*counts)


if __name__ == "__main__":
    main()
