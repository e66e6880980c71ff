# SPDX-License-Identifier: MIT
"""Answers of the web server without a worker, limits for each address, redirects to clean paths, preflights of browsers."""
import json
import os
import re
import socket

import pytest
from images import absent

DIGEST = absent()


def speak(client, data):
    """Sends these bytes; returns (status, head, body) of the answer."""
    with socket.create_connection((client.host, client.port), timeout=60) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            pass  # if the server has not read all bytes, the connection is reset after the answer
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(None, 2)[1]), head.decode("latin-1"), body


MALFORMED = {
    "no request line": (b"\x00\x01\x02\r\n\r\n", {400}),
    "no host": (b"GET /v2/ HTTP/1.1\r\nConnection: close\r\n\r\n", {400}),
    "no version that there is": (b"GET /v2/ HTTP/x.1\r\nHost: a\r\nConnection: close\r\n\r\n", {400, 505}),
    "long target": (b"GET /v2/" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {414}),
    "long header": (b"GET /v2/ HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000 + b"\r\nConnection: close\r\n\r\n", {400, 431}),
    "two lengths": (b"PUT /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n", {400}),
    "unknown coding": (b"PUT /v2/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\nConnection: close\r\n\r\n", {400, 501}),
    "trace": (b"TRACE /v2/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {405}),
    "inner location": (b"GET /_berth/blobs/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {404}),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_the_web_server_refuses_by_itself_is_json(client, case):
    data, statuses = MALFORMED[case]
    status, head, body = speak(client, data)
    assert status in statuses, head
    assert re.search(r"(?im)^content-type: application/json\s*$", head), head
    assert re.search(r"(?im)^docker-distribution-api-version: registry/2\.0\s*$", head), head
    assert json.loads(body)["errors"][0]["code"], body


def test_a_tls_hello_on_a_plain_port_is_answered_and_warns_of_nothing(registry, client):
    path = registry.log("web")
    before = os.path.getsize(path)
    hello = bytes.fromhex("16030100c8010000c40303") + os.urandom(190)
    status, _, body = speak(client, hello + b"\r\n\r\n")
    assert status == 400 and json.loads(body)["errors"][0]["code"] == "REQUEST_INVALID"
    assert client.get("/v2/").status == 200
    with open(path, encoding="utf-8", errors="replace") as log:
        log.seek(before)
        assert "uninitialized" not in log.read()


# ---- clean paths ----

@pytest.mark.parametrize("path, clean", [
    ("//v2/", "/v2/"), ("/v2//", "/v2/"), ("/v2/{}/tags/list/", "/v2/{}/tags/list"), ("/v2/{}//tags//list", "/v2/{}/tags/list"),
    ("//v2/{}/manifests/v1/?a=b//c&d=%2F", "/v2/{}/manifests/v1?a=b//c&d=%2F"), ("/v2/_catalog/", "/v2/_catalog"), ("//", "/"),
    ("///v2///{}/blobs/" + DIGEST + "///", "/v2/{}/blobs/" + DIGEST)])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_doubled_and_last_slashes_lead_to_the_clean_path(client, repo, path, clean, method):
    answer = client.raw_request(method, path.format(repo.name).encode())
    assert (answer.status, answer.location) == (301, clean.format(repo.name)), answer


@pytest.mark.parametrize("path", ["//evil.example.com/", "//evil.example.com/v2/", "/\\evil.example.com//v2/", "//evil.example.com/%2f..",
                                  "//v2/{}/nothing", "//v2/UPPER/tags/list", "//v2/{}/../tags/list", "//v2/%zz"])
def test_a_redirect_leads_to_routes_only(client, repo, path):
    answer = client.raw_request("GET", path.format(repo.name).encode())
    assert answer.status in (400, 404) and answer.location is None, answer


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
def test_methods_that_write_are_not_redirected(client, repo, method):
    for path in (f"//v2/{repo.name}/manifests/v1", f"/v2/{repo.name}/manifests/v1/"):
        assert client.raw_request(method, path.encode()).status in (400, 404)


# ---- browsers ----

PREFLIGHT = {"Origin": "https://ui.example.com", "Access-Control-Request-Method": "GET"}
CORS = {"Access-Control-Allow-Origin": ["https://ui.example.com"], "Access-Control-Allow-Headers": ["Authorization"]}


def test_a_preflight_needs_no_credentials_where_headers_for_it_are_configured(registries):
    registry = registries.get({"auth": {"silly": {"realm": "r", "service": "s"}}, "http": {"headers": CORS}})
    for path in ("/v2/", "/v2/a/b/tags/list"):
        answer = registry.client.options(path, headers=PREFLIGHT)
        assert answer.status == 200 and answer.header("Access-Control-Allow-Origin") == "https://ui.example.com", answer
        for missing in PREFLIGHT:
            rest = {name: value for name, value in PREFLIGHT.items() if name != missing}
            assert registry.client.options(path, headers=rest).status == 401
    assert registry.client.get("/v2/", headers=PREFLIGHT).status == 401
    assert registry.client.options("/v2/nothing", headers=PREFLIGHT).status == 404


def test_without_such_headers_a_preflight_needs_credentials(registries):
    registry = registries.get({"auth": {"silly": {"realm": "r", "service": "s"}}})
    assert registry.client.options("/v2/", headers=PREFLIGHT).status == 401


# ---- limits ----

@pytest.mark.nginx
def test_an_address_has_a_number_of_requests_at_once(registries):
    client = registries.get({"limits": {"connections": 3}}).client
    sessions = [client.target(client.post("/v2/a/b/blobs/uploads/").location) for _ in range(3)]
    open_now = []
    for where in sessions:
        connection = socket.create_connection((client.host, client.port), timeout=60)
        connection.sendall(f"PATCH {where} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        open_now.append(connection)
    answer = client.get("/v2/")
    assert (answer.status, answer.codes()) == (429, ["TOOMANYREQUESTS"]) and answer.header("Retry-After"), answer
    for connection in open_now:
        connection.close()


@pytest.mark.nginx
def test_an_address_has_a_number_of_requests_in_a_second(registries):
    client = registries.get({"limits": {"requests": 5}}).client
    answers = [client.get("/v2/") for _ in range(60)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused and refused[0].codes() == ["TOOMANYREQUESTS"] and refused[0].header("Retry-After")
    assert any(answer.status == 200 for answer in answers)
