# SPDX-License-Identifier: MIT
"""Many slow clients in one thread: each sends, or reads, a few bytes four times a second."""
import socket
import threading
import time

PAUSE = 0.25  # seconds between two rounds
STEP = 20     # bytes in a round: 80 a second


class Link:
    """One slow connection. `said` is the answer that a sender has received so far."""

    def __init__(self, address, head, reads=False):
        self.reads, self.said, self.open = reads, b"", True
        self.socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        if reads:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(60)
        self.socket.connect(address)
        self.socket.sendall(head)
        self.socket.setblocking(False)

    def step(self, silent):
        try:
            if not self.reads and not silent:
                self.socket.send(b"x" * STEP)
            part = self.socket.recv(STEP if self.reads else 65536)
            self.said += part
            self.open = bool(part)
        except BlockingIOError:
            pass
        except OSError:
            self.open = False

    @property
    def answered(self):
        """True if a sender has its answer, or if the server has closed the connection."""
        return not self.open or (not self.reads and bool(self.said))

    @property
    def status(self):
        """The status of the answer; None if there was no answer."""
        return int(self.said.split()[1]) if self.said.startswith(b"HTTP/1.1 ") else None


def head_of(client, method, target, **headers):
    """The head of a request. Underscores in the names of headers stand for dashes."""
    lines = [f"{method} {client.target(target)} HTTP/1.1", f"Host: {client.netloc}",
             *[f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


class Swarm:
    """All slow connections. Use it as a context manager; `add` may be called at any time."""

    def __init__(self):
        self.links, self.rounds, self.ended = [], 0, threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(60)
        for link in self.links:
            link.socket.close()

    def _run(self):
        while not self.ended.wait(PAUSE):
            for link in list(self.links):
                if link.open:
                    link.step(silent=False)
            self.rounds += 1

    def add(self, count, address, head, reads=False):
        added = [Link(address, head, reads) for _ in range(count)]
        self.links += added
        return added

    def held(self):
        """The number of links that the server has neither answered nor closed."""
        return sum(not link.answered for link in self.links)

    def wait_rounds(self, count, seconds=60):
        self.wait_until(lambda target=self.rounds + count: self.rounds >= target, seconds)

    def wait_until(self, true, seconds=120):
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"{self.held()} of {len(self.links)} slow clients are still served"
            time.sleep(0.05)
