# SPDX-License-Identifier: MIT
"""Registries on the swift driver, over HTTP. The API as a whole: tests/api with --storage swift; calls: test_swift_service.py."""
import json
import os

import pytest

import keystone
import swiftserver
from attempt import Attempt
from images import OCTETS, Repo, blob, digest, with_query
from processes import Child, free_port, listening, program, wait_until
from objects import fetch, in_chunks, logs_of
from stack import Berth, merged, yaml
from storages import SwiftStorage
from wire import Client

FAILED = 1
MIB = 1 << 20
FILES = "files/docker/registry/v2/blobs"


def container_of(registry):
    return registry.config["storage"]["swift"]["container"]


def started(request, **variant):
    """A server with something else than usual; use as a context manager."""
    if swiftserver.missing():
        (pytest.fail if request.config.getoption("--all") else pytest.skip)(swiftserver.missing())
    return swiftserver.Swift(**variant)


def blob_key(reference, prefix=""):
    algorithm, hexadecimal = reference.split(":")
    return f"{prefix}{FILES}/{algorithm}/{hexadecimal[:2]}/{hexadecimal}/data"


@pytest.fixture(scope="module")
def small_parts(swift):
    return SwiftStorage(swift, chunksize=MIB)


def expect_only_blobs(swift, registry, sizes, prefix=""):
    """The container holds these blobs, {digest: size}, the segments of the large ones, and nothing else."""
    found = swift.listed(container_of(registry))
    segments = {name: size for name, size in found.items() if name.startswith(f"{prefix}segments/")}
    assert {name: size for name, size in found.items() if name not in segments} == {
        blob_key(reference, prefix): size for reference, size in sizes.items()}
    assert not [name for name in segments if "/unfinished/" in name]
    in_use = set()
    for reference in sizes:
        headers, manifest = swift.request("GET", f"/{container_of(registry)}/{blob_key(reference, prefix)}?multipart-manifest=get")
        if headers.get("X-Static-Large-Object"):
            in_use |= {part["name"].split("/", 2)[2] for part in json.loads(manifest)}
    assert set(segments) == in_use


# ---- the start ----

@pytest.fixture
def attempt(cluster, swift):
    found = Attempt(Berth(cluster, "nginx", keeper=SwiftStorage(swift)))
    yield found
    found.close()


@pytest.mark.parametrize("change, words", [
    ({"password": "not-this-one"}, ["sign-in: status 401", "storage.swift.username, password"]),
    ({"username": "test:reader", "password": "testing3"}, ["status 403", "role or an ACL"]),
    ({"authurl": "http://127.0.0.1:{port}/auth/v1.0"}, ["127.0.0.1:{port}", "storage.swift.authurl"]),
], ids=["password", "rights", "end-point"])
def test_a_store_that_cannot_be_used_is_refused_at_start_with_the_reason(attempt, change, words):
    port = free_port()
    change = {key: value.format(port=port) for key, value in change.items()}
    attempt.migrate()
    said = attempt.start(yaml(merged(attempt.berth.config, {"storage": {"swift": change}}))).refused(FAILED)
    for word in [*words, "storage: "]:
        assert word.format(port=port) in said, said
    assert "not-this-one" not in said and "testing3" not in said


def test_check_storage_goes_through_every_step(attempt):
    attempt.berth.write_config()
    done = attempt.berth.berth("check-storage", attempt.berth.config_path)
    assert done.stdout.count(" ok ") == 9, done.stdout


# ---- what is in the container ----

