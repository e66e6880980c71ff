# SPDX-License-Identifier: MIT
"""A full file system: an error answer, no incomplete object, recovery when there is space again."""
import os

import pytest

from consistency import torn_blobs
from images import OCI_MANIFEST, OCTETS, Repo, blob, digest, encode, with_query
from lab import ACCOUNT, Postmaster, Tmpfs, can_mount
from processes import Unready

FULL = (503, 507)


@pytest.fixture(params=["nginx", "apache"])
def small(request, launch, shared_cluster):
    """A registry whose spool and blob tree lie on a tmpfs of 64 MB: (registry, tmpfs)."""
    can_mount()
    folder = ACCOUNT.scratch()
    disk = Tmpfs(os.path.join(folder, "data"), "64m", 4000)
    registry = launch(shared_cluster, request.param, folder=folder)
    yield registry, disk
    registry.stop()
    disk.close()


def push(client, repo, data):
    """Sends POST and PUT; returns the first failed answer, or the last answer."""
    begun = client.post(repo.uploads_url)
    if begun.status != 202:
        return begun
    return client.put(with_query(begun.location, digest=digest(data)), data, {"Content-Type": OCTETS})


def test_no_space_for_the_bytes(small):
    registry, disk = small
    client, repo = registry.client, Repo(registry.client)
    kept = repo.push_blob(blob(1000))
    reference, body = repo.image("v1")
    data = blob(8 << 20)
    disk.fill(leave=3 << 20)
    answer = push(client, repo, data)
    assert answer.status in FULL, answer
    assert client.head(repo.blob_url(digest(data))).status == 404
    assert client.get(repo.blob_url(kept)).status == 200
    assert client.get(repo.manifest_url("v1")).body == body
    assert not torn_blobs(registry.storage)
    disk.clear()
    assert push(client, repo, data).status == 201
    assert client.get(repo.blob_url(digest(data))).body == data
    assert client.get(repo.manifest_url(reference)).body == body


def test_an_upload_survives_the_lack_of_space(small):
    registry, disk = small
    client, repo = registry.client, Repo(registry.client)
    data = blob(8 << 20)
    where = client.target(repo.begin())
    assert client.patch(where, data[:1 << 20], {"Content-Type": OCTETS}).status == 202
    disk.fill(leave=2 << 20)
    answer = client.patch(where, data[1 << 20:], {"Content-Type": OCTETS})
    assert answer.status in FULL, answer
    told = client.get(where)
    assert told.status == 204, told
    offset = int(told.header("Range").rpartition("-")[2]) + 1
    assert 1 << 20 <= offset < len(data)
    disk.clear()
    answer = client.put(with_query(where, digest=digest(data)), data[offset:], {"Content-Type": OCTETS})
    assert answer.status == 201, answer
    assert client.get(repo.blob_url(digest(data))).body == data


def test_no_inode_at_every_step(small):
    """With 0, 1, 2, ... free inodes the push fails at every step that makes a file or a folder, then succeeds."""
    registry, disk = small
    client, repo = registry.client, Repo(registry.client)
    repo.push_blob(blob(10))
    statuses = []
    for free in range(12):
        data = blob(5000)
        disk.take_inodes(free)
        answer = push(client, repo, data)
        statuses.append(answer.status)
        assert answer.status in (*FULL, 201), (free, answer)
        present = client.head(repo.blob_url(digest(data))).status
        assert present == (200 if answer.status == 201 else 404), (free, present)
        disk.clear()
        assert push(client, repo, data).status == 201, free
        assert client.get(repo.blob_url(digest(data))).body == data
    assert statuses[0] in FULL and statuses[-1] == 201, statuses
    assert not torn_blobs(registry.storage)


def test_no_space_for_the_database(launch):
    can_mount()
    folder = ACCOUNT.scratch()
    disk = Tmpfs(folder, "400m")
    cluster = Postmaster(folder)
    cluster.start()
    try:
        registry = launch(cluster, "nginx")
        client, repo = registry.client, Repo(registry.client)
        _, body = repo.image("v1")
        disk.fill()
        statuses = fill_with_manifests(client, repo)
        assert statuses[-1] in FULL, statuses[-5:]
        disk.clear()
        if not cluster.child.alive() or not cluster.ready():
            cluster.start_again()  # PostgreSQL stops if it cannot write its log; the registry continues
        document = encode(repo.image_document())
        repo.push(document, "v2")
        assert client.get(repo.manifest_url("v2")).body == document
        assert client.get(repo.manifest_url("v1")).body == body
        for tag in acknowledged_tags(statuses):
            assert client.get(repo.manifest_url(tag)).status == 200, tag
        registry.stop()
    finally:
        try:
            cluster.stop()
        except Unready:
            pass
        disk.close()


def fill_with_manifests(client, repo):
    """Pushes new large manifests until one is refused; returns the statuses in order."""
    document = repo_document(client, repo)
    statuses = []
    for at in range(200):
        body = encode({**document, "annotations": {"pad": f"{at} " + "x" * 1000000}})
        answer = client.put(repo.manifest_url(f"fill{at}"), body, {"Content-Type": OCI_MANIFEST})
        statuses.append(answer.status)
        if answer.status != 201:
            break
    return statuses


def repo_document(client, repo):
    """The document of v1, whose blobs exist already."""
    return client.get(repo.manifest_url("v1")).json()


def acknowledged_tags(statuses):
    return [f"fill{at}" for at, status in enumerate(statuses) if status == 201]
