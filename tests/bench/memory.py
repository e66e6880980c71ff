# SPDX-License-Identifier: MIT
"""The memory of processes, and its peak over a time."""
import threading


def kib(pid, file, field):
    """A field of /proc/PID/file in KiB; 0 if the process has ended."""
    try:
        with open(f"/proc/{pid}/{file}", encoding="ascii", errors="replace") as f:
            return next((int(line.split()[1]) for line in f if line.startswith(field)), 0)
    except (OSError, ValueError):
        return 0


def pss_kib(pids):
    """The sum of the proportional set sizes: a page that the processes share counts once."""
    return sum(kib(pid, "smaps_rollup", "Pss:") for pid in pids)


def rss_kib(pid):
    return kib(pid, "status", "VmRSS:")


class PeakMemory:
    """Samples functions that return KiB, in the background; `largest` holds the peak of each since the start."""

    def __init__(self, probes, every=0.25):
        self.probes, self.every = probes, every
        self.largest = dict.fromkeys(probes, 0)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self.ended.is_set():
            for name, probe in self.probes.items():
                self.largest[name] = max(self.largest[name], probe() or 0)
            self.ended.wait(self.every)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *ignored):
        self.ended.set()
        self.thread.join()
