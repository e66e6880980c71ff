# SPDX-License-Identifier: MIT
"""Clients that send or read a few bytes at a time do not block workers for others. Clients that are too slow are closed."""
import json
import time

import fcgi_client as f
import pytest
from images import OCI_MANIFEST, OCTETS, Repo, absent, blob, digest, with_query
from lab import send_part
from stack import merged
from swarm import Swarm, head_of
from token_service import GUARD, SERVICE, TokenService

SLOW = 60
READS = 200
WAITS = 20  # seconds; a request that had to wait for slow clients would wait until the end of the test


def hold(client, repo, count):
    """Uploads that send their head and ten bytes, and then keep the connection open."""
    targets = [repo.begin() for _ in range(count)]
    return [send_part(client, "PATCH", target, {"Content-Type": OCTETS, "Content-Length": 1 << 20}, b"slowslowly")
            for target in targets]


def slowest_read(client, repo, stored):
    times = []
    for at in range(READS):
        start = time.monotonic()
        answer = client.get(repo.manifest_url("v1") if at % 2 else repo.blob_url(stored))
        assert answer.status == 200
        times.append(time.monotonic() - start)
    return sorted(times)[int(READS * 0.99)]


def test_slow_bodies_do_not_stop_pulls(registry):
    client, repo = registry.client, Repo(registry.client)
    repo.image("v1")
    stored = repo.push_blob(blob(400))
    links = hold(client, repo, SLOW)
    try:
        for link in links[::3]:
            link.sendall(b"x")
        assert slowest_read(client, repo, stored) < WAITS
    finally:
        for link in links:
            link.close()


def test_slow_bodies_do_not_stop_pushes_behind_nginx(behind_nginx):
    """The web server spools slow bodies, so the workers are free."""
    client, repo = behind_nginx.client, Repo(behind_nginx.client)
    links = hold(client, repo, SLOW)
    try:
        data = blob(100000)
        start = time.monotonic()
        answer = client.put(with_query(repo.begin(), digest=digest(data)), data, {"Content-Type": OCTETS})
        assert answer.status == 201 and time.monotonic() - start < WAITS
    finally:
        for link in links:
            link.close()


def test_slow_heads_and_slow_readers_do_not_stop_pulls(registry):
    client, repo = registry.client, Repo(registry.client)
    repo.image("v1")
    stored = repo.push_blob(blob(400))
    big = repo.push_blob(blob(8 << 20))
    heads = [send_part(client, "GET", "/v2/", {}, b"") for _ in range(5)]
    readers = [send_part(client, "GET", repo.blob_url(big), {}, b"") for _ in range(30)]
    try:
        for link in readers:
            link.recv(100)
        assert slowest_read(client, repo, stored) < WAITS
    finally:
        for link in heads + readers:
            link.close()


# ---- all routes at once, with more slow clients than workers on each ----

ROUNDS = 8
SLOW_BODY = 60000  # bytes: 12 minutes at the pace of a swarm


@pytest.fixture
def swarm():
    with Swarm() as clients:
        yield clients


def address(registry):
    return ("127.0.0.1", registry.port)


def bodies(registry, repo, **headers):
    """The heads of requests with a body, one for each method of each route, and for a path without a route."""
    values = {"name": repo.name, "reference": "other", "tag": "other", "digest": absent()}
    for line in registry.berth("routes").stdout.splitlines():
        method, pattern = line.split("\t")[:2]
        target = repo.begin() if "{uuid}" in pattern else pattern.format(**values)
        yield head_of(registry.client, method, target, Content_Length=SLOW_BODY, **headers)
    for method, target in (("PUT", "/v2/"), ("PATCH", repo.manifest_url("v1")), ("POST", "/v2/no/such/end-point"), ("BREW", "/v2/"),
                           ("PUT", "/v2/Wrong/manifests/x"), ("PUT", "/v2/a/../b")):
        yield head_of(registry.client, method, target, Content_Length=SLOW_BODY, **headers)


def stay_quick(swarm, ask):
    until, count = swarm.rounds + ROUNDS, 0
    while swarm.rounds < until or count < 5:
        ask()
        count += 1


