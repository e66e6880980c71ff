# SPDX-License-Identifier: MIT
"""A reload of the workers or of the web server under load loses no request. A bad configuration has no effect."""
import os
import signal
import time

from images import OCI_MANIFEST, Repo, encode
from lab import Load, in_background, mixed_work
from postgres import Lock
from processes import wait_until

ROUNDS = 10


def hup(child):
    os.kill(child.pid, signal.SIGHUP)


def test_reload_of_the_workers_under_load(registry):
    with Load(mixed_work(registry.client)) as load:
        for _ in range(ROUNDS):
            for name, count in (("main", 4), ("uploads", 2)):
                registry.children[name].reload(count)
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
    before = master.workers(behind_nginx.workers)
    with open(behind_nginx.config_path, encoding="utf-8") as f:
        good = f.read()
    try:
        with open(behind_nginx.config_path, "w", encoding="utf-8") as f:
            f.write("version: 0.1\nstorage: [nonsense\n")
        hup(master)
        wait_until(lambda: "the new configuration is refused" in master.text(), "the refusal")
        time.sleep(0.5)
        assert master.alive() and master.workers() == before
        assert behind_nginx.client.get("/v2/").status == 200
    finally:
        with open(behind_nginx.config_path, "w", encoding="utf-8") as f:
            f.write(good)
    master.reload(4)
    assert behind_nginx.client.get("/v2/").status == 200


def test_a_drain_finishes_the_request_at_hand(behind_nginx):
    """The master gets TERM while a request waits in its transaction: the request is answered, then all workers end."""
    repo = Repo(behind_nginx.client)
    document = encode(repo.image_document())
    master = behind_nginx.children["main"]
    with Lock(behind_nginx, "manifest") as lock:
        join = in_background(lambda: repo.put("v1", document, OCI_MANIFEST))
        lock.wait_for_victim()
        os.kill(master.pid, signal.SIGTERM)
        wait_until(lambda: len(master.workers()) <= 1, "the end of the idle workers", 9)
        assert master.alive()
    assert join().status == 201
    assert master.process.wait(30) == 0
