# SPDX-License-Identifier: MIT
"""GitLab's protected and immutable tags, whose rules are in its tokens."""
import pytest
from images import digest, encode
from races import at_once
from tokens import access, bearer
from wire import Signed


def with_rules(guarded, repo, *actions, push=None, delete=None, immutable=None, **meta):
    rules = {"project_path": repo.name, "project_id": 12, "root_namespace_id": 34, **meta}
    if push is not None or delete is not None:
        rules["tag_deny_access_patterns"] = {k: v for k, v in {"push": push, "delete": delete}.items() if v is not None}
    if immutable is not None:
        rules["tag_immutable_patterns"] = immutable
    return guarded.may(repo.name, *(actions or ("*",)), meta=rules)


def put(client, repo, reference, document, **query):
    repo.client, kept = client, repo.client
    try:
        return repo.put(reference, document, **query)
    finally:
        repo.client = kept


def refused(answer, code, status=401):
    assert answer.status == status and answer.codes() == [code], answer
    assert answer.header("WWW-Authenticate") is None


@pytest.fixture
def repo(guarded):
    return guarded.repo()


def test_a_protected_tag_is_not_pushed_and_nothing_is_stored(guarded, repo):
    document = repo.image_document()
    client = with_rules(guarded, repo, push=["^v[0-9]", "latest$"])
    for tag in ("v1", "my-latest"):
        refused(put(client, repo, tag, document), "PROTECTED_TAG")
    assert put(client, repo, "1v", document).status == 201
    assert put(client, repo, "latest-1", document).status == 201
    assert repo.tags() == ["1v", "latest-1"]


def test_one_protected_tag_among_others_stops_them_all(guarded, repo):
    body = encode(repo.image_document())
    client = with_rules(guarded, repo, push=["^v"])
    refused(put(client, repo, digest(body), body, tag=["a", "v1", "b"]), "PROTECTED_TAG")
    assert repo.client.get(repo.manifest_url("a")).status == 404
    assert put(client, repo, digest(body), body, tag=["a", "b"]).status == 201


def test_a_protected_tag_is_not_deleted(guarded, repo):
    repo.image("v1")
    repo.image("x1")
    client = with_rules(guarded, repo, delete=["^v"])
    refused(client.delete(repo.manifest_url("v1")), "PROTECTED_TAG")
    refused(client.delete(f"{repo.base}/tags/reference/v1"), "PROTECTED_TAG")
    assert client.delete(repo.manifest_url("x1")).status == 202
    assert repo.tags() == ["v1"]


def test_push_and_delete_have_their_own_patterns(guarded, repo):
    document = repo.image_document()
    client = with_rules(guarded, repo, push=["^p"], delete=["^d"])
    assert put(client, repo, "d1", document).status == 201
    refused(client.delete(repo.manifest_url("d1")), "PROTECTED_TAG")
    refused(put(client, repo, "p1", document), "PROTECTED_TAG")


def test_an_immutable_tag_is_made_once(guarded, repo):
    first, second = repo.image_document(), repo.image_document()
    client = with_rules(guarded, repo, immutable=["^v"])
    assert put(client, repo, "v1", first).status == 201
    refused(put(client, repo, "v1", second), "IMMUTABLE_TAG")
    refused(put(client, repo, "v1", first), "IMMUTABLE_TAG")  # refused for the same manifest too, as in GitLab
    refused(client.delete(repo.manifest_url("v1")), "IMMUTABLE_TAG")
    assert put(client, repo, "w1", first).status == put(client, repo, "w1", second).status == 201
    assert repo.client.get(repo.manifest_url("v1")).body == encode(first)


def test_a_refused_push_leaves_no_other_tag_behind(guarded, repo):
    first, second = repo.image_document(), encode(repo.image_document())
    client = with_rules(guarded, repo, immutable=["^v"])
    assert put(client, repo, "v1", first).status == 201
    refused(put(client, repo, digest(second), second, tag=["a", "v2", "v1"]), "IMMUTABLE_TAG")
    assert repo.tags() == ["v1"]
    assert repo.client.get(repo.manifest_url(digest(second))).status == 404


def test_of_many_pushes_of_one_immutable_tag_one_wins(guarded, repo):
    documents = [repo.image_document() for _ in range(6)]
    clients = [with_rules(guarded, repo, immutable=["^v"]) for _ in documents]
    for turn in range(5):
        pushes = [lambda client=client, document=document, tag=f"v{turn}": client.put(
            repo.manifest_url(tag), encode(document), {"Content-Type": document["mediaType"]})
                  for client, document in zip(clients, documents)]
        answers = at_once(*pushes)
        statuses = sorted(answer.status for answer in answers)
        assert statuses == [201] + [401] * 5, statuses
        won = next(at for at, answer in enumerate(answers) if answer.status == 201)
        assert repo.client.get(repo.manifest_url(f"v{turn}")).body == encode(documents[won])


@pytest.mark.parametrize("rules", [{"delete": ["^never"]}, {"immutable": ["^never"]}])
def test_with_any_rule_no_manifest_is_deleted_by_digest(guarded, repo, rules):
    reference, _ = repo.image("x")
    refused(with_rules(guarded, repo, **rules).delete(repo.manifest_url(reference)), "PROTECTED_MANIFEST")
    assert with_rules(guarded, repo, push=["x"], delete=[]).delete(repo.manifest_url(reference)).status == 202


@pytest.mark.parametrize("rules, code", [
    ({"push": ["a", "b", "c", "d", "e", "f"]}, "TAG_PATTERN_COUNT_LIMIT_EXCEEDED"),
    ({"push": ["a", "b", "c"], "immutable": ["d", "e", "f"]}, "TAG_PATTERN_COUNT_LIMIT_EXCEEDED"),
    ({"push": ["("]}, "TAG_PROTECTION_PATTERN_INVALID"), ({"push": ["x" * 101]}, "TAG_PROTECTION_PATTERN_INVALID"),
    ({"immutable": ["["]}, "TAG_IMMUTABILITY_PATTERN_INVALID")])
def test_malformed_or_too_many_patterns_are_an_error(guarded, repo, rules, code):
    document = repo.image_document()
    refused(put(with_rules(guarded, repo, **rules), repo, "v1", document), code, 400)


def test_a_pattern_that_never_ends_forbids(guarded, repo):
    document = repo.image_document()
    refused(put(with_rules(guarded, repo, push=["^(a+)+$"]), repo, "a" * 100 + "b", document), "PROTECTED_TAG")


def test_rules_of_another_repository_do_not_count(guarded, repo):
    document = repo.image_document()
    other = access(repo.name + "/x", "*", meta={"tag_deny_access_patterns": {"push": ["."], "delete": ["."]}})
    client = Signed(guarded.client, bearer(guarded.token(access(repo.name, "*"), other)))
    assert put(client, repo, "v1", document).status == 201


@pytest.mark.parametrize("meta", [None, {}, {"project_path": "a"}, {"tag_deny_access_patterns": {"push": [], "delete": []}},
                                  {"tag_deny_access_patterns": None, "tag_immutable_patterns": None}])
def test_a_token_without_rules_restricts_no_tag(guarded, repo, meta):
    document = repo.image_document()
    entry = access(repo.name, "*", meta=meta)
    client = Signed(guarded.client, bearer(guarded.token(entry)))
    assert put(client, repo, "v1", document).status == 201
    assert client.delete(repo.manifest_url("v1")).status == 202
