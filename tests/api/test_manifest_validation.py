# SPDX-License-Identifier: MIT
"""What a manifest must be to be stored: strict JSON, one meaning, blobs that are there, sizes that are true."""
import json

import pytest

from images import (DOCKER_FOREIGN, DOCKER_LIST, DOCKER_MANIFEST, OCI_FOREIGN, OCI_INDEX, OCI_MANIFEST, Repo,
                    absent, blob, descriptor, digest, encode, index)


def refused(client, repo, body, media_type=OCI_MANIFEST, code="MANIFEST_INVALID"):
    """The push is 400 with this code, and nothing can be pulled by tag or digest."""
    body = body if isinstance(body, bytes) else encode(body)
    answer = repo.put("v1", body, media_type)
    assert answer.status == 400, answer
    assert set(answer.codes()) == {code}, answer
    assert repo.put(digest(body), body, media_type).status == 400
    for reference in ("v1", digest(body)):
        assert client.get(repo.manifest_url(reference)).status == 404
    return answer


@pytest.fixture
def document(repo):
    return repo.image_document()


@pytest.mark.parametrize("mutate", [
    lambda text: "", lambda text: " ", lambda text: "null", lambda text: "[]", lambda text: "1", lambda text: '"x"',
    lambda text: text[:-1], lambda text: text + "}", lambda text: text + "x", lambda text: text + text,
    lambda text: text.replace('"', "'"), lambda text: text[:-1] + ", }", lambda text: text[:-1] + ', "x": NaN}',
    lambda text: text[:-1] + ', "x": Infinity}', lambda text: text[:-1] + ', "x": 01}',
    lambda text: text[:-1] + ', "x": "\x01"}', lambda text: text[:-1] + ', "x": "\\ud800"}',
    lambda text: text[:-1] + ', "x": "\\x"}', lambda text: "/* c */" + text, lambda text: "\ufeff" + text,
    lambda text: text[:-1] + ', "x": tru}', lambda text: text[:-1] + ", x: 1}", lambda text: "\0" + text,
    lambda text: text + "\0"])
def test_what_is_not_strict_json_is_400(client, repo, document, mutate):
    refused(client, repo, mutate(json.dumps(document)).encode())


def test_bytes_that_are_not_utf8_are_400(client, repo, document):
    for sequence in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
        refused(client, repo, encode(document)[:-1] + b', "x": "' + sequence + b'"}')


@pytest.mark.parametrize("at", ["schemaVersion", "mediaType", "config", "layers"])
def test_a_duplicate_key_is_400(client, repo, document, at):
    text = json.dumps(document)
    refused(client, repo, (text[:-1] + f', "{at}": {json.dumps(document[at])}}}').encode())


def test_a_duplicate_key_hidden_by_an_escape_or_deep_inside_is_400(client, repo, document):
    text = json.dumps(document)
    refused(client, repo, (text[:-1] + ', "l\\u0061yers": []}').encode())
    refused(client, repo, (text[:-1] + ', "annotations": {"a": "1", "a": "2"}}').encode())
    refused(client, repo, text.replace('"size":', '"size": 1, "size":', 1).encode())


def test_a_key_with_a_nul_is_not_read_as_its_beginning(client, repo, document):
    text = json.dumps(document)[:-1] + ', "manifests\\u0000x": []}'
    answer = repo.put("v1", text.encode())
    assert answer.status in (201, 400), answer
    if answer.status == 201:
        assert client.get(repo.manifest_url("v1")).header("Content-Type") == OCI_MANIFEST


@pytest.mark.parametrize("extra", [{"manifests": []}, {"manifests": [{"x": 1}]}, {"manifests": None}])
def test_an_image_that_is_an_index_too_is_400(client, repo, document, extra):
    answer = repo.put("v1", {**document, **extra})
    assert answer.status == 400 or extra["manifests"] is None, answer


@pytest.mark.parametrize("extra", ["config", "layers"])
def test_an_index_that_is_an_image_too_is_400(client, repo, document, extra):
    refused(client, repo, index([], **{extra: document[extra]}), OCI_INDEX)
    plain = index([], **{extra: document[extra]})
    del plain["mediaType"]
    refused(client, repo, plain, OCI_INDEX)


@pytest.mark.parametrize("said, sent", [(OCI_MANIFEST, DOCKER_MANIFEST), (DOCKER_MANIFEST, OCI_MANIFEST), (OCI_MANIFEST, OCI_INDEX),
                                        (OCI_INDEX, OCI_MANIFEST), (OCI_INDEX, DOCKER_LIST), ("text/plain", OCI_MANIFEST)])
def test_a_media_type_that_contradicts_the_content_type_is_400(client, repo, document, said, sent):
    base = index([]) if said in (OCI_INDEX, DOCKER_LIST) else document
    refused(client, repo, {**base, "mediaType": said}, sent)


