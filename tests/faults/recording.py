# SPDX-License-Identifier: MIT
"""The journal of recordfs.c, and the marks that a test adds to it."""
import contextlib
import fcntl
import os
import threading
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

from lab import preloaded
from processes import wait_until

Record = namedtuple("Record", "verb words data", defaults=(b"",))


class Recorder:
    """The journal that the processes of a registry share with the test."""

    def __init__(self, folder):
        self.folder, self.path = folder, os.path.join(folder, "journal")
        self.lock = threading.Lock()  # for the threads of this process; fcntl locks between processes only
        with open(self.path, "wb"):
            os.chmod(self.path, 0o666)
        self.environment = {"LD_PRELOAD": preloaded("recordfs.c", folder), "BERTH_RECORDFS": folder}

    def mark(self, verb, *words):
        with self.lock, open(self.path, "ab", buffering=0) as f:
            fcntl.lockf(f, fcntl.LOCK_EX)
            f.write("\t".join([verb, *words, "0"]).encode() + b"\n")

    @contextlib.contextmanager
    def deaf_to(self, what):
        """Until the block ends, every fsync of "files" or "folders" succeeds without effect."""
        path = os.path.join(self.folder, f"deaf-to-{what}")
        with open(path, "wb"):
            pass
        try:
            yield
        finally:
            os.unlink(path)

    @contextlib.contextmanager
    def paused(self, call):
        """Runs call() in the background. It is stopped before its first fsync of a folder until the block ends."""
        told, paused = os.path.join(self.folder, "pause"), os.path.join(self.folder, "paused")
        with open(told, "wb"):
            pass
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(call)
            try:
                wait_until(lambda: os.path.exists(paused), "an fsync of a folder")
                yield
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(paused)
            running.result(30)

    def records(self):
        """All records so far, in the order of the system calls."""
        with open(self.path, "rb") as f:
            fcntl.lockf(f, fcntl.LOCK_SH)
            while line := f.readline():
                verb, *words, size = line.decode().rstrip("\n").split("\t")
                yield Record(verb, words, f.read(int(size)))


def key(path):
    """The key by which records name this existing file or folder."""
    status = os.stat(path)
    return f"{status.st_dev:x}:{status.st_ino:x}"
