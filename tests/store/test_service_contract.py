# SPDX-License-Identifier: MIT
"""What object.h promises of every object service, held against each of the five."""
import contextlib
import hashlib
import os
import uuid

import pytest

import faultproxy as faults
from processes import ACCOUNT
from proxied import MIB, azure, gcs, oss, s3, swift
from service import Failed, Service

KEY = "some/key"
DATA = os.urandom(3 * MIB)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module", params=[s3, oss, azure, gcs, swift], ids=lambda make: make.__name__)
def store(request):
    """A bucket behind a proxy, and the `service` that speaks to it, with DATA under KEY."""
    path = os.path.join(ACCOUNT.scratch(), "data")
    with open(path, "wb") as f:
        f.write(DATA)
    os.chmod(path, 0o644)
    with contextlib.ExitStack() as stack:
        made = request.param(request.getfixturevalue, stack, f"contract-{uuid.uuid4().hex[:12]}")
        stack.enter_context(made.proxy)
        made.service = stack.enter_context(Service(made.driver()))
        made.service.put(KEY, path)
        yield made


@pytest.fixture(autouse=True)
def healed(store):
    yield
    store.proxy.heal()


def reads(store, fault, times=None):
    """From here on GETs of the object meet the fault."""
    method, pattern, header = store.read
    store.proxy.forget()
    store.proxy.break_at(method, pattern, fault, times=times, header=header)


@pytest.mark.parametrize("offset, length", [(0, len(DATA)), (0, 1), (MIB - 1, 2), (len(DATA) - 1, 1), (5, 0)])
def test_a_range_is_read_as_it_is(store, offset, length):
    assert store.service.get(KEY, offset, length) == sha256(DATA[offset:offset + length])


@pytest.mark.parametrize("offset", [0, 1000])
def test_a_body_that_breaks_off_is_read_on_from_there(store, offset):
    reads(store, faults.cut_in_half, times=3)
    assert store.service.get(KEY, offset, 2 * MIB) == sha256(DATA[offset:offset + 2 * MIB])
    assert store.proxy.struck == 3


def test_a_read_that_brings_nothing_ends(store):
    reads(store, faults.head_only)
    with pytest.raises(Failed, match="UNAVAILABLE"):
        store.service.get(KEY, 0, MIB)
    assert 1 <= store.proxy.struck < 20


@pytest.mark.parametrize("offset", [0, 1000])
def test_a_store_that_ignores_the_range_is_not_believed(store, offset):
    reads(store, faults.whole_object(DATA))
    with pytest.raises(Failed, match="UNAVAILABLE"):
        store.service.get(KEY, offset, MIB)


@pytest.fixture(scope="module")
def contents():
    """Two files of one size, (path, SHA-256) each."""
    found = []
    for name in ("first", "second"):
        path, data = os.path.join(ACCOUNT.scratch(), name), os.urandom(MIB)
        with open(path, "wb") as f:
            f.write(data)
        os.chmod(path, 0o644)
        found.append((path, sha256(data)))
    return found


@pytest.mark.parametrize("when", ["before the completion", "after the completion"])
def test_a_part_that_arrives_late_changes_nothing(store, contents, when):
    """A node gives a request up and sends the part again, with other bytes; then the first request arrives."""
    (first, _), (second, due), key, late = *contents, f"some/late{when[0]}", []
    upload = store.service.begin(key)
    method, pattern, header = store.points["part"]
    store.proxy.break_at(method, pattern, faults.kept(late), times=1, header=header)
    store.service.call("parts", 1, first, MIB)
    store.service.call("use", key, upload)
    store.service.call("parts", 1, second, MIB)
    assert len(late) == 1
    if when.startswith("after"):
        store.service.call("complete")
        if store.ends_uploads:
            store.proxy.repeat(late[0])
        assert store.service.get(key, 0, MIB) == due
        return
    store.proxy.repeat(late[0])
    try:
        store.service.call("complete")
    except Failed:
        assert store.service.head(key) is None
    else:
        assert store.service.get(key, 0, MIB) == due


def test_a_read_behind_the_end_and_of_nothing_fail(store):
    for key, offset in ((KEY, len(DATA)), (KEY, len(DATA) - 1), ("some/key.not", 0)):
        with pytest.raises(Failed):
            store.service.get(key, offset, 2)
