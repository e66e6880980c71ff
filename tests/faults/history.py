# SPDX-License-Identifier: MIT
"""
The history of a run: what each client meant to do, written before it asks, and what it was told, written after.

Both logs are on disk (fdatasync) before the client goes on, so that a history can be judged whatever died.
Times are the machine's monotonic clock; an operation's effect lies between its start and its end, or anywhere after
its start when the answer never came or said that the server failed.
"""
import json
import math
import os
import threading
import time

NEVER = math.inf


class Op:
    """One request. `status` is None while there is no answer; `args` is the intent, `result` what the answer said."""

    def __init__(self, ident, actor, kind, args, start, end=NEVER, status=None, result=None):
        self.ident, self.actor, self.kind, self.args = ident, actor, kind, args
        self.start, self.end, self.status, self.result = start, end, status, result or {}

    @property
    def ok(self):
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self):
        """The server said no: the operation has had no effect and will have none."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def effect_end(self):
        """The latest moment of an effect: an operation without a clear answer may take effect at any later time."""
        return self.end if self.ok else NEVER

    def __repr__(self):
        return (f"{self.kind}#{self.ident} {json.dumps(self.args, sort_keys=True)} -> {self.status} "
                f"{json.dumps(self.result, sort_keys=True)} [{self.actor} {self.start:.4f}..{self.end:.4f}]")


class History:
    """The recorder of a run, for all its threads: an intent log and an ack log below `folder`."""

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
        """`status` None: the connection failed, nothing is known."""
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
