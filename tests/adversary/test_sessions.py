# SPDX-License-Identifier: MIT
"""
Upload sessions of an attacker who may push to one project: the attacker learns nothing of the blobs of other projects, cannot
read or change them, and cannot keep all workers busy.
"""
import ctypes
import json
import os
import struct
import subprocess
import threading

import fcgi_client as f
import pytest
from guarded import TokenRegistry
from images import OCI_MANIFEST, OCTETS, Repo, absent, blob, digest, index, with_query
from postgres import PORT
from processes import ACCOUNT, wait_until
from stack import Berth
from tokens import bearer
from wire import Signed

IN_ACCESS, IN_OPEN = 0x1, 0x20


class Watched:
    """Counts how often a file is opened or read."""

    def __init__(self, path):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(os.O_NONBLOCK)
        assert self.libc.inotify_add_watch(self.fd, path.encode(), IN_ACCESS | IN_OPEN) >= 0, path

    def events(self):
        try:
            data = os.read(self.fd, 65536)
        except BlockingIOError:
            return 0
        return len(data) // struct.calcsize("iIII")

    def close(self):
        os.close(self.fd)


def path_of(registry, reference):
    algorithm, _, name = reference.partition(":")
    return os.path.join(registry.storage, "docker/registry/v2/blobs", algorithm, name[:2], name, "data")


def pusher(guarded):
    """A repository whose client has all rights in it, and no rights in other repositories."""
    repo = Repo(guarded.client)
    repo.token = guarded.token({"type": "repository", "name": repo.name, "actions": ["*"]})
    repo.client = Signed(guarded.client, bearer(repo.token))
    return repo


@pytest.fixture
def victim(guarded):
    return guarded.repo()


@pytest.fixture
def attacker(guarded):
    return pusher(guarded)


class Roomy:
    """Starts registries with more workers than the busy sessions of one repository may use."""

    def __init__(self, registries):
        self.registries, self.made = registries, []

    def get(self, change):
        self.made.append(Berth(self.registries.shared_cluster(), self.registries.frontend, change,
                               keeper=self.registries.keeper, workers=5, upload_workers=5))
        return self.made[-1].start()


@pytest.fixture(scope="module")
def roomy(registries, signer):
    owner = Roomy(registries)
    yield TokenRegistry(owner, signer)
    for registry in owner.made:
        registry.stop()
        damage = registry.damage()
        registry.remove(bool(damage))
        assert not damage, damage


# ---- closing a session ----

CLOSINGS = {
    "a byte out of range": (b"x", {"Content-Range": "5-5"}, 416),
    "nothing more": (b"", {}, 400),
    "one byte more": (b"x", {}, 400),
}


@pytest.mark.filesystem
@pytest.mark.parametrize("how", CLOSINGS)
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_closing_a_session_says_nothing_of_a_blob_elsewhere_and_does_not_read_it(guarded, victim, attacker, algorithm, how):
    secret = blob(300_000)
    held = victim.push_blob(secret)
    body, headers, status = CLOSINGS[how]
    told = []
    watched = Watched(path_of(guarded.registry, held))
    for reference in (held, absent()):
        where = attacker.client.post(f"{attacker.uploads_url}?digest-algorithm={algorithm}").location
        where = attacker.client.patch(where, blob(len(secret)), {"Content-Type": OCTETS}).location
        answer = attacker.client.put(with_query(where, digest=reference), body, {"Content-Type": OCTETS, **headers})
        assert answer.status == status, answer
        told.append((answer.status, answer.body.replace(reference.encode(), b"D")))
    assert told[0] == told[1]
    assert watched.events() == 0, "a worker looked into the blob"
    with open(path_of(guarded.registry, held), "rb"):
        assert watched.events() > 0, "the watch does not see that a file is opened"
    watched.close()


