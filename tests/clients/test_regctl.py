# SPDX-License-Identifier: MIT
"""regctl: chunked uploads, resumption, copies with referrers, tag deletion, blobs."""
import hashlib
import json

import pytest

import layouts


@pytest.fixture
def regctl(tool, client, tmp_path):
    found = tool("regctl")
    found.env = {**found.env, "REGCTL_CONFIG": str(tmp_path / "regctl.json")}
    found("registry", "set", "--tls", "disabled", client.netloc)
    return found


@pytest.fixture
def pushed(regctl, image, where):
    regctl("image", "copy", f"ocidir://{image.folder}:v1", f"{where}:v1")
    return f"{where}:v1"


def test_an_index_goes_up_and_comes_back_byte_for_byte(regctl, image, pushed, scratch):
    regctl("image", "copy", pushed, f"ocidir://{scratch}/back:v1")
    assert layouts.root_digest(f"{scratch}/back") == layouts.root_digest(image.folder)
    assert layouts.digests(f"{scratch}/back") == layouts.digests(image.folder)


def test_a_blob_in_chunks_arrives_whole(regctl, client, where, scratch):
    """--blob-max 1 sends every blob in chunks of --blob-chunk bytes."""
    regctl("registry", "set", "--tls", "disabled", "--blob-chunk", 1_000_000, "--blob-max", 1, client.netloc)
    data = hashlib.sha256(where.encode()).digest() * 500_000
    (scratch / "blob").write_bytes(data)
    with open(scratch / "blob", "rb") as f:
        import subprocess
        done = subprocess.run([regctl.path, "blob", "put", where], stdin=f, capture_output=True, env=regctl.env, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    reference = f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert client.get(f"/v2/{where.split('/', 1)[1]}/blobs/{reference}").body == data


def test_an_image_in_chunks_arrives_whole(regctl, client, image, where, scratch):
    regctl("registry", "set", "--tls", "disabled", "--blob-chunk", 3_000_000, "--blob-max", 1_000_000, client.netloc)
    regctl("image", "copy", f"ocidir://{image.folder}:v1", f"{where}:v1")
    regctl("image", "copy", f"{where}:v1", f"ocidir://{scratch}/back:v1")
    assert layouts.digests(f"{scratch}/back") == layouts.digests(image.folder)


def test_tags_are_listed_and_deleted_one_by_one(regctl, pushed, where):
    for tag in ("v2", "v3"):
        regctl("image", "copy", pushed, f"{where}:{tag}")
    assert regctl("tag", "ls", where).split() == ["v1", "v2", "v3"]
    regctl("tag", "rm", f"{where}:v2")
    assert regctl("tag", "ls", where).split() == ["v1", "v3"]
    assert regctl("manifest", "head", f"{where}:v3")


def test_referrers_are_put_listed_and_copied(regctl, pushed, where, scratch):
    (scratch / "note").write_text("note")
    regctl("artifact", "put", "--artifact-type", "application/vnd.example.note", "--subject", pushed, "-f", scratch / "note")
    told = json.loads(regctl("artifact", "list", "--format", "{{json .Manifest}}", pushed))
    assert [each["artifactType"] for each in told["manifests"]] == ["application/vnd.example.note"]
    regctl("image", "copy", "--referrers", pushed, f"{where}/copy:v1")
    assert "application/vnd.example.note" in regctl("artifact", "list", f"{where}/copy:v1")


def test_repositories_are_listed(regctl, client, pushed, where):
    assert where.split("/", 1)[1] in regctl("repo", "ls", client.netloc).split()


def test_manifests_are_deleted_by_digest(regctl, pushed, where):
    reference = regctl("image", "digest", pushed).strip()
    regctl("manifest", "delete", f"{where}@{reference}")
    regctl("manifest", "head", pushed, ok=False)
