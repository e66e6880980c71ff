# SPDX-License-Identifier: MIT
"""The durability that an answer promises, and a judge that checks each promise in every possible tree after a power loss."""
import functools
import hashlib
import re

from disk import Disk
from images import digest

BLOBS, UPLOADS = "data/docker/registry/v2/blobs", "data/berth/uploads"
BLOB = re.compile(BLOBS + r"/(\w+)/(\w\w)/(\2\w+)/data")
MARKS = ("begin", "commit", "ack")


class Stands:
    """A blob is at its path, byte for byte. Holds from the commit on, because rows then refer to the blob."""

    from_commit = True

    def __init__(self, data, algorithm="sha256"):
        hexes = hashlib.new(algorithm, data).hexdigest()
        self.data, self.path = data, f"{BLOBS}/{algorithm}/{hexes[:2]}/{hexes}/data"

    def __str__(self):
        return f"the blob {self.path}"

    def kept(self, tree):
        return tree.get(self.path) == self.data


class Held:
    """The acknowledged bytes of an upload are in a file of the upload, or in the blob that the upload becomes."""

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
    """Checks a journal against the promises of its requests. `states` counts the checked trees."""

    def __init__(self, root, requests, rng):
        self.root, self.requests, self.rng, self.states = root, requests, rng, 0

    def tree(self, records):
        """The files of blobs and uploads without a power loss."""
        disk = Disk(self.root)
        for record in records:
            if record.verb not in MARKS:
                disk.take(record)
        return {path: data for path, data in disk.tree().items() if path.startswith((BLOBS, UPLOADS))}

    def losses(self, records):
        """A line for each moment at which a power loss breaks a promise. An incomplete file at the path of a blob is a loss too."""
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
        """The promises that hold from this mark on. None for a commit during several requests, because its request is unknown."""
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
