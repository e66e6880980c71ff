# SPDX-License-Identifier: MIT
"""The schema without a registry: the result of the migrations, the states that it refuses, and the statements."""
import glob
import itertools
import os
import re
import subprocess

import pytest
import yaml

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BERTH = os.path.join(os.environ.get("BERTH_BUILD", os.path.join(TOP, "build/developer")), "berth")
NUMBERS = itertools.count(1)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
STATEMENT = re.compile(r'STMT\((\w+), (\d+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')


def statements():
    """(name, arity, text) of each row of statements.def."""
    with open(os.path.join(TOP, "include/berth/meta/statements.def"), encoding="utf-8") as file:
        source = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    return [(name, int(arity), "".join(part.replace('\\"', '"') for part in LITERAL.findall(text)))
            for name, arity, text in STATEMENT.findall(source)]


def apply_migrations(cluster, database):
    for path in sorted(glob.glob(os.path.join(TOP, "sql/[0-9]*.sql"))):
        with open(path, encoding="utf-8") as file:
            cluster.sql(file.read(), database)


@pytest.fixture
def database(cluster):
    name = f"test_{next(NUMBERS)}"
    cluster.create(name)
    return name


def config_of(cluster, database, tmp_path):
    path = tmp_path / "config.yml"
    path.write_text(yaml.safe_dump({"version": 0.1, "storage": {"filesystem": {"rootdirectory": str(tmp_path / "root")}},
                                    "http": {"addr": "127.0.0.1:5000"},
                                    "database": {"enabled": True, **cluster.settings(database)}}))
    return str(path)


