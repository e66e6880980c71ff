# SPDX-License-Identifier: MIT
"""Who signs in with what, who waits, and what is written down of it."""
import base64
import json
import itertools
import subprocess
import threading
import time

import pytest
from postgres import Lock
from processes import wait_until
from token_service import PASSWORD, access

SOURCES = itertools.count(2)


def another_source():
    """An address that nobody has come from."""
    number = next(SOURCES)
    return f"127.1.{number // 250}.{1 + number % 250}"


@pytest.fixture
def source():
    return another_source()


def test_a_wrong_password_is_the_same_for_whoever_is_not_there(service, source):
    name, disabled, robot = service.user(), service.user(), service.robot()
    service.berth_command("user", "change", disabled, "--disable")
    wrong = service.ask(user=name, password="wrong-password", source=source)
    assert wrong.status == 401 and wrong.codes() == ["UNAUTHORIZED"]
    assert wrong.header("WWW-Authenticate") == 'Basic realm="berth-test", charset="UTF-8"'
    elsewhere = another_source()
    for other in (disabled, robot, "no-such-user", "Ümlaut", "a:b", ""):
        answer = service.ask(user=other, source=elsewhere)
        assert (answer.status, answer.body) == (401, wrong.body), other


@pytest.mark.parametrize("header", ["Bearer abc", "Basic", "Basic !!!", "basic bm9jb2xvbg==", "Digest x",
                                    "Basic YTpi, Basic YTpi"])
def test_a_header_that_is_no_basic_is_refused(service, source, header):
    answer = service.ask(headers={"Authorization": header}, source=source)
    assert answer.status == 401 and "Basic" in answer.header("WWW-Authenticate")


def test_a_password_may_hold_anything(service):
    password = "pä: ß%&+= long enough"
    name = service.user(password=password)
    header = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
    assert service.ask(headers={"Authorization": header}).status == 200
    assert service.post(grant_type="password", username=name, password=password).status == 200


def test_a_bcrypt_hash_may_be_brought_along(service):
    name = service.user("--hashed", password="$2y$04$mP1pQB5S5m8gOKGMjVjDQeW244wC2sigGRLHYC.LDLp4XzzML/Ueq")
    assert service.ask(user=name, password="secret").status == 200


def test_an_access_token_stands_for_its_account(service, source):
    name = service.user()
    project = service.project(members={name: "maintainer"})
    other = service.project(members={name: "maintainer"})
    scope = f"repository:{project}"
    _, reporter = service.token(name, role="reporter")
    label, narrow = service.token(name, "--project", project, role="developer")
    how = {"user": name, "source": source}
    assert service.granted(f"{scope}:pull,push", password=reporter, **how) == {scope: ["pull"]}
    assert service.granted(f"{scope}:pull,push,delete", f"repository:{other}:pull", password=narrow, **how) == {
        scope: ["pull", "push"]}
    assert service.ask(user=service.user(), password=reporter, source=source).status == 401
    service.berth_command("token", "remove", name, label)
    assert service.ask(password=narrow, **how).status == 401
    assert service.ask(password=reporter, **how).status == 200
    service.berth_command("user", "change", name, "--disable")
    assert service.ask(password=reporter, **how).status == 401


def test_an_administrators_token_is_no_more_than_it_was_made_for(service):
    admin = service.user("--admin")
    _, secret = service.token(admin, role="reporter")
    assert service.granted("repository:any/where:pull,push", "registry:catalog:*", user=admin, password=secret) == {
        "repository:any/where": ["pull"]}


def test_an_access_token_ends(service, source):
    name = service.user()
    label, secret = service.token(name, "--expires", "30m")
    assert service.ask(user=name, password=secret, source=source).status == 200
    service.berth.sql("UPDATE access_token SET created_at = now() - interval '2 hours',"
                      f" expires_at = now() - interval '1 second' WHERE name = '{label}'")
    assert service.ask(user=name, password=secret, source=source).status == 401


def test_uses_are_noted(service):
    name = service.user()
    label, secret = service.token(name)
    assert service.ask(user=name, password=secret).status == 200
    told = service.berth_command("token", "show", name, label).stdout
    assert "last_used: 20" in told
    assert "last_used: 20" in service.berth_command("user", "show", name).stdout


def test_a_refresh_token_is_worth_what_it_was_given_for(service, source):
    name = service.user()
    project = service.project(members={name: "maintainer"})
    scope = f"repository:{project}"
    label, narrow = service.token(name, role="reporter")
    tokens = {}
    for key, password in (("password", PASSWORD), ("token", narrow)):
        body = service.ask(user=name, password=password, offline_token="true", account=name, client_id="t").json()
        tokens[key] = body["refresh_token"]

    def refreshed(key, **form):
        return service.post(grant_type="refresh_token", refresh_token=tokens[key], client_id="t", source=source,
                            scope=f"{scope}:pull,push", **form)

    assert access(refreshed("password").json()["token"]) == {scope: ["pull", "push"]}
    assert access(refreshed("token").json()["token"]) == {scope: ["pull"]}
    service.berth_command("user", "change", name, "--password", stdin="another-password\n")
    assert refreshed("password").status == 401
    assert refreshed("token").status == 401  # the password's change ends them all
    body = service.ask(user=name, password=narrow, offline_token="true").json()
    tokens["token"] = body["refresh_token"]
    assert refreshed("token").status == 200
    service.berth_command("token", "remove", name, label)
    assert refreshed("token").status == 401


