# SPDX-License-Identifier: MIT
"""
The azure driver against Azurite, which verifies Shared Key and SAS. The API as a whole: tests/api with --storage azure. What
Azurite never does (pending copies, throttling) is in tests/unit/store/test_azure.c.
"""
import calendar
import os
import time
import urllib.parse

import pytest

import entra
from attempt import Attempt
from azurite import UNVERIFIED, Azurite
from entra import Entra
from images import OCTETS, Repo, blob, digest, with_query
from objects import blob_key, fetch, in_chunks, logs_of
from processes import ACCOUNT, free_port, wait_until
from races import at_once
from stack import Berth, merged, yaml
from storages import Azure

FAILED = 1
MIB = 1 << 20
REDIRECTS = {"storage": {"redirect": {"disable": False}}}


def container_of(registry):
    return registry.config["storage"]["azure"]["container"]


def expect_only_blobs(azurite, container, *references, prefix=""):
    """These blobs and no others, and no staged block anywhere."""
    names = {blob_key(reference, prefix) for reference in references}
    assert set(azurite.blobs(container, staged=True)) == names
    assert not [name for name in names if azurite.staged(container, name)]


# ---- the start ----

@pytest.fixture
def attempt(cluster, azurite):
    found = Attempt(Berth(cluster, "nginx", keeper=Azure(azurite)))
    yield found
    found.close()


@pytest.mark.parametrize("change, words", [
    ({"accountkey": Azurite.wrong_key}, ["AuthorizationFailure", "is the key right"]),
    ({"accountkey": "not base64"}, ["the account's key is not base64"]),
    ({"container": "nobody-made-it"}, ["ContainerNotFound", "make the container"]),
    ({"serviceurl": "http://127.0.0.1:{port}/berthtests", "max_retries": -1}, ["127.0.0.1:{port}"]),
    ({"credentials": {"type": "client_secret", "tenantid": "t", "clientid": "c", "secret": "hush"},
      "serviceurl": "http://azure.example.com"}, ["an identity's token is sent over https only"]),
], ids=["key", "base64", "container", "end-point", "clear"])
def test_a_store_that_cannot_be_used_is_refused_at_start_with_the_reason(attempt, azurite, change, words):
    port = free_port()
    change = {key: value.format(port=port) if isinstance(value, str) else value for key, value in change.items()}
    attempt.migrate()
    said = attempt.start(yaml(merged(attempt.berth.config, {"storage": {"azure": change}}))).refused(FAILED)
    for word in words:
        assert word.format(port=port) in said, said
    for secret in (azurite.key, azurite.wrong_key, "hush", "SharedKey", "sig="):
        assert secret not in said, said


def test_the_account_may_be_in_a_connection_string(attempt, azurite):
    text = f"AccountName={azurite.account};AccountKey={azurite.key};BlobEndpoint={azurite.url}"
    attempt.migrate()
    section = {"connectionstring": text, "accountname": None, "accountkey": None, "serviceurl": None}
    said = attempt.start(yaml(merged(attempt.berth.config, {"storage": {"azure": section}}))).serves()
    assert azurite.key not in said


# ---- what is in the container ----

@pytest.fixture(scope="module")
def registry(cluster, azurite):
    with Berth(cluster, "nginx", keeper=Azure(azurite)) as found:
        yield found
        found.stop()
        assert not found.damage()
        found.remove()


@pytest.mark.parametrize("size", [0, 1, 5 * MIB, 16 * MIB, 16 * MIB + 1, 40 * MIB + 3])
@pytest.mark.parametrize("chunk", [None, 3 * MIB, 17 * MIB], ids=str)
def test_a_blob_of_any_size_arrives_and_nothing_else_stays(registry, azurite, size, chunk):
    repo, data, container = Repo(registry.client), blob(size), container_of(registry)
    if chunk is None:
        repo.push_blob(data)
    else:
        where = in_chunks([registry.client], repo.begin(), data, chunk)
        assert registry.client.put(with_query(where, digest=digest(data))).status == 201
    name = blob_key(digest(data))
    assert azurite.blobs(container, name) == {name: size} and not azurite.staged(container, name)
    assert azurite.blobs(container, "berth/", staged=True) == {}
    assert registry.client.get(repo.blob_url(digest(data))).body == data


def test_a_cancelled_upload_leaves_nothing(launch, azurite):
    registry = launch(Azure(azurite))
    repo = Repo(registry.client)
    kept = repo.push_blob(blob(100))
    where = in_chunks([registry.client], repo.begin(), blob(20 * MIB), 6 * MIB)
    assert list(azurite.blobs(container_of(registry), "berth/uploads", staged=True))  # there was something to leave
    assert registry.client.delete(where).status == 204
    expect_only_blobs(azurite, container_of(registry), kept)


