# SPDX-License-Identifier: MIT
"""Child processes of the tests: run by one unprivileged user, waited for with a time limit, stopped by pid."""
import atexit
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time


class Unready(Exception):
    """A process did not start, stop or answer within its time limit."""


def wait_until(check, what, seconds=60.0, interval=0.02):
    """Calls check() until its result is true; returns the result. Raises Unready at the time limit."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Unready(f"waited {seconds} s for {what}")
        time.sleep(interval)


CLAIMS = []  # sockets; they are closed when this process ends


def claim(port):
    """False if another test on this machine has got this port. The server of that test may start to listen seconds later."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0berth-tests-port-{port}")
    except OSError:
        mark.close()
        return False
    CLAIMS.append(mark)
    return True


def free_port():
    """A free port outside of the ephemeral range: a connection could take a port of that range before the server listens."""
    for _ in range(1000):
        port = random.SystemRandom().randrange(10000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if claim(port):
                return port
    raise Unready("no free port")


def listening(address):
    """True if a server accepts connections on (host, port) or on the path of a unix socket."""
    unix = isinstance(address, str)
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as probe:
        probe.settimeout(2)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


class Account:
    """The account of the servers: an unprivileged account if root runs the tests, else the user who runs the tests."""

    def __init__(self):
        name = os.environ.get("BERTH_TEST_USER")
        if os.getuid() != 0:
            entry = pwd.getpwuid(os.getuid())
        else:
            entry = next(e for e in pwd.getpwall() if e.pw_name in ([name] if name else ["www-data", "nobody"]))
        self.name, self.uid, self.gid = entry.pw_name, entry.pw_uid, entry.pw_gid
        self.keep = False  # if true, scratch folders stay after the run
        self._made, self._maker = [], os.getpid()
        atexit.register(self._clean)

    def popen_options(self):
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.getuid() == 0 else {}

    def folder(self, path):
        os.makedirs(path, exist_ok=True)
        if os.getuid() == 0:
            os.chown(path, self.uid, self.gid)
        return path

    def scratch(self):
        """A new folder with a short name (unix socket paths end at 107 bytes), owned by the account."""
        path = tempfile.mkdtemp(prefix="bt.", dir=os.environ.get("BERTH_TEST_TMP", "/tmp"))
        os.chmod(path, 0o755)
        self._made.append(path)
        return self.folder(path)

    def serve_words(self):
        """Options of `berth serve` if root runs the tests: accounts that every Debian with PostgreSQL has."""
        return ["--user", self.name, "--token-user", "daemon", "--database-user", "postgres"] if os.getuid() == 0 else []

    def roots_scratch(self):
        """A new folder like scratch(), owned by the user who runs the tests: root does not serve from another account's folder."""
        path = self.scratch()
        if os.getuid() == 0:
            os.chown(path, 0, 0)
        return path

    def _clean(self):
        if not self.keep and os.getpid() == self._maker:
            for path in self._made:
                shutil.rmtree(path, ignore_errors=True)


ACCOUNT = Account()


def environment(**extra):
    """The environment of child processes: a plain PATH and locale, sanitizers that abort at the first finding."""
    kept = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
    return {**kept, **extra}


def name_of(pid):
    """The name of a process as ps shows it; None if there is no such process."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as f:
            return f.read().strip()
    except OSError:
        return None


def running(pid, name):
    """Whether the process with this pid has this name and has not ended. A zombie has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            words = f.read()
    except OSError:
        return False
    return f"({name}) " in words and words.rpartition(")")[2].split()[0] not in ("Z", "X")


class Child:
    """A process in a new session, with its output in a log file."""

    def __init__(self, name, command, log, **options):
        self.name, self.log = name, log
        options = {**ACCOUNT.popen_options(), "env": environment(), "stdin": subprocess.DEVNULL, **options}
        with open(log, "ab") as out:
            self.process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT,
                                            start_new_session=True, cwd="/", **options)
        self.pid = self.process.pid

    def alive(self):
        return self.process.poll() is None

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def check_alive(self):
        """True. Raises Unready with the end of the log if the process has ended. For use in the checks of wait_until."""
        if not self.alive():
            raise Unready(f"{self.name} ended with {self.process.returncode}:\n{self.text()[-4000:]}")
        return True

    def stop(self, sig=signal.SIGTERM, seconds=20.0):
        """Stops the process, then all other processes of its session. Returns the exit status."""
        if self.alive():
            self.process.send_signal(sig)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        return self.process.returncode

    def children(self):
        """Pids of the direct children: the workers of a master."""
        try:
            with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as f:
                return [int(pid) for pid in f.read().split()]
        except FileNotFoundError:
            return []

    def named(self, name):
        """Pids of the direct children that have this name in ps."""
        return [pid for pid in self.children() if name_of(pid) == name]

    def workers(self, count=None):
        """Pids of a master's workers, without its auxiliary processes. With a count, waits until there are so many workers and
        every child has its name. Then a start or reload is over; the same list later means that no worker has ended."""
        def settled():
            found = self.named("berth-worker")
            return found if len(found) == count and not self.named(name_of(self.pid)) else None

        return self.named("berth-worker") if count is None else wait_until(settled, f"{count} workers of {self.name}", 60)

    def reload(self, count):
        """Sends HUP to a master. Waits until `count` new workers have replaced the old ones and no old worker answers any more."""
        before = set(self.children())
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not before & set(self.children()), f"the end of the old workers of {self.name}", 60)
        return self.workers(count)


def run(command, check=True, seconds=60, **options):
    """Runs a command as the account until it ends; returns the CompletedProcess with text output."""
    options = {**ACCOUNT.popen_options(), "env": environment(), **options}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, cwd="/",
                          timeout=seconds, stdin=subprocess.DEVNULL, **options)
    if check and done.returncode != 0:
        raise Unready(f"{' '.join(str(w) for w in command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def program(name, *folders):
    """The path of an installed program, also in sbin folders; None if the program is missing."""
    return shutil.which(name, path=":".join([*folders, environment()["PATH"], os.environ.get("PATH", "")]))
