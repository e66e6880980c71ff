# SPDX-License-Identifier: MIT
"""Registries with authentication, by token or by password file, and clients that send credentials."""
import os

import pytest
from images import Repo
from processes import ACCOUNT
from tokens import (ISSUER, REALM, SERVICE, Key, access, basic, bearer, certificate, claims, password_line, pem,
                    token)
from wire import Signed


def put(folder, name, text):
    """A file that the servers' account may read."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    if os.geteuid() == 0:
        os.chown(path, ACCOUNT.uid, ACCOUNT.gid)
    return path


class TokenRegistry:
    """A registry with `auth.token`, the key whose tokens it accepts, and clients with given rights."""

    def __init__(self, registries, key, **change):
        self.key = key
        self.folder = ACCOUNT.scratch()
        self.bundle = put(self.folder, "bundle.pem", pem(certificate(key)))
        self.registry = registries.get({"auth": {"token": {"realm": REALM, "service": SERVICE, "issuer": ISSUER,
                                                           "rootcertbundle": self.bundle, **change}}})
        self.client = self.registry.client

    def token(self, *entries, **change):
        return token(self.key, claims(*entries, **change))

    def may(self, name, *actions, meta=None, **change):
        """A client that may do these actions in one repository."""
        entry = access(name, *actions, **({"meta": meta} if meta is not None else {}))
        return Signed(self.client, bearer(self.token(entry, **change)))

    def repo(self, name=None):
        """A repository whose client may do every action."""
        made = Repo(self.client, name)
        made.client = self.may(made.name, "*")
        return made


@pytest.fixture(scope="session")
def signer():
    return Key()


@pytest.fixture(scope="session")
def guarded(registries, signer):
    """The registry that accepts tokens of `signer`."""
    return TokenRegistry(registries, signer)


PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def passwords(registries):
    """(registry, path of its password file), with the user `alice`."""

    path = put(ACCOUNT.scratch(), "htpasswd", password_line("alice", PASSWORD))
    return registries.get({"auth": {"htpasswd": {"realm": "the realm", "path": path}}}), path


@pytest.fixture
def alice(passwords):
    return Signed(passwords[0].client, basic("alice", PASSWORD))
