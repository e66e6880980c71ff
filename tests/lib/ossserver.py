# SPDX-License-Identifier: MIT
"""
An emulator of Alibaba Cloud OSS: one bucket on a port of 127.0.0.1, in a thread, with the signature checks of oss_rules.py.
No installable emulator verifies OSS signatures. store/test_oss_server.py checks this one with Alibaba's clients.

    with Oss("images") as oss:
        ... Berth(cluster, "nginx", {"storage": oss.section()}) ...
"""
import base64
import hashlib
import re
import secrets
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from oss_rules import Judge, Refused, Request

PART_MIN, PARTS_MAX, PAGE = 100 << 10, 10000, 1000


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def tag_of(data):
    return hashlib.md5(data).hexdigest().upper()


class Object:
    def __init__(self, data, headers):
        self.data, self.tag, self.modified = data, f'"{tag_of(data)}"', now()
        self.type = headers.get("content-type", "application/octet-stream")
        self.encryption = headers.get("x-oss-server-side-encryption")
        self.encryption_key = headers.get("x-oss-server-side-encryption-key-id")


class Upload:
    def __init__(self, key, headers):
        self.key, self.id, self.headers, self.begun, self.parts = key, secrets.token_hex(16).upper(), headers, now(), {}


class Oss:
    """The bucket, and a record of its requests."""

    access_key, secret, region = "LTAItests", "secret of the tests", "cn-tests"

    def __init__(self, bucket="registry"):
        self.bucket, self.objects, self.uploads = bucket, {}, {}
        self.judge = Judge(self.access_key, self.secret, self.region)
        self.lock = threading.RLock()
        self.seen = []     # (kind of signature, method, key, sub-resource)
        self.faults = []   # [method, pattern on the target, status, code]: each is used once
        self.page = PAGE
        self.server = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        handler = type("Bucket", (Handler,), {"oss": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def host(self):
        return f"127.0.0.1:{self.server.server_address[1]}"

    def section(self, **change):
        """A `storage:` section for this bucket."""
        return {"oss": {"accesskeyid": self.access_key, "accesskeysecret": self.secret, "region": f"oss-{self.region}",
                        "bucket": self.bucket, "endpoint": self.host, "secure": False, **change}}

    # ---- operations ----

    def put(self, key, data, headers):
        self.objects[key] = Object(data, headers)
        return self.objects[key]

    def get(self, key):
        if key not in self.objects:
            raise Refused(404, "NoSuchKey", "The specified key does not exist.")
        return self.objects[key]

    def upload(self, key, number):
        if number not in self.uploads or self.uploads[number].key != key:
            raise Refused(404, "NoSuchUpload", "The specified upload does not exist.")
        return self.uploads[number]

    def copied(self, source, part):
        bucket, _, key = unquote(source).lstrip("/").partition("/")
        if bucket != self.bucket:
            raise Refused(404, "NoSuchBucket", "The specified bucket does not exist.")
        data = self.get(key).data
        if part:
            first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", part).groups())
            if last >= len(data):
                raise Refused(416, "InvalidRange", "The requested range cannot be satisfied.")
            return data[first:last + 1]
        if len(data) > 1 << 30:
            raise Refused(400, "EntityTooLarge", "The object to copy is larger than 1 GB.")
        return data

    def complete(self, upload, document):
        named = [(int(part.find("PartNumber").text), part.find("ETag").text.strip('"'))
                 for part in ElementTree.fromstring(document).iter("Part")]
        if not named or [number for number, _ in named] != sorted({number for number, _ in named}):
            raise Refused(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
        for number, tag in named:
            if number not in upload.parts or tag_of(upload.parts[number]) != tag:
                raise Refused(400, "InvalidPart", "One or more of the specified parts could not be found.")
        pieces = [upload.parts[number] for number, _ in named]
        if any(len(piece) < PART_MIN for piece in pieces[:-1]):
            raise Refused(400, "EntityTooSmall", "Your proposed upload smaller than the minimum allowed size.")
        del self.uploads[upload.id]
        made = self.put(upload.key, b"".join(pieces), upload.headers)
        made.tag = f'"{tag_of("".join(tag for _, tag in named).encode())}-{len(named)}"'
        return made


class Handler(BaseHTTPRequestHandler):
    protocol_version, server_version = "HTTP/1.1", "AliyunOSS"
    wbufsize, disable_nagle_algorithm = 1 << 16, True
    oss = None

    def log_message(self, *_):
        pass

    def handle_any(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.request_id = secrets.token_hex(12).upper()
        key = unquote(path).lstrip("/")
        if key.split("/")[0] == self.oss.bucket:  # clients put the bucket into the path if the host is an IP address
            key = key.partition("/")[2]
        self.about = Request(self.command, self.oss.bucket, key, query, dict(self.headers.items()))
        try:
            with self.oss.lock:
                answer = self.judged(body)
        except Refused as e:
            text = (f"<Error><Code>{e.code}</Code><Message>{escape(e.message)}</Message><RequestId>{self.request_id}</RequestId>"
                    f"<HostId>{self.oss.host}</HostId></Error>")
            answer = e.status, {"Content-Type": "application/xml"}, text.encode()
        self.reply(*answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def reply(self, status, headers, body):
        self.send_response(status)
        for name, value in {"x-oss-request-id": self.request_id, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(body)

    def judged(self, body):
        kind = self.oss.judge.check(self.about)
        names = {unquote(name) for name, _ in self.about.parameters()}
        self.oss.seen.append((kind, self.command, self.about.key,
                              next((name for name in ("uploads", "uploadId") if name in names), "")))
        for fault in self.oss.faults:
            if fault[0] == self.command and re.search(fault[1], self.path):
                self.oss.faults.remove(fault)
                raise Refused(fault[2], fault[3], "Asked for by a test.")
        md5 = self.about.headers.get("content-md5")
        if md5 and base64.b64encode(hashlib.md5(body).digest()).decode() != md5:
            raise Refused(400, "InvalidDigest", "The Content-MD5 you specified is not valid.")
        return getattr(self, self.operation(names))(body)

    def operation(self, names):
        if not self.about.key:
            return "list_uploads" if "uploads" in names else "list_objects"
        if "uploadId" in names:
            return {"PUT": "put_part", "POST": "complete", "DELETE": "abort"}[self.command]
        if "uploads" in names:
            return "begin"
        return {"PUT": "put_object", "GET": "get_object", "HEAD": "get_object", "DELETE": "delete_object"}[self.command]

    @staticmethod
    def xml(text):
        return 200, {"Content-Type": "application/xml"}, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()

    def copied(self, tag, name):
        status, headers, body = self.xml(f"<{name}><LastModified>{now()}</LastModified><ETag>{tag}</ETag></{name}>")
        return status, {**headers, "ETag": tag}, body

    # ---- objects ----

    def put_object(self, body):
        source = self.about.headers.get("x-oss-copy-source")
        made = self.oss.put(self.about.key, self.oss.copied(source, None) if source else body, self.about.headers)
        if source:
            return self.copied(made.tag, "CopyObjectResult")
        return 200, {"ETag": made.tag}, b""

    def get_object(self, _body):
        found = self.oss.get(self.about.key)
        headers = {"Content-Type": found.type, "ETag": found.tag, "x-oss-object-type": "Normal", "Accept-Ranges": "bytes",
                   "x-oss-storage-class": "Standard", "Last-Modified": "Wed, 25 Nov 2026 00:00:00 GMT"}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.about.headers.get("range", ""))
        if not asked or int(asked[1]) >= len(found.data):
            return 200, headers, found.data  # a range that cannot be satisfied is ignored
        first, last = int(asked[1]), min(int(asked[2] or len(found.data)), len(found.data) - 1)
        return 206, {**headers, "Content-Range": f"bytes {first}-{last}/{len(found.data)}"}, found.data[first:last + 1]

    def delete_object(self, _body):
        self.oss.objects.pop(self.about.key, None)
        return 204, {}, b""

    # ---- multipart ----

    def begin(self, _body):
        made = Upload(self.about.key, self.about.headers)
        self.oss.uploads[made.id] = made
        return self.xml(f"<InitiateMultipartUploadResult><Bucket>{self.oss.bucket}</Bucket><Key>{escape(made.key)}</Key>"
                        f"<UploadId>{made.id}</UploadId></InitiateMultipartUploadResult>")

    def put_part(self, body):
        upload = self.oss.upload(self.about.key, self.about.parameter("uploadId"))
        number = int(self.about.parameter("partNumber"))
        if not 1 <= number <= PARTS_MAX:
            raise Refused(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive.")
        source = self.about.headers.get("x-oss-copy-source")
        if source:
            body = self.oss.copied(source, self.about.headers.get("x-oss-copy-source-range"))
        upload.parts[number] = body
        if source:
            return self.copied(f'"{tag_of(body)}"', "CopyPartResult")
        return 200, {"ETag": f'"{tag_of(body)}"'}, b""

    def complete(self, body):
        made = self.oss.complete(self.oss.upload(self.about.key, self.about.parameter("uploadId")), body)
        return self.xml(f"<CompleteMultipartUploadResult><Location>http://{self.oss.host}/{escape(self.about.key)}</Location>"
                        f"<Bucket>{self.oss.bucket}</Bucket><Key>{escape(self.about.key)}</Key><ETag>{made.tag}</ETag>"
                        "</CompleteMultipartUploadResult>")

    def abort(self, _body):
        del self.oss.uploads[self.oss.upload(self.about.key, self.about.parameter("uploadId")).id]
        return 204, {}, b""

    # ---- lists ----

    def list_objects(self, _body):
        prefix, version_2 = self.about.parameter("prefix") or "", self.about.parameter("list-type") == "2"
        after = self.about.parameter("continuation-token" if version_2 else "marker") or ""
        most = min(int(self.about.parameter("max-keys") or 100), self.oss.page)
        keys = sorted(key for key in self.oss.objects if key.startswith(prefix) and key > after)
        page, more = keys[:most], len(keys) > most
        items = "".join(f"<Contents><Key>{escape(key)}</Key><LastModified>{self.oss.objects[key].modified}</LastModified>"
                        f"<ETag>{self.oss.objects[key].tag}</ETag><Type>Normal</Type><Size>{len(self.oss.objects[key].data)}</Size>"
                        "<StorageClass>Standard</StorageClass></Contents>"
                        for key in page)
        name = "NextContinuationToken" if version_2 else "NextMarker"
        return self.xml(f"<ListBucketResult><Name>{self.oss.bucket}</Name><Prefix>{escape(prefix)}</Prefix>"
                        f"<MaxKeys>{most}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>"
                        + (f"<{name}>{escape(page[-1])}</{name}>" if more else "") + items + "</ListBucketResult>")

    def list_uploads(self, _body):
        prefix = self.about.parameter("prefix") or ""
        after = (self.about.parameter("key-marker") or "", self.about.parameter("upload-id-marker") or "")
        most = min(int(self.about.parameter("max-uploads") or 1000), self.oss.page)
        found = sorted((u.key, u.id) for u in self.oss.uploads.values() if u.key.startswith(prefix) and (u.key, u.id) > after)
        page, more = found[:most], len(found) > most
        items = "".join(f"<Upload><Key>{escape(key)}</Key><UploadId>{number}</UploadId>"
                        f"<Initiated>{self.oss.uploads[number].begun}</Initiated></Upload>" for key, number in page)
        last = page[-1] if more else ("", "")
        markers = f"<NextKeyMarker>{escape(last[0])}</NextKeyMarker><NextUploadIdMarker>{last[1]}</NextUploadIdMarker>"
        return self.xml(f"<ListMultipartUploadsResult><Bucket>{self.oss.bucket}</Bucket><IsTruncated>{str(more).lower()}"
                        f"</IsTruncated>{markers}{items}</ListMultipartUploadsResult>")
