# SPDX-License-Identifier: MIT
"""
Debian's docker-registry 2.8 with the same bundle, issuer and service is the oracle: both registries give a token the same
verdict and the same challenge, or oracle_differences.py lists the token with the reason.
"""
import http.client
import re

import pytest
from guarded import put
from oracle_cases import REPOSITORY, Keys, cases
from oracle_differences import DIFFERENT
from processes import ACCOUNT
from stack import DebianRegistry
from tokens import ISSUER, REALM, SERVICE, bearer, pem

# a probe needs: pull; pull and push; delete; the catalog; any valid token
PROBES = [("GET", f"/v2/{REPOSITORY}/tags/list"), ("POST", f"/v2/{REPOSITORY}/blobs/uploads/"),
          ("DELETE", f"/v2/{REPOSITORY}/manifests/sha256:" + "0" * 64), ("GET", "/v2/_catalog"), ("GET", "/v2/")]


@pytest.fixture(scope="module")
def keys():
    return Keys()


@pytest.fixture(scope="module")
def debian(keys):
    folder = ACCOUNT.scratch()
    registry = DebianRegistry({"auth": {"token": {"realm": REALM, "service": SERVICE, "issuer": ISSUER,
                                                  "rootcertbundle": put(folder, "bundle.pem", pem(*keys.bundle()))}}})
    yield registry.start().client
    registry.stop()
    registry.remove()


@pytest.fixture(scope="module")
def ours(registries, keys):
    folder = ACCOUNT.scratch()
    return registries.get({"auth": {"token": {"realm": REALM, "service": SERVICE, "issuer": ISSUER,
                                              "rootcertbundle": put(folder, "bundle.pem", pem(*keys.bundle())),
                                              "jwks": put(folder, "keys.jwks", keys.jwks())}}}).client


def sorted_challenge(text):
    """The challenge with scopes and actions sorted: their order in docker-registry is random."""
    def sort_scope(found):
        entries = [entry.rsplit(":", 1) for entry in found.group(1).split(" ")]
        return 'scope="' + " ".join(sorted(f"{name}:{','.join(sorted(actions.split(',')))}" for name, actions in entries)) + '"'
    return re.sub(r'scope="([^"]*)"', sort_scope, text or "")


def verdict(client, method, target, headers):
    """("refused", challenge), ("let in", "") for any status other than 401, or ("broke down", "") if docker-registry crashes."""
    try:
        answer = client.request(method, target, headers=headers, checked=False)
    except http.client.RemoteDisconnected:
        return "broke down", ""
    if answer.status == 401:
        return "refused", sorted_challenge(answer.header("WWW-Authenticate"))
    assert answer.status < 500, answer
    return "let in", ""


def compare(debian, ours, headers):
    """[(method, target, theirs, ours)] for each probe with different results, and the verdicts of Berth for all probes."""
    probes = [(method, target, verdict(debian, method, target, headers), verdict(ours, method, target, headers))
              for method, target in PROBES]
    return [probe for probe in probes if probe[2] != probe[3]], [probe[3][0] for probe in probes]


def test_every_token_gets_the_verdict_and_the_challenge_of_docker_registry(debian, ours, keys):
    wrong, seen, count = [], set(), 0
    for name, text in cases(keys):
        assert name not in seen, f"two cases are called {name}"
        seen.add(name)
        count += 1
        differing, verdicts = compare(debian, ours, bearer(text))
        if name in DIFFERENT:
            due, _ = DIFFERENT[name]
            if not differing:
                wrong.append(f"{name}: is listed as different, but is not")
            elif verdicts[-1] != due:
                wrong.append(f"{name}: the verdict of Berth is {verdicts[-1]}, listed as {due}")
        elif differing:
            wrong += [f"{name}: {method} {target}: docker-registry {theirs}, Berth {own}" for method, target, theirs, own in differing]
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong)
    assert count > 300
    assert not set(DIFFERENT) - seen, "listed as different, but no such case"


@pytest.mark.parametrize("header", [
    None, "", "Bearer", "Bearer ", "Basic dTpw", "Digest x", "x", "Bearer a b", "Bearer  a", "bearer x", "BEARER x.y.z", "Bearer x, Bearer y"])
def test_every_header_gets_the_challenge_of_docker_registry(debian, ours, header):
    headers = {} if header is None else {"Authorization": header}
    differing, _ = compare(debian, ours, headers)
    assert not differing


@pytest.mark.parametrize("method, target", [
    *PROBES, ("HEAD", f"/v2/{REPOSITORY}/manifests/latest"), ("PUT", f"/v2/{REPOSITORY}/manifests/latest"),
    ("PATCH", f"/v2/{REPOSITORY}/blobs/uploads/x"), ("PUT", f"/v2/{REPOSITORY}/blobs/uploads/x"),
    ("GET", f"/v2/{REPOSITORY}/blobs/uploads/x"), ("DELETE", f"/v2/{REPOSITORY}/blobs/uploads/x"),
    ("DELETE", f"/v2/{REPOSITORY}/blobs/sha256:" + "0" * 64), ("OPTIONS", f"/v2/{REPOSITORY}/manifests/latest"),
    ("POST", f"/v2/{REPOSITORY}/manifests/latest"), ("POST", f"/v2/{REPOSITORY}/blobs/uploads/?mount=x&from=a/b"),
    ("POST", f"/v2/{REPOSITORY}/blobs/uploads/?from={REPOSITORY}"), ("POST", f"/v2/{REPOSITORY}/blobs/uploads/?from="),
    ("DELETE", "/v2/_catalog"), ("PUT", "/v2/")])
def test_every_request_without_a_token_gets_the_challenge_of_docker_registry(debian, ours, method, target):
    theirs, own = verdict(debian, method, target, {}), verdict(ours, method, target, {})
    if method in ("OPTIONS", "POST") and "manifests" in target or target == "/v2/_catalog" and method == "DELETE":
        # a method that the resource does not have needs no scope: any valid token gets the 405
        assert own == ("refused", f'Bearer realm="{REALM}",service="{SERVICE}"')
    else:
        assert own == theirs


def test_the_body_of_a_refusal_is_that_of_docker_registry(debian, ours):
    for method, target in [("GET", "/v2/"), ("GET", f"/v2/{REPOSITORY}/tags/list"), ("GET", "/v2/_catalog"),
                           ("DELETE", f"/v2/{REPOSITORY}/manifests/x"), ("PUT", f"/v2/{REPOSITORY}/manifests/x"),
                           ("POST", f"/v2/{REPOSITORY}/blobs/uploads/?mount=x&from=a/b")]:
        theirs, own = (client.request(method, target, checked=False) for client in (debian, ours))
        assert own.json() == theirs.json(), (method, target)
