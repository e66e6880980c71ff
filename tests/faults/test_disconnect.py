# SPDX-License-Identifier: MIT
"""If a client disconnects in the middle of a body, spooled or streamed, the registry does not commit the upload."""
import time

import pytest

from images import OCI_MANIFEST, OCTETS, Repo, blob, digest, encode, with_query
from lab import send_part
from processes import wait_until
from uploader import held

CHUNKED = {"Transfer-Encoding": "chunked"}


def framed(data, terminated=True):
    return b"%x\r\n%s\r\n" % (len(data), data) + (b"0\r\n\r\n" if terminated else b"")


def leave(link):
    """Closes the connection and waits, so that a wrong commit of the server would happen before the check."""
    time.sleep(0.2)
    link.close()
    time.sleep(0.5)


def finish(client, where, data, least, most):
    """
    Sends the rest in one request, from the offset of the session. A worker may still have to read the broken request: it takes
    its bytes before this request, and then the offset is another one, or it is too late.
    """
    def finished():
        offset = held(client.get(where))
        offset = 0 if offset == 1 else offset
        assert least <= offset <= most
        place = {"Content-Range": f"{offset}-{len(data) - 1}"} if offset < len(data) else {}
        answer = client.put(with_query(where, digest=digest(data)), data[offset:], {"Content-Type": OCTETS, **place})
        assert answer.status in (201, 416), answer
        return answer.status == 201
    wait_until(finished, "the end of the broken request")
    assert client.get(client.target(where).partition("uploads/")[0] + digest(data)).body == data


@pytest.mark.parametrize("how", ["length", "chunked", "chunked inside a chunk"])
def test_a_put_of_a_blob(registry, how):
    client, repo = registry.client, Repo(registry.client)
    data = blob(1 << 20)
    where = client.target(repo.begin())
    headers = {"Content-Type": OCTETS, **({"Content-Length": len(data)} if how == "length" else CHUNKED)}
    part = {"length": data[:700000], "chunked": framed(data, False),
            "chunked inside a chunk": framed(data, False)[:700000]}[how]
    leave(send_part(client, "PUT", with_query(where, digest=digest(data)), headers, part))
    assert client.head(repo.blob_url(digest(data))).status == 404
    finish(client, where, data, 0, len(data))


def test_a_single_post(registry):
    client, repo = registry.client, Repo(registry.client)
    data = blob(1 << 20)
    leave(send_part(client, "POST", with_query(repo.uploads_url, digest=digest(data)),
                    {"Content-Type": OCTETS, "Content-Length": len(data)}, data[:-1]))
    assert client.head(repo.blob_url(digest(data))).status == 404


@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_patch_keeps_the_acknowledged_offset(registry, how):
    client, repo = registry.client, Repo(registry.client)
    data = blob(1 << 20)
    where = client.target(repo.begin())
    assert client.patch(where, data[:1000], {"Content-Type": OCTETS}).status == 202
    headers = {"Content-Type": OCTETS, **({"Content-Length": len(data) - 1000} if how == "length" else CHUNKED)}
    part = data[1000:500000] if how == "length" else framed(data[1000:500000], False)
    leave(send_part(client, "PATCH", where, headers, part))
    finish(client, where, data, 1000, 500000)


@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_manifest(registry, how):
    """The truncated body is a complete JSON document: only its length shows that the end is missing."""
    client, repo = registry.client, Repo(registry.client)
    document = encode(repo.image_document())
    padded = document + b" " * 2000
    headers = {"Content-Type": OCI_MANIFEST, **({"Content-Length": len(padded)} if how == "length" else CHUNKED)}
    part = document if how == "length" else framed(document, False)
    leave(send_part(client, "PUT", repo.manifest_url("cut"), headers, part))
    assert client.get(repo.manifest_url("cut")).status == 404
    assert client.get(repo.manifest_url(digest(document))).status == 404


def test_no_worker_stays_behind(registry):
    """Fifty clients disconnect at the same time; afterwards the registry answers as before."""
    client, repo = registry.client, Repo(registry.client)
    targets = [with_query(repo.begin(), digest=digest(b"x")) for _ in range(50)]
    links = [send_part(client, "PUT", target, {"Content-Length": 100000}, b"x" * 50000) for target in targets]
    for link in links:
        link.close()
    assert client.get("/v2/").status == 200
    repo.push_blob(blob(1000))  # a worker that still waited for a body would block this request for a minute
