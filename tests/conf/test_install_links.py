# SPDX-License-Identifier: MIT
"""
`make install` by root among symbolic links that another account has planted: in a folder of the installation tree that the
account owns, and in root's folders, under the names that the installation writes. No file of root changes.
"""
import os
import shutil
import subprocess

import pytest
from processes import ACCOUNT, environment
from stack import build_folder

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root")

TEXT = "root's, and to stay as it is\n"


def install(root, *words):
    return subprocess.run(["make", "--silent", "install", f"DESTDIR={root}", *words], cwd=build_folder(), env=environment(),
                          check=False, capture_output=True, text=True, timeout=600)


def seen(folder):
    """{path: (owner, group, mode, text)} of all entries below the folder."""
    found = {}
    for base, _, files in os.walk(folder):
        for path in [base, *(os.path.join(base, name) for name in files)]:
            info = os.lstat(path)
            with open(path if path != base else os.devnull, encoding="utf-8") as f:
                found[path] = info.st_uid, info.st_gid, info.st_mode, f.read()
    return found


class Victim:
    """A file and a folder of root, the targets of the links."""

    def __init__(self):
        self.top = ACCOUNT.roots_scratch()
        self.file, self.folder = os.path.join(self.top, "file"), os.path.join(self.top, "folder")
        os.mkdir(self.folder)
        for path in (self.file, os.path.join(self.folder, "README.md"), os.path.join(self.folder, "berth")):
            with open(path, "w", encoding="utf-8") as f:
                f.write(TEXT)
        self.before = seen(self.top)

    def plant(self, path):
        """Replaces the path by a link that the account owns."""
        target = self.folder if os.path.isdir(path) else self.file
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
        os.symlink(target, path)
        os.lchown(path, ACCOUNT.uid, ACCOUNT.gid)

    def is_unharmed(self):
        return seen(self.top) == self.before


@pytest.fixture(scope="module")
def installed():
    root = ACCOUNT.roots_scratch()
    done = install(root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def tree(installed):
    """A copy of the installation."""
    root = os.path.join(ACCOUNT.roots_scratch(), "root")
    subprocess.run(["cp", "-a", installed, root], check=True)
    return root


FOLDERS = ["usr", "usr/local/bin", "usr/local/lib", "usr/local/lib/tmpfiles.d", "usr/local/share/doc/berth",
           "usr/local/share/doc/berth/conf", "usr/local/share/man/man1"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_links_in_a_folder_of_another_account_lead_nowhere(tree, folder):
    path, victim = os.path.join(tree, folder), Victim()
    os.lchown(path, ACCOUNT.uid, ACCOUNT.gid)
    for name in os.listdir(path):
        victim.plant(os.path.join(path, name))
    done = install(tree)
    assert victim.is_unharmed()
    assert done.returncode != 0 and f"{path} belongs to {ACCOUNT.name}" in done.stderr, done.stderr


@pytest.mark.parametrize("name", FOLDERS)
def test_a_link_of_another_account_in_a_folder_of_root_leads_nowhere(tree, name):
    path, victim = os.path.join(tree, name), Victim()
    victim.plant(path)
    done = install(tree)
    assert victim.is_unharmed()
    assert done.returncode != 0 and f"{path} belongs to {ACCOUNT.name}" in done.stderr, done.stderr


def test_links_under_the_names_of_files_give_way(tree):
    victim, planted = Victim(), []
    for base, _, files in os.walk(tree):
        planted += [os.path.join(base, name) for name in files if name != "registry"]
    for path in planted:
        victim.plant(path)
    done = install(tree)
    assert done.returncode == 0, done.stderr
    assert victim.is_unharmed()
    assert [path for path in planted if os.path.islink(path)] == []


def test_a_link_to_a_folder_under_the_name_registry_gives_way(tree):
    victim, path = Victim(), os.path.join(tree, "usr/local/bin/registry")
    os.unlink(path)
    os.symlink(victim.folder, path)
    done = install(tree)
    assert done.returncode == 0, done.stderr
    assert victim.is_unharmed()
    assert os.readlink(path) == "berth"


def test_a_folder_that_everybody_may_write_is_refused(tree):
    path = os.path.join(tree, "usr/local/bin")
    os.chmod(path, 0o777)
    done = install(tree)
    assert done.returncode != 0 and f"{path} may be written by every account" in done.stderr, done.stderr


def test_root_s_own_links_and_folders_of_a_group_are_followed(tree):
    path = os.path.join(tree, "usr/local/share/doc")
    os.rename(path, os.path.join(tree, "docs"))
    os.symlink("../../../docs", path)
    os.chmod(os.path.join(tree, "usr/local"), 0o2775)
    done = install(tree)
    assert done.returncode == 0, done.stderr
    assert os.path.isfile(os.path.join(tree, "docs/berth/README.md"))
