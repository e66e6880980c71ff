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
import urllib.request

from storeserver import StoreServer


def missing():
    """The reason why the server cannot run here, or None."""
    for name in ("cryptography", "crcmod"):
        if not importlib.util.find_spec(name):
            return f"python3-{name} is not installed"
    return None


class Gcs(StoreServer):
    """One server. Its objects are in memory and end with its process."""

    name, script = "gcs", "gcs_process.py"
    missing = staticmethod(missing)

    def key_file(self, name="registry"):
        """The key file of the account `registry`. With `wrong`, its key is not the account's."""
        return os.path.join(self.folder, f"{name}.json")

    def key(self, name="registry"):
        with open(self.key_file(name), encoding="utf-8") as f:
            return json.load(f)

    def user_file(self, path=None):
        """Writes the file that `gcloud auth application-default login` writes for a person; returns the path."""
        path = path or os.path.join(self.folder, "user.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"type": "authorized_user", "client_id": "client-id", "client_secret": "client-secret",
                       "refresh_token": self.control()["refresh_token"], "token_uri": f"{self.url}/token"}, f)
        os.chmod(path, 0o644)
        return path

    def section(self, name, **change):
        """A `storage:` section of the gcs driver for this server. None in `change` removes a key."""
        gcs = {"bucket": name, "keyfile": self.key_file(), "endpoint": self.url, **change}
        return {"gcs": {key: value for key, value in gcs.items() if value is not None}}

    def control(self, **change):
        """Changes the server's behaviour, see gcs_process.py; returns its state."""
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
        """Names of the unfinished uploads."""
        return sorted(key for key, _ in self.control()["uploads"][bucket].values())

    def requests(self, forget=False):
        """The requests since the last call with `forget`."""
        found = self.control()["requests"]
        if forget:
            self.control(forget=True)
        return found
