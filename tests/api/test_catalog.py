# SPDX-License-Identifier: MIT
"""GET _catalog. Other tests share the registry, so each assertion is about repositories of its own test."""
import uuid

import pytest

from images import Repo, encode


@pytest.fixture(scope="module")
def family(registry):
    """Repositories below one prefix, whose names are prefixes of each other or differ in one character."""
    prefix = "c" + uuid.uuid4().hex[:12]
    names = sorted(f"{prefix}{end}" for end in ("", "-a", "/a", "/a-b", "/a/b", "/a0", "/b", "0", ".a", "_a"))
    body = None
    for repo_name in names[::-1]:
        repo = Repo(registry.client, repo_name)
        document = repo.image_document()
        body = encode(document)
        repo.push(body, "v1")
    return prefix, names


def catalog(client, query=""):
    answer = client.get(f"/v2/_catalog{query}")
    assert answer.status == 200, answer
    return answer.json()["repositories"], answer.link_next()


def walk(client, query, until):
    """The names on all pages, up to the page that passes `until`."""
    names, link = catalog(client, query)
    while link and names[-1] <= until:
        answer = client.get(link)
        assert answer.status == 200, answer
        names += answer.json()["repositories"]
        link = answer.link_next()
    return names


@pytest.mark.parametrize("size", [1, 3, 10, 100])
def test_walking_the_pages_visits_every_repository_once_in_order(client, family, size):
    prefix, names = family
    seen = walk(client, f"?n={size}&last={prefix[:-1]}", prefix + "~")
    mine = [name for name in seen if name.startswith(prefix)]
    assert mine == names
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen)


def test_without_n_there_are_at_most_a_hundred(client, family):
    names, _ = catalog(client)
    assert 0 < len(names) <= 100


def test_last_is_exclusive_and_need_not_exist(client, family):
    prefix, names = family
    assert catalog(client, f"?n=2&last={names[2]}")[0] == names[3:5]
    assert catalog(client, f"?n=1&last={prefix[:-1]}")[0][0] <= names[0]


def test_n_zero_is_an_empty_list_without_a_link(client, family):
    assert catalog(client, "?n=0") == ([], None)


@pytest.mark.parametrize("number", ["1001", "100000", "2147483647", "9000000000000000000", "18446744073709551616", "9" * 100])
def test_a_huge_n_is_clamped(client, family, number):
    assert catalog(client, f"?n={number}") == catalog(client, "?n=1000")


@pytest.mark.parametrize("number", ["-1", "x", "1x", "1.5", "1e100", "9" * 100 + "x"])
def test_a_malformed_n_is_400(client, number):
    answer = client.get(f"/v2/_catalog?n={number}")
    assert answer.status == 400, answer
    assert answer.codes() == ["PAGINATION_NUMBER_INVALID"]


def test_a_repository_without_a_manifest_is_not_in_the_catalog(client):
    repo = Repo(client, "c" + uuid.uuid4().hex[:12])
    repo.begin()
    assert repo.name not in catalog(client, f"?n=1&last={repo.name[:-1]}")[0]


def test_maxentries_bounds_a_page_and_the_link_goes_on(registries):
    registry = registries.get({"catalog": {"maxentries": 5}})
    names = sorted(f"{uuid.uuid4().hex}/x" for _ in range(7))
    for repo_name in names:
        Repo(registry.client, repo_name).image("v1")
    page, link = catalog(registry.client, "?n=100000")
    assert page == names[:5] and "n=5" in link
    assert registry.client.get(link).json()["repositories"] == names[5:]
    assert catalog(registry.client, "?n=3")[0] == names[:3]


def test_an_empty_registry_has_an_empty_catalog(registries):
    registry = registries.get({"catalog": {"maxentries": 7}})
    assert catalog(registry.client) == ([], None)
