# SPDX-License-Identifier: MIT
"""OCI image layouts made from files of this machine, and the comparison of two of them."""
import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
import uuid

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
SOURCE = "/usr/share"
LIMIT = 12 << 20  # bytes of files in a layer: large enough for many chunks, small enough for CI


def some_files(skip):
    """Paths below SOURCE up to LIMIT bytes; `skip` moves the beginning, so that two layers differ."""
    total, seen = 0, 0
    for folder, folders, names in os.walk(SOURCE):
        folders.sort()
        for each in sorted(names):
            path = os.path.join(folder, each)
            if os.path.islink(path) or not os.path.isfile(path) or not os.access(path, os.R_OK):
                continue
            seen += 1
            if seen <= skip:
                continue
            total += os.path.getsize(path)
            if total > LIMIT:
                return
            yield path


def make_tar(path, skip):
    """
    Makes a tar file that differs from all others. Clients remember which blobs hold the same layer; for an equal layer they would
    use the zstd blob of an earlier test in a format that does not know zstd.
    """
    mark = uuid.uuid4().bytes
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("mark")
        entry.size = len(mark)
        tar.addfile(entry, io.BytesIO(mark))
        for source in some_files(skip):
            entry = tar.gettarinfo(source, source.lstrip("/"))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.type = tarfile.REGTYPE  # no hard links, because their targets might be missing
            entry.size = os.path.getsize(source)
            with open(source, "rb") as content:
                tar.addfile(entry, content)


class Layout:
    def __init__(self, folder):
        self.folder = str(folder)
        os.makedirs(self.blobs, exist_ok=True)
        with open(os.path.join(self.folder, "oci-layout"), "w", encoding="ascii") as f:
            f.write('{"imageLayoutVersion": "1.0.0"}')

    @property
    def blobs(self):
        return os.path.join(self.folder, "blobs", "sha256")

    def add(self, data, media_type, **more):
        reference = hashlib.sha256(data).hexdigest()
        with open(os.path.join(self.blobs, reference), "wb") as f:
            f.write(data)
        return {"mediaType": media_type, "digest": f"sha256:{reference}", "size": len(data), **more}

    def add_json(self, document, media_type, **more):
        return self.add(json.dumps(document).encode(), media_type, **more)

    def finish(self, descriptor, tag):
        entry = {**descriptor, "annotations": {"org.opencontainers.image.ref.name": tag}}
        with open(os.path.join(self.folder, "index.json"), "w", encoding="ascii") as f:
            json.dump({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}, f)
        return self


def layers(layout, architecture, packers):
    """Makes one layer with each packer; returns (descriptors, diff ids)."""
    found, ids = [], []
    for at, packer in enumerate(packers):
        path = os.path.join(layout.folder, "layer.tar")
        make_tar(path, skip=(400 if architecture == "arm64" else 0) + 900 * at)
        with open(path, "rb") as f:
            plain = f.read()
        os.unlink(path)
        ids.append("sha256:" + hashlib.sha256(plain).hexdigest())
        if packer == "gzip":
            packed = gzip.compress(plain, 1, mtime=0)
        else:
            packed = subprocess.run(["zstd", "-q", "-3", "-c"], input=plain, stdout=subprocess.PIPE, check=True).stdout
        found.append(layout.add(packed, f"{LAYER}+{packer}"))
    return found, ids


def multi_arch(folder, tag="v1", packers=("gzip", "zstd")):
    layout, children = Layout(folder), []
    for architecture in ("amd64", "arm64"):
        parts, ids = layers(layout, architecture, packers)
        config = layout.add_json({"architecture": architecture, "os": "linux", "config": {"Cmd": ["/bin/true"]},
                                  "rootfs": {"type": "layers", "diff_ids": ids},
                                  "history": [{"created_by": "tests"} for _ in ids]}, CONFIG)
        children.append(layout.add_json({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": parts}, MANIFEST,
                                        platform={"architecture": architecture, "os": "linux"}))
    return layout.finish(layout.add_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": children}, INDEX), tag)


def digests(folder):
    """The digests of the blobs of a layout, after a check that each file has its digest."""
    names = sorted(os.listdir(os.path.join(folder, "blobs", "sha256")))
    for each in names:
        with open(os.path.join(folder, "blobs", "sha256", each), "rb") as f:
            assert hashlib.file_digest(f, "sha256").hexdigest() == each
    return names


def root_digest(folder):
    with open(os.path.join(folder, "index.json"), encoding="utf-8") as f:
        return json.load(f)["manifests"][0]["digest"]


def children(folder):
    """Descriptors of the images below the layout's index."""
    with open(os.path.join(folder, "blobs", "sha256", root_digest(folder).split(":")[1]), encoding="utf-8") as f:
        return json.load(f)["manifests"]
