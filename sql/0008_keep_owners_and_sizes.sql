-- SPDX-License-Identifier: MIT
-- Why: quotas, GitLab's API and renames need to know
--   * the project that owns a repository (repository.project_id),
--   * the config and the size of a manifest (manifest.config_digest, manifest.total_size),
--   * a parent key that a rename of a whole tree may break until its COMMIT.
-- And: the statements that sign an account in and that find its grants become functions, so that their plans are kept.
-- Locks: repository and manifest, ACCESS EXCLUSIVE for the last statements of this file, none of which reads or rewrites rows
-- of manifest: 70 ms were measured with 20,000 repositories and 300,000 manifests on a busy machine.
-- A program that holds one of them for long (pg_dump) makes this migration fail after 5 seconds instead of making every
-- pull wait behind it; `berth migrate up` may be called again. upload, SHARE while its index is made; upload is small.
-- Rows that are there already are filled after this transaction, in batches of one transaction each:
-- after: CALL fill_new_columns(500)
-- A batch locks its own rows only, against deletion and other updates. Pulls and pushes go on. Until the last batch,
-- total_size and project_id are NULL in the rows that wait. An interrupted `berth migrate up` goes on where it stopped.

SET LOCAL lock_timeout = '5s';

-- 1. Signing in.

-- The account of a name, and what is known of its attempts before its password is looked at: always one row.
-- account is NULL when there is none. setting is the kind and cost of some account's hash, picked by the name, for the
-- time that an unknown name must take. due: the use is to be noted. known: the account has signed in from the address
-- within 30 days. Failures are counted under three keys; how long they count and what follows is the caller's rule.
-- Ages are milliseconds since the last failure, NULL without one.
CREATE FUNCTION find_login(of_name text, from_address text, pair_key bytea, address_key bytea, account_key bytea)
    RETURNS TABLE (account bigint, is_robot boolean, is_admin boolean, is_disabled boolean, hash text, due boolean,
                   known boolean, setting text, pair_failures integer, pair_age bigint, address_failures integer,
                   address_age bigint, account_failures integer, account_age bigint)
    LANGUAGE plpgsql STABLE AS $body$
BEGIN
    RETURN QUERY SELECT a.id, a.robot, a.admin, a.disabled, a.password,
        k.account_id IS NULL OR k.last_at < now() - interval '1 day' OR a.last_used_at IS NULL
        OR a.last_used_at < now() - interval '1 minute' OR p.key IS NOT NULL,
        k.account_id IS NOT NULL,
        left(coalesce(
            (SELECT r.password FROM account r WHERE r.password IS NOT NULL
             AND hashtextextended(r.password, 0) >= hashtextextended(of_name, 0)
             ORDER BY hashtextextended(r.password, 0) LIMIT 1),
            (SELECT r.password FROM account r WHERE r.password IS NOT NULL
             ORDER BY hashtextextended(r.password, 0) LIMIT 1)), 7),
        p.failures, (extract(epoch FROM now() - p.last_at) * 1000)::bigint,
        d.failures, (extract(epoch FROM now() - d.last_at) * 1000)::bigint,
        c.failures, (extract(epoch FROM now() - c.last_at) * 1000)::bigint
    FROM (VALUES (1)) AS one
    LEFT JOIN account a ON a.name = of_name
    LEFT JOIN known_address k ON k.account_id = a.id AND k.address = from_address AND k.last_at > now() - interval '30 days'
    LEFT JOIN login_failure p ON p.key = pair_key
    LEFT JOIN login_failure d ON d.key = address_key
    LEFT JOIN login_failure c ON c.key = account_key;
END
$body$;

-- For each name, in their order, the project that owns a repository of that name and the account's role in it; the columns
-- behind site_enabled are NULL where no project does. Without names: one row, for site_enabled.
-- The generic plan is forced: of an array PostgreSQL knows the length, takes each plan that was made for it for the better
-- one, and plans for longer than the plan takes to run.
CREATE FUNCTION find_grants(of_account bigint, names text[])
    RETURNS TABLE (site_enabled boolean, project bigint, path text, visibility text, is_enabled boolean, role text)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $body$
BEGIN
    RETURN QUERY SELECT s.registry_enabled, p.id, p.path, p.visibility::text, p.registry_enabled, m.role::text
    FROM site s
    LEFT JOIN unnest(names) WITH ORDINALITY AS n (name, place) ON true
    LEFT JOIN project p ON p.id = project_of(n.name)
    LEFT JOIN member m ON m.project_id = p.id AND m.account_id = of_account
    ORDER BY n.place;
END
$body$;

-- 2. Owners.

