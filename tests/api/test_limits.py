# SPDX-License-Identifier: MIT
"""What is refused for its size, and that refusing costs no memory."""
import json

import pytest

from images import OCI_MANIFEST, Repo, blob, digest, encode

LIMIT = 4 << 20


def padded(document, size):
    """The document as JSON of exactly `size` bytes."""
    bare = len(json.dumps({**document, "annotations": {"x": ""}}))
    return json.dumps({**document, "annotations": {"x": "a" * (size - bare)}}).encode()


def resident(registry):
    """kB of memory of the registry's workers."""
    total = 0
    for pool, count in (("main", registry.workers), ("uploads", registry.upload_workers)):
        for pid in registry.children[pool].workers(count):
            with open(f"/proc/{pid}/status", encoding="ascii") as f:
                total += sum(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))
    return total


@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT])
def test_a_manifest_of_four_mebibytes_is_taken(client, repo, size):
    body = padded(repo.image_document(), size)
    assert len(body) == size
    reference = repo.push(body, "v1", OCI_MANIFEST)
    answer = client.get(repo.manifest_url(reference))
    assert answer.body == body
    assert client.head(repo.manifest_url("v1")).header("Content-Length") == str(size)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT * 3])
def test_a_larger_manifest_is_413_and_not_stored(client, repo, size, chunked):
    body = padded(repo.image_document(), size)
    answer = client.put(repo.manifest_url("v1"), body, {"Content-Type": OCI_MANIFEST}, chunked=chunked)
    assert answer.status == 413, answer
    assert client.get(repo.manifest_url("v1")).status == 404
    assert client.get(repo.manifest_url(digest(body))).status == 404


def test_an_endless_manifest_is_413_and_costs_no_memory(registry, client, repo):
    """The web server may go on reading what is discarded: some clients see an answer only when they have sent all."""
    before = resident(registry)
    answer = client.put(repo.manifest_url("v1"), (b" " * 65536 for _ in range(2000)), {"Content-Type": OCI_MANIFEST})
    assert answer.status == 413, answer
    assert resident(registry) - before < 64 << 10  # sanitizers keep freed memory in quarantine


def test_a_manifest_announced_as_huge_is_refused(client, repo):
    """Apache waits for the body before it passes an answer on: it may say nothing for a while."""
    answer = client.raw(f"PUT {repo.manifest_url('v1')} HTTP/1.1\r\nHost: {client.netloc}\r\nContent-Type: {OCI_MANIFEST}\r\n"
                        "Content-Length: 999999999999\r\nConnection: close\r\n\r\n".encode(), timeout=2, patient=False)
    assert answer is None or answer.status in (413, 400), answer
    assert client.get("/v2/").status == 200


def test_a_blob_may_be_larger_than_any_manifest(client, repo):
    data = blob(20 << 20)
    assert client.get(repo.blob_url(repo.push_blob(data))).body == data


def test_expect_100_continue_is_answered(client, repo):
    data = blob(1000)
    where = client.target(repo.begin())
    answer = client.raw(f"PUT {where}&digest={digest(data)} HTTP/1.1\r\nHost: {client.netloc}\r\nExpect: 100-continue\r\n"
                        f"Content-Length: 1000\r\nConnection: close\r\n\r\n".encode() + data)
    assert answer.status == 201, answer


@pytest.mark.parametrize("length", [9000, 20_000, 100_000])
def test_an_overlong_target_is_414(client, length):
    answer = client.raw_request("GET", b"/v2/?x=" + b"a" * length)
    assert answer.status in (400, 414), answer


def test_huge_or_many_headers_are_refused_or_ignored(client):
    for headers in ([("X-Big", b"a" * 30_000)], [(f"X-{at}", b"a" * 50) for at in range(90)],
                    [(f"X-{at}", b"a" * 50) for at in range(2000)]):
        answer = client.raw_request("GET", b"/v2/", headers)
        assert answer is None or answer.status in (200, 400, 414, 431, 494), answer


def test_a_thousand_query_parameters_are_answered(client, repo):
    repo.image("v1")
    answer = client.get(repo.tags_url + "?" + "&".join(f"a{at}=b" for at in range(900)))
    assert answer.status in (200, 400, 414), answer


def test_a_repeated_parameter_has_one_meaning(client, repo):
    data = blob()
    where = client.target(repo.begin())
    answer = client.put(f"{where}&digest={digest(blob())}&digest={digest(data)}", data)
    assert answer.status in (201, 400), answer


def test_ten_thousand_tags_fit_one_page(registry):
    """Rows are made in the database: pushing them is not what is tested."""
    repo = Repo(registry.client)
    repo.push(encode(repo.image_document()), "first")
    registry.sql("INSERT INTO tag (repository_id, name, manifest_id) SELECT t.repository_id, lpad(i::text, 120, '0'), t.manifest_id "
                 "FROM generate_series(1, 10500) i, tag t JOIN repository r ON r.id = t.repository_id "
                 f"WHERE r.path = '{repo.name}' AND t.name = 'first'")
    answer = registry.client.get(repo.tags_url + "?n=10000")
    assert answer.status == 200
    assert len(answer.json()["tags"]) == 10000
    rest = registry.client.get(answer.link_next()).json()["tags"]
    assert len(rest) == 501 and rest[-1] == "first"
