# SPDX-License-Identifier: MIT
"""Fixtures of the tests of object stores: the servers, once for the whole run."""
import pytest
from swiftserver import Swift, missing


@pytest.fixture(scope="session")
def swift(request):
    why = missing()
    if why:
        (pytest.fail if request.config.getoption("--all") else pytest.skip)(why)
    with Swift() as server:
        yield server
