-- SPDX-License-Identifier: MIT
-- Why: two requests never write to the same bytes of a session, whatever becomes of their database connections, and a
-- session knows the digest that it is closed with before its bytes become a blob.
-- Locks: upload, ACCESS EXCLUSIVE for an instant. No column has a default that rewrites the table. The CHECK reads the
-- table once; its rows are the sessions under way. These sessions go on: none of them is being written to.

-- generation: the request that opened the session last. Every later statement of a request names its own generation and
-- changes nothing when another request has opened the session since.
-- writing: that request, or an earlier one, may still be adding bytes behind "offset". The next request to add bytes
-- must not do so to the same file, or the same upload of an object store.
-- digest: all bytes are there, and this is their digest. They may stand at the blob's place already.
ALTER TABLE upload
    ADD COLUMN generation uuid,
    ADD COLUMN writing boolean NOT NULL DEFAULT false,
    ADD COLUMN digest bytea CONSTRAINT upload_digest_size CHECK (octet_length(digest) IN (33, 65)),
    ADD CONSTRAINT upload_sealed_is_settled CHECK (digest IS NULL OR NOT writing);

-- Takes the session's lock, which ends with the connection. One request waits for a session, two for the sessions of a
-- repository, each as long as lock_timeout. False: no place to wait, or the time is up.
CREATE FUNCTION upload_lock(session text, path text) RETURNS boolean LANGUAGE plpgsql AS $body$
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
$body$;

-- Opens a session of a repository for the request `opener`: the session as it was, and its lock. No row: there is no
-- such session. `locked` false: other requests use it, and nothing else is told.
-- `writes`: the request will add bytes. Such an opening must survive a crash of the database when the session has bytes
-- already, for a request that did not notice the crash may still be adding to the same file.
CREATE FUNCTION upload_open(path text, session text, opener text, writes boolean)
    RETURNS TABLE (locked boolean, repository bigint, stands bigint, hashed bytea, stored bytea, contested boolean,
                   sealed bytea)
    LANGUAGE plpgsql AS $body$
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
$body$;
