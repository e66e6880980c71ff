# SPDX-License-Identifier: MIT
"""Downloads from every object store, behind both web servers: clients are sent there, or the web server fetches for them."""
import random
import uuid
import urllib.request

import pytest

from images import OCTETS, Repo
from ossserver import Oss


class Place:
    """A keeper: what a driver's section must say for a new bucket."""

    def __init__(self, section):
        self.made = section

    def section(self, _folder, _name):
        return self.made


def s3(fixture, name):
    server = fixture("swift")
    return server.s3(server.bucket(name))


def swift(fixture, name):
    return fixture("swift").swift(name)


def azure(fixture, name):
    server = fixture("azurite")
    server.container(name)
    return server.azure(name)


def gcs(fixture, name):
    server = fixture("gcs")
    server.bucket(name)
    return server.section(name)


def oss(fixture, _name):
    server = fixture("oss")
    assert isinstance(server, Oss)
    return server.section()


DRIVERS = {"s3": s3, "swift": swift, "azure": azure, "gcs": gcs, "oss": oss}


@pytest.fixture(params=DRIVERS)
def place(request):
    return Place(DRIVERS[request.param](request.getfixturevalue, f"down-{uuid.uuid4().hex[:12]}"))


@pytest.fixture(params=["nginx", "apache"])
def frontend(request):
    return request.param


def pushed(registry):
    repo, data = Repo(registry.client), random.randbytes(300_000)
    return repo.blob_url(repo.push_blob(data)), data


def test_clients_are_sent_to_the_store(launch, place, frontend):
    registry = launch(place, {"storage": {"redirect": {"disable": False}}}, frontend=frontend)
    url, data = pushed(registry)
    for method, due in (("GET", data), ("HEAD", b"")):
        answer = registry.client.request(method, url)
        assert answer.status == 307 and answer.body == b"", answer
        assert answer.header("Content-Type") == OCTETS
        assert answer.header("Docker-Content-Digest") == url.rsplit("/", 1)[1]
        with urllib.request.urlopen(urllib.request.Request(answer.location, method=method), timeout=20) as found:
            assert found.read() == due
            assert found.headers["Content-Length"] == str(len(data))


FOREIGN = ("x-amz-", "x-ms-", "x-goog-", "x-guploader-", "x-oss-", "x-trans-id", "x-openstack-", "x-timestamp", "last-modified",
           "set-cookie", "berth-")


def of_the_registry_only(answer, reference):
    assert answer.header("Docker-Content-Digest") == reference
    assert answer.headers.get_all("ETag") == [f'"{reference}"']
    assert answer.headers.get_all("Content-Type") == [OCTETS]
    assert answer.headers.get_all("Cache-Control") == ["max-age=31536000"]
    assert answer.headers.get_all("Accept-Ranges") == ["bytes"]
    assert not [name for name in answer.headers if name.lower().startswith(FOREIGN)], answer


def test_the_web_server_fetches_for_clients(launch, place, frontend):
    registry = launch(place, {"storage": {"redirect": {"disable": True}}}, frontend=frontend)
    url, data = pushed(registry)
    reference, get = url.rsplit("/", 1)[1], registry.client.get
    whole = get(url, headers={"Authorization": "Bearer not-for-the-store", "Accept-Encoding": "gzip"})
    assert (whole.status, whole.body == data) == (200, True), whole
    of_the_registry_only(whole, reference)
    for asked, first, last in (("bytes=5-14", 5, 14), ("bytes=299990-", 299990, 299999), ("bytes=-7", 299993, 299999)):
        part = get(url, headers={"Range": asked})
        assert (part.status, part.header("Content-Range")) == (206, f"bytes {first}-{last}/300000"), part
        assert part.body == data[first:last + 1]
        of_the_registry_only(part, reference)
    assert get(url, headers={"Range": "bytes=5-14", "If-Range": '"another"'}).body == data
    assert get(url, headers={"Range": "bytes=0-1,5-6"}).status in (200, 206)
    beyond = get(url, headers={"Range": "bytes=300000-"})
    assert (beyond.status, beyond.header("Content-Range")) == (416, "bytes */300000")
    assert get(url, headers={"If-None-Match": f'"{reference}"'}).status == 304
    assert registry.client.head(url).header("Content-Length") == "300000"


@pytest.mark.parametrize("redirects", [True, False])
def test_an_empty_blob_is_sent_for_any_range(launch, place, frontend, redirects):
    """containerd asks for `bytes=0-` of every layer, and stores answer 416 where nothing is."""
    registry = launch(place, {"storage": {"redirect": {"disable": not redirects}}}, frontend=frontend)
    repo = Repo(registry.client)
    url = repo.blob_url(repo.push_blob(b""))
    for headers in ({}, {"Range": "bytes=0-"}, {"Range": "bytes=0-99"}):
        answer = registry.client.get(url, headers=headers)
        assert (answer.status, answer.body, int(answer.header("Content-Length"))) == (200, b"", 0), answer
