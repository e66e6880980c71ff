# SPDX-License-Identifier: MIT
"""
conf/quickstart.sh from start to end, run by an ordinary user: one process at a time in a folder, the authentication of the
folder is kept, and all processes end with the terminal. It runs the build under test.
"""
import fcntl
import http.client
import os
import pwd
import signal
import subprocess
import termios

import pytest
from processes import ACCOUNT, environment, free_port, wait_until
from stack import ROOT, build_folder

SCRIPT = os.path.join(ROOT, "conf", "quickstart.sh")


def running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def descendants(pid):
    """The pids of all descendants of a process, from the table of processes."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as f:
                parents.setdefault(int(f.read().rsplit(")", 1)[1].split()[1]), []).append(int(name))
        except OSError:
            continue
    found, ahead = [], [pid]
    while ahead:
        ahead = [child for parent in ahead for child in parents.get(parent, [])]
        found += ahead
    return found


class Quickstart:
    def __init__(self):
        self.data = os.path.join(ACCOUNT.scratch(), "d")
        ACCOUNT.folder(self.data)
        with open(f"{self.data}/quickstart", "w", encoding="ascii") as f:
            f.write("made by conf/quickstart.sh\n")
        os.chown(f.name, ACCOUNT.uid, ACCOUNT.gid)
        os.symlink(build_folder(), f"{self.data}/build")
        self.log, self.port, self.process, self.terminal = f"{self.data}.log", free_port(), None, None

    def command(self, *words):
        return [SCRIPT, "--data", self.data, *words]

    def refused(self, *words):
        """Starts quickstart.sh, which must fail; returns its output."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, check=False, cwd="/", timeout=120,
                              stdin=subprocess.DEVNULL, env=environment(), **ACCOUNT.popen_options())
        assert done.returncode == 1, done
        return done.stderr

    def start(self, *words):
        """Runs quickstart.sh in the foreground of a new terminal."""
        self.terminal, theirs = os.openpty()

        def take_terminal():
            os.setsid()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command("--port", str(self.port), *words), stdin=theirs, stdout=log, stderr=log,
                                            cwd="/", preexec_fn=take_terminal, env=environment(), **ACCOUNT.popen_options())
        os.close(theirs)
        wait_until(lambda: self.process.poll() is not None or f"http://localhost:{self.port}" in self.said(), "the announcement", 120)
        assert self.process.poll() is None, self.said()

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def status(self):
        peer = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        peer.request("GET", "/v2/")
        answer = peer.getresponse().status
        peer.close()
        return answer

    def end(self, by):
        """Waits until all processes that it started have ended."""
        parts = descendants(self.process.pid)
        assert len(parts) > 5
        by()
        assert self.process.wait(60) == 0
        wait_until(lambda: not any(running(pid) for pid in parts), "the end of all started processes")

    def hang_up(self):
        os.close(self.terminal)
        self.terminal = None

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


@pytest.fixture
def quickstart():
    made = Quickstart()
    yield made
    made.close()


def test_one_at_a_time_with_the_authentication_that_was_and_gone_with_its_terminal(quickstart):
    quickstart.start("--auth")
    assert quickstart.status() == 401
    with open(f"{quickstart.data}/config.yml", encoding="utf-8") as f:
        before = f.read()
    assert "another quickstart uses" in quickstart.refused("--port", str(free_port()), "--no-auth")
    with open(f"{quickstart.data}/config.yml", encoding="utf-8") as f:
        assert f.read() == before
    quickstart.end(quickstart.hang_up)
    quickstart.start()
    assert quickstart.status() == 401 and "started with --auth" in quickstart.said()
    quickstart.end(quickstart.interrupt)
    quickstart.start("--no-auth")
    assert quickstart.status() == 200
    quickstart.end(quickstart.interrupt)


def test_a_folder_of_another_user_is_refused_in_one_line(quickstart):
    if os.getuid() != 0:
        pytest.skip("needs root: a folder of another user")
    os.chown(quickstart.data, 0, 0)
    said = quickstart.refused("--port", str(quickstart.port))
    assert said == f"quickstart: {quickstart.data} belongs to root, not to {ACCOUNT.name}; choose another one with --data\n"


def test_root_keeps_nothing_in_a_folder_of_another_user(quickstart):
    if os.getuid() != 0:
        pytest.skip("needs root: the test runs quickstart.sh as root")
    before = {entry.name: entry.stat(follow_symlinks=False).st_mtime_ns for entry in os.scandir(quickstart.data)}
    for folder in (quickstart.data, f"{quickstart.data}/below"):
        done = subprocess.run([SCRIPT, "--data", folder, "--port", str(quickstart.port)], capture_output=True, text=True, check=False,
                              timeout=120, stdin=subprocess.DEVNULL, env=environment())
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done
        assert f"{quickstart.data} belongs to {pwd.getpwuid(ACCOUNT.uid).pw_name}" in done.stderr
    assert {entry.name: entry.stat(follow_symlinks=False).st_mtime_ns for entry in os.scandir(quickstart.data)} == before
