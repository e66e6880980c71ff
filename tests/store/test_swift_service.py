# SPDX-License-Identifier: MIT
"""
The Swift driver by itself, against a real Swift: what it leaves in the container after every call, and after calls that a
crash would have left out. Passwords, tokens and signatures are verified by the server.
"""
import hashlib
import os
import time
import urllib.error
import urllib.request

import keystone
import pytest
from processes import ACCOUNT, wait_until
from service import Failed, Service
from swiftserver import Swift, missing

MIB = 1 << 20
STAGED, FINAL = "files/berth/uploads/x", "files/docker/registry/v2/blobs/sha256/ab/abcd/data"


class Bytes:
    """A file of random bytes."""

    def __init__(self, size):
        self.path, self.size = os.path.join(ACCOUNT.scratch(), "bytes"), size
        self.content = os.urandom(size)
        with open(self.path, "wb") as f:
            f.write(self.content)

    def sha256(self, offset=0, length=None):
        return hashlib.sha256(self.content[offset:][:length]).hexdigest()


@pytest.fixture(scope="module")
def large():
    return Bytes(5 * MIB + 17)


@pytest.fixture(scope="module")
def small():
    return Bytes(1000)


def variant(request, **change):
    why = missing()
    if why:
        (pytest.fail if request.config.getoption("--all") else pytest.skip)(why)
    return Swift(**change)


@pytest.fixture(scope="module")
def own_swift(request):
    """A server that tests may restart."""
    with variant(request) as server:
        yield server


@pytest.fixture
def container(request):
    return "c" + hashlib.sha256(request.node.name.encode()).hexdigest()[:12]


@pytest.fixture
def service(swift, container):
    with Service(swift.swift(container, chunksize=MIB)) as made:
        yield made


def upload(service, key, source, part=MIB):
    """All of the source's bytes as parts of a new upload; its id."""
    made = service.begin(key)
    service.call("parts", 1, source.path, part)
    return made


def push(service, key, source):
    upload(service, key, source)
    service.call("complete")


def fetch(url, **options):
    """(status, body) of a request by somebody without credentials."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, **options), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def note(key, upload_id):
    return f"segments/unfinished/{key}/{upload_id}"


# ---- signing in ----


def test_a_wrong_password_is_refused_and_said_to_be_without_being_said(swift, container, small):
    with Service(swift.swift(container, password="wrong-secret")) as service:
        with pytest.raises(Failed) as caught:
            service.put("files/a", small.path)
        log = service.log()
    assert caught.value.code == "UNKNOWN"
    assert "sign-in: status 401 (request id tx" in log and "storage.swift.username, password" in log
    assert "wrong-secret" not in log and swift.listed(container) == {}


def test_a_user_without_rights_is_told_so(swift, service, container, small):
    service.put("files/a", small.path)
    with Service(swift.swift(container, username="test:reader", password="testing3")) as reader:
        with pytest.raises(Failed) as caught:
            reader.head("files/a")
        assert caught.value.code == "UNKNOWN"
        assert "status 403" in reader.log() and "role or an ACL" in reader.log()


@pytest.mark.parametrize("version, settings", [
    ("v2.0", {"tenant": "images", "region": "Two"}),
    ("v2.0", {"tenantid": "77", "endpointtype": "internal"}),
    ("v3", {"domain": "people", "tenant": "images", "tenantdomain": "projects", "region": "Two"}),
    ("v3", {"domainid": "d1", "tenantid": "77", "endpointtype": "internal"}),
    ("v3", {"domainid": "d1", "tenant": "images", "tenantdomainid": "d2", "region": "Two"}),
    ("v3", {"domain": "people", "tenantdomain": "projects", "region": "Two"}),
    ("v3", {"domain": "people", "trustid": keystone.TRUST, "region": "Two"}),
])
def test_keystone_gives_the_token_and_the_catalogue(swift, container, small, version, settings):
    with keystone.Keystone(swift) as identity, Service(identity.storage(version, container, **settings)) as service:
        service.put("files/a", small.path)
        assert service.get("files/a", 0, small.size) == small.sha256()
        assert identity.signed_in == 1


@pytest.mark.parametrize("version, settings, advice", [
    ("v3", {"domain": "people", "tenant": "others", "tenantdomain": "projects"}, "sign-in: status 401"),
    ("v3", {"domain": "people", "tenantid": "77", "region": "Three"}, "none of storage.swift.region"),
    ("v2.0", {"tenant": "images", "region": "Three"}, "none of storage.swift.region"),
    ("v3", {"domain": "people", "tenantid": "77", "password": "wrong-secret"}, "sign-in: status 401"),
])
def test_what_keystone_does_not_give_is_said(swift, container, small, version, settings, advice):
    with keystone.Keystone(swift) as identity, Service(identity.storage(version, container, **settings)) as service:
        with pytest.raises(Failed) as caught:
            service.put("files/a", small.path)
        assert caught.value.code == "UNKNOWN" and advice in service.log()
        assert "secret" not in service.log() and keystone.PASSWORD not in service.log()


def test_a_token_is_renewed_before_it_ends(swift, container, small):
    """Tokens that are said to live for a second: Swift never gets to refuse one."""
    with keystone.Keystone(swift, life=1) as identity:
        with Service(identity.storage("v3", container, domain="people", tenantid="77", region="Two")) as service:
            service.put("files/a", small.path)

            def renewed():
                assert service.head("files/a") == small.size
                return identity.signed_in > 1
            wait_until(renewed, "a second token")
            assert "token was refused" not in service.log()


def test_a_token_that_is_refused_is_renewed_and_the_requests_repeated(own_swift, container, large):
    """All tokens are gone with the server's memory, in the middle of an upload; parts are under way at once."""
    with Service(own_swift.swift(container, chunksize=MIB)) as service:
        upload_id = service.begin(STAGED)
        service.call("parts", 1, large.path, MIB)
        own_swift.stop()
        own_swift.start()
        service.call("parts", 1, large.path, MIB)
        assert service.log().count("the credential was refused: fetching another one") == 1
        own_swift.stop()
        own_swift.start()
        service.call("use", STAGED, upload_id)
        service.call("parts", 1, large.path, MIB)
        service.call("complete")
        assert service.head(STAGED) == large.size and service.get(STAGED, 0, large.size) == large.sha256()


