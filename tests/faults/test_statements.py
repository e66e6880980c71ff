# SPDX-License-Identifier: MIT
"""Every frequent read is one statement in one round trip, counted on the socket between the worker and PostgreSQL."""
import os
import time

import pytest

import lab
from images import OCI_MANIFEST, OCTETS, Repo, blob, digest, with_query
from lab import ACCOUNT
from pgproxy import Proxy


class Counted(lab.Berth):
    """A registry with one worker and no periodic statements, so that all counted statements are those of the request."""

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
    """(statements, round trips) of a call, after earlier calls that prepare the statements. The smallest of three counts, because
    the statements of the housekeeper pass the proxy too."""
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
    """{name: (status, call)} of every frequent read."""
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


def push_steps(client, repo):
    """{name: function that prepares a step and returns the step}."""
    octets = {"Content-Type": OCTETS}

    def patched():
        data = blob(3000)
        return data, client.patch(repo.begin(), data, octets).location

    def patch():
        where = repo.begin()
        return lambda: expect(202, lambda: client.patch(where, blob(3000), octets))()

    def put_whole():
        data, where = blob(3000), repo.begin()
        return lambda: expect(201, lambda: client.put(with_query(where, digest=digest(data)), data, octets))()

    def put_rest():
        data, where = patched()
        more = blob(1000)
        return lambda: expect(201, lambda: client.put(with_query(where, digest=digest(data + more)), more, octets))()

    def put_nothing():
        data, where = patched()
        return lambda: expect(201, lambda: client.put(with_query(where, digest=digest(data))))()

    def post_whole():
        data = blob(3000)
        return lambda: expect(201, lambda: client.post(with_query(repo.uploads_url, digest=digest(data)), data, octets))()

    def wrong_range():
        where = repo.begin()
        return lambda: expect(416, lambda: client.patch(where, b"x", {**octets, "Content-Range": "5-5"}))()

    return {"POST": lambda: lambda: repo.begin(), "PATCH": patch, "PUT of a whole blob": put_whole,
            "PUT of the rest": put_rest, "PUT of nothing": put_nothing, "POST of a whole blob": post_whole,
            "PATCH out of range": wrong_range}


# Round trips of each step. They include the look-up of the session in the pre-check of the web server.
PUSH = {"POST": 2, "PATCH": 4, "PUT of a whole blob": 8, "PUT of the rest": 9, "PUT of nothing": 8, "POST of a whole blob": 5,
        "PATCH out of range": 3}


def round_trips(proxy, steps):
    """{name: the fewest round trips of each step}, once the first tries have prepared its statements."""
    found = {}
    for name, prepare in steps.items():
        found[name] = 1000
        for attempt in range(6):
            step = prepare()
            proxy.reset()
            step()
            time.sleep(0.02)
            if attempt > 2:
                found[name] = min(found[name], proxy.round_trips())
        print(f"{name}: {found[name]} round trips")
    return found


def test_a_push_takes_no_more_round_trips_than_it_needs(counted):
    registry, proxy = counted
    assert round_trips(proxy, push_steps(registry.client, Repo(registry.client))) == PUSH


def delete_steps(client, repo):
    def deletion(make):
        def prepare():
            url = make()
            return expect(202, lambda: client.delete(url))
        return prepare

    def tag():
        repo.image("gone")
        return repo.manifest_url("gone")

    return {"tag": deletion(tag), "manifest": deletion(lambda: repo.manifest_url(repo.image("gone")[0])),
            "blob": deletion(lambda: repo.blob_url(repo.push_blob(blob(100))))}


# BEGIN, one statement, COMMIT; of a manifest the workers are told, too.
DELETE = {"tag": 3, "manifest": 4, "blob": 3}


def test_a_deletion_is_one_transaction(counted):
    registry, proxy = counted
    assert round_trips(proxy, delete_steps(registry.client, Repo(registry.client))) == DELETE


def test_the_base_asks_the_database_nothing(counted):
    registry, proxy = counted
    assert cost(proxy, expect(200, lambda: registry.client.get("/v2/"))) == (0, 0)
