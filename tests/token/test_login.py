# SPDX-License-Identifier: MIT
"""Sign-in with passwords, access tokens and refresh tokens; back-off; the audit."""
import base64
import json
import itertools
import subprocess
import threading
import time

import pytest
from postgres import Lock
from processes import wait_until
from races import at_once
from stack import merged
from token_service import PASSWORD, SERVICE, TokenService, access, part
from tokens import password_line

SOURCES = itertools.count(2)


def another_source():
    """An address without earlier requests."""
    number = next(SOURCES)
    return f"127.1.{number // 250}.{1 + number % 250}"


@pytest.fixture
def source():
    return another_source()


def test_an_unknown_user_gets_the_answer_of_a_wrong_password(service, source):
    name, disabled, robot = service.user(), service.user(), service.robot()
    service.berth_command("user", "change", disabled, "--disable")
    wrong = service.ask(user=name, password="wrong-password", source=source)
    assert wrong.status == 401 and wrong.codes() == ["UNAUTHORIZED"]
    assert wrong.header("WWW-Authenticate") == 'Basic realm="berth-test", charset="UTF-8"'
    elsewhere = another_source()
    for other in (disabled, robot, "no-such-user", "Ümlaut", "a:b", ""):
        answer = service.ask(user=other, source=elsewhere)
        assert (answer.status, answer.body) == (401, wrong.body), other


def test_a_bearer_header_is_no_credentials(service, registries, source):
    """oras-java sends its current token when it requests another one."""
    answer = service.ask(headers={"Authorization": "Bearer abc.def.ghi"}, source=source)
    assert answer.status == 200 and "sub" not in part(answer.json()["token"], 1)
    closed = TokenService(registries.get(merged(SERVICE, {"token_service": {"anonymous": False}})))
    answer = closed.ask(headers={"Authorization": "Bearer abc.def.ghi"}, source=source)
    assert answer.status == 401 and "Basic" in answer.header("WWW-Authenticate")


@pytest.mark.parametrize("header", ["Bearer", "Basic", "Basic !!!", "basic bm9jb2xvbg==", "Digest x",
                                    "Basic YTpi, Basic YTpi"])
def test_a_malformed_basic_header_is_refused(service, source, header):
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
    assert refreshed("token").status == 401  # a change of the password ends all refresh tokens
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


def refresh_tokens(service, name):
    return json.loads(service.berth_command("token", "list-refresh", name, "--json").stdout)


def given(service, name, **how):
    return service.ask(user=name, offline_token="true", **how).json()["refresh_token"]


def exchange(service, token, **form):
    return service.post(grant_type="refresh_token", refresh_token=token, **form)


def test_the_refresh_tokens_of_an_account_are_limited(registries):
    """The token that has not been used for the longest time is removed."""
    few = TokenService(registries.get(merged(SERVICE, {"token_service": {"refreshtokens": 3}})))
    name, other = few.user(), few.user()
    kept = given(few, other)
    tokens = [given(few, name) for _ in range(3)]
    few.berth.sql("UPDATE refresh_token SET created_at = created_at - interval '1 hour'")
    assert exchange(few, tokens[0]).status == 200  # used
    tokens.append(given(few, name))
    assert [exchange(few, token).status for token in tokens] == [200, 401, 200, 200]
    assert len(refresh_tokens(few, name)) == 3
    at_once(*[lambda: given(few, name)] * 8)
    given(few, name)
    assert len(refresh_tokens(few, name)) == 3
    assert exchange(few, kept).status == 200


def test_a_chain_of_refresh_tokens_ends(service):
    """A refresh token issued for a refresh token expires no later than the chain, which started with the sign-in."""
    name = service.user()
    first = given(service, name)
    second = exchange(service, first, access_type="offline").json()["refresh_token"]
    ends = {row["chain_ends"] for row in refresh_tokens(service, name)}
    assert len(ends) == 1
    service.berth.sql("UPDATE refresh_token SET chain_ends_at = now() + interval '1 hour'")
    third = exchange(service, second, access_type="offline").json()["refresh_token"]
    last = refresh_tokens(service, name)[-1]
    assert last["expires"] == last["chain_ends"] != next(iter(ends))
    assert given(service, name) and refresh_tokens(service, name)[-1]["chain_ends"] != last["chain_ends"]
    service.berth.sql("UPDATE refresh_token SET expires_at = now() WHERE expires_at = chain_ends_at")
    assert exchange(service, third).status == 401


