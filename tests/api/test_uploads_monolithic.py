# SPDX-License-Identifier: MIT
"""Single POST with ?digest=, POST then PUT, wrong digests, and the states of an upload from its start to its end."""
import pytest

from images import OCTETS, absent, blob, digest, with_query

ALGORITHMS = ["sha256", "sha512"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_a_single_post_stores_the_blob(client, repo, algorithm, size):
    data = blob(size)
    reference = digest(data, algorithm)
    answer = client.post(with_query(repo.uploads_url, digest=reference), data, {"Content-Type": OCTETS})
    assert answer.status == 201, answer
    assert answer.header("Docker-Content-Digest") == reference
    assert client.get(answer.location).body == data


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [0, 1, 100_000, 5_000_000])
def test_post_then_put_stores_the_blob(client, repo, algorithm, size):
    data = blob(size)
    reference = digest(data, algorithm)
    answer = client.put(with_query(repo.begin(), digest=reference), data, {"Content-Type": OCTETS})
    assert answer.status == 201, answer
    assert answer.header("Docker-Content-Digest") == reference
    assert client.get(answer.location).body == data


def test_a_put_without_content_type_is_taken(client, repo):
    data = blob()
    answer = client.put(with_query(repo.begin(), digest=digest(data)), data)
    assert answer.status == 201, answer


def test_beginning_an_upload_answers_202_with_location_uuid_and_range(client, repo):
    answer = client.post(repo.uploads_url)
    assert answer.status == 202
    assert answer.header("Range") == "0-0"
    assert answer.header("Content-Length") == "0"
    uuid = answer.header("Docker-Upload-UUID")
    assert uuid and uuid in answer.location
    assert f"/v2/{repo.name}/blobs/uploads/" in answer.location
    assert "?" in answer.location, "some clients append &digest=, so the Location needs a query"


def test_two_uploads_have_different_ids(client, repo):
    assert repo.begin() != repo.begin()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_algorithm_hint_is_taken(client, repo, algorithm):
    data = blob()
    where = repo.begin(**{"digest-algorithm": algorithm})
    answer = client.put(with_query(where, digest=digest(data, algorithm)), data)
    assert answer.status == 201, answer


@pytest.mark.parametrize("hint, used", [("sha256", "sha512"), ("sha512", "sha256")])
def test_the_algorithm_hint_is_not_binding(client, repo, hint, used):
    data = blob()
    where = repo.begin(**{"digest-algorithm": hint})
    where = client.patch(where, data[:50], {"Content-Type": OCTETS}).location
    answer = client.put(with_query(where, digest=digest(data, used)), data[50:])
    assert answer.status == 201, answer
    assert client.get(repo.blob_url(digest(data, used))).body == data


@pytest.mark.parametrize("hint", ["md5", "sha1", "", "x" * 3000, "sha256%0d%0aX:%20y"])
def test_an_unknown_algorithm_hint_is_400_or_ignored(client, repo, hint):
    answer = client.post(f"{repo.uploads_url}?digest-algorithm={hint}")
    assert answer.status in (202, 400), answer


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_single_post_with_the_wrong_digest_is_400_and_stores_nothing(client, repo, algorithm):
    data, wrong = blob(), digest(blob(), algorithm)
    answer = client.post(with_query(repo.uploads_url, digest=wrong), data)
    assert answer.status == 400, answer
    assert answer.codes() == ["DIGEST_INVALID"]
    for reference in (wrong, digest(data, algorithm)):
        assert client.get(repo.blob_url(reference)).status == 404


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_put_with_the_wrong_digest_is_400_and_stores_nothing(client, repo, algorithm):
    data, wrong = blob(), digest(blob(), algorithm)
    answer = client.put(with_query(repo.begin(), digest=wrong), data)
    assert answer.status == 400, answer
    assert answer.codes() == ["DIGEST_INVALID"]
    for reference in (wrong, digest(data, algorithm)):
        assert client.get(repo.blob_url(reference)).status == 404


@pytest.mark.parametrize("bad", ["sha256:abc", "sha256:" + "G" * 64, "nonsense", "", "md5:" + "a" * 32, "sha512:" + "a" * 64,
                                 "sha256:" + "a" * 64 + "%0d%0aX-Accel-Redirect: /etc/passwd"])
