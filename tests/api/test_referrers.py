# SPDX-License-Identifier: MIT
"""GET referrers: the manifests that have a subject, filtered and in pages."""
import json

import pytest

from images import OCI_CONFIG, OCI_EMPTY, OCI_INDEX, OCI_MANIFEST, Repo, absent, descriptor, digest, encode, index


def referrers(repo, subject, **query):
    answer = repo.client.get(repo.referrers_url(subject, **query))
    assert answer.status == 200, answer
    assert answer.header("Content-Type") == OCI_INDEX
    document = answer.json()
    assert document["schemaVersion"] == 2
    assert document["mediaType"] == OCI_INDEX
    return document["manifests"], answer


@pytest.fixture
def subject(repo):
    """A descriptor of a pushed image."""
    return descriptor(repo.image("v1")[1], OCI_MANIFEST)


def test_an_artifact_with_a_subject_is_listed_with_all_that_clients_need(repo, subject):
    notes = {"org.example.a": "1", "é": "ü\n\"", "": ""}
    reference, body = repo.artifact(subject, "application/vnd.example.sbom", annotations=notes)
    assert referrers(repo, subject["digest"])[0] == [
        {"mediaType": OCI_MANIFEST, "size": len(body), "digest": reference, "artifactType": "application/vnd.example.sbom",
         "annotations": notes}]


def test_an_image_without_artifact_type_is_listed_with_its_config_type(repo, subject):
    repo.push(repo.image_document(subject=subject), "v2")
    (found,), _ = referrers(repo, subject["digest"])
    assert found["artifactType"] == OCI_CONFIG


def test_an_index_without_artifact_type_is_listed_without_one(repo, subject):
    repo.push(index([(repo.image()[1], OCI_MANIFEST)], subject=subject), "v2")
    (found,), _ = referrers(repo, subject["digest"])
    assert found["mediaType"] == OCI_INDEX
    assert "artifactType" not in found


def test_an_index_with_artifact_type_is_listed_with_it(repo, subject):
    repo.push(index([], subject=subject, artifactType="application/vnd.example.x", annotations={"a": "b"}), "v2")
    (found,), _ = referrers(repo, subject["digest"])
    assert (found["artifactType"], found["annotations"]) == ("application/vnd.example.x", {"a": "b"})


def test_without_referrers_the_index_is_empty_whether_the_subject_exists_or_not(client, repo, subject):
    assert referrers(repo, subject["digest"])[0] == []
    assert referrers(repo, absent())[0] == []
    assert referrers(repo, "sha512:" + "a" * 128)[0] == []
    assert referrers(Repo(client), absent())[0] == []


@pytest.mark.parametrize("reference", ["sha256:abc", "v1", "sha256:" + "Z" * 64, "x:y", "sha256:"])
def test_a_malformed_digest_is_400(client, repo, subject, reference):
    answer = client.get(repo.referrers_url(reference))
    assert answer.status == 400, answer
    assert answer.codes() == ["DIGEST_INVALID"]


def test_the_subject_may_come_after_its_referrer(repo):
    document = repo.image_document()
    body = encode(document)
    reference, _ = repo.artifact(descriptor(body, OCI_MANIFEST))
    assert [d["digest"] for d in referrers(repo, digest(body))[0]] == [reference]
    repo.push(body, "v1")
    assert [d["digest"] for d in referrers(repo, digest(body))[0]] == [reference]


def test_a_filter_by_artifact_type_is_applied_and_named_in_the_answer(repo, subject):
    wanted = {repo.artifact(subject, "application/vnd.example.a+json")[0] for _ in range(3)}
    repo.artifact(subject, "application/vnd.example.b")
    found, answer = referrers(repo, subject["digest"], artifactType="application/vnd.example.a+json")
    assert {d["digest"] for d in found} == wanted
    assert answer.all("OCI-Filters-Applied") == ["artifactType"]
    everything, answer = referrers(repo, subject["digest"])
    assert len(everything) == 4
    assert answer.header("OCI-Filters-Applied") is None


