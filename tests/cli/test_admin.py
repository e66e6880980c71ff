# SPDX-License-Identifier: MIT
"""The commands that administer the token service: what they take, print and refuse, and where passwords come from."""
import json
import os
import pty
import select
import signal
import subprocess
import time

import pytest
import yaml
from processes import environment
from stack import build_folder

PASSWORD = "a good password"


class Admin:
    def __init__(self, config):
        self.config, self.program = config, os.path.join(build_folder(), "berth")

    def command(self, noun, verb, *words):
        return [self.program, noun, verb, self.config, *words]

    def __call__(self, noun, verb, *words, stdin="", status=0):
        done = subprocess.run(self.command(noun, verb, *words), capture_output=True, text=True, input=stdin, timeout=60,
                              env=environment(), check=False)
        assert done.returncode == status, done
        return done

    def json(self, noun, verb, *words, stdin=""):
        return json.loads(self(noun, verb, *words, "--json", stdin=stdin).stdout)

    def complaint(self, *words, stdin="", status=1):
        """The last line on stderr."""
        return self(*words, stdin=stdin, status=status).stderr.splitlines()[-1]


@pytest.fixture(scope="module")
def admin(cluster, tmp_path_factory):
    cluster.create("admin")
    folder = tmp_path_factory.mktemp("admin")
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump({
        "version": 0.1, "storage": {"filesystem": {"rootdirectory": str(folder / "root")}},
        "token_service": {"enabled": True, "keys": str(folder / "keys")},
        "database": {"enabled": True, **cluster.settings("admin")}}))
    subprocess.run([os.path.join(build_folder(), "berth"), "migrate", "up", path], check=True, capture_output=True)
    return Admin(str(path))


def test_a_user_from_its_making_to_its_end(admin):
    assert admin("user", "add", "ann", stdin=f"{PASSWORD}\n").stdout == 'added user "ann"\n'
    shown = admin.json("user", "show", "ann")
    assert (shown["name"], shown["kind"], shown["admin"], shown["disabled"], shown["last_used"]) == (
        "ann", "user", False, False, None)
    admin("user", "change", "ann", "--admin", "--disable")
    shown = admin.json("user", "show", "ann")
    assert shown["admin"] is True and shown["disabled"] is True
    admin("user", "change", "ann", "--no-admin", "--enable")
    assert [user for user in admin.json("user", "list") if user["name"] == "ann"][0]["admin"] is False
    assert "ann" in admin("user", "list").stdout
    assert admin("user", "show", "ann").stdout.startswith("name: ann\nkind: user\n")
    assert admin("user", "remove", "ann").stdout == 'removed user "ann"\n'
    assert admin.complaint("user", "show", "ann") == 'berth: no such user "ann"'
    assert admin.complaint("user", "remove", "ann") == 'berth: no such user "ann"'


@pytest.mark.parametrize("words, said", [
    (["user", "add", "Ann"], "a name is made of a-z"),
    (["user", "add", "taken"], 'user "taken" exists already'),
    (["project", "add", "Team"], "a path is a repository's"),
    (["project", "add", "x" * 256], "255 bytes"),
    (["member", "add", "no-project", "taken", "--role", "reporter"], "no such project"),
    (["token", "add", "nobody", "t", "--role", "reporter"], "no such user"),
    (["token", "add", "taken", "-t", "--role", "reporter"], None),
    (["token", "add", "taken", ".t", "--role", "reporter"], "a token's name"),
    (["token", "remove", "taken", "nothing"], 'no such token "nothing" of "taken"'),
    (["user", "change", "nobody", "--admin"], 'no such user "nobody"'),
])
def test_errors_say_what_is_wrong(admin, words, said):
    admin.complaint("user", "show", "nobody")
    if not any(user["name"] == "taken" for user in admin.json("user", "list")):
        admin("user", "add", "taken", stdin=f"{PASSWORD}\n")
    if said is None:
        admin(*words, stdin=f"{PASSWORD}\n", status=2)
    else:
        assert said in admin.complaint(*words, stdin=f"{PASSWORD}\n")


