# SPDX-License-Identifier: MIT
"""Berth as a peer: the release build behind NGINX with eight workers, on a PostgreSQL with fsync on."""
import base64
import os
import time

import stack
from memory import pss_kib
from peers import WORKERS, Peer
from postgres import Cluster
from processes import ACCOUNT
from scenarios import REPOSITORY
from token_service import SERVICE, TokenService
from tokens import ISSUER, REALM, Key, access, basic, bearer, certificate, claims, password_line, pem, token
from tokens import SERVICE as AUDIENCE


def write(folder, name, text):
    """Writes a file that the workers can read; returns its path."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(path, 0o644)
    return path


class Bench(stack.Berth):
    """The stack of the tests with a token service. There is no pool for uploads, because NGINX spools every upload."""

    access_log = False

    def __init__(self, cluster, folder, change=None, beside=None):
        super().__init__(cluster, "nginx", change or SERVICE, beside, folder=folder, workers=WORKERS, upload_workers=0)

    def start_workers(self):
        self._start_pool("main", self.workers)
        if "token_service" in self.config:
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
        """Pids of the master and its workers."""
        child = self.children.get("main")
        return [child.pid, *child.children()] if child else []


class Berth:
    """`cluster_folder` holds PostgreSQL, on disk. `folder` holds all other data, also the blobs."""

    def __init__(self, build, cluster_folder, folder):
        if build:
            os.environ["BERTH_BUILD"] = build
        self.cluster = Cluster(ACCOUNT.folder(cluster_folder), durable=True)
        self.berth = Bench(self.cluster, ACCOUNT.folder(folder))
        self.guarded = []

    def start(self):
        self.cluster.start()
        self.berth.start()
        return Peer("Berth", f"http://127.0.0.1:{self.berth.port}", lambda: pss_kib(self.berth.pids()),
                    self.berth.storage, self.berth.robot())

    def start_guarded(self):
        """Starts two registries over the same content with authentication, by token and by password. Returns peers with headers."""
        def beside(name, auth):
            folder = ACCOUNT.folder(os.path.join(self.berth.folder, name))
            self.guarded.append(Bench(self.cluster, folder, {"auth": auth}, self.berth).start())
            return self.guarded[-1]
        key, folder = Key(), self.berth.folder
        bundle = write(folder, "bundle.pem", pem(certificate(key)))
        by_token = beside("token", {"token": {"realm": REALM, "service": AUDIENCE, "issuer": ISSUER, "rootcertbundle": bundle}})
        lines = write(folder, "htpasswd", password_line("bench", "secret", cost=10))
        by_password = beside("password", {"htpasswd": {"realm": "bench", "path": lines}})
        good = token(key, claims(access(REPOSITORY, "pull"), exp=int(time.time()) + 24 * 3600))
        bad = good[:-8] + ("AAAAAAAA" if good[-8:] != "AAAAAAAA" else "BBBBBBBB")
        return {"valid": Peer("Berth, valid token", f"http://127.0.0.1:{by_token.port}", headers=bearer(good)),
                "invalid": Peer("Berth, invalid token", f"http://127.0.0.1:{by_token.port}", headers=bearer(bad)),
                "password": Peer("Berth, password", f"http://127.0.0.1:{by_password.port}", headers=basic("bench", "secret"))}

    def stop(self):
        for each in self.guarded:
            each.stop()
        self.berth.stop()
        self.cluster.stop()
