package dev.interlock.queue;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * How the items of a lane end, and how a lane is let go, each in the transaction at hand and only for the claim that stands and
 * the item that is first.
 */
final class LaneEnds {

    /** A lane is kept for a while longer than what was in it, since one that is used again needs not be made again. */
    private static final Duration LANE_OUTLIVES = Duration.ofHours(1);

    private static final String ADVANCE = """
            WITH lane AS (
                UPDATE interlock_lane SET done_seq = ?, attempts = 1, reason = NULL
                WHERE id = ? AND claim = ? AND state = 'running' AND done_seq = ? RETURNING id)
            """;

    private static final String KEEP = ADVANCE + """
            UPDATE interlock_submission s SET state = ?, reason = ?, attempts = ?, ended_at = pg_catalog.clock_timestamp(),
                payload = CASE WHEN ? THEN payload ELSE '' END,
                purge_at = CASE WHEN ? THEN NULL ELSE pg_catalog.clock_timestamp() + ? * interval '1 millisecond' END
            FROM lane WHERE s.id = ?
            """;

    private static final String FORGET = ADVANCE + "DELETE FROM interlock_submission s USING lane WHERE s.id = ?";

    /**
     * A lane is idle only if its end was seen under the lock that producers hold to their commit: whoever draws the next number
     * finds it idle and wakes it. A producer at it is not waited for; the lane is looked at again shortly.
     */
    private static final String RELEASE = """
            WITH at_end AS (
                UPDATE interlock_lane_end e SET purge_at = pg_catalog.clock_timestamp() + ? * interval '1 millisecond'
                WHERE e.lane = ANY (ARRAY(SELECT lane FROM interlock_lane_end WHERE lane = ? FOR UPDATE SKIP LOCKED))
                    AND e.last_seq <= ? RETURNING e.lane)
            UPDATE interlock_lane l SET node = NULL, attempts = 0, reason = NULL,
                state = CASE
                    WHEN EXISTS (SELECT 1 FROM at_end) THEN 'idle'
                    WHEN EXISTS (SELECT 1 FROM interlock_lane_end e WHERE e.lane = l.id AND e.last_seq > l.done_seq) THEN 'ready'
                    ELSE 'later' END,
                run_at = pg_catalog.clock_timestamp() + interval '5 milliseconds'
            WHERE l.id = ? AND l.claim = ? AND l.state = 'running'
            RETURNING l.state
            """;

    private static final String STOP = """
            UPDATE interlock_lane SET state = ?, node = NULL, reason = ?, attempts = ?,
                run_at = pg_catalog.clock_timestamp() + ? * interval '1 millisecond'
            WHERE id = ? AND claim = ? AND state = 'running' AND done_seq = ?
            """;

    private final JdbcTemplate jdbc;
    private final Duration retention;

    LaneEnds(JdbcTemplate jdbc, Duration retention) {
        this.jdbc = jdbc;
        this.retention = retention;
    }

    /** How an item ended. */
    enum End {
        DONE,
        SKIPPED,
        DEAD;

        /** As the table has it. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The first item has ended, and the next one is first, in its first attempt.
     *
     * @param doneSeq the number before it
     * @return whether the claim stood
     */
    boolean advance(Claim claim, long doneSeq, LaneStore.Item item, End end, @Nullable String reason, int attempts) {
        if (end == End.DONE && retention.isZero()) {
            return jdbc.update(FORGET, item.seq(), claim.id(), claim.number(), doneSeq, item.id()) == 1;
        }
        boolean dead = end == End.DEAD;
        return jdbc.update(
                        KEEP,
                        item.seq(),
                        claim.id(),
                        claim.number(),
                        doneSeq,
                        end.text(),
                        Reason.text(reason),
                        attempts,
                        dead,
                        dead,
                        retention.toMillis(),
                        item.id())
                == 1;
    }

    /**
     * Lets the lane go, its first item not begun.
     *
     * @return whether there is more in it that can be claimed at once
     */
    boolean release(Claim claim, long doneSeq) {
        List<String> state = jdbc.queryForList(
                RELEASE,
                String.class,
                retention.plus(LANE_OUTLIVES).toMillis(),
                claim.id(),
                doneSeq,
                claim.id(),
                claim.number());
        return state.contains("ready");
    }

    /** The first item is tried again after a delay. */
    boolean again(Claim claim, long doneSeq, @Nullable String reason, int attempts, Duration delay) {
        return stop("later", claim, doneSeq, reason, attempts, delay);
    }

    /** The lane stands still behind its first item. */
    boolean block(Claim claim, long doneSeq, String reason, int attempts) {
        return stop("blocked", claim, doneSeq, reason, attempts, Duration.ZERO);
    }

    private boolean stop(
            String state, Claim claim, long doneSeq, @Nullable String reason, int attempts, Duration delay) {
        UUID id = claim.id();
        return jdbc.update(STOP, state, Reason.text(reason), attempts, delay.toMillis(), id, claim.number(), doneSeq)
                == 1;
    }
}
