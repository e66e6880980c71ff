# SPDX-License-Identifier: MIT
"""`berth serve` as a whole: starts, keeps alive, stops, and refuses what is not its own."""
import fcntl
import http.client
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import termios
import threading
import time

import pytest

from processes import ACCOUNT, Child, environment, free_port, listening, run, wait_until
from stack import ROOT, build_folder, merged, yaml
from tls import self_signed
from tokens import basic

AS_IS = {"user": None, "group": None, "extra_groups": None}
IS_ROOT = os.getuid() == 0


def state(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def descendants(pid):
    found, parents = [], {pid}
    table = {int(name): state(name) for name in os.listdir("/proc") if name.isdigit()}
    while parents:
        parents = {child for child, fields in table.items() if fields and int(fields[1]) in parents and fields[0] != "Z"}
        found += parents
    return found


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as f:
            return f.read().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Serve:
    """`berth serve` with the defaults of a user; as root, with accounts that every Debian with PostgreSQL has."""

    def __init__(self, change=None, root=True):
        self.options = AS_IS if root else {}
        self.folder = ACCOUNT.roots_scratch() if root else ACCOUNT.scratch()
        self.words = ACCOUNT.serve_words() if root else []
        self.data = os.path.join(self.folder, "data")
        self.port = free_port()
        self.child = None
        self.config = os.path.join(self.folder, "config.yml")
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(yaml(merged({"version": "0.1", "storage": {"filesystem": {"rootdirectory": os.path.join(self.data, "registry")}},
                                 "http": {"addr": f"127.0.0.1:{self.port}", "draintimeout": "5s"}}, change or {})))

    def launch(self, *words):
        berth = os.path.join(build_folder(), "berth")
        self.child = Child("berth serve", [berth, "serve", self.config, "--data", self.data, "--workers", "2",
                                           *self.words, *words],
                           os.path.join(self.folder, "log"), **self.options)
        return self

    def start(self, *words):
        before = self.child.text().count("ready on") if self.child else 0
        self.launch(*words)
        wait_until(lambda: self.child.check_alive() and self.child.text().count("ready on") > before, "berth serve", 60)
        return self

    def refused(self, *words, most=1):
        """The one line that says why."""
        self.launch(*words)
        wait_until(lambda: not self.child.alive(), "the refusal", 60)
        assert self.child.process.returncode == 1, self.child.text()
        lines = [line for line in self.child.text().splitlines() if line.startswith("berth: ")]
        assert lines and len(lines) <= most, self.child.text()
        return lines[-1]

    def get(self, target="/v2/"):
        peer = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            peer.request("GET", target)
            answer = peer.getresponse()
            answer.read()
            return answer.status
        except OSError:
            return None
        finally:
            peer.close()

    def pid_of(self, part):
        """Of the topmost descendant whose command line has `part`."""
        return next((pid for pid in descendants(self.child.pid) if part in command_line(pid)), None)

    def stop(self, number=signal.SIGTERM):
        before = descendants(self.child.pid)
        status = self.child.stop(number)
        wait_until(lambda: not any(state(pid) and state(pid)[0] != "Z" for pid in before), "the descendants' end", 60)
        return status

    def remove(self):
        if self.child and self.child.alive():
            self.child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


needs_root = pytest.mark.skipif(not IS_ROOT, reason="needs root")


def signing():
    """A configuration with the token service, whose folder of keys is not made yet."""
    return {"token_service": {"enabled": True, "keys": os.path.join(ACCOUNT.roots_scratch(), "keys")}}


def make_key(serve, change):
    """`berth key generate` in a folder of the signer's, as whoever runs the tests."""
    keys = change["token_service"]["keys"]
    os.mkdir(keys, 0o750)
    if IS_ROOT:
        os.chown(keys, pwd.getpwnam("daemon").pw_uid, ACCOUNT.gid)
    run([os.path.join(build_folder(), "berth"), "key", "generate", serve.config], **AS_IS)


@pytest.fixture
def make():
    made = []

    def one(*args, **options):
        made.append(Serve(*args, **options))
        return made[-1]

    yield one
    for serve in made:
        serve.remove()


@pytest.mark.parametrize("server", ["nginx", "apache"])
@pytest.mark.parametrize("root", [pytest.param(True, marks=pytest.mark.skipif(os.getuid() != 0, reason="needs root")), False])
def test_it_starts_serves_stops_and_finds_its_data_again(make, server, root):
    serve = make(root=root).start("--server", server)
    assert serve.get() == 200 and serve.get("/v2/_catalog") == 200
    assert serve.stop(signal.SIGINT) == 0
    assert not listening(("127.0.0.1", serve.port))
    serve.start("--server", server)
    assert "making a PostgreSQL cluster" not in serve.child.text().split("stopped")[-1]
    assert serve.get("/v2/_catalog") == 200
    assert serve.stop(signal.SIGTERM) == 0


def owner(pid):
    """The account that a process runs as."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return pwd.getpwuid(int(next(line for line in f if line.startswith("Uid:")).split()[1])).pw_name


def capabilities(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(next(line for line in f if line.startswith("CapEff:")).split()[1], 16)


@needs_root
@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_as_root_workers_signer_and_database_are_different_accounts_and_root_only_supervises(make, server):
    change = signing()
    serve = make(change)
    make_key(serve, change)
    serve.start("--server", server)
    seen = {}
    for pid in descendants(serve.child.pid):
        seen.setdefault(owner(pid), set()).add(os.path.basename(os.readlink(f"/proc/{pid}/exe")))
        assert capabilities(pid) == 0 or owner(pid) == "root", command_line(pid)
    web = {"nginx": "nginx", "apache": "apache2"}[server]
    assert seen == {"root": {"berth"}, "daemon": {"token.fcgi"}, "postgres": {"postgres"},
                    ACCOUNT.name: {"registry.fcgi", web}}
    assert serve.get("/jwt/auth") == 200


@pytest.mark.parametrize("part", ["nginx: master", "--pool registry", "bin/postgres -D"])
def test_a_killed_part_is_back_soon(make, part):
    serve = make().start()
    pid = wait_until(lambda: serve.pid_of(part), part)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: serve.pid_of(part) not in (None, pid), f"a new {part}", 60)
    wait_until(lambda: serve.get("/v2/_catalog") == 200, "the service", 60)
    assert serve.stop() == 0


@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_with_a_password_file_it_asks_and_makes_the_file_that_is_missing(make, server):
    served = make({"auth": {"htpasswd": {"realm": "r", "path": os.path.join(ACCOUNT.scratch(), "htpasswd")}}})
    served.start("--server", server)
    password = served.child.text().split("user docker, password ")[1].split('"')[0]
    for headers, status in [({}, 401), (basic("docker", password), 200), (basic("docker", password + "x"), 401)]:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
        connection.request("GET", "/v2/", headers=headers)
        assert connection.getresponse().status == status
        connection.close()


def test_a_killed_supervisor_takes_its_children_along(make):
    serve = make().start()
    children = descendants(serve.child.pid)
    assert len(children) > 6
    serve.child.process.kill()
    serve.child.process.wait()
    wait_until(lambda: not any(state(pid) and state(pid)[0] != "Z" for pid in children), "the children's end", 60)
    serve.start()
    assert serve.get("/v2/_catalog") == 200


def test_a_request_at_hand_is_finished_before_the_end(make):
    serve = make().start()
    with socket.create_connection(("127.0.0.1", serve.port)) as slow:
        slow.settimeout(60)
        slow.sendall(b"POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        assert slow.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        slow.sendall(b"ab")
        serve.child.process.terminate()
        time.sleep(0.5)
        slow.sendall(b"cd")
        assert slow.recv(1000).startswith(b"HTTP/1.1 2")
    assert serve.child.process.wait(60) == 0


# The log

def popen(serve, *words, **options):
    """`berth serve` with a stderr, a terminal and signals of the test's choice; returned when it answers."""
    command = [os.path.join(build_folder(), "berth"), "serve", serve.config, "--data", serve.data, "--workers", "2",
               *serve.words, *words]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment(), cwd="/", **options)
    wait_until(lambda: process.poll() is not None or serve.get() == 200, "berth serve")
    assert process.poll() is None, f"ended with {process.returncode}"
    return process


