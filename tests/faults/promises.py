# SPDX-License-Identifier: MIT
"""What an answer promises of the disk, and the judge that looks for it in every tree that a power loss may leave."""
import functools
import hashlib
import re

from disk import Disk
from images import digest

BLOBS, UPLOADS = "data/docker/registry/v2/blobs", "data/berth/uploads"
BLOB = re.compile(BLOBS + r"/(\w+)/(\w\w)/(\2\w+)/data")
MARKS = ("begin", "commit", "ack")


class Stands:
    """A blob at its place, byte for byte; from the commit on, for then rows refer to it."""

    from_commit = True

    def __init__(self, data, algorithm="sha256"):
        hexes = hashlib.new(algorithm, data).hexdigest()
        self.data, self.path = data, f"{BLOBS}/{algorithm}/{hexes[:2]}/{hexes}/data"

    def __str__(self):
        return f"the blob {self.path}"

    def kept(self, tree):
        return tree.get(self.path) == self.data


class Held:
    """The bytes that an upload was said to have, in a file of its own or in the blob that it is becoming."""

    from_commit = False

    def __init__(self, upload, data, blob):
        self.path, self.data, self.blob = f"{UPLOADS}/{upload}", data, blob

    def __str__(self):
        return f"{len(self.data)} bytes of {self.path}"

    def kept(self, tree):
        files = (data for path, data in tree.items() if path.startswith(self.path))  # `<upload>.<generation>`
        return any(data.startswith(self.data) for data in files) or self.blob.kept(tree)


@functools.lru_cache(maxsize=1000)
def is_whole(algorithm, hexes, data):
    return digest(data, algorithm) == f"{algorithm}:{hexes}"


class Judge:
    """Reads a journal against the promises of each request in it. `states` counts the trees that were looked at."""

    def __init__(self, root, requests, rng):
        self.root, self.requests, self.rng, self.states = root, requests, rng, 0

    def tree(self, records):
        """Blobs and uploads when nothing is lost."""
        disk = Disk(self.root)
        for record in records:
            if record.verb not in MARKS:
                disk.take(record)
        return {path: data for path, data in disk.tree().items() if path.startswith((BLOBS, UPLOADS))}

    def losses(self, records):
        """A line for each moment at which the power must not fail. A torn file at a blob's place is a loss in any case."""
        disk, due, asked = Disk(self.root), [], []
        for record in records:
            if record.verb in MARKS:
                due += self._fallen_due(asked, record)
            elif not disk.take(record):
                continue
            for tree in disk.crashes(self.rng):
                self.states += 1
                lost = [f"{promise} is lost" for promise in due if not promise.kept(tree)] + self._torn(tree)
                if lost:
                    yield f"after {record.verb} {' '.join(record.words)}: {'; '.join(lost)}"
                    break

    def _fallen_due(self, asked, mark):
        """Promises that hold from this mark on. Of several requests at once it is not known whose commit it is."""
        if mark.verb == "commit":
            return [promise for promise in self.requests[asked[0]] if promise.from_commit] if len(asked) == 1 else []
        number = int(*mark.words)
        if mark.verb == "begin":
            asked.append(number)
            return []
        asked.remove(number)
        return self.requests[number]

    @staticmethod
    def _torn(tree):
        found = [(BLOB.fullmatch(path), data) for path, data in tree.items()]
        return [f"{hit.string} is torn" for hit, data in found if hit and not is_whole(hit[1], hit[3], data)]
