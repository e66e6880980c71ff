# SPDX-License-Identifier: MIT
"""
azure, gcs, swift and oss behind a store that goes wrong, as test_s3_faults.py has it for s3 and the engine: at each point of a
push something fails, once or for good; what was acknowledged is there and right, and after a purge nothing else is.
"""
import contextlib
import uuid

import pytest

import faultproxy as faults
from images import OCTETS, Repo, blob, digest, with_query
from objects import blob_key, in_chunks
from processes import Unready, wait_until
from proxied import MIB, azure, gcs, oss, swift
from stack import Berth

CHUNK = 6 * MIB
PURGING = {"storage": {"redirect": {"disable": True}, "maintenance": {"uploadpurging": {
    "enabled": True, "age": "1s", "interval": "24h", "dryrun": False}}}}


@pytest.fixture(scope="module", params=[azure, gcs, swift, oss], ids=lambda make: make.__name__)
def registry(request, cluster):
    """A registry whose `store` is behind a proxy; `acknowledged` is what it has said it has."""
    with contextlib.ExitStack() as stack:
        store = request.param(request.getfixturevalue, stack, f"faults-{uuid.uuid4().hex[:12]}")
        stack.enter_context(store.proxy)
        with Berth(cluster, "nginx", PURGING, keeper=store, workers=2, upload_workers=1) as found:
            found.store, found.acknowledged = store, []
            yield found
            found.stop()
            assert not found.damage()
            found.remove()


@pytest.fixture(autouse=True)
def store(registry):
    registry.store.proxy.heal()
    yield registry.store
    registry.store.proxy.heal()


class Push:
    """One blob on its way; `again` goes on where it was refused."""

    def __init__(self, registry, way):
        self.client, self.repo = registry.client, Repo(registry.client)
        self.data = blob(CHUNK + (100 if way == "chunked" else 0))
        self.where, self.at, self.chunked = self.repo.begin(), 0, way == "chunked"

    def again(self):
        closing = {"Content-Type": OCTETS}
        if not self.chunked:
            return self.client.put(with_query(self.where, digest=digest(self.data)), self.data, closing)
        while self.at < len(self.data):
            part = self.data[self.at:self.at + CHUNK]
            answer = self.client.patch(self.where, part, {**closing, "Content-Range": f"{self.at}-{self.at + len(part) - 1}"})
            if answer.status != 202:
                return answer
            self.where, self.at = answer.location, self.at + len(part)
        return self.client.put(with_query(self.where, digest=digest(self.data)))

    def holds(self):
        answer = self.client.get(self.repo.blob_url(digest(self.data)))
        return answer.status == 200 and answer.body == self.data


def expect_only_blobs(registry):
    """What was acknowledged is there; nothing else is, once a purge has been."""
    sizes = {blob_key(digest(push.data)): len(push.data) for push in registry.acknowledged}
    said = []

    def clean():
        registry.berth("purge-uploads", registry.config_path)
        try:
            registry.store.expect_only(sizes)
        except AssertionError as e:
            said.append(str(e))
            return False
        return True
    try:
        wait_until(clean, "a bucket with nothing but blobs after a purge")
    except Unready as e:
        raise AssertionError(said[-1]) from e
    for push in registry.acknowledged:
        assert push.holds()


ONCE = [("whole", "part", faults.status(500)), ("whole", "part", faults.cut_request), ("whole", "complete", faults.lost_answer),
        ("whole", "complete", faults.wrong_answer), ("whole", "head", faults.refused), ("chunked", "part", faults.lost_answer),
        ("chunked", "complete", faults.lost_answer), ("chunked", "copy", faults.refused), ("chunked", "copy", faults.wrong_answer),
        ("chunked", "head", faults.status(503)), ("chunked", "delete", faults.lost_answer)]


def test_what_fails_once_costs_nothing(registry, store):
    for way, place, fault in ONCE:
        push, about = Push(registry, way), f"{way}, {place}, {fault.__name__}"
        method, pattern, header = store.points[place]
        store.proxy.break_at(method, pattern, fault, times=1, header=header)
        answer = push.again()
        assert store.proxy.struck == 1, f"{about}: the fault was not met"
        assert answer.status == 201 and push.holds(), f"{about}: {answer}"
        registry.acknowledged.append(push)
    expect_only_blobs(registry)


def push_that_fails(registry, store, way, place):
    push = Push(registry, way)
    method, pattern, header = store.points[place]
    store.proxy.break_at(method, pattern, faults.status(500), header=header)
    answer = push.again()
    assert (answer.status, answer.codes()) == (503, ["UNAVAILABLE"]), f"{way}, {place}: {answer}"
    assert store.proxy.struck > 2, "the fault was not tried again"
    store.proxy.heal()
    assert push.client.head(push.repo.blob_url(digest(push.data))).status == 404
    return push


def test_what_fails_for_good_can_be_tried_again_or_given_up_and_leaves_nothing(registry, store):
    push_that_fails(registry, store, "whole", "complete")
    again = push_that_fails(registry, store, "chunked", "copy")
    assert again.again().status == 201
    registry.acknowledged.append(again)
    cancelled = in_chunks(registry.client, Repo(registry.client).begin(), blob(CHUNK + 1000), CHUNK)
    store.proxy.break_at("DELETE", r".", faults.refused)
    assert registry.client.delete(cancelled).status == 204
    assert store.proxy.struck, "nothing was to be removed"
    store.proxy.heal()
    expect_only_blobs(registry)
