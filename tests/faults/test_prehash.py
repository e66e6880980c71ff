# SPDX-License-Identifier: MIT
"""Uploads that a process hashes while they are spooled: this process, also if killed, never decides whether a blob is valid."""
import http.client
import os
import signal

import pytest

from images import OCTETS, Repo, blob, digest, with_query
from lab import send_part
from processes import wait_until

MIB = 1 << 20


def follower(registry):
    """Pid of the process that hashes spooled bodies; None if there is none."""
    return next(iter(registry.children["main"].named("berth-prehash")), None)


def bytes_read(pid):
    with open(f"/proc/{pid}/io", encoding="ascii") as f:
        return int(f.readline().split()[1])


def answer_of(link):
    answer = http.client.HTTPResponse(link)
    answer.begin()
    answer.read()
    return answer.status


def begin_put(registry, data, said):
    """Sends the first half of a PUT and waits until the follower has read nearly all of it."""
    client, repo = registry.client, Repo(registry.client)
    wait_until(lambda: follower(registry), "the process that hashes ahead")
    pid = follower(registry)
    before = bytes_read(pid)
    where = with_query(client.target(repo.begin()), digest=said)
    half = len(data) // 2
    link = send_part(client, "PUT", where, {"Content-Type": OCTETS, "Content-Length": len(data)}, data[:half])
    wait_until(lambda: bytes_read(pid) - before > half - 2 * MIB, "hashing ahead")
    return repo, link, half, pid


def test_the_bytes_are_read_before_the_last_one_has_come(behind_nginx):
    data = blob(24 * MIB)
    repo, link, half, _ = begin_put(behind_nginx, data, digest(data))
    link.sendall(data[half:])
    assert answer_of(link) == 201
    assert behind_nginx.client.get(repo.blob_url(digest(data))).body == data


def test_another_digest_than_that_of_the_bytes_is_refused(behind_nginx):
    data = blob(24 * MIB)
    wrong = digest(data[:-1] + bytes([data[-1] ^ 1]))
    repo, link, half, _ = begin_put(behind_nginx, data, wrong)
    link.sendall(data[half:])
    assert answer_of(link) == 400
    assert behind_nginx.client.head(repo.blob_url(wrong)).status == 404


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_follower_that_dies_or_stands_still_costs_nothing_but_time(behind_nginx, number):
    data = blob(24 * MIB)
    repo, link, half, pid = begin_put(behind_nginx, data, digest(data))
    os.kill(pid, number)
    link.sendall(data[half:])
    assert answer_of(link) == 201
    assert behind_nginx.client.get(repo.blob_url(digest(data))).body == data
    if number == signal.SIGSTOP:
        os.kill(pid, signal.SIGCONT)
    else:
        wait_until(lambda: follower(behind_nginx) not in (None, pid), "another follower")
