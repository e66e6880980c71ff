# SPDX-License-Identifier: MIT
"""
The worker is killed while PostgreSQL works on the COMMIT of a push: the blob is in the storage, its row is in doubt.

`test_worker_killed.py` kills workers before the rows of the blob are written. Here the rows are written, and a deferred trigger
holds the COMMIT itself.
"""
import os

import pytest

from images import OCTETS, Repo, blob, digest, with_query
from lab import in_background, kill_all
from postgres import Lock
from processes import wait_until

# The trigger runs at COMMIT. It waits while a test holds the table `commit_gate`.
TRIGGER = """
CREATE TABLE commit_gate ();
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN LOCK TABLE commit_gate IN ACCESS SHARE MODE; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON blob DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
"""
END_BACKENDS = """
SELECT pg_terminate_backend(pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE NOT granted AND locktype = 'relation' AND datname = current_database();
"""


def close_session(repo, data):
    """A session with the first half of the bytes; returns its URL and the request that closes it with the other half."""
    where, half = repo.client.target(repo.begin()), len(data) // 2
    assert repo.client.patch(where, data[:half], {"Content-Type": OCTETS}).status == 202
    return where, lambda: repo.client.put(with_query(where, digest=digest(data)), data[half:], {"Content-Type": OCTETS}, checked=False)


def post_whole(repo, data):
    """A push in one request, which has no session."""
    return None, lambda: repo.client.post(with_query(repo.uploads_url, digest=digest(data)), data, {"Content-Type": OCTETS}, checked=False)


def kill_at_commit(registry, push, committed):
    """Kills all workers while `push` is in its COMMIT, which then succeeds or not."""
    with Lock(registry, "commit_gate") as lock:
        join = in_background(push)
        lock.wait_for_victim()
        for name in ("main", "uploads"):
            kill_all(registry.children[name])
        answer = join()
        if not committed:
            registry.sql(END_BACKENDS)
            wait_until(lambda: lock.waiting() == 0, "the end of the transaction")
    assert answer is None or answer.status in (502, 503, 504), answer


def placed(registry, reference):
    """The blob's file; the registry has the filesystem driver."""
    name = reference.split(":")[1]
    return os.path.join(registry.storage, "docker/registry/v2/blobs/sha256", name[:2], name, "data")


def content(path):
    with open(path, "rb") as f:
        return f.read()


@pytest.mark.parametrize("begin", [close_session, post_whole], ids=["session", "whole"])
@pytest.mark.parametrize("committed", [False, True], ids=["rolled-back", "committed"])
def test_the_next_push_of_the_same_blob_works(registry, begin, committed):
    registry.sql(TRIGGER)
    client, first, second = registry.client, Repo(registry.client), Repo(registry.client)
    data = blob(300000)
    reference = digest(data)
    where, push = begin(first, data)

    kill_at_commit(registry, push, committed)

    # All of the blob, or nothing.
    assert content(placed(registry, reference)) == data, "the worker was killed before the blob was in its place"
    wait_until(lambda: client.head(first.blob_url(reference)).status == (200 if committed else 404), "what the COMMIT did")
    assert client.head(second.blob_url(reference)).status == 404
    if committed:
        assert client.get(first.blob_url(reference)).body == data

    # Another repository's push does not depend on it.
    assert second.push_blob(data) == reference
    assert client.get(second.blob_url(reference)).body == data

    # The session is there and can be closed, or has become the blob.
    if where and not committed:
        assert client.put(with_query(where, digest=reference), b"", {"Content-Type": OCTETS}).status == 201
    elif where:
        assert client.get(where).status == 404
    assert first.push_blob(data) == reference
    for repo in (first, second):
        assert client.get(repo.blob_url(reference)).body == data


def test_the_session_can_be_cancelled_and_the_blob_of_another_push_stays(registry):
    registry.sql(TRIGGER)
    client, first, second = registry.client, Repo(registry.client), Repo(registry.client)
    data = blob(300000)
    where, push = close_session(first, data)

    kill_at_commit(registry, push, False)

    reference = second.push_blob(data)
    assert client.delete(where).status == 204
    assert client.get(where).status == 404
    assert client.head(first.blob_url(reference)).status == 404
    assert client.get(second.blob_url(reference)).body == data
    assert os.listdir(os.path.join(registry.storage, "berth", "uploads")) == []
