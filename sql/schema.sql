-- SPDX-License-Identifier: MIT
-- What the migrations yield, by tests/db/dump_schema.sh; not edited by hand.

CREATE DOMAIN public.digest AS bytea
	CONSTRAINT digest_check CHECK ((((get_byte(VALUE, 0) = 1) AND (octet_length(VALUE) = 33)) OR ((get_byte(VALUE, 0) = 2) AND (octet_length(VALUE) = 65))));

CREATE TABLE public.blob (
    digest public.digest NOT NULL,
    size bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT blob_size_not_negative CHECK ((size >= 0))
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
    CONSTRAINT upload_offset_not_negative CHECK (("offset" >= 0))
);

ALTER TABLE ONLY public.blob
    ADD CONSTRAINT blob_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.manifest_blob
    ADD CONSTRAINT manifest_blob_pkey PRIMARY KEY (manifest_id, digest);

ALTER TABLE ONLY public.manifest_child
    ADD CONSTRAINT manifest_child_pkey PRIMARY KEY (parent_id, child_id);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_digest_unique UNIQUE (repository_id, digest);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_in_repository UNIQUE (repository_id, id);

ALTER TABLE ONLY public.manifest
    ADD CONSTRAINT manifest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.repository_blob
    ADD CONSTRAINT repository_blob_pkey PRIMARY KEY (repository_id, digest);

ALTER TABLE ONLY public.repository
    ADD CONSTRAINT repository_path_unique UNIQUE (path);

ALTER TABLE ONLY public.repository
    ADD CONSTRAINT repository_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_pkey PRIMARY KEY (repository_id, name);

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (id);

CREATE INDEX manifest_blob_link ON public.manifest_blob USING btree (repository_id, digest);

CREATE INDEX manifest_child_child ON public.manifest_child USING btree (repository_id, child_id);

CREATE INDEX manifest_subject ON public.manifest USING btree (repository_id, subject, digest) WHERE (subject IS NOT NULL);

CREATE INDEX repository_blob_digest ON public.repository_blob USING btree (digest);

CREATE INDEX repository_parent ON public.repository USING btree (parent);

CREATE INDEX tag_manifest ON public.tag USING btree (repository_id, manifest_id);

CREATE INDEX upload_started_at ON public.upload USING btree (started_at);

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

ALTER TABLE ONLY public.repository_blob
    ADD CONSTRAINT repository_blob_digest_fk FOREIGN KEY (digest) REFERENCES public.blob(digest) ON DELETE RESTRICT;

ALTER TABLE ONLY public.repository_blob
    ADD CONSTRAINT repository_blob_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES public.repository(id);

ALTER TABLE ONLY public.repository
    ADD CONSTRAINT repository_parent_fk FOREIGN KEY (parent) REFERENCES public.repository(path);

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_manifest_fk FOREIGN KEY (repository_id, manifest_id) REFERENCES public.manifest(repository_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES public.repository(id);

