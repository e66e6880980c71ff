# SPDX-License-Identifier: MIT
"""The scenarios that are measured, and their thresholds.

A scenario is a name, a unit, a way to measure one peer once, the peers that take part, and thresholds
(peer to compare with, factor). For "max" scenarios the factor is a ceiling, everywhere else a floor.
"""
import os
import subprocess
import time
from dataclasses import dataclass, field

import load

MIB = 1024 * 1024
REPOSITORY = "bench/app"
TAGGED = "bench/tags"
OCI = "application/vnd.oci.image.manifest.v1+json"
ACCEPT = (f"Accept: {OCI}",)
REGISTRIES = ("berth", "registry", "proxied")


@dataclass
class Scenario:
    key: str
    title: str
    unit: str
    measure: object
    peers: tuple
    thresholds: tuple = ()
    bound: str = ""  # the bottleneck of Berth
    ceiling: bool = False
    results: dict = field(default_factory=dict)


@dataclass
class World:
    """The input of the scenarios: peers by key, the seeded objects, and the folders of files."""
    peers: dict
    paths: dict
    uploads: dict
    seconds: int
    disk: str
    clients: int = 16
    counter: int = 0


def get(name, throughput=False, clients=None, headers=ACCEPT):
    def measure(world, peer):
        url = world.peers[peer].base + world.paths[name].get(peer, world.paths[name]["all"])
        rate, megabytes = load.wrk(url, clients or world.clients, world.seconds, headers)
        return megabytes if throughput else rate
    return measure


def guarded(way, against, refused=False):
    """Requests/s of the manifest by tag for Berth with the headers of the peer `way`; for the peer `against`, its own requests."""
    def measure(world, peer):
        chosen = world.peers[way if peer == "berth" else {"open": "berth"}.get(against, against)]
        url = chosen.base + world.paths["manifest_tag"]["all"]
        return load.wrk(url, world.clients, world.seconds, (*ACCEPT, *chosen.headers), refused and peer == "berth")[0]
    return measure


def head(name):
    def measure(world, peer):
        url = world.peers[peer].base + world.paths[name].get(peer, world.paths[name]["all"])
        return load.head(url, world.clients, world.seconds, ACCEPT)
    return measure


def _discard(world, peer, digest):
    """Removes an acknowledged blob from the disk: no scenario reads it, and the space is needed."""
    storage = world.peers[peer].storage
    if storage:
        hexes = digest.removeprefix("sha256:")
        path = os.path.join(storage, "docker/registry/v2/blobs/sha256", hexes[:2], hexes, "data")
        if os.path.exists(path):
            os.unlink(path)


def push(name, chunked=True):
    """MB/s of pushing all files of a set at the same time. Each file has new content."""
    def measure(world, peer):
        paths = world.uploads[name]
        files = [(path, load.make_unique(path)) for path in paths]
        world.counter += 1
        os.sync()
        seconds = load.push_parallel(world.peers[peer].base, REPOSITORY, files, chunked)
        for _, digest in files:
            _discard(world, "registry" if peer == "proxied" else peer, digest)
        return sum(os.path.getsize(path) for path in paths) / 1e6 / seconds
    return measure


def push_or_dd(name, chunked=True):
    """As push. For the peer "dd": the rate of copying the same file with one fsync at the end."""
    pushed = push(name, chunked)

    def measure(world, peer):
        if peer != "dd":
            return pushed(world, peer)
        source, target = world.uploads[name][0], os.path.join(world.disk, "dd.out")
        os.sync()
        start = time.monotonic()
        subprocess.run(["dd", f"if={source}", f"of={target}", "bs=1M", "conv=fsync"], check=True, capture_output=True)
        seconds = time.monotonic() - start
        os.unlink(target)
        return os.path.getsize(source) / 1e6 / seconds
    return measure


