# SPDX-License-Identifier: MIT
"""PostgreSQL is down: no token and no 500. Workers are killed during password checks: the next check is not blocked."""
import os
import signal
import threading

import pytest
from postgres import Cluster
from processes import ACCOUNT, wait_until
from stack import Berth
from token_service import SERVICE, TokenService


@pytest.fixture
def lonely(registries):
    """A service with its own cluster, which the test may stop."""
    cluster = Cluster(ACCOUNT.scratch(), durable=True)
    cluster.start()
    berth = Berth(cluster, registries.frontend, SERVICE, workers=1, upload_workers=1)
    registries.by_key[f"lonely {berth.folder}"] = berth
    try:
        yield TokenService(berth.start())
    finally:
        berth.stop()
        cluster.stop()
    assert not berth.damage()


def test_while_postgresql_is_away_all_is_503_and_afterwards_all_is_back(lonely):
    name = lonely.user()
    body = lonely.ask(user=name, offline_token="true").json()
    asked = [lambda: lonely.ask(), lambda: lonely.ask("repository:a:pull", user=name),
             lambda: lonely.ask(user=name, password="wrong-password"),
             lambda: lonely.post(grant_type="refresh_token", refresh_token=body["refresh_token"])]
    lonely.berth.cluster.stop(signal.SIGKILL)
    for ask in asked:
        answer = ask()
        assert answer.status == 503 and answer.codes() == ["UNAVAILABLE"] and answer.header("Retry-After"), answer
        assert "token" not in answer.json()
    lonely.berth.cluster.start()
    wait_until(lambda: lonely.ask().status == 200, "the service's recovery")
    assert [ask().status for ask in asked] == [200, 200, 401, 200]


def test_killed_workers_do_not_block_password_checks(lonely):
    """One of four workers may check a password at a time. A worker that is killed during the check does not block the others."""
    name = lonely.user()
    for _ in range(3):
        threads = [threading.Thread(target=lambda: lonely.ask(user=name)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for pid in lonely.berth.children["tokens"].children():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for thread in threads:
            thread.join()
    wait_until(lambda: lonely.ask(user=name).status == 200, "a password that is checked")
