# SPDX-License-Identifier: MIT
"""The clients of the consistency harness: pushers of blobs, movers of tags, readers."""
import hashlib
import http.client
import random
import threading
import time

from images import OCI_MANIFEST, OCTETS, descriptor, encode, with_query

RETRIES = 120
PAUSE = 0.1


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Board:
    """The objects that a run has named. Readers choose from them; the last look reads all of them."""

    def __init__(self, client, history, seed, repositories=3):
        self.client, self.history, self.seed = client, history, seed
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.repositories = [f"consistency/r{i}" for i in range(repositories)]
        self.blobs, self.manifests, self.tags, self.uploads = set(), set(), set(), {}

    def note(self, where, item):
        with self.lock:
            where.add(item)

    def pick(self, where, rng, recent=None):
        with self.lock:
            return rng.choice(sorted(where)[-recent:] if recent else sorted(where)) if where else None


class Actor(threading.Thread):
    """One client in its own thread; repeats step() until the run stops."""

    def __init__(self, board, name):
        super().__init__(name=name, daemon=True)
        self.board, self.client, self.history = board, board.client, board.history
        self.rng = random.Random(f"{board.seed}/{name}")
        self.broken = None

    def run(self):
        try:
            while not self.board.stopping.is_set():
                self.step()
        except Exception as e:  # pylint: disable=broad-except
            self.broken = e
            raise

    def step(self):
        raise NotImplementedError

    def ask(self, op, method, url, result=lambda answer: {}, **options):
        """Sends a request, records the answer and returns it (None if the connection failed)."""
        try:
            answer = self.client.request(method, url, checked=False, timeout=60, **options)
        except (OSError, http.client.HTTPException, AssertionError, AttributeError):
            self.history.acknowledge(op, None)
            return None
        told = result(answer) if 200 <= answer.status < 300 else {"body": answer.body[:200].decode("latin-1")}
        self.history.acknowledge(op, answer.status, **told)
        return answer

    def until_clear(self, attempt):
        """Repeats attempt() -> answer until the answer is clear, as a client that retries."""
        for _ in range(RETRIES):
            answer = attempt()
            if answer is not None and answer.status < 500:
                return answer
            time.sleep(PAUSE)
        self.history.acknowledge(self.history.intend(self.name, "gave_up"), None)
        return None

    # Operations of the API. Each one is recorded.

    def put_blob(self, repo, data):
        """Pushes a whole blob by POST and PUT, or by one POST; retries until the push is acknowledged."""
        digest = sha(data)
        self.board.note(self.board.blobs, (repo, digest))
        single = self.rng.random() < 0.4

        def attempt():
            op = self.history.intend(self.name, "blob_put", repo=repo, digest=digest)
            if single:
                answer = self.ask(op, "POST", f"/v2/{repo}/blobs/uploads/?digest={digest}", body=data,
                                  headers={"Content-Type": OCTETS})
                if answer is None or answer.status != 202:
                    return answer
                op = self.history.intend(self.name, "blob_put", repo=repo, digest=digest)
                return self.ask(op, "PUT", with_query(answer.location, digest=digest), body=data,
                                headers={"Content-Type": OCTETS})
            begun = self.begin(repo)
            if begun is None:
                self.history.acknowledge(op, None)
                return None
            return self.ask(op, "PUT", with_query(begun, digest=digest), body=data, headers={"Content-Type": OCTETS})

        self.until_clear(attempt)
        return digest

    def begin(self, repo):
        """Starts an upload, with retries; returns its Location."""
        def attempt():
            return self.ask(self.history.intend(self.name, "upload_start", repo=repo), "POST",
                            f"/v2/{repo}/blobs/uploads/")
        answer = self.until_clear(attempt)
        return answer.location if answer is not None and answer.status == 202 else None

    def put_manifest(self, repo, body, tag=None):
        digest = sha(body)
        self.board.note(self.board.manifests, (repo, digest))
        if tag:
            self.board.note(self.board.tags, (repo, tag))
        args = {"repo": repo, "digest": digest, **({"tag": tag} if tag else {})}

        def attempt():
            op = self.history.intend(self.name, "manifest_put", **args)
            return self.ask(op, "PUT", f"/v2/{repo}/manifests/{tag or digest}", body=body,
                            headers={"Content-Type": OCI_MANIFEST})
        self.until_clear(attempt)
        return digest

    def delete(self, kind, repo, reference):
        """Tries once. The history records the result."""
        args = {"digest" if kind == "manifest_delete" else "tag": reference}
        op = self.history.intend(self.name, kind, repo=repo, **args)
        return self.ask(op, "DELETE", f"/v2/{repo}/manifests/{reference}")

    def look(self, repo, reference):
        """GET of a manifest by tag or digest."""
        key = "digest" if reference.startswith("sha256:") else "tag"
        op = self.history.intend(self.name, "manifest_get", repo=repo, **{key: reference})
        return self.ask(op, "GET", f"/v2/{repo}/manifests/{reference}", headers={"Accept": OCI_MANIFEST},
                        result=lambda a: {"digest": sha(a.body), "type": a.header("Content-Type"),
                                          "pushed_type": OCI_MANIFEST})

    def fetch(self, repo, digest):
        op = self.history.intend(self.name, "blob_get", repo=repo, digest=digest)
        return self.ask(op, "GET", f"/v2/{repo}/blobs/{digest}", result=lambda a: {"digest": sha(a.body)})

    def list_tags(self, repo):
        op = self.history.intend(self.name, "tags_list", repo=repo)
        return self.ask(op, "GET", f"/v2/{repo}/tags/list", result=lambda a: {
            "tags": a.json()["tags"] or [], "complete": a.link_next() is None})


