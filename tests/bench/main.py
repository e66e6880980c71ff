# SPDX-License-Identifier: MIT
"""Measures Berth, docker-registry and the limits in one run: see README.md in this folder."""
import argparse
import os
import re
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

import chart  # noqa: E402
import report  # noqa: E402
import scenarios as table  # noqa: E402
from further_peers import Further  # noqa: E402
from load import LoadError  # noqa: E402
from memory import PeakMemory  # noqa: E402
from peers import Neighbours  # noqa: E402
from processes import ACCOUNT  # noqa: E402
from seed import Seed, upload_files, upload_size  # noqa: E402


def named_peer(text):
    """NAME=PROGRAM as a pair."""
    name, _, path = text.partition("=")
    program = os.path.realpath(path)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or name in report.RESERVED:
        raise argparse.ArgumentTypeError(f"{name!r} cannot name a peer: letters, digits, '.', '_', '-', and none of "
                                         + ", ".join(report.RESERVED))
    if not (os.access(program, os.X_OK) and (os.path.isfile(program) or os.path.isfile(os.path.join(program, "registry.fcgi")))):
        raise argparse.ArgumentTypeError(f"{path!r} is neither a program nor a folder in which Berth is built")
    return name, program


def arguments():
    p = argparse.ArgumentParser(prog="tests/bench/run.sh", description=__doc__)
    p.add_argument("--json", metavar="FILE", help="write the figures")
    p.add_argument("--svg", metavar="FILE", help="write the chart")
    p.add_argument("--quick", action="store_true", help="one short round with small uploads: to try the benchmark, not for figures")
    p.add_argument("--check", action="store_true", help="exit 1 if a ratio is missed")
    p.add_argument("--only", metavar="KEY[,KEY]", help="only these scenarios")
    p.add_argument("--peer", metavar="NAME=PROGRAM", action="append", default=[], type=named_peer,
                   help="one more registry: the program of a distribution or a zot, or the build folder of another Berth")
    p.add_argument("--build", metavar="DIR", default=os.environ.get("BERTH_BUILD"), help="Berth's release build")
    p.add_argument("--without-berth", action="store_true", help="measure docker-registry and the limits without Berth")
    p.add_argument("--seconds", type=float, help="seconds of one measurement by wrk (default 4, with --quick 1)")
    return p.parse_args()


