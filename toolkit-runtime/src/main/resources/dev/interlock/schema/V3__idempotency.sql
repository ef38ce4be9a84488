-- Idempotency: one record for each key, with the outcome of its call.
--
-- A record of a transactional call is written once, in the transaction of its effects, and is 'done' when anybody sees it.
-- One of a leased call is 'claimed' while the call runs, by an owner whose lease must be renewed; it is held if the lease
-- has ended and nobody may take over. The id is a hash of namespace, name, caller and key; none of them can be read from it.
-- Claims of both kinds go through pg_try_advisory_xact_lock on the first eight bytes of the id.
CREATE TABLE IF NOT EXISTS interlock_idempotency (
    id bytea PRIMARY KEY,
    name text NOT NULL,
    fingerprint bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('claimed', 'done')),
    format smallint,
    kind text,
    thrown text,
    outcome bytea,
    owner bigint,
    fence bigint NOT NULL DEFAULT 0,
    hold boolean NOT NULL DEFAULT false,
    lease_until timestamptz,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- For the purge, which takes the oldest first.
CREATE INDEX IF NOT EXISTS interlock_idempotency_expires_at ON interlock_idempotency (expires_at);

-- For the list of held records.
CREATE INDEX IF NOT EXISTS interlock_idempotency_claimed ON interlock_idempotency (created_at) WHERE state = 'claimed';
