# SPDX-License-Identifier: MIT
"""Ways to be let in: the registry's settings, and headers of one who is known already or is seen for the first time."""
import itertools
import os

from pantry import Pantry
from processes import ACCOUNT
from tokens import CATALOG, ISSUER, REALM, SERVICE, Key, basic, bearer, certificate, claims, password_line, pem, token


class Open:
    change, known = {}, {}
    memory = 0  # how many others a worker keeps in mind

    @staticmethod
    def fresh():
        return {}


class ByPassword:
    """The worker remembers who was right, so there are many who are."""

    USERS, memory = 500, 0

    def __init__(self):
        self.path = os.path.join(ACCOUNT.scratch(), "htpasswd")
        self.line, self.users = password_line("", "secret"), itertools.cycle(range(self.USERS))
        self.write("user0")
        self.change = {"auth": {"htpasswd": {"realm": "r", "path": self.path}}}
        self.known = basic("user0", "secret")

    def write(self, first):
        """The file anew, with this user at its head."""
        with open(self.path + ".new", "w", encoding="utf-8") as out:
            out.write("".join(f"{name}{self.line}" for name in [first, *[f"user{at}" for at in range(self.USERS)]]))
        os.rename(self.path + ".new", self.path)

    def fresh(self):
        return basic(f"user{next(self.users)}", "secret")

    def forged(self):
        return basic(f"user{next(self.users)}", "guessed")


class ByToken:
    """The worker remembers good tokens, so each is new."""

    KIND, memory = "RSA", 600

    def __init__(self):
        self.key, self.numbers = None, itertools.count()
        self.path = os.path.join(ACCOUNT.scratch(), "bundle.pem")
        self.renew()
        self.change = {"auth": {"token": {"realm": REALM, "service": SERVICE, "issuer": ISSUER,
                                          "rootcertbundle": self.path}}}
        self.known = self.fresh()

    def renew(self):
        """The bundle holds another key from now on."""
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
