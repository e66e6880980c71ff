# SPDX-License-Identifier: MIT
"""
The client of an object store's service without a registry: drives the program tests/store/service.c, one call a line.

    with Service({"swift": {...}}) as service:
        service.put("files/a", path)
        assert service.head("files/a") == 5
"""
import os
import subprocess

from processes import ACCOUNT, environment
from stack import build_folder, yaml


class Failed(Exception):
    """A call failed; `code` is the code of its error."""

    def __init__(self, call, code, log):
        super().__init__(f"{call}: {code}\n{log[-3000:]}")
        self.code = code


class Service:
    """One process of the program. Each method is one call."""

    def __init__(self, storage):
        self.folder = ACCOUNT.scratch()
        config, self.log_path = os.path.join(self.folder, "config.yml"), os.path.join(self.folder, "service.log")
        with open(config, "w", encoding="utf-8") as f:
            f.write(yaml({"version": "0.1", "log": {"level": "debug"}, "storage": storage}))
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([os.path.join(build_folder(), "tests/store/service"), config], text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        status = self.process.wait(30)
        self.process.stdout.close()
        assert status == 0, self.log()

    def log(self):
        with open(self.log_path, encoding="utf-8") as f:
            return f.read()

    def call(self, *words):
        """The lines of the result, as lists of words."""
        lines = []
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        while True:
            line = self.process.stdout.readline().split()
            if line == ["ok"]:
                return lines
            if not line or line[0] == "failed":
                raise Failed(words, line[1] if line else "no answer", self.log())
            lines.append(line)

    def put(self, key, path):
        self.call("put", key, path)

    def begin(self, key):
        """Starts an upload, which becomes the current one; returns its id."""
        return self.call("begin", key)[0][0]

    def head(self, key):
        """The size of the object; None if it is absent."""
        size = self.call("head", key)[0][0]
        return None if size == "absent" else int(size)

    def get(self, key, offset, length):
        """SHA-256 of the bytes, in hex."""
        return self.call("get", key, offset, length)[0][0]

    def list(self, prefix):
        return {key: int(size) for key, size, _ in self.call("list", prefix)}

    def unfinished(self, prefix):
        return [(key, upload) for key, upload, _ in self.call("unfinished", prefix)]

    def sign(self, key, seconds=60):
        url = self.call("sign", key, seconds)[0][0]
        return None if url == "none" else url
