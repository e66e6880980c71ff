# SPDX-License-Identifier: MIT
"""What an adversary has: the registries of lib/guarded.py, and clients with no rights or with somebody else's."""
import pytest
from guarded import alice, guarded, passwords, signer  # noqa: F401
from tokens import bearer
from wire import Signed

STRANGERS = ["without credentials", "with a token that grants nothing", "with a token of another project"]


@pytest.fixture(params=STRANGERS)
def stranger(request, guarded):  # noqa: F811
    """A client that may do nothing to any repository but, at most, its own `stranger/own`."""
    if request.param == "without credentials":
        return guarded.client
    if request.param == "with a token that grants nothing":
        return Signed(guarded.client, bearer(guarded.token()))
    return guarded.may("stranger/own", "*")
