# SPDX-License-Identifier: MIT
"""
Keys, certificates and tokens, as token services and as attackers make them: a test can change every part of a token.

python3-cryptography signs the tokens, so that the input of a test does not depend on the code under test.
"""
import base64
import ctypes
import datetime
import hashlib
import hmac
import json
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import NameOID

libcrypt = ctypes.CDLL("libcrypt.so.1")  # Python 3.13 has no crypt module
libcrypt.crypt_gensalt_rn.argtypes = [ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
libcrypt.crypt_rn.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int]
libcrypt.crypt_gensalt_rn.restype = libcrypt.crypt_rn.restype = ctypes.c_char_p
CRYPT_DATA = 32768  # sizeof (struct crypt_data), crypt(3)

ISSUER, SERVICE, REALM = "tests-issuer", "tests-service", "https://auth.example.com/token"
HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"P-256": (ec.SECP256R1, 32, "ES256"), "P-384": (ec.SECP384R1, 48, "ES384"), "P-521": (ec.SECP521R1, 66, "ES512")}


def b64(data):
    """base64url without padding; text and JSON values are encoded first."""
    if not isinstance(data, (bytes, str)):
        data = json.dumps(data, separators=(",", ":"))
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Key:
    """A key pair (`kind` is "RSA", the name of a curve or "ED25519"); with `secret`, an HMAC key."""

    def __init__(self, kind="RSA", bits=2048, secret=None):
        self.kind, self.secret = kind, secret
        if secret is not None:
            self.private, self.alg = None, "HS256"
        elif kind == "RSA":
            self.private, self.alg = rsa.generate_private_key(public_exponent=65537, key_size=bits), "RS256"
        elif kind == "ED25519":
            self.private, self.alg = ed25519.Ed25519PrivateKey.generate(), "EdDSA"
        else:
            curve, _, self.alg = CURVES[kind]
            self.private = ec.generate_private_key(curve())

    @property
    def public(self):
        return self.private.public_key()

    def spki(self, encoding=serialization.Encoding.DER):
        return self.public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    def private_pem(self):
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption()).decode()

    @property
    def libtrust(self):
        text = base64.b32encode(hashlib.sha256(self.spki()).digest()[:30]).decode()
        return ":".join(text[at:at + 4] for at in range(0, len(text), 4))

    def jwk(self, **more):
        """The public key, or the secret, as a JWK."""
        if self.secret is not None:
            return {"kty": "oct", "k": b64(self.secret), **more}
        if self.kind == "RSA":
            numbers = self.public.public_numbers()
            return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **more}
        if self.kind == "ED25519":
            raw = self.public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw), **more}
        numbers, size = self.public.public_numbers(), CURVES[self.kind][1]
        return {"kty": "EC", "crv": self.kind, "x": b64(numbers.x.to_bytes(size, "big")),
                "y": b64(numbers.y.to_bytes(size, "big")), **more}

    @property
    def thumbprint(self):
        needed = {name: value for name, value in sorted(self.jwk().items())}
        return b64(hashlib.sha256(json.dumps(needed, separators=(",", ":")).encode()).digest())

    def sign(self, data, alg=None):
        """The raw signature by `alg`, also if `alg` does not suit this key."""
        alg = alg or self.alg
        if alg.startswith("HS"):
            secret = self.secret if self.secret is not None else self.spki(serialization.Encoding.PEM)
            return hmac.new(secret, data, {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}[alg[2:]]).digest()
        if alg == "EdDSA":
            return self.private.sign(data)
        chosen = HASHES[alg[2:]]()
        if alg.startswith("RS"):
            return self.private.sign(data, padding.PKCS1v15(), chosen)
        if alg.startswith("PS"):
            return self.private.sign(data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)
        r, s = utils.decode_dss_signature(self.private.sign(data, ec.ECDSA(chosen)))
        size = CURVES[self.kind][1]
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def certificate(key, name="signer", issuer=None, issuer_key=None, authority=False, days=(-1, 30), usage=None):
    """An x509 certificate of `key`. It is self-signed if no name and key of an issuer are given."""
    def called(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    now = datetime.datetime.utcnow()
    signer = issuer_key or key
    builder = x509.CertificateBuilder().subject_name(called(name)).issuer_name(called(issuer or name))
    builder = builder.public_key(key.public).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now + datetime.timedelta(days=days[0])).not_valid_after(now + datetime.timedelta(days=days[1]))
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if usage is not None:
        names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                 "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
        builder = builder.add_extension(x509.KeyUsage(**{each: each in usage for each in names}), critical=True)
    return builder.sign(signer.private, None if signer.kind == "ED25519" else hashes.SHA256())


def pem(*certificates):
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in certificates)


def x5c(*certificates):
    return [base64.b64encode(each.public_bytes(serialization.Encoding.DER)).decode() for each in certificates]


def access(name, *actions, **more):
    return {"type": "repository", "name": name, "actions": list(actions), **more}


CATALOG = {"type": "registry", "name": "catalog", "actions": ["*"]}


def claims(*entries, now=None, **change):
    """The claims of a valid token. A change to None removes a claim; NULL stands for JSON's null."""
    now = int(time.time()) if now is None else now
    result = {"iss": ISSUER, "aud": SERVICE, "sub": "somebody", "iat": now, "nbf": now - 5, "exp": now + 300,
              "jti": "2b6fe3d0", "access": list(entries), **change}
    return {name: None if value is NULL else value for name, value in result.items() if value is not None}


class _Null:
    """Stands for JSON's null, because None means absence."""

    def __repr__(self):
        return "null"


NULL = _Null()


def token(key, body, header=None, alg=None, kid="libtrust", signature=None):
    """
    A token. `body` and `header` may be dicts, text or bytes. The default header has typ, alg and a kid of the given kind
    ("libtrust", "thumbprint", None, or a literal text). `signature` replaces the real signature.
    """
    alg = alg or key.alg
    if header is None:
        header = {"typ": "JWT", "alg": alg}
        if kid:
            header["kid"] = getattr(key, kid) if kid in ("libtrust", "thumbprint") else kid
    signed = f"{b64(header)}.{b64(body)}"
    made = key.sign(signed.encode(), alg) if signature is None else signature
    return f"{signed}.{b64(made)}"


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def password_line(user, password, cost=4):
    """A line of a password file, bcrypt."""
    salt = libcrypt.crypt_gensalt_rn(b"$2b$", cost, None, 0, ctypes.create_string_buffer(64), 64)
    hashed = libcrypt.crypt_rn(password.encode(), salt, ctypes.create_string_buffer(CRYPT_DATA), CRYPT_DATA)
    return f"{user}:{hashed.decode()}\n"
