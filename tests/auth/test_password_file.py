# SPDX-License-Identifier: MIT
"""auth.htpasswd over HTTP: which users are let in, and changes of the file."""
import itertools
import os
import signal
import threading
import time

import pytest
from guarded import PASSWORD, put
from images import Repo
from processes import ACCOUNT, wait_until
from races import at_once
from stack import Berth
from tokens import basic, password_line
from wire import Signed

CHALLENGE = 'Basic realm="the realm"'
SOURCES = itertools.count()


def test_a_user_may_do_everything(passwords, alice):
    repo = Repo(alice)
    reference, body = repo.image("v1")
    assert alice.get(repo.manifest_url("v1")).body == body
    assert repo.name in alice.get("/v2/_catalog?n=1000").json()["repositories"]
    assert alice.delete(repo.manifest_url(reference)).status == 202


@pytest.mark.parametrize("headers", [
    {}, basic("alice", "wrong"), basic("bob", PASSWORD), basic("", ""), {"Authorization": "Bearer abc"},
    {"Authorization": "Basic"}, {"Authorization": "Basic !"}, basic("alice", PASSWORD + "\0x"),
    basic("ALICE", PASSWORD), basic("alice", PASSWORD + " "), basic("alice", "x" * 5000),
    {"Authorization": basic("alice", PASSWORD)["Authorization"] + ", " + basic("alice", PASSWORD)["Authorization"]}],
    ids=lambda value: value.get("Authorization", "none")[:20])
@pytest.mark.parametrize("method, target", [("GET", "/v2/"), ("GET", "/v2/_catalog"), ("POST", "/v2/a/blobs/uploads/"),
                                            ("OPTIONS", "/v2/a/manifests/b")])
def test_nobody_else_gets_past_the_challenge(passwords, headers, method, target):
    answer = passwords[0].client.request(method, target, headers=headers)
    assert answer.status == 401, answer
    assert answer.header("WWW-Authenticate") == CHALLENGE
    assert answer.codes() == ["UNAUTHORIZED"]


def test_the_scheme_is_known_in_any_case(passwords):
    for scheme in ("basic", "BASIC"):
        value = basic("alice", PASSWORD)["Authorization"].replace("Basic", scheme)
        assert passwords[0].client.get("/v2/", headers={"Authorization": value}).status == 200


def test_two_headers_are_refused(passwords):
    pair = list(basic("alice", PASSWORD).items())
    assert passwords[0].client.get("/v2/", headers=pair * 2, checked=False).status in (400, 401)


def test_the_root_is_open(passwords):
    assert passwords[0].client.get("/").status == 200


def test_a_change_of_the_file_counts_with_the_next_request(passwords):
    registry, path = passwords
    with open(path, encoding="utf-8") as file:
        before = file.read()
    carol = Signed(registry.client, basic("carol", "first"))
    try:
        assert carol.get("/v2/").status == 401
        put(os.path.dirname(path), "htpasswd", before + password_line("carol", "first"))
        assert carol.get("/v2/").status == 200
        put(os.path.dirname(path), "htpasswd", before + password_line("carol", "second"))
        assert carol.get("/v2/").status == 401
    finally:
        put(os.path.dirname(path), "htpasswd", before)
    assert Signed(registry.client, basic("carol", "second")).get("/v2/").status == 401


def test_a_missing_file_is_made_with_a_user_whose_password_is_logged_once(registries):
    path = os.path.join(ACCOUNT.folder(os.path.join(ACCOUNT.scratch(), "conf")), "made", "htpasswd")
    registry = registries.get({"auth": {"htpasswd": {"realm": "the realm", "path": path}}})
    with open(registry.log("main"), encoding="utf-8") as log:
        lines = [line for line in log if "user docker, password" in line]
    assert len(lines) == 1 and "level=warning" in lines[0], lines
    password = lines[0].split("password ")[1].split('"')[0]
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert registry.client.get("/v2/", headers=basic("docker", password)).status == 200
    assert registry.client.get("/v2/", headers=basic("docker", password[:-1])).status == 401


# ---- one password check at a time ----

