# SPDX-License-Identifier: MIT
"""Blobs, manifests and indexes for the tests, and helpers that push them."""
import hashlib
import json
import random
import uuid
from urllib.parse import quote, urlencode

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_FOREIGN = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
ALL_TYPES = ", ".join([OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST])
OCTETS = "application/octet-stream"
EMPTY_JSON = b"{}"


def digest(data, algorithm="sha256"):
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def blob(size=100):
    """Bytes that no other test uses."""
    return random.randbytes(size)


def absent():
    """The digest of content that was never pushed."""
    return digest(blob(32))


def name(prefix="t"):
    """A repository name of its own for each test."""
    return f"{prefix}/{uuid.uuid4().hex[:16]}"


def encode(document):
    return json.dumps(document).encode()


def descriptor(content, media_type=OCI_LAYER, algorithm="sha256", **more):
    return {"mediaType": media_type, "size": len(content), "digest": digest(content, algorithm), **more}


class Repo:
    """A repository on a server: URLs and pushes. Every push asserts the status 201."""

    def __init__(self, client, repo_name=None):
        self.client, self.name = client, repo_name or name()
        self.base = f"{client.prefix.rstrip('/')}/v2/{self.name}"

    def blob_url(self, reference):
        return f"{self.base}/blobs/{reference}"

    def manifest_url(self, reference):
        return f"{self.base}/manifests/{reference}"

    @property
    def uploads_url(self):
        return f"{self.base}/blobs/uploads/"

    @property
    def tags_url(self):
        return f"{self.base}/tags/list"

    def referrers_url(self, subject, **query):
        return f"{self.base}/referrers/{subject}" + (f"?{urlencode(query)}" if query else "")

    def begin(self, **query):
        """Starts an upload; returns its Location."""
        answer = self.client.post(self.uploads_url + (f"?{urlencode(query)}" if query else ""))
        assert answer.status == 202, answer
        return answer.location

    def push_blob(self, data, algorithm="sha256"):
        reference = digest(data, algorithm)
        answer = self.client.put(with_query(self.begin(), digest=reference), data, {"Content-Type": OCTETS})
        assert answer.status == 201, answer
        return reference

    def put(self, reference, document, media_type=OCI_MANIFEST, **query):
        """Sends PUT of a manifest (dict or bytes); returns the answer without a check."""
        body = document if isinstance(document, bytes) else encode(document)
        url = self.manifest_url(reference) + (f"?{urlencode(query, doseq=True)}" if query else "")
        return self.client.put(url, body, {"Content-Type": media_type} if media_type else {})

    def push(self, document, tag=None, media_type=None, algorithm="sha256"):
        """Pushes a manifest by tag, or by digest if no tag is given. Returns the digest."""
        body = document if isinstance(document, bytes) else encode(document)
        reference = digest(body, algorithm)
        answer = self.put(tag or reference, body, media_type or json.loads(body)["mediaType"])
        assert answer.status == 201, answer
        return reference

    def image(self, tag=None, layers=1, **more):
        """Pushes a small OCI image whose blobs no other image has. Returns (digest, document bytes)."""
        document = self.image_document(layers, **more)
        body = encode(document)
        return self.push(body, tag), body

    def image_document(self, layers=1, config_type=OCI_CONFIG, media_type=OCI_MANIFEST, layer_type=OCI_LAYER, **more):
        """An image document whose blobs have been pushed."""
        config = encode({"architecture": "amd64", "os": "linux", "nonce": uuid.uuid4().hex})
        parts = [blob(64) for _ in range(layers)]
        for data in [config, *parts]:
            self.push_blob(data)
        return {"schemaVersion": 2, "mediaType": media_type, "config": descriptor(config, config_type),
                "layers": [descriptor(data, layer_type) for data in parts], **more}

    def docker_image(self, **more):
        return self.image_document(config_type=DOCKER_CONFIG, media_type=DOCKER_MANIFEST, layer_type=DOCKER_LAYER, **more)

    def artifact(self, subject=None, artifact_type="application/vnd.example.thing", tag=None, **more):
        """Pushes an artifact with an empty config. Returns (digest, body)."""
        self.push_blob(EMPTY_JSON)
        payload = blob(32)
        self.push_blob(payload)
        document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": artifact_type,
                    "config": descriptor(EMPTY_JSON, OCI_EMPTY), "layers": [descriptor(payload, OCTETS)], **more}
        if subject:
            document["subject"] = subject
        body = encode(document)
        return self.push(body, tag), body

    def tags(self):
        answer = self.client.get(self.tags_url)
        assert answer.status == 200, answer
        return answer.json()["tags"]


def index(children, media_type=OCI_INDEX, **more):
    """An index over (body, media type) pairs."""
    return {"schemaVersion": 2, "mediaType": media_type,
            "manifests": [descriptor(body, kind, platform={"architecture": f"a{at}", "os": "linux"})
                          for at, (body, kind) in enumerate(children)], **more}


def with_query(url, **query):
    """Adds parameters to the query of the URL."""
    return url + ("&" if "?" in url else "?") + urlencode(query, quote_via=quote)
