# SPDX-License-Identifier: MIT
"""
Every client signs in, pushes, pulls and signs out: at the token service, and at a registry with a password file. Further
tests: public projects, robots that may only pull, projects that are switched off.
"""
import os

import layouts
import pytest
from processes import ACCOUNT, run
from stack import merged
from token_service import GUARD, PASSWORD, SERVICE, TokenService


class Place:
    """The registry and the credentials of a client."""

    def __init__(self, netloc, repository, user, password):
        self.netloc, self.repository, self.user, self.password = netloc, repository, user, password

    @property
    def reference(self):
        return f"{self.netloc}/{self.repository}"


@pytest.fixture(scope="session")
def tokens(registries):
    return TokenService(registries.get(merged(SERVICE, GUARD)))


@pytest.fixture(scope="session")
def by_password_file(registries):
    """A registry with a user of its htpasswd file."""
    path = os.path.join(ACCOUNT.folder(ACCOUNT.scratch()), "htpasswd")
    hashed = run(["openssl", "passwd", "-6", PASSWORD]).stdout.strip()
    with open(path, "w", encoding="ascii") as file:
        file.write(f"ann:{hashed}\n")
    os.chmod(path, 0o644)
    return registries.get({"auth": {"htpasswd": {"realm": "test", "path": path}}})


@pytest.fixture(params=["token", "password-file"])
def place(request, registries):
    """A repository in which its user has all rights."""
    del registries  # requested by name below; pytest must know all names here
    if request.param == "password-file":
        berth = request.getfixturevalue("by_password_file")
        return Place(berth.client.netloc, f"clients/{os.urandom(6).hex()}", "ann", PASSWORD)
    tokens = request.getfixturevalue("tokens")
    user = tokens.user()
    return Place(tokens.berth.client.netloc, f"{tokens.project(members={user: 'maintainer'})}/app", user, PASSWORD)


@pytest.fixture
def secret_free(tokens, request):
    """Checks after the test that no log contains the password."""
    yield
    logs = dict(tokens.logs())
    if "by_password_file" in request.fixturenames:
        logs.update(TokenService(request.getfixturevalue("by_password_file")).logs())
    for where, text in logs.items():
        assert PASSWORD not in text, where


# ---- each client: (sign in, push, pull, sign out) as functions of the place ----

class Skopeo:
    def __init__(self, tool, scratch):
        self.tool = tool("skopeo", "--insecure-policy")
        self.authfile = ["--authfile", f"{scratch}/auth.json"]

    def login(self, place):
        self.tool("login", *self.authfile, "--tls-verify=false", "-u", place.user, "--password-stdin", place.netloc,
                  stdin=place.password)

    def push(self, place, image, **how):
        return self.tool("copy", *self.authfile, "--all", "--preserve-digests", "--dest-tls-verify=false", f"oci:{image.folder}:v1",
                         f"docker://{place.reference}:v1", **how)

    def pull(self, place, folder, **how):
        return self.tool("copy", *self.authfile, "--all", "--preserve-digests", "--src-tls-verify=false",
                         f"docker://{place.reference}:v1", f"oci:{folder}:v1", **how)

    def logout(self, place):
        self.tool("logout", *self.authfile, place.netloc)


class Storage(Skopeo):
    """podman and buildah: they keep images in their local storage."""

    name, options = "podman", ["--cgroup-manager", "cgroupfs", "--events-backend", "none"]

    def __init__(self, tool, scratch):
        super().__init__(tool, scratch)
        self.copy = self.tool
        extra = ["--tmpdir", f"{scratch}/tmp"] if self.name == "podman" else []
        self.tool = tool(self.name, "--root", f"{scratch}/root", "--runroot", f"{scratch}/run", "--storage-driver", "vfs",
                         *extra, *self.options)

    def push(self, place, image, **how):
        self.copy("copy", f"oci:{image.folder}:v1", f"containers-storage:[vfs@{self.tool.prefix[1]}+{self.tool.prefix[3]}]localhost/one:v1")
        return self.tool("push", *self.authfile, "--tls-verify=false", "localhost/one:v1", f"docker://{place.reference}:v1", **how)

    def pull(self, place, folder, **how):
        said = self.tool("pull", *self.authfile, "-q", "--tls-verify=false", f"{place.reference}:v1", **how)
        if how.get("ok", True):
            self.copy("copy", f"containers-storage:[vfs@{self.tool.prefix[1]}+{self.tool.prefix[3]}]{place.reference}:v1", f"oci:{folder}:v1")
        return said


    def logout(self, place):
        super().logout(place)
        self.tool("rmi", "-a", "-f")  # buildah does not send a request for an image that it has


class Podman(Storage):
    pass


class Buildah(Storage):
    name, options = "buildah", []


class Crane:
    def __init__(self, tool, scratch):
        self.tool = tool("crane", "--insecure")
        self.tool.env = {**self.tool.env, "DOCKER_CONFIG": str(scratch)}

    def login(self, place):
        self.tool("auth", "login", place.netloc, "-u", place.user, "--password-stdin", stdin=place.password)

    def push(self, place, image, **how):
        return self.tool("push", "--index", image.folder, f"{place.reference}:v1", **how)

    def pull(self, place, folder, **how):
        return self.tool("pull", "--format", "oci", f"{place.reference}:v1", folder, **how)

    def logout(self, place):
        self.tool("auth", "logout", place.netloc)


