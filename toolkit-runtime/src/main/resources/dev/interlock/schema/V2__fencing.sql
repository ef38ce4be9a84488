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
