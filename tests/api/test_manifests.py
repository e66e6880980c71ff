# SPDX-License-Identifier: MIT
"""PUT and GET of manifests: by tag and by digest, all kinds, byte for byte."""
import json

import pytest

from images import (ALL_TYPES, DOCKER_LIST, DOCKER_MANIFEST, OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, Repo, absent,
                    blob, descriptor, digest, encode, index, name)


def same(client, repo, reference, body, kind, wanted_digest):
    answer = client.get(repo.manifest_url(reference), headers={"Accept": kind})
    assert answer.status == 200, answer
    assert answer.body == body
    assert answer.header("Content-Type") == kind
    assert answer.header("Docker-Content-Digest") == wanted_digest
    assert answer.header("Content-Length") == str(len(body))
    head = client.head(repo.manifest_url(reference), headers={"Accept": kind})
    assert (head.status, head.body) == (200, b"")
    for field in ("Content-Type", "Docker-Content-Digest", "Content-Length", "ETag"):
        assert head.header(field) == answer.header(field)


KINDS = {
    "oci image": lambda repo: repo.image_document(),
    "docker schema2": lambda repo: repo.docker_image(),
    "oci index": lambda repo: index([(repo.image()[1], OCI_MANIFEST) for _ in range(2)]),
    "docker list": lambda repo: index([(pushed(repo, repo.docker_image()), DOCKER_MANIFEST) for _ in range(2)], DOCKER_LIST),
    "nested index": lambda repo: index([(pushed(repo, index([(repo.image()[1], OCI_MANIFEST)])), OCI_INDEX)]),
    "empty index": lambda repo: index([]),
    "mixed index": lambda repo: index([(repo.image()[1], OCI_MANIFEST), (pushed(repo, repo.docker_image()), DOCKER_MANIFEST)]),
    "no layers": lambda repo: repo.image_document(layers=0),
    "artifact": lambda repo: repo.image_document(layers=1, artifactType="application/vnd.example.sbom"),
    "annotated": lambda repo: repo.image_document(annotations={"org.example.é": "ü \\u0000 \" \\ / 🚢", "empty": ""}),
    "unknown fields": lambda repo: repo.image_document(x={"y": [1, 2.5, None, True, {"z": []}]}),
    "data field": lambda repo: with_data(repo),
}


def pushed(repo, document):
    repo.push(document)
    return encode(document)


def with_data(repo):
    document, small = repo.image_document(), b"tiny"
    repo.push_blob(small)
    document["layers"].append(descriptor(small, OCI_LAYER, data="dGlueQ=="))
    return document


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_comes_back_byte_for_byte_by_tag_and_by_digest(client, repo, kind):
    document = KINDS[kind](repo)
    body = encode(document)
    reference = repo.push(body, "v1")
    for asked in ("v1", reference):
        same(client, repo, asked, body, document["mediaType"], reference)


@pytest.mark.parametrize("kind", ["oci image", "oci index"])
def test_a_manifest_lives_under_its_sha512(client, repo, kind):
    document = KINDS[kind](repo)
    body = encode(document)
    reference = repo.push(body, algorithm="sha512")
    same(client, repo, reference, body, document["mediaType"], reference)


def test_an_image_of_sha512_blobs_is_taken(client, repo):
    config, layer = encode({"os": "linux"}), blob()
    for data in (config, layer):
        repo.push_blob(data, "sha512")
    body = encode({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": descriptor(config, OCI_CONFIG, "sha512"),
                   "layers": [descriptor(layer, OCI_LAYER, "sha512")]})
    reference = repo.push(body, algorithm="sha512")
    same(client, repo, reference, body, OCI_MANIFEST, reference)


@pytest.mark.parametrize("style", ["spaced", "tabs and newlines", "escaped", "trailing newline", "reordered"])
def test_the_bytes_are_kept_however_they_are_laid_out(client, repo, style):
    document = repo.image_document()
    body = {"spaced": lambda: json.dumps(document, indent=3).encode(),
            "tabs and newlines": lambda: json.dumps(document, indent="\t").replace("\n", "\r\n").encode(),
            "escaped": lambda: json.dumps(document).replace("config", "c\\u006fnfig", 1).encode(),
            "trailing newline": lambda: json.dumps(document).encode() + b"\n\n",
            "reordered": lambda: json.dumps(dict(reversed(document.items()))).encode()}[style]()
    reference = repo.push(body, "v1", OCI_MANIFEST)
    same(client, repo, "v1", body, OCI_MANIFEST, reference)