def test_an_upload_with_the_wrong_digest_leaves_nothing(launch, azurite):
    registry = launch(Azure(azurite))
    repo = Repo(registry.client)
    where = in_chunks([registry.client], repo.begin(), blob(20 * MIB), 6 * MIB)
    assert registry.client.put(with_query(where, digest=digest(b"other"))).status == 400
    answer = registry.client.put(with_query(repo.begin(), digest=digest(b"other")), blob(20 * MIB), {"Content-Type": OCTETS})
    assert answer.status == 400
    expect_only_blobs(azurite, container_of(registry))


def test_an_expired_upload_is_purged_with_all_its_blocks(launch, azurite):
    registry = launch(Azure(azurite), {"storage": {"maintenance": {"uploadpurging": {
        "enabled": True, "age": "1s", "interval": "24h", "dryrun": False}}}})
    repo = Repo(registry.client)
    kept = repo.push_blob(blob(6 * MIB))
    in_chunks([registry.client], repo.begin(), blob(20 * MIB), 6 * MIB)
    registry.sql("UPDATE upload SET updated_at = updated_at - interval '1 hour'")
    assert "purged 1 sessions" in registry.berth("purge-uploads", registry.config_path).stdout
    expect_only_blobs(azurite, container_of(registry), kept)


@pytest.mark.parametrize("change, prefix", [
    ({"rootdirectory": "/some/folder/"}, "some/folder/"),
    ({"legacyrootprefix": True}, "/"),
    ({"trimlegacyrootprefix": False, "rootdirectory": "some/folder"}, "/some/folder/"),
], ids=["folder", "legacy", "both"])
def test_the_prefix_stands_before_every_name(launch, azurite, change, prefix):
    registry = launch(Azure(azurite, **change), REDIRECTS)
    repo, data = Repo(registry.client), blob(300_000)
    reference = repo.push_blob(data)
    where = in_chunks([registry.client], repo.begin(), blob(20 * MIB), 6 * MIB)
    assert registry.client.delete(where).status == 204
    expect_only_blobs(azurite, container_of(registry), reference, prefix=prefix)
    assert fetch(registry.client.get(repo.blob_url(reference)).location) == (200, data)


def test_an_append_blob_of_distributions_is_left_as_it_is(launch, azurite):
    registry = launch(Azure(azurite))
    repo, data = Repo(registry.client), blob(20 * MIB)
    name = blob_key(digest(data))
    azurite.put(container_of(registry), name, data, kind="AppendBlob")
    assert repo.push_blob(data) == digest(data)
    assert registry.client.get(repo.blob_url(digest(data))).body == data
    assert azurite.request("HEAD", f"{container_of(registry)}/{name}")[1]["x-ms-blob-type"] == "AppendBlob"


def test_one_of_another_size_is_an_error_that_says_what_to_do(launch, azurite):
    registry = launch(Azure(azurite))
    repo, data = Repo(registry.client), blob(20 * MIB)
    azurite.put(container_of(registry), blob_key(digest(data)), data[1:], kind="AppendBlob")
    answer = registry.client.put(with_query(repo.begin(), digest=digest(data)), data, {"Content-Type": OCTETS}, checked=False)
    assert answer.status == 500 and answer.codes() == ["UNKNOWN"], answer
    assert "remove it" in logs_of(registry)
    assert registry.client.get(repo.blob_url(digest(data))).status == 404


# ---- nodes ----

@pytest.fixture
def nodes(launch, azurite):
    first = launch(Azure(azurite))
    return first, launch(beside=first)


def test_chunks_alternate_between_nodes(nodes, azurite):
    clients, data = [node.client for node in nodes], blob(45 * MIB)
    repo = Repo(clients[0])
    where = in_chunks(clients, repo.begin(), data, 7 * MIB)
    assert clients[1].put(with_query(clients[1].target(where), digest=digest(data))).status == 201
    for client in clients:
        assert client.get(repo.blob_url(digest(data))).body == data
    expect_only_blobs(azurite, container_of(nodes[0]), digest(data))


def test_two_pushes_of_one_layer_at_once_give_one_blob(nodes, azurite):
    repos = [Repo(node.client) for node in nodes]
    references = []
    for size in (1000, 20 * MIB, 20 * MIB):
        data = blob(size)
        assert at_once(*[lambda repo=repo: repo.push_blob(data) for repo in repos]) == [digest(data)] * 2
        references.append(digest(data))
        for repo in repos:
            assert repo.client.get(repo.blob_url(digest(data))).body == data
    expect_only_blobs(azurite, container_of(nodes[0]), *references)


