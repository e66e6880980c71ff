# SPDX-License-Identifier: MIT
"""Fixtures of the client tests: the clients, and images made from files of this machine."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import layouts
import own_root
from images import name
from processes import environment, program

CACHE = os.environ.get("BERTH_TEST_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "berth-tests")

REMOUNTING = ("podman", "buildah")  # they remount /


class Tool:
    """A client program. A call runs it with arguments and returns its output. If the program fails, the test fails."""

    def __init__(self, path, prefix, env, launcher=()):
        self.path, self.prefix, self.env, self.launcher = path, prefix, env, launcher

    def __call__(self, *words, cwd=None, ok=True, seconds=300, after_prefix=True, stdin=None):
        command = [*self.launcher, self.path, *(self.prefix if after_prefix else []), *[str(word) for word in words]]
        done = subprocess.run(command, capture_output=True, text=True, env=self.env, cwd=cwd or "/", timeout=seconds,
                              **({"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}), check=False)
        if ok:
            assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
            return done.stdout
        assert done.returncode != 0, f"{' '.join(command)} succeeded:\n{done.stdout}"
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def tool(request, tmp_path_factory):
    """tool(name, *prefix) returns a Tool. If the client is missing, the test is skipped; under --all it fails."""
    home = tmp_path_factory.mktemp("home")
    env = environment(HOME=str(home), XDG_RUNTIME_DIR=str(home), TMPDIR=str(tmp_path_factory.mktemp("tmp")))

    give_up = pytest.fail if request.config.getoption("--all") else pytest.skip

    def find(wanted, *prefix):
        path = program(wanted, os.path.join(CACHE, "bin"))
        if not path:
            give_up(f"the client {wanted} is missing")
        launcher = own_root.prefix() if wanted in REMOUNTING else []
        if launcher and subprocess.run([*launcher, "/bin/true"], check=False).returncode != 0:
            give_up(f"{wanted} needs a / that is a mount point, and this machine allows no mount")
        return Tool(path, list(prefix), env, launcher)
    return find


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    """An OCI layout on disk: an index of two platforms. Each image has a gzip layer and a zstd layer."""
    return layouts.multi_arch(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="session")
def gzip_image(tmp_path_factory):
    """The same with gzip layers only, for clients and formats that do not know zstd."""
    return layouts.multi_arch(tmp_path_factory.mktemp("gzip"), packers=("gzip", "gzip"))


@pytest.fixture
def where(client):
    """host:port/name: a reference without a tag, to a repository that no other test uses."""
    return f"{client.netloc}/{name('clients')}"


@pytest.fixture
def scratch():
    """A folder with a short name (podman's limit is 50 bytes), removed right after the test: images are large."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bc."))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
