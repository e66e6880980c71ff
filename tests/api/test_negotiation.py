# SPDX-License-Identifier: MIT
"""Accept on manifests."""
import pytest

from images import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, encode, index

SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"


@pytest.fixture
def image(repo):
    return repo.image("v1")


@pytest.mark.parametrize("fields", [
    [], ["*/*"], ["application/*"], [OCI_MANIFEST], [OCI_MANIFEST + ";q=0.5"], [f"{DOCKER_MANIFEST}, {OCI_MANIFEST}"],
    [DOCKER_MANIFEST, OCI_MANIFEST], [f" {DOCKER_LIST} , {OCI_MANIFEST} ; q=1"], [OCI_MANIFEST.upper()],
    [SCHEMA1, DOCKER_MANIFEST, DOCKER_LIST, OCI_INDEX, OCI_MANIFEST]])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_image_is_served_if_accept_allows_its_type(client, repo, image, fields, method):
    for reference in ("v1", image[0]):
        answer = client.request(method, repo.manifest_url(reference), headers=[("Accept", field) for field in fields])
        assert answer.status == 200, answer
        assert answer.header("Content-Type") == OCI_MANIFEST


def test_accept_spread_over_several_lines_is_one_list(client, repo):
    document = index([(repo.image()[1], OCI_MANIFEST)])
    repo.push(document, "v1")
    kinds = [SCHEMA1, DOCKER_MANIFEST, DOCKER_LIST, OCI_MANIFEST, OCI_INDEX]
    for order in (kinds, kinds[::-1]):
        answer = client.get(repo.manifest_url("v1"), headers=[("Accept", kind) for kind in order])
        assert answer.status == 200, answer
        assert answer.body == encode(document)


@pytest.mark.parametrize("make", ["image", "docker", "index", "list"])
def test_without_accept_everything_is_served_as_it_was_pushed(client, repo, make):
    child = repo.image()[1]
    docker = repo.docker_image()
    repo.push(docker)
    document = {"image": repo.image_document, "docker": lambda: docker, "index": lambda: index([(child, OCI_MANIFEST)]),
                "list": lambda: index([(encode(docker), DOCKER_MANIFEST)], DOCKER_LIST)}[make]()
    repo.push(document, "v1")
    answer = client.get(repo.manifest_url("v1"))
    assert answer.status == 200, answer
    assert answer.body == encode(document)
    assert answer.header("Content-Type") == document["mediaType"]


def test_an_image_that_is_not_acceptable_is_never_served_as_something_else(client, repo, image):
    for accept in (DOCKER_LIST, SCHEMA1, "text/html", OCI_INDEX):
        answer = client.get(repo.manifest_url("v1"), headers={"Accept": accept})
        assert answer.status in (200, 404, 406), answer
        if answer.status == 200:
            assert (answer.body, answer.header("Content-Type")) == (image[1], OCI_MANIFEST)


def test_an_old_client_gets_the_list_or_its_linux_amd64_child(client, repo):
    docker = repo.docker_image()
    repo.push(docker)
    document = index([(encode(docker), DOCKER_MANIFEST)], DOCKER_LIST)
    document["manifests"][0]["platform"] = {"architecture": "amd64", "os": "linux"}
    repo.push(document, "v1")
    answer = client.get(repo.manifest_url("v1"), headers={"Accept": DOCKER_MANIFEST})
    assert answer.status in (200, 404), answer
    if answer.status == 200:
        expected = {DOCKER_MANIFEST: encode(docker), DOCKER_LIST: encode(document)}
        assert answer.body == expected[answer.header("Content-Type")]


@pytest.mark.parametrize("field", ["", ",", ";", "a", "a/b/c", "*", ";q=1", "\xe9/\xe9", "x" * 3000, "a/b;" * 500, ", , ,"])
def test_an_odd_accept_is_answered(client, repo, image, field):
    answer = client.get(repo.manifest_url("v1"), headers={"Accept": field.encode("latin-1")})
    assert answer.status in (200, 404, 406), answer
