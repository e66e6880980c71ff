# SPDX-License-Identifier: MIT
"""The gcs driver against a server that verifies assertions, tokens and signatures. The API: tests/api with --storage gcs."""
import os
import threading

import pytest

from attempt import Attempt
from images import OCTETS, Repo, blob, digest, with_query
from objects import blob_key, fetch, in_chunks, logs_of
from processes import ACCOUNT, free_port
from stack import Berth, merged, yaml
from storages import Gcs

FAILED = 1
MIB = 1 << 20
PLAIN = {"storage": {"redirect": {"disable": False}}}


@pytest.fixture(autouse=True)
def plain_server(gcs):
    """What a test tells the server ends with the test."""
    yield
    gcs.control(faults=[], token_life=3600, rewrite_step=None, may_sign=True, page=1000)


@pytest.fixture
def small_parts(gcs):
    """Parts as small as the service takes, so that few bytes make many."""
    return Gcs(gcs, chunksize=5 * MIB)


def bucket_of(registry):
    return registry.config["storage"]["gcs"]["bucket"]


# ---- the start: a wrong key first, for without it a pass would mean nothing ----

@pytest.fixture
def attempt(cluster, gcs):
    found = Attempt(Berth(cluster, "nginx", keeper=Gcs(gcs)))
    found.migrate()
    yield found
    found.close()


def changed(attempt, change):
    return yaml(merged(attempt.berth.config, {"storage": {"gcs": change}}))


@pytest.mark.parametrize("change, words", [
    ({"keyfile": "{folder}/wrong.json"}, ["Invalid JWT Signature", "make a new key file"]),
    ({"keyfile": "/nowhere/key.json"}, ["/nowhere/key.json: No such file"]),
    ({"bucket": "nobody-made-it"}, ["The specified bucket does not exist", "check storage.gcs.bucket"]),
    ({"endpoint": "http://127.0.0.1:{port}"}, ["attempts)", "127.0.0.1"]),
], ids=["key", "file", "bucket", "end-point"])
def test_a_store_that_cannot_be_used_is_refused_at_start_with_the_reason(attempt, gcs, change, words):
    port = free_port()
    change = {key: value.format(port=port, folder=gcs.folder) for key, value in change.items()}
    said = attempt.start(changed(attempt, change)).refused(FAILED)
    for word in [*words, "storage: "]:
        assert word in said, said
    assert "PRIVATE KEY" not in said and "eyJ" not in said and "ya29" not in said, said


def test_the_members_of_a_key_file_may_be_settings(attempt, gcs):
    attempt.start(changed(attempt, {"keyfile": None, "credentials": gcs.key()})).serves()
    with open(attempt.berth.log("tried"), encoding="utf-8") as f:
        assert "PRIVATE KEY" not in f.read()


def test_a_wrong_key_in_the_settings_is_refused(attempt, gcs):
    said = attempt.start(changed(attempt, {"keyfile": None, "credentials": gcs.key("wrong")})).refused(FAILED)
    assert "Invalid JWT Signature" in said and "PRIVATE" not in said


def test_the_key_file_may_be_named_by_the_environment(attempt, gcs):
    text = changed(attempt, {"keyfile": None})
    attempt.start(text, GOOGLE_APPLICATION_CREDENTIALS=gcs.key_file()).serves()


def test_what_gcloud_wrote_is_found_in_the_home_folder(attempt, gcs):
    home = ACCOUNT.scratch()
    folder = ACCOUNT.folder(os.path.join(ACCOUNT.folder(os.path.join(home, ".config")), "gcloud"))
    gcs.user_file(os.path.join(folder, "application_default_credentials.json"))
    attempt.start(changed(attempt, {"keyfile": None}), HOME=home).serves()


def test_else_it_is_the_machines_account(attempt, gcs):
    text = changed(attempt, {"keyfile": None, "iamendpoint": gcs.url})
    attempt.start(text, GCE_METADATA_HOST=f"127.0.0.1:{gcs.port}", HOME="/nowhere").serves()


def test_an_emulator_is_asked_without_a_token_which_this_one_refuses(attempt, gcs):
    text = changed(attempt, {"keyfile": None, "endpoint": None})
    said = attempt.start(text, STORAGE_EMULATOR_HOST=f"127.0.0.1:{gcs.port}").refused(FAILED)
    assert "status 401" in said and "no access token" not in said, said


# ---- what is in the bucket ----

