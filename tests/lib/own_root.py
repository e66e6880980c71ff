# SPDX-License-Identifier: MIT
"""
Runs a program with a `/` that is a mount point. podman and buildah remount `/`; the kernel refuses this (EINVAL) in a chroot
whose `/` is a plain folder. The program runs in a new mount namespace, in which the folder is mounted on itself. The change is
not visible outside of this namespace.

usage: own_root.py PROGRAM [ARGUMENT...]   needs root; exits with the status of the program
"""
import ctypes
import os
import sys

CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000


def root_is_mounted():
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        return any(line.split()[4] == "/" for line in f)


def prefix():
    """The words to put before the command of such a program; none if `/` is a mount point."""
    return [] if root_is_mounted() else ["/usr/bin/python3", os.path.realpath(__file__)]


def call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def mount(source, target, flags):
    call("mount", source.encode(), target.encode(), None, ctypes.c_ulong(flags), None)


def leave_chroot():
    """Changes to the root of the mount namespace, by way of a folder above the root of the process."""
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
