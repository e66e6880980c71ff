# SPDX-License-Identifier: MIT
"""tests/run.sh counts the tests that ran: a run, a stage or a test program that executes no test is a failure."""
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import tempfile

import pytest
import tree
from processes import ACCOUNT, wait_until
from processes import run as account_run

COPIED = ["conf/packages.sh", "tests/run.sh", "tests/unit/run", "tests/lib/processes.py", "tests/meta/tree.py",
          *[f"tests/runner/{name}" for name in os.listdir(os.path.join(tree.ROOT, "tests/runner")) if "." in name]]


@pytest.fixture
def planted():
    """A tree with the files of the runner only. Every account can enter the tree."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="br.", dir="/tmp"))
    folder.chmod(0o755)
    for name in COPIED:
        os.makedirs(folder / os.path.dirname(name), exist_ok=True)
        shutil.copy(os.path.join(tree.ROOT, name), folder / name)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def run(planted):
    """run(WORD...) runs tests/run.sh in that tree; returns (status, lines)."""
    def started(*words):
        done = subprocess.run([planted / "tests/run.sh", "--no-install", *words], capture_output=True, text=True, check=False,
                              cwd="/")
        return done.returncode, (done.stdout + done.stderr).splitlines()
    return started


def test_an_unknown_stage_is_wrong_usage(run):
    status, said = run("nonsense")
    assert status == 2 and "no stage nonsense" in said[-1]


def test_every_listed_stage_has_a_row_in_the_readme(run):
    status, stages = run("--list")
    readme = tree.read("tests/README.md")
    assert status == 0 and len(stages) > 10
    assert [name for name in stages if name != "build" and f"| `{name}` |" not in readme] == []


def test_a_runner_that_is_not_built_is_a_failure(run, planted):
    for floor in ("base", "http"):
        os.makedirs(planted / "tests/unit" / floor)
        (planted / "tests/unit" / floor / "local.mk").touch()
    status, said = run("unit")
    assert status == 1 and said[-1] == "0 passed, 2 failed, 0 skipped"
    assert any("test_base is not built" in line for line in said)


def test_a_runner_that_makes_no_check_is_a_failure(run, planted):
    os.makedirs(planted / "tests/unit/base")
    (planted / "tests/unit/base/local.mk").touch()
    os.makedirs(planted / "build/developer/tests/unit")
    os.symlink("/bin/true", planted / "build/developer/tests/unit/test_base")
    status, said = run("unit")
    assert status == 1 and said[-1] == "0 passed, 1 failed, 0 skipped"


def test_a_stage_that_runs_nothing_is_a_failure(run, planted):
    status, said = run("unit")
    assert status == 1 and said[-1] == "0 passed, 1 failed, 0 skipped" and any("nothing was run" in line for line in said)
    os.makedirs(planted / "tests/db")
    status, said = run("schema")
    assert status == 1 and said[-1] == "0 passed, 1 failed, 0 skipped"


def test_a_run_in_which_everything_was_skipped_is_a_failure(run, planted):
    os.makedirs(planted / "tests/db")
    (planted / "tests/db/test_skip.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('never')\n")
    status, said = run("schema")
    assert status == 1 and said[-1] == "0 passed, 0 failed, 1 skipped"
    assert any("nothing was run" in line for line in said)


CONFIGURE = """#!/bin/sh
echo "$*" >>configured
printf '%s\\n' 'all check:' '\ttouch registry.fcgi' 'clean:' '\techo clean >>configured' >Makefile
"""


def test_a_tree_is_configured_again_when_what_is_installed_has_changed(run, planted):
    for name in ("configure", "Makefile.in"):
        (planted / name).write_text(CONFIGURE)
        (planted / name).chmod(0o755)
    folder = planted / "build/developer"
    os.makedirs(folder)
    (folder / "Makefile").touch()  # configured by hand, possibly with other packages installed

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


def write(path, text):
    os.makedirs(path.parent, exist_ok=True)
    path.write_text(text)


def test_what_needs_a_broken_build_is_not_run(run, planted):
    write(planted / "configure", "#!/bin/sh\necho no compiler; exit 1\n")
    (planted / "configure").chmod(0o755)
    write(planted / "Makefile.in", "")
    write(planted / "tests/db/test_it.py", "def test_it():\n    pass\n")
    status, said = run("build", "schema")
    assert status == 1 and said[-1] == "0 passed, 3 failed, 0 skipped"
    assert "no compiler" in said and "== schema: not run, since it needs what failed: build" in said


def test_a_failure_is_named_with_its_log_and_the_slowest_tests_are_listed(run, planted):
    write(planted / "tests/db/test_it.py", "def test_good():\n    pass\n\ndef test_bad():\n    assert 1 == 2, 'never'\n")
    status, said = run("schema")
    assert status == 1 and said[-1] == "1 passed, 1 failed, 0 skipped"
    assert f"== schema: FAILED, see {planted}/results/schema.log" in said
    assert any("test_it.py::test_bad: AssertionError: never" in line for line in said)
    assert any(line.endswith("test_it.py::test_good") for line in said[said.index("20 slowest tests:"):])


def test_a_terminal_shows_what_is_under_way_and_a_file_does_not(run, planted):
    write(planted / "tests/db/test_it.py", "def test_it():\n    pass\n")
    _, said = run("schema")
    assert "\r" not in "".join(said)
    master, slave = pty.openpty()
    done = subprocess.Popen([planted / "tests/run.sh", "--no-install", "schema"], stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    text = b""
    try:
        while chunk := os.read(master, 4096):
            text += chunk
    except OSError:
        pass  # the other side of the terminal is closed
    assert done.wait() == 0
    assert b"0 of 1 jobs done, now: schema" in text and b"\r\x1b[K" in text


SLOW = """
import pathlib, time
import pytest