def tokens(world, peer):
    """Tokens per second, issued to a robot with an access token. For the peer "openssl": signatures per second."""
    if peer == "openssl":
        return load.rsa_signatures(world.seconds)
    berth = world.peers[peer]
    url = f"{berth.base}/jwt/auth?service=registry.test&scope=repository:{REPOSITORY}:pull"
    return load.wrk(url, world.clients, world.seconds, (berth.credentials,))[0]


LIMITED = (*REGISTRIES, "trivial", "static")
PUSHED = (*REGISTRIES, "spool")

QUERY = "one query to PostgreSQL and the switches between NGINX, worker and PostgreSQL"
SWITCH = "the switch between NGINX and a worker; there is no query"
SPOOLING = "NGINX that writes the body into its spool, SHA-256, and the disk"

DISK = [
    Scenario("manifest_tag", "manifest GET by tag", "req/s", get("manifest_tag"), LIMITED,
             (("registry", 8), ("trivial", 0.5)), QUERY),
    Scenario("manifest_digest", "manifest GET by digest", "req/s", get("manifest_digest"), LIMITED,
             (("registry", 10), ("trivial", 0.75)), SWITCH),
    Scenario("manifest_head", "manifest HEAD by tag", "req/s", head("manifest_tag"), LIMITED, bound=QUERY),
    Scenario("auth_token", "manifest GET by tag, token", "req/s", guarded("valid", "open"), ("berth", "open"), (("open", 0.85),),
             QUERY),
    Scenario("auth_password", "manifest GET by tag, htpasswd", "req/s", guarded("password", "open"), ("berth", "open"),
             (("open", 0.8),), QUERY),
    Scenario("auth_invalid", "manifest GET by tag, invalid token", "req/s", guarded("invalid", "valid", refused=True),
             ("berth", "valid"), (("valid", 1.0),), "the verification of a signature by OpenSSL"),
    Scenario("base", "GET /v2/", "req/s", get("base"), (*REGISTRIES, "trivial"), bound=SWITCH),
    Scenario("blob_head", "blob HEAD", "req/s", head("blob_small"), LIMITED, bound=QUERY),
    Scenario("blob_small", "blob GET 400 B", "req/s", get("blob_small"), LIMITED, (("registry", 12),),
             QUERY + ", then a file that NGINX opens"),
    Scenario("blob_large", "blob GET 20 MB", "MB/s", get("blob_large", throughput=True), (*REGISTRIES, "static"),
             (("registry", 1.6), ("static", 0.93)), "NGINX's sendfile: compare with static"),
    Scenario("tags", "tags list, 100 of 10,000", "req/s", get("tags"), REGISTRIES, (("registry", 20),), QUERY),
    Scenario("token", "token issued, RS256, access token", "req/s", tokens, ("berth", "openssl"),
             bound="RSA signatures, and the queries that find the account and its grants"),
    Scenario("push_disk", "push 1 GB, disk, fsync", "MB/s", push_or_dd("disk"), (*PUSHED, "dd"),
             (("registry", 1.2), ("dd", 0.8)), SPOOLING),
    Scenario("push_disk_put", "push 1 GB, disk, fsync, one PUT", "MB/s", push_or_dd("disk", chunked=False), PUSHED,
             bound=SPOOLING),
]
TMPFS = [
    Scenario("push_tmpfs", "push 4 x 250 MB, tmpfs", "MB/s", push("tmpfs"), PUSHED, (("registry", 3.5),),
             "NGINX that writes the body into its spool, and SHA-256"),
    Scenario("push_tmpfs_put", "push 4 x 250 MB, tmpfs, one PUT", "MB/s", push("tmpfs", chunked=False), PUSHED,
             bound="NGINX that writes the body into its spool, and SHA-256"),
]
MEMORY = Scenario("memory", "peak memory, 8 workers under load", "MiB", None, ("berth", "registry"),
                  (("registry", 1.5),), "what each worker keeps: arena, caches, its connection to PostgreSQL", ceiling=True)
