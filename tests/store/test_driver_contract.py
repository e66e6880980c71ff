# SPDX-License-Identifier: MIT
"""
What store.h promises of every driver, held against each of the six: the table of tests/unit/store/test_drivers.c, which the unit
tests run on the file system and on a service in memory, runs here on a real bucket of each object store.
"""
import contextlib
import os
import subprocess
import uuid

import pytest

from processes import ACCOUNT, environment
from proxied import azure, gcs, oss, s3, swift
from stack import build_folder, yaml


def filesystem(*_):
    return None


@pytest.mark.parametrize("make", [filesystem, s3, oss, azure, gcs, swift], ids=lambda make: make.__name__)
def test_the_driver_keeps_what_store_h_promises(request, make):
    folder = ACCOUNT.scratch()
    path = os.path.join(folder, "config.yml")
    with contextlib.ExitStack() as stack:
        made = make(request.getfixturevalue, stack, f"drivers-{uuid.uuid4().hex[:12]}")
        if made:
            stack.enter_context(made.proxy)
        storage = made.driver() if made else {"filesystem": {"rootdirectory": os.path.join(folder, "data")}}
        with open(path, "w", encoding="utf-8") as f:
            f.write(yaml({"version": "0.1", "storage": storage}))
        program = os.path.join(build_folder(), "tests/store/drivers")
        done = subprocess.run([program], capture_output=True, text=True, check=False, timeout=900,
                              env={**environment(), "BERTH_STORE_CONFIG": path})
    told = [line for line in done.stdout.splitlines() if not line.startswith("time=")]
    assert done.returncode == 0, "\n".join(told) + done.stderr[-3000:]