def test_a_server_that_is_away_is_waited_for_within_bounds_then_named(own_swift, container, small):
    with Service(own_swift.swift(container)) as service:
        service.put("files/a", small.path)
        own_swift.stop()
        began = time.monotonic()
        with pytest.raises(Failed) as caught:
            service.head("files/a")
        assert caught.value.code == "UNAVAILABLE" and time.monotonic() - began < 70
        assert f"127.0.0.1:{own_swift.port}" in service.log()
        own_swift.start()
        assert service.head("files/a") == small.size


def test_a_container_that_was_removed_is_made_again(swift, service, container, small):
    service.put("files/a", small.path)
    swift.remove_container(container)
    with pytest.raises(Failed):
        service.put("files/a", small.path)
    service.put("files/a", small.path)
    assert swift.listed(container) == {"files/a": small.size}


# ---- objects ----


def test_objects_are_put_read_listed_and_removed(swift, service, container, small):
    service.put("files/a", small.path)
    service.put("other%41/\u00fc", small.path)
    assert service.head("other%41/\u00fc") == small.size and "other%41/\u00fc" in swift.listed(container)
    assert service.head("files/a") == small.size and service.head("files/missing") is None
    assert service.get("files/a", 10, 100) == small.sha256(10, 100)
    assert service.list("files/") == {"files/a": small.size} and service.list("files/b") == {}
    service.call("copy", "files/a", "files/z", small.size)
    assert service.get("files/z", 0, small.size) == small.sha256()
    for key in ("files/a", "files/a", "files/z"):
        service.call("remove", key)
    assert "files/a" not in swift.listed(container) and "files/z" not in swift.listed(container)


def test_an_object_is_put_over_another_but_not_over_a_blob_of_its_size(swift, service, container, small, large):
    for source in (large, small, small):
        service.put("files/a", source.path)
        assert service.get("files/a", 0, source.size) == source.sha256()
    push(service, FINAL, large)
    before = swift.listed(container)
    service.put(FINAL, large.path)
    assert swift.listed(container) == before and service.get(FINAL, 0, large.size) == large.sha256()
    service.put(FINAL, small.path)
    assert service.get(FINAL, 0, small.size) == small.sha256() and "it is replaced" in service.log()


def test_more_bytes_than_there_are_is_a_failure(service, small):
    service.put("files/a", small.path)
    for offset, length in ((0, small.size + 1), (small.size, 1), (small.size - 1, 2)):
        with pytest.raises(Failed):
            service.get("files/a", offset, length)
    with pytest.raises(Failed):
        service.get("files/missing", 0, 1)


def test_listings_are_read_page_by_page(request, container, small):
    with variant(request, constraints={"container_listing_limit": 3}) as server:
        with Service(server.swift(container)) as service:
            for number in range(8):
                service.put(f"files/{number}", small.path)
            service.put("other", small.path)
            assert service.list("files/") == {f"files/{number}": small.size for number in range(8)}


