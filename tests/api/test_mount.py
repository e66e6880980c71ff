# SPDX-License-Identifier: MIT
"""Cross-repository mount, with and without `from`."""
import pytest

from images import Repo, absent, blob, digest, name, with_query


def mount(client, into, reference, **query):
    return client.post(with_query(into.uploads_url, mount=reference, **query))


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_blob_is_mounted_from_the_named_repository(client, repo, other, algorithm):
    data = blob()
    reference = repo.push_blob(data, algorithm)
    answer = mount(client, other, reference, **{"from": repo.name})
    assert answer.status == 201, answer
    assert answer.header("Docker-Content-Digest") == reference
    assert f"/v2/{other.name}/blobs/{reference}" in answer.location
    assert client.get(answer.location).body == data


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_blob_is_mounted_without_from(client, repo, other, algorithm):
    data = blob()
    reference = repo.push_blob(data, algorithm)
    answer = mount(client, other, reference)
    assert answer.status == 201, answer
    assert client.get(answer.location).body == data


def test_an_image_can_be_pushed_over_mounted_blobs(client, repo, other):
    document = repo.image_document(layers=2)
    for part in [document["config"], *document["layers"]]:
        assert mount(client, other, part["digest"], **{"from": repo.name}).status == 201
    assert other.push(document, "v1")


def session_of(answer):
    assert answer.status == 202, answer
    assert answer.header("Range") == "0-0"
    assert answer.header("Docker-Content-Digest") is None
    return answer.location


@pytest.mark.parametrize("source", ["the same", "a stranger", "none", "malformed", "empty"])
def test_what_cannot_be_mounted_becomes_an_upload(client, repo, other, source):
    repo.push_blob(blob())
    origin = {"the same": other.name, "a stranger": name(), "none": None, "malformed": "UPPER//..", "empty": ""}[source]
    data = blob()
    answer = mount(client, other, digest(data), **({} if origin is None else {"from": origin}))
    if source == "malformed" and answer.status == 400:
        assert answer.codes() == ["NAME_INVALID"]
        return
    where = session_of(answer)
    assert client.put(with_query(where, digest=digest(data)), data).status == 201


def test_a_blob_that_the_named_repository_does_not_have_is_not_mounted_from_a_third(client, repo, other):
    reference = repo.push_blob(blob())
    third = Repo(client)
    third.push_blob(blob())
    answer = mount(client, other, reference, **{"from": third.name})
    if answer.status == 202:
        assert client.get(other.blob_url(reference)).status == 404
    else:
        pytest.fail(f"from={third.name} does not have it: {answer}")


@pytest.mark.parametrize("reference", ["nonsense", "sha256:abc", "", "sha256:" + "z" * 64])
def test_a_malformed_mount_digest_is_400_or_an_upload(client, repo, other, reference):
    repo.push_blob(blob())
    answer = mount(client, other, reference, **{"from": repo.name})
    assert answer.status in (202, 400), answer
    if answer.status == 400:
        assert answer.codes() == ["DIGEST_INVALID"]


def test_mounting_twice_is_201_twice(client, repo, other):
    reference = repo.push_blob(blob())
    for _ in range(2):
        assert mount(client, other, reference, **{"from": repo.name}).status == 201


def test_a_mounted_blob_outlives_its_deletion_at_the_source(client, repo, other):
    data = blob()
    reference = repo.push_blob(data)
    assert mount(client, other, reference, **{"from": repo.name}).status == 201
    assert client.delete(repo.blob_url(reference)).status == 202
    assert client.get(repo.blob_url(reference)).status == 404
    assert client.get(other.blob_url(reference)).body == data


def test_an_unknown_digest_looks_the_same_as_one_that_is_elsewhere_but_not_in_from(client, repo, other):
    reference = repo.push_blob(blob())
    third = Repo(client)
    third.push_blob(blob())
    known = mount(client, other, reference, **{"from": third.name})
    unknown = mount(client, other, absent(), **{"from": third.name})
    assert known.status == unknown.status == 202
    assert sorted(known.headers.keys()) == sorted(unknown.headers.keys())
