# SPDX-License-Identifier: MIT
"""skopeo: copy, inspect, list, delete."""
import json

import pytest

import layouts


@pytest.fixture
def skopeo(tool):
    return tool("skopeo", "--insecure-policy")


def test_an_index_goes_up_and_comes_back_byte_for_byte(skopeo, image, where, scratch):
    skopeo("copy", "--all", "--preserve-digests", "--dest-tls-verify=false", f"oci:{image.folder}:v1", f"docker://{where}:v1")
    skopeo("copy", "--all", "--preserve-digests", "--src-tls-verify=false", f"docker://{where}:v1", f"oci:{scratch}/back:v1")
    assert layouts.root_digest(f"{scratch}/back") == layouts.root_digest(image.folder)
    assert layouts.digests(f"{scratch}/back") == layouts.digests(image.folder)


def test_one_platform_can_be_pulled_out_of_an_index(skopeo, image, where, scratch):
    skopeo("copy", "--all", "--dest-tls-verify=false", f"oci:{image.folder}:v1", f"docker://{where}:v1")
    skopeo("--override-arch", "arm64", "copy", "--src-tls-verify=false", f"docker://{where}:v1", f"oci:{scratch}/arm:v1")
    assert layouts.root_digest(f"{scratch}/arm") == layouts.children(image.folder)[1]["digest"]


def test_inspect_and_list_tags_tell_what_was_pushed(skopeo, image, where):
    for tag in ("v1", "v2", "latest"):
        skopeo("copy", "--all", "--dest-tls-verify=false", f"oci:{image.folder}:v1", f"docker://{where}:{tag}")
    told = json.loads(skopeo("inspect", "--tls-verify=false", f"docker://{where}:v2"))
    assert told["Digest"] == layouts.root_digest(image.folder)
    assert sorted(told["RepoTags"]) == ["latest", "v1", "v2"]
    assert json.loads(skopeo("list-tags", "--tls-verify=false", f"docker://{where}"))["Tags"] == ["latest", "v1", "v2"]


def test_an_image_as_docker_schema2_goes_up_and_down(skopeo, gzip_image, where, scratch):
    skopeo("copy", "--format", "v2s2", "--dest-tls-verify=false", f"oci:{gzip_image.folder}:v1", f"docker://{where}:docker")
    raw = json.loads(skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{where}:docker"))
    assert raw["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    skopeo("copy", "--src-tls-verify=false", f"docker://{where}:docker", f"dir:{scratch}/dir")


def test_copy_from_one_repository_to_another_mounts(skopeo, image, where, client):
    skopeo("copy", "--all", "--dest-tls-verify=false", f"oci:{image.folder}:v1", f"docker://{where}:v1")
    skopeo("copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false", f"docker://{where}:v1", f"docker://{where}/copy:v1")
    path = where.split("/", 1)[1]
    one, two = (client.get(f"/v2/{each}/manifests/v1") for each in (path, f"{path}/copy"))
    assert one.status == two.status == 200
    assert one.body == two.body


def test_delete_removes_the_image(skopeo, image, where):
    skopeo("copy", "--all", "--dest-tls-verify=false", f"oci:{image.folder}:v1", f"docker://{where}:v1")
    skopeo("delete", "--tls-verify=false", f"docker://{where}:v1")
    assert "manifest unknown" in skopeo("inspect", "--tls-verify=false", f"docker://{where}:v1", ok=False)


def test_skopeo_prints_why_a_readonly_registry_refuses_a_push(skopeo, image, registries):
    frozen = registries.get({"storage": {"maintenance": {"readonly": {"enabled": True}}}})
    said = skopeo("copy", "--all", "--dest-tls-verify=false", f"oci:{image.folder}:v1", f"docker://{frozen.client.netloc}/x/y:v1",
                  ok=False)
    assert "The registry is read-only." in said, said


def test_skopeo_prints_why_a_deletion_is_refused(skopeo, image, registries):
    kept = registries.get({"storage": {"delete": {"enabled": False}}})
    where = f"docker://{kept.client.netloc}/x/y:v1"
    skopeo("copy", "--all", "--dest-tls-verify=false", f"oci:{image.folder}:v1", where)
    said = skopeo("delete", "--tls-verify=false", where, ok=False)
    assert "Deletion is disabled." in said, said
