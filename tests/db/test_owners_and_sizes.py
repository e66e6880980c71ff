# SPDX-License-Identifier: MIT
"""sql/0008_keep_owners_and_sizes.sql on a database with data, and the columns that its triggers maintain afterwards."""
import glob
import hashlib
import json
import os
import subprocess
import time

import pytest
from test_schema import BERTH, TOP, apply_migrations, config_of, database, migrate, migrated  # noqa: F401

import postgres

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
# The statement of the programs of version 7, which run until they are restarted.
OLD_INSERT = ("INSERT INTO manifest (repository_id, digest, media_type, payload, subject, artifact_type, annotations)"
              " VALUES ({repository}, {digest}, '{type}', {payload}, NULL, NULL, NULL)"
              " ON CONFLICT (repository_id, digest) DO NOTHING RETURNING id")


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def packed(reference):
    return f"'\\x01{reference.split(':')[1]}'::bytea"


def literal(data):
    return f"'\\x{data.hex()}'::bytea"


def apply(cluster, database, version):
    """Applies the migration without later ones, and records it as `berth migrate up` does."""
    path, = glob.glob(os.path.join(TOP, f"sql/{version:04}_*.sql"))
    with open(path, "rb") as file:
        text = file.read()
    cluster.sql(text.decode(), database)
    cluster.sql("INSERT INTO schema_migration (version, name, hash)"
                f" VALUES ({version}, '{os.path.basename(path).removesuffix('.sql')}', '{digest(text)}')", database)


def at_version_7(cluster, database):
    """The schema as `berth migrate up` of version 7 leaves it."""
    cluster.sql("CREATE TABLE schema_migration (version integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL,"
                " applied_at timestamptz NOT NULL DEFAULT now())", database)
    for version in range(1, 8):
        apply(cluster, database, version)


