# SPDX-License-Identifier: MIT
"""405 with Allow, OPTIONS, the form of errors, encoded and malformed paths, header injection."""
import json

import pytest

from images import OCI_MANIFEST, Repo, absent, blob, digest, name, with_query

ALLOWED = {
    "base": ("/v2/", {"GET", "HEAD"}),
    "catalog": ("/v2/_catalog", {"GET", "HEAD"}),
    "tags": ("/v2/{name}/tags/list", {"GET", "HEAD"}),
    "manifest": ("/v2/{name}/manifests/v1", {"GET", "HEAD", "PUT", "DELETE"}),
    "manifest by digest": ("/v2/{name}/manifests/{digest}", {"GET", "HEAD", "PUT", "DELETE"}),
    "blob": ("/v2/{name}/blobs/{digest}", {"GET", "HEAD", "DELETE"}),
    "uploads": ("/v2/{name}/blobs/uploads/", {"POST"}),
    "upload": ("/v2/{name}/blobs/uploads/6ba7b810-9dad-41d1-80b4-00c04fd430c8", {"GET", "HEAD", "PATCH", "PUT", "DELETE"}),
    "referrers": ("/v2/{name}/referrers/{digest}", {"GET", "HEAD"}),
}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "X", "TRACEX", "get"]


def path_of(endpoint):
    return ALLOWED[endpoint][0].format(name=name(), digest=absent())


def allow(answer):
    return set(answer.all("Allow")) - {"OPTIONS"}


@pytest.mark.parametrize("endpoint", ALLOWED)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_an_endpoint_does_not_have_is_405_with_allow(client, endpoint, method):
    path, wanted = path_of(endpoint), ALLOWED[endpoint][1]
    if method in wanted:
        return
    answer = client.request(method, path, checked=False)
    if method in ("X", "TRACEX", "get", "PROPFIND") and answer.status in (400, 501):
        return  # refused by the web server, which does not know the method
    if method == "HEAD" and answer.status != 405:
        return  # some endpoints answer HEAD wherever they answer GET
    if answer.status in (200, 404) and method == "GET" and endpoint == "uploads":
        return
    assert answer.status == 405, answer
    assert allow(answer) - {"HEAD"} == wanted - {"HEAD"}, answer
    if method != "HEAD":
        assert answer.codes() == ["UNSUPPORTED"]


@pytest.mark.parametrize("endpoint", ALLOWED)
def test_options_is_200_with_allow(client, endpoint):
    answer = client.options(path_of(endpoint))
    assert answer.status == 200, answer
    assert allow(answer) - {"HEAD"} == ALLOWED[endpoint][1] - {"HEAD"}, answer


def test_gitlab_finds_out_by_options_that_tags_can_be_deleted(client):
    for path in (f"/v2/{name()}/manifests/tag", f"/v2/{name()}/tags/reference/tag"):
        answer = client.options(path)
        assert answer.status == 200, answer
        assert "DELETE" in answer.all("Allow"), answer


def test_trace_is_refused(client):
    assert client.request("TRACE", "/v2/", checked=False).status in (400, 403, 405, 501)


@pytest.mark.parametrize("bad", ["UPPER", "a//b", "/a", "a/", "-a", "a-", "a..b", "a._b", "a___b", ".a", "a/.b", "a/b-", "é",
                                 "a%20b", "a+b", "a:b", "a@b", "a,b", "~a", "_a", "a/_b", "a" * 256, "a/" * 127 + "ab",
                                 "a%2Fb", "a%2fb", "a%00b", "a%0ab", "a%0d%0aX-Injected:%20yes", "%2e%2e", "..%2f..", "a%5cb",
                                 "a;b", "a'b", "a%27b", "a%22b", "%", "%zz", "%c0%af"])
def test_a_name_outside_the_grammar_is_refused_everywhere(client, bad):
    for method, rest in (("GET", "tags/list"), ("GET", "manifests/v1"), ("GET", f"blobs/{absent()}"), ("POST", "blobs/uploads/"),
                         ("PUT", "manifests/v1"), ("DELETE", "manifests/v1")):
        path = f"/v2/{bad}/{rest}"
        answer = client.raw_request(method, path.encode())
        assert answer is not None, path
        assert answer.status in (301, 400, 404, 405), (path, answer)
        assert answer.header("X-Injected") is None, (path, answer)
        if answer.status == 301:
            assert "\n" not in answer.location and "\r" not in answer.location


