# SPDX-License-Identifier: MIT
"""
Google Cloud Storage for tests, as a program: gcs_process.py FOLDER PORT. JSON API, uploads (media, multipart), XML API
(multipart uploads, objects), V4 signed URLs, the token service, the metadata server, signBlob. gcs_rules.py checks the
permission of each request. The program writes FOLDER/port when it listens; it keeps no other data on disk.

POST /_tests takes {"token_life": s, "rewrite_step": bytes, "may_sign": bool, "drop_tokens": true, "faults": [...]}; a fault is
{"method", "path" (a regular expression on path and query), "status", "body", "times", "after": execute the request first,
"drop": close the connection instead of an answer, "cut": bytes of the body after which the connection is closed}. "page" is
the maximum length of a page of a listing. GET /_tests returns the state of the server and the requests that it got.
"""
import email
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from gcs_objects import Bucket, base64_text, check_hash, hashes_of
from gcs_rules import Account, Refused, Tokens, check_v4, parameters

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
MACHINE = "machine@tests.iam.gserviceaccount.com"
REGISTRY = "registry@tests.iam.gserviceaccount.com"
PAGE = 1000


def fields_of(text):
    """`a,b(c,d)` as {"a": None, "b": {"c": None, "d": None}}."""
    found, at, depth, start = {}, 0, 0, 0
    for at, c in enumerate(text + ","):
        depth += {"(": 1, ")": -1}.get(c, 0)
        if c == "," and depth == 0:
            name, inner, rest = text[start:at].partition("(")
            found[name] = fields_of(rest[:-1]) if inner else None
            start = at + 1
    return found


def pick(value, fields):
    if isinstance(value, list):
        return [pick(item, fields) for item in value]
    return {k: pick(v, fields[k]) if fields[k] else v for k, v in value.items() if k in fields}