class Held:
    """A registry of two workers. One of them is stopped in the middle of a check of a wrong password; both know alice."""

    def __init__(self, registries, name):
        path = put(ACCOUNT.scratch(), "htpasswd",
                   password_line("alice", PASSWORD) + f"slow:$2y$14${'a' * 53}\n")
        self.registry = registries.get({"auth": {"htpasswd": {"realm": name, "path": path}}})
        self.alice = Signed(self.registry.client, basic("alice", PASSWORD))
        self.alice_mistyped = Signed(self.registry.client, basic("alice", PASSWORD[:-1]))
        self.master = self.registry.children["main"]
        self.stranger = None

    def wrong(self, method="GET", target="/v2/"):
        """Sends a wrong password, each time from an address without earlier failures."""
        source = f"127.5.{next(SOURCES) // 250}.{1 + next(SOURCES) % 250}"
        return self.registry.client.request(method, target, headers=basic("slow", "wrong"), source=source)

    def guess(self):
        """Sends enough wrong passwords for most of a minute: the workers check one password at a time only during an attack."""
        for _ in range(60):
            assert self.alice_mistyped.get("/v2/").status in (401, 429)

    def __enter__(self):
        wait_until(self.hold, "a worker that is stopped while it hashes", 60)
        return self

    def hold(self):
        """Lets only `worker` take the request, and stops it after some work. If the other worker then answers 429, `worker` was
        stopped during the check."""
        self.guess()
        assert self.alice.get("/v2/").status == 200
        self.worker, other = self.master.workers(2)
        halt(other)
        before = ticks(self.worker)
        self.stranger = threading.Thread(target=self.wrong)
        self.stranger.start()
        while self.stranger.is_alive() and ticks(self.worker) < before + 10:
            time.sleep(0.001)
        halt(self.worker)
        os.kill(other, signal.SIGCONT)
        if self.stranger.is_alive() and self.wrong().status == 429:
            return True
        os.kill(self.worker, signal.SIGCONT)
        self.stranger.join()
        return False

    def __exit__(self, *_):
        try:
            os.kill(self.worker, signal.SIGCONT)
        except ProcessLookupError:
            pass
        self.stranger.join()


def stat(pid):
    """The fields of /proc/PID/stat after the name of the process, see proc(5)."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()


def halt(pid):
    """Stops a process and waits until it is stopped: until then, it could still accept a connection."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: stat(pid)[0] == "T", "a stopped process", 60)


def ticks(pid):
    """Processor time of a process, in hundredths of a second."""
    return int(stat(pid)[11])


def test_a_known_user_is_answered_while_a_password_is_checked(registries):
    with Held(registries, "go on") as held:
        repo = Repo(held.alice)
        if held.registry.frontend == "nginx":  # behind Apache, uploads have their own workers
            repo.image("v1")
        for _ in range(5):
            assert held.alice.get("/v2/").status == 200
        refused = held.wrong()
        assert refused.status == 429 and refused.codes() == ["TOOMANYREQUESTS"] and refused.header("Retry-After") == "1"
        assert refused.header("WWW-Authenticate") is None
        assert held.registry.client.get("/v2/").status == 401  # a request without credentials gets the challenge immediately


def test_an_upload_gets_429_while_another_password_is_checked(registries):
    with Held(registries, "come back") as held:
        answer = held.wrong("POST", "/v2/a/blobs/uploads/")
        if held.registry.frontend == "nginx":
            assert answer.status == 429 and answer.codes() == ["TOOMANYREQUESTS"] and answer.header("Retry-After") == "1"
        else:
            assert answer.status == 401  # uploads have their own workers, with their own limit


def test_a_client_may_begin_with_many_requests_at_once(registries):
    """The password of each request has to be hashed, as at the start of a push; no request gets 429."""
    path = put(ACCOUNT.scratch(), "htpasswd", password_line("alice", PASSWORD, cost=10))
    registry = Berth(registries.shared_cluster(), registries.frontend, {"auth": {"htpasswd": {"realm": "a", "path": path}}},
                     workers=8, upload_workers=1)
    with registry:
        answers = at_once(*[lambda: registry.client.get("/v2/", headers=basic("alice", PASSWORD))] * 16)
        assert [answer.status for answer in answers] == [200] * 16
        assert not registry.damage()
    registry.remove()


def test_a_worker_killed_during_a_check_does_not_block_the_others(registries):
    with Held(registries, "give back") as held:
        os.kill(held.worker, signal.SIGKILL)
        held.master.workers(2)
        assert held.wrong().status == 401
