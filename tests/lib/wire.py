# SPDX-License-Identifier: MIT
"""
The HTTP client of the tests. It sends requests unchanged, and checks every answer by the rules for all answers.

http.client does not change the request target: it resolves no dot segments and adds no percent-encoding. It refuses control
bytes; `raw` sends them.
"""
import http.client
import io
import json
import re
import socket
from urllib.parse import urlsplit

API_VERSION = "registry/2.0"
CODE = re.compile(r"^[A-Z_]+$")


class Response:
    def __init__(self, status, headers, body, reason=None):
        self.status, self.headers, self.body, self.reason = status, headers, body, reason

    def __repr__(self):
        fields = "\n".join(f"  {name}: {value}" for name, value in self.headers.items())
        return f"<{self.status}\n{fields}\n  {self.body[:600]!r}>"

    def header(self, name, default=None):
        return self.headers.get(name, default)

    def all(self, name):
        """All values of a header, split at commas and trimmed. The header may be repeated."""
        return [part.strip() for line in self.headers.get_all(name, []) for part in line.split(",") if part.strip()]

    def json(self):
        return json.loads(self.body)

    def codes(self):
        """The error codes of the body, in order."""
        return [error["code"] for error in self.json()["errors"]]

    @property
    def location(self):
        return self.headers.get("Location")

    def link_next(self):
        """The target of the Link rel="next", or None."""
        for line in self.headers.get_all("Link", []):
            found = re.fullmatch(r'<([^>]+)>; ?rel="?next"?', line)
            assert found, f"malformed Link: {line}"
            return found.group(1)
        return None


def check_answer(response, method, target):
    """Checks the rules for every answer of the API."""
    said = f"{method} {target}\n{response!r}"
    assert response.status not in (500, 502, 504), said
    assert response.reason and response.reason != "Other", f"no reason phrase: {said}"
    assert response.header("Docker-Distribution-API-Version") == API_VERSION, f"no API version: {said}"
    assert response.header("X-Content-Type-Options") == "nosniff", f"no nosniff: {said}"
    for name in ("Location", "Docker-Content-Digest", "ETag", "Content-Type", "X-Content-Type-Options"):
        assert len(response.headers.get_all(name, [])) <= 1, f"{name} repeated: {said}"
    for name in ("X-Accel-Redirect", "X-Sendfile"):
        assert response.header(name) is None, f"{name} leaked: {said}"
    if response.status == 405:
        assert method not in response.all("Allow"), f"Allow lists the refused method: {said}"
        assert response.header("Allow") is not None, f"no Allow: {said}"
    if response.status == 429:
        assert response.header("Retry-After"), f"no Retry-After: {said}"
    if response.status >= 400 and method != "HEAD":
        check_error_body(response, said)


def check_error_body(response, said):
    assert re.match(r"application/json(;|$)", response.header("Content-Type", "")), f"errors are JSON: {said}"
    errors = response.json()["errors"]
    assert errors, f"no error in {said}"
    for error in errors:
        assert CODE.match(error["code"]) and error["message"], said


class Client:
    """A client of one server. Each request has its own connection. A target may be an absolute URL of this server."""

    def __init__(self, host, port, prefix="", checked=True):
        self.host, self.port, self.prefix, self.checked = host, port, prefix, checked

    @property
    def netloc(self):
        return f"{self.host}:{self.port}"

    def target(self, url):
        """The request target of an absolute URL; a path is returned unchanged."""
        if re.match(r"^https?://", url):
            parts = urlsplit(url)
            return parts.path + (f"?{parts.query}" if parts.query else "")
        return url

    def request(self, method, url, body=None, headers=(), host=None, checked=None, chunked=False, timeout=60,
                source=None):
        """
        `headers` is a dict or a list of pairs, in which a name may be repeated. A body of bytes is sent with Content-Length,
        or chunked if `chunked` is set; an iterable is always sent chunked. GET and HEAD without a body have neither header.
        `source` is the client address of the request.
        """
        target = self.target(url)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout,
                                                source_address=(source, 0) if source else None)
        try:
            connection.putrequest(method, target, skip_host=host is not None, skip_accept_encoding=True)
            if host is not None:
                connection.putheader("Host", host)
            for name, value in headers.items() if isinstance(headers, dict) else headers:
                connection.putheader(name, value)
            self._send(connection, method, body, headers, chunked)
            answer = connection.getresponse()
            response = Response(answer.status, answer.headers, answer.read(), answer.reason)
        finally:
            connection.close()
        self._check_length(response, answer, method)
        if self.checked if checked is None else checked:
            check_answer(response, method, target)
        return response

    @staticmethod
    def _send(connection, method, body, headers, chunked):
        names = {name.lower() for name, _ in (headers.items() if isinstance(headers, dict) else headers)}
        streamed = body is not None and (chunked or not isinstance(body, (bytes, bytearray, memoryview)))
        if streamed:
            connection.putheader("Transfer-Encoding", "chunked")
        elif "content-length" not in names and (body is not None or method in ("POST", "PUT", "PATCH")):
            connection.putheader("Content-Length", str(len(body or b"")))
        try:
            connection.endheaders()
            if streamed:
                parts = [body] if isinstance(body, (bytes, bytearray, memoryview)) else body
                for part in parts:
                    connection.send(b"%x\r\n%s\r\n" % (len(part), part))
                connection.send(b"0\r\n\r\n")
            elif body:
                connection.send(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server answered before it had read the whole body: the answer can be read

    @staticmethod
    def _check_length(response, answer, method):
        said = response.header("Content-Length")
        if said is not None and method != "HEAD" and answer.status not in (204, 304):
            assert int(said) == len(response.body), f"Content-Length {said}, {len(response.body)} bytes came"

    def __getattr__(self, name):
        if name in ("get", "head", "put", "post", "patch", "delete", "options"):
            return lambda url, *args, **kw: self.request(name.upper(), url, *args, **kw)
        raise AttributeError(name)

    def raw(self, data, timeout=20, patient=True):
        """
        Sends bytes unchanged and reads one answer. Returns None if the server closes the connection without an answer. Without
        `patient`, also returns None at the time limit: the server may wait for the rest of an incomplete request.
        """
        with socket.create_connection((self.host, self.port), timeout=timeout) as connection:
            try:
                connection.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            answer = http.client.HTTPResponse(connection, method=data.split(b" ", 1)[0].decode("latin-1"))
            try:
                answer.begin()
                return Response(answer.status, answer.headers, answer.read())
            except (http.client.HTTPException, ConnectionResetError):
                return None
            except TimeoutError:
                if patient:
                    raise
                return None

    def raw_request(self, method, target, headers=(), body=b""):
        """As `raw`, with a request line and headers built from the arguments. The target and header values may be any bytes."""
        lines = io.BytesIO()
        lines.write(method.encode() + b" " + target + b" HTTP/1.1\r\nHost: " + self.netloc.encode() + b"\r\n")
        for name, value in headers:
            lines.write(name.encode() + b": " + value + b"\r\n")
        if body or method in ("PUT", "POST", "PATCH"):
            lines.write(b"Content-Length: %d\r\n" % len(body))
        lines.write(b"Connection: close\r\n\r\n" + body)
        return self.raw(lines.getvalue())


class Signed(Client):
    """A client that adds a header to each request that does not have this header."""

    def __init__(self, client, headers):
        super().__init__(client.host, client.port, client.prefix, client.checked)
        self.own = headers

    def request(self, method, url, body=None, headers=(), **more):
        given = list(headers.items()) if isinstance(headers, dict) else list(headers)
        return super().request(method, url, body, given + list(self.own.items()), **more)