@pytest.fixture
def server():
    yield
    pathlib.Path(__file__).with_name("stopped").touch()

def test_it(server):
    pathlib.Path(__file__).with_name("begun").touch()
    time.sleep(600)
"""


def test_an_interrupt_lets_the_tests_stop_their_servers(planted):
    write(planted / "tests/db/test_slow.py", SLOW)
    process = subprocess.Popen([planted / "tests/run.sh", "--no-install", "schema"], stdout=subprocess.PIPE, text=True)
    wait_until((planted / "tests/db/begun").exists, "the start of the test")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130
    assert (planted / "tests/db/stopped").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs the servers as another account")
def test_a_tree_that_the_account_of_the_servers_cannot_enter_is_tested_in_a_copy(run, planted):
    write(planted / "tests/conftest.py", "import pytest\n\n@pytest.fixture\ndef shared():\n    return 1\n")
    write(planted / "tests/db/test_it.py", "def test_it():\n    assert open(__file__)\n\ndef test_other(shared):\n    pass\n")
    write(planted / "tests/db/test_gone.py", "def test_gone():\n    pass\n")
    planted.chmod(0o700)
    status, said = run("schema")
    copy = said[0].rpartition(" ")[2]
    assert status == 0 and "may not enter" in said[0] and said[-1] == "3 passed, 0 failed, 0 skipped"
    try:
        assert ACCOUNT.uid != 0 and account_run(["cat", f"{copy}/tests/db/test_it.py"]).stdout.startswith("def test_it")
        assert (planted / "results/schema.xml").exists()
        (planted / "tests/db/test_gone.py").unlink()
        assert run("schema")[1][-1] == "2 passed, 0 failed, 0 skipped"
    finally:
        shutil.rmtree(copy)


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("apt-get"), reason="only root installs packages")
def test_one_unknown_package_keeps_no_other_from_being_installed_and_is_named():
    words = f". {tree.ROOT}/conf/packages.sh; log=/dev/stderr caught=; packages_each berth-has-no-such-package bash"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    assert done.stdout == "package berth-has-no-such-package cannot be installed\n"
    assert "Unable to locate package" in done.stderr
