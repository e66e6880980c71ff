# SPDX-License-Identifier: MIT
"""Requests for the token service, in the form of starved.py. The argument of each maker is a Desk."""
from urllib.parse import urlencode

from starved import Ask
from token_service import PASSWORD, TokenService, access
from tokens import basic

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Desk:
    """A user of the service, a project of this user, and the tokens that the user has got."""

    def __init__(self, registry, client):
        service = TokenService(registry)
        self.user = service.user()
        self.scope = f"repository:{service.project(members={self.user: 'developer'})}/app:pull,push"
        self.secret = service.token(self.user, role="developer")[1]
        answer = client.get(f"/jwt/auth?{self.query(offline_token='true')}", headers=basic(self.user, PASSWORD))
        assert answer.status == 200, answer
        self.refresh = answer.json()["refresh_token"]

    def query(self, **more):
        return urlencode({"service": "registry.test", "scope": self.scope, **more})

    def granted(self, *actions):
        """Asserts that the token grants exactly this access."""
        def judge(answer):
            wanted = {self.scope.rpartition(":")[0]: list(actions)} if actions else {}
            assert access(answer.json()["token"]) == wanted, answer
        return judge


def token_get_of_nobody(desk):
    return Ask("GET", f"/jwt/auth?{desk.query()}", (200,), judge=desk.granted())


def token_get_by_password(desk):
    return Ask("GET", f"/jwt/auth?{desk.query()}", (200,), headers=basic(desk.user, PASSWORD),
               judge=desk.granted("pull", "push"))


def token_get_by_access_token(desk):
    return Ask("GET", f"/jwt/auth?{desk.query(offline_token='true')}", (200,), headers=basic(desk.user, desk.secret),
               judge=desk.granted("pull", "push"))


def token_post_by_password(desk):
    form = desk.query(grant_type="password", username=desk.user, password=PASSWORD, access_type="offline")
    return Ask("POST", "/jwt/auth", (200,), body=form.encode(), headers=FORM, judge=desk.granted("pull", "push"))


def token_post_by_refresh_token(desk):
    form = desk.query(grant_type="refresh_token", refresh_token=desk.refresh)
    return Ask("POST", "/jwt/auth", (200,), body=form.encode(), headers=FORM, judge=desk.granted("pull", "push"))


TOKENS = (token_get_of_nobody, token_get_by_password, token_get_by_access_token, token_post_by_password,
          token_post_by_refresh_token)