def test_a_refresh_token_by_post_and_its_end(service, source):
    name = service.user()
    body = service.post(grant_type="password", username=name, password=PASSWORD, access_type="offline").json()
    form = {"grant_type": "refresh_token", "refresh_token": body["refresh_token"], "source": source}
    assert service.post(**form).status == 200
    assert service.ask(user=name, password=body["refresh_token"], source=source).status == 401
    service.berth.sql("UPDATE refresh_token SET expires_at = now() FROM account a"
                      f" WHERE a.id = account_id AND a.name = '{name}'")
    assert service.post(**form).status == 401


def test_nobody_gets_a_refresh_token(service):
    assert "refresh_token" not in service.ask(offline_token="true").json()


# ---- back-off ----

def fail(service, name, source, times):
    answers = [service.ask(user=name, password="wrong-password", source=source) for _ in range(times)]
    return [answer.status for answer in answers], answers[-1]


def put_off(service, seconds):
    """
    The end of every wait, by moving the last failures: the first waits are over within a second or two, which a busy machine
    may take for the next request.
    """
    service.berth.sql(f"UPDATE login_failure SET last_at = last_at + interval '{seconds} seconds'")


def test_whoever_fails_too_often_waits(service, source):
    name = service.user()
    statuses, _ = fail(service, name, source, 5)
    assert statuses == [401] * 5
    put_off(service, 60)
    statuses, last = fail(service, name, source, 1)
    assert statuses == [429]
    assert last.codes() == ["TOOMANYREQUESTS"] and 1 <= int(last.header("Retry-After")) <= 61
    assert service.ask(user=name, source=source).status == 429  # the right password waits, too
    put_off(service, -180)
    assert service.ask(user=name, source=source).status == 200
    statuses, _ = fail(service, name, source, 5)
    assert statuses == [401] * 5  # counted from the start again


def test_the_waits_double_up_to_the_longest(service, source):
    name = service.user()
    service.berth.sql("DELETE FROM login_failure")
    fail(service, name, source, 5)
    for failures, due in ((5, 1), (7, 4), (9, 16), (40, 900)):
        began = time.monotonic()
        service.berth.sql(f"UPDATE login_failure SET failures = {failures}, last_at = now() + interval '1000 seconds'")
        wait = int(service.ask(user=name, source=source).header("Retry-After")) - 1000
        assert due - (time.monotonic() - began) <= wait <= due, (failures, wait)


def test_an_attacker_at_one_address_locks_nobody_out_at_another(service, source):
    name = service.user()
    fail(service, name, source, 5)
    put_off(service, 60)
    statuses, _ = fail(service, name, source, 3)
    assert statuses == [429] * 3
    assert service.ask(user=name, source=another_source()).status == 200


def test_many_attackers_do_not_lock_an_account_out_where_it_is_known(service, source):
    name = service.user()
    assert service.ask(user=name, source=source).status == 200
    for number in range(25):  # 4 failures each: no pair waits, the account as a whole does
        fail(service, name, f"127.2.{number}.1", 4)
    put_off(service, 60)
    assert service.ask(user=name, source="127.2.99.1").status == 429
    assert service.ask(user=name, source=source).status == 200


def test_an_address_that_tries_many_names_waits_and_others_go_on(service, source):
    known, stranger = service.user(), service.user()
    assert service.ask(user=known, source=source).status == 200
    for number in range(20):
        fail(service, f"guess{number}", source, 1)
    put_off(service, 60)
    assert service.ask(user=stranger, source=source).status == 429
    assert service.ask(user=known, source=source).status == 200
    _, secret = service.token(stranger)
    assert service.ask(user=stranger, password=secret, source=source).status == 200  # tokens cannot be guessed


def test_good_tokens_flow_while_passwords_are_tried(service):
    """The one password that is looked at takes for ever: of the four workers it has one, and who waits for it another."""
    name = service.user()
    _, secret = service.token(name)
    over, statuses = threading.Event(), set()

    def guess(number):
        while not over.is_set():
            statuses.add(service.ask(user=f"guess{number}", password="wrong-password", source=f"127.3.{number}.1").status)

    attackers = [threading.Thread(target=guess, args=(number,)) for number in range(16)]
    with Lock(service.berth, "login_failure") as lock:
        for attacker in attackers:
            attacker.start()
        try:
            lock.wait_for_victim()
            for _ in range(20):
                assert service.ask(user=name, password=secret).status == 200
                assert lock.waiting() <= 2  # the housekeeper may be the other
        finally:
            over.set()
    for attacker in attackers:
        attacker.join()
    assert 429 in statuses


# ---- the audit, and what is in no log ----

