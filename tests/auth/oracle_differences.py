# SPDX-License-Identifier: MIT
"""Where Berth's verdict on a token of oracle_cases.py is deliberately not docker-registry's: Berth's verdict, and why."""

IN, OUT = "let in", "refused"
V3 = "an addition of distribution v3, or of the specification, that 2.8 does not have"
TYPES = "each claim and header field has exactly its type"
SPELLING = "names count in their own letter case only; Go folds it"
ONE_READING = "strict JSON: no text that two parsers may read in two ways"
BOUNDS = "bounded: at most 32 KiB and 1000 access entries"
OVERFLOW = "Go's time arithmetic overflows; ours does not"
CRITICAL = "RFC 7515 section 4.1.11: what is critical and not understood is refused"
TYPE_JWT = "a header that says it is something else than a JWT is not taken for one"
PURPOSE = "a certificate that may not be used for signatures is not"

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
