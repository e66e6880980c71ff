# SPDX-License-Identifier: MIT
"""Range, If-Range and If-None-Match on blobs and manifests (RFC 9110 sections 13 and 14)."""
import re

import pytest

import fcgi_client as f
from images import ALL_TYPES, blob

SIZE = 4000
LARGE = (4 << 20) + 1


@pytest.fixture
def stored(repo):
    """(url, bytes, digest) of a blob of SIZE bytes."""
    data = blob(SIZE)
    reference = repo.push_blob(data)
    return repo.blob_url(reference), data, reference


@pytest.mark.parametrize("asked, first, last", [
    ("0-0", 0, 0), ("0-99", 0, 99), ("500-1499", 500, 1499), ("500-", 500, SIZE - 1), ("-500", SIZE - 500, SIZE - 1),
    ("2000-5000", 2000, SIZE - 1), ("3999-3999", 3999, 3999), ("-999999", 0, SIZE - 1)])
def test_a_range_is_answered_with_206_and_its_bytes(client, stored, asked, first, last):
    url, data, reference = stored
    answer = client.get(url, headers={"Range": f"bytes={asked}"})
    assert answer.status == 206, answer
    assert answer.body == data[first:last + 1]
    assert answer.header("Content-Range") == f"bytes {first}-{last}/{SIZE}"
    assert answer.header("Docker-Content-Digest") == reference
    assert answer.header("Content-Length") == str(last - first + 1)


@pytest.mark.parametrize("asked", ["5000-10000", "4000-", "4000-4000", "-0"])
def test_a_range_past_the_end_is_416(client, stored, asked):
    answer = client.get(stored[0], headers={"Range": f"bytes={asked}"})
    assert answer.status == 416, answer
    assert answer.header("Content-Range") == f"bytes */{SIZE}"


def test_a_range_that_is_backwards_is_416_for_the_conformance_suite(client, stored):
    assert client.get(stored[0], headers={"Range": "bytes=500-0"}).status == 416


@pytest.mark.parametrize("asked", ["", "bytes", "bytes=", "bytes=a-b", "lines=0-5", "bytes=--", "bytes=0-5;x", "\xff",
                                   "bytes=" + "0-1," * 1000 + "0-1", "bytes=0x0-0x5", "bytes=+0-5"])
def test_an_odd_range_never_ends_in_an_error_of_ours(client, stored, asked):
    url, data, _ = stored
    answer = client.get(url, headers={"Range": asked.encode("latin-1")})
    assert answer.status in (200, 206, 416), answer
    if answer.status == 200:
        assert answer.body == data


def test_several_ranges_come_as_multipart_or_as_the_whole(client, stored):
    url, data, _ = stored
    answer = client.get(url, headers={"Range": "bytes=0-9,100-109"})
    assert answer.status in (200, 206), answer
    if answer.status == 206:
        assert answer.header("Content-Type").startswith("multipart/byteranges")
        assert data[0:10] in answer.body and data[100:110] in answer.body
    else:
        assert answer.body == data