def expect_only_blobs(gcs, bucket, *references, prefix=""):
    assert sorted(gcs.objects(bucket)) == sorted(blob_key(reference, prefix) for reference in references)
    assert gcs.uploads(bucket) == []


def test_blobs_of_any_size_arrive_in_any_chunks_and_nothing_else_stays(launch, small_parts, gcs):
    registry, pushed = launch(small_parts), {}
    repo = Repo(registry.client)
    for chunk in (None, 3 * MIB, 5 * MIB, 7 * MIB + 1):
        for size in (1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 16 * MIB + 3):
            data = blob(size)
            if chunk is None:
                repo.push_blob(data)
            else:
                where = in_chunks(registry.client, repo.begin(), data, chunk)
                assert registry.client.put(with_query(where, digest=digest(data))).status == 201
            assert registry.client.get(repo.blob_url(digest(data))).body == data
            pushed[blob_key(digest(data))] = size
    pushed[blob_key(repo.push_blob(b""))] = 0
    assert gcs.objects(bucket_of(registry)) == pushed and gcs.uploads(bucket_of(registry)) == []


def test_cancelled_and_failed_uploads_leave_nothing(launch, small_parts, gcs):
    registry = launch(small_parts)
    repo = Repo(registry.client)
    kept = repo.push_blob(blob(100))
    where = in_chunks(registry.client, repo.begin(), blob(13 * MIB), 4 * MIB)
    assert registry.client.delete(where).status == 204
    where = in_chunks(registry.client, repo.begin(), blob(13 * MIB), 4 * MIB)
    assert registry.client.put(with_query(where, digest=digest(b"other"))).status == 400
    expect_only_blobs(gcs, bucket_of(registry), kept)


def test_an_expired_upload_is_purged_with_all_its_parts(launch, small_parts, gcs):
    registry = launch(small_parts, {"storage": {"maintenance": {"uploadpurging": {"enabled": True, "age": "1s", "interval": "24h"}}}})
    repo = Repo(registry.client)
    kept = repo.push_blob(blob(6 * MIB))
    in_chunks(registry.client, repo.begin(), blob(13 * MIB), 4 * MIB)
    registry.sql("UPDATE upload SET updated_at = updated_at - interval '1 hour'")
    assert "purged 1 sessions" in registry.berth("purge-uploads", registry.config_path).stdout
    expect_only_blobs(gcs, bucket_of(registry), kept)


def test_the_root_directory_stands_before_every_name(launch, gcs):
    registry = launch(Gcs(gcs, rootdirectory="/some/folder/"), PLAIN)
    repo, data = Repo(registry.client), blob(1000)
    reference = repo.push_blob(data)
    assert gcs.objects(bucket_of(registry)) == {blob_key(reference, "some/folder/"): 1000}
    assert fetch(registry.client.get(repo.blob_url(reference)).location) == (200, data)


# ---- two nodes on one store ----

@pytest.fixture
def nodes(launch, small_parts):
    first = launch(small_parts)
    return first, launch(beside=first)


def test_chunks_wander_between_nodes_and_either_finishes(nodes, gcs):
    name, data = Repo(nodes[0].client).name, blob(27 * MIB)
    repos = [Repo(node.client, name) for node in nodes]
    where = nodes[0].client.target(repos[0].begin())
    for at in range(9):
        node = nodes[at % 2]
        where = node.client.target(in_chunks(node.client, where, data[at * 3 * MIB:(at + 1) * 3 * MIB], 3 * MIB, at * 3 * MIB))
    assert nodes[1].client.put(with_query(where, digest=digest(data))).status == 201
    for repo in repos:
        assert repo.client.get(repo.blob_url(digest(data))).body == data
    expect_only_blobs(gcs, bucket_of(nodes[0]), digest(data))


