# SPDX-License-Identifier: MIT
"""Uploads and tokens: refusals before the body, uploads that end after their token has expired, and mounts."""
import glob
import hashlib
import os
import select
import socket
import time

import pytest
from images import Repo, absent, blob, digest, with_query
from processes import wait_until
from tokens import NULL, Key, access, bearer, claims, token
from wire import Signed

HOUR, DAY = 3600, 24 * 3600


def speak(client, head, timeout=20):
    """Opens a connection and sends the head of a request."""
    connection = socket.create_connection((client.host, client.port), timeout=timeout)
    connection.sendall(head.encode())
    return connection


def head_of(client, method, target, headers, **more):
    fields = {"Host": client.netloc, **headers, **more}
    return f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"


def read_answer(connection):
    """Reads a small answer with its body; returns (status, bytes)."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            break
        data += part
    length = [line for line in data.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = data.find(b"\r\n\r\n") + 4 + int(length[0].split(b":")[1]) if length else len(data)
    while len(data) < wanted:
        part = connection.recv(65536)
        if not part:
            break
        data += part
    return int(data.split(None, 2)[1]) if data else None, data


def send_until_answered(connection, chunked=False, most=16 << 20):
    """
    Sends bytes of the body without a pause until an answer begins. Apache would not see the worker's answer between two reads if
    the client paused.
    """
    part = bytes(64 << 10)
    for _ in range(most // len(part)):
        try:
            connection.sendall(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
        except (BrokenPipeError, ConnectionResetError):
            return
        if select.select([connection], [], [], 0.1)[0]:
            return
    raise AssertionError(f"no answer after {most} bytes")


def spooled(registry):
    return set(glob.glob(os.path.join(registry.storage, "berth", "spool", "*")))


GIGABYTE = 1 << 30
NOWHERE = "/v2/a/b/blobs/uploads/0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"


@pytest.mark.parametrize("method, target", [("POST", f"/v2/a/b/blobs/uploads/?digest={absent()}"), ("PATCH", NOWHERE), ("PUT", NOWHERE)])
def test_an_unauthorised_gigabyte_is_refused_before_its_first_byte(guarded, method, target):
    """NGINX does not ask for the body and makes no spool file. Apache sends 100 Continue before it calls a worker."""
    client = guarded.client
    before = spooled(guarded.registry)
    with speak(client, head_of(client, method, target, {}, Expect="100-continue", **{"Content-Length": GIGABYTE})) as connection:
        if guarded.registry.frontend == "apache":
            assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
            send_until_answered(connection)
        status, data = read_answer(connection)
    assert status == 401, data
    assert b'scope="repository:a/b:pull,push"' in data and b'"UNAUTHORIZED"' in data
    assert spooled(guarded.registry) <= before  # those of clients that left before may go


@pytest.mark.parametrize("method, target", [
    ("PUT", "/v2/No/blobs/uploads/x"), ("DELETE", f"{NOWHERE}?a=%00"), ("PUT", "/v2/a%2fb/blobs/uploads/x"),
    ("PROPFIND", NOWHERE)])
def test_the_body_of_a_malformed_request_is_not_spooled(guarded, method, target):
    """Every client gets the error of the request; behind NGINX, it gets the error before the body."""
    client = guarded.client
    before = spooled(guarded.registry)
    if guarded.registry.frontend == "nginx":
        with speak(client, head_of(client, method, target, {}, Expect="100-continue", **{"Content-Length": GIGABYTE})) as connection:
            status, data = read_answer(connection)
        assert status in (400, 401, 404, 405), data
    assert spooled(guarded.registry) <= before  # those of clients that left before may go
    answer = client.request(method, target, b"body", guarded.may("a/b", "*").own)
    assert answer.status in (400, 404, 405), answer


def test_no_body_is_read_for_a_path_below_an_upload(guarded):
    """No route has such a path: NGINX forwards the worker's 404 and does not read the body."""
    client, target = guarded.client, f"{NOWHERE}/more"
    if guarded.registry.frontend == "nginx":
        with speak(client, head_of(client, "PATCH", target, {}, Expect="100-continue", **{"Content-Length": GIGABYTE})) as connection:
            assert read_answer(connection)[0] == 404
    assert client.request("PATCH", target, b"body").status == 404


