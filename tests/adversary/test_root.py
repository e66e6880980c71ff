# SPDX-License-Identifier: MIT
"""
An attacker has taken over an account of the registry and plants symbolic links for root to follow: in every folder that the
account owns, under all existing names and under the names that a start or a command may use. Then root starts the registry
and runs each command. Afterwards all files of root are unchanged, and the account cannot read any copy of their text.
"""
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess

import pytest
from postgres import Cluster
from processes import ACCOUNT, Child, environment, free_port, listening, program, wait_until
from stack import build_folder, yaml

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root: these tests run commands as root")

AS_IS = {"user": None, "group": None, "extra_groups": None}
SECRET = "root's secret, which nobody else reads\n"

# Names of files and folders that a start or a command makes, or made in an earlier version.
FILES = ["nginx.conf", "nginx.conf.new", ".nginx.conf.new", "nginx.pid", "apache2.conf", "apache2.conf.new", "apache2.pid",
         "clientcas.pem", "tls.key", "berth.lock", "pg_hba.conf", "pg_ident.conf", "postmaster.pid", "postgresql.conf",
         "berth.cluster", "PG_VERSION", "registry.sock", "uploads.sock", "token.sock", ".s.PGSQL.5432", ".s.PGSQL.5432.lock",
         "bundle.pem", "0.crt", "20200101T000000Z-rs256.crt", "20200101T000000Z-rs256.key", "htpasswd"]
SOCKETS = [name for name in FILES if ".sock" in name or "PGSQL" in name or name.endswith(".lock")]
FOLDERS = ["client_body", "fastcgi", "proxy", "uwsgi", "scgi", "docker", "berth", "spool", "uploads", "registry", "run"]


class Victim:
    """Files and folders of root, and their state before the attack."""

    def __init__(self):
        self.folder = ACCOUNT.roots_scratch()
        self.file, self.closed = f"{self.folder}/secret", f"{self.folder}/closed"
        os.mkdir(self.closed, 0o755)
        for path in (self.file, f"{self.closed}/old", f"{self.closed}/data"):
            with open(path, "w", encoding="ascii") as f:
                f.write(SECRET)
            os.chmod(path, 0o600)
            os.utime(path, (0, 0))  # old enough for every purge by age
        self.before = self.seen()

    def seen(self):
        found = {}
        for base, folders, files in os.walk(self.folder):
            for path in [base, *(os.path.join(base, name) for name in folders + files)]:
                info = os.lstat(path)
                text = ""
                if stat.S_ISREG(info.st_mode):
                    with open(path, encoding="ascii", errors="replace") as f:
                        text = f.read()
                found[path] = (info.st_uid, info.st_gid, oct(info.st_mode), text)
        return found

    def check(self, *elsewhere):
        """Checks that nothing has changed, and that no file below `elsewhere` that others own or can read has the secret."""
        assert self.seen() == self.before
        for folder in elsewhere:
            for base, _, files in os.walk(folder):
                for path in (os.path.join(base, name) for name in files):
                    info = os.lstat(path)
                    if not stat.S_ISREG(info.st_mode) or (info.st_uid == 0 and not info.st_mode & 0o044):
                        continue
                    with open(path, "rb") as f:
                        assert SECRET.encode() not in f.read(), path


@pytest.fixture
def victim():
    return Victim()


@pytest.fixture
def folder():
    return ACCOUNT.roots_scratch()


def as_account(name, work):
    """Runs work() in a child process as the account."""
    entry = pwd.getpwnam(name)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def plant(folder, victim, kept=()):
    """As the owner of the folder, replaces each entry by a link, and makes a link for each name in FILES and FOLDERS."""
    owner = pwd.getpwuid(os.lstat(folder).st_uid).pw_name
    assert owner != "root"

    def work():
        for name in {*os.listdir(folder), *FILES, *FOLDERS} - set(kept):
            path = os.path.join(folder, name)
            is_folder = os.path.isdir(path) or name in FOLDERS
            if os.path.lexists(path):
                os.rename(path, f"{path}.moved")
            os.symlink(victim.closed if is_folder else victim.file, path)

    as_account(owner, work)


