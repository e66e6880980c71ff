# SPDX-License-Identifier: MIT
"""
Every route with every caller: the expected answer follows from the table NEEDS, which is written by hand. The test fails for a
route without a row, and for a row without a route.
"""
import time

import pytest
from images import Repo, absent
from processes import run
from tokens import CATALOG, REALM, SERVICE, access, bearer, token, claims, Key
from wire import Signed

# (method, pattern): the actions on the repository that the route needs; None: no token; (): any valid token; "catalog"
PULL, PUSH, DELETE = ("pull",), ("pull", "push"), ("delete",)
NEEDS = {
    ("GET", "/"): None, ("HEAD", "/"): None,
    ("GET", "/v2/"): (), ("HEAD", "/v2/"): (),
    ("GET", "/v2/_catalog"): "catalog", ("HEAD", "/v2/_catalog"): "catalog",
    ("GET", "/v2/{name}/tags/list"): PULL, ("HEAD", "/v2/{name}/tags/list"): PULL,
    ("DELETE", "/v2/{name}/tags/reference/{tag}"): DELETE,
    ("GET", "/v2/{name}/manifests/{reference}"): PULL, ("HEAD", "/v2/{name}/manifests/{reference}"): PULL,
    ("PUT", "/v2/{name}/manifests/{reference}"): PUSH, ("DELETE", "/v2/{name}/manifests/{reference}"): DELETE,
    ("POST", "/v2/{name}/blobs/uploads/"): PUSH,
    ("GET", "/v2/{name}/blobs/uploads/{uuid}"): PULL, ("HEAD", "/v2/{name}/blobs/uploads/{uuid}"): PULL,
    ("PATCH", "/v2/{name}/blobs/uploads/{uuid}"): PUSH, ("PUT", "/v2/{name}/blobs/uploads/{uuid}"): PUSH,
    ("DELETE", "/v2/{name}/blobs/uploads/{uuid}"): DELETE,
    ("GET", "/v2/{name}/blobs/{digest}"): PULL, ("HEAD", "/v2/{name}/blobs/{digest}"): PULL,
    ("DELETE", "/v2/{name}/blobs/{digest}"): DELETE,
    ("GET", "/v2/{name}/referrers/{digest}"): PULL, ("HEAD", "/v2/{name}/referrers/{digest}"): PULL,
}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CHALLENGE = f'Bearer realm="{REALM}",service="{SERVICE}"'


def routes(guarded):
    lines = run([f"{guarded.registry.build}/berth", "routes"]).stdout.splitlines()
    return {tuple(line.split("\t")[:2]) for line in lines}


def test_every_route_has_a_row_and_every_row_a_route(guarded):
    assert routes(guarded) == set(NEEDS)


def callers(guarded, name):
    """name: (headers, the actions granted on the repository, whether the catalog is granted, error code in the challenge)"""
    def by(*entries, **change):
        return bearer(guarded.token(*entries, **change))
    own = {kind: access(name, *actions) for kind, actions in {"pull": PULL, "push": PUSH, "push only": ("push",),
                                                              "delete": DELETE, "star": ("*",)}.items()}
    everything = {"pull", "push", "delete"}
    return {
        "anonymous": ({}, None, False, None),
        "basic": ({"Authorization": "Basic dTpw"}, None, False, None),
        "nonsense": (bearer("x.y.z"), None, False, "invalid_token"),
        "expired": (by(own["star"], CATALOG, exp=int(time.time()) - 120), None, False, "invalid_token"),
        "stranger": (bearer(token(STRANGER, claims(own["star"], CATALOG))), None, False, "invalid_token"),
        "other issuer": (by(own["star"], CATALOG, iss="x"), None, False, "invalid_token"),
        "no grant": (by(), set(), False, "insufficient_scope"),
        "other repository": (by(access(name + "x", "*"), access(name + "/x", "*")), set(), False, "insufficient_scope"),
        "pull": (by(own["pull"]), {"pull"}, False, "insufficient_scope"),
        "push": (by(own["push"]), {"pull", "push"}, False, "insufficient_scope"),
        "push only": (by(own["push only"]), {"push"}, False, "insufficient_scope"),
        "delete": (by(own["delete"]), {"delete"}, False, "insufficient_scope"),
        "star": (by(own["star"]), everything, False, "insufficient_scope"),
        "star and catalog": (by(own["star"], CATALOG), everything, True, "insufficient_scope"),
        "catalog": (by(CATALOG), set(), True, "insufficient_scope"),
    }


STRANGER = Key("P-256")


def target_of(pattern, name):
    """A path for the pattern with names of absent objects: an allowed request gets a 4xx other than 401."""
    values = {"name": name, "tag": "v1", "reference": "v1", "digest": absent(), "uuid": "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"}
    for word, value in values.items():
        pattern = pattern.replace("{" + word + "}", value)
    return pattern


def expected(method, pattern, name, caller):
    """None if the request is allowed, else the challenge."""
    _, actions, catalog, error = caller
    needs = NEEDS.get((method, pattern), ())
    if needs is None or pattern == "/":
        return None
    if actions is not None and (catalog if needs == "catalog" else set(needs) <= actions):
        return None
    scope = "registry:catalog:*" if needs == "catalog" else f"repository:{name}:{','.join(needs)}" if needs else None
    return CHALLENGE + (f',scope="{scope}"' if scope else "") + (f',error="{error}"' if error else "")


@pytest.mark.parametrize("pattern", sorted({pattern for _, pattern in NEEDS}))
@pytest.mark.parametrize("method", METHODS)
def test_a_caller_may_do_what_its_token_says_and_nothing_else(guarded, method, pattern):
    repo = Repo(guarded.client)
    known = (method, pattern) in NEEDS
    for who, caller in callers(guarded, repo.name).items():
        answer = guarded.client.request(method, target_of(pattern, repo.name), headers=caller[0])
        due = expected(method, pattern, repo.name, caller)
        said = f"{who}: {answer!r}"
        if due is None:
            assert answer.status != 401, said
            assert known or answer.status == (200 if method == "OPTIONS" else 405), said
        else:
            assert answer.status == 401 and answer.header("WWW-Authenticate") == due, said
            assert method == "HEAD" or answer.codes() == ["UNAUTHORIZED"], said


def test_a_client_without_pull_learns_nothing_of_a_repository(guarded):
    """The answers for existing and for absent objects are the same."""
    repo = guarded.repo()
    reference, body = repo.image("v1")
    blob = repo.push_blob(b"the blob" + body[-20:])
    for who in ("anonymous", "other repository", "delete", "no grant"):
        headers = callers(guarded, repo.name)[who][0]
        for there, not_there in [(repo.manifest_url("v1"), repo.manifest_url("v2")), (repo.manifest_url(reference), repo.manifest_url(absent())),
                                 (repo.blob_url(blob), repo.blob_url(absent())), (repo.tags_url, Repo(guarded.client).tags_url)]:
            for method in ("GET", "HEAD"):
                first, second = (guarded.client.request(method, url, headers=headers) for url in (there, not_there))
                assert first.status == second.status == 401, who
                assert method == "HEAD" or [e["code"] for e in first.json()["errors"]] == second.codes()


def test_the_catalog_alone_reads_no_repository(guarded):
    repo = guarded.repo()
    repo.image("v1")
    reader = Signed(guarded.client, bearer(guarded.token(CATALOG)))
    assert repo.name in reader.get("/v2/_catalog?n=1000").json()["repositories"]
    assert reader.get(repo.tags_url).status == 401
