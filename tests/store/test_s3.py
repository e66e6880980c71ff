# SPDX-License-Identifier: MIT
"""The s3 driver against a server that verifies signatures. The API as a whole: tests/api with --storage s3."""
import os

import pytest

from attempt import Attempt
from images import OCTETS, Repo, blob, digest, with_query
from objects import blob_key, fetch, in_chunks, logs_of
from processes import ACCOUNT, free_port
from stack import Berth, merged, yaml
from storages import S3
from swiftserver import Swift

FAILED = 1
MIB = 1 << 20


def bucket_of(registry):
    return registry.config["storage"]["s3"]["bucket"]


# ---- the start ----

@pytest.fixture
def attempt(cluster, swift):
    found = Attempt(Berth(cluster, "nginx", keeper=S3(swift)))
    yield found
    found.close()


@pytest.mark.parametrize("change, words", [
    ({"secretkey": "not-this-one"}, ["SignatureDoesNotMatch", "the secret key is not that of the access key"]),
    ({"region": "eu-central-1"}, ["AuthorizationHeaderMalformed", "the bucket's region is us-east-1"]),
    ({"bucket": "nobody-made-it"}, ["NoSuchBucket", "storage.s3.bucket"]),
    ({"regionendpoint": "http://127.0.0.1:{port}", "maxretries": 1}, ["127.0.0.1:{port}", "2 attempts"]),
], ids=["secret", "region", "bucket", "end-point"])
def test_a_store_that_cannot_be_used_is_refused_at_start_with_the_reason(attempt, swift, change, words):
    port = free_port()
    change = {key: value.format(port=port) if isinstance(value, str) else value for key, value in change.items()}
    attempt.migrate()
    said = attempt.start(yaml(merged(attempt.berth.config, {"storage": {"s3": change}}))).refused(FAILED)
    for word in [*words, "storage: "]:
        assert word.format(port=port) in said, said
    assert swift.secret not in said and "not-this-one" not in said and "Signature=" not in said, said


def without_keys(config):
    return yaml(merged(config, {"storage": {"s3": {"accesskey": None, "secretkey": None}}}))


def test_keys_may_be_in_the_environment(attempt, swift):
    attempt.migrate()
    attempt.start(without_keys(attempt.berth.config), AWS_ACCESS_KEY_ID=swift.owner, AWS_SECRET_ACCESS_KEY=swift.secret).serves()


def test_keys_may_be_in_the_shared_credentials_file(attempt, swift):
    attempt.migrate()
    path = os.path.join(attempt.berth.folder, "credentials")
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"[other]\naws_access_key_id = a\naws_secret_access_key = b\n"
                f"[registry]\naws_access_key_id = {swift.owner}\naws_secret_access_key = {swift.secret}\n")
    os.chmod(path, 0o600)
    os.chown(path, ACCOUNT.uid, ACCOUNT.gid)
    attempt.start(without_keys(attempt.berth.config), AWS_SHARED_CREDENTIALS_FILE=path, AWS_PROFILE="registry").serves()


def test_without_any_keys_the_start_says_where_it_looked(attempt):
    attempt.migrate()
    said = attempt.start(without_keys(attempt.berth.config), AWS_EC2_METADATA_DISABLED="true").refused(FAILED)
    for word in ("AWS_ACCESS_KEY_ID", "credentials", "AWS_CONTAINER_CREDENTIALS", "AWS_EC2_METADATA_DISABLED"):
        assert word in said, said


# ---- what is in the bucket ----

@pytest.fixture(scope="module")
def registry(cluster, small_parts):
    with Berth(cluster, "nginx", keeper=small_parts) as found:
        yield found
        found.stop()
        assert not found.damage()
        found.remove()


@pytest.fixture
def repo(registry):
    return Repo(registry.client)


def known_blobs(objects):
    """The digests whose keys these are."""
    return ["{0[4]}:{0[6]}".format(key.split("/")) for key in objects]


def expect_only_blobs(swift, bucket, *references):
    """Keys of these blobs and no others, no multipart, no part that belongs to none of them."""
    keys = [blob_key(reference) for reference in references]
    assert sorted(swift.objects(bucket)) == sorted(set(keys))
    assert swift.multiparts(bucket) == []
    stray = [name for name in swift.listed(f"{bucket}+segments") if not name.startswith(tuple(f"{key}/" for key in keys))]
    assert not stray, stray