def test_a_name_of_255_bytes_is_taken_and_one_of_256_is_not(client):
    fine, long = "a" * 255, "a" * 256
    assert client.get(f"/v2/{fine}/tags/list").codes() == ["NAME_UNKNOWN"]
    answer = client.get(f"/v2/{long}/tags/list")
    assert (answer.status, answer.codes()) == (400, ["NAME_INVALID"])


def test_a_target_in_absolute_form_is_accepted(client, repo):
    """RFC 9112 section 3.2.2: the absolute form, which clients send to a proxy."""
    reference, body = repo.image("v1")
    for target in (f"http://{client.netloc}{repo.manifest_url('v1')}", f"HTTP://{client.netloc}{repo.manifest_url(reference)}?x=y"):
        answer = client.raw_request("GET", target.encode())
        assert (answer.status, answer.body) == (200, body), answer
    assert client.raw_request("POST", f"http://{client.netloc}{repo.uploads_url}".encode()).status == 202


@pytest.mark.parametrize("path", [
    "/v2//", "//v2/", "/v2/./", "/v2/../v2/", "/v2/{name}/../{name}/manifests/v1", "/v2/{name}//manifests/v1", "/v2/{name}/./manifests/v1",
    "/v2/{name}/manifests/../manifests/v1", "/v2/{name}/manifests/v1/", "/v2/{name}/manifests/", "/v2/{name}/manifests",
    "/%76%32/_catalog", "/v2/{name}/manifests/%2e%2e/%2e%2e", "/v2/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/v2/../../../../etc/passwd",
    "/v2/{name}/blobs/..%2f..%2f..%2fetc%2fpasswd", "/v2/{name}/blobs/sha256:../../../x", "/v2/{name}%2fmanifests%2fv1",
    "/v2/{name}/manifests/v1%00", "/v2/{name}/manifests/v1%0a", "/v2/{name}/manifests/v1%0d%0aX-Injected: yes", "/v2/%00", "/v2/%0a",
    "/v2/{name}/tags/list/", "/v2/{name}/tags/list/x", "/v2/{name}/tags", "/v2/{name}/blobs/uploads", "/v2/_catalog/", "/v2/_catalog/x",
    "/_berth/blobs/sha256/aa/aa/data", "/_berth/", "/%5fberth/blobs/", "/v2/_berth/x", "/.htaccess", "/server-status", "/nginx_status",
    "/v2/{name}/manifests/v1?", "/v2/{name}/manifests/v1?&&&===&%", "/v2/{name}/manifests/v1;x", "/v2/{name}/manifests/v1#x",
    "/v2/?" + "a" * 7000, "/" + "a" * 7000, "/v2/" + "a/" * 3000 + "tags/list", "/v2/\xff/tags/list", "/v2/%ff%fe/tags/list",
    "http://evil.example.com/v2/{name}/manifests/v1", "*", "v2/", "/v2/%", "/v2/%2"])
def test_an_odd_path_is_never_a_500_and_never_reaches_something_else(client, repo, path):
    path = path.format(name=repo.name)
    for method in ("GET", "DELETE", "PUT"):
        answer = client.raw_request(method, path.encode("latin-1"))
        assert answer is None or answer.status < 500 or answer.status in (501, 505), (method, path, answer)
        if answer is not None:
            assert answer.header("X-Injected") is None
            assert b"root:" not in answer.body
    assert client.get("/v2/").status == 200


def test_an_encoded_slash_is_not_a_separator(client, repo):
    """registry%2Fname does not mean registry/name, because a proxy in front checks the raw path."""
    repo.image("v1")
    encoded = repo.name.replace("/", "%2F")
    assert client.raw_request("GET", f"/v2/{encoded}/manifests/v1".encode()).status in (400, 404)


