# SPDX-License-Identifier: MIT
"""
The real stack on loopback: PostgreSQL, `berth migrate`, registry.fcgi under spawn-fcgi, NGINX or Apache in front.

`Berth` is one registry with one configuration. Several registries may share a PostgreSQL cluster. With `beside`, a registry
also shares the database and storage of another: so a read-only registry gets existing content.
"""
import copy
import glob
import os
import re
import shutil
import signal

from postgres import Cluster
from processes import ACCOUNT, Child, Unready, environment, free_port, listening, program, run, wait_until
from storages import Filesystem
from wire import Client

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
ENGINES = {"nginx": ["nginx"], "apache": ["apache2"]}
DAMAGE = re.compile(r"AddressSanitizer(?! failed to allocate)|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:|"
                    r"(worker|housekeeper)[^\n]*(SIGSEGV|SIGABRT|SIGBUS|SIGILL|signal (4|6|7|8|11)\b)|"
                    r"[Aa]ssertion .* failed|stack smashing|double free")


def build_folder():
    """The build tree under test: BERTH_BUILD."""
    folder = os.environ.get("BERTH_BUILD")
    if not folder or not os.path.exists(os.path.join(folder, "registry.fcgi")):
        raise Unready("set BERTH_BUILD to a tree in which registry.fcgi and berth are built")
    return os.path.realpath(folder)


def yaml(value, indent=0):
    """Block YAML of dicts, lists and scalars; every string is quoted as JSON would."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{key}:" + (f"\n{yaml(item, indent + 1)}" if isinstance(item, (dict, list)) and item
                                         else f" {yaml(item)}\n") for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}- {yaml(item, indent + 1).lstrip()}" if isinstance(item, dict) else f"{pad}- {yaml(item)}\n"
                       for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (int, dict, list)):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def merged(base, change):
    """`base` merged with the nested dict `change`. A value None removes the key."""
    result = copy.deepcopy(base)
    for key, item in change.items():
        if item is None:
            result.pop(key, None)
        elif isinstance(item, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], item)
        else:
            result[key] = copy.deepcopy(item)
    return result


class Berth:
    """One registry: its configuration, processes and logs. Use it as a context manager, or call start and stop."""

    access_log = True

    def __init__(self, cluster, frontend, change=None, beside=None, workers=4, upload_workers=2, folder=None, keeper=None,
                 variables=None, token_workers=4):
        """`keeper` is a storage of storages.py (default: the filesystem). `variables` are in the environment of Berth's programs."""
        self.cluster, self.frontend, self.environment = cluster, frontend, environment(**(variables or {}))
        self.workers, self.upload_workers, self.token_workers = workers, upload_workers, token_workers
        self.build = build_folder()
        self.folder = folder or ACCOUNT.scratch()
        self.owns_folder = folder is None
        self.storage = beside.storage if beside else ACCOUNT.folder(os.path.join(self.folder, "data"))
        self.place = beside.place if beside else (keeper or Filesystem()).section(self.storage, self._bucket())
        in_folder = "filesystem" in self.place
        self.spool = os.path.join(self.storage, "berth", "spool") if in_folder else ACCOUNT.folder(os.path.join(self.folder, "spool"))
        self.database = beside.database if beside else "r" + os.path.basename(self.folder).replace(".", "_")
        self.shared = beside is not None
        self.port = free_port()
        self.config_path = os.path.join(self.folder, "config.yml")
        self.config = self._expand(merged(self._default_config(), change or {}))
        self.children = {}
        self.client = Client("127.0.0.1", self.port, self.config["http"].get("prefix", "/"))

    def _bucket(self):
        """A name of lower-case letters and digits, as unique as the folder."""
        return "b" + os.path.basename(self.folder).encode().hex()[-40:]

    def _default_config(self):
        return {
            "version": "0.1",
            "log": {"level": "info"},
            "storage": {**self.place, "delete": {"enabled": True}},
            **({} if "filesystem" in self.place else {"spool": {"directory": self.spool}}),
            "database": {"enabled": True, **self.cluster.settings(self.database)},
            "http": {"addr": f"127.0.0.1:{self.port}", "draintimeout": "10s"},
            "validation": {"manifests": {"urls": {"allow": ["^https?://"]}}},
        }

    def _expand(self, value):
        """`{port}` and `{folder}` in a change stand for the port and folder of the registry."""
        if isinstance(value, dict):
            return {key: self._expand(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._expand(item) for item in value]
        if isinstance(value, str):
            return value.replace("{port}", str(self.port)).replace("{folder}", self.folder)
        return value

    @property
    def has_tokens(self):
        return bool(self.config.get("token_service", {}).get("enabled"))

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def start(self):
        if not self.shared:
            self.cluster.create(self.database)
        self.write_config()
        self.berth("migrate", "up", self.config_path)
        if self.has_tokens and not self.shared:
            self.berth("key", "generate", self.config_path)
        self.start_workers()
        self.start_frontend()
        return self

    def write_config(self):
        with open(self.config_path, "w", encoding="utf-8") as f:
            f.write(yaml(self.config))

    def berth(self, *words, check=True):
        return run([os.path.join(self.build, "berth"), *words], check=check, env=self.environment)

    def socket(self, pool):
        return os.path.join(self.folder, f"{pool}.sock")

    def log(self, name):
        return os.path.join(self.folder, f"{name}.log")

    def start_workers(self):
        self._start_pool("main", self.workers)
        self._start_pool("uploads", self.upload_workers)
        if self.has_tokens:
            self._start_pool("tokens", self.token_workers, "token.fcgi")

    def _start_pool(self, pool, count, fcgi="registry.fcgi"):
        command = [program("spawn-fcgi"), "-n", "-s", self.socket(pool), "-M", "0600", "--",
                   os.path.join(self.build, fcgi), "--workers", count]
        if pool != "main":
            command += ["--pool", pool]
        child = self.children[pool] = Child(f"{fcgi} ({pool})", [*command, self.config_path], self.log(pool),
                                           env=self.environment)
        wait_until(lambda: child.check_alive() and len(child.children()) >= count and listening(self.socket(pool)),
                   f"the workers of pool {pool}")

    def start_frontend(self):
        rendered = os.path.join(self.folder, f"{self.frontend}.conf")
        done = self.berth("render", self.frontend, self.config_path, "--socket", self.socket("main"),
                          "--upload-socket", self.socket("uploads"), "--token-socket", self.socket("tokens"),
                          "--runtime-dir", self.folder, *(["--access-log", self.log("access")] if self.access_log else []))
        with open(rendered, "w", encoding="utf-8") as f:
            f.write(done.stdout)
        if self.frontend == "nginx":
            command = [program("nginx"), "-e", self.log("web"), "-p", self.folder, "-c", rendered, "-g", "daemon off;"]
        else:
            command = [program("apache2"), "-d", self.folder, "-f", rendered, "-DFOREGROUND"]
        child = self.children["web"] = Child(self.frontend, command, self.log("web"))
        wait_until(lambda: child.check_alive() and listening(("127.0.0.1", self.port)), self.frontend)

    def stop(self):
        for name in ("web", "main", "uploads", "tokens"):
            if name in self.children:
                self.children.pop(name).stop(signal.SIGTERM)
        if not self.shared:
            self._drop_database()

    def _drop_database(self):
        try:
            self.cluster.sql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)', "postgres")
        except Unready:
            pass  # a test has stopped PostgreSQL; the whole cluster is removed later

    def sql(self, text):
        return self.cluster.sql(text, self.database)

    def damage(self):
        """Lines of the logs that report a crash or a sanitizer's finding."""
        found = []
        for path in sorted(glob.glob(os.path.join(self.folder, "*.log"))):
            with open(path, encoding="utf-8", errors="replace") as f:
                lines = f.read().splitlines()
            for at, line in enumerate(lines):
                if DAMAGE.search(line):
                    found.append(f"{path}:\n" + "\n".join(lines[at:at + 30]))
                    break
        return found

    def remove(self, keep=False):
        if self.owns_folder and not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


