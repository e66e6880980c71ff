# SPDX-License-Identifier: MIT
"""Kills random workers with kill -9, and measures the time until each pool is complete again."""
import os
import random
import signal
import threading
import time


class Killer(threading.Thread):
    """
    `pools` maps a name to a function that returns the pids of its workers. Only these are killed. `late` counts the workers that
    were not replaced within a second; on a busy machine, a few may be late.
    """

    def __init__(self, history, pools, seed, pause=(0.05, 0.8), allowed_gap=10.0):
        super().__init__(name="killer", daemon=True)
        self.history, self.pools, self.pause, self.allowed_gap = history, pools, pause, allowed_gap
        self.rng = random.Random(f"{seed}/killer")
        self.ended = threading.Event()
        self.kills, self.late, self.longest_gap = 0, 0, 0.0

    def run(self):
        while not self.ended.wait(self.rng.uniform(*self.pause)):
            self.kill_one(self.rng.choice(sorted(self.pools)))

    def kill_one(self, pool):
        before = self.pools[pool]()
        if not before:
            return
        victim = self.rng.choice(before)
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.kills += 1
        start = time.monotonic()
        while time.monotonic() - start < 2 * self.allowed_gap:
            now = self.pools[pool]()
            if victim not in now and len(now) >= len(before):
                break
            time.sleep(0.002)
        gap = time.monotonic() - start
        self.longest_gap = max(self.longest_gap, gap)
        self.late += gap > 1
        if gap > self.allowed_gap:
            self.history.acknowledge(self.history.intend(self.name, "worker_gap", seconds=gap), 200)

    def stop(self):
        self.ended.set()
        self.join()