class BlobPusher(Actor):
    """Pushes whole blobs of all sizes, and reads some of them immediately."""

    def step(self):
        repo = self.rng.choice(self.board.repositories)
        size = self.rng.choice([0, 1, 100, 5000, 70000, 300000, 3000000])
        digest = self.put_blob(repo, self.rng.randbytes(size))
        if self.rng.random() < 0.3:
            self.fetch(repo, digest)


class TagMover(Actor):
    """Moves tags between manifests while it deletes the old manifest, and deletes tags."""

    def __init__(self, board, name):
        super().__init__(board, name)
        self.repo = board.repositories[int(name[-1]) % len(board.repositories)]
        self.blobs = [self.rng.randbytes(200) for _ in range(3)]
        self.pushed, self.turn, self.current = False, 0, None

    def manifest(self):
        self.turn += 1
        return encode({"schemaVersion": 2, "mediaType": OCI_MANIFEST,
                       "config": descriptor(self.blobs[0], "application/vnd.oci.image.config.v1+json"),
                       "layers": [descriptor(blob) for blob in self.blobs[1:]],
                       "annotations": {"turn": f"{self.name} {self.turn} {self.rng.random()}"}})

    def step(self):
        if not self.pushed:
            for blob in self.blobs:
                self.put_blob(self.repo, blob)
            self.pushed = True
        tag = f"t{self.turn // 40:04d}" if self.rng.random() < 0.7 else f"{self.name}-{self.turn:05d}"
        old = self.put_manifest(self.repo, self.manifest(), tag)
        choice = self.rng.random()
        if choice < 0.5:
            self.move_against_delete(tag, old)
        elif choice < 0.6:
            self.delete("tag_delete", self.repo, tag)
            self.look(self.repo, tag)
        elif choice < 0.75:
            self.delete("manifest_delete", self.repo, old)
            self.look(self.repo, old)
        else:
            self.look(self.repo, tag)

    def move_against_delete(self, tag, old):
        rival = threading.Thread(target=self.delete, args=("manifest_delete", self.repo, old))
        body = self.manifest()
        if self.rng.random() < 0.5:
            rival.start()
            self.put_manifest(self.repo, body, tag)
        else:
            mover = threading.Thread(target=self.put_manifest, args=(self.repo, body, tag))
            mover.start()
            time.sleep(self.rng.random() * 0.01)
            rival.start()
            mover.join()
        rival.join()
        self.look(self.repo, tag)


class Reader(Actor):
    """Reads the objects of other clients, mostly the newest."""

    def step(self):
        choice = self.rng.random()
        recent = 4 if self.rng.random() < 0.7 else None
        if choice < 0.4 and (pair := self.board.pick(self.board.tags, self.rng, recent)):
            self.look(*pair)
        elif choice < 0.6 and (pair := self.board.pick(self.board.manifests, self.rng)):
            self.look(*pair)
        elif choice < 0.9 and (pair := self.board.pick(self.board.blobs, self.rng)):
            self.fetch(*pair)
        else:
            self.list_tags(self.rng.choice(self.board.repositories))
        time.sleep(self.rng.random() * 0.01)


class LastLook(Actor):
    """Reads every object that was named during the run."""

    def step(self):
        raise RuntimeError("the last look is not a loop")

    def all(self):
        board = self.board
        for repo, digest in sorted(board.blobs):
            self.until_clear(lambda repo=repo, digest=digest: self.fetch(repo, digest))
        for repo, reference in sorted(board.manifests | board.tags):
            self.until_clear(lambda repo=repo, reference=reference: self.look(repo, reference))
        for repo in board.repositories:
            self.until_clear(lambda repo=repo: self.list_tags(repo))