def test_both_push_one_blob_at_once_and_there_is_one(nodes, gcs):
    data, answers = blob(11 * MIB), [None, None]

    def push(at):
        repo = Repo(nodes[at].client)
        answers[at] = repo.client.put(with_query(repo.begin(), digest=digest(data)), data, {"Content-Type": OCTETS}).status
    threads = [threading.Thread(target=push, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201, 201]
    expect_only_blobs(gcs, bucket_of(nodes[0]), digest(data))


# ---- redirects ----

def test_a_pull_is_sent_to_the_store_with_a_signature(launch, gcs):
    registry = launch(Gcs(gcs), PLAIN)
    repo, data = Repo(registry.client), blob(100_000)
    reference = repo.push_blob(data)
    answer = registry.client.get(repo.blob_url(reference))
    assert answer.status == 307 and answer.location.startswith(f"{gcs.url}/{bucket_of(registry)}/"), answer
    assert "X-Goog-Expires=1200&" in answer.location
    assert fetch(answer.location) == (200, data)
    assert fetch(answer.location, Range="bytes=10-19") == (206, data[10:20])
    assert fetch(answer.location.replace("X-Goog-Expires=1200", "X-Goog-Expires=9999"))[0] == 403
    assert fetch(answer.location.split("?")[0])[0] == 401
    assert fetch(answer.location.replace(blob_key(reference), blob_key(repo.push_blob(blob(10)))))[0] == 403
    head = registry.client.head(repo.blob_url(reference))
    assert head.status == 307 and fetch(head.location, "HEAD") == (200, b"")
    assert fetch(answer.location, "HEAD")[0] == 403


def test_an_account_that_cannot_sign_has_its_blobs_sent_through_the_registry(launch, gcs):
    registry = launch(Gcs(gcs, keyfile=gcs.user_file()), PLAIN)
    repo, data = Repo(registry.client), blob(3 * MIB)
    reference = repo.push_blob(data)
    answer = registry.client.get(repo.blob_url(reference))
    assert (answer.status, answer.body) == (200, data)
    ranged = registry.client.get(repo.blob_url(reference), headers={"Range": "bytes=5-1000004"})
    assert (ranged.status, ranged.body) == (206, data[5:1000005])


# ---- what goes wrong on the way ----

def push_unchecked(registry, repo, data):
    """A push in one request that may end in a 500, as the store is wrongly set up."""
    return registry.client.put(with_query(repo.begin(), digest=digest(data)), data, {"Content-Type": OCTETS}, checked=False)


@pytest.mark.parametrize("fault", [
    {"method": "PUT", "path": "partNumber="},
    {"method": "POST", "path": "uploadId="},
    {"method": "POST", "path": r"\?uploads"},
    {"method": "POST", "path": "rewriteTo"},
], ids=["part", "complete", "begin", "copy"])
@pytest.mark.parametrize("status", [503, 403])
def test_a_failure_is_told_and_the_same_push_succeeds_when_it_is_over(launch, small_parts, gcs, fault, status):
    registry = launch(small_parts)
    repo, data = Repo(registry.client), blob(12 * MIB)
    gcs.control(faults=[{**fault, "status": status, "times": 10**6}])
    answer = push_unchecked(registry, repo, data)
    if answer.status != 201:  # a blob of one request is neither completed nor copied
        assert answer.status == (503 if status == 503 else 500) and answer.codes(), answer
        assert registry.client.get(repo.blob_url(digest(data))).status == 404
        assert blob_key(digest(data)) not in gcs.objects(bucket_of(registry)) or fault["path"] == "uploadId="
        assert f"status {status}" in logs_of(registry)
    gcs.control(faults=[])
    assert repo.push_blob(data) == digest(data)
    assert registry.client.get(repo.blob_url(digest(data))).body == data


def test_tokens_that_end_in_the_middle_of_a_push_are_replaced(launch, small_parts, gcs):
    registry = launch(small_parts)
    repo, data = Repo(registry.client), blob(12 * MIB)
    where = in_chunks(registry.client, repo.begin(), data[:6 * MIB], 6 * MIB)
    gcs.control(drop_tokens=True)
    where = in_chunks(registry.client, where, data[6 * MIB:], 6 * MIB, 6 * MIB)
    gcs.control(drop_tokens=True)
    assert registry.client.put(with_query(where, digest=digest(data))).status == 201
    assert registry.client.get(repo.blob_url(digest(data))).body == data


def test_logs_hold_no_key_no_token_and_no_signature(launch, small_parts, gcs):
    registry = launch(small_parts, {"log": {"level": "debug"}})
    repo, data = Repo(registry.client), blob(6 * MIB)
    assert registry.client.get(repo.blob_url(repo.push_blob(data))).body == data
    gcs.control(faults=[{"path": "uploads", "status": 403, "times": 10**6}])
    assert push_unchecked(registry, repo, blob(12 * MIB)).status == 500
    for word in ("ya29", "eyJ", "PRIVATE KEY", "X-Goog-Signature", "Bearer"):
        assert word not in logs_of(registry), word
