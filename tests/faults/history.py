# SPDX-License-Identifier: MIT
"""
The history of a run: the intent of each operation, written before the request, and its answer, written afterwards.

Each entry is on disk (fdatasync) before the client continues, so that a history can be judged after any crash. Times are of the
monotonic clock of the machine. The effect of an operation is between its start and its end. If there was no answer, or the
answer was a failure of the server, the effect may be at any time after the start.
"""
import json
import math
import os
import threading
import time

NEVER = math.inf


class Op:
    """One request. `status` is None before the answer. `args` is the intent, `result` is the content of the answer."""

    def __init__(self, ident, actor, kind, args, start, end=NEVER, status=None, result=None):
        self.ident, self.actor, self.kind, self.args = ident, actor, kind, args
        self.start, self.end, self.status, self.result = start, end, status, result or {}

    @property
    def ok(self):
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self):
        """True if the server refused the operation: it has no effect, now or later."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def effect_end(self):
        """The latest time of the effect. Without a clear answer, the effect may be at any later time."""
        return self.end if self.ok else NEVER

    def __repr__(self):
        return (f"{self.kind}#{self.ident} {json.dumps(self.args, sort_keys=True)} -> {self.status} "
                f"{json.dumps(self.result, sort_keys=True)} [{self.actor} {self.start:.4f}..{self.end:.4f}]")


class History:
    """Records a run for all its threads: a log of intents and a log of answers below `folder`."""

    def __init__(self, folder, durable=True):
        self.intents = open(os.path.join(folder, "intents.jsonl"), "a", encoding="utf-8")
        self.acks = open(os.path.join(folder, "acks.jsonl"), "a", encoding="utf-8")
        self.durable, self.lock, self.ops = durable, threading.Lock(), []
        self.begun = time.monotonic()

    def now(self):
        return time.monotonic() - self.begun

    def _write(self, log, record):
        log.write(json.dumps(record) + "\n")
        log.flush()
        if self.durable:
            os.fdatasync(log.fileno())

    def intend(self, actor, kind, **args):
        with self.lock:
            op = Op(len(self.ops), actor, kind, args, self.now())
            self.ops.append(op)
            self._write(self.intents, {"op": op.ident, "actor": actor, "kind": kind, "args": args, "start": op.start})
            op.start = self.now()
        return op

    def acknowledge(self, op, status, **result):
        """Records an answer. `status` is None if the connection failed and the result is unknown."""
        end = self.now()
        with self.lock:
            op.end, op.status, op.result = end, status, result
            self._write(self.acks, {"op": op.ident, "end": op.end, "status": status, "result": result})
        return op

    def close(self):
        self.intents.close()
        self.acks.close()


def load(folder):
    """The operations of a recorded run."""
    ops = {}
    with open(os.path.join(folder, "intents.jsonl"), encoding="utf-8") as f:
        for record in map(json.loads, f):
            ops[record["op"]] = Op(record["op"], record["actor"], record["kind"], record["args"], record["start"])
    with open(os.path.join(folder, "acks.jsonl"), encoding="utf-8") as f:
        for record in map(json.loads, f):
            op = ops[record["op"]]
            op.end, op.status, op.result = record["end"], record["status"], record["result"]
    return list(ops.values())
