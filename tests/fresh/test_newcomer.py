# SPDX-License-Identifier: MIT
"""
The steps of a newcomer on a fresh Debian: the first command, then the commands of README.md and conf/OPERATIONS.md, read from
these files. The first command runs before the production steps on Debian 13, and after them on Debian 12.
"""
import contextlib
import functools
import hashlib
import json
import os
import pty
import re
import shutil
import tempfile
import textwrap

import pytest
from machine import TOP, Machine, Missing
from processes import wait_until

SOURCES = "/srv/berth"
OPERATIONS = "conf/OPERATIONS.md"


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read()


def blocks(name, heading):
    """The commands of a section: a list of its indented blocks, each a script."""
    section = re.search(rf"(?ms)^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", read(name)).group(1)
    found = re.findall(r"(?m)(?:\A|\n)\n?((?: {4,}\S.*\n(?:\n(?= {4,}\S))?)+)", section)
    return [textwrap.dedent(block) for block in found]


def script(name, heading):
    return "set -eu\n" + "".join(blocks(name, heading))


def write_image(folder):
    """An OCI image layout of one layer. Returns the digest of its manifest."""
    def put(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        os.makedirs(f"{folder}/blobs/sha256", exist_ok=True)
        with open(f"{folder}/blobs/sha256/{digest}", "wb") as f:
            f.write(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}
    layer = put(os.urandom(3 << 20), "layer.v1.tar")
    config = put(json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {
        "type": "layers", "diff_ids": [layer["digest"]]}}).encode(), "config.v1+json")
    manifest = put(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
                               "layers": [layer]}).encode(), "manifest.v1+json")
    for name, document in (("index.json", {"schemaVersion": 2, "manifests": [manifest]}),
                           ("oci-layout", {"imageLayoutVersion": "1.0.0"})):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as f:
            json.dump(document, f)
    return manifest["digest"]


class Newcomer:
    """A fresh machine and its state. Each step runs once, when a test first needs its result."""

    def __init__(self, release, folder):
        self.machine, self.shell = Machine(release, folder), None
        self.release = release
        self.machine.add_sources(SOURCES)
        self.packages = re.search("apt-get install --no-install-recommends (.*)", script("README.md", "Production").replace(
            "\\\n", "")).group(1).split()
        self.machine.download(*self.packages, "skopeo", "apache2", "libapache2-mod-xsendfile", "curl", "spawn-fcgi")
        self.digest = write_image(self.machine.path("srv/image"))
        self.machine.boot()
        self.shell = self.machine.shell
        self.told = self.shell(f"{SOURCES}/conf/quickstart.sh --data /tmp/none", user="nobody", ok=False)

    @functools.cached_property
    def first_command(self):
        if self.release == "bookworm":
            self.production  # pylint: disable=pointless-statement
        return self.shell(f"{SOURCES}/conf/quickstart.sh --check --port 5001", ok=False)

    @functools.cached_property
    def production(self):
        if self.release != "bookworm":
            self.first_command  # pylint: disable=pointless-statement
        # apt-get asks before it installs; the newcomer says yes
        said = self.shell(f"cd {SOURCES} && {script('README.md', 'Production')}".replace("apt-get install", "apt-get install -y"))
        self.shell("apt-get install -y --no-install-recommends skopeo curl")
        return re.search(r"user admin, password (\S+)", said.stdout).group(1)

    def comes_back(self, password, name="team/image:1.0", port=5000, tls=False):
        """Pushes and pulls the image; returns whether both are the same."""
        verify = "--{0}-cert-dir=/etc/berth/client" if tls else "--{0}-tls-verify=false"
        self.wait_for(port, "https" if tls else "http")
        self.shell("set -eu; rm -rf /srv/back; "
                   f"skopeo --insecure-policy copy -q --preserve-digests {verify.format('dest')} --dest-creds 'admin:{password}' oci:/srv/image "
                   f"docker://localhost:{port}/{name}; "
                   f"skopeo --insecure-policy copy -q --preserve-digests {verify.format('src')} --src-creds 'admin:{password}' "
                   f"docker://localhost:{port}/{name} oci:/srv/back; diff -r /srv/image/blobs /srv/back/blobs")

    def wait_for(self, port=5000, scheme="http"):
        """Waits until the registry answers 401."""
        asked = f"curl -k -s -o /dev/null -w '%{{http_code}}' {scheme}://localhost:{port}/v2/"
        wait_until(lambda: self.shell(asked, ok=False).stdout == "401", "the registry")

    def operate(self, heading, replaced=None):
        """Runs the commands of a section of conf/OPERATIONS.md; returns their output."""
        text = script(OPERATIONS, heading).replace("apt-get install", "apt-get install -y")
        for word, value in (replaced or {}).items():
            assert word in text
            text = text.replace(word, value)
        return self.shell(f"cd {SOURCES}; {text}").stdout

    def accounts_of(self, *beginnings):
        """The accounts of the processes with this name."""
        rows = self.shell("cd /proc; for pid in [0-9]*; do echo $(stat -c %U $pid) $(cat $pid/comm); done 2>/dev/null").stdout
        return {row.split()[0] for row in rows.splitlines() if row.split()[-1].startswith(beginnings)}

    def asks_registry(self, query):
        return self.shell(f"cd /; runuser -u postgres -- psql -At registry -c \"{query}\"").stdout.strip()

    @contextlib.contextmanager
    def changed_configuration(self):
        """Restores the configuration after the test and applies it."""
        self.shell("cp -a /etc/berth/config.yml /root/config.yml")
        yield
        self.shell("systemctl stop berth.target; cp -a /root/config.yml /etc/berth/config.yml")
        self.operate("Change the configuration")


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def newcomer(request):
    if os.getuid() != 0:
        pytest.skip("only root makes machines")
    folder = tempfile.mkdtemp(prefix="berth-fresh.", dir=os.environ.get("BERTH_TEST_TMP", "/tmp"))
    os.chmod(folder, 0o755)
    made = None
    try:
        made = Newcomer(request.param, folder)
        yield made
    except Missing as why:
        pytest.skip(f"{request.param}: {why}")
    finally:
        if made:
            made.machine.close()
        shutil.rmtree(folder, ignore_errors=True)


