# SPDX-License-Identifier: MIT
"""
A stand-in for the services that issue tokens to identities: Microsoft Entra for applications and federated tokens, and the
managed identities of App Service and of a machine. It checks that each request follows the protocol, records the request, and
answers with a token that Azurite accepts.
"""
import base64
import http.server
import json
import threading
import time
import urllib.parse

TENANT, CLIENT, SECRET, ASSERTION, HEADER = "tenant-1", "client-1", "s3cr+t/=&", "aaa.bbb.ccc", "shibboleth"
SCOPE, RESOURCE = "https://storage.azure.com/.default", "https://storage.azure.com/"


def token(seconds):
    """A JWT of the claims that Azurite checks. Azurite does not check the signature."""
    now = int(time.time())
    claims = {"aud": "https://storage.azure.com", "iss": "https://sts.windows.net/tenant/", "iat": now, "nbf": now - 1,
              "exp": now + seconds, "oid": "11111111-2222-3333-4444-555555555555", "tid": "tenant"}
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2ln"])


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers requests for tokens. Each kind of identity has its own form of request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def grant(self, kind, **fields):
        owner = self.server.owner
        owner.given.append(kind)
        self.answer(200, {"token_type": "Bearer", "access_token": token(owner.seconds), **fields})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in urllib.parse.parse_qs(body, strict_parsing=True).items()}
        common = {"grant_type": "client_credentials", "client_id": CLIENT, "scope": SCOPE}
        federated = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": ASSERTION}
        right = self.path == f"/{TENANT}/oauth2/v2.0/token" and self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        if right and form == {**common, "client_secret": SECRET}:
            self.grant("secret", expires_in=self.server.owner.seconds)
        elif right and form == {**common, **federated}:
            self.grant("federated", expires_in=self.server.owner.seconds)
        else:
            self.server.owner.refused.append(f"{self.path} {form}")
            self.answer(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."})

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        ends = str(int(time.time()) + self.server.owner.seconds)
        if (url.path == "/msi/token" and self.headers["X-IDENTITY-HEADER"] == HEADER
                and query == {"api-version": "2019-08-01", "resource": RESOURCE}):
            self.grant("service", expires_on=ends)
        elif (url.path == "/metadata/identity/oauth2/token" and self.headers["Metadata"] == "true"
                and query == {"api-version": "2018-02-01", "resource": RESOURCE}):
            self.grant("machine", expires_in=str(self.server.owner.seconds), expires_on=ends)
        else:
            self.server.owner.refused.append(self.path)
            self.answer(400, {"error": "invalid_request"})


class Entra:
    """A server in this process. `given` and `refused` record the requests, `seconds` is the lifetime of its tokens."""

    def __init__(self, seconds=3600):
        self.seconds, self.given, self.refused = seconds, [], []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.owner = self
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"
