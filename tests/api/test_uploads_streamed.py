# SPDX-License-Identifier: MIT
"""PATCH without Content-Range, chunked transfer, empty bodies, clients that disconnect, two writers at the same time."""
import socket
import threading

import pytest

from images import OCTETS, blob, digest, with_query
from processes import wait_until


def pieces(data, size):
    return (data[at:at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("size", [1, 100_000, 5_000_000])
def test_a_streamed_patch_takes_the_whole_blob(client, repo, algorithm, size):
    data = blob(size)
    answer = client.patch(repo.begin(), pieces(data, 65536), {"Content-Type": OCTETS})
    assert answer.status == 202, answer
    assert answer.header("Range") == f"0-{size - 1}"
    reference = digest(data, algorithm)
    assert client.put(with_query(answer.location, digest=reference)).status == 201
    assert client.get(repo.blob_url(reference)).body == data


def test_a_chunked_put_takes_the_whole_blob(client, repo):
    data = blob(300_000)
    answer = client.put(with_query(repo.begin(), digest=digest(data)), pieces(data, 1000), {"Content-Type": OCTETS})
    assert answer.status == 201, answer
    assert client.get(repo.blob_url(digest(data))).body == data


def test_a_chunked_single_post_takes_the_whole_blob(client, repo):
    data = blob(300_000)
    answer = client.post(with_query(repo.uploads_url, digest=digest(data)), pieces(data, 1000), {"Content-Type": OCTETS})
    assert answer.status == 201, answer
    assert client.get(repo.blob_url(digest(data))).body == data


def test_patches_without_content_range_append(client, repo):
    data, where = blob(300), repo.begin()
    for start, end in ((0, 100), (100, 250), (250, 300)):
        answer = client.patch(where, data[start:end], {"Content-Type": OCTETS})
        assert answer.status == 202, answer
        assert answer.header("Range") == f"0-{end - 1}"
    assert client.put(with_query(where, digest=digest(data))).status == 201


@pytest.mark.parametrize("chunked", [False, True])
def test_an_empty_patch_is_202_and_changes_nothing(client, repo, chunked):
    data, where = blob(100), repo.begin()
    assert client.patch(where, b"", {"Content-Type": OCTETS}, chunked=chunked).status == 202
    assert client.patch(where, data, {"Content-Type": OCTETS}).status == 202
    answer = client.patch(where, b"", {"Content-Type": OCTETS}, chunked=chunked)
    assert (answer.status, answer.header("Range")) == (202, "0-99")
    assert client.put(with_query(where, digest=digest(data))).status == 201


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_an_empty_blob_can_be_streamed(client, repo, algorithm):
    where = client.patch(repo.begin(), b"", {"Content-Type": OCTETS}, chunked=True).location
    reference = digest(b"", algorithm)
    assert client.put(with_query(where, digest=reference)).status == 201
    answer = client.get(repo.blob_url(reference))
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_streamed_upload_with_the_wrong_digest_is_400_and_no_blob(client, repo, algorithm):
    data, wrong = blob(100_000), digest(blob(), algorithm)
    where = client.patch(repo.begin(), pieces(data, 4096), {"Content-Type": OCTETS}).location
    answer = client.put(with_query(where, digest=wrong))
    assert answer.status == 400, answer
    for reference in (wrong, digest(data, algorithm)):
        assert client.get(repo.blob_url(reference)).status == 404


def leave_in_the_middle(client, method, target, sent, announced):
    """Announces a length, sends fewer bytes, and disconnects."""
    head = f"{method} {client.target(target)} HTTP/1.1\r\nHost: {client.netloc}\r\nContent-Type: {OCTETS}\r\n"
    length = f"Content-Length: {announced}\r\n\r\n" if announced else "Transfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection((client.host, client.port), timeout=20) as connection:
        connection.sendall((head + length).encode())
        connection.sendall(sent if announced else b"%x\r\n%s\r\n" % (len(sent), sent))


@pytest.mark.parametrize("announced", [200_000, None], ids=["length", "chunked"])
def test_a_client_that_hangs_up_in_a_put_commits_nothing(client, repo, announced):
    data, where = blob(100_000), repo.begin()
    leave_in_the_middle(client, "PUT", with_query(where, digest=digest(data)), data, announced)
    wait_until(lambda: client.get(where).status in (204, 404), "the upload to be unlocked")
    assert client.get(repo.blob_url(digest(data))).status == 404


@pytest.mark.parametrize("announced", [200_000, None], ids=["length", "chunked"])
def test_an_upload_whose_patch_broke_off_goes_on_from_its_offset(client, repo, announced):
    data, where = blob(200_000), repo.begin()
    first = client.patch(where, data[:50_000], {"Content-Type": OCTETS})
    assert first.status == 202
    leave_in_the_middle(client, "PATCH", where, data[50_000:120_000], announced)
    offsets = []

    def finished():
        """Sends the rest in one request. The broken request is then handled before this one, or after the upload has ended."""
        status = client.get(where)
        if status.status != 204:
            return False
        offset = int(status.header("Range").split("-")[1]) + 1
        offsets.append(offset)
        answer = client.put(with_query(status.location, digest=digest(data)), data[offset:],
                            {"Content-Type": OCTETS, "Content-Range": f"{offset}-{len(data) - 1}"})
        assert answer.status in (201, 416), answer
        return answer.status == 201

    wait_until(finished, "the end of the broken request")
    assert all(50_000 <= offset <= 120_000 for offset in offsets), offsets
    assert client.get(repo.blob_url(digest(data))).body == data


def test_two_writers_on_one_upload_never_mix_their_bytes(client, repo):
    """Both writers send offset 0. Exactly one may win, and the stored bytes are those of its request."""
    for _ in range(5):
        where = repo.begin()
        contents, answers = [blob(200_000), blob(200_000)], [None, None]

        def write(at, where=where, contents=contents, answers=answers):
            answers[at] = client.patch(where, contents[at], {"Content-Type": OCTETS, "Content-Range": "0-199999"})

        threads = [threading.Thread(target=write, args=(at,)) for at in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        statuses = sorted(answer.status for answer in answers)
        assert statuses[0] == 202 and statuses[1] in (409, 416, 423, 429, 503), answers
        winner = contents[[answer.status for answer in answers].index(202)]
        assert client.get(where).header("Range") == "0-199999"
        assert client.put(with_query(where, digest=digest(winner))).status == 201


def test_many_uploads_at_once_all_arrive(client, repo):
    contents, failures = [blob(150_000) for _ in range(12)], []

    def push(data):
        answer = client.patch(repo.begin(), pieces(data, 8192), {"Content-Type": OCTETS})
        answer = client.put(with_query(answer.location, digest=digest(data)))
        if answer.status != 201:
            failures.append(answer)

    threads = [threading.Thread(target=push, args=(data,)) for data in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures
    for data in contents:
        assert client.get(repo.blob_url(digest(data))).body == data
