# SPDX-License-Identifier: MIT
"""
The power fails at any moment of a push: in every possible state of the disk, acknowledged bytes are on the disk, and so are the
bytes that a committed row refers to. A commit of PostgreSQL counts as durable.
"""
import os
import random
import shutil
import signal
import threading

import pytest

import lab
from images import OCI_MANIFEST, OCTETS, Repo, blob, descriptor, digest, encode, with_query
from lab import ACCOUNT, SEED, release_build
from promises import BLOBS, UPLOADS, Held, Judge, Stands
from recording import Recorder, key

AHEAD = 3 << 20  # large enough for the process that hashes a body while the web server spools it


class Fresh(lab.Wrapped):
    """A registry that makes its storage folder itself, and is stopped without a delay."""

    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)
        os.rmdir(self.storage)

    def stop(self):
        for name in ("main", "uploads"):
            if name in self.children:
                self.children.pop(name).stop(signal.SIGKILL)
        super().stop()


class Pusher:
    """Pushes whose requests record what their answers promise."""

    def __init__(self, registry, recorder):
        self.registry, self.recorder, self.repo = registry, recorder, Repo(registry.client)
        self.requests, self.lock = [], threading.Lock()
        self.where = self.upload = None  # of the newest session

    def ask(self, status, promises, method, url, body=b"", media_type=OCTETS):
        with self.lock:
            number = str(len(self.requests))
            self.requests.append(promises)
        self.recorder.mark("begin", number)
        answer = self.registry.client.request(method, url, body, {"Content-Type": media_type})
        assert answer.status == status, answer
        self.recorder.mark("ack", number)
        return answer

    def begin(self):
        answer = self.ask(202, [], "POST", self.repo.uploads_url)
        self.where, self.upload = answer.location, answer.header("Docker-Upload-UUID")

    def at_once(self, data, algorithm="sha256"):
        self.ask(201, [Stands(data, algorithm)], "POST",
                 with_query(self.repo.uploads_url, digest=digest(data, algorithm)), data)

    def whole(self, data, algorithm="sha256"):
        self.begin()
        self.ask(201, [Stands(data, algorithm)], "PUT", with_query(self.where, digest=digest(data, algorithm)), data)

    def chunks(self, data, algorithm="sha256", last=0):
        """Sends all but the last bytes in three chunks. Returns a function that sends the last bytes with the closing PUT."""
        self.begin()
        becoming, size = Stands(data, algorithm), len(data) - last
        cuts = [0, size // 3, size // 2, size]
        for start, end in zip(cuts, cuts[1:]):
            self.ask(202, [Held(self.upload, data[:end], becoming)], "PATCH", self.where, data[start:end])
        where = with_query(self.where, digest=digest(data, algorithm))
        return lambda: self.ask(201, [becoming], "PUT", where, data[size:])

    def chunked(self, *args, **kw):
        self.chunks(*args, **kw)()

    def manifest(self, *parts):
        """Pushes an image of existing blobs, of which the first is the config."""
        document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": descriptor(parts[0]),
                    "layers": [descriptor(part) for part in parts[1:]]}
        self.ask(201, [Stands(part) for part in parts], "PUT", self.repo.manifest_url("v1"), encode(document), OCI_MANIFEST)

    # ---- the verdict ----

    def judge(self):
        return Judge(key(self.registry.folder), self.requests, random.Random(SEED))

    def losses(self):
        """Judges the pushes so far. The tree of the journal must equal the real tree: otherwise the shim has missed calls."""
        records, judge = list(self.recorder.records()), self.judge()
        assert judge.tree(records) == self.standing()
        found = list(judge.losses(records))
        print(f"{self.registry.frontend}: {len(records)} records, {judge.states} states, {len(found)} losses, seed {SEED}")
        return found

    def standing(self):
        """The files on the real disk, with the names that the judge uses."""
        found = {}
        for top in (BLOBS, UPLOADS):
            for where, _, names in os.walk(os.path.join(self.registry.folder, top)):
                for path in (os.path.join(where, name) for name in names):
                    with open(path, "rb") as f:
                        found[os.path.relpath(path, self.registry.folder)] = f.read()
        return found


