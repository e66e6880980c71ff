# SPDX-License-Identifier: MIT
"""The web server's access log names the project of a repository, as GitLab's tokens give it; no answer to a client has it."""
import re

import pytest
from images import blob, digest
from processes import wait_until
from tokens import basic

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
    wait_until(lambda: lines_about(guarded.registry, target), "the line in the access log")
    line = lines_about(guarded.registry, target)[0]
    assert re.search(r'"project_id=4711 namespace_id=42"$', line.rstrip()), line


def test_a_token_without_one_leaves_the_field_empty(guarded):
    repo = guarded.repo()
    repo.image("v1")
    target = repo.manifest_url("v1") + "?nobody=named"
    assert guarded.may(repo.name, "pull").get(target).status == 200
    wait_until(lambda: lines_about(guarded.registry, target), "the line in the access log")
    assert re.search(r'"-"$', lines_about(guarded.registry, target)[0].rstrip())


def user_in_the_log(registry, target):
    wait_until(lambda: lines_about(registry, target), "the line in the access log")
    return re.match(r"\S+ \S+ (\S+) \[", lines_about(registry, target)[0])[1]


@pytest.mark.parametrize("user, logged", [("alice", "alice"), ("Åse Ö.", "%C3%85se%20%C3%96."), ("", "-"), ("Ö" * 1400, "%C3%96" * 128)])
def test_the_user_of_a_token_is_logged_as_one_word(guarded, user, logged):
    repo = guarded.repo()
    target = f"{repo.uploads_url}?user={digest(user.encode())}"
    assert guarded.may(repo.name, "*", sub=user).post(target).status == 202
    assert user_in_the_log(guarded.registry, target) == logged


def test_a_name_is_logged_only_with_its_password(passwords, alice):
    registry, _ = passwords
    assert alice.get("/v2/?right=1").status == 200
    assert registry.client.get("/v2/?wrong=1", headers=basic("alice", "not hers")).status == 401
    assert user_in_the_log(registry, "/v2/?right=1") == "alice"
    assert user_in_the_log(registry, "/v2/?wrong=1") == "-"


def test_a_name_beside_a_token_scheme_is_not_logged(guarded):
    assert guarded.client.get("/v2/?typed=1", headers=basic("alice", "x")).status == 401
    assert user_in_the_log(guarded.registry, "/v2/?typed=1") == "-"
