# SPDX-License-Identifier: MIT
"""The outcome of a job, read from its JUnit report or from the last line of its log, which has the counts."""
import os
import re
import xml.etree.ElementTree
from dataclasses import dataclass, field

LINE = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped\s*$")
SHOWN = 200  # maximum length of the reason of a failure


@dataclass
class Outcome:
    """Counts, and a line for each test that failed or was skipped."""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    faults: list = field(default_factory=list)
    skips: list = field(default_factory=list)


def name_of(case):
    """The name of a test in the form that pytest accepts, such as tests/api/test_tags.py::test_it[nginx]."""
    return f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"


def reason(element):
    lines = (element.get("message") or "").splitlines() or [""]
    return lines[0][:SHOWN]


def from_junit(path):
    outcome = Outcome()
    root = xml.etree.ElementTree.parse(path).getroot()
    for suite in root.iter("testsuite"):
        tests, failed, errors, skipped = (int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped"))
        # An error at the end of a fixture is reported in addition to the result of the test.
        outcome.passed += max(tests - failed - errors - skipped, 0)
        outcome.failed += failed + errors
        outcome.skipped += skipped
    for case in root.iter("testcase"):
        outcome.faults += [f"{name_of(case)}: {reason(bad)}" for kind in ("failure", "error") for bad in case.findall(kind)]
        outcome.skips += [f"{name_of(case)}: {reason(skip)}" for skip in case.findall("skipped")]
    return outcome


def from_log(path):
    """The counts in the last line of a log; None if there are none."""
    with open(path, encoding="utf-8", errors="replace") as f:
        lines = f.read().rstrip().splitlines()
    found = LINE.search(lines[-1]) if lines else None
    if not found:
        return None
    marked = [line for line in lines if line.startswith("SKIPPED")]
    faults = [line[:SHOWN] for line in lines[:-1] if re.search(r"\bFAILED\b", line)]
    return Outcome(*(int(number) for number in found.groups()), faults=faults, skips=marked)


def outcome_of(status, log, report):
    """The outcome of a job that ended with this status. A job that ran no test has failed. A job whose report cannot be read
    has failed. A log without counts counts as one test, whose result is the status."""
    try:
        outcome = from_junit(report) if report else from_log(log)
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        return Outcome(failed=1, faults=[f"no report: {error}"])
    if outcome is None:
        return Outcome(passed=1) if status == 0 else Outcome(failed=1)
    if status != 0 and outcome.failed == 0:
        outcome.failed = 1
        outcome.faults.append(f"ended with status {status}")
    if outcome.passed + outcome.failed + outcome.skipped == 0:
        outcome.failed = 1
        outcome.faults.append("nothing was run")
    return outcome


def slowest(folder, count):
    """(seconds, test) of the slowest tests of all reports in a folder."""
    found = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".xml"):
            try:
                cases = xml.etree.ElementTree.parse(os.path.join(folder, name)).getroot().iter("testcase")
            except xml.etree.ElementTree.ParseError:
                continue
            found += [(float(case.get("time", "0")), f"{name[:-4]}: {name_of(case)}") for case in cases]
    return sorted(found, reverse=True)[:count]
