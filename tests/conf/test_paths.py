# SPDX-License-Identifier: MIT
"""If conf/quickstart.sh cannot build in a path, its error names the path, and it changes no file."""
import os
import shutil
import subprocess

import pytest
from processes import ACCOUNT

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.mark.parametrize("name", ["a b", "a\tb", "a'b", 'a"b', "a$b", "a\\b", "a&b", "a#b", "a`b"])
@pytest.mark.parametrize("which", ["sources", "data"])
def test_a_path_that_the_build_cannot_handle_is_named_and_nothing_is_made(which, name):
    scratch = ACCOUNT.scratch()
    odd = os.path.join(scratch, name)
    if which == "sources":
        shutil.copytree(os.path.join(TOP, "conf"), os.path.join(odd, "conf"))
    before = sorted(os.listdir(scratch))
    command = [os.path.join(odd if which == "sources" else TOP, "conf/quickstart.sh")]
    done = subprocess.run([*command, *(["--data", odd] if which == "data" else [])], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and f" {odd} holds a space or one of" in done.stderr
    assert done.stdout == "" and sorted(os.listdir(scratch)) == before and not os.path.exists(os.path.join(odd, "var"))
