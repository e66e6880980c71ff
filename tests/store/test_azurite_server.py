# SPDX-License-Identifier: MIT
"""The emulator verifies what it is sent: otherwise a pass elsewhere would mean nothing."""
from azurite import Azurite


def test_a_wrong_key_is_refused(azurite):
    azurite.container("judge-key")
    azurite.put("judge-key", "a", b"1")
    stranger = Azurite()
    stranger.port, stranger.key = azurite.port, azurite.wrong_key
    assert stranger.request("GET", "judge-key/a")[0] == 403
    assert stranger.request("PUT", "judge-key/b", headers={"x-ms-blob-type": "BlockBlob"}, body=b"2")[0] == 403
    assert azurite.blobs("judge-key") == {"a": 1}


def test_staged_blocks_are_seen_by_the_judge(azurite):
    azurite.container("judge-staged")
    status, _, _ = azurite.request("PUT", "judge-staged/a", {"comp": "block", "blockid": "YWJj"}, body=b"1")
    assert status == 201
    assert azurite.staged("judge-staged", "a") == ["YWJj"]
    assert azurite.blobs("judge-staged") == {}
    assert list(azurite.blobs("judge-staged", staged=True)) == ["a"]
