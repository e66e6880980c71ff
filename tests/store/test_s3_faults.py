# SPDX-License-Identifier: MIT
"""
The s3 driver and the engine behind a store that goes wrong: what was acknowledged is there and right, what was not is not half
there, and after `berth purge-uploads` nothing of it is left.
"""
import http.client
import os
import time

import pytest

import faultproxy as faults
from faultproxy import FaultProxy
from images import OCTETS, Repo, blob, digest, with_query
from processes import wait_until
from stack import Berth
from storages import S3

MIB = 1 << 20
RETRIES = 2

# What a request of a push looks like on its way to the store: method, target, a header that it has or (!) has not.
POINTS = {
    "begin": ("POST", r"[?&]uploads", None),
    "part": ("PUT", r"partNumber=", "!x-amz-copy-source"),
    "complete": ("POST", r"uploadId=", None),
    "copy": ("PUT", r"docker/registry", "x-amz-copy-source"),
    "head": ("HEAD", r"docker/registry", None),
    "delete": ("DELETE", r"berth/uploads", None),
}
ONCE = {
    "500": faults.status(500),
    "slow down": faults.status(503, faults.SLOW_DOWN),
    "refused": faults.refused,
    "cut request": faults.cut_request,
    "lost answer": faults.lost_answer,
    "wrong answer": faults.wrong_answer,
    "cut answer": faults.cut_answer,
    "late": faults.slow(1.5),
}
FOR_EVER = {name: ONCE[name] for name in ("500", "refused", "wrong answer")}


@pytest.fixture(scope="module")
def proxy(swift):
    with FaultProxy(swift.port) as found:
        yield found


@pytest.fixture(scope="module")
def shared(cluster, swift, proxy):
    """A registry whose store is behind the proxy, and the digests of what it has acknowledged."""
    keeper = S3(swift, regionendpoint=proxy.url, chunksize=5 * MIB, multipartcopychunksize=5 * MIB,
                multipartcopythresholdsize=6 * MIB, maxretries=RETRIES)
    purging = {"uploadpurging": {"enabled": True, "age": "1s", "interval": "24h", "dryrun": False}}
    with Berth(cluster, "nginx", {"storage": {"maintenance": purging}}, keeper=keeper, workers=2, upload_workers=1) as found:
        found.acknowledged = []
        yield found
        found.stop()
        assert not found.damage()
        found.remove()


@pytest.fixture
def registry(shared, proxy):
    proxy.heal()
    yield shared
    proxy.heal()


def whole(registry, data):
    """As most clients push: all of the blob in the closing PUT."""
    repo = Repo(registry.client)
    where = with_query(repo.begin(), digest=digest(data))
    return repo, lambda: registry.client.put(where, data, {"Content-Type": OCTETS})


def chunked(registry, data):
    """In chunks, the last of which is a tail, and a closing PUT without a body. The chunks are tried again until they are taken."""
    repo = Repo(registry.client)
    state = {"where": repo.begin(), "at": 0}

    def push():
        while state["at"] < len(data):
            part = data[state["at"]:state["at"] + 6 * MIB]
            answer = registry.client.patch(state["where"], part, {
                "Content-Type": OCTETS, "Content-Range": f"{state['at']}-{state['at'] + len(part) - 1}"})
            if answer.status != 202:
                return answer
            state["where"], state["at"] = answer.location, state["at"] + len(part)
        return registry.client.put(with_query(state["where"], digest=digest(data)))
    return repo, push


WAYS = {"whole": (whole, 6 * MIB), "chunked": (chunked, 6 * MIB + 100)}


def only(registry, swift):
    """After a purge the bucket has what was acknowledged and nothing else, no parts either."""
    bucket = registry.config["storage"]["s3"]["bucket"]
    hexes = [reference.split(":")[1] for reference in registry.acknowledged]
    keys = sorted(f"docker/registry/v2/blobs/sha256/{h[:2]}/{h}/data" for h in hexes)

    def clean():
        registry.berth("purge-uploads", registry.config_path)
        stray = [name for name in swift.listed(f"{bucket}+segments") if not name.startswith(tuple(keys) or ("\0",))]
        return sorted(swift.objects(bucket)) == keys and swift.multiparts(bucket) == [] and not stray
    wait_until(clean, "a bucket with nothing but blobs after a purge")


def holds(registry, repo, data):
    registry.acknowledged.append(digest(data))
    answer = repo.client.get(repo.blob_url(digest(data)))
    assert answer.status == 200 and answer.body == data


def cases(points, names):
    """Faults at the points that a way passes."""
    for way, places in points.items():
        for place in places:
            for name in names:
                if name == "cut request" and place not in ("part", "complete"):
                    continue  # there is no body to cut
                if name == "cut answer" and place not in ("begin", "complete"):
                    continue  # answers without a body end with their head
                yield pytest.param(way, place, name, id=f"{way}-{place}-{name.replace(' ', '_')}")


PASSED = {"whole": ("begin", "part", "complete", "head"),
          "chunked": ("begin", "part", "complete", "copy", "head", "delete")}


