# SPDX-License-Identifier: MIT
"""Clients that send a byte at a time do not keep others from pulling."""
import time

from images import OCTETS, Repo, blob, digest, with_query
from lab import send_part

SLOW = 60
READS = 200
WAITS = 20  # seconds; whoever waits for slow clients waits for as long as a test lasts


def hold(client, repo, count):
    """Uploads that have sent their head and ten bytes, and stay."""
    targets = [repo.begin() for _ in range(count)]
    return [send_part(client, "PATCH", target, {"Content-Type": OCTETS, "Content-Length": 1 << 20}, b"slowslowly")
            for target in targets]


def slowest_read(client, repo, stored):
    times = []
    for at in range(READS):
        start = time.monotonic()
        answer = client.get(repo.manifest_url("v1") if at % 2 else repo.blob_url(stored))
        assert answer.status == 200
        times.append(time.monotonic() - start)
    return sorted(times)[int(READS * 0.99)]


def test_slow_bodies_do_not_stop_pulls(registry):
    client, repo = registry.client, Repo(registry.client)
    repo.image("v1")
    stored = repo.push_blob(blob(400))
    links = hold(client, repo, SLOW)
    try:
        for link in links[::3]:
            link.sendall(b"x")
        assert slowest_read(client, repo, stored) < WAITS
    finally:
        for link in links:
            link.close()


def test_slow_bodies_do_not_stop_pushes_behind_nginx(behind_nginx):
    """The web server holds slow bodies, so the workers are free."""
    client, repo = behind_nginx.client, Repo(behind_nginx.client)
    links = hold(client, repo, SLOW)
    try:
        data = blob(100000)
        start = time.monotonic()
        answer = client.put(with_query(repo.begin(), digest=digest(data)), data, {"Content-Type": OCTETS})
        assert answer.status == 201 and time.monotonic() - start < WAITS
    finally:
        for link in links:
            link.close()


def test_slow_heads_and_slow_readers_do_not_stop_pulls(registry):
    client, repo = registry.client, Repo(registry.client)
    repo.image("v1")
    stored = repo.push_blob(blob(400))
    big = repo.push_blob(blob(8 << 20))
    heads = [send_part(client, "GET", "/v2/", {}, b"") for _ in range(5)]
    readers = [send_part(client, "GET", repo.blob_url(big), {}, b"") for _ in range(30)]
    try:
        for link in readers:
            link.recv(100)
        assert slowest_read(client, repo, stored) < WAITS
    finally:
        for link in heads + readers:
            link.close()
