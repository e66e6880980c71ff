# SPDX-License-Identifier: MIT
"""
Storage that Debian's docker-registry has filled: its blobs lie where ours do, so they are found and served in place. What
Berth's database must know of them is written by hand here, as there is no import yet.
"""
import hashlib

import pytest

from images import Repo, blob, digest, encode
from processes import program
from stack import DebianRegistry
from storages import Filesystem, S3

pytestmark = pytest.mark.skipif(not program("docker-registry"), reason="docker-registry is not installed")


@pytest.fixture(params=["filesystem", "s3"])
def pair(request, launch, swift):
    """(docker-registry, Berth) on one storage, of which Berth's database knows nothing."""
    keeper = Filesystem() if request.param == "filesystem" else S3(swift, rootdirectory="/some/where")
    berth = launch(keeper)
    other = DebianRegistry({"storage": {"filesystem": None, **berth.place}})
    yield other.start(), berth
    other.stop()
    other.remove()


def import_blobs(berth, name, contents):
    for content in contents:
        packed = "\\x01" + hashlib.sha256(content).hexdigest()
        berth.sql(f"INSERT INTO blob (digest, size) VALUES ('{packed}', {len(content)})")
        berth.sql(f"INSERT INTO repository_blob (repository_id, digest) SELECT id, '{packed}' FROM repository WHERE path = '{name}'")


def test_a_tree_of_docker_registry_is_served_in_place(pair):
    other, berth = pair
    source = Repo(other.client)
    contents = [b'{"architecture":"amd64","os":"linux"}', blob(1000), blob(11 << 20)]
    for content in contents:
        source.push_blob(content)
    ours = Repo(berth.client, f"imported/{source.name}")
    ours.begin()  # makes the repository
    import_blobs(berth, ours.name, contents)
    for content in contents:
        assert berth.client.get(ours.blob_url(digest(content))).body == content
        assert berth.client.head(ours.blob_url(digest(content))).header("Content-Length") == str(len(content))


def test_an_image_over_blobs_of_docker_registry_is_pushed_and_pulled(pair):
    other, berth = pair
    source = Repo(other.client)
    document = source.docker_image()
    contents = [other.client.get(source.blob_url(part["digest"])).body for part in [document["config"], *document["layers"]]]
    ours = Repo(berth.client, f"imported/{source.name}")
    ours.begin()
    import_blobs(berth, ours.name, contents)
    ours.push(document, "v1")
    assert berth.client.get(ours.manifest_url("v1")).body == encode(document)
    for content in contents:
        assert berth.client.get(ours.blob_url(digest(content))).body == content


def test_a_blob_that_is_there_already_is_pushed_over_it(pair):
    """Pushed by a client that was told it is missing: the same key, the same bytes, one object."""
    other, berth = pair
    data = blob(6 << 20)
    Repo(other.client).push_blob(data)
    ours = Repo(berth.client)
    ours.push_blob(data)
    assert berth.client.get(ours.blob_url(digest(data))).body == data


def test_docker_registry_reads_what_berth_has_written(pair):
    """Bytes in place: a mount needs the link of a repository only, which docker-registry writes when it finishes a push."""
    other, berth = pair
    data = blob(6 << 20)
    Repo(berth.client).push_blob(data)
    theirs = Repo(other.client)
    theirs.push_blob(data)
    assert other.client.get(theirs.blob_url(digest(data))).body == data
