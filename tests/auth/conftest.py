# SPDX-License-Identifier: MIT
"""Registries with authentication; the fixtures are lib/guarded.py's."""
from guarded import alice, guarded, passwords, signer  # noqa: F401
