# SPDX-License-Identifier: MIT
"""The web server's access log says whose repository it was, as GitLab's tokens tell; clients do not get to see it."""
import re

import pytest
from images import blob, digest
from processes import wait_until

META = {"project_path": "x", "project_id": 4711, "root_namespace_id": 42}


def lines_about(registry, word):
    with open(registry.log("access"), encoding="utf-8") as f:
        return [line for line in f if word in line]


@pytest.mark.parametrize("what", ["blob", "head", "manifest", "upload"])
def test_a_token_with_a_project_is_logged(guarded, what):
    repo = guarded.repo()
    data = blob(1000)
    repo.push_blob(data)
    said, _ = repo.image("v1")
    client = guarded.may(repo.name, "*", meta=META)
    target = {"blob": repo.blob_url(digest(data)), "head": repo.blob_url(digest(data)), "manifest": repo.manifest_url(said),
              "upload": repo.uploads_url}[what] + "?asked=for-the-log"
    answer = client.request({"head": "HEAD", "upload": "POST"}.get(what, "GET"), target)
    assert answer.status in (200, 202), answer
    assert not [name for name in answer.headers if name.lower().startswith("berth-")], answer
    wait_until(lambda: lines_about(guarded.registry, target), "the line in the access log", 10)
    line = lines_about(guarded.registry, target)[0]
    assert re.search(r'"project_id=4711 namespace_id=42"$', line.rstrip()), line


def test_a_token_without_one_leaves_the_field_empty(guarded):
    repo = guarded.repo()
    repo.image("v1")
    target = repo.manifest_url("v1") + "?nobody=named"
    assert guarded.may(repo.name, "pull").get(target).status == 200
    wait_until(lambda: lines_about(guarded.registry, target), "the line in the access log", 10)
    assert re.search(r'"-?"$', lines_about(guarded.registry, target)[0].rstrip())
