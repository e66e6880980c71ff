# SPDX-License-Identifier: MIT
"""An emulated store that runs as a program: its arguments are a folder and a port, and it writes its port to a file."""
import os
import shutil
import signal

from processes import ACCOUNT, Child, Unready, environment, free_port, wait_until

HERE = os.path.dirname(os.path.realpath(__file__))


class StoreServer:
    """One server and its folder. Data in the folder survive stop and start; remove deletes them."""

    name = script = None

    def __init__(self, folder=None):
        self.owns_folder = folder is None
        self.folder = folder or ACCOUNT.scratch()
        self.port, self.child = 0, None
        self.log = os.path.join(self.folder, f"{self.name}.log")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self.remove()

    def missing(self):
        """The reason why the server cannot run here, or None."""
        raise NotImplementedError

    def start(self):
        """Starts the server. A second start uses the port of the first; the port is not in the range of outgoing connections."""
        why = self.missing()
        if why:
            raise Unready(why)
        self.port = self.port or free_port()
        ready = os.path.join(self.folder, "port")
        if os.path.exists(ready):
            os.remove(ready)
        self.child = Child(self.name, ["/usr/bin/python3", "-B", os.path.join(HERE, self.script), self.folder, self.port],
                           self.log, env=environment(HOME=self.folder))
        wait_until(lambda: os.path.exists(ready) or not self.child.check_alive(), self.name, 60)
        with open(ready, encoding="ascii") as f:
            self.port = int(f.read())
        return self

    def stop(self):
        """Kills the server: the data of a test need no clean end."""
        if self.child:
            self.child.stop(signal.SIGKILL)
            self.child = None

    def remove(self):
        if self.owns_folder and not ACCOUNT.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"
