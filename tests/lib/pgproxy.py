# SPDX-License-Identifier: MIT
"""
A proxy on PostgreSQL's unix socket that counts what clients send: statements and round trips.

It reads the frontend's message types (PostgreSQL documentation, "Message Formats") and passes all bytes on as they
are. A round trip ends with Sync or a simple Query: the client waits there. Execute and Query are statements.
"""
import os
import socket
import struct
import threading
from collections import Counter

from postgres import PORT

STATEMENTS, ROUND_TRIPS = "EQ", "SQ"


class Frontend:
    """Splits the client's stream into messages: feed() returns the types of the messages that are complete now."""

    def __init__(self):
        self.data, self.started = b"", False

    def feed(self, data):
        self.data += data
        while True:
            head = 5 if self.started else 4
            if len(self.data) < head:
                return
            length = struct.unpack_from(">I", self.data, head - 4)[0] + head - 4
            if len(self.data) < length:
                return
            kind = chr(self.data[0]) if self.started else "startup"
            self.started, self.data = True, self.data[length:]
            yield kind


class Proxy:
    """Listens on a socket in `folder`. A registry uses the proxy if its database.host is this folder."""

    def __init__(self, folder, server_folder):
        self.folder, self.server = folder, os.path.join(server_folder, f".s.PGSQL.{PORT}")
        self.counts, self.lock, self.sockets = Counter(), threading.Lock(), []
        self.listener = socket.socket(socket.AF_UNIX)
        path = os.path.join(folder, f".s.PGSQL.{PORT}")
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            self.sockets += [client, server]
            threading.Thread(target=self._pass, args=(client, server, Frontend()), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, None), daemon=True).start()

    def _pass(self, source, target, frontend):
        while True:
            try:
                data = source.recv(65536)
                if not data:
                    break
                if frontend:
                    with self.lock:
                        self.counts.update(frontend.feed(data))
                target.sendall(data)
            except OSError:
                break
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def statements(self):
        with self.lock:
            return sum(self.counts[kind] for kind in STATEMENTS)

    def round_trips(self):
        with self.lock:
            return sum(self.counts[kind] for kind in ROUND_TRIPS)

    def reset(self):
        with self.lock:
            self.counts.clear()

    def close(self):
        for end in [self.listener, *self.sockets]:
            end.close()
