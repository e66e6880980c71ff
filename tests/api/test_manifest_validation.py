# SPDX-License-Identifier: MIT
"""Checks of a manifest before it is stored: strict JSON, one meaning, existing blobs, true sizes."""
import json
from base64 import b64encode

import pytest

from images import (DOCKER_FOREIGN, DOCKER_LIST, DOCKER_MANIFEST, OCI_FOREIGN, OCI_INDEX, OCI_MANIFEST, Repo,
                    absent, blob, descriptor, digest, encode, index)


def refused(client, repo, body, media_type=OCI_MANIFEST, code="MANIFEST_INVALID"):
    """Asserts that the push is 400 with this code, and that neither tag nor digest can be pulled."""
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
    """Artifacts have no layers; some encoders write null for an empty list."""
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
    """A client would fetch the layer from such a URL."""
    strict = registries.get({"validation": None})
    repo = Repo(strict.client)
    document = repo.image_document()
    document["layers"][0]["urls"] = ["https://layers.example.com/x"]
    refused(strict.client, repo, document)


# ---- refusals that the configuration can switch off ----

def test_the_error_of_an_index_without_its_manifests_names_the_switch(repo):
    answer = repo.put("v1", index([(encode({}), OCI_MANIFEST)]), OCI_INDEX)
    assert "validation.manifests.indexes" in answer.json()["errors"][0]["message"], answer
    assert answer.json()["errors"][0]["detail"] == digest(encode({}))


def test_validation_that_is_disabled_takes_what_distribution_3_takes(registries):
    """Foreign URLs and indexes without their manifests are then accepted; images without their layers are not."""
    registry = registries.get({"validation": {"disabled": True, "manifests": None}})
    repo = Repo(registry.client)
    body = encode(index([(blob(), OCI_MANIFEST), (blob(), DOCKER_MANIFEST)]))
    repo.push(body, "sparse", OCI_INDEX)
    assert registry.client.get(repo.manifest_url("sparse"), headers={"Accept": OCI_INDEX}).body == body
    document = repo.image_document()
    document["layers"].append(descriptor(blob(), OCI_FOREIGN, urls=["ftp://x/y"]))
    document["layers"][0]["size"] += 1
    repo.push(document, "foreign", OCI_MANIFEST)
    document["layers"].append(descriptor(blob()))
    assert repo.put("absent", document).codes() == ["MANIFEST_BLOB_UNKNOWN"]


@pytest.mark.parametrize("wrong", [lambda size: 0, lambda size: size + 1, lambda size: size - 1, lambda size: 10**15])
@pytest.mark.parametrize("where", ["config", "layer", "child"])
def test_a_size_that_differs_is_taken_where_the_configuration_is_lenient(registries, where, wrong):
    registry = registries.get({"validation": {"manifests": {"sizes": "lenient"}}})
    repo = Repo(registry.client)
    document, kind = repo.image_document(), OCI_MANIFEST
    if where == "child":
        document, kind = index([(repo.image()[1], OCI_MANIFEST)]), OCI_INDEX
    entry = {"config": lambda: document["config"], "layer": lambda: document["layers"][0],
             "child": lambda: document["manifests"][0]}[where]()
    entry["size"] = wrong(entry["size"])
    repo.push(document, "v1", kind)
    assert registry.client.get(repo.manifest_url("v1"), headers={"Accept": kind}).body == encode(document)
    if where == "layer":
        assert len(registry.client.get(repo.blob_url(entry["digest"])).body) == 64


def test_the_error_of_a_size_that_differs_names_the_switch(repo, document):
    document["layers"][0]["size"] = 0
    answer = repo.put("v1", document)
    message = answer.json()["errors"][0]["message"]
    assert answer.status == 400 and "validation.manifests.sizes: lenient" in message, answer
    assert document["layers"][0]["digest"] in message


@pytest.mark.parametrize("where", ["manifest", "config", "layer"])
def test_an_annotation_that_is_null_counts_as_absent(client, repo, where):
    """Encoders of several programming languages write null for an unset value."""
    document = repo.image_document(subject=descriptor(blob(), OCI_MANIFEST))
    entry = {"manifest": document, "config": document["config"], "layer": document["layers"][0]}[where]
    entry["annotations"] = {"org.example.none": None, "org.example.some": "x"}
    repo.push(document, "v1")
    assert client.get(repo.manifest_url("v1")).body == encode(document)