def folders_of_others(top):
    """The outermost folders below `top` that root does not own."""
    found = []
    for base, folders, _ in os.walk(top):
        for name in list(folders):
            if os.lstat(os.path.join(base, name)).st_uid != 0:
                found.append(os.path.join(base, name))
                folders.remove(name)
    return sorted(found)


def berth(*words, seconds=120):
    """Runs a command as root."""
    return subprocess.run([os.path.join(build_folder(), "berth"), *words], capture_output=True, text=True, check=False,
                          cwd="/", timeout=seconds, stdin=subprocess.DEVNULL, env=environment())


class Serve:
    """`berth serve` with the token service, run by root in a folder of root."""

    def __init__(self, folder, server):
        self.folder, self.server, self.port = folder, server, free_port()
        self.data, self.keys, self.config = f"{folder}/data", f"{folder}/keys", f"{folder}/config.yml"
        os.mkdir(self.keys, 0o750)
        os.chown(self.keys, pwd.getpwnam("daemon").pw_uid, ACCOUNT.gid)
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(yaml({"version": "0.1", "storage": {"filesystem": {"rootdirectory": f"{self.data}/registry"}},
                          "http": {"addr": f"127.0.0.1:{self.port}", "draintimeout": "5s"},
                          "token_service": {"enabled": True, "keys": self.keys}}))
        assert berth("key", "generate", self.config).returncode == 0
        self.starts = 0

    def start_and_stop(self):
        """Whether the start succeeded. A refusal and a failure are allowed."""
        self.starts += 1
        log = f"{self.folder}/log{self.starts}"
        child = Child("berth serve", [os.path.join(build_folder(), "berth"), "serve", self.config, "--data", self.data,
                                      "--workers", "1", "--server", self.server, *ACCOUNT.serve_words()], log, **AS_IS)
        wait_until(lambda: not child.alive() or "ready on" in child.text() or "cannot be started" in child.text(), "an outcome", 120)
        up = child.alive() and "ready on" in child.text()
        child.stop(signal.SIGTERM, 60)
        return up


def start_among_links(serve, part, victim, kept):
    saved = f"{part}.saved"
    subprocess.run(["cp", "-a", part, saved], check=True)
    plant(part, victim, kept)
    serve.start_and_stop()
    victim.check(serve.folder)
    shutil.rmtree(part)
    os.rename(saved, part)


@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_a_start_by_root_follows_no_link_of_an_account(folder, victim, server):
    serve = Serve(folder, server)
    assert serve.start_and_stop()
    parts = folders_of_others(folder)
    assert {os.path.relpath(part, folder) for part in parts} == {
        "keys", "data/postgresql", "data/registry", "data/run/db", "data/run/fcgi", "data/run/token", "data/run/web"}
    for part in parts:
        # a start that fails at a socket does not reach the web server: so the first round keeps the sockets
        for kept in (SOCKETS, []) if "/run/" in part else ([],):
            start_among_links(serve, part, victim, kept)
    assert serve.start_and_stop(), "the restored folders start again"


@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_no_account_can_change_what_root_reads_at_a_start(folder, server):
    serve = Serve(folder, server)
    assert serve.start_and_stop()
    roots = [serve.config, serve.data, f"{serve.data}/run", f"{serve.data}/run/berth.lock", f"{serve.data}/run/pg_hba.conf",
             f"{serve.data}/run/pg_ident.conf", f"{serve.data}/run/{'apache2' if server == 'apache' else 'nginx'}.conf"]
    keys = [os.path.join(serve.keys, name) for name in os.listdir(serve.keys) if name.endswith(".key")]
    assert keys
    for name in (ACCOUNT.name, "daemon", "postgres"):
        def work(name=name):
            assert not [path for path in roots if os.access(path, os.W_OK)]
            if name != "daemon":
                assert not [path for path in keys if os.access(path, os.R_OK)]
            if name == ACCOUNT.name:
                assert os.access(f"{serve.keys}/bundle.pem", os.R_OK) and not os.access(serve.keys, os.W_OK)
                assert not os.access(f"{serve.data}/postgresql", os.X_OK)
        as_account(name, work)


