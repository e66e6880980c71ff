-- SPDX-License-Identifier: MIT
-- Why: an upload goes on when the token that started it expires meanwhile, so the session remembers which one that was:
-- its SHA-256. Locks: upload, ACCESS EXCLUSIVE for an instant; a column without a default rewrites nothing.

ALTER TABLE upload ADD COLUMN starter bytea
    CONSTRAINT upload_starter_is_sha256 CHECK (octet_length(starter) = 32);
