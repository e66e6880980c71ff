# SPDX-License-Identifier: MIT
"""
Bodies of requests that are refused: the client gets the error of the request, and no byte of the body goes to the disk. This
holds for every client, every method and every spelling of the path.
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
           "apache": ["GET", "PUT", "PATCH", "OPTIONS"]}  # fewer: each takes a second behind Apache

# Paths that are refused with a body, for every method and every client; `{}` is a repository of another project.
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
    """The number of bytes in the files of the spool and of the web server's temporary folders."""
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
    """Measures usage() continuously; `peak` is the maximum."""

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
    A request with an announced body, which is sent until the server answers. Apache looks for the worker's answer only between
    two reads of the body, so the sender sends part after part, with a pause after each.
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
        """Waits for the first answer; returns whether it asks for the body (100 Continue)."""
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
        """(status, bytes of the final answer). The status is None if the server discards the body and does not answer."""
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
    Checks that the request was refused. If Apache refuses a request without a worker, as for a NUL in the path, it first reads
    and discards the whole body: no answer is allowed then. It may also redirect a path with doubled slashes to the clean path.
    """
    if frontend == "apache" and status is None:
        return
    assert status is not None and (400 <= status < 500 or (status, frontend) == (301, "apache")), data
    if method != "HEAD" and status != 301:
        assert b'{"errors":[{"code":"' in data, data
        assert b"<html" not in data, data


@pytest.fixture(params=["guarded", "open"])
def open_or_guarded(request, guarded, registry):
    """(clients, registry): clients with all kinds of rights at a registry with authentication, or one without authentication."""
    if request.param == "open":
        return [registry.client], registry
    return [guarded.client, guarded.may("stranger/own", "*"), guarded.may("t/victim", "pull"), guarded.may("t/victim", "*")], \
        guarded.registry


@pytest.mark.parametrize("path", MALFORMED.values(), ids=MALFORMED.keys())
def test_no_byte_of_a_refused_body_reaches_the_disk(open_or_guarded, path):
    """Each method announces a terabyte, with and without Expect: 100-continue. Apache asks for the body and discards it."""
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
def test_no_byte_of_a_refused_body_without_a_length_reaches_the_disk(open_or_guarded, path):
    clients, registry = open_or_guarded
    target = path.format("t/victim")
    with Watch(registry) as watch:
        for client in clients:
            for method in METHODS[registry.frontend]:
                with Sender(client, method, target, {"Transfer-Encoding": "chunked"}) as sender:
                    status, data = sender.send_until_answered(chunked=True).answer()
                    if status is not None:  # the server may close the connection if the body does not fit into a buffer
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
            assert status == 413 and b"MANIFEST_TOO_LARGE" in data, data  # refused because of its length, without a worker
        else:
            assert status == 401 and code.encode() in data, data
            assert b"WWW-Authenticate: Bearer" in data and f"repository:{repository.name}:pull,push".encode() in data, data
    assert watch.peak <= SMALL_BUFFER


@pytest.mark.parametrize("case", ["name", "session", "digest missing", "digest malformed", "tag", "range", "method", "route",
                                  "too large"])
def test_a_client_that_may_push_gets_the_error_before_the_body(guarded, case):
    repository = guarded.repo()
    upload = repository.client.target(repository.begin())
    elsewhere = guarded.repo()
    foreign = elsewhere.client.target(elsewhere.begin()).replace(elsewhere.name, repository.name)
    both = repository.client
    method, target, more, status, code = {
        "name": ("PATCH", "/v2/X/blobs/uploads/x", {}, 400, "NAME_INVALID"),
        "session": ("PATCH", foreign, {}, 404, "BLOB_UPLOAD_UNKNOWN"),
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


def test_a_client_with_pull_and_push_continues_a_session(guarded):
    repository, data = guarded.repo(), blob(300_000)
    pusher = guarded.may(repository.name, "pull", "push")
    where = pusher.patch(pusher.post(repository.uploads_url).location, data[:100_000]).location
    answer = pusher.put(with_query(where, digest=digest(data)), data[100_000:])
    assert answer.status == 201, answer


def test_idle_connections_with_bodies_cost_no_disk(guarded):
    """Five connections without credentials announce 4 MiB each, send 3 MiB, and then send no more."""
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


def test_a_small_body_of_a_get_is_accepted(guarded):
    repository = guarded.repo()
    repository.image("v1")
    for length in (1, 9999):
        assert repository.client.get(repository.manifest_url("v1"), b"x" * length).status == 200
    assert repository.client.get(repository.manifest_url("v1"), b"x" * 10_000).status == 413


@pytest.mark.parametrize("token", ["none", "anonymous"])
def test_a_token_that_grants_nothing_does_not_allow_spooling(guarded, token):
    """Each of these two requests once left 100 MB in the spool."""
    headers = bearer(guarded.token()) if token == "anonymous" else {}
    with Watch(guarded.registry) as watch:
        for method, target in (("PUT", "/v2/X/blobs/uploads/x"), ("POST", f"/v2/team/x/blobs/uploads/{NOWHERE}")):
            fields = {**headers, "Content-Length": TERABYTE}
            with Sender(guarded.client, method, target, fields) as sender:
                check_refusal(guarded.registry.frontend, method, *sender.send_until_answered().answer())
    assert watch.peak <= SMALL_BUFFER
