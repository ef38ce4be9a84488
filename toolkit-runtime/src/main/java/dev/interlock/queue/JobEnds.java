package dev.interlock.queue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** How the jobs of one queue end, each in the transaction at hand, and only for the claim that stands. */
final class JobEnds {

    private static final String DELETE = "DELETE FROM interlock_job WHERE id = ? AND claim = ? AND state = 'running'";

    /** Kept as long as somebody may ask for it or its key keeps others out. */
    private static final String DONE = """
            UPDATE interlock_job SET state = 'done', node = NULL, payload = '', reason = NULL,
                purge_at = greatest(pg_catalog.clock_timestamp() + ? * interval '1 millisecond', unique_expires_at),
                unique_key = CASE WHEN unique_until = 'expired' THEN unique_key END
            WHERE id = ? AND claim = ? AND state = 'running'
            """;

    private static final String AGAIN = """
            UPDATE interlock_job SET state = 'later', node = NULL, reason = ?, attempts = attempts - ?,
                run_at = pg_catalog.clock_timestamp() + ? * interval '1 millisecond'
            WHERE id = ? AND claim = ? AND state = 'running'
            """;

    private static final String DEAD = """
            UPDATE interlock_job SET state = 'dead', node = NULL, reason = ?, attempts = ?
            WHERE id = ? AND claim = ? AND state = 'running'
            """;

    private static final String WAKE_NEXT_OF_KEY = """
            UPDATE interlock_job SET state = 'ready' WHERE id = (
                SELECT id FROM interlock_job WHERE state = 'parked' AND running_key = ?
                ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            """;

    /** What became of an end. */
    enum End {
        /** The claim stood. */
        RECORDED,
        /** The claim stood, and a job that was parked behind this one may be claimed from the commit on. */
        RECORDED_AND_WOKE_NEXT,
        /** The claim is another's, and nothing was recorded. */
        REFUSED
    }

    private final JdbcTemplate jdbc;
    private final Duration retention;

    JobEnds(JdbcTemplate jdbc, Duration retention) {
        this.jdbc = jdbc;
        this.retention = retention;
    }

    End done(JobStore.Claimed job) {
        int rows = retention.isZero() && !job.expires()
                ? jdbc.update(DELETE, job.claim().id(), job.claim().number())
                : jdbc.update(
                        DONE,
                        retention.toMillis(),
                        job.claim().id(),
                        job.claim().number());
        return ended(job, rows);
    }

    /** @param counts whether the attempt that failed counts */
    End again(JobStore.Claimed job, @Nullable String reason, Duration delay, boolean counts) {
        return ended(
                job,
                jdbc.update(
                        AGAIN,
                        Reason.text(reason),
                        counts ? 0 : 1,
                        delay.toMillis(),
                        job.claim().id(),
                        job.claim().number()));
    }

    /** @param attempts that were really begun */
    End dead(JobStore.Claimed job, String reason, int attempts) {
        return ended(
                job,
                jdbc.update(
                        DEAD,
                        Reason.text(reason),
                        attempts,
                        job.claim().id(),
                        job.claim().number()));
    }

    private End ended(JobStore.Claimed job, int rows) {
        if (rows == 0) {
            return End.REFUSED;
        }
        return job.runningKey() != null && jdbc.update(WAKE_NEXT_OF_KEY, job.runningKey()) == 1
                ? End.RECORDED_AND_WOKE_NEXT
                : End.RECORDED;
    }
}
