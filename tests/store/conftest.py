# SPDX-License-Identifier: MIT
"""Fixtures of the tests of object stores: the servers, once for the whole run."""
import os
import subprocess

import azurite as azurite_server
import gcsserver
import pytest
import swiftserver
from stack import ROOT


def give_up(request, why):
    """Without a server the tests are skipped, or fail where nothing may be missing."""
    (pytest.fail if request.config.getoption("--all") else pytest.skip)(why)


def started(request, module, server):
    why = module.missing()
    if why:
        give_up(request, why)
    return server()


@pytest.fixture(scope="session")
def swift(request):
    with started(request, swiftserver, swiftserver.Swift) as server:
        yield server


@pytest.fixture(scope="session")
def azurite(request):
    with started(request, azurite_server, azurite_server.Azurite) as server:
        yield server


@pytest.fixture(scope="session")
def gcs(request):
    with started(request, gcsserver, gcsserver.Gcs) as server:
        yield server


@pytest.fixture(scope="session")
def google_python(request):
    """A python that has Google's own client."""
    done = subprocess.run([os.path.join(ROOT, "tests/tools.sh"), "google-cloud-storage"], capture_output=True, text=True,
                          check=False, timeout=600)
    if done.returncode != 0:
        give_up(request, done.stderr[-500:])
    return os.path.join(os.path.dirname(done.stdout.strip()), "google-cloud-storage", "bin", "python")
