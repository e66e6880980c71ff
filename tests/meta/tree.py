# SPDX-License-Identifier: MIT
"""The tree for the checks: the list of files, and C text without comments."""
import os
import subprocess
import sys

ROOT = os.path.realpath(os.environ.get("BERTH_META_ROOT") or os.path.join(os.path.dirname(__file__), "..", ".."))
SKIP = 77  # exit status of a skipped test in automake
SKIPPED = {".git", "autom4te.cache", "build-aux", "__pycache__", ".venv", "node_modules", "results", "var"}


def files():
    """Every file of the project, relative to its root: a release's MANIFEST, git's list, or all that a walk finds."""
    manifest = os.path.join(ROOT, "MANIFEST")
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=False)
    if os.path.exists(manifest):
        with open(manifest, encoding="utf-8") as f:
            names = f.read().splitlines()
    elif listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
    else:
        names = [os.path.relpath(os.path.join(where, name), ROOT)
                 for where, folders, inside in os.walk(ROOT)
                 if not set(os.path.relpath(where, ROOT).split(os.sep)) & SKIPPED for name in inside]
    return sorted(name for name in names if name and os.path.isfile(os.path.join(ROOT, name)))


def c_files(*folders):
    """C sources and headers below the folders."""
    return [name for name in files() if name.endswith((".c", ".h")) and name.startswith(tuple(folders))]


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8", errors="replace") as f:
        return f.read()


def _blank(text):
    return "".join(c if c == "\n" else " " for c in text)


def _literal_end(text, at):
    """The index behind the string or character literal that starts at `at`."""
    quote, at = text[at], at + 1
    while at < len(text) and text[at] not in (quote, "\n"):
        at += 2 if text[at] == "\\" else 1
    return min(at + 1, len(text))


def strip(text, literals=False):
    """C text with comments (and on request the insides of literals) turned to spaces; lines and columns stay."""
    out, at = [], 0
    while at < len(text):
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            end = len(text) if end < 0 else end + 2
            out.append(_blank(text[at:end]))
        elif text.startswith("//", at):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            out.append(_blank(text[at:end]))
        elif text[at] in "\"'":
            end = _literal_end(text, at)
            out.append(text[at] + _blank(text[at + 1:end - 1]) + text[end - 1:end] if literals else text[at:end])
        else:
            end = at + 1
            out.append(text[at])
        at = end
    return "".join(out)


def skip(check, why):
    """Ends a check that this machine cannot run. `run` counts the skip; tests/run.sh --all counts it as a failure."""
    print(f"SKIPPED: {check}: {why}")
    sys.exit(SKIP)


def finish(check, faults, seen):
    """Prints the faults and one closing line; exits with the status of the check."""
    for fault in faults:
        print(f"{check}: {fault}")
    print(f"{check}: {'FAILED, %d faults' % len(faults) if faults else 'ok'} ({seen})")
    sys.exit(1 if faults else 0)
