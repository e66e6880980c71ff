# SPDX-License-Identifier: MIT
"""A client that speaks FastCGI to a worker, as the web server does, so that only one process handles a request."""
import email.message
import os
import uuid

import fcgi_client as f
from processes import ACCOUNT
from wire import Client, Response, check_answer

TIMEOUT = 20  # no request of these tests has to wait


class Direct(Client):
    """`spool`: a folder of the registry in which bodies are stored, as by NGINX. Without it, bodies are streamed."""

    def __init__(self, socket, headers=None, spool=None):
        super().__init__("localhost", 5000)
        self.socket, self.own, self.spool = socket, headers or {}, spool

    def request(self, method, url, body=None, headers=(), **variables):
        """Returns None if the worker closed the connection without an answer. An internal redirect is not followed."""
        answer = f.call(self.socket, self._variables(method, self.target(url), body, headers, variables),
                        b"" if self.spool else body or b"", timeout=TIMEOUT)
        if answer.status is None:
            return None
        fields = email.message.Message()
        for name, values in answer.headers.items():
            for value in values:
                fields[name] = value
        response = Response(answer.status, fields, answer.body, fields["Status"].partition(" ")[2])
        if not response.header("X-Accel-Redirect"):
            check_answer(response, method, url)
        return response

    def _variables(self, method, target, body, headers, more):
        given = f.params(method, target, **{"HTTP_HOST": self.netloc, "BERTH_SENDFILE": "accel", **more})
        for name, value in {**self.own, **dict(headers)}.items():
            name = name.upper().replace("-", "_")
            given[name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"] = value
        if body is not None:
            given["CONTENT_LENGTH"] = str(len(body))
        if self.spool:
            given["BERTH_SPOOL_FILE"] = self._leave(body) if body else ""
        return given

    def _leave(self, body):
        path = os.path.join(self.spool, uuid.uuid4().hex)
        with open(path, "wb") as out:
            out.write(body)
        if os.geteuid() == 0:
            os.chown(path, ACCOUNT.uid, ACCOUNT.gid)
        return path
