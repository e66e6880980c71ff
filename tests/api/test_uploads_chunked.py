# SPDX-License-Identifier: MIT
"""PATCH with Content-Range: order, resumption, refusal of chunks out of order."""
import pytest

from images import OCTETS, blob, digest, with_query


def chunk(client, where, data, start, end=None):
    end = start + len(data) - 1 if end is None else end
    return client.patch(where, data, {"Content-Type": OCTETS, "Content-Range": f"{start}-{end}"})


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("sizes", [(1000,), (500, 500), (1, 1, 1), (100_000, 50_000, 7), (1_500_000, 1_500_000)])
def test_chunks_in_order_make_the_blob(client, repo, algorithm, sizes):
    data, where, start = blob(sum(sizes)), repo.begin(), 0
    for size in sizes:
        answer = chunk(client, where, data[start:start + size], start)
        start += size
        assert answer.status == 202, answer
        assert answer.header("Range") == f"0-{start - 1}"
        assert answer.header("Docker-Upload-UUID") in answer.location
        where = answer.location
    reference = digest(data, algorithm)
    answer = client.put(with_query(where, digest=reference))
    assert answer.status == 201, answer
    assert client.get(answer.location).body == data


def test_the_last_chunk_may_come_with_the_put(client, repo):
    data = blob(1000)
    where = chunk(client, repo.begin(), data[:600], 0).location
    answer = client.put(with_query(where, digest=digest(data)), data[600:],
                        {"Content-Type": OCTETS, "Content-Range": "600-999"})
    assert answer.status == 201, answer
    assert client.get(repo.blob_url(digest(data))).body == data


def test_the_first_chunk_must_start_at_zero(client, repo):
    where = repo.begin()
    answer = chunk(client, where, blob(100), 100)
    assert answer.status == 416, answer
    status = client.get(where)
    assert status.status == 204
    assert status.header("Range") == "0-0"


@pytest.mark.parametrize("start", [0, 50, 99, 101, 5000])
def test_a_chunk_out_of_order_is_416_and_the_upload_stays_as_it_was(client, repo, start):
    data, where = blob(200), repo.begin()
    second = chunk(client, where, data[:100], 0).location
    answer = chunk(client, second, data[100:], start)
    assert answer.status == 416, answer
    assert (answer.header("Range"), answer.header("Docker-Upload-UUID") in where) == ("0-99", True)
    assert client.get(answer.location).header("Range") == "0-99"
    for asked in (second, where):
        status = client.get(asked)
        assert status.status == 204
        assert status.header("Range") == "0-99"
        assert status.location
    assert chunk(client, status.location, data[100:], 100).status == 202
    assert client.put(with_query(status.location, digest=digest(data))).status == 201


def test_a_last_chunk_out_of_order_in_the_put_is_416_and_the_upload_stays(client, repo):
    data = blob(200)
    where = chunk(client, repo.begin(), data[:100], 0).location
    closing = with_query(where, digest=digest(data))
    answer = client.put(closing, data[100:], {"Content-Type": OCTETS, "Content-Range": "150-249"})
    assert (answer.status, answer.header("Range")) == (416, "0-99"), answer
    assert client.get(answer.location).status == 204
    status = client.get(closing)  # the conformance suite asks with ?digest= in the URL
    assert (status.status, status.header("Range")) == (204, "0-99")
    assert client.put(with_query(status.location, digest=digest(data)), data[100:],
                      {"Content-Type": OCTETS, "Content-Range": "100-199"}).status == 201


def test_the_same_chunk_twice_is_416_the_second_time(client, repo):
    data, where = blob(100), repo.begin()
    assert chunk(client, where, data, 0).status == 202
    assert chunk(client, where, data, 0).status == 416
    assert client.put(with_query(where, digest=digest(data))).status == 201


def test_a_stale_location_is_accepted(client, repo):
    data, first = blob(300), repo.begin()
    for start in (0, 100, 200):
        assert chunk(client, first, data[start:start + 100], start).status == 202
    assert client.put(with_query(first, digest=digest(data))).status == 201


def test_a_location_without_its_query_is_accepted(client, repo):
    data = blob(300)
    bare = repo.begin().split("?")[0]
    assert chunk(client, bare, data, 0).status == 202
    assert client.put(f"{bare}?digest={digest(data)}").status == 201


@pytest.mark.parametrize("field", ["0-98", "0-100", "0-0", "99-0", "0-18446744073709551615", "0-99999999999999999999999"])
def test_a_content_range_that_contradicts_the_length_stores_nothing(client, repo, field):
    where = repo.begin()
    answer = client.patch(where, blob(100), {"Content-Type": OCTETS, "Content-Range": field})
    assert answer.status in (400, 416), answer
    status = client.get(where)
    assert (status.status, status.header("Range")) == (204, "0-0")


@pytest.mark.parametrize("field", ["", "x", "0", "-", "0-", "-99", "a-b", "0-99-1", "0 - 99", "+0-99", "0x0-0x63", "bytes=0-99",
                                   "0-99,100-199", "\xff-99", "-1-98"])
def test_a_malformed_content_range_is_refused_or_ignored_never_500(client, repo, field):
    where = repo.begin()
    answer = client.patch(where, blob(100), {"Content-Type": OCTETS, "Content-Range": field.encode("latin-1")})
    assert answer.status in (202, 400, 416), answer
    if answer.status != 202:
        assert client.get(where).header("Range") == "0-0"


def test_the_rfc_form_of_content_range_is_taken_or_refused_but_not_stored_elsewhere(client, repo):
    data, where = blob(100), repo.begin()
    answer = client.patch(where, data, {"Content-Type": OCTETS, "Content-Range": "bytes 0-99/100"})
    assert answer.status in (202, 400, 416), answer
    assert client.get(where).header("Range") == ("0-99" if answer.status == 202 else "0-0")


def test_a_chunk_for_a_wrong_digest_at_the_end_is_400_and_no_blob(client, repo):
    data = blob(100)
    for body in (b"", blob(50)):
        where = chunk(client, repo.begin(), data, 0).location
        wrong = digest(blob())
        answer = client.put(with_query(where, digest=wrong), body)
        assert answer.status == 400, answer
        assert answer.codes() == ["DIGEST_INVALID"]
        for reference in (wrong, digest(data), digest(data + body)):
            assert client.get(repo.blob_url(reference)).status == 404


def test_an_upload_may_be_resumed_by_asking_for_its_offset(client, repo):
    data, where = blob(5000), repo.begin()
    chunk(client, where, data[:1234], 0)
    status = client.get(where)
    offset = int(status.header("Range").split("-")[1]) + 1
    assert offset == 1234
    answer = client.put(with_query(status.location, digest=digest(data)), data[offset:])
    assert answer.status == 201, answer
    assert client.get(repo.blob_url(digest(data))).body == data


def test_uploads_of_one_repository_do_not_mix(client, repo):
    data = {where: blob(300) for where in (repo.begin() for _ in range(5))}
    for start in (0, 100, 200):
        for where, content in data.items():
            assert chunk(client, where, content[start:start + 100], start).status == 202
    for where, content in data.items():
        assert client.put(with_query(where, digest=digest(content))).status == 201
        assert client.get(repo.blob_url(digest(content))).body == content