@pytest.mark.parametrize("form", ["length", "chunked"])
def test_a_refused_upload_is_answered_at_its_first_bytes(guarded, form):
    """The client gets the answer after its first bytes. Apache closes the connection and does not read the rest."""
    client = guarded.client
    framing = {"length": {"Content-Length": GIGABYTE}, "chunked": {"Transfer-Encoding": "chunked"}}[form]
    with speak(client, head_of(client, "PATCH", NOWHERE, {}, **framing)) as connection:
        send_until_answered(connection, form == "chunked")
        status, data = read_answer(connection)
        assert status == 401, data
        if guarded.registry.frontend == "apache":
            assert b"connection: close" in data.lower(), data
            try:
                while connection.recv(65536):
                    pass
            except ConnectionResetError:
                pass


def test_without_workers_an_upload_is_refused_in_json(guarded):
    """The pre-check of NGINX gets no answer; the client then gets the same 503 as for any other request."""
    registry, pool = guarded.registry, "main" if guarded.registry.frontend == "nginx" else "uploads"
    count = {"main": registry.workers, "uploads": registry.upload_workers}[pool]
    registry.children.pop(pool).stop()
    try:
        answer = registry.client.post("/v2/a/b/blobs/uploads/", headers=guarded.may("a/b", "*").own)
        assert answer.status == 503 and answer.codes() == ["UNAVAILABLE"], answer
        assert answer.header("Retry-After")
    finally:
        registry._start_pool(pool, count)


def expire(guarded, repo, seconds):
    """A client for the repository whose token expired `seconds` ago, and the same token as a header."""
    now = int(time.time())
    text = guarded.token(access(repo.name, "pull", "push"), exp=now - seconds, nbf=now - 2 * DAY)
    return Signed(guarded.client, bearer(text))


def start_with(guarded, repo, client, age=0):
    """A session that this client's token started `age` seconds ago, when the token was valid."""
    session = repo.begin()
    uuid = session.split("?")[0].rsplit("/", 1)[1]
    fingerprint = hashlib.sha256(client.own["Authorization"].split(" ")[1].encode()).hexdigest()
    guarded.registry.sql(f"UPDATE upload SET starter = '\\x{fingerprint}', started_at = now() - interval '{age} seconds'"
                         f" WHERE id = '{uuid}'")
    return session


def test_a_session_knows_the_token_that_started_it(guarded):
    repo = guarded.repo()
    uuid = repo.begin().split("?")[0].rsplit("/", 1)[1]
    due = hashlib.sha256(repo.client.own["Authorization"].split(" ")[1].encode()).hexdigest()
    assert due in str(guarded.registry.sql(f"SELECT encode(starter, 'hex') FROM upload WHERE id = '{uuid}'"))


def test_the_token_that_started_an_upload_may_finish_it_after_it_has_expired(guarded):
    repo, data = guarded.repo(), blob(5000)
    late = expire(guarded, repo, HOUR)
    session = start_with(guarded, repo, late, 2 * HOUR)
    answer = late.patch(session, data[:2000])
    assert answer.status == 202, answer
    answer = late.put(with_query(answer.location, digest=digest(data)), data[2000:])
    assert answer.status == 201, answer
    assert repo.client.get(repo.blob_url(digest(data))).body == data


def test_an_expired_token_may_do_nothing_else(guarded):
    repo, data = guarded.repo(), blob(100)
    late = expire(guarded, repo, HOUR)
    own, another = start_with(guarded, repo, late, 2 * HOUR), repo.begin()
    elsewhere = guarded.repo()
    foreign = elsewhere.begin()
    for method, url in [("GET", own), ("DELETE", own), ("PATCH", another), ("PUT", with_query(another, digest=digest(data))),
                        ("POST", repo.uploads_url), ("PUT", repo.manifest_url("v1")), ("GET", repo.tags_url), ("PATCH", foreign),
                        ("PATCH", own.replace(repo.name, elsewhere.name)), ("GET", "/v2/")]:
        answer = late.request(method, url, data if method in ("PATCH", "PUT") else None)
        assert answer.status == 401 and 'error="invalid_token"' in answer.header("WWW-Authenticate"), (method, url, answer)


@pytest.mark.parametrize("expired, age, status", [(HOUR, DAY - 60, 202), (HOUR, DAY + 60, 401), (DAY, DAY - 60, 202),
                                                  (DAY + 120, DAY - 60, 401)])
def test_an_expired_token_and_its_session_are_accepted_for_a_day(guarded, expired, age, status):
    repo = guarded.repo()
    late = expire(guarded, repo, expired)
    assert late.patch(start_with(guarded, repo, late, age), b"x").status == status


