#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes seed corpora out of the grammar tables: seeds.py TABLES OUTPUT writes OUTPUT/<target>/<table>-<line>."""
import pathlib
import re
import sys

DESC = b'{"mediaType":"a/b","digest":"DIGEST","size":1}'
DIGEST = b"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

# target: its tables, each with the columns that make up an input, one to a line
SEEDS = {
    "fuzz_target": [("targets", [0])],
    "fuzz_range": [("ranges", [1, 0]), ("content_ranges", [1, 0])],
    "fuzz_reference": [("names", [0]), ("tags", [0]), ("mediatypes", [0])],
    "fuzz_headers": [("forwarded", [0, 1, 2]), ("accept", [0, 0]), ("etags", [0, 0])],
    "fuzz_json": [("json", [0])],
    "fuzz_authorization": [("authorizations", [0, 0]), ("scopes", [0, 0])],
    "fuzz_token": [("jws_headers", [0, 0]), ("jwks", [0, 0]), ("token_seeds", [0, 1])],
    "fuzz_manifest": [("manifests", [0, 1])],
    "fuzz_yaml": [("config/bad", [0]), ("config/env", [1, 0]), ("config/values", [0]), ("config/warnings", [0])],
}


def cases(path):
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line and not line.startswith(b"#"):
            cells = re.sub(rb"\\x([0-9a-f]{2})", lambda hit: bytes([int(hit[1], 16)]), line).split(b"\t")
            yield number, [cell.replace(b"DESC", DESC).replace(b"DIGEST", DIGEST) for cell in cells]


def main(tables, output):
    for target, sources in SEEDS.items():
        folder = output / target
        folder.mkdir(parents=True, exist_ok=True)
        for table, columns in sources:
            for number, cells in cases(tables / f"{table}.tsv"):
                (folder / f"{table.replace('/', '-')}-{number}").write_bytes(b"\n".join(cells[column] for column in columns))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
