# SPDX-License-Identifier: MIT
"""oras: artifacts, referrers, a layer of one gigabyte."""
import hashlib
import json

import pytest

GIGABYTE = 1 << 30


@pytest.fixture
def oras(tool):
    return tool("oras")


@pytest.fixture
def artifact(oras, where, scratch):
    (scratch / "thing.txt").write_text("a thing\n")
    oras("push", "--plain-http", f"{where}:v1", "--artifact-type", "application/vnd.example.thing", "thing.txt:text/plain", cwd=scratch)
    return f"{where}:v1"


def test_an_artifact_goes_up_and_down(oras, artifact, scratch):
    oras("pull", "--plain-http", artifact, "-o", scratch / "back")
    assert (scratch / "back" / "thing.txt").read_text() == "a thing\n"


def test_what_is_attached_is_discovered_with_its_type(oras, artifact, scratch):
    (scratch / "sbom.json").write_text("{}")
    (scratch / "signature").write_text("x")
    for kind, path in (("application/vnd.example.sbom", "sbom.json"), ("application/vnd.example.signature", "signature")):
        oras("attach", "--plain-http", artifact, "--artifact-type", kind, "--annotation", "a=b", path, cwd=scratch)
    told = json.loads(oras("discover", "--plain-http", "--format", "json", artifact))
    found = told.get("referrers") or told["manifests"]
    assert sorted(each["artifactType"] for each in found) == ["application/vnd.example.sbom", "application/vnd.example.signature"]
    told = json.loads(oras("discover", "--plain-http", "--format", "json", "--artifact-type", "application/vnd.example.sbom", artifact))
    assert len(told.get("referrers") or told["manifests"]) == 1


def test_a_recursive_copy_takes_the_referrers_along(oras, artifact, where, scratch):
    (scratch / "sbom.json").write_text("{}")
    oras("attach", "--plain-http", artifact, "--artifact-type", "application/vnd.example.sbom", "sbom.json", cwd=scratch)
    oras("cp", "-r", "--from-plain-http", "--to-plain-http", artifact, f"{where}/copy:v1")
    told = json.loads(oras("discover", "--plain-http", "--format", "json", f"{where}/copy:v1"))
    assert len(told.get("referrers") or told["manifests"]) == 1


def test_repositories_and_tags_are_listed(oras, artifact, where):
    host, path = where.split("/", 1)
    oras("tag", "--plain-http", artifact, "v2", "v3")
    assert oras("repo", "tags", "--plain-http", where).split() == ["v1", "v2", "v3"]
    assert path in oras("repo", "ls", "--plain-http", host).split()


def test_manifests_and_blobs_are_deleted(oras, artifact, where):
    layer = json.loads(oras("manifest", "fetch", "--plain-http", artifact))["layers"][0]["digest"]
    oras("manifest", "delete", "--plain-http", "--force", artifact)
    oras("blob", "delete", "--plain-http", "--force", f"{where}@{layer}")
    oras("manifest", "fetch", "--plain-http", artifact, ok=False)
    oras("blob", "fetch", "--plain-http", "--descriptor", f"{where}@{layer}", ok=False)


def test_a_layer_of_one_gigabyte_goes_up_and_down(oras, where, scratch):
    big = scratch / "big"
    block = hashlib.sha512(where.encode()).digest() * (1 << 14)
    with open(big, "wb") as f:
        for at in range(GIGABYTE // len(block)):
            f.write(at.to_bytes(8, "big") + block[8:])
    oras("push", "--plain-http", f"{where}:big", "big:application/octet-stream", cwd=scratch, seconds=600)
    with open(big, "rb") as f:
        wanted = hashlib.file_digest(f, "sha256").hexdigest()
    big.unlink()
    oras("pull", "--plain-http", f"{where}:big", "-o", scratch / "back", seconds=600)
    with open(scratch / "back" / "big", "rb") as f:
        assert hashlib.file_digest(f, "sha256").hexdigest() == wanted
