# SPDX-License-Identifier: MIT
"""storage.maintenance.readonly: reads succeed; every write is 405 and changes nothing."""
import pytest

from images import OCI_MANIFEST, Repo, absent, blob, digest, encode, with_query


@pytest.fixture
def pair(registries, registry):
    """(a repository on the ordinary registry, the same repository on a read-only registry with the same content)."""
    frozen = registries.get({"storage": {"maintenance": {"readonly": {"enabled": True}}}}, beside=registry)
    repo = Repo(registry.client)
    return repo, Repo(frozen.client, repo.name)


def test_a_readonly_registry_serves_what_is_there(pair):
    repo, frozen = pair
    reference, body = repo.image("v1")
    data = blob()
    stored = repo.push_blob(data)
    assert frozen.client.get("/v2/").status == 200
    assert frozen.client.get(frozen.manifest_url("v1")).body == body
    assert frozen.client.head(frozen.manifest_url(reference)).status == 200
    assert frozen.client.get(frozen.blob_url(stored)).body == data
    assert frozen.tags() == ["v1"]
    assert frozen.client.get(frozen.referrers_url(reference)).status == 200
    assert frozen.client.get("/v2/_catalog").status == 200


def test_a_readonly_registry_refuses_every_write_with_405_unsupported(pair):
    repo, frozen = pair
    reference, body = repo.image("v1")
    data = blob()
    stored = repo.push_blob(data)
    upload = repo.client.target(repo.begin())
    fresh = encode(repo.image_document())
    for method, url, content in (
            ("POST", frozen.uploads_url, b""), ("POST", with_query(frozen.uploads_url, digest=digest(data)), data),
            ("POST", with_query(frozen.uploads_url, mount=stored, **{"from": repo.name}), b""),
            ("PATCH", upload, data), ("PUT", with_query(upload, digest=digest(data)), data), ("DELETE", upload, None),
            ("PUT", frozen.manifest_url("v2"), fresh), ("PUT", frozen.manifest_url(digest(fresh)), fresh),
            ("DELETE", frozen.manifest_url("v1"), None), ("DELETE", frozen.manifest_url(reference), None),
            ("DELETE", frozen.blob_url(stored), None), ("DELETE", frozen.blob_url(absent()), None)):
        answer = frozen.client.request(method, url, content, {"Content-Type": OCI_MANIFEST} if content == fresh else {})
        assert answer.status == 405, (method, url, answer)
        assert not {"POST", "PUT", "PATCH", "DELETE"} & set(answer.all("Allow")), answer
        assert answer.codes() == ["UNSUPPORTED"]
        assert "read-only" in answer.json()["errors"][0]["message"], answer
    assert repo.tags() == ["v1"]
    assert repo.client.get(repo.manifest_url(reference)).body == body
    assert repo.client.get(repo.blob_url(stored)).body == data
    assert repo.client.get(upload).header("Range") == "0-0"
    assert repo.client.get(repo.manifest_url(digest(fresh))).status == 404