@pytest.fixture(params=["nginx", "apache"])
def pusher(request, launch, shared_cluster, monkeypatch):
    """Behind NGINX bodies are spooled and linked, behind Apache the uploads pool writes what streams in."""
    monkeypatch.setenv("BERTH_BUILD", release_build())
    folder = ACCOUNT.scratch()
    recorder = Recorder(folder)
    registry = launch(shared_cluster, request.param, kind=Fresh, extra_environment=recorder.environment, workers=2,
                      upload_workers=2)
    yield Pusher(registry, recorder)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_blob_in_one_request_survives(pusher):
    pusher.whole(blob(AHEAD))
    pusher.at_once(blob(100000))
    pusher.whole(b"")
    assert not pusher.losses()


def test_a_blob_in_chunks_survives_and_so_does_every_chunk(pusher):
    pusher.chunked(blob(200000))
    pusher.chunked(blob(200000), last=50000)
    assert not pusher.losses()


def test_a_blob_by_another_algorithm_survives(pusher):
    pusher.whole(blob(100000), "sha512")
    pusher.chunked(blob(200000), "sha512", last=50000)
    assert not pusher.losses()


def test_a_blob_that_is_pushed_again_is_never_gone(pusher):
    data = blob(100000)
    pusher.whole(data)
    pusher.chunked(data)
    pusher.repo = Repo(pusher.registry.client)
    pusher.at_once(data)
    assert not pusher.losses()


def test_what_a_chunk_that_failed_has_left_is_in_no_blob(pusher):
    """The bytes are in the file, but no row counts them. If the truncation were not synced, they could come back."""
    registry, closing = pusher.registry, pusher.chunks(blob(200000))
    registry.sql('ALTER TABLE upload ADD CONSTRAINT refuse CHECK ("offset" <= 200000) NOT VALID')
    answer = registry.client.request("PATCH", pusher.where, blob(70000), {"Content-Type": OCTETS}, checked=False)
    assert answer.status >= 500, answer
    registry.sql("ALTER TABLE upload DROP CONSTRAINT refuse")
    closing()
    assert not pusher.losses()


def test_all_that_a_manifest_refers_to_survives(pusher):
    config, layers = encode({"architecture": "amd64", "os": "linux"}), [blob(50000), blob(60000)]
    pusher.whole(config)
    pusher.chunked(layers[0])
    pusher.at_once(layers[1])
    pusher.manifest(config, *layers)
    assert not pusher.losses()


def neighbours():
    """Two blobs whose digests have the same prefix: they share a folder that does not exist yet."""
    first = blob(3000)
    return first, next(data for data in (blob(3000) for _ in range(100000)) if digest(data)[:9] == digest(first)[:9])


@pytest.mark.parametrize("same", [True, False], ids=["of one blob", "into one new folder"])
def test_a_push_does_not_rely_on_the_fsync_of_another_one(pusher, same):
    """The first push is stopped before its first fsync of a folder; then the second push is acknowledged."""
    one, other = neighbours()
    closing = pusher.chunks(one)
    with pusher.recorder.paused(closing):
        pusher.whole(one if same else other)
    assert not pusher.losses()


def test_a_swallowed_fsync_is_found(pusher):
    with pusher.recorder.deaf_to("folders"):
        pusher.chunked(blob(200000))
    found = " ".join(pusher.losses())
    assert "the blob" in found and "bytes of" in found and "torn" not in found, found
    with pusher.recorder.deaf_to("files"):
        pusher.chunked(blob(200000))
    assert "torn" in " ".join(pusher.losses())


def test_no_fsync_is_made_for_nothing(pusher):
    """Without the fsync of any one file or folder, the judge reports a loss. The spool is the only exception."""
    pusher.chunked(blob(200000))
    records = list(pusher.recorder.records())
    spared = []
    for node in {record.words[0] for record in records if record.verb == "sync"}:
        rest = [record for record in records if record.verb != "sync" or record.words[0] != node]
        if not next(pusher.judge().losses(rest), None):
            spared.append(node)
    assert spared == [key(pusher.registry.spool)]
