# SPDX-License-Identifier: MIT
"""The tarball of `make dist` has the whole project: it builds, passes the checks, and makes the same tarball again."""
import os
import subprocess
import tarfile

import pytest
from stack import ROOT


def make(folder, *words, seconds=1800):
    done = subprocess.run(["make", f"-j{os.cpu_count()}", *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stdout[-8000:]


def configure(source, folder):
    os.makedirs(folder, exist_ok=True)
    subprocess.run([os.path.join(source, "configure"), "--quiet"], cwd=folder, check=True, stdin=subprocess.DEVNULL)


def packed(folder):
    """Makes a release in a configured tree; returns (the tarball, the names of its files)."""
    make(folder, "dist")
    tarball = next(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".tar.gz"))
    with tarfile.open(tarball) as tar:
        return tarball, {member.name.partition("/")[2] for member in tar if not member.isdir()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A configured tree outside of the sources."""
    folder = tmp_path_factory.mktemp("dist")
    configure(ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def release(tree, tmp_path_factory):
    """An unpacked release."""
    folder = tmp_path_factory.mktemp("release")
    subprocess.run(["tar", "-xf", packed(tree)[0], "-C", folder, "--strip-components=1"], check=True)
    return folder


def test_a_release_holds_every_file_of_the_project(tree):
    manifest = os.path.join(ROOT, "MANIFEST")
    listed = ["cat", manifest] if os.path.exists(manifest) else ["git", "-C", ROOT, "ls-files", "--cached"]
    files = set(subprocess.run(listed, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines())
    assert len(files) > 500
    assert files - packed(tree)[1] == set()


def test_a_release_packs_itself_without_git(tree, release):
    """The release is made in the source folder, beside objects and other products of a build."""
    configure(release, release)
    make(release, "libbase.a")
    assert packed(release)[1] == packed(tree)[1]


def test_the_checks_of_the_sources_pass_in_a_release(release):
    """The checks also pass beside a build in the folder of the release."""
    done = subprocess.run([release / "tests/meta/run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_a_release_builds_checks_installs_and_uninstalls(tree):
    """automake's distcheck: read-only sources, a separate build folder, `make check`, DESTDIR, no files left after uninstall."""
    make(tree, "distcheck", "DISTCHECK_CONFIGURE_FLAGS=CFLAGS='-O0 -U_FORTIFY_SOURCE'")  # fast to build
