# SPDX-License-Identifier: MIT
"""The frequent statements on filled tables: no plan, custom or generic, reads a whole large table."""
import json
import subprocess

import pytest
from test_schema import apply_migrations, statements  # pytest puts this folder on the path

import postgres

# Many repositories, one of them large, so that the planner has a choice.
FILL = """
INSERT INTO repository (path, pushed_at) SELECT 'r' || n, now() FROM generate_series(1, 5000) n;
INSERT INTO blob (digest, size) SELECT '\\x01'::bytea || sha256(n::text::bytea), n FROM generate_series(1, 40000) n;
INSERT INTO repository_blob (repository_id, digest)
    SELECT CASE WHEN n % 2 = 0 THEN 1 ELSE 1 + n % 5000 END, '\\x01'::bytea || sha256(n::text::bytea)
    FROM generate_series(1, 40000) n;
INSERT INTO manifest (repository_id, digest, media_type, payload, subject, artifact_type)
    SELECT CASE WHEN n % 2 = 0 THEN 1 ELSE 1 + n % 5000 END, '\\x01'::bytea || sha256(n::text::bytea), 'a/b',
           convert_to(repeat('x', 500), 'UTF8'), CASE WHEN n % 4 = 0 THEN '\\x01'::bytea || sha256((n % 97)::text::bytea) END, 'c/d'
    FROM generate_series(1, 40000) n;
INSERT INTO manifest_blob (repository_id, manifest_id, digest)
    SELECT repository_id, id, digest FROM manifest WHERE id % 2 = 0;
INSERT INTO manifest_child (repository_id, parent_id, child_id)
    SELECT repository_id, min(id), max(id) FROM manifest GROUP BY repository_id HAVING count(*) > 1;
INSERT INTO tag (repository_id, name, manifest_id) SELECT repository_id, 't' || id, id FROM manifest;
INSERT INTO upload (id, repository_id, hash_state, store_state)
    SELECT gen_random_uuid(), 1 + n % 5000, '', '' FROM generate_series(1, 20000) n;
INSERT INTO upload (id, repository_id, hash_state, store_state) VALUES ('b7e1c0f2-0000-4000-8000-000000000000', 1, '', '');
INSERT INTO account (name, robot) SELECT 'a' || n, true FROM generate_series(1, 5000) n;
INSERT INTO account (name, password) SELECT 'b' || n, '$2y$04$' || rpad(n::text, 53, 'a') FROM generate_series(1, 5000) n;
INSERT INTO project (path, visibility, registry_enabled)
    SELECT 'p' || n, 'private', true FROM generate_series(1, 5000) n;
INSERT INTO member (project_id, account_id, role) SELECT 1 + n % 5000, 1 + n / 4, 'reporter' FROM generate_series(0, 19999) n;
INSERT INTO access_token (account_id, name, hash, role, expires_at)
    SELECT 1 + n % 5000, 't' || n, sha256(n::text::bytea), 'reporter', now() + interval '1 day' FROM generate_series(1, 20000) n;
INSERT INTO refresh_token (hash, account_id, service, expires_at, chain_ends_at, address, client)
    SELECT sha256(n::text::bytea), 1 + n % 5000, 's', now() + interval '1 day', now() + interval '9 days', 'x', 'y' FROM generate_series(1, 20000) n;
INSERT INTO login_failure (key, failures) SELECT sha256(n::text::bytea), 1 FROM generate_series(1, 20000) n;
INSERT INTO known_address (account_id, address) SELECT 1 + n % 5000, 'x' || n FROM generate_series(1, 20000) n;
INSERT INTO refusal (hour, account, address, action, project)
    SELECT date_trunc('hour', now()), 'a' || n, 'x', 'login', '' FROM generate_series(1, 20000) n;
"""
LARGE = {"repository", "blob", "repository_blob", "manifest", "manifest_blob", "manifest_child", "tag", "upload",
         "account", "project", "member", "access_token", "refresh_token", "login_failure", "known_address", "refusal"}
