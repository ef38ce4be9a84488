-- Queues: jobs of a work queue, and submissions of a sequenced queue in the order of their keys.
--
-- Whoever works on something is a node with a lease. A claim is known by its number, which rises with every claim and with
-- every loss of one, so that whoever lost a claim can end nothing with it. Keys are hashes, and a lane's id
-- is the hash of its key; payloads are the application's.

CREATE TABLE IF NOT EXISTS interlock_queue_node (
    id uuid PRIMARY KEY,
    lease_until timestamptz NOT NULL
);

-- One job. It is 'ready' to be claimed or will be 'later', 'running' on a node, 'parked' behind a running job of its
-- running_key, 'dead' until somebody decides, or 'done'; a finished job leaves no row unless something asks for it until purge_at.
CREATE TABLE IF NOT EXISTS interlock_job (
    id uuid PRIMARY KEY,
    queue text NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    priority smallint NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN ('ready', 'later', 'running', 'parked', 'dead', 'done')),
    run_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    claim bigint NOT NULL DEFAULT 0,
    node uuid,
    unique_key bytea,
    unique_until text CHECK (unique_until IN ('executing', 'executed', 'expired')),
    unique_expires_at timestamptz,
    running_key bytea,
    reason text,
    created_at timestamptz NOT NULL,
    purge_at timestamptz
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- A job is in one of these at a time, so none of them grows with what is finished. That of the running ones is by the node, which
-- nothing else has: told by the state, it would be taken for the way to one job that is to end, if nothing ran at the last ANALYZE.
CREATE INDEX IF NOT EXISTS interlock_job_ready ON interlock_job (queue, priority DESC, id) WHERE state = 'ready';
CREATE INDEX IF NOT EXISTS interlock_job_later ON interlock_job (run_at) WHERE state = 'later';
CREATE INDEX IF NOT EXISTS interlock_job_running ON interlock_job (node) WHERE node IS NOT NULL;
CREATE INDEX IF NOT EXISTS interlock_job_parked ON interlock_job (running_key, priority DESC, id) WHERE state = 'parked';
CREATE INDEX IF NOT EXISTS interlock_job_dead ON interlock_job (queue, id) WHERE state = 'dead';
CREATE INDEX IF NOT EXISTS interlock_job_done ON interlock_job (purge_at) WHERE state = 'done';

-- Uniqueness is these two; there is no lock beside the job that a crash could leave behind. A dead letter keeps its key, for when
-- it is driven again, but keeps nobody out with it.
CREATE UNIQUE INDEX IF NOT EXISTS interlock_job_unique ON interlock_job (unique_key)
    WHERE unique_key IS NOT NULL AND (state <> 'dead' OR unique_until = 'expired');
CREATE UNIQUE INDEX IF NOT EXISTS interlock_job_running_key ON interlock_job (running_key)
    WHERE state = 'running' AND running_key IS NOT NULL;

-- The end of a lane, where producers meet: the row is locked from the draw of a sequence number to the commit, so that
-- numbers have no gaps and their order is the order of commits. Consumers touch it only when they find the lane at its end.
CREATE TABLE IF NOT EXISTS interlock_lane_end (
    lane uuid PRIMARY KEY,
    queue text NOT NULL,
    last_seq bigint NOT NULL,
    purge_at timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX IF NOT EXISTS interlock_lane_end_idle ON interlock_lane_end (purge_at) WHERE purge_at IS NOT NULL;

-- The front of a lane, where consumers meet: everything up to done_seq has been dealt with. It is 'ready' to be claimed, or
-- will be 'later', 'running' on a node, 'blocked' by its head until somebody decides, or 'idle'. Claims of a lane that was
-- purged and came back must be greater than those before, so they begin with the time.
CREATE TABLE IF NOT EXISTS interlock_lane (
    id uuid PRIMARY KEY,
    queue text NOT NULL,
    state text NOT NULL CHECK (state IN ('ready', 'later', 'running', 'blocked', 'idle')),
    done_seq bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    run_at timestamptz NOT NULL,
    claim bigint NOT NULL DEFAULT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint,
    node uuid,
    reason text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX IF NOT EXISTS interlock_lane_ready ON interlock_lane (queue, run_at) WHERE state = 'ready';
CREATE INDEX IF NOT EXISTS interlock_lane_later ON interlock_lane (run_at) WHERE state = 'later';
CREATE INDEX IF NOT EXISTS interlock_lane_running ON interlock_lane (node) WHERE node IS NOT NULL;
CREATE INDEX IF NOT EXISTS interlock_lane_blocked ON interlock_lane (queue, id) WHERE state = 'blocked';

-- One submission: 'waiting' for its turn in its lane, or how it ended.
CREATE TABLE IF NOT EXISTS interlock_submission (
    id uuid PRIMARY KEY,
    lane uuid NOT NULL,
    seq bigint NOT NULL,
    queue text NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'skipped', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    reason text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    purge_at timestamptz,
    UNIQUE (lane, seq)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX IF NOT EXISTS interlock_submission_ended ON interlock_submission (purge_at) WHERE purge_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS interlock_submission_dead ON interlock_submission (queue, id) WHERE state = 'dead';
