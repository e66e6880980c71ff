# SPDX-License-Identifier: MIT
"""What tests of registries on object stores share, whatever the store."""
import os
import urllib.error
import urllib.request

from images import OCTETS


def fetch(url, method="GET", **headers):
    """A request without any credentials: (status, body)."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers), timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def logs_of(registry):
    """All that its processes have logged."""
    text = ""
    for name in os.listdir(registry.folder):
        if name.endswith(".log"):
            with open(os.path.join(registry.folder, name), encoding="utf-8", errors="replace") as f:
                text += f.read()
    return text


def in_chunks(client, where, data, size, begin=0):
    """Sends the data, which stand at `begin` of the blob, to an upload in chunks of this size; where the next one goes."""
    for at in range(0, len(data), size):
        part, start = data[at:at + size], begin + at
        answer = client.patch(where, part, {"Content-Type": OCTETS, "Content-Range": f"{start}-{start + len(part) - 1}"})
        assert answer.status == 202, answer
        where = answer.location
    return where