def test_both_finish_at_once_and_one_wins(nodes, azurite):
    name = Repo(nodes[0].client).name
    references = []
    for size in (20_000, 20_000, 20 * MIB):
        data = blob(size)
        where = in_chunks([nodes[0].client], Repo(nodes[0].client, name).begin(), data, 7 * MIB)
        answers = at_once(*[lambda node=node: node.client.put(with_query(node.client.target(where), digest=digest(data)))
                            for node in nodes])
        assert sorted(a.status for a in answers) == [201, 404], answers
        references.append(digest(data))
    expect_only_blobs(azurite, container_of(nodes[0]), *references)


# ---- redirects ----

@pytest.fixture
def redirecting(launch, azurite):
    return launch(Azure(azurite), REDIRECTS)


def test_a_pull_is_sent_to_the_store_with_a_sas(redirecting, azurite):
    repo, data = Repo(redirecting.client), blob(300_000)
    reference = repo.push_blob(data)
    answer = redirecting.client.get(repo.blob_url(reference))
    assert answer.status == 307, answer
    url, query = answer.location, urllib.parse.parse_qs(urllib.parse.urlsplit(answer.location).query)
    assert url.startswith(f"{azurite.url}/{container_of(redirecting)}/{blob_key(reference)}?")
    assert query["sp"] == ["r"] and query["sr"] == ["b"]
    life = calendar.timegm(time.strptime(query["se"][0], "%Y-%m-%dT%H:%M:%SZ")) - time.time()
    assert 1170 <= life <= 1201
    assert fetch(url) == (200, data)
    assert fetch(url, "HEAD")[0] == 200
    assert fetch(url, Range="bytes=10-19") == (206, data[10:20])


def test_a_sas_is_good_for_reading_its_blob_until_its_end(redirecting, azurite):
    repo = Repo(redirecting.client)
    url, other = [redirecting.client.get(repo.blob_url(repo.push_blob(blob(300_000)))).location for _ in range(2)]
    path, query = url.split("?")
    assert fetch(url)[0] == 200
    assert fetch(f"{other.split('?')[0]}?{query}")[0] == 403
    assert fetch(f"{path}?{query.replace('sp=r', 'sp=rw')}")[0] == 403
    assert fetch(url, "DELETE")[0] == 403
    assert fetch(path)[0] in (403, 404)
    assert azurite.account in path and azurite.key not in url


def test_a_redirect_lives_as_long_as_the_configuration_says(launch, azurite):
    registry = launch(Azure(azurite), {"storage": {"redirect": {"disable": False, "expirydelay": "2s"}}})
    repo = Repo(registry.client)
    url = registry.client.get(repo.blob_url(repo.push_blob(blob(300_000)))).location
    wait_until(lambda: fetch(url)[0] == 403, "the end of the SAS", interval=0.2)


def test_a_sas_of_a_connection_string_is_not_handed_on(launch, azurite):
    text = f"BlobEndpoint={azurite.url};SharedAccessSignature={azurite.sas()}"
    change = {"connectionstring": text, "accountkey": "", "accountname": "", "serviceurl": ""}
    registry = launch(Azure(azurite, **change), REDIRECTS)
    repo, data = Repo(registry.client), blob(20 * MIB)
    reference = repo.push_blob(data)
    where = in_chunks([registry.client], repo.begin(), data[1:], 7 * MIB)
    assert registry.client.put(with_query(where, digest=digest(data[1:]))).status == 201
    answer = registry.client.get(repo.blob_url(reference))
    assert answer.status == 200 and answer.body == data
    expect_only_blobs(azurite, container_of(registry), reference, digest(data[1:]))
    assert "sig=" not in logs_of(registry)


# ---- identities ----

@pytest.fixture(scope="module")
def secure_azurite(azurite):  # which says whether there can be one
    del azurite
    with Azurite(tls=True) as server:
        yield server


def federated(folder):
    path = os.path.join(folder, "federated")
    with open(path, "w", encoding="ascii") as f:
        f.write(entra.ASSERTION + "\n")
    return path