class Data:
    """Rows as the programs of version 7 write them. Collects the statements; `expected` has the results of the migration."""

    def __init__(self):
        self.text, self.expected, self.sizes = [], {}, {}

    def repository(self, path):
        self.text.append(f"INSERT INTO repository (path, pushed_at) VALUES ('{path}', now()) ON CONFLICT DO NOTHING")

    def blob(self, path, size):
        reference = digest(f"{path} {size} {len(self.sizes)}".encode())
        self.sizes[reference] = size
        self.text.append(f"INSERT INTO blob (digest, size) VALUES ({packed(reference)}, {size}) ON CONFLICT DO NOTHING")
        self.text.append(f"INSERT INTO repository_blob (repository_id, digest) SELECT id, {packed(reference)}"
                         f" FROM repository WHERE path = '{path}'")
        return {"mediaType": "a/b", "digest": reference, "size": size}

    def manifest(self, path, payload, config, total, blobs=(), children=(), subject=None):
        """`payload`: a document, or the bytes themselves. Returns its descriptor."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        reference = digest(body)
        self.expected[path, reference] = (config and config["digest"], total)
        key = f"repository_id = (SELECT id FROM repository WHERE path = '{path}') AND digest = {packed(reference)}"
        self.text.append(
            "INSERT INTO manifest (repository_id, digest, media_type, payload, subject, artifact_type, annotations)"
            f" SELECT id, {packed(reference)}, '{INDEX if children else IMAGE}', {literal(body)},"
            f" {packed(subject) if subject else 'NULL'}, {'NULL' if not subject else chr(39) + 'a/b' + chr(39)},"
            f" {'NULL' if not subject else chr(39) + '{}' + chr(39)} FROM repository WHERE path = '{path}'")
        for entry in {entry["digest"] for entry in blobs}:
            self.text.append(f"INSERT INTO manifest_blob SELECT repository_id, id, {packed(entry)} FROM manifest WHERE {key}")
        for entry in {entry["digest"] for entry in children}:
            self.text.append("INSERT INTO manifest_child SELECT p.repository_id, p.id, c.id FROM manifest c, manifest p"
                             f" WHERE p.{key.replace(' AND digest', ' AND p.digest')} AND c.repository_id = p.repository_id"
                             f" AND c.digest = {packed(entry)}")
        return {"mediaType": IMAGE, "digest": reference, "size": len(body)}

    def image(self, path, *sizes, **more):
        config, *layers = [self.blob(path, size) for size in sizes]
        document = {"schemaVersion": 2, "config": config, "layers": layers, **more}
        return self.manifest(path, document, config, sum(sizes), [config, *layers])


def registry_of_version_7():
    data = Data()
    for path in ("team", "team/app", "team/app/web", "team/app/web/deep", "team/lib", "teams", "alone", "other", "team-x"):
        data.repository(path)
    small, large = data.image("team/app", 10, 1000), data.image("team/app", 20, 2000, annotations={"n": "x"})
    both = data.manifest("team/app", {"schemaVersion": 2, "manifests": [small, large, small]}, None, 3030,
                         children=[small, large])
    # an absent entry, an entry that is a blob, and an index in an index
    missing = {"mediaType": IMAGE, "digest": digest(b"missing"), "size": 7}
    cache = data.blob("team/app", 500)
    data.manifest("team/app", {"manifests": [missing, large, cache, both]}, None, 2020 + 500 + 3030, [cache], [large, both])
    data.manifest("team/app", {"manifests": []}, None, 0)
    # an entry counts only if its manifest is in the same repository: team/lib has neither of these two
    data.manifest("team/lib", {"schemaVersion": 2, "manifests": [small, large]}, None, 0)
    # the config is a layer too; one layer occurs twice; one is at a foreign URL
    empty, layer = data.blob("alone", 2), data.blob("alone", 300)
    elsewhere = {"mediaType": "a/b", "digest": digest(b"elsewhere"), "size": 5000, "urls": ["https://example.com/x"]}
    data.manifest("alone", {"config": empty, "layers": [empty, layer, layer, elsewhere]}, empty, 5302, [empty, layer])
    data.manifest("alone", {"config": empty}, empty, 2, [empty])
    data.manifest("alone", {"layers": [layer]}, None, 300, [layer])
    data.manifest("alone", {"config": empty, "layers": None, "manifests": None}, empty, 2, [empty])
    # accepted by the registry, but not valid in a text of PostgreSQL
    data.manifest("alone", b'{"config":{"digest":"%s","size":4},"annotations":{"a":"\\u0000","b":"\\\\u0000"}}'
                  % empty["digest"].encode(), empty, 4, [empty], subject=digest(b"subject"))
    data.manifest("alone", b'{"config":{"digest":"%s","size":9223372036854775807},"layers":[{"digest":"x","size":1}]}'
                  % empty["digest"].encode(), empty, 2**63 - 1, [empty])
    data.manifest("teams", b"\xff\xfe no JSON", None, None)
    sha512 = "sha512:" + hashlib.sha512(b"x").hexdigest()
    data.manifest("other", {"config": {"digest": sha512, "size": 3}}, {"digest": sha512}, 3)
    data.text.append("INSERT INTO upload (id, repository_id, hash_state, store_state) SELECT gen_random_uuid(), id, '', ''"
                     " FROM repository")
    for path in ("team", "team/app", "other", "nothing/here"):
        data.text.append(f"INSERT INTO project (path, visibility, registry_enabled) VALUES ('{path}', 'private', true)")
    return data


OWNERS = {"team": "team", "team/app": "team/app", "team/app/web": "team/app", "team/app/web/deep": "team/app",
          "team/lib": "team", "teams": "", "alone": "", "other": "other", "team-x": ""}


def owners(cluster, database):
    return dict(cluster.sql("SELECT r.path, coalesce(p.path, '') FROM repository r LEFT JOIN project p ON p.id = r.project_id",
                            database))


def described(cluster, database):
    """{(path, digest): (digest of the config, total size)}"""
    text = "'sha' || CASE get_byte({0}, 0) WHEN 1 THEN '256:' ELSE '512:' END || encode(substr({0}, 2), 'hex')"
    rows = cluster.sql(f"SELECT r.path, {text.format('m.digest')}, {text.format('m.config_digest')}, m.total_size"
                       " FROM manifest m JOIN repository r ON r.id = m.repository_id", database)
    return {(path, reference): (config or None, int(total) if total else None) for path, reference, config, total in rows}


def migrate_up(cluster, database, tmp_path):
    done = migrate("up", config_of(cluster, database, tmp_path))
    assert done.returncode == 0, done.stderr
    return done


def test_a_registry_of_version_7_gets_every_new_column(cluster, database, tmp_path):
    data = registry_of_version_7()
    at_version_7(cluster, database)
    cluster.sql(";".join(data.text), database)
    before = cluster.sql("SELECT id, payload, digest, size FROM manifest ORDER BY id", database)
    assert "applied 0008" in migrate_up(cluster, database, tmp_path).stdout
    assert described(cluster, database) == data.expected
    assert owners(cluster, database) == OWNERS
    assert cluster.sql("SELECT id, payload, digest, size FROM manifest ORDER BY id", database) == before
    assert cluster.sql("SELECT count(*) FROM upload", database) == [["9"]]
    assert cluster.sql("SELECT count(*) FROM backfill", database) == [["0"]]
    assert "applied" not in migrate_up(cluster, database, tmp_path).stdout


def test_small_batches_fill_as_one_does(cluster, database):
    data = registry_of_version_7()
    at_version_7(cluster, database)
    cluster.sql(";".join(data.text), database)
    apply(cluster, database, 8)
    assert set(described(cluster, database).values()) == {(None, None)}
    cluster.sql("CALL fill_new_columns(1)", database)
    assert described(cluster, database) == data.expected
    assert owners(cluster, database) == OWNERS


def test_what_a_program_of_version_7_pushes_afterwards_is_described(cluster, migrated):
    cluster.sql("INSERT INTO repository (path) VALUES ('late')", migrated)
    config = {"digest": digest(b"config"), "size": 40}
    for number, document in enumerate(({"config": config, "layers": [{"digest": digest(b"layer"), "size": 2}]}, {})):
        body = json.dumps(document).encode()
        assert cluster.sql(OLD_INSERT.format(repository="(SELECT id FROM repository)", digest=packed(digest(body)), type=IMAGE,
                                             payload=literal(body)), migrated) == [[str(number + 1)]]
        if number == 0:
            image = {"digest": digest(body), "size": len(body)}
    body = json.dumps({"manifests": [image]}).encode()
    cluster.sql(OLD_INSERT.format(repository="(SELECT id FROM repository)", digest=packed(digest(body)), type=INDEX,
                                  payload=literal(body)), migrated)
    assert cluster.sql("SELECT total_size, config_digest IS NULL FROM manifest ORDER BY id", migrated) == [
        ["42", "f"], ["0", "t"], ["42", "t"]]


class Session:
    """A psql that stays open, for concurrent transactions."""

    def __init__(self, cluster, database):
        words = [f"{cluster.bin}/psql", "-X", "-q", "-A", "-t", "-h", cluster.sockets, "-p", str(postgres.PORT), "-U", "berth",
                 "-d", database, "-v", "ON_ERROR_STOP=1"]
        self.psql = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                     **postgres.ACCOUNT.popen_options())

    def send(self, text):
        self.psql.stdin.write(text + ";\n\\echo done\n")
        self.psql.stdin.flush()
        return self

    def answer(self):
        lines = []
        while (line := self.psql.stdout.readline().rstrip("\n")) != "done":
            assert line or self.psql.poll() is None, lines
            lines.append(line)
        return lines

    def sql(self, text):
        return self.send(text).answer()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(30)


@pytest.fixture
def session(cluster):
    made = []

    def begin(database):
        made.append(Session(cluster, database))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def waiting(cluster, database):
    """Sessions of the database that wait for a lock."""
    return cluster.sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                       database)


LARGE = """
INSERT INTO repository (path, pushed_at) SELECT 'r' || n, now() FROM generate_series(1, 2000) n;
INSERT INTO manifest (repository_id, digest, media_type, payload)
    SELECT 1 + n % 2000, '\\x01'::bytea || sha256(n::text::bytea), 'a/b', convert_to('{"layers":[{"digest":"x","size":' || n || '}]}',
    'UTF8') FROM generate_series(1, 3000) n;
