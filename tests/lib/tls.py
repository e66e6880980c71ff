# SPDX-License-Identifier: MIT
"""Certificates for the servers of the tests."""
import os

from processes import ACCOUNT, run


def self_signed(name):
    """Paths of (certificate, key) that the servers' account can read. `name` is as in `IP:127.0.0.1` or `DNS:localhost`."""
    folder = ACCOUNT.scratch()
    certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", f"subjectAltName={name}", "-keyout", key, "-out", certificate])
    if os.getuid() == 0:
        os.chown(key, ACCOUNT.uid, ACCOUNT.gid)
    return certificate, key
