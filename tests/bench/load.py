# SPDX-License-Identifier: MIT
"""Load: wrk for GET, ab for HEAD (wrk would wait for a body, because of Content-Length), sendfile for uploads."""
import hashlib
import http.client
import os
import re
import subprocess
import threading
import time
from urllib.parse import urlsplit

MIB = 1024 * 1024


class LoadError(Exception):
    """A measurement is not valid: an answer was an error, or a client failed."""


def _number(pattern, text, default=None):
    hit = re.search(pattern, text)
    if not hit and default is None:
        raise LoadError(f"no {pattern!r} in: {text[-400:]}")
    return float(hit.group(1)) if hit else default


def wrk(url, clients, seconds, headers=(), refused=False):
    """
    (requests/s, MB/s of bodies and headers). Raises LoadError after an answer outside 2xx or a socket error. With `refused`,
    every answer must be outside 2xx.
    """
    argv = ["wrk", "-t2", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s"]
    for header in headers:
        argv += ["-H", header]
    done = subprocess.run([*argv, url], capture_output=True, text=True, check=False)
    requests = _number(r"(\d+) requests in", done.stdout, 0)
    wrong = _number(r"Non-2xx or 3xx responses: (\d+)", done.stdout, 0)
    if done.returncode != 0 or wrong != (requests if refused else 0) or "Socket errors" in done.stdout:
        raise LoadError(f"{url}: {done.stdout[-600:]}{done.stderr[-400:]}")
    wall = _number(r"requests in ([\d.]+)s", done.stdout, 0) or _number(r"requests in ([\d.]+)m", done.stdout) * 60
    amount, unit = re.search(r"requests in [\d.]+[sm], ([\d.]+)([KMGT]?)B read", done.stdout).groups()
    return requests / wall, float(amount) * 1024 ** " KMGT".find(unit or " ") / 1e6 / wall


def head(url, clients, seconds, headers=()):
    """Requests/s of HEAD over kept-alive connections."""
    argv = ["ab", "-q", "-k", "-i", "-l", "-c", str(clients), "-t", str(seconds), "-n", "100000000"]
    for header in headers:
        argv += ["-H", header]
    done = subprocess.run([*argv, url], capture_output=True, text=True, check=False)
    failed = _number(r"Failed requests:\s+(\d+)", done.stdout, 1) + _number(r"Non-2xx responses:\s+(\d+)", done.stdout, 0)
    if done.returncode != 0 or failed:
        raise LoadError(f"HEAD {url}: {done.stdout[-600:]}{done.stderr[-400:]}")
    return _number(r"Requests per second:\s+([\d.]+)", done.stdout)


def rsa_signatures(seconds):
    """RSA signatures of 2048 bits per second, by `openssl speed` on all processors."""
    argv = ["openssl", "speed", "-seconds", str(seconds), "-multi", str(os.cpu_count()), "rsa2048"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return _number(r"rsa 2048 bits +\S+ +\S+ +([\d.]+)", done.stdout)


def random_file(path, size):
    """Writes a file of random bytes; returns its digest."""
    hasher = hashlib.sha256()
    with open(path, "wb") as f:
        left = size
        while left:
            block = os.urandom(min(left, 8 * MIB))
            hasher.update(block)
            f.write(block)
            left -= len(block)
    return "sha256:" + hasher.hexdigest()


def make_unique(path):
    """Changes the file's first bytes, so that no peer has seen it; returns the new digest."""
    with open(path, "r+b") as f:
        f.write(os.urandom(32))
    hasher = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(4 * MIB):
            hasher.update(block)
    return "sha256:" + hasher.hexdigest()


def _location(answer):
    """The request target of an upload's Location, absolute or relative."""
    parts = urlsplit(answer.getheader("Location"))
    return parts.path + ("?" + parts.query if parts.query else "")


def _send(link, method, target, path):
    """Sends a request whose body comes from the file by sendfile. If `path` is None, the body is empty."""
    link.putrequest(method, target, skip_accept_encoding=True)
    link.putheader("Content-Type", "application/octet-stream")
    link.putheader("Content-Length", str(os.path.getsize(path) if path else 0))
    link.endheaders()
    if path:
        with open(path, "rb") as f:
            link.sock.sendfile(f)
    answer = link.getresponse()
    return answer, answer.read(500)


def push_blob(base, repository, path, digest, chunked=False):
    """Pushes a blob by POST and one PUT (as containerd), or by POST, PATCH with all bytes, empty PUT (as docker, podman, crane)."""
    link = http.client.HTTPConnection(urlsplit(base).netloc, timeout=300)
    answer, said = _send(link, "POST", f"/v2/{repository}/blobs/uploads/", None)
    if answer.status != 202:
        raise LoadError(f"POST uploads at {base}: {answer.status} {said!r}")
    if chunked:
        answer, said = _send(link, "PATCH", _location(answer), path)
        if answer.status != 202:
            raise LoadError(f"PATCH at {base}: {answer.status} {said!r}")
    target = _location(answer)
    answer, said = _send(link, "PUT", f"{target}{'&' if '?' in target else '?'}digest={digest}",
                         None if chunked else path)
    link.close()
    if answer.status != 201:
        raise LoadError(f"PUT blob at {base}: {answer.status} {said!r}")


def push_parallel(base, repository, files, chunked):
    """Pushes all (path, digest) at the same time; returns the seconds until the last one is acknowledged."""
    faults = []

    def one(path, digest):
        try:
            push_blob(base, repository, path, digest, chunked)
        except (LoadError, OSError, http.client.HTTPException) as e:
            faults.append(e)

    threads = [threading.Thread(target=one, args=pair) for pair in files]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise LoadError(f"push at {base}: {faults[0]}")
    return time.monotonic() - start


def push_manifest(base, repository, tags, body, media_type):
    """Pushes one manifest under every tag over a single connection."""
    link = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    for tag in tags:
        link.request("PUT", f"/v2/{repository}/manifests/{tag}", body, {"Content-Type": media_type})
        answer = link.getresponse()
        said = answer.read()
        if answer.status != 201:
            raise LoadError(f"PUT manifest {tag} at {base}: {answer.status} {said[:300]!r}")
    link.close()
