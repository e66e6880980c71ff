# SPDX-License-Identifier: MIT
"""Reload of the workers and of the web server under load loses no request; a bad configuration changes nothing."""
import os
import signal
import time

from lab import Load, mixed_work
from processes import wait_until

ROUNDS = 10


def hup(child):
    os.kill(child.pid, signal.SIGHUP)


def swapped(child, before, count):
    now = child.children()
    return len(now) == count and not set(now) & set(before)


def test_reload_of_the_workers_under_load(registry):
    with Load(mixed_work(registry.client)) as load:
        for _ in range(ROUNDS):
            for name, count in (("main", 4), ("uploads", 2)):
                child = registry.children[name]
                before = child.children()
                hup(child)
                wait_until(lambda c=child, b=before, n=count: swapped(c, b, n), f"new workers in pool {name}", 15)
            time.sleep(0.1)
    assert not load.faults, f"{len(load.faults)} of {load.count}: {load.faults[:5]}"
    assert load.count > ROUNDS * 10


def test_reload_of_the_web_server_under_load(behind_nginx):
    with Load(mixed_work(behind_nginx.client)) as load:
        for _ in range(ROUNDS):
            hup(behind_nginx.children["web"])
            time.sleep(0.3)
    assert not load.faults, f"{len(load.faults)} of {load.count}: {load.faults[:5]}"


def test_a_bad_configuration_keeps_the_old_workers(behind_nginx):
    master = behind_nginx.children["main"]
    before = master.children()
    with open(behind_nginx.config_path, encoding="utf-8") as f:
        good = f.read()
    try:
        with open(behind_nginx.config_path, "w", encoding="utf-8") as f:
            f.write("version: 0.1\nstorage: [nonsense\n")
        hup(master)
        time.sleep(1)
        assert master.alive() and master.children() == before
        assert behind_nginx.client.get("/v2/").status == 200
    finally:
        with open(behind_nginx.config_path, "w", encoding="utf-8") as f:
            f.write(good)
    hup(master)
    wait_until(lambda: swapped(master, before, 4), "new workers", 15)
    assert behind_nginx.client.get("/v2/").status == 200


def test_a_drain_finishes_the_request_at_hand(behind_nginx):
    """TERM to the master: requests under way are answered, then everything is gone."""
    master = behind_nginx.children["main"]
    with Load(mixed_work(behind_nginx.client), clients=4) as load:
        time.sleep(0.5)
        before = len(load.faults)
        os.kill(master.pid, signal.SIGTERM)
        master.process.wait(15)
        time.sleep(0.2)
    assert before == 0
    assert master.process.returncode == 0
    # What fails now failed to reach a worker: 502 from the web server, never a broken answer.
    assert all("502" in fault for fault in load.faults), [f for f in load.faults if "502" not in f][:5]
