# SPDX-License-Identifier: MIT
"""
Google's own Python client against the server of the tests: gcs_judge.py URL KEYFILE WRONG_KEYFILE FOLDER. What the client
takes for Cloud Storage is near enough to it. Prints what it saw as JSON.
"""
import datetime
import json
import os
import sys
import urllib.error
import urllib.request

from google.api_core.exceptions import NotFound
from google.auth.exceptions import RefreshError
from google.cloud import storage
from google.cloud.storage import transfer_manager
from google.oauth2 import service_account

URL, KEYFILE, WRONG, FOLDER = sys.argv[1:5]


def client(keyfile):
    credentials = service_account.Credentials.from_service_account_file(
        keyfile, scopes=["https://www.googleapis.com/auth/devstorage.read_write"])
    return storage.Client(project="tests", credentials=credentials, client_options={"api_endpoint": URL})


def status(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, ""


def small(bucket):
    blob = bucket.blob("a b/c")
    blob.upload_from_string(b"some bytes", content_type="text/x")
    again = bucket.get_blob("a b/c")
    copy = bucket.blob("copy")
    token, _, _ = copy.rewrite(again)
    try:
        bucket.blob("missing").download_as_bytes()
        missing = "found"
    except NotFound:
        missing = "not found"
    return {"size": again.size, "type": again.content_type, "whole": blob.download_as_bytes().decode(),
            "range": blob.download_as_bytes(start=5, end=9).decode(), "rewritten": token is None, "missing": missing,
            "names": [b.name for b in bucket.list_blobs()]}


def parts(bucket):
    """The XML API's multipart upload, of three parts."""
    path = os.path.join(FOLDER, "large")
    data = os.urandom(11 << 20)
    with open(path, "wb") as f:
        f.write(data)
    blob = bucket.blob("large")
    transfer_manager.upload_chunks_concurrently(path, blob, chunk_size=5 << 20, worker_type=transfer_manager.THREAD)
    return blob.download_as_bytes() == data


def signed(bucket):
    blob = bucket.blob("a b/c")
    url = blob.generate_signed_url(version="v4", expiration=datetime.timedelta(minutes=1), api_access_endpoint=URL)
    head = blob.generate_signed_url(version="v4", expiration=60, api_access_endpoint=URL, method="HEAD")
    return {"good": status(url), "tampered": status(url.replace("X-Goog-Expires=60", "X-Goog-Expires=61"))[0],
            "other": status(url.replace("a%20b/c", "copy"))[0], "head": status(head, "HEAD")[0],
            "method": status(head)[0]}


def refused():
    try:
        list(client(WRONG).bucket("judge").list_blobs())
    except RefreshError as e:
        return str(e)
    return "taken"


def main():
    bucket = client(KEYFILE).create_bucket("judge")
    seen = {"refused": refused(), "small": small(bucket), "parts": parts(bucket), "signed": signed(bucket)}
    bucket.blob("copy").delete()
    seen["left"] = sorted(b.name for b in bucket.list_blobs(max_results=1))
    print(json.dumps(seen))


main()
