# SPDX-License-Identifier: MIT
"""The server of the tests is OSS enough for Alibaba's own client, and refuses what is not signed rightly."""
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from oss_rules import Request, v1_signature, v4_signature

# Of the tests of Alibaba's Go SDK, version 2 (oss/signer/signer_test.go).
V1_DATE = "Wed, 28 Dec 2022 10:27:41 GMT"
V1_FIELDS = {"Content-MD5": "eB5eJF1ptWaXm4bijSPyxw==", "Content-Type": "text/html", "x-oss-meta-author": "alice",
             "x-oss-meta-magic": "abracadabra", "x-oss-date": V1_DATE}
V4_QUERY = "%2Bparam1=value3&%2Bparam2=&%7Cparam1=value4&%7Cparam2=&param1=value1&param2="
V4_FIELDS = {"x-oss-head1": "value", "abc": "value", "ZAbc": "value", "XYZ": "value", "content-type": "text/plain",
             "x-oss-content-sha256": "UNSIGNED-PAYLOAD"}


@pytest.mark.parametrize("key, query, due", [("nelson", "", "kSHKmLxlyEAKtZPkJhG9bZb5k7M="), ("nelson", "acl", "/afkugFbmWDQ967j1vr6zygBLQk=")])
def test_the_rules_of_v1_give_the_sdks_signatures(key, query, due):
    assert v1_signature("sk", Request("PUT", "examplebucket", key, query, V1_FIELDS), V1_DATE) == due


@pytest.mark.parametrize("date, further, due", [
    ("20231216T162057Z", [], "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe"),
    ("20231216T172512Z", ["abc", "zabc"], "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f"),
])
def test_the_rules_of_v4_give_the_sdks_signatures(date, further, due):
    request = Request("PUT", "bucket", "1234+-/123/1.txt", V4_QUERY, {**V4_FIELDS, "x-oss-date": date})
    assert v4_signature("sk", request, date, "cn-hangzhou", further) == due


def test_alibabas_client_takes_it_for_oss(oss, aliyun_python):
    script = os.path.join(os.path.dirname(__file__), "oss_judge.py")
    done = subprocess.run([aliyun_python, "-B", script, f"http://{oss.host}", oss.bucket, oss.region, oss.access_key, oss.secret],
                          capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    for version in ("v1", "v4"):
        name = f"{version}/an object+1"
        assert seen[version] == {
            "objects": {"whole": "some bytes", "range": "bytes", "size": 10, "names": [name, f"{name} copy"],
                        "old list": [name, f"{name} copy"], "missing": [404, "NoSuchKey"]},
            "parts": {"pending": True, "whole": True, "too small": [400, "EntityTooSmall"], "gone": [404, "NoSuchUpload"]},
            "signed": {"good": [200, "some bytes"], "head": 200, "verb": 403, "tampered": 403, "other": 403},
            "wrong secret": [403, "SignatureDoesNotMatch"], "wrong key": [403, "InvalidAccessKeyId"]}
    assert {kind for kind, *_ in oss.seen} == {"v1", "v4", "v1-url", "v4-url"}
    assert oss.objects["v4/an object+1"].encryption == "AES256"


def status(url, headers=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
            return answer.status, b""
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def test_nothing_is_given_without_a_signature(oss):
    oss.put("a", b"1", {})
    assert status(f"http://{oss.host}/a")[0] == 403
    assert status(f"http://{oss.host}/?prefix=")[0] == 403


def test_old_requests_and_old_urls_are_refused(oss):
    oss.put("a", b"1", {})
    late = Request("GET", oss.bucket, "a", "", {"Date": V1_DATE})
    answer = status(f"http://{oss.host}/a", {"Date": V1_DATE, "Authorization":
                                             f"OSS {oss.access_key}:{v1_signature(oss.secret, late, V1_DATE)}"})
    assert answer[0] == 403 and b"RequestTimeTooSkewed" in answer[1]
    until = str(int(time.time()) - 1)
    query = f"OSSAccessKeyId={oss.access_key}&Expires={until}"
    signature = v1_signature(oss.secret, Request("GET", oss.bucket, "a", query, {}), until)
    answer = status(f"http://{oss.host}/a?{query}&Signature={urllib.request.quote(signature, safe='')}")
    assert answer[0] == 403 and b"expired" in answer[1]
