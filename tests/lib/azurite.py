# SPDX-License-Identifier: MIT
"""
Azurite, Microsoft's emulator of Azure blob storage: Shared Key and SAS are verified. tests/tools.sh installs it.

    with Azurite() as azurite:
        azurite.container("blobs")
        ... Berth(cluster, "nginx", {"storage": azurite.azure("blobs")}) ...

Azurite keeps blobs in memory and loses them when it stops. The key of the account is made in this file.
"""
import base64
import email.utils
import hashlib
import hmac
import http.client
import os
import re
import shutil
import signal
import ssl
import time
import urllib.parse
import xml.etree.ElementTree as ET

from processes import ACCOUNT, Child, Unready, environment, program, run, wait_until

CACHE = os.environ.get("BERTH_TEST_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", "/tmp"), ".cache"), "berth-tests")
SCRIPT = os.path.join(CACHE, "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js")
VERSION = "2021-08-06"  # not the version that Berth sends


def missing():
    """The reason why Azurite cannot run here, or None."""
    if not program("node"):
        return "node is not installed"
    return None if os.path.exists(SCRIPT) else "Azurite is not installed: tests/tools.sh azurite"


# the server is on the loopback and has a self-signed certificate
UNVERIFIED = ssl._create_unverified_context()  # pylint: disable=protected-access


class Azurite:
    """One server with one `account` and its `key`. With `tls` it also takes tokens: it checks their claims, not the signature."""

    account = "berthtests"
    key = base64.b64encode(b"the tests' own key of the tests' own account").decode()
    wrong_key = base64.b64encode(b"not the key of any account").decode()

    def __init__(self, tls=False):
        self.tls = tls
        self.folder = ACCOUNT.scratch()
        self.log = os.path.join(self.folder, "azurite.log")
        self.port, self.child = 0, None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        why = missing()
        if why:
            raise Unready(why)
        command = [program("node"), SCRIPT, "--silent", "--inMemoryPersistence", "--disableTelemetry",
                   "--blobHost", "127.0.0.1", "--blobPort", self.port, *self._tls_options()]
        # as the user who runs the tests: no other account may be able to read the cache
        self.child = Child("azurite", command, self.log, user=None, group=None, extra_groups=None,
                           env=environment(AZURITE_ACCOUNTS=f"{self.account}:{self.key}", HOME=self.folder))
        self.port = int(wait_until(self._listening, "Azurite", 60))
        return self

    def _listening(self):
        self.child.check_alive()
        found = re.search(r"successfully listens on https?://127\.0\.0\.1:(\d+)", self.child.text())
        return found and found.group(1)

    def _tls_options(self):
        if not self.tls:
            return []
        key, certificate = os.path.join(self.folder, "key.pem"), os.path.join(self.folder, "certificate.pem")
        run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate])
        return ["--oauth", "basic", "--cert", certificate, "--key", key]

    def stop(self):
        """Kills the server: its data need not survive."""
        if self.child:
            self.child.stop(signal.SIGKILL)
            self.child = None
        if not ACCOUNT.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/{self.account}"

    def azure(self, container, **change):
        """A `storage:` section of the azure driver for this server."""
        return {"azure": {"accountname": self.account, "accountkey": self.key, "container": container,
                          "serviceurl": self.url, **change}}

    # ---- access without the code under test: this file signs the requests ----

    def request(self, method, path, query=None, headers=None, body=b""):
        """(status, headers, body) of a signed request. `path` is relative to the account."""
        query = query or {}
        fields = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": VERSION, **(headers or {})}
        path = f"/{self.account}/" + urllib.parse.quote(path)
        own = "".join(f"{name}:{fields[name]}\n" for name in sorted(fields) if name.startswith("x-ms-"))
        resource = f"/{self.account}{path}" + "".join(f"\n{name}:{query[name]}" for name in sorted(query))
        lines = [method, "", "", str(len(body) or ""), "", fields.get("Content-Type", ""), "", "", "", "", "", ""]
        text = "\n".join(lines) + "\n" + own + resource
        signature = hmac.new(base64.b64decode(self.key), text.encode(), hashlib.sha256).digest()
        fields["Authorization"] = f"SharedKey {self.account}:{base64.b64encode(signature).decode()}"
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=UNVERIFIED) if self.tls
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))
        connection.request(method, path + ("?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote) if query else ""),
                           body, fields)
        answer = connection.getresponse()
        result = answer.status, answer.headers, answer.read()
        connection.close()
        return result

    def sas(self, permissions="racwdl", seconds=3600):
        """A SAS of the account for its containers and blobs, as a query."""
        expiry = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        lines = [self.account, permissions, "b", "co", "", expiry, "", "https,http", VERSION, "", ""]
        signature = hmac.new(base64.b64decode(self.key), "\n".join(lines).encode(), hashlib.sha256).digest()
        return urllib.parse.urlencode({"sv": VERSION, "ss": "b", "srt": "co", "sp": permissions, "se": expiry, "spr": "https,http",
                                       "sig": base64.b64encode(signature).decode()})

    def container(self, name):
        """Makes the container."""
        status, _, body = self.request("PUT", name, {"restype": "container"})
        assert status == 201, body
        return name

    def blobs(self, container, prefix="", staged=False):
        """{name: size}. With `staged`, blobs that have only uncommitted blocks are included."""
        query = {"restype": "container", "comp": "list", "prefix": prefix}
        if staged:
            query["include"] = "uncommittedblobs"
        status, _, body = self.request("GET", container, query)
        assert status == 200, body
        found = ET.fromstring(body).iter("Blob")
        return {blob.findtext("Name"): int(blob.findtext("Properties/Content-Length")) for blob in found}

    def put(self, container, name, body, kind="BlockBlob"):
        """Writes a blob as another program would."""
        headers = {"x-ms-blob-type": kind}
        if kind == "BlockBlob":
            status, _, answer = self.request("PUT", f"{container}/{name}", headers=headers, body=body)
        else:
            status, _, answer = self.request("PUT", f"{container}/{name}", headers=headers)
            assert status == 201, answer
            status, _, answer = self.request("PUT", f"{container}/{name}", {"comp": "appendblock"}, body=body)
        assert status == 201, answer

    def get(self, container, name):
        status, _, body = self.request("GET", f"{container}/{name}")
        return body if status == 200 else None

    def staged(self, container, name):
        """Ids of the uncommitted blocks of a blob."""
        status, _, body = self.request("GET", f"{container}/{name}", {"comp": "blocklist", "blocklisttype": "uncommitted"})
        return [item.text for item in ET.fromstring(body).iter("Name")] if status == 200 else []
