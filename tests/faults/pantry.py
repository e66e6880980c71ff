# SPDX-License-Identifier: MIT
"""A repository with one image for requests that read it, and with new images for requests that change them."""
import json

from images import OCI_MANIFEST, Repo, encode


class Pantry(Repo):
    NAME = "pantry/shelf"

    def __init__(self, client):
        super().__init__(client, self.NAME)
        self.document, self.bodies, self.reference = None, {}, None
        self.made = 0

    def stock(self):
        """The digest of the image `v1`, which the first call pushes."""
        if not self.reference:
            self.document = self.image_document(layers=2)
            self.reference = self._keep(encode(self.document), "v1")
            self._keep(encode(self.document), "v2")
        return self.reference

    def _keep(self, body, tag=None):
        reference = self.push(body, tag)
        self.bodies[reference] = body
        return reference

    @property
    def config(self):
        return self.document["config"]["digest"]

    def body_of(self, reference):
        return self.bodies[reference]

    def another(self, tag=None):
        """Pushes a new manifest with the same blobs; returns (digest, body)."""
        self.stock()
        self.made += 1
        body = encode({**self.document, "annotations": {"number": str(self.made)}})
        return self.push(body, tag, OCI_MANIFEST), body

    @staticmethod
    def parsed(body):
        return json.loads(body)
