# SPDX-License-Identifier: MIT
"""Storage middlewares in front of a real bucket; botocore's signer says what CloudFront's URLs must be."""
import http.server
import json
import os
import threading
import urllib.request
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from images import Repo, blob
from processes import ACCOUNT, wait_until
from storages import S3

BASE = "https://d111111abcdef8.cloudfront.net/registry"


@pytest.fixture(scope="module")
def key():
    """An RSA key and the path of its PEM file, PKCS #1 as CloudFront's key pairs are."""
    made = rsa.generate_private_key(65537, 2048)
    path = os.path.join(ACCOUNT.scratch(), "pk.pem")
    with open(path, "wb") as f:
        f.write(made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
    os.chmod(path, 0o600)
    if os.getuid() == 0:
        os.chown(path, ACCOUNT.uid, ACCOUNT.gid)
    return made, path


def cloudfront(path, **more):
    return {"storage": {"redirect": {"disable": False}}, "middleware": {"storage": [{"name": "cloudfront", "options": {
        "baseurl": BASE, "privatekey": path, "keypairid": "K2JCJMDEHXQW5F", "duration": "5m", **more}}]}}


def path_of(reference):
    name = reference.split(":")[1]
    return f"docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data"


def signed_by_amazon(made, url, until):
    signer = CloudFrontSigner("K2JCJMDEHXQW5F", lambda text: made.sign(text, padding.PKCS1v15(), hashes.SHA1()))
    return signer.generate_presigned_url(url, date_less_than=datetime.fromtimestamp(until, timezone.utc).replace(tzinfo=None))


def test_clients_are_sent_to_cloudfront(launch, swift, key):
    registry = launch(S3(swift, rootdirectory="some/folder"), cloudfront(key[1]))
    repo = Repo(registry.client)
    reference = repo.push_blob(blob(100))
    for method in ("GET", "HEAD"):
        answer = registry.client.request(method, repo.blob_url(reference))
        assert answer.status == 307
        until = int(parse_qs(urlsplit(answer.location).query)["Expires"][0])
        assert 290 < until - datetime.now(timezone.utc).timestamp() <= 300
        assert answer.location == signed_by_amazon(key[0], f"{BASE}/some/folder/{path_of(reference)}", until)


class Ranges(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        body = json.dumps({"syncToken": "1", "prefixes": [{"ip_prefix": "127.0.0.0/8", "region": "us-east-1", "service": "S3"},
                                                          {"ip_prefix": "10.0.0.0/8", "region": "eu-west-1", "service": "EC2"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def ranges_url():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ranges)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/ip-ranges.json"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("filtered, inside, outside", [
    ({"ipfilteredby": "aws"}, ["127.0.0.1", "10.9.8.7"], ["203.0.113.5"]),
    ({"ipfilteredby": "awsregion", "awsregion": "eu-west-1"}, ["10.9.8.7"], ["127.0.0.1", "203.0.113.5"])], ids=["aws", "region"])
def test_clients_inside_amazon_are_sent_to_the_bucket(launch, swift, key, ranges_url, filtered, inside, outside):
    registry = launch(S3(swift), cloudfront(key[1], iprangesurl=ranges_url, **filtered))
    repo, data = Repo(registry.client), blob(100)
    reference = repo.push_blob(data)

    def sent(address):
        answer = registry.client.get(repo.blob_url(reference), headers={"X-Forwarded-For": f"{address}, 192.0.2.1"})
        assert answer.status == 307
        return answer.location

    wait_until(lambda: not sent(inside[0]).startswith(BASE), "the address ranges")
    for address in inside:
        with urllib.request.urlopen(sent(address), timeout=20) as answer:
            assert answer.read() == data
    for address in outside:
        assert sent(address).startswith(BASE)


def test_without_the_ranges_clients_go_to_cloudfront(launch, swift, key):
    registry = launch(S3(swift), cloudfront(key[1], ipfilteredby="aws", iprangesurl="http://127.0.0.1:9/"))
    repo = Repo(registry.client)
    assert registry.client.get(repo.blob_url(repo.push_blob(blob(100)))).location.startswith(BASE)


def test_a_rewritten_url_leads_to_the_bucket_by_another_name(launch, swift):
    registry = launch(S3(swift), {"storage": {"redirect": {"disable": False}}, "middleware": {"storage": [
        {"name": "rewrite", "options": {"scheme": "https", "host": "cdn.example.com"}}]}})
    repo = Repo(registry.client)
    parts = urlsplit(registry.client.get(repo.blob_url(repo.push_blob(blob(100)))).location)
    assert (parts.scheme, parts.netloc) == ("https", "cdn.example.com")
    assert "X-Amz-Signature=" in parts.query


def test_a_key_that_cannot_be_read_stops_the_start(launch, swift):
    with pytest.raises(Exception, match="cloudfront: privatekey /nowhere/pk.pem"):
        launch(S3(swift), cloudfront("/nowhere/pk.pem"))
