# SPDX-License-Identifier: MIT
"""`berth check-storage` on the s3 driver: every step, and what it says of keys, buckets and steps that fail."""
import json
import os
import uuid

import pytest

import faultproxy as faults
from faultproxy import FaultProxy
from processes import ACCOUNT, environment, run
from stack import build_folder, merged, yaml

STEPS = ["reach", "write", "read", "parts", "copy", "sign", "fetch", "list", "remove"]


@pytest.fixture
def bucket(swift):
    return swift.bucket("check" + uuid.uuid4().hex[:12])


@pytest.fixture
def check(swift, bucket):
    """Runs the command; `change` goes over the driver's section. Returns {step: (outcome, why)} and the exit status."""
    folder = ACCOUNT.folder(os.path.join(ACCOUNT.scratch(), "check-storage"))
    path = os.path.join(folder, "config.yml")
    config = {"version": "0.1", "storage": swift.s3(bucket, maxretries=1), "spool": {"directory": os.path.join(folder, "spool")}}

    def checked(**change):
        with open(path, "w", encoding="utf-8") as f:
            f.write(yaml(merged(config, {"storage": {"s3": change}})))
        done = run([os.path.join(build_folder(), "berth"), "check-storage", "--json", path], check=False, env=environment())
        assert swift.secret not in done.stdout + done.stderr
        steps = json.loads(done.stdout)["steps"]
        assert [step["step"] for step in steps] == STEPS
        return {step["step"]: (step["outcome"], step["why"]) for step in steps}, done.returncode
    return checked


def nothing_left(swift, bucket):
    return swift.objects(bucket) == {} and swift.multiparts(bucket) == []


def test_every_step_passes_and_nothing_is_left(check, swift, bucket):
    found, status = check()
    assert status == 0 and {outcome for outcome, _ in found.values()} == {"ok"}, found
    assert nothing_left(swift, bucket)


@pytest.mark.parametrize("change, words", [
    ({"secretkey": "wrong"}, "SignatureDoesNotMatch"),
    ({"bucket": "nobody-has-made-this-one"}, "NoSuchBucket"),
    ({"region": "eu-moon-1"}, "AuthorizationHeaderMalformed"),
    ({"regionendpoint": "http://127.0.0.1:1"}, "127.0.0.1:1"),
])
def test_what_cannot_be_reached_is_told_and_nothing_else_is_tried(check, change, words):
    found, status = check(**change)
    assert status == 1
    outcome, why = found["reach"]
    assert outcome == "failed" and words in why, why
    assert {found[step][0] for step in STEPS[1:]} == {"skipped"}


@pytest.mark.parametrize("step, method, pattern, header", [
    ("parts", "PUT", "partNumber=", None),
    ("parts", "DELETE", "uploadId=", None),
    ("copy", "PUT", "docker/registry", "x-amz-copy-source"),
    ("read", "GET", "docker/registry", "range"),
    ("write", "PUT", "docker/registry", "!x-amz-copy-source"),
    ("fetch", "GET", "X-Amz-Signature", None),
])
def test_a_step_that_fails_is_told_and_what_was_made_goes(check, swift, bucket, step, method, pattern, header):
    denied = "<Error><Code>AccessDenied</Code><Message>Not for you.</Message></Error>"
    with FaultProxy(swift.port) as proxy:
        proxy.break_at(method, pattern, faults.status(403, denied), header=header)
        found, status = check(regionendpoint=proxy.url)
    assert status == 1
    outcome, why = found[step]
    assert outcome == "failed" and ("AccessDenied" in why or "403" in why), found
    assert found["remove"][0] == "ok"
    assert swift.objects(bucket) == {}
    assert method == "DELETE" or swift.multiparts(bucket) == []  # what could not be ended is the sweep's
