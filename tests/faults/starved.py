# SPDX-License-Identifier: MIT
"""
Requests for a worker that runs out of memory: one maker for each handler, called before each request.

The argument of a maker is a repository whose client is not starved. A maker returns an Ask: the request, the right statuses, and
a check that an acknowledged request had its effect.
"""
from dataclasses import dataclass, field
from typing import Callable

from images import (ALL_TYPES, OCI_INDEX, OCI_MANIFEST, OCTETS, Repo, absent, blob, descriptor, digest, encode, index,
                    with_query)

EVENT = "application/vnd.example.event"


def nothing():
    """The check for requests without an effect."""


@dataclass
class Ask:
    method: str
    url: str
    right: tuple                     # statuses
    body: bytes = None
    headers: dict = field(default_factory=dict)
    again: tuple = ()                # further right statuses of a retry after a 503, because the first request may have had its effect
    done: Callable = nothing         # asserts that the request had its effect
    judge: Callable = None           # asserts that an answer is right; default: a second answer must be equal
    spooled: bool = False
    keeps: int = 0                   # blocks that the worker may keep after each request
    variables: dict = field(default_factory=dict)  # FastCGI parameters that the web server would set


def gone(repo, url):
    def check():
        assert repo.client.get(url).status == 404, url
    return check


def there(repo, url):
    """Uses HEAD, because the worker caches a manifest after a GET by digest."""
    def check():
        answer = repo.client.head(url, headers={"Accept": ALL_TYPES})
        assert answer.status == 200 and answer.header("Docker-Content-Digest") in url, answer
    return check


# ---- requests that read ----

def root(_):
    return Ask("GET", "/", (200,))


def base(_):
    return Ask("GET", "/v2/", (200,))


def web_servers_question(repo):
    """The pre-check of an empty body. It reserves no space: otherwise each answer would have a different ticket."""
    return Ask("GET", repo.uploads_url, (204,), variables={"REQUEST_METHOD": "POST", "BERTH_AUTHORIZE": "spooled",
                                                           "CONTENT_LENGTH": "0"})


def unknown_path(_):
    return Ask("GET", "/v2/a/b/c/d", (404,))


def options(repo):
    return Ask("OPTIONS", repo.tags_url, (200,))


def other_method(repo):
    return Ask("POST", repo.tags_url, (405,), body=b"")


def bad_name(_):
    return Ask("GET", "/v2/UPPER/tags/list", (400,))


def catalog(repo):
    repo.stock()
    return Ask("GET", "/v2/_catalog?n=2", (200,))


def tags_list(repo):
    repo.stock()
    return Ask("GET", f"{repo.tags_url}?n=1", (200,))


def manifest_get_by_tag(repo):
    repo.stock()
    return Ask("GET", repo.manifest_url("v1"), (200,), headers={"Accept": ALL_TYPES})


def manifest_get_by_digest(repo):
    return Ask("GET", repo.manifest_url(repo.stock()), (200,), headers={"Accept": ALL_TYPES})


def manifest_get_of_a_new_one(repo):
    """The worker adds the manifest to its cache."""
    reference, _ = repo.another()
    return Ask("GET", repo.manifest_url(reference), (200,), headers={"Accept": ALL_TYPES}, keeps=1)


def manifest_head(repo):
    repo.stock()
    return Ask("HEAD", repo.manifest_url("v1"), (200,), headers={"Accept": ALL_TYPES})


def manifest_get_unknown(repo):
    return Ask("GET", repo.manifest_url(absent()), (404,))


def blob_get(repo):
    repo.stock()
    return Ask("GET", repo.blob_url(repo.config), (200,))


def blob_get_through_the_worker(repo):
    repo.stock()
    return Ask("GET", repo.blob_url(repo.config), (200,), variables={"BERTH_SENDFILE": None})


def blob_head(repo):
    repo.stock()
    return Ask("HEAD", repo.blob_url(repo.config), (200,))


def referrers(repo):
    return Ask("GET", repo.referrers_url(repo.stock()), (200,))


# ---- requests that write ----

def manifest_put(repo):
    repo.stock()
    body = encode({**repo.document, "annotations": {"nonce \u00e9\n": blob(40).hex(), "k" * 40: "v" * 100}})
    return Ask("PUT", repo.manifest_url("pushed"), (201,), body=body, headers={"Content-Type": OCI_MANIFEST},
               done=there(repo, repo.manifest_url(digest(body))))


