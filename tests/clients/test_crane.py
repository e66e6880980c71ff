# SPDX-License-Identifier: MIT
"""crane: push, pull, copy, list, validate, delete."""
import json

import pytest

import layouts


@pytest.fixture
def crane(tool):
    return tool("crane", "--insecure")


@pytest.fixture
def pushed(crane, image, where):
    crane("push", "--index", image.folder, f"{where}:v1")
    return f"{where}:v1"


def test_an_index_goes_up_and_validates(crane, gzip_image, where, scratch):
    """crane pushes index.json of the layout as an index, with all manifests and blobs below it."""
    crane("push", "--index", gzip_image.folder, f"{where}:v1")
    crane("validate", "--remote", f"{where}:v1")
    crane("pull", "--format", "oci", f"{where}:v1", f"{scratch}/back")
    assert set(layouts.digests(gzip_image.folder)) <= set(layouts.digests(f"{scratch}/back"))


def test_ls_digest_manifest_and_catalog_agree(crane, pushed, where):
    crane("tag", pushed, "v2")
    assert crane("ls", where).split() == ["v1", "v2"]
    assert crane("digest", pushed) == crane("digest", f"{where}:v2")
    assert json.loads(crane("manifest", pushed))["schemaVersion"] == 2
    assert where.split("/", 1)[1] in crane("catalog", where.split("/")[0]).split()


def test_copy_to_another_repository_keeps_the_digest(crane, pushed, where):
    crane("copy", pushed, f"{where}/copy:v1")
    assert crane("digest", pushed) == crane("digest", f"{where}/copy:v1")


def test_append_makes_an_image_out_of_a_tar(crane, where, scratch):
    layouts.make_tar(f"{scratch}/files.tar", skip=50)
    crane("append", "--oci-empty-base", "-f", f"{scratch}/files.tar", "-t", f"{where}:appended")
    crane("validate", "--remote", f"{where}:appended")
    crane("export", f"{where}:appended", f"{scratch}/back.tar")
    with open(f"{scratch}/back.tar", "rb") as f:
        assert len(f.read()) > 1 << 20


def test_delete_by_tag_and_by_digest(crane, pushed, where):
    crane("tag", pushed, "v2")
    reference = crane("digest", pushed).strip()
    crane("delete", f"{where}:v2")
    assert crane("ls", where).split() == ["v1"]
    crane("delete", f"{where}@{reference}")
    assert "MANIFEST_UNKNOWN" in crane("manifest", pushed, ok=False)
