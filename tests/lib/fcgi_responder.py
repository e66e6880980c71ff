# SPDX-License-Identifier: MIT
"""A FastCGI application in a thread, for tests of our rendered configuration in a web server."""
import os
import socket
import struct
import threading

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6


def _exactly(peer, count):
    data = b""
    while len(data) < count:
        piece = peer.recv(count - len(data))
        if not piece:
            raise ConnectionError("the web server went away")
        data += piece
    return data


def _length(data, at):
    if data[at] < 128:
        return data[at], at + 1
    return struct.unpack(">I", data[at:at + 4])[0] & 0x7FFFFFFF, at + 4


def _params(data):
    at, found = 0, {}
    while at < len(data):
        name_length, at = _length(data, at)
        value_length, at = _length(data, at)
        name = data[at:at + name_length].decode("latin-1")
        found[name] = data[at + name_length:at + name_length + value_length].decode("latin-1")
        at += name_length + value_length
    return found


class Request:
    def __init__(self, params, body):
        self.params, self.body = params, body


class Responder:
    """Calls answer(request) for each request; it returns (status, [(name, value)], body)."""

    def __init__(self, path, answer):
        self.answer, self.requests = answer, []
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(path)
        os.chmod(path, 0o666)
        self.listening.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def _accept(self):
        while True:
            try:
                peer, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        params = body = b""
        with peer:
            try:
                while True:
                    _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", _exactly(peer, 8))
                    content = _exactly(peer, length + padding)[:length]
                    if kind == PARAMS:
                        params += content
                    elif kind == STDIN and content:
                        body += content
                    elif kind == STDIN:
                        break
                request = Request(_params(params), body)
                self.requests.append(request)
                self._reply(peer, *self.answer(request))
            except (ConnectionError, OSError):
                pass

    @staticmethod
    def _reply(peer, status, headers, body):
        text = f"Status: {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
        data = text.encode("latin-1") + body
        for at in range(0, len(data), 65000):
            piece = data[at:at + 65000]
            peer.sendall(struct.pack(">BBHHBB", 1, STDOUT, 1, len(piece), 0, 0) + piece)
        peer.sendall(struct.pack(">BBHHBB", 1, STDOUT, 1, 0, 0, 0) + struct.pack(">BBHHBBIB3x", 1, END, 1, 8, 0, 0, 0, 0))
