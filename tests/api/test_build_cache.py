# SPDX-License-Identifier: MIT
"""
Indexes that list blobs, as BuildKit's registry exporter of build caches writes them: the registry stores them, protects their
blobs from deletion, and tells them from indexes of manifests.
"""
import json

import pytest

from images import (DOCKER_LAYER, DOCKER_LIST, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, absent, blob, descriptor, digest, encode,
                    index)

CACHE_CONFIG = "application/vnd.buildkit.cacheconfig.v0"


def cache_blobs(repo, layers=2):
    """Pushes the layers of a build cache and its description. Returns both."""
    contents = [blob(64) for _ in range(layers)]
    config = encode({"layers": [{"blob": digest(data), "parent": at - 1} for at, data in enumerate(contents)],
                     "records": [{"digest": absent(), "layers": [{"layer": at, "createdAt": "2024-05-01T10:00:00Z"}]}
                                 for at in range(layers)]})
    for data in [*contents, config]:
        repo.push_blob(data)
    return contents, config


def cache_index(contents, config, media_type, layer_type):
    """The index of BuildKit's registry exporter with image-manifest=false: blobs in `manifests`, indented by two."""
    layers = [{"mediaType": layer_type, "digest": digest(data), "size": len(data), "annotations": {
        "buildkit/createdat": "2024-05-01T10:00:00Z", "containerd.io/uncompressed": absent()}} for data in contents]
    config = {"mediaType": CACHE_CONFIG, "digest": digest(config), "size": len(config)}
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": [*layers, config]}, indent=2).encode()


@pytest.fixture(params=[(OCI_INDEX, OCI_LAYER), (DOCKER_LIST, DOCKER_LAYER)], ids=["oci", "docker"])
def kinds(request):
    return request.param


def test_a_build_cache_that_lists_blobs_is_stored_pulled_and_pushed_again(client, repo, kinds):
    contents, config = cache_blobs(repo)
    body = cache_index(contents, config, *kinds)
    for _ in range(2):
        assert repo.put("cache", body, kinds[0]).status == 201
    answer = client.get(repo.manifest_url("cache"), headers={"Accept": kinds[0]})
    assert (answer.status, answer.body, answer.header("Content-Type")) == (200, body, kinds[0])
    for data in [*contents, config]:
        assert client.get(repo.blob_url(digest(data))).body == data
    newer, newer_config = cache_blobs(repo)
    assert repo.put("cache", cache_index([*contents, *newer], newer_config, *kinds), kinds[0]).status == 201


def test_blobs_that_an_index_lists_are_held_against_deletion(client, repo, kinds):
    contents, config = cache_blobs(repo)
    body = cache_index(contents, config, *kinds)
    repo.push(body, "cache", kinds[0])
    for data in [*contents, config]:
        answer = client.delete(repo.blob_url(digest(data)))
        assert (answer.status, answer.codes()) == (405, ["BLOB_REFERENCED"]), answer
    assert client.delete(repo.manifest_url(digest(body))).status == 202
    for data in [*contents, config]:
        assert client.delete(repo.blob_url(digest(data))).status == 202


def test_a_build_cache_in_the_form_of_an_image_is_stored(client, repo):
    """BuildKit writes this form with image-manifest=true, its default since 0.21."""
    contents, config = cache_blobs(repo)
    layers = [descriptor(data, annotations={"buildkit/createdat": "2024-05-01T10:00:00Z"}) for data in contents]
    body = encode({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": descriptor(config, CACHE_CONFIG), "layers": layers})
    repo.push(body, "cache", OCI_MANIFEST)
    assert client.get(repo.manifest_url("cache")).body == body


def test_an_index_that_lists_an_absent_blob_is_refused_and_names_it(repo, kinds):
    contents, config = cache_blobs(repo)
    missing = blob()
    answer = repo.put("cache", cache_index([*contents, missing], config, *kinds), kinds[0])
    assert (answer.status, answer.codes()) == (400, ["MANIFEST_BLOB_UNKNOWN"]), answer
    assert digest(missing) in answer.body.decode()


def test_an_index_may_mix_manifests_and_blobs(client, repo):
    """An entry may be a manifest even if its media type is missing or is not a type of manifests."""
    image, image_body = repo.image()
    other, other_body = repo.image()
    contents, config = cache_blobs(repo, 1)
    document = index([(image_body, OCI_MANIFEST), (other_body, "application/vnd.example.image"), (config, CACHE_CONFIG)])
    del document["manifests"][1]["mediaType"]
    body = encode(document)
    repo.push(body, "mixed", OCI_INDEX)
    for manifest in (image, other):
        assert client.delete(repo.manifest_url(manifest)).status == 409
    assert client.delete(repo.blob_url(digest(config))).status == 405
    assert client.delete(repo.blob_url(digest(contents[0]))).status == 202


def test_an_entry_of_a_manifests_type_is_not_looked_for_among_the_blobs(repo):
    """If the registry took the blob for the entry, a GET of this manifest would be 404."""
    data = encode({"x": 1, "nonce": absent()})
    repo.push_blob(data)
    answer = repo.put("v1", index([(data, OCI_MANIFEST)]), OCI_INDEX)
    assert (answer.status, answer.codes()) == (400, ["MANIFEST_BLOB_UNKNOWN"]), answer
