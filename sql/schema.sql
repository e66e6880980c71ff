-- SPDX-License-Identifier: MIT
-- What the migrations yield, by tests/db/dump_schema.sh; not edited by hand.

CREATE DOMAIN public.account_name AS text COLLATE pg_catalog."C"
	CONSTRAINT account_name_check CHECK (((VALUE ~ '^[a-z0-9]+([._@+-]+[a-z0-9]+)*$'::text) AND (octet_length(VALUE) <= 100)));

CREATE DOMAIN public.digest AS bytea
	CONSTRAINT digest_check CHECK ((((get_byte(VALUE, 0) = 1) AND (octet_length(VALUE) = 33)) OR ((get_byte(VALUE, 0) = 2) AND (octet_length(VALUE) = 65))));

CREATE DOMAIN public.project_role AS text COLLATE pg_catalog."C"
	CONSTRAINT project_role_check CHECK ((VALUE = ANY (ARRAY['reporter'::text, 'developer'::text, 'maintainer'::text])));

CREATE DOMAIN public.secret_hash AS bytea
	CONSTRAINT secret_hash_check CHECK ((octet_length(VALUE) = 32));

CREATE DOMAIN public.visibility AS text COLLATE pg_catalog."C"
	CONSTRAINT visibility_check CHECK ((VALUE = ANY (ARRAY['private'::text, 'internal'::text, 'public'::text])));

CREATE FUNCTION public.audit_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) ELSE '{}' END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) ELSE '{}' END;
    ids jsonb := CASE WHEN TG_OP <> 'DELETE' THEN after ELSE before END;
    parts text[] := ARRAY[
        coalesce((SELECT path FROM project WHERE id = (ids ->> 'project_id')::bigint), ids ->> 'path'),
        coalesce((SELECT name FROM account WHERE id = (ids ->> 'account_id')::bigint), CASE TG_TABLE_NAME
            WHEN 'account' THEN ids ->> 'name' END),
        CASE TG_TABLE_NAME WHEN 'access_token' THEN ids ->> 'name' END];
BEGIN
    INSERT INTO audit (actor, action, subject, detail) VALUES (
        coalesce(nullif(current_setting('berth.actor', true), ''), session_user),
        TG_TABLE_NAME || ' ' || lower(TG_OP),
        array_to_string(parts, ' '),
        coalesce((SELECT jsonb_object_agg(key, CASE key WHEN 'password' THEN '"***"' ELSE after -> key END)
            FROM jsonb_object_keys(before || after) AS key
            WHERE before -> key IS DISTINCT FROM after -> key
            AND key NOT IN ('id', 'hash', 'one', 'created_at', 'account_id', 'project_id', 'last_used_at')), '{}'));
    RETURN NULL;
END
$$;

CREATE FUNCTION public.delete_manifest(path text, of_digest bytea) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    repository bigint;
    found_id bigint;
BEGIN
    SELECT m.repository_id, m.id INTO repository, found_id FROM repository r
    JOIN manifest m ON m.repository_id = r.id AND m.digest = of_digest
    WHERE r.path = delete_manifest.path FOR UPDATE OF m;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM FROM manifest_child c WHERE c.repository_id = repository AND c.child_id = found_id LIMIT 1 FOR KEY SHARE;
    IF FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM manifest m WHERE m.id = found_id;
    RETURN true;
END
$$;

