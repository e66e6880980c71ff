# SPDX-License-Identifier: MIT
"""The spool is bounded: uploads of one project, with or without a length, never take the disk space of other projects."""
import os
import select

import pytest
from images import OCTETS, Repo, blob, digest, with_query
from processes import wait_until
from test_bodies import Sender, usage

MIB = 1 << 20


@pytest.fixture
def bounded(registries):
    """A registry with a spool of 32 MiB, of which one project may use 75%."""
    return registries.get({"spool": {"maxsize": "32MiB"}})


def begin(client, project="team"):
    repository = Repo(client, f"{project}/{Repo(client).name.rsplit('/', 1)[1]}")
    return repository, client.target(repository.begin())


def announce(client, target, length):
    """Starts an upload and sends no byte of its body. Returns (whether the server asks for the body, sender)."""
    sender = Sender(client, "PATCH", target, {"Content-Length": length, "Expect": "100-continue"})
    return sender.continued(), sender


def test_an_upload_larger_than_the_spool_is_507_before_its_body(bounded):
    _, where = begin(bounded.client)
    sender = Sender(bounded.client, "PATCH", where, {"Content-Length": 1 << 40, "Expect": "100-continue"})
    asked = sender.continued()
    if asked:
        sender.send_until_answered()
    status, data = sender.answer()
    sender.connection.close()
    assert status == 507 and b"STORAGE_FULL" in data, data
    assert not asked or bounded.frontend == "apache"


@pytest.mark.nginx
def test_announced_bytes_count_before_they_come(bounded):
    """Ten uploads of 8 MiB start at the same time: three of one project fit into its share, one of another into the rest."""
    held = [announce(bounded.client, begin(bounded.client)[1], 8 * MIB) for _ in range(10)]
    other = announce(bounded.client, begin(bounded.client, "other")[1], 8 * MIB)
    try:
        assert [asked for asked, _ in held].count(True) == 3
        assert all(sender.answer()[0] == 507 for asked, sender in held if not asked)
        assert other[0], "the share of one project leaves room for another"
        assert not announce(bounded.client, begin(bounded.client, "third")[1], 8 * MIB)[0]
    finally:
        for _, sender in [*held, other]:
            sender.connection.close()


@pytest.mark.nginx
def test_room_comes_back_when_a_client_goes(bounded):
    """A client that announces an upload and disconnects does not keep its space."""
    for _ in range(20):
        asked, sender = announce(bounded.client, begin(bounded.client)[1], 20 * MIB)
        sender.connection.close()
        wait_until(lambda sender=sender: is_gone(bounded, sender), "the connection to be gone")
        assert asked


def is_gone(registry, sender):
    """Whether the server has closed the connection too: then another upload gets the space."""
    asked, probe = announce(registry.client, begin(registry.client)[1], 20 * MIB)
    probe.connection.close()
    return asked


def test_room_comes_back_when_an_upload_is_finished(bounded):
    data = blob(20 * MIB)
    for _ in range(4):
        repository, where = begin(bounded.client)
        assert bounded.client.put(with_query(where, digest=digest(data)), data, {"Content-Type": OCTETS}).status == 201
        assert bounded.client.get(repository.blob_url(digest(data))).body == data


@pytest.mark.nginx
def test_bodies_without_a_length_are_bounded_too(bounded):
    """A body is sent until the server answers: the spool never holds much more than its bound, and the answer is 507."""
    _, where = begin(bounded.client)
    peak, part = 0, bytes(256 << 10)
    with Sender(bounded.client, "PATCH", where, {"Transfer-Encoding": "chunked"}) as sender:
        for _ in range(4 * 256):
            sender.connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            peak = max(peak, blocks(bounded))
            if select.select([sender.connection], [], [], 0)[0]:
                break
        else:
            sender.connection.sendall(b"0\r\n\r\n")
        status, data = sender.answer()
    assert status == 507 and b"STORAGE_FULL" in data, data
    assert peak < 256 * MIB * 3 // 4, peak  # the guard looks ten times a second
    assert bounded.client.get(where).header("Range") == "0-0"


def blocks(registry):
    """Bytes on the disk, without holes."""
    total = 0
    for name in os.listdir(registry.spool):
        try:
            total += os.lstat(os.path.join(registry.spool, name)).st_blocks * 512
        except FileNotFoundError:
            pass
    return total


@pytest.mark.nginx
def test_an_upload_whose_bytes_were_taken_back_can_be_sent_again(bounded):
    repository, where = begin(bounded.client)
    data = blob(200_000)
    part = bytes(MIB)
    refused = bounded.client.patch(where, (part for _ in range(300)), {"Content-Type": OCTETS})
    assert refused.status == 507, refused
    wait_until(lambda: usage(bounded) == 0, "the spool to be empty")
    assert bounded.client.put(with_query(where, digest=digest(data)), data, {"Content-Type": OCTETS}).status == 201
    assert bounded.client.get(repository.blob_url(digest(data))).body == data