def test_the_registrys_role_is_no_superuser_and_other_accounts_are_no_role(folder):
    serve = Serve(folder, "nginx")
    child = Child("berth serve", [os.path.join(build_folder(), "berth"), "serve", serve.config, "--data", serve.data,
                                  "--workers", "1", *ACCOUNT.serve_words()], f"{folder}/log", **AS_IS)
    wait_until(lambda: child.check_alive() and "ready on" in child.text(), "berth serve", 120)

    def psql(account, role):
        done = subprocess.run(["psql", "-XAtq", "-h", f"{serve.data}/run/db", "-U", role, "-d", "postgres", "-c",
                               "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"], capture_output=True, text=True,
                              check=False, user=account, extra_groups=[], env=environment(), timeout=60, cwd="/")
        return done.stdout.strip()

    try:
        assert psql(ACCOUNT.name, "berth") == psql("daemon", "berth") == "f"
        assert psql("root", "postgres") == psql("postgres", "postgres") == "t"
        assert psql(ACCOUNT.name, "postgres") == psql("daemon", "postgres") == psql("nobody", "berth") == ""
    finally:
        child.stop(signal.SIGTERM, 60)


# Commands

def configuration(folder, **sections):
    path = f"{folder}/config.yml"
    with open(path, "w", encoding="utf-8") as f:
        f.write(yaml({"version": "0.1", "storage": {"filesystem": {"rootdirectory": f"{folder}/registry"}},
                      "http": {"addr": "127.0.0.1:5000"}, **sections}))
    return path


def own(path, name):
    os.mkdir(path, 0o750)
    os.chown(path, pwd.getpwnam(name).pw_uid, ACCOUNT.gid)
    return path


@pytest.mark.parametrize("verb", [["generate"], ["list"], ["remove", "20200101T000000Z-rs256"]])
def test_commands_about_keys_follow_no_link(folder, victim, verb):
    keys = own(f"{folder}/keys", "daemon")
    config = configuration(folder, token_service={"enabled": True, "keys": keys})
    plant(keys, victim)
    done = berth("key", verb[0], config, *verb[1:])
    victim.check(folder)
    assert SECRET not in done.stdout + done.stderr


def test_a_folder_of_keys_that_is_a_link_of_an_account_is_not_entered_by_root(folder, victim):
    home = own(f"{folder}/home", ACCOUNT.name)
    as_account(ACCOUNT.name, lambda: os.symlink(victim.closed, f"{home}/keys"))
    done = berth("key", "generate", configuration(folder, token_service={"enabled": True, "keys": f"{home}/keys"}))
    victim.check(folder)
    assert done.returncode == 1, done


@pytest.mark.parametrize("command", [["check-storage"], ["purge-uploads"], ["migrate", "up"]])
@pytest.mark.parametrize("where", ["docker", "berth", "both below", "the root itself"])
def test_commands_about_the_storage_follow_no_link(folder, victim, command, where):
    cluster = Cluster(ACCOUNT.scratch())
    cluster.start()
    try:
        home = own(f"{folder}/home", ACCOUNT.name)
        cluster.create("registry")
        config = configuration(folder, storage={"filesystem": {"rootdirectory": f"{home}/registry"}},
                               database={"enabled": True, **cluster.settings("registry")})
        assert berth("migrate", "up", config).returncode == 0

        def work():
            if where == "the root itself":
                os.symlink(victim.closed, f"{home}/registry")
                return
            os.mkdir(f"{home}/registry")
            if where == "both below":
                os.mkdir(f"{home}/registry/berth")
                for name in ("uploads", "spool"):
                    os.symlink(victim.closed, f"{home}/registry/berth/{name}")
                return
            os.symlink(victim.closed, f"{home}/registry/{where}")

        as_account(ACCOUNT.name, work)
        berth(*command, config)
        victim.check(folder)
    finally:
        cluster.stop()


def test_check_storage_leaves_the_storage_to_the_account_that_serves(folder):
    config = configuration(folder)
    for words in (["--user", ACCOUNT.name], []):  # makes the folder, then finds its owner
        done = berth("check-storage", config, *words)
        assert done.returncode == 0 and f"acting as the account {ACCOUNT.name}" in done.stderr, done
    made = [f"{folder}/registry"] + [os.path.join(base, name) for base, folders, files in os.walk(f"{folder}/registry") for name in folders + files]
    assert made and {os.lstat(path).st_uid for path in made} == {ACCOUNT.uid}


# NGINX of the distribution, which starts as root