CREATE FUNCTION public.describe_manifest(of_repository bigint, payload bytea, OUT config_digest bytea, OUT total_size bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    AS $$
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
$$;

CREATE FUNCTION public.fill_manifests(done_to bigint, last bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE PROCEDURE public.fill_new_columns(IN batch integer)
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE FUNCTION public.fill_repositories(done_to bigint, last bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7300451902211);
    UPDATE repository r SET project_id = project_of(r.path)
    WHERE r.id > done_to AND r.id <= last AND r.project_id IS DISTINCT FROM project_of(r.path);
END
$$;

CREATE FUNCTION public.find_grants(of_account bigint, names text[]) RETURNS TABLE(site_enabled boolean, project bigint, path text, visibility text, is_enabled boolean, role text)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    RETURN QUERY SELECT s.registry_enabled, p.id, p.path, p.visibility::text, p.registry_enabled, m.role::text
    FROM site s
    LEFT JOIN unnest(names) WITH ORDINALITY AS n (name, place) ON true
    LEFT JOIN project p ON p.id = project_of(n.name)
    LEFT JOIN member m ON m.project_id = p.id AND m.account_id = of_account
    ORDER BY n.place;
END
$$;

CREATE FUNCTION public.find_login(of_name text, from_address text, pair_key bytea, address_key bytea, account_key bytea) RETURNS TABLE(account bigint, is_robot boolean, is_admin boolean, is_disabled boolean, hash text, due boolean, known boolean, setting text, pair_failures integer, pair_age bigint, address_failures integer, address_age bigint, account_failures integer, account_age bigint)
    LANGUAGE plpgsql STABLE
    AS $$
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
$$;

CREATE FUNCTION public.manifest_describe_itself() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    SELECT d.config_digest, d.total_size INTO NEW.config_digest, NEW.total_size
    FROM describe_manifest(NEW.repository_id, NEW.payload) d;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.packed_digest(digest_text text) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT
    AS $_$
    SELECT CASE
        WHEN digest_text ~ '^sha256:[0-9a-f]{64}$' THEN '\x01'::bytea || decode(substr(digest_text, 8), 'hex')
        WHEN digest_text ~ '^sha512:[0-9a-f]{128}$' THEN '\x02'::bytea || decode(substr(digest_text, 8), 'hex')
    END
$_$;

CREATE FUNCTION public.project_find_repositories() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE FUNCTION public.project_of(path text) RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    parts text[] := string_to_array(path, '/');
BEGIN
    RETURN (SELECT p.id FROM project p WHERE p.path = ANY (ARRAY(
        SELECT array_to_string(parts[1:n], '/') FROM generate_series(1, cardinality(parts)) AS n))
        ORDER BY octet_length(p.path) DESC LIMIT 1);
END
$$;

CREATE FUNCTION public.project_paths_lock() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7300451902211);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.repository_announce() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('berth_manifest', '');
    RETURN NULL;
END
$$;

CREATE FUNCTION public.repository_find_owner() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7300451902211);
    NEW.project_id := project_of(NEW.path);
    RETURN NEW;
END
$$;

CREATE FUNCTION public.unlink_blob(path text, of_digest bytea) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    repository bigint;
BEGIN
    SELECT l.repository_id INTO repository FROM repository r
    JOIN repository_blob l ON l.repository_id = r.id AND l.digest = of_digest
    WHERE r.path = unlink_blob.path FOR UPDATE OF l;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM FROM manifest_blob m WHERE m.repository_id = repository AND m.digest = of_digest LIMIT 1 FOR KEY SHARE;
    IF FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM repository_blob l WHERE l.repository_id = repository AND l.digest = of_digest;
    RETURN true;
END
$$;

