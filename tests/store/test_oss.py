# SPDX-License-Identifier: MIT
"""The oss driver against a server that verifies signatures. The API as a whole: tests/api with --storage oss."""
import random
import re

import pytest

from images import OCTETS, Repo, blob, digest, with_query
from objects import blob_key, fetch, in_chunks, logs_of
from storages import Oss

MIB = 1 << 20


@pytest.fixture
def keep():
    """keep(**change) is a keeper whose driver section is changed so."""
    made = []

    def one(**change):
        made.append(Oss(**change))
        return made[-1]
    yield one
    for keeper in made:
        keeper.close()


REDIRECTING = {"storage": {"redirect": {"disable": False, "expirydelay": "90s"}}}


@pytest.mark.parametrize("frontend", ["nginx", "apache"])
@pytest.mark.parametrize("v4", [True, False], ids=["v4", "v1"])
def test_clients_are_sent_to_the_store(launch, keep, frontend, v4):
    keeper = keep(v4auth=v4)
    registry = launch(keeper, REDIRECTING, frontend=frontend)
    repo, data = Repo(registry.client), blob(3000)
    reference = repo.push_blob(data)
    got, headed = (registry.client.request(method, repo.blob_url(reference)) for method in ("GET", "HEAD"))
    for answer in (got, headed):
        assert answer.status == 307 and answer.body == b"", answer
        assert answer.header("Docker-Content-Digest") == reference
        assert answer.location.startswith(f"http://{keeper.server.host}/{blob_key(reference)}?")
    assert fetch(got.location) == (200, data)
    assert fetch(headed.location, "HEAD")[0] == 200
    assert fetch(headed.location)[0] == fetch(got.location, "HEAD")[0] == 403
    assert fetch(got.location.replace(reference[-8:], "0" * 8))[0] == 403
    if v4:
        assert "x-oss-expires=90&" in got.location
    assert {kind for kind, *_ in keeper.server.seen} == ({"v4", "v4-url"} if v4 else {"v1", "v1-url"})


@pytest.mark.parametrize("frontend", ["nginx", "apache"])
def test_the_web_server_fetches_and_no_worker_sends(launch, keep, frontend):
    keeper = keep()
    registry = launch(keeper, frontend=frontend)
    repo, data = Repo(registry.client), random.randbytes(3 * MIB)
    reference = repo.push_blob(data)
    keeper.server.seen.clear()
    whole = registry.client.get(repo.blob_url(reference), headers={"Authorization": "Bearer not-for-the-store"})
    part = registry.client.get(repo.blob_url(reference), headers={"Range": "bytes=1000000-1000099"})
    assert (whole.status, whole.body == data) == (200, True)
    assert (part.status, part.body, part.header("Content-Range")) == (206, data[1000000:1000100], f"bytes 1000000-1000099/{len(data)}")
    for answer in (whole, part):
        assert answer.header("Docker-Content-Digest") == reference
        assert answer.header("ETag") == f'"{reference}"'
        assert answer.header("Content-Type") == OCTETS
        assert not [name for name in answer.headers if name.lower().startswith("x-oss-")]
    assert keeper.server.seen == [("v4-url", "GET", blob_key(reference), "")] * 2
    assert registry.client.head(repo.blob_url(reference)).header("Content-Length") == str(len(data))
    assert len(keeper.server.seen) == 2  # HEAD is the database's


@pytest.mark.parametrize("frontend", ["nginx", "apache"])
def test_what_is_gone_or_refused_is_told_in_json_and_logged(launch, keep, frontend):
    keeper = keep()
    registry = launch(keeper, frontend=frontend)
    repo = Repo(registry.client)
    reference, other = repo.push_blob(blob(100)), repo.push_blob(blob(100))
    del keeper.server.objects[blob_key(reference)]
    answer = registry.client.get(repo.blob_url(reference))
    assert (answer.status, answer.codes()) == (404, ["BLOB_UNKNOWN"])
    keeper.server.faults.append(["GET", other.split(":")[1], 403, "AccessDenied"])
    answer = registry.client.get(repo.blob_url(other))
    assert (answer.status, answer.codes()) == (503, ["UNAVAILABLE"])
    assert answer.header("Retry-After")
    assert registry.client.get(repo.blob_url(other)).status == 200
    assert re.search(rf"storage: blob {reference}: the web server could not fetch it, status [^\"]*404", logs_of(registry))
    assert re.search(rf"storage: blob {other}: the web server could not fetch it, status [^\"]*403", logs_of(registry))


def test_workers_send_until_the_web_server_is_rendered_again(launch, keep):
    keeper = keep()
    registry = launch(keeper, REDIRECTING)
    repo, data = Repo(registry.client), blob(5000)
    reference = repo.push_blob(data)
    assert registry.client.get(repo.blob_url(reference)).status == 307
    registry.config["storage"]["redirect"]["disable"] = True
    registry.write_config()
    registry.children["main"].reload(registry.workers)
    assert registry.client.get(repo.blob_url(reference)).body == data
    part = registry.client.get(repo.blob_url(reference), headers={"Range": "bytes=7-9"})
    assert (part.status, part.body) == (206, data[7:10])
    assert ("v4", "GET", blob_key(reference), "") in keeper.server.seen
    assert re.search(f"blobs are at http://{keeper.server.host}, and the web server fetches from nowhere", logs_of(registry))