DIGEST = "'\\x01'::bytea || sha256('2'::bytea)"
OTHER = "'\\x01'::bytea || sha256('1'::bytea)"
HASH = "sha256('1')"
ID = "'b7e1c0f2-0000-4000-8000-000000000000'"
ARGUMENTS = {
    "REPOSITORY_FIND": ["'r1'"],
    "REPOSITORY_PUSHED": ["1"],
    "CATALOG_PAGE": ["'r4000'", "100"],
    "BLOB_FIND": ["'r1'", DIGEST],
    "BLOB_MOUNTABLE": [DIGEST, "ARRAY['r1', 'r2']"],
    "BLOB_ANYWHERE": [DIGEST],
    "MANIFEST_BY_TAG": ["'r1'", "'t2'"],
    "MANIFEST_BY_DIGEST": ["'r1'", DIGEST],
    "MANIFEST_HEAD_BY_TAG": ["'r1'", "'t2'"],
    "MANIFEST_HEAD_BY_DIGEST": ["'r1'", DIGEST],
    "MANIFEST_CHECK_BLOBS": ["1", f"ARRAY[{DIGEST}, {OTHER}]"],
    "MANIFEST_CHECK_CHILDREN": ["1", f"ARRAY[{DIGEST}, {OTHER}]"],
    "MANIFEST_INSERT": ["1", "'\\x01'::bytea || sha256('new')", "'a/b'", "'x'", "NULL", "NULL", "NULL", DIGEST, "1",
                        f"ARRAY[{DIGEST}, {OTHER}]"],
    "MANIFEST_LOCK": ["1", DIGEST],
    "REFERRERS_PAGE": ["'r1'", OTHER, "NULL", "NULL", "100", "1000000"],
    "TAGS_PAGE": ["'r1'", "'t5'", "100"],
    "TAG_DELETE": ["'r1'", "'t2'"],
    "UPLOAD_FIND": ["'r1'", ID],
    "UPLOAD_SAVE": [ID, ID, "1", "''", "''", "'true'", "NULL"],
    "UPLOAD_STALE": ["86400", ID, "100"],
    "UPLOAD_CLAIMED": [ID],
    "UPLOAD_DELETE": [ID, ID],
    "UPLOAD_CLOSE": [ID, ID, "'true'", "'true'"],
    "LOGIN_FIND": ["'a1'", "'x2'", HASH, HASH, HASH],
    "LOGIN_FAILED": [f"ARRAY[{HASH}]", "3600"],
    "LOGIN_SUCCEEDED": ["1", "'x'", HASH],
    "ACCESS_TOKEN_FIND": [HASH, "'a2'"],
    "ACCESS_TOKEN_USED": ["1"],
    "REFRESH_TOKEN_FIND": [HASH, "'s'"],
    "REFRESH_TOKEN_ADD": ["sha256('new')", "1", "NULL", "'s'", "60", "NULL", "NULL", "600", "100", "'x'", "'y'"],
    "REFRESH_TOKEN_USED": [HASH],
    "REFRESH_TOKEN_FORGET": ["'a1'"],
    "REFRESH_TOKEN_REVOKE": ["'a1'", "1"],
    "GRANTS_FIND": ["1", "ARRAY['p1/app', 'p2', 'p3/a/b']"],
    "REFUSAL_NOTE": ["'a1'", "'x'", "ARRAY['login']", "ARRAY['']"],
}


@pytest.fixture(scope="module")
def filled(cluster):
    cluster.create("plans")
    apply_migrations(cluster, "plans")
    cluster.sql(FILL, "plans")
    cluster.sql("ANALYZE", "plans")
    return cluster


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("name", ARGUMENTS)
def test_no_large_table_is_read_from_end_to_end(filled, name, mode):
    text = next(text for found, _, text in statements() if found == name)
    rows = filled.sql(f"SET plan_cache_mode = {mode}; PREPARE it AS {text};"
                      f"EXPLAIN EXECUTE it ({', '.join(ARGUMENTS[name])})", "plans")
    plan = "\n".join("\t".join(row) for row in rows)
    scanned = {line.split("Seq Scan on ")[1].split()[0] for line in plan.splitlines() if "Seq Scan on " in line}
    assert not scanned & LARGE, plan


# Calls of functions, and a table that must occur in the plans of their statements.
FUNCTIONS = {
    f"unlink_blob('r1', {DIGEST})": "manifest_blob",
    f"delete_manifest('r1', {DIGEST})": "manifest_child",
    f"upload_open('r1', {ID}, {ID}, true)": "upload",
    f"find_login('a1', 'x2', {HASH}, {HASH}, {HASH})": "account",
    "find_grants(1, ARRAY['p1/app', 'p2', 'p3/a/b'])": "member",
    "project_of('p1/app')": "project",
    f"describe_manifest(1, convert_to('{{\"manifests\":[{{\"digest\":\"sha256:' || encode(sha256('1'), 'hex') || '\"}}]}}', 'UTF8'))":
        "manifest",
}
# Statements that make triggers run.
TRIGGERS = {
    "INSERT INTO repository (path) VALUES ('r1/new')": "project",
    "INSERT INTO project (path, visibility, registry_enabled) VALUES ('r2', 'private', true)": "repository",
    "DELETE FROM project WHERE path = 'p2'": "repository",
}
# Logs the plans of all statements, also inside functions. Run with custom plans and with generic plans.
INSIDE = """
LOAD 'auto_explain';
SET plan_cache_mode = {mode};
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET client_min_messages = log;
BEGIN;
{text};
ROLLBACK;
"""