def test_a_malformed_digest_is_400_and_the_upload_stays(client, repo, bad):
    where = repo.begin()
    answer = client.put(where + ("&" if "?" in where else "?") + "digest=" + bad.replace(" ", "%20"), blob())
    assert answer.status == 400, answer
    assert answer.codes() == ["URI_INVALID" if "%0d" in bad else "DIGEST_INVALID"]
    assert client.get(where).status == 204


def test_a_put_without_a_digest_is_400_and_the_upload_stays(client, repo):
    data, where = blob(), repo.begin()
    answer = client.put(where, data)
    assert answer.status == 400
    assert answer.codes() == ["DIGEST_INVALID"]
    assert client.get(where).status == 204


def test_a_finished_upload_is_gone(client, repo):
    data, where = blob(), repo.begin()
    assert client.put(with_query(where, digest=digest(data)), data).status == 201
    for method in ("GET", "DELETE"):
        answer = client.request(method, where)
        assert answer.status == 404, answer
        assert answer.codes() == ["BLOB_UPLOAD_UNKNOWN"]
    for method in ("PATCH", "PUT"):
        answer = client.request(method, with_query(where, digest=digest(data)), data)
        assert answer.status == 404, answer


def test_an_upload_that_never_was_is_404_for_every_method(client, repo):
    where = repo.uploads_url + "2f1c8e94-6f0b-4f53-9c4e-1d51a0a83b11"
    for method in ("GET", "HEAD", "PATCH", "PUT", "DELETE"):
        answer = client.request(method, with_query(where, digest=absent()), blob(10) if method in ("PATCH", "PUT") else None)
        assert answer.status == 404, answer
        if method != "HEAD":
            assert answer.codes()[0] in ("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID")


@pytest.mark.parametrize("identifier", ["x", "..", "%2e%2e", "'", "00000000-0000-0000-0000-00000000000g", "a" * 3000, "%00"])
def test_a_malformed_upload_id_is_400_or_404(client, repo, identifier):
    answer = client.get(repo.uploads_url + identifier, checked=False)
    assert answer.status in (301, 400, 404, 405, 414), answer


def test_a_cancelled_upload_is_204_and_gone(client, repo):
    where = repo.begin()
    assert client.patch(where, blob(), {"Content-Type": OCTETS}).status == 202
    answer = client.delete(where)
    assert answer.status == 204, answer
    assert answer.body == b""
    assert client.get(where).status == 404
    assert client.delete(where).status == 404


def test_the_upload_of_one_repository_cannot_be_touched_through_another(client, repo, other):
    data = blob()
    where = client.patch(repo.begin(), data[:50], {"Content-Type": OCTETS}).location
    stolen = where.replace(repo.name, other.name)
    other.push_blob(blob())
    for method, body in (("GET", None), ("PATCH", blob(10)), ("PUT", blob(10)), ("DELETE", None)):
        answer = client.request(method, with_query(stolen, digest=digest(data)), body)
        assert answer.status == 404, (method, answer)
    status = client.get(where)
    assert (status.status, status.header("Range")) == (204, "0-49")
    assert client.put(with_query(where, digest=digest(data)), data[50:]).status == 201
    assert client.get(other.blob_url(digest(data))).status == 404


def test_the_status_of_an_upload_never_harms_it(client, repo):
    data, where = blob(1000), repo.begin()
    for at in range(0, 1000, 100):
        for method in ("GET", "HEAD", "GET"):
            assert client.request(method, where).status == 204
        answer = client.patch(where, data[at:at + 100], {"Content-Type": OCTETS})
        assert answer.status == 202, answer
        where = answer.location
    assert client.put(with_query(where, digest=digest(data))).status == 201
    assert client.get(repo.blob_url(digest(data))).body == data


def test_a_repository_that_only_began_an_upload_has_no_tags(client, repo):
    repo.begin()
    answer = client.get(repo.tags_url)
    assert answer.status == 404 or not answer.json()["tags"]


def test_a_foreign_content_type_on_upload_is_taken_or_refused_but_never_stored_as_something_else(client, repo):
    data = blob()
    answer = client.put(with_query(repo.begin(), digest=digest(data)), data, {"Content-Type": "text/html; charset=utf-8"})
    assert answer.status in (201, 400, 415), answer
    if answer.status == 201:
        assert client.get(repo.blob_url(digest(data))).header("Content-Type") == OCTETS
