# SPDX-License-Identifier: MIT
"""
FastCGI 1.0 over a worker's unix socket: correct records, and malformed ones that no web server sends.

`Connection` sends the given bytes unchanged. `call` makes one whole, well-formed request.
"""
import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, GET_VALUES_RESULT, UNKNOWN = range(1, 12)
RESPONDER, AUTHORIZER, FILTER = 1, 2, 3


def record(kind, content=b"", request=1, version=1, length=None, padding=b"", padding_length=None, reserved=0):
    """One record. `length` and `padding_length` may differ from the true lengths."""
    return struct.pack(">BBHHBB", version, kind, request & 0xFFFF, (len(content) if length is None else length) & 0xFFFF,
                       len(padding) if padding_length is None else padding_length, reserved) + content + padding


def begin(role=RESPONDER, flags=0, **more):
    return record(BEGIN, struct.pack(">HB5x", role, flags), **more)


def size_of(number, wide=False):
    """The length of a name or value: one byte below 128, else four."""
    return struct.pack(">I", (number & 0x7FFFFFFF) | 0x80000000) if wide or number > 127 else bytes([number])


def pair(name, value, wide=False):
    name, value = (x.encode("latin-1") if isinstance(x, str) else x for x in (name, value))
    return size_of(len(name), wide) + size_of(len(value), wide) + name + value


def stream(kind, content, step=65535, request=1, end=True):
    """The records of a stream, with the empty record that ends it."""
    parts = [record(kind, content[at:at + step], request=request) for at in range(0, len(content), step)]
    return b"".join(parts) + (record(kind, request=request) if end else b"")


def params(method="GET", uri="/v2/", **more):
    """The parameters of an ordinary request as a dict; a None removes one."""
    base = {"REQUEST_METHOD": method, "REQUEST_URI": uri, "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost:5000",
            "REMOTE_ADDR": "127.0.0.1", "QUERY_STRING": uri.partition("?")[2] if isinstance(uri, str) else "",
            "CONTENT_TYPE": "", "CONTENT_LENGTH": "", "GATEWAY_INTERFACE": "CGI/1.1", **more}
    return {name: value for name, value in base.items() if value is not None}


def encode(pairs, wide=False):
    return b"".join(pair(name, value, wide) for name, value in (pairs.items() if isinstance(pairs, dict) else pairs))


class Answer:
    """An answer: the parsed CGI output, and whether an END_REQUEST record came."""

    def __init__(self, data):
        self.raw, self.stdout, self.stderr, self.ended = data, b"", b"", False
        while len(data) >= 8:
            _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", data[:8])
            content, data = data[8:8 + length], data[8 + length + padding:]
            if kind == STDOUT:
                self.stdout += content
            elif kind == STDERR:
                self.stderr += content
            elif kind == END:
                self.ended = True
        head, _, self.body = self.stdout.partition(b"\r\n\r\n")
        self.headers = {}
        for line in head.split(b"\r\n") if head else []:
            name, _, value = line.partition(b":")
            self.headers.setdefault(name.decode("latin-1").lower(), []).append(value.strip().decode("latin-1"))
        status = self.headers.get("status", ["200 OK" if head else ""])[0]
        self.status = int(status.split()[0]) if status else None

    def __repr__(self):
        return f"<{self.status} ended={self.ended} {self.stdout[:500]!r} {self.stderr[:500]!r}>"


class Connection:
    def __init__(self, path, timeout=20):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """False if the worker has closed the connection already, which is allowed."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def no_more(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def read(self):
        """Reads until the worker closes the connection."""
        data = b""
        while True:
            try:
                part = self.socket.recv(65536)
            except ConnectionResetError:
                break
            if not part:
                break
            data += part
        return Answer(data)


def call(path, pairs, body=b"", wide=False, step=65535, timeout=20):
    """Makes one well-formed request."""
    with Connection(path, timeout) as connection:
        connection.send(begin() + stream(PARAMS, encode(pairs, wide), step) + stream(STDIN, body, step))
        return connection.read()


def exchange(path, data, timeout=20):
    """Sends bytes, closes the sending side, reads the answer."""
    with Connection(path, timeout) as connection:
        connection.send(data)
        connection.no_more()
        return connection.read()
