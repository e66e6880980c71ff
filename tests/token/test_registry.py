# SPDX-License-Identifier: MIT
"""The registry with its token service: the challenge leads to a token that allows the request."""
import re

import pytest
from images import Repo
from wire import Signed


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def challenged(service, answer, **how):
    """The token that a client gets if it follows the challenge."""
    said = dict(re.findall(r'(\w+)="([^"]*)"', answer.header("WWW-Authenticate")))
    assert said["realm"] == f"http://127.0.0.1:{service.berth.port}/jwt/auth" and said["service"] == "registry.test"
    return service.ask(*said.get("scope", "").split(), **how).json()["token"]


REQUESTS = {
    "pull": ("GET", "/v2/{}/tags/list", 404),
    "push": ("POST", "/v2/{}/blobs/uploads/", 202),
    "delete": ("DELETE", "/v2/{}/manifests/v1", 404),
}


@pytest.mark.parametrize("role, may", [(None, []), ("reporter", ["pull"]), ("developer", ["pull", "push"]),
                                       ("maintainer", ["pull", "push", "delete"])])
def test_a_role_opens_what_it_is_for(service, role, may):
    user = service.user()
    project = service.project(members={user: role} if role else {})
    client = service.berth.client
    for action, (method, target, good) in REQUESTS.items():
        target = target.format(f"{project}/{action}")
        first = client.request(method, target)
        assert first.status == 401
        answer = client.request(method, target, headers=bearer(challenged(service, first, user=user)))
        if action in may:
            assert answer.status == good, answer
        else:
            assert answer.status == 401 and 'error="insufficient_scope"' in answer.header("WWW-Authenticate"), answer


def test_the_catalog_is_the_administrators(service):
    client = service.berth.client
    first = client.get("/v2/_catalog")
    for user, status in ((service.user(), 401), (service.user("--admin"), 200)):
        assert client.get("/v2/_catalog", headers=bearer(challenged(service, first, user=user))).status == status


def test_a_client_that_follows_the_challenge_reads_a_public_project(service):
    admin = service.user("--admin")
    project = service.project("--visibility", "public")
    client = service.berth.client
    pushed = Repo(client, f"{project}/app")
    token = service.ask(f"repository:{project}/app:*", user=admin).json()["token"]
    pushed.client = Signed(client, bearer(token))
    pushed.image("v1")
    first = client.get(f"/v2/{project}/app/manifests/v1")
    assert client.get(f"/v2/{project}/app/manifests/v1", headers=bearer(challenged(service, first))).status == 200
