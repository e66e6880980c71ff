# SPDX-License-Identifier: MIT
"""Records sent directly to a worker's socket: no input ends a worker, and no answer is a 500."""
import os
import random
import struct

import pytest

import fcgi_client as f
from images import OCI_MANIFEST, Repo, blob, digest, encode


@pytest.fixture
def worker(registry, request):
    """The socket of the main pool. After the test, the same workers must run and answer."""
    before = registry.children["main"].workers(registry.workers)
    path = registry.socket("main")
    yield path
    assert f.call(path, f.params()).status == 200
    assert registry.children["main"].workers() == before, "a worker ended"


def fine(answer, *also):
    """503 is allowed: a worker has no memory for a length as large as announced."""
    assert answer.status in (None, 503, *also) or answer.status < 500, answer
    return answer


def test_an_ordinary_request_is_answered_and_ended(worker):
    answer = f.call(worker, f.params())
    assert (answer.status, answer.body, answer.ended) == (200, b"{}", True)
    assert answer.headers["docker-distribution-api-version"] == ["registry/2.0"]


@pytest.mark.parametrize("step", [1, 3, 7, 8, 1000])
def test_records_may_be_cut_anywhere(worker, step):
    assert f.call(worker, f.params(), step=step).status == 200


def test_lengths_may_use_four_bytes_where_one_is_enough(worker):
    assert f.call(worker, f.params(), wide=True).status == 200


def test_padding_and_reserved_bytes_are_skipped(worker):
    """The first record has no padding: libfcgi would parse it as a header, and no web server sends it."""
    data = (f.begin(reserved=7) + f.record(f.PARAMS, f.encode(f.params()), padding=b"x" * 200)
            + f.record(f.PARAMS, padding=b"y" * 8) + f.record(f.STDIN))
    with f.Connection(worker) as connection:
        connection.send(data)
        assert connection.read().status == 200


@pytest.mark.parametrize("name", sorted(f.params()))
def test_a_missing_parameter_is_no_500(worker, name):
    fine(f.call(worker, f.params(**{name: None})))


@pytest.mark.parametrize("name", sorted(f.params()))
@pytest.mark.parametrize("value", [b"", b"\x00", b"\xff\xfe", b"a\x00b", b"a\r\nX-Injected: yes", b"x" * 70_000, b"-1", b"%"])
def test_an_odd_parameter_is_no_500_and_never_a_header(worker, name, value):
    answer = fine(f.call(worker, f.params(**{name: value})))
    assert "x-injected" not in answer.headers


def test_no_parameters_at_all_are_no_500(worker):
    fine(f.call(worker, {}))


@pytest.mark.parametrize("method", ["", "X", "get", "G" * 10_000, "GET\x00", "GET /", "\xff", "OPTIONS", "TRACE", "CONNECT", "*"])
def test_an_unknown_method_is_no_500(worker, method):
    for uri in ("/v2/", "/v2/a/manifests/b", "/v2/a/blobs/uploads/", "*"):
        fine(f.call(worker, f.params(method, uri)))


def test_repeated_parameters_are_no_500(worker):
    pairs = [*f.params().items(), ("REQUEST_URI", "/v2/_catalog"), ("REQUEST_METHOD", "DELETE"), ("REQUEST_METHOD", "")]
    fine(f.call(worker, pairs))
    fine(f.call(worker, [pair for pair in f.params().items() for _ in range(500)]))


def test_accept_in_several_parameters_is_one_list(registry, worker):
    repo = Repo(registry.client)
    reference, body = repo.image("v1")
    kinds = ["text/html", "application/vnd.oci.image.index.v1+json", "a/b", OCI_MANIFEST]
    pairs = [*f.params("GET", repo.manifest_url(reference)).items(), *[("HTTP_ACCEPT", kind) for kind in kinds]]
    assert f.call(worker, pairs).body == body


@pytest.mark.parametrize("uri", ["", "v2/", "//", "/v2", "*", "http://evil/v2/", "/v2/\r\nX: y", "/v2/ x", "/v2/\x00/tags/list", "?", "?n=1",
                                 "/v2/" + "a/" * 4000 + "tags/list", "/v2/" + "%41" * 5000, "/v2/%", "/v2/%0", "/v2/\xff/manifests/x",
                                 "/v2/a/manifests/" + "a" * 60_000, "/v2/a/tags/list?n=" + "9" * 60_000])
def test_an_odd_target_is_no_500(worker, uri):
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        answer = fine(f.call(worker, f.params(method, uri)))
        assert all("\r" not in value and "\n" not in value for values in answer.headers.values() for value in values)


LENGTHS = [0x7FFFFFFF, 0x7FFFFFFE, 0x40000000, 0xFFFFFF, 65536, 1000]


