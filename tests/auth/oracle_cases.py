# SPDX-License-Identifier: MIT
"""
Tokens for the oracle: each claim and header field right, wrong, missing, of a wrong type and at its limits; each form of key;
each algorithm; forged tokens. `cases(keys)` yields (name, token); names are unique.

oracle_differences.py lists the cases in which Berth deliberately differs from docker-registry 2.8.
"""
import json
import time

from tokens import ISSUER, NULL, SERVICE, Key, access, b64, certificate, claims, token, x5c

REPOSITORY = "team/image"
MISTYPED = {"text": "x", "zero": 0, "number": 7, "float": 1.5, "true": True, "null": NULL, "list": [], "object": {},
            "nested": [["x"]], "empty": ""}


class Keys:
    """Keys in the bundle, keys in the JWK set of Berth only, and keys that neither registry knows."""

    def __init__(self):
        self.rsa, self.rsa4096 = Key(), Key(bits=3072)
        self.p256, self.p384, self.p521 = Key("P-256"), Key("P-384"), Key("P-521")
        self.ed, self.hmac = Key("ED25519"), Key(secret=b"0123456789abcdef" * 4)
        self.stranger, self.stranger_ec = Key(), Key("P-256")
        self.root, self.middle, self.leaf = Key("P-256"), Key("P-256"), Key("P-256")
        self.root_certificate = certificate(self.root, "root", authority=True)
        self.bundled = [self.rsa, self.rsa4096, self.p256, self.p384, self.p521]

    def bundle(self):
        return [certificate(key, f"signer {at}") for at, key in enumerate(self.bundled)] + [self.root_certificate]

    def jwks(self):
        return json.dumps({"keys": [self.ed.jwk(kid=self.ed.thumbprint), self.hmac.jwk(kid="shared", alg="HS256"),
                                    self.rsa.jwk(kid="named", alg="RS512")]})


def good(**change):
    return claims(access(REPOSITORY, "pull", "push"), **change)


def claim_cases(keys):
    now = int(time.time())
    for name in ("iss", "aud", "sub", "exp", "nbf", "iat", "jti", "access"):
        yield f"no {name}", token(keys.rsa, good(**{name: None}))
        for kind, value in MISTYPED.items():
            yield f"{name} is {kind}", token(keys.rsa, good(**{name: value}))
    for name, value in {"iss": ISSUER, "aud": SERVICE}.items():
        for kind, other in {"other": "other", "prefix": value[:-1], "longer": value + "x", "upper": value.upper(),
                            "padded": value + " ", "nul": value + "\0", "in a list": [value]}.items():
            yield f"{name} {kind}", token(keys.rsa, good(**{name: other}))
    yield "aud among others", token(keys.rsa, good(aud=["x", SERVICE]))
    yield "aud beside a number", token(keys.rsa, good(aud=[SERVICE, 7]))
    # computed for each case when it is tried, so that a token does not pass its limit between the two registries
    for seconds in (-3600, -90, -65, -45, -5, 0, 5, 300, 10 ** 9):
        yield f"exp {seconds:+d}", token(keys.rsa, good(exp=int(time.time()) + seconds))
    for seconds in (-10 ** 9, -300, 0, 30, 50, 80, 90, 3600):
        yield f"nbf {seconds:+d}", token(keys.rsa, good(nbf=int(time.time()) + seconds))
    for name in ("exp", "nbf", "iat"):
        for kind, text in {"text number": f'"{now + 300}"', "with point": f"{now}.0", "exponent": "1e9", "negative": "-1",
                           "largest": "9223372036854775807", "too large": "9223372036854775808",
                           "huge": "1" + "0" * 40, "minus zero": "-0", "leading zero": "0123"}.items():
            body = json.dumps(good(**{name: None}))[:-1] + f', "{name}": {text}}}'
            yield f"{name} {kind}", token(keys.rsa, body)
    yield "iat in the future", token(keys.rsa, good(iat=now + 9999))
    yield "unknown claims", token(keys.rsa, good(foo={"bar": [1, {"a": None}]}, meta=7))
    yield "user claim", token(keys.rsa, good(user="a.b.c", auth_type="build"))
    for kind, value in {"an object": {"a": 1}, "a number": 7, "a list": ["x"], "a text": "x", "null": NULL}.items():
        for name in ("user", "auth_type", "meta"):
            yield f"{name} is {kind}", token(keys.rsa, good(**{name: value}))
    yield "sub beyond ASCII", token(keys.rsa, good(sub="jürgen"))
    yield "exp in capitals", token(keys.rsa, {**good(exp=None), "EXP": now + 300})
    yield "iss in capitals", token(keys.rsa, {**good(iss=None), "Iss": ISSUER})


