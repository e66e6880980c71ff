# SPDX-License-Identifier: MIT
"""
Alibaba's own Python client against the server of the tests: oss_judge.py URL BUCKET REGION KEY SECRET. What the client takes
for OSS, in either version of its signatures, is near enough to it. Prints what it saw as JSON.
"""
import json
import re
import sys
import urllib.error
import urllib.request

import oss2

URL, BUCKET, REGION, KEY, SECRET = sys.argv[1:6]


def bucket(version, secret=SECRET, key=KEY):
    auth = oss2.AuthV4(key, secret) if version == 4 else oss2.Auth(key, secret)
    return oss2.Bucket(auth, URL, BUCKET, is_cname=True, region=REGION, enable_crc=False)


def status(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as answer:
            return [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as e:
        return [e.code, ""]


def refusal(call):
    try:
        call()
    except oss2.exceptions.OssError as e:
        return [e.status, e.code]
    return None


def objects(store, name):
    store.put_object(name, b"some bytes", headers={"x-oss-server-side-encryption": "AES256", "Content-Type": "text/x"})
    store.copy_object(BUCKET, name, f"{name} copy")
    seen = {
        "whole": store.get_object(name).read().decode(),
        "range": store.get_object(name, byte_range=(5, 9)).read().decode(),
        "size": store.head_object(name).content_length,
        "names": [item.key for item in oss2.ObjectIteratorV2(store, prefix=name, max_keys=1)],
        "old list": [item.key for item in oss2.ObjectIterator(store, prefix=name, max_keys=1)],
        "missing": refusal(lambda: store.get_object(f"{name} missing")),
    }
    store.delete_object(f"{name} copy")
    return seen


def parts(store, name):
    first, last = b"1" * (100 << 10), b"2" * 7
    upload = store.init_multipart_upload(name).upload_id
    done = [oss2.models.PartInfo(1, store.upload_part(name, upload, 1, first).etag)]
    store.put_object(f"{name} source", last)
    copied = store.upload_part_copy(BUCKET, f"{name} source", (0, 6), name, upload, 2)
    done.append(oss2.models.PartInfo(2, copied.etag))
    pending = [found.upload_id for found in oss2.MultipartUploadIterator(store, prefix=name)] == [upload]
    store.complete_multipart_upload(name, upload, done)
    whole = store.get_object(name).read() == first + last
    other = store.init_multipart_upload(name).upload_id
    store.abort_multipart_upload(name, other)
    small = store.init_multipart_upload(name).upload_id
    few = [oss2.models.PartInfo(n, store.upload_part(name, small, n, b"few").etag) for n in (1, 2)]
    too_small = refusal(lambda: store.complete_multipart_upload(name, small, few))
    store.abort_multipart_upload(name, small)
    return {"pending": pending, "whole": whole, "too small": too_small,
            "gone": refusal(lambda: store.abort_multipart_upload(name, other))}


def signed(store, name):
    good, head = store.sign_url("GET", name, 60), store.sign_url("HEAD", name, 60)
    return {"good": status(good), "head": status(head, "HEAD")[0], "verb": status(head)[0],
            "tampered": status(re.sub("(x-oss-expires|Expires)=", r"\1=1", good))[0],
            "other": status(good.replace("object", "other"))[0]}


def all_of(version):
    store, name = bucket(version), f"v{version}/an object+1"
    return {"objects": objects(store, name), "parts": parts(store, f"{name} in parts"), "signed": signed(store, name),
            "wrong secret": refusal(lambda: bucket(version, "another").get_object(name)),
            "wrong key": refusal(lambda: bucket(version, key="LTAIother").get_object(name))}


print(json.dumps({"v1": all_of(1), "v4": all_of(4)}))