class Collected:
    """What a process writes to a pipe or a socket, read in a thread."""

    def __init__(self, source):
        self.parts, self.source = [], source
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while True:
            part = os.read(self.source, 65536)
            if not part:
                return
            self.parts.append(part)

    def text(self):
        self.thread.join(60)
        assert not self.thread.is_alive(), "somebody holds the other end"
        return b"".join(self.parts).decode(errors="replace")


def logged_to(kind, folder):
    """A descriptor for stderr, and a function that returns what came there once the process has ended."""
    if kind == "file":
        path = os.path.join(folder, "stderr")
        out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

        def read():
            with open(path, encoding="utf-8", errors="replace") as f:
                return f.read()
        return out, read
    ours, theirs = os.pipe() if kind == "pipe" else [end.detach() for end in socket.socketpair()]
    collected = Collected(ours)
    return theirs, lambda: (collected.text(), os.close(ours))[0]


@pytest.mark.parametrize("server", ["nginx", "apache"])
@pytest.mark.parametrize("kind", ["file", "pipe", "socket"])
def test_no_line_of_the_access_log_is_lost(make, server, kind):
    serve = make()
    out, read = logged_to(kind, serve.folder)
    process = popen(serve, "--server", server, stderr=out)
    os.close(out)
    asked = [f"/v2/line{number}/tags/list" for number in range(60)]
    for number, target in enumerate(asked):
        assert serve.get(target) == 404
        if number % 20 == 0:
            process.send_signal(signal.SIGHUP)  # the workers write lines of their own
    process.terminate()
    assert process.wait(60) == 0
    text = read()
    assert [target for target in asked if f'"GET {target} HTTP/1.1" 404' not in text] == []
    assert text.count('msg="stopped"') == 1 and "\0" not in text


