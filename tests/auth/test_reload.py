# SPDX-License-Identifier: MIT
"""Changes of keys while the registry runs: by their file and by HUP; files of keys that are refused at a start."""
import os
import signal

import pytest
from guarded import put
from processes import ACCOUNT, Unready, wait_until
from stack import Berth
from tokens import ISSUER, REALM, SERVICE, Key, bearer, certificate, claims, pem, token


class Rotating:
    """A separate registry whose bundle a test may replace."""

    def __init__(self, registries):
        self.folder, self.first, self.second = ACCOUNT.scratch(), Key("P-256"), Key("ED25519")
        self.bundle(self.first)
        self.berth = Berth(registries.shared_cluster(), registries.frontend, {"auth": {"token": {
            "realm": REALM, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": os.path.join(self.folder, "bundle.pem")}}},
            workers=1, upload_workers=1)

    def bundle(self, *keys, text=None):
        """Replaces the bundle by a rename, as a key rotation should."""
        put(self.folder, "bundle.new", pem(*map(certificate, keys)) if text is None else text)
        os.rename(os.path.join(self.folder, "bundle.new"), os.path.join(self.folder, "bundle.pem"))

    def status(self, key, **change):
        return self.berth.client.get("/v2/", headers=bearer(token(key, claims(**change)))).status

    def settles(self, key, status, **change):
        """Waits until the one worker, which checks the file once a second, gives this answer."""
        wait_until(lambda: self.status(key, **change) == status, f"{status} for the key")

    def reload(self):
        for pool in ("main", "uploads"):
            self.berth.children[pool].reload(1)


@pytest.fixture(scope="module")
def registry(registries):
    found = Rotating(registries)
    with found.berth:
        yield found
        assert not found.berth.damage()
    found.berth.remove()


@pytest.fixture
def rotating(registry):
    """The registry, which accepts its first key only."""
    registry.bundle(registry.first)
    registry.settles(registry.first, 200)
    registry.settles(registry.second, 401)
    return registry


def test_keys_are_added_and_removed_by_their_file(rotating):
    assert rotating.status(rotating.first) == 200 and rotating.status(rotating.second) == 401
    rotating.bundle(rotating.first, rotating.second)
    rotating.settles(rotating.second, 200)
    assert rotating.status(rotating.first) == 200
    rotating.bundle(rotating.second)
    rotating.settles(rotating.first, 401)
    assert rotating.status(rotating.second) == 200


def test_a_token_that_was_good_is_not_remembered_beyond_its_key(rotating):
    """The worker has already accepted exactly this token."""
    headers = bearer(token(rotating.first, claims()))
    for _ in range(2):
        assert rotating.berth.client.get("/v2/", headers=headers).status == 200
    rotating.bundle(rotating.second)
    wait_until(lambda: rotating.berth.client.get("/v2/", headers=headers).status == 401, "the worker to refuse the token")


def test_a_broken_bundle_leaves_the_old_keys_and_is_logged(rotating):
    for text in ("", "rubbish\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with open(rotating.berth.log("main"), encoding="utf-8") as log:
            log.seek(0, os.SEEK_END)
            rotating.bundle(text=text)
            wait_until(lambda said=log: rotating.status(rotating.first) == 200 and "the old ones stay" in said.read(), "the error in the log")
    assert rotating.status(rotating.first) == 200


def test_a_hup_brings_another_issuer(rotating):
    rotating.berth.config["auth"]["token"]["issuer"] = "another"
    rotating.berth.write_config()
    assert rotating.status(rotating.first, iss="another") == 401
    rotating.reload()
    assert rotating.status(rotating.first, iss="another") == 200
    assert rotating.status(rotating.first) == 401
    rotating.berth.config["auth"]["token"]["issuer"] = ISSUER
    rotating.berth.write_config()
    rotating.reload()
    assert rotating.status(rotating.first) == 200


def test_a_hup_with_a_broken_bundle_is_refused_and_the_old_workers_stay(rotating):
    rotating.bundle(text="rubbish\n")
    main = rotating.berth.children["main"]
    pids = main.workers(rotating.berth.workers)
    for pool in ("main", "uploads"):
        os.kill(rotating.berth.children[pool].pid, signal.SIGHUP)
    wait_until(lambda: "reload: auth: rootcertbundle" in main.text(), "the refusal")
    assert rotating.status(rotating.first) == 200
    assert main.workers() == pids


def test_a_start_without_usable_keys_is_refused_by_name(registries):
    for text, word in [("rubbish\n", "rootcertbundle"), (None, "No such file")]:
        folder = ACCOUNT.scratch()
        path = os.path.join(folder, "bundle.pem")
        if text is not None:
            put(folder, "bundle.pem", text)
        berth = Berth(registries.shared_cluster(), registries.frontend, {"auth": {"token": {
            "realm": REALM, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": path}}}, workers=1, upload_workers=1)
        with pytest.raises(Unready, match=word):
            berth.start()
        berth.stop()
        berth.remove()
