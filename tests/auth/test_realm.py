# SPDX-License-Identifier: MIT
"""autoredirect: the host of the realm is the host of the request. Compared with Debian's docker-registry."""
import pytest
from guarded import put
from processes import ACCOUNT
from stack import DebianRegistry
from tokens import ISSUER, SERVICE, Key, certificate, pem


def settings(**more):
    bundle = put(ACCOUNT.scratch(), "bundle.pem", pem(certificate(Key("P-256"))))
    return {"auth": {"token": {"realm": "https://elsewhere.example.com/token", "service": SERVICE, "issuer": ISSUER,
                               "rootcertbundle": bundle, "autoredirect": True, **more}}}


@pytest.fixture(scope="module")
def debian():
    registry = DebianRegistry(settings())
    yield registry.start().client
    registry.stop()
    registry.remove()


@pytest.fixture(scope="module")
def ours(registries):
    return registries.get(settings()).client


def realm(client, **more):
    return client.get("/v2/", **more).header("WWW-Authenticate").split('"')[1]


@pytest.mark.parametrize("host", ["registry.example.com", "registry.example.com:5000", "127.0.0.1:443"])
def test_the_realm_is_on_the_host_that_was_asked(debian, ours, host):
    assert realm(ours, host=host) == realm(debian, host=host) == f"https://{host}/auth/token"


def test_the_scheme_of_the_realm_is_the_one_that_a_proxy_forwards(ours):
    """The behaviour of distribution v3; 2.8 knows https only."""
    for told, scheme in [("http", "http"), ("https", "https"), ("gopher", "https")]:
        assert realm(ours, host="a.example.com", headers={"X-Forwarded-Proto": told}) == f"{scheme}://a.example.com/auth/token"


def test_the_path_of_the_realm_is_configurable(registries):
    client = registries.get(settings(autoredirectpath="/jwt/auth")).client
    assert realm(client, host="a.example.com") == "https://a.example.com/jwt/auth"


@pytest.mark.parametrize("host", ["a b", "a/b", "a\"b", "<a>", "a@b"])
def test_a_malformed_host_gets_the_configured_realm_or_a_400(ours, host):
    answer = ours.get("/v2/", host=host, checked=False)
    assert answer.status == 400 or answer.header("WWW-Authenticate").startswith('Bearer realm="https://elsewhere.example.com/token"')
