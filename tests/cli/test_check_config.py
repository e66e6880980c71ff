# SPDX-License-Identifier: MIT
"""`berth check-config`: what it prints where, and its exit status."""
import os

import pytest

from processes import ACCOUNT, environment, run
from stack import build_folder
from tokens import password_line

GOOD = "version: 0.1\nstorage: filesystem\nhttp: {secret: hunter2}\n"


@pytest.fixture
def check():
    """Runs the command on a text as its file, with variables of the environment."""
    folder = ACCOUNT.folder(os.path.join(ACCOUNT.scratch(), "check-config"))
    path = os.path.join(folder, "config.yml")

    def checked(text, *words, **variables):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return run([os.path.join(build_folder(), "berth"), "check-config", *words], check=False,
                   env=environment(**variables))

    checked.path = path
    return checked


def test_settings_go_to_stdout_and_messages_to_stderr(check):
    done = check(GOOD, check.path)
    assert done.returncode == 0
    assert 'addr: ":5000"\n' in done.stdout
    assert done.stderr == f"warning: {check.path}: auth: no authentication: " \
                          "every client that reaches this registry may pull and push\n"


def test_secrets_are_stars(check):
    done = check(GOOD, check.path)
    assert f'secret: "***"  # {check.path}:3\n' in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


def test_a_variable_names_itself(check):
    done = check(GOOD, check.path, REGISTRY_HTTP_ADDR=":7000")
    assert 'addr: ":7000"  # REGISTRY_HTTP_ADDR\n' in done.stdout


def test_an_error_is_status_3_and_prints_no_settings(check):
    done = check("version: 0.1\nstorage: inmemory\nhttp:\n  addr: nowhere\n", check.path)
    assert done.returncode == 3 and done.stdout == ""
    assert f"{check.path}:2: storage.inmemory: " in done.stderr
    assert f'{check.path}:4: http.addr: must be host:port, not "nowhere"\n' in done.stderr


@pytest.mark.parametrize("words, status", [((), 0), (("--strict",), 3)])
def test_strict_refuses_unknown_keys(check, words, status):
    done = check(GOOD + "htpp: {}\n", *words, check.path)
    assert done.returncode == status
    assert f"warning: {check.path}:4: htpp: unknown key; did you mean http?\n" in done.stderr


def test_strict_takes_foreign_variables(check):
    """Kubernetes sets REGISTRY_PORT for a service called registry."""
    done = check(GOOD, "--strict", check.path, REGISTRY_PORT="tcp://10.0.0.1:5000")
    assert done.returncode == 0
    assert "warning: REGISTRY_PORT: describes a service" in done.stderr


def test_the_environment_may_name_the_file(check):
    assert check(GOOD).returncode == 3
    assert check(GOOD, REGISTRY_CONFIGURATION_PATH=check.path).returncode == 0


@pytest.mark.parametrize("text", [
    GOOD, "version: 0.1\nstorage: {azure: {container: reg, accountname: a, accountkey: a2V5, legacyrootprefix: true}}\n",
    "version: 0.1\nstorage: {azure: {container: reg, accountname: a, accountkey: a2V5, trimlegacyrootprefix: false}}\n",
    "version: 0.1\nstorage: {s3: {bucket: b, region: r, objectownership: true}}\n",
    "version: 0.1\nstorage: filesystem\nmiddleware: {storage: [{name: rewrite, options: {host: cdn, scheme: https}}]}\n",
    "version: 0.1\nstorage: filesystem\nx-a: &a {X-A: [b, c]}\nhttp: {headers: {<<: *a, X-B: [d]}}\n"])
def test_what_it_prints_it_accepts(check, text):
    first = check(text, check.path)
    again = check(first.stdout, "--strict", check.path)
    assert again.returncode == 0

    def values(text):
        return [line.split("  # ")[0] for line in text.splitlines()]

    assert values(first.stdout) == values(again.stdout)


@pytest.mark.parametrize("content, status, reason", [
    (password_line("ann", "pw"), 0, ""),
    ("ann\n", 3, "line 1 is not user:hash; write lines of user:hash"),
    ("", 3, "has no line user:hash; add a user with `htpasswd -B"),
    ("ann:secret\n", 3, "no user can sign in, as none has a bcrypt"),
    (password_line("ann", "pw") + "bob:secret\n", 0, "1, one of them bob"),
    (None, 0, "is missing; the registry makes it at its start, with the user docker"),
], ids=["good", "no-colon", "empty", "no-hash", "one-without", "missing"])
def test_the_password_file_is_looked_at(check, content, status, reason):
    path = os.path.join(os.path.dirname(check.path), "htpasswd")
    if os.path.exists(path):
        os.remove(path)
    if content is not None:
        with open(path, "w", encoding="utf-8") as f:
            f.write(content)
    done = check(f"version: 0.1\nstorage: filesystem\nauth:\n  htpasswd:\n    realm: r\n    path: {path}\n", check.path)
    assert done.returncode == status and "$2y$" not in done.stderr and "secret" not in done.stderr
    place = f"{check.path}:6: auth.htpasswd.path: {path}: "
    assert done.stderr == "" if not reason else done.stderr.startswith(("warning: " if status == 0 else "") + place)
    assert reason in done.stderr


def test_list_prints_every_key_once(check):
    done = check(GOOD, "--list")
    keys = [line.split()[0] for line in done.stdout.splitlines()]
    assert done.returncode == 0 and len(keys) == len(set(keys)) > 300
    assert {"version", "storage.s3.region", "database.password", "redis.cache.enabled"} <= set(keys)


def test_list_says_of_each_switch_in_use_what_its_value_does(check):
    for line in check(GOOD, "--list").stdout.splitlines():
        key, kind, default, words = line.split(None, 3)
        if kind == "boolean" and "not built yet" not in words and "without effect" not in words:
            assert "true" in words or "false" in words, f"{key} [{default}]: {words}"


@pytest.mark.parametrize("words", [("--nonsense",), ("a", "b"), ("--list", "a")])
def test_wrong_usage_is_status_2(check, words):
    done = check(GOOD, *words)
    assert done.returncode == 2 and done.stdout == ""
    assert "usage: berth check-config" in done.stderr