def test_no_secret_and_no_signature_is_logged(launch, keep):
    keeper = keep()
    registry = launch(keeper, {"log": {"level": "debug"}})
    repo = Repo(registry.client)
    reference = repo.push_blob(random.randbytes(6 * MIB))
    registry.client.get(repo.blob_url(reference), headers={"Authorization": "Bearer canary"})
    keeper.server.faults += [["GET", "data", 403, "SignatureDoesNotMatch"], ["POST", "uploadId", 403, "AccessDenied"]]
    registry.client.get(repo.blob_url(reference))
    registry.client.put(with_query(repo.begin(), digest=digest(b"x")), b"x", {"Content-Type": OCTETS})
    logs = logs_of(registry)
    assert reference in logs
    for word in (keeper.server.secret, "Signature=", "x-oss-signature", "canary", "OSS4-HMAC"):
        assert word not in logs


def test_a_wrong_secret_is_refused_at_the_start(launch, keep):
    right, wrong = keep(), keep(accesskeysecret="another secret")
    launch(right)
    with pytest.raises(Exception) as told:
        launch(wrong)
    said = str(told.value)
    assert "SignatureDoesNotMatch" in said and "accesskeysecret" in said, said
    assert "another secret" not in said
    assert not wrong.server.objects


def test_layers_go_in_parts_and_leave_nothing_behind(launch, keep):
    keeper = keep(chunksize=5 * MIB, encrypt=True, rootdirectory="/some/folder/")
    registry = launch(keeper)
    repo, data = Repo(registry.client), random.randbytes(17 * MIB)
    where, due = repo.begin(), digest(data)
    for start in range(0, len(data), 3 * MIB):
        part = data[start:start + 3 * MIB]
        answer = registry.client.patch(where, part, {"Content-Type": OCTETS, "Content-Range": f"{start}-{start + len(part) - 1}"})
        assert answer.status == 202, answer
        where = answer.location
    assert registry.client.put(with_query(where, digest=due), headers={"Content-Length": "0"}).status == 201
    assert registry.client.get(repo.blob_url(due)).body == data
    assert any(sub == "uploadId" for _, _, _, sub in keeper.server.seen)
    assert not keeper.server.uploads
    assert {name: len(found.data) for name, found in keeper.server.objects.items()} == {blob_key(due, "some/folder/"): len(data)}
    assert {found.encryption for found in keeper.server.objects.values()} == {"AES256"}


def test_a_key_of_ones_own_encrypts_all_ways_to_the_store(launch, keep):
    keeper = keep(chunksize=5 * MIB, encryptionkeyid="a-key-of-kms")
    registry = launch(keeper)
    repo = Repo(registry.client)
    repo.push_blob(blob(1000))
    repo.push_blob(blob(6 * MIB))
    data = blob(7 * MIB)
    where = in_chunks(registry.client, repo.begin(), data, 6 * MIB)
    assert registry.client.put(with_query(where, digest=digest(data))).status == 201
    assert len(keeper.server.objects) == 3
    assert {(found.encryption, found.encryption_key) for found in keeper.server.objects.values()} == {("KMS", "a-key-of-kms")}


def test_a_cancelled_upload_leaves_nothing_behind(launch, keep):
    keeper = keep(chunksize=5 * MIB)
    registry = launch(keeper)
    repo = Repo(registry.client)
    where = registry.client.patch(repo.begin(), random.randbytes(11 * MIB), {"Content-Type": OCTETS}).location
    assert keeper.server.uploads
    assert registry.client.delete(where).status == 204
    assert not keeper.server.uploads and not keeper.server.objects


@pytest.mark.parametrize("method, pattern", [("PUT", "partNumber"), ("POST", "uploads"), ("POST", "uploadId"), ("HEAD", "data"),
                                             ("PUT", "data")])
def test_a_busy_store_is_asked_again(launch, keep, method, pattern):
    keeper = keep(chunksize=5 * MIB)
    registry = launch(keeper)
    repo, data = Repo(registry.client), random.randbytes(6 * MIB)
    keeper.server.faults.append([method, pattern, 503, "ServerBusy"])
    reference = repo.push_blob(data)
    assert registry.client.get(repo.blob_url(reference)).body == data
    assert not keeper.server.uploads


def test_two_nodes_go_on_with_each_others_uploads(launch, keep):
    keeper = keep(chunksize=5 * MIB)
    first = launch(keeper)
    second = launch(None, {"storage": {**first.config["storage"], "filesystem": None}, "spool": first.config["spool"]}, beside=first)
    repo, data = Repo(first.client), random.randbytes(14 * MIB)
    where = repo.begin()
    for at, start in enumerate(range(0, len(data), 4 * MIB)):
        part = data[start:start + 4 * MIB]
        client = (first, second)[at % 2].client
        answer = client.patch(client.target(where), part, {"Content-Type": OCTETS, "Content-Range": f"{start}-{start + len(part) - 1}"})
        assert answer.status == 202, answer
        where = answer.location
    due = digest(data)
    assert second.client.put(second.client.target(with_query(where, digest=due)), headers={"Content-Length": "0"}).status == 201
    assert first.client.get(repo.blob_url(due)).body == data


def test_the_storage_checks_itself(launch, keep):
    keeper = keep()
    registry = launch(keeper)
    done = registry.berth("check-storage", registry.config_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not keeper.server.objects and not keeper.server.uploads
