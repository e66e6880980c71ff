# SPDX-License-Identifier: MIT
"""auth.silly compared with Debian's docker-registry: any Authorization header is accepted, and the challenge is the same."""
import pytest
from stack import DebianRegistry

AUTH = {"auth": {"silly": {"realm": "https://auth.example.com/\"quoted\"", "service": "a service"}}}


@pytest.fixture(scope="module")
def debian():
    registry = DebianRegistry(AUTH)
    yield registry.start().client
    registry.stop()
    registry.remove()


@pytest.mark.parametrize("method, target", [
    ("GET", "/v2/"), ("GET", "/v2/a/tags/list"), ("POST", "/v2/a/b/blobs/uploads/"), ("DELETE", "/v2/a/manifests/x"),
    ("GET", "/v2/_catalog"), ("POST", "/v2/a/blobs/uploads/?mount=x&from=b"), ("OPTIONS", "/v2/a/manifests/x")])
def test_the_challenge_is_that_of_docker_registry(registries, debian, method, target):
    ours = registries.get(AUTH).client.request(method, target)
    theirs = debian.request(method, target)
    assert ours.status == theirs.status == 401
    assert ours.header("WWW-Authenticate") == theirs.header("WWW-Authenticate")


@pytest.mark.parametrize("header", ["x", "Basic", "Bearer x.y.z", "Bearer a, Bearer b"])
def test_any_header_lets_in(registries, debian, header):
    for client in (registries.get(AUTH).client, debian):
        assert client.get("/v2/", headers={"Authorization": header}).status == 200
        assert client.get("/v2/_catalog", headers={"Authorization": header}).status == 200
