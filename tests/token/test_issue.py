# SPDX-License-Identifier: MIT
"""The content of tokens: which access the token service grants to which account."""
import base64
import hashlib
import subprocess
import time

import pytest
from token_service import PASSWORD, access, part

ALL = "pull,push,delete,*"


def test_an_anonymous_client_gets_a_token_without_rights(service):
    before = int(time.time())
    answer = service.ask()
    assert answer.status == 200
    assert answer.header("Cache-Control") == "no-store"
    body = answer.json()
    assert body["token"] == body["access_token"]
    assert body["expires_in"] == 300
    assert "refresh_token" not in body
    claims = part(body["token"], 1)
    assert claims["access"] == [] and "sub" not in claims
    assert claims["iss"] == "berth-test" and claims["aud"] == "registry.test"
    assert before <= claims["iat"] <= time.time()
    assert claims["exp"] == claims["iat"] + 300 and claims["nbf"] < claims["iat"]
    assert body["issued_at"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(claims["iat"]))


def test_every_token_has_an_id_of_its_own(service):
    ids = {part(service.ask().json()["token"], 1)["jti"] for _ in range(20)}
    assert len(ids) == 20


def test_the_subject_is_the_account(service):
    name = service.user()
    assert part(service.ask(user=name).json()["token"], 1)["sub"] == name


def test_the_signature_is_the_bundles(service, tmp_path):
    """Verified by the command openssl, with the key that the kid names by the rules of libtrust."""
    token = service.ask().json()["token"]
    header = part(token, 0)
    assert header["alg"] == "RS256" and header["typ"] == "JWT" and set(header) == {"alg", "typ", "kid"}
    signed, _, signature = token.rpartition(".")
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    (tmp_path / "signed").write_text(signed)
    public = subprocess.run(["openssl", "x509", "-pubkey", "-noout", "-in", f"{service.berth.folder}/keys/bundle.pem"],
                            capture_output=True, check=True).stdout
    (tmp_path / "public.pem").write_bytes(public)
    done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", tmp_path / "public.pem", "-signature",
                           tmp_path / "signature", tmp_path / "signed"], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Verified OK", done
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=public, capture_output=True,
                         check=True).stdout
    kid = base64.b32encode(hashlib.sha256(der).digest()[:30]).decode()
    assert header["kid"] == ":".join(kid[i:i + 4] for i in range(0, 48, 4))


@pytest.mark.parametrize("role, granted", [("reporter", ["pull"]), ("developer", ["pull", "push"]),
                                           ("maintainer", ["pull", "push", "delete", "*"])])
def test_a_role_gives_what_it_is_for(service, role, granted):
    name = service.user()
    project = service.project(members={name: role})
    for repository in (project, f"{project}/app", f"{project}/deep/er/app"):
        assert service.granted(f"repository:{repository}:{ALL}", user=name) == {f"repository:{repository}": granted}
    assert service.granted(f"repository:{project}x:{ALL}", user=name) == {}
    assert service.granted(f"repository:{project}:{ALL}") == {}


def test_visibility_opens_pulling(service):
    user, robot = service.user(), service.robot()
    _, secret = service.token(robot)
    for visibility, nobody, users, robots in (("private", [], [], []), ("internal", [], ["pull"], []),
                                              ("public", ["pull"], ["pull"], ["pull"])):
        scope = f"repository:{service.project('--visibility', visibility)}/app"
        assert service.granted(f"{scope}:{ALL}").get(scope, []) == nobody, visibility
        assert service.granted(f"{scope}:{ALL}", user=user).get(scope, []) == users, visibility
        assert service.granted(f"{scope}:{ALL}", user=robot, password=secret).get(scope, []) == robots, visibility


def test_the_longest_path_owns_a_repository(service):
    name = service.user()
    outer = service.project(members={name: "maintainer"})
    service.berth_command("project", "add", f"{outer}/inner")
    assert service.granted(f"repository:{outer}/other:push", user=name) == {f"repository:{outer}/other": ["push"]}
    assert service.granted(f"repository:{outer}/inner/app:pull", user=name) == {}
    assert service.granted(f"repository:{outer}/innerapp:pull", user=name) == {f"repository:{outer}/innerapp": ["pull"]}


