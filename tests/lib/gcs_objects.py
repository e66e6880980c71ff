# SPDX-License-Identifier: MIT
"""The state of the tests' Cloud Storage: buckets of objects, and unfinished multipart uploads."""
import base64
import hashlib
import secrets
import struct
from datetime import datetime, timezone
from xml.etree import ElementTree

from crcmod.predefined import mkCrcFun
from gcs_rules import Refused

PART_MIN, PARTS_MAX = 5 << 20, 10000
crc32c = mkCrcFun("crc-32c")


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def base64_text(data):
    return base64.b64encode(data).decode()


def hashes_of(data):
    """The x-goog-hash of an answer."""
    return f"crc32c={base64_text(struct.pack('>I', crc32c(data)))},md5={base64_text(hashlib.md5(data).digest())}"


def check_hash(headers, data):
    """Checks x-goog-hash and Content-MD5 of an upload; documented in "Hashes and ETags"."""
    given = dict(part.strip().partition("=")[::2] for part in (headers.get("x-goog-hash") or "").split(",") if part.strip())
    md5 = base64_text(hashlib.md5(data).digest())
    if given.get("md5", md5) != md5 or headers.get("Content-MD5", md5) != md5:
        raise Refused(400, "BadDigest", "The MD5 that was given does not match what was computed.")
    if "crc32c" in given and given["crc32c"] != base64_text(struct.pack(">I", crc32c(data))):
        raise Refused(400, "BadDigest", "The CRC32C that was given does not match what was computed.")


class Object:
    def __init__(self, name, data, content_type, composite=False):
        self.name, self.data, self.content_type = name, data, content_type or "application/octet-stream"
        self.updated, self.generation, self.composite = now(), str(secrets.randbits(50)), composite

    def resource(self, bucket):
        found = {"kind": "storage#object", "name": self.name, "bucket": bucket, "size": str(len(self.data)),
                 "contentType": self.content_type, "updated": self.updated, "timeCreated": self.updated,
                 "generation": self.generation, "metageneration": "1", "storageClass": "STANDARD"}
        found["crc32c"] = base64_text(struct.pack(">I", crc32c(self.data)))
        if not self.composite:
            found["md5Hash"] = base64_text(hashlib.md5(self.data).digest())
        return found


class Upload:
    def __init__(self, key, content_type):
        self.key, self.content_type, self.id = key, content_type, "AB" + secrets.token_urlsafe(90)
        self.begun, self.parts = now(), {}


class Bucket:
    def __init__(self, name):
        self.name, self.objects, self.uploads = name, {}, {}

    def get(self, name):
        if name not in self.objects:
            raise Refused(404, "notFound", f"No such object: {self.name}/{name}")
        return self.objects[name]

    def put(self, name, data, content_type):
        self.objects[name] = Object(name, data, content_type)
        return self.objects[name]

    def upload(self, key, upload_id):
        found = self.uploads.get(upload_id)
        if not found or found.key != key:
            raise Refused(404, "NoSuchUpload", "The requested upload was not found.")
        return found

    def begin(self, key, content_type):
        upload = Upload(key, content_type)
        self.uploads[upload.id] = upload
        return upload

    def put_part(self, key, upload_id, number, data):
        if not 1 <= number <= PARTS_MAX:
            raise Refused(400, "InvalidArgument", "Invalid argument: the part number.")
        tag = f'"{hashlib.md5(data).hexdigest()}"'
        self.upload(key, upload_id).parts[number] = (tag, data)
        return tag

    def complete(self, key, upload_id, body):
        upload = self.upload(key, upload_id)
        try:
            listed = [(int(part.findtext("{*}PartNumber")), part.findtext("{*}ETag"))
                      for part in ElementTree.fromstring(body).iterfind("{*}Part")]
        except (ElementTree.ParseError, TypeError, ValueError) as e:
            raise Refused(400, "MalformedCompleteMultipartUploadRequest", "The document is not what it should be.") from e
        if not listed or [number for number, _ in listed] != sorted({number for number, _ in listed}):
            raise Refused(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
        for at, (number, tag) in enumerate(listed):
            if upload.parts.get(number, ("",))[0].strip('"') != (tag or "-").strip('"'):
                raise Refused(400, "InvalidPart", f"Part {number} could not be found, or its ETag is another.")
            if at + 1 < len(listed) and len(upload.parts[number][1]) < PART_MIN:
                raise Refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum object size.")
        data = b"".join(upload.parts[number][1] for number, _ in listed)
        self.objects[key] = Object(key, data, upload.content_type, composite=True)
        del self.uploads[upload_id]
        return self.objects[key]

    def abort(self, key, upload_id):
        self.upload(key, upload_id)
        del self.uploads[upload_id]
