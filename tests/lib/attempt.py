# SPDX-License-Identifier: MIT
"""registry.fcgi without a web server: its messages and its status at a start."""
import os

import fcgi_client as f
from processes import Child, environment, listening, program, wait_until


class Attempt:
    """The database and the storage of a registry, and registry.fcgi started on them in various ways."""

    def __init__(self, berth):
        self.berth = berth
        self.cluster, self.child = self.berth.cluster, None
        self.cluster.create(self.berth.database)
        self.socket = os.path.join(self.berth.folder, "s")

    def migrate(self):
        self.berth.write_config()
        self.berth.berth("migrate", "up", self.berth.config_path)

    def start(self, text, **variables):
        path = os.path.join(self.berth.folder, "tried.yml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        command = [program("spawn-fcgi"), "-n", "-s", self.socket, "-M", "0600", "--",
                   os.path.join(self.berth.build, "registry.fcgi"), "--workers", 1, path]
        self.child = Child("registry.fcgi", command, self.berth.log("tried"), env=environment(**variables))
        return self

    def refused(self, status):
        """Waits until the process ends, checks its status, returns its output."""
        assert self.child.process.wait(60) == status, self.child.text()
        return self.child.text()

    def serves(self, status=200):
        """Waits until GET /v2/ gets the answer for an anonymous caller. Returns the output so far."""
        wait_until(lambda: self.child.check_alive() and listening(self.socket), "the socket")
        assert f.call(self.socket, f.params()).status == status
        return self.child.text()

    def close(self):
        if self.child:
            self.child.stop()
        self.cluster.sql(f'DROP DATABASE IF EXISTS "{self.berth.database}" WITH (FORCE)', "postgres")
        self.berth.remove()
