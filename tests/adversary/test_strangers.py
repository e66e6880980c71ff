# SPDX-License-Identifier: MIT
"""The clients of the fixture `stranger` have no rights in another project. The other tests of this folder rely on this."""
import pytest
from images import absent


@pytest.mark.parametrize("method, path", [("GET", "tags/list"), ("PUT", "manifests/latest"), ("POST", "blobs/uploads/"),
                                          ("GET", f"blobs/{absent()}"), ("DELETE", f"blobs/{absent()}")])
def test_a_stranger_may_do_nothing_to_the_repository_of_another_project(stranger, guarded, method, path):
    repository = guarded.repo()
    repository.image("latest")
    reply = stranger.request(method, f"/v2/{repository.name}/{path}", b"" if method in ("PUT", "POST") else None)
    assert reply.status == 401 and "WWW-Authenticate" in reply.headers
