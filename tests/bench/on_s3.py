# SPDX-License-Identifier: MIT
"""
Berth and docker-registry on one S3 server, in one run: tests/bench/run.sh --s3. The server is a Swift in one process, on
tmpfs. It uses the same processors as the registries, so compare the ratios, not the rates.
"""
import argparse
import http.client
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

import load  # noqa: E402
from memory import PeakMemory, kib  # noqa: E402
from peers import WORKERS  # noqa: E402
from postgres import Cluster  # noqa: E402
from processes import ACCOUNT, program  # noqa: E402
from scenarios import REPOSITORY  # noqa: E402
from seed import upload_files  # noqa: E402
from stack import Berth, DebianRegistry  # noqa: E402
from storages import S3  # noqa: E402
from swiftserver import Swift  # noqa: E402

MIB = 1 << 20
PULLS, PULLERS = 8, 4
PUSH_FLOOR, WORKER_CEILING = 1.5, 16.0


def fetch(url, hops=1):
    """The number of bytes of one GET; follows a redirect."""
    parts = urlsplit(url)
    link = http.client.HTTPConnection(parts.netloc, timeout=120)
    link.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
    answer = link.getresponse()
    if answer.status == 307 and hops:
        target = answer.getheader("Location")
        answer.read()
        link.close()
        return fetch(target, hops - 1)
    if answer.status != 200:
        raise load.LoadError(f"GET {parts.netloc}{parts.path}: {answer.status} {answer.read(300)!r}")
    got = 0
    while piece := answer.read(MIB):
        got += len(piece)
    link.close()
    return got


class OnePool(Berth):
    """Berth without a pool for uploads, because NGINX spools every upload."""

    def start_workers(self):
        self._start_pool("main", self.workers)

    def worker_pids(self):
        return self.children["main"].children()


class World:
    """Berth and docker-registry, each with and without redirects, on buckets of one server."""

    def __init__(self, megabytes):
        self.disk = ACCOUNT.folder(tempfile.mkdtemp(prefix="bo.", dir=os.environ.get("BERTH_BENCH_DIR", "/var/tmp")))
        self.shm = ACCOUNT.folder(tempfile.mkdtemp(prefix="bo.", dir="/dev/shm"))
        for folder in (self.disk, self.shm):
            os.chmod(folder, 0o755)
        self.swift = Swift(ACCOUNT.folder(os.path.join(self.shm, "swift")))
        self.files = upload_files(os.path.join(self.shm, "up"), 4, megabytes * 1000 * 1000)
        self.running, self.peers = [], {}

    def start(self):
        self.swift.start()
        cluster = Cluster(ACCOUNT.folder(os.path.join(self.disk, "pg")), durable=True)
        self.running.append(cluster)
        cluster.start()
        for name, off in (("redirect", False), ("no redirect", True)):
            keeper, change = S3(self.swift), {"storage": {"redirect": {"disable": off}}}
            berth = OnePool(cluster, "nginx", change, folder=ACCOUNT.folder(os.path.join(self.disk, f"b{off:d}")),
                            workers=WORKERS, upload_workers=0, keeper=keeper)
            self.running.append(berth)
            berth.start()
            section = keeper.section(None, f"debian{off:d}")
            other = DebianRegistry({"storage": {"filesystem": None, **section, "redirect": {"disable": off}}})
            self.running.append(other)
            other.start()
            self.peers[name] = {"Berth": berth, "docker-registry": other}

    def stop(self):
        for each in reversed(self.running):
            each.stop()
        self.swift.stop()
        for folder in (self.disk, self.shm):
            shutil.rmtree(folder, ignore_errors=True)

    def base(self, peer, redirect="no redirect"):
        return f"http://127.0.0.1:{self.peers[redirect][peer].port}"

    def empty(self, peer):
        """Deletes all blobs of a bucket: they take memory of this machine."""
        bucket = self.peers["no redirect"][peer].config["storage"]["s3"]["bucket"]
        client = self.swift.client()
        for key in self.swift.objects(bucket):
            client.delete_object(Bucket=bucket, Key=key)


def pushed(chunked):
    def measure(world, peer):
        files = [(path, load.make_unique(path)) for path in world.files]
        seconds = load.push_parallel(world.base(peer), REPOSITORY, files, chunked)
        world.empty(peer)
        return sum(os.path.getsize(path) for path, _ in files) / 1e6 / seconds
    return measure


def pulled(redirect):
    def measure(world, peer):
        base, digest = world.base(peer, redirect), load.make_unique(world.files[0])
        load.push_blob(base, REPOSITORY, world.files[0], digest)
        got, start = [], time.monotonic()
        threads = [threading.Thread(target=lambda: got.extend(
            fetch(f"{base}/v2/{REPOSITORY}/blobs/{digest}") for _ in range(PULLS // PULLERS))) for _ in range(PULLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - start
        if got != [os.path.getsize(world.files[0])] * PULLS:
            raise load.LoadError(f"pull at {base}: {got}")
        return sum(got) / 1e6 / seconds
    return measure


SCENARIOS = [("push 4 x {} MB in PATCH and PUT", pushed(True), PUSH_FLOOR), ("push 4 x {} MB in one PUT", pushed(False), None),
             ("pull by redirect", pulled("redirect"), None), ("pull without redirect", pulled("no redirect"), None)]


def main():
    p = argparse.ArgumentParser(prog="tests/bench/run.sh --s3", description=__doc__)
    p.add_argument("--s3", action="store_true", help=argparse.SUPPRESS)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--megabytes", type=int, default=250)
    p.add_argument("--check", action="store_true", help="exit 1 if a bound is missed")
    options = p.parse_args()
    if not program("docker-registry"):
        sys.exit("docker-registry is not installed")
    world, missed = World(options.megabytes), 0
    try:
        world.start()
        workers = [pid for redirect in world.peers.values() for pid in redirect["Berth"].worker_pids()]
        probes = {pid: lambda pid=pid: kib(pid, "smaps_rollup", "Pss:") for pid in workers}
        idle = {pid: probe() for pid, probe in probes.items()}
        with PeakMemory(probes) as peak:
            for title, measure, floor in SCENARIOS:
                rates = {"Berth": [], "docker-registry": []}
                for turn in range(-1, options.rounds):
                    for peer, values in rates.items():
                        rate = measure(world, peer)
                        if turn >= 0:
                            values.append(rate)
                ours, theirs = (statistics.median(values) for values in rates.values())
                verdict = "" if floor is None else f" (at least {floor}: {'met' if ours / theirs >= floor else 'MISSED'})"
                missed += floor is not None and ours / theirs < floor
                print(f"{title.format(options.megabytes)}: Berth {ours:.0f} MB/s, docker-registry {theirs:.0f} MB/s, "
                      f"{ours / theirs:.2f} x{verdict}", flush=True)
        grown = max(peak.largest[pid] - idle[pid] for pid in workers) / 1024
        missed += grown > WORKER_CEILING
        print(f"a worker's PSS above idle at most: {grown:.1f} MiB (at most {WORKER_CEILING:.0f}: "
              f"{'met' if grown <= WORKER_CEILING else 'MISSED'})")
    finally:
        world.stop()
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
