# SPDX-License-Identifier: MIT
"""The token service of a registry: requests of its users, and commands of its administrators."""
import base64
import http.client
import itertools
import json
import os
import subprocess
from urllib.parse import quote, urlencode

from processes import ACCOUNT, environment
from wire import Response

SERVICE = {
    "token_service": {"enabled": True, "issuer": "berth-test", "service": "registry.test", "keys": "{folder}/keys",
                      "passwordminimum": 8},
}
# The registry beside the service accepts its tokens.
GUARD = {"auth": {"token": {"realm": "http://127.0.0.1:{port}/jwt/auth", "service": "registry.test", "issuer": "berth-test",
                            "rootcertbundle": "{folder}/keys/bundle.pem"}}}
NUMBERS = itertools.count(1)
PASSWORD = "canary-password-7c1f"  # the tests search every log for this password and for its encodings


def part(token, index):
    """Header (0) or claims (1) of a token."""
    text = token.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def access(token):
    """The access that a token grants, as {"type:name": [actions]}."""
    return {f"{item['type']}:{item['name']}": item["actions"] for item in part(token, 1)["access"]}


class TokenService:
    """The service of one registry. Requests may come from any address of 127.0.0.0/8."""

    def __init__(self, berth):
        self.berth = berth

    def request(self, method, target, body=None, headers=None, source="127.0.0.1"):
        connection = http.client.HTTPConnection("127.0.0.1", self.berth.port, timeout=60, source_address=(source, 0))
        try:
            connection.request(method, target, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def ask(self, *scopes, user=None, password=PASSWORD, path="/jwt/auth", source="127.0.0.1", headers=(), **query):
        """Sends a GET in the form that docker uses. `query` are further parameters."""
        pairs = [("service", "registry.test"), *[("scope", scope) for scope in scopes], *query.items()]
        headers = dict(headers)
        if user is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        return self.request("GET", f"{path}?{urlencode(pairs, quote_via=quote)}", headers=headers, source=source)

    def post(self, source="127.0.0.1", path="/jwt/auth", kind="application/x-www-form-urlencoded", **form):
        return self.request("POST", path, urlencode({"service": "registry.test", **form}), {"Content-Type": kind}, source)

    def granted(self, *scopes, **how):
        answer = self.ask(*scopes, **how)
        assert answer.status == 200, answer
        return access(answer.json()["token"])

    def berth_command(self, noun, verb, *words, stdin=None, check=True):
        """Runs `berth NOUN VERB CONFIG WORDS...` as the account, with the password on stdin."""
        command = [os.path.join(self.berth.build, "berth"), noun, verb, self.berth.config_path, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/",
                              env=environment(), input=stdin or "", **ACCOUNT.popen_options())
        if check:
            assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def user(self, *options, password=PASSWORD):
        name = f"user{next(NUMBERS)}"
        self.berth_command("user", "add", name, *options, stdin=f"{password}\n")
        return name

    def robot(self):
        name = f"robot{next(NUMBERS)}"
        self.berth_command("user", "add", name, "--robot")
        return name

    def project(self, *options, members=None):
        path = f"project{next(NUMBERS)}"
        self.berth_command("project", "add", path, *options)
        for name, role in (members or {}).items():
            self.berth_command("member", "add", path, name, "--role", role)
        return path

    def token(self, user, *options, role="maintainer"):
        """Creates an access token; returns (name, token)."""
        name = f"t{next(NUMBERS)}"
        done = self.berth_command("token", "add", user, name, "--role", role, "--json", *options)
        return name, json.loads(done.stdout)["token"]

    def logs(self):
        found = {}
        for name in sorted(os.listdir(self.berth.folder)):
            if name.endswith(".log"):
                with open(os.path.join(self.berth.folder, name), encoding="utf-8", errors="replace") as file:
                    found[name] = file.read()
        return found
