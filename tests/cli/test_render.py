# SPDX-License-Identifier: MIT
"""What `berth render` writes: accepted by the web servers, and served as meant in front of a known responder."""
import hashlib
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess

import pytest

from fcgi_responder import Responder
from processes import ACCOUNT, Child, free_port, listening, program, run, wait_until
from stack import build_folder, merged, yaml
from tls import self_signed

BLOB = os.urandom(300000)
DIGEST = "sha256:" + hashlib.sha256(BLOB).hexdigest()
SERVERS = ["nginx", "apache"]


class Site:
    """A folder with a config.yml, what was rendered from it, and a responder behind the web server."""

    def __init__(self, change=None, name="site"):
        self.folder = ACCOUNT.folder(os.path.join(ACCOUNT.scratch(), name))
        self.root = ACCOUNT.folder(os.path.join(self.folder, "root"))
        for part in ("berth", "berth/spool"):
            ACCOUNT.folder(os.path.join(self.root, part))
        self.port = free_port()
        self.config = merged({"version": "0.1", "storage": {"filesystem": {"rootdirectory": self.root}},
                              "http": {"addr": f"127.0.0.1:{self.port}"}}, change or {})
        self.path = os.path.join(self.folder, "config.yml")
        with open(self.path, "w", encoding="utf-8") as f:
            f.write(yaml(self.config))
        self.child = self.main = self.uploads = self.tokens = None
        self.secure = "tls" in self.config["http"]

    def render(self, server, *words):
        return run([os.path.join(build_folder(), "berth"), "render", server, self.path, "--run-dir", self.folder, *words],
                   check=False)

    def write(self, server, *words):
        done = self.render(server, *words)
        assert done.returncode == 0, done.stderr
        path = os.path.join(self.folder, f"{server}.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(done.stdout)
        return path

    def command(self, server, path):
        if server == "nginx":
            return [program("nginx"), "-p", self.folder, "-c", path, "-g", "daemon off;"]
        return [program("apache2"), "-d", self.folder, "-f", path, "-DFOREGROUND"]

    def test(self, server, path):
        """The web server's own opinion."""
        return run([*self.command(server, path)[:5], "-t"], check=False)

    def answer(self, request):
        method, target = request.params["REQUEST_METHOD"], request.params["REQUEST_URI"]
        common = [("Docker-Distribution-API-Version", "registry/2.0"), ("X-Content-Type-Options", "nosniff")]
        common += [(name, value) for name, values in self.config["http"].get("headers", {}).items() for value in values
                   if name != "X-Content-Type-Options"]
        if "/blobs/sha256:" in target and method in ("GET", "HEAD"):
            name = target.rsplit(":", 1)[1]
            part = f"sha256/{name[:2]}/{name}/data"
            headers = common + [("Docker-Content-Digest", DIGEST), ("ETag", f'"{DIGEST}"'),
                                ("Content-Type", "application/octet-stream"), ("Cache-Control", "max-age=31536000")]
            if request.params.get("BERTH_SENDFILE") == "accel":
                return 200, headers + [("X-Accel-Redirect", f"/_berth/blobs/{part}")], b""
            return 200, headers + [("X-Sendfile", f"{self.root}/docker/registry/v2/blobs/{part}")], b""
        if "/status/" in target:
            body = b'{"errors":[{"code":"OWN"}]}'
            return int(target.rsplit("/", 1)[1]), common + [("Content-Type", "application/json"),
                                                           ("Content-Length", str(len(body)))], body
        said = dict(request.params)
        spooled = said.get("BERTH_SPOOL_FILE", "")
        if spooled:
            with open(spooled, "rb") as f:
                said["spooled"] = hashlib.sha256(f.read()).hexdigest()
        said["streamed"] = hashlib.sha256(request.body).hexdigest() if request.body else ""
        body = json.dumps(said).encode()
        return 200, common + [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], \
            b"" if method == "HEAD" else body

    def store_blob(self, data=BLOB):
        name = hashlib.sha256(data).hexdigest()
        folder = os.path.join(self.root, "docker/registry/v2/blobs/sha256", name[:2], name)
        os.makedirs(folder)
        with open(os.path.join(folder, "data"), "wb") as f:
            f.write(data)
        return name

    def start(self, server, pools=True):
        path = self.write(server)
        if pools:
            self.main = Responder(os.path.join(self.folder, "registry.sock"), self.answer)
            self.uploads = Responder(os.path.join(self.folder, "uploads.sock"), self.answer)
        self.child = Child(server, self.command(server, path), os.path.join(self.folder, "web.log"))
        wait_until(lambda: self.child.check_alive() and listening(("127.0.0.1", self.port)), server)
        return self

    def stop(self):
        for part in (self.main, self.uploads, self.tokens):
            if part:
                part.close()
        if self.child:
            self.child.stop(signal.SIGTERM)
        shutil.rmtree(os.path.dirname(self.folder), ignore_errors=True)

    def ask(self, method, target, body=None, context=None, **headers):
        if self.secure:
            peer = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)
        else:
            peer = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        peer.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = peer.getresponse()
        answer.data = answer.read()
        peer.close()
        return answer