@pytest.mark.parametrize("sent", ["text/plain", "application/json", "application/x-unknown", "x", "/", "application/"
                                  "vnd.docker.distribution.manifest.v1+prettyjws"])
def test_an_unknown_content_type_is_refused_or_the_body_decides(client, repo, document, sent):
    answer = repo.put("v1", document, sent)
    assert answer.status in (201, 400, 415), answer
    if answer.status == 201:
        assert client.get(repo.manifest_url("v1")).header("Content-Type") == OCI_MANIFEST


def test_no_content_type_is_refused_or_the_body_decides(client, repo, document):
    answer = repo.put("v1", document, None)
    assert answer.status in (201, 400), answer
    if answer.status == 201:
        assert client.get(repo.manifest_url("v1")).header("Content-Type") == OCI_MANIFEST


@pytest.mark.parametrize("version", [1, 3, 0, -2, "2", 2.5, None, [], 1e300])
def test_another_schema_version_is_400(client, repo, document, version):
    refused(client, repo, {**document, "schemaVersion": version})


def test_schema1_is_400(client, repo):
    refused(client, repo, {"schemaVersion": 1, "name": repo.name, "tag": "v1", "fsLayers": [], "history": []},
            "application/vnd.docker.distribution.manifest.v1+json")


@pytest.mark.parametrize("change", [
    {"config": None}, {"config": []}, {"config": "x"}, {"config": {}}, {"layers": {}}, {"layers": "x"},
    {"layers": [None]}, {"layers": [[]]}, {"layers": [{}]}, {"layers": ["x"]}, {"annotations": []}, {"annotations": {"a": 1}},
    {"annotations": "x"}, {"subject": "x"}, {"subject": {}}, {"subject": []}, {"artifactType": 1}, {"mediaType": 1},
    {"artifactType": {}}, {"mediaType": []}])
def test_a_field_of_the_wrong_kind_is_400(client, repo, document, change):
    answer = repo.put("v1", {**document, **change})
    assert answer.status == 400, answer
    assert answer.codes()[0] == "MANIFEST_INVALID"


@pytest.mark.parametrize("missing", ["config", "schemaVersion"])
def test_a_missing_field_is_400(client, repo, document, missing):
    del document[missing]
    refused(client, repo, document)


@pytest.mark.parametrize("change", [
    {"digest": "x"}, {"digest": None}, {"digest": 1}, {"digest": "sha256:abc"}, {"digest": "sha256:" + "A" * 64}, {"size": -1},
    {"size": "1"}, {"size": 1.5}, {"size": None}, {"size": 1e300}, {"size": 2**63}, {"size": 2**64 + 64}, {"mediaType": 1}, {"urls": "x"}, {"urls": [1]}, {"annotations": {"x": []}}, {"data": 1}])
@pytest.mark.parametrize("where", ["config", "layer", "child", "subject"])
def test_a_malformed_descriptor_is_400(client, repo, document, where, change):
    kind = OCI_MANIFEST
    if where == "child":
        document, kind = index([(repo.image()[1], OCI_MANIFEST)]), OCI_INDEX
        document["manifests"][0].update(change)
    elif where == "subject":
        document["subject"] = {**descriptor(blob(), OCI_MANIFEST), **change}
    else:
        (document["config"] if where == "config" else document["layers"][0]).update(change)
    answer = repo.put("v1", document, kind)
    assert answer.status == 400, answer
    assert client.get(repo.manifest_url("v1")).status == 404


@pytest.mark.parametrize("offset", [1, -1, 10**12])
@pytest.mark.parametrize("where", ["config", "layer", "child"])
def test_a_size_that_is_not_that_of_the_blob_is_400(client, repo, document, where, offset):
    kind = OCI_MANIFEST
    if where == "child":
        document, kind = index([(repo.image()[1], OCI_MANIFEST)]), OCI_INDEX
        document["manifests"][0]["size"] += offset
    else:
        (document["config"] if where == "config" else document["layers"][0])["size"] += offset
    answer = repo.put("v1", document, kind)
    assert answer.status == 400, answer
    assert answer.codes()[0] in ("MANIFEST_INVALID", "SIZE_INVALID", "MANIFEST_BLOB_UNKNOWN")


def test_each_unknown_blob_is_named_in_an_error_of_its_own(client, repo, document):
    wanted = [absent() for _ in range(3)]
    document["config"]["digest"] = wanted[0]
    document["layers"] += [{**document["layers"][0], "digest": missing} for missing in wanted[1:]]
    answer = repo.put("v1", document)
    assert answer.status == 400, answer
    assert answer.codes() == ["MANIFEST_BLOB_UNKNOWN"] * 3
    details = json.dumps([error["detail"] for error in answer.json()["errors"]])
    for missing in wanted:
        assert missing in details


