# SPDX-License-Identifier: MIT
"""
A Google Cloud Storage of the tests' own (gcs_process.py), which verifies assertions, tokens and signed URLs.

    with Gcs() as gcs:
        gcs.bucket("blobs")
        ... Berth(cluster, "nginx", {"storage": gcs.section("blobs")}) ...
"""
import importlib.util
import json
import os
import shutil
import urllib.request

from processes import ACCOUNT, Child, Unready, environment, wait_until

HERE = os.path.dirname(os.path.realpath(__file__))


def missing():
    """Why it cannot run here; None when it can."""
    for name in ("cryptography", "crcmod"):
        if not importlib.util.find_spec(name):
            return f"python3-{name} is not installed"
    return None


class Gcs:
    """One server; what it holds goes with it."""

    def __init__(self):
        self.folder, self.child, self.port = ACCOUNT.scratch(), None, 0
        self.log = os.path.join(self.folder, "gcs.log")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self.remove()

    def start(self):
        why = missing()
        if why:
            raise Unready(why)
        ready = os.path.join(self.folder, "port")
        self.child = Child("gcs", ["/usr/bin/python3", "-B", os.path.join(HERE, "gcs_process.py"), self.folder, 0], self.log,
                           env=environment(HOME=self.folder))
        wait_until(lambda: os.path.exists(ready) or not self.child.check_alive(), "the storage server", 60)
        with open(ready, encoding="ascii") as f:
            self.port = int(f.read())
        return self

    def stop(self):
        if self.child:
            self.child.stop()
            self.child = None

    def remove(self):
        if not ACCOUNT.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def key_file(self, name="registry"):
        """`registry`'s key file, or one with a key that is not the account's: `wrong`."""
        return os.path.join(self.folder, f"{name}.json")

    def key(self, name="registry"):
        with open(self.key_file(name), encoding="utf-8") as f:
            return json.load(f)

    def user_file(self, path=None):
        """Writes what `gcloud auth application-default login` leaves for a person; returns the path."""
        path = path or os.path.join(self.folder, "user.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"type": "authorized_user", "client_id": "client-id", "client_secret": "client-secret",
                       "refresh_token": self.control()["refresh_token"], "token_uri": f"{self.url}/token"}, f)
        os.chmod(path, 0o644)
        return path

    def section(self, name, **change):
        """A `storage:` section of the gcs driver for this server; None in `change` takes a key out."""
        gcs = {"bucket": name, "keyfile": self.key_file(), "endpoint": self.url, **change}
        return {"gcs": {key: value for key, value in gcs.items() if value is not None}}

    def control(self, **change):
        """Changes the server's ways, see gcs_process.py; returns what it holds."""
        data = json.dumps(change).encode() if change else None
        with urllib.request.urlopen(f"{self.url}/_tests", data, timeout=30) as answer:
            return json.load(answer)

    def bucket(self, name):
        self.control(bucket=name)
        return name

    def objects(self, bucket):
        """{name: size}"""
        return self.control()["objects"][bucket]

    def uploads(self, bucket):
        """Names of the uploads that are neither completed nor aborted."""
        return sorted(key for key, _ in self.control()["uploads"][bucket].values())

    def requests(self, forget=False):
        """What it was asked for since the last time that it was told to forget."""
        found = self.control()["requests"]
        if forget:
            self.control(forget=True)
        return found
