# SPDX-License-Identifier: MIT
"""
Every allocation of every handler fails, one after the other: the client gets its answer or a 503, the worker survives without a
leak, and a retry of the request succeeds.
"""
import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import time

import pytest

import lab
from consistency import torn_blobs
from entrance import ByPassword, ByToken, ByTokenOfACurve, Open
from lab import release_build
from memory_shim import MemoryShim
from pantry import Pantry
from processes import ACCOUNT, wait_until
from stack import merged
from starved import READS, WRITES, Ask, base, manifest_get_by_tag, manifest_put, upload_put
from starved_tokens import TOKENS, Desk
from starving import LIBFCGI, Passing, Starving
from token_service import GUARD, SERVICE
from tokens import basic

FOREVER = pytest.mark.parametrize("forever", [False, True], ids=["one", "all_behind_it"])


@pytest.fixture(scope="module")
def shim():
    folder = ACCOUNT.scratch()
    yield MemoryShim(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(launch, cluster, shim, monkeypatch):
    """start(change) starts a registry with one worker in each pool, all with the shim."""
    monkeypatch.setenv("BERTH_BUILD", release_build())

    def started(change=None):
        return launch(cluster, "nginx", kind=lab.Wrapped, extra_environment=shim.environment, workers=1,
                      upload_workers=1, token_workers=1, change=change)
    return started


@pytest.mark.parametrize("entrance, forever", [(Open, False), (Open, True), (ByPassword, False), (ByToken, False)],
                         ids=["open", "open-all_behind_it", "password", "token"])
def test_each_allocation_of_each_handler_fails(start, shim, entrance, forever):
    """The worker already knows the client."""
    door = entrance()
    worker = Starving(start(door.change), shim, door.known)
    pantry = Pantry(worker.client)
    for make in (*READS, *WRITES):
        worker.every(make, pantry, forever)
    print(f"{worker.tried} requests, {worker.refused} of them refused, {worker.grown} blocks more")
    assert worker.grown <= (LIBFCGI + 1) * len(READS + WRITES)
    assert not torn_blobs(worker.registry.storage)


@FOREVER
@pytest.mark.parametrize("entrance", [ByPassword, ByToken, ByTokenOfACurve], ids=lambda entrance: entrance.__name__)
def test_each_allocation_of_a_look_at_credentials_fails(start, shim, entrance, forever):
    """The worker sees the client for the first time; at the retry after a failure, for the second time."""
    door = entrance()
    worker = Starving(start(door.change), shim, door.known, door.fresh)
    pantry = Pantry(worker.client)
    for _ in range(door.memory):
        assert worker.send(Ask("GET", "/v2/", (200,), headers=door.fresh())).status == 200
    for make in (base, manifest_put):
        worker.every(make, pantry, forever)


@FOREVER
@pytest.mark.parametrize("entrance", [ByPassword, ByToken], ids=lambda entrance: entrance.__name__)
def test_a_failed_allocation_lets_no_client_in(start, shim, entrance, forever):
    """The previous client was let in: the worker must not use its remembered result for this client."""
    door = entrance()
    worker = Starving(start(door.change), shim, door.known)

    def intruder(_):
        assert worker.client.get("/v2/").status == 200
        return Ask("GET", "/v2/", (401,), headers=door.forged())
    worker.every(intruder, None, forever)


@FOREVER
def test_each_allocation_of_the_token_service_fails(start, shim, forever):
    many = {"token_service": {"refreshtokens": 10000}}  # otherwise new refresh tokens remove the first one
    worker = Starving(start(merged(merged(SERVICE, GUARD), many)), shim, pool="tokens")
    desk = Desk(worker.registry, worker.client)
    for make in TOKENS:
        worker.every(make, desk, forever)


def end_sessions(registry):
    """Ends the database sessions of this registry, found by process titles. Unlike pg_terminate_backend, needs no session."""
    def found():
        pids = []
        for pid in registry.cluster.child.children():
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    pids += [pid] if f" {registry.database} ".encode() in f.read() else []
            except OSError:
                continue  # the process has ended
        return pids
    ended = found()
    for pid in ended:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not set(ended) & set(registry.cluster.child.children()), "the end of the sessions", interval=0.002)


@FOREVER
def test_each_allocation_of_a_new_connection_fails(start, shim, forever):
    """The worker's database session has ended, so the worker connects again in the middle of the request."""
    registry = start()
    worker = Starving(registry, shim)
    pantry = Pantry(worker.client)
    for make, step in ((manifest_get_by_tag, 4), (manifest_put, 13), (upload_put, 13)):
        worker.every(make, pantry, forever, lambda: end_sessions(registry), step)


@FOREVER
def test_users_that_are_new_are_let_in_after_a_failure(start, shim, forever):
    """The password file has changed: a worker that failed to read it must not continue with the old content."""
    door, numbers = ByPassword(), itertools.count()
    worker = Passing(start(door.change), shim, door.known)

    def newcomer(_):
        name = f"new{next(numbers)}"
        door.write(name)
        return Ask("GET", "/v2/", (200,), headers=basic(name, "secret"))
    worker.every(newcomer, None, forever)
    assert worker.refused


def test_keys_that_are_new_are_believed_after_a_failure(start, shim):
    """The bundle has changed. The worker checks it once a second, so only a few allocations are tested."""
    door = ByToken()
    worker = Passing(start(door.change), shim, door.known)

    def newcomer(_):
        door.renew()
        time.sleep(1.05)
        return Ask("GET", "/v2/", (200,), headers=door.fresh())
    for nth in (25, 200, 1500):
        worker.one(newcomer, None, nth, False)
    assert worker.refused


PROBE = """
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	char go, told[] = "?????\\n";
	if (read(0, &go, 1) != 1)
		return 1;
	for (int i = 0; i < 5; i++)
		told[i] = malloc(8) ? '1' : '0';
	return write(1, told, 6) != 6;
}
"""


@pytest.mark.parametrize("nth, forever, told",
                         [(0, False, "11111"), (2, False, "10111"), (2, True, "10000"), (6, True, "11111")])
def test_the_shim_fails_the_nth_allocation_or_all_from_there_on(shim, tmp_path, nth, forever, told):
    program = str(tmp_path / "probe")
    subprocess.run(["cc", "-O0", "-x", "c", "-", "-o", program], input=PROBE, text=True, check=True)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **shim.environment}) as probe:
        shim.watch(probe.pid)
        shim.starve(nth, forever)
        assert probe.communicate("x", 20)[0].strip() == told
    assert shim.feed() == told.count("0")
