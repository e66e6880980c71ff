# SPDX-License-Identifier: MIT
"""Fixtures of the tests over HTTP: a registry for each front end, a repository for each test, the check of the logs."""
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))

from images import Repo  # noqa: E402
from postgres import scratch_cluster  # noqa: E402
from processes import ACCOUNT  # noqa: E402
from stack import Registries  # noqa: E402
from storages import STORAGES  # noqa: E402

FRONTENDS = {"nginx": ["nginx"], "apache": ["apache"], "both": ["nginx", "apache"]}


def pytest_addoption(parser):
    parser.addoption("--frontend", choices=FRONTENDS, default="both", help="web server in front of the workers")
    parser.addoption("--target", choices=["berth", "debian"], default="berth",
                     help="debian: Debian's docker-registry, to check the tests themselves")
    parser.addoption("--storage", choices=STORAGES, default="filesystem", help="where the registry keeps its blobs")
    parser.addoption("--all", action="store_true", help="a test whose client or server is missing fails instead of being skipped")
    parser.addoption("--keep", action="store_true", help="keep folders and logs of the registries")


def pytest_configure(config):
    config.addinivalue_line("markers", "filesystem: is about the filesystem driver, or reads its folder")
    config.addinivalue_line("markers", "nginx: is about a feature that stock Apache does not have, such as spooling")


def is_left_out(config, item):
    """Whether the storage or the web server of this run lacks the feature that the marker of the test names."""
    if item.get_closest_marker("filesystem") and config.getoption("--storage") != "filesystem":
        return True
    frontend = getattr(item, "callspec", None) and item.callspec.params.get("registries")
    return bool(item.get_closest_marker("nginx")) and frontend == "apache"


def pytest_collection_modifyitems(config, items):
    left_out = [item for item in items if is_left_out(config, item)]
    items[:] = [item for item in items if item not in left_out]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def pytest_generate_tests(metafunc):
    if "registries" in metafunc.fixturenames:
        debian = metafunc.config.getoption("--target") == "debian"
        names = ["direct"] if debian else FRONTENDS[metafunc.config.getoption("--frontend")]
        metafunc.parametrize("registries", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def keeper(request):
    """The storage that --storage names."""
    kind = STORAGES[request.config.getoption("--storage")]
    why_not = kind.why_not()
    if why_not:
        (pytest.fail if request.config.getoption("--all") else pytest.skip)(why_not)
    made = kind()
    yield made
    made.close()


@pytest.fixture(scope="session")
def registries(request, keeper):
    """All registries of the session behind one front end. A crash or a sanitizer's finding in a log is an error at the end."""
    owner = Registries(request.config.getoption("--target"), request.param, keeper)
    yield owner
    ACCOUNT.keep = ACCOUNT.keep or request.config.getoption("--keep")
    damage = owner.close(ACCOUNT.keep)
    ACCOUNT.keep = ACCOUNT.keep or bool(damage)
    assert not damage, "\n\n".join(damage)


@pytest.fixture(scope="session")
def registry(registries):
    """The registry with the default configuration: delete enabled, foreign URLs allowed."""
    return registries.main()


@pytest.fixture(scope="module")
def cluster():
    """PostgreSQL for tests that need no registry or start their own. It is not durable: no test cuts the power."""
    with scratch_cluster() as made:
        yield made


@pytest.fixture
def client(registry):
    return registry.client


@pytest.fixture
def repo(client):
    """A repository that no other test uses; it exists from its first push."""
    return Repo(client)


@pytest.fixture
def other(client):
    """A second repository beside `repo`."""
    return Repo(client)


def pytest_make_parametrize_id(val):
    """Short names for long values."""
    if isinstance(val, bytes):
        val = val.decode("latin-1")
    if isinstance(val, str):
        plain = "".join(c if c.isprintable() and c != "\n" else "?" for c in val)
        return plain if len(plain) <= 50 else f"{plain[:30]}...{len(val)}"
    return None
