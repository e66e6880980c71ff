# SPDX-License-Identifier: MIT
"""conf/packages.sh: however an installation ends, the files of the machine are as before. The tests run the real apt-get, which
a hook stops, in a mount namespace whose /etc and /usr are overlays."""
import os
import pty
import select
import shutil
import signal
import subprocess
import tempfile

import pytest
from processes import running, wait_until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POLICY, CLUSTER = "usr/sbin/policy-rc.d", "etc/postgresql-common/createcluster.d"

# Every file system that is written to is an overlay. apt-get contacts no server, and the program spawn-fcgi is missing.
PREPARE = """
set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
for folder in /etc /usr "$1"; do
    upper=/mnt$folder
    mkdir -p "$upper/up" "$upper/work"
    mount -t overlay -o "lowerdir=$folder,upperdir=$upper/up,workdir=$upper/work" overlay "$folder"
done
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d /etc/postgresql-common/createcluster.d /usr/sbin/policy-rc.d
rm -f /usr/bin/spawn-fcgi
echo 'APT::Update::Pre-Invoke {"/etc/hook";};' >/etc/apt/apt.conf.d/zz-hold
printf '#!/bin/sh\\n[ -e /etc/hold ] || exit 0\\necho $$ >/etc/held.new\\nmv /etc/held.new /etc/held\\nexec sleep 600\\n' >/etc/hook
chmod 755 /etc/hook
: >/etc/hold
echo ready
exec sleep infinity
"""


class Machine:
    """This machine with a private /etc and /usr."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--mount", "sh", "-c", PREPARE, "sh", TOP], stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True)
        self.scratch = tempfile.mkdtemp(prefix="bt.", dir=os.environ.get("BERTH_TEST_TMP", "/tmp"))
        os.chmod(self.scratch, 0o755)
        self.root, self.data, self.pid, self.status = f"/proc/{self.holder.pid}/root", self.scratch + "/data", None, None
        said = self.holder.stdout.readline()
        if said != "ready\n":
            self.close()
            pytest.skip("no mount namespace with overlays here: " + said.strip())

    def close(self):
        """Ends the hook, and with it apt-get, then the namespace."""
        if os.path.exists(self.path("etc/held")):
            end_hook(int(self.read("etc/held")))
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()
        shutil.rmtree(self.scratch)

    def path(self, name):
        return os.path.join(self.root, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def start(self, script):
        """Runs a script of the tree on a new terminal."""
        words = {"quickstart": [TOP + "/conf/quickstart.sh", "--data", self.data, "--port", "4999"],
                 "tests": [TOP + "/tests/run.sh", "unit"]}[script]
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvp("nsenter", ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", "--", *words])

    def wait(self):
        """Reads the terminal until the script ends; returns the output. After a minute, the script is killed."""
        shown = b""
        while True:
            if not select.select([self.terminal], [], [], 60)[0]:
                os.kill(self.pid, signal.SIGKILL)
                break
            try:
                part = os.read(self.terminal, 4096)
            except OSError:
                part = b""
            if not part:
                break
            shown += part
        os.close(self.terminal)
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return shown.decode()

    def held(self):
        """Waits until apt-get runs its hook; returns the pid of the hook."""
        return int(wait_until(lambda: os.path.exists(self.path("etc/held")) and self.read("etc/held"), "apt-get in its hook"))

    def ask_policy(self):
        """The exit status of policy-rc.d, as invoke-rc.d would get it."""
        return subprocess.run(["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", "/usr/sbin/policy-rc.d", "nginx", "start"],
                              check=False).returncode

    def is_as_before(self):
        return not os.path.lexists(self.path(POLICY)) and not os.path.exists(self.path(CLUSTER))


@pytest.fixture()
def machine():
    if os.getuid() != 0:
        pytest.skip("only root installs packages")
    made = Machine()
    yield made
    made.close()


def end_hook(pid):
    """After a `kill -9` of the script, apt-get continues until its hook ends."""
    if running(pid, "sleep"):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not running(pid, "sleep"), "the end of the hook")


@pytest.mark.parametrize("script", ["quickstart", "tests"])
@pytest.mark.parametrize("end", ["Ctrl-C", "SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_during_the_installation_leaves_no_file_behind(machine, script, end):
    machine.start(script)
    hook = machine.held()
    assert machine.ask_policy() == 101
    if end == "Ctrl-C":
        os.write(machine.terminal, b"\x03")
    else:
        os.kill(machine.pid, getattr(signal, end))
    shown = machine.wait()
    end_hook(hook)
    assert machine.status != 0 and "building" not in shown and "==" not in shown.replace("== installing", "")
    assert machine.is_as_before(), shown


def test_a_failed_installation_leaves_no_file_behind(machine):
    os.unlink(machine.path("etc/hold"))
    machine.start("quickstart")
    shown = machine.wait()
    assert machine.status == 1 and "spawn-fcgi" in shown
    assert machine.is_as_before()


def test_what_a_killed_run_leaves_allows_services_and_goes_with_the_next_run(machine):
    machine.start("quickstart")
    hook = machine.held()
    os.kill(machine.pid, signal.SIGKILL)
    machine.wait()
    assert machine.ask_policy() == 101  # apt-get is still at work
    end_hook(hook)
    wait_until(lambda: machine.ask_policy() == 0, "the end of apt-get")
    os.unlink(machine.path("etc/hold"))
    machine.start("quickstart")
    machine.wait()
    assert machine.is_as_before()


def test_the_next_run_removes_what_is_left_although_nothing_is_missing(machine):
    machine.start("quickstart")
    hook = machine.held()
    os.kill(machine.pid, signal.SIGKILL)
    machine.wait()
    end_hook(hook)
    wait_until(lambda: machine.ask_policy() == 0, "the end of apt-get")
    subprocess.run(["nsenter", f"--mount=/proc/{machine.holder.pid}/ns/mnt", "bash", "-euc",
                    f". {TOP}/conf/packages.sh; packages_clean"], check=True)
    assert machine.is_as_before()


@pytest.mark.parametrize("end", ["SIGINT", "SIGKILL", "failure"])
def test_the_policy_of_an_administrator_stays(machine, end):
    theirs = "#!/bin/sh\nexit 101\n"
    with open(machine.path(POLICY), "w", encoding="utf-8") as f:
        f.write(theirs)
    os.chmod(machine.path(POLICY), 0o755)
    if end == "failure":
        os.unlink(machine.path("etc/hold"))
    machine.start("quickstart")
    if end != "failure":
        hook = machine.held()
        os.kill(machine.pid, getattr(signal, end))
        machine.wait()
        end_hook(hook)
        os.unlink(machine.path("etc/hold"))
        machine.start("quickstart")
    machine.wait()
    assert machine.read(POLICY) == theirs


def test_a_second_script_waits_for_the_first_and_keeps_its_files(machine):
    machine.start("quickstart")
    hook = machine.held()
    subprocess.run(["nsenter", f"--mount=/proc/{machine.holder.pid}/ns/mnt", "bash", "-euc",
                    f". {TOP}/conf/packages.sh; packages_clean"], check=True)
    assert machine.ask_policy() == 101
    os.kill(machine.pid, signal.SIGTERM)
    machine.wait()
    end_hook(hook)
    assert machine.is_as_before()