CREATE FUNCTION project_of(path text) RETURNS bigint LANGUAGE plpgsql STABLE AS $body$
DECLARE
    parts text[] := string_to_array(path, '/');
BEGIN
    RETURN (SELECT p.id FROM project p WHERE p.path = ANY (ARRAY(
        SELECT array_to_string(parts[1:n], '/') FROM generate_series(1, cardinality(parts)) AS n))
        ORDER BY octet_length(p.path) DESC LIMIT 1);
END
$body$;

-- Whoever makes or renames a repository takes this lock shared; whoever makes, renames or deletes a project takes it alone.
-- So each sees what the other has committed. A repository that exists already takes no lock.
CREATE FUNCTION project_paths_lock() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock(7300451902211);
    RETURN NULL;
END
$body$;

CREATE FUNCTION repository_find_owner() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7300451902211);
    NEW.project_id := project_of(NEW.path);
    RETURN NEW;
END
$body$;

CREATE FUNCTION project_find_repositories() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    root text;
BEGIN
    FOREACH root IN ARRAY ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.path END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.path END]
    LOOP
        UPDATE repository r SET project_id = project_of(r.path)
        WHERE r.path = root AND r.project_id IS DISTINCT FROM project_of(r.path);
        -- '0' follows '/'
        UPDATE repository r SET project_id = project_of(r.path)
        WHERE r.path > root || '/' AND r.path < root || '0' AND r.project_id IS DISTINCT FROM project_of(r.path);
    END LOOP;
    RETURN NULL;
END
$body$;

-- Workers keep which repository a path names. A rename or a deletion tells them to forget it, as a deleted manifest does.
CREATE FUNCTION repository_announce() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_notify('berth_manifest', '');
    RETURN NULL;
END
$body$;

-- 3. Configs and sizes.

-- "sha256:ab..." as the domain digest keeps it; NULL for any other text.
CREATE FUNCTION packed_digest(digest_text text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS $body$
    SELECT CASE
        WHEN digest_text ~ '^sha256:[0-9a-f]{64}$' THEN '\x01'::bytea || decode(substr(digest_text, 8), 'hex')
        WHEN digest_text ~ '^sha512:[0-9a-f]{128}$' THEN '\x02'::bytea || decode(substr(digest_text, 8), 'hex')
    END
$body$;

-- What config_digest and total_size are for a manifest of that repository. A text with \u0000 is no text to PostgreSQL, so
-- another character stands in for it. Both are NULL for a payload that PostgreSQL cannot read.
CREATE FUNCTION describe_manifest(of_repository bigint, payload bytea, OUT config_digest bytea, OUT total_size bigint)
    LANGUAGE plpgsql STABLE AS $body$
DECLARE
    document record;
    sum_of_sizes numeric;
BEGIN
    SELECT * INTO document FROM json_to_record(replace(convert_from(payload, 'UTF8'), '\u0000', '\ufffd')::json)
        AS d (config json, layers json, manifests json);
    IF document.manifests IS NOT NULL THEN
        SELECT sum(coalesce(
            (SELECT m.total_size FROM manifest m WHERE m.repository_id = of_repository AND m.digest = e.digest),
            (SELECT b.size FROM repository_blob l JOIN blob b ON b.digest = l.digest
             WHERE l.repository_id = of_repository AND l.digest = e.digest), 0))
        INTO sum_of_sizes
        FROM (SELECT DISTINCT packed_digest(entry.digest) AS digest
              FROM json_to_recordset(document.manifests) AS entry (digest text)) e;
    ELSE
        config_digest := packed_digest(document.config ->> 'digest');
        SELECT sum(part.size) INTO sum_of_sizes FROM (
            SELECT DISTINCT ON (p.digest) p.size FROM (
                SELECT 0 AS place, c.digest, c.size FROM json_to_record(document.config) AS c (digest text, size numeric)
                UNION ALL
                SELECT 1, l.digest, l.size FROM json_to_recordset(document.layers) AS l (digest text, size numeric)) p
            ORDER BY p.digest, p.place) part;
    END IF;
    total_size := least(coalesce(sum_of_sizes, 0), 9223372036854775807);
EXCEPTION WHEN OTHERS THEN
    config_digest := NULL;
    total_size := NULL;
END
$body$;

-- A push says both. This is for the programs of before, which go on until they are started anew.
CREATE FUNCTION manifest_describe_itself() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    SELECT d.config_digest, d.total_size INTO NEW.config_digest, NEW.total_size
    FROM describe_manifest(NEW.repository_id, NEW.payload) d;
    RETURN NEW;
END
$body$;

-- 4. The rows of before.

-- The tables whose rows are still being filled, and the last id that is done.
CREATE TABLE backfill (
    relation text COLLATE "C" PRIMARY KEY,
    done_to bigint NOT NULL DEFAULT 0
);
INSERT INTO backfill (relation) VALUES ('manifest'), ('repository');

-- Fills the rows with ids in (done_to, last]. Children come before their index: a row's id is larger than those of the rows
-- that it refers to.
CREATE FUNCTION fill_manifests(done_to bigint, last bigint) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    wanting bigint;
BEGIN
    FOR wanting IN SELECT m.id FROM manifest m WHERE m.id > done_to AND m.id <= last AND m.total_size IS NULL ORDER BY m.id
    LOOP
        UPDATE manifest m SET (config_digest, total_size) =
            (SELECT d.config_digest, d.total_size FROM describe_manifest(m.repository_id, m.payload) d)
        WHERE m.id = wanting;
    END LOOP;
END
$body$;

CREATE FUNCTION fill_repositories(done_to bigint, last bigint) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7300451902211);
    UPDATE repository r SET project_id = project_of(r.path)
    WHERE r.id > done_to AND r.id <= last AND r.project_id IS DISTINCT FROM project_of(r.path);
