# SPDX-License-Identifier: MIT
"""Each call of the gcs service against the server of the tests: what it does, what it says when it is refused."""
import os
import subprocess
import urllib.error
import urllib.request

import pytest
from processes import ACCOUNT, environment
from stack import build_folder

MIB = 1 << 20


def fetch(url, method="GET", headers=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers or {}), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


class Probe:
    """gcs_probe with one bucket: each command is a line, each answer is a line."""

    def __init__(self, gcs, bucket, **options):
        options = {"endpoint": gcs.url, "keyfile": gcs.key_file(), **options}
        words = [f"{name}={value}" if value is not True else name for name, value in options.items() if value is not None]
        self.child = subprocess.Popen([os.path.join(build_folder(), "tests/store/gcs_probe"), bucket, *words],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                      env=environment(), **ACCOUNT.popen_options())
        self.log = ""

    def __call__(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()
        return self.child.stdout.readline().strip()

    def close(self):
        """What it logged."""
        _, self.log = self.child.communicate(timeout=30)
        assert self.child.returncode == 0, self.log
        return self.log


@pytest.fixture
def bucket(gcs, request):
    gcs.control(faults=[], token_life=3600, rewrite_step=None, may_sign=True, page=1000, forget=True)
    return gcs.bucket("service-" + str(abs(hash(request.node.name)) % 10**9))


@pytest.fixture
def probe(gcs, bucket):
    found = Probe(gcs, bucket)
    yield found
    if found.child.poll() is None:
        found.close()
    assert "AddressSanitizer" not in found.log and "runtime error" not in found.log


@pytest.fixture(scope="module")
def large():
    """A file of two whole parts and a rest."""
    path = os.path.join(ACCOUNT.scratch(), "large")
    with open(path, "wb") as f:
        f.write(os.urandom(10 * MIB + 12345))
    os.chmod(path, 0o644)
    return path


# ---- a key that is not the account's must fail, or nothing else here means anything ----

def test_a_wrong_key_is_refused_and_the_log_says_what_to_do(gcs, bucket):
    probe = Probe(gcs, bucket, keyfile=gcs.key_file("wrong"))
    for command in ("put a hello", "head a", "list a", "begin a"):
        assert probe(command) == "error UNKNOWN"
    log = probe.close()
    assert "no access token from" in log and "Invalid JWT Signature" in log and "make a new key file" in log
    assert "PRIVATE" not in log and "eyJ" not in log
    assert gcs.objects(bucket) == {} and gcs.uploads(bucket) == []


def test_a_clock_that_is_wrong_is_told(gcs, bucket):
    probe = Probe(gcs, bucket)
    assert probe("clock 7200") == "ok"
    assert probe("put a hello") == "error UNKNOWN"
    assert "set this machine's clock" in probe.close()


# ---- whole objects ----

def test_objects_are_put_read_copied_listed_and_removed(gcs, bucket, probe):
    assert probe("put a/b hello") == "ok"
    assert probe("head a/b") == "ok 5"
    assert probe("head a") == "ok missing"
    assert probe("get a/b 0 5") == "ok hello"
    assert probe("get a/b 1 3") == "ok ell"
    assert probe("get a/b 0 0") == "ok"
    assert probe("copy a/b c/d 5") == "ok"
    assert probe("get c/d 4 1") == "ok o"
    assert probe("put a/b other") == "ok"
    assert probe("list a/") == "ok 1 5 aged"
    assert probe("list ") == "ok 2 10 aged"
    assert probe("list none") == "ok 0 0 aged"
    assert probe("remove a/b") == "ok"
    assert probe("remove a/b") == "ok"
    assert gcs.objects(bucket) == {"c/d": 5}


def test_one_token_does_for_many_requests_and_is_renewed_before_its_end(gcs, bucket, probe):
    gcs.control(token_life=1000)
    for _ in range(5):
        assert probe("put a hello") == "ok"
    assert gcs.requests().count("POST /token") == 1
    assert probe("clock 690") == "ok" and probe("head a") == "ok 5"
    assert gcs.requests().count("POST /token") == 1
    assert probe("clock 705") == "ok"
    gcs.control(faults=[{"path": "^/token", "status": 500, "times": 100}])
    assert probe("head a") == "ok 5"  # the old one still holds
    gcs.control(faults=[])


def test_a_token_that_the_service_forgot_is_replaced(gcs, bucket, probe):
    assert probe("put a hello") == "ok"
    gcs.control(drop_tokens=True)
    assert probe("head a") == "ok 5"
    assert gcs.requests().count("POST /token") == 2


def test_a_receiver_that_goes_and_a_range_behind_the_end_fail(probe):
    assert probe("put a hello") == "ok"
    assert probe("get a 0 5 2") == "error UNAVAILABLE"
    assert probe("get a 3 5").startswith("error")
    assert probe("get a 9 5").startswith("error")
    assert probe("get missing 0 5").startswith("error")


def test_a_copy_in_many_steps_goes_on_to_its_end(gcs, bucket, probe):
    assert probe("put a " + "x" * 100) == "ok"
    gcs.control(rewrite_step=7)
    assert probe("copy a b 100") == "ok"
    assert gcs.objects(bucket) == {"a": 100, "b": 100}
    assert sum("rewriteTo" in line for line in gcs.requests()) == 15
    assert probe("copy a c 99") == "error UNAVAILABLE"
    assert probe("copy missing c 99") == "error UNKNOWN"


def test_listings_are_read_page_by_page(gcs, bucket, probe):
    for at in range(40):
        assert probe(f"put many/{at} 1") == "ok"
    gcs.control(page=7, forget=True)
    assert probe("list many/") == "ok 40 40 aged"
    assert probe("list many/1") == "ok 11 11 aged"
    assert probe("list many/ 3") == "ok 3 3 aged"
    assert len(gcs.requests()) == 6 + 2 + 1


# ---- uploads in parts ----

def test_parts_make_an_object_once_they_are_completed(gcs, bucket, probe, large):
    upload = probe("begin b/c").split()[1]
    assert gcs.uploads(bucket) == ["b/c"] and probe("unfinished b/") == "ok 1 aged"
    assert probe("head b/c") == "ok missing"
    assert probe(f"upload b/c {upload} {large} {5 * MIB}") == "ok 3"
    assert gcs.objects(bucket) == {"b/c": os.path.getsize(large)} and gcs.uploads(bucket) == []
    with open(large, "rb") as f:
        assert fetch(probe("sign GET b/c 60").split()[1]) == (200, f.read())


def test_an_abandoned_upload_leaves_nothing(gcs, bucket, probe):
    upload = probe("begin b").split()[1]
    assert probe(f"abandon b {upload}") == "ok"
    assert probe(f"abandon b {upload}") == "ok"
    assert gcs.uploads(bucket) == []
    assert probe("unfinished ") == "ok 0 aged"


def test_unfinished_uploads_are_listed_page_by_page(gcs, bucket, probe):
    for at in range(40):
        assert probe(f"begin u/{at % 20}").startswith("ok")
    gcs.control(page=7)
    assert probe("unfinished u/") == "ok 40 aged"
    assert probe("unfinished u/1") == "ok 22 aged"


@pytest.mark.parametrize("fault", [
    {"method": "PUT", "path": "partNumber=2", "status": 503, "times": 2},
    {"method": "PUT", "path": "partNumber=2", "drop": True},
    {"method": "PUT", "path": "partNumber=2", "drop": True, "after": True},
    {"method": "PUT", "path": "partNumber=3", "status": 429, "times": 1},
    {"method": "POST", "path": "uploadId=", "status": 503, "times": 1},
    {"method": "POST", "path": "uploadId=", "status": 503, "times": 1, "after": True},
])
def test_what_passes_is_tried_again(gcs, bucket, probe, large, fault):
    """The last one: the answer is lost, the upload is gone when it is asked again, and the object is there."""
    upload = probe("begin b").split()[1]
    gcs.control(faults=[fault])
    assert probe(f"upload b {upload} {large} {5 * MIB}") == "ok 3"
    assert gcs.objects(bucket) == {"b": os.path.getsize(large)}


def test_parts_that_are_gone_are_an_error(gcs, bucket, probe, large):
    upload = probe("begin b").split()[1]
    gcs.control(faults=[{"method": "PUT", "path": "partNumber=2", "status": 200, "times": 1}])
    assert probe(f"upload b {upload} {large} {5 * MIB}").startswith("error")
    assert probe(f"upload b {upload}x {large} {5 * MIB}").startswith("error")
    assert gcs.objects(bucket) == {}


def test_an_error_in_a_200_is_none_of_success(gcs, bucket, probe, large):
    upload = probe("begin b").split()[1]
    gcs.control(faults=[{"method": "POST", "path": "uploadId=", "status": 200, "times": 9,
                         "body": "<Error><Code>InternalError</Code></Error>"}])
    assert probe(f"upload b {upload} {large} {5 * MIB}") == "error UNAVAILABLE"
    gcs.control(faults=[])


# ---- signed URLs ----

def test_a_signed_url_holds_for_its_verb_key_and_life(gcs, bucket, probe):
    assert probe("put a/b~c hello") == "ok"
    url = probe("sign GET a/b~c 60").split()[1]
    assert fetch(url) == (200, b"hello")
    assert fetch(url, headers={"Range": "bytes=1-2"}) == (206, b"el")
    assert fetch(probe("sign HEAD a/b~c 60").split()[1], "HEAD")[0] == 200
    assert fetch(url, "HEAD")[0] == 403
    assert fetch(url.replace("a/b~c", "a/b~d"))[0] == 403
    assert fetch(url.replace("X-Goog-Expires=60", "X-Goog-Expires=600"))[0] == 403
    assert fetch(url[:-1] + ("0" if url[-1] != "0" else "1"))[0] == 403


def test_the_machines_account_signs_by_iam_and_urls_are_used_again(gcs, bucket):
    probe = Probe(gcs, bucket, keyfile=None, metadata=f"127.0.0.1:{gcs.port}", iam=gcs.url)
    assert probe("put a hello") == "ok"
    url = probe("sign GET a 60").split()[1]
    assert "machine%40tests" in url and fetch(url) == (200, b"hello")
    assert probe("sign GET a 60").split()[1] == url
    assert sum("signBlob" in line for line in gcs.requests()) == 1
    assert probe("sign HEAD a 60").split()[1] != url
    assert probe("clock 31") == "ok"
    assert probe("sign GET a 60").split()[1] != url
    probe.close()


def test_a_machine_that_may_not_sign_has_no_redirects_and_says_so_once(gcs, bucket):
    gcs.control(may_sign=False)
    probe = Probe(gcs, bucket, keyfile=None, metadata=f"127.0.0.1:{gcs.port}", iam=gcs.url)
    assert probe("put a hello") == "ok"
    assert [probe("sign GET a 60") for _ in range(3)] == ["ok none"] * 3
    log = probe.close()
    assert log.count("roles/iam.serviceAccountTokenCreator") == 1


def test_without_any_account_the_log_says_what_to_give(gcs, bucket):
    probe = Probe(gcs, bucket, keyfile=None, metadata="127.0.0.1:1")
    assert probe("head a") == "error UNAVAILABLE"
    log = probe.close()
    assert "no access token from the metadata server" in log and "give storage.gcs.keyfile" in log


def test_a_users_sign_in_works_and_does_not_sign(gcs, bucket):
    probe = Probe(gcs, bucket, keyfile=gcs.user_file())
    assert probe("put a hello") == "ok" and probe("sign GET a 60") == "ok none"
    assert "client-secret" not in probe.close()


# ---- refusals: one line with the reason and what to do ----

@pytest.mark.parametrize("fault,code,words", [
    ({"status": 403, "body": '{"error": {"message": "a@b does not have storage.objects.create access", "errors": '
                             '[{"reason": "forbidden"}]}}'},
     "UNKNOWN", ["forbidden", "storage.objects.create", "roles/storage.objectAdmin"]),
    ({"status": 403, "body": '{"error": {"message": "m", "errors": [{"reason": "insufficientPermissions"}]}}'},
     "UNKNOWN", ["scope"]),
    ({"status": 403, "body": '{"error": {"message": "m", "errors": [{"reason": "accountDisabled"}]}}'},
     "UNKNOWN", ["billing"]),
    ({"status": 429, "body": '{"error": {"message": "slow", "errors": [{"reason": "rateLimitExceeded"}]}}'},
     "UNAVAILABLE", ["rateLimitExceeded", "too many requests"]),
    ({"status": 503, "body": "<html>"}, "UNAVAILABLE", ["status 503", "busy or broken"]),
    ({"status": 200, "body": '{"size": "4"}'}, "UNAVAILABLE", ["another size"]),
    ({"status": 200, "body": '{"size": "5", "crc32c": "AAAAAA=="}'}, "UNAVAILABLE", ["another checksum"]),
    ({"status": 200, "body": "not json"}, "UNAVAILABLE", ["another size"]),
])
def test_refusals_of_a_put(gcs, bucket, fault, code, words):
    probe = Probe(gcs, bucket)
    gcs.control(faults=[{"path": "^/upload/", "times": 99, **fault}])
    assert probe("put a hello") == f"error {code}"
    gcs.control(faults=[])
    log = probe.close()
    for word in words:
        assert word in log
    assert "ya29" not in log


def test_a_bucket_that_does_not_exist_is_no_missing_object(gcs, bucket):
    probe = Probe(gcs, "no-such-bucket")
    for command in ("head a", "get a 0 1", "remove a", "list a", "begin a", "unfinished a"):
        assert probe(command) == "error UNKNOWN", command
    log = probe.close()
    assert log.count("check storage.gcs.bucket") == 6


def test_what_is_gone_is_said_to_be_gone(gcs, bucket, large):
    probe = Probe(gcs, bucket)
    assert probe("get a 0 1") == "error UNKNOWN"
    assert probe(f"upload a gone {large} {5 * MIB}") == "error BLOB_UPLOAD_INVALID"
    log = probe.close()
    assert "No such object" in log and "did somebody else remove it?" in log
    assert "NoSuchUpload" in log and "is there a lifecycle rule" in log


def test_nobody_there(gcs, bucket):
    probe = Probe(gcs, bucket, endpoint="http://127.0.0.1:1")
    assert probe("head a") == "error UNAVAILABLE"
    assert "(6 attempts)" in probe.close()