# ---- large objects ----


def test_a_large_object_appears_whole_when_it_is_completed(swift, service, container, large):
    upload_id = upload(service, STAGED, large)
    folder = f"segments/{upload_id[:3]}/{upload_id[3:]}"
    assert service.head(STAGED) is None
    assert {name.partition("-")[0] if name.startswith(folder) else name: size for name, size in swift.listed(container).items()} == {
        note(STAGED, upload_id): 0, **{f"{folder}/{n:016}": MIB for n in range(1, 6)}, f"{folder}/{6:016}": 17}
    assert service.unfinished("files/berth/") == [(STAGED, upload_id)] and service.unfinished("files/other") == []
    service.call("complete")
    service.call("complete")
    assert service.head(STAGED) == large.size and service.list("files/") == {STAGED: large.size}
    assert service.unfinished("files/") == []
    for offset, length in ((0, large.size), (0, 1), (MIB - 1, 2), (large.size - 1, 1), (3 * MIB + 5, 2 * MIB)):
        assert service.get(STAGED, offset, length) == large.sha256(offset, length)


def test_a_segment_that_is_not_what_was_sent_is_no_object(swift, service, container, large):
    upload_id = upload(service, STAGED, large)
    [second] = [name for name in swift.listed(container) if f"{upload_id[3:]}/{2:016}-" in name]
    swift.request("PUT", f"/{container}/{second}", b"x")
    with pytest.raises(Failed):
        service.call("complete")
    assert service.head(STAGED) is None
    service.call("abandon")
    assert swift.listed(container) == {}


def test_a_copy_outlives_its_source_and_takes_the_segments_with_it(swift, service, container, large):
    push(service, STAGED, large)
    service.call("copy", STAGED, FINAL, large.size)
    service.call("copy", STAGED, FINAL, large.size)
    service.call("abandon")
    service.call("remove", STAGED)
    service.call("remove", STAGED)
    service.call("abandon")
    assert service.list("files/") == {FINAL: large.size}
    assert service.get(FINAL, 0, large.size) == large.sha256()
    service.call("remove", FINAL)
    assert swift.listed(container) == {}


@pytest.fixture(scope="module", params=[{}, {"without": ["slo"]}], ids=["static", "dynamic"])
def any_manifests(request):
    with variant(request, **request.param) as server:
        yield server


def test_parts_sent_again_in_fewer_pieces_leave_none_behind(any_manifests, container, large):
    with Service(any_manifests.swift(container, chunksize=MIB)) as service:
        upload_id = upload(service, STAGED, large)
        service.call("use", STAGED, upload_id)
        service.call("parts", 1, large.path, 2 * MIB)
        service.call("complete")
        assert service.get(STAGED, 0, large.size) == large.sha256()
        assert len(any_manifests.listed(container)) == 1 + 3


def test_a_segment_that_came_late_goes_with_the_object(swift, service, container, large):
    upload_id = upload(service, STAGED, large)
    service.call("complete")
    swift.request("PUT", f"/{container}/segments/{upload_id[:3]}/{upload_id[3:]}/{7:016}", b"late")
    service.call("remove", STAGED)
    assert swift.listed(container) == {}


def test_an_upload_that_was_completed_early_goes_on(any_manifests, container, large):
    with Service(any_manifests.swift(container, chunksize=MIB)) as service:
        upload(service, STAGED, large)
        service.call("complete")
        service.call("parts", 7, large.path, MIB)
        service.call("complete")
        assert service.get(STAGED, 0, large.size) == service.get(STAGED, large.size, large.size) == large.sha256()
        service.call("copy", STAGED, FINAL, 2 * large.size)
        service.call("remove", STAGED)
        assert service.head(FINAL) == 2 * large.size
        service.call("remove", FINAL)
        assert any_manifests.listed(container) == {}


def test_a_longer_upload_takes_the_place_of_a_shorter_one(any_manifests, container, large, small):
    with Service(any_manifests.swift(container, chunksize=MIB)) as service:
        for first in (small, large):
            push(service, STAGED, first)
            upload(service, STAGED, large)
            service.call("parts", 7, large.path, MIB)
            service.call("complete")
            assert service.get(STAGED, large.size, large.size) == large.sha256() and service.unfinished("files/") == []
            assert len(any_manifests.listed(container)) == 1 + 12
            service.call("remove", STAGED)
            assert any_manifests.listed(container) == {}


