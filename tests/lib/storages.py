# SPDX-License-Identifier: MIT
"""
Storages for the registries of the tests, by the name that --storage takes. A server starts when the first registry needs it;
all registries of a session share this server. Each registry has its own bucket.
"""
import azurite
import gcsserver
import ossserver
from swiftserver import Swift, missing


class Filesystem:
    """A folder. The spool is in the same folder."""

    why_not = staticmethod(lambda: None)

    def section(self, folder, _name):
        """The driver's part of a `storage:` section."""
        return {"filesystem": {"rootdirectory": folder}}

    def close(self):
        pass


class S3:
    """A bucket of the S3 API of a Swift server. The web server fetches the blobs, so that answers are as from a folder."""

    why_not = staticmethod(missing)

    def __init__(self, server=None, **change):
        """A given server is not stopped by this object. `change` is merged into the driver's section."""
        self.server, self.change, self.owns = server, change, server is None

    def section(self, _folder, name):
        if not self.server:
            self.server = Swift().start()
        return {**self.server.s3(self.server.bucket(name), **self.change), "redirect": {"disable": True}}

    def close(self):
        if self.server and self.owns:
            self.server.stop()
            self.server.remove()


class Oss:
    """An emulated OSS server for each registry. `change` is merged into the driver's section."""

    why_not = staticmethod(lambda: None)

    def __init__(self, **change):
        self.change, self.servers = change, []

    @property
    def server(self):
        """The server that was started last."""
        return self.servers[-1]

    def section(self, _folder, name):
        self.servers.append(ossserver.Oss(name).start())
        return {**self.server.section(**self.change), "redirect": {"disable": True}}

    def close(self):
        for server in self.servers:
            server.stop()


class Azure:
    """A container of Azurite. The web server fetches the blobs."""

    why_not = staticmethod(azurite.missing)

    def __init__(self, server=None, **change):
        self.server, self.change, self.owns = server, change, server is None

    def section(self, _folder, name):
        if not self.server:
            self.server = azurite.Azurite().start()
        return {**self.server.azure(self.server.container(name), **self.change), "redirect": {"disable": True}}

    def close(self):
        if self.server and self.owns:
            self.server.stop()


class Gcs(S3):
    """A bucket of the emulated Cloud Storage."""

    why_not = staticmethod(gcsserver.missing)

    def section(self, _folder, name):
        if not self.server:
            self.server = gcsserver.Gcs().start()
        return {**self.server.section(self.server.bucket(name.strip("-")), **self.change), "redirect": {"disable": True}}


class SwiftStorage(S3):
    """A container of a Swift server, through the Swift API. The driver creates the container."""

    def section(self, _folder, name):
        if not self.server:
            self.server = Swift().start()
        return {**self.server.swift(name, **self.change), "redirect": {"disable": True}}


STORAGES = {"filesystem": Filesystem, "s3": S3, "oss": Oss, "azure": Azure, "gcs": Gcs, "swift": SwiftStorage}