@pytest.mark.parametrize("words", [
    ["user", "add"], ["user", "add", "a", "b"], ["user", "frob", "a"], ["user", "list", "a"], ["user", "add", "a", "--role", "x"],
    ["user", "change", "a"], ["user", "change", "a", "--admin", "--no-admin"], ["project", "change", "p"],
    ["project", "add", "p", "--visibility", "open"], ["project", "add", "p", "--registry", "maybe"],
    ["member", "add", "p", "a"], ["member", "add", "p", "a", "--role", "owner"], ["token", "add", "a", "t"],
    ["token", "add", "a", "t", "--role", "reporter", "--expires", "soon"],
    ["token", "add", "a", "t", "--role", "reporter", "--expires", "0d"], ["site", "change"], ["site", "audit", "--limit", "0"],
    ["user", "add", "a", "--password=secret"],
])
def test_wrong_usage_changes_nothing(admin, words):
    admin(*words, status=2)


@pytest.mark.parametrize("stdin, said", [("", "is due on stdin"), ("\n", "has 12 to 511 bytes"), ("short\n", "has 12 to 511 bytes"),
                                         ("x" * 512 + "\n", "has 12 to 511 bytes"), ("x" * 2000 + "\n", "is due on stdin"),
                                         ("the-name-is-bob\n", "is the name")])
def test_passwords_keep_to_the_rules(admin, stdin, said):
    assert said in admin.complaint("user", "add", "the-name-is-bob", stdin=stdin)


def test_a_hash_must_be_one(admin):
    assert "bcrypt" in admin.complaint("user", "add", "hashed", "--hashed", stdin=f"{PASSWORD}\n")
    assert "bcrypt" in admin.complaint("user", "add", "hashed", "--hashed", stdin="$2y$31$" + "a" * 53 + "\n")


def test_a_generated_password_is_printed_once(admin):
    made = admin.json("user", "add", "generated", "--generate")
    assert made["name"] == "generated" and len(made["password"]) == 26
    again = admin("user", "change", "generated", "--generate").stdout.splitlines()
    assert again[0] == "name: generated" and again[1].startswith("password: ")
    assert made["password"] not in again[1]


def test_robots_have_no_password_and_no_rights_of_administrators(admin):
    admin("user", "add", "robby", "--robot")
    assert admin.json("user", "show", "robby")["kind"] == "robot"
    assert "a robot cannot be an administrator" in admin.complaint("user", "change", "robby", "--admin")
    assert "a robot has no password" in admin.complaint("user", "change", "robby", "--password", stdin=f"{PASSWORD}\n")


def test_projects_and_members(admin):
    admin("user", "add", "mary", "--robot")
    admin("project", "add", "team/app", "--visibility", "public", "--registry", "off")
    shown = admin.json("project", "show", "team/app")
    assert (shown["visibility"], shown["registry"], shown["members"]) == ("public", False, 0)
    admin("project", "change", "team/app", "--visibility", "private", "--registry", "on")
    admin("member", "add", "team/app", "mary", "--role", "reporter")
    assert "exists already" in admin.complaint("member", "add", "team/app", "mary", "--role", "developer")
    admin("member", "change", "team/app", "mary", "--role", "developer")
    assert admin.json("member", "show", "team/app", "mary")["role"] == "developer"
    assert [(m["user"], m["role"]) for m in admin.json("member", "list", "team/app")] == [("mary", "developer")]
    assert admin.json("project", "show", "team/app")["members"] == 1
    admin("member", "remove", "team/app", "mary")
    assert admin.json("member", "list", "team/app") == []
    admin("project", "remove", "team/app")
    assert admin.complaint("project", "show", "team/app") == 'berth: no such project "team/app"'


def since(log, at):
    """What PostgreSQL has written to its log behind the first `at` bytes."""
    with open(log, "rb") as file:
        file.seek(at)
        return file.read().decode()