@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 7 * MIB + 3])
@pytest.mark.parametrize("chunk", [None, MIB // 2, MIB, 3 * MIB + 1], ids=str)
def test_a_blob_of_any_size_arrives_and_nothing_else_stays(registry, swift, size, chunk):
    repo, data = Repo(registry.client), blob(size)
    before = swift.listed(container_of(registry))
    if chunk is None:
        repo.push_blob(data)
    else:
        where = in_chunks(registry.client, repo.begin(), data, chunk)
        assert registry.client.put(with_query(where, digest=digest(data))).status == 201
    after = swift.listed(container_of(registry))
    new = {name: length for name, length in after.items() if name not in before}
    assert [name for name in new if not name.startswith("segments/")] == ([blob_key(digest(data))] if size else list(new))
    assert sum(length for name, length in new.items() if name.startswith("segments/")) in (0, size)
    assert registry.client.get(repo.blob_url(digest(data))).body == data


@pytest.fixture(scope="module")
def registry(cluster, small_parts):
    with Berth(cluster, "nginx", keeper=small_parts) as found:
        yield found
        found.stop()
        assert not found.damage()
        found.remove()


def test_cancelled_and_wrong_uploads_leave_nothing(launch, small_parts, swift):
    registry = launch(small_parts)
    client, repo = registry.client, Repo(registry.client)
    kept = repo.push_blob(blob(5 * MIB))
    where = in_chunks(client, repo.begin(), blob(6 * MIB), 2 * MIB)
    assert client.delete(where).status == 204
    where = in_chunks(client, repo.begin(), blob(6 * MIB + 5), 2 * MIB)
    assert client.put(with_query(where, digest=digest(b"other"))).status == 400
    answer = client.put(with_query(repo.begin(), digest=digest(b"other")), blob(4 * MIB), {"Content-Type": OCTETS})
    assert answer.status == 400
    expect_only_blobs(swift, registry, {kept: 5 * MIB})


def test_an_expired_upload_is_purged_with_its_segments(launch, small_parts, swift):
    registry = launch(small_parts, {"storage": {"maintenance": {"uploadpurging": {
        "enabled": True, "age": "1s", "interval": "24h", "dryrun": False}}}})
    repo = Repo(registry.client)
    kept = repo.push_blob(blob(3 * MIB))
    in_chunks(registry.client, repo.begin(), blob(6 * MIB + 5), 2 * MIB)
    registry.sql("UPDATE upload SET updated_at = updated_at - interval '1 hour'")
    assert "purged 1 sessions" in registry.berth("purge-uploads", registry.config_path).stdout
    expect_only_blobs(swift, registry, {kept: 3 * MIB})


def test_what_a_session_left_that_is_gone_is_swept(launch, small_parts, swift):
    """The session's row is lost, as if the node had died before it was written; its segments are old enough."""
    registry = launch(small_parts, {"storage": {"maintenance": {"uploadpurging": {
        "enabled": True, "age": "1s", "interval": "24h", "dryrun": False}}}})
    repo = Repo(registry.client)
    kept = repo.push_blob(blob(3 * MIB))
    in_chunks(registry.client, repo.begin(), blob(6 * MIB + 5), 2 * MIB)
    registry.sql("DELETE FROM upload")

    def swept():
        registry.berth("purge-uploads", registry.config_path)
        return not [name for name in swift.listed(container_of(registry)) if "unfinished" in name or "berth/uploads" in name]
    wait_until(swept, "what is older than a second to be swept", 60, 0.5)
    expect_only_blobs(swift, registry, {kept: 3 * MIB})


def test_two_nodes_take_turns_at_a_session_and_either_finishes(launch, small_parts, swift):
    one = launch(small_parts)
    two = launch(beside=one)
    repo, data = Repo(one.client), blob(9 * MIB + 7)
    where = repo.begin()
    for number, start in enumerate(range(0, len(data), 2 * MIB)):
        part = data[start:start + 2 * MIB]
        node = (one, two)[number % 2]
        answer = node.client.patch(where, part, {"Content-Type": OCTETS, "Content-Range": f"{start}-{start + len(part) - 1}"})
        assert answer.status == 202, answer
        where = answer.location.replace(f":{node.port}", f":{(two, one)[number % 2].port}")
    assert two.client.put(with_query(where, digest=digest(data))).status == 201
    assert one.client.get(repo.blob_url(digest(data))).body == data
    expect_only_blobs(swift, one, {digest(data): len(data)})


def test_the_prefix_stands_before_every_name(launch, swift):
    registry = launch(SwiftStorage(swift, prefix="/some/folder", chunksize=MIB))
    repo = Repo(registry.client)
    reference = repo.push_blob(blob(3 * MIB))
    expect_only_blobs(swift, registry, {reference: 3 * MIB}, "some/folder/")


# ---- tokens ----

def test_tokens_that_are_lost_in_the_middle_of_a_session_are_had_anew(launch, own_swift):
    registry = launch(SwiftStorage(own_swift, chunksize=MIB))
    client, repo, data = registry.client, Repo(registry.client), blob(8 * MIB)
    where = repo.begin()
    for start in range(0, len(data), 2 * MIB):
        part = data[start:start + 2 * MIB]
        answer = client.patch(where, part, {"Content-Type": OCTETS, "Content-Range": f"{start}-{start + len(part) - 1}"})
        assert answer.status == 202, answer
        where = answer.location
        own_swift.stop()
        own_swift.start()
    assert client.put(with_query(where, digest=digest(data))).status == 201
    assert client.get(repo.blob_url(digest(data))).body == data
    assert "the credential was refused: fetching another one" in logs_of(registry)


def test_a_registry_whose_tokens_are_keystones(launch, swift):
    with keystone.Keystone(swift) as identity:
        section = identity.storage("v3", "k", domain="people", tenant="images", tenantdomain="projects", region="Two")["swift"]
        registry = launch(SwiftStorage(swift, chunksize=MIB, **{key: section[key] for key in section if key != "container"}))
        repo, data = Repo(registry.client), blob(3 * MIB)
        reference = repo.push_blob(data)
        assert registry.client.get(repo.blob_url(reference)).body == data
        assert identity.signed_in > 0


# ---- redirects ----

def test_a_pull_is_sent_to_the_store_by_a_temporary_url(launch, small_parts, swift):
    registry = launch(small_parts, {"storage": {"redirect": {"disable": False, "expirydelay": "90s"}}})
    repo, data = Repo(registry.client), blob(3 * MIB)
    reference = repo.push_blob(data)
    for answer in (registry.client.get(repo.blob_url(reference)), registry.client.head(repo.blob_url(reference))):
        assert answer.status == 307 and answer.location.startswith(f"{swift.url}/v1/AUTH_test/{container_of(registry)}/"), answer
    assert fetch(answer.location) == (200, data) and fetch(answer.location, "HEAD") == (200, b"")
    assert fetch(answer.location, Range=f"bytes={MIB - 5}-{MIB + 4}") == (206, data[MIB - 5:MIB + 5])
    assert fetch(answer.location.replace("temp_url_expires=1", "temp_url_expires=2"))[0] == 401
    assert fetch(answer.location.split("?")[0])[0] == 401
    assert fetch(answer.location.replace(blob_key(reference), blob_key(repo.push_blob(blob(10)))))[0] == 401


def test_a_cluster_without_temporary_urls_is_read_through_the_registry(launch, request):
    with started(request, without=["tempurl"]) as server:
        registry = launch(SwiftStorage(server, chunksize=MIB), {"storage": {"redirect": {"disable": False}}})
        repo, data = Repo(registry.client), blob(3 * MIB)
        reference = repo.push_blob(data)
        answer = registry.client.get(repo.blob_url(reference))
        assert answer.status == 200 and answer.body == data
        answer = registry.client.get(repo.blob_url(reference), headers={"Range": "bytes=10-19"})
        assert answer.status == 206 and answer.body == data[10:20]


# ---- what goes wrong on the way ----

def test_while_the_store_is_away_pushes_and_pulls_are_503_and_then_go_on(launch, own_swift):
    registry = launch(SwiftStorage(own_swift, chunksize=MIB))
    client, repo, data = registry.client, Repo(registry.client), blob(6 * MIB)
    where = in_chunks(client, repo.begin(), data[:2 * MIB], 2 * MIB)
    own_swift.stop()
    headers = {"Content-Type": OCTETS, "Content-Range": f"{2 * MIB}-{6 * MIB - 1}"}
    answer = client.patch(where, data[2 * MIB:], headers)
    assert answer.status == 503 and answer.header("Retry-After") and answer.codes() == ["UNAVAILABLE"], answer
    own_swift.start()
    answer = client.patch(where, data[2 * MIB:], headers)
    assert answer.status == 202, answer
    assert client.put(with_query(answer.location, digest=digest(data))).status == 201
    assert client.get(repo.blob_url(digest(data))).body == data


def test_a_full_account_is_507(launch, request):
    with started(request, extra=["container_quotas"]) as server:
        registry = launch(SwiftStorage(server, chunksize=MIB))
        repo = Repo(registry.client)
        repo.push_blob(blob(10))
        server.request("POST", f"/{container_of(registry)}", headers={"X-Container-Meta-Quota-Bytes": str(MIB)})
        answer = registry.client.put(with_query(repo.begin(), digest=digest(b"x" * 3 * MIB)), b"x" * 3 * MIB,
                                     {"Content-Type": OCTETS})
        assert answer.status == 507 and answer.codes() == ["STORAGE_FULL"], answer
        assert "quota" in logs_of(registry)


def test_logs_hold_no_password_no_token_and_no_signature(launch, swift):
    registry = launch(SwiftStorage(swift, chunksize=MIB, username=swift.owner, password=swift.secret),
                      {"log": {"level": "debug"}, "storage": {"redirect": {"disable": False}}})
    repo = Repo(registry.client)
    reference = repo.push_blob(blob(3 * MIB))
    location = registry.client.get(repo.blob_url(reference)).location
    assert fetch(location)[0] == 200
    logs = logs_of(registry)
    assert "swift: " in logs
    for word in (swift.secret, "AUTH_tk", "temp_url_sig"):
        assert word not in logs, word


# ---- what distribution filled ----

@pytest.fixture
def filled(swift):
    """A container that Debian's docker-registry pushed an image to: its layers are dynamic large objects."""
    path = program("docker-registry")
    if not path:
        pytest.skip("docker-registry is not installed")
    return path


def test_a_container_that_distribution_filled_is_read(launch, swift, filled):
    """Its blobs are found where they lie: pushing them again sends no byte into the store, and they are served."""
    storage = SwiftStorage(swift, chunksize=MIB)
    registry = launch(storage)
    container, port = container_of(registry), free_port()
    config = os.path.join(registry.folder, "distribution.yml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(yaml({"version": "0.1", "storage": swift.swift(container, chunksize=MIB), "http": {"addr": f"127.0.0.1:{port}"}}))
    child = Child("docker-registry", [filled, "serve", config], os.path.join(registry.folder, "distribution.log"))
    try:
        wait_until(lambda: child.check_alive() and listening(("127.0.0.1", port)), "docker-registry")
        theirs = Repo(Client("127.0.0.1", port, "/", checked=False))
        large, small = blob(3 * MIB + 5), blob(1000)
        for data in (large, small):
            theirs.push_blob(data)
    finally:
        child.stop()
    before = swift.listed(container)
    assert before[blob_key(digest(large))] == 0  # as a dynamic manifest is listed
    repo = Repo(registry.client)
    for data in (large, small):
        repo.push_blob(data)
        assert registry.client.get(repo.blob_url(digest(data))).body == data
        answer = registry.client.head(repo.blob_url(digest(data)))
        assert int(answer.header("Content-Length")) == len(data)
    assert swift.listed(container) == before
