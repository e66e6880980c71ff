# SPDX-License-Identifier: MIT
"""Registries with authentication: the fixtures of lib/guarded.py."""
from guarded import alice, guarded, passwords, signer  # noqa: F401