def test_a_session_closes_only_with_the_digest_of_its_bytes(victim, attacker):
    secret, own = blob(5000), blob(5000)
    held = victim.push_blob(secret)
    where = attacker.client.patch(attacker.begin(), own, {"Content-Type": OCTETS}).location
    assert attacker.client.put(with_query(where, digest=held)).status == 400
    assert attacker.client.get(attacker.blob_url(held)).status == 404
    assert attacker.client.get(where).status == 404, "a session whose digest was wrong is gone"


@pytest.mark.parametrize("source", ["named", "not named"])
def test_a_mount_says_nothing_of_a_blob_elsewhere(victim, attacker, source):
    held = victim.push_blob(blob(3000))
    answers = []
    for reference in (held, absent()):
        query = {"mount": reference, **({"from": victim.name} if source == "named" else {})}
        answer = attacker.client.post(with_query(attacker.uploads_url, **query))
        answers.append((answer.status, sorted(set(answer.headers) - {"Date"}), answer.body))
    assert answers[0] == answers[1] and answers[0][0] == 202


# ---- two writers ----

class Slow:
    """A request sent directly to a worker. The test decides when the parts of its body are sent."""

    def __init__(self, registry, method, where, length, token, **more):
        target = registry.client.target(where)
        pool = "main" if registry.frontend == "apache" else "uploads"  # not the pool that the web server uses for other requests
        self.connection = f.Connection(registry.socket(pool), timeout=60)
        self.connection.send(f.begin() + f.stream(f.PARAMS, f.encode(f.params(
            method, target, CONTENT_LENGTH=str(length), CONTENT_TYPE=OCTETS, HTTP_AUTHORIZATION=f"Bearer {token}", **more))))

    def send(self, data):
        return self.connection.send(f.stream(f.STDIN, data, end=False))

    def finish(self):
        self.connection.send(f.record(f.STDIN))
        with self.connection as connection:
            return connection.read()


def session_of(where):
    return where.partition("?")[0].rstrip("/").rpartition("/")[2]


def lose_connection(registry, session):
    """Ends the database connection of the request that adds bytes to the session."""
    locks = ("FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND"
             f" (classid::bigint << 32 | objid::bigint) = hashtextextended('{session}', 0)")
    wait_until(lambda: registry.sql(f"SELECT 1 FROM upload WHERE id = '{session}' AND writing"), "a request that adds bytes")
    assert registry.sql(f"SELECT pg_terminate_backend(pid) {locks}") == [["t"]]
    wait_until(lambda: not registry.sql(f"SELECT 1 {locks}"), "the end of the lock")


SIZE = 1 << 20


@pytest.mark.parametrize("late", ["before the end", "after the end"])
@pytest.mark.parametrize("acknowledged", [0, 1000])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_request_that_lost_its_connection_adds_nothing_to_what_another_one_finishes(guarded, victim, attacker, method,
                                                                                     acknowledged, late):
    honest, evil = blob(SIZE), bytes(SIZE)
    registry, where = guarded.registry, attacker.begin()
    if acknowledged:
        where = attacker.client.patch(where, honest[:acknowledged], {"Content-Type": OCTETS}).location
    rest = evil[acknowledged:]
    target = with_query(where, digest=digest(honest)) if method == "PUT" else where
    slow = Slow(registry, method, target, len(rest), attacker.token, HTTP_CONTENT_RANGE=f"{acknowledged}-{SIZE - 1}")
    slow.send(rest[:200_000])
    lose_connection(registry, session_of(where))
    answer = attacker.client.patch(where, honest[acknowledged:], {"Content-Type": OCTETS})
    assert answer.status == 202, answer
    if late == "before the end":
        slow.send(rest[200_000:])
        assert slow.finish().status in (404, 429, 503)
    assert attacker.client.put(with_query(answer.location, digest=digest(honest))).status == 201
    if late == "after the end":
        slow.send(rest[200_000:])
        assert slow.finish().status in (404, 429, 503)
    assert attacker.client.get(attacker.blob_url(digest(honest))).body == honest
    mounted = victim.push_blob(honest)  # the other repository with this blob has the same bytes
    assert victim.client.get(victim.blob_url(mounted)).body == honest


