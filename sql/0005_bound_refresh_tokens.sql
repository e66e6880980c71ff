-- SPDX-License-Identifier: MIT
-- Why: refresh tokens are listed and revoked one by one, and a chain of them has an end. Locks: refresh_token, which is
-- written anew for the numbers; requests for refresh tokens wait.

-- A refresh token that is given for another one ends with the chain that it continues.
ALTER TABLE refresh_token
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN chain_ends_at timestamptz NOT NULL DEFAULT now() + interval '90 days',
    ADD COLUMN address text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN client text COLLATE "C" NOT NULL DEFAULT '',
    ADD CONSTRAINT refresh_token_id_unique UNIQUE (id);
ALTER TABLE refresh_token
    ALTER COLUMN chain_ends_at DROP DEFAULT,
    ALTER COLUMN address DROP DEFAULT,
    ALTER COLUMN client DROP DEFAULT;