@pytest.mark.parametrize("kind", ["application/vnd.example.none", "x", "a" * 500, "%", "'", "é"])
def test_a_filter_that_nothing_meets_gives_an_empty_index(repo, subject, kind):
    repo.artifact(subject)
    found, answer = referrers(repo, subject["digest"], artifactType=kind)
    assert found == []
    assert answer.all("OCI-Filters-Applied") == ["artifactType"]


def test_the_filter_sees_the_config_type_of_images(repo, subject):
    repo.push(repo.image_document(subject=subject), "v2")
    assert len(referrers(repo, subject["digest"], artifactType=OCI_CONFIG)[0]) == 1
    assert referrers(repo, subject["digest"], artifactType=OCI_EMPTY)[0] == []


def test_a_deleted_referrer_is_no_longer_listed(client, repo, subject):
    first, _ = repo.artifact(subject)
    second, _ = repo.artifact(subject)
    assert client.delete(repo.manifest_url(first)).status == 202
    assert [d["digest"] for d in referrers(repo, subject["digest"])[0]] == [second]


def test_referrers_outlive_their_subject(client, repo, subject):
    reference, _ = repo.artifact(subject)
    assert client.delete(repo.manifest_url(subject["digest"])).status == 202
    assert [d["digest"] for d in referrers(repo, subject["digest"])[0]] == [reference]


def test_the_referrers_of_one_repository_are_not_those_of_another(repo, other, subject):
    repo.artifact(subject)
    assert referrers(other, subject["digest"])[0] == []


def test_referrers_may_have_referrers(repo, subject):
    middle, body = repo.artifact(subject)
    top, _ = repo.artifact(descriptor(body, OCI_MANIFEST))
    assert [d["digest"] for d in referrers(repo, subject["digest"])[0]] == [middle]
    assert [d["digest"] for d in referrers(repo, middle)[0]] == [top]


def test_a_subject_by_sha512_is_found_under_it(repo):
    body = encode(repo.image_document())
    repo.push(body, algorithm="sha512")
    reference, _ = repo.artifact(descriptor(body, OCI_MANIFEST, "sha512"))
    assert [d["digest"] for d in referrers(repo, digest(body, "sha512"))[0]] == [reference]


def walk(repo, url):
    """All descriptors of all pages, in order, and the number of pages."""
    found, pages = [], 0
    while url:
        answer = repo.client.get(url)
        assert answer.status == 200, answer
        assert answer.header("Content-Type") == OCI_INDEX
        assert answer.json()["manifests"], "an empty page"
        found += answer.json()["manifests"]
        url, pages = answer.link_next(), pages + 1
    return found, pages


def test_following_the_links_visits_each_referrer_once(repo, subject):
    wanted = {repo.artifact(subject, f"application/vnd.example.{at % 2}")[0] for at in range(12)}
    for query, expected in (({"n": 5}, 12), ({"n": 5, "artifactType": "application/vnd.example.1"}, 6)):
        found, _ = walk(repo, repo.referrers_url(subject["digest"], **query))
        assert len(found) == expected
        assert len({d["digest"] for d in found}) == expected
        assert {d["digest"] for d in found} <= wanted


def test_large_referrers_are_split_over_pages_that_clients_can_hold(repo, subject):
    """Clients read an index of at most 4 MiB; twelve descriptors with 600 kB of annotations each are more."""
    for _ in range(12):
        repo.artifact(subject, annotations={"big": "x" * 600_000})
    url, sizes, seen = repo.referrers_url(subject["digest"]), [], []
    while url:
        answer = repo.client.get(url)
        assert answer.status == 200
        sizes.append(len(answer.body))
        seen += [d["digest"] for d in json.loads(answer.body)["manifests"]]
        url = answer.link_next()
    assert len(set(seen)) == len(seen) == 12
    assert max(sizes) <= 12 << 20
