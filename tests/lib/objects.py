# SPDX-License-Identifier: MIT
"""Helpers that the tests of all object stores share."""
import os
import urllib.error
import urllib.request

from images import OCTETS


def blob_key(reference, prefix=""):
    """The key of a blob below the prefix, which ends with a slash."""
    algorithm, hexadecimal = reference.split(":")
    return f"{prefix}docker/registry/v2/blobs/{algorithm}/{hexadecimal[:2]}/{hexadecimal}/data"


def fetch(url, method="GET", tls=None, **headers):
    """A request without any credentials: (status, body). `tls` is an ssl.SSLContext."""
    try:
        request = urllib.request.Request(url, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=20, context=tls) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def logs_of(registry):
    """The logs of all its processes."""
    text = ""
    for name in os.listdir(registry.folder):
        if name.endswith(".log"):
            with open(os.path.join(registry.folder, name), encoding="utf-8", errors="replace") as f:
                text += f.read()
    return text


def in_chunks(client, where, data, size, begin=0):
    """
    Sends the data, which begin at offset `begin` of the blob, to an upload in chunks of this size. Returns the Location of the
    next chunk. If several clients are given (nodes of one registry), they send chunks in rotation.
    """
    clients = client if isinstance(client, list) else [client]
    for turn, at in enumerate(range(0, len(data), size)):
        client, part, start = clients[turn % len(clients)], data[at:at + size], begin + at
        answer = client.patch(client.target(where), part, {"Content-Type": OCTETS, "Content-Range": f"{start}-{start + len(part) - 1}"})
        assert answer.status == 202, answer
        where = answer.location
    return where
