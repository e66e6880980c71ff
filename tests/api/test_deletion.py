# SPDX-License-Identifier: MIT
"""DELETE of tags, manifests and blobs; references that prevent a deletion; registries with deletion disabled."""
import json

import pytest

from images import OCI_INDEX, OCI_MANIFEST, Repo, absent, blob, descriptor, encode, index


def test_deleting_a_tag_leaves_the_manifest_and_the_other_tags(client, repo):
    reference = repo.push(body := encode(repo.image_document()), "a")
    repo.push(body, "b")
    assert client.delete(repo.manifest_url("a")).status == 202
    assert client.get(repo.manifest_url("a")).status == 404
    for left in ("b", reference):
        assert client.get(repo.manifest_url(left)).body == body
    assert repo.tags() == ["b"]


def test_deleting_a_manifest_takes_every_tag_on_it(client, repo):
    reference = repo.push(body := encode(repo.image_document()), "a")
    repo.push(body, "b")
    repo.image("c")
    answer = client.delete(repo.manifest_url(reference))
    assert (answer.status, answer.body) == (202, b"")
    for gone in ("a", "b", reference):
        assert client.get(repo.manifest_url(gone)).status == 404
    assert repo.tags() == ["c"]


def test_what_was_deleted_can_be_pushed_again(client, repo):
    body = encode(repo.image_document())
    reference = repo.push(body, "a")
    assert client.delete(repo.manifest_url(reference)).status == 202
    assert repo.push(body, "a") == reference
    assert client.get(repo.manifest_url("a")).body == body


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_deleting_by_each_algorithm_works(client, repo, algorithm):
    body = encode(repo.image_document())
    reference = repo.push(body, algorithm=algorithm)
    assert client.delete(repo.manifest_url(reference)).status == 202
    assert client.get(repo.manifest_url(reference)).status == 404


def test_deleting_what_is_not_there_is_404(client, repo):
    repo.image("v1")
    for url, code in ((repo.manifest_url("other"), "MANIFEST_UNKNOWN"), (repo.manifest_url(absent()), "MANIFEST_UNKNOWN"),
                      (repo.blob_url(absent()), "BLOB_UNKNOWN")):
        answer = client.delete(url)
        assert answer.status == 404, answer
        assert answer.codes() == [code]


def test_deleting_in_a_repository_that_never_was_is_404(client):
    repo = Repo(client)
    for url in (repo.manifest_url("v1"), repo.manifest_url(absent()), repo.blob_url(absent())):
        assert client.delete(url).status == 404


def test_deleting_through_another_repository_is_404_and_harmless(client, repo, other):
    reference, body = repo.image("v1")
    loose = repo.push_blob(blob())
    other.image("v1")
    for url in (other.manifest_url(reference), other.blob_url(loose)):
        assert client.delete(url).status == 404
    assert client.get(repo.manifest_url("v1")).body == body
    assert client.get(repo.blob_url(loose)).status == 200


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_loose_blob_can_be_deleted_and_is_gone_at_once(client, repo, algorithm):
    data = blob()
    reference = repo.push_blob(data, algorithm)
    answer = client.delete(repo.blob_url(reference))
    assert (answer.status, answer.body) == (202, b"")
    assert client.head(repo.blob_url(reference)).status == 404
    assert client.get(repo.blob_url(reference)).status == 404
    assert client.delete(repo.blob_url(reference)).status == 404
    assert repo.push_blob(data, algorithm) == reference
    assert client.get(repo.blob_url(reference)).body == data


def test_a_blob_deleted_here_stays_in_other_repositories_and_gone_here(client, repo, other):
    data = blob()
    reference = repo.push_blob(data)
    other.push_blob(data)
    assert client.delete(repo.blob_url(reference)).status == 202
    assert client.get(other.blob_url(reference)).body == data
    assert client.get(repo.blob_url(reference)).status == 404


