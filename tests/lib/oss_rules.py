# SPDX-License-Identifier: MIT
"""
Checks the signatures of Alibaba Cloud OSS by the rules of its documentation: "Include a V4 signature in the Authorization
header", "Add a V4 signature in a URL", and the same for V1. This file shares no code with the driver.
"""
import base64
import hashlib
import hmac
import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote

SKEW = 15 * 60
WEEK = 7 * 24 * 3600
# The sub-resources that V1 signs as part of the resource, as far as a registry can use them.
SUBRESOURCES = {"acl", "append", "bucketInfo", "continuation-token", "delete", "location", "objectMeta", "partNumber", "position",
                "response-cache-control", "response-content-disposition", "response-content-encoding",
                "response-content-language", "response-content-type", "response-expires", "restore", "security-token",
                "sequential", "stat", "symlink", "tagging", "uploadId", "uploads", "versionId", "versioning", "versions"}


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Request:
    """The signed parts of a request: `query` is the raw text, `headers` maps lower-case names to values, `key` is decoded."""

    def __init__(self, method, bucket, key, query, headers):
        self.method, self.bucket, self.key, self.query = method, bucket, key, query
        self.headers = {name.lower(): value.strip() for name, value in headers.items()}

    def parameters(self):
        """(name, value), percent-encoded with blanks as %20. A missing value is empty."""
        return [tuple(part.partition("=")[::2]) for part in self.query.replace("+", "%20").split("&") if part]

    def parameter(self, name):
        return next((unquote(value) for found, value in self.parameters() if unquote(found) == name), None)


# ---- V1 ----

def v1_signature(secret, request, date):
    lines = [request.method, request.headers.get("content-md5", ""), request.headers.get("content-type", ""), date]
    lines += [f"{name}:{value}" for name, value in sorted(request.headers.items()) if name.startswith("x-oss-")]
    part_of_it = sorted((unquote(name), unquote(value)) for name, value in request.parameters()
                        if unquote(name) in SUBRESOURCES or name.startswith("x-oss-"))
    resource = f"/{request.bucket}/{request.key}"
    if part_of_it:
        resource += "?" + "&".join(f"{name}={value}" if value else name for name, value in part_of_it)
    text = "\n".join([*lines, resource])
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


# ---- V4 ----

def v4_signature(secret, request, date, region, further=(), product="oss"):
    """`date` is in the basic format of ISO 8601. `further` names signed headers beyond those that are always signed."""
    signed = {name: value for name, value in request.headers.items()
              if name.startswith("x-oss-") or name in ("content-type", "content-md5") or name in further}
    query = sorted(item for item in request.parameters() if item[0] != "x-oss-signature")
    canonical = "\n".join([
        request.method,
        quote(f"/{request.bucket}/{request.key}", safe="/-_.~"),
        "&".join(f"{name}={value}" if value else name for name, value in query),
        "".join(f"{name}:{value}\n" for name, value in sorted(signed.items())),
        ";".join(further),
        request.headers.get("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
    ])
    scope = f"{date[:8]}/{region}/{product}/aliyun_v4_request"
    text = "\n".join(["OSS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("aliyun_v4" + secret).encode()
    for step in (*scope.split("/"), text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key.hex()


# ---- judging a request ----

class Judge:
    """Judges by one access key and the region of the server."""

    def __init__(self, access_key, secret, region):
        self.access_key, self.secret, self.region = access_key, secret, region

    def _compare(self, access_key, due, given):
        if access_key != self.access_key:
            raise Refused(403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
        if not hmac.compare_digest(due, given):
            raise Refused(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature "
                                                        "you provided. Check your key and signing method.")

    @staticmethod
    def _fresh(then):
        if abs(time.time() - then) > SKEW:
            raise Refused(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")

    def _credential(self, text):
        access_key, date, region, product, last = (text.split("/") + [""] * 4)[:5]
        if (region, product, last) != (self.region, "oss", "aliyun_v4_request"):
            raise Refused(400, "InvalidArgument", "Invalid signing region or product in Authorization header.")
        return access_key, date

    def check(self, request):
        """Returns the kind of the valid signature; raises Refused if there is none."""
        given = request.headers.get("authorization", "")
        if given.startswith("OSS4-HMAC-SHA256 "):
            return self._header_v4(request, given)
        if given.startswith("OSS "):
            return self._header_v1(request, given)
        if request.parameter("x-oss-signature-version"):
            return self._url_v4(request)
        if request.parameter("Signature"):
            return self._url_v1(request)
        raise Refused(403, "AccessDenied", "Anonymous access is forbidden for this operation.")

    def _header_v4(self, request, given):
        fields = dict(part.strip().partition("=")[::2] for part in given.split(" ", 1)[1].split(","))
        access_key, day = self._credential(fields["Credential"])
        date = request.headers.get("x-oss-date", "")
        if not date.startswith(day) or "x-oss-content-sha256" not in request.headers:
            raise Refused(400, "InvalidArgument", "x-oss-date or x-oss-content-sha256 is missing.")
        self._fresh(datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp())
        further = [name for name in fields.get("AdditionalHeaders", "").split(";") if name]
        self._compare(access_key, v4_signature(self.secret, request, date, self.region, further), fields["Signature"])
        return "v4"

    def _header_v1(self, request, given):
        access_key, _, signature = given[len("OSS "):].partition(":")
        date = request.headers.get("date") or request.headers.get("x-oss-date", "")
        self._fresh(parsedate_to_datetime(date).timestamp())
        self._compare(access_key, v1_signature(self.secret, request, date), signature)
        return "v1"

    def _url_v4(self, request):
        access_key, _ = self._credential(request.parameter("x-oss-credential"))
        date, life = request.parameter("x-oss-date"), int(request.parameter("x-oss-expires"))
        further = [name for name in (request.parameter("x-oss-additional-headers") or "").split(";") if name]
        self._compare(access_key, v4_signature(self.secret, request, date, self.region, further),
                      request.parameter("x-oss-signature"))
        if not 0 < life <= WEEK:
            raise Refused(400, "AuthorizationQueryParametersError", "x-oss-expires is out of range.")
        if time.time() > datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp() + life:
            raise Refused(403, "AccessDenied", "Request has expired.")
        return "v4-url"

    def _url_v1(self, request):
        self._compare(request.parameter("OSSAccessKeyId"), v1_signature(self.secret, request, request.parameter("Expires")),
                      request.parameter("Signature"))
        if time.time() > int(request.parameter("Expires")):
            raise Refused(403, "AccessDenied", "Request has expired.")
        return "v1-url"
