# SPDX-License-Identifier: MIT
"""Fixtures of the tests of object stores: the servers, once for the whole run, and registries on them."""
import os
import subprocess

import azurite as azurite_server
import gcsserver
import pytest
from ossserver import Oss
import swiftserver
from postgres import scratch_cluster
from stack import ROOT, Berth
from storages import S3


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


@pytest.fixture
def own_swift(request):
    """For tests that stop it."""
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


@pytest.fixture
def oss():
    with Oss() as server:
        yield server


@pytest.fixture(scope="session")
def aliyun_python(request):
    """A python that has Alibaba's own client."""
    done = subprocess.run([os.path.join(ROOT, "tests/tools.sh"), "oss2"], capture_output=True, text=True, check=False, timeout=600)
    if done.returncode != 0:
        give_up(request, done.stderr[-500:])
    return os.path.join(os.path.dirname(done.stdout.strip()), "oss2", "bin", "python")


@pytest.fixture(scope="session")
def google_python(request):
    """A python that has Google's own client."""
    done = subprocess.run([os.path.join(ROOT, "tests/tools.sh"), "google-cloud-storage"], capture_output=True, text=True,
                          check=False, timeout=600)
    if done.returncode != 0:
        give_up(request, done.stderr[-500:])
    return os.path.join(os.path.dirname(done.stdout.strip()), "google-cloud-storage", "bin", "python")


@pytest.fixture(scope="session")
def cluster():
    with scratch_cluster() as made:
        yield made


@pytest.fixture(scope="session")
def small_parts(swift):
    """The S3 API with parts and copies as small as it takes, so that few bytes make many."""
    return S3(swift, chunksize=5 << 20, multipartcopychunksize=5 << 20, multipartcopythresholdsize=6 << 20)


@pytest.fixture
def launch(cluster):
    """launch(keeper, change) starts a registry that ends with the test; its logs must tell of no damage."""
    started = []

    def start(keeper=None, change=None, **options):
        registry = Berth(cluster, options.pop("frontend", "nginx"), change, keeper=keeper, workers=2, upload_workers=1, **options)
        started.append(registry)
        return registry.start()
    yield start
    for registry in sorted(started, key=lambda r: not r.shared):
        registry.stop()
    damage = [line for registry in started for line in registry.damage()]
    for registry in started:
        registry.remove(bool(damage))
    assert not damage, "\n".join(damage)
