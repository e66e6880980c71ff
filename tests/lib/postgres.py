# SPDX-License-Identifier: MIT
"""A scratch PostgreSQL cluster on a unix socket, separate from the system's PostgreSQL."""
import contextlib
import glob
import os
import shutil
import signal
import subprocess

from processes import ACCOUNT, Child, run, running, wait_until

PORT = 5432


def bin_folder():
    """The folder of initdb and postgres of the newest installed major version."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4]))) if found else None


class Cluster:
    """One cluster below `folder`; its socket is folder/sock. `durable` keeps fsync on, for tests that kill PostgreSQL."""

    def __init__(self, folder, durable=False):
        self.data, self.sockets = os.path.join(folder, "pg"), os.path.join(folder, "sock")
        self.log = os.path.join(folder, "postgres.log")
        self.durable, self.child, self.bin = durable, None, bin_folder()
        os.makedirs(self.sockets, exist_ok=True)
        os.chmod(self.sockets, 0o777)
        run([f"{self.bin}/initdb", "-D", self.data, "-U", "berth", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
             *([] if durable else ["--no-sync"])])

    def start(self):
        settings = ["listen_addresses=", f"unix_socket_directories={self.sockets}", "max_connections=200",
                    "shared_buffers=64MB", "log_min_messages=warning"]
        if not self.durable:
            settings += ["fsync=off", "full_page_writes=off"]
        words = [word for setting in settings for word in ("-c", setting)]
        self.child = Child("postgres", [f"{self.bin}/postgres", "-D", self.data, *words], self.log)
        wait_until(lambda: self.child.check_alive() and self.ready(), "PostgreSQL")

    def ready(self):
        return run([f"{self.bin}/pg_isready", "-q", "-h", self.sockets, "-p", PORT], check=False).returncode == 0

    def stop(self, sig=signal.SIGINT):
        """SIGINT is PostgreSQL's fast shutdown; SIGKILL is a crash."""
        if self.child:
            others = self.child.children()
            self.child.stop(sig)
            # each process has its own session and notices a crash by itself; until it ends, it keeps the shared memory from a new start
            wait_until(lambda: not any(running(pid, "postgres") for pid in others), "the end of PostgreSQL's processes", 60)

    def create(self, database):
        self.sql(f'CREATE DATABASE "{database}"', "postgres")

    def sql(self, text, database):
        """Rows of one statement, as lists of strings."""
        done = run([f"{self.bin}/psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", self.sockets,
                    "-p", PORT, "-U", "berth", "-d", database, "-c", text])
        return [line.split("\t") for line in done.stdout.splitlines()]

    def settings(self, database):
        """The `database:` section of a configuration for this cluster."""
        return {"host": self.sockets, "port": PORT, "user": "berth", "dbname": database, "sslmode": "disable"}


@contextlib.contextmanager
def scratch_cluster(durable=False):
    """A running cluster in a new folder. Both are removed at the end."""
    folder = ACCOUNT.scratch()
    made = Cluster(folder, durable)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        if not ACCOUNT.keep:
            shutil.rmtree(folder, ignore_errors=True)


class Lock:
    """Locks tables of a registry's database, so that a request stops in the middle of its transaction."""

    def __init__(self, registry, *tables, mode="ACCESS EXCLUSIVE"):
        self.registry, self.tables, self.mode = registry, tables, mode

    def __enter__(self):
        cluster = self.registry.cluster
        words = [f"{cluster.bin}/psql", "-X", "-q", "-A", "-t", "-h", cluster.sockets, "-p", str(PORT), "-U", "berth",
                 "-d", self.registry.database]
        self.psql = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                     **ACCOUNT.popen_options())
        self.psql.stdin.write(f"BEGIN; LOCK TABLE {', '.join(self.tables)} IN {self.mode} MODE; SELECT 'held';\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline().strip() == "held"
        return self

    def waiting(self):
        """The number of sessions that wait for a lock, read in the session that holds the lock."""
        self.psql.stdin.write("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT granted"
                              " AND locktype = 'relation' AND datname = current_database();\n")
        self.psql.stdin.flush()
        return int(self.psql.stdout.readline())

    def wait_for_victim(self):
        wait_until(self.waiting, "a request that waits for the lock")

    def __exit__(self, *ignored):
        self.psql.stdin.close()
        self.psql.wait(10)