@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_a_start_warns_once_and_logs_nothing_fatal(make, server):
    serve = make()
    for _ in range(2):
        serve.start("--server", server)
        assert serve.get("/v2/_catalog") == 200
        assert serve.stop() == 0
    text = serve.child.text()
    assert text.count("no authentication: every client that reaches this registry may pull and push") == 2, text
    assert "FATAL" not in text and "Ignoring parameter" not in text


def test_apache_takes_what_is_said_of_the_token_service_without_a_warning(make):
    change = signing()
    serve = make(change)
    make_key(serve, change)
    serve.start("--server", "apache")
    assert serve.get("/jwt/auth") == serve.get("/auth/token") == 200
    assert serve.stop() == 0
    assert "Ignoring parameter" not in serve.child.text() and "[proxy:warn]" not in serve.child.text()


# Signals and terminals

def with_terminal(serve, ignoring_hup=False):
    """In the foreground of a terminal of its own; returns the process and the terminal's other end."""
    ours, theirs = os.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        if ignoring_hup:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with open(os.path.join(serve.folder, "log"), "ab") as log:
        process = popen(serve, stderr=log, preexec_fn=take_terminal)
    os.close(theirs)
    return process, ours


def test_a_closed_terminal_ends_all_of_it(make):
    serve = make()
    process, terminal = with_terminal(serve)
    parts = descendants(process.pid)
    assert len(parts) > 5
    os.close(terminal)
    assert process.wait(60) == 0
    wait_until(lambda: not any(state(pid) and state(pid)[0] != "Z" for pid in parts), "the descendants' end")


@pytest.mark.parametrize("ignoring_hup", [False, True])
def test_hup_reloads_while_the_terminal_is_there_and_under_nohup_when_it_is_gone(make, ignoring_hup):
    serve = make()
    process, terminal = with_terminal(serve, ignoring_hup)

    def reloads():
        with open(os.path.join(serve.folder, "log"), encoding="utf-8", errors="replace") as f:
            return f.read().count("new configuration, generation")

    try:
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: reloads() == 1, "the reload")
        if ignoring_hup:
            os.close(terminal)
            terminal = -1
            wait_until(lambda: reloads() == 2 or process.poll() is not None, "the reload that the hang-up is")
        assert process.poll() is None and serve.get() == 200
    finally:
        process.terminate()
        if terminal >= 0:
            os.close(terminal)
    assert process.wait(60) == 0


def test_hup_reaches_the_workers(make):
    serve = make().start()
    serve.child.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "new configuration, generation 1" in serve.child.text(), "the reload")
    assert serve.get() == 200