def test_a_blob_that_a_manifest_refers_to_cannot_be_deleted(client, repo):
    reference, body = repo.image("v1")
    document = json.loads(body)
    for part in [document["config"], *document["layers"]]:
        answer = client.delete(repo.blob_url(part["digest"]))
        assert answer.status == 405, answer
        assert client.get(repo.blob_url(part["digest"])).status == 200
    assert client.delete(repo.manifest_url(reference)).status == 202
    for part in [document["config"], *document["layers"]]:
        assert client.delete(repo.blob_url(part["digest"])).status == 202
        assert client.head(repo.blob_url(part["digest"])).status == 404


def test_a_tag_deletion_does_not_free_the_blobs_of_its_manifest(client, repo):
    _, body = repo.image("v1")
    assert client.delete(repo.manifest_url("v1")).status == 202
    assert client.delete(repo.blob_url(json.loads(body)["config"]["digest"])).status == 405


def test_a_manifest_that_an_index_refers_to_cannot_be_deleted(client, repo):
    child, body = repo.image()
    parent = repo.push(index([(body, OCI_MANIFEST)]), "multi")
    answer = client.delete(repo.manifest_url(child))
    assert answer.status == 409, answer
    assert answer.codes() == ["MANIFEST_REFERENCED"]
    assert client.get(repo.manifest_url(child)).body == body
    assert client.delete(repo.manifest_url(parent)).status == 202
    assert client.delete(repo.manifest_url(child)).status == 202


def test_an_index_inside_an_index_is_held_too(client, repo):
    inner = index([(repo.image()[1], OCI_MANIFEST)])
    reference = repo.push(inner)
    repo.push(index([(encode(inner), OCI_INDEX)]), "outer")
    assert client.delete(repo.manifest_url(reference)).codes() == ["MANIFEST_REFERENCED"]


def test_the_subject_of_a_referrer_can_be_deleted(client, repo):
    reference, body = repo.image("v1")
    repo.artifact(descriptor(body, OCI_MANIFEST))
    assert client.delete(repo.manifest_url(reference)).status == 202


def test_a_malformed_reference_is_400_or_404(client, repo):
    repo.image("v1")
    for url in (repo.manifest_url("sha256:abc"), repo.blob_url("sha256:abc"), repo.blob_url("v1"), repo.manifest_url("-")):
        assert client.delete(url).status in (400, 404)
    assert repo.tags() == ["v1"]


def test_the_legacy_path_deletes_a_tag(client, repo):
    reference, _ = repo.image("v1")
    legacy = f"{repo.base}/tags/reference/v1"
    answer = client.delete(legacy)
    assert answer.status == 202, answer
    assert client.get(repo.manifest_url("v1")).status == 404
    assert client.get(repo.manifest_url(reference)).status == 200
    assert client.delete(legacy).status == 404


@pytest.fixture
def frozen(registries, registry, request):
    """(a repository on the ordinary registry, the same repository on a registry with deletion disabled)."""
    change = {"deleting is off": {"storage": {"delete": {"enabled": False}}},
              "delete is not configured": {"storage": {"delete": None}}}[request.param]
    other = registries.get(change, beside=registry)
    repo = Repo(registry.client)
    return repo, Repo(other.client, repo.name)


@pytest.mark.parametrize("frozen", ["deleting is off", "delete is not configured"], indirect=True)
def test_with_delete_disabled_every_delete_is_405_unsupported_and_nothing_changes(frozen):
    repo, locked = frozen
    reference, body = repo.image("v1")
    loose = repo.push_blob(blob())
    for url in (locked.manifest_url("v1"), locked.manifest_url(reference), locked.blob_url(loose),
                f"{locked.base}/tags/reference/v1", locked.manifest_url("nothing"), locked.blob_url(absent())):
        answer = locked.client.delete(url)
        assert answer.status == 405, (url, answer)
        assert "DELETE" not in answer.all("Allow")
        assert answer.codes() == ["UNSUPPORTED"]
    assert repo.client.get(repo.manifest_url("v1")).body == body
    assert repo.client.get(repo.manifest_url(reference)).body == body
    assert repo.client.get(repo.blob_url(loose)).status == 200


@pytest.mark.parametrize("frozen", ["deleting is off"], indirect=True)
def test_with_delete_disabled_an_upload_can_still_be_cancelled(frozen):
    _, locked = frozen
    where = locked.begin()
    assert locked.client.delete(where).status == 204
    assert locked.client.get(where).status == 404