@pytest.mark.parametrize("size", [0, 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 16 * MIB + 3])
@pytest.mark.parametrize("chunk", [None, 3 * MIB, 5 * MIB, 7 * MIB + 1], ids=str)
def test_a_blob_of_any_size_arrives_and_nothing_else_stays(registry, repo, swift, size, chunk):
    data, before = blob(size), swift.objects(bucket_of(registry))
    if chunk is None:
        repo.push_blob(data)
    else:
        where = in_chunks(registry.client, repo.begin(), data, chunk)
        assert registry.client.put(with_query(where, digest=digest(data))).status == 201
    assert swift.objects(bucket_of(registry)) == {**before, blob_key(digest(data)): size}
    expect_only_blobs(swift, bucket_of(registry), *known_blobs(before), digest(data))
    assert registry.client.get(repo.blob_url(digest(data))).body == data


def test_a_cancelled_upload_leaves_nothing(launch, small_parts, swift):
    registry = launch(small_parts)
    repo = Repo(registry.client)
    kept = repo.push_blob(blob(100))
    where = in_chunks(registry.client, repo.begin(), blob(13 * MIB), 4 * MIB)
    assert registry.client.delete(where).status == 204
    expect_only_blobs(swift, bucket_of(registry), kept)


def test_an_upload_with_the_wrong_digest_leaves_nothing(launch, small_parts, swift):
    registry = launch(small_parts)
    repo = Repo(registry.client)
    where = in_chunks(registry.client, repo.begin(), blob(13 * MIB), 4 * MIB)
    assert registry.client.put(with_query(where, digest=digest(b"other"))).status == 400
    answer = registry.client.put(with_query(repo.begin(), digest=digest(b"other")), blob(7 * MIB), {"Content-Type": OCTETS})
    assert answer.status == 400
    expect_only_blobs(swift, bucket_of(registry))


def test_an_expired_upload_is_purged_with_all_its_parts(launch, small_parts, swift):
    registry = launch(small_parts, {"storage": {"maintenance": {"uploadpurging": {
        "enabled": True, "age": "1s", "interval": "24h", "dryrun": False}}}})
    repo = Repo(registry.client)
    kept = repo.push_blob(blob(6 * MIB))
    in_chunks(registry.client, repo.begin(), blob(13 * MIB), 4 * MIB)
    registry.sql("UPDATE upload SET updated_at = updated_at - interval '1 hour'")
    assert "purged 1 sessions" in registry.berth("purge-uploads", registry.config_path).stdout
    expect_only_blobs(swift, bucket_of(registry), kept)


@pytest.mark.parametrize("change, statuses", [({}, [500]), ({"maxparts": 10}, [201, 201])], ids=["Amazon's", "as many"])
def test_a_server_that_takes_fewer_parts_is_sent_larger_ones(launch, request, change, statuses):
    request.getfixturevalue("swift")  # which says whether there can be one
    with Swift(filters={"s3api": {"max_upload_part_num": 10}}) as server:
        client = launch(S3(server, chunksize=5 * MIB, multipartcopychunksize=5 * MIB, **change)).client
        repo, data = Repo(client), blob(56 * MIB)
        said = [client.put(with_query(repo.begin(), digest=digest(data)), data, {"Content-Type": OCTETS}, checked=False).status]
        if change:
            other = data[1:]
            where = in_chunks(client, in_chunks(client, repo.begin(), other[:50 * MIB], 50 * MIB), other[50 * MIB:], 3 * MIB, 50 * MIB)
            said.append(client.put(with_query(where, digest=digest(other))).status)
            assert client.get(repo.blob_url(digest(other))).body == other
        assert said == statuses


def test_the_prefix_stands_before_every_key(launch, swift):
    registry = launch(S3(swift, rootdirectory="/some/folder/"))
    reference = Repo(registry.client).push_blob(blob(1000))
    assert swift.objects(bucket_of(registry)) == {blob_key(reference, "some/folder/"): 1000}


def test_a_deleted_blob_is_pushed_and_served_again(registry, repo):
    data = blob(6 * MIB)
    reference = repo.push_blob(data)
    assert registry.client.delete(repo.blob_url(reference)).status == 202
    assert registry.client.get(repo.blob_url(reference)).status == 404
    assert repo.push_blob(data) == reference
    assert registry.client.get(repo.blob_url(reference)).body == data


# ---- redirects ----

@pytest.fixture
def redirecting(launch, swift):
    return launch(S3(swift), {"storage": {"redirect": {"disable": False}}})


