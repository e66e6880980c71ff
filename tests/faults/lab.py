# SPDX-License-Identifier: MIT
"""Tools of the fault tests: crashes of PostgreSQL, full file systems, load, killed workers, shims; and reasons to skip."""
import http.client
import mmap
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from images import OCTETS, Repo, blob, digest, with_query
from postgres import Cluster
from processes import ACCOUNT, Unready, run, wait_until
from stack import Berth

SECONDS = float(os.environ.get("BERTH_FAULT_SECONDS", "60"))
SEED = int(os.environ.get("BERTH_FAULT_SEED") or random.SystemRandom().randrange(10 ** 6))


class Postmaster(Cluster):
    """A durable cluster that a test can crash and restart."""

    def __init__(self, folder=None):
        super().__init__(folder or ACCOUNT.scratch(), durable=True)

    def crash(self):
        """Kills only the postmaster with kill -9; its backends notice this and end."""
        os.kill(self.child.pid, signal.SIGKILL)
        self.child.process.wait()

    def start_again(self, seconds=60):
        """Starts the cluster; retries while backends of the crashed one hold its shared memory."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.start()
                return
            except Unready:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)


class Tmpfs:
    """A small file system. `fill` uses up its space, `clear` frees it."""

    def __init__(self, path, size, inodes=0):
        self.path = path
        os.makedirs(path, exist_ok=True)
        options = f"size={size},mode=0755,uid={ACCOUNT.uid},gid={ACCOUNT.gid}" + (f",nr_inodes={inodes}" if inodes else "")
        run(["mount", "-t", "tmpfs", "-o", options, "berth-test", path], user=None, group=None, extra_groups=None)

    def free(self):
        stat = os.statvfs(self.path)
        return stat.f_bavail * stat.f_frsize

    def fill(self, leave=0):
        """Uses all space but about `leave` bytes."""
        with open(os.path.join(self.path, "ballast"), "ab") as f:
            while (left := self.free() - leave) > 0:
                try:
                    f.write(b"\0" * min(left, 1 << 20))
                    f.flush()
                except OSError:
                    break

    def take_inodes(self, leave):
        folder = os.path.join(self.path, "ballast-inodes")
        os.makedirs(folder, exist_ok=True)
        at = 0
        while os.statvfs(self.path).f_favail > leave:
            at += 1
            with open(os.path.join(folder, str(at)), "w", encoding="ascii"):
                pass

    def clear(self):
        if os.path.exists(os.path.join(self.path, "ballast")):
            os.unlink(os.path.join(self.path, "ballast"))
        shutil.rmtree(os.path.join(self.path, "ballast-inodes"), ignore_errors=True)

    def close(self):
        run(["umount", "-l", self.path], user=None, group=None, extra_groups=None, check=False)


def needs_root():
    if os.geteuid() != 0:
        pytest.skip("SKIPPED: mounting a small tmpfs needs root")


def can_mount():
    needs_root()
    path = os.path.join(ACCOUNT.scratch(), "probe")
    try:
        Tmpfs(path, "1m").close()
    except Unready as e:
        pytest.skip(f"SKIPPED: no tmpfs can be mounted here: {e}")


class Load:
    """Clients in threads that repeat requests; `faults` has every failed request."""

    def __init__(self, work, clients=6):
        self.ended, self.faults, self.count, self.slowest = threading.Event(), [], 0, 0.0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(work, i), daemon=True) for i in range(clients)]

    def _run(self, work, lane):
        rng = random.Random(f"{SEED}/load{lane}")
        while not self.ended.is_set():
            start = time.monotonic()
            try:
                work(rng)
            except (OSError, http.client.HTTPException, AssertionError, AttributeError) as e:
                with self.lock:
                    self.faults.append(f"{time.monotonic():.3f} {e!r}")
            with self.lock:
                self.count += 1
                self.slowest = max(self.slowest, time.monotonic() - start)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *ignored):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)


def mixed_work(client, repo_name="load/mixed"):
    """Returns a function for a Load, which makes one request: mostly reads, some pushes of small blobs."""
    repo = Repo(client, repo_name)
    reference, body = repo.image("v1")
    stored = blob(400)
    where = repo.blob_url(repo.push_blob(stored))

    def work(rng):
        choice = rng.random()
        if choice < 0.4:
            assert client.get(repo.manifest_url(rng.choice(["v1", reference]))).body == body
        elif choice < 0.7:
            assert client.get(where).body == stored
        elif choice < 0.8:
            assert client.get(repo.tags_url).status == 200
        else:
            data = rng.randbytes(rng.choice([10, 5000, 300000]))
            answer = client.post(repo.uploads_url)
            assert answer.status == 202, answer
            answer = client.put(with_query(answer.location, digest=digest(data)), data, {"Content-Type": OCTETS})
            assert answer.status == 201, answer
    return work


def in_background(call):
    """Starts call() in a thread. Returns a function that waits for the answer; it returns None if the connection was lost."""
    box = []

    def run():
        try:
            box.append(call())
        except (OSError, http.client.HTTPException, AttributeError, AssertionError):
            box.append(None)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def join():
        thread.join(60)
        assert box, "the request has not ended"
        return box[0]
    return join


def kill_all(child):
    """Kills every worker of a master with kill -9. Returns the pids when all have ended, as a dying worker may still accept."""
    pids = child.workers()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not set(child.children()) & set(pids), "the end of the killed workers", interval=0.002)
    return pids


def back_in(child, before, count):
    """Waits until `count` new workers have replaced the pids in `before`; returns the seconds."""
    start = time.monotonic()
    wait_until(lambda: len(child.workers()) >= count and not set(child.workers()) & set(before), "new workers",
               interval=0.002)
    return time.monotonic() - start


def send_part(client, method, target, headers, part):
    """Opens a request, sends its head and a part of its body, and returns the socket."""
    link = socket.create_connection((client.host, client.port), timeout=30)
    lines = [f"{method} {client.target(target)} HTTP/1.1", f"Host: {client.netloc}", "Connection: close",
             *[f"{name}: {value}" for name, value in headers.items()]]
    link.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + part)
    return link


ACCEPT4 = {"x86_64": "288", "aarch64": "242"}[os.uname().machine]  # the number of the system call


def wait_for_idle(child, count):
    """Waits until a master's workers accept connections: then they make system calls for requests only."""
    def idle(pid):
        try:
            with open(f"/proc/{pid}/syscall", encoding="ascii") as f:
                return f.read().split()[0] == ACCEPT4
        except OSError:
            return False

    workers = child.workers(count)
    wait_until(lambda: all(idle(pid) for pid in workers), f"the workers of {child.name} to be idle")


