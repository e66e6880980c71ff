# SPDX-License-Identifier: MIT
"""auth.htpasswd over HTTP: who is let in, and what happens when the file changes."""
import os

import pytest
from conftest import PASSWORD, Signed, put
from images import Repo
from processes import ACCOUNT
from tokens import basic, password_line

CHALLENGE = 'Basic realm="the realm"'


def test_a_user_may_do_everything(passwords, alice):
    repo = Repo(alice)
    reference, body = repo.image("v1")
    assert alice.get(repo.manifest_url("v1")).body == body
    assert repo.name in alice.get("/v2/_catalog?n=1000").json()["repositories"]
    assert alice.delete(repo.manifest_url(reference)).status == 202


@pytest.mark.parametrize("headers", [
    {}, basic("alice", "wrong"), basic("bob", PASSWORD), basic("", ""), {"Authorization": "Bearer abc"},
    {"Authorization": "Basic"}, {"Authorization": "Basic !"}, basic("alice", PASSWORD + "\0x"),
    basic("ALICE", PASSWORD), basic("alice", PASSWORD + " "), basic("alice", "x" * 5000),
    {"Authorization": basic("alice", PASSWORD)["Authorization"] + ", " + basic("alice", PASSWORD)["Authorization"]}],
    ids=lambda value: value.get("Authorization", "none")[:20])
@pytest.mark.parametrize("method, target", [("GET", "/v2/"), ("GET", "/v2/_catalog"), ("POST", "/v2/a/blobs/uploads/"),
                                            ("OPTIONS", "/v2/a/manifests/b")])
def test_nobody_else_gets_past_the_challenge(passwords, headers, method, target):
    answer = passwords[0].client.request(method, target, headers=headers)
    assert answer.status == 401, answer
    assert answer.header("WWW-Authenticate") == CHALLENGE
    assert answer.codes() == ["UNAUTHORIZED"]


def test_the_scheme_is_known_in_any_case(passwords):
    for scheme in ("basic", "BASIC"):
        value = basic("alice", PASSWORD)["Authorization"].replace("Basic", scheme)
        assert passwords[0].client.get("/v2/", headers={"Authorization": value}).status == 200


def test_two_headers_are_refused(passwords):
    pair = list(basic("alice", PASSWORD).items())
    assert passwords[0].client.get("/v2/", headers=pair * 2, checked=False).status in (400, 401)


def test_the_root_is_open(passwords):
    assert passwords[0].client.get("/").status == 200


def test_a_change_of_the_file_counts_with_the_next_request(passwords):
    registry, path = passwords
    with open(path, encoding="utf-8") as file:
        before = file.read()
    carol = Signed(registry.client, basic("carol", "first"))
    try:
        assert carol.get("/v2/").status == 401
        put(os.path.dirname(path), "htpasswd", before + password_line("carol", "first"))
        assert carol.get("/v2/").status == 200
        put(os.path.dirname(path), "htpasswd", before + password_line("carol", "second"))
        assert carol.get("/v2/").status == 401
    finally:
        put(os.path.dirname(path), "htpasswd", before)
    assert Signed(registry.client, basic("carol", "second")).get("/v2/").status == 401


def test_a_missing_file_is_made_with_a_user_whose_password_is_logged_once(registries):
    path = os.path.join(ACCOUNT.folder(os.path.join(ACCOUNT.scratch(), "conf")), "made", "htpasswd")
    registry = registries.get({"auth": {"htpasswd": {"realm": "the realm", "path": path}}})
    with open(registry.log("main"), encoding="utf-8") as log:
        lines = [line for line in log if "user docker, password" in line]
    assert len(lines) == 1 and "level=warning" in lines[0], lines
    password = lines[0].split("password ")[1].split('"')[0]
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert registry.client.get("/v2/", headers=basic("docker", password)).status == 200
    assert registry.client.get("/v2/", headers=basic("docker", password[:-1])).status == 401
