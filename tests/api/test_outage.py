# SPDX-License-Identifier: MIT
"""PostgreSQL is down: every request gets 503 with Retry-After, and the registry recovers without a restart."""
import signal
import threading

import pytest

from images import OCI_MANIFEST, Repo, blob, digest, encode, with_query
from postgres import Cluster
from processes import ACCOUNT, wait_until
from stack import Berth


@pytest.fixture
def lonely(registries):
    """A registry with its own cluster, which the test may stop."""
    cluster = Cluster(ACCOUNT.scratch(), durable=True)
    cluster.start()
    registry = Berth(cluster, registries.frontend, workers=2, upload_workers=1)
    registries.by_key[f"lonely {registry.folder}"] = registry
    try:
        yield registry.start()
    finally:
        registry.stop()
        cluster.stop()
    assert not registry.damage()


def every_kind(repo, reference, stored, upload):
    """A request for each end-point, as (method, url, body)."""
    data = blob()
    return [("GET", repo.manifest_url("v1"), None), ("HEAD", repo.manifest_url(reference), None), ("GET", repo.blob_url(stored), None),
            ("GET", repo.tags_url, None), ("GET", "/v2/_catalog", None), ("GET", repo.referrers_url(reference), None),
            ("POST", repo.uploads_url, b""), ("PATCH", upload, data), ("PUT", with_query(upload, digest=digest(data)), data),
            ("GET", upload, None), ("DELETE", upload, None), ("PUT", repo.manifest_url("v2"), encode({"schemaVersion": 2})),
            ("POST", with_query(repo.uploads_url, mount=stored), b""), ("DELETE", repo.manifest_url("v1"), None),
            ("DELETE", repo.blob_url(stored), None), ("POST", with_query(repo.uploads_url, digest=digest(data)), data)]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "killed"])
def test_while_postgresql_is_away_all_is_503_and_afterwards_all_is_back(lonely, how):
    client, repo = lonely.client, Repo(lonely.client)
    reference, body = repo.image("v1")
    data = blob()
    stored = repo.push_blob(data)
    upload = client.target(repo.begin())
    assert client.patch(upload, data[:40]).status == 202
    workers = lonely.children["main"].workers(lonely.workers)

    lonely.cluster.stop(how)
    for method, url, content in every_kind(repo, reference, stored, upload):
        answer = client.request(method, url, content, {"Content-Type": OCI_MANIFEST} if "manifests" in url and content else {})
        if method == "PUT" and answer.status == 400:
            continue  # refused before any query
        assert answer.status == 503, (method, url, answer)
        assert int(answer.header("Retry-After")) > 0
        if method != "HEAD":
            assert answer.codes() == ["UNAVAILABLE"]
    assert client.get("/v2/").status in (200, 503)
    assert lonely.children["main"].workers() == workers, "a worker ended"

    lonely.cluster.start()
    wait_until(lambda: client.get(repo.manifest_url("v1")).status == 200, "recovery")
    for _ in range(10):  # until every worker has recovered, not only one
        assert client.get(repo.manifest_url("v1")).body == body
    assert client.get(repo.blob_url(stored)).body == data
    status = client.get(upload)
    assert (status.status, status.header("Range")) == (204, "0-39")
    assert client.put(with_query(upload, digest=digest(data)), data[40:]).status == 201
    assert lonely.children["main"].workers() == workers


def test_a_restart_of_postgresql_under_load_gives_nothing_but_answers_and_503(lonely):
    client, repo = lonely.client, Repo(lonely.client)
    _, body = repo.image("v1")
    over, odd = threading.Event(), []

    def read():
        while not over.is_set():
            answer = client.get(repo.manifest_url("v1"))
            if (answer.status, answer.body) != (200, body) and answer.status != 503:
                odd.append(answer)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        lonely.cluster.stop(signal.SIGKILL)
        wait_until(lambda: client.get(repo.manifest_url("v1")).status == 503, "the first 503")
        lonely.cluster.start()
        wait_until(lambda: client.get(repo.manifest_url("v1")).status == 200, "recovery")
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
    assert not odd, odd[:3]
