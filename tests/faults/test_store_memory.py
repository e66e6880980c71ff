# SPDX-License-Identifier: MIT
"""A worker that pushes a layer to an object store uses at most 16 MiB more than idle, for all sizes and kinds of upload."""
import os

import pytest

from images import OCTETS, Repo, blob, digest, with_query
from lab import release_build
from storages import S3

MIB = 1 << 20
ALLOWED_KIB = 16 << 10


def peak_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM:"))


def push_in_chunks(repo, data, size):
    where = repo.begin()
    for at in range(0, len(data), size):
        part = data[at:at + size]
        answer = repo.client.patch(where, part, {"Content-Type": OCTETS, "Content-Range": f"{at}-{at + len(part) - 1}"})
        assert answer.status == 202, answer
        where = answer.location
    assert repo.client.put(with_query(where, digest=digest(data))).status == 201


@pytest.fixture
def store(request):
    why_not = S3.why_not()
    if why_not:
        (pytest.fail if request.config.getoption("--all") else pytest.skip)(why_not)
    keeper = S3()
    yield keeper
    keeper.close()


@pytest.mark.parametrize("frontend", ["nginx", "apache"])
def test_a_push_to_an_object_store_takes_little_memory(launch, shared_cluster, store, monkeypatch, frontend):
    monkeypatch.setenv("BERTH_BUILD", release_build())
    registry = launch(shared_cluster, frontend, workers=1, upload_workers=1, keeper=store)
    repo, data = Repo(registry.client), os.urandom(200 * MIB)
    repo.push_blob(blob(1000))
    pids = registry.children["main"].workers() + registry.children["uploads"].workers()
    idle = {pid: peak_kib(pid) for pid in pids}
    repo.push_blob(data)
    push_in_chunks(repo, data[:150 * MIB], 75 * MIB)
    push_in_chunks(repo, data[:24 * MIB], 3 * MIB)  # chunks that become tail objects, and chunks that become parts
    growth = {pid: peak_kib(pid) - idle[pid] for pid in pids}
    print(f"{frontend}: KiB idle {sorted(idle.values())}, growth {sorted(growth.values())}")
    assert max(growth.values()) <= ALLOWED_KIB, growth
