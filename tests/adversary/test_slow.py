# SPDX-License-Identifier: MIT
"""
Slow clients do not block other clients: quick requests are answered while the slow clients are connected.

There are more slow clients than workers. Each would need minutes; the tests do not wait until a slow client is done.
"""
import pytest
from images import OCI_MANIFEST, Repo, absent, encode, with_query
from stack import merged
from swarm import Swarm, head_of
from token_service import GUARD, SERVICE, TokenService

ROUNDS = 12  # of the slow clients, while quick requests are made
SLOW = 60000  # bytes: 12 minutes


def stay_quick(swarm, ask):
    """Makes quick requests, which must succeed, while the slow clients do a few more rounds; makes at least ten."""
    until, count = swarm.rounds + ROUNDS, 0
    while swarm.rounds < until or count < 10:
        assert ask().status == 200
        count += 1
    assert swarm.held() > 0, "no slow client was left, so this test has shown nothing"


def address(registry):
    return ("127.0.0.1", registry.port)


def large_manifest(repo):
    """A manifest of almost 4 MiB, pushed as `large`."""
    document = repo.image_document(annotations={"large": "x" * 4_000_000})
    assert repo.put("large", document).status == 201
    return repo.manifest_url("large")


@pytest.fixture
def swarm():
    with Swarm() as clients:
        yield clients


def test_dripping_manifests_without_credentials(registry, swarm):
    swarm.add(8, address(registry), head_of(registry.client, "PUT", "/v2/a/b/manifests/x", Content_Type=OCI_MANIFEST, Content_Length=SLOW))
    stay_quick(swarm, lambda: registry.client.get("/v2/"))


def test_dripping_manifests_of_a_member(guarded, swarm):
    repo = guarded.repo()
    authorization = repo.client.own["Authorization"]
    swarm.add(8, address(guarded.registry), head_of(guarded.client, "PUT", repo.manifest_url("x"), Content_Type=OCI_MANIFEST,
                                                    Content_Length=SLOW, Authorization=authorization))
    stay_quick(swarm, lambda: repo.client.get("/v2/"))


def test_dripping_manifests_of_strangers(stranger, guarded, swarm):
    """Each request is refused, and its body would take minutes."""
    repo = guarded.repo()
    head = head_of(guarded.client, "PUT", repo.manifest_url("x"), Content_Type=OCI_MANIFEST, Content_Length=SLOW,
                   **getattr(stranger, "own", {}))
    swarm.add(8, address(guarded.registry), head)
    client, until = guarded.may("stranger/own", "*"), swarm.rounds + ROUNDS
    while swarm.rounds < until:
        assert client.get("/v2/").status == 200


def test_dripping_token_requests(registries, swarm):
    service = TokenService(registries.get(merged(SERVICE, GUARD)))
    service_address = address(service.berth)
    swarm.add(8, service_address, head_of(service.berth.client, "POST", "/jwt/auth", Content_Length=8000,
                                          Content_Type="application/x-www-form-urlencoded"))
    stay_quick(swarm, service.ask)


def test_slow_readers_of_a_large_manifest(registry, swarm):
    repo = Repo(registry.client)
    swarm.add(8, address(registry), head_of(registry.client, "GET", large_manifest(repo), Accept=OCI_MANIFEST), reads=True)
    stay_quick(swarm, lambda: registry.client.get("/v2/"))


def test_dripping_uploads_of_blobs(registry, swarm):
    """There are more slow uploads than workers in their pool; a quick push succeeds at the same time."""
    repo = Repo(registry.client)
    for _ in range(4):
        swarm.add(1, address(registry), head_of(registry.client, "PATCH", repo.begin(), Content_Length=SLOW))
        swarm.add(1, address(registry), head_of(registry.client, "PUT", with_query(repo.begin(), digest=absent()), Content_Length=SLOW))
    for number in range(10):
        repo.push_blob(encode({"number": number}))
    assert swarm.held() > 0
