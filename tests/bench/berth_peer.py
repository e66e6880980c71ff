# SPDX-License-Identifier: MIT
"""Berth as a peer: the release build behind NGINX with eight workers, on a PostgreSQL that keeps fsync on."""
import base64
import os

import stack
from memory import pss_kib
from peers import WORKERS, Peer
from postgres import Cluster
from processes import ACCOUNT
from token_service import SERVICE, TokenService


class Bench(stack.Berth):
    """The stack of the tests without the uploads' pool: under NGINX every upload is spooled. The token service beside it."""

    def __init__(self, cluster, folder):
        super().__init__(cluster, "nginx", SERVICE, folder=folder, workers=WORKERS, upload_workers=0)

    def start_workers(self):
        self._start_pool("main", self.workers)
        self._start_pool("tokens", self.workers, "token.fcgi")

    def robot(self):
        """The Authorization header of a robot that may pull bench/app."""
        service = TokenService(self)
        name = service.robot()
        service.berth_command("project", "add", "bench")
        service.berth_command("member", "add", "bench", name, "--role", "reporter")
        secret = service.token(name, role="reporter")[1]
        return "Authorization: Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()

    def pids(self):
        """The master and its workers."""
        child = self.children.get("main")
        return [child.pid, *child.children()] if child else []


class Berth:
    """`cluster_folder` holds PostgreSQL, on disk; `folder` everything else, the blobs among it."""

    def __init__(self, build, cluster_folder, folder):
        if build:
            os.environ["BERTH_BUILD"] = build
        self.cluster = Cluster(ACCOUNT.folder(cluster_folder), durable=True)
        self.berth = Bench(self.cluster, ACCOUNT.folder(folder))

    def start(self):
        self.cluster.start()
        self.berth.start()
        return Peer("Berth", f"http://127.0.0.1:{self.berth.port}", lambda: pss_kib(self.berth.pids()),
                    self.berth.storage, self.berth.robot())

    def stop(self):
        self.berth.stop()
        self.cluster.stop()