class State:
    def __init__(self, url):
        self.lock = threading.RLock()
        self.accounts = {name: Account(name) for name in (REGISTRY, MACHINE)}
        self.tokens = Tokens(self.accounts, f"{url}/token")
        self.buckets, self.faults, self.requests = {}, [], []
        self.rewrite_step, self.may_sign, self.rewrites, self.page = None, True, {}, PAGE

    def bucket(self, name):
        if name not in self.buckets:
            raise Refused(404, "NoSuchBucket", "The specified bucket does not exist.")
        return self.buckets[name]

    def control(self, change):
        self.tokens.life = change.get("token_life", self.tokens.life)
        self.rewrite_step = change.get("rewrite_step", self.rewrite_step)
        self.may_sign = change.get("may_sign", self.may_sign)
        self.page = change.get("page", self.page)
        self.faults = change.get("faults", self.faults)
        if change.get("drop_tokens"):
            self.tokens.held.clear()
        if change.get("bucket"):
            self.buckets.setdefault(change["bucket"], Bucket(change["bucket"]))
        if change.get("forget"):
            self.requests.clear()

    def told(self):
        return {"objects": {b.name: {o.name: len(o.data) for o in b.objects.values()} for b in self.buckets.values()},
                "uploads": {b.name: {u.id: [u.key, len(u.parts)] for u in b.uploads.values()} for b in self.buckets.values()},
                "requests": self.requests, "refresh_token": self.tokens.refresh_token}

    def fault(self, method, target):
        for fault in self.faults:
            if fault.get("times", 1) > 0 and fault.get("method", method) == method and re.search(fault["path"], target):
                fault["times"] = fault.get("times", 1) - 1
                return fault
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version, server_version = "HTTP/1.1", "UploadServer"
    wbufsize, disable_nagle_algorithm = 1 << 16, True
    state = None

    def log_message(self, *_):
        pass

    # ---- one request ----

    def handle_any(self):
        self.path_raw, _, self.query_raw = self.path.partition("?")
        self.query = dict(parameters(self.query_raw))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.state.lock:
            if not self.path_raw.startswith("/_tests"):
                self.state.requests.append(f"{self.command} {self.path}")
            fault = self.state.fault(self.command, self.path)
        try:
            answer = None if fault and not fault.get("after") else self.dispatch(body)
            if fault and "cut" not in fault:
                answer = fault.get("status", 503), {}, fault.get("body", "").encode()
        except Refused as e:
            answer = self.refusal(e)
        if fault and fault.get("drop"):
            self.close_connection = True
        else:
            self.reply(*answer, cut=fault.get("cut") if fault else None)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def reply(self, status, headers, body, cut=None):
        self.send_response(status)
        for name, value in {"X-GUploader-UploadID": "test-upload-id", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            self.close_connection = True

    def refusal(self, e):
        if self.path_raw == "/token":
            return self.json({"error": e.code, "error_description": e.message}, e.status)
        if self.path_raw.startswith(("/storage/", "/upload/", "/v1/")):
            reason = "notFound" if e.status == 404 else e.code
            return self.json({"error": {"code": e.status, "message": e.message, "errors": [
                {"domain": "global", "reason": reason, "message": e.message}]}}, e.status)
        return self.xml(f"<Error><Code>{escape(e.code)}</Code><Message>{escape(e.message)}</Message></Error>", e.status)

    def json(self, value, status=200):
        if "fields" in self.query and status == 200:
            value = pick(value, fields_of(self.query["fields"]))
        return status, {"Content-Type": "application/json; charset=UTF-8"}, json.dumps(value).encode()

    @staticmethod
    def xml(text, status=200):
        return status, {"Content-Type": "application/xml; charset=UTF-8"}, f"<?xml version='1.0' encoding='UTF-8'?>{text}".encode()

    def dispatch(self, body):
        for method, pattern, name, open_to_all in ROUTES:
            match = re.fullmatch(pattern, self.path_raw)
            if not match or method not in (self.command, "*"):
                continue
            if not open_to_all:
                self.state.tokens.check_bearer(self.headers.get("Authorization"))
            return getattr(self, name)(body, *[unquote(part) for part in match.groups()])
        raise Refused(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")

    # ---- control by the tests ----

    def tests(self, body):
        with self.state.lock:
            if self.command == "POST":
                self.state.control(json.loads(body))
            return self.json(self.state.told())

    # ---- tokens ----

    def token(self, body):
        with self.state.lock:
            return self.json(self.state.tokens.trade(dict(parse_qsl(body.decode()))))

    def metadata(self, _, what):
        if self.headers.get("Metadata-Flavor") != "Google":
            return 403, {"Content-Type": "text/html"}, b"Missing required header: Metadata-Flavor: Google"
        if what == "email":
            return 200, {"Metadata-Flavor": "Google", "Content-Type": "application/text"}, MACHINE.encode()
        with self.state.lock:
            return self.json(self.state.tokens.grant())

    def sign_blob(self, body, account):
        if not self.state.may_sign or account != MACHINE:
            raise Refused(403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.signBlob' denied on resource")
        payload = email.message_from_string("Content-Transfer-Encoding: base64\n\n" + json.loads(body)["payload"])
        signer = self.state.accounts[account]
        return self.json({"keyId": signer.key_id, "signedBlob": base64_text(signer.sign(payload.get_payload(decode=True)))})

    # ---- JSON API ----

    def make_bucket(self, body):
        with self.state.lock:
            bucket = self.state.buckets.setdefault(json.loads(body)["name"], Bucket(json.loads(body)["name"]))
            return self.json({"kind": "storage#bucket", "name": bucket.name, "id": bucket.name})

    def get_bucket(self, _, name):
        return self.json({"kind": "storage#bucket", "name": self.state.bucket(name).name, "id": name})

    def insert(self, body, bucket):
        name, kind = self.query.get("name"), self.headers.get("Content-Type")
        if self.query.get("uploadType") == "multipart":
            parts = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body).get_payload()
            meta = json.loads(parts[0].get_payload(decode=True))
            name, kind = meta.get("name", name), parts[1].get_content_type()
            boundary = b"--" + email.message_from_string("Content-Type: " + self.headers["Content-Type"]).get_boundary().encode()
            body = body.split(boundary)[2].split(b"\r\n\r\n", 1)[1][:-2]
        elif self.query.get("uploadType") != "media":
            raise Refused(400, "invalidParameter", "Invalid uploadType.")
        if not name:
            raise Refused(400, "required", "Required")
        check_hash(self.headers, body)
        with self.state.lock:
            return self.json(self.state.bucket(bucket).put(name, body, kind).resource(bucket))

    def list(self, _, bucket):
        prefix, delimiter = self.query.get("prefix", ""), self.query.get("delimiter")
        after, most = self.query.get("pageToken", ""), min(int(self.query.get("maxResults", PAGE)), self.state.page)
        with self.state.lock:
            found = self.state.bucket(bucket)
            names = sorted(name for name in found.objects if name.startswith(prefix) and name > after)
            if delimiter:
                names = [name for name in names if delimiter not in name[len(prefix):]]
            answer = {"kind": "storage#objects"}
            if names:
                answer["items"] = [found.objects[name].resource(bucket) for name in names[:most]]
            if len(names) > most:
                answer["nextPageToken"] = names[most - 1]
        return self.json(answer)

    def get(self, _, bucket, name):
        with self.state.lock:
            found = self.state.bucket(bucket).get(name)
        return self.media(found) if self.query.get("alt") == "media" else self.json(found.resource(bucket))

    def delete(self, _, bucket, name):
        with self.state.lock:
            self.state.bucket(bucket).get(name)
            del self.state.bucket(bucket).objects[name]
        return 204, {}, b""

    def rewrite(self, _, bucket, name, to_bucket, to_name):
        with self.state.lock:
            source = self.state.bucket(bucket).get(name)
            size, token = len(source.data), self.query.get("rewriteToken")
            done = (self.state.rewrites.pop(token, None) if token else 0)
            if done is None:
                raise Refused(400, "invalid", "Invalid rewrite token")
            done = size if self.state.rewrite_step is None else min(size, done + self.state.rewrite_step)
            answer = {"kind": "storage#rewriteResponse", "totalBytesRewritten": str(done), "objectSize": str(size),
                      "done": done == size}
            if done == size:
                answer["resource"] = self.state.bucket(to_bucket).put(to_name, source.data, source.content_type).resource(to_bucket)
            else:
                answer["rewriteToken"] = f"step {done}/{to_name}"
                self.state.rewrites[answer["rewriteToken"]] = done
            return self.json(answer)

    def media(self, found):
        data, status, headers = found.data, 200, {"Content-Type": found.content_type, "ETag": f'"{found.generation}"',
                                      "x-goog-hash": hashes_of(found.data)}
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if wanted and wanted.group(0) != "bytes=-":
            first, last = wanted.groups()
            start = int(first) if first else max(0, len(data) - int(last))
            end = min(int(last), len(data) - 1) if first and last else len(data) - 1
            if start >= len(data) or start > end:
                raise Refused(416, "requestedRangeNotSatisfiable", "Request range not satisfiable")
            status, headers["Content-Range"] = 206, f"bytes {start}-{end}/{len(data)}"
            data = data[start:end + 1]
        return status, headers, data

    # ---- XML API ----

    def xml_get(self, _, bucket, key):
        if "X-Goog-Signature" in self.query:
            check_v4(self.state.accounts, self.command, self.path_raw, self.query_raw, self.headers)
        else:
            self.state.tokens.check_bearer(self.headers.get("Authorization"))
        with self.state.lock:
            found = self.state.bucket(bucket)
            if key not in found.objects:
                raise Refused(404, "NoSuchKey", "The specified key does not exist.")
            return self.media(found.objects[key])

    def xml_uploads(self, _, bucket):
        if "uploads" not in self.query:
            raise Refused(400, "InvalidArgument", "Invalid argument: this server lists objects through the JSON API only.")
        marker = self.query.get("key-marker", ""), self.query.get("upload-id-marker", "")
        with self.state.lock:
            found = sorted((u.key, u.id, u.begun) for u in self.state.bucket(bucket).uploads.values()
                           if u.key.startswith(self.query.get("prefix", "")))
        found = [u for u in found if (u[:2] > marker if marker[1] else u[0] > marker[0])]
        page = found[:min(int(self.query.get("max-uploads", PAGE)), self.state.page)]
        text = "".join(f"<Upload><Key>{escape(k)}</Key><UploadId>{i}</UploadId><StorageClass>STANDARD</StorageClass>"
                       f"<Initiated>{t}</Initiated></Upload>" for k, i, t in page)
        if len(page) < len(found):
            text += (f"<NextKeyMarker>{escape(page[-1][0])}</NextKeyMarker><NextUploadIdMarker>{page[-1][1]}"
                     "</NextUploadIdMarker>")
        return self.xml(f"<ListMultipartUploadsResult xmlns='{NAMESPACE}'><Bucket>{bucket}</Bucket>"
                        f"<IsTruncated>{str(len(page) < len(found)).lower()}</IsTruncated>{text}</ListMultipartUploadsResult>")

    def xml_post(self, body, bucket, key):
        with self.state.lock:
            found = self.state.bucket(bucket)
            if "uploads" in self.query:
                upload = found.begin(key, self.headers.get("Content-Type"))
                return self.xml(f"<InitiateMultipartUploadResult xmlns='{NAMESPACE}'><Bucket>{bucket}</Bucket>"
                                f"<Key>{escape(key)}</Key><UploadId>{upload.id}</UploadId></InitiateMultipartUploadResult>")
            if "uploadId" not in self.query:
                raise Refused(400, "InvalidArgument", "Invalid argument: uploads or uploadId is missing.")
            made = found.complete(key, self.query["uploadId"], body)
            return self.xml(f"<CompleteMultipartUploadResult xmlns='{NAMESPACE}'><Bucket>{bucket}</Bucket>"
                            f"<Key>{escape(key)}</Key><ETag>\"{made.generation}\"</ETag></CompleteMultipartUploadResult>")

    def xml_put(self, body, bucket, key):
        if not self.query.get("partNumber", "").isdigit():
            raise Refused(400, "InvalidArgument", "Invalid argument: partNumber.")
        check_hash(self.headers, body)
        with self.state.lock:
            tag = self.state.bucket(bucket).put_part(key, self.query.get("uploadId"), int(self.query["partNumber"]), body)
        return 200, {"ETag": tag, "x-goog-hash": hashes_of(body)}, b""

    def xml_delete(self, _, bucket, key):
        with self.state.lock:
            self.state.bucket(bucket).abort(key, self.query.get("uploadId"))
        return 204, {}, b""


OBJECT = r"/storage/v1/b/([^/]+)/o/([^/]+)"
ROUTES = [  # method, path, handler, whether the route needs no credentials or its handler checks them
    ("*", r"/_tests", "tests", True),
    ("POST", r"/token", "token", True),
    ("GET", r"/computeMetadata/v1/instance/service-accounts/default/(token|email)", "metadata", True),
    ("POST", r"/v1/projects/-/serviceAccounts/([^/:]+):signBlob", "sign_blob", False),
    ("POST", r"/storage/v1/b", "make_bucket", False),
    ("GET", r"/storage/v1/b/([^/]+)", "get_bucket", False),
    ("POST", r"/upload/storage/v1/b/([^/]+)/o", "insert", False),
    ("GET", r"/storage/v1/b/([^/]+)/o", "list", False),
    ("GET", OBJECT, "get", False),
    ("GET", r"/download" + OBJECT, "get", False),
    ("DELETE", OBJECT, "delete", False),
    ("POST", OBJECT + r"/rewriteTo/b/([^/]+)/o/([^/]+)", "rewrite", False),
    ("GET", r"/([^/]+)/?", "xml_uploads", False),
    ("GET", r"/([^/]+)/(.+)", "xml_get", True),
    ("HEAD", r"/([^/]+)/(.+)", "xml_get", True),
    ("POST", r"/([^/]+)/(.+)", "xml_post", False),
    ("PUT", r"/([^/]+)/(.+)", "xml_put", False),
    ("DELETE", r"/([^/]+)/(.+)", "xml_delete", False),
]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def main():
    folder, port = sys.argv[1], int(sys.argv[2])
    server = Server(("127.0.0.1", port), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    Handler.state = State(url)
    for name, account in (("registry", Handler.state.accounts[REGISTRY]), ("wrong", Account(REGISTRY))):
        with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as f:
            json.dump(account.key_file(f"{url}/token"), f)
    with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as f:
        f.write(str(server.server_port))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    server.serve_forever()


if __name__ == "__main__":
    main()
