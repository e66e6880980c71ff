# SPDX-License-Identifier: MIT
"""The judge of the consistency harness accepts good histories and finds each kind of violation."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import pytest  # noqa: E402

from history import History, Op, load  # noqa: E402
from judge import judge  # noqa: E402

A, B, C = "sha256:a", "sha256:b", "sha256:c"


class Story:
    """A short way to write a history: each call adds an operation that lasts from `at` to `to`."""

    def __init__(self):
        self.ops = []

    def add(self, kind, at, to, status, args, **result):
        end = to if status is not None else float("inf")
        self.ops.append(Op(len(self.ops), "test", kind, args, at, end, status, result))
        return self

    def put(self, digest, at, to, status=201, tag=None):
        return self.add("manifest_put", at, to, status, {"repo": "r", "digest": digest, **({"tag": tag} if tag else {})})

    def delete(self, digest, at, to, status=202):
        return self.add("manifest_delete", at, to, status, {"repo": "r", "digest": digest})

    def untag(self, tag, at, to, status=202):
        return self.add("tag_delete", at, to, status, {"repo": "r", "tag": tag})

    def read(self, digest, at, to, status=200, got=None):
        return self.add("manifest_get", at, to, status, {"repo": "r", "digest": digest}, digest=got or digest)

    def look(self, tag, at, to, got=None):
        return self.add("manifest_get", at, to, 200 if got else 404, {"repo": "r", "tag": tag},
                        **({"digest": got} if got else {}))

    def listing(self, names, at, to):
        return self.add("tags_list", at, to, 200, {"repo": "r"}, tags=names)

    def blob(self, kind, at, to, status, **result):
        return self.add(kind, at, to, status, {"repo": "r", "digest": A}, **result)

    def upload(self, kind, at, to, status, end=None, **args):
        return self.add("upload_" + kind, at, to, status, {"upload": "u", "repo": "r", **args},
                        **({"end": end} if end is not None else {}))


GOOD = {
    "a put and its read": Story().put(A, 0, 1).read(A, 2, 3),
    "a read before the put is acknowledged": Story().put(A, 0, 5).read(A, 1, 2, 404).read(A, 3, 4),
    "a delete takes the manifest": Story().put(A, 0, 1).delete(A, 2, 3).read(A, 4, 5, 404),
    "a put and a delete at once, either way": Story().put(A, 0, 5).delete(A, 1, 4).read(A, 6, 7, 404).put(B, 0, 5)
    .delete(B, 1, 4).read(B, 6, 7),
    "a delete without an answer may have happened": Story().put(A, 0, 1).delete(A, 2, 3, None).read(A, 4, 5)
    .read(A, 6, 7, 404),
    "a put without an answer may happen later": Story().put(A, 0, 1, None).read(A, 2, 3, 404).read(A, 4, 5),
    "a tag moves": Story().put(A, 0, 1, tag="t").look("t", 2, 3, A).put(B, 4, 5, tag="t").look("t", 6, 7, B),
    "the old manifest's delete leaves the moved tag": Story().put(A, 0, 1, tag="t").put(B, 2, 5, tag="t")
    .delete(A, 3, 4).look("t", 6, 7, B),
    "a delete by digest takes its tag": Story().put(A, 0, 1, tag="t").delete(A, 2, 3).look("t", 4, 5),
    "a tag delete takes the tag": Story().put(A, 0, 1, tag="t").untag("t", 2, 3).look("t", 4, 5).read(A, 4, 5),
    "two moves at once, either wins": Story().put(A, 0, 5, tag="t").put(B, 1, 4, tag="t").look("t", 6, 7, A),
    "a listing": Story().put(A, 0, 1, tag="t").put(A, 2, 3, tag="u").listing(["t", "u"], 4, 5),
    "an upload": Story().upload("patch", 0, 1, 202, 10, offset=0, size=10).upload("status", 2, 3, 204, 10)
    .upload("patch", 4, 5, None, offset=10, size=10).upload("status", 6, 7, 204, 15)
    .upload("patch", 8, 9, 202, 20, offset=15, size=5).upload("finish", 10, 11, 201, digest=A)
    .blob("blob_get", 12, 13, 200, digest=A),
    "a status in the middle of a patch": Story().upload("patch", 0, 5, 202, 10, offset=0, size=10)
    .upload("status", 1, 2, 204, 0),
}
BAD = {
    "acknowledged manifest is lost": Story().put(A, 0, 1).read(A, 2, 3, 404),
    "acknowledged manifest is lost (told by a delete)": Story().put(A, 0, 1).delete(A, 2, 3, 404),
    "is back after an acknowledged delete": Story().put(A, 0, 1).delete(A, 2, 3).read(A, 4, 5),
    "appeared before it was written": Story().read(A, 0, 1).put(A, 2, 3),
    "wrong bytes": Story().put(A, 0, 1).read(A, 2, 3, got=B),
    "wrong bytes (half written)": Story().blob("blob_put", 0, 1, 201).blob("blob_get", 2, 3, 200, digest=B),
    "acknowledged blob is lost": Story().blob("blob_put", 0, 1, 201).blob("blob_get", 2, 3, 404),
    "an acknowledged tag move is lost": Story().put(A, 0, 1, tag="t").put(B, 2, 3, tag="t").look("t", 4, 5, A),
    "the acknowledged tag is lost": Story().put(A, 0, 1, tag="t").look("t", 2, 3),
    "the acknowledged tag is lost (to a delete of the old manifest)": Story().put(A, 0, 1, tag="t")
    .put(B, 2, 5, tag="t").delete(A, 3, 4).look("t", 6, 7),
    "the acknowledged tag is lost (from a listing)": Story().put(A, 0, 1, tag="t").listing([], 2, 3),
    "an acknowledged delete is undone": Story().put(A, 0, 1, tag="t").untag("t", 2, 3).look("t", 4, 5, A),
    "nobody gave the tag this digest": Story().put(A, 0, 1, tag="t").look("t", 2, 3, C),
    "tags out of order": Story().put(A, 0, 1, tag="b").put(A, 0, 1, tag="a").listing(["b", "a"], 2, 3),
    "acknowledged offset 10 is lost": Story().upload("patch", 0, 1, 202, 10, offset=0, size=10)
    .upload("status", 2, 3, 204, 5),
    "offset beyond what was sent": Story().upload("patch", 0, 1, 202, 10, offset=0, size=10)
    .upload("status", 2, 3, 204, 11),
    "wrong offset acknowledged": Story().upload("patch", 0, 1, 202, 9, offset=0, size=10),
    "acknowledged session is lost": Story().upload("patch", 0, 1, 202, 10, offset=0, size=10)
    .upload("status", 2, 3, 404),
    "refused": Story().put(A, 0, 1, 400),
    "refused (a patch in step)": Story().upload("patch", 0, 1, 416, offset=0, size=10),
    "server error": Story().read(A, 0, 1, 500),
    "no answer": Story().put(A, 0, 1, None),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_history_stands(name):
    assert judge(GOOD[name].ops, kills=True) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_history_falls(name):
    found = judge(BAD[name].ops)
    assert found and all(name.split(" (")[0] in line for line in found), found


@pytest.mark.parametrize("status", [502, 503, 504, None])
def test_a_gateway_may_fail_only_while_workers_are_killed(status):
    story = Story().put(A, 0, 1, status)
    assert judge(story.ops, kills=True) == []
    assert judge(story.ops, kills=False)


def test_a_500_is_never_right():
    assert judge(Story().put(A, 0, 1, 500).ops, kills=True)


def test_a_history_survives_on_disk(tmp_path):
    history = History(tmp_path)
    op = history.intend("a", "manifest_put", repo="r", digest=A, tag="t")
    history.acknowledge(op, 201)
    history.intend("a", "manifest_delete", repo="r", digest=A)
    history.close()
    first, second = load(tmp_path)
    assert first.ok and first.args["tag"] == "t" and first.start <= first.end
    assert second.status is None and second.effect_end == float("inf")