@pytest.mark.parametrize("way, place, name", cases(PASSED, ONCE))
def test_what_fails_once_costs_nothing(registry, proxy, swift, way, place, name):
    make, size = WAYS[way]
    data = blob(size)
    repo, push = make(registry, data)
    method, pattern, header = POINTS[place]
    proxy.break_at(method, pattern, ONCE[name], times=1, header=header)
    answer = push()
    assert proxy.struck == 1, "the fault was not met"
    assert answer.status == 201, answer
    holds(registry, repo, data)
    only(registry, swift)


@pytest.mark.parametrize("way, place, name", cases({"whole": ("begin", "part", "complete", "head"),
                                                    "chunked": ("begin", "part", "complete", "copy", "head")}, FOR_EVER))
def test_what_fails_for_ever_is_503_and_can_be_tried_again(registry, proxy, swift, way, place, name):
    make, size = WAYS[way]
    data = blob(size)
    repo, push = make(registry, data)
    method, pattern, header = POINTS[place]
    proxy.break_at(method, pattern, FOR_EVER[name], header=header)
    answer = push()
    assert proxy.struck > RETRIES, "the fault was not tried again"
    assert answer.status == 503 and answer.codes() == ["UNAVAILABLE"], answer
    proxy.heal()
    assert registry.client.head(repo.blob_url(digest(data))).status == 404
    assert push().status == 201
    holds(registry, repo, data)
    only(registry, swift)


@pytest.mark.parametrize("way", WAYS)
def test_a_push_that_is_given_up_leaves_nothing(registry, proxy, swift, way):
    make, size = WAYS[way]
    _, push = make(registry, blob(size))
    proxy.break_at("POST", r"uploadId=", faults.status(500))
    assert push().status == 503
    proxy.heal()
    only(registry, swift)


@pytest.mark.parametrize("way, place", [("whole", "complete"), ("chunked", "complete"), ("chunked", "copy")])
@pytest.mark.parametrize("times", [1, None], ids=["once", "for ever"])
def test_an_error_inside_a_200_is_an_error(registry, proxy, swift, way, place, times):
    make, size = WAYS[way]
    data = blob(size if place == "complete" else 5 * MIB)
    repo, push = make(registry, data)
    method, pattern, header = POINTS[place]
    proxy.break_at(method, pattern, faults.status(200, faults.INTERNAL), times=times, header=header)
    answer = push()
    assert proxy.struck >= 1
    again = times and place == "complete"  # a copy is left to the client
    assert answer.status == (201 if again else 503), answer
    proxy.heal()
    assert again or push().status == 201
    holds(registry, repo, data)
    only(registry, swift)


def test_an_object_that_is_not_there_after_all_is_not_acknowledged(registry, proxy):
    """The store says that it has completed the upload, and has not."""
    data = blob(7 * MIB)
    repo, push = whole(registry, data)
    fine = "<?xml version='1.0' encoding='UTF-8'?><CompleteMultipartUploadResult><Location>x</Location><Bucket>b</Bucket>" \
           "<Key>k</Key><ETag>\"x\"</ETag></CompleteMultipartUploadResult>"
    proxy.break_at("POST", r"uploadId=", faults.status(200, fine))
    assert push().status == 503
    assert registry.client.head(repo.blob_url(digest(data))).status == 404
    proxy.heal()
    assert push().status == 201
    holds(registry, repo, data)


def test_a_store_that_says_nothing_is_left_and_asked_again(registry, proxy):
    """Takes as long as the client waits for a byte: half a minute."""
    data = blob(7 * MIB)
    repo, push = whole(registry, data)
    proxy.break_at("POST", r"[?&]uploads", faults.silent, times=1)
    begun = time.monotonic()
    assert push().status == 201
    assert proxy.struck == 1 and time.monotonic() - begun < 60
    holds(registry, repo, data)


def test_a_read_that_breaks_off_is_not_served_as_whole(registry, proxy):
    """What comes through the web server is cut where the store's answer is, never completed."""
    data = blob(3 * MIB)
    repo = Repo(registry.client)
    repo.push_blob(data)
    holds(registry, repo, data)
    proxy.break_at("GET", r"docker/registry", faults.cut_answer)
    with pytest.raises(http.client.IncompleteRead):
        registry.client.get(repo.blob_url(digest(data)))
    proxy.heal()
    assert registry.client.get(repo.blob_url(digest(data))).body == data


def test_a_refusal_is_logged_with_the_services_code_and_no_secret(registry, proxy, swift):
    data = blob(7 * MIB)
    _, push = whole(registry, data)
    proxy.break_at("PUT", r"partNumber=", faults.status(503, faults.SLOW_DOWN))
    assert push().status == 503
    log = ""
    for name in os.listdir(registry.folder):
        if name.endswith(".log"):
            with open(os.path.join(registry.folder, name), encoding="utf-8", errors="replace") as f:
                log += f.read()
    assert "SlowDown" in log
    assert swift.secret not in log and "Signature=" not in log
