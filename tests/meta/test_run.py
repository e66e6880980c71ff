# SPDX-License-Identifier: MIT
"""tests/run.sh counts what ran: a run, a stage or a runner that executed nothing is a failure."""
import os
import shutil
import subprocess

import pytest
import tree

COPIED = ["tests/run.sh", "tests/count.py", "tests/unit/run", "conf/packages.sh"]


@pytest.fixture
def run(tmp_path):
    """run(WORD...) is tests/run.sh in a tree that holds nothing but the runner: (status, lines)."""
    for name in COPIED:
        os.makedirs(tmp_path / os.path.dirname(name), exist_ok=True)
        shutil.copy(os.path.join(tree.ROOT, name), tmp_path / name)

    def started(*words):
        done = subprocess.run([tmp_path / "tests/run.sh", "--no-install", *words], capture_output=True, text=True, check=False)
        return done.returncode, (done.stdout + done.stderr).splitlines()
    return started


def test_an_unknown_stage_is_wrong_usage(run):
    status, said = run("nonsense")
    assert status == 2 and "no stage nonsense" in said[-1]


def test_every_listed_stage_has_a_function_and_a_row_in_the_readme(run):
    status, stages = run("--list")
    script, readme = tree.read("tests/run.sh"), tree.read("tests/README.md")
    assert status == 0 and len(stages) > 10
    assert [name for name in stages if f"\nstage_{name}() {{" not in script] == []
    assert [name for name in stages if name != "build" and f"| `{name}` |" not in readme] == []


def test_a_runner_that_is_not_built_is_a_failure(run, tmp_path):
    for floor in ("base", "http"):
        os.makedirs(tmp_path / "tests/unit" / floor)
        (tmp_path / "tests/unit" / floor / "local.mk").touch()
    status, said = run("unit")
    assert status == 1 and said[-1] == "0 passed, 2 failed, 0 skipped"
    assert any("test_base is not built" in line for line in said)


def test_a_runner_that_makes_no_check_is_a_failure(run, tmp_path):
    os.makedirs(tmp_path / "tests/unit/base")
    (tmp_path / "tests/unit/base/local.mk").touch()
    os.makedirs(tmp_path / "build/developer/tests/unit")
    os.symlink("/bin/true", tmp_path / "build/developer/tests/unit/test_base")
    status, said = run("unit")
    assert status == 1 and said[-1] == "0 passed, 1 failed, 0 skipped"


def test_a_stage_that_runs_nothing_is_a_failure(run, tmp_path):
    status, said = run("unit")
    assert status == 1 and said[-1] == "0 passed, 1 failed, 0 skipped" and any("nothing was run" in line for line in said)
    os.makedirs(tmp_path / "tests/db")
    status, said = run("schema")
    assert status == 1 and said[-1] == "0 passed, 1 failed, 0 skipped"


def test_a_run_in_which_everything_was_skipped_is_a_failure(run, tmp_path):
    os.makedirs(tmp_path / "tests/db")
    (tmp_path / "tests/db/test_skip.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('never')\n")
    status, said = run("schema")
    assert status == 1 and said[-1] == "0 passed, 0 failed, 1 skipped"
    assert any("nothing was run" in line for line in said)


CONFIGURE = """#!/bin/sh
echo "$*" >>configured
printf '%s\\n' 'all check:' '\ttouch registry.fcgi' 'clean:' '\techo clean >>configured' >Makefile
"""


def test_a_tree_is_configured_again_when_what_is_installed_has_changed(run, tmp_path):
    for name in ("configure", "Makefile.in"):
        (tmp_path / name).write_text(CONFIGURE)
        (tmp_path / name).chmod(0o755)
    folder = tmp_path / "build/developer"
    os.makedirs(folder)
    (folder / "Makefile").touch()  # configured by hand, when something else may have been installed

    def configured():
        status, said = run("build")
        assert status == 0, said
        return (folder / "configured").read_text().splitlines()
    once = "--quiet --enable-developer"
    assert configured() == [once]
    assert configured() == [once]
    with open(folder / "surroundings", "a", encoding="utf-8") as f:
        f.write("libanother-dev 1.0 installed\n")
    assert configured() == [once, once, "clean"]


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("apt-get"), reason="only root installs packages")
def test_one_unknown_package_keeps_no_other_from_being_installed_and_is_named():
    words = f". {tree.ROOT}/conf/packages.sh; log=/dev/stderr caught=; packages_each berth-has-no-such-package bash"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    assert done.stdout == "package berth-has-no-such-package cannot be installed\n"
    assert "Unable to locate package" in done.stderr
