# SPDX-License-Identifier: MIT
"""
An attacker guesses passwords with 64 connections, from one address or from 64. Users with the right password still sign in:
immediately if they are known (the name has signed in from this address before), soon if they are not. Requests without a
password are answered as before.

The time limits suit a busy machine. "Immediately" means an order: the user is answered before many guesses are.
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
PATIENCE = 60  # time limit in seconds, for a busy machine
NUMBERS = itertools.count(1)


def basic(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


class Door:
    """A service that checks passwords: the registry's API with a password file, or the token service."""

    def __init__(self, berth, pool, path, stranger):
        """`stranger` is the status of a request without credentials."""
        self.berth, self.pool, self.path, self.stranger = berth, pool, path, stranger

    def enter(self, name, password, source):
        """Sends a request; returns (status, seconds of Retry-After)."""
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
        """The statuses that a client gets if it obeys Retry-After until it is let in."""
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
        self.lines = {}  # of the password file, by name
        self.file = put(ACCOUNT.scratch(), "htpasswd", password_line("first", PASSWORD))
        super().__init__(Berth(registries.shared_cluster(), registries.frontend,
                               {"auth": {"htpasswd": {"realm": "guessed", "path": self.file}}}, workers=WORKERS,
                               upload_workers=1), "main", "/v2/", 401)

    def person(self):
        name = f"person{next(NUMBERS)}"
        self.unremember(name)
        return name

    def unremember(self, name):
        """Writes a new hash of the same password: the workers remember right pairs of password and hash for a minute."""
        self.lines[name] = password_line(name, PASSWORD, cost=8)
        put(os.path.dirname(self.file), "new", "".join(self.lines.values()))
        os.rename(os.path.join(os.path.dirname(self.file), "new"), self.file)


class Tokens(Door):
    def __init__(self, registries):
        super().__init__(Berth(registries.shared_cluster(), registries.frontend, merged(SERVICE, GUARD), workers=2,
                               upload_workers=1, token_workers=WORKERS), "tokens", "/jwt/auth?service=registry.test", 200)
        self.service = TokenService(self.berth)

    def person(self):
        return self.service.user()

    def unremember(self, name):
        """Does nothing: the token service hashes each password."""


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
    """64 connections that send wrong passwords without a pause. Counts the answers."""

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
    """An address without earlier requests."""
    number = next(NUMBERS)
    return f"127.8.{number // 250}.{1 + number % 250}"


@pytest.fixture(params=[1, CONNECTIONS], ids=["one address", "64 addresses"])
def attackers(request):
    return [address() for _ in range(request.param)]


@pytest.fixture(params=["unknown names", "a known name"])
def names(request, door):
    """The names whose passwords are guessed."""
    return [door.person()] if request.param == "a known name" else [f"nobody{number}" for number in range(50)]


def test_a_known_user_gets_in_immediately(door, attackers, names):
    person, home = door.person(), address()
    assert door.right(person, home) == 200
    with Attack(door, attackers, names) as attack:
        for _ in range(20):
            door.unremember(person)
            served = attack.answers[401]
            assert door.right(person, home) == 200
            assert attack.answers[401] - served <= 20


def test_the_attacked_user_gets_in_from_a_known_address(door, attackers):
    person, home = door.person(), address()
    assert door.right(person, home) == 200
    with Attack(door, attackers, [person]):
        for _ in range(5):
            door.unremember(person)
            assert door.right(person, home) == 200


def test_a_known_user_gets_in_from_the_address_of_the_attacker(door):
    person, home = door.person(), address()
    assert door.right(person, home) == 200
    with Attack(door, [home], ["nobody"]):
        for _ in range(5):
            door.unremember(person)
            assert door.right(person, home) == 200


def test_a_user_at_a_new_address_gets_in_soon(door, attackers, names):
    """The client is let in after a few attempts, one a second."""
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
    """Counts the statuses of `times` wrong passwords."""
    return collections.Counter(door.enter(name, f"guess{number}", source)[0] for number in range(times))


def test_an_address_has_few_guesses(door):
    """An address may guess a hundred times, then once in ten seconds, also if there is no other attacker."""
    began = time.monotonic()
    answers = one_after_another(door, address(), "nobody", 200)
    assert answers[401] <= 100 + (time.monotonic() - began) / 10 + 1, answers
    assert answers[401] + answers[429] == 200


@pytest.mark.parametrize("attack", ["one connection", "64 connections"])
def test_the_log_counts_repeated_refusals(door, attack):
    """There is one line for each address, name and kind of refusal, for any number of refusals."""
    source, before = address(), len(door.log().splitlines())
    if attack == "one connection":
        one_after_another(door, source, door.person(), 200)
    else:
        with Attack(door, [source], ["nobody"]) as flood:
            flood.wait_for(1000, 429)
    lines = door.log().splitlines()[before:]
    assert len(lines) <= 20, "\n".join(lines[-20:])


def test_the_count_of_refusals_is_logged(door):
    """The token service logs the count at the end of the minute or of the master. The registry does not log refused passwords."""
    source = address()
    one_after_another(door, source, door.person(), 30)
    if door.pool == "main":
        assert source not in door.log()
        return
    wait_until(lambda: any("more times in" in line and source in line for line in door.log().splitlines()), "the count", 120)