class DebianRegistry:
    """Debian's docker-registry with the methods of `Berth`. The tests run against it to check the tests themselves."""

    frontend, shared = "direct", False

    def __init__(self, change=None, beside=None):
        self.folder = ACCOUNT.scratch()
        self.storage = beside.storage if beside else ACCOUNT.folder(os.path.join(self.folder, "data"))
        self.port = free_port()
        self.config = merged({
            "version": "0.1", "storage": {"filesystem": {"rootdirectory": self.storage}, "delete": {"enabled": True}},
            "http": {"addr": f"127.0.0.1:{self.port}"},
            "validation": {"manifests": {"urls": {"allow": ["^https?://"]}}}}, change or {})
        self.client = Client("127.0.0.1", self.port, self.config["http"].get("prefix", "/"), checked=False)
        self.child = None

    def start(self):
        path = os.path.join(self.folder, "config.yml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(yaml(self.config))
        self.child = Child("docker-registry", [program("docker-registry"), "serve", path],
                           os.path.join(self.folder, "registry.log"))
        wait_until(lambda: self.child.check_alive() and listening(("127.0.0.1", self.port)), "docker-registry")
        return self

    def stop(self):
        if self.child:
            self.child.stop()

    def damage(self):
        return []

    def remove(self, keep=False):
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


class Registries:
    """The registries of one test session and one front end, one for each configuration. Each is started once."""

    def __init__(self, target, frontend, keeper=None):
        self.target, self.frontend, self.keeper = target, frontend, keeper
        self.folder = ACCOUNT.scratch()
        self.cluster, self.by_key = None, {}

    def main(self):
        return self.get({})

    def get(self, change, beside=None):
        """The registry with this change to the default configuration. With `beside`, it shares that registry's database and storage."""
        key = repr((change, beside and beside.folder))
        if key not in self.by_key:
            self.by_key[key] = self._new(change, beside)
            self.by_key[key].start()
        return self.by_key[key]

    def _new(self, change, beside):
        if self.target == "debian":
            return DebianRegistry(change, beside)
        small = {"workers": 2, "upload_workers": 1} if change else {}
        return Berth(self.shared_cluster(), self.frontend, change, beside, keeper=self.keeper, **small)

    def shared_cluster(self):
        if not self.cluster:
            self.cluster = Cluster(self.folder)
            self.cluster.start()
        return self.cluster

    def close(self, keep=False):
        """Stops all registries; returns the lines of the logs that report damage."""
        damage = []
        for registry in sorted(self.by_key.values(), key=lambda r: not r.shared):
            registry.stop()
            damage += registry.damage()
        if self.cluster:
            self.cluster.stop()
        for registry in self.by_key.values():
            registry.remove(keep or bool(damage))
        if not keep and not damage:
            shutil.rmtree(self.folder, ignore_errors=True)
        return damage
