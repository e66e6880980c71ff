# SPDX-License-Identifier: MIT
"""Short runs of the consistency harness: with and without killed workers, and with a crash of PostgreSQL."""
import os
import shutil
import threading
import time

import pytest
import stack
from consistency import Run, worker_pools
from lab import SECONDS, SEED
from processes import ACCOUNT


@pytest.fixture
def folder():
    path = ACCOUNT.scratch()
    yield path
    shutil.rmtree(path, ignore_errors=True)


def stands(run, seconds):
    found = run.go(seconds)
    print(run.summary())
    assert not found, f"seed {run.seed}, {len(found)} violations:\n" + "\n".join(found[:20])


@pytest.mark.parametrize("frontend", ["nginx", "apache"])
def test_the_history_stands_while_workers_are_killed(launch, shared_cluster, folder, frontend):
    registry = launch(shared_cluster, frontend, workers=8, upload_workers=4)
    run = Run(registry, folder, SEED, worker_pools(registry))
    stands(run, SECONDS)
    assert run.killer.kills > SECONDS / 2
    assert run.killer.late <= run.killer.kills / 20


@pytest.mark.parametrize("frontend", ["nginx", "apache"])
def test_the_history_stands_without_kills(launch, shared_cluster, folder, frontend):
    stands(Run(launch(shared_cluster, frontend, workers=8, upload_workers=4), folder, SEED), SECONDS / 4)


def test_the_history_stands_over_a_crash_of_postgresql(launch, own_cluster, folder):
    registry = launch(own_cluster, "nginx", workers=8)
    masters = {name: child.pid for name, child in registry.children.items()}
    run = Run(registry, folder, SEED, outage=True)

    def crash():
        time.sleep(3)
        own_cluster.crash()
        time.sleep(1.5)
        own_cluster.start_again()

    saboteur = threading.Thread(target=crash)
    saboteur.start()
    try:
        stands(run, 10)
    finally:
        saboteur.join()
    statuses = {op.status for op in run.history.ops}
    assert 503 in statuses and not statuses & {502, 504}, statuses
    assert {name: child.pid for name, child in registry.children.items()} == masters


@pytest.mark.skipif(not os.path.exists("/usr/bin/docker-registry"), reason="SKIPPED: docker-registry is missing")
def test_the_harness_finds_what_docker_registry_loses(folder):
    """The harness must find violations of docker-registry, to show that it can find any. They are random: so up to six runs."""
    kinds = set()
    for turn in range(6):
        registry = stack.DebianRegistry().start()
        try:
            own = os.path.join(folder, str(turn))
            os.mkdir(own)
            kinds |= {line.split(": ")[0] for line in Run(registry, own, f"{SEED}/{turn}").go(10)}
        finally:
            registry.stop()
            registry.remove()
        if "server error" in kinds and any("lost" in kind for kind in kinds):
            break
    print(sorted(kinds))
    assert "server error" in kinds
    assert any("lost" in kind for kind in kinds)
