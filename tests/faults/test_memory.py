# SPDX-License-Identifier: MIT
"""Workers do not grow: the memory of each after 100,000 mixed requests is within 1 MB of that after the first 1,000."""
import http.client
import os
import random
import threading

from images import OCI_MANIFEST, OCTETS, Repo, blob, digest, encode
from lab import SEED, release_build

REQUESTS = int(os.environ.get("BERTH_MEMORY_REQUESTS", "100000"))
LANES = 8
ALLOWED_KIB = 1024


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))


def recipe(repo, reference, stored, documents):
    """(weight, method, target, body or a function of rng, headers, wanted statuses)."""
    name, uploads = repo.base, repo.uploads_url
    manifest, octets = {"Content-Type": OCI_MANIFEST}, {"Content-Type": OCTETS}
    return [
        (20, "GET", f"{name}/manifests/v1", None, {}, (200,)),
        (15, "GET", f"{name}/manifests/{reference}", None, {}, (200,)),
        (5, "HEAD", f"{name}/manifests/v1", None, {}, (200,)),
        (10, "GET", f"{name}/blobs/{stored}", None, {}, (200,)),
        (5, "HEAD", f"{name}/blobs/{stored}", None, {}, (200,)),
        (3, "GET", f"{name}/blobs/{stored}", None, {"Range": "bytes=3-9"}, (206,)),
        (5, "GET", f"{name}/tags/list", None, {}, (200,)),
        (3, "GET", f"{name}/referrers/{reference}", None, {}, (200,)),
        (3, "GET", "/v2/_catalog?n=5", None, {}, (200,)),
        (5, "GET", f"{name}/manifests/absent", None, {}, (404,)),
        (3, "GET", "/v2/UPPER/tags/list", None, {}, (400, 404)),
        (3, "POST", uploads, b"", {}, (202,)),
        (4, "POST", f"{uploads}?digest=", lambda rng: rng.randbytes(rng.choice([1, 2000, 60000])), octets, (201,)),
        (4, "PUT", f"{name}/manifests/w", lambda rng: rng.choice(documents), manifest, (201,)),
        (2, "PUT", f"{name}/manifests/bad", b'{"schemaVersion": 2, "layers": [', manifest, (400,)),
        (2, "DELETE", f"{name}/manifests/absent", None, {}, (404,)),
        (2, "GET", "/v2/", None, {}, (200,)),
    ]


class Lane(threading.Thread):
    """Sends requests over one kept-alive connection."""

    def __init__(self, number, registry, dishes, count):
        super().__init__(daemon=True)
        self.rng, self.registry, self.dishes, self.count = random.Random(f"{SEED}/{number}"), registry, dishes, count
        self.fault = None

    def run(self):
        link = http.client.HTTPConnection("127.0.0.1", self.registry.port, timeout=60)
        weights = [dish[0] for dish in self.dishes]
        try:
            for _ in range(self.count):
                self.one(link, *self.rng.choices(self.dishes, weights)[0][1:])
        except Exception as e:  # pylint: disable=broad-except
            self.fault = e
        link.close()

    def one(self, link, method, target, body, headers, wanted):
        if callable(body):
            body = body(self.rng)
        if target.endswith("digest="):
            target += digest(body)
        link.request(method, target, body, headers)
        answer = link.getresponse()
        answer.read()
        assert answer.status in wanted, (method, target, answer.status)


def send(registry, dishes, count, turn):
    lanes = [Lane(f"{turn}.{i}", registry, dishes, count // LANES) for i in range(LANES)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    faults = [lane.fault for lane in lanes if lane.fault]
    assert not faults, faults


def test_workers_do_not_grow(launch, shared_cluster, monkeypatch):
    monkeypatch.setenv("BERTH_BUILD", release_build())
    registry = launch(shared_cluster, "nginx", workers=8, upload_workers=1)
    repo = Repo(registry.client)
    reference, _ = repo.image("v1")
    stored = repo.push_blob(blob(400))
    documents = [encode({**repo.image_document(), "annotations": {"n": "x" * 2000 * at}}) for at in range(5)]
    dishes = recipe(repo, reference, stored, documents)
    send(registry, dishes, 1000, "first")
    before = {pid: pss_kib(pid) for pid in registry.children["main"].workers()}
    send(registry, dishes, REQUESTS - 1000, "rest")
    after = {pid: pss_kib(pid) for pid in registry.children["main"].workers()}
    assert set(after) == set(before), "workers were replaced, so their growth is unknown"
    growth = {pid: after[pid] - before[pid] for pid in before}
    print(f"{REQUESTS} requests, KiB before {sorted(before.values())}, growth {sorted(growth.values())}")
    assert max(growth.values()) <= ALLOWED_KIB, growth