def test_an_upload_given_up_leaves_nothing(swift, service, container, large):
    upload(service, STAGED, large)
    service.call("abandon")
    service.call("abandon")
    assert swift.listed(container) == {}
    upload_id = upload(service, STAGED, large)
    service.call("use", STAGED, upload_id)  # by a node that knows of no part
    service.call("abandon")
    assert swift.listed(container) == {}


def test_a_completed_object_that_went_nowhere_is_removed_whole(swift, service, container, large):
    push(service, STAGED, large)
    service.call("abandon")
    assert service.head(STAGED) == large.size
    service.call("remove", STAGED)
    assert swift.listed(container) == {}


def test_a_crash_between_manifest_and_note_loses_nothing(swift, service, container, large):
    """The note is back, as if the upload had not come so far as to remove it."""
    upload_id = upload(service, STAGED, large)
    service.call("complete")
    swift.request("PUT", f"/{container}/{note(STAGED, upload_id)}")
    service.call("copy", STAGED, FINAL, large.size)
    service.call("remove", STAGED)
    service.call("abandon")
    assert service.get(FINAL, 0, large.size) == large.sha256()
    service.call("remove", FINAL)
    upload_id = upload(service, STAGED, large)
    service.call("complete")
    swift.request("PUT", f"/{container}/{note(STAGED, upload_id)}")
    service.call("abandon")
    assert service.get(STAGED, 0, large.size) == large.sha256() and service.unfinished("files/") == []


def test_a_crash_before_the_copy_is_made_leaves_the_segments_to_the_source(swift, service, container, large):
    """The source says where it goes, but nothing is there, or something else."""
    push(service, STAGED, large)
    service.call("copy", STAGED, FINAL, large.size)
    swift.request("DELETE", f"/{container}/{FINAL}")
    service.call("remove", STAGED)
    assert swift.listed(container) == {}
    push(service, STAGED, large)
    service.call("copy", STAGED, FINAL, large.size)
    swift.request("PUT", f"/{container}/{FINAL}", large.content)
    service.call("remove", STAGED)
    assert swift.listed(container) == {FINAL: large.size}


def test_two_uploads_of_the_same_bytes_make_one_object(swift, service, container, large):
    first, second = STAGED, f"{STAGED}2"
    push(service, first, large)
    push(service, second, large)
    for source in (first, second):
        service.call("copy", source, FINAL, large.size)
    for source in (first, second):
        service.call("remove", source)
    assert service.get(FINAL, 0, large.size) == large.sha256()
    assert len(swift.listed(container)) == 1 + 6
    service.call("remove", FINAL)
    assert swift.listed(container) == {}


def test_two_uploads_to_one_key_make_one_object(swift, service, container, large):
    push(service, FINAL, large)
    upload(service, FINAL, large, part=2 * MIB)
    service.call("complete")
    service.call("complete")
    assert service.unfinished("files/") == [] and len(swift.listed(container)) == 1 + 6
    assert service.get(FINAL, 0, large.size) == large.sha256()
    service.call("remove", FINAL)
    assert swift.listed(container) == {}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_a_second_copy_has_bytes_of_its_own(swift, service, container, large, order):
    keys = [STAGED, FINAL, FINAL.replace("sha256", "sha512")]
    push(service, STAGED, large)
    for target in keys[1:]:
        service.call("copy", STAGED, target, large.size)
    for gone, key in enumerate(order):
        for other in order[gone:]:
            if keys[other] != STAGED:
                assert service.get(keys[other], 0, large.size) == large.sha256()
        service.call("remove", keys[key])
    assert swift.listed(container) == {}


def test_a_manifest_of_distribution_has_its_size_and_is_removed_whole(swift, service, container, large):
    """A dynamic manifest, which is listed as empty."""
    folder = "segments/0ab/cdef"
    swift.request("PUT", f"/{container}")
    for number in range(3):
        swift.request("PUT", f"/{container}/{folder}/{number + 1:016}", large.content[number * MIB:(number + 1) * MIB])
    swift.request("PUT", f"/{container}/{FINAL}", headers={"X-Object-Manifest": f"{container}/{folder}"})
    swift.request("PUT", f"/{container}/files/empty")
    assert service.head(FINAL) == 3 * MIB
    assert service.list("files/") == {FINAL: 3 * MIB, "files/empty": 0}
    assert service.get(FINAL, MIB - 5, 10) == large.sha256(MIB - 5, 10)
    service.call("remove", FINAL)
    assert swift.listed(container) == {"files/empty": 0}