@pytest.mark.parametrize("name_length", LENGTHS)
@pytest.mark.parametrize("value_length", LENGTHS)
def test_lengths_larger_than_the_data_are_harmless(worker, name_length, value_length):
    """Lengths near the integer overflow of CVE-2025-23016."""
    lie = f.size_of(name_length, True) + f.size_of(value_length, True) + b"AAAA"
    for rest in (b"", f.record(f.PARAMS) + f.record(f.STDIN)):
        fine(f.exchange(worker, f.begin() + f.record(f.PARAMS, f.encode(f.params()) + lie) + rest))


@pytest.mark.parametrize("data", [
    b"", b"\x00", b"\x01", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 8, b"\x00" * 64, b"\x01" * 7, os.urandom(8),
    f.begin(version=0), f.begin(version=255), f.begin(role=0), f.begin(role=f.AUTHORIZER), f.begin(role=f.FILTER), f.begin(role=0xFFFF),
    f.begin(request=0), f.begin() + f.begin(), f.begin(flags=255), f.record(f.BEGIN), f.record(f.BEGIN, b"\x00"), f.record(f.BEGIN, length=8),
    f.record(f.STDIN, b"x"), f.record(f.PARAMS, b"x"), f.record(f.END, b"\x00" * 8), f.record(f.STDOUT, b"x"), f.record(f.ABORT),
    f.begin() + f.record(f.ABORT), f.begin() + f.record(f.END), f.begin() + f.record(0), f.begin() + f.record(255, b"x" * 100),
    f.begin() + f.record(f.PARAMS, b"\x01"), f.begin() + f.record(f.PARAMS, b"\x80\x00"), f.begin() + f.record(f.PARAMS, length=65535),
    f.begin() + f.record(f.PARAMS, f.encode(f.params()), padding_length=255), f.begin() + f.record(f.PARAMS) + f.record(f.STDIN),
    f.begin() + f.stream(f.PARAMS, f.encode(f.params()), request=2) + f.record(f.STDIN, request=2),
    f.begin() + f.stream(f.PARAMS, f.encode(f.params())) + f.record(f.ABORT), f.begin() + f.stream(f.PARAMS, f.encode(f.params())),
    f.begin() + f.stream(f.PARAMS, f.encode(f.params())) + f.record(f.DATA, b"x") + f.record(f.STDIN),
    f.begin() + f.stream(f.PARAMS, f.encode(f.params())) + f.record(f.PARAMS, b"x" * 10) + f.record(f.STDIN)])
def test_malformed_records_are_harmless(worker, data):
    fine(f.exchange(worker, data))


def test_management_records_are_answered_or_ignored(worker):
    query = f.record(f.GET_VALUES, f.encode({"FCGI_MAX_CONNS": "", "FCGI_MAX_REQS": "", "FCGI_MPXS_CONNS": "", "X": ""}), request=0)
    for data in (query, f.record(12, request=0), f.record(f.GET_VALUES, b"\xff" * 100, request=0), f.record(f.GET_VALUES, length=60000, request=0)):
        fine(f.exchange(worker, data))
        fine(f.exchange(worker, data + f.begin() + f.stream(f.PARAMS, f.encode(f.params())) + f.record(f.STDIN)))


def test_random_bytes_are_harmless(worker):
    source = random.Random(20260823)
    good = f.begin() + f.stream(f.PARAMS, f.encode(f.params("PUT", "/v2/a/manifests/b", CONTENT_LENGTH="5"))) + f.stream(f.STDIN, b"hello")
    for _ in range(300):
        data = bytearray(good)
        for _ in range(source.randint(1, 12)):
            what = source.randrange(3)
            at = source.randrange(len(data))
            if what == 0:
                data[at] = source.randrange(256)
            elif what == 1:
                del data[at:at + source.randint(1, 20)]
            else:
                data[at:at] = source.randbytes(source.randint(1, 20))
            if not data:
                data = bytearray(b"\x01")
        fine(f.exchange(worker, bytes(data)))


def upload(registry, repo):
    return registry.client.target(repo.begin())


@pytest.mark.parametrize("announced, sent", [(1000, 0), (1000, 999), (10, 1000), (0, 1000), (2**31, 10), (2**63 - 1, 10)])
@pytest.mark.parametrize("ended", [True, False])
def test_a_body_that_is_not_as_long_as_announced_is_never_committed(registry, worker, announced, sent, ended):
    repo, data = Repo(registry.client), blob(sent)
    where = upload(registry, repo)
    reference = digest(data)
    pairs = f.params("PUT", f"{where}&digest={reference}", CONTENT_LENGTH=str(announced))
    records = f.begin() + f.stream(f.PARAMS, f.encode(pairs)) + f.stream(f.STDIN, data, end=ended)
    answer = fine(f.exchange(worker, records), 507)  # no disk has space for the largest length
    assert answer.status != 201, answer
    if announced > sent or not ended:
        assert registry.client.get(repo.blob_url(reference)).status == 404