def test_a_push_answers_with_location_and_digest(client, repo):
    body = encode(repo.image_document())
    for reference in ("v1", digest(body)):
        answer = repo.put(reference, body)
        assert answer.status == 201, answer
        assert answer.header("Docker-Content-Digest") == digest(body)
        assert client.get(answer.location).body == body


def test_a_manifest_without_media_type_takes_that_of_the_request(client, repo):
    document = repo.image_document()
    del document["mediaType"]
    body = encode(document)
    assert repo.put("v1", body, OCI_MANIFEST).status == 201
    same(client, repo, "v1", body, OCI_MANIFEST, digest(body))


@pytest.mark.parametrize("parameters", ["; charset=utf-8", ";charset=utf-8", " ; x=y; z=\"a,b\""])
def test_parameters_of_the_content_type_are_ignored_and_not_given_back(client, repo, parameters):
    body = encode(repo.image_document())
    assert repo.put("v1", body, OCI_MANIFEST + parameters).status == 201
    assert client.get(repo.manifest_url("v1")).header("Content-Type") == OCI_MANIFEST


def test_a_tag_moves_to_the_last_manifest_pushed(client, repo):
    first, _ = repo.image("v1")
    second, _ = repo.image("v1")
    assert first != second
    assert client.head(repo.manifest_url("v1")).header("Docker-Content-Digest") == second
    assert client.get(repo.manifest_url(first)).status == 200
    assert repo.tags() == ["v1"]


def test_the_same_manifest_may_be_pushed_again_and_again(client, repo):
    document = repo.image_document()
    for tag in ("a", "b", "a", None):
        repo.push(document, tag)
    assert repo.tags() == ["a", "b"]


def test_a_manifest_pushed_by_digest_has_no_tag(client, repo):
    repo.image()
    assert repo.tags() == []


@pytest.mark.parametrize("tag", ["v", "V1.2-3_4", "_x", "0", "latest", "a" * 128, "sha256-" + "a" * 64, "1.0..0", "a--b"])
def test_every_tag_of_the_grammar_is_taken(client, repo, tag):
    reference, _ = repo.image(tag)
    assert client.head(repo.manifest_url(tag)).header("Docker-Content-Digest") == reference
    assert repo.tags() == [tag]


@pytest.mark.parametrize("tag", ["a" * 129, "-x", ".x", "a%20b", "a+b", "%C3%A9", "a~", "@", "a,b", "'", "%00", "a%0ab", "a%2Fb"])
def test_a_tag_outside_the_grammar_is_refused_and_stores_nothing(client, repo, tag):
    body = encode(repo.image_document())
    answer = client.put(repo.manifest_url(tag), body, {"Content-Type": OCI_MANIFEST}, checked=False)
    assert answer.status in (400, 404), answer
    assert client.get(repo.manifest_url(digest(body))).status == 404
    assert client.get(repo.manifest_url(tag), checked=False).status in (400, 404)


def test_a_digest_that_is_not_that_of_the_body_is_400_and_stores_nothing(client, repo):
    body = encode(repo.image_document())
    for reference in (absent(), digest(body + b" "), digest(blob(), "sha512")):
        answer = repo.put(reference, body)
        assert answer.status == 400, answer
        assert answer.codes() == ["DIGEST_INVALID"]
        assert client.get(repo.manifest_url(reference)).status == 404
    assert client.get(repo.manifest_url(digest(body))).status == 404


@pytest.mark.parametrize("reference", ["sha256:baddigeststring", "sha256:", ":", "sha256:" + "A" * 64, "md5:" + "a" * 32,
                                       "sha512:" + "a" * 64])
def test_a_malformed_digest_is_400_on_put_and_400_or_404_on_get(client, repo, reference):
    repo.image("v1")
    assert repo.put(reference, repo.image_document()).status == 400
    assert client.get(repo.manifest_url(reference)).status in (400, 404)


def test_an_absent_manifest_is_404_manifest_unknown(client, repo):
    repo.image("v1")
    for reference in ("other", absent()):
        answer = client.get(repo.manifest_url(reference))
        assert answer.status == 404
        assert answer.codes() == ["MANIFEST_UNKNOWN"]
        assert client.head(repo.manifest_url(reference)).status == 404


def test_a_manifest_in_a_repository_that_never_was_is_404(client):
    answer = client.get(Repo(client).manifest_url("v1"))
    assert answer.status == 404
    assert answer.codes()[0] in ("MANIFEST_UNKNOWN", "NAME_UNKNOWN")


