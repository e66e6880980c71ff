# SPDX-License-Identifier: MIT
"""The objects that the scenarios read: an image with a 20 MB layer and a 400 byte blob, and 10,000 tags."""
import hashlib
import json
import os
import threading

import load
from scenarios import MIB, OCI, REPOSITORY, TAGGED

LARGE = 20 * 1000 * 1000
SMALL = 400
TAGS = 10000


class Seed:
    """Files below `folder`, made once. All peers get the same bytes."""

    def __init__(self, folder, quick):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.blobs = {}
        for name, size in (("config", 1500), ("small", SMALL), ("large", LARGE)):
            self.blobs[name] = (self._path(name), load.random_file(self._path(name), size), size)
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": OCI,
            "config": self._descriptor("config", "application/vnd.oci.image.config.v1+json"),
            "layers": [self._descriptor(name, "application/vnd.oci.image.layer.v1.tar+gzip")
                       for name in ("large", "small")]}, indent=1).encode()
        with open(self._path("manifest"), "wb") as f:
            f.write(self.manifest)
        self.digest = "sha256:" + hashlib.sha256(self.manifest).hexdigest()
        self.tags = [f"v{i:05d}" for i in range(TAGS // 10 if quick else TAGS)]

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _descriptor(self, name, media_type):
        _, digest, size = self.blobs[name]
        return {"mediaType": media_type, "digest": digest, "size": size}

    def image(self, base):
        """Pushes the image into both repositories of a peer."""
        for repository in (REPOSITORY, TAGGED):
            for path, digest, _ in self.blobs.values():
                load.push_blob(base, repository, path, digest)
            load.push_manifest(base, repository, ["latest"], self.manifest, OCI)

    def push_tags(self, base, lanes=8):
        """Pushes the many tags over the API."""
        faults = []

        def lane(tags):
            try:
                load.push_manifest(base, TAGGED, tags, self.manifest, OCI)
            except (load.LoadError, OSError) as e:
                faults.append(e)

        threads = [threading.Thread(target=lane, args=(self.tags[i::lanes],)) for i in range(lanes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]

    def paths(self, publish):
        """{what: {peer or "all": request target}}; publish(name, file) names a file of the static limit."""
        return {
            "manifest_tag": {"all": f"/v2/{REPOSITORY}/manifests/latest",
                             "static": publish("manifest", self._path("manifest"))},
            "manifest_digest": {"all": f"/v2/{REPOSITORY}/manifests/{self.digest}", "static": "/manifest"},
            "base": {"all": "/v2/"},
            "blob_small": {"all": f"/v2/{REPOSITORY}/blobs/{self.blobs['small'][1]}",
                           "static": publish("small", self._path("small"))},
            "blob_large": {"all": f"/v2/{REPOSITORY}/blobs/{self.blobs['large'][1]}",
                           "static": publish("large", self._path("large"))},
            "tags": {"all": f"/v2/{TAGGED}/tags/list?n=100"}}


def upload_files(folder, count, size):
    """Files to push. Their content is changed before each push."""
    os.makedirs(folder, exist_ok=True)
    paths = [os.path.join(folder, f"upload{i}") for i in range(count)]
    for path in paths:
        load.random_file(path, size)
    return paths


def upload_size(megabytes, quick):
    return megabytes * MIB // (10 if quick else 1)
