# SPDX-License-Identifier: MIT
"""The base of the URLs in Location and Link: http.host, relativeurls, prefix, forwarded headers, Host with its port."""
import re
from urllib.parse import urlsplit

import pytest

from images import Repo, blob, digest, encode, with_query


def base_of(url):
    """scheme://host of an absolute URL, '' of a relative one."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme else ""


def locations(repo, headers=None, host=None):
    """Every Location in the answers of one push: upload, chunk, status, blob, mount, manifest."""
    client, found, data = repo.client, {}, blob()
    send = {"headers": headers or {}, "host": host}
    found["upload"] = client.post(repo.uploads_url, **send).location
    where = client.target(found["upload"])
    found["chunk"] = client.patch(where, data, **send).location
    found["status"] = client.get(where, **send).location
    found["blob"] = client.put(with_query(where, digest=digest(data)), **send).location
    found["single post"] = client.post(with_query(repo.uploads_url, digest=digest(data)), data, **send).location
    found["mount"] = client.post(with_query(Repo(client).uploads_url, mount=digest(data), **{"from": repo.name}), **send).location
    body = encode(repo.image_document())
    found["manifest"] = client.put(repo.manifest_url("v1"), body, **{
        **send, "headers": [*(headers or {}).items(), ("Content-Type", "application/vnd.oci.image.manifest.v1+json")]}).location
    return found


def test_locations_are_based_on_the_host_with_its_port(client, repo):
    for kind, location in locations(repo).items():
        assert base_of(location) == f"http://{client.netloc}", (kind, location)


@pytest.mark.parametrize("host", ["registry.example.com", "registry.example.com:5000", "[::1]:5000", "Registry.Example.COM"])
def test_locations_follow_the_host_that_the_client_names(repo, host):
    for kind, location in locations(repo, host=host).items():
        assert base_of(location).lower() == f"http://{host}".lower(), (kind, location)


@pytest.mark.parametrize("headers, base", [
    ({"X-Forwarded-Proto": "https"}, "https://{host}"),
    ({"X-Forwarded-Host": "a.example.com"}, "http://a.example.com"),
    ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.example.com:8443"}, "https://a.example.com:8443"),
    ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.example.com, b.example.com"}, "https://a.example.com"),
    ({"Forwarded": "proto=https;host=f.example.com"}, "https://f.example.com"),
    ({"Forwarded": "for=1.2.3.4;Proto=https; Host=\"f.example.com:8443\""}, "https://f.example.com:8443"),
    ({"Forwarded": "proto=https;host=f.example.com, proto=http;host=g.example.com"}, "https://f.example.com"),
    ({"Forwarded": "host=f.example.com", "X-Forwarded-Host": "a.example.com"}, "http://f.example.com")])
def test_locations_follow_what_proxies_forward(client, repo, headers, base):
    for kind, location in locations(repo, headers).items():
        assert base_of(location) == base.format(host=client.netloc), (kind, location)


@pytest.mark.parametrize("headers", [
    {"X-Forwarded-Proto": "javascript"}, {"X-Forwarded-Proto": "https://evil"}, {"X-Forwarded-Host": "a b"},
    {"X-Forwarded-Host": "evil.example.com/path"}, {"X-Forwarded-Host": "<script>"}, {"X-Forwarded-Host": "a\"b"},
    {"X-Forwarded-Host": "user@evil.example.com"}, {"X-Forwarded-Host": "x" * 4000}, {"X-Forwarded-Host": ""},
    {"Forwarded": "host=\"a b\""}, {"Forwarded": ";;;,,,==\"\\"}, {"Forwarded": "proto=https;host"}, {"Forwarded": "host=\"unclosed"},
    {"X-Forwarded-Host": "é.example.com"}, {"Forwarded": "proto=;host="}])
def test_malformed_forwarded_headers_never_reach_a_location(client, repo, headers):
    answer = client.post(repo.uploads_url, headers={k: v.encode("utf-8") for k, v in headers.items()})
    assert answer.status in (202, 400), answer
    if answer.status == 202:
        assert re.fullmatch(rf"(https?://{re.escape(client.netloc)})?/v2/[a-zA-Z0-9/._?=&%~-]+", answer.location), answer
        assert client.get(client.target(answer.location)).status == 204


def test_an_upload_location_always_has_a_query(client, repo):
    for kind, location in locations(repo).items():
        if kind in ("upload", "chunk", "status"):
            assert urlsplit(location).query, (kind, location)


def test_locations_of_content_name_it_by_digest(repo):
    found = locations(repo)
    for kind in ("blob", "single post", "mount"):
        assert re.search(r"/blobs/sha256:[0-9a-f]{64}$", found[kind]), found
    assert re.search(r"/manifests/(sha256:[0-9a-f]{64}|v1)$", found["manifest"]), found


def test_http_host_beats_everything(registries):
    registry = registries.get({"http": {"host": "https://public.example.com:8443", "relativeurls": True}})
    repo = Repo(registry.client)
    for headers in ({}, {"X-Forwarded-Host": "a.example.com"}, {"Forwarded": "host=f.example.com"}):
        for kind, location in locations(repo, headers).items():
            assert location.startswith("https://public.example.com:8443/v2/"), (kind, location)


def test_relativeurls_give_paths_only(registries):
    registry = registries.get({"http": {"relativeurls": True}})
    repo = Repo(registry.client)
    for headers in ({}, {"X-Forwarded-Host": "a.example.com"}):
        for kind, location in locations(repo, headers).items():
            assert location.startswith("/v2/"), (kind, location)


def test_a_prefix_stands_before_v2_and_in_every_location(registries):
    registry = registries.get({"http": {"prefix": "/some/where/"}})
    client = registry.client
    repo = Repo(client)
    assert repo.base.startswith("/some/where/v2/")
    assert client.get("/some/where/v2/").status == 200
    assert client.get("/v2/", checked=False).status == 404
    for kind, location in locations(repo).items():
        assert location.startswith(f"http://{client.netloc}/some/where/v2/"), (kind, location)
    reference, body = repo.image("a")
    repo.image("b")
    assert client.get(repo.manifest_url(reference)).body == body
    answer = client.get(repo.tags_url + "?n=1")
    assert "/some/where/v2/" in answer.link_next()
    assert client.get(answer.link_next()).json()["tags"] == ["b"]
    data = blob(5000)
    assert client.get(repo.blob_url(repo.push_blob(data)), headers={"Range": "bytes=5-9"}).body == data[5:10]


def test_links_lead_to_the_next_page_whatever_the_base(registries, client, repo):
    for tag in ("a", "b", "c"):
        repo.image(tag)
    for headers in ({}, {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.example.com"}):
        link = client.get(repo.tags_url + "?n=2", headers=headers).link_next()
        assert client.get(link).json()["tags"] == ["c"]


def test_configured_headers_are_on_every_answer_and_replace_none_of_ours(registries):
    registry = registries.get({"http": {"headers": {"X-Content-Type-Options": ["nosniff"], "X-Frame-Options": ["DENY"],
                                                    "X-Two": ["a", "b"]}}})
    repo = Repo(registry.client)
    data = blob()
    reference = repo.push_blob(data)
    for method, url in (("GET", "/v2/"), ("GET", repo.blob_url(reference)), ("HEAD", repo.blob_url(reference)),
                        ("GET", repo.manifest_url("nothing")), ("POST", repo.uploads_url)):
        answer = registry.client.request(method, url)
        assert answer.header("X-Frame-Options") == "DENY", (method, url, answer)
        assert answer.all("X-Two") == ["a", "b"], (method, url, answer)