def test_an_encoded_letter_is_the_letter_or_refused(client, repo):
    _, body = repo.image("v1")
    answer = client.raw_request("GET", f"{repo.base}/manifests/%761".encode())
    assert answer.status in (200, 400, 404)
    if answer.status == 200:
        assert answer.body == body


INJECTION = "%0d%0aX-Injected:%20yes%0d%0aX-Accel-Redirect:%20/_berth/blobs/x"


@pytest.mark.parametrize("place", ["tag", "digest", "mount", "from", "n", "last", "artifactType", "tag param", "uuid", "algorithm",
                                   "name", "put digest", "_state"])
def test_crlf_in_any_value_never_becomes_a_header(client, repo, place):
    reference, _ = repo.image("v1")
    upload = client.target(repo.begin())
    method, url = {
        "tag": ("GET", f"{repo.base}/manifests/v1{INJECTION}"), "digest": ("GET", f"{repo.base}/blobs/{reference}{INJECTION}"),
        "mount": ("POST", f"{repo.uploads_url}?mount={reference}{INJECTION}"),
        "from": ("POST", f"{repo.uploads_url}?mount={reference}&from=x{INJECTION}"),
        "n": ("GET", f"{repo.tags_url}?n=1{INJECTION}"), "last": ("GET", f"{repo.tags_url}?n=1&last=a{INJECTION}"),
        "artifactType": ("GET", f"{repo.base}/referrers/{reference}?artifactType=a/b{INJECTION}"),
        "tag param": ("PUT", f"{repo.base}/manifests/{reference}?tag=x{INJECTION}"), "uuid": ("GET", f"{repo.uploads_url}x{INJECTION}"),
        "algorithm": ("POST", f"{repo.uploads_url}?digest-algorithm=sha256{INJECTION}"), "name": ("GET", f"{repo.base}{INJECTION}/tags/list"),
        "put digest": ("PUT", f"{upload}&digest={reference}{INJECTION}"), "_state": ("PATCH", f"{upload}&_state={INJECTION}")}[place]
    answer = client.raw_request(method, url.encode())
    assert answer is not None
    assert answer.header("X-Injected") is None and answer.header("X-Accel-Redirect") is None, answer
    assert answer.status < 500, answer


@pytest.mark.parametrize("field", ["Content-Type", "Accept", "If-None-Match", "Range", "Content-Range", "X-Forwarded-Host", "Forwarded",
                                   "User-Agent", "Authorization", "Cookie", "X-Request-Id", "Origin", "X-Accel-Redirect", "X-Sendfile",
                                   "Proxy", "Expect"])
def test_odd_header_bytes_are_answered(client, repo, field):
    repo.image("v1")
    for value in (b"\xff\xfe", b"a\tb", b"%0d%0aX-Injected: yes", b"x" * 4000, b"'\"<>;,", b""):
        answer = client.raw_request("GET", repo.manifest_url("v1").encode(), [(field, value)])
        assert answer is None or answer.status < 500, (field, value, answer)
        if answer is not None:
            assert answer.header("X-Injected") is None


def test_a_stored_media_type_cannot_carry_a_header(client, repo):
    document = repo.image_document()
    for bad in (OCI_MANIFEST + "\r\nX-Injected: yes", OCI_MANIFEST + "\n", "a\x00b"):
        answer = repo.put("v1", {**document, "mediaType": bad})
        assert answer.status == 400, answer
        config = {**document, "config": {**document["config"], "mediaType": bad}}
        repo.put("v1", config)
        shown = client.get(repo.manifest_url("v1"))
        assert shown.header("X-Injected") is None


def test_client_copies_of_our_own_headers_have_no_effect(client, repo):
    data = blob()
    url = repo.blob_url(repo.push_blob(data))
    for field in ("X-Accel-Redirect", "X-Sendfile", "X-Accel-Buffering", "BERTH-SPOOL-FILE", "Berth_Spool_File", "Berth-Sendfile"):
        answer = client.get(url, headers={field: "/etc/passwd"})
        assert (answer.status, answer.body) == (200, data), field
        pushed = client.put(with_query(repo.begin(), digest=digest(data)), data, {field: "/etc/passwd"})
        assert pushed.status == 201, (field, pushed)


