# SPDX-License-Identifier: MIT
"""The chunked uploader: sends chunks, requests the status between and during chunks, resumes at the offset of the session."""
import itertools
import re
import threading
import time

from actors import PAUSE, RETRIES, Actor, sha
from images import OCTETS, with_query

IDENTS = itertools.count()


def held(answer):
    """The number of bytes in a Range header of the API. An empty upload has the range `0-0`."""
    hit = re.fullmatch(r"(?:bytes=)?0-(\d+)", answer.header("Range") or "")
    return int(hit.group(1)) + 1 if hit else None


class Uploader(Actor):
    """Makes one complete upload after the other."""

    def step(self):
        data = self.rng.randbytes(self.rng.choice([10, 4000, 200000, 2000000]))
        repo = self.rng.choice(self.board.repositories)
        for _ in range(5):
            if self.board.stopping.is_set() or Upload(self, repo, data).run():
                return


class Upload:
    """One session. run() returns True if the blob is acknowledged, or after a violation: the session lost acknowledged bytes."""

    def __init__(self, actor, repo, data):
        self.actor, self.repo, self.data, self.rng = actor, repo, data, actor.rng
        self.digest, self.ident = sha(data), f"u{next(IDENTS)}"
        self.offset, self.unclear, self.location = 0, False, None

    def intend(self, kind, **args):
        return self.actor.history.intend(self.actor.name, "upload_" + kind, upload=self.ident, repo=self.repo, **args)

    def run(self):
        self.location = self.actor.begin(self.repo)
        if self.location is None:
            return False
        cuts = sorted(self.rng.sample(range(2, len(self.data)), min(len(self.data) - 2, self.rng.randint(1, 6))))
        for cut in cuts:
            if not self.send_up_to(cut):
                return True
            if self.rng.random() < 0.4:
                self.ask_offset()
        return self.finish()

    def told(self, answer):
        """The offset in an answer. `0-0` could mean one byte, but no first chunk is so short, so it means zero."""
        end = held(answer)
        return 0 if end == 1 else end

    def send_up_to(self, cut):
        """Sends one chunk. After each unclear answer, repeats it from the offset of the session. False: the session is gone."""
        for _ in range(RETRIES):
            if self.offset >= cut:
                return True
            answer = self.patch(self.data[self.offset:cut])
            if answer is not None and answer.status == 202:
                self.offset, self.unclear = self.told(answer), False
                self.location = answer.location or self.location
                continue
            if answer is not None and answer.status == 404:
                return False
            self.unclear = True
            if not self.resume():
                return False
        self.actor.history.acknowledge(self.actor.history.intend(self.actor.name, "gave_up"), None)
        return False

    def patch(self, chunk):
        op = self.intend("patch", offset=self.offset, size=len(chunk), retry=self.unclear)
        headers = {"Content-Type": OCTETS, "Content-Range": f"{self.offset}-{self.offset + len(chunk) - 1}"}
        asker = None
        if self.rng.random() < 0.3:
            asker = threading.Timer(self.rng.random() * 0.01, self.ask_offset)
            asker.start()
        answer = self.actor.ask(op, "PATCH", self.location, body=chunk, headers=headers,
                                result=lambda a: {"end": self.told(a)})
        if asker:
            asker.join()
        return answer

    def ask_offset(self):
        op = self.intend("status")
        return self.actor.ask(op, "GET", self.location, result=lambda a: {"end": self.told(a)})

    def resume(self):
        """Requests the offset until the answer is clear; continues with the Location of this answer."""
        for _ in range(RETRIES):
            answer = self.ask_offset()
            if answer is not None and answer.status == 204:
                self.offset = self.told(answer)
                self.location = answer.location or self.location
                return True
            if answer is not None and answer.status == 404:
                return False
            time.sleep(PAUSE)
        return False

    def finish(self):
        """Sends the closing PUT with the rest. After an unclear answer, either the session or the blob must exist."""
        board = self.actor.board
        board.note(board.blobs, (self.repo, self.digest))
        tried = False
        for _ in range(RETRIES):
            rest = self.data[self.offset:]
            op = self.intend("finish", digest=self.digest, offset=self.offset, size=len(rest), retry=tried)
            headers = {"Content-Type": OCTETS}
            if rest:
                headers["Content-Range"] = f"{self.offset}-{len(self.data) - 1}"
            answer = self.actor.ask(op, "PUT", with_query(self.location, digest=self.digest), body=rest, headers=headers)
            if answer is not None and answer.status == 201:
                return True
            if answer is not None and answer.status == 404 and tried:
                # If the session is gone after an unclear answer, the blob must exist; the last look checks this.
                self.actor.history.acknowledge(self.actor.history.intend(
                    self.actor.name, "blob_put", repo=self.repo, digest=self.digest, evidence="session gone"), 201)
                return True
            if answer is not None and answer.status < 500 and answer.status != 416:
                return True
            tried = True
            if not self.resume():
                continue
        return False
