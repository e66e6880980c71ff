# SPDX-License-Identifier: MIT
"""Repositories named like end-points: the registry and the web server parse a path from its end."""
import pytest
from images import OCI_MANIFEST, Repo, absent, blob, descriptor, digest, name


@pytest.mark.parametrize("tail", ["blobs/uploads", "blobs", "uploads", "manifests", "manifests/latest", "tags/list", "tags",
                                  "referrers", "v2", "v2/blobs/uploads", "blobs/uploads/x"])
def test_a_repository_may_be_named_like_an_end_point(client, tail):
    repo = Repo(client, f"{name()}/{tail}")
    reference, body = repo.image("v1")
    repo.artifact({**descriptor(body, OCI_MANIFEST)})
    for wanted in ("v1", reference):
        assert client.get(repo.manifest_url(wanted)).body == body
    assert repo.tags() == ["v1"]
    assert len(client.get(repo.referrers_url(reference)).json()["manifests"]) == 1
    data = blob()
    repo.push_blob(data)
    assert client.get(repo.blob_url(digest(data))).body == data
    assert client.get(repo.manifest_url("v2")).codes() == ["MANIFEST_UNKNOWN"]
    assert client.get(repo.blob_url(absent())).codes() == ["BLOB_UNKNOWN"]
    assert client.delete(repo.blob_url(digest(data))).status == 202
    assert client.delete(repo.manifest_url("v1")).status == 202
    assert client.delete(repo.manifest_url(reference)).status == 202
    assert client.get(repo.manifest_url(reference)).status == 404