def test_the_token_service_is_started_and_its_missing_key_named(make):
    service = signing()
    site = make(service)
    site.launch()
    wait_until(lambda: not site.child.alive(), "the refusal", 60)
    assert site.child.process.returncode == 1 and "run `berth key generate CONFIG`" in site.child.text(), site.child.text()
    make_key(site, service)
    site.start()
    assert site.get("/jwt/auth") == site.get("/auth/token") == 200
    os.kill(site.pid_of("--pool tokens"), signal.SIGKILL)
    wait_until(lambda: site.get("/jwt/auth") == 200, "another token.fcgi", 60)
    assert site.stop() == 0


@pytest.mark.parametrize("word", ["version", "--version", "-v"])
def test_the_version_has_one_name_before_it(word):
    said = run([os.path.join(build_folder(), "berth"), word]).stdout
    assert re.fullmatch(r"berth v\d+\.\d+\.\d+\n", said)


def test_it_works_under_the_name_registry_and_with_the_path_in_the_environment(make):
    serve = make()
    path = os.path.join(serve.folder, "registry")
    os.symlink(os.path.join(build_folder(), "berth"), path)
    said = run([path, "--version"]).stdout
    assert re.fullmatch(r"registry berth v\d+\.\d+\.\d+\n", said)
    serve.child = Child("registry serve", [path, "serve", "--data", serve.data, *serve.words], os.path.join(serve.folder, "log"),
                        env=environment(REGISTRY_CONFIGURATION_PATH=serve.config), **serve.options)
    wait_until(lambda: serve.child.check_alive() and "ready on" in serve.child.text(), "registry serve", 60)
    assert serve.get() == 200


def test_commands_that_are_not_built_say_so(make):
    for words in (["garbage-collect", "x"], ["database", "migrate", "up"]):
        done = run([os.path.join(build_folder(), "berth"), *words], check=False)
        assert done.returncode == 1 and "not built yet" in done.stderr


def low_port():
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port below 1024 is free")


@needs_root
@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_as_root_a_low_port_and_a_key_of_roots_are_served_without_a_web_server_of_roots(make, server):
    certificate, key = self_signed("IP:127.0.0.1")
    port, folder = low_port(), ACCOUNT.roots_scratch()
    for name, source in (("crt", certificate), ("key", key)):
        shutil.copy(source, f"{folder}/{name}")
        os.chown(f"{folder}/{name}", 0, 0)
        os.chmod(f"{folder}/{name}", 0o600)
    serve = make({"http": {"addr": f"127.0.0.1:{port}", "tls": {"certificate": folder + "/crt", "key": folder + "/key"}}})
    serve.start("--server", server)
    context = ssl.create_default_context(cafile=certificate)
    peer = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
    peer.request("GET", "/v2/")
    assert peer.getresponse().status == 200
    peer.close()
    web = [pid for pid in descendants(serve.child.pid) if os.readlink(f"/proc/{pid}/exe").endswith(("nginx", "apache2"))]
    assert web and {owner(pid) for pid in web} == {ACCOUNT.name}
    assert {capabilities(pid) for pid in web} == {1 << 10}  # CAP_NET_BIND_SERVICE
    copy = os.stat(serve.data + "/run/tls.key")
    assert (copy.st_uid, copy.st_gid, stat.S_IMODE(copy.st_mode)) == (0, ACCOUNT.gid, 0o640)


# What it refuses

def test_a_busy_port(make):
    serve = make()
    with socket.socket() as other:
        other.bind(("127.0.0.1", serve.port))
        other.listen(1)
        assert f"another program uses port {serve.port} of 127.0.0.1" in serve.refused()
        assert listening(("127.0.0.1", serve.port))


def snapshot(folder):
    return sorted((base, tuple(sorted(folders)), tuple(sorted(files))) for base, folders, files in os.walk(folder))


@pytest.mark.parametrize("content, word", [({"PG_VERSION": "15\n"}, "no cluster that `berth serve` made"),
                                           ({"notes.txt": "x"}, "no cluster that `berth serve` made"),
                                           ({"berth.cluster": "x"}, "no PG_VERSION"),
                                           ({"berth.cluster": "x", "PG_VERSION": "9\n"}, "made by PostgreSQL 9, which is not installed")])