def test_segments_that_are_not_the_registrys_are_left_alone(swift, service, container, large):
    swift.request("PUT", f"/{container}")
    swift.request("PUT", f"/{container}/elsewhere/1", large.content[:MIB])
    swift.request("PUT", f"/{container}/{FINAL}", headers={"X-Object-Manifest": f"{container}/elsewhere/"})
    service.call("remove", FINAL)
    assert swift.listed(container) == {"elsewhere/1": MIB}


@pytest.mark.parametrize("change", [
    {"without": ["slo"]}, {"proxy": {"expose_info": "false"}}, {"filters": {"slo": {"max_manifest_segments": 3}}},
], ids=["no-slo", "no-info", "few-segments"])
def test_clusters_without_static_manifests(request, container, large, change):
    with variant(request, **change) as server, Service(server.swift(container, prefix="p", chunksize=MIB)) as service:
        staged, final = f"p/{STAGED}", f"p/{FINAL}"
        for _ in range(2):
            push(service, staged, large)
            service.call("copy", staged, final, large.size)
            service.call("remove", staged)
            service.call("abandon")
        assert service.list("p/files/") == {final: large.size}
        assert service.get(final, MIB - 1, 3 * MIB) == large.sha256(MIB - 1, 3 * MIB)
        upload(service, staged, large)
        service.call("abandon")
        service.call("remove", final)
        assert server.listed(container) == {}


# ---- temporary URLs ----


def test_a_signed_url_holds_for_its_object_and_its_time(swift, service, small):
    service.put("files/a", small.path)
    service.put("files/b", small.path)
    url = service.sign("files/a")
    assert fetch(url) == (200, small.content) and fetch(url, method="HEAD")[0] == 200
    assert fetch(url, headers={"Range": "bytes=5-9"}) == (206, small.content[5:10])
    assert fetch(url, method="DELETE")[0] == 401
    assert fetch(url.replace("files/a", "files/b"))[0] == 401
    assert fetch(url[:-1] + ("1" if url[-1] != "1" else "2"))[0] == 401
    assert fetch(service.sign("files/a", 0))[0] == 401
    assert "temp_url_sig" not in service.log()


def test_every_node_signs_with_the_same_key(swift, container, small):
    urls = []
    with Service(swift.swift(container)) as one, Service(swift.swift(container)) as two:
        one.put("files/a", small.path)
        for service in (one, two, one):
            urls.append(service.sign("files/a"))
    assert [fetch(url)[0] for url in urls] == [200, 200, 200]


def test_the_key_of_the_configuration_is_set_and_an_existing_one_is_used(swift, container, small):
    with Service(swift.swift(container, secretkey="the-given-key")) as service:
        service.put("files/a", small.path)
        assert fetch(service.sign("files/a"))[0] == 200
    with Service(swift.swift(container)) as service:
        assert fetch(service.sign("files/a"))[0] == 200
    assert swift.headers(f"/{container}")["X-Container-Meta-Temp-Url-Key"] == "the-given-key"
    swift.request("POST", f"/{container}", headers={"X-Container-Meta-Temp-URL-Key": "another",
                                                    "X-Container-Meta-Temp-URL-Key-2": "the-given-key"})
    with Service(swift.swift(container, secretkey="the-given-key")) as service:
        assert fetch(service.sign("files/a"))[0] == 200
    assert swift.headers(f"/{container}")["X-Container-Meta-Temp-Url-Key"] == "another"


@pytest.mark.parametrize("change, settings, signs", [
    ({"filters": {"tempurl": {"methods": "PUT"}}}, {"tempurlmethods": ["GET"]}, False),
    ({"filters": {"tempurl": {"allowed_digests": "sha1"}}}, {}, True),
    ({"filters": {"tempurl": {"allowed_digests": "sha512"}}}, {}, True),
    ({"proxy": {"expose_info": "false"}, "filters": {"tempurl": {"allowed_digests": "sha1"}}}, {}, False),
    ({"proxy": {"expose_info": "false"}, "filters": {"tempurl": {"allowed_digests": "sha1"}}},
     {"tempurlmethods": ["GET", "HEAD"], "secretkey": "of-the-account"}, True),
    ({"proxy": {"expose_info": "false"}, "filters": {"tempurl": {"allowed_digests": "sha1"}}},
     {"tempurlmethods": ["GET"], "tempurlcontainerkey": True}, True),
], ids=["no-get", "sha1", "sha512", "no-info", "no-info-account-key", "no-info-container-key"])
def test_signing_follows_what_the_cluster_allows(request, container, small, change, settings, signs):
    with variant(request, **change) as server, Service(server.swift(container, **settings)) as service:
        service.put("files/a", small.path)
        url = service.sign("files/a")
        assert (url is not None) == signs
        assert not signs or fetch(url) == (200, small.content)