def migrate(verb, config):
    return subprocess.run([BERTH, "migrate", verb, config], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def migrated(cluster, database, tmp_path):
    done = migrate("up", config_of(cluster, database, tmp_path))
    assert done.returncode == 0, done.stderr
    return database


def refuses(cluster, database, text):
    with pytest.raises(Exception) as raised:
        cluster.sql(text, database)
    return str(raised.value)


def test_the_migrations_yield_exactly_the_committed_schema():
    done = subprocess.run([os.path.join(TOP, "tests/db/dump_schema.sh"), "--check"], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_statements_def_was_read():
    assert len(statements()) > 25


@pytest.mark.parametrize("name", [name for name, _, _ in statements()])
def test_every_statement_prepares_with_its_arity(cluster, name):
    arity, text = next((arity, text) for found, arity, text in statements() if found == name)
    database = "statements"
    if [database] not in cluster.sql("SELECT datname FROM pg_database", "postgres"):
        cluster.create(database)
        apply_migrations(cluster, database)
    rows = cluster.sql(f"PREPARE it AS {text}; SELECT cardinality(parameter_types) FROM pg_prepared_statements", database)
    assert rows == [[str(arity)]]


def test_migrating_twice_changes_nothing(cluster, migrated, tmp_path):
    config = config_of(cluster, migrated, tmp_path)
    assert "applied" not in migrate("up", config).stdout
    assert migrate("status", config).returncode == 0


def test_many_nodes_may_migrate_at_once(cluster, database, tmp_path):
    config = config_of(cluster, database, tmp_path)
    running = [subprocess.Popen([BERTH, "migrate", "up", config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
               for _ in range(4)]
    said = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * 4, said
    assert sum(out.count("applied 0001") for out, _ in said) == 1


def test_a_newer_schema_is_refused_by_name(cluster, migrated, tmp_path):
    cluster.sql("INSERT INTO schema_migration (version, name, hash) VALUES (999, 'later', 'x')", migrated)
    done = migrate("up", config_of(cluster, migrated, tmp_path))
    assert done.returncode == 1 and "newer" in done.stderr


def test_an_edited_migration_is_refused(cluster, migrated, tmp_path):
    cluster.sql("UPDATE schema_migration SET hash = 'sha256:other'", migrated)
    done = migrate("up", config_of(cluster, migrated, tmp_path))
    assert done.returncode == 1 and "another text" in done.stderr


SHA = "decode('01' || repeat('ab', 32), 'hex')"
FILLED = f"""
INSERT INTO repository (path) VALUES ('a'), ('a/b');
INSERT INTO blob (digest, size) VALUES ({SHA}, 3);
INSERT INTO repository_blob (repository_id, digest) SELECT id, {SHA} FROM repository WHERE path = 'a/b';
INSERT INTO manifest (repository_id, digest, media_type, payload)
    SELECT id, {SHA}, 'application/vnd.oci.image.manifest.v1+json', '{{}}' FROM repository WHERE path = 'a/b';
INSERT INTO manifest_blob (repository_id, manifest_id, digest) SELECT repository_id, id, {SHA} FROM manifest;
INSERT INTO tag (repository_id, name, manifest_id) SELECT repository_id, 'v1', id FROM manifest;
INSERT INTO account (name, password) VALUES ('ann', '$2y$10$' || repeat('a', 53));
INSERT INTO account (name, robot) VALUES ('ci', true);
INSERT INTO project (path, visibility, registry_enabled) VALUES ('a', 'private', true);
INSERT INTO member (project_id, account_id, role) SELECT p.id, a.id, 'developer' FROM project p, account a;
INSERT INTO access_token (account_id, name, hash, role, expires_at)
    SELECT id, 'laptop', sha256('x'), 'reporter', now() + interval '1 day' FROM account WHERE name = 'ann';
"""


@pytest.mark.parametrize("wrong, constraint", [
    ("INSERT INTO repository (path) VALUES ('Upper')", "repository_path_grammar"),
    ("INSERT INTO repository (path) VALUES ('a//b')", "repository_path_grammar"),
    ("INSERT INTO repository (path) VALUES ('c/d')", "repository_parent_fk"),
    ("INSERT INTO repository (path) VALUES (repeat('x', 256))", "repository_path_length"),
    ("INSERT INTO blob (digest, size) VALUES ('short', 1)", "digest_check"),
    (f"UPDATE blob SET size = -1 WHERE digest = {SHA}", "blob_size_not_negative"),
    ("DELETE FROM blob", "repository_blob_digest_fk"),
    ("DELETE FROM repository_blob", "manifest_blob_link_fk"),
    ("UPDATE tag SET name = '.hidden'", "tag_name_grammar"),
    ("UPDATE tag SET name = E'v1\\n'", "tag_name_grammar"),
    ("UPDATE tag SET name = ''", "tag_name_grammar"),
    ("UPDATE tag SET name = repeat('x', 129)", "tag_name_grammar"),
    ("INSERT INTO repository (path) VALUES (E'a\\n')", "repository_path_grammar"),
    ("INSERT INTO repository (path) VALUES ('')", "repository_path_grammar"),
    ("INSERT INTO repository (path) VALUES ('a/b')", "repository_path_unique"),
    ("INSERT INTO blob (digest, size) VALUES (decode('02' || repeat('ab', 32), 'hex'), 1)", "digest_check"),
    ("INSERT INTO blob (digest, size) VALUES (decode('03' || repeat('ab', 32), 'hex'), 1)", "digest_check"),
    ("UPDATE manifest SET media_type = ''", "manifest_media_type_size"),
    ("INSERT INTO upload (id, repository_id, \"offset\", hash_state, store_state)"
     " SELECT gen_random_uuid(), id, -1, '', '' FROM repository LIMIT 1", "upload_offset_not_negative"),
    ("INSERT INTO manifest_blob (repository_id, manifest_id, digest)"
     " SELECT r.id, m.id, m.digest FROM manifest m, repository r WHERE r.path = 'a'", "manifest_blob"),
    ("UPDATE tag SET manifest_id = manifest_id + 1", "tag_manifest_fk"),
    ("UPDATE manifest SET annotations = '{}'", "manifest_annotations_with_subject"),
    ("UPDATE manifest SET payload = ''", "manifest_payload_size"),
    ("INSERT INTO manifest_child SELECT repository_id, id, id FROM manifest", "manifest_child_not_itself"),
    ("INSERT INTO account (name) VALUES ('Ann')", "account_name_check"),
    ("INSERT INTO account (name) VALUES ('an:n')", "account_name_check"),
    ("INSERT INTO account (name) VALUES ('')", "account_name_check"),
    ("INSERT INTO account (name) VALUES (E'ann\n')", "account_name_check"),
    ("INSERT INTO account (name) VALUES (repeat('x', 101))", "account_name_check"),
    ("INSERT INTO account (name) VALUES ('ann')", "account_name_unique"),
    ("UPDATE account SET password = 'secret' WHERE name = 'ann'", "account_password_hash"),
    ("UPDATE account SET password = '$2y$31$' || repeat('a', 53) WHERE name = 'ann'", "account_password_hash"),
    ("UPDATE account SET password = '$6$salt$' || repeat('a', 86) WHERE name = 'ann'", "account_password_hash"),
    ("UPDATE account SET password = '$2y$10$' || repeat('a', 53) WHERE name = 'ci'", "account_robot_without_password"),
    ("UPDATE account SET admin = true WHERE name = 'ci'", "account_robot_no_admin"),
    ("INSERT INTO project (path, visibility, registry_enabled) VALUES ('A', 'public', true)", "project_path_grammar"),
    ("INSERT INTO project (path, visibility, registry_enabled) VALUES ('a', 'public', true)", "project_path_unique"),
    ("UPDATE project SET visibility = 'open'", "visibility_check"),
    ("UPDATE member SET role = 'owner'", "project_role_check"),
    ("INSERT INTO member SELECT * FROM member", "member_pkey"),
    ("UPDATE access_token SET hash = 'short'", "secret_hash_check"),
    ("UPDATE access_token SET name = '-'", "access_token_name_grammar"),
    ("UPDATE access_token SET expires_at = created_at", "access_token_expires_later"),
    ("INSERT INTO site (one) VALUES (false)", "site_one_row"),
    ("INSERT INTO site DEFAULT VALUES", "site_pkey"),
    ("INSERT INTO login_failure (key, failures) VALUES (sha256('x'), 0)", "login_failure_counted"),
])
def test_the_schema_refuses_wrong_states(cluster, migrated, wrong, constraint):
    cluster.sql(FILLED, migrated)
    assert constraint in refuses(cluster, migrated, wrong)


def test_deleting_a_manifest_takes_its_tags_and_frees_its_blobs(cluster, migrated):
    cluster.sql(FILLED, migrated)
    cluster.sql("DELETE FROM manifest", migrated)
    assert cluster.sql("SELECT count(*) FROM tag", migrated) == [["0"]]
    cluster.sql("DELETE FROM repository_blob", migrated)


def audit(cluster, database):
    return cluster.sql("SELECT actor, action, subject, detail FROM audit ORDER BY id", database)


def test_every_change_leaves_a_row_in_the_audit_and_no_secret(cluster, migrated):
    cluster.sql(FILLED, migrated)
    cluster.sql("BEGIN; SELECT set_config('berth.actor', 'somebody', true);"
                "UPDATE account SET password = '$2y$10$' || repeat('b', 53) WHERE name = 'ann'; COMMIT", migrated)
    cluster.sql("UPDATE account SET last_used_at = now()", migrated)
    cluster.sql("UPDATE site SET registry_enabled = false", migrated)
    cluster.sql("DELETE FROM account WHERE name = 'ci'", migrated)
    rows = audit(cluster, migrated)
    assert [row[1:3] for row in rows] == [
        ["account insert", "ann"], ["account insert", "ci"], ["project insert", "a"],
        ["member insert", "a ann"], ["member insert", "a ci"], ["access_token insert", "ann laptop"],
        ["account update", "ann"], ["site update", ""], ["account delete", "ci"], ["member delete", "a"]]
    assert [row[0] for row in rows] == ["berth"] * 6 + ["somebody"] + ["berth"] * 3
    assert rows[6][3] == '{"password": "***"}'
    assert rows[7][3] == '{"registry_enabled": false}'
    text = repr(rows)
    assert "$2y" not in text and "hash" not in text


def test_removing_an_account_takes_what_it_was_given(cluster, migrated):
    cluster.sql(FILLED, migrated)
    cluster.sql("INSERT INTO refresh_token (hash, account_id, access_token_id, service, expires_at, chain_ends_at, address, client)"
                " SELECT sha256('r'), account_id, id, 's', now(), now(), '', '' FROM access_token", migrated)
    cluster.sql("DELETE FROM access_token", migrated)
    assert cluster.sql("SELECT count(*) FROM refresh_token", migrated) == [["0"]]
    cluster.sql("DELETE FROM account", migrated)
    assert cluster.sql("SELECT count(*) FROM member", migrated) == [["0"]]