def test_an_annotation_that_is_null_is_not_listed_with_a_referrer(client, repo):
    subject = descriptor(blob(), OCI_MANIFEST)
    for annotations, listed in (({"a": None, "b": "c"}, {"b": "c"}), ({"a": None}, None)):
        pushed, _ = repo.artifact(subject, annotations=annotations)
        entries = client.get(repo.referrers_url(subject["digest"])).json()["manifests"]
        assert [entry.get("annotations") for entry in entries if entry["digest"] == pushed] == [listed]


@pytest.mark.parametrize("kind", [OCI_MANIFEST, DOCKER_MANIFEST])
def test_a_foreign_layer_without_urls_has_to_be_there(client, repo, kind):
    document = repo.image_document() if kind == OCI_MANIFEST else repo.docker_image()
    foreign, data = OCI_FOREIGN if kind == OCI_MANIFEST else DOCKER_FOREIGN, blob()
    for urls in ({}, {"urls": []}, {"urls": None}):
        answer = repo.put("v1", {**document, "layers": [*document["layers"], descriptor(data, foreign, **urls)]}, kind)
        assert answer.status == 400, answer
    repo.push_blob(data)
    document["layers"].append(descriptor(data, foreign))
    assert repo.put("v1", document, kind).status in (201, 400)


def test_an_absent_layer_that_is_named_twice_is_one_error(repo, document):
    missing = blob()
    document["layers"] += [descriptor(missing), descriptor(missing), {**descriptor(missing), "size": 5}]
    answer = repo.put("v1", document)
    assert (answer.status, answer.codes()) == (400, ["MANIFEST_BLOB_UNKNOWN"]), answer


def test_a_blob_that_is_absent_as_config_and_as_layer_is_one_error(repo, document):
    missing = blob()
    document["config"] = {**document["config"], "digest": digest(missing)}
    document["layers"] += [descriptor(missing)]
    assert repo.put("v1", document).codes() == ["MANIFEST_BLOB_UNKNOWN"]


def test_a_child_that_is_absent_and_named_twice_is_one_error(repo):
    child = (encode({"nonce": absent()}), OCI_MANIFEST)
    answer = repo.put("v1", index([child, child]), OCI_INDEX)
    assert (answer.status, answer.codes()) == (400, ["MANIFEST_BLOB_UNKNOWN"]), answer


def test_a_layer_of_two_sizes_is_one_error(repo, document):
    document["layers"] += [{**document["layers"][0], "size": 1}, {**document["layers"][0], "size": 2}]
    assert repo.put("v1", document).codes() == ["MANIFEST_INVALID"]


def test_data_that_is_the_content_of_its_digest_is_fine(client, repo, document):
    content = blob(30)
    repo.push_blob(content)
    document["layers"].append(descriptor(content, data=b64encode(content).decode()))
    repo.push(document, "v1")
    assert client.get(repo.manifest_url("v1")).body == encode(document)


@pytest.mark.parametrize("where", ["config", "layer", "subject", "child"])
def test_data_that_is_not_the_content_of_its_digest_is_400(repo, document, where):
    """Otherwise a client that uses `data` would get other content than a client that fetches the blob."""
    kind, content, data = OCI_MANIFEST, blob(30), b64encode(blob(30)).decode()
    repo.push_blob(content)
    wrong = descriptor(content, data=data)
    if where == "child":
        document, kind = index([(repo.image()[1], OCI_MANIFEST)]), OCI_INDEX
        document["manifests"][0]["data"] = data
    elif where == "layer":
        document["layers"].append(wrong)
    else:
        document[where] = wrong
    refused(repo.client, repo, document, kind)


@pytest.mark.parametrize("data", ["%", "e30", "e3 0=", "e30=\n"])
def test_data_that_is_not_base64_is_400(repo, document, data):
    repo.push_blob(b"{}")
    document["layers"].append(descriptor(b"{}", data=data))
    refused(repo.client, repo, document)
