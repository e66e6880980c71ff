# SPDX-License-Identifier: MIT
"""
Bodies of requests that will be refused: the client gets the error of the request itself, and no byte of the body goes to
the disk, whoever asks, by whatever method and however the path is spelt.
"""
import os
import re
import select
import socket
import threading

import pytest
from images import OCI_MANIFEST, absent, blob, digest, with_query
from processes import wait_until
from tokens import bearer

TERABYTE = 1 << 40
SMALL_BUFFER = 64 << 10
NOWHERE = "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"
METHODS = {"nginx": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"],
           "apache": ["GET", "PUT", "PATCH", "OPTIONS"]}  # which takes a second for each

# Each is refused with a body for every method and every principal; `{}` is a repository of another project.
MALFORMED = {
    "name in upper case": "/v2/X/blobs/uploads/x",
    "name in upper case, manifest": "/v2/X/manifests/x",
    "doubled slash in front": f"//v2/{{}}/blobs/uploads/{NOWHERE}",
    "doubled slash inside": f"/v2/{{}}//blobs/uploads/{NOWHERE}",
    "dot segment": f"/v2/{{}}/./blobs/uploads/{NOWHERE}",
    "dots upward": f"/v2/{{}}/x/../blobs/uploads/{NOWHERE}",
    "escaped dots": f"/v2/{{}}/%2e%2e/a/blobs/uploads/{NOWHERE}",
    "escaped slash": f"/v2/{{}}%2Fa/blobs/uploads/{NOWHERE}",
    "escaped letters of the route": f"/v2/{{}}/blobs/%75ploads/{NOWHERE}",
    "route in upper case": f"/v2/{{}}/blobs/UPLOADS/{NOWHERE}",
    "bad escape": f"/v2/{{}}/blobs/uploads/{NOWHERE}%zz",
    "escaped NUL": f"/v2/{{}}/blobs/uploads/{NOWHERE}%00",
    "bad escape in the query": f"/v2/{{}}/blobs/uploads/{NOWHERE}?a=%00",
    "more behind a session": f"/v2/{{}}/blobs/uploads/{NOWHERE}/more",
    "slash behind a session": f"/v2/{{}}/blobs/uploads/{NOWHERE}/",
    "no such session": f"/v2/{{}}/blobs/uploads/{NOWHERE}",
    "no session's name": "/v2/{}/blobs/uploads/x",
    "long name": f"/v2/{'a' * 300}/blobs/uploads/{NOWHERE}",
    "bad tag": "/v2/{}/manifests/-bad",
    "manifest without a reference": "/v2/{}/manifests/",
    "a route without a body": "/v2/{}/tags/list",
    "the base": "/v2/",
    "the root": "/",
    "nowhere": "/nowhere",
    "inner location": "/_berth/spooled",
    "inner location of the question": "/_berth/authorize",
    "inner location of answers": "/_berth/answer/refusal",
    "absolute form": f"http://evil.example.com/v2/X/blobs/uploads/{NOWHERE}",
    "token service": "/jwt/auth",
    "no path": "*",
}


def usage(registry):
    """Bytes that the spool and the web server's temporary folders hold, files without a name included."""
    total = 0
    folders = [registry.spool] + [os.path.join(registry.folder, part) for part in ("client_body", "fastcgi", "proxy")]
    for folder in folders:
        for path, _, names in os.walk(folder):
            for name in names:
                try:
                    total += os.lstat(os.path.join(path, name)).st_size
                except FileNotFoundError:
                    pass
    return total


class Watch:
    """The most that was ever on the disk, looked at all the time."""

    def __init__(self, registry):
        self.registry, self.peak, self.done = registry, 0, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while not self.done.is_set():
            self.peak = max(self.peak, usage(self.registry))
            self.done.wait(0.005)

    def __enter__(self):
        wait_until(lambda: usage(self.registry) == 0, "the spool to be empty")
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.peak = max(self.peak, usage(self.registry))


class Sender:
    """
    A request whose body is announced and sent for as long as nobody answers. Apache looks for the worker's answer between
    two parts of the body only, so that the sender goes on, with a pause after each part.
    """

    def __init__(self, client, method, target, fields):
        self.method = method
        own = getattr(client, "own", {})
        lines = [f"{method} {target} HTTP/1.1", f"Host: {client.netloc}"]
        lines += [f"{name}: {value}" for name, value in {**own, **fields}.items()]
        self.connection = socket.create_connection((client.host, client.port), timeout=60)
        self.connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.data, self.sent, self.ignored = b"", 0, False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send_until_answered(self, chunked=False, most=4 << 20):
        part = bytes(min(64 << 10, most))
        frame = b"%x\r\n%s\r\n" % (len(part), part) if chunked else part
        while self.sent < most and not select.select([self.connection], [], [], 0.02)[0]:
            try:
                self.connection.sendall(frame)
            except (BrokenPipeError, ConnectionResetError):
                break
            self.sent += len(part)
        self.ignored = self.sent >= most and not select.select([self.connection], [], [], 1)[0]
        return self

    def continued(self):
        """Whether the server asked for the body; waits for whatever it says first."""
        self._read_until(lambda: b"\r\n" in self.data)
        return self.data.startswith(b"HTTP/1.1 100")

    def _read_until(self, enough):
        while not enough():
            try:
                part = self.connection.recv(65536)
            except ConnectionResetError:
                break
            if not part:
                break
            self.data += part

    def answer(self):
        """(status, everything of the final answer); None when the server reads on and drops what it reads."""
        if self.ignored:
            return None, b""
        self._read_until(lambda: b"\r\n\r\n" in self.data)
        while self.data.startswith(b"HTTP/1.1 100"):
            self.data = self.data.split(b"\r\n\r\n", 1)[1]
            self._read_until(lambda: b"\r\n\r\n" in self.data)
        if not self.data:
            return None, b""
        head = self.data.split(b"\r\n\r\n", 1)[0]
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if length and self.method != "HEAD":
            self._read_until(lambda: len(self.data) >= len(head) + 4 + int(length.group(1)))
        return int(self.data.split(None, 2)[1]), self.data


