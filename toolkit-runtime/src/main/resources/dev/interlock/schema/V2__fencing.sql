-- Fencing: numbers that grow with every holder of a lock, and for each lock the newest number that committed.
--
-- A token is the first number of a block; the rest of the block is for hand-offs of the lock within one process. A claim
-- belongs to the transaction it protects and comes first in it. Rows of locks long unused are purged; the floor is above
-- every token that was purged, so that what was stale stays stale.
CREATE SEQUENCE IF NOT EXISTS interlock_fencing_token AS bigint INCREMENT BY 1024 START WITH 1024 CACHE 1;

CREATE TABLE IF NOT EXISTS interlock_fence (
    kind text NOT NULL,
    lock_id bigint NOT NULL,
    token bigint NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, lock_id)
);

CREATE TABLE IF NOT EXISTS interlock_fence_floor (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    token bigint NOT NULL
);

INSERT INTO interlock_fence_floor (token) VALUES (0) ON CONFLICT (only_row) DO NOTHING;

-- Claims the fences in order, each if its token is not older than the one that last committed; an equal token is the same
-- holder in a later transaction. Waits while another transaction keeps one of them. Returns 0, or the place, from 1, of the
-- first stale fence; the transaction, or a savepoint before the call, is to be rolled back then.
--
-- Whether a row was inserted anew shows in its xmax. Its former self may have been purged while the insertion waited, so the
-- floor is read by a statement of its own, which sees what the purge committed. Where the snapshot is older than that, under
-- REPEATABLE READ and above, the row lock finds out and fails with a serialization failure.
CREATE OR REPLACE FUNCTION interlock_claim_fences(kinds text[], lock_ids bigint[], tokens bigint[])
    RETURNS integer
    LANGUAGE plpgsql
    VOLATILE
    SECURITY INVOKER
AS $interlock$
DECLARE
    is_new boolean;
    lowest bigint;
BEGIN
    FOR place IN 1 .. cardinality(tokens) LOOP
        INSERT INTO interlock_fence AS fence (kind, lock_id, token, claimed_at)
        VALUES (kinds[place], lock_ids[place], tokens[place], clock_timestamp())
        ON CONFLICT (kind, lock_id) DO UPDATE SET token = excluded.token, claimed_at = excluded.claimed_at
            WHERE fence.token <= excluded.token
        RETURNING fence.xmax = 0 INTO is_new;
        IF NOT FOUND THEN
            RETURN place;
        END IF;
        IF is_new THEN
            IF current_setting('transaction_isolation') IN ('read committed', 'read uncommitted') THEN
                SELECT floor.token INTO STRICT lowest FROM interlock_fence_floor AS floor;
            ELSE
                SELECT floor.token INTO STRICT lowest FROM interlock_fence_floor AS floor FOR SHARE;
            END IF;
            IF tokens[place] <= lowest THEN
                DELETE FROM interlock_fence AS fence
                WHERE fence.kind = kinds[place] AND fence.lock_id = lock_ids[place];
                RETURN place;
            END IF;
        END IF;
    END LOOP;
    RETURN 0;
END
$interlock$;
