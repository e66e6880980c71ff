# SPDX-License-Identifier: MIT
"""Runs tests/db/live, one case at a time, with a separate PostgreSQL cluster."""
import glob
import os
import re
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BERTH_BUILD", os.path.join(HERE, "../../build/developer"))
CASES = sorted(re.search(r"live_(\w+)\.c$", path).group(1) for path in glob.glob(os.path.join(HERE, "live_*.c")))


@pytest.mark.parametrize("case", CASES)
def test_live(cluster, case):
    done = subprocess.run([os.path.join(BUILD, "tests/db/live")], capture_output=True, text=True, check=False, timeout=300,
                          env={**os.environ, "CK_RUN_CASE": case, "BERTH_TEST_SOCKETS": cluster.sockets})
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"Checks: (\d+)", done.stdout).group(1)) > 0, "no test of this case ran"