def test_refresh_tokens_are_listed_and_revoked(service, source):
    name, other = service.user(), service.user()
    label, secret = service.token(name)
    tokens = [given(service, name, client_id="docker", source=source),
              given(service, name, password=secret, headers={"User-Agent": "a\u00e9" + "x" * 100}), given(service, name)]
    mine, theirs = refresh_tokens(service, name), given(service, other)
    assert [(row["address"], row["token"], row["last_used"]) for row in mine] == [
        (source, None, None), ("127.0.0.1", label, None), ("127.0.0.1", None, None)]
    assert mine[0]["client"] == "docker" and mine[1]["client"].startswith("a?") and len(mine[1]["client"]) == 64
    assert all(row["created"] < row["expires"] < row["chain_ends"] for row in mine)
    assert exchange(service, tokens[0]).status == 200 and refresh_tokens(service, name)[0]["last_used"]
    assert service.berth_command("token", "revoke-refresh", other, mine[0]["id"], check=False).returncode == 1
    service.berth_command("token", "revoke-refresh", name, mine[0]["id"])
    assert [exchange(service, token).status for token in tokens] == [401, 200, 200]
    service.berth_command("token", "revoke-refresh", name, "--all")
    assert [exchange(service, token).status for token in tokens] == [401] * 3
    assert exchange(service, theirs).status == 200
    told = json.loads(service.berth_command("site", "audit", "--limit", "100000", "--json").stdout)
    assert [(row["action"], row["detail"]) for row in told if row["subject"] == name and "refresh" in row["action"]][::-1] in (
        [("refresh_token revoke", {"tokens": 1}), ("refresh_token revoke", {"tokens": 2})],
        [("refresh_token revoke", {"tokens": 2}), ("refresh_token revoke", {"tokens": 1})])


@pytest.mark.parametrize("words", [[], ["1", "--all"], ["0"], ["x"], ["99999999999999999999"], ["--all"]])
def test_revoking_an_unknown_token_is_an_error(service, words):
    done = service.berth_command("token", "revoke-refresh", service.user(), *words, check=False)
    assert done.returncode in (1, 2) and done.stderr


def test_an_anonymous_client_gets_no_refresh_token(service):
    assert "refresh_token" not in service.ask(offline_token="true").json()


# ---- back-off ----

def fail(service, name, source, times):
    answers = [service.ask(user=name, password="wrong-password", source=source) for _ in range(times)]
    return [answer.status for answer in answers], answers[-1]


def put_off(service, seconds):
    """
    Moves the end of every wait by moving the times of the last failures. The first waits take only a second or two; on a busy
    machine they could be over before the next request.
    """
    service.berth.sql(f"UPDATE login_failure SET last_at = last_at + interval '{seconds} seconds'")


def test_a_name_with_too_many_failures_waits(service, source):
    name = service.user()
    statuses, _ = fail(service, name, source, 5)
    assert statuses == [401] * 5
    put_off(service, 60)
    statuses, last = fail(service, name, source, 1)
    assert statuses == [429]
    assert last.codes() == ["TOOMANYREQUESTS"] and 1 <= int(last.header("Retry-After")) <= 61
    assert service.ask(user=name, source=source).status == 429  # the right password is refused too
    put_off(service, -180)
    assert service.ask(user=name, source=source).status == 200
    statuses, _ = fail(service, name, source, 5)
    assert statuses == [401] * 5  # the count of failures has started again


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
    for number in range(25):  # 4 failures for each address: no pair of name and address waits, but the account does
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
    assert service.ask(user=stranger, password=secret, source=source).status == 200  # access tokens do not wait: they cannot be guessed


def test_good_tokens_flow_while_passwords_are_tried(service):
    """A lock blocks the write of the failure, so the one password check at a time blocks one of the four workers."""
    name = service.user()
    _, secret = service.token(name)
    over, statuses = threading.Event(), set()

    def guess(number):
        while not over.is_set():
            statuses.add(service.ask(user=f"guess{number}", password="wrong-password", source=f"127.3.{number}.1").status)

    attackers = [threading.Thread(target=guess, args=(number,)) for number in range(16)]
    try:
        for attacker in attackers:
            attacker.start()
        wait_until(lambda: 429 in statuses, "the first 429 of the attack")
        with Lock(service.berth, "login_failure", mode="EXCLUSIVE") as lock:
            lock.wait_for_victim()
            for _ in range(20):
                assert service.ask(user=name, password=secret).status == 200
                assert lock.waiting() <= 2  # the other one may be the housekeeper
    finally:
        over.set()
        for attacker in attackers:
            attacker.join()


