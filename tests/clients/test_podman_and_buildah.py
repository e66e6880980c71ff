# SPDX-License-Identifier: MIT
"""podman and buildah: build from scratch, push, pull, compare; gzip and zstd layers, manifest lists."""
import json

import pytest

import layouts


@pytest.fixture
def storage(scratch):
    """Options for a storage of images separate from that of the system."""
    return ["--root", f"{scratch}/root", "--runroot", f"{scratch}/run", "--storage-driver", "vfs"]


@pytest.fixture
def podman(tool, storage, scratch):
    return tool("podman", *storage, "--tmpdir", f"{scratch}/tmp", "--cgroup-manager", "cgroupfs", "--events-backend", "none")


@pytest.fixture
def buildah(tool, storage):
    return tool("buildah", *storage)


@pytest.fixture
def built(buildah, scratch):
    """An image built from scratch out of files of this machine: its name in the local storage."""
    layouts.make_tar(f"{scratch}/files.tar", skip=100)
    container = buildah("from", "scratch").strip()
    buildah("add", container, f"{scratch}/files.tar", "/")
    buildah("config", "--cmd", "/bin/true", "--label", "a=b", container)
    buildah("commit", container, "localhost/built:v1")
    return "localhost/built:v1"


@pytest.mark.parametrize("form", ["oci", "v2s2"])
def test_buildah_pushes_what_it_built_and_pulls_it_back(buildah, built, where, form):
    buildah("push", "--tls-verify=false", "--format", form, built, f"docker://{where}:{form}")
    image_id = json.loads(buildah("inspect", "--type", "image", built))["FromImageID"]
    buildah("rmi", "--all", "--force")
    buildah("pull", "--tls-verify=false", f"docker://{where}:{form}")
    pulled = json.loads(buildah("inspect", "--type", "image", f"{where}:{form}"))
    if form == "oci":
        assert pulled["FromImageID"] == image_id
    assert pulled["OCIv1"]["config"]["Labels"]["a"] == "b"


def test_podman_pulls_an_image_with_gzip_and_zstd_layers(podman, tool, image, where):
    skopeo = tool("skopeo", "--insecure-policy")
    skopeo("copy", "--all", "--dest-tls-verify=false", f"oci:{image.folder}:v1", f"docker://{where}:v1")
    podman("pull", "-q", "--tls-verify=false", "--arch", "amd64", f"{where}:v1")
    told = json.loads(podman("image", "inspect", f"{where}:v1"))[0]
    with open(f"{image.folder}/blobs/sha256/{layouts.children(image.folder)[0]['digest'].split(':')[1]}", encoding="utf-8") as f:
        assert "sha256:" + told["Id"] == json.load(f)["config"]["digest"]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_podman_pushes_and_pulls_with_each_compression(podman, scratch, where, compression):
    layouts.make_tar(f"{scratch}/files.tar", skip=300)
    image_id = podman("import", "-q", f"{scratch}/files.tar", "localhost/imported:v1").strip()
    podman("push", "-q", "--tls-verify=false", "--compression-format", compression, "--format", "oci", "localhost/imported:v1",
           f"{where}:v1")
    podman("rmi", "-f", "localhost/imported:v1")
    podman("pull", "-q", "--tls-verify=false", f"{where}:v1")
    told = json.loads(podman("image", "inspect", f"{where}:v1"))[0]
    assert told["RepoTags"] == [f"{where}:v1"]
    assert len(image_id.replace("sha256:", "")) == 64


def test_podman_makes_a_manifest_list_and_pushes_it(podman, built, where, client):
    podman("manifest", "create", "localhost/list:v1")
    podman("manifest", "add", "--arch", "amd64", "localhost/list:v1", f"containers-storage:{built}")
    podman("manifest", "push", "--all", "--tls-verify=false", "localhost/list:v1", f"docker://{where}:list")
    answer = client.get(f"/v2/{where.split('/', 1)[1]}/manifests/list")
    assert len(answer.json()["manifests"]) == 1


def test_podman_search_lists_tags(podman, tool, image, where):
    skopeo = tool("skopeo", "--insecure-policy")
    for tag in ("b", "a"):
        skopeo("copy", "--dest-tls-verify=false", f"oci:{image.folder}:v1", f"docker://{where}:{tag}")
    told = podman("search", "--tls-verify=false", "--list-tags", where)
    assert [line.split() for line in told.splitlines()[1:]] == [[where, "a"], [where, "b"]]