def check_refusal(frontend, method, status, data):
    """
    Apache answers nothing that it refuses by itself, as a NUL in the path, before it has read and dropped the body; and a GET
    of a path with doubled slashes may be sent to the clean one.
    """
    if frontend == "apache" and status is None:
        return
    assert status is not None and (400 <= status < 500 or (status, frontend) == (301, "apache")), data
    if method != "HEAD" and status != 301:
        assert b'{"errors":[{"code":"' in data, data
        assert b"<html" not in data, data


@pytest.fixture(params=["guarded", "open"])
def open_or_guarded(request, guarded, registry):
    """Every principal of a registry that asks, and anybody of one that does not."""
    if request.param == "open":
        return [registry.client], registry
    return [guarded.client, guarded.may("stranger/own", "*"), guarded.may("t/victim", "pull"), guarded.may("t/victim", "*")], \
        guarded.registry


@pytest.mark.parametrize("path", MALFORMED.values(), ids=MALFORMED.keys())
def test_nothing_of_a_refused_body_comes_to_the_disk(open_or_guarded, path):
    """A terabyte is announced, with and without asking first, by each method; Apache asks for the body, and drops it."""
    clients, registry = open_or_guarded
    target = path.format("t/victim")
    nginx = registry.frontend == "nginx"
    with Watch(registry) as watch:
        for client in clients:
            for method in METHODS[registry.frontend]:
                fields = {"Content-Length": TERABYTE, "Expect": "100-continue"}
                with Sender(client, method, target, fields) as sender:
                    if nginx:
                        assert not sender.continued(), (method, target)
                    elif sender.continued():
                        sender.send_until_answered()
                    check_refusal(registry.frontend, method, *sender.answer())
                with Sender(client, method, target, {"Content-Length": TERABYTE}) as sender:
                    check_refusal(registry.frontend, method, *sender.send_until_answered().answer())
    assert watch.peak <= SMALL_BUFFER


@pytest.mark.parametrize("path", MALFORMED.values(), ids=MALFORMED.keys())
def test_nothing_of_a_refused_body_without_a_length_comes_to_the_disk(open_or_guarded, path):
    clients, registry = open_or_guarded
    target = path.format("t/victim")
    with Watch(registry) as watch:
        for client in clients:
            for method in METHODS[registry.frontend]:
                with Sender(client, method, target, {"Transfer-Encoding": "chunked"}) as sender:
                    status, data = sender.send_until_answered(chunked=True).answer()
                    if status is not None:  # what is too long for a buffer may cost the connection
                        check_refusal(registry.frontend, method, status, data)
    assert watch.peak <= SMALL_BUFFER


REFUSED = [("POST", f"blobs/uploads/?digest={absent()}", "UNAUTHORIZED"), ("PATCH", f"blobs/uploads/{NOWHERE}", "UNAUTHORIZED"),
           ("PUT", f"blobs/uploads/{NOWHERE}?digest={absent()}", "UNAUTHORIZED"), ("PUT", "manifests/v1", "UNAUTHORIZED")]


@pytest.mark.parametrize("length", [100, 5000, 1 << 20, 5 << 20, TERABYTE])
@pytest.mark.parametrize("method, path, code", REFUSED)
def test_a_stranger_gets_the_challenge_before_the_body(stranger, guarded, method, path, code, length):
    repository = guarded.repo()
    nginx = guarded.registry.frontend == "nginx"
    fields = {"Content-Length": length, "Expect": "100-continue"}
    with Watch(guarded.registry) as watch, Sender(stranger, method, f"/v2/{repository.name}/{path}", fields) as sender:
        if nginx and not (path == "manifests/v1" and length == 5 << 20):
            assert not sender.continued()
        elif sender.continued():
            sender.send_until_answered(most=min(length, 4 << 20))
        status, data = sender.answer()
        if path == "manifests/v1" and length == 5 << 20 and nginx:
            assert status == 413 and b"MANIFEST_TOO_LARGE" in data, data  # by its length alone
        else:
            assert status == 401 and code.encode() in data, data
            assert b"WWW-Authenticate: Bearer" in data and f"repository:{repository.name}:pull,push".encode() in data, data
    assert watch.peak <= SMALL_BUFFER


