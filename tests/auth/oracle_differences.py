# SPDX-License-Identifier: MIT
"""Tokens of oracle_cases.py for which Berth deliberately differs from docker-registry: the verdict of Berth, and the reason."""

IN, OUT = "let in", "refused"
V3 = "a feature of distribution v3 or of the specification that 2.8 does not have"
TYPES = "each claim and header field must have exactly its type"
SPELLING = "names are case-sensitive; Go ignores case"
ONE_READING = "strict JSON: no text that two parsers may read differently"
BOUNDS = "bounded: at most 32 KiB and 1000 access entries"
OVERFLOW = "Go's time arithmetic overflows; ours does not"
CRITICAL = "RFC 7515 section 4.1.11: an unknown critical header parameter is refused"
TYPE_JWT = "a token whose header names another type than JWT is refused"
PURPOSE = "a certificate whose key usage excludes signatures is not used"

DIFFERENT = {
    "aud in a list": (IN, V3), "aud among others": (IN, V3), "kid thumbprint": (IN, V3), "kid of the JWK set": (IN, V3),
    "rsa by PS256": (IN, V3), "rsa by PS384": (IN, V3), "rsa by PS512": (IN, V3),
    "rsa large by PS256": (IN, V3), "rsa large by PS384": (IN, V3), "rsa large by PS512": (IN, V3),
    "Ed25519": (IN, V3), "Ed25519 by libtrust": (IN, V3), "HMAC of the JWK set": (IN, V3),
    "exp largest": (IN, OVERFLOW), "nbf largest": (OUT, OVERFLOW),
    "access actions null inside": (OUT, TYPES), "access null entry": (OUT, TYPES + "; Go's registry panics"),
    "exp in capitals": (OUT, SPELLING), "iss in capitals": (OUT, SPELLING), "header Alg in capitals": (OUT, SPELLING),
    "claims twice the same": (OUT, ONE_READING), "claims twice, last right": (OUT, ONE_READING),
    "header twice the same": (OUT, ONE_READING), "claims not UTF-8": (OUT, ONE_READING),
    "claims lone surrogate": (OUT, ONE_READING), "claims too deep": (OUT, ONE_READING), "form padded": (OUT, ONE_READING),
    "access too many": (OUT, BOUNDS), "form largest and more": (OUT, BOUNDS), "x5c long": (OUT, BOUNDS),
    "header typ is text": (OUT, TYPE_JWT), "header typ JOSE": (OUT, TYPE_JWT), "header typ at+jwt": (OUT, TYPE_JWT),
    "header typ is empty": (OUT, TYPE_JWT), "header typ is null": (OUT, TYPES),
    "header crit": (OUT, CRITICAL), "header crit empty": (OUT, CRITICAL),
    "x5c for encipherment only": (OUT, PURPOSE),
}
