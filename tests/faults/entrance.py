# SPDX-License-Identifier: MIT
"""Ways to authenticate: the settings of the registry, headers of a known client, and headers of a new client."""
import itertools
import os

from pantry import Pantry
from processes import ACCOUNT
from tokens import CATALOG, ISSUER, REALM, SERVICE, Key, basic, bearer, certificate, claims, password_line, pem, token


class Open:
    change, known = {}, {}
    memory = 0  # number of clients that a worker remembers

    @staticmethod
    def fresh():
        return {}


class ByPassword:
    """Password file. A worker remembers right passwords, so there are many users."""

    USERS, memory = 500, 0

    def __init__(self):
        self.path = os.path.join(ACCOUNT.scratch(), "htpasswd")
        self.line, self.users = password_line("", "secret"), itertools.cycle(range(self.USERS))
        self.write("user0")
        self.change = {"auth": {"htpasswd": {"realm": "r", "path": self.path}}}
        self.known = basic("user0", "secret")

    def write(self, first):
        """Replaces the file by one that begins with this user."""
        with open(self.path + ".new", "w", encoding="utf-8") as out:
            out.write("".join(f"{name}{self.line}" for name in [first, *[f"user{at}" for at in range(self.USERS)]]))
        os.rename(self.path + ".new", self.path)

    def fresh(self):
        return basic(f"user{next(self.users)}", "secret")

    def forged(self):
        return basic(f"user{next(self.users)}", "guessed")


class ByToken:
    """Tokens. A worker remembers valid tokens, so each token is new."""

    KIND, memory = "RSA", 600

    def __init__(self):
        self.key, self.numbers = None, itertools.count()
        self.path = os.path.join(ACCOUNT.scratch(), "bundle.pem")
        self.renew()
        self.change = {"auth": {"token": {"realm": REALM, "service": SERVICE, "issuer": ISSUER,
                                          "rootcertbundle": self.path}}}
        self.known = self.fresh()

    def renew(self):
        """Replaces the key in the bundle."""
        self.key = Key(self.KIND)
        with open(self.path + ".new", "w", encoding="utf-8") as out:
            out.write(pem(certificate(self.key, name=f"signer{next(self.numbers)}")))
        os.rename(self.path + ".new", self.path)

    def fresh(self, **change):
        entries = [{"type": "repository", "name": Pantry.NAME + end, "actions": ["*"]} for end in ("", "/to")]
        return bearer(token(self.key, claims(*entries, CATALOG, jti=f"n{next(self.numbers)}"), **change))

    def forged(self):
        return self.fresh(signature=b"\1" * 256)


class ByTokenOfACurve(ByToken):
    KIND = "P-256"
