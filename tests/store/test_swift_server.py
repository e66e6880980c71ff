# SPDX-License-Identifier: MIT
"""The server of the tests verifies what it is sent: otherwise a pass elsewhere would mean nothing."""
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError


def refusal(call):
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"]


def status(url, **options):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, **options), timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        return e.code


def test_a_wrong_s3_secret_is_refused(swift):
    bucket = swift.bucket("judge-s3")
    swift.client().put_object(Bucket=bucket, Key="a", Body=b"1")
    assert refusal(lambda: swift.client("wrong").get_object(Bucket=bucket, Key="a")) == "SignatureDoesNotMatch"
    assert refusal(lambda: swift.client("wrong").put_object(Bucket=bucket, Key="a", Body=b"2")) == "SignatureDoesNotMatch"
    assert swift.client().get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"


def test_a_presigned_url_holds_for_what_it_signs_only(swift):
    bucket = swift.bucket("judge-presigned")
    swift.client().put_object(Bucket=bucket, Key="a", Body=b"1")
    swift.client().put_object(Bucket=bucket, Key="b", Body=b"1")
    url = swift.client(signature_version="s3v4").generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a"}, 60)
    assert status(url) == 200
    assert status(url, method="HEAD") == 403
    assert status(url.replace(f"/{bucket}/a?", f"/{bucket}/b?")) == 403
    assert status(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61")) == 403


def test_a_wrong_swift_password_or_token_is_refused(swift):
    auth = f"{swift.url}/auth/v1.0"
    assert status(auth, headers={"X-Auth-User": swift.user, "X-Auth-Key": swift.password}) == 200
    assert status(auth, headers={"X-Auth-User": swift.user, "X-Auth-Key": "wrong"}) == 401
    assert status(f"{swift.url}/v1/{swift.account}", headers={"X-Auth-Token": "AUTH_tk0"}) == 401


def test_data_outlive_a_restart(swift):
    bucket = swift.bucket("judge-restart")
    swift.client().put_object(Bucket=bucket, Key="a", Body=b"12")
    port = swift.port
    swift.stop()
    swift.start()
    assert swift.port == port and swift.objects(bucket) == {"a": 2}
