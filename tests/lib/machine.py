# SPDX-License-Identifier: MIT
"""
Fresh machines: Debian releases made by debootstrap, with systemd as process 1, each in its own namespaces.

The network of a machine has no route to any other machine. `download` fetches the packages that a test will install; apt-get
on the machine then finds them. Base systems and packages stay in the tests' cache.
"""
import os
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request

from processes import wait_until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(os.environ.get("BERTH_TEST_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "berth-tests"), "fresh")
INCLUDED = "systemd,systemd-sysv,dbus,ca-certificates"
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}

# The first shell makes a cgroup for the machine and removes it at the end; the second one is the machine's process 1.
OUTER = """
set -u
mount --make-rprivate /
mount -t cgroup2 cgroup2 /mnt || exit 1
group=/mnt/berth-fresh-$$
mkdir "$group"
(

    echo "$BASHPID" >"$group/cgroup.procs"
    exec unshare --mount --pid --fork --kill-child --cgroup --net --uts --ipc bash -c "$INNER" bash "$1"
)
while [ -d "$group" ] && ! find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.1; done
"""
INNER = """
set -eu
root=$1
umount /mnt
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs $folder; done
chmod 1777 tmp
mkdir dev/pts dev/shm
for device in null zero full random urandom tty; do touch dev/$device; mount --bind /dev/$device dev/$device; done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${stream%:*}" "dev/${stream#*:}"; done
pivot_root . mnt
umount -l /mnt
exec env -i container=berth-test /lib/systemd/systemd </dev/null >/dev/null 2>&1
"""


class Missing(Exception):
    """This machine cannot start a fresh machine; the text gives the reason."""


def mirror(release):
    """The first archive in this machine's apt sources that has the release."""
    text = ""
    for folder, _, names in os.walk("/etc/apt"):
        for name in names:
            if name.endswith((".list", ".sources")):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    text += re.sub("(?m)#.*$", "", f.read()) + "\n"
    for address in dict.fromkeys(re.findall(r"https?://[^\s\]]+", text)):
        try:
            with urllib.request.urlopen(f"{address.rstrip('/')}/dists/{release}/InRelease", timeout=60) as answer:
                if b"\nOrigin: Debian\n" in answer.read(4096):
                    return address
        except (urllib.error.URLError, OSError):
            continue
    raise Missing(f"no archive in this machine's apt sources has {release}")


def niced(*words, seconds=900):
    done = subprocess.run(["nice", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **ENVIRONMENT}, timeout=seconds, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stdout[-2000:]}"
    return done.stdout


def base_system(release):
    """The path of a tar file with the base system of a release, from the cache."""
    packed = os.path.join(CACHE, f"{release}.tar")
    if os.path.exists(packed):
        return packed
    if not shutil.which("debootstrap"):
        raise Missing("debootstrap is missing")
    where, folder, debs = mirror(release), os.path.join(CACHE, f"{release}.new"), os.path.join(CACHE, release)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(debs, exist_ok=True)
    niced("debootstrap", "--variant=minbase", "--include=" + INCLUDED, "--cache-dir=" + debs, release, folder, where)
    niced("tar", "-C", folder, "--exclude=./var/cache/apt/archives/*.deb", "-cf", packed + ".new", ".")
    os.rename(packed + ".new", packed)
    shutil.rmtree(folder)
    return packed


def sources():
    """The files of the project in their current state: tracked files and files git would add; without git, all but the build."""
    said = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=False)
    if said.returncode == 0:
        return [name for name in said.stdout.splitlines() if os.path.lexists(os.path.join(TOP, name))]
    found = []
    for folder, folders, names in os.walk(TOP):
        folders[:] = [name for name in folders if name not in ("build", "results", "var", "autom4te.cache", "__pycache__")]
        found += [os.path.relpath(os.path.join(folder, name), TOP) for name in names]
    return found


class Machine:
    """A fresh machine of a release. `close` stops and removes the machine."""

    def __init__(self, release, folder):
        self.release, self.root, self.outer, self.pid = release, os.path.join(folder, "root"), None, None
        os.makedirs(self.root)
        os.chmod(self.root, 0o755)
        niced("tar", "-C", self.root, "-xpf", base_system(release))
        self.debs = os.path.join(CACHE, release)
        niced("cp", "-a", self.debs + "/.", self.path("var/cache/apt/archives"))

    def path(self, name):
        return os.path.join(self.root, name.lstrip("/"))

    def add_sources(self, folder):
        """Copies the project to a folder of the machine."""
        for name in sources():
            target = os.path.join(self.path(folder), name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(os.path.join(TOP, name), target, follow_symlinks=False)

    def download(self, *packages):
        """Downloads packages and their dependencies over this machine's network, for a later installation."""
        shutil.copy("/etc/resolv.conf", self.path("etc/resolv.conf"))
        niced("chroot", self.root, "apt-get", "-qq", "update")
        niced("chroot", self.root, "apt-get", "-qq", "-y", "--download-only", "--no-install-recommends", "install", *packages)
        for name in os.listdir(self.path("var/cache/apt/archives")):
            if name.endswith(".deb") and not os.path.exists(os.path.join(self.debs, name)):
                shutil.copy(self.path("var/cache/apt/archives/" + name), self.debs)

    def boot(self):
        self.outer = subprocess.Popen(["nice", "unshare", "--mount", "bash", "-c", OUTER, "bash", self.root],
                                      env={**os.environ, "INNER": INNER}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True)
        self.pid = wait_until(self._find_init, "process 1 of the machine", 60)
        wait_until(self._has_booted, "the boot of the machine", 120)

    def _find_init(self):
        if self.outer.poll() is not None:
            raise Missing("no machine can be started here: " + self.outer.stdout.read())
        pid = self.outer.pid
        for _ in range(2):
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
                children = f.read().split()
            if not children:
                return None
            pid = int(children[0])
        with open(f"/proc/{pid}/comm", encoding="ascii") as f:
            return pid if f.read() == "systemd\n" else None

    def _has_booted(self):
        return self.shell("systemctl is-system-running", ok=False).stdout.strip() in ("running", "degraded")

    def words(self, script, user=None):
        """The command line that runs a bash script on the machine, as root or as another user."""
        become = ["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups"] if user else []
        pairs = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        return ["nsenter", "--target", str(self.pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--", "env", "-i", *pairs,
                *become, "bash", "-c", script]

    def shell(self, script, user=None, ok=True, seconds=900, text=None):
        """Runs a bash script. If the script fails, the test fails with its output and the end of the journal."""
        done = subprocess.run(self.words(script, user), capture_output=True, text=True, errors="replace", timeout=seconds, check=False,
                              **({"stdin": subprocess.DEVNULL} if text is None else {"input": text}))
        if ok and done.returncode != 0:
            journal = self.shell("journalctl --no-pager -n 60", ok=False).stdout
            raise AssertionError(f"{script}\n-> {done.returncode}\n{done.stdout[-6000:]}{done.stderr[-6000:]}\n{journal}")
        return done

    def close(self):
        if self.outer:
            if self.pid and self.outer.poll() is None:
                os.kill(self.pid, signal.SIGKILL)
            self.outer.wait(60)
            self.outer.stdout.close()
        shutil.rmtree(self.root, ignore_errors=True)