def test_an_administrator_may_do_everything_and_list(service):
    name = service.user("--admin")
    assert service.granted(f"repository:no/project/here:{ALL}", "registry:catalog:*", user=name) == {
        "repository:no/project/here": ["pull", "push", "delete", "*"], "registry:catalog": ["*"]}
    other = service.user()
    assert service.granted("registry:catalog:*", user=other) == {}
    assert service.granted("registry:catalog:*") == {}


def test_scopes_repeat_or_stand_in_one_parameter(service):
    name = service.user()
    a, b = (service.project(members={name: "developer"}) for _ in range(2))
    due = {f"repository:{a}": ["pull", "push"], f"repository:{b}": ["pull"]}
    assert service.granted(f"repository:{a}:push,pull", f"repository:{b}:pull", user=name) == due
    assert service.granted(f"repository:{a}:pull repository:{b}:pull  repository:{a}:push", user=name) == due
    assert list(service.granted(f"repository:{b}:pull", f"repository:{a}:pull", user=name)) == [
        f"repository:{b}", f"repository:{a}"]


def test_unknown_scopes_and_actions_are_left_out(service):
    name = service.user("--admin")
    assert service.granted("thing:a:pull", "repository:UPPER:pull", "repository:host:5000/a:pull", "registry:other:*",
                           "repository:a:frob", user=name) == {}


def test_a_class_is_kept(service):
    token = service.ask("repository(plugin):a:pull", user=service.user("--admin")).json()["token"]
    assert part(token, 1)["access"] == [{"type": "repository", "class": "plugin", "name": "a", "actions": ["pull"]}]


@pytest.mark.parametrize("scope", ["repository", "repository:a", "repository::pull", "repository:a:PULL", "repository:ä:pull",
                                   "repository:a\"b:pull", " ".join(f"repository:r{n}:pull" for n in range(501))])
def test_a_malformed_scope_is_an_error(service, scope):
    answer = service.ask(scope)
    assert answer.status == 400 and answer.codes() == ["SCOPE_INVALID"]


@pytest.mark.parametrize("count", [110, 150])
def test_many_scopes_fit_into_one_token_and_the_registry_takes_it(service, count):
    name = service.user("--admin")
    scopes = [f"repository:mirrors/team-{n % 7}/repository-number-{n}:pull" for n in range(count)]
    for asked in (scopes, [" ".join(scopes)]):
        answer = service.ask(*asked, user=name)
        assert answer.status == 200, answer
        assert len(access(answer.json()["token"])) == count
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert service.request("GET", "/v2/", headers=headers).status == 200


def test_more_scopes_than_a_url_holds_go_by_post(service):
    name = service.user("--admin")
    scope = " ".join(f"repository:mirrors/team-{n % 7}/a-repository-of-a-long-name-{n}:pull" for n in range(235))
    assert service.ask(scope, user=name).status == 414
    answer = service.post(grant_type="password", username=name, password=PASSWORD, scope=scope)
    assert answer.status == 200 and len(access(answer.json()["token"])) == 235
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert service.request("GET", "/v2/", headers=headers).status == 200


def test_the_registry_takes_the_largest_token_that_is_issued(service):
    name, taken, refused = service.user("--admin"), 200, 500

    def issue(count):
        scope = " ".join(f"repository:mirrors/a-repository-of-a-long-name-{n:04}:pull" for n in range(count))
        return service.post(grant_type="password", username=name, password=PASSWORD, scope=scope)

    while refused - taken > 1:
        count = (taken + refused) // 2
        taken, refused = (count, refused) if issue(count).status == 200 else (taken, count)
    largest = issue(taken).json()["token"]
    assert len(largest) > 32000
    assert service.request("GET", "/v2/", headers={"Authorization": f"Bearer {largest}"}).status == 200


