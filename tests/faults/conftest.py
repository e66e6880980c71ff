# SPDX-License-Identifier: MIT
"""Fixtures of the fault tests: a separate registry for each test, on a PostgreSQL with fsync on.

Environment: BERTH_BUILD, the build under test; BERTH_RELEASE, a build without sanitizers; BERTH_FAULT_SECONDS (60), the
length of a run of the consistency harness; BERTH_FAULT_SEED; BERTH_MEMORY_REQUESTS (100000).
"""
import os
import shutil
import sys

import pytest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

import lab  # noqa: E402


def pytest_report_header():
    return f"faults: seed {lab.SEED}, {lab.SECONDS:g} s"


@pytest.fixture(scope="session", autouse=True)
def umask():
    """Makes the folder of a test readable for the account of the servers."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _postmaster():
    if not os.environ.get("BERTH_BUILD"):
        pytest.skip("SKIPPED: BERTH_BUILD names no build of Berth")
    cluster = lab.Postmaster()
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(os.path.dirname(cluster.data), ignore_errors=True)


@pytest.fixture(scope="session")
def shared_cluster():
    """A cluster for tests that do not stop PostgreSQL."""
    yield from _postmaster()


@pytest.fixture
def own_cluster():
    """A cluster for tests that kill PostgreSQL."""
    yield from _postmaster()


@pytest.fixture
def launch(request, keeper):
    """launch(cluster, frontend, ...) starts a registry, which ends with the test. A crash in its logs fails the test."""
    started = []

    def start(cluster, frontend="nginx", kind=lab.Berth, **options):
        options.setdefault("keeper", keeper)
        registry = kind(cluster, frontend, **options)
        started.append(registry)
        return registry.start()
    yield start
    for registry in sorted(started, key=lambda r: not r.shared):
        registry.stop()
    damage = [line for registry in started for line in registry.damage()]
    keep = request.config.getoption("--keep", default=False)
    for registry in started:
        registry.remove(keep or bool(damage))
    assert not damage, "\n".join(damage)


@pytest.fixture(params=["nginx", "apache"])
def registry(request, launch, shared_cluster):
    """Behind NGINX bodies are spooled, behind Apache they are streamed."""
    return launch(shared_cluster, request.param)


@pytest.fixture
def behind_nginx(launch, shared_cluster):
    return launch(shared_cluster, "nginx")