def test_an_ordinary_user_is_told_which_packages_are_missing(newcomer):
    assert newcomer.told.returncode == 1
    named = re.search("as root: apt-get install (.*)", newcomer.told.stderr).group(1).split()
    assert set(newcomer.packages) - {"openssl", "postgresql"} <= set(named) | {"openssl"}


@pytest.mark.parametrize("newcomer", ["trixie"], indirect=True, scope="module")
def test_ctrl_c_while_packages_are_unpacked_leaves_no_policy_and_no_broken_package(newcomer):
    pid, terminal = pty.fork()
    if pid == 0:
        words = newcomer.machine.words(f"{SOURCES}/conf/quickstart.sh --check --port 5001")
        os.execvp(words[0], words)
    log = newcomer.machine.path("var/log/dpkg.log")
    wait_until(lambda: "status unpacked nginx" in read(log), "dpkg at work", 300)
    os.write(terminal, b"\x03")
    shown = b""
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status != 0 and b"building" not in shown, shown
    assert not os.path.lexists(newcomer.machine.path("usr/sbin/policy-rc.d"))
    assert not os.path.exists(newcomer.machine.path("etc/postgresql-common/createcluster.d"))


def test_the_first_command_works(newcomer):
    done = newcomer.first_command
    assert done.returncode == 0, done.stdout + done.stderr
    assert "check passed" in done.stdout
    assert not os.path.lexists(newcomer.machine.path("usr/sbin/policy-rc.d"))


def test_the_production_steps_lead_to_a_registry_that_takes_a_push_and_a_pull(newcomer):
    newcomer.comes_back(newcomer.production)


def test_every_unit_of_the_target_runs_as_its_account(newcomer):
    newcomer.comes_back(newcomer.production)
    newcomer.shell("systemctl is-active berth.target berth berth-web")
    assert newcomer.accounts_of("berth-", "nginx") == {"berth"}


def test_the_number_of_database_connections_is_the_documented_one(newcomer):
    newcomer.comes_back(newcomer.production)
    documented = re.search(r"at\s+most (\d+) with NGINX", read(OPERATIONS)).group(1)
    count = "select count(*) from pg_stat_activity where datname = 'registry' and pid <> pg_backend_pid()"
    assert 8 <= int(newcomer.asks_registry(count)) <= int(documented)