class Oras:
    def __init__(self, tool, scratch):
        self.tool, self.scratch = tool("oras"), scratch
        self.config = ["--registry-config", f"{scratch}/oras.json"]
        (scratch / "thing.txt").write_text("a thing\n")

    def login(self, place):
        self.tool("login", *self.config, "--plain-http", "-u", place.user, "--password-stdin", place.netloc, stdin=place.password)

    def push(self, place, image, **how):
        return self.tool("push", *self.config, "--plain-http", f"{place.reference}:v1", "--artifact-type",
                         "application/vnd.example.thing", "thing.txt:text/plain", cwd=self.scratch, **how)

    def pull(self, place, folder, **how):
        return self.tool("pull", *self.config, "--plain-http", f"{place.reference}:v1", "-o", folder, **how)

    def logout(self, place):
        self.tool("logout", *self.config, place.netloc)


class Regctl:
    def __init__(self, tool, scratch):
        self.tool = tool("regctl")
        self.tool.env = {**self.tool.env, "REGCTL_CONFIG": f"{scratch}/regctl.json"}

    def login(self, place):
        self.tool("registry", "set", "--skip-check", "--tls", "disabled", place.netloc)
        self.tool("registry", "login", place.netloc, "-u", place.user, "--pass-stdin", stdin=place.password)

    def push(self, place, image, **how):
        return self.tool("image", "copy", f"ocidir://{image.folder}:v1", f"{place.reference}:v1", **how)

    def pull(self, place, folder, **how):
        return self.tool("image", "copy", f"{place.reference}:v1", f"ocidir://{folder}:v1", **how)

    def logout(self, place):
        self.tool("registry", "logout", place.netloc)


CLIENTS = [Skopeo, Podman, Buildah, Crane, Oras, Regctl]


@pytest.mark.parametrize("kind", CLIENTS)
def test_sign_in_push_pull_sign_out(kind, tool, scratch, place, gzip_image, secret_free):
    client = kind(tool, scratch)
    client.login(place)
    client.push(place, gzip_image)
    client.pull(place, f"{scratch}/back")
    if kind is Oras:
        assert (scratch / "back" / "thing.txt").read_text() == "a thing\n"
    elif kind in (Skopeo, Regctl):
        assert layouts.digests(f"{scratch}/back") == layouts.digests(gzip_image.folder)
    client.logout(place)
    said = client.pull(place, f"{scratch}/again", ok=False)
    assert any(word in said.lower() for word in ("unauthorized", "401", "authentication required", "credential not found")), said


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_wrong_password_does_not_sign_in(kind, tool, scratch, place):
    place.password = "not-the-password"
    client = kind(tool, scratch)
    if kind is Crane:  # stores the credentials without a request
        client.login(place)
        client.pull(place, f"{scratch}/back", ok=False)
        return
    with pytest.raises(AssertionError):
        client.login(place)


@pytest.fixture
def skopeo(tool, scratch):
    return Skopeo(tool, scratch)


def test_a_public_project_is_pulled_by_anybody_and_pushed_to_by_nobody(skopeo, tokens, scratch, gzip_image):
    user = tokens.user()
    project = tokens.project("--visibility", "public", members={user: "developer"})
    place = Place(tokens.berth.client.netloc, f"{project}/app", user, PASSWORD)
    skopeo.login(place)
    skopeo.push(place, gzip_image)
    skopeo.logout(place)
    skopeo.pull(place, f"{scratch}/back")
    assert layouts.digests(f"{scratch}/back") == layouts.digests(gzip_image.folder)
    skopeo.push(Place(place.netloc, f"{project}/other", None, None), gzip_image, ok=False)
    assert tokens.berth.sql(f"SELECT count(*) FROM repository WHERE path = '{project}/other'") == [["0"]]


def test_a_robot_that_may_only_pull(skopeo, tokens, scratch, gzip_image):
    user, robot = tokens.user(), tokens.robot()
    project = tokens.project(members={user: "developer", robot: "developer"})
    _, secret = tokens.token(robot, "--project", project, role="reporter")
    place = Place(tokens.berth.client.netloc, f"{project}/app", user, PASSWORD)
    skopeo.login(place)
    skopeo.push(place, gzip_image)
    skopeo.logout(place)
    place.user, place.password = robot, secret
    skopeo.login(place)
    skopeo.pull(place, f"{scratch}/back")
    place.repository = f"{project}/new"
    skopeo.push(place, gzip_image, ok=False)
    assert tokens.berth.sql(f"SELECT count(*) FROM repository WHERE path = '{project}/new'") == [["0"]]


def test_a_project_that_is_switched_off_midway(skopeo, tokens, scratch, gzip_image):
    user = tokens.user()
    project = tokens.project(members={user: "maintainer"})
    place = Place(tokens.berth.client.netloc, f"{project}/app", user, PASSWORD)
    skopeo.login(place)
    skopeo.push(place, gzip_image)
    tokens.berth_command("project", "change", project, "--registry", "off")
    skopeo.pull(place, f"{scratch}/off", ok=False)
    skopeo.push(place, gzip_image, ok=False)
    tokens.berth_command("project", "change", project, "--registry", "on")
    skopeo.pull(place, f"{scratch}/on")


def test_a_site_that_is_switched_off(skopeo, tokens, scratch, gzip_image):
    user = tokens.user()
    place = Place(tokens.berth.client.netloc, f"{tokens.project(members={user: 'maintainer'})}/app", user, PASSWORD)
    skopeo.login(place)
    skopeo.push(place, gzip_image)
    tokens.berth_command("site", "change", "--registry", "off")
    try:
        skopeo.pull(place, f"{scratch}/off", ok=False)
    finally:
        tokens.berth_command("site", "change", "--registry", "on")
    skopeo.pull(place, f"{scratch}/on")