IDENTITIES = {
    "secret": lambda authority, _: ({"credentials": {"type": "client_secret", "tenantid": entra.TENANT, "clientid": entra.CLIENT,
                                                     "secret": entra.SECRET}}, {"AZURE_AUTHORITY_HOST": authority.url}),
    "federated": lambda authority, folder: ({"credentials_type": "default_credentials"}, {
        "AZURE_AUTHORITY_HOST": authority.url, "AZURE_TENANT_ID": entra.TENANT, "AZURE_CLIENT_ID": entra.CLIENT,
        "AZURE_FEDERATED_TOKEN_FILE": federated(folder)}),
    "service": lambda authority, _: ({"credentials_type": "default_credentials"}, {
        "IDENTITY_ENDPOINT": f"{authority.url}/msi/token", "IDENTITY_HEADER": entra.HEADER}),
    "machine": lambda authority, _: ({"credentials_type": "default_credentials"}, {
        "AZURE_POD_IDENTITY_AUTHORITY_HOST": authority.url}),
}


def launched(launch, server, authority, kind, folder):
    change, variables = IDENTITIES[kind](authority, folder)
    return launch(Azure(server, accountkey="", skipverify=True, **change), REDIRECTS, variables=variables)


@pytest.mark.parametrize("kind", IDENTITIES)
def test_an_identity_pushes_and_signs_for_pulls(launch, secure_azurite, kind):
    with Entra() as authority:
        registry = launched(launch, secure_azurite, authority, kind, ACCOUNT.scratch())
        repo, data = Repo(registry.client), blob(300_000)
        reference = repo.push_blob(data)
        where = in_chunks([registry.client], repo.begin(), data[1:], 100_000)
        assert registry.client.put(with_query(where, digest=digest(data[1:]))).status == 201
        url = registry.client.get(repo.blob_url(reference)).location
        assert "&skoid=11111111-2222-3333-4444-555555555555&" in url  # a user delegation SAS
        assert fetch(url, tls=UNVERIFIED) == (200, data)
        assert fetch(url.replace("sp=r&", "sp=rw&"), tls=UNVERIFIED)[0] == 403
        assert set(authority.given) == {kind} and not authority.refused
        assert entra.SECRET not in logs_of(registry) and "Bearer" not in logs_of(registry)


def test_tokens_are_renewed_before_they_end(launch, secure_azurite):
    with Entra(seconds=6) as authority:
        registry = launched(launch, secure_azurite, authority, "secret", None)
        repo, end = Repo(registry.client), time.monotonic() + 14
        wait_until(lambda: repo.push_blob(blob(1000)) and time.monotonic() > end and len(authority.given) >= 4, "renewals",
                   interval=0.1)
        assert not authority.refused
        assert "storage: azure" not in logs_of(registry)


def test_a_wrong_secret_of_an_application_is_refused_at_start(cluster, secure_azurite):
    with Entra() as authority:
        change, variables = IDENTITIES["secret"](authority, None)
        change["credentials"]["secret"] = "guessed"
        attempt = Attempt(Berth(cluster, "nginx", keeper=Azure(secure_azurite, accountkey="", skipverify=True, **change)))
        try:
            attempt.migrate()
            said = attempt.start(yaml(attempt.berth.config), **variables).refused(FAILED)
        finally:
            attempt.close()
        assert "AADSTS7000215" in said and "guessed" not in said, said


def test_a_certificate_that_nobody_vouches_for_is_refused_at_start(cluster, secure_azurite):
    attempt = Attempt(Berth(cluster, "nginx", keeper=Azure(secure_azurite, max_retries=-1)))
    try:
        attempt.migrate()
        said = attempt.start(yaml(attempt.berth.config)).refused(FAILED)
    finally:
        attempt.close()
    assert "certificate" in said, said


# ---- the command ----

def test_check_storage_goes_through_each_step_and_leaves_nothing(launch, azurite):
    registry = launch(Azure(azurite))
    said = registry.berth("check-storage", registry.config_path).stdout
    for step in ("reach", "write", "read", "parts", "copy", "sign", "fetch", "list", "remove"):
        assert f"\n{step} " in f"\n{said}" and "failed" not in said and "skipped" not in said, said
    expect_only_blobs(azurite, container_of(registry))


def test_check_storage_says_what_a_sas_lacks(launch, azurite):
    registry = launch(Azure(azurite))
    text = f"BlobEndpoint={azurite.url};SharedAccessSignature={azurite.sas('rl')}"
    change = {"storage": {"azure": {"connectionstring": text}}}
    path = os.path.join(registry.folder, "limited.yml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(yaml(merged(registry.config, change)))
    done = registry.berth("check-storage", path, check=False)
    assert done.returncode == 1 and "the SAS the permissions racwdl" in done.stdout, done.stdout
    assert "sig=" not in done.stdout + done.stderr
