# SPDX-License-Identifier: MIT
"""
Where the tests run. If root runs the tests, their servers run as another account, which must be able to enter the tree. If
this account cannot enter a folder above the tree, as /root, the tests run in a copy.
"""
import os
import subprocess
import zlib

import tree
from processes import ACCOUNT, run

COPIES = "/var/cache/berth-tests"


def is_open(path):
    """Whether the account of the servers can read this file or folder."""
    return run(["test", "-r", path], check=False).returncode == 0


def copy_of(top):
    """
    Copies the project's files to a folder that every account can enter; returns its path. The copy stays for the next run,
    which builds only changed files: files keep their times. Files that were removed from the project are removed here too.
    """
    copy = os.path.join(COPIES, f"{os.path.basename(top)}-{zlib.crc32(top.encode()):08x}")
    manifest = os.path.join(copy, "MANIFEST")
    os.makedirs(copy, exist_ok=True)
    names = [name for name in tree.files() if name != "MANIFEST"]
    if os.path.exists(manifest):
        with open(manifest, encoding="utf-8") as f:
            for name in set(f.read().splitlines()) - set(names):
                if os.path.exists(os.path.join(copy, name)):
                    os.unlink(os.path.join(copy, name))
    with open(manifest, "w", encoding="utf-8") as f:
        f.writelines(f"{name}\n" for name in names)
    packed = subprocess.Popen(["tar", "-C", top, "-cf", "-", "--no-recursion", "--mode=a+rX", "-T", manifest],
                              stdout=subprocess.PIPE)
    subprocess.run(["tar", "-C", copy, "-xf", "-", "--no-same-owner"], stdin=packed.stdout, check=True)
    if packed.wait() != 0:
        raise OSError(f"{top} cannot be copied to {copy}")
    return copy