@pytest.fixture
def make():
    made = []

    def one(*args, **options):
        made.append(Site(*args, **options))
        return made[-1]

    yield one
    for site in made:
        site.stop()


@pytest.fixture(params=SERVERS)
def server(request):
    return request.param


@pytest.fixture
def site(make, server):
    return make({"http": {"headers": {"X-Content-Type-Options": ["nosniff"], "X-Odd": ["a \"b\" $c %d {e} 'f'"]}}}).start(server)


@pytest.fixture(scope="module")
def certificate():
    return self_signed("IP:127.0.0.1")


# What the web servers say of it

def test_the_web_server_takes_every_kind_of_configuration(make, server, certificate):
    cert, key = certificate
    tls = {"certificate": cert, "key": key}
    changes = [
        {},
        {"http": {"prefix": "/my.registry+1/"}},
        {"http": {"addr": ":5000"}},
        {"http": {"addr": "[::1]:5000"}},
        {"http": {"addr": "localhost:5000"}},
        {"http": {"headers": {"X-A": ["1", "2"], "Access-Control-Allow-Origin": ["*"]}}},
        {"http": {"tls": tls}},
        {"http": {"tls": tls, "http2": {"disabled": True}}},
        {"http": {"tls": {**tls, "minimumtls": "tls1.0", "ciphersuites": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                                                        "TLS_RSA_WITH_AES_128_CBC_SHA"]}}},
        {"http": {"tls": {**tls, "minimumtls": "tls1.3", "clientcas": [cert]}}},
        {"http": {"tls": {**tls, "clientcas": [cert, cert]}}},
        {"log": {"level": "debug"}},
    ]
    for change in changes:
        site = make(change)
        done = site.test(server, site.write(server))
        assert done.returncode == 0, f"{change}: {done.stderr}"


def test_paths_with_spaces_and_quotes_are_carried(make, server):
    site = make(name="it's a (strange) folder; [1]")
    done = site.test(server, site.write(server))
    assert done.returncode == 0, done.stderr
    site.store_blob()
    site.start(server)
    assert site.ask("GET", f"/v2/a/blobs/{DIGEST}").data == BLOB


def test_a_path_that_cannot_be_written_is_refused(make, server):
    bad = "$x" if server == "nginx" else "${x}"
    done = make(name=bad).render(server)
    assert done.returncode == 3 and done.stdout == "" and len(done.stderr.splitlines()) <= 2


def test_control_characters_are_refused(make, server):
    done = make(name="a\nb").render(server)
    assert done.returncode == 3 and done.stdout == ""


