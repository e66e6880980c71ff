# SPDX-License-Identifier: MIT
"""`make install` installs all files that the documents name, and systemd makes the accounts and folders."""
import os
import re
import subprocess

import pytest
from processes import ACCOUNT, environment, program, run
from stack import build_folder


@pytest.fixture(scope="module")
def installed():
    """DESTDIR of an installation of the build under test."""
    root = ACCOUNT.scratch()
    os.chown(root, os.getuid(), os.getgid())  # systemd-tmpfiles refuses a path through a folder of another account
    subprocess.run(["make", "--silent", "install", f"DESTDIR={root}"], cwd=build_folder(), env=environment(), check=True,
                   capture_output=True)
    return root


def read(installed, name):
    with open(os.path.join(installed, "usr/local", name), encoding="utf-8") as f:
        return f.read()


def test_programs_documents_samples_and_licence_are_installed(installed):
    for name in ("bin/berth", "bin/registry", "bin/registry.fcgi", "bin/token.fcgi", "share/man/man1/berth.1",
                 "share/doc/berth/README.md", "share/doc/berth/LICENSE", "share/doc/berth/conf/README.md",
                 "share/doc/berth/conf/AUTH.md", "share/doc/berth/conf/CONFIGURATION.md", "share/doc/berth/conf/OPERATIONS.md",
                 "share/doc/berth/conf/STORAGE.md", "share/doc/berth/conf/config.yml", "share/doc/berth/conf/storage-s3.yml",
                 "lib/sysusers.d/berth.conf", "lib/tmpfiles.d/berth.conf"):
        assert os.path.isfile(os.path.join(installed, "usr/local", name)), name
    assert "Permission is hereby granted" in read(installed, "share/doc/berth/LICENSE")


def test_the_installed_sample_is_a_configuration(installed):
    done = run([os.path.join(installed, "usr/local/bin/berth"), "check-config",
                os.path.join(installed, "usr/local/share/doc/berth/conf/config.yml")], check=False)
    assert done.returncode == 0, done.stderr


def test_the_manual_names_every_command(installed):
    overview = run([os.path.join(installed, "usr/local/bin/berth"), "help"]).stdout
    commands = re.findall(r"(?m)^  (\S+)", overview)
    page = re.sub(r"\\", "", read(installed, "share/man/man1/berth.1"))
    assert len(commands) > 10 and [name for name in commands if not re.search(rf"(?m)^\.(B|BR) .*\b{name}\b", page)] == []


def test_the_manual_has_no_warnings(installed):
    if not program("groff"):
        pytest.skip("groff is not installed")
    done = run(["groff", "-t", "-man", "-Tutf8", "-ww", os.path.join(installed, "usr/local/share/man/man1/berth.1")])
    assert done.stderr == ""


@pytest.mark.parametrize("command, lists", [
    ("systemd-sysusers", ["etc/passwd", "berth:", "berth-token:", "berth-database:"]),
    ("systemd-tmpfiles --create", ["etc/group", "berth:"]),
])
def test_systemd_makes_the_accounts_and_folders(installed, command, lists):
    words = command.split()
    if not program(words[0]) or os.getuid() != 0:
        pytest.skip(f"needs root and {words[0]}")
    os.makedirs(os.path.join(installed, "etc"), exist_ok=True)
    for one in (["systemd-sysusers"], words):
        subprocess.run([*one, f"--root={installed}", "berth.conf"], env=environment(), check=True)
    with open(os.path.join(installed, lists[0]), encoding="utf-8") as f:
        names = f.read()
    assert [name for name in lists[1:] if f"\n{name}" not in "\n" + names] == []
    if "tmpfiles" in command:
        keys, root = (os.stat(os.path.join(installed, name)) for name in ("etc/berth/keys", "var/lib/registry"))
        assert (keys.st_mode & 0o7777, root.st_mode & 0o7777) == (0o750, 0o750)
        assert keys.st_gid == root.st_gid and keys.st_uid != root.st_uid and root.st_uid != 0