def json_cases(keys):
    body = json.dumps(good())
    yield "claims twice the same", token(keys.rsa, body[:-1] + f', "iss": "{ISSUER}"}}')
    yield "claims twice, last wrong", token(keys.rsa, body[:-1] + ', "iss": "x"}')
    yield "claims twice, last right", token(keys.rsa, '{"iss": "x", ' + body[1:])
    yield "claims behind claims", token(keys.rsa, body + body)
    yield "claims and rubbish", token(keys.rsa, body + "x")
    yield "claims and blanks", token(keys.rsa, " \n" + body + "\t ")
    yield "claims cut", token(keys.rsa, body[:-1])
    yield "claims single quotes", token(keys.rsa, body.replace('"', "'"))
    yield "claims with a comment", token(keys.rsa, body[:-1] + "/* */}")
    yield "claims trailing comma", token(keys.rsa, body[:-1] + ",}")
    yield "claims with NaN", token(keys.rsa, body[:-1] + ', "x": NaN}')
    yield "claims not UTF-8", token(keys.rsa, body[:-1].encode() + b', "x": "\xff"}')
    yield "claims lone surrogate", token(keys.rsa, body[:-1] + ', "x": "\\ud800"}')
    yield "claims raw control", token(keys.rsa, body[:-1] + ', "x": "\x01"}')
    yield "claims BOM", token(keys.rsa, b"\xef\xbb\xbf" + body.encode())
    for kind, text in {"list": "[]", "text": '"x"', "number": "7", "null": "null", "nothing": "", "blank": " "}.items():
        yield f"claims are {kind}", token(keys.rsa, text)
        yield f"header is {kind}", token(keys.rsa, good(), header=text)
    yield "claims deep", token(keys.rsa, body[:-1] + ', "x": ' + "[" * 20 + "]" * 20 + "}")
    yield "claims too deep", token(keys.rsa, body[:-1] + ', "x": ' + "[" * 100 + "]" * 100 + "}")
    yield "header twice the same", token(keys.rsa, good(), header=f'{{"alg":"RS256","alg":"RS256","kid":"{keys.rsa.libtrust}"}}')
    yield "header twice, none last", token(keys.rsa, good(), header=f'{{"alg":"RS256","kid":"{keys.rsa.libtrust}","alg":"none"}}')


def access_cases(keys):
    entry = access(REPOSITORY, "pull")
    variants = {
        "pull": [entry], "push only": [access(REPOSITORY, "push")], "star": [access(REPOSITORY, "*")],
        "delete only": [access(REPOSITORY, "delete")], "no action": [access(REPOSITORY)], "none at all": [],
        "other repository": [access("team/other", "*")], "parent": [access("team", "*")], "pattern": [access("team/*", "*")],
        "star name": [access("*", "*")], "upper name": [access(REPOSITORY.upper(), "*")],
        "upper action": [access(REPOSITORY, "PULL")], "blank action": [access(REPOSITORY, "pull ")],
        "joined actions": [access(REPOSITORY, "pull,push")], "other type": [{**entry, "type": "registry"}],
        "no type": [{k: v for k, v in entry.items() if k != "type"}], "no name": [{"type": "repository", "actions": ["*"]}],
        "two entries": [access(REPOSITORY, "pull"), access(REPOSITORY, "push")], "class": [{**entry, "class": "plugin"}],
        "empty object": [{}], "null entry": [None], "text entry": ["x"], "number entry": [7], "list entry": [[]],
        "catalog": [{"type": "registry", "name": "catalog", "actions": ["*"]}],
        "catalog pull": [{"type": "registry", "name": "catalog", "actions": ["pull"]}],
        "actions null": [{**entry, "actions": None}], "actions text": [{**entry, "actions": "pull"}],
        "actions number": [{**entry, "actions": [7]}], "actions null inside": [{**entry, "actions": ["pull", None]}],
        "name number": [{**entry, "name": 7}], "type number": [{**entry, "type": 7}],
        "extra members": [{**entry, "meta": {"project_id": 1}, "x": [1]}],
        "meta null": [{**entry, "meta": None}], "meta text": [{**entry, "meta": "x"}], "meta list": [{**entry, "meta": [1]}],
        "many": [access(f"r/{at}", "pull") for at in range(199)] + [entry],
        "too many": [{} for _ in range(1000)] + [entry]}
    for name, entries in variants.items():
        yield f"access {name}", token(keys.rsa, claims(*entries))