INSERT INTO tag (repository_id, name, manifest_id) SELECT repository_id, 't' || id, id FROM manifest;
"""
PULL = ("SELECT length(m.payload) > 0 FROM repository r JOIN tag t ON t.repository_id = r.id AND t.name = 't2500'"
        " JOIN manifest m ON m.id = t.manifest_id WHERE r.id = (SELECT repository_id FROM manifest WHERE id = 2500)")
# Locks that would block readers or writers of a table.
STRONG = ("SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE l.locktype = 'relation'"
          " AND c.relname IN ('manifest', 'repository', 'tag', 'upload', 'project') AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')")


def test_pulls_and_pushes_go_on_while_a_large_table_is_filled(cluster, database, tmp_path, session):
    at_version_7(cluster, database)
    cluster.sql(LARGE, database)
    apply(cluster, database, 8)
    holder = session(database)
    holder.sql("BEGIN; SELECT FROM manifest WHERE id = 1200 FOR UPDATE")
    running = subprocess.Popen([BERTH, "migrate", "up", config_of(cluster, database, tmp_path)], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    wait_for(lambda: waiting(cluster, database))  # in the middle of the third batch
    assert cluster.sql("SELECT done_to FROM backfill", database) == [["1000"]]
    assert cluster.sql(STRONG, database) == []
    limit = "SET statement_timeout = '5s'; "
    assert cluster.sql(limit + PULL, database) == [["t"]]
    body = b'{"layers":[]}'
    cluster.sql(limit + OLD_INSERT.format(repository=1, digest=packed(digest(body)), type=IMAGE, payload=literal(body)), database)
    cluster.sql(limit + "INSERT INTO repository (path) VALUES ('new'); DELETE FROM manifest WHERE id = 2000", database)
    # until the batch ends, a row of the batch can be referenced, but not deleted
    cluster.sql(limit + "SELECT FROM manifest WHERE id = 1100 FOR KEY SHARE", database)
    running.kill()
    running.wait()
    cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", database)
    holder.sql("ROLLBACK")
    migrate_up(cluster, database, tmp_path)
    assert cluster.sql("SELECT count(*), count(total_size), sum(total_size) FROM manifest", database) == [
        ["3000", "3000", str(3000 * 3001 // 2 - 2000)]]


def test_a_transaction_that_stays_makes_the_migration_fail_not_the_pulls_wait(cluster, database, tmp_path, session):
    at_version_7(cluster, database)
    dump = session(database)
    dump.sql("BEGIN; LOCK TABLE manifest IN ACCESS SHARE MODE")
    done = migrate("up", config_of(cluster, database, tmp_path))
    assert done.returncode == 1 and "lock timeout" in done.stderr
    dump.sql("COMMIT")
    migrate_up(cluster, database, tmp_path)


# ---- owners ----

PROJECT = "INSERT INTO project (path, visibility, registry_enabled) VALUES ('{}', 'private', true)"
TREE = "INSERT INTO repository (path) VALUES ('a'), ('a/b'), ('a/b/c'), ('a/bc'), ('a-b'), ('ab')"


@pytest.mark.parametrize("changes, found", [
    ([PROJECT.format("a"), TREE], {"a": "a", "a/b": "a", "a/b/c": "a", "a/bc": "a"}),
    ([TREE, PROJECT.format("a")], {"a": "a", "a/b": "a", "a/b/c": "a", "a/bc": "a"}),
    ([TREE, PROJECT.format("a"), PROJECT.format("a/b")], {"a": "a", "a/b": "a/b", "a/b/c": "a/b", "a/bc": "a"}),
    ([TREE, PROJECT.format("a/b"), PROJECT.format("a")], {"a": "a", "a/b": "a/b", "a/b/c": "a/b", "a/bc": "a"}),
    ([TREE, PROJECT.format("a"), PROJECT.format("a/b"), "DELETE FROM project WHERE path = 'a/b'"],
     {"a": "a", "a/b": "a", "a/b/c": "a", "a/bc": "a"}),
    ([TREE, PROJECT.format("a"), PROJECT.format("a/b"), "DELETE FROM project"], {}),
    ([TREE, PROJECT.format("a/b"), "UPDATE project SET path = 'ab'"], {"ab": "ab"}),
    ([TREE, PROJECT.format("a/b"), "UPDATE project SET path = 'a'"], {"a": "a", "a/b": "a", "a/b/c": "a", "a/bc": "a"}),
    ([PROJECT.format("a"), TREE, "UPDATE project SET visibility = 'public', path = 'a'"],
     {"a": "a", "a/b": "a", "a/b/c": "a", "a/bc": "a"}),
    ([PROJECT.format("a/b/c"), PROJECT.format("x"), TREE, "INSERT INTO repository (path) VALUES ('x')",
      "UPDATE repository SET path = 'x/y' WHERE path = 'a/b/c'"], {"x": "x", "x/y": "x"}),
])
def test_a_repository_belongs_to_the_project_with_the_longest_path(cluster, migrated, changes, found):
    for change in changes:
        cluster.sql(change, migrated)
    assert {path: owner for path, owner in owners(cluster, migrated).items() if owner} == found


@pytest.mark.parametrize("first, second", [
    (TREE, "DELETE FROM project; " + PROJECT.format("a")), ("DELETE FROM project; " + PROJECT.format("a"), TREE)])
def test_a_repository_and_a_project_made_at_once_find_each_other(cluster, migrated, session, first, second):
    cluster.sql(PROJECT.format("a/b"), migrated)
    one = session(migrated)
    one.sql("BEGIN; " + first)
    other = session(migrated).send(second)
    wait_for(lambda: waiting(cluster, migrated))
    one.sql("COMMIT")
    other.answer()
    assert {path: owner for path, owner in owners(cluster, migrated).items() if owner} == {
        "a": "a", "a/b": "a", "a/b/c": "a", "a/bc": "a"}


def test_a_push_to_a_repository_that_exists_never_waits_for_a_project(cluster, migrated, session):
    cluster.sql(TREE, migrated)
    one = session(migrated)
    one.sql("BEGIN; " + PROJECT.format("x"))
    cluster.sql("SET statement_timeout = '5s'; UPDATE repository SET pushed_at = now() WHERE path = 'a/b'", migrated)
    one.sql("COMMIT")


# ---- renames ----

def test_a_tree_is_renamed_in_one_transaction_and_all_workers_are_told(cluster, migrated, session):
    cluster.sql(TREE, migrated)
    worker = session(migrated)
    worker.sql("LISTEN berth_manifest")
    cluster.sql("BEGIN; SET CONSTRAINTS repository_parent_fk DEFERRED;"
                "UPDATE repository SET path = 'z/b' WHERE path = 'a/b'; UPDATE repository SET path = 'z/b/c' WHERE path = 'a/b/c';"
                "UPDATE repository SET path = 'z/bc' WHERE path = 'a/bc'; UPDATE repository SET path = 'z' WHERE path = 'a'; COMMIT",
                migrated)
    assert [row[0] for row in cluster.sql("SELECT path FROM repository ORDER BY path", migrated)] == [
        "a-b", "ab", "z", "z/b", "z/b/c", "z/bc"]
    assert any("berth_manifest" in line for line in worker.sql("SELECT 1"))


def test_a_push_says_nothing_to_other_workers(cluster, migrated, session):
    cluster.sql(TREE, migrated)
    worker = session(migrated)
    worker.sql("LISTEN berth_manifest")
    cluster.sql("UPDATE repository SET pushed_at = now(); " + PROJECT.format("a"), migrated)
    assert worker.sql("SELECT 1") == ["1"]


def test_the_parent_is_checked_immediately_unless_deferred(cluster, migrated):
    cluster.sql(TREE, migrated)
    with pytest.raises(Exception, match="repository_parent_fk"):
        cluster.sql("UPDATE repository SET path = 'z' WHERE path = 'a'", migrated)
    with pytest.raises(Exception, match="repository_parent_fk"):
        cluster.sql("BEGIN; SET CONSTRAINTS repository_parent_fk DEFERRED; UPDATE repository SET path = 'z' WHERE path = 'a'; COMMIT",
                    migrated)
