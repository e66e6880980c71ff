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


def test_a_read_behind_the_end_and_of_nothing_fail(store):
    for key, offset in ((KEY, len(DATA)), (KEY, len(DATA) - 1), ("some/key.not", 0)):
        with pytest.raises(Failed):
            store.service.get(key, offset, 2)