@pytest.mark.parametrize("length", ["", "x", "-1", "+5", " 5", "5 ", "0x5", "5.0", "99999999999999999999999", "5\x00", "\xff"])
def test_a_malformed_content_length_is_no_500_and_stores_nothing_false(registry, worker, length):
    repo, body = Repo(registry.client), b"hello"
    pairs = f.params("PUT", repo.manifest_url("v1"), CONTENT_LENGTH=length, CONTENT_TYPE=OCI_MANIFEST)
    fine(f.call(worker, pairs, body))
    assert registry.client.get(repo.manifest_url("v1")).status == 404


def test_a_manifest_whose_stream_breaks_off_is_not_stored(registry, worker):
    repo = Repo(registry.client)
    body = encode(repo.image_document())
    pairs = f.params("PUT", repo.manifest_url("v1"), CONTENT_LENGTH="", CONTENT_TYPE=OCI_MANIFEST)
    answer = fine(f.exchange(worker, f.begin() + f.stream(f.PARAMS, f.encode(pairs)) + f.stream(f.STDIN, body, end=False)))
    assert answer.status != 201
    assert registry.client.get(repo.manifest_url("v1")).status == 404


@pytest.mark.parametrize("name", ["/etc/passwd", "/etc/shadow", "../../etc/passwd", "/proc/self/mem", "/dev/zero", "{spool}/../../../config.yml",
                                  "{spool}", "{spool}/", "{spool}/nothing", "relative", "\x00", "{spool}/a\x00b", "/" * 5000, "{data}",
                                  "{spool}/link"])
def test_a_spool_file_outside_the_spool_is_refused(registry, worker, name):
    spool = registry.spool
    link = os.path.join(spool, "link")
    if os.path.isdir(spool) and not os.path.lexists(link):
        os.symlink("/etc/passwd", link)
    repo = Repo(registry.client)
    where = upload(registry, repo)
    path = name.format(spool=spool, data=os.path.join(registry.storage, "docker"))
    with open("/etc/passwd", "rb") as secret:
        reference = digest(secret.read())
    pairs = f.params("PUT", f"{where}&digest={reference}", CONTENT_LENGTH="100", BERTH_SPOOL_FILE=path)
    answer = f.call(worker, pairs)
    assert answer.status != 201, answer
    assert answer.status is None or answer.status < 500 or answer.status == 503, answer
    assert registry.client.get(repo.blob_url(reference)).status == 404
    if os.path.lexists(link):
        os.unlink(link)


def test_a_spool_file_named_by_a_header_is_ignored(registry, worker):
    repo = Repo(registry.client)
    where, data = upload(registry, repo), blob()
    pairs = f.params("PUT", f"{where}&digest={digest(data)}", CONTENT_LENGTH=str(len(data)), HTTP_BERTH_SPOOL_FILE="/etc/passwd",
                     HTTP_X_BERTH_SPOOL_FILE="/etc/passwd")
    assert f.call(worker, pairs, data).status == 201


def test_without_a_sendfile_parameter_the_worker_sends_the_bytes(registry, worker):
    repo, data = Repo(registry.client), blob(300_000)
    reference = repo.push_blob(data)
    answer = f.call(worker, f.params("GET", repo.blob_url(reference)))
    assert (answer.status, answer.body) == (200, data)
    part = f.call(worker, f.params("GET", repo.blob_url(reference), HTTP_RANGE="bytes=1000-1999"))
    assert (part.status, part.body) == (206, data[1000:2000])
    assert f.call(worker, f.params("HEAD", repo.blob_url(reference))).body == b""


@pytest.mark.parametrize("kind", ["accel", "xsendfile", "x", "", "ACCEL", "/etc/passwd\r\nX: y"])
def test_the_sendfile_parameter_never_lets_anything_else_out(registry, worker, kind):
    repo, data = Repo(registry.client), blob(1000)
    answer = fine(f.call(worker, f.params("GET", repo.blob_url(repo.push_blob(data)), BERTH_SENDFILE=kind)))
    target = answer.headers.get("x-accel-redirect", answer.headers.get("x-sendfile", [""]))[0]
    assert answer.body == data or f"/{digest(data).split(':')[1]}/data" in target, answer
    assert "x" not in answer.headers


def test_a_client_that_leaves_before_the_answer_costs_nothing(registry, worker):
    repo, data = Repo(registry.client), blob(5_000_000)
    reference = repo.push_blob(data)
    for _ in range(10):
        with f.Connection(worker) as connection:
            connection.send(f.begin() + f.stream(f.PARAMS, f.encode(f.params("GET", repo.blob_url(reference)))) + f.record(f.STDIN))
            connection.socket.recv(1000)


def test_idle_and_half_begun_connections_do_not_stop_the_others(registry, worker):
    """A worker takes one request at a time, so this test holds all workers but one. For the same reason uploads have a pool."""
    held = [f.Connection(worker) for _ in range(registry.workers - 1)]
    try:
        for connection in held:
            connection.send(struct.pack(">BB", 1, 1))
        assert registry.client.get("/v2/").status == 200
    finally:
        for connection in held:
            connection.socket.close()
