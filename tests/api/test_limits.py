# SPDX-License-Identifier: MIT
"""Requests that are refused because of their size; the refusal costs no memory."""
import hashlib
import json
import random
import time

import pytest

from images import OCI_INDEX, OCI_LAYER, OCI_MANIFEST, Repo, blob, digest, encode, index

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


@pytest.mark.parametrize("algorithm, size", [("sha256", 32), ("sha512", 64)])
@pytest.mark.parametrize("kind, key", [(OCI_MANIFEST, "layers"), (OCI_INDEX, "manifests")])
def test_a_manifest_that_lacks_all_that_it_can_name_is_told_each(registries, kind, key, algorithm, size):
    """The answer names about 40,000 digests; they fit into the memory bound of a worker."""
    repo = Repo(registries.get({"validation": {"manifests": {"referencelimit": 0}}}).client)
    document = repo.image_document() if kind == OCI_MANIFEST else index([])
    entries = [f'{{"digest":"{algorithm}:{random.randbytes(size).hex()}","size":1}}' for _ in range(4_190_000 // (2 * size + 30))]
    body = json.dumps({**document, key: "HERE"}).replace('"HERE"', f"[{','.join(entries)}]").encode()
    assert 4_000_000 < len(body) <= 4 << 20
    answer = repo.put("v1", body, kind)
    assert answer.status == 400, answer
    assert answer.codes() == ["MANIFEST_BLOB_UNKNOWN"] * len(entries)


def test_an_endless_manifest_is_413_and_costs_no_memory(registry, client, repo):
    """The web server may read and discard the rest of the body, because some clients read the answer only after their last byte."""
    before = resident(registry)
    answer = client.put(repo.manifest_url("v1"), (b" " * 65536 for _ in range(2000)), {"Content-Type": OCI_MANIFEST})
    assert answer.status == 413, answer
    assert resident(registry) - before < 64 << 10  # sanitizers keep freed memory in quarantine


def test_a_manifest_announced_as_huge_is_refused(client, repo):
    """Apache forwards the answer only after the body, so there may be no answer within the time limit."""
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


def test_a_target_of_nine_thousand_bytes_is_answered(client):
    assert client.raw_request("GET", b"/v2/?x=" + b"a" * 9000).status == 200


@pytest.mark.parametrize("length", [16_400, 20_000, 100_000])
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


def test_ten_thousand_tags_fit_one_page(registry):
    """The rows are inserted directly into the database: this test is about the listing, not about pushes."""
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


def compact(document):
    return json.dumps(document, separators=(",", ":")).encode()


def layers(registry, repo, count):
    """Descriptors of `count` blobs of the repository. There are only rows, because no request reads the bytes."""
    prefix = blob(8).hex()
    registry.sql(f"""
        WITH made AS (INSERT INTO blob (digest, size)
                      SELECT decode('01', 'hex') || sha256(('{prefix}' || i)::bytea), 5 FROM generate_series(1, {count}) i RETURNING digest)
        INSERT INTO repository_blob (repository_id, digest)
        SELECT r.id, made.digest FROM repository r, made WHERE r.path = '{repo.name}'""")
    return [{"mediaType": OCI_LAYER, "size": 5, "digest": "sha256:" + hashlib.sha256(f"{prefix}{i}".encode()).hexdigest()}
            for i in range(1, count + 1)]


def fresh_layers(registry, repo, count):
    return {**repo.image_document(), "layers": layers(registry, repo, count)}


def annotations(registry, repo, count):
    return {**repo.image_document(), "annotations": {f"k{i:07}": "v" for i in range(count * 27)}}


def one_layer_repeated(registry, repo, count):
    document = repo.image_document()
    return {**document, "layers": document["layers"] * count}


def numbers(registry, repo, count):
    return {**repo.image_document(), "x": [1] * (60 * count)}


@pytest.mark.parametrize("make", [fresh_layers, annotations, one_layer_repeated, numbers])
def test_the_time_for_a_manifest_grows_with_its_size_and_no_faster(registry, repo, make):
    """Compares the largest accepted manifest with one a tenth as large. Takes the best of three times, for a busy machine."""
    def best(count):
        times = []
        for _ in range(3):
            body = compact(make(registry, repo, count))
            start = time.monotonic()
            assert repo.put("v1", body).status == 201
            times.append(time.monotonic() - start)
        return min(times)
    assert best(9999) < 40 * best(1000)


def test_a_manifest_of_too_many_references_is_refused_before_the_database_is_asked(repo):
    absent = [{"mediaType": OCI_LAYER, "size": 5, "digest": digest(b"%d" % i)} for i in range(10000)]
    answer = repo.put("v1", compact({**repo.image_document(), "layers": absent}))
    assert (answer.status, answer.codes()) == (400, ["MANIFEST_REFERENCE_LIMIT"])
    assert "validation.manifests.referencelimit" in answer.json()["errors"][0]["message"]
