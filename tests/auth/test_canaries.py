# SPDX-License-Identifier: MIT
"""Canaries: the test puts secrets into every field of requests and files, and no log may contain one of them."""
import base64
import glob
import os

import pytest
from guarded import put
from images import Repo
from processes import ACCOUNT
from stack import Berth
from tokens import ISSUER, REALM, SERVICE, Key, access, basic, bearer, certificate, claims, password_line, pem, token

CANARY = "Kanarienvogel-7f3a9c1e"


@pytest.fixture(params=["token", "htpasswd"])
def loud(registries, request):
    """A separate registry with this scheme that logs at level debug. The access log of the web server is on."""
    folder, key = ACCOUNT.scratch(), Key()
    secret = Key(secret=(CANARY * 4).encode())
    auth = {
        "token": {"realm": REALM, "service": SERVICE, "issuer": ISSUER,
                  "rootcertbundle": put(folder, "bundle.pem", pem(certificate(key))),
                  "jwks": put(folder, "keys.jwks", '{"keys":[%s]}' % str(secret.jwk(kid="shared", alg="HS256")).replace("'", '"'))},
        "htpasswd": {"realm": "r", "path": put(folder, "htpasswd", password_line("alice", CANARY))}}[request.param]
    berth = Berth(registries.shared_cluster(), registries.frontend, {"log": {"level": "debug"}, "auth": {request.param: auth},
                                                                     "http": {"secret": CANARY}}, workers=2, upload_workers=1)
    with berth:
        yield berth, request.param, key, secret, auth
        assert not berth.damage()
    berth.remove()


def spellings(text):
    """The forms in which a secret might reach a log."""
    found = {text}
    for at in range(3):  # the base64 form depends on the number of bytes before the secret
        coded = base64.b64encode(b"x" * at + text.encode()).decode()
        found.add(coded[4 if at else 0:-4].strip("="))
    return {each for each in found if len(each) > 8}


def logs_of(berth):
    for path in glob.glob(os.path.join(berth.folder, "*.log")):
        with open(path, encoding="utf-8", errors="replace") as file:
            yield path, file.read()


def test_no_log_holds_a_password_a_token_or_a_key(loud):
    berth, scheme, key, secret, auth = loud
    client, repo = berth.client, Repo(berth.client)
    good = token(key, claims(access(repo.name, "*"), sub="somebody"))
    headers = [basic("alice", CANARY), basic("alice", CANARY + "x"), basic(CANARY, "x"), bearer(CANARY), bearer(good), bearer(good[:-5]),
               bearer(token(key, claims(access(repo.name, "*"), jti=CANARY, user=CANARY, exp=1))), {"Authorization": CANARY},
               bearer(token(secret, claims(access(repo.name, "*")), kid="shared")), bearer(token(key, "not JSON " + CANARY)),
               {"Authorization": f"Basic {CANARY}"}, {"Cookie": CANARY}, {"X-Secret": CANARY, "Proxy-Authorization": CANARY},
               {"Authorization": f"Digest username={CANARY}"}]
    targets = [("GET", "/v2/"), ("GET", repo.tags_url), ("POST", repo.uploads_url), ("PUT", repo.manifest_url("v1")),
               ("DELETE", repo.manifest_url("v1")), ("PATCH", repo.uploads_url + "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"), ("GET", "/v2/_catalog"),
               ("GET", "/%00"), ("GET", "/nowhere")]
    for each in headers:
        for method, target in targets:
            client.request(method, target, b"{" if method in ("PUT", "PATCH") else None, headers=each, checked=False)
    # a broken file is logged, without its content
    path = auth.get("path") or auth["jwks"]
    put(os.path.dirname(path), os.path.basename(path), f"{CANARY}\n")
    for _ in range(5):
        client.request("GET", "/v2/", headers=headers[0], checked=False)
    berth.berth("check-config", berth.config_path, check=False)  # refuses a broken password file
    searched = 0
    secrets = spellings(CANARY) | {good, good.split(".")[2]}
    for log, text in logs_of(berth):
        searched += len(text)
        for needle in secrets:
            assert needle not in text, f"{needle} is in {os.path.basename(log)}"
        assert "$2" not in text, f"a hash is in {os.path.basename(log)}"
    assert searched > 100, "nothing was logged at all"


def test_check_config_masks_what_is_secret(loud):
    berth = loud[0]
    done = berth.berth("check-config", berth.config_path)
    assert CANARY not in done.stdout + done.stderr
    assert "***" in done.stdout
