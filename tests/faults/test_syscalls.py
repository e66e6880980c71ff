# SPDX-License-Identifier: MIT
"""
Every system call of a push fails once, one after the other: no request succeeds after a failed fsync, acknowledged bytes are
stored byte for byte, and a retry of the same request succeeds.
"""
import errno
import os
import shutil
import struct

import pytest

import lab
from consistency import torn_blobs
from images import OCTETS, Repo, blob, digest, with_query
from lab import ACCOUNT, control_block, preloaded, release_build, wait_for_idle
from uploader import held

KINDS = {"write": 1, "fsync": 2, "rename": 3, "link": 4, "open": 5, "mkdir": 6, "truncate": 7, "read": 8}
LAYOUT = "6i"
LIMIT = 60  # upper limit: no push makes so many calls of one kind


class Shim:
    """The control block that the workers share with the test."""

    def __init__(self, folder):
        path = os.path.join(folder, "control")
        self.map = control_block(path)
        self.environment = {"LD_PRELOAD": preloaded("faultfs.c", folder), "BERTH_FAULTFS": path}

    def arm(self, kind, nth, error=0, short=False):
        self.map[:struct.calcsize(LAYOUT)] = struct.pack(LAYOUT, KINDS[kind], nth, error, short, 0, 0)

    def disarm(self):
        """(calls, failures) since the shim was armed."""
        found = struct.unpack_from(LAYOUT, self.map)[4:]
        self.map[:4] = bytes(4)
        return found


LINKLESS = "apache, on a file system without links"


@pytest.fixture(params=["nginx", "apache", LINKLESS])
def shimmed(request, launch, shared_cluster, monkeypatch):
    monkeypatch.setenv("BERTH_BUILD", release_build())
    folder = ACCOUNT.scratch()
    shim = Shim(folder)
    environment = {**shim.environment, **({"BERTH_FAULTFS_LINKLESS": "1"} if request.param == LINKLESS else {})}
    registry = launch(shared_cluster, request.param.partition(",")[0], kind=lab.Wrapped, extra_environment=environment,
                      workers=2, upload_workers=2)
    for pool in ("main", "uploads"):
        wait_for_idle(registry.children[pool], 2)
    shim.places = {"rename"} if request.param == LINKLESS else {"link"}  # the calls that give a blob its name
    yield registry, shim
    shutil.rmtree(folder, ignore_errors=True)


class Push:
    """A chunked push in steps. A step that fails is repeated."""

    def __init__(self, repo):
        self.repo, self.client, self.data = repo, repo.client, blob(40000)
        self.where, self.offset, self.refused = None, 0, 0

    def step(self, method, url, body=b""):
        answer = self.client.request(method, url, body, {"Content-Type": OCTETS})
        assert answer.status in (201, 202, 503, 507), answer
        return answer

    def ask(self):
        answer = self.client.get(self.where)
        assert answer.status == 204, answer
        return 0 if answer.header("Range") == "0-0" else held(answer)

    def run(self, shim):
        """Runs all steps, with retries. Returns whether no call failed during the successful closing PUT."""
        for _ in range(5):
            answer = self.step("POST", self.repo.uploads_url)
            if answer.status == 202:
                break
        self.where = self.client.target(answer.location)
        for cut in (15000, 30000):
            self.chunk(cut)
        for _ in range(5):
            before = self.failures(shim)
            answer = self.step("PUT", with_query(self.where, digest=digest(self.data)), self.data[self.offset:])
            if answer.status == 201:
                return before == self.failures(shim)
            self.refused += 1
            self.offset = self.ask()
        raise AssertionError("the closing PUT never succeeded")

    def chunk(self, cut):
        for _ in range(5):
            if self.offset >= cut:
                return
            answer = self.step("PATCH", self.where, self.data[self.offset:cut])
            if answer.status == 202:
                assert held(answer) == cut
                self.offset = cut
            else:
                self.refused += 1
                told = self.ask()
                assert told >= self.offset, "an acknowledged offset is lost"
                self.offset = told
        assert self.offset >= cut, "the chunk never succeeded"

    @staticmethod
    def failures(shim):
        return struct.unpack_from(LAYOUT, shim.map)[5]


def every_call(registry, shim, kind, **fault):
    """Lets the 1st, 2nd, ... call of a push fail, until a push makes fewer calls. Returns (pushes with a failure, refused)."""
    met = refused = 0
    for nth in range(1, LIMIT):
        push = Push(Repo(registry.client))
        shim.arm(kind, nth, **fault)
        clean = push.run(shim)
        calls, hits = shim.disarm()
        got = registry.client.get(push.repo.blob_url(digest(push.data)))
        assert got.status == 200 and got.body == push.data, (kind, nth)
        if kind == "fsync" and hits:
            assert clean and push.refused, f"a success followed failed fsync {nth}"
        met, refused = met + (hits > 0), refused + push.refused
        if calls < nth:
            return met, refused
    raise AssertionError(f"more than {LIMIT} calls of {kind}")


@pytest.mark.parametrize("kind, error", [
    ("write", errno.ENOSPC), ("write", errno.EIO), ("fsync", errno.EIO), ("fsync", errno.ENOSPC), ("rename", errno.EIO),
    ("rename", errno.ENOSPC), ("link", errno.EMLINK), ("link", errno.EIO), ("open", errno.EMFILE), ("open", errno.ENOSPC),
    ("mkdir", errno.ENOSPC), ("truncate", errno.EIO), ("read", errno.EIO)],
    ids=lambda v: v if isinstance(v, str) else errno.errorcode[v])
def test_each_call_of_a_push_fails_once(shimmed, kind, error):
    registry, shim = shimmed
    met, refused = every_call(registry, shim, kind, error=error)
    print(f"{kind} {errno.errorcode[error]}: {met} pushes met the failure, {refused} requests were refused")
    if kind in {"fsync", "open"} | shim.places:
        assert met, "the shim no longer sees these calls"
    assert not torn_blobs(registry.storage)


@pytest.mark.parametrize("kind", ["write", "read"])
def test_short_and_interrupted_calls_change_nothing(shimmed, kind):
    registry, shim = shimmed
    for fault in ({"short": True}, {"error": errno.EINTR}):
        _, refused = every_call(registry, shim, kind, **fault)
        assert refused == 0, fault
    assert not torn_blobs(registry.storage)


def test_the_shim_sees_every_call_of_the_driver(shimmed):
    """The tests above rely on this: the shim counts the calls of a push without a failure."""
    registry, shim = shimmed
    seen = {}
    for kind in KINDS:
        shim.arm(kind, 0)
        Push(Repo(registry.client)).run(shim)
        seen[kind] = shim.disarm()[0]
    print(registry.frontend, seen)
    wanted = {"fsync", "open", "mkdir", "read" if registry.frontend == "nginx" else "write"} | shim.places
    assert all(seen[kind] for kind in wanted), seen
