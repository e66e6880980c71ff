# SPDX-License-Identifier: MIT
"""
An identity service for the tests: POST /v2.0/tokens and /v3/auth/tokens. It refuses requests that the documentation of the
Identity API does not allow. It answers with tokens of the tempauth of a real Swift, so that Swift can verify them.
"""
import json
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USER, PASSWORD = "registry", "pa\"ss\\w\u00f6rd"
USER_DOMAIN = {"name": "people", "id": "d1"}
PROJECT = {"name": "images", "id": "77", "domain": {"name": "projects", "id": "d2"}}
TRUST = "5f3a"


def only(value, *keys):
    """Checks that `value` is an object with exactly these members."""
    if not isinstance(value, dict) or set(value) != set(keys):
        raise ValueError(f"{keys} expected, not {value!r}")
    return [value[key] for key in keys]


def is_domain(value, domain):
    return value in ({"name": domain["name"]}, {"id": domain["id"]})


def check_v2(body):
    """Checks a request "Authenticate", Identity API v2.0. Returns whether user, password and tenant are right."""
    (auth,) = only(body, "auth")
    tenant = {key: auth.pop(key) for key in ("tenantName", "tenantId") if key in auth}
    if len(tenant) > 1:
        raise ValueError("both tenantName and tenantId")
    name, password = only(*only(auth, "passwordCredentials"), "username", "password")
    return (name, password) == (USER, PASSWORD) and tenant in ({"tenantName": PROJECT["name"]}, {"tenantId": PROJECT["id"]})


def check_scope(scope):
    """Checks the scope of "Password authentication with scoped authorization", or of a trust."""
    if "OS-TRUST:trust" in scope:
        return only(*only(scope, "OS-TRUST:trust"), "id") == [TRUST]
    if "domain" in scope:
        return is_domain(*only(scope, "domain"), PROJECT["domain"])
    (project,) = only(scope, "project")
    if "id" in project:
        return only(project, "id") == [PROJECT["id"]]
    name, domain = only(project, "name", "domain")
    return name == PROJECT["name"] and is_domain(domain, PROJECT["domain"])


def check_v3(body):
    """Checks a request "Password authentication", Identity API v3."""
    (auth,) = only(body, "auth")
    scope = auth.pop("scope", None)
    methods, password = only(*only(auth, "identity"), "methods", "password")
    name, secret, domain = only(*only(password, "user"), "name", "password", "domain")
    if methods != ["password"]:
        raise ValueError(f"methods: {methods!r}")
    return (name, secret) == (USER, PASSWORD) and is_domain(domain, USER_DOMAIN) and scope is not None and check_scope(scope)


class Keystone:
    """Serves on a free port until stop(). `life`: the lifetime of a token in seconds, as the answer states it."""

    def __init__(self, swift, life=3600):
        self.swift, self.life = swift, life
        self.signed_in, self.faults = 0, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """POSTs only."""

            def do_POST(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)
        assert not self.faults, self.faults

    def url(self, version):
        return f"http://127.0.0.1:{self.server.server_port}/{version}"

    def storage(self, version, container, **change):
        """A `storage:` section of the swift driver that authenticates at this service."""
        return {"swift": {"username": USER, "password": PASSWORD, "authurl": self.url(version), "container": container,
                          **change}}

    def token(self):
        """(token, storage URL) from tempauth."""
        credentials = {"X-Auth-User": self.swift.user, "X-Auth-Key": self.swift.password}
        request = urllib.request.Request(f"{self.swift.url}/auth/v1.0", headers=credentials)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers["X-Auth-Token"], answer.headers["X-Storage-Url"]

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        version = {"/v2.0/tokens": 2, "/v3/auth/tokens": 3}.get(handler.path)
        try:
            if not version or handler.headers["Content-Type"] != "application/json":
                raise ValueError(f"{handler.path}, {handler.headers['Content-Type']}")
            known = (check_v2 if version == 2 else check_v3)(json.loads(body))
        except (ValueError, TypeError) as fault:
            self.faults.append(str(fault))
            return self.send(handler, 400, {"error": {"code": 400, "title": "Bad Request"}})
        if not known:
            return self.send(handler, 401, {"error": {"code": 401, "title": "Unauthorized"}})
        self.signed_in += 1
        token, url = self.token()
        expires = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + self.life))
        if version == 2:
            return self.send(handler, 200, self.body_v2(token, url, f"{expires}Z"))
        return self.send(handler, 201, self.body_v3(url, f"{expires}.000000Z"), {"X-Subject-Token": token})

    @staticmethod
    def body_v2(token, url, expires):
        wrong = "http://127.0.0.1:9/v1/AUTH_wrong"
        return {"access": {
            "token": {"id": token, "expires": expires, "tenant": {"id": PROJECT["id"], "name": PROJECT["name"]}},
            "serviceCatalog": [
                {"type": "identity", "name": "keystone", "endpoints": [{"region": "Two", "publicURL": wrong}]},
                {"type": "object-store", "name": "swift", "endpoints": [
                    {"region": "One", "publicURL": wrong, "internalURL": url, "adminURL": wrong},
                    {"region": "Two", "publicURL": url, "internalURL": wrong, "adminURL": wrong}]}]}}

    @staticmethod
    def body_v3(url, expires):
        wrong = "http://127.0.0.1:9/v1/AUTH_wrong"

        def endpoint(interface, region, where):
            return {"id": f"{interface}{region}", "interface": interface, "region": region, "region_id": region, "url": where}

        return {"token": {
            "methods": ["password"], "expires_at": expires, "project": PROJECT, "user": {"name": USER, "domain": USER_DOMAIN},
            "catalog": [
                {"type": "identity", "name": "keystone", "endpoints": [endpoint("public", "Two", wrong)]},
                {"type": "object-store", "name": "swift", "endpoints": [
                    endpoint("public", "One", wrong), endpoint("internal", "One", url),
                    endpoint("admin", "Two", wrong), endpoint("public", "Two", url)]}]}}

    @staticmethod
    def send(handler, status, body, headers=None):
        text = json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)
