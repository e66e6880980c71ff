# SPDX-License-Identifier: MIT
"""The columns that a push computes from a manifest: digest of the config, and total size of the blobs below the manifest."""
import json

from images import (EMPTY_JSON, OCI_EMPTY, OCI_FOREIGN, OCI_INDEX, OCI_MANIFEST, OCTETS, absent, blob, descriptor, encode, index)


def rows(registry, repo):
    """Two maps {digest: (digest of the config or "", total size)}: from the rows, and computed in SQL from the documents."""
    text = "coalesce('sha256:' || encode(substr({}, 2), 'hex'), '')"
    found = registry.cluster.sql(
        f"SELECT {text.format('m.digest')}, {text.format('m.config_digest')}, m.total_size, {text.format('d.config_digest')},"
        " d.total_size FROM manifest m JOIN repository r ON r.id = m.repository_id,"
        f" LATERAL describe_manifest(m.repository_id, m.payload) d WHERE r.path = '{repo.name}'", registry.database)
    return ({row[0]: (row[1], int(row[2])) for row in found}, {row[0]: (row[3], int(row[4])) for row in found})


def total(document):
    return sum(part["size"] for part in {part["digest"]: part for part in [document["config"], *document["layers"]]}.values())


def test_the_row_of_a_push_has_the_config_and_the_size(registry, repo):
    documents = [repo.image_document(layers) for layers in (1, 3)]
    documents[1]["layers"].append(documents[1]["layers"][0])  # named twice in the document, counted once in the size
    repo.push_blob(EMPTY_JSON)
    empty = descriptor(EMPTY_JSON, OCI_EMPTY)
    documents.append({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": empty, "layers": [empty], "annotations": {"a": "\0"}})
    documents.append({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": empty, "layers": [
        {"mediaType": OCI_FOREIGN, "digest": absent(), "size": 12345, "urls": ["https://example.com/layer"]}]})
    expected = {repo.push(document): (document["config"]["digest"], total(document)) for document in documents}
    one, three = [(encode(document), OCI_MANIFEST) for document in documents[:2]]
    both = index([one, three, one])
    expected[repo.push(both)] = ("", total(documents[0]) + total(documents[1]))
    expected[repo.push(index([(encode(both), OCI_INDEX), three]))] = ("", total(documents[0]) + 2 * total(documents[1]))
    expected[repo.push(index([]))] = ("", 0)
    cached = blob(700)  # BuildKit lists the layers of its cache in an index
    repo.push_blob(cached)
    cache = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [descriptor(cached, OCTETS)]}
    expected[repo.push(cache)] = ("", 700)
    pushed, read = rows(registry, repo)
    assert pushed == expected
    assert read == expected


def test_a_second_push_changes_nothing_in_the_row(registry, repo):
    reference, body = repo.image("a")
    before = rows(registry, repo)
    repo.push(json.loads(body), "b")
    assert rows(registry, repo) == before and list(before[0]) == [reference]