@pytest.mark.parametrize("case", ["name", "session", "digest missing", "digest malformed", "tag", "range", "method", "route",
                                  "too large"])
def test_who_may_push_is_told_what_is_wrong_before_the_body(guarded, case):
    repository = guarded.repo()
    upload = repository.client.target(repository.begin())
    elsewhere = guarded.repo()
    strange = elsewhere.client.target(elsewhere.begin()).replace(elsewhere.name, repository.name)
    both = repository.client
    method, target, more, status, code = {
        "name": ("PATCH", "/v2/X/blobs/uploads/x", {}, 400, "NAME_INVALID"),
        "session": ("PATCH", strange, {}, 404, "BLOB_UPLOAD_UNKNOWN"),
        "digest missing": ("PUT", upload, {}, 400, "DIGEST_INVALID"),
        "digest malformed": ("POST", f"{repository.uploads_url}?digest=x", {}, 400, "DIGEST_INVALID"),
        "tag": ("PUT", repository.manifest_url("-bad"), {"Content-Type": OCI_MANIFEST}, 400, "TAG_INVALID"),
        "range": ("PATCH", upload, {"Content-Range": "x"}, 416, "RANGE_INVALID"),
        "method": ("PUT", repository.tags_url, {}, 405, "UNSUPPORTED"),
        "route": ("PUT", f"/v2/{repository.name}/nothing", {}, 404, "NOT_FOUND"),
        "too large": ("PUT", repository.manifest_url("v1"), {"Content-Type": OCI_MANIFEST}, 413, "MANIFEST_TOO_LARGE"),
    }[case]
    fields = {"Content-Length": TERABYTE, "Expect": "100-continue", **more}
    with Watch(guarded.registry) as watch, Sender(both, method, target, fields) as sender:
        if guarded.registry.frontend == "nginx":
            assert not sender.continued(), sender.data
        elif sender.continued():
            sender.send_until_answered()
        said, data = sender.answer()
        assert (said, code.encode() in data) == (status, True), data
        if status == 405:
            assert b"Allow: GET, HEAD, OPTIONS" in data, data
    assert watch.peak <= SMALL_BUFFER


def test_a_read_only_registry_and_one_without_deletion_take_no_body(registries, registry):
    closed = registries.get({"storage": {"maintenance": {"readonly": {"enabled": True}}}}, registry)
    fields = {"Content-Length": TERABYTE, "Expect": "100-continue"}
    for method, path in (("POST", f"blobs/uploads/?digest={absent()}"), ("PATCH", f"blobs/uploads/{NOWHERE}"), ("PUT", "manifests/v1")):
        with Watch(closed) as watch, Sender(closed.client, method, f"/v2/t/x/{path}", fields) as sender:
            if sender.continued():
                sender.send_until_answered()
            status, data = sender.answer()
            assert status == 405 and b"read-only" in data and b"Allow: " in data, data
        assert watch.peak <= SMALL_BUFFER


def test_who_may_push_only_sends_the_next_part_of_a_session(guarded):
    repository, data = guarded.repo(), blob(300_000)
    pusher = guarded.may(repository.name, "pull", "push")
    where = pusher.patch(pusher.post(repository.uploads_url).location, data[:100_000]).location
    answer = pusher.put(with_query(where, digest=digest(data)), data[100_000:])
    assert answer.status == 201, answer


def test_idle_connections_with_bodies_cost_no_disk(guarded):
    """Five connections of somebody without credentials, each with five megabytes and no more."""
    client = guarded.client
    with Watch(guarded.registry) as watch:
        senders = [Sender(client, "PUT", f"/v2/a/b{at}/manifests/v1", {"Content-Length": (4 << 20)}) for at in range(5)]
        for sender in senders:
            try:
                sender.connection.sendall(bytes(3 << 20))
            except (BrokenPipeError, ConnectionResetError):
                pass
        for sender in senders:
            assert sender.answer()[0] == 401, sender.data
            sender.connection.close()
    assert watch.peak <= SMALL_BUFFER


def test_a_body_that_nobody_needs_may_come_when_it_is_small(guarded):
    repository = guarded.repo()
    repository.image("v1")
    for length in (1, 9999):
        assert repository.client.get(repository.manifest_url("v1"), b"x" * length).status == 200
    assert repository.client.get(repository.manifest_url("v1"), b"x" * 10_000).status == 413


@pytest.mark.parametrize("token", ["none", "anonymous"])
def test_a_token_that_grants_nothing_is_no_leave_to_spool(guarded, token):
    """The two requests by which 100 MB each came to lie in the spool."""
    headers = bearer(guarded.token()) if token == "anonymous" else {}
    with Watch(guarded.registry) as watch:
        for method, target in (("PUT", "/v2/X/blobs/uploads/x"), ("POST", f"/v2/team/x/blobs/uploads/{NOWHERE}")):
            fields = {**headers, "Content-Length": TERABYTE}
            with Sender(guarded.client, method, target, fields) as sender:
                check_refusal(guarded.registry.frontend, method, *sender.send_until_answered().answer())
    assert watch.peak <= SMALL_BUFFER