def manifest_put_of_an_artifact(repo):
    """An artifact with a subject and a distinct type. The listing of referrers must then have its type and annotations."""
    subject = descriptor(repo.body_of(repo.stock()), OCI_MANIFEST)
    body = encode({**repo.document, "artifactType": EVENT, "subject": subject, "annotations": {"n": blob(40).hex()}})
    reference = digest(body)

    def done():
        listed = repo.client.get(repo.referrers_url(subject["digest"])).json()["manifests"]
        found = {each["digest"]: each for each in listed}
        assert found[reference]["artifactType"] == EVENT
        assert found[reference]["annotations"] == repo.parsed(body)["annotations"]
        assert repo.client.delete(repo.manifest_url(reference)).status == 202  # otherwise the list grows with every round
    return Ask("PUT", repo.manifest_url(reference), (201,), body=body, headers={"Content-Type": OCI_MANIFEST}, done=done)


def index_put(repo):
    body = encode(index([(repo.body_of(repo.stock()), OCI_MANIFEST)], annotations={"n": blob(40).hex()}))
    return Ask("PUT", repo.manifest_url("index"), (201,), body=body, headers={"Content-Type": OCI_INDEX},
               done=there(repo, repo.manifest_url(digest(body))))


def manifest_put_that_is_wrong(repo):
    return Ask("PUT", repo.manifest_url("wrong"), (400,), body=b'{"schemaVersion": 2, "layers": [',
               headers={"Content-Type": OCI_MANIFEST})


def manifest_delete(repo):
    reference, _ = repo.another()
    url = repo.manifest_url(reference)
    return Ask("DELETE", url, (202,), again=(404,), done=gone(repo, url))


def tag_delete(repo):
    repo.another("doomed")
    return Ask("DELETE", f"{repo.base}/tags/reference/doomed", (202,), again=(404,),
               done=gone(repo, repo.manifest_url("doomed")))


def blob_delete(repo):
    repo.stock()
    url = repo.blob_url(repo.push_blob(blob(40)))
    return Ask("DELETE", url, (202,), again=(404,), done=gone(repo, url))


def upload_post(repo):
    return Ask("POST", repo.uploads_url, (202,), body=b"")


def upload_post_whole(repo):
    data = blob(400)
    reference = digest(data)
    return Ask("POST", with_query(repo.uploads_url, digest=reference), (201,), body=data, headers={"Content-Type": OCTETS},
               done=there(repo, repo.blob_url(reference)))


def upload_post_mount(repo):
    other = Repo(repo.client, f"{repo.name}/to")
    repo.stock()
    repo.client.delete(other.blob_url(repo.config))
    return Ask("POST", with_query(other.uploads_url, mount=repo.config, **{"from": repo.name}), (201,), body=b"",
               done=there(repo, other.blob_url(repo.config)))


def upload_get(repo):
    return Ask("GET", repo.begin(), (204,))


def patch(repo, spooled):
    where = repo.begin()
    data = blob(400)

    def done():
        answer = repo.client.get(where)
        assert answer.header("Range") == "0-399", answer
    return Ask("PATCH", where, (202,), body=data, done=done, spooled=spooled,
               headers={"Content-Type": OCTETS, "Content-Range": "0-399"}, again=(416,))


def upload_patch(repo):
    return patch(repo, False)


def upload_patch_spooled(repo):
    return patch(repo, True)


def put(repo, spooled):
    data, where = blob(500), repo.begin()
    answer = repo.client.patch(where, data[:200], {"Content-Type": OCTETS})
    assert answer.status == 202, answer
    return Ask("PUT", with_query(where, digest=digest(data)), (201,), body=data[200:], headers={"Content-Type": OCTETS},
               done=there(repo, repo.blob_url(digest(data))), again=(404,), spooled=spooled)


def upload_put(repo):
    return put(repo, False)


def upload_put_spooled(repo):
    return put(repo, True)


def upload_delete(repo):
    where = repo.begin()
    return Ask("DELETE", where, (204,), again=(404,), done=gone(repo, where))


READS = (root, base, web_servers_question, unknown_path, options, other_method, bad_name, catalog, tags_list,
         manifest_get_by_tag, manifest_get_by_digest, manifest_get_of_a_new_one, manifest_head, manifest_get_unknown,
         blob_get, blob_get_through_the_worker, blob_head, referrers)
WRITES = (manifest_put, manifest_put_of_an_artifact, index_put, manifest_put_that_is_wrong, manifest_delete, tag_delete,
          blob_delete, upload_post, upload_post_whole, upload_post_mount, upload_get, upload_patch, upload_patch_spooled,
          upload_put, upload_put_spooled, upload_delete)
