# SPDX-License-Identifier: MIT
"""Buckets of each object store behind a proxy that makes faults (faultproxy.py)."""
import re

from faultproxy import FaultProxy
from ossserver import Oss

MIB = 1 << 20


class Store:
    """
    A bucket behind a proxy. `points` are arguments of FaultProxy.break_at: method, target, and a header that is present or (!)
    absent. `read` are the arguments for a GET of an object.
    """

    read = ("GET", r"some(/|%2F)key", None)
    ends_uploads = True  # a part is refused, or changes nothing, once its upload is complete

    def __init__(self, server, bucket, port):
        self.server, self.bucket, self.proxy = server, bucket, FaultProxy(port)

    def section(self, _folder, _name):
        return self.driver()

    def driver(self):
        raise NotImplementedError

    def expect_only(self, sizes):
        """Checks that the bucket holds blobs of these keys and sizes, and no other data."""
        raise NotImplementedError


class AzureStore(Store):
    points = {"part": ("PUT", r"comp=block&", None), "complete": ("PUT", r"comp=blocklist", "!if-none-match"),  # a request with it ends an abandoned upload
              "copy": ("PUT", r"/docker/registry", "x-ms-copy-source"), "head": ("HEAD", r"/docker/registry", None),
              "delete": ("DELETE", r"/berth/uploads", None)}

    def driver(self):
        return self.server.azure(self.bucket, serviceurl=f"{self.proxy.url}/{self.server.account}", max_retries=2)

    def expect_only(self, sizes):
        assert self.server.blobs(self.bucket, staged=True) == sizes
        assert not [name for name in sizes if self.server.staged(self.bucket, name)]


class GcsStore(Store):
    read = ("GET", r"alt=media", None)
    points = {"part": ("PUT", r"partNumber=", None), "complete": ("POST", r"uploadId=", None), "copy": ("POST", r"/rewriteTo/", None),
              "head": ("GET", r"fields=size", None), "delete": ("DELETE", r"berth%2Fuploads", None)}

    def driver(self):
        return self.server.section(self.bucket, endpoint=self.proxy.url, chunksize=5 * MIB)

    def expect_only(self, sizes):
        assert self.server.objects(self.bucket) == sizes
        assert self.server.uploads(self.bucket) == []


class SwiftStore(Store):
    points = {"part": ("PUT", r"/segments/.*/0000", None), "complete": ("PUT", r"multipart-manifest=put", None),
              "copy": ("PUT", r"/files/docker/.*multipart-manifest=put", None), "head": ("HEAD", r"/files/docker/", None),
              "delete": ("DELETE", r"/files/berth/uploads", None)}

    def driver(self):
        return self.server.swift(self.bucket, authurl=f"{self.proxy.url}/auth/v1.0", chunksize=5 * MIB)

    def expect_only(self, sizes):
        found = self.server.listed(self.bucket)
        assert {name.removeprefix("files/"): size for name, size in found.items() if name.startswith("files/")} == sizes
        segments = {name: size for name, size in found.items() if name.startswith("segments/")}
        assert len(found) == len(sizes) + len(segments)
        assert sum(segments.values()) == sum(sizes.values()), "segments of no object"
        assert not [name for name in segments if not re.search(r"/0000\d+(-[0-9a-f]{16})?$", name)]


class OssStore(Store):
    points = {"part": ("PUT", r"partNumber=", "!x-oss-copy-source"), "complete": ("POST", r"uploadId=", None),
              "copy": ("PUT", r"/docker/registry", "x-oss-copy-source"), "head": ("HEAD", r"/docker/registry", None),
              "delete": ("DELETE", r"/berth/uploads", None)}

    def driver(self):
        return self.server.section(endpoint=self.proxy.url.removeprefix("http://"), chunksize=5 * MIB)

    def expect_only(self, sizes):
        assert {key: len(found.data) for key, found in self.server.objects.items()} == sizes
        assert not self.server.uploads


class S3Store(Store):
    points = {"part": ("PUT", r"partNumber=", "!x-amz-copy-source")}
    ends_uploads = False  # Swift's S3 API lets a part replace that of an object; Amazon's refuses it

    def driver(self):
        return self.server.s3(self.server.bucket(self.bucket), regionendpoint=self.proxy.url)


def s3(fixture, _stack, name):
    server = fixture("swift")
    return S3Store(server, name, server.port)


def azure(fixture, _stack, name):
    server = fixture("azurite")
    return AzureStore(server, server.container(name), server.port)


def gcs(fixture, _stack, name):
    server = fixture("gcs")
    return GcsStore(server, server.bucket(name), server.port)


def swift(fixture, _stack, name):
    server = fixture("swift")
    return SwiftStore(server, name, server.port)


def oss(_fixture, stack, name):
    server = stack.enter_context(Oss(name))
    return OssStore(server, name, int(server.host.rsplit(":", 1)[1]))