def test_dripping_bodies_on_every_route_do_not_stop_pulls_and_pushes(registry, swarm):
    repo = Repo(registry.client)
    _, image = repo.image("v1")
    for head in bodies(registry, repo, Content_Type=OCI_MANIFEST):
        swarm.add(registry.workers, address(registry), head)

    def ask():
        assert registry.client.get(repo.manifest_url("v1")).body == image
        repo.push_blob(blob())
    stay_quick(swarm, ask)
    assert swarm.held() > 0


@pytest.mark.parametrize("frontend", ["nginx", "apache"])
def test_dripping_bodies_of_strangers_do_not_stop_the_token_service(launch, shared_cluster, swarm, frontend):
    """The swarm has no rights. It also sends requests to the token service, which must still issue tokens."""
    registry = launch(shared_cluster, frontend, change=merged(SERVICE, GUARD))
    service, repo = TokenService(registry), Repo(registry.client)
    repo.begin = lambda: f"{repo.uploads_url}0a4a9c5e-9f0f-4f6c-8f35-111111111111"
    for head in bodies(registry, repo):
        swarm.add(2, address(registry), head)
    for path in ("/jwt/auth", "/auth/token"):
        for method in ("POST", "GET", "PUT"):
            swarm.add(registry.token_workers, address(registry),
                      head_of(registry.client, method, path, Content_Length=8000, Content_Type="application/x-www-form-urlencoded"))

    def ask():
        assert service.ask().status == 200
        assert registry.client.get("/v2/").status == 401
    stay_quick(swarm, ask)


def test_refused_bodies_are_answered_though_they_drip(launch, shared_cluster, swarm):
    """Behind Apache the answer comes before the end of the body; NGINX reads the whole body first."""
    registry = launch(shared_cluster, "apache", change=merged(SERVICE, GUARD), workers=2)
    wanted = {("PUT", "/v2/a/manifests/x"): 401, ("POST", "/v2/a/blobs/uploads/"): 401, ("PATCH", "/v2/a/manifests/x"): 401,
              ("POST", "/v2/no/such/end-point"): 404, ("PUT", "/jwt/auth"): 405, ("POST", "/"): 405}
    links = {swarm.add(1, address(registry), head_of(registry.client, method, target, Content_Length=SLOW_BODY))[0]: status
             for (method, target), status in wanted.items()}
    swarm.wait_until(lambda: all(link.answered for link in links))
    assert {link.status: link.said for link in links if link.status != links[link]} == {}
    for link in links:
        assert json.loads(link.said.partition(b"\r\n\r\n")[2])["errors"], link.said


def test_a_body_that_is_too_large_is_refused_though_it_drips(registry, swarm):
    head = head_of(registry.client, "PUT", "/v2/a/manifests/x", Content_Length=64 << 20, Content_Type=OCI_MANIFEST)
    link, = swarm.add(1, address(registry), head)
    swarm.wait_until(lambda: link.answered)
    assert link.status == 413, link.said


# ---- the worker's socket ----

def test_silent_and_half_begun_connections_do_not_stop_others(registry, swarm):
    """There are more connections of each kind than the pool has workers."""
    whole = f.begin() + f.stream(f.PARAMS, f.encode(f.params("PUT", "/v2/a/manifests/x", CONTENT_LENGTH="5")))
    for pool in ("main", "uploads"):
        for part in (b"", b"\x01", whole[:12], whole[:60], whole, whole + f.record(f.STDIN, length=5), b"\xff" * 8):
            swarm.add(registry.workers, registry.socket(pool), part)
    repo = Repo(registry.client)

    def ask():
        assert registry.client.get("/v2/").status == 200
        repo.push_blob(blob())
    stay_quick(swarm, ask)


# ---- answers larger than a socket buffer ----

def tags(registry, repo, count):
    registry.sql(f"""
        INSERT INTO tag (repository_id, name, manifest_id)
        SELECT m.repository_id, 't' || lpad(i::text, 127, '0'), m.id FROM repository r
        JOIN manifest m ON m.repository_id = r.id, generate_series(1, {count}) i WHERE r.path = '{repo.name}'""")


