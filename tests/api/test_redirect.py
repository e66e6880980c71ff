# SPDX-License-Identifier: MIT
"""
Redirects of clients to the bytes of a blob. In these tests a storage middleware makes the URL, as it can for every driver;
tests/store has the tests of signed URLs of object stores.
"""
import pytest

from images import Repo, absent

BASE = "http://mirror.example.com:8080/cdn"
CHAIN = {"storage": {"redirect": {"disable": False}}, "middleware": {"storage": [
    {"name": "redirect", "options": {"baseurl": BASE}},
    {"name": "nonsense", "disabled": True},
    {"name": "rewrite", "options": {"scheme": "https", "host": "edge.example.com", "trimpathprefix": "/cdn"}}]}}


@pytest.fixture
def moved(registries):
    return registries.get(CHAIN)


@pytest.fixture
def there(moved):
    return Repo(moved.client)


def elsewhere(reference):
    name = reference.split(":")[1]
    return f"https://edge.example.com/docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_blob_is_redirected(there, method):
    reference = there.push_blob(b"redirected")
    answer = there.client.request(method, there.blob_url(reference), headers={"Range": "bytes=0-3"})
    assert answer.status == 307
    assert answer.location == elsewhere(reference)
    assert answer.header("Docker-Content-Digest") == reference
    assert answer.header("Content-Type") == "application/octet-stream"
    assert answer.body == b""
    assert answer.header("Cache-Control") is None and answer.header("Content-Range") is None


def test_a_conditional_request_needs_no_redirect(there):
    reference = there.push_blob(b"redirected")
    answer = there.client.get(there.blob_url(reference), headers={"If-None-Match": f'"{reference}"'})
    assert answer.status == 304
    assert answer.location is None


def test_only_blobs_of_the_repository_are_redirected(there):
    reference = there.push_blob(b"redirected")
    for url in (Repo(there.client).blob_url(reference), there.blob_url(absent())):
        answer = there.client.get(url)
        assert answer.status == 404
        assert answer.location is None


def test_manifests_are_not_redirected(there):
    reference, body = there.image()
    answer = there.client.get(there.manifest_url(reference), headers={"Accept": "*/*"})
    assert answer.status == 200
    assert answer.body == body


def test_with_redirects_switched_off_the_registry_sends_the_bytes(registries, moved, there):
    reference = there.push_blob(b"redirected")
    direct = registries.get({**CHAIN, "storage": {"redirect": {"disable": True}}}, beside=moved)
    answer = direct.client.get(there.blob_url(reference))
    assert answer.status == 200
    assert answer.body == b"redirected"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_empty_blob_is_not_redirected_because_a_store_answers_its_ranges_with_416(there, method):
    reference = there.push_blob(b"")
    answer = there.client.request(method, there.blob_url(reference), headers={"Range": "bytes=0-"})
    assert (answer.status, answer.body, int(answer.header("Content-Length"))) == (200, b"", 0), answer
