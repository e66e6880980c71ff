# SPDX-License-Identifier: MIT
"""
A proxy between the registry and an object store. A test tells it which requests shall fail, and how.

    with FaultProxy(store_port) as proxy:            # point the driver at proxy.url
        proxy.break_at("PUT", "partNumber=", status(503, SLOW_DOWN), times=2)
        ...
        assert proxy.struck == 2
        proxy.heal()

The proxy parses each HTTP request and forwards it over a new connection; the end of an answer is the end of the connection.
A fault is a function (exchange). It answers in place of the store, or changes the answer of the store.
"""
import re
import socket
import struct
import threading
import time

SLOW_DOWN = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate." \
            "</Message><RequestId>proxy</RequestId></Error>"
INTERNAL = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>InternalError</Code><Message>We encountered an internal error." \
           "</Message><RequestId>proxy</RequestId></Error>"


class Exchange:
    """One request: its head is read, its body is still in the client's socket."""

    def __init__(self, proxy, client, head):
        self.proxy, self.client, self.head = proxy, client, head
        line = head.split(b"\r\n", 1)[0].decode("latin-1")
        self.method, self.target, _ = line.split(" ", 2)
        found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
        self.length = int(found.group(1)) if found else 0

    def header(self, name):
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)", self.head, re.I)
        return found.group(1).decode("latin-1") if found else None

    def body(self, limit=None):
        """Yields the pieces of the body as they arrive."""
        left = self.length if limit is None else min(limit, self.length)
        while left > 0:
            piece = self.client.recv(min(left, 65536))
            if not piece:
                raise OSError("the client has gone")
            left -= len(piece)
            yield piece

    def swallow(self):
        for _ in self.body():
            pass

    def ask(self, limit=None):
        """Forwards the request with at most `limit` bytes of its body. Returns the socket to the store."""
        store = socket.create_connection(("127.0.0.1", self.proxy.store_port), timeout=60)
        head = re.sub(rb"\r\nconnection:[^\r]*", b"", self.head, flags=re.I)
        store.sendall(head[:-2] + b"Connection: close\r\n\r\n")
        for piece in self.body(limit):
            store.sendall(piece)
        return store

    def answer(self, limit=None):
        """The whole answer of the store."""
        with self.ask(limit) as store:
            answer = b""
            while piece := store.recv(65536):
                answer += piece
        return answer

    def pass_on(self):
        with self.ask() as store:
            while piece := store.recv(65536):
                self.client.sendall(piece)

    def say(self, code, text):
        data = b"" if self.method == "HEAD" else text.encode()
        self.client.sendall(f"HTTP/1.1 {code} Proxy\r\nContent-Type: application/xml\r\nContent-Length: {len(data)}\r\n"
                            "Connection: close\r\n\r\n".encode() + data)

    def reset(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# ---- faults ----

def status(code, text=INTERNAL):
    """The request does not reach the store. A code of 200 makes an error inside a success."""
    def fault(exchange):
        exchange.swallow()
        exchange.say(code, text)
    fault.__name__ = f"status {code}"
    return fault


def refused(exchange):
    """Resets the connection before any byte of the body is read."""
    exchange.reset()


def cut_request(exchange):
    """Half of the body reaches the store, then both connections are closed."""
    store = exchange.ask(exchange.length // 2)
    store.close()
    exchange.reset()


def lost_answer(exchange):
    """The store executes the request; the client gets no answer."""
    exchange.answer()
    exchange.reset()


def wrong_answer(exchange):
    """The store executes the request; the client gets an error from the proxy."""
    exchange.answer()
    exchange.say(500, INTERNAL)


def cut_answer(exchange):
    """All but the last byte of the answer."""
    exchange.client.sendall(exchange.answer()[:-1])


def cut_in_half(exchange):
    """The head of the answer and half of its body."""
    head, _, body = exchange.answer().partition(b"\r\n\r\n")
    exchange.client.sendall(head + b"\r\n\r\n" + body[:len(body) // 2])


def head_only(exchange):
    """The head of the answer and nothing of its body."""
    exchange.client.sendall(exchange.answer().partition(b"\r\n\r\n")[0] + b"\r\n\r\n")


def whole_object(data):
    """200 with all of `data`, as from a store that ignores the range."""
    def fault(exchange):
        exchange.client.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data)
    return fault


def slow(seconds):
    def fault(exchange):
        time.sleep(seconds)
        exchange.pass_on()
    fault.__name__ = f"{seconds} s late"
    return fault


def silent(exchange):
    """Reads the request and sends nothing until the client gives up."""
    exchange.swallow()
    exchange.client.settimeout(120)
    exchange.client.recv(1)


def kept(requests):
    """Passes the request on, and appends it to `requests`: FaultProxy.repeat sends it again, as a network that holds it back would."""
    def fault(exchange):
        body = b"".join(exchange.body())
        requests.append((exchange.head, body))
        exchange.client.sendall(exchange.proxy.repeat((exchange.head, body)))
    return fault


# ---- the proxy ----

class FaultProxy:
    def __init__(self, store_port):
        self.store_port = store_port
        self.lock = threading.Lock()
        self.rule, self.left, self.struck, self.seen = None, 0, 0, []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def break_at(self, method, pattern, fault, times=None, header=None):
        """
        Applies the fault to the next `times` requests (without `times`: to all) with this method whose target matches the
        expression and that have this header. A "!" in front of the header means that they do not have it.
        """
        with self.lock:
            self.rule = (method, re.compile(pattern), header, fault)
            self.left, self.struck = times, 0

    def heal(self):
        with self.lock:
            self.rule = None

    def forget(self):
        with self.lock:
            self.seen = []

    def requests(self, pattern="."):
        """"METHOD target" of each request since forget()."""
        with self.lock:
            return [line for line in self.seen if re.search(pattern, line)]

    def repeat(self, request):
        """Sends a request that `kept` has kept. Returns the store's answer."""
        head, body = request
        with socket.create_connection(("127.0.0.1", self.store_port), timeout=60) as store:
            store.sendall(re.sub(rb"\r\nconnection:[^\r]*", b"", head, flags=re.I)[:-2] + b"Connection: close\r\n\r\n" + body)
            answer = b""
            while piece := store.recv(65536):
                answer += piece
        return answer

    def _fault_for(self, exchange):
        with self.lock:
            self.seen.append(f"{exchange.method} {exchange.target}")
            if not self.rule or self.left == 0:
                return None
            method, pattern, header, fault = self.rule
            if method != exchange.method or not pattern.search(exchange.target):
                return None
            if header and (exchange.header(header.lstrip("!")) is not None) == header.startswith("!"):
                return None
            self.left = self.left - 1 if self.left else self.left
            self.struck += 1
            return fault

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            client.settimeout(60)
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = client.recv(1)  # the body is not read yet
                    if not piece:
                        return
                    head += piece
                exchange = Exchange(self, client, head)
                fault = self._fault_for(exchange)
                (fault or Exchange.pass_on)(exchange)
            except OSError:
                pass  # either side may close its connection
