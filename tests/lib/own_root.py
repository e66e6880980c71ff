# SPDX-License-Identifier: MIT
"""
Gives a program a `/` that is a mount point. podman and buildah remount `/`, which the kernel refuses (EINVAL) in a chroot whose
`/` is a plain folder. The program runs in a mount namespace of its own, in which the folder is mounted on itself; nothing
outside of the namespace changes.

usage: own_root.py PROGRAM [ARGUMENT...]   needs root; the exit status is the program's
"""
import ctypes
import os
import sys

CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000


def root_is_mounted():
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        return any(line.split()[4] == "/" for line in f)


def prefix():
    """What goes before the command of such a program: nothing where `/` is a mount point."""
    return [] if root_is_mounted() else ["/usr/bin/python3", os.path.realpath(__file__)]


def call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def mount(source, target, flags):
    call("mount", source.encode(), target.encode(), None, ctypes.c_ulong(flags), None)


def leave_chroot():
    """Goes to the root of the mount namespace: a folder above the root of the process leads there."""
    os.chdir("/")
    os.chroot("/proc")
    while not os.path.samestat(os.stat("."), os.stat("..")):
        os.chdir("..")
    os.chroot(".")


def main():
    call("unshare", CLONE_NEWNS)
    root = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    leave_chroot()
    mount("none", "/", MS_REC | MS_PRIVATE)
    os.fchdir(root)
    os.close(root)
    path = os.getcwd()
    mount(path, path, MS_BIND | MS_REC)
    os.chdir(path)  # onto the new mount
    os.chroot(".")
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
