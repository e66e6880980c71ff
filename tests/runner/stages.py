# SPDX-License-Identifier: MIT
"""
What tests/run.sh runs: the table of jobs, by stage.

A job is a command that leaves a log, or a JUnit report beside it. Jobs run several at once, so each has servers, ports and
folders of its own. `needs` names jobs that must have passed before; a job that was not chosen is not waited for. `seconds` is
about how long the job takes on two idle processors: the longest job that may start starts first.
"""
import glob
import os
from dataclasses import dataclass, replace

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
PYTHON = "/usr/bin/python3"


@dataclass(frozen=True)
class Place:
    """The folders of a run: build trees and results."""
    builds: str
    results: str

    def environment(self):
        return {"BERTH_FAULT_SECONDS": "30", **os.environ, "BERTH_BUILD": os.path.join(self.builds, "developer"),
                "BERTH_RELEASE": os.path.join(self.builds, "release"), "FUZZ_BUILD": os.path.join(self.builds, "fuzz")}


@dataclass(frozen=True)
class Job:
    """One line of the table. In `command` {builds} and {results} stand for the run's folders."""
    stage: str
    name: str
    command: tuple
    needs: tuple = ("build",)
    seconds: int = 10
    quick: bool = False  # part of --quick
    spare: bool = False  # not part of a whole run, which has more such tests
    report: bool = False  # leaves a JUnit report {results}/NAME.xml
    tools: tuple = ()  # programs of tools.sh, which must be installed first
    optional: bool = False  # a failure counts as a skip, and jobs that need this job start all the same

    def words(self, place):
        return [word.replace("{builds}", place.builds).replace("{results}", place.results) for word in self.command]


def script(stage, name, program, *arguments, **options):
    """A program of the tree with arguments."""
    return Job(stage, name, (os.path.join(TOP, program), *arguments), **options)


def pytest(stage, name, *arguments, **options):
    """pytest with these arguments. An argument that names a file or folder below tests/ becomes a path."""
    paths = [os.path.join(TOP, "tests", word) for word in arguments]
    words = [path if os.path.exists(path) else word for path, word in zip(paths, arguments)]
    return Job(stage, name, (PYTHON, "-m", "pytest", "-q", "-rfEs", "--tb=short", "-p", "no:cacheprovider",
                             f"--junitxml={{results}}/{name}.xml", *words), report=True, **options)


def behind_each(stage, name, *arguments, seconds):
    """The same tests behind NGINX and behind Apache, one job each. --quick runs the job behind NGINX."""
    return [pytest(stage, f"{name}-{frontend}", *arguments, "--frontend", frontend, seconds=seconds, quick=frontend == "nginx")
            for frontend in ("nginx", "apache")]


def api(storage, *files, stage="objects", name="api", frontend="nginx", **options):
    """The tests of the API on an object store: all files, or the given files."""
    return pytest(stage, f"{name}-{storage}", *([f"api/test_{file}.py" for file in files] or ["api"]), "--storage", storage,
                  "--frontend", frontend, **options)


# The tests of the API that reach a driver. All object stores share one engine for upload sessions; the whole API tests this
# engine on s3. Apache streams a body to the worker, NGINX passes a file: oss tests streams to an object store.
BLOBS = ("blobs", "deletion", "mount", "ranges_and_conditions", "redirect", "uploads_chunked", "uploads_monolithic")

# A job of its own: guessing takes as long as all other attacks together.
ATTACKS = sorted(file for file in glob.glob("test_*.py", root_dir=os.path.join(TOP, "tests", "adversary"))
                 if file != "test_guessing.py")

JOBS = [
    script("build", "build", "tests/runner/build.sh", "{builds}/developer", "check", "--enable-developer", needs=(),
           seconds=120, quick=True),
    script("build", "build-release", "tests/runner/build.sh", "{builds}/release", "all", seconds=70),
    script("meta", "meta", "tests/meta/run", seconds=15, quick=True),
    pytest("meta", "meta-self", "meta", needs=(), seconds=25, quick=True),
    script("unit", "unit", "tests/unit/run", "{builds}/developer", seconds=25, quick=True),
    pytest("schema", "schema", "db", seconds=40, quick=True),
    pytest("store", "store", "store", "--frontend", "nginx", tools=("azurite", "google-cloud-storage", "oss2"), seconds=280),
    pytest("programs", "programs", "cli", "fcgi", seconds=90, quick=True),
    *behind_each("api", "api", "api", seconds=60),
    *behind_each("auth", "auth", "auth", seconds=40),
    *behind_each("adversary", "adversary", *[f"adversary/{file}" for file in ATTACKS], seconds=100),
    *behind_each("adversary", "guessing", "adversary/test_guessing.py", seconds=120),
    *behind_each("tokens", "tokens", "token", seconds=50),
    api("s3", seconds=80),
    pytest("objects", "nodes-s3", "faults/test_two_nodes.py", "--storage", "s3", "-k", "not apache", seconds=20),
    script("objects", "conformance-s3", "tests/conformance/run.py", "--storage", "s3", "--frontend", "nginx",
           "--results", "{results}/conformance-s3", tools=("conformance",), seconds=30),
    api("swift", *BLOBS, seconds=15),
    api("azure", *BLOBS, tools=("azurite",), seconds=15),
    api("gcs", *BLOBS, seconds=15),
    api("oss", *BLOBS, "uploads_streamed", frontend="both", seconds=30),
    *[api(storage, "blobs", stage="smoke", name="smoke", tools=("azurite",) if storage == "azure" else (), quick=True, spare=True)
      for storage in ("s3", "swift", "azure", "gcs", "oss")],
    pytest("faults", "faults", "faults", needs=("build", "build-release"), seconds=330),
    script("conformance", "conformance", "tests/conformance/run.py", "--results", "{results}/conformance", tools=("conformance",),
           seconds=60),
    pytest("clients", "clients", "clients", "--frontend", "nginx", tools=("crane", "oras", "regctl"), seconds=100),
    pytest("quickstart", "conf", "conf", seconds=30),
    script("quickstart", "quickstart", "tests/conf/check_quickstart.sh", seconds=90),
    pytest("fresh", "fresh", "fresh", needs=(), seconds=450),
    pytest("dist", "dist", "dist", seconds=90),
    script("fuzz", "fuzz", "tests/fuzz/run.sh", os.environ.get("BERTH_FUZZ_SECONDS", "5"), seconds=110),
]
STAGES = list(dict.fromkeys(job.stage for job in JOBS))


def chosen(stages, quick):
    """The jobs of these stages, of --quick, or of a whole run, and a job that installs the tools that they need."""
    jobs = [job for job in JOBS if job.stage in stages or (quick and job.quick) or not (stages or quick or job.spare)]
    tools = sorted({tool for job in jobs for tool in job.tools})
    if not tools:
        return jobs
    jobs = [replace(job, needs=(*job.needs, "tools")) if job.tools else job for job in jobs]
    return [script("tools", "tools", "tests/tools.sh", *tools, needs=(), seconds=60, optional=True), *jobs]