def header_cases(keys):
    kid = keys.rsa.libtrust
    plain = {"typ": "JWT", "alg": "RS256", "kid": kid}
    for name in ("typ", "alg", "kid"):
        yield f"header without {name}", token(keys.rsa, good(), {k: v for k, v in plain.items() if k != name}, "RS256")
        for kind, value in MISTYPED.items():
            value = None if value is NULL else value
            yield f"header {name} is {kind}", token(keys.rsa, good(), {**plain, name: value}, "RS256")
    for value in ("jwt", "JOSE", "at+jwt"):
        yield f"header typ {value}", token(keys.rsa, good(), {**plain, "typ": value})
    for value in ("none", "None", "NONE", "nOnE", "", "RS", "rs256", "RS257", "RS256 ", "HS256", "ES256", "PS256", "RS1"):
        yield f"alg says {value!r}", token(keys.rsa, good(), {**plain, "alg": value}, "RS256")
        yield f"alg says {value!r}, no signature", token(keys.rsa, good(), {**plain, "alg": value}, "RS256", signature=b"")
    for kind, value in {"lower": kid.lower(), "no colons": kid.replace(":", ""), "cut": kid[:-1], "longer": kid + "A",
                        "other": "other", "stranger's": keys.stranger.libtrust, "nul": kid + "\0"}.items():
        yield f"kid {kind}", token(keys.rsa, good(), {**plain, "kid": value})
    yield "kid thumbprint", token(keys.rsa, good(), kid="thumbprint")
    yield "kid of the JWK set", token(keys.rsa, good(), kid="named", alg="RS512")
    yield "kid of the JWK set, other alg", token(keys.rsa, good(), kid="named", alg="RS256")
    yield "header unknown members", token(keys.rsa, good(), {**plain, "x": [1], "jku": "http://127.0.0.1/", "cty": "x"})
    yield "header crit", token(keys.rsa, good(), {**plain, "crit": ["exp"], "exp": 1})
    yield "header crit empty", token(keys.rsa, good(), {**plain, "crit": []})
    yield "header Alg in capitals", token(keys.rsa, good(), {"typ": "JWT", "ALG": "RS256", "kid": kid}, "RS256")


def algorithm_cases(keys):
    for name, key in {"rsa": keys.rsa, "rsa large": keys.rsa4096, "p256": keys.p256, "p384": keys.p384,
                      "p521": keys.p521}.items():
        algorithms = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512") if key.kind == "RSA" else \
            ("ES256", "ES384", "ES512")
        for alg in algorithms:
            yield f"{name} by {alg}", token(key, good(), alg=alg)
        yield f"{name} public key as secret", token(key, good(), alg="HS256")
        yield f"{name} public key as secret, HS512", token(key, good(), alg="HS512")
        yield f"{name} without signature", token(key, good(), signature=b"")
        yield f"{name} zero signature", token(key, good(), signature=bytes(256 if key.kind == "RSA" else 64))
        yield f"{name} long signature", token(key, good(), signature=bytes(8000))
    yield "Ed25519", token(keys.ed, good(), kid="thumbprint")
    yield "Ed25519 by libtrust", token(keys.ed, good())
    yield "HMAC of the JWK set", token(keys.hmac, good(), kid="shared")
    yield "HMAC of the JWK set, HS384", token(keys.hmac, good(), alg="HS384", kid="shared")
    yield "HMAC of the JWK set, HS512", token(keys.hmac, good(), alg="HS512", kid="shared")
    yield "HMAC with nothing", token(Key(secret=b""), good(), kid="shared")
    yield "HMAC with nothing for an RSA key", token(Key(secret=b""), good(), kid=keys.rsa.libtrust)
    yield "RSA under the secret's name", token(keys.rsa, good(), kid="shared")
    yield "stranger", token(keys.stranger, good())
    yield "stranger under a known name", token(keys.stranger, good(), kid=keys.rsa.libtrust)
    yield "stranger under another kind's name", token(keys.stranger, good(), kid=keys.p256.libtrust)