def test_what_exists_already_is_said_and_leaves_no_line_in_the_log_of_the_database(admin, cluster):
    changes = [("user", "add", "twice", "--robot"), ("project", "add", "twice"),
               ("member", "add", "twice", "twice", "--role", "reporter"),
               ("token", "add", "twice", "ci", "--role", "reporter", "--project", "twice")]
    for words in changes:
        admin(*words)
    at = os.path.getsize(cluster.log)
    for words in changes:
        assert "exists already" in admin.complaint(*words)
    assert "no such user" in admin.complaint("member", "add", "twice", "nobody", "--role", "reporter")
    assert "no such project" in admin.complaint("token", "add", "twice", "x", "--role", "reporter", "--project", "none")
    assert "no such user" in admin.complaint("token", "add", "nobody", "x", "--role", "reporter")
    assert "ERROR" not in since(cluster.log, at)
    assert len(admin.json("token", "list", "twice")) == 1


def test_of_many_who_add_the_same_at_once_one_succeeds(admin, cluster):
    at = os.path.getsize(cluster.log)
    started = [subprocess.Popen(admin.command("project", "add", "contested"), stderr=subprocess.PIPE, text=True, env=environment())
               for _ in range(8)]
    complaints = [child.communicate(timeout=60)[1] for child in started]
    assert sorted(child.returncode for child in started) == [0] + [1] * 7
    assert [text.endswith('berth: project "contested" exists already\n') for text in complaints].count(True) == 7
    assert "ERROR" not in since(cluster.log, at)


def test_tokens_are_shown_once_and_listed_without_their_secret(admin):
    admin("user", "add", "tom", "--robot")
    made = admin.json("token", "add", "tom", "ci", "--role", "developer", "--expires", "12h")
    assert made["token"].startswith("berth_pat_") and made["expires"].endswith("Z")
    listed = admin.json("token", "list", "tom")
    assert [(t["name"], t["role"], t["project"], t["expired"]) for t in listed] == [("ci", "developer", None, False)]
    assert made["token"] not in repr(listed)
    admin("token", "change", "tom", "ci", "--role", "reporter", "--expires", "90d")
    assert admin.json("token", "show", "tom", "ci")["role"] == "reporter"
    admin("token", "remove", "tom", "ci")
    assert admin.json("token", "list", "tom") == []


def test_the_site(admin):
    before = admin.json("site", "show")
    admin("site", "change", "--registry", "off", "--new-project-visibility", "internal")
    assert admin.json("site", "show") == {"registry": False, "new_project_registry": True, "new_project_visibility": "internal"}
    admin("site", "change", "--registry", "on", "--new-project-visibility", before["new_project_visibility"])
    newest = admin.json("site", "audit", "--limit", "1")
    assert [(e["kind"], e["action"], e["times"]) for e in newest] == [("change", "site update", 1)]
    assert "site update" in admin("site", "audit").stdout


def typed(command, lines, prompts):
    """What the command prints on a terminal on which the lines are typed, each after its prompt; and its status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(command[0], command, environment())
    said, answers, deadline = b"", dict(zip(prompts, lines)), time.monotonic() + 30
    while select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
        try:
            said += os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        for prompt in [prompt for prompt in answers if prompt in said]:
            os.write(terminal, answers.pop(prompt) + b"\n")
    else:
        os.kill(pid, signal.SIGKILL)
    return said, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


PROMPTS = [b"New password: ", b"The same again: "]


def test_a_terminal_is_asked_twice_and_shows_nothing(admin):
    command = admin.command("user", "add", "typist")
    rest, status = typed(command, [b"typed-in-the-dark", b"typed-in-the-dark"], PROMPTS)
    assert status == 0 and b'added user "typist"' in rest
    assert b"typed-in-the-dark" not in rest
    rest, status = typed(admin.command("user", "change", "typist", "--password"), [b"typed-in-the-dark", b"typed-in-a-hurry"],
                         PROMPTS)
    assert status == 1 and b"not the same" in rest and b"typed-in" not in rest


def test_a_database_without_the_schema_is_named(admin, cluster, tmp_path):
    cluster.create("empty")
    with open(admin.config, encoding="utf-8") as file:
        config = yaml.safe_load(file)
    config["database"]["dbname"] = "empty"
    path = tmp_path / "config.yml"
    path.write_text(yaml.safe_dump(config))
    assert "berth migrate up" in Admin(str(path)).complaint("user", "list")
    del config["database"]
    path.write_text(yaml.safe_dump(config))
    assert "names no database" in Admin(str(path)).complaint("user", "list", status=3)