@pytest.mark.filesystem
def test_a_blob_that_is_there_stays_the_file_it_was(guarded, victim, attacker):
    """A push of the same bytes to another repository does not replace the file."""
    data = blob(70_000)
    held = victim.push_blob(data)
    before = os.stat(path_of(guarded.registry, held))
    assert attacker.push_blob(data) == held
    where = attacker.client.patch(attacker.begin(), data, {"Content-Type": OCTETS}).location
    assert attacker.client.put(with_query(where, digest=held)).status == 201
    after = os.stat(path_of(guarded.registry, held))
    assert (before.st_ino, before.st_mtime_ns, before.st_size) == (after.st_ino, after.st_mtime_ns, after.st_size)


# ---- waiting for a session ----

class Held:
    """Holds the lock of a session in another database connection."""

    def __init__(self, registry, session):
        cluster = registry.cluster
        words = [f"{cluster.bin}/psql", "-X", "-q", "-A", "-t", "-h", cluster.sockets, "-p", str(PORT), "-U", "berth",
                 "-d", registry.database]
        self.psql = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **ACCOUNT.popen_options())
        self.psql.stdin.write(f"SELECT 'held' FROM pg_advisory_lock(hashtextextended('{session}', 0));\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline().strip() == "held"

    def release(self):
        self.psql.stdin.close()
        self.psql.wait(30)


def test_requests_for_a_busy_session_do_not_hold_the_workers(roomy):
    attacker, registry, data = pusher(roomy), roomy.registry, blob(2000)
    where = attacker.begin()
    held = Held(registry, session_of(where))
    answers, threads = [], []

    def patch():
        answers.append(attacker.client.patch(where, data, {"Content-Type": OCTETS, "Content-Range": f"0-{len(data) - 1}"}))

    for _ in range(8):
        threads.append(threading.Thread(target=patch))
        threads[-1].start()
    try:
        wait_until(lambda: len(answers) == 7, "the answers of the requests that may not wait")
        assert {answer.status for answer in answers} == {429}
        assert all(answer.header("Retry-After") for answer in answers)
        assert attacker.client.get(where).status == 204, "a worker is free"
    finally:
        held.release()
        for thread in threads:
            thread.join(60)
    assert sorted(answer.status for answer in answers) == [202] + 7 * [429], answers


def test_the_busy_sessions_of_one_repository_hold_few_workers(roomy):
    attacker, registry = pusher(roomy), roomy.registry
    sessions = [attacker.begin() for _ in range(6)]
    held = [Held(registry, session_of(where)) for where in sessions]
    answers, threads = [], []

    def patch(where):
        answers.append(attacker.client.patch(where, b"x", {"Content-Type": OCTETS}))

    for where in sessions:
        threads.append(threading.Thread(target=patch, args=(where,)))
        threads[-1].start()
    try:
        wait_until(lambda: len(answers) == 4, "the answers of the requests that may not wait")
        assert {answer.status for answer in answers} == {429}
    finally:
        for lock in held:
            lock.release()
        for thread in threads:
            thread.join(60)
    assert sorted(answer.status for answer in answers) == [202, 202] + 4 * [429], answers


# ---- expected outcomes are no errors in PostgreSQL's log ----

def log_of(registry):
    with open(registry.cluster.log, encoding="utf-8", errors="replace") as lines:
        return [line for line in lines if "ERROR" in line or "FATAL" in line]


def test_refusals_leave_no_error_in_the_log_of_postgresql(guarded, victim):
    registry, client = guarded.registry, victim.client
    before = log_of(registry)
    reference, body = victim.image("v1", layers=2)
    victim.push(index([(body, OCI_MANIFEST)]), "all")
    manifest = json.loads(body)
    assert client.delete(victim.manifest_url(reference)).status == 409
    for descriptor in [manifest["config"], *manifest["layers"]]:
        assert client.delete(victim.blob_url(descriptor["digest"])).status == 405
    assert client.delete(victim.blob_url(absent())).status == 404
    assert client.delete(victim.manifest_url(absent())).status == 404
    assert log_of(registry) == before