def test_the_manifest_of_one_repository_cannot_be_read_through_another(client, repo, other):
    reference, _ = repo.image("v1")
    other.image("v2")
    for another in (other, Repo(client, repo.name + "/below"), Repo(client, name())):
        for asked in ("v1", reference):
            for method in ("GET", "HEAD"):
                assert client.request(method, another.manifest_url(asked)).status == 404


def test_a_blob_is_not_served_as_a_manifest_nor_a_manifest_as_a_blob(client, repo):
    reference, body = repo.image("v1")
    config = json.loads(body)["config"]["digest"]
    assert client.get(repo.manifest_url(config), headers={"Accept": ALL_TYPES}).status == 404
    assert client.get(repo.blob_url(reference)).status == 404


@pytest.mark.parametrize("depth", [1, 2, 5, 20])
def test_repository_names_may_have_many_components(client, depth):
    repo = Repo(client, "/".join([name().replace("/", "-")] + ["c"] * (depth - 1)))
    reference, _ = repo.image("v1")
    assert client.head(repo.manifest_url("v1")).header("Docker-Content-Digest") == reference


@pytest.mark.parametrize("part", ["manifests", "blobs", "tags", "uploads", "referrers", "v2", "list", "_x_"])
def test_names_that_look_like_routes_are_names(client, part):
    base = name().replace("/", "-")
    if part == "_x_":
        assert client.get(Repo(client, f"{base}/{part}").tags_url).status in (400, 404)
        return
    for repo_name in (f"{base}/{part}", f"{base}/{part}/x", f"{base}/{part}/{part}"):
        repo = Repo(client, repo_name)
        reference, body = repo.image("v1")
        assert client.get(repo.manifest_url(reference)).body == body
        assert repo.tags() == ["v1"]


def test_a_manifest_pushed_with_tag_params_gets_all_of_them(client, repo):
    body = encode(repo.image_document())
    wanted = [f"t{at}" for at in range(10)]
    answer = repo.put(digest(body), body, tag=wanted)
    assert answer.status == 201, answer
    assert sorted(answer.all("OCI-Tag")) == sorted(wanted)
    assert sorted(repo.tags()) == sorted(wanted)
    for tag in wanted:
        assert client.get(repo.manifest_url(tag)).body == body


def test_tag_params_work_for_sha512(client, repo):
    body = encode(repo.image_document())
    answer = repo.put(digest(body, "sha512"), body, tag=["x"])
    assert answer.status == 201, answer
    assert answer.all("OCI-Tag") == ["x"]
    got = client.get(repo.manifest_url("x"))
    assert (got.body, got.header("Docker-Content-Digest")) == (body, digest(body, "sha512"))


@pytest.mark.parametrize("tags", [["a b"], ["-"], [""], ["ok", "x" * 129], ["a\r\nX-Accel-Redirect: /x"]])
def test_a_malformed_tag_param_is_400_and_stores_nothing(client, repo, tags):
    body = encode(repo.image_document())
    answer = repo.put(digest(body), body, tag=tags)
    assert answer.status == 400, answer
    assert client.get(repo.manifest_url(digest(body))).status == 404


def test_too_many_tag_params_are_414_and_store_nothing(client, repo):
    body = encode(repo.image_document())
    answer = repo.put(digest(body), body, tag=[f"t{at}" for at in range(200)])
    assert answer.status in (414, 431, 400), answer
    assert client.get(repo.manifest_url(digest(body))).status == 404


def test_tag_params_move_tags_that_exist(client, repo):
    repo.image("v1")
    body = encode(repo.image_document())
    assert repo.put(digest(body), body, tag=["v1", "v1", "v2"]).status == 201
    assert client.get(repo.manifest_url("v1")).body == body
    assert repo.tags() == ["v1", "v2"]


def test_a_subject_is_acknowledged_with_oci_subject(client, repo):
    subject, body = repo.image("v1")
    for target in ({"mediaType": OCI_MANIFEST, "digest": subject, "size": len(body)},
                   {"mediaType": OCI_MANIFEST, "digest": absent(), "size": 100}):
        answer = repo.put("v2", repo.image_document(subject=target))
        assert answer.status == 201, answer
        assert answer.header("OCI-Subject") == target["digest"]
    assert repo.put("v3", repo.image_document()).header("OCI-Subject") is None


def test_an_index_may_have_a_subject(client, repo):
    subject, body = repo.image("v1")
    document = index([(repo.image()[1], OCI_MANIFEST)], subject=descriptor(body, OCI_MANIFEST))
    answer = repo.put("i", document, OCI_INDEX)
    assert (answer.status, answer.header("OCI-Subject")) == (201, subject)