def plans_inside(database, mode, text):
    words = [f"{database.bin}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", database.sockets, "-p", str(postgres.PORT), "-U",
             "berth", "-d", "plans"]
    done = subprocess.run(words, input=INSIDE.format(mode=mode, text=text), capture_output=True, text=True, check=True,
                          **postgres.ACCOUNT.popen_options())
    return done.stderr


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("text", [*(f"SELECT * FROM {call}" for call in FUNCTIONS), *TRIGGERS])
def test_no_statement_of_a_function_reads_a_large_table_from_end_to_end(filled, text, mode):
    plans = plans_inside(filled, mode, text)
    expected = (FUNCTIONS | TRIGGERS)[text.removeprefix("SELECT * FROM ")]
    assert f" on {expected}" in plans or f" on public.{expected}" in plans, plans
    scanned = {line.split("Seq Scan on ")[1].split()[0] for line in plans.splitlines() if "Seq Scan on " in line}
    assert not scanned & LARGE, plans


def test_the_plan_of_the_grants_is_made_once_for_any_names(filled):
    """A custom plan knows the length of the array and says rows=1 here. The generic plan, for any array, says rows=10."""
    plans = plans_inside(filled, "auto", "".join(f"SELECT * FROM find_grants(1, ARRAY['p{n}/app']);" for n in range(3)))
    scans = [line for line in plans.splitlines() if "Function Scan on unnest n" in line]
    assert len(scans) == 3 and all("rows=10 " in line for line in scans), plans


def touched(database, mode, name, *arguments):
    """The number of pages that a statement reads, by EXPLAIN (ANALYZE, BUFFERS), after its indexes are in memory."""
    text = next(text for found, _, text in statements() if found == name)
    for _ in range(2):
        rows = database.sql(f"SET plan_cache_mode = {mode};"
                            f"PREPARE it AS {text}; EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE it ({', '.join(arguments)})",
                            "plans")
    plan = json.loads("\n".join("\t".join(row) for row in rows))[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


POPULAR, NOWHERE = "'\\x01'::bytea || sha256('popular'::bytea)", "'\\x01'::bytea || sha256('nowhere'::bytea)"


@pytest.fixture(scope="module")
def popular(filled):
    """A blob of 4,000 repositories, but not of r1 and r2."""
    filled.sql(f"INSERT INTO blob (digest, size) VALUES ({POPULAR}, 1)", "plans")
    filled.sql(f"INSERT INTO repository_blob (repository_id, digest) SELECT id, {POPULAR} FROM repository WHERE id > 1000",
               "plans")
    filled.sql("VACUUM ANALYZE repository_blob", "plans")
    return filled


ASKED = {
    "BLOB_MOUNTABLE": lambda digest: [digest, "ARRAY['r1', 'r2']"],
    "BLOB_FIND": lambda digest: ["'r1'", digest],
    "MANIFEST_CHECK_BLOBS": lambda digest: ["1", f"ARRAY[{digest}]"],
    "REFERRERS_PAGE": lambda digest: ["'r1'", digest, "NULL", "NULL", "100", "1000000"],
    "MANIFEST_BY_DIGEST": lambda digest: ["'r1'", digest],
}


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("name", ASKED)
def test_what_other_repositories_hold_changes_no_statements_work(popular, name, mode):
    held, absent = (touched(popular, mode, name, *ASKED[name](digest)) for digest in (POPULAR, NOWHERE))
    assert held == absent


def test_the_count_of_pages_sees_a_walk_over_all_links(popular):
    walk = f"SELECT count(*) FROM repository_blob l JOIN repository r ON r.id = l.repository_id WHERE l.digest = {POPULAR}"
    plan = "\n".join(row[0] for row in popular.sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {walk}", "plans"))
    assert json.loads(plan)[0]["Plan"]["Shared Hit Blocks"] > 10


def test_the_check_sees_a_seq_scan(filled):
    plan = filled.sql("EXPLAIN SELECT * FROM manifest WHERE media_type = 'c/d'", "plans")
    assert any("Seq Scan on manifest" in line for row in plan for line in row)


VALUES = {"repository_id": "1", "manifest_id": "2", "parent_id": "2", "child_id": "2", "digest": DIGEST}


@pytest.mark.parametrize("deleted_from", ["manifest", "blob", "repository_blob"])
def test_what_a_deletion_asks_of_referring_tables_is_indexed(filled, deleted_from):
    """For each deleted row, PostgreSQL searches each referring table for the row's key."""
    keys = filled.sql(f"""
        SELECT c.conrelid::regclass, string_agg(a.attname, ',') FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        WHERE c.contype = 'f' AND c.confrelid = '{deleted_from}'::regclass GROUP BY c.oid""", "plans")
    assert keys
    for table, columns in keys:
        where = " AND ".join(f"{column} = {VALUES[column]}" for column in columns.split(","))
        plan = [line for row in filled.sql(f"EXPLAIN SELECT FROM ONLY {table} WHERE {where}", "plans") for line in row]
        assert not any("Seq Scan" in line for line in plan), plan
