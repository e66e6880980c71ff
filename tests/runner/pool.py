# SPDX-License-Identifier: MIT
"""Runs the jobs of stages.py, several at once, the longest first. On a terminal, one line shows the running jobs."""
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time

import reports
import stages

TAIL = 120  # lines of a failing job's log that are shown


class Pool:
    """One run. `slots` jobs run at the same time."""

    def __init__(self, jobs, place, slots):
        self.jobs, self.place, self.slots = jobs, place, slots
        self.waiting = sorted(jobs, key=lambda job: -job.seconds)
        self.running = {}  # job: its process
        self.ended, self.broken = set(), set()  # names
        self.outcomes = {}  # name: reports.Outcome
        self.news = queue.Queue()
        self.started = time.monotonic()
        self.live = sys.stdout.isatty()

    def run(self):
        """Runs all jobs until they end. KeyboardInterrupt ends the running jobs."""
        try:
            while self.waiting or self.running:
                self._start_ready()
                if not self.running:
                    self._give_up()
                    break
                self._show()
                try:
                    self._end(*self.news.get(timeout=1))
                except queue.Empty:
                    continue
        except KeyboardInterrupt:
            self._interrupt()
            raise
        finally:
            self._clear()

    def _log(self, job, suffix="log"):
        return os.path.join(self.place.results, f"{job.name}.{suffix}")

    # ---- start and end of a job ----

    def _start_ready(self):
        names = {job.name for job in self.jobs}
        for job in list(self.waiting):
            if len(self.running) < self.slots and all(need in self.ended or need not in names for need in job.needs):
                self.waiting.remove(job)
                self._start(job)

    def _start(self, job):
        with open(self._log(job), "wb") as log:
            # The job gets a new session, so that an interrupt reaches all its processes and no other. The current folder is
            # the top of the tree, because pytest searches conftest.py from the current folder down to the tests.
            process = subprocess.Popen(job.words(self.place), cwd=stages.TOP, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                       env=self.place.environment(), start_new_session=True)
        self.running[job] = process
        threading.Thread(target=self._wait, args=(job, process, time.monotonic()), daemon=True).start()

    def _wait(self, job, process, started):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.news.put((job, process.returncode, time.monotonic() - started, usage.ru_utime + usage.ru_stime))

    def _end(self, job, status, elapsed, processor):
        del self.running[job]
        outcome = reports.outcome_of(status, self._log(job), self._log(job, "xml") if job.report else None)
        if job.optional and outcome.failed:
            outcome = reports.Outcome(skipped=1, skips=[f"SKIPPED: {job.name}: see {self._log(job)}"])
        self.outcomes[job.name] = outcome
        (self.broken if outcome.failed else self.ended).add(job.name)
        self._tell(job, outcome, f"{elapsed:.0f} s, {processor:.0f} s of a processor")

    def _give_up(self):
        """Called if no job runs and no job may start, because jobs that they need have failed."""
        for job in self.waiting:
            missing = " ".join(need for need in job.needs if need not in self.ended)
            self.outcomes[job.name] = reports.Outcome(failed=1, faults=[f"not run, since it needs what failed: {missing}"])
            self.say(f"{job.name}: not run, since it needs what failed: {missing}")

    def _interrupt(self):
        """Sends SIGINT to every job, as Ctrl-C does; pytest then stops the servers of its tests."""
        self.say("interrupted; the jobs stop their servers")
        for process in self.running.values():
            try:
                os.killpg(process.pid, signal.SIGINT)
            except ProcessLookupError:
                pass
        while self.running:
            job, *_ = self.news.get()
            del self.running[job]

    # ---- output ----

    def say(self, text):
        self._clear()
        print(f"== {text}", flush=True)

    def _tell(self, job, outcome, times):
        if outcome.failed:
            self._clear()
            with open(self._log(job), encoding="utf-8", errors="replace") as f:
                sys.stdout.writelines(line[:400].rstrip("\n") + "\n" for line in f.readlines()[-TAIL:])
        self.say(f"{job.name}: {outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped ({times})")
        for line in [*outcome.faults, *outcome.skips]:
            self.say(f"    {line}")
        if outcome.failed:
            self.say(f"    see {self._log(job)}")

    def _clear(self):
        if self.live:
            print("\r\033[K", end="", flush=True)

    def _show(self):
        if self.live:
            elapsed = int(time.monotonic() - self.started)
            text = (f".. {elapsed // 60}:{elapsed % 60:02}, {len(self.outcomes)} of {len(self.jobs)} jobs done, now: "
                    + " ".join(job.name for job in self.running))
            print("\r\033[K" + text[:shutil.get_terminal_size().columns - 1], end="", flush=True)