def test_a_foreign_or_damaged_cluster(make, content, word):
    serve = make()
    cluster = serve.data + "/postgresql"
    os.makedirs(cluster)
    for name, text in content.items():
        with open(os.path.join(cluster, name), "w", encoding="ascii") as f:
            f.write(text)
    before = snapshot(cluster)
    assert word in serve.refused()
    assert snapshot(cluster) == before


def test_a_half_made_cluster(make):
    serve = make()
    os.makedirs(serve.data + "/postgresql.new")
    assert "did not finish" in serve.refused()
    assert os.listdir(serve.data + "/postgresql.new") == []


def test_a_foreign_run_folder(make):
    serve = make()
    run_folder = serve.data + "/run"
    os.makedirs(run_folder)
    with open(os.path.join(run_folder, "other.pid"), "w", encoding="ascii") as f:
        f.write("1")
    assert "no folder that `berth serve` made" in serve.refused()
    assert os.listdir(run_folder) == ["other.pid"]


def test_a_second_serve_on_the_same_data(make):
    serve = make().start()
    second = make()
    second.data = serve.data
    assert "another berth serve" in second.refused()
    assert serve.get("/v2/_catalog") == 200


def test_an_end_during_the_first_start_leaves_nothing_half_made(make):
    serve = make().launch()
    wait_until(lambda: any(os.path.exists(serve.data + end) for end in ("/postgresql.new/PG_VERSION", "/postgresql")), "initdb", 60, 0.001)
    assert serve.stop(signal.SIGINT) == 0
    assert not os.path.exists(serve.data + "/postgresql.new") or os.path.exists(serve.data + "/postgresql")
    serve.start()
    assert serve.get("/v2/_catalog") == 200


def test_a_wrong_configuration_has_its_exit_status(make):
    serve = make({"storage": {"filesystem": None, "nonsense": {}}})
    serve.launch()
    wait_until(lambda: not serve.child.alive(), "the refusal")
    assert serve.child.process.returncode == 3


def test_a_database_that_is_away(make):
    serve = make({"database": {"enabled": True, "host": "127.0.0.1", "port": free_port(), "user": "x", "dbname": "x"}})
    assert "schema" in serve.refused(most=2)  # the first tells what libpq said
    assert not os.path.exists(serve.data + "/postgresql")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_an_account_that_is_missing_or_root(make):
    assert "there is no account" in make().refused("--user", "no-such-account")
    assert "does not run as root" in make().refused("--user", "root")
    assert "must not share one" in make().refused("--database-user", ACCOUNT.name)
    assert "useradd --system" in make().refused("--database-user", "no-such-account")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_a_folder_that_the_account_may_not_enter(make):
    serve = make()
    os.makedirs(serve.folder + "/closed", mode=0o700)
    serve.data = serve.folder + "/closed/data"
    assert "is closed to" in serve.refused()


@needs_root
def test_a_socket_of_the_web_server_where_its_account_may_make_none(make):
    serve = make()
    with open(serve.config, "w", encoding="utf-8") as f:
        f.write(yaml({"version": "0.1", "storage": {"filesystem": {"rootdirectory": serve.data + "/registry"}},
                      "http": {"net": "unix", "addr": serve.folder + "/http.sock"}}))
    assert f"the account {ACCOUNT.name} cannot make a socket in {serve.folder}" in serve.refused()


# The quickstart's own refusals; its --check is a test of tests/run.sh

def quickstart(*words):
    return subprocess.run([os.path.join(ROOT, "conf", "quickstart.sh"), *words], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=60)


def test_the_quickstart_refuses_a_busy_port_and_a_foreign_folder(tmp_path):
    (tmp_path / "mine").write_text("x")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        done = quickstart("--port", str(other.getsockname()[1]), "--data", str(tmp_path / "new"))
        assert done.returncode == 1 and "in use" in done.stderr and not (tmp_path / "new").exists()
    done = quickstart("--port", str(free_port()), "--data", str(tmp_path))
    assert done.returncode == 1 and "not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    for words in (["--port", "x"], ["--port", "70000"], ["--server", "lighttpd"], ["--nonsense"], ["--data"]):
        assert quickstart(*words).returncode == 2
