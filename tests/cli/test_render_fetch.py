# SPDX-License-Identifier: MIT
"""
storage.redirect.disable over an object store: the rendered web servers fetch the bytes, from the one origin that the
configuration has. Known responders stand for the workers and for the store.
"""
import hashlib
import http.server
import json
import os
import ssl
import threading

import pytest

from processes import ACCOUNT, environment, run
from stack import build_folder, merged
from test_render import SERVERS, Site
from tls import self_signed

BYTES = b"0123456789" * 30000
TARGET = "/docker/a%20b/data?Expires=1&Signature=SIGNATURE%2Fx%3D&x=y+z"
DIGEST = "sha256:" + hashlib.sha256(BYTES).hexdigest()
API = "Docker-Distribution-API-Version"
OWN = {"ETag": '"of the store"', "x-oss-request-id": "5C1B", "x-amz-id-2": "y", "Set-Cookie": "a=b", "Content-Encoding": "x",
       "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT", "X-Accel-Redirect": "/secret", "X-Accel-Limit-Rate": "1",
       "X-Sendfile": "/etc/hostname", "Cache-Control": "private", "Accept-Ranges": "bytes", "Content-Type": "text/xml"}


class Store(http.server.ThreadingHTTPServer):
    """Answers with BYTES, or with the error whose status the target ends in; remembers what it was asked."""

    daemon_threads = True

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), Answer)
        self.seen = []
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # a client that does not believe the certificate goes away

    def close(self):
        self.shutdown()
        self.server_close()


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers.items())))
        status, headers, body = 200, {}, BYTES
        if "fail=" in self.path:
            status, body = int(self.path[-3:]), b"<Error><AccessKeyId>AKIA</AccessKeyId></Error>"
            headers = {"Location": "http://elsewhere/", "WWW-Authenticate": "Swift realm=x"}
        elif self.headers.get("Range"):
            first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
            status, body = 206, BYTES[first:last + 1]
            headers = {"Content-Range": f"bytes {first}-{last}/{len(BYTES)}"}
        self.send_response(status)
        for name, value in {**OWN, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class FetchSite(Site):
    """Its workers name a target of the store for every blob."""

    def __init__(self, store, host="127.0.0.1", change=None, trusted=None):
        self.origin = f"{store.scheme}://{host}:{store.server_address[1]}"
        self.trusted = trusted
        spool = ACCOUNT.folder(os.path.join(ACCOUNT.scratch(), "spool"))
        oss = {"accesskeyid": "k", "accesskeysecret": "s", "region": "r", "bucket": "b", "endpoint": self.origin}
        super().__init__(merged({"storage": {"filesystem": None, "oss": oss, "redirect": {"disable": True}},
                                 "spool": {"directory": spool}}, change or {}))

    def render(self, server, *words):
        logs = ["--access-log", os.path.join(self.folder, "access.log"), "--error-log", os.path.join(self.folder, "error.log")]
        env = environment(SSL_CERT_FILE=self.trusted) if self.trusted else environment()
        return run([os.path.join(build_folder(), "berth"), "render", server, self.path, "--run-dir", self.folder, *logs, *words],
                   check=False, env=env)

    def answer(self, request):
        target, said = request.params["REQUEST_URI"], [(API, "registry/2.0"), ("X-Content-Type-Options", "nosniff")]
        said += [(name, value) for name, values in self.config["http"].get("headers", {}).items() for value in values]
        failed = request.params.get("BERTH_FETCH_FAILED")
        if failed or "/blobs/" not in target:
            body = json.dumps({"failed": failed, "target": target}).encode()
            return 404 if not failed or failed.endswith("404") else 503, \
                said + [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body
        assert request.params["BERTH_FETCH"] == self.origin
        said += [("Content-Type", "application/octet-stream"), ("Docker-Content-Digest", DIGEST), ("ETag", f'"{DIGEST}"'),
                 ("Berth-Fetch", TARGET + ("&fail=" + target[-3:] if "fail" in target else ""))]
        if "part" in target:
            said.append(("Berth-Fetch-Range", "bytes=10-19"))
        if request.params["BERTH_SENDFILE"] == "accel":
            return 200, said + [("X-Accel-Redirect", "/_berth/fetch")], b""
        return 510, said + [("Cache-Control", "max-age=31536000"), ("Accept-Ranges", "bytes")], b""

    def logs(self):
        text = ""
        for name in os.listdir(self.folder):
            if name.endswith(".log"):
                with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as f:
                    text += f.read()
        return text


@pytest.fixture(params=SERVERS)
def server(request):
    return request.param


@pytest.fixture
def make():
    made = []

    def one(*args, certificate=None, **options):
        store = Store(certificate)
        site = FetchSite(store, *args, **options)
        made.append((site, store))
        return site, store
    yield one
    for site, store in made:
        site.stop()
        store.close()


@pytest.fixture
def fetching(make, server):
    site, store = make(change={"http": {"headers": {"X-Odd": ["a b", "c"]}}})
    return site.start(server), store


def common(answer):
    """What every answer has once, whoever gave it."""
    for name, due in ((API, ["registry/2.0"]), ("X-Content-Type-Options", ["nosniff"])):
        assert answer.headers.get_all(name) == due, answer.getheaders()
    assert [part.strip() for line in answer.headers.get_all("X-Odd") for part in line.split(",")] == ["a b", "c"]
    for name in ("Berth-Fetch", "Berth-Fetch-Range", "X-Accel-Redirect", "X-Sendfile", "Set-Cookie", "x-oss-request-id", "x-amz-id-2"):
        assert answer.headers.get(name) is None, answer.getheaders()


@pytest.mark.parametrize("target, status, body, part", [
    ("/v2/a/blobs/whole", 200, BYTES, None), ("/v2/a/blobs/part", 206, BYTES[10:20], f"bytes 10-19/{len(BYTES)}")])
def test_the_bytes_come_with_the_registrys_headers(fetching, target, status, body, part):
    site, _ = fetching
    answer = site.ask("GET", target, Range="bytes=0-4")
    assert (answer.status, answer.data) == (status, body)
    common(answer)
    for name, due in {"Docker-Content-Digest": DIGEST, "ETag": f'"{DIGEST}"', "Content-Type": "application/octet-stream",
                      "Cache-Control": "max-age=31536000", "Accept-Ranges": "bytes", "Content-Length": str(len(body))}.items():
        assert answer.headers.get_all(name) == [due], (name, answer.getheaders())
    assert answer.headers.get("Content-Range") == part
    assert not {"Last-Modified", "Content-Encoding"} & set(answer.headers)


def test_the_store_gets_the_target_as_it_is_and_nothing_of_the_client(fetching):
    site, store = fetching
    site.ask("GET", "/v2/a/blobs/whole", Authorization="Bearer SECRET", Cookie="c=d", Range="bytes=0-4", If_Range='"x"',
             If_None_Match='"y"', Accept_Encoding="gzip", X_Forwarded_For="1.2.3.4", User_Agent="docker")
    (target, headers), = store.seen
    assert target == TARGET
    assert {name.lower() for name in headers} <= {"host", "connection"}
    assert headers["Host"] == site.origin.removeprefix("http://")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 416, 429, 500, 503, 504])
