# SPDX-License-Identifier: MIT
"""Every hot read is one statement in one round trip, counted on the socket between the worker and PostgreSQL."""
import os
import time

import pytest

import lab
from images import OCI_MANIFEST, Repo, blob
from lab import ACCOUNT
from pgproxy import Proxy


class Counted(lab.Berth):
    """One worker and no housekeeping traffic in between: what is counted belongs to the request."""

    def __init__(self, cluster, frontend, proxy, **options):
        super().__init__(cluster, frontend, {"database": {"host": proxy.folder}}, workers=1, upload_workers=1, **options)


@pytest.fixture
def counted(launch, shared_cluster):
    proxy = Proxy(ACCOUNT.folder(os.path.join(ACCOUNT.scratch(), "p")), shared_cluster.sockets)
    registry = launch(shared_cluster, "nginx", kind=lambda *args, **options: Counted(*args, proxy, **options))
    yield registry, proxy
    registry.stop()
    proxy.close()


def cost(proxy, call):
    """(statements, round trips) of the fourth call: the earlier ones prepare. The smallest of three, since the
    housekeeper's own statements pass here too."""
    for _ in range(3):
        call()
    found = []
    for _ in range(3):
        proxy.reset()
        call()
        time.sleep(0.02)
        found.append((proxy.statements(), proxy.round_trips()))
    return min(found)


def expect(status, call):
    def checked():
        answer = call()
        assert answer.status == status, answer
    return checked


def reads(client, repo):
    """{name: (status, call)} of every hot read."""
    reference, _ = repo.image("v1")
    for at in range(5):
        repo.image(f"t{at}")
    repo.artifact(subject={"mediaType": OCI_MANIFEST, "digest": reference, "size": 1})
    stored = repo.push_blob(blob(400))
    return {
        "manifest GET by tag": (200, lambda: client.get(repo.manifest_url("v1"))),
        "manifest HEAD by tag": (200, lambda: client.head(repo.manifest_url("v1"))),
        "manifest GET by digest": (200, lambda: client.get(repo.manifest_url(reference))),
        "manifest HEAD by digest": (200, lambda: client.head(repo.manifest_url(reference))),
        "manifest GET, absent": (404, lambda: client.get(repo.manifest_url("absent"))),
        "blob HEAD": (200, lambda: client.head(repo.blob_url(stored))),
        "blob GET": (200, lambda: client.get(repo.blob_url(stored))),
        "blob GET, absent": (404, lambda: client.get(repo.blob_url("sha256:" + "0" * 64))),
        "tags list": (200, lambda: client.get(repo.tags_url)),
        "tags list, a page": (200, lambda: client.get(repo.tags_url + "?n=2&last=t1")),
        "referrers": (200, lambda: client.get(repo.referrers_url(reference))),
        "referrers of nothing": (200, lambda: client.get(repo.referrers_url("sha256:" + "0" * 64))),
        "catalog": (200, lambda: client.get("/v2/_catalog")),
    }


def test_hot_reads_are_one_statement_and_one_round_trip(counted):
    registry, proxy = counted
    measured = {name: cost(proxy, expect(*read))
                for name, read in reads(registry.client, Repo(registry.client)).items()}
    for name, figures in measured.items():
        print(f"{name}: {figures[0]} statements, {figures[1]} round trips")
    assert {name: figures for name, figures in measured.items() if max(figures) > 1} == {}
    assert measured["manifest GET by tag"] == (1, 1), "the proxy counts nothing"


def test_the_base_asks_the_database_nothing(counted):
    registry, proxy = counted
    assert cost(proxy, expect(200, lambda: registry.client.get("/v2/"))) == (0, 0)