END
$body$;

-- Fills what is left of both tables, `batch` rows a transaction. Call it outside of a transaction.
CREATE PROCEDURE fill_new_columns(batch integer) LANGUAGE plpgsql AS $body$
DECLARE
    work backfill;
    last bigint;
BEGIN
    LOOP
        SELECT b.* INTO work FROM backfill b ORDER BY b.relation DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF work.relation = 'manifest' THEN
            SELECT max(id) INTO last FROM (SELECT m.id FROM manifest m WHERE m.id > work.done_to ORDER BY m.id LIMIT batch) m;
            PERFORM fill_manifests(work.done_to, last);
        ELSE
            SELECT max(id) INTO last FROM (SELECT r.id FROM repository r WHERE r.id > work.done_to ORDER BY r.id LIMIT batch) r;
            PERFORM fill_repositories(work.done_to, last);
        END IF;
        IF last IS NULL THEN
            DELETE FROM backfill b WHERE b.relation = work.relation;
        ELSE
            UPDATE backfill b SET done_to = last WHERE b.relation = work.relation;
        END IF;
        COMMIT;
    END LOOP;
END
$body$;

-- 5. Tables and triggers. repository comes first: each transaction of the registry touches it before the others.

-- The project with the longest path that is the repository's path or one of its ancestors; NULL: no project.
-- Triggers keep it. No statement writes it.
ALTER TABLE repository
    ADD COLUMN project_id bigint CONSTRAINT repository_project_fk REFERENCES project (id) ON DELETE SET NULL,
    ALTER CONSTRAINT repository_parent_fk DEFERRABLE INITIALLY IMMEDIATE;

-- config_digest: of the image's config; NULL for an index. Its type is no domain: a column of a domain with a CHECK makes
-- PostgreSQL write the whole table anew. The CHECK is not validated: the rows of before have NULL there, or what
-- describe_manifest read.
-- total_size: bytes of the distinct blobs that the manifest names, as its descriptors say; of an index, the sum over the
-- distinct manifests and blobs that the repository had when the index was pushed. NULL: PostgreSQL cannot read the payload,
-- or the row has not been filled yet.
ALTER TABLE manifest
    ADD COLUMN config_digest bytea,
    ADD COLUMN total_size bigint,
    ADD CONSTRAINT manifest_config_digest_size CHECK (octet_length(config_digest) IN (33, 65)) NOT VALID,
    ADD CONSTRAINT manifest_total_size_not_negative CHECK (total_size >= 0) NOT VALID;

CREATE INDEX repository_project ON repository (project_id) WHERE project_id IS NOT NULL;
CREATE TRIGGER repository_owner BEFORE INSERT OR UPDATE OF path ON repository
    FOR EACH ROW EXECUTE FUNCTION repository_find_owner();
CREATE TRIGGER project_paths_lock BEFORE INSERT OR UPDATE OF path OR DELETE ON project
    FOR EACH STATEMENT EXECUTE FUNCTION project_paths_lock();
CREATE TRIGGER project_repositories AFTER INSERT OR UPDATE OF path OR DELETE ON project
    FOR EACH ROW EXECUTE FUNCTION project_find_repositories();
CREATE TRIGGER repository_announce AFTER UPDATE OF path OR DELETE ON repository
    FOR EACH STATEMENT EXECUTE FUNCTION repository_announce();
CREATE TRIGGER manifest_describe BEFORE INSERT ON manifest
    FOR EACH ROW WHEN (NEW.total_size IS NULL) EXECUTE FUNCTION manifest_describe_itself();

CREATE INDEX upload_updated_at ON upload (updated_at);
DROP INDEX upload_started_at;
