# SPDX-License-Identifier: MIT
"""Configurations with which registry.fcgi starts, and those that it refuses: status and messages. There is no web server."""
import glob
import os

import pytest

import fcgi_client as f
from attempt import Attempt
from processes import ACCOUNT
from stack import ROOT, Berth, merged, yaml

pytestmark = pytest.mark.filesystem  # tests/store has the starts with other drivers
CORPUS = sorted(glob.glob(os.path.join(ROOT, "tests", "tables", "config", "*.yml")))
FAILED, CONFIGURATION = 1, 3


@pytest.fixture
def attempt(registries):
    found = Attempt(Berth(registries.shared_cluster(), registries.frontend))
    yield found
    found.close()


@pytest.mark.parametrize("path", CORPUS, ids=[os.path.basename(path) for path in CORPUS])
def test_the_files_of_other_registries_start_unmodified(attempt, path):
    """The environment replaces only folders and the database, which are on another machine in these files."""
    attempt.migrate()
    laid_over = {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": attempt.berth.storage, "REGISTRY_DATABASE_ENABLED": "true"}
    for key, value in attempt.cluster.settings(attempt.berth.database).items():
        laid_over[f"REGISTRY_DATABASE_{key.upper()}"] = str(value)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if "htpasswd" in text:  # Debian's file names a folder as the password file: no user can sign in, but distribution starts
        laid_over["REGISTRY_AUTH_HTPASSWD_PATH"] = attempt.berth.folder
    attempt.start(text, **laid_over)
    attempt.serves(401 if "htpasswd" in text else 200)


def test_variables_that_describe_a_service_are_ignored_with_a_warning(attempt):
    """Kubernetes sets such variables in every container, here for services named registry-database and registry-storage-s3."""
    attempt.migrate()
    variables = {"REGISTRY_DATABASE_PORT": "tcp://10.0.0.9:5432", "REGISTRY_STORAGE_S3_SERVICE_HOST": "10.0.0.9",
                 "REGISTRY_PORT_5000_TCP_ADDR": "10.0.0.9"}
    said = attempt.start(yaml(attempt.berth.config), **variables).serves()
    assert all(f"{name}: describes a service" in said for name in variables), said


def test_without_auth_the_start_logs_a_warning(attempt):
    attempt.migrate()
    said = attempt.start(yaml(attempt.berth.config)).serves()
    assert "auth" in said and "warn" in said, said


@pytest.mark.parametrize("change, word", [
    ({"auth": {"htpasswd": {"realm": "x"}}}, "auth.htpasswd.path"),
    ({"auth": {"token": {"realm": "x", "service": "y", "issuer": "z"}}}, "rootcertbundle"),
    ({"storage": {"filesystem": None, "s3": {"region": "x"}}}, "storage.s3.bucket"),
    ({"storage": {"filesystem": None, "inmemory": {}}}, "inmemory"),
    ({"proxy": {"remoteurl": "https://registry.example.com"}}, "proxy"),
    ({"http": {"draintimeout": "soon"}}, "draintimeout"), ({"catalog": {"maxentries": -1}}, "maxentries"),
    ({"storage": {"delete": {"enabled": "perhaps"}}}, "delete.enabled"), ({"version": "9.9"}, "version"),
    ({"validation": {"manifests": {"urls": {"allow": ["("]}}}}, "validation.manifests.urls")])
def test_a_setting_that_berth_cannot_follow_is_refused_by_name(attempt, change, word):
    said = attempt.start(yaml(merged(attempt.berth.config, change))).refused(CONFIGURATION)
    assert word in said, said


@pytest.mark.parametrize("text", ["", "\t", "version", "version: 0.1\nversion: 0.1\n", "a: &a [*a]\n", "[" * 100, "\0", "version: 0.1\n"])
def test_a_file_that_is_no_configuration_is_refused_with_its_name(attempt, text):
    assert "tried.yml" in attempt.start(text).refused(CONFIGURATION)


def test_a_misspelt_key_is_warned_about_with_the_nearest_name(attempt):
    attempt.migrate()
    said = attempt.start(yaml({**attempt.berth.config, "validaton": {"disabled": True}})).serves()
    assert "validaton" in said and "validation" in said.replace("validaton", ""), said


def test_an_empty_database_is_refused_with_the_command_to_run(attempt):
    said = attempt.start(yaml(attempt.berth.config)).refused(FAILED)
    assert "migrate up" in said, said


@pytest.mark.parametrize("step", ["older", "newer"])
def test_another_schema_is_refused_with_the_command_to_run(attempt, step):
    attempt.migrate()
    tables = [row[0] for row in attempt.berth.sql("SELECT table_name FROM information_schema.tables WHERE table_name LIKE '%migration%'")]
    assert len(tables) == 1, tables
    attempt.berth.sql({"older": f"DELETE FROM {tables[0]} WHERE version = (SELECT max(version) FROM {tables[0]})",
                       "newer": f"INSERT INTO {tables[0]} (version, name, hash) SELECT version + 1, 'later', hash FROM {tables[0]} "
                                "ORDER BY version DESC LIMIT 1"}[step])
    said = attempt.start(yaml(attempt.berth.config)).refused(FAILED)
    assert "migrat" in said, said


def test_storage_that_cannot_be_written_is_refused_by_name(attempt):
    attempt.migrate()
    config = {**attempt.berth.config, "storage": {"filesystem": {"rootdirectory": "/proc/nowhere"}}}
    assert "/proc/nowhere" in attempt.start(yaml(config)).refused(FAILED)


def test_variables_of_the_environment_win_over_the_file(attempt):
    attempt.migrate()
    attempt.start(yaml(attempt.berth.config), REGISTRY_STORAGE_MAINTENANCE_READONLY='{"enabled": true}').serves()
    assert f.call(attempt.socket, f.params("POST", "/v2/a/blobs/uploads/", CONTENT_LENGTH="0")).status == 405


def test_workers_run_as_the_account_and_not_as_root(attempt):
    attempt.migrate()
    attempt.start(yaml(attempt.berth.config)).serves()
    for pid in [attempt.child.pid, *attempt.child.children()]:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            uids = next(line for line in status if line.startswith("Uid:")).split()[1:]
        assert set(uids) == {str(ACCOUNT.uid)}
