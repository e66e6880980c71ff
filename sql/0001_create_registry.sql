-- SPDX-License-Identifier: MIT
-- Why: the registry's first schema. Locks: none, every object is new.
--
-- CHECKs repeat the grammars that requests are held to, so that no other client of the database can break them.
-- Digests are one algorithm byte (1 sha256, 2 sha512) and the raw hash. Lists are in byte order: COLLATE "C".

CREATE DOMAIN digest AS bytea CHECK (
    (get_byte(VALUE, 0) = 1 AND octet_length(VALUE) = 33)
    OR (get_byte(VALUE, 0) = 2 AND octet_length(VALUE) = 65));

-- A node of the path tree. pushed_at is NULL while the node is only somebody's parent or has had uploads at most.
CREATE TABLE repository (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    path text COLLATE "C" NOT NULL,
    parent text COLLATE "C" GENERATED ALWAYS AS (
        CASE WHEN position('/' in path) > 0 THEN regexp_replace(path, '/[^/]*$', '') END) STORED,
    created_at timestamptz NOT NULL DEFAULT now(),
    pushed_at timestamptz,
    CONSTRAINT repository_path_unique UNIQUE (path),
    CONSTRAINT repository_path_length CHECK (octet_length(path) <= 255),
    CONSTRAINT repository_path_grammar CHECK (
        path ~ '^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$'),
    CONSTRAINT repository_parent_fk FOREIGN KEY (parent) REFERENCES repository (path)
);
CREATE INDEX repository_parent ON repository (parent);

-- Bytes in the store. A row exists only after its bytes are durable; the row goes last when they are removed.
CREATE TABLE blob (
    digest digest PRIMARY KEY,
    size bigint NOT NULL CONSTRAINT blob_size_not_negative CHECK (size >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Membership: a repository serves a blob if and only if it has this link.
CREATE TABLE repository_blob (
    repository_id bigint NOT NULL REFERENCES repository (id),
    digest digest NOT NULL CONSTRAINT repository_blob_digest_fk REFERENCES blob (digest) ON DELETE RESTRICT,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (repository_id, digest)
);
CREATE INDEX repository_blob_digest ON repository_blob (digest);

-- The payload is the pushed document byte for byte. artifact_type and annotations are what a referrers listing says
-- of it; subject may name a manifest that does not exist (OCI distribution-spec, "Pushing Manifests with Subject").
CREATE TABLE manifest (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL REFERENCES repository (id),
    digest digest NOT NULL,
    media_type text COLLATE "C" NOT NULL,
    size integer NOT NULL GENERATED ALWAYS AS (octet_length(payload)) STORED,
    payload bytea NOT NULL,
    subject digest,
    artifact_type text COLLATE "C",
    annotations text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT manifest_digest_unique UNIQUE (repository_id, digest),
    CONSTRAINT manifest_in_repository UNIQUE (repository_id, id),
    CONSTRAINT manifest_payload_size CHECK (octet_length(payload) BETWEEN 1 AND 4194304),
    CONSTRAINT manifest_media_type_size CHECK (octet_length(media_type) BETWEEN 1 AND 255),
    CONSTRAINT manifest_annotations_with_subject CHECK (subject IS NOT NULL OR annotations IS NULL)
);
CREATE INDEX manifest_subject ON manifest (repository_id, subject, digest) WHERE subject IS NOT NULL;
-- Ordinary manifests stay in the row and uncompressed: the hot read touches one page.
ALTER TABLE manifest ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE manifest SET (toast_tuple_target = 8160);

-- config and layers. The link cannot go while a manifest of the repository needs it.
CREATE TABLE manifest_blob (
    repository_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    digest digest NOT NULL,
    PRIMARY KEY (manifest_id, digest),
    CONSTRAINT manifest_blob_manifest_fk FOREIGN KEY (repository_id, manifest_id)
        REFERENCES manifest (repository_id, id) ON DELETE CASCADE,
    CONSTRAINT manifest_blob_link_fk FOREIGN KEY (repository_id, digest)
        REFERENCES repository_blob (repository_id, digest) ON DELETE RESTRICT
);
CREATE INDEX manifest_blob_link ON manifest_blob (repository_id, digest);

-- Children of an index that were there when it was pushed (a sparse index may lack some).
CREATE TABLE manifest_child (
    repository_id bigint NOT NULL,
    parent_id bigint NOT NULL,
    child_id bigint NOT NULL,
    PRIMARY KEY (parent_id, child_id),
    CONSTRAINT manifest_child_not_itself CHECK (parent_id <> child_id),
    CONSTRAINT manifest_child_parent_fk FOREIGN KEY (repository_id, parent_id)
        REFERENCES manifest (repository_id, id) ON DELETE CASCADE,
    CONSTRAINT manifest_child_child_fk FOREIGN KEY (repository_id, child_id)
        REFERENCES manifest (repository_id, id) ON DELETE RESTRICT
);
CREATE INDEX manifest_child_child ON manifest_child (repository_id, child_id);

CREATE TABLE tag (
    repository_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    manifest_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (repository_id, name),
    CONSTRAINT tag_name_grammar CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'),
    CONSTRAINT tag_manifest_fk FOREIGN KEY (repository_id, manifest_id)
        REFERENCES manifest (repository_id, id) ON DELETE CASCADE
);
CREATE INDEX tag_manifest ON tag (repository_id, manifest_id);

-- An open upload session. "offset" bytes are durable in the store; hash_state is the digest over exactly those.
CREATE TABLE upload (
    id uuid PRIMARY KEY,
    repository_id bigint NOT NULL REFERENCES repository (id),
    "offset" bigint NOT NULL DEFAULT 0 CONSTRAINT upload_offset_not_negative CHECK ("offset" >= 0),
    hash_state bytea NOT NULL,
    store_state bytea NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX upload_started_at ON upload (started_at);