def test_a_pull_is_sent_to_the_store_with_a_signature(redirecting, swift):
    repo, data = Repo(redirecting.client), blob(100_000)
    reference = repo.push_blob(data)
    answer = redirecting.client.get(repo.blob_url(reference))
    assert answer.status == 307 and answer.location.startswith(f"{swift.url}/{bucket_of(redirecting)}/"), answer
    assert "X-Amz-Expires=1200" in answer.location
    assert fetch(answer.location) == (200, data)
    assert fetch(answer.location, Range="bytes=10-19") == (206, data[10:20])
    assert fetch(answer.location.replace("X-Amz-Expires=1200", "X-Amz-Expires=9999"))[0] == 403
    assert fetch(answer.location.split("?")[0])[0] in (400, 403, 412)
    other = blob_key(repo.push_blob(blob(10)))
    assert fetch(answer.location.replace(blob_key(reference), other))[0] == 403


def test_a_head_is_sent_to_the_store_with_a_signature_of_its_own(redirecting):
    repo, data = Repo(redirecting.client), blob(1000)
    answer = redirecting.client.head(repo.blob_url(repo.push_blob(data)))
    assert answer.status == 307, answer
    assert fetch(answer.location, "HEAD") == (200, b"")


def test_the_life_of_a_redirect_is_the_settings(launch, swift):
    registry = launch(S3(swift), {"storage": {"redirect": {"disable": False, "expirydelay": "90s"}}})
    repo = Repo(registry.client)
    assert "X-Amz-Expires=90&" in registry.client.get(repo.blob_url(repo.push_blob(blob(10)))).location


# ---- what goes wrong on the way ----

def test_an_upload_that_the_service_has_ended_is_unknown_to_the_client(launch, small_parts, swift):
    """A lifecycle rule did; a client that hears so begins another one."""
    registry = launch(small_parts)
    repo, data = Repo(registry.client), blob(7 * MIB)
    where = in_chunks(registry.client, repo.begin(), data[:6 * MIB], 6 * MIB)
    (key, upload), = swift.multiparts(bucket_of(registry))
    swift.client().abort_multipart_upload(Bucket=bucket_of(registry), Key=key, UploadId=upload)
    for answer in (registry.client.patch(where, blob(6 * MIB), {"Content-Type": OCTETS}),
                   registry.client.put(with_query(where, digest=digest(data)), data[6 * MIB:], {"Content-Type": OCTETS})):
        assert (answer.status, answer.codes()) == (404, ["BLOB_UPLOAD_INVALID"]), answer
    assert "is there a lifecycle rule" in logs_of(registry)
    repo.push_blob(data)



def test_while_the_store_is_away_pushes_and_pulls_are_503_and_then_go_on(launch, own_swift):
    registry = launch(S3(own_swift, maxretries=0, chunksize=5 * MIB))
    client, repo, data = registry.client, Repo(registry.client), blob(12 * MIB)
    reference, body = repo.image("v1")
    where = in_chunks(client, repo.begin(), data[:7 * MIB], 7 * MIB)
    own_swift.stop()
    headers = {"Content-Type": OCTETS, "Content-Range": f"{7 * MIB}-{12 * MIB - 1}"}
    answer = client.patch(where, data[7 * MIB:], headers)
    assert answer.status == 503 and answer.header("Retry-After") and answer.codes() == ["UNAVAILABLE"], answer
    assert client.put(with_query(repo.begin(), digest=digest(b"x")), b"x", {"Content-Type": OCTETS}).status == 503
    assert client.get(repo.manifest_url("v1")).body == body
    assert client.get(where).header("Range") == f"0-{7 * MIB - 1}"
    own_swift.start()
    answer = client.patch(where, data[7 * MIB:], headers)
    assert answer.status == 202, answer
    assert client.put(with_query(answer.location, digest=digest(data))).status == 201
    assert client.get(repo.blob_url(digest(data))).body == data


def test_logs_hold_no_secret_and_no_signature(launch, swift):
    registry = launch(S3(swift, chunksize=5 * MIB, loglevel="debugwithhttpbody"), {"log": {"level": "debug"}})
    repo, data = Repo(registry.client), blob(6 * MIB)
    reference = repo.push_blob(data)
    assert registry.client.get(repo.blob_url(reference)).body == data
    assert registry.client.get(repo.blob_url(digest(b"absent"))).status == 404
    logs = logs_of(registry)
    assert "s3: PUT " in logs
    for word in (swift.secret, "X-Amz-Signature", "Signature=", "Credential="):
        assert word not in logs, word
