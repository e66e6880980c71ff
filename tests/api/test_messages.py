# SPDX-License-Identifier: MIT
"""
Messages of errors. docker, containerd, podman and skopeo print the message only, so it holds the reason if a person must act.
If programs depend on an error, its message is exactly that of distribution.
"""
import pytest

from images import DOCKER_LIST, OCI_INDEX, OCI_MANIFEST, Repo, absent, blob, digest, encode, index, name, with_query


def the_error(answer):
    errors = answer.json()["errors"]
    assert len(errors) == 1, answer
    return errors[0]


def said(answer):
    """Returns the message, after a check that it ends with the detail."""
    error = the_error(answer)
    assert error["message"].endswith(error["detail"]), answer
    return error["message"]


def test_a_digest_that_differs_is_named(client, repo):
    wanted = absent()
    assert wanted in said(client.put(with_query(repo.begin(), digest=wanted), blob()))


@pytest.mark.parametrize("bad, why", [("md5:00", "sha256 or sha512"), ("nonsense", "parsing failed"), ("", "missing")])
def test_an_unusable_digest_is_explained(client, repo, bad, why):
    assert why in said(client.put(with_query(repo.begin(), digest=bad), blob()))


def test_a_malformed_field_of_a_manifest_is_named(repo):
    document = repo.image_document()
    document["layers"][0]["digest"] = "sha256:x"
    assert said(repo.put("v1", document)) == "manifest invalid: layers[0].digest: malformed"


def test_a_missing_blob_is_named(repo):
    document = repo.image_document()
    document["layers"][0]["digest"] = missing = absent()
    assert said(repo.put("v1", document)) == f"blob unknown to registry: {missing}"


def test_a_manifest_that_is_too_large_is_told_the_bound(repo):
    answer = repo.put("v1", encode({**repo.image_document(), "x": "y" * (4 << 20)}))
    assert answer.status == 413, answer


def test_a_digest_that_is_not_the_manifests_is_told_the_right_one(repo):
    body = encode(repo.image_document())
    assert digest(body) in said(repo.put(absent(), body))


def test_malformed_names_and_tags_are_explained(client, repo):
    assert "Upper/x" in said(client.get("/v2/Upper/x/tags/list"))
    assert "1 to 128" in said(repo.put("a" * 129, repo.image_document()))


def test_a_type_that_the_request_leaves_out_is_named(client, repo):
    repo.image("v1")
    message = said(client.get(repo.manifest_url("v1"), headers={"Accept": OCI_INDEX}))
    assert message == f"manifest unknown: the manifest is {OCI_MANIFEST}, the request accepts only {OCI_INDEX}"


def test_a_list_without_the_default_image_is_explained(client, repo):
    _, body = repo.image()
    repo.push(index([(body, OCI_MANIFEST)], DOCKER_LIST), "v1")
    assert "linux/amd64" in said(client.get(repo.manifest_url("v1"), headers={"Accept": OCI_MANIFEST}))


def test_a_method_that_is_not_allowed_is_told_those_that_are(client, repo):
    assert said(client.put(repo.tags_url)) == "The operation is unsupported. Allowed are GET, HEAD, OPTIONS."


def test_an_offset_out_of_order_is_told_the_right_one(client, repo):
    where = client.patch(repo.begin(), b"12345").location
    assert "5" in said(client.patch(where, b"x", headers={"Content-Range": "7-7"}))


def test_deletion_that_is_disabled_says_so(registries):
    frozen = Repo(registries.get({"storage": {"delete": {"enabled": False}}}).client)
    for url in (frozen.manifest_url("v1"), frozen.manifest_url(absent()), frozen.blob_url(absent())):
        assert said(frozen.client.delete(url)) == "The operation is unsupported. Deletion is disabled."


def test_errors_that_programs_depend_on_keep_the_message_of_distribution(client, repo):
    repo.image("v1")
    for url, message in ((repo.manifest_url("other"), "manifest unknown"), (repo.manifest_url(absent()), "manifest unknown"),
                         (repo.blob_url(absent()), "blob unknown to registry"),
                         (Repo(client, name()).tags_url, "repository name not known to registry"),
                         (repo.uploads_url + "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "blob upload unknown to registry")):
        answer = client.get(url)
        assert answer.status == 404 and the_error(answer)["message"] == message, answer
