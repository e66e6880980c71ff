# SPDX-License-Identifier: MIT
"""`berth serve` on an object store: the spool is made for the account that serves, and a push goes through it."""
import os
import shutil
import signal
import stat
import uuid

import pytest

from images import Repo, blob, digest
from processes import ACCOUNT, Child, free_port, wait_until
from stack import build_folder, yaml
from wire import Client

AS_IS = {"user": None, "group": None, "extra_groups": None}


@pytest.fixture
def serve(swift):
    """Starts it on a bucket of its own; the spool is where the configuration says, and is not there yet."""
    folder = ACCOUNT.roots_scratch()
    bucket, port = swift.bucket("serve" + uuid.uuid4().hex[:12]), free_port()
    path, spool = os.path.join(folder, "config.yml"), os.path.join(folder, "local", "spool")
    with open(path, "w", encoding="utf-8") as f:
        f.write(yaml({"version": "0.1", "storage": swift.s3(bucket), "spool": {"directory": spool},
                      "http": {"addr": f"127.0.0.1:{port}", "draintimeout": "5s"}}))
    child = Child("berth serve", [os.path.join(build_folder(), "berth"), "serve", path, "--data", os.path.join(folder, "data"),
                                  "--workers", "2", *ACCOUNT.serve_words()], os.path.join(folder, "log"), **AS_IS)
    child.bucket, child.spool, child.client = bucket, spool, Client("127.0.0.1", port, "/")
    wait_until(lambda: child.check_alive() and "ready on" in child.text(), "berth serve", 60)
    yield child
    if child.alive():
        child.stop(signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)


def test_the_spool_is_made_and_pushes_go_through_it(serve, swift):
    made = os.stat(serve.spool)
    assert stat.S_IMODE(made.st_mode) == 0o700
    assert os.geteuid() != 0 or made.st_uid != 0  # root serves as another account
    repo, data = Repo(serve.client), blob(6 << 20)
    assert repo.push_blob(data) == digest(data)
    assert list(swift.objects(serve.bucket).values()) == [len(data)]
    assert serve.client.get(repo.blob_url(digest(data))).status == 307
    wait_until(lambda: not [name for name in os.listdir(serve.spool) if os.path.isfile(os.path.join(serve.spool, name))],
               "an empty spool")
    assert serve.stop(signal.SIGTERM) == 0
