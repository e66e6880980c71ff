-- SPDX-License-Identifier: MIT
-- Why: the token service: who there is, what belongs to whom, and what was changed or refused. Locks: none, every
-- object is new.
--
-- Secrets are kept as hashes only: passwords by crypt(5), random tokens (256 bits) by SHA-256. Triggers write the audit
-- of changes, so that nobody can make one without its row, whatever program is used.

CREATE DOMAIN account_name AS text COLLATE "C" CHECK (
    VALUE ~ '^[a-z0-9]+([._@+-]+[a-z0-9]+)*$' AND octet_length(VALUE) <= 100);
CREATE DOMAIN project_role AS text COLLATE "C" CHECK (VALUE IN ('reporter', 'developer', 'maintainer'));
CREATE DOMAIN visibility AS text COLLATE "C" CHECK (VALUE IN ('private', 'internal', 'public'));
CREATE DOMAIN secret_hash AS bytea CHECK (octet_length(VALUE) = 32);

-- A user signs in with a password or a token; a robot has tokens only and is never an administrator.
CREATE TABLE account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name account_name NOT NULL,
    robot boolean NOT NULL DEFAULT false,
    password text COLLATE "C",
    admin boolean NOT NULL DEFAULT false,
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    CONSTRAINT account_name_unique UNIQUE (name),
    CONSTRAINT account_robot_without_password CHECK (NOT robot OR password IS NULL),
    CONSTRAINT account_robot_no_admin CHECK (NOT (robot AND admin)),
    CONSTRAINT account_password_hash CHECK (
        password ~ '^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$'
        OR password ~ '^\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}$')
);

-- Owns the repository of its path and all below it, as far as no project with a longer path does.
CREATE TABLE project (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    path text COLLATE "C" NOT NULL,
    visibility visibility NOT NULL,
    registry_enabled boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT project_path_unique UNIQUE (path),
    CONSTRAINT project_path_length CHECK (octet_length(path) <= 255),
    CONSTRAINT project_path_grammar CHECK (
        path ~ '^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$')
);

CREATE TABLE member (
    project_id bigint NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role project_role NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, account_id)
);
CREATE INDEX member_account ON member (account_id);

-- Stands for its account, up to a role and, where it names one, in one project only.
CREATE TABLE access_token (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name text COLLATE "C" NOT NULL,
    hash secret_hash NOT NULL,
    role project_role NOT NULL,
    project_id bigint REFERENCES project (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    CONSTRAINT access_token_hash_unique UNIQUE (hash),
    CONSTRAINT access_token_name_unique UNIQUE (account_id, name),
    CONSTRAINT access_token_name_grammar CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    CONSTRAINT access_token_expires_later CHECK (expires_at > created_at)
);
CREATE INDEX access_token_project ON access_token (project_id) WHERE project_id IS NOT NULL;

-- What a client trades for new tokens. It is worth what it was given for: a password, or that access token.
CREATE TABLE refresh_token (
    hash secret_hash PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    access_token_id bigint REFERENCES access_token (id) ON DELETE CASCADE,
    service text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE INDEX refresh_token_account ON refresh_token (account_id);
CREATE INDEX refresh_token_access_token ON refresh_token (access_token_id) WHERE access_token_id IS NOT NULL;
CREATE INDEX refresh_token_expires_at ON refresh_token (expires_at);

-- The switches of the whole site: one row.
CREATE TABLE site (
    one boolean PRIMARY KEY DEFAULT true CONSTRAINT site_one_row CHECK (one),
    registry_enabled boolean NOT NULL DEFAULT true,
    new_project_registry boolean NOT NULL DEFAULT true,
    new_project_visibility visibility NOT NULL DEFAULT 'private'
);
INSERT INTO site DEFAULT VALUES;

-- Wrong passwords, by the hash of what they were counted for: names that were typed are not kept.
CREATE TABLE login_failure (
    key secret_hash PRIMARY KEY,
    failures integer NOT NULL CONSTRAINT login_failure_counted CHECK (failures > 0),
    last_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX login_failure_last_at ON login_failure (last_at);

-- Where an account's right password came from before.
CREATE TABLE known_address (
    account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    address text COLLATE "C" NOT NULL,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, address)
);
CREATE INDEX known_address_last_at ON known_address (last_at);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    detail jsonb NOT NULL
);
CREATE INDEX audit_at ON audit (at);

-- One row an hour for the same refusal. An account or project that does not exist is "".
CREATE TABLE refusal (
    hour timestamptz NOT NULL,
    account text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    project text COLLATE "C" NOT NULL,
    times bigint NOT NULL DEFAULT 1,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (hour, account, address, action, project)
);

CREATE FUNCTION utc_text(moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $body$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$body$;

-- The actor is what the transaction set as berth.actor, else the role of the session.
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $body$
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
$body$;

CREATE TRIGGER account_audit AFTER INSERT OR DELETE OR UPDATE OF name, robot, password, admin, disabled ON account
    FOR EACH ROW EXECUTE FUNCTION audit_change();
CREATE TRIGGER project_audit AFTER INSERT OR DELETE OR UPDATE ON project
    FOR EACH ROW EXECUTE FUNCTION audit_change();
CREATE TRIGGER member_audit AFTER INSERT OR DELETE OR UPDATE ON member
    FOR EACH ROW EXECUTE FUNCTION audit_change();
CREATE TRIGGER access_token_audit AFTER INSERT OR DELETE OR UPDATE OF name, role, project_id, expires_at ON access_token
    FOR EACH ROW EXECUTE FUNCTION audit_change();
CREATE TRIGGER site_audit AFTER UPDATE ON site
    FOR EACH ROW EXECUTE FUNCTION audit_change();
