# SPDX-License-Identifier: MIT
"""`berth check-storage` on a folder: each step, what it leaves, its exit status. On object stores: tests/store."""
import json
import os

import pytest

from processes import ACCOUNT, environment, run
from stack import build_folder

STEPS = ["reach", "write", "read", "parts", "copy", "sign", "fetch", "list", "remove"]


@pytest.fixture
def check():
    """Runs the command on a configuration of the filesystem driver, whose root is check.root."""
    folder = ACCOUNT.folder(os.path.join(ACCOUNT.scratch(), "check-storage"))
    path = os.path.join(folder, "config.yml")

    def checked(*words, root=None):
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"version": "0.1", "storage": {"filesystem": {"rootdirectory": root or checked.root}}}, f)
        return run([os.path.join(build_folder(), "berth"), "check-storage", *words], check=False, env=environment())

    checked.path, checked.root = path, os.path.join(folder, "data")
    return checked


def files_below(folder):
    return [name for _, _, names in os.walk(folder) for name in names]


def test_each_step_has_a_line_and_nothing_is_left(check):
    done = check(check.path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [words[0] for words in lines] == STEPS
    assert [words[1] for words in lines] == ["ok", "ok", "ok", "ok", "ok", "skipped", "skipped", "ok", "ok"]
    assert lines[1][3] == "ms" and float(lines[1][2]) > 0
    assert files_below(check.root) == []


def test_json_has_the_same(check):
    done = check("--json", check.path)
    steps = json.loads(done.stdout)["steps"]
    assert [step["step"] for step in steps] == STEPS
    assert steps[2]["outcome"] == "ok" and steps[2]["milliseconds"] > 0 and steps[2]["why"] == ""
    assert steps[6] == {"step": "fetch", "outcome": "skipped", "milliseconds": 0, "why": "there is no signed URL"}


def test_a_root_that_cannot_be_made_is_status_1(check):
    done = check(check.path, root="/proc/no/such")
    assert done.returncode == 1 and done.stdout == ""
    assert "check-storage: /proc/no/such: No such file or directory" in done.stderr


def test_a_step_that_fails_is_status_1_and_says_why(check):
    assert check(check.path).returncode == 0
    spool = os.path.join(check.root, "berth", "spool")
    os.rmdir(spool)
    os.symlink("/dev/shm", spool)  # another file system: nothing can be linked from there
    if os.stat("/dev/shm").st_dev == os.stat(check.root).st_dev:
        pytest.skip("/dev/shm is on the file system of the scratch folder")
    done = check(check.path)
    assert done.returncode == 1
    line = [line for line in done.stdout.splitlines() if line.startswith("copy ")][0]
    assert " failed " in line and "Invalid cross-device link" in line
    assert files_below(os.path.join(check.root, "berth", "uploads")) == []


@pytest.mark.parametrize("words", [(), ("--unknown", "x"), ("a", "b")])
def test_wrong_usage_is_status_2(check, words):
    assert check(*words).returncode == 2


def test_a_wrong_configuration_is_status_3(check):
    assert check(check.path, root="relative").returncode == 3
