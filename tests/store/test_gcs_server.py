# SPDX-License-Identifier: MIT
"""The server of the tests is Cloud Storage enough for Google's own client, and refuses what is not signed rightly."""
import json
import os
import subprocess
import urllib.error
import urllib.request

from processes import ACCOUNT


def status(url, **options):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, **options), timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        return e.code


def test_nothing_is_given_without_a_token(gcs):
    bucket = gcs.bucket("judge-token")
    for path in (f"/storage/v1/b/{bucket}/o", f"/storage/v1/b/{bucket}/o/a", f"/{bucket}/a", f"/{bucket}?uploads"):
        assert status(gcs.url + path) == 401
        assert status(gcs.url + path, headers={"Authorization": "Bearer ya29.made-up"}) == 401
    assert status(f"{gcs.url}/token", data=b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c") == 400
    assert status(f"{gcs.url}/computeMetadata/v1/instance/service-accounts/default/token") == 403


def test_googles_client_takes_it_for_cloud_storage(gcs, google_python):
    script = os.path.join(os.path.dirname(__file__), "gcs_judge.py")
    done = subprocess.run([google_python, "-B", script, gcs.url, gcs.key_file(), gcs.key_file("wrong"), ACCOUNT.scratch()],
                          capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    assert "Invalid JWT Signature" in seen["refused"]
    assert seen["small"] == {"size": 10, "type": "text/x", "whole": "some bytes", "range": "bytes", "rewritten": True,
                             "missing": "not found", "names": ["a b/c", "copy"]}
    assert seen["parts"]
    assert seen["signed"] == {"good": [200, "some bytes"], "tampered": 403, "other": 403, "head": 200, "method": 403}
    assert seen["left"] == ["a b/c"]