def test_slow_readers_of_large_answers_do_not_stop_others(registry, swarm):
    """A manifest and a listing through the web server, and a blob that the worker sends itself."""
    repo = Repo(registry.client)
    assert repo.put("large", repo.image_document(annotations={"large": "x" * 4_000_000})).status == 201
    tags(registry, repo, 9000)
    stored = repo.push_blob(blob(8 << 20))
    for target in (repo.manifest_url("large"), f"{repo.tags_url}?n=10000"):
        swarm.add(2 * registry.workers, address(registry), head_of(registry.client, "GET", target, Accept=OCI_MANIFEST), reads=True)
    request = f.begin() + f.stream(f.PARAMS, f.encode(f.params("GET", repo.blob_url(stored)))) + f.record(f.STDIN)
    swarm.add(registry.workers, registry.socket("main"), request, reads=True)

    def ask():
        assert registry.client.get("/v2/").status == 200
    stay_quick(swarm, ask)
    assert swarm.held() > 0


# ---- which clients are closed ----

IMPATIENT = {"http": {"slowclient": {"silence": "2s", "leastrate": 100_000, "uploadsilence": "2s", "uploadleastrate": 100_000, "share": 100}}}


def test_a_body_below_the_least_rate_ends_with_408_though_no_request_waits(launch, shared_cluster, swarm):
    registry = launch(shared_cluster, "apache", change=IMPATIENT)
    repo = Repo(registry.client)
    links = [swarm.add(1, address(registry), head_of(registry.client, method, target, Content_Length=SLOW_BODY))[0]
             for method, target in (("PUT", repo.manifest_url("x")), ("PATCH", repo.begin()))]
    swarm.wait_until(lambda: all(link.answered for link in links))
    assert [link.status for link in links] == [408, 408], [link.said for link in links]
    assert b"REQUEST_TIMEOUT" in links[0].said


def test_an_answer_below_the_least_rate_ends(launch, shared_cluster, swarm):
    registry = launch(shared_cluster, "apache", change=IMPATIENT)
    repo = Repo(registry.client)
    stored = repo.push_blob(blob(8 << 20))
    request = f.begin() + f.stream(f.PARAMS, f.encode(f.params("GET", repo.blob_url(stored)))) + f.record(f.STDIN)
    with f.Connection(registry.socket("main"), timeout=60) as connection:
        connection.send(request)
        before = registry.children["main"].workers()
        swarm.wait_rounds(12)  # the client reads nothing for 3 s
        assert not connection.read().ended
    assert registry.children["main"].workers() == before
    with f.Connection(registry.socket("main"), timeout=60) as silent:
        assert silent.read().raw == b""


def send_slowly(link, data, rate, pause_at=None, pause=0):
    step = rate // 10
    for at in range(0, len(data), step):
        if pause_at is not None and at <= pause_at < at + step:
            time.sleep(pause)
        link.sendall(data[at:at + step])
        time.sleep(0.1)


def test_an_honest_upload_of_a_slow_line_with_a_pause_succeeds(registry):
    """The defaults allow 1 Mbit/s and a pause of half a minute."""
    repo, data = Repo(registry.client), blob(500_000)
    target = with_query(repo.begin(), digest=digest(data))
    link = send_part(registry.client, "PUT", target, {"Content-Type": OCTETS, "Content-Length": len(data)}, b"")
    with link:
        send_slowly(link, data, 125_000, pause_at=200_000, pause=31)
        assert link.recv(100).startswith(b"HTTP/1.1 201 ")
    assert registry.client.get(repo.blob_url(digest(data))).body == data


def test_a_fast_upload_beside_slow_ones_is_not_shed(registry, swarm):
    """The upload takes longer than the time that a slow client has while other requests wait."""
    repo = Repo(registry.client)
    for _ in range(4 * registry.upload_workers):
        swarm.add(1, address(registry), head_of(registry.client, "PATCH", repo.begin(), Content_Length=SLOW_BODY))
    data = blob(64 << 20)
    repo.push_blob(data)
    assert swarm.held() > 0


def test_a_slow_body_that_makes_room_is_told_to_try_again(launch, shared_cluster, swarm):
    registry = launch(shared_cluster, "apache", change={"http": {"slowclient": {"share": 0}}})
    head = head_of(registry.client, "PUT", "/v2/a/manifests/x", Content_Length=SLOW_BODY, Content_Type=OCI_MANIFEST)
    links = swarm.add(3 * registry.workers, address(registry), head)
    swarm.wait_until(lambda: sum(link.answered for link in links) >= registry.workers)
    told = [link for link in links if link.answered]
    assert all(link.status == 503 and b"Retry-After: 5" in link.said for link in told), [link.said for link in told]
