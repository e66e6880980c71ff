# SPDX-License-Identifier: MIT
"""
A real Swift server for the S3 and the Swift API. It verifies signatures, presigned and temporary URLs, and tokens. Users:
test:tester (password and S3 secret `testing`, owner of the account), test:reader (`testing3`), and test:owner, whose secret
occurs in no other text, so that a search of the logs finds it.

    with Swift() as swift:
        swift.bucket("blobs")
        ... Berth(cluster, "nginx", {"storage": swift.s3("blobs")}) ...

Needs user xattrs on the file system of the scratch folder: ext4, xfs, and tmpfs since Linux 6.6 have them.
"""
import json
import os
import urllib.error
import urllib.parse
import urllib.request

from storeserver import StoreServer

PACKAGE = "/usr/lib/python3/dist-packages/swift/proxy/server.py"


def missing():
    """The reason why Swift cannot run here, or None."""
    return None if os.path.exists(PACKAGE) else "python3-swift is not installed"


class Swift(StoreServer):
    """One server and its folder. Its data survive stop and start; remove deletes them."""

    name, script = "swift", "swift_process.py"
    missing = staticmethod(missing)
    user, password, account = "test:tester", "testing", "AUTH_test"
    owner, secret = "test:owner", "never-in-a-log"
    region = "us-east-1"

    def __init__(self, folder=None, **variant):
        """`variant` has the keys that swift_process.py reads: without, extra, filters, proxy, constraints."""
        super().__init__(folder)
        if variant:
            with open(os.path.join(self.folder, "variant.json"), "w", encoding="utf-8") as f:
                json.dump(variant, f)

    def s3(self, bucket, **change):
        """A `storage:` section of the s3 driver for this server."""
        return {"s3": {"accesskey": self.owner, "secretkey": self.secret, "region": self.region, "bucket": bucket,
                       "regionendpoint": self.url, "secure": False, **change}}

    def swift(self, container, **change):
        """A `storage:` section of the swift driver for this server."""
        return {"swift": {"username": self.user, "password": self.password, "authurl": f"{self.url}/auth/v1.0",
                          "container": container, **change}}

    def client(self, secret=None, **options):
        """The S3 client of boto3, to check results without the code under test."""
        import boto3  # imported here because the import takes half a second
        from botocore.client import Config
        return boto3.client("s3", endpoint_url=self.url, aws_access_key_id=self.user, region_name=self.region,
                            aws_secret_access_key=secret or self.password,
                            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, **options))

    def bucket(self, name):
        """Creates a bucket. A bucket of the S3 API and a container of the Swift API with the same name are the same."""
        self.client().create_bucket(Bucket=name)
        return name

    def objects(self, bucket, prefix=""):
        """{key: size} of the bucket; empty if there is no such bucket."""
        found = {}
        client = self.client()
        if bucket not in [b["Name"] for b in client.list_buckets()["Buckets"]]:
            return found
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            found.update({item["Key"]: item["Size"] for item in page.get("Contents", [])})
        return found

    def listed(self, container):
        """{name: bytes} of a container, by the Swift API. The container BUCKET+segments has the parts of multipart uploads."""
        _, answer = self.request("GET", f"/{container}?format=json", missing_ok=True)
        return {item["name"]: item["bytes"] for item in json.loads(answer)} if answer else {}

    def headers(self, path):
        """Header fields of the container or object."""
        return self.request("HEAD", path)[0]

    def remove_container(self, container):
        for name in self.listed(container):
            self.request("DELETE", f"/{container}/{urllib.parse.quote(name)}")
        self.request("DELETE", f"/{container}")

    def request(self, method, path, body=None, headers=None, missing_ok=False):
        """(header fields, body) of the answer to the owner of the account. If 404 is allowed, both are empty after a 404."""
        credentials = {"X-Auth-User": self.user, "X-Auth-Key": self.password}
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/auth/v1.0", headers=credentials), timeout=10) as r:
            token, base = r.headers["X-Auth-Token"], r.headers["X-Storage-Url"]
        fields = {"X-Auth-Token": token, "Content-Type": "application/octet-stream", **(headers or {})}
        if method == "PUT" and body is None:
            body = b""
        request = urllib.request.Request(base + path, data=body, method=method, headers=fields)
        try:
            with urllib.request.urlopen(request, timeout=30) as r:
                return r.headers, r.read()
        except urllib.error.HTTPError as e:
            if e.code != 404 or not missing_ok:
                raise
            return {}, None

    def multiparts(self, bucket):
        """Unfinished multipart uploads: (key, id)."""
        pages = self.client().get_paginator("list_multipart_uploads").paginate(Bucket=bucket)
        return [(item["Key"], item["UploadId"]) for page in pages for item in page.get("Uploads", [])]
