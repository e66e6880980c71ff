# SPDX-License-Identifier: MIT
"""
Clients with GitLab's /jwt/auth: tokens as GitLab's Rails signs them (header, claims, `meta`, the nested `user`), from an
end-point that supports GET only and whose answer has only the token.
"""
import base64
import http.server
import json
import os
import threading
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import layouts
import pytest
from processes import ACCOUNT
from test_auth import Oras, Place, Podman, Regctl, Skopeo
from tokens import Key, certificate, pem, token

PASSWORD = "glpat-canary-of-a-personal-token"
ROLES = {"developer": {"pull", "push"}, "reporter": {"pull"}}


class Rails(http.server.BaseHTTPRequestHandler):
    """Handles a request for a token as jwt_controller.rb does."""

    def do_GET(self):
        user, role = self._who()
        query = parse_qs(urlsplit(self.path).query)
        if user is None:
            return self._answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "HTTP Basic: Access denied"}]})
        if query.get("service") != ["container_registry"]:
            return self._answer(404, None)
        entries = [entry for text in query.get("scope", []) for scope in text.split() for entry in self._entry(scope, role)]
        return self._answer(200, {"token": self._token(user, entries)})

    def do_POST(self):
        self._answer(404, None)

    def _who(self):
        scheme, _, text = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return None, None
        user, _, password = base64.b64decode(text).decode().partition(":")
        return (user, ROLES.get(user)) if password == PASSWORD else (None, None)

    def _entry(self, scope, role):
        kind, name, actions = scope.split(":")
        granted = [action for action in actions.split(",") if role and action in role]
        if kind != "repository" or not granted or not name.startswith("group/project"):
            return []
        meta = {"project_path": "group/project", "project_id": 42, "root_namespace_id": 7,
                "tag_deny_access_patterns": {action: [] for action in granted if action in ("push", "delete")}}
        if "push" in granted:
            meta["tag_deny_access_patterns"]["push"] = ["^protected"]
        return [{"type": "repository", "name": name, "actions": granted, "meta": meta}]

    def _token(self, user, entries):
        key, now = self.server.key, int(time.time())
        shared = {"jti": str(uuid.uuid4()), "iat": now, "nbf": now - 5}
        nested = token(key, {**shared, "exp": now + 60, "user_info": {"token_type": "personal_access_token", "username": user,
                                                                     "user_id": 3}})
        return token(key, {**shared, "exp": now + 300, "aud": "container_registry", "iss": "omnibus-gitlab-issuer", "sub": user,
                           "auth_type": "personal_access_token", "access": entries, "user": nested})

    def _answer(self, status, document):
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def gitlab():
    """GitLab's end-point. Its key has the form of GitLab's packages: RSA with a self-signed certificate."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rails)
    server.key = Key(bits=4096)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def behind_gitlab(registries, gitlab):
    path = os.path.join(ACCOUNT.folder(ACCOUNT.scratch()), "gitlab-registry.crt")
    with open(path, "w", encoding="ascii") as file:
        file.write(pem(certificate(gitlab.key, "Registry")))
    os.chmod(path, 0o644)
    return registries.get({"auth": {"token": {
        "realm": f"http://127.0.0.1:{gitlab.server_address[1]}/jwt/auth", "service": "container_registry",
        "issuer": "omnibus-gitlab-issuer", "rootcertbundle": path}}})


def place(behind_gitlab, user, repository):
    return Place(behind_gitlab.client.netloc, repository, user, PASSWORD)


# Without crane: it does not use a token service at a private address that is not the registry's.
@pytest.mark.parametrize("kind", [Skopeo, Podman, Oras, Regctl])
def test_sign_in_push_pull_sign_out(kind, tool, scratch, behind_gitlab, gzip_image):
    where = place(behind_gitlab, "developer", f"group/project/{kind.__name__.lower()}")
    client = kind(tool, scratch)
    client.login(where)
    client.push(where, gzip_image)
    client.pull(where, f"{scratch}/back")
    client.logout(where)
    client.pull(where, f"{scratch}/again", ok=False)


def test_a_reporter_pulls_and_pushes_nothing(tool, scratch, behind_gitlab, gzip_image):
    where, client = place(behind_gitlab, "developer", "group/project/read"), Skopeo(tool, scratch)
    client.login(where)
    client.push(where, gzip_image)
    where.user = "reporter"
    client.login(where)
    client.pull(where, f"{scratch}/back")
    assert layouts.digests(f"{scratch}/back") == layouts.digests(gzip_image.folder)
    where.repository = "group/project/write"
    client.push(where, gzip_image, ok=False)


def test_another_project_is_closed(tool, scratch, behind_gitlab, gzip_image):
    where, client = place(behind_gitlab, "developer", "other/project"), Skopeo(tool, scratch)
    client.login(where)
    client.push(where, gzip_image, ok=False)


def test_a_protected_tag_is_not_pushed(tool, scratch, behind_gitlab, gzip_image):
    where, client = place(behind_gitlab, "developer", "group/project/tags"), Skopeo(tool, scratch)
    client.login(where)
    client.push(where, gzip_image)
    client.tool("copy", *client.authfile, "--all", "--preserve-digests", "--dest-tls-verify=false", f"oci:{gzip_image.folder}:v1",
                f"docker://{where.reference}:protected-1", ok=False)
    names = behind_gitlab.sql("SELECT t.name FROM tag t JOIN repository r ON r.id = t.repository_id"
                              " WHERE r.path = 'group/project/tags'")
    assert names == [["v1"]]