class Wrapped(Berth):
    """A registry whose FastCGI programs get further variables in their environment (for a fault shim)."""

    def __init__(self, *args, extra_environment=None, **kw):
        super().__init__(*args, **kw)
        folder = ACCOUNT.folder(os.path.join(self.folder, "wrapped"))
        os.symlink(os.path.join(self.build, "berth"), os.path.join(folder, "berth"))
        words = " ".join(f"{name}={value}" for name, value in (extra_environment or {}).items())
        for name in ("registry.fcgi", "token.fcgi"):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as f:
                f.write(f'#!/bin/sh\nexec env {words} "{self.build}/{name}" "$@"\n')
            os.chmod(path, 0o755)
        self.build = folder


def preloaded(source, folder, *options):
    """Compiles a shim for LD_PRELOAD into the folder; returns its path."""
    library = os.path.join(folder, os.path.splitext(source)[0] + ".so")
    path = os.path.join(os.path.dirname(os.path.realpath(__file__)), source)
    subprocess.run([*os.environ.get("CC", "cc").split(), "-shared", "-fPIC", "-O2", *options, "-o", library, path],
                   check=True)
    return library


def control_block(path):
    """Maps a new file of zeros, the memory that a shim and its test share (control.h)."""
    with open(path, "w+b") as f:
        f.write(bytes(4096))
        f.flush()
        os.chmod(path, 0o666)
        return mmap.mmap(f.fileno(), 4096)


def release_build():
    """The folder of a build without sanitizers, from BERTH_RELEASE or BERTH_BUILD. Skips the test if there is none."""
    for name in ("BERTH_RELEASE", "BERTH_BUILD"):
        folder = os.environ.get(name)
        binary = folder and os.path.join(folder, "registry.fcgi")
        if binary and os.path.exists(binary):
            linked = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False).stdout
            if "asan" not in linked and b"__asan_init" not in open(binary, "rb").read():
                return os.path.realpath(folder)
    pytest.skip("SKIPPED: needs a build without sanitizers in BERTH_RELEASE")
    return None