def material_cases(keys):
    """x5c and jwk: header fields in which the token brings its own key."""
    def with_header(key, **header):
        return token(key, good(), {"typ": "JWT", "alg": key.alg, **header})

    def chain(*certificates, key=keys.leaf, **more):
        return with_header(key, x5c=x5c(*certificates), **more)
    leaf = certificate(keys.leaf, "leaf", "middle", keys.middle)
    middle = certificate(keys.middle, "middle", "root", keys.root, authority=True)
    yield "x5c chain", chain(leaf, middle)
    yield "x5c chain with root", chain(leaf, middle, keys.root_certificate)
    yield "x5c without middle", chain(leaf)
    yield "x5c out of order", chain(middle, leaf)
    yield "x5c from the root", chain(certificate(keys.leaf, "leaf", "root", keys.root))
    yield "x5c of the bundle", chain(keys.root_certificate, key=keys.root)
    yield "x5c expired", chain(certificate(keys.leaf, "leaf", "root", keys.root, days=(-10, -1)))
    yield "x5c not yet", chain(certificate(keys.leaf, "leaf", "root", keys.root, days=(2, 9)))
    yield "x5c middle expired", chain(leaf, certificate(keys.middle, "middle", "root", keys.root, True, (-10, -1)))
    yield "x5c middle no authority", chain(leaf, certificate(keys.middle, "middle", "root", keys.root))
    yield "x5c to a stranger", chain(certificate(keys.leaf, "leaf", "root", keys.stranger_ec))
    yield "x5c self-signed", chain(certificate(keys.leaf, "leaf"))
    yield "x5c for digital signature", chain(certificate(keys.leaf, "leaf", "root", keys.root, usage=["digital_signature"]))
    yield "x5c for encipherment only", chain(certificate(keys.leaf, "leaf", "root", keys.root, usage=["key_encipherment"]))
    yield "x5c other key signs", chain(leaf, middle, key=keys.stranger_ec)
    yield "x5c beside a known kid", chain(certificate(keys.leaf, "leaf"), kid=keys.p256.libtrust)
    yield "x5c beside an unknown kid", chain(leaf, middle, kid="unknown")
    yield "x5c of rubbish", with_header(keys.leaf, x5c=["QUJD"])
    yield "x5c not base64", with_header(keys.leaf, x5c=["!"])
    yield "x5c empty", with_header(keys.rsa, x5c=[], kid=keys.rsa.libtrust)
    yield "x5c text", with_header(keys.rsa, x5c="x", kid=keys.rsa.libtrust)
    yield "x5c number", with_header(keys.rsa, x5c=[7], kid=keys.rsa.libtrust)
    yield "x5c long", chain(leaf, middle, *[middle] * 12)
    foreign = keys.stranger_ec
    yield "jwk of a stranger", with_header(foreign, jwk=foreign.jwk())
    yield "jwk of a stranger, its kid", with_header(foreign, jwk=foreign.jwk(kid=foreign.libtrust))
    yield "jwk of a stranger, known kid inside", with_header(foreign, jwk=foreign.jwk(kid=keys.p256.libtrust))
    yield "jwk of a stranger, known kid outside", with_header(foreign, jwk=foreign.jwk(), kid=keys.p256.libtrust)
    yield "jwk of a stranger, known kid everywhere", with_header(foreign, jwk=foreign.jwk(kid=keys.p256.libtrust), kid=keys.p256.libtrust)
    yield "jwk known, other signs", with_header(foreign, jwk=keys.p256.jwk(kid=keys.p256.libtrust))
    yield "jwk known", with_header(keys.p256, jwk=keys.p256.jwk(kid=keys.p256.libtrust))
    yield "jwk known, without kid", with_header(keys.p256, jwk=keys.p256.jwk())
    yield "jwk with a chain", with_header(keys.leaf, jwk=keys.leaf.jwk(kid=keys.leaf.libtrust, x5c=x5c(leaf, middle)))
    yield "jwk with a stranger's chain", with_header(foreign, jwk=foreign.jwk(kid=foreign.libtrust, x5c=x5c(certificate(foreign, "leaf"))))
    yield "jwk with another's chain", with_header(foreign, jwk=foreign.jwk(kid=foreign.libtrust, x5c=x5c(leaf, middle)))
    yield "jwk empty", with_header(keys.rsa, jwk={}, kid=keys.rsa.libtrust)
    yield "jwk text", with_header(keys.rsa, jwk="x", kid=keys.rsa.libtrust)


def form_cases(keys):
    made = token(keys.rsa, good())
    header, body, signature = made.split(".")
    for name, text in {"empty": "", "a dot": ".", "two dots": "..", "one part": header, "two parts": f"{header}.{body}",
                       "four parts": made + ".x", "dot behind": made + ".", "dot before": "." + made, "no claims": f"{header}..{signature}",
                       "no header": f".{body}.{signature}", "padded": f"{header}.{body}.{signature}==", "not base64": f"{header}.{body}.!",
                       "standard alphabet": made.replace("-", "+").replace("_", "/"), "claims changed": f"{header}.{b64(good(sub='root'))}.{signature}",
                       "header changed": f"{b64({'typ': 'JWT', 'alg': 'RS384', 'kid': keys.rsa.libtrust})}.{body}.{signature}",
                       "signature cut": made[:-4], "signature longer": made + "AAAA", "signature changed": made[:-8] + "AAAAAAAA"}.items():
        yield f"form {name}", text
    yield "form large", token(keys.rsa, good(sub="x" * 8000))
    yield "form largest and more", token(keys.rsa, good(sub="x" * 24400))


def cases(keys):
    for part in (claim_cases, json_cases, access_cases, header_cases, algorithm_cases, material_cases, form_cases):
        yield from part(keys)