def test_error_details_are_json_whatever_the_client_sent(client, repo):
    for tag in ("%22%7d", "a%5c", "%F0%9F%9A%A2", "%ff", "%01"):
        answer = client.raw_request("GET", f"{repo.base}/manifests/{tag}".encode())
        assert answer.status in (400, 404)
        if answer.body.startswith(b"{"):
            json.loads(answer.body)


@pytest.mark.parametrize("body", ["Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
                                  "Content-Length: -1\r\n\r\n", "Content-Length: +5\r\n\r\nabcde", "Content-Length: 5x\r\n\r\nabcde",
                                  "Content-Length: 99999999999999999999999\r\n\r\nabc", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                                  "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                                  "Transfer-Encoding: chunked\r\n\r\n-1\r\n"])
def test_ambiguous_lengths_never_store_anything(client, repo, body):
    where = client.target(repo.begin())
    head = f"PATCH {where} HTTP/1.1\r\nHost: {client.netloc}\r\nConnection: close\r\n"
    answer = client.raw((head + body).encode(), timeout=2, patient=False)
    assert answer is None or answer.status < 500 or answer.status == 501, answer
    assert client.get(where).header("Range") in ("0-0", "0-4")


def test_a_get_with_a_body_is_answered(client, repo):
    _, body = repo.image("v1")
    answer = client.get(repo.manifest_url("v1"), b"x" * 100_000)
    assert answer.status in (200, 400, 413), answer
    if answer.status == 200:
        assert answer.body == body


def test_every_error_code_is_one_of_the_registry(client, repo):
    known = {"BLOB_UNKNOWN", "NAME_UNKNOWN", "NAME_INVALID", "MANIFEST_UNKNOWN", "DIGEST_INVALID", "UNSUPPORTED", "NOT_FOUND",
             "BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID", "TAG_INVALID", "MANIFEST_INVALID"}
    for method, url in (("GET", repo.blob_url(absent())), ("GET", repo.manifest_url("x")), ("GET", "/v2/UPPER/tags/list"),
                        ("GET", repo.blob_url("sha256:x")), ("PUT", "/v2/"), ("GET", "/v2/nothing"),
                        ("PUT", repo.manifest_url("v1")), ("GET", repo.uploads_url + "6ba7b810-9dad-41d1-80b4-00c04fd430c8")):
        answer = client.request(method, url)
        assert set(answer.codes()) <= known, answer


def test_a_repository_named_like_an_endpoint_of_ours_is_refused(client):
    assert client.get(Repo(client, "_catalog").tags_url).status in (400, 404)


@pytest.mark.parametrize("key", ["digest", "mount", "from", "digest-algorithm", "n", "last", "artifactType"])
@pytest.mark.parametrize("value", ["other", "same"])
def test_a_query_parameter_of_ours_given_twice_is_400(client, repo, key, value):
    """If a parameter is given twice, a proxy in front could check one value and the registry could use the other."""
    data = blob()
    reference = repo.push_blob(data)
    method, url = {"digest": ("PUT", repo.begin()), "mount": ("POST", repo.uploads_url + "?from=" + repo.name),
                   "from": ("POST", repo.uploads_url + "?mount=" + reference), "digest-algorithm": ("POST", repo.uploads_url),
                   "n": ("GET", repo.tags_url), "last": ("GET", "/v2/_catalog"),
                   "artifactType": ("GET", repo.referrers_url(reference))}[key]
    first = {"digest": reference, "mount": reference, "from": repo.name, "digest-algorithm": "sha256", "n": "1"}.get(key, "x")
    second = first if value == "same" else {"digest": absent(), "mount": absent(), "from": name()}.get(key, "2")
    url = with_query(with_query(url, **{key: first}), **{key: second})
    answer = client.request(method, url, data if method == "PUT" else None)
    assert (answer.status, answer.codes()) == (400, ["URI_INVALID"]), answer
    assert key in answer.json()["errors"][0]["message"]


def test_parameters_of_others_may_be_given_twice(client, repo):
    repo.image("v1")
    assert client.get(repo.tags_url + "?ns=a&ns=b&x&x").status == 200
    assert client.get(repo.tags_url + "?%6e=1&n=1").status == 400
