# SPDX-License-Identifier: MIT
"""GET /v2/ and paths that belong to no route."""
import images


def test_v2_answers_200_with_an_empty_object(client):
    answer = client.get("/v2/")
    assert answer.status == 200
    assert answer.json() == {}
    assert answer.header("Content-Type").startswith("application/json")


def test_v2_head_answers_like_get_without_a_body(client):
    answer = client.head("/v2/")
    assert answer.status == 200
    assert answer.body == b""


def test_v2_without_the_slash_leads_to_v2(client):
    answer = client.get("/v2")
    assert answer.status in (200, 301, 308)
    if answer.status != 200:
        assert client.target(answer.location) == "/v2/"


def test_an_unknown_endpoint_is_a_json_404(client):
    for path in ("/v2/x", f"/v2/{images.name()}/nothing/here", "/v2/_unknown"):
        answer = client.get(path)
        assert answer.status == 404, answer
        assert answer.json()["errors"]


def test_v1_is_not_served(client):
    assert client.get("/v1/_ping", checked=False).status == 404


def test_the_api_version_and_nosniff_stand_on_errors_too(client):
    for method, path in (("GET", f"/v2/{images.name()}/manifests/x"), ("GET", "/v2/UPPER/tags/list"),
                         ("DELETE", "/v2/"), ("PUT", "/v2/_catalog"), ("GET", "/v2/a/blobs/sha256:zz")):
        answer = client.request(method, path)  # the client checks both headers
        assert 400 <= answer.status < 500, answer