def test_what_the_store_refuses_the_worker_answers(fetching, status):
    site, _ = fetching
    answer = site.ask("GET", f"/v2/a/blobs/fail{status}")
    assert answer.status == (404 if status == 404 else 503)
    assert json.loads(answer.data)["failed"].endswith(str(status))
    common(answer)
    for name in ("Docker-Content-Digest", "ETag", "Cache-Control", "Accept-Ranges", "Location"):
        assert answer.headers.get(name) is None, answer.getheaders()
    assert answer.headers.get("Content-Type") == "application/json"


def test_a_redirect_of_the_store_is_not_passed_on(fetching):
    site, _ = fetching
    answer = site.ask("GET", "/v2/a/blobs/fail301")
    assert answer.headers.get("Location") is None


def test_a_store_that_is_away_is_the_workers_to_tell(fetching):
    site, store = fetching
    store.close()
    answer = site.ask("GET", "/v2/a/blobs/whole")
    assert answer.status == 503
    assert json.loads(answer.data)["failed"].endswith(("502", "503"))
    common(answer)


@pytest.mark.parametrize("target", ["/_berth/fetch", "/_berth/fetch/", "/_berth/fetch/docker/data?x=1", "/_berth/turn",
                                    "/_berth/failed", "/_berth/fetch%2f", "//_berth/fetch/x"])
def test_no_client_gets_to_the_internal_paths(fetching, target):
    site, store = fetching
    answer = site.ask("GET", target, Berth_Fetch="/x", REDIRECT_STATUS="200", X_Accel_Redirect="/_berth/fetch")
    assert answer.status == 404
    assert store.seen == []


def test_no_signature_and_no_token_is_logged(fetching):
    site, store = fetching
    for target in ("whole", "part", "fail403", "fail500"):
        site.ask("GET", f"/v2/a/blobs/{target}", Authorization="Bearer SECRET")
    store.close()
    site.ask("GET", "/v2/a/blobs/whole", Authorization="Bearer SECRET")
    site.child.stop()
    logs = site.logs()
    assert "/v2/a/blobs/fail500" in logs
    assert "SIGNATURE" not in logs and "Signature" not in logs and "SECRET" not in logs


# ---- TLS to the store ----

@pytest.fixture(scope="module")
def certificate():
    return self_signed("DNS:localhost")


def test_the_stores_certificate_is_checked(make, server, certificate):
    site, store = make("localhost", certificate=certificate, trusted=certificate[0])
    site.start(server)
    assert site.ask("GET", "/v2/a/blobs/whole").data == BYTES
    stranger, _ = make("localhost", certificate=certificate)
    stranger.start(server)
    assert stranger.ask("GET", "/v2/a/blobs/whole").status == 503
    assert len(store.seen) == 1


def test_the_name_in_the_certificate_is_checked(make, server, certificate):
    site, _ = make("127.0.0.1", certificate=certificate, trusted=certificate[0])
    site.start(server)
    assert site.ask("GET", "/v2/a/blobs/whole").status == 503


# ---- what is rendered ----

def test_names_are_accepted_by_the_web_server(make, server):
    for endpoint in ("https://images.example.com", "http://images.example.com:8080", "https://[::1]:9000"):
        site, _ = make(change={"storage": {"oss": {"endpoint": endpoint}}})
        path = site.write(server)
        done = site.test(server, path)
        assert done.returncode == 0, f"{endpoint}: {done.stderr}"
        with open(path, encoding="utf-8") as f:
            assert endpoint in f.read()


def test_only_an_object_store_is_fetched_from_and_only_when_asked(make, server):
    redirecting, _ = make(change={"storage": {"redirect": {"disable": False}}})
    assert "/_berth/fetch" not in redirecting.render(server).stdout
    local = Site({"storage": {"redirect": {"disable": True}}})
    assert "/_berth/fetch" not in local.render(server).stdout
    local.stop()