def test_refusals_and_changes_are_written_down(service, source):
    name = service.user()
    project = service.project(members={name: "reporter"})
    service.ask(f"repository:{project}:pull,push", user=name, source=source)
    fail(service, name, source, 1)
    service.ask(user="mistyped-password", source=source)
    rows = service.berth.sql(f"SELECT account, action, project FROM refusal WHERE address = '{source}' ORDER BY 1, 2")
    assert sorted(rows) == sorted([["", "login", ""], [name, "login", ""], [name, "push", project]])
    told = service.berth_command("site", "audit", "--limit", "100000", "--json").stdout
    entries = [entry for entry in json.loads(told) if entry["subject"] == f"{project} {name}"]
    assert [(entry["kind"], entry["action"], entry["detail"]) for entry in entries] == [
        ("change", "member insert", {"role": "reporter"})]
    assert entries[0]["who"].startswith("berth (")
    assert "mistyped-password" not in told and PASSWORD not in told


def test_no_secret_reaches_a_log(service):
    name = service.user()
    _, secret = service.token(name)
    body = service.ask(user=name, offline_token="true").json()
    service.ask(user=name, password=secret)
    service.ask(user=name, password=PASSWORD + "-wrong")
    service.ask(user=PASSWORD, password=PASSWORD)
    service.post(grant_type="password", username=name, password=PASSWORD)
    service.post(grant_type="refresh_token", refresh_token=body["refresh_token"])
    basic = base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
    canaries = [PASSWORD, secret, body["refresh_token"], body["token"], body["token"].rsplit(".", 1)[1], basic]
    logs = service.logs()
    assert any(name in text for text in logs.values())  # they are logs, and of this
    for where, text in logs.items():
        for canary in canaries:
            assert canary not in text, where
    for table in ("account", "access_token", "refresh_token", "audit", "refusal", "login_failure"):
        dump = repr(service.berth.sql(f"SELECT * FROM {table}"))
        for canary in canaries:
            assert canary not in dump, table


def computed(child):
    """Seconds that the workers of a master have been on a processor, whoever else wanted it meanwhile."""
    total = 0
    for pid in child.workers():
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total / 1e9


def test_an_unknown_name_takes_as_long_as_a_wrong_password(service, source):
    """In four tries each: hashing takes tens of milliseconds, everything else a few."""
    name = service.user()
    child = service.berth.children["tokens"]

    def work(user):
        before = computed(child)
        for _ in range(4):
            assert service.ask(user=user, password="wrong-password", source=source).status == 401
        return computed(child) - before

    known, unknown = work(name), work("no-such-user-at-all")
    assert known / 3 < unknown < known * 3, (known, unknown)


# ---- a password that changes while somebody signs in with it ----

NEW_HASH = "$2y$04$mP1pQB5S5m8gOKGMjVjDQeW244wC2sigGRLHYC.LDLp4XzzML/Ueq"


@pytest.fixture
def changing(service):
    """change(name): a transaction in which the account's password is changed as `berth user change` does; its commit."""
    cluster = service.berth.cluster
    session = subprocess.Popen([f"{cluster.bin}/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", cluster.sockets, "-U",
                                "berth", "-p", str(cluster.settings("")["port"]), "-d", service.berth.database], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def do(text):
        session.stdin.write(f"{text}\n\\echo done\n")
        session.stdin.flush()
        assert session.stdout.readline() == "done\n"

    def change(name):
        do(f"BEGIN; UPDATE account SET password = '{NEW_HASH}' WHERE name = '{name}';"
           f" DELETE FROM refresh_token r USING account a WHERE a.id = r.account_id AND a.name = '{name}';")
        return lambda: do("COMMIT;")

    yield change
    session.stdin.close()
    assert session.wait(20) == 0
    session.stdout.close()


@pytest.mark.parametrize("grant", ["password", "access token", "refresh token"])
def test_no_refresh_token_outlives_the_password_that_it_was_given_for(service, changing, source, grant):
    name = service.user()
    old = service.ask(user=name, offline_token="true", source=source).json()["refresh_token"]
    _, secret = service.token(name)
    ask = {"password": lambda: service.ask(user=name, offline_token="true", source=source),
           "access token": lambda: service.ask(user=name, password=secret, offline_token="true", source=source),
           "refresh token": lambda: service.post(grant_type="refresh_token", refresh_token=old, access_type="offline",
                                                 source=source)}[grant]
    service.berth.sql("UPDATE account SET last_used_at = now(); UPDATE access_token SET last_used_at = now();"
                      " UPDATE refresh_token SET last_used_at = now()")  # nothing to be noted meanwhile
    commit, answers = changing(name), []
    asking = threading.Thread(target=lambda: answers.append(ask()))
    asking.start()
    wait_until(lambda: answers or service.berth.sql("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                                    " AND datname = current_database()"), "an answer, or one that waits")
    commit()
    asking.join()
    given = answers[0].json().get("refresh_token")
    assert given is None or service.post(grant_type="refresh_token", refresh_token=given, source=source).status == 401
    assert answers[0].status == 401 and answers[0].header("WWW-Authenticate")
