# SPDX-License-Identifier: MIT
"""
usage: tests/run.sh [--all] [--build DIR] [--jobs N] [--no-install] [--quick] [STAGE...]

  --all         counts a skip as a failure: for machines on which every package can be installed
  --quick       the tests to run before a change is shared; takes minutes. Runs a smoke test of each object store; leaves out
                clients, the conformance suite, the quickstart, fresh machines, the release, fault tests and fuzzing
  --build DIR   folder of the build trees (default: build/ beside the sources)
  --jobs N      number of jobs that run at the same time (default: two more than there are processors)
  --no-install  does not install packages
  --list        prints the stages
  STAGE         a stage to run (default: all stages)

Reports and logs are left in results/. If root runs the tests, missing packages are installed with apt-get; for another user,
their names are printed.
BERTH_FAULT_SECONDS, BERTH_FUZZ_SECONDS, BERTH_TEST_CACHE: see tests/README.md.
"""
import os
import shutil
import signal
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "meta")]

import place  # noqa: E402
import reports  # noqa: E402
import stages  # noqa: E402
from pool import Pool  # noqa: E402

SLOWEST = 20


class Options:
    """The command line. Exits with status 2 if the command line is wrong, and exits after --help and --list."""

    def __init__(self, words):
        self.all = self.quick = self.check = False
        self.builds, self.results = os.path.join(stages.TOP, "build"), os.path.join(stages.TOP, "results")
        self.jobs, self.stages, self.words = (os.cpu_count() or 1) + 1, [], words
        left = iter(words)
        for word in left:
            self._take(word, left)

    def _take(self, word, left):
        if word in ("--all", "--quick", "--check"):
            setattr(self, word[2:], True)
        elif word == "--no-install":
            pass  # tests/run.sh handles this option
        elif word == "--build":
            self.builds = os.path.abspath(self._value(word, left))
        elif word == "--results":  # passed to the run in a copy of the tree
            self.results = os.path.abspath(self._value(word, left))
        elif word == "--jobs":
            value = self._value(word, left)
            self.jobs = int(value) if value.isdigit() and int(value) > 0 else wrong(f"--jobs {value}: not a number above 0")
        elif word in ("--help", "-h", "--list"):
            print("\n".join(stages.STAGES) if word == "--list" else __doc__.strip())
            sys.exit(0)
        elif word in stages.STAGES:
            self.stages.append(word)
        else:
            wrong(f"there is no {'option' if word.startswith('-') else 'stage'} {word}")

    @staticmethod
    def _value(word, left):
        return next(left, None) or wrong(f"{word} wants a value")


def wrong(text):
    print(f"tests/run.sh: {text}; see --help and --list", file=sys.stderr)
    sys.exit(2)


def finish(pool, options):
    """Prints the summary of the run; returns the exit status."""
    print(f"\n{SLOWEST} slowest tests:")
    for seconds, name in reports.slowest(options.results, SLOWEST):
        print(f"{seconds:8.1f} s  {name}")
    print()
    total = reports.Outcome()
    for name, outcome in pool.outcomes.items():
        total.passed += outcome.passed
        total.failed += outcome.failed
        total.skipped += outcome.skipped
        for line in [*outcome.skips, *outcome.faults]:
            print(f"== {name}: {line}")
        if outcome.failed:
            print(f"== {name}: FAILED, see {os.path.join(options.results, name)}.log")
    if options.all and total.skipped:
        print("== --all: a skip is a failure")
        total.failed, total.skipped = total.failed + total.skipped, 0
    if total.passed + total.failed == 0:
        print("== nothing was run: this is a failure")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 0 if total.failed == 0 and total.passed > 0 else 1


def main():
    options = Options(sys.argv[1:])
    if options.check:
        return 0
    os.umask(0o022)
    shutil.rmtree(options.results, ignore_errors=True)
    os.makedirs(options.results)
    if not place.is_open(os.path.join(stages.TOP, "tests", "run.sh")):
        copy = place.copy_of(stages.TOP)
        print(f"== {place.ACCOUNT.name} may not enter {stages.TOP}: the tests run in {copy}", flush=True)
        runner = os.path.join(copy, "tests", "runner", "main.py")
        os.execv(sys.executable, [sys.executable, "-B", runner, "--results", options.results, *options.words])
    os.makedirs(options.builds, exist_ok=True)
    for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(caught, signal.default_int_handler)
    pool = Pool(stages.chosen(options.stages, options.quick), stages.Place(options.builds, options.results), options.jobs)
    try:
        pool.run()
    except KeyboardInterrupt:
        return 130
    return finish(pool, options)


if __name__ == "__main__":
    sys.exit(main())
