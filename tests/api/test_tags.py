# SPDX-License-Identifier: MIT
"""GET tags/list: order, pages, `n` and `last`."""
from urllib.parse import quote

import pytest

from images import Repo, encode

NAMES = ["A", "B-1", "Z", "_", "a", "a-b", "a.b", "a1", "a10", "a2", "aa", "latest", "v1", "v1.0", "v1.0.1"]


@pytest.fixture(scope="module")
def full(registry):
    """A repository with NAMES as tags, pushed out of order."""
    repo = Repo(registry.client)
    body = encode(repo.image_document())
    for tag in NAMES[::2] + NAMES[1::2]:
        repo.push(body, tag)
    return repo


def page(repo, query):
    answer = repo.client.get(repo.tags_url + query)
    assert answer.status == 200, answer
    assert answer.json()["name"] == repo.name
    return answer.json()["tags"], answer.link_next()


def test_without_parameters_all_tags_come_in_byte_order(full):
    assert page(full, "") == (sorted(NAMES), None)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 14, 15, 16, 1000])
def test_following_the_links_visits_each_tag_once_in_order(full, size):
    seen, link = [], f"{full.tags_url}?n={size}"
    while link:
        answer = full.client.get(link)
        assert answer.status == 200, answer
        tags = answer.json()["tags"]
        assert len(tags) <= size
        link = answer.link_next()
        assert len(tags) == size or not link
        seen += tags
        assert len(seen) <= len(NAMES), "pages overlap"
    assert seen == sorted(NAMES)


def test_no_link_leads_to_an_empty_page(full):
    link = f"{full.tags_url}?n=5"
    while link:
        answer = full.client.get(link)
        assert answer.json()["tags"]
        link = answer.link_next()


@pytest.mark.parametrize("last", ["0", "A", "AA", "Z", "_", "a", "a.b", "a1", "b", "latest", "v1.0.1", "zzz", "~"])
def test_last_is_exclusive_and_need_not_exist(full, last):
    wanted = [tag for tag in sorted(NAMES) if tag > last]
    assert page(full, f"?last={last}")[0] == wanted
    assert page(full, f"?n=4&last={last}")[0] == wanted[:4]


def test_n_zero_is_an_empty_list_without_a_link(full):
    assert page(full, "?n=0") == ([], None)


@pytest.mark.parametrize("number", ["10000", "9999", "15"])
def test_ten_thousand_per_page_are_granted(full, number):
    assert page(full, f"?n={number}") == (sorted(NAMES), None)


@pytest.mark.parametrize("number", ["10001", "2147483647", "2147483648", "9000000000000000000", "18446744073709551616", "9" * 100])
def test_a_huge_n_is_clamped(full, number):
    assert page(full, f"?n={number}") == (sorted(NAMES), None)


@pytest.mark.parametrize("number", ["-1", "x", "", "1x", "0x10", "1.5", "1e3", "%20", "%00", "+5", "١"])
def test_a_malformed_n_is_400(full, number):
    answer = full.client.get(f"{full.tags_url}?n={quote(number, safe='%+')}")
    if number == "" and answer.status == 200:
        return
    assert answer.status == 400, answer
    assert answer.codes() == ["URI_INVALID" if number == "%00" else "PAGINATION_NUMBER_INVALID"]


@pytest.mark.parametrize("last", ["%00", "%0d%0aX-Injected:%20yes", "%ff", "a" * 129, "a" * 4000, "'%20OR%201=1--", "%22%3e"])
def test_an_odd_last_is_answered_and_never_reflected_raw(full, last):
    answer = full.client.get(f"{full.tags_url}?n=2&last={last}")
    assert answer.status in (200, 400, 414), answer
    assert answer.header("X-Injected") is None


def test_the_link_carries_n_and_last_and_stays_on_the_same_list(full):
    link = page(full, "?n=2")[1]
    assert link.split("?")[0].endswith(f"/v2/{full.name}/tags/list")
    assert "n=2" in link and "last=B-1" in link


def test_the_tags_of_an_unknown_repository_are_404_name_unknown(client):
    answer = client.get(Repo(client).tags_url)
    assert answer.status == 404
    assert answer.codes() == ["NAME_UNKNOWN"]


def test_a_repository_whose_tags_are_all_gone_lists_none(client, repo):
    repo.image("v1")
    assert client.delete(repo.manifest_url("v1")).status == 202
    assert repo.tags() == []


def test_tags_whose_names_begin_with_another_are_all_listed(client, repo):
    body = encode(repo.image_document())
    for tag in ("a", "aa", "a-a", "a.a", "a_a", "A"):
        repo.push(body, tag)
    assert repo.tags() == sorted(["a", "aa", "a-a", "a.a", "a_a", "A"])


def test_the_answer_is_json(full):
    assert full.client.get(full.tags_url).header("Content-Type").startswith("application/json")
