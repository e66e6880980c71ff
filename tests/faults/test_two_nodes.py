# SPDX-License-Identifier: MIT
"""Two nodes with one database and one storage: an upload uses both nodes, and each race has one winner."""
import pytest

from images import OCI_MANIFEST, OCTETS, Repo, blob, digest, encode, with_query
from processes import wait_until
from races import at_once
from uploader import held

RACES = 40


@pytest.fixture(params=[("nginx", "nginx"), ("apache", "nginx")], ids="+".join)
def nodes(request, launch, shared_cluster):
    first = launch(shared_cluster, request.param[0])
    return first, launch(shared_cluster, request.param[1], beside=first)


def target_at(node, location):
    return node.client.target(location)


def test_chunks_alternate_between_nodes(nodes):
    name = Repo(nodes[0].client).name
    repos = [Repo(node.client, name) for node in nodes]
    data = blob(500000)
    where = target_at(nodes[0], repos[0].begin())
    for at in range(10):
        node, part = nodes[at % 2], data[at * 50000:(at + 1) * 50000]
        answer = node.client.patch(where, part, {"Content-Type": OCTETS,
                                                 "Content-Range": f"{at * 50000}-{at * 50000 + len(part) - 1}"})
        assert answer.status == 202 and held(answer) == (at + 1) * 50000, answer
        assert held(nodes[(at + 1) % 2].client.get(where)) == (at + 1) * 50000
        where = target_at(node, answer.location)
    assert nodes[1].client.put(with_query(where, digest=digest(data))).status == 201
    for repo in repos:
        assert repo.client.get(repo.blob_url(digest(data))).body == data


def test_both_finish_at_once_and_one_wins(nodes):
    name = Repo(nodes[0].client).name
    repos = [Repo(node.client, name) for node in nodes]
    for _ in range(RACES):
        data = blob(20000)
        where = target_at(nodes[0], repos[0].begin())
        assert nodes[0].client.patch(where, data, {"Content-Type": OCTETS}).status == 202
        answers = at_once(*[lambda node=node: node.client.put(with_query(where, digest=digest(data))) for node in nodes])
        assert sorted(a.status for a in answers) == [201, 404], answers
        for repo in repos:
            assert repo.client.get(repo.blob_url(digest(data))).body == data
    rows = nodes[0].sql(f"SELECT count(*) FROM repository_blob JOIN repository ON id = repository_id WHERE path = '{name}'")
    assert rows == [[str(RACES)]]
    assert nodes[0].sql("SELECT count(*) FROM upload") == [["0"]]


def test_both_send_the_same_chunk_and_one_is_taken(nodes):
    repo = Repo(nodes[0].client)
    for _ in range(RACES):
        data = blob(30000)
        where = target_at(nodes[0], repo.begin())
        headers = {"Content-Type": OCTETS, "Content-Range": "0-19999"}
        answers = at_once(*[lambda node=node: node.client.patch(where, data[:20000], headers) for node in nodes])
        assert sorted(a.status for a in answers) == [202, 416], answers
        assert held(nodes[1].client.get(where)) == 20000
        answer = nodes[1].client.put(with_query(where, digest=digest(data)), data[20000:], {"Content-Type": OCTETS})
        assert answer.status == 201, answer
        assert nodes[0].client.get(repo.blob_url(digest(data))).body == data


def test_the_same_blob_and_manifest_at_both_at_once(nodes):
    """Two pushes of the same content do not conflict: both are acknowledged."""
    name = Repo(nodes[0].client).name
    repos = [Repo(node.client, name) for node in nodes]
    for _ in range(RACES // 2):
        data = blob(5000)
        assert at_once(*[lambda repo=repo: repo.push_blob(data) for repo in repos]) == [digest(data)] * 2
        document = encode(repos[0].image_document())
        answers = at_once(*[lambda repo=repo: repo.put("v1", document, OCI_MANIFEST) for repo in repos])
        assert [a.status for a in answers] == [201, 201], answers
        assert repos[1].client.get(repos[1].manifest_url("v1")).body == document


def test_tag_moves_against_deletes_on_two_nodes(nodes):
    """The deletion of a tag's old manifest does not remove a tag that was moved to a new manifest."""
    name = Repo(nodes[0].client).name
    repos = [Repo(node.client, name) for node in nodes]
    documents = [encode(repos[0].image_document()) for _ in range(2)]
    for _ in range(RACES):
        repos[0].push(documents[0], "v1")
        moved, deleted = at_once(lambda: repos[0].put("v1", documents[1], OCI_MANIFEST),
                                 lambda: repos[1].client.delete(repos[1].manifest_url(digest(documents[0]))))
        assert moved.status == 201 and deleted.status == 202, (moved, deleted)
        assert repos[1].client.get(repos[1].manifest_url("v1")).body == documents[1]


def test_a_delete_at_one_node_is_seen_at_the_other(nodes):
    """Nodes cache manifests by digest without expiry, and notify each other of deletions."""
    name = Repo(nodes[0].client).name
    repos = [Repo(node.client, name) for node in nodes]
    for _ in range(RACES // 2):
        reference, body = repos[0].image("v1")
        url = repos[1].manifest_url(reference)
        for _ in range(8):
            assert repos[1].client.get(url).body == body
        assert repos[0].client.delete(repos[0].manifest_url(reference)).status == 202
        assert repos[0].client.get(url).status == 404, "the node of the deletion still serves the manifest"
        wait_until(lambda url=url: all(repos[1].client.get(url).status == 404 for _ in range(8)), "the delete")
        assert all(repos[1].client.get(url).status == 404 for _ in range(16)), "the manifest came back"