def test_the_nginx_server_block_alone_fits_into_an_http_block(make):
    site = make({"http": {"headers": {"X-Odd": ["$c"]}}})
    path = site.write("nginx", "--site")
    outer = os.path.join(site.folder, "outer.conf")
    with open(outer, "w", encoding="utf-8") as f:
        f.write(f"pid {site.folder}/p; error_log stderr; events {{}}\nhttp {{ access_log off;\n"
                + "".join(f"{x}_temp_path {site.folder}/{x};" for x in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
                + f"\ninclude {path}; }}\n")
    done = site.test("nginx", outer)
    assert done.returncode == 0, done.stderr


def test_apache_says_that_it_has_no_unix_sockets_and_nginx_takes_them(make):
    site = make()
    site.config["http"].update(net="unix", addr=os.path.join(site.folder, "http.sock"))
    with open(site.path, "w", encoding="utf-8") as f:
        f.write(yaml(site.config))
    assert site.render("apache").returncode == 3
    done = site.test("nginx", site.write("nginx"))
    assert done.returncode == 0, done.stderr


def units_of(site, *words):
    """Name and text of each unit, as `render systemd` writes them to stdout."""
    done = site.render("systemd", *words)
    assert done.returncode == 0, done.stderr
    parts = [part.split("\n", 1) for part in done.stdout.split("# /etc/systemd/system/")[1:]]
    return {name: text.removesuffix("\n") for name, text in parts}


TOKENS = {"token_service": {"enabled": True, "keys": "/etc/berth/keys"}}


@pytest.mark.parametrize("change, words, services", [
    ({}, [], ["berth.service", "berth-web.service"]),
    ({}, ["--server", "apache"], ["berth.service", "berth-uploads.service", "berth-web.service"]),
    ({}, ["--server", "none", "--user", "www-data"], ["berth.service"]),
    (TOKENS, [], ["berth.service", "berth-tokens.service", "berth-web.service"]),
])
def test_systemd_takes_the_units_and_the_target_wants_each_of_them(make, change, words, services):
    units = units_of(make(change, name="with space"), *words)
    assert list(units) == [*services, "berth.target"]
    assert f"\nWants={' '.join(services)}\n" in units["berth.target"]
    checker = program("systemd-analyze")
    if not checker:
        pytest.skip("systemd-analyze is not installed")
    folder = ACCOUNT.scratch()
    paths = [os.path.join(folder, name) for name in units]
    for path, text in zip(paths, units.values()):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    said = subprocess.run([checker, "verify", "--man=no", *paths], capture_output=True, text=True, check=False)
    wrong = [line for line in said.stderr.splitlines() if "berth" in line and "not executable" not in line]
    assert not wrong, wrong


def test_a_directory_gets_a_file_for_each_unit_and_the_paths_are_printed(make):
    site, folder = make(TOKENS), ACCOUNT.scratch()
    done = site.render("systemd", "--directory", folder)
    assert done.returncode == 0 and done.stdout.split() == [os.path.join(folder, name) for name in units_of(site)]
    for name, text in units_of(site).items():
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            assert f.read() == text
    assert sorted(os.listdir(folder)) == sorted(units_of(site))
    failed = site.render("systemd", "--directory", folder + "/none")
    assert failed.returncode == 1 and f"cannot write {folder}/none/berth.service: {folder}/none: No such file" in failed.stderr


def test_workers_web_server_and_token_service_have_their_accounts_and_folders(make):
    units = units_of(make(TOKENS))
    for name, user, runtime in [("berth.service", "berth", "berth"), ("berth-web.service", "berth", "berth"),
                                ("berth-tokens.service", "berth-token", "berth-token")]:
        assert f"\nUser={user}\nGroup=berth\nRuntimeDirectory={runtime}\n" in units[name]
    assert "\nUser=www-data\nGroup=www-data\n" in units_of(make(), "--user", "www-data")["berth.service"]
    assert make().render("systemd", "--user", "a b").returncode == 3
    assert make().render("systemd", "--server", "lighttpd").returncode == 3


@pytest.mark.parametrize("port, capability", [(443, "CAP_NET_BIND_SERVICE"), (5000, "")])
def test_only_a_port_below_1024_gives_the_web_server_a_capability(make, port, capability):
    unit = units_of(make({"http": {"addr": f":{port}"}}))["berth-web.service"]
    assert f"\nCapabilityBoundingSet={capability}\nAmbientCapabilities={capability}\n" in unit


def test_the_token_service_is_mounted_when_it_is_configured(make, server):
    site = make({"token_service": {"enabled": True, "keys": "/etc/berth/keys"}, "http": {"prefix": "/below/"}})
    site.tokens = Responder(os.path.join(site.folder, "token.sock"), site.answer)
    site.start(server, pools=False)
    for path in ("/jwt/auth", "/auth/token"):
        said = json.loads(site.ask("GET", f"{path}?service=a&scope=b%3Ac", Authorization="Basic abc").data)
        assert said["REQUEST_URI"] == f"{path}?service=a&scope=b%3Ac"
        assert said["HTTP_AUTHORIZATION"] == "Basic abc"
    closed = make(name="closed").render(server).stdout
    assert "jwt" not in closed and "auth/token" not in closed


S3 = {"s3": {"region": "us-east-1", "bucket": "blobs", "accesskey": "a", "secretkey": "b"}}


@pytest.mark.parametrize("change, spool", [({}, "/var/lib/berth/spool"), ({"spool": {"directory": "/srv/spool/"}}, "/srv/spool")])
def test_an_object_store_has_a_spool_and_no_folder_of_blobs(make, change, spool):
    site = make(change)
    site.config["storage"] = S3
    with open(site.path, "w", encoding="utf-8") as f:
        f.write(yaml(site.config))
    nginx = site.render("nginx").stdout
    assert f'client_body_temp_path "{spool}";' in nginx and "/_berth/blobs/" not in nginx
    assert "XSendFilePath" not in site.render("apache").stdout
    assert f'ReadWritePaths="{spool}"' in site.render("systemd").stdout


def test_the_unit_of_the_token_service_writes_nothing(make):
    unit = units_of(make(TOKENS))["berth-tokens.service"]
    assert "token.fcgi" in unit and "--pool tokens" in unit and "token.sock" in unit
    assert "ReadWritePaths" not in unit


def test_without_a_run_directory_the_token_service_has_its_own(make):
    site = make(TOKENS)
    berth = os.path.join(build_folder(), "berth")
    assert '"/run/berth-token/token.sock"' in run([berth, "render", "systemd", site.path]).stdout
    assert "/run/berth-token/token.sock" in run([berth, "render", "nginx", site.path]).stdout


def test_usage_and_configuration_errors_have_their_exit_status(make):
    site = make()
    assert site.render("lighttpd").returncode == 2
    assert site.render("nginx", "--no-such-option").returncode == 2
    with open(site.path, "a", encoding="utf-8") as f:
        f.write("version: 0.1\n")
    assert site.render("nginx").returncode == 3


# What the worker sees

def test_the_worker_sees_the_raw_target_and_the_real_host(site):
    said = json.loads(site.ask("GET", "/v2/a%2Fb/../tags//list?n=1&x=%20", Authorization="Bearer abc", Proxy="http://evil").data)
    assert said["REQUEST_URI"] == "/v2/a%2Fb/../tags//list?n=1&x=%20"
    assert said["HTTP_HOST"] == f"127.0.0.1:{site.port}"
    assert said["HTTP_AUTHORIZATION"] == "Bearer abc"
    assert said.get("HTTP_PROXY", "") == ""
    assert said["REMOTE_ADDR"] == "127.0.0.1"
    assert "HTTPS" not in said


def test_an_upload_reaches_the_worker_whole(site, server):
    for method, target in (("POST", "/v2/a/b/blobs/uploads/?digest=x"), ("PATCH", "/v2/a/b/blobs/uploads/1"), ("PUT", "/v2/a/b/blobs/uploads/1?digest=x")):
        said = json.loads(site.ask(method, target, BLOB, BERTH_SPOOL_FILE="/etc/passwd").data)
        digest = hashlib.sha256(BLOB).hexdigest()
        assert said["CONTENT_LENGTH"] == str(len(BLOB))
        if server == "nginx":
            assert said["spooled"] == digest and said["streamed"] == ""
            assert said["BERTH_SPOOL_FILE"].startswith(site.root + "/berth/spool/")
            wait_until(lambda name=said["BERTH_SPOOL_FILE"]: not os.path.exists(name), "the spooled file's removal")
        else:
            assert said["streamed"] == digest and "BERTH_SPOOL_FILE" not in said
            assert len(site.uploads.requests) > 0
        assert said["BERTH_SENDFILE"] == {"nginx": "accel", "apache": "xsendfile"}[server]


def test_a_chunked_upload_reaches_the_worker_whole(site, server):
    said = json.loads(site.ask("PATCH", "/v2/a/blobs/uploads/1", iter([BLOB[:1000], BLOB[1000:]])).data)
    assert said["spooled" if server == "nginx" else "streamed"] == hashlib.sha256(BLOB).hexdigest()


def test_an_upload_without_a_body_has_no_spool_file(site):
    peer = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    peer.putrequest("POST", "/v2/a/blobs/uploads/")
    peer.endheaders()
    said = json.loads(peer.getresponse().read())
    peer.close()
    assert said.get("BERTH_SPOOL_FILE", "") == "" and said["streamed"] == ""


def test_an_upload_of_no_bytes_has_none_or_an_empty_one(site):
    said = json.loads(site.ask("POST", "/v2/a/blobs/uploads/", b"", Content_Length="0").data)
    assert said.get("spooled") in (None, hashlib.sha256(b"").hexdigest()) and said["streamed"] == ""


def test_a_spool_file_outside_uploads_is_not_named(site):
    said = json.loads(site.ask("PUT", "/v2/a/manifests/x", b"{}", BERTH_SPOOL_FILE="/etc/passwd", Berth_Sendfile="x").data)
    assert "BERTH_SPOOL_FILE" not in said and said["streamed"] == hashlib.sha256(b"{}").hexdigest()


def test_uploads_are_known_below_a_prefix(make):
    site = make({"http": {"prefix": "/my.registry+1/"}}).start("nginx")
    assert json.loads(site.ask("PATCH", "/my.registry+1/v2/a/blobs/uploads/1", b"x").data)["BERTH_SPOOL_FILE"]
    assert not json.loads(site.ask("PATCH", "/v2/a/blobs/uploads/1", b"x").data).get("BERTH_SPOOL_FILE")


# What the client sees

def test_a_blob_arrives_whole_with_its_headers(site):
    site.store_blob()
    for _ in range(2):
        answer = site.ask("GET", f"/v2/a/blobs/{DIGEST}")
        assert answer.status == 200 and answer.data == BLOB
        assert_blob_headers(answer)
        assert answer.headers["Content-Length"] == str(len(BLOB))


def assert_blob_headers(answer):
    for name, value in {"Docker-Content-Digest": DIGEST, "ETag": f'"{DIGEST}"', "X-Content-Type-Options": "nosniff",
                        "Docker-Distribution-API-Version": "registry/2.0", "Content-Type": "application/octet-stream",
                        "Cache-Control": "max-age=31536000", "X-Odd": "a \"b\" $c %d {e} 'f'"}.items():
        assert answer.headers.get_all(name) == [value], (name, answer.headers.items())
    assert "X-Accel-Redirect" not in answer.headers and "X-Sendfile" not in answer.headers


def test_head_of_a_blob_keeps_the_length(site):
    site.store_blob()
    answer = site.ask("HEAD", f"/v2/a/blobs/{DIGEST}")
    assert answer.status == 200 and answer.headers["Content-Length"] == str(len(BLOB))
    assert_blob_headers(answer)


def test_head_keeps_the_length_that_the_worker_gave(site):
    answer = site.ask("HEAD", "/v2/a/manifests/x")
    assert answer.status == 200 and int(answer.headers["Content-Length"]) > 100


@pytest.mark.parametrize("asked, first, last", [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=-10", len(BLOB) - 10, len(BLOB) - 1),
                                                ("bytes=299990-", 299990, len(BLOB) - 1)])
def test_a_range_of_a_blob(site, asked, first, last):
    site.store_blob()
    answer = site.ask("GET", f"/v2/a/blobs/{DIGEST}", Range=asked)
    assert answer.status == 206 and answer.data == BLOB[first:last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(BLOB)}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert_blob_headers(answer)


def test_a_range_behind_the_end(site, server):
    site.store_blob()
    answer = site.ask("GET", f"/v2/a/blobs/{DIGEST}", Range="bytes=300000-")
    # Apache leaves the length out; a worker that knows it answers 416 itself there.
    assert answer.status == 416 and answer.headers["Content-Range"] == (f"bytes */{len(BLOB)}" if server == "nginx" else None)
    assert answer.headers["Docker-Distribution-API-Version"] == "registry/2.0"


def test_the_internal_location_is_closed_to_clients(site):
    name = site.store_blob()
    answer = site.ask("GET", f"/_berth/blobs/sha256/{name[:2]}/{name}/data")
    assert BLOB not in answer.data and (answer.status == 404 or b"REQUEST_URI" in answer.data)


@pytest.mark.parametrize("status", [400, 401, 404, 405, 413, 416, 429, 503, 507])
def test_the_workers_own_errors_pass_as_they_are(site, status):
    answer = site.ask("GET", f"/v2/a/status/{status}")
    assert answer.status == status and answer.data == b'{"errors":[{"code":"OWN"}]}'
    assert answer.headers.get_all("Docker-Distribution-API-Version") == ["registry/2.0"]
    assert answer.headers.get_all("Content-Type") == ["application/json"]


def test_a_body_above_the_manifest_limit_is_refused_in_json(make):
    # Apache has no limit for what it proxies: there the worker's own one stands alone.
    site = make().start("nginx")
    answer = site.ask("PUT", "/v2/a/manifests/x", b" " * (6 << 20))
    assert answer.status == 413
    assert json.loads(answer.data)["errors"][0]["code"] == "MANIFEST_TOO_LARGE"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Docker-Distribution-API-Version"] == "registry/2.0"
    assert site.ask("PUT", "/v2/a/manifests/x", b" " * ((4 << 20) + 1)).status == 413
    assert site.ask("PUT", "/v2/a/manifests/x", b" " * (4 << 20)).status == 200


def test_without_workers_the_answer_is_503_in_json(make, server):
    site = make().start(server, pools=False)
    for method, target in (("GET", "/v2/"), ("GET", "/"), ("PATCH", "/v2/a/blobs/uploads/1"), ("HEAD", "/v2/a/manifests/x")):
        answer = site.ask(method, target, b"x" if method == "PATCH" else None)
        assert answer.status == 503, (method, target, answer.status, answer.data)
        assert answer.headers["Retry-After"] == "5"
        assert answer.headers["Docker-Distribution-API-Version"] == "registry/2.0"
        assert method == "HEAD" or json.loads(answer.data)["errors"][0]["code"] == "UNAVAILABLE"
        assert answer.headers["Content-Type"] == "application/json"


def test_the_pool_is_asked_again_at_once(make, server):
    site = make().start(server, pools=False)
    assert site.ask("GET", "/v2/").status == 503
    site.main = Responder(os.path.join(site.folder, "registry.sock"), site.answer)
    assert site.ask("GET", "/v2/").status == 200


def test_a_worker_that_dies_at_its_request_gives_503(make, server):
    site = make().start(server)

    def die(_):
        raise ConnectionError

    site.main.answer = die
    answer = site.ask("GET", "/v2/")
    assert answer.status == 503 and answer.headers["Retry-After"] == "5"


def test_a_blob_whose_file_is_gone_is_404(site):
    answer = site.ask("GET", f"/v2/a/blobs/sha256:{'0' * 64}")
    assert answer.status == 404
    assert json.loads(answer.data)["errors"][0]["code"] == "BLOB_UNKNOWN"
    assert answer.headers["Docker-Distribution-API-Version"] == "registry/2.0"


# TLS

def test_tls_and_http2(make, server, certificate):
    cert, key = certificate
    site = make({"http": {"tls": {"certificate": cert, "key": key}}}).start(server)
    context = ssl.create_default_context(cafile=cert)
    said = json.loads(site.ask("GET", "/v2/", context=context).data)
    assert said["HTTPS"] == "on" and said["HTTP_HOST"] == f"127.0.0.1:{site.port}"
    old = ssl.create_default_context(cafile=cert)
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        site.ask("GET", "/v2/", context=old)
    curl = run(["curl", "-s", "--http2", "--cacert", cert, "-o", "/dev/null", "-w", "%{http_version}",
                f"https://127.0.0.1:{site.port}/v2/"])
    assert curl.stdout == "2"


def test_client_certificates(make, server, certificate):
    cert, key = certificate
    site = make({"http": {"tls": {"certificate": cert, "key": key, "clientcas": [cert]}}}).start(server)
    context = ssl.create_default_context(cafile=cert)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        assert site.ask("GET", "/v2/", context=context).status in (400, 403)
    except (ssl.SSLError, ConnectionError):
        pass
    context.load_cert_chain(cert, key)
    assert site.ask("GET", "/v2/", context=context).status == 200