def test_the_access_log_is_written_and_rotated(newcomer):
    newcomer.comes_back(newcomer.production)
    newcomer.operate("Logs")
    newcomer.shell("systemctl restart berth-web")
    newcomer.comes_back(newcomer.production)
    rotate = re.search("`(systemctl kill .*?)`", read(OPERATIONS)).group(1)
    newcomer.shell(f"mv /var/log/berth/access.log /var/log/berth/access.log.1; {rotate}")
    wait_until(lambda: newcomer.shell("test -e /var/log/berth/access.log", ok=False).returncode == 0, "the new log")
    newcomer.comes_back(newcomer.production)
    assert newcomer.shell("grep -c 'PUT /v2/team/image/manifests/1.0' /var/log/berth/access.log").stdout.strip() == "1"


def test_apache_takes_the_place_of_nginx(newcomer):
    with newcomer.changed_configuration():
        newcomer.comes_back(newcomer.production)
        newcomer.operate("Apache in place of NGINX")
        newcomer.comes_back(newcomer.production, "team/apache:1.0")
        assert "apache2" in newcomer.shell("systemctl status berth-web").stdout


def test_two_lines_give_tls(newcomer):
    newcomer.comes_back(newcomer.production)
    newcomer.shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost "
                   "-keyout /root/own.key -out /root/own.crt; mkdir -p /etc/berth/client; cp /root/own.crt /etc/berth/client/ca.crt")
    with newcomer.changed_configuration():
        newcomer.operate("TLS", {"YOUR.crt": "/root/own.crt", "YOUR.key": "/root/own.key"})
        newcomer.operate("Change the configuration")
        newcomer.comes_back(newcomer.production, "team/tls:1.0", port=443, tls=True)


def test_users_and_projects_take_the_place_of_the_password_file(newcomer):
    newcomer.comes_back(newcomer.production)
    with newcomer.changed_configuration():
        password = re.search("password: (.*)", newcomer.operate("Users and projects")).group(1)
        newcomer.operate("Change the configuration")
        newcomer.comes_back(password, "team/token:1.0")
        lost = re.search("Lost password: `(.*?)`", read(OPERATIONS)).group(1)
        fresh = re.search("password: (.*)", newcomer.shell(lost).stdout).group(1)
        newcomer.comes_back(fresh, "team/token:2.0")
        assert "berth-token" in newcomer.accounts_of("berth-", "token.fcgi")
        assert newcomer.shell("runuser -u berth -- cat /etc/berth/keys/*.key", ok=False).returncode != 0


def test_an_upgrade_goes_by_the_documented_commands(newcomer):
    newcomer.comes_back(newcomer.production)
    before = newcomer.shell("systemctl show -p MainPID berth").stdout
    newcomer.operate("Upgrade")
    newcomer.comes_back(newcomer.production)
    assert newcomer.shell("systemctl show -p MainPID berth").stdout != before


def test_a_backup_is_restored_by_the_documented_commands(newcomer):
    newcomer.comes_back(newcomer.production, "team/kept:1.0")
    save, restore = blocks(OPERATIONS, "Backup and restore")
    newcomer.shell("set -eu\n" + save)
    newcomer.shell("systemctl stop berth.target; rm -rf /var/lib/registry /etc/berth; cp -a /var/backups/berth/registry /var/lib/; "
                   "cp -a /var/backups/berth/berth /etc/")
    newcomer.shell("set -eu\n" + restore)
    newcomer.shell("systemctl start berth.target")
    newcomer.wait_for()
    digest = newcomer.shell(f"skopeo inspect --tls-verify=false --creds 'admin:{newcomer.production}' --format '{{{{.Digest}}}}' "
                            "docker://localhost:5000/team/kept:1.0").stdout
    assert digest.strip() == newcomer.digest


def test_the_registry_is_one_site_of_a_web_server(newcomer):
    newcomer.comes_back(newcomer.production)
    newcomer.operate("Behind a web server that serves other sites")
    newcomer.comes_back(newcomer.production, "team/site:1.0")
    newcomer.shell("rm /etc/nginx/sites-enabled/registry; systemctl disable --now nginx")


def test_nothing_is_left_after_the_documented_uninstallation(newcomer):
    newcomer.production  # pylint: disable=pointless-statement
    newcomer.operate("Uninstall")
    left = newcomer.shell("find / -xdev -path /srv -prune -o -path /proc -prune -o -path '/var/backups' -prune "
                          "-o -name '*berth*' -print").stdout.split()
    assert [path for path in left if not path.startswith(("/root", "/tmp", "/sys"))] == []
    assert "berth" not in newcomer.shell("cut -d: -f1 /etc/passwd").stdout
