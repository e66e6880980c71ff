# SPDX-License-Identifier: MIT
"""
The consistency harness: clients write, move, delete and read while workers are killed; then a judge checks the history.

    tests/faults/consistency.py [--seconds 60] [--seed N] [--no-kills] [--frontend nginx|apache] [--target debian]
    tests/faults/consistency.py --judge FOLDER          judges a recorded history

Exit status 0: the history is consistent; 1: violations, one a line. The seed is always printed.
"""
import argparse
import hashlib
import os
import random
import signal
import sys
import time
from collections import Counter

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

from actors import BlobPusher, Board, LastLook, Reader, TagMover  # noqa: E402
from history import History, load  # noqa: E402
from judge import judge  # noqa: E402
from killer import Killer  # noqa: E402
from processes import ACCOUNT, Child, listening, wait_until  # noqa: E402
from uploader import Uploader  # noqa: E402

CAST = ((BlobPusher, 3), (Uploader, 3), (TagMover, 4), (Reader, 4))


def worker_pools(registry):
    """{pool: function that returns the pids of its workers} for each pool that serves requests."""
    return {name: lambda child=registry.children[name]: child.workers() for name in ("main", "uploads")
            if name in registry.children}


def torn_blobs(storage):
    """Blobs at their final path whose bytes do not have their digest."""
    found = []
    for where, _, names in os.walk(os.path.join(storage, "docker/registry/v2/blobs")):
        if "data" in names:
            algorithm, _, hexes = os.path.relpath(where, os.path.join(storage, "docker/registry/v2/blobs")).split("/")
            with open(os.path.join(where, "data"), "rb") as f:
                if hashlib.file_digest(f, algorithm).hexdigest() != hexes:
                    found.append(f"torn blob in the tree: {algorithm}:{hexes}")
    return found


class Run:
    """
    One run against a started registry. `kill` names the pools whose workers are killed, or is None. `outage` means that another
    part fails during the run, so that an answer may be 503 or missing.
    """

    def __init__(self, registry, folder, seed, kill=None, cast=CAST, outage=False):
        self.registry, self.seed, self.outage = registry, seed, outage
        self.history = History(folder)
        self.board = Board(registry.client, self.history, seed)
        self.actors = [kind(self.board, f"{kind.__name__.lower()}{i}") for kind, count in cast for i in range(count)]
        self.killer = Killer(self.history, kill, seed) if kill else None

    def go(self, seconds):
        for actor in self.actors:
            actor.start()
        if self.killer:
            self.killer.start()
        time.sleep(seconds)
        if self.killer:
            self.killer.stop()
        self.board.stopping.set()
        for actor in self.actors:
            actor.join(120)
        LastLook(self.board, "last").all()
        self.history.close()
        return self.verdict()

    def verdict(self):
        ops = self.history.ops
        found = judge(ops, kills=self.outage or self.killer is not None) + torn_blobs(self.registry.storage)
        found += [f"{a.name} is stuck" for a in self.actors if a.is_alive()]
        found += [f"{a.name} broke: {a.broken!r}" for a in self.actors if a.broken]
        return found

    def summary(self):
        ops = self.history.ops
        kinds = Counter(op.kind for op in ops)
        statuses = Counter(op.status for op in ops)
        said = f"{len(ops)} operations ({', '.join(f'{n} {k}' for k, n in sorted(kinds.items()))}); " \
               f"answers {dict(sorted(statuses.items(), key=str))}"
        if self.killer:
            said += f"; {self.killer.kills} kills, longest gap {self.killer.longest_gap * 1000:.0f} ms"
        return said


class DebianWorker:
    """docker-registry as a pool of one worker, which is restarted when it dies."""

    def __init__(self, registry):
        self.registry = registry

    def __call__(self):
        child = self.registry.child
        if not child.alive():
            self.registry.child = child = Child(child.name, child.process.args, child.log)
            wait_until(lambda: listening(("127.0.0.1", self.registry.port)), "docker-registry")
        return [child.pid]


def start_registry(target, frontend, folder):
    """(registry, pools, stop)."""
    import stack
    if target == "debian":
        registry = stack.DebianRegistry().start()
        return registry, {"registry": DebianWorker(registry)}, registry.stop
    cluster = stack.Cluster(folder, durable=True)
    cluster.start()
    registry = stack.Berth(cluster, frontend)

    def stop():
        registry.stop()
        cluster.stop(signal.SIGINT)
    try:
        registry.start()
    except BaseException:
        stop()
        raise
    return registry, worker_pools(registry), stop


def arguments():
    p = argparse.ArgumentParser(prog="consistency.py", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10 ** 6))
    p.add_argument("--no-kills", action="store_true")
    p.add_argument("--frontend", choices=("nginx", "apache"), default="nginx")
    p.add_argument("--target", choices=("berth", "debian"), default="berth")
    p.add_argument("--judge", metavar="FOLDER")
    p.add_argument("--show", type=int, default=20, help="violations to print")
    return p.parse_args()


def report(found, show):
    groups = Counter(line.split(": ")[0] for line in found)
    for line in found[:show]:
        print(f"violation: {line}")
    for what, count in groups.most_common(12):
        print(f"  {count:5d} x {what[:90]}")
    print(f"consistency: {'FAILED, %d violations' % len(found) if found else 'ok'}")
    return 1 if found else 0


def main():
    options = arguments()
    if options.judge:
        return report(judge(load(options.judge), kills=not options.no_kills), options.show)
    folder = ACCOUNT.scratch()
    print(f"consistency: seed {options.seed}, {options.seconds:g} s, {options.target}, "
          f"{'no kills' if options.no_kills else 'kills'}, history in {folder}", flush=True)
    registry, pools, stop = start_registry(options.target, options.frontend, folder)
    try:
        run = Run(registry, folder, options.seed, None if options.no_kills else pools)
        found = run.go(options.seconds)
    finally:
        stop()
    print("consistency: " + run.summary())
    return report(found + registry.damage(), options.show)


if __name__ == "__main__":
    sys.exit(main())
