#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
Runs the OCI conformance suite against Berth: versions 1.1 and dev, through both front ends. A failure or a skip is an error.

On the filesystem the registry runs with the configuration that conf/quickstart.sh writes.

usage: run.py [--frontend nginx|apache|both] [--storage s3] [--target debian] [--results DIR]
The last line counts test cases; the reports stay in DIR (results/conformance beside the build tree's sources).
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

from processes import environment  # noqa: E402
from stack import ROOT, Berth, Registries  # noqa: E402
from storages import STORAGES  # noqa: E402

VERSIONS = ["1.1", "dev"]


QUICKSTART = os.path.join(ROOT, "conf", "quickstart.sh")


class Quickstart(Berth):
    """A registry with the configuration of the quickstart. The environment names the database, as with `berth serve`."""

    def __init__(self, cluster, frontend, **more):
        super().__init__(cluster, frontend, **more)
        settings = {"enabled": "true", **cluster.settings(self.database)}
        self.environment.update({f"REGISTRY_DATABASE_{key.upper()}": str(value) for key, value in settings.items()})

    def write_config(self):
        with open(QUICKSTART, encoding="utf-8") as f:
            function = re.search(r"^write_config\(\) \{\n.*?^\}\n", f.read(), re.M | re.S).group()
        script = f"set -eu\nauth=false data=$1 port=$2\n{function}write_config\n"
        subprocess.run(["bash", "-c", script, "bash", self.folder, str(self.port)], check=True)


class QuickstartRegistries(Registries):
    def _new(self, change, beside):
        return Quickstart(self.shared_cluster(), self.frontend, change=change, beside=beside)


def suite():
    """The path of the pinned suite, which the first run builds; None if it cannot be built."""
    done = subprocess.run([os.path.join(HERE, "..", "tools.sh"), "conformance"], stdout=subprocess.PIPE, text=True, check=False)
    return os.path.join(done.stdout.strip(), "conformance") if done.returncode == 0 else None


def judge(folder):
    """(passed, failed, skipped, names of the cases that did not pass) of one report."""
    root = xml.etree.ElementTree.parse(os.path.join(folder, "junit.xml")).getroot()
    total, failed, skipped, disabled = (int(root.get(name, "0")) for name in ("tests", "failures", "skipped", "disabled"))
    odd = [f"{case.get('status')}: {case.get('name')}" for case in root.iter("testcase")
           if case.get("status") not in ("passed", "disabled")]
    return total - failed - skipped - disabled, failed, skipped, odd


def run(program, registry, version, folder):
    os.makedirs(folder, exist_ok=True)
    variables = environment(OCI_VERSION=version, OCI_REGISTRY=registry.client.netloc, OCI_TLS="disabled", OCI_RESULTS_DIR=folder,
                            OCI_REPO1=f"conformance/v{version}/one", OCI_REPO2=f"conformance/v{version}/two")
    with open(os.path.join(folder, "output.log"), "w", encoding="utf-8") as log:
        done = subprocess.run([program], env=variables, stdout=log, stderr=subprocess.STDOUT, cwd=folder, timeout=600, check=False)
    passed, failed, skipped, odd = judge(folder)
    print(f"conformance {version} through {registry.frontend}: {passed} passed, {failed} failed, {skipped} skipped", flush=True)
    for line in odd if failed or skipped else []:  # cases that are not part of the version are marked as skipped; they are not counted
        print(f"  {line}")
    return passed, failed + (done.returncode != 0 and failed == 0), skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frontend", choices=["nginx", "apache", "both"], default="both")
    parser.add_argument("--storage", choices=STORAGES, default="filesystem")
    parser.add_argument("--target", choices=["berth", "debian"], default="berth")
    parser.add_argument("--results", default=os.path.join(ROOT, "results", "conformance"))
    options = parser.parse_args()
    program = suite()
    if not program:
        print("conformance: SKIPPED: the suite needs go 1.24 or newer\nconformance: 0 passed, 0 failed, 1 skipped")
        return 0
    shutil.rmtree(options.results, ignore_errors=True)
    frontends = ["direct"] if options.target == "debian" else ["nginx", "apache"] if options.frontend == "both" else [options.frontend]
    totals, damage, keeper = [0, 0, 0], [], STORAGES[options.storage]()
    for frontend in frontends:
        kind = QuickstartRegistries if (options.target, options.storage) == ("berth", "filesystem") else Registries
        registries = kind(options.target, frontend, keeper)
        try:
            for version in VERSIONS:
                folder = os.path.join(options.results, f"{frontend}-{version}")
                totals = [a + b for a, b in zip(totals, run(program, registries.main(), version, folder))]
        finally:
            damage += registries.close()
    keeper.close()
    for text in damage:
        print(text)
    totals[1] += len(damage)
    print("conformance: {} passed, {} failed, {} skipped".format(*totals))
    return 0 if totals[1] == 0 and totals[2] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
