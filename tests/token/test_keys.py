# SPDX-License-Identifier: MIT
"""Signing keys: their rotation, their files, and the acceptance of their tokens by Berth and by Debian's docker-registry."""
import json
import os
import signal
import stat

import pytest
from processes import program, wait_until
from stack import DebianRegistry, merged
from token_service import SERVICE, TokenService, part


class Others:
    """Debian's docker-registry, which accepts the tokens of a bundle."""

    def __init__(self, bundle):
        self.registry = DebianRegistry({"auth": {"token": {
            "realm": "http://127.0.0.1:1/jwt/auth", "service": "registry.test", "issuer": "berth-test",
            "rootcertbundle": bundle}}})

    def __enter__(self):
        self.registry.start()
        return self

    def __exit__(self, *_):
        self.registry.stop()
        self.registry.remove()

    def status(self, token, method="GET", target="/v2/"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.registry.client.request(method, target, headers=headers).status


@pytest.fixture(scope="module")
def rotating(registries):
    """A separate service whose keys change."""
    return TokenService(registries.get(merged(SERVICE, {"token_service": {"expiry": "10m"}})))


@pytest.fixture(scope="module")
def docker_registry():
    if not program("docker-registry"):
        pytest.skip("docker-registry is missing")
    return Others


def bundle_of(service):
    return f"{service.berth.folder}/keys/bundle.pem"


def kid_of(service):
    return part(service.ask().json()["token"], 0)["kid"]


def reload(service):
    """The kid of new tokens, after every worker of the service has reloaded its keys."""
    before = kid_of(service)
    service.berth.children["tokens"].reload(service.berth.token_workers)
    seen = {kid_of(service) for _ in range(20)}
    assert len(seen) == 1 and seen != {before}
    return seen.pop()


def test_docker_registry_takes_the_tokens(service, docker_registry):
    admin = service.user("--admin")

    def token(scope=None):
        return service.ask(*[scope] if scope else [], user=admin).json()["token"]

    with docker_registry(bundle_of(service)) as others:
        assert others.status(None) == 401
        assert others.status(token()) == 200
        assert others.status(token(), target="/v2/a/b/tags/list") == 401
        assert others.status(token("repository:a/b:pull"), target="/v2/a/b/tags/list") == 404  # allowed, but the object is absent
        assert others.status(token("repository:a/b:pull"), "POST", "/v2/a/b/blobs/uploads/") == 401
        assert others.status(token("repository:a/b:pull,push"), "POST", "/v2/a/b/blobs/uploads/") == 202
        assert others.status(token("repository:a/b:*"), "POST", "/v2/a/b/blobs/uploads/") == 202
        assert others.status(token("repository:a/c:pull,push"), "POST", "/v2/a/b/blobs/uploads/") == 401
        assert others.status(token("registry:catalog:*"), target="/v2/_catalog") == 200
        head, claims, signature = token().split(".")
        assert others.status(f"{head}.{claims}.{signature[:-8]}AAAAAAAA") == 401


def test_keys_change_without_a_refused_token(rotating, docker_registry):
    old = rotating.ask().json()["token"]
    made = json.loads(rotating.berth_command("key", "generate", "--type", "es256", "--json").stdout)
    assert kid_of(rotating) == part(old, 0)["kid"]  # the new key does not sign until a command selects it
    with docker_registry(bundle_of(rotating)) as others:
        kid = reload(rotating)
        new = rotating.ask().json()["token"]
        assert part(new, 0)["alg"] == "ES256" and part(new, 0)["kid"] == kid
        assert others.status(old) == others.status(new) == 200
    listed = json.loads(rotating.berth_command("key", "list", "--json").stdout)
    assert [(key["name"], key["algorithm"], key["signs"]) for key in listed] == [
        (listed[0]["name"], "RS256", False), (made["key"], "ES256", True)]
    rotating.berth_command("key", "remove", listed[0]["name"])
    with docker_registry(bundle_of(rotating)) as others:
        assert others.status(new) == 200
        assert others.status(old) == 401


def test_the_files_have_the_right_modes(service):
    folder = f"{service.berth.folder}/keys"
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o750
    names = sorted(os.listdir(folder))
    modes = {name.rsplit(".", 1)[-1]: stat.S_IMODE(os.stat(f"{folder}/{name}").st_mode) for name in names}
    assert modes == {"key": 0o600, "crt": 0o644, "pem": 0o644}, names


def test_a_key_that_is_open_to_others_is_refused_and_the_old_workers_stay(rotating):
    before = kid_of(rotating)
    folder = f"{rotating.berth.folder}/keys"
    name = max(name for name in os.listdir(folder) if name.endswith(".key"))
    os.chmod(f"{folder}/{name}", 0o644)
    try:
        rotating.berth.children["tokens"].process.send_signal(signal.SIGHUP)
        wait_until(lambda: "lets others at the key" in rotating.logs()["tokens.log"], "the refusal")
        assert kid_of(rotating) == before
    finally:
        os.chmod(f"{folder}/{name}", 0o640)


def test_commands_about_keys_that_are_not_there(service):
    for words in (("show", "nothing"), ("remove", "nothing"), ("remove", "../etc/passwd")):
        done = service.berth_command("key", *words, check=False)
        assert done.returncode == 1 and done.stderr.splitlines()[-1].startswith("berth: "), done
    assert service.berth_command("key", "generate", "--bits", "1024", check=False).returncode == 2
    assert service.berth_command("key", "generate", "--type", "hs256", check=False).returncode == 2


def test_a_key_is_shown_without_its_private_part(service):
    name = json.loads(service.berth_command("key", "list", "--json").stdout)[-1]["name"]
    told = service.berth_command("key", "show", name).stdout
    assert "BEGIN PUBLIC KEY" in told and "PRIVATE" not in told