class Site:
    """A rendered site in a separate NGINX, which root starts and whose workers run as the account."""

    def __init__(self, folder):
        self.folder, self.root, self.port = folder, f"{folder}/registry", free_port()
        self.config = configuration(folder, http={"addr": f"127.0.0.1:{self.port}"})
        self.run = f"{folder}/run"
        os.mkdir(self.run)

    def prepare(self):
        return berth("prepare", "--user", ACCOUNT.name, self.config)

    def nginx(self, *words):
        done = berth("render", "nginx", "--site", self.config)
        assert done.returncode == 0, done
        with open(f"{self.folder}/site.conf", "w", encoding="utf-8") as f:
            f.write(done.stdout)
        with open(f"{self.folder}/nginx.conf", "w", encoding="utf-8") as f:
            temps = "".join(f"{name}_temp_path {self.run}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            f.write(f"user {ACCOUNT.name};\npid {self.run}/pid;\nerror_log stderr;\nevents {{}}\n"
                    f"http {{ access_log off; {temps}\ninclude {self.folder}/site.conf; }}\n")
        return [program("nginx"), "-p", self.run, "-c", f"{self.folder}/nginx.conf", *words]


def test_nginx_started_as_root_with_the_rendered_site_changes_nothing_of_roots(folder, victim):
    site = Site(folder)
    assert site.prepare().returncode == 0
    parts = folders_of_others(site.root)
    assert {os.path.relpath(part, site.root) for part in parts} == {"docker", "berth/uploads", "berth/spool"}

    def work():
        for above in (site.root, f"{site.root}/berth"):
            for change in (lambda at: os.symlink(victim.closed, f"{at}/new"), lambda at: os.rename(f"{at}/spool", f"{at}/gone"),
                           lambda at: os.rmdir(f"{at}/spool"), lambda at: os.rename(at, f"{at}.gone")):
                try:
                    change(above)
                except OSError:
                    continue
                raise AssertionError(f"{above} can be changed")

    as_account(ACCOUNT.name, work)
    for part in parts:
        plant(part, victim)
    done = subprocess.run(site.nginx("-t"), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    child = Child("nginx", site.nginx("-g", "daemon off;"), f"{folder}/web.log", **AS_IS)
    wait_until(lambda: child.check_alive() and listening(("127.0.0.1", site.port)), "nginx")
    child.stop(signal.SIGQUIT)
    victim.check(site.root)


def test_workers_serve_from_folders_that_were_prepared(folder):
    site = Site(folder)
    assert site.prepare().returncode == 0 and site.prepare().returncode == 0
    done = berth("check-storage", site.config)
    assert done.returncode == 0 and f"acting as the account {ACCOUNT.name}" in done.stderr, done


@pytest.mark.parametrize("name, inside", [("berth", "registry"), ("docker", "registry"), ("spool", "registry/berth")])
def test_prepare_takes_over_a_storage_but_no_link_in_it(folder, victim, name, inside):
    site = Site(folder)
    own(site.root, ACCOUNT.name)
    if inside != "registry":
        own(f"{folder}/{inside}", ACCOUNT.name)
    as_account(ACCOUNT.name, lambda: os.symlink(victim.closed, f"{folder}/{inside}/{name}"))
    done = site.prepare()
    assert done.returncode == 1 and "is not a folder" in done.stderr, done
    victim.check(folder)
    os.unlink(f"{folder}/{inside}/{name}")
    assert site.prepare().returncode == 0


def test_a_socket_that_is_a_link_is_not_spoken_to_by_root(folder):
    serve = Serve(folder, "nginx")
    assert serve.start_and_stop()
    heard = []
    with socket.socket(socket.AF_UNIX) as other:
        own(f"{folder}/closed", "root")
        other.bind(f"{folder}/closed/sock")
        os.chmod(f"{folder}/closed", 0o700)
        other.listen(8)
        other.settimeout(0.1)
        for part, name in (("fcgi", "registry.sock"), ("token", "token.sock"), ("db", ".s.PGSQL.5432")):
            path = f"{serve.data}/run/{part}/{name}"
            if os.path.lexists(path):
                os.unlink(path)
            os.symlink(f"{folder}/closed/sock", path)
        serve.start_and_stop()
        try:
            heard.append(other.accept())
        except TimeoutError:
            pass
    assert not heard