def test_another_token_of_the_same_user_does_not_inherit_the_session(guarded):
    repo = guarded.repo()
    starter, other = expire(guarded, repo, HOUR), expire(guarded, repo, HOUR + 1)
    session = start_with(guarded, repo, starter, 2 * HOUR)
    assert other.patch(session, b"x").status == 401
    assert starter.patch(session, b"x").status == 202


@pytest.mark.parametrize("wrong", [{"iss": "x"}, {"aud": "x"}, {"access": NULL}, {"access": []}, "signature"])
def test_only_the_expiry_of_a_token_is_forgiven(guarded, wrong):
    repo, now = guarded.repo(), int(time.time())
    body = claims(access(repo.name, "pull", "push"), exp=now - HOUR, nbf=now - DAY, **(wrong if isinstance(wrong, dict) else {}))
    key = Key() if wrong == "signature" else guarded.key
    late = Signed(guarded.client, bearer(token(key, body, kid=guarded.key.libtrust)))
    assert late.patch(start_with(guarded, repo, late, 2 * HOUR), b"x").status == 401


def test_a_token_that_expires_while_the_body_is_on_its_way_still_counts(guarded):
    """The head is sent while the token is valid, the last byte after the token and its leeway have expired."""
    repo, data = guarded.repo(), blob(3000)
    session = repo.begin()
    good_until = int(time.time()) + 6
    headers = bearer(guarded.token(access(repo.name, "pull", "push"), exp=good_until - 60))
    client = guarded.client
    target = client.target(with_query(session, digest=digest(data)))
    with speak(client, head_of(client, "PUT", target, headers, **{"Content-Length": str(len(data)), "Content-Type": "application/octet-stream"})) as connection:
        connection.sendall(data[:1000])
        wait_until(lambda: time.time() > good_until + 1, "the token to expire")
        assert client.get(repo.tags_url, headers=headers).status == 401
        connection.sendall(data[1000:])
        status, said = read_answer(connection)
    assert status == 201, said
    assert repo.client.get(repo.blob_url(digest(data))).body == data


def test_clients_cannot_claim_an_earlier_authorization(guarded):
    """No spelling of a header sets a parameter that the configuration of the web server sets."""
    repo = Repo(guarded.client)
    now = str(int(time.time()))
    late = expire(guarded, repo, HOUR)
    for name in ("BERTH_AUTHORIZED", "BERTH-AUTHORIZED", "Berth-Authorized", "BERTH_AUTHORIZE", "Berth-Authorize", "HTTP_BERTH_AUTHORIZED"):
        answer = late.post(repo.uploads_url, headers={name: now if "ZED" in name.upper() else "1"}, checked=False)
        assert answer.status in (400, 401), (name, answer)


# ---- mounts ----

def mount(client, repo, reference, origin=None):
    return client.post(with_query(repo.uploads_url, mount=reference, **({"from": origin} if origin is not None else {})))


def both(guarded, into, origin, *actions):
    return Signed(guarded.client, bearer(guarded.token(access(into.name, "pull", "push"), access(origin.name, *actions))))


def test_a_mount_needs_pull_on_its_origin(guarded):
    origin, into = guarded.repo(), guarded.repo()
    reference = origin.push_blob(blob())
    assert mount(both(guarded, into, origin, "push"), into, reference, origin.name).status == 202
    assert mount(into.client, into, reference, origin.name).status == 202
    assert into.client.get(into.blob_url(reference)).status == 404
    assert mount(both(guarded, into, origin, "pull"), into, reference, origin.name).status == 201
    assert into.client.get(into.blob_url(reference)).status == 200


def test_without_from_a_blob_is_found_only_where_the_token_may_pull(guarded):
    origin, into = guarded.repo(), guarded.repo()
    reference = origin.push_blob(blob())
    assert mount(into.client, into, reference).status == 202
    assert mount(both(guarded, into, origin, "delete"), into, reference).status == 202
    assert mount(both(guarded, into, origin, "pull"), into, reference).status == 201


def test_a_forbidden_origin_looks_like_an_unknown_digest(guarded):
    origin, into = guarded.repo(), guarded.repo()
    reference = origin.push_blob(blob())
    answers = [mount(into.client, into, reference, origin.name), mount(into.client, into, absent(), origin.name),
               mount(into.client, into, reference, "no/such"), mount(into.client, into, reference)]
    assert {answer.status for answer in answers} == {202}
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1
    assert {answer.body for answer in answers} == {b""}
