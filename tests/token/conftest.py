# SPDX-License-Identifier: MIT
"""A registry with its token service, shared by the tests. Each test makes its own users and projects."""
import pytest
from stack import merged
from token_service import GUARD, SERVICE, TokenService


@pytest.fixture(scope="session")
def service(registries):
    return TokenService(registries.get(merged(SERVICE, GUARD)))