def test_scopes_that_no_token_holds_are_an_error(service):
    scope = " ".join(f"repository:{'x' * 60}/r{n}:pull,push,delete,*" for n in range(400))
    answer = service.post(grant_type="password", username=service.user("--admin"), password=PASSWORD, scope=scope)
    assert answer.status == 400 and answer.codes() == ["SCOPE_INVALID"]


def test_another_service_is_refused(service):
    answer = service.request("GET", "/jwt/auth?service=other")
    assert answer.status == 400 and answer.codes() == ["SERVICE_UNKNOWN"]
    assert service.request("GET", "/jwt/auth").status == 200


def test_both_addresses_serve_and_only_they(service):
    assert service.ask(path="/auth/token").status == 200
    assert service.ask(path="/jwt/auth/more").status in (401, 404)
    for method in ("PUT", "DELETE", "PATCH", "HEAD"):
        answer = service.request(method, "/jwt/auth")
        assert answer.status == 405 and answer.header("Allow") == "GET, OPTIONS, POST"


def test_unknown_parameters_are_ignored(service):
    assert service.ask(account="me", client_id="docker", extra="1", password_hash="x").status == 200


def test_a_site_that_is_switched_off_issues_no_token(service):
    name = service.user("--admin")
    service.berth_command("site", "change", "--registry", "off")
    try:
        for how in ({}, {"user": name}):
            answer = service.ask("repository:a:pull", **how)
            assert answer.status == 404 and answer.codes() == ["UNAVAILABLE"]
    finally:
        service.berth_command("site", "change", "--registry", "on")
    assert service.ask("repository:a:pull", user=name).status == 200


def test_a_project_that_is_switched_off_grants_nothing(service):
    member, admin = service.user(), service.user("--admin")
    project = service.project("--visibility", "public", members={member: "maintainer"})
    other = service.project("--visibility", "public")
    service.berth_command("project", "change", project, "--registry", "off")
    for how in ({}, {"user": member}, {"user": admin}):
        assert service.granted(f"repository:{project}:pull", f"repository:{other}:pull", **how) == {
            f"repository:{other}": ["pull"]}
    service.berth_command("project", "change", project, "--registry", "on")
    assert service.granted(f"repository:{project}:pull") == {f"repository:{project}": ["pull"]}


def test_new_projects_are_as_the_site_says(service):
    service.berth_command("site", "change", "--new-project-registry", "off", "--new-project-visibility", "public")
    try:
        off, on = service.project(), service.project("--registry", "on")
    finally:
        service.berth_command("site", "change", "--new-project-registry", "on", "--new-project-visibility", "private")
    assert service.granted(f"repository:{off}:pull", f"repository:{on}:pull") == {f"repository:{on}": ["pull"]}


def test_post_with_a_password(service):
    name = service.user()
    project = service.project(members={name: "developer"})
    answer = service.post(grant_type="password", username=name, password=PASSWORD, client_id="test",
                          scope=f"repository:{project}:pull,push repository:{project}:delete")
    assert answer.status == 200
    body = answer.json()
    assert access(body["access_token"]) == {f"repository:{project}": ["pull", "push"]}
    assert body["scope"] == f"repository:{project}:pull,push"
    assert "refresh_token" not in body


@pytest.mark.parametrize("form, status, code", [
    ({}, 400, "GRANT_INVALID"),
    ({"grant_type": "client_credentials"}, 400, "GRANT_INVALID"),
    ({"grant_type": "password"}, 401, "UNAUTHORIZED"),
    ({"grant_type": "refresh_token"}, 401, "UNAUTHORIZED"),
    ({"grant_type": "refresh_token", "refresh_token": "berth_ref_" + "A" * 43}, 401, "UNAUTHORIZED"),
    ({"grant_type": "password", "username": "x", "password": "y" * 50000}, 401, "UNAUTHORIZED"),
    ({"grant_type": "password", "service": "other"}, 400, "SERVICE_UNKNOWN"),
    ({"grant_type": "password", "kind": "application/json"}, 400, "GRANT_INVALID"),
])
def test_a_wrong_post_is_an_error(service, form, status, code):
    answer = service.post(source="127.0.0.77", **form)
    assert answer.status == status and answer.codes() == [code]