@pytest.mark.parametrize("asked", ["0-", "0-0", "0-1048575", "5-", "-1", "-5", "0-0,-1"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_empty_blob_is_sent_whole_whatever_range_is_asked_for(client, repo, method, asked):
    """containerd asks for `bytes=0-` of every layer."""
    reference = repo.push_blob(b"")
    answer = client.request(method, repo.blob_url(reference), headers={"Range": f"bytes={asked}"})
    assert (answer.status, answer.body, int(answer.header("Content-Length"))) == (200, b"", 0), answer
    assert answer.header("Content-Range") is None
    assert answer.header("Docker-Content-Digest") == reference


def test_head_with_a_range_tells_no_body_and_a_consistent_length(client, stored):
    answer = client.head(stored[0], headers={"Range": "bytes=0-99"})
    assert (answer.status, answer.header("Content-Length")) in ((200, str(SIZE)), (206, "100")), answer


def test_if_range_with_the_etag_gives_the_part_and_with_another_the_whole(client, stored):
    url, data, reference = stored
    part = client.get(url, headers={"Range": "bytes=0-9", "If-Range": f'"{reference}"'})
    assert (part.status, part.body) == (206, data[:10])
    whole = client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"sha256:other"'})
    assert (whole.status, whole.body) == (200, data)


MATCHING = ['"{}"', "{}", 'W/"{}"', '"x", "{}"', '"x" , W/"{}","y"', "*"]


@pytest.mark.parametrize("condition", MATCHING)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match_with_the_digest_of_a_blob_is_304(client, stored, condition, method):
    url, _, reference = stored
    answer = client.request(method, url, headers={"If-None-Match": condition.format(reference)})
    assert answer.status == 304, answer
    assert answer.body == b""
    assert answer.header("ETag") == f'"{reference}"'


@pytest.mark.parametrize("condition", ['"sha256:other"', '"x", "y"', "", '"', "sha256"])
def test_if_none_match_with_something_else_gives_the_blob(client, stored, condition):
    url, data, _ = stored
    answer = client.get(url, headers={"If-None-Match": condition})
    assert (answer.status, answer.body) == (200, data)


@pytest.mark.parametrize("condition", MATCHING)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match_with_the_digest_of_a_manifest_is_304(client, repo, condition, method):
    reference, _ = repo.image("v1")
    for url in (repo.manifest_url("v1"), repo.manifest_url(reference)):
        answer = client.request(method, url, headers={"Accept": ALL_TYPES, "If-None-Match": condition.format(reference)})
        assert answer.status == 304, answer
        assert answer.body == b""


@pytest.mark.parametrize("condition", ['"{}"', '"x", "{}"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_match_with_the_digest_changes_nothing(client, repo, stored, condition, method):
    url, data, reference = stored
    manifest, body = repo.image("v1")
    for target, tag, content in ((url, reference, data), (repo.manifest_url("v1"), manifest, body)):
        answer = client.request(method, target, headers={"If-Match": condition.format(tag)})
        assert (answer.status, answer.header("Content-Length")) == (200, str(len(content))), answer
        assert answer.body == (content if method == "GET" else b"")


@pytest.mark.parametrize("condition", ['"sha256:other"', 'W/"{}"', "", '"'])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_match_with_something_else_is_412(client, repo, stored, condition, method):
    url, _, reference = stored
    manifest, _ = repo.image("v1")
    for target, tag in ((url, reference), (repo.manifest_url("v1"), manifest)):
        answer = client.request(method, target, headers={"If-Match": condition.format(tag), "If-None-Match": f'"{tag}"'})
        assert answer.status == 412, answer
        assert method == "HEAD" or answer.codes() == ["PRECONDITION_FAILED"]


def test_a_part_of_a_blob_may_be_bound_to_its_etag(client, stored):
    url, data, reference = stored
    answer = client.get(url, headers={"Range": "bytes=10-19", "If-Match": f'"{reference}"'})
    assert (answer.status, answer.body) == (206, data[10:20])
    assert answer.header("Content-Range") == f"bytes 10-19/{SIZE}"


@pytest.mark.filesystem
@pytest.mark.parametrize("sent, by_worker", [(None, False), ("bytes=0-4194304", False), ("bytes=1-4194304", True), ("bytes=0-9,20-29", False)])
def test_a_worker_sends_little_on_a_condition_and_leaves_large_blobs_to_the_web_server(registry, repo, sent, by_worker):
    """Otherwise slow clients could keep workers busy: with If-Match, X-Accel-Redirect must still be used."""
    data = blob(LARGE)
    reference = repo.push_blob(data)
    ranges = {"HTTP_RANGE": sent} if sent else {}
    answer = f.call(registry.socket("main"), f.params("GET", repo.blob_url(reference), BERTH_SENDFILE="accel",
                                                      HTTP_IF_MATCH=f'"{reference}"', **ranges))
    assert ("x-accel-redirect" in answer.headers, answer.body) == (not by_worker, data[1:] if by_worker else b"")


@pytest.mark.parametrize("condition", ["If-Unmodified-Since", "If-Modified-Since"])
def test_conditions_on_the_date_of_a_blob_are_ignored(client, stored, condition):
    for moment in ("Wed, 21 Oct 2015 07:28:00 GMT", "Tue, 21 Oct 2098 07:28:00 GMT"):
        answer = client.get(stored[0], headers={condition: moment})
        assert (answer.status, answer.body) == (200, stored[1])


def test_head_tells_what_get_tells(client, repo, stored):
    repo.image("v1")
    for url in (stored[0], repo.manifest_url("v1"), repo.tags_url, repo.manifest_url("v2"), "/v2/"):
        told = [{name.lower(): value for name, value in client.request(method, url).headers.items()
                 if name not in ("Date", "Last-Modified")}  # mod_xsendfile adds Last-Modified of the file
                for method in ("GET", "HEAD")]
        assert told[0] == told[1], url


def test_a_moved_tag_no_longer_matches_the_old_etag(client, repo):
    old, _ = repo.image("v1")
    _, body = repo.image("v1")
    answer = client.get(repo.manifest_url("v1"), headers={"Accept": ALL_TYPES, "If-None-Match": f'"{old}"'})
    assert (answer.status, answer.body) == (200, body)


def test_if_none_match_does_not_hide_that_something_is_absent(client, repo):
    reference, _ = repo.image()
    answer = client.get(repo.manifest_url("nothing"), headers={"If-None-Match": f'"{reference}"'})
    assert answer.status == 404


def test_the_etag_of_a_manifest_is_its_quoted_digest(client, repo):
    reference, _ = repo.image("v1")
    answer = client.get(repo.manifest_url("v1"))
    assert re.fullmatch(r'"sha256:[0-9a-f]{64}"', answer.header("ETag"))
    assert answer.header("ETag") == f'"{reference}"'
