# SPDX-License-Identifier: MIT
"""Fixtures of the tests of object stores: the servers, once for the whole run."""
import azurite as azurite_server
import pytest
import swiftserver


def started(request, module, server):
    """The server; without it the tests are skipped, or fail where nothing may be missing."""
    why = module.missing()
    if why:
        (pytest.fail if request.config.getoption("--all") else pytest.skip)(why)
    return server()


@pytest.fixture(scope="session")
def swift(request):
    with started(request, swiftserver, swiftserver.Swift) as server:
        yield server


@pytest.fixture(scope="session")
def azurite(request):
    with started(request, azurite_server, azurite_server.Azurite) as server:
        yield server
