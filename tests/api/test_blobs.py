# SPDX-License-Identifier: MIT
"""GET and HEAD of whole blobs, and which blobs belong to a repository."""
import os

import pytest

from images import EMPTY_JSON, Repo, absent, blob, digest, name
from processes import ACCOUNT


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 65537, 3_000_000])
def test_a_pushed_blob_comes_back_byte_for_byte(client, repo, algorithm, size):
    data = blob(size)
    reference = repo.push_blob(data, algorithm)
    answer = client.get(repo.blob_url(reference))
    assert answer.status == 200
    assert answer.body == data
    assert answer.header("Docker-Content-Digest") == reference
    assert answer.header("ETag") == f'"{reference}"'
    assert answer.header("Content-Length") == str(size)
    assert answer.header("Content-Type") == "application/octet-stream"


@pytest.mark.parametrize("size", [0, 1, 4096, 3_000_000])
def test_head_tells_length_and_digest_without_a_body(client, repo, size):
    data = blob(size)
    reference = repo.push_blob(data)
    answer = client.head(repo.blob_url(reference))
    assert answer.status == 200
    assert answer.body == b""
    assert answer.header("Content-Length").strip() == str(size)
    assert answer.header("Docker-Content-Digest") == reference
    assert answer.header("ETag") == f'"{reference}"'


def test_blobs_may_be_cached_for_a_year_and_tell_that_they_take_ranges(client, repo):
    answer = client.get(repo.blob_url(repo.push_blob(blob())))
    assert "max-age=31536000" in answer.header("Cache-Control", "")
    assert answer.header("Accept-Ranges") == "bytes"


def test_an_absent_blob_is_404_blob_unknown(client, repo):
    repo.push_blob(blob())
    answer = client.get(repo.blob_url(absent()))
    assert answer.status == 404
    assert answer.codes() == ["BLOB_UNKNOWN"]
    assert client.head(repo.blob_url(absent())).status == 404


def test_a_blob_in_a_repository_that_nobody_pushed_to_is_404(client, repo):
    answer = client.get(repo.blob_url(absent()))
    assert answer.status == 404
    assert answer.codes()[0] in ("BLOB_UNKNOWN", "NAME_UNKNOWN")


@pytest.mark.parametrize("reference", [
    "sha256:abc", "sha256:" + "A" * 64, "sha256:" + "g" * 64, "sha256:" + "a" * 63, "sha256:" + "a" * 65,
    "sha512:" + "a" * 64, "md5:" + "a" * 32, "sha256:" + "a" * 5000])
def test_a_malformed_digest_is_400_digest_invalid(client, repo, reference):
    answer = client.get(repo.blob_url(reference))
    assert answer.status == 400, answer
    assert answer.codes() == ["DIGEST_INVALID"]


def test_the_blob_of_one_repository_cannot_be_read_through_another(client, repo, other):
    reference = repo.push_blob(blob())
    other.push_blob(blob())
    for another in (other, Repo(client, name())):
        for method in ("GET", "HEAD"):
            answer = client.request(method, another.blob_url(reference))
            assert answer.status == 404, answer
            assert client.request(method, another.blob_url(reference)).status == 404  # the first request did not link the blob


def test_a_repository_below_another_does_not_see_its_blobs(client, repo):
    reference = repo.push_blob(blob())
    for another in (Repo(client, repo.name + "/below"), Repo(client, repo.name.split("/")[0])):
        assert client.get(another.blob_url(reference)).status == 404


def test_the_same_bytes_may_be_pushed_twice_and_to_two_repositories(client, repo, other):
    data = blob()
    assert repo.push_blob(data) == repo.push_blob(data) == other.push_blob(data)
    for each in (repo, other):
        assert client.get(each.blob_url(digest(data))).body == data


def test_one_content_lives_under_both_of_its_digests(client, repo):
    data = blob()
    for reference in (repo.push_blob(data, "sha256"), repo.push_blob(data, "sha512")):
        answer = client.get(repo.blob_url(reference))
        assert answer.body == data
        assert answer.header("Docker-Content-Digest") == reference


def test_a_blob_pushed_by_sha512_is_not_there_under_a_digest_that_nobody_named(client, repo):
    data = blob()
    repo.push_blob(data, "sha512")
    assert client.get(repo.blob_url(digest(data, "sha256"))).status in (200, 404)


def test_the_empty_json_blob_can_be_pushed_like_any_other(client, repo):
    assert client.get(repo.blob_url(repo.push_blob(EMPTY_JSON))).body == EMPTY_JSON


def test_a_blob_path_with_a_tag_in_place_of_the_digest_is_refused(client, repo):
    repo.image("v1")
    answer = client.get(repo.blob_url("v1"))
    assert answer.status in (400, 404), answer


@pytest.mark.filesystem
def test_a_blob_of_an_existing_tree_is_not_served_until_it_is_pushed_and_takes_no_second_file(registry, repo):
    data = blob()
    hexadecimal = digest(data).split(":")[1]
    folder = f"{registry.storage}/docker/registry/v2/blobs/sha256/{hexadecimal[:2]}/{hexadecimal}"
    os.makedirs(folder)
    with open(f"{folder}/data", "wb") as f:
        f.write(data)
    for path in (os.path.dirname(folder), folder, f"{folder}/data"):
        os.chown(path, ACCOUNT.uid, ACCOUNT.gid)
    assert repo.client.head(repo.blob_url(digest(data))).status == 404
    repo.push_blob(data)
    assert repo.client.get(repo.blob_url(digest(data))).body == data
    assert os.listdir(folder) == ["data"] and os.stat(f"{folder}/data").st_nlink == 1


@pytest.mark.filesystem
def test_blobs_are_written_to_the_tree_of_distribution(registry, repo):
    data = blob()
    for algorithm in ("sha256", "sha512"):
        hexadecimal = repo.push_blob(data, algorithm).split(":")[1]
        path = f"{registry.storage}/docker/registry/v2/blobs/{algorithm}/{hexadecimal[:2]}/{hexadecimal}/data"
        with open(path, "rb") as f:
            assert f.read() == data
