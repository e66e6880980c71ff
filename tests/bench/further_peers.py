# SPDX-License-Identifier: MIT
"""
Registries that the command line adds: --peer NAME=PROGRAM. PROGRAM is the program of a `distribution` registry (2.x or 3.x) or of
a zot, or the build folder of another Berth. The text that the program prints for --help tells which one it is.
"""
import json
import os
import signal
import subprocess

from berth_peer import Bench
from memory import pss_kib, rss_kib
from peers import REGISTRY_YML, Peer, write_file
from processes import ACCOUNT, Child, free_port, listening, wait_until


def _distribution(root, port):
    return "registry.yml", REGISTRY_YML.format(root=root, port=port)


def _zot(root, port):
    return "zot.json", json.dumps({
        "distSpecVersion": "1.1.1", "storage": {"rootDirectory": root, "gc": False},
        "http": {"address": "127.0.0.1", "port": str(port)}, "log": {"level": "error"}})


KINDS = {"zot": _zot, "registry": _distribution}  # (a word of the help text, configuration); the first word that is found decides


class Further:
    """One registry run by `program`, with its blobs below `storage`."""

    def __init__(self, name, program, folder, storage, cluster):
        """`cluster` is the PostgreSQL of the measured Berth, in which a further Berth has a database of its own."""
        self.name, self.program, self.cluster = name, program, cluster
        self.folder, self.storage = ACCOUNT.folder(folder), ACCOUNT.folder(storage)
        self.running = None

    def start(self):
        return self._start_berth() if os.path.isdir(self.program) else self._start_program()

    def _start_berth(self):
        measured = os.environ.get("BERTH_BUILD")
        os.environ["BERTH_BUILD"] = self.program
        try:
            berth = self.running = Bench(self.cluster, self.storage)
        finally:
            if measured is None:
                del os.environ["BERTH_BUILD"]
            else:
                os.environ["BERTH_BUILD"] = measured
        berth.start()
        return Peer(self.name, f"http://127.0.0.1:{berth.port}", lambda: pss_kib(berth.pids()), berth.storage, berth.robot())

    def _start_program(self):
        port, help_text = free_port(), self._help()
        make = next((make for word, make in KINDS.items() if word in help_text), None)
        if not make:
            raise SystemExit(f"bench: --peer {self.name}: {self.program} --help names neither zot nor registry")
        name, text = make(self.storage, port)
        config = write_file(os.path.join(self.folder, name), text)
        child = self.running = Child(self.name, [self.program, "serve", config], os.path.join(self.folder, "log"))
        wait_until(lambda: child.check_alive() and listening(("127.0.0.1", port)), self.name)
        return Peer(self.name, f"http://127.0.0.1:{port}", lambda: rss_kib(child.pid), self.storage)

    def _help(self):
        done = subprocess.run([self.program, "--help"], capture_output=True, text=True, check=False, timeout=30)
        return done.stdout + done.stderr

    def stop(self):
        if isinstance(self.running, Child):
            self.running.stop(signal.SIGTERM)
        elif self.running:
            self.running.stop()
