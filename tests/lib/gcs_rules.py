# SPDX-License-Identifier: MIT
"""
Access rules of the tests' Cloud Storage: assertions, bearer tokens and V4 signatures, verified by Google's written rules
with python3-cryptography. This file shares no code with Berth.
"""
import base64
import hashlib
import json
import re
import secrets
import time
from datetime import datetime, timezone
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ASSERTION_LIFE, SIGNED_LIFE, SKEW = 3600, 604800, 900
AUDIENCE = "https://oauth2.googleapis.com/token"  # Google's Python client sends this audience for every token_uri
SCOPES = {"https://www.googleapis.com/auth/devstorage.read_write", "https://www.googleapis.com/auth/devstorage.full_control",
          "https://www.googleapis.com/auth/cloud-platform"}


class Refused(Exception):
    """A refusal: status, code and message of the answer."""

    def __init__(self, status, code, message):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class Account:
    """A service account with one key."""

    def __init__(self, email):
        self.email, self.key_id = email, secrets.token_hex(20)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, data):
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def verifies(self, signature, data):
        try:
            self.key.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def key_file(self, token_uri):
        """The text of the JSON key file, in the form of Google's console."""
        pem = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()).decode()
        return {"type": "service_account", "project_id": "tests", "private_key_id": self.key_id, "private_key": pem,
                "client_email": self.email, "client_id": "1", "token_uri": token_uri}


def unbase64url(text):
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url without padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Tokens:
    """Exchanges assertions and refresh tokens for bearer tokens, and knows which bearer tokens are valid."""

    def __init__(self, accounts, token_uri):
        self.accounts, self.token_uri = accounts, token_uri
        self.life, self.held, self.refresh_token = 3600, {}, secrets.token_hex(8)

    def grant(self):
        bearer = "ya29." + secrets.token_urlsafe(48)
        self.held[bearer] = time.time() + self.life
        return {"access_token": bearer, "expires_in": self.life, "token_type": "Bearer"}

    def trade(self, form):
        kind = form.get("grant_type", "")
        if kind == "refresh_token":
            if form.get("refresh_token") != self.refresh_token or form.get("client_secret") != "client-secret":
                raise Refused(400, "invalid_grant", "Bad Request")
        elif kind == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            self.check_assertion(form.get("assertion", ""))
        else:
            raise Refused(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")
        return self.grant()

    def check_assertion(self, assertion):
        """RFC 7523 section 3, and "Using OAuth 2.0 for server to server applications"."""
        try:
            head, claims, signature = assertion.split(".")
            known, told = json.loads(unbase64url(head)), json.loads(unbase64url(claims))
            signature = unbase64url(signature)
        except ValueError as e:
            raise Refused(400, "invalid_grant", "Invalid JWT") from e
        account = self.accounts.get(told.get("iss"))
        if not account:
            raise Refused(400, "invalid_grant", "Invalid grant: account not found")
        if known.get("alg") != "RS256" or known.get("typ") != "JWT" or known.get("kid", account.key_id) != account.key_id or \
                not account.verifies(signature, assertion.rsplit(".", 1)[0].encode()):
            raise Refused(400, "invalid_grant", "Invalid JWT Signature.")
        now, issued, ends = time.time(), told.get("iat"), told.get("exp")
        if told.get("aud") not in (self.token_uri, AUDIENCE):
            raise Refused(400, "invalid_grant", "Invalid JWT: Failed audience check.")
        if not isinstance(issued, int) or not isinstance(ends, int) or not issued <= now < ends or \
                ends - issued > ASSERTION_LIFE:
            raise Refused(400, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a "
                                                "reasonable timeframe. Check your iat and exp values in the JWT claim.")
        if not SCOPES & set(told.get("scope", "").split()):
            raise Refused(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")

    def check_bearer(self, authorization):
        kind, _, bearer = (authorization or "").partition(" ")
        if kind != "Bearer" or self.held.get(bearer, 0) <= time.time():
            raise Refused(401, "authError", "Invalid Credentials")


def parameters(query):
    """The raw query as a list of decoded pairs, in their order."""
    pairs = [part.partition("=") for part in query.split("&") if part]
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def canonical_query(pairs):
    return "&".join(sorted(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs))


def check_v4(accounts, method, path, query, headers):
    """
    Verifies a V4 signature ("V4 signing process with your own program"): builds the canonical request from the received
    request and checks the signature with the account's public key. Google's tests sign the host without the port, Google's
    Python client signs it with the port: both are accepted.
    """
    given = dict(parameters(query))
    signature = bytes.fromhex(given.get("X-Goog-Signature", ""))
    date, life = given.get("X-Goog-Date", ""), given.get("X-Goog-Expires", "")
    email, *scope = given.get("X-Goog-Credential", "").split("/")
    if given.get("X-Goog-Algorithm") != "GOOG4-RSA-SHA256" or email not in accounts:
        raise Refused(403, "SignatureDoesNotMatch", "Access denied.")
    if len(scope) != 4 or scope[0] != date[:8] or scope[2:] != ["storage", "goog4_request"] or not life.isdigit() or \
            not 1 <= int(life) <= SIGNED_LIFE:
        raise Refused(400, "AuthenticationRequired", "Invalid scope or lifetime.")
    begun = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
    if time.time() > begun + int(life) or time.time() < begun - SKEW:
        raise Refused(400, "ExpiredToken", "Invalid argument.")
    signed = given.get("X-Goog-SignedHeaders", "").split(";")
    if "host" not in signed or signed != sorted(signed):
        raise Refused(403, "SignatureDoesNotMatch", "The host is not signed.")
    unsigned = [(name, value) for name, value in parameters(query) if name != "X-Goog-Signature"]
    host = headers.get("Host", "")
    for candidate in {host, host.partition(":")[0]}:
        lines = [f"{name}:{candidate if name == 'host' else ' '.join((headers.get(name) or '').split())}" for name in signed]
        request = "\n".join([method, path, canonical_query(unsigned), *lines, "", ";".join(signed), "UNSIGNED-PAYLOAD"])
        digest = hashlib.sha256(request.encode()).hexdigest()
        if accounts[email].verifies(signature, "\n".join(["GOOG4-RSA-SHA256", date, "/".join(scope), digest]).encode()):
            return
    raise Refused(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