def test_many_right_passwords_at_once_are_all_let_in(registries):
    """If there is no attack, no request gets 429."""
    quiet = TokenService(registries.get(merged(SERVICE, {"token_service": {"issuer": "quiet"}})))
    name = quiet.user()
    answers = at_once(*[lambda: quiet.ask(user=name)] * 16)
    assert [answer.status for answer in answers] == [200] * 16


# ---- the audit, and secrets in logs ----

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


def test_failures_do_not_fill_the_audit(registries, source):
    """After 2,000 rows of one hour, all further addresses are counted in one row."""
    flooded = TokenService(registries.get(merged(SERVICE, {"token_service": {"issuer": "flooded"}})))
    flooded.berth.sql("INSERT INTO refusal (hour, account, address, action, project) SELECT date_trunc('hour', now() + n.h), '',"
                      " '2001:db8:' || i || '::/64', 'login', '' FROM generate_series(1, 2001) AS i,"
                      " (VALUES (interval '0'), (interval '1 hour')) AS n (h)")  # the next hour may begin during the test
    for number in range(3):
        fail(flooded, f"nobody{number}", another_source(), 1)
    fail(flooded, "nobody", source, 1)
    assert not flooded.berth.sql(f"SELECT FROM refusal WHERE address = '{source}'")
    assert flooded.berth.sql("SELECT sum(times) FROM refusal WHERE address = ''") == [["4"]]


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
    assert any(name in text for text in logs.values())  # the logs are those of this test
    for where, text in logs.items():
        for canary in canaries:
            assert canary not in text, where
    for table in ("account", "access_token", "refresh_token", "audit", "refusal", "login_failure"):
        dump = repr(service.berth.sql(f"SELECT * FROM {table}"))
        for canary in canaries:
            assert canary not in dump, table


def computed(child):
    """Processor time in seconds of the workers of a master. Other processes do not change the result."""
    total = 0
    for pid in child.workers():
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total / 1e9


def work(service, user, source):
    """Processor time in seconds of four wrong passwords: hashing takes tens of milliseconds, all else takes a few."""
    child = service.berth.children["tokens"]
    before = computed(child)
    for _ in range(4):
        assert service.ask(user=user, password="wrong-password", source=source).status == 401
    return computed(child) - before


def test_an_unknown_name_takes_as_long_as_a_wrong_password(registries, source):
    """This holds also if all passwords have costly hashes, as here."""
    costly = TokenService(registries.get(merged(SERVICE, {"token_service": {"issuer": "costly"}})))
    names = [costly.user("--hashed", password=password_line("x", PASSWORD, cost=11).strip().partition(":")[2]) for _ in range(2)]
    robot = costly.robot()
    known = work(costly, names[0], source)
    for other in (names[1], robot, "no-such-user-at-all", "Ümlaut"):
        assert known / 2 < work(costly, other, source) < known * 2, other


def test_unknown_names_take_cheap_and_costly_hashes_as_known_ones_do(registries):
    """Some of 12 unknown names take as long as cheap hashes, others as long as costly ones. Each name always takes the same time."""
    mixed = TokenService(registries.get(merged(SERVICE, {"token_service": {"issuer": "mixed"}})))
    for _ in range(8):
        mixed.user("--hashed", password=password_line("x", PASSWORD, cost=11).strip().partition(":")[2])
        mixed.user()
    names = [f"unknown{number}" for number in range(12)]
    times = [work(mixed, name, another_source()) for name in names]
    again = [work(mixed, name, another_source()) for name in names]
    between = (min(times) * max(times)) ** 0.5
    costly = [time > between for time in times]
    assert max(times) > 3 * min(times) and costly == [time > between for time in again]


# ---- a password that changes during a sign-in with it ----

NEW_HASH = "$2y$04$mP1pQB5S5m8gOKGMjVjDQeW244wC2sigGRLHYC.LDLp4XzzML/Ueq"


@pytest.fixture
def changing(service):
    """change(name) changes the password as `berth user change` does, in an open transaction; returns its commit."""
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
                      " UPDATE refresh_token SET last_used_at = now()")  # so that a sign-in need not write the time of the last use
    commit, answers = changing(name), []
    asking = threading.Thread(target=lambda: answers.append(ask()))
    asking.start()
    wait_until(lambda: answers or service.berth.sql("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                                    " AND datname = current_database()"), "an answer, or a session that waits for a lock")
    commit()
    asking.join()
    given = answers[0].json().get("refresh_token")
    assert given is None or service.post(grant_type="refresh_token", refresh_token=given, source=source).status == 401
    assert answers[0].status == 401 and answers[0].header("WWW-Authenticate")
