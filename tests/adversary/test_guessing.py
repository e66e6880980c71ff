# SPDX-License-Identifier: MIT
"""
Somebody guesses passwords with 64 connections, from one address or from 64. People with the right password still get in:
at once where they are known (a name at an address from which it has signed in), soon where they are not; and requests
that need no password go on.

Times are bounds of a busy machine. What the tests mean by "at once" is an order: before the attackers were served often.
"""
import base64
import collections
import http.client
import itertools
import os
import threading
import time

import pytest
from guarded import put
from processes import ACCOUNT, wait_until
from stack import Berth, merged
from token_service import GUARD, PASSWORD, SERVICE, TokenService
from tokens import password_line

CONNECTIONS = 64
WORKERS = 4
PATIENCE = 60  # seconds, of a busy machine
NUMBERS = itertools.count(1)


def basic(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


class Door:
    """Where passwords are shown: the registry's API with a password file, or the token service."""

    def __init__(self, berth, pool, path, stranger):
        """`stranger` is the status of a request without credentials."""
        self.berth, self.pool, self.path, self.stranger = berth, pool, path, stranger

    def enter(self, name, password, source):
        """The status, and the seconds of Retry-After."""
        connection = http.client.HTTPConnection("127.0.0.1", self.berth.port, timeout=PATIENCE, source_address=(source, 0))
        try:
            connection.request("GET", self.path, headers=basic(name, password) if name else {})
            answer = connection.getresponse()
            answer.read()
            return answer.status, int(answer.headers.get("Retry-After", 0))
        finally:
            connection.close()

    def right(self, name, source):
        return self.enter(name, PASSWORD, source)[0]

    def patient(self, name, source):
        """The statuses of a client that comes back when it is told to, until it is let in."""
        statuses = []
        while not statuses or (statuses[-1] == 429 and len(statuses) < 20):
            status, retry_after = self.enter(name, PASSWORD, source)
            statuses.append(status)
            if status == 429:
                time.sleep(retry_after)
        return statuses

    def log(self):
        with open(self.berth.log(self.pool), encoding="utf-8") as file:
            return file.read()


class PasswordFile(Door):
    def __init__(self, registries):
        self.people = []
        self.file = put(ACCOUNT.scratch(), "htpasswd", password_line("first", PASSWORD))
        super().__init__(Berth(registries.shared_cluster(), registries.frontend,
                               {"auth": {"htpasswd": {"realm": "guessed", "path": self.file}}}, workers=WORKERS,
                               upload_workers=1), "main", "/v2/", 401)

    def person(self):
        self.people.append(f"person{next(NUMBERS)}")
        self.unremember()
        return self.people[-1]

    def unremember(self):
        """Right pairs are remembered for a minute, but with other hashes they are other pairs."""
        lines = [password_line(name, PASSWORD, cost=8) for name in self.people]
        put(os.path.dirname(self.file), "new", "".join(lines))
        os.rename(os.path.join(os.path.dirname(self.file), "new"), self.file)


class Tokens(Door):
    def __init__(self, registries):
        super().__init__(Berth(registries.shared_cluster(), registries.frontend, merged(SERVICE, GUARD), workers=2,
                               upload_workers=1, token_workers=WORKERS), "tokens", "/jwt/auth?service=registry.test", 200)
        self.service = TokenService(self.berth)

    def person(self):
        return self.service.user()

    def unremember(self):
        """Each password is hashed."""


DOORS = {"password file": PasswordFile, "token service": Tokens}


@pytest.fixture(scope="module", params=DOORS)
def door(request, registries):
    made = DOORS[request.param](registries)
    with made.berth:
        yield made
        damage = made.berth.damage()
    made.berth.remove()
    assert not damage


class Attack:
    """64 connections that show wrong passwords as fast as they are answered. Counts the answers."""

    def __init__(self, door, sources, names):
        self.door, self.over, self.lock = door, threading.Event(), threading.Lock()
        self.answers, self.errors = collections.Counter(), []
        self.threads = [threading.Thread(target=self.guess, args=(sources[number % len(sources)], names))
                        for number in range(CONNECTIONS)]

    def guess(self, source, names):
        try:
            for number in itertools.count():
                if self.over.is_set():
                    return
                status, _ = self.door.enter(names[number % len(names)], f"guess{number}", source)
                with self.lock:
                    self.answers[status] += 1
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(error)

    def wait_for(self, answers, status):
        wait_until(lambda: self.answers[status] >= answers or self.errors, f"{answers} answers {status}", PATIENCE)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.wait_for(2 * CONNECTIONS, 429)
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(PATIENCE)
        assert not self.errors, self.errors[:3]
        assert set(self.answers) <= {401, 429}, self.answers


def address():
    """One that nobody has come from."""
    number = next(NUMBERS)
    return f"127.8.{number // 250}.{1 + number % 250}"


@pytest.fixture(params=[1, CONNECTIONS], ids=["one address", "64 addresses"])
def attackers(request):
    return [address() for _ in range(request.param)]


@pytest.fixture(params=["unknown names", "a known name"])
def names(request, door):
    """What is guessed at."""
    return [door.person()] if request.param == "a known name" else [f"nobody{number}" for number in range(50)]


def test_whoever_is_known_gets_in_at_once(door, attackers, names):
    person, home = door.person(), address()
    assert door.right(person, home) == 200
    with Attack(door, attackers, names) as attack:
        for _ in range(20):
            door.unremember()
            served = attack.answers[401]
            assert door.right(person, home) == 200
            assert attack.answers[401] - served <= 20


def test_the_person_whose_name_is_guessed_gets_in_where_it_is_known(door, attackers):
    person, home = door.person(), address()
    assert door.right(person, home) == 200
    with Attack(door, attackers, [person]):
        for _ in range(5):
            door.unremember()
            assert door.right(person, home) == 200


def test_whoever_is_known_gets_in_from_the_attackers_own_address(door):
    person, home = door.person(), address()
    assert door.right(person, home) == 200
    with Attack(door, [home], ["nobody"]):
        for _ in range(5):
            door.unremember()
            assert door.right(person, home) == 200


def test_whoever_comes_from_a_new_address_gets_in_soon(door, attackers, names):
    """Within a few tries a second apart."""
    person = door.person()
    with Attack(door, attackers, names):
        for _ in range(3):
            statuses = door.patient(person, address())
            assert statuses[-1] == 200 and len(statuses) <= 5, statuses


def test_requests_that_need_no_password_go_on(door, attackers):
    with Attack(door, attackers, ["nobody"]):
        for _ in range(20):
            assert door.enter(None, None, attackers[0])[0] == door.stranger


def one_after_another(door, source, name, times):
    """The statuses of so many wrong passwords."""
    return collections.Counter(door.enter(name, f"guess{number}", source)[0] for number in range(times))


def test_an_address_has_few_guesses(door):
    """A hundred at once, then one in ten seconds, whether or not anybody else guesses."""
    began = time.monotonic()
    answers = one_after_another(door, address(), "nobody", 200)
    assert answers[401] <= 100 + (time.monotonic() - began) / 10 + 1, answers
    assert answers[401] + answers[429] == 200


@pytest.mark.parametrize("attack", ["one connection", "64 connections"])
def test_the_log_counts_what_repeats(door, attack):
    """A line for each address and name and how it was refused, however often."""
    source, before = address(), len(door.log().splitlines())
    if attack == "one connection":
        one_after_another(door, source, door.person(), 200)
    else:
        with Attack(door, [source], ["nobody"]) as flood:
            flood.wait_for(1000, 429)
    lines = door.log().splitlines()[before:]
    assert len(lines) <= 20, "\n".join(lines[-20:])


def test_what_was_counted_is_told(door):
    """At the end of the minute, or of the master. The registry writes no line for a refused password."""
    source = address()
    one_after_another(door, source, door.person(), 30)
    if door.pool == "main":
        assert source not in door.log()
        return
    wait_until(lambda: any("more times in" in line and source in line for line in door.log().splitlines()), "the count", 120)