CREATE FUNCTION public.upload_lock(session text, path text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    lock bigint := hashtextextended(session, 0);
    seats bigint[] := ARRAY[hashtextextended(session, 1), NULL];
    taken boolean := false;
BEGIN
    IF pg_try_advisory_lock(lock) THEN
        RETURN true;
    END IF;
    IF NOT pg_try_advisory_lock(seats[1]) THEN
        RETURN false;
    END IF;
    FOR seat IN 2..3 LOOP
        IF pg_try_advisory_lock(hashtextextended(path, seat)) THEN
            seats[2] := hashtextextended(path, seat);
            EXIT;
        END IF;
    END LOOP;
    IF seats[2] IS NOT NULL THEN
        BEGIN
            PERFORM pg_advisory_lock(lock);
            taken := true;
        EXCEPTION WHEN lock_not_available THEN
            NULL;
        END;
        PERFORM pg_advisory_unlock(seats[2]);
    END IF;
    PERFORM pg_advisory_unlock(seats[1]);
    RETURN taken;
END
$$;

CREATE FUNCTION public.upload_open(path text, session text, opener text, writes boolean) RETURNS TABLE(locked boolean, repository bigint, stands bigint, hashed bytea, stored bytea, contested boolean, sealed bytea)
    LANGUAGE plpgsql
    AS $$
BEGIN
    locked := upload_lock(session, path);
    IF NOT locked THEN
        PERFORM FROM upload u JOIN repository r ON r.id = u.repository_id
        WHERE r.path = upload_open.path AND u.id = session::uuid;
        IF FOUND THEN
            RETURN NEXT;
        END IF;
        RETURN;
    END IF;
    SELECT u.repository_id, u."offset", u.hash_state, u.store_state, u.writing, u.digest
    INTO repository, stands, hashed, stored, contested, sealed
    FROM upload u JOIN repository r ON r.id = u.repository_id
    WHERE r.path = upload_open.path AND u.id = session::uuid FOR UPDATE OF u;
    IF NOT FOUND THEN
        PERFORM pg_advisory_unlock(hashtextextended(session, 0));
        RETURN;
    END IF;
    IF NOT writes OR stands = 0 THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    UPDATE upload SET generation = opener::uuid, writing = writing OR (writes AND digest IS NULL)
    WHERE id = session::uuid;
    RETURN NEXT;
END
$$;

CREATE FUNCTION public.utc_text(moment timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;

CREATE TABLE public.access_token (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    hash public.secret_hash NOT NULL,
    role public.project_role NOT NULL,
    project_id bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT access_token_expires_later CHECK ((expires_at > created_at)),
    CONSTRAINT access_token_name_grammar CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'::text))
);

ALTER TABLE public.access_token ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.access_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.account (
    id bigint NOT NULL,
    name public.account_name NOT NULL,
    robot boolean DEFAULT false NOT NULL,
    password text COLLATE pg_catalog."C",
    admin boolean DEFAULT false NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT account_password_hash CHECK (((password ~ '^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$'::text) OR (password ~ '^\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}$'::text))),
    CONSTRAINT account_robot_no_admin CHECK ((NOT (robot AND admin))),
    CONSTRAINT account_robot_without_password CHECK (((NOT robot) OR (password IS NULL)))
);

ALTER TABLE public.account ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    action text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    detail jsonb NOT NULL
);

ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.backfill (
    relation text NOT NULL COLLATE pg_catalog."C",
    done_to bigint DEFAULT 0 NOT NULL
);

CREATE TABLE public.blob (
    digest public.digest NOT NULL,
    size bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT blob_size_not_negative CHECK ((size >= 0))
);

CREATE TABLE public.known_address (
    account_id bigint NOT NULL,
    address text NOT NULL COLLATE pg_catalog."C",
    last_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.login_failure (
    key public.secret_hash NOT NULL,
    failures integer NOT NULL,
    last_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT login_failure_counted CHECK ((failures > 0))
);

CREATE TABLE public.manifest (
    id bigint NOT NULL,
    repository_id bigint NOT NULL,
    digest public.digest NOT NULL,
    media_type text NOT NULL COLLATE pg_catalog."C",
    size integer GENERATED ALWAYS AS (octet_length(payload)) STORED NOT NULL,
    payload bytea NOT NULL,
    subject public.digest,
    artifact_type text COLLATE pg_catalog."C",
    annotations text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    config_digest bytea,
    total_size bigint,
    CONSTRAINT manifest_annotations_with_subject CHECK (((subject IS NOT NULL) OR (annotations IS NULL))),
    CONSTRAINT manifest_media_type_size CHECK (((octet_length(media_type) >= 1) AND (octet_length(media_type) <= 255))),
    CONSTRAINT manifest_payload_size CHECK (((octet_length(payload) >= 1) AND (octet_length(payload) <= 4194304)))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.manifest ALTER COLUMN payload SET STORAGE EXTERNAL;

CREATE TABLE public.manifest_blob (
    repository_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    digest public.digest NOT NULL
);

CREATE TABLE public.manifest_child (
    repository_id bigint NOT NULL,
    parent_id bigint NOT NULL,
    child_id bigint NOT NULL,
    CONSTRAINT manifest_child_not_itself CHECK ((parent_id <> child_id))
);

ALTER TABLE public.manifest ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.manifest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.member (
    project_id bigint NOT NULL,
    account_id bigint NOT NULL,
    role public.project_role NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.project (
    id bigint NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    visibility public.visibility NOT NULL,
    registry_enabled boolean NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT project_path_grammar CHECK ((path ~ '^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$'::text)),
    CONSTRAINT project_path_length CHECK ((octet_length(path) <= 255))
);

ALTER TABLE public.project ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.project_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.refresh_token (
    hash public.secret_hash NOT NULL,
    account_id bigint NOT NULL,
    access_token_id bigint,
    service text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    id bigint NOT NULL,
    chain_ends_at timestamp with time zone NOT NULL,
    address text NOT NULL COLLATE pg_catalog."C",
    client text NOT NULL COLLATE pg_catalog."C"
);

ALTER TABLE public.refresh_token ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.refresh_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.refusal (
    hour timestamp with time zone NOT NULL,
    account text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    action text NOT NULL COLLATE pg_catalog."C",
    project text NOT NULL COLLATE pg_catalog."C",
    times bigint DEFAULT 1 NOT NULL,
    last_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.repository (
    id bigint NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    parent text GENERATED ALWAYS AS (
CASE
    WHEN (POSITION(('/'::text) IN (path)) > 0) THEN regexp_replace(path, '/[^/]*$'::text, ''::text)
    ELSE NULL::text
END) STORED COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    pushed_at timestamp with time zone,
    project_id bigint,
    CONSTRAINT repository_path_grammar CHECK ((path ~ '^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$'::text)),
    CONSTRAINT repository_path_length CHECK ((octet_length(path) <= 255))
);

CREATE TABLE public.repository_blob (
    repository_id bigint NOT NULL,
    digest public.digest NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.repository ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.repository_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.site (
    one boolean DEFAULT true NOT NULL,
    registry_enabled boolean DEFAULT true NOT NULL,
    new_project_registry boolean DEFAULT true NOT NULL,
    new_project_visibility public.visibility DEFAULT 'private'::text NOT NULL,
    CONSTRAINT site_one_row CHECK (one)
);

CREATE TABLE public.tag (
    repository_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    manifest_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tag_name_grammar CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'::text))
);

CREATE TABLE public.upload (
    id uuid NOT NULL,
    repository_id bigint NOT NULL,
    "offset" bigint DEFAULT 0 NOT NULL,
    hash_state bytea NOT NULL,
    store_state bytea NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    starter bytea,
    generation uuid,
    writing boolean DEFAULT false NOT NULL,
    digest bytea,
    CONSTRAINT upload_digest_size CHECK ((octet_length(digest) = ANY (ARRAY[33, 65]))),
    CONSTRAINT upload_offset_not_negative CHECK (("offset" >= 0)),
    CONSTRAINT upload_sealed_is_settled CHECK (((digest IS NULL) OR (NOT writing))),
    CONSTRAINT upload_starter_is_sha256 CHECK ((octet_length(starter) = 32))
);

ALTER TABLE ONLY public.access_token
    ADD CONSTRAINT access_token_hash_unique UNIQUE (hash);

ALTER TABLE ONLY public.access_token
    ADD CONSTRAINT access_token_name_unique UNIQUE (account_id, name);

ALTER TABLE ONLY public.access_token
    ADD CONSTRAINT access_token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_name_unique UNIQUE (name);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.backfill
    ADD CONSTRAINT backfill_pkey PRIMARY KEY (relation);

ALTER TABLE ONLY public.blob
    ADD CONSTRAINT blob_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.known_address
    ADD CONSTRAINT known_address_pkey PRIMARY KEY (account_id, address);

ALTER TABLE ONLY public.login_failure
    ADD CONSTRAINT login_failure_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.manifest_blob
    ADD CONSTRAINT manifest_blob_pkey PRIMARY KEY (manifest_id, digest);

ALTER TABLE ONLY public.manifest_child
    ADD CONSTRAINT manifest_child_pkey PRIMARY KEY (parent_id, child_id);

ALTER TABLE public.manifest
    ADD CONSTRAINT manifest_config_digest_size CHECK ((octet_length(config_digest) = ANY (ARRAY[33, 65]))) NOT VALID;

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_digest_unique UNIQUE (repository_id, digest);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_in_repository UNIQUE (repository_id, id);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_pkey PRIMARY KEY (id);

ALTER TABLE public.manifest
    ADD CONSTRAINT manifest_total_size_not_negative CHECK ((total_size >= 0)) NOT VALID;

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (project_id, account_id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_path_unique UNIQUE (path);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_id_unique UNIQUE (id);

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.refusal
    ADD CONSTRAINT refusal_pkey PRIMARY KEY (hour, account, address, action, project);

ALTER TABLE ONLY public.repository_blob
    ADD CONSTRAINT repository_blob_pkey PRIMARY KEY (repository_id, digest);

ALTER TABLE ONLY public.repository
    ADD CONSTRAINT repository_path_unique UNIQUE (path);

ALTER TABLE ONLY public.repository
    ADD CONSTRAINT repository_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.site
    ADD CONSTRAINT site_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_pkey PRIMARY KEY (repository_id, name);

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (id);

CREATE INDEX access_token_project ON public.access_token USING btree (project_id) WHERE (project_id IS NOT NULL);

CREATE INDEX account_password_ring ON public.account USING btree (hashtextextended(password, (0)::bigint)) WHERE (password IS NOT NULL);

CREATE INDEX audit_at ON public.audit USING btree (at);

CREATE INDEX known_address_last_at ON public.known_address USING btree (last_at);

CREATE INDEX login_failure_last_at ON public.login_failure USING btree (last_at);

CREATE INDEX manifest_blob_link ON public.manifest_blob USING btree (repository_id, digest);

CREATE INDEX manifest_child_child ON public.manifest_child USING btree (repository_id, child_id);

CREATE INDEX manifest_subject ON public.manifest USING btree (repository_id, subject, digest) WHERE (subject IS NOT NULL);

CREATE INDEX member_account ON public.member USING btree (account_id);

CREATE INDEX refresh_token_access_token ON public.refresh_token USING btree (access_token_id) WHERE (access_token_id IS NOT NULL);

CREATE INDEX refresh_token_account ON public.refresh_token USING btree (account_id);

CREATE INDEX refresh_token_expires_at ON public.refresh_token USING btree (expires_at);

CREATE INDEX repository_blob_holder ON public.repository_blob USING btree (digest, repository_id);

CREATE INDEX repository_parent ON public.repository USING btree (parent);

CREATE INDEX repository_project ON public.repository USING btree (project_id) WHERE (project_id IS NOT NULL);

CREATE INDEX tag_manifest ON public.tag USING btree (repository_id, manifest_id);

CREATE INDEX upload_updated_at ON public.upload USING btree (updated_at);

CREATE TRIGGER access_token_audit AFTER INSERT OR DELETE OR UPDATE OF name, role, project_id, expires_at ON public.access_token FOR EACH ROW EXECUTE FUNCTION public.audit_change();

CREATE TRIGGER account_audit AFTER INSERT OR DELETE OR UPDATE OF name, robot, password, admin, disabled ON public.account FOR EACH ROW EXECUTE FUNCTION public.audit_change();

CREATE TRIGGER manifest_describe BEFORE INSERT ON public.manifest FOR EACH ROW WHEN ((new.total_size IS NULL)) EXECUTE FUNCTION public.manifest_describe_itself();

CREATE TRIGGER member_audit AFTER INSERT OR DELETE OR UPDATE ON public.member FOR EACH ROW EXECUTE FUNCTION public.audit_change();

CREATE TRIGGER project_audit AFTER INSERT OR DELETE OR UPDATE ON public.project FOR EACH ROW EXECUTE FUNCTION public.audit_change();

CREATE TRIGGER project_paths_lock BEFORE INSERT OR DELETE OR UPDATE OF path ON public.project FOR EACH STATEMENT EXECUTE FUNCTION public.project_paths_lock();

CREATE TRIGGER project_repositories AFTER INSERT OR DELETE OR UPDATE OF path ON public.project FOR EACH ROW EXECUTE FUNCTION public.project_find_repositories();

CREATE TRIGGER repository_announce AFTER DELETE OR UPDATE OF path ON public.repository FOR EACH STATEMENT EXECUTE FUNCTION public.repository_announce();

CREATE TRIGGER repository_owner BEFORE INSERT OR UPDATE OF path ON public.repository FOR EACH ROW EXECUTE FUNCTION public.repository_find_owner();

CREATE TRIGGER site_audit AFTER UPDATE ON public.site FOR EACH ROW EXECUTE FUNCTION public.audit_change();

ALTER TABLE ONLY public.access_token
    ADD CONSTRAINT access_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.access_token
    ADD CONSTRAINT access_token_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.known_address
    ADD CONSTRAINT known_address_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.manifest_blob
    ADD CONSTRAINT manifest_blob_link_fk FOREIGN KEY (repository_id, digest) REFERENCES public.repository_blob(repository_id, digest) ON DELETE RESTRICT;

ALTER TABLE ONLY public.manifest_blob
    ADD CONSTRAINT manifest_blob_manifest_fk FOREIGN KEY (repository_id, manifest_id) REFERENCES public.manifest(repository_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.manifest_child
    ADD CONSTRAINT manifest_child_child_fk FOREIGN KEY (repository_id, child_id) REFERENCES public.manifest(repository_id, id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.manifest_child
    ADD CONSTRAINT manifest_child_parent_fk FOREIGN KEY (repository_id, parent_id) REFERENCES public.manifest(repository_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES public.repository(id);

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_access_token_id_fkey FOREIGN KEY (access_token_id) REFERENCES public.access_token(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.repository_blob
    ADD CONSTRAINT repository_blob_digest_fk FOREIGN KEY (digest) REFERENCES public.blob(digest) ON DELETE RESTRICT;

ALTER TABLE ONLY public.repository_blob
    ADD CONSTRAINT repository_blob_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES public.repository(id);

ALTER TABLE ONLY public.repository
    ADD CONSTRAINT repository_parent_fk FOREIGN KEY (parent) REFERENCES public.repository(path) DEFERRABLE;

ALTER TABLE ONLY public.repository
    ADD CONSTRAINT repository_project_fk FOREIGN KEY (project_id) REFERENCES public.project(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_manifest_fk FOREIGN KEY (repository_id, manifest_id) REFERENCES public.manifest(repository_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES public.repository(id);

