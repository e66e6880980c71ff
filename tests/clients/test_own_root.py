# SPDX-License-Identifier: MIT
"""podman and buildah need lib/own_root.py in a chroot whose `/` is a plain folder."""
import os
import subprocess

import own_root
import pytest

FOLDERS = ("dev", "etc", "proc", "run", "sys", "usr", "var")
LINKS = ("bin", "lib", "lib64", "sbin")
BUILD = """set -e
cd /
mkdir -p /tmp/storage/file
options="--root /tmp/storage/root --runroot /tmp/storage/run --storage-driver vfs"
container=$(buildah $options from scratch)
buildah $options add "$container" /etc/hostname /
buildah $options commit "$container" localhost/built:v1
"""


@pytest.fixture
def chroot(scratch):
    """chroot(WORD...) runs a program of this machine in a chroot whose `/` is no mount point. Mounts end with the program."""
    for name in LINKS:
        if os.path.islink(f"/{name}"):
            os.symlink(os.readlink(f"/{name}"), scratch / name)
    for name in (*FOLDERS, "tmp"):
        (scratch / name).mkdir()
    mounts = " && ".join(f"mount --rbind /{name} {scratch}/{name}" for name in FOLDERS)
    (scratch / "tmp" / "own_root.py").write_bytes(open(own_root.__file__, "rb").read())

    def run(*words):
        return subprocess.run(["unshare", "--mount", "sh", "-c", f'{mounts} && exec chroot {scratch} "$@"', "sh", *words],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, check=False)
    return run


def roots(done):
    """Lines of /proc/self/mountinfo whose mount point is `/`."""
    assert done.returncode == 0, done.stdout
    return [line for line in done.stdout.splitlines() if line.split()[4] == "/"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root has chroot")
def test_a_program_gets_a_root_that_is_a_mount_point(chroot):
    mountinfo = "/proc/self/mountinfo"
    assert roots(chroot("cat", mountinfo)) == []
    assert len(roots(chroot("/usr/bin/python3", "/tmp/own_root.py", "/usr/bin/cat", mountinfo))) == 1
    assert roots(chroot("cat", mountinfo)) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root has chroot")
def test_buildah_commits_there(chroot):
    done = chroot("/usr/bin/python3", "/tmp/own_root.py", "/bin/sh", "-c", BUILD)
    assert done.returncode == 0, done.stdout