def test_a_blob_of_another_repository_is_an_unknown_blob(client, repo, other, document):
    answer = other.put("v1", document)
    assert answer.status == 400, answer
    assert answer.codes() == ["MANIFEST_BLOB_UNKNOWN"] * 2
    assert client.get(other.manifest_url("v1")).status == 404


def test_an_index_with_an_unknown_child_is_400_with_one_error_for_each(client, repo):
    document = index([(encode({"x": at}), OCI_MANIFEST) for at in range(3)])
    answer = repo.put("v1", document, OCI_INDEX)
    assert answer.status == 400, answer
    assert len(answer.codes()) == 3
    assert set(answer.codes()) <= {"MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN"}


@pytest.mark.parametrize("null", [True, False])
def test_an_image_may_lack_layers(client, repo, document, null):
    """Artifacts do; encoders write null for an empty list."""
    del document["layers"]
    body = encode({**document, **({"layers": None} if null else {})})
    repo.push(body, "v1")
    assert client.get(repo.manifest_url("v1")).body == body


def test_the_same_layer_twice_is_fine(client, repo, document):
    document["layers"] *= 3
    repo.push(document, "v1")


def test_a_manifest_with_many_layers_is_fine(client, repo, document):
    document["layers"] *= 2000
    repo.push(document, "v1")


@pytest.mark.parametrize("depth, fine", [(20, True), (31, None), (33, False), (1000, False), (500_000, False)])
def test_nesting_is_bounded(client, repo, document, depth, fine):
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        inner = opening * depth + ("1" if opening != "[" else "") + closing * depth
        answer = repo.put("v1", (json.dumps(document)[:-1] + f', "x": {inner}}}').encode())
        assert answer.status in {True: (201,), None: (201, 400), False: (400,)}[fine], answer


def test_a_million_keys_are_answered_in_time(client, repo, document):
    keys = ",".join(f'"{at}":1' for at in range(300_000))
    answer = repo.put("v1", (json.dumps(document)[:-1] + f', "x": {{{keys}}}}}').encode())
    assert answer.status in (201, 400), answer


@pytest.mark.parametrize("number", ["9" * 1000, "-" + "9" * 400, "1e99999", "-0", "1E+2", "0.000000000000000000000001"])
def test_odd_numbers_in_unknown_fields_are_harmless(client, repo, document, number):
    answer = repo.put("v1", (json.dumps(document)[:-1] + f', "x": {number}}}').encode())
    assert answer.status in (201, 400), answer


@pytest.mark.parametrize("kind", [OCI_MANIFEST, DOCKER_MANIFEST])
def test_a_foreign_layer_under_an_allowed_url_need_not_be_there(client, repo, kind):
    document = repo.image_document() if kind == OCI_MANIFEST else repo.docker_image()
    foreign = OCI_FOREIGN if kind == OCI_MANIFEST else DOCKER_FOREIGN
    document["layers"].append(descriptor(blob(), foreign, urls=["https://layers.example.com/x", "http://b.example.com/y"]))
    repo.push(document, "v1")


@pytest.mark.parametrize("url", ["ftp://x/y", "", "x", "https://x/y#fragment", "//x/y", "javascript:1", "https://x\r\ny"])
def test_a_foreign_layer_with_an_odd_url_is_400(client, repo, document, url):
    document["layers"].append(descriptor(blob(), OCI_FOREIGN, urls=[url]))
    refused(client, repo, document)


def test_foreign_urls_are_refused_unless_the_configuration_allows_them(registries):
    strict = registries.get({"validation": None})
    repo = Repo(strict.client)
    document = repo.image_document()
    document["layers"].append(descriptor(blob(), OCI_FOREIGN, urls=["https://layers.example.com/x"]))
    refused(strict.client, repo, document)


def test_allow_and_deny_are_regular_expressions_over_the_url(registries):
    registry = registries.get({"validation": {"manifests": {"urls": {
        "allow": [r"^https://(www\.)?example\.com/"], "deny": [r"/secret/"]}}}})
    repo = Repo(registry.client)
    for url, status in (("https://example.com/a", 201), ("https://www.example.com/a", 201), ("https://example.org/a", 400),
                        ("https://example.com/secret/a", 400), ("https://evil.org/https://example.com/", 400)):
        document = repo.image_document()
        document["layers"].append(descriptor(blob(), OCI_FOREIGN, urls=[url]))
        assert repo.put("v1", document).status == status, url


def test_urls_on_an_ordinary_layer_are_held_to_the_configuration_too(registries):
    """A client would fetch the layer from there."""
    strict = registries.get({"validation": None})
    repo = Repo(strict.client)
    document = repo.image_document()
    document["layers"][0]["urls"] = ["https://layers.example.com/x"]
    refused(strict.client, repo, document)