def forget(folders):
    """
    Drops the files from the page cache. The sizes of the cached pieces depend on the sizes of the writes, and change the
    rate of sending by up to a quarter. After this, the pieces depend on reads alone, which are the same for all peers.
    """
    os.sync()
    for path in (os.path.join(at, name) for folder in folders for at, _, names in os.walk(folder) for name in names):
        with open(path, "rb") as f:
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Bench:
    """One run. All phases share the seed and the results; each phase has its own peers."""

    def __init__(self, options):
        self.options = options
        self.rounds = 1 if options.quick else 3
        self.seconds = int(options.seconds or (1 if options.quick else 4))
        self.disk = tempfile.mkdtemp(prefix="bb.", dir=os.environ.get("BERTH_BENCH_DIR", "/var/tmp"))
        self.shm = tempfile.mkdtemp(prefix="bb.", dir="/dev/shm")
        for folder in (self.disk, self.shm):
            os.chmod(folder, 0o755)
            ACCOUNT.folder(folder)
        self.seed = Seed(os.path.join(self.disk, "seed"), options.quick)
        self.faults = []

    def close(self):
        for folder in (self.disk, self.shm):
            shutil.rmtree(folder, ignore_errors=True)

    def measure(self, world, scenario):
        """A warm-up, then rounds, each with all peers one after the other. If a load fails, its peer is dropped and reported."""
        peers = [peer for peer in scenario.peers if peer in world.peers or peer in ("dd", "openssl", "open")]
        peers += [name for name, _ in self.options.peer if "registry" in scenario.peers and name in world.peers]
        scenario.results = {peer: [] for peer in peers}
        for turn in range(-1, self.rounds):
            for peer in list(peers):
                world.seconds = self.seconds if turn >= 0 else 1
                try:
                    value = scenario.measure(world, peer)
                except LoadError as e:
                    self.faults.append(f"{scenario.key}, {peer}: {e}")
                    peers.remove(peer)
                    scenario.results[peer] = []
                    continue
                if turn >= 0:
                    scenario.results[peer].append(value)
        said = ", ".join(f"{peer} {values and sorted(values)[len(values) // 2]:.0f}" if values else f"{peer} failed"
                         for peer, values in scenario.results.items())
        print(f"{time.strftime('%H:%M:%S')} {scenario.title}: {said} {scenario.unit}", flush=True)

    def phase(self, name, where, chosen, uploads):
        """Starts all peers with their blobs below `where`, measures, stops the peers. Returns the peaks of memory."""
        neighbours = Neighbours(os.path.join(self.disk, name), where)
        berth, further = None, []
        try:
            peers = neighbours.start(self.seed.manifest)
            if not self.options.without_berth:
                from berth_peer import Berth
                berth = Berth(self.options.build, os.path.join(self.disk, "b" + name), os.path.join(where, "berth"))
                peers["berth"] = berth.start()
            for other, program in self.options.peer:
                further.append(Further(other, program, os.path.join(self.disk, name + "-" + other), os.path.join(where, other),
                                       berth and berth.cluster))
                peers[other] = further[-1].start()
            self.fill(neighbours, peers)
            if berth and any(scenario.key.startswith("auth_") for scenario in chosen):
                peers.update(berth.start_guarded())
            world = table.World(peers, self.seed.paths(neighbours.publish), uploads, self.seconds, self.disk)
            forget([neighbours.static, *(peer.storage for peer in peers.values() if peer.storage)])
            probes = {key: peer.memory for key, peer in peers.items() if peer.memory}
            with PeakMemory(probes) as peak:
                for scenario in chosen:
                    self.measure(world, scenario)
            return peak.largest
        finally:
            for each in further:
                each.stop()
            if berth:
                berth.stop()
            neighbours.stop()
            for peer in ("registry", "berth", "spooled", *(other for other, _ in self.options.peer)):
                shutil.rmtree(os.path.join(where, peer), ignore_errors=True)

    def fill(self, neighbours, peers):
        others = [other for other, _ in self.options.peer]
        for key in ("registry", "berth", *others):
            if key in peers:
                self.seed.image(peers[key].base)
        neighbours.seed_tags(table.TAGGED, self.seed.tags, self.seed.digest)
        for key in ("berth", *others):
            if key in peers:
                self.seed.push_tags(peers[key].base)

    def run(self):
        """Runs all phases; returns the scenarios that have figures."""
        wanted = set(self.options.only.split(",")) if self.options.only else None
        on_disk = [s for s in table.DISK if not wanted or s.key in wanted]
        on_tmpfs = [s for s in table.TMPFS if not wanted or s.key in wanted]
        done, quick = [], self.options.quick
        if on_disk:
            uploads = {"disk": upload_files(os.path.join(self.shm, "up"), 1, upload_size(1024, quick))}
            peaks = self.phase("d", self.disk, on_disk, uploads)
            table.MEMORY.results = {key: [value / 1024] for key, value in peaks.items() if value}
            done += on_disk
        if on_tmpfs:
            uploads = {"tmpfs": upload_files(os.path.join(self.shm, "up"), 4, upload_size(250, quick))}
            self.phase("t", self.shm, on_tmpfs, uploads)
            done += on_tmpfs
        return done + ([table.MEMORY] if table.MEMORY.results and (not wanted or "memory" in wanted) else [])


def main():
    options = arguments()
    bench = Bench(options)
    try:
        done = bench.run()
    finally:
        bench.close()
    print("\n" + report.table(done, [name for name, _ in options.peer]))
    met, missed, unmeasured = report.summary(done)
    print(f"\nthresholds: {met} met, {missed} missed, {unmeasured} not measured")
    for fault in bench.faults:
        print(f"load failed: {fault}")
    if options.json:
        report.write_json(options.json, done, {"rounds": bench.rounds, "seconds": bench.seconds,
                                               "quick": options.quick, "workers": 8})
    if options.svg:
        with open(options.svg, "w", encoding="utf-8") as f:
            f.write(chart.svg(done))
    return 1 if bench.faults or (options.check and (missed or unmeasured)) else 0


if __name__ == "__main__":
    sys.exit(main())
