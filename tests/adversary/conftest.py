# SPDX-License-Identifier: MIT
"""Fixtures of the attacks: the registries of lib/guarded.py, and clients without rights in the attacked repository."""
import pytest
from guarded import alice, guarded, passwords, signer  # noqa: F401
from tokens import bearer
from wire import Signed

STRANGERS = ["without credentials", "with a token that grants nothing", "with a token of another project"]


@pytest.fixture(params=STRANGERS)
def stranger(request, guarded):  # noqa: F811
    """A client without rights, or with rights in the repository `stranger/own` only."""
    if request.param == "without credentials":
        return guarded.client
    if request.param == "with a token that grants nothing":
        return Signed(guarded.client, bearer(guarded.token()))
    return guarded.may("stranger/own", "*")
